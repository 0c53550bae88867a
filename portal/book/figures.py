"""One style for every figure.

Figures are transparent and drawn in a grey and in colours that keep a contrast of three to one
on white and on near-black pages.  Each line has its own dash pattern as well as its colour.
"""

import warnings
from collections.abc import Mapping
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
from cycler import cycler
from IPython import get_ipython
from matplotlib.axes import Axes
from matplotlib_inline.backend_inline import set_matplotlib_formats
from numpy.typing import ArrayLike

__all__ = ["COLOURS", "DASHES", "INK", "lines", "use_style"]

INK = "#737373"
"""Axes and text."""

COLOURS = {
    "blue": "#2f7fd0",
    "orange": "#d5641c",
    "green": "#1e9a6c",
    "purple": "#b25aa8",
    "ochre": "#a5822a",
}
"""Told apart with every common kind of colour blindness."""

DASHES = ["-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1))]


def use_style() -> None:
    """Set Matplotlib to the style of the book; every chapter calls it once."""
    mpl.rcParams.update(
        {
            "figure.figsize": (5.4, 3.8),
            "figure.facecolor": "none",
            "savefig.facecolor": "none",
            "axes.facecolor": "none",
            "legend.frameon": False,
            "axes.prop_cycle": cycler(color=list(COLOURS.values())) + cycler(linestyle=DASHES),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "lines.linewidth": 1.8,
            "font.size": 12.0,
            "figure.constrained_layout.use": True,
            "svg.fonttype": "none",
            "svg.hashsalt": "portal",
            **dict.fromkeys(
                [
                    "text.color",
                    "axes.edgecolor",
                    "axes.labelcolor",
                    "axes.titlecolor",
                    "xtick.color",
                    "ytick.color",
                    "grid.color",
                    "hatch.color",
                    "patch.edgecolor",
                    "legend.labelcolor",
                ],
                INK,
            ),
        }
    )
    # it comes by the clock, so that a slow machine would print it where another does not
    warnings.filterwarnings("ignore", 'Creating legend with loc="best" can be slow')
    if get_ipython() is not None:
        # without a date the same figure is the same file
        set_matplotlib_formats("svg", metadata={"Date": None})


def lines(
    x: ArrayLike, curves: Mapping[str, ArrayLike], axes: Axes | None = None, **settings: Any
) -> Axes:
    """Draw labelled curves over one x.

    Parameters
    ----------
    x : array
    curves : dict of label to y
    axes : matplotlib.axes.Axes or None
        Where to draw; without it a new figure.
    settings : options of ``axes.set``
    """
    axes = plt.subplots()[1] if axes is None else axes
    for label, y in curves.items():
        axes.plot(x, y, label=label)
    axes.set(**settings)
    return axes
