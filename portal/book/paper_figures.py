"""Figures of the paper, drawn anew: each function returns a Matplotlib figure."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import feyndraw
import matplotlib.pyplot as plt
import numpy as np
from hepunits import MeV, day, keV, kg
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .._validate import Array
from ..detectors import Experiment
from ..experiments import (
    borexino,
    coherent_ar_future,
    coherent_csi_2017,
    coherent_nai_future,
    reactor_ge,
    reactor_si,
)
from ..limits import LimitCurve, limit_curve, typical_momentum
from ..mediators import Mediator, Scalar, Vector, direct, suppressed
from ..parity_violation import caesium_limit
from ..scattering import rate_per_mass
from ..solar import SCINTILLATOR
from .figures import COLOURS, INK

__all__ = [
    "CASES",
    "KINDS",
    "MASSES",
    "REACTOR_Q0",
    "RECOIL_EXPERIMENTS",
    "SNS_Q0",
    "SOLAR_Q0",
    "argon_counts",
    "figure_1",
    "figure_2",
    "figure_3",
    "figure_4",
    "figure_5",
    "figure_6",
    "figure_7",
    "limit_curves",
    "limit_lines",
    "limit_plot",
    "solar_recoils",
]

SOLAR_Q0 = 0.5 * MeV
"""Reference momentum of Figs. 5 to 7."""

CASES = (
    (suppressed(SOLAR_Q0), "F ~ q²", "blue", "-"),
    (direct, "F = 1", "orange", "--"),
)
"""With the form factor a solid line, without it a dashed one, as in the paper."""

KINDS: dict[str, type[Vector] | type[Scalar]] = {"vector": Vector, "scalar": Scalar}

SNS_Q0, REACTOR_Q0 = 50 * MeV, 30 * MeV
"""Reference momenta of Figs. 2 and 3; the momenta that are reached stand in their insets."""

MASSES = np.geomspace(0.1, 1e4, 121) * MeV
"""Mediator masses of Figs. 2 and 3."""

RECOIL_EXPERIMENTS: dict[str, tuple[Callable[[], Experiment], float, str]] = {
    "CsI 2017": (coherent_csi_2017, SNS_Q0, "blue"),
    "NaI, SNS": (coherent_nai_future, SNS_Q0, "orange"),
    "Ar, SNS": (coherent_ar_future, SNS_Q0, "green"),
    "Ge, reactor": (reactor_ge, REACTOR_Q0, "purple"),
    "Si, reactor": (reactor_si, REACTOR_Q0, "ochre"),
}
"""The experiments of Figs. 2 and 3: how to make each, its q0, and its colour."""


def limit_lines(axes: Axes, curve: LimitCurve, **line: Any) -> None:
    """Draw the first edge above zero, and shade the second band, where cancellation allows it."""
    axes.plot(curve.masses, curve.upper, **line)
    second = np.array([b[1] if len(b) > 1 else (np.nan, np.nan) for b in curve.bands])
    axes.fill_between(curve.masses, *second.T, color=line["color"], alpha=0.3, linewidth=0)


def limit_curves(kind: type[Vector] | type[Scalar], masses: Array) -> dict[str, list[LimitCurve]]:
    """Limits of each experiment of Figs. 2 and 3, with F ~ q² and with F = 1.

    Parameters
    ----------
    kind : Vector or Scalar
        For a vector parity violation in caesium is among them.
    masses : array (n,)
        m′ (MeV).
    """
    curves = {
        label: [limit_curve(make(), kind(masses, f)) for f in (suppressed(q0), direct)]
        for label, (make, q0, _) in RECOIL_EXPERIMENTS.items()
    }
    if kind is Vector:
        forms = suppressed(SNS_Q0), direct
        curves["Cs atoms"] = [caesium_limit(Vector(masses, f)) for f in forms]
    return curves


def limit_plot(kind: type[Vector] | type[Scalar]) -> Figure:
    """2σ limits of many experiments on one mediator (paper Figs. 2 and 3).

    Solid with F ~ q², dashed without; the shaded bands are allowed too.  The inset shows, for each
    experiment, the typical momentum that it reaches (marker) and the q0 of the axis (tick).

    Parameters
    ----------
    kind : Vector or Scalar
        With a vector, parity violation in caesium is drawn too.
    """
    fig, axes = plt.subplots(figsize=(5.4, 5.6))
    inset = axes.inset_axes((0.62, 0.09, 0.36, 0.26))
    for row, (label, curves) in enumerate(limit_curves(kind, MASSES).items()):
        look: dict[str, Any] = {"color": INK}
        if label in RECOIL_EXPERIMENTS:
            make, q0, colour = RECOIL_EXPERIMENTS[label]
            look = {"color": COLOURS[colour], "marker": "os^Dv"[row], "markersize": 5}
            inset.plot(typical_momentum(make()) / MeV, -row, **look)
            inset.plot(q0 / MeV, -row, "|", color=COLOURS[colour], markersize=12)
            look["markevery"] = (4 * row, 20)
        for curve, style, name in zip(curves, ("-", "--"), (label, None), strict=True):
            limit_lines(axes, curve, linestyle=style, label=name, **look)
    inset.set(xscale="log", xlabel="q (MeV)", yticks=[], xlim=(3, 100))
    inset.set_xticks([5, 10, 30, 50], ["5", "10", "30", "50"])
    inset.minorticks_off()
    axes.legend(loc="upper left", ncols=2)
    _limits_axes(axes, ylabel="g′q₀²/Λ² (solid) or g′ (dashed)")
    return fig


def figure_1() -> Figure:
    """Draw Fig. 1: the χ loop that joins quarks to the mediator, vector and scalar."""
    figure, axes = plt.subplots(1, 2, figsize=(5.4, 3.6))
    _loop_diagram(axes[0], "Z′", feyndraw.photon_propagator)
    _loop_diagram(axes[1], "S", feyndraw.scalar_propagator)
    return figure


def _loop_diagram(ax: Axes, mediator: str, propagator: Callable[..., Any]) -> None:
    line = {"lw": 1.8, "ba": 0.12, "ha": 0.14}
    for y, name in [(0.0, "$q$"), (1.9, r"$\nu$")]:
        for start, end in [(-1, 0), (0, 1)]:
            feyndraw.fermion_propagator(ax, (start, y), (end, y), color=INK, **line)
            ax.text((start + end) / 2, y - 0.1, name, ha="center", va="top")
    feyndraw.fermion_loop(ax, (0, 0.4), 0.4, phase=np.pi / 2, color=COLOURS["blue"], **line)
    propagator(ax, (0, 0.8), (0, 1.9), color=COLOURS["orange"], lw=1.8)
    for x, side in [(-0.52, "right"), (0.52, "left")]:
        ax.text(x, 0.4, r"$\chi$", ha=side, va="center")
    ax.text(0.14, 1.35, mediator, va="center")
    ax.plot(0, 0, "s", color=INK, ms=9)
    ax.text(0, -0.14, r"$g/\Lambda^2$", ha="center", va="top")
    ax.plot([0, 0], [0.8, 1.9], "o", color=INK, ms=5)
    ax.text(-0.08, 0.9, r"$g_\chi$", ha="right", va="bottom")
    ax.text(0, 2.0, r"$g_\nu$", ha="center", va="bottom")
    ax.set(xlim=(-1.1, 1.1), ylim=(-0.4, 2.3), aspect="equal")
    ax.axis("off")


def figure_2() -> Figure:
    """Paper Fig. 2: current and projected 2σ bounds on a vector mediator."""
    return limit_plot(Vector)


def figure_3() -> Figure:
    """Paper Fig. 3: current and projected 2σ bounds on a scalar mediator."""
    return limit_plot(Scalar)


def argon_counts(mediator: Mediator | None, coupling: float, edges: ArrayLike) -> Array:
    """Recoils between `edges` (MeV) in a ton-year of argon at the SNS (paper Fig. 4)."""
    return replace(coherent_ar_future(), bins=edges).counts(mediator, coupling)


def _spectra_and_ratios() -> tuple[Figure, Any]:
    """Two rows of panels, vector and scalar: spectra on one scale, ratios each on its own."""
    fig, axes = plt.subplots(2, 2, sharex=True, figsize=(5.4, 5.2))
    axes[0, 1].sharey(axes[0, 0])
    axes[0, 1].tick_params(labelleft=False)
    axes[0, 0].set(yscale="log")
    for panel, name in zip(axes[0], KINDS, strict=True):
        panel.set_title(name)
    return fig, axes


def figure_4(mass: float = 100 * MeV) -> Figure:
    """Paper Fig. 4: recoils in argon, with couplings at the first edge that COHERENT allows.

    Parameters
    ----------
    mass : float
        m′ (MeV); the paper does not give it.
    """
    edges = np.arange(5.0, 111.0) * keV
    centre = (edges[1:] + edges[:-1]) / 2 / keV
    standard = argon_counts(None, 0.0, edges)
    fig, axes = _spectra_and_ratios()
    for (top, bottom), kind in zip(axes.T, KINDS.values(), strict=True):
        top.plot(centre, standard, color=INK, linestyle=":", label="Standard Model")
        for form_factor, label, colour, style in CASES:
            bound = limit_curve(coherent_csi_2017(), kind([mass], form_factor)).upper[0]
            spectrum = argon_counts(kind(mass, form_factor), bound, edges)
            line = {"color": COLOURS[colour], "linestyle": style}
            top.plot(centre, spectrum, label=label, **line)
            bottom.plot(centre, spectrum / standard, **line)
        bottom.axhline(1, color=INK, linestyle=":")
        top.set(ylim=(0.05, 2000))
        bottom.set(xlabel="recoil energy (keV)", xlim=(0, 110))
    axes[0, 0].set_ylabel("events per keV")
    axes[1, 0].set_ylabel("ratio to\nStandard Model")
    axes[0, 1].legend()
    return fig


def _limits_axes(axes: Axes, **settings: str) -> None:
    axes.set(xscale="log", yscale="log", xlabel="mediator mass m′ (MeV)", **settings)


def figure_5() -> Figure:
    """Paper Fig. 5: Borexino's 2σ bounds on a vector mediator, for both signs of the coupling."""
    mass = np.geomspace(0.01, 1000, 161)
    fig, (right, left) = plt.subplots(1, 2, sharey=True, figsize=(5.4, 3.8))
    for form_factor, label, colour, style in CASES:
        line = {"color": COLOURS[colour], "linestyle": style}
        curve = limit_curve(borexino(), Vector(mass, form_factor))
        second = np.array([b[0] if len(b) > 1 else (np.nan, np.nan) for b in curve.bands])
        right.plot(mass, curve.upper, label=label, **line)
        left.plot(mass, -curve.lower, **line)
        left.fill_between(mass, *-second.T, color=COLOURS[colour], alpha=0.35, linewidth=0)
    _limits_axes(right, ylabel="|g′| q₀²/Λ² or |g′|", title="g′ > 0")
    _limits_axes(left, title="g′ < 0")
    right.legend()
    return fig


def figure_6() -> Figure:
    """Paper Fig. 6: Borexino's 2σ bounds on a scalar mediator."""
    mass = np.geomspace(0.01, 1000, 161)
    fig, axes = plt.subplots()
    for form_factor, label, colour, style in CASES:
        upper = limit_curve(borexino(), Scalar(mass, form_factor)).upper
        axes.plot(mass, upper, label=label, color=COLOURS[colour], linestyle=style)
    _limits_axes(axes, ylabel="g′q₀²/Λ² or g′")
    axes.legend()
    return fig


_borexino = cache(borexino)


def solar_recoils(recoil: ArrayLike, mediator: Mediator | None = None, g: float = 0.0) -> Array:
    """Recoils of Borexino (3, *recoils): pp, ⁷Be and pep, per time, MeV and 100 t.

    Each component is scaled so that the Standard Model gives the measured rate.
    """
    each = [
        part.observed[0]
        / part.counts()[0]
        * rate_per_mass(SCINTILLATOR, part.source, recoil, mediator, g)
        for part in _borexino().parts
    ]
    return 100e3 * kg * np.array(each)


def figure_7(mass: float = 10 * MeV) -> Figure:
    """Paper Fig. 7: solar recoils with a mediator, at the edge of what Borexino allows for F ~ q².

    The coupling g′q₀²/Λ² is the same with and without the form factor, as in the paper's caption.

    Parameters
    ----------
    mass : float
        m′ (MeV).
    """
    recoil = np.linspace(0.05, 1.22, 469)
    per = 1 / (10 * keV * day)
    standard = solar_recoils(recoil).sum(axis=0)
    fig, axes = _spectra_and_ratios()
    for (top, bottom), kind in zip(axes.T, KINDS.values(), strict=True):
        bound = limit_curve(borexino(), kind([mass], suppressed(SOLAR_Q0))).upper[0]
        top.plot(recoil, standard / per, color=INK, linestyle=":", label="Standard Model")
        for form_factor, label, colour, style in CASES:
            spectrum = solar_recoils(recoil, kind(mass, form_factor), bound).sum(axis=0)
            line = {"color": COLOURS[colour], "linestyle": style}
            top.plot(recoil, spectrum / per, label=label, **line)
            bottom.plot(recoil, spectrum / standard, **line)
        bottom.axhline(1, color=INK, linestyle=":")
        bottom.set(xlabel="recoil energy (MeV)")
    axes[0, 0].set_ylabel("events per day,\n100 t and 10 keV")
    axes[1, 0].set_ylabel("ratio to\nStandard Model")
    axes[0, 1].legend(fontsize="small", loc="upper right", handlelength=1.2)
    return fig
