"""Sliders that move a figure, in a live notebook and in a page without Python."""

from collections.abc import Callable, Sequence
from html import escape
from io import StringIO

import ipywidgets
import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from .figures import INK

__all__ = ["frames"]


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


def _svg(figure: Figure, number: int) -> str:
    """Return a figure as SVG that takes the text colour of the page."""
    text = StringIO()
    # frames share a page, so each needs its own names for its clip paths
    with mpl.rc_context({"svg.hashsalt": f"frame {number}"}):
        figure.savefig(text, format="svg", metadata={"Date": None})
    plt.close(figure)
    _, svg = text.getvalue().split("<svg", 1)
    return '<svg style="max-width: 100%; height: auto"' + svg.replace(INK, "currentColor")
