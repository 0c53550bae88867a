"""Sliders that move a figure, in a live notebook and in a page without Python."""

from collections.abc import Callable, Sequence
from html import escape
from io import StringIO
from typing import Any

import ipywidgets
import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .figures import INK

__all__ = ["frames", "scientific", "stage"]

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def frames(
    draw: Callable[[float], Figure],
    values: Sequence[float],
    name: str,
    alt: Callable[[float], str],
    label: Callable[[float], str] = "{:.3g}".format,
    start: int = 0,
) -> ipywidgets.VBox:
    """Draw one figure for each value and join them to a slider.

    Slider and figures are linked inside the browser, so the slider also works in the built page,
    where there is no Python.  Arrow keys move it.

    Parameters
    ----------
    draw : function of a value
        Returns a Matplotlib figure.
    values : sequence of numbers
        One frame each; 15 to 25 keep a page light.
    name : str
        Written beside the slider; plain text or Unicode, no TeX.
    alt : function of a value
        Text for readers who cannot see the frame: say what it shows, not what it is called.
    label : function of a value
        How the value is written beside the slider.
    start : int
        Index of the frame to show first.

    Raises
    ------
    ValueError
        If `start` is not the index of a value.
    """
    values = list(values)
    if not 0 <= start < len(values):
        raise ValueError(f"start = {start}: give an index from 0 to {len(values) - 1}")
    children = [
        ipywidgets.HTML(f'<div role="img" aria-label="{escape(alt(v))}">{_svg(draw(v), i)}</div>')
        for i, v in enumerate(values)
    ]
    stack = ipywidgets.Stack(children=children, selected_index=start)
    slider = ipywidgets.SelectionSlider(
        options=[(label(value), i) for i, value in enumerate(values)],
        index=start,
        description=name,
        style={"description_width": "initial"},
        layout={"width": "95%"},
    )
    ipywidgets.jslink((slider, "index"), (stack, "selected_index"))
    return ipywidgets.VBox([slider, stack])


def stage(
    *panels: dict[str, Any], size: tuple[float, float] = (5.6, 3.8)
) -> tuple[Figure, list[Axes]]:
    """Axes that are set once, for lines that move from frame to frame.

    A frame then takes a tenth of the time of a new figure: nothing is laid out again, and ticks
    are few, with plain text.

    Parameters
    ----------
    panels : dicts
        From top to bottom, each what ``axes.set`` takes, with numbers as `xticks` and `yticks`.
    size : (float, float)
        Width and height in inches.

    Returns
    -------
    figure, list of axes

    >>> figure, (axes,) = stage({"yscale": "log", "yticks": [1e-9, 0.1], "xticks": [-1, 10]})
    >>> [label.get_text() for label in axes.get_yticklabels() + axes.get_xticklabels()]
    ['10⁻⁹', '0.1', '−1', '10']
    """
    width, height = size
    figure, grid = plt.subplots(len(panels), 1, figsize=size, squeeze=False, layout="none")
    plt.close(figure)
    figure.subplots_adjust(0.9 / width, 0.55 / height, 1 - 0.25 / width, 1 - 0.3 / height, 0, 0.4)
    for axes, panel in zip(grid.flat, panels, strict=True):
        axes.set(**{key: value for key, value in panel.items() if key[1:] != "ticks"})
        axes.set_xticks(panel["xticks"], map(_tick, panel["xticks"]))
        axes.set_yticks(panel["yticks"], map(_tick, panel["yticks"]))
        axes.minorticks_off()
    return figure, list(grid.flat)


def scientific(value: float) -> str:
    """Return a number with two digits and its power of ten, as plain text.

    >>> scientific(1.54e-9)
    '1.5×10⁻⁹'
    """
    digits, power = f"{value:.1e}".split("e")
    return f"{digits}×10{str(int(power)).translate(_RAISED)}".replace("-", "−")


def _tick(value: float) -> str:
    """Return a number as plain text, a small or large one as its power of ten."""
    if value and not 1e-3 < abs(value) < 1e5:
        return scientific(value).removeprefix("1.0×")
    return f"{value:g}".replace("-", "−")


def _svg(figure: Figure, number: int) -> str:
    """Return a figure as SVG that takes the text colour of the page."""
    text = StringIO()
    # frames share a page, so each needs its own names for its clip paths
    with mpl.rc_context({"svg.hashsalt": f"frame {number}"}):
        figure.savefig(text, format="svg", metadata={"Date": None})
    plt.close(figure)
    _, svg = text.getvalue().split("<svg", 1)
    return '<svg style="max-width: 100%; height: auto"' + svg.replace(INK, "currentColor")
