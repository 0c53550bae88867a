"""What chapter 07 draws and tabulates beside the paper's figures; figures are Matplotlib's."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Markdown
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .._validate import Array
from ..detectors import Experiment
from ..limits import limit_curve
from ..mediators import FormFactor, Vector
from .figures import COLOURS, INK, lines
from .paper_figures import KINDS, MASSES
from .tables import table

__all__ = ["both_kinds", "bump_by_normalisation", "edges_table", "loops_over_law"]

_EDGES = {
    "light vector, g′ < 0": (1e-9, "{:.2f}"),
    "g′ > 0": (1e-9, "{:.2f}"),
    "last edge": (1e-9, "{:.2f}"),
    "light scalar": (1e-9, "{:.3f}"),
    "heavy vector": (1e-5, "{:.2f}"),
}


def _over_mass(axes: Axes, ylabel: str = "") -> None:
    axes.set(xscale="log", xlabel="mediator mass m′ (MeV)", ylabel=ylabel)


def both_kinds(experiment: Experiment, forms: Mapping[str, FormFactor]) -> Figure:
    """Limits on a vector and on a scalar, a line for each form factor, second bands shaded."""
    fig, panels = plt.subplots(1, 2, sharey=True, figsize=(6.2, 3.8))
    for axes, (name, kind) in zip(panels, KINDS.items(), strict=True):
        for label, form_factor in forms.items():
            limit_curve(experiment, kind(MASSES, form_factor)).plot(axes, label=label)
        _over_mass(axes)
        axes.set(yscale="log", title=name)
    panels[0].set_ylabel("g′q$_0$²/Λ² (solid) or g′ (dashed)")
    panels[0].legend()
    return fig


def bump_by_normalisation(
    experiment: Experiment, mediator: Vector, sigmas: Sequence[float]
) -> Figure:
    """Limits of a detector whose normalisation is known better and better."""
    known = {f"σ$_α$ = {one:g}": replace(experiment, sigma_alpha=one) for one in sigmas}
    curves = {label: limit_curve(one, mediator).upper for label, one in known.items()}
    axes = lines(mediator.mass, curves, yscale="log")
    _over_mass(axes, "g′q$_0$²/Λ²")
    axes.legend()
    return axes.figure  # type: ignore[return-value]


def loops_over_law(masses: Array, ratios: Mapping[tuple[str, int], Array]) -> Figure:
    """Limits with the loop of χ over those with the q² law.

    Parameters
    ----------
    masses : array (n,)
        m′ (MeV).
    ratios : dict of (bare term, mass of χ) to array (n,)
        A dash pattern for each bare term, a colour for each mass.
    """
    fig, axes = plt.subplots()
    dashes = dict(zip(dict.fromkeys(bare for bare, _ in ratios), ("-", "--"), strict=True))
    colours = dict(zip(dict.fromkeys(m for _, m in ratios), COLOURS.values(), strict=False))
    for (bare, m_chi), ratio in ratios.items():
        label = f"m$_χ$ = {m_chi} MeV" if dashes[bare] == "-" else None
        axes.plot(masses, ratio, dashes[bare], color=colours[m_chi], label=label)
    axes.axhline(1, color=INK, linewidth=1, linestyle=":")
    axes.legend()
    _over_mass(axes, "limit relative to the q² law")
    return fig


def edges_table(
    found: Mapping[str, Sequence[float]], **more: tuple[Sequence[float], str]
) -> Markdown:
    """Edges of a light vector, a light scalar and a heavy vector, a row for each choice.

    Parameters
    ----------
    found : dict of choice to 5 edges
        Light vector below and above zero and its last, light scalar, heavy vector.  The last column
        has by how much the heavy vector's moves against the first row.
    more : columns of `table`

    >>> ours = [-1e-9, 2e-9, 9e-9, 5e-10, 2e-5]
    >>> print(edges_table({"ours": ours, "other": [*ours[:4], 3e-5]}).data.splitlines()[-1])
    | other | -1.00 | 2.00 | 9.00 | 0.500 | 3.00 | +50% |
    """
    values = np.array(list(found.values()))
    columns = {
        name: (edge / unit, kind)
        for (name, (unit, kind)), edge in zip(_EDGES.items(), values.T, strict=True)
    }
    heavy = values[:, -1]
    return table(
        {"choice": found, **more, **columns, "moved by": (heavy / heavy[0] - 1, "{:+.0%}")},
        caption="2σ edges in 10⁻⁹; those of the heavy vector in 10⁻⁵, and by how much they move",
    )
