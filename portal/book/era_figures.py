"""What moves in chapter 12: allowed couplings, year by year."""

from collections.abc import Iterable, Mapping

import matplotlib.pyplot as plt
import numpy as np
from hepunits import GeV, MeV
from ipywidgets import VBox
from matplotlib.figure import Figure

from .._validate import Array
from ..constants import FINE_STRUCTURE, M_MUON
from ..detectors import Experiment
from ..experiments import (
    coherent_ar_2020,
    coherent_csi_2017,
    coherent_csi_2021,
    coherent_ge_2024,
    conus_plus_2025,
    xenonnt_b8,
)
from ..joint import Joint
from ..limits import LimitCurve, limit_curve
from ..loops import loop, running_coefficient
from ..mediators import FormFactor, direct, suppressed
from ..published import read_table
from .figures import COLOURS, INK
from .paper_figures import KINDS
from .sliders import frames

__all__ = [
    "ERA_MASSES",
    "ERA_Q0",
    "FLUX",
    "era_cases",
    "era_curves",
    "era_slider",
    "eras",
    "rivals",
    "together",
]

ERA_MASSES = np.geomspace(0.1, 1e4, 41) * MeV
"""Mediator masses of the figure."""

ERA_Q0 = 50 * MeV
"""Where the form factors are one."""

FLUX = {"SNS": 0.1}
"""Relative error of the flux of neutrinos at the SNS, which its detectors share."""


def eras() -> dict[int, dict[str, Experiment]]:
    """What was known at the end of each year; CsI of 2021 contains the data of 2017."""
    known: dict[str, Experiment] = {"CsI 2017": coherent_csi_2017()}
    found = {2017: dict(known)}
    later = {
        2020: ("argon", coherent_ar_2020),
        2021: ("CsI", coherent_csi_2021),
        2024: ("germanium at the SNS", coherent_ge_2024),
        2025: ("germanium at a reactor", conus_plus_2025),
        2026: ("xenon", xenonnt_b8),
    }
    for year, (name, make) in later.items():
        known[name] = make()
        if name == "CsI":
            del known["CsI 2017"]
        found[year] = dict(known)
    return found


def era_cases(m_chi: float = 50 * MeV) -> dict[str, FormFactor]:
    """Direct coupling, the q² law, and the loop without bare term at 1 GeV, all one at q0.

    Parameters
    ----------
    m_chi : float
        Mass of χ (MeV).
    """
    raw = loop(m_chi, ERA_Q0, M_MUON, float(running_coefficient(M_MUON, m_chi, 1 * GeV)))
    size = float(raw(ERA_Q0**2))
    law = suppressed(ERA_Q0)
    return {"F = 1": direct, "F ~ q²": law, "loop": lambda Q2: raw(Q2) / size}


def together(parts: Iterable[Experiment], sources: Mapping[str, float] = FLUX) -> Joint:
    """Experiments with a normalisation each, of which those at one source share its flux.

    Parameters
    ----------
    parts : iterable of Experiment
    sources : dict of str to float
        See `Joint`; sources that no part is at do not matter.
    """
    tried = tuple(parts)
    here = {part.source.name for part in tried}
    shared = {name: sigma for name, sigma in sources.items() if name in here}
    return Joint(tried, sigma_alpha=0.0, separate=True, sources=shared)


def era_curves(parts: dict[str, Experiment]) -> dict[str, dict[str, LimitCurve]]:
    """Allowed couplings by kind of mediator and form factor, all experiments together.

    Parameters
    ----------
    parts : dict of Experiment
        See `together`.
    """
    joint = together(parts.values())
    return {
        kind: {
            name: limit_curve(joint, make(ERA_MASSES, form_factor))
            for name, form_factor in era_cases().items()
        }
        for kind, make in KINDS.items()
    }


def era_slider(known: dict[int, dict[str, Experiment]]) -> VBox:
    """Limits on a vector and a scalar, with a slider over the years.

    Parameters
    ----------
    known : dict
        Such as `eras()`.
    """
    curves = {year: era_curves(parts) for year, parts in known.items()}

    def draw(year: float) -> Figure:
        figure, axes = plt.subplots(1, 2, sharey=True, figsize=(6.2, 4.2))
        for ax, (kind, by_case) in zip(axes, curves[int(year)].items(), strict=True):
            for (name, curve), colour in zip(by_case.items(), COLOURS.values(), strict=False):
                ax.plot(ERA_MASSES, curves[2017][kind][name].upper, "-", color=colour, alpha=0.3)
                curve.plot(ax, color=colour, label=name)
            ax.set(xscale="log", yscale="log", ylim=(3e-12, 1e-3), title=f"{kind}, {year:.0f}")
            ax.set_xlabel("mediator mass m′ (MeV)")
            ax.minorticks_off()
        axes[0].set_ylabel("coupling above zero")
        axes[0].legend()
        return figure

    def alt(year: float) -> str:
        light = [
            f"{kind} {name} {curve.outer[0]:.0e}"
            for kind, by_case in curves[int(year)].items()
            for name, curve in by_case.items()
        ]
        return (
            f"{year:.0f}: {', '.join(known[int(year)])}. Last allowed coupling at 0.1 MeV: "
            f"{', '.join(light)}. All lines are flat on the left and rise with slope 2."
        )

    return frames(draw, list(known), "at the end of", alt, "{:.0f}".format, start=0)


def rivals(masses: Array, limits: Mapping[str, Array]) -> Figure:
    """Limits on a gauge boson of B − L among what rivals publish in numbers.

    A mixing ε of a dark photon is drawn as the coupling eε to electrons.

    Parameters
    ----------
    masses : array (n,)
        MeV.
    limits : dict of array (n,)
        Couplings by name of experiment.
    """
    figure, ax = plt.subplots(figsize=(6.2, 4.6))
    for (name, limit), colour in zip(limits.items(), COLOURS.values(), strict=False):
        ax.plot(masses, limit, color=colour, label=name)
    read = read_table("solar_bl_2026.csv")
    ax.plot(read["mass"], read["g_bl"], "--", color=INK, label="three xenon detectors")
    table = read_table("rival_bounds.csv")
    for name, of, kind, *numbers in zip(*list(table.values())[:7], strict=True):
        left, right, low, high = map(float, numbers)
        size = np.sqrt(4 * np.pi * FINE_STRUCTURE) if of == "epsilon" else 1.0
        low, high = size * low, size * high
        place, align = (right, "right") if kind == "limit" else (left, "left")
        if kind == "reach":
            ax.plot([left, right], [low, low], "^-", color=INK)
        else:
            (box,) = ax.fill([left, right, right, left], [low, low, high, high], color="0.85")
            box.set(zorder=0, **{"hatch": "//", "fill": False, "lw": 0} if kind == "limit" else {})
        ax.annotate(
            str(name), (place, low), (0, -5), textcoords="offset points", va="top", ha=align
        )
    ax.set(xscale="log", yscale="log", xlim=(0.1, 1.2e4), ylim=(1e-10, 1))
    ax.set(xlabel="mass (MeV)", ylabel="g$_{BL}$")
    ax.legend(loc="upper left", ncols=2)
    return figure
