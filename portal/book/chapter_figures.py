"""Figures of the chapters that the paper has not: each function returns a Matplotlib figure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from hepunits import Avogadro, GeV, MeV, cm2, cm3, day, hbarc, keV
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .. import solar
from .._validate import Array
from ..constants import FERMI, M_MUON
from ..detectors import Experiment
from ..joint import Joint
from ..limits import first_edge, limit_curve
from ..loops import j_integral, k_integral, loop, running_coefficient
from ..mediators import Mediator, suppressed
from ..nuclei import Nucleus, Target, nucleus, point
from ..published import read_table
from ..scattering import cross_section, recoil_max
from ..statistics import Profile, allowed_couplings, chi_squared
from .figures import COLOURS, INK, lines
from .paper_figures import KINDS, SOLAR_Q0, solar_recoils

__all__ = [
    "SOLAR_NAMES",
    "bands_by_sigma",
    "coherent_counts",
    "coherent_spectra",
    "coherent_totals",
    "loop_against_power_law",
    "loop_integral",
    "mean_cross_section",
    "over_power_law",
    "rate_and_shape",
    "solar_components",
    "solar_ranking",
    "solar_spectra",
    "solar_survival",
    "two_bands",
]

SOLAR_NAMES = {"pp": "pp", "be7": "⁷Be", "pep": "pep"}
"""The components that Borexino's experiment has, in its order, and how they are written."""

_LOOPS = {"J": (j_integral, 6, (-0.6, 0.4), 0.3), "K": (k_integral, 5, (-8, 11), 0.03)}
"""Function, largest q/m_χ, limits of the axis, and how high the word on decays stands."""

_COUPLING = "coupling g′q$_0$²/Λ² (10⁻⁹)"


def coherent_totals(free: float) -> Figure:
    """Total cross section on caesium against energy, coherent and not.

    Parameters
    ----------
    free : float
        That of all nucleons hit alone, in G_F²E²/4π.
    """
    caesium, energies = nucleus("Cs-133"), np.geomspace(2, 53, 40) * MeV

    def total(struck: Nucleus) -> Array:
        recoils = recoil_max(struck.mass, energies) * np.linspace(0, 1, 201)[:, np.newaxis]
        return np.trapezoid(cross_section(struck, energies, recoils), recoils, axis=0) / cm2

    unit = FERMI**2 * energies**2 / (4 * np.pi) * hbarc**2 / cm2
    curves = {
        "coherent, real nucleus": total(caesium),
        "coherent, point-like": total(replace(caesium, protons=point)),
        "133 free nucleons": free * unit,
        "78 neutrons, vector part": caesium.N * unit,
    }
    fig, axes = plt.subplots()
    lines(energies, curves, axes, xscale="log", yscale="log")
    axes.set_xticks([2, 5, 10, 20, 50], ["2", "5", "10", "20", "50"])
    axes.minorticks_off()
    axes.set(xlabel="neutrino energy (MeV)", ylabel="total cross section on Cs-133 (cm²)")
    axes.legend(loc="upper left", fontsize="small")
    return fig


def mean_cross_section(
    target: Target,
    energy: float,
    recoil: Array,
    mediator: Mediator | None = None,
    coupling: float = 0.0,
) -> Array:
    """Cross section dσ/dE_R averaged over the nuclei of a material (cm²/keV).

    Parameters
    ----------
    target : Target
    energy, recoil, mediator, coupling
        As for `portal.scattering.cross_section`.
    """
    number = sum(n for _, n in target.parts)
    each = [
        n / number * cross_section(one, energy, recoil, mediator, coupling)
        for one, n in target.parts
    ]
    return np.sum(each, axis=0) / (cm2 / keV)


def coherent_spectra(target: Target) -> Figure:
    """Mean cross section of the nuclei against recoil, and thin lines without form factor."""
    points = target.each(lambda n: replace(n, protons=point))
    lightest = min(n.mass for n, _ in target.parts)

    def mean(material: Target, energy: float, recoil: Array) -> Array:
        return mean_cross_section(material, energy, recoil) / 1e-39

    fig, axes = plt.subplots()
    for energy in (15.0, 30.0, 50.0):
        recoil = np.linspace(0, recoil_max(lightest, energy), 150)
        label = f"{energy:.0f} MeV"
        (drawn,) = axes.plot(recoil / keV, mean(target, energy, recoil), label=label)
        thin: dict[str, Any] = {"color": INK, "linestyle": drawn.get_linestyle()}
        axes.plot(recoil / keV, mean(points, energy, recoil), linewidth=0.9, **thin)
    axes.set(xlabel="recoil energy (keV)", ylabel="cross section per nucleus (10⁻³⁹ cm²/keV)")
    axes.set(xlim=(0, None), ylim=(0, None))
    axes.legend(title="neutrino energy")
    return fig


def coherent_counts(experiment: Experiment, band: tuple[Array, Array], published: Array) -> Figure:
    """Draw the counts of an experiment: data, prediction, a band about it, a published curve."""
    bins, look = np.asarray(experiment.bins), {"linewidth": 1.8}
    fig, axes = plt.subplots()
    axes.stairs(band[0], bins, baseline=band[1], fill=True, color=INK, alpha=0.4)
    for counts, colour, dash, label in (
        (experiment.counts(), "blue", "-", "portal"),
        (published, "orange", "--", "published curve"),
    ):
        drawn = axes.stairs(counts, bins, color=COLOURS[colour], label=label)
        drawn.set(linestyle=dash, **look)
    middle = (bins[1:] + bins[:-1]) / 2
    axes.errorbar(middle, experiment.observed, experiment.sigma, fmt="o", color=INK, label="data")
    axes.set(xlabel="photoelectrons", ylabel="counts per 2 photoelectrons")
    axes.legend()
    return fig


def loop_integral(name: str = "J") -> Figure:
    """J or K against q/m_χ, spacelike on the left and timelike on the right."""
    function, reach, limits, height = _LOOPS[name]
    ratio = np.linspace(-reach, reach, 199)
    values = function(np.sign(ratio) * ratio**2)
    curves = {f"Re {name}": values.real, f"Im {name}": values.imag}
    fig, axes = plt.subplots()
    lines(ratio, curves, axes, ylim=limits, ylabel=name)
    axes.axvline(2, color=INK, lw=0.8, ls=":")
    axes.axvline(0, color=INK, lw=0.8)
    # across: data; up: part of the panel
    place: dict[str, Any] = {"transform": axes.get_xaxis_transform()}
    axes.text(1.9, 0.8, "threshold", ha="right", **place)
    axes.text(0.2 - reach, 0.05, "scattering, spacelike", **place)
    axes.text(reach - 0.2, height, "decays,\ntimelike", ha="right", **place)
    axes.set_xlabel(r"momentum transfer $q/m_\chi$")
    ticks = [tick for tick in (-6, -4, -2, 0, 2, 4, 6) if abs(tick) <= reach]
    axes.set_xticks(ticks, [f"{abs(tick)}" for tick in ticks])
    axes.legend(loc="upper center", ncols=2)
    return fig


def over_power_law(q: Array, m_chi: float) -> dict[str, Array]:
    """Loop over the q² law, one at 50 MeV: without bare term at 1 GeV, and as in paper (2.8).

    Parameters
    ----------
    q : array
        Momentum transfer (MeV).
    m_chi : float
        Mass in the loop (MeV).
    """
    typical = 50 * MeV
    subtracted = loop(m_chi, 1.0, M_MUON)
    return {
        "no bare term": running_coefficient(q, m_chi, GeV)
        / running_coefficient(typical, m_chi, GeV),
        "(2.8)": subtracted(q**2) / q**2 / (subtracted(typical**2) / typical**2),
    }


def loop_against_power_law(window: Array) -> Figure:
    """Loop over the q² law for light and heavy χ, relative to 50 MeV; `window` is shaded."""
    q = np.linspace(10, M_MUON, 120)
    fig, axes = plt.subplots()
    for m_chi, colour in ((1, "blue"), (100, "orange")):
        ratios = over_power_law(q, m_chi).items()
        for (name, ratio), dash in zip(ratios, ("-", "--"), strict=True):
            label = rf"$m_\chi$ = {m_chi} MeV, {name}"
            axes.plot(q, ratio, dash, color=COLOURS[colour], label=label)
    axes.axhline(1, color=INK, lw=0.8, ls=":")
    axes.axvspan(*window, color=INK, alpha=0.15, lw=0)
    axes.set(xlabel="momentum transfer Q (MeV)", ylabel="A relative to 50 MeV", ylim=(0, 2.5))
    axes.legend(loc="upper right")
    return fig


def two_bands(experiment: Experiment, mediator: Mediator, couplings: Array) -> Figure:
    """χ² against the coupling (10⁻⁹), with the bands at 2σ shaded."""
    best = Profile.of(experiment, mediator).minimum[0]
    fig, axes = plt.subplots()
    axes.plot(couplings / 1e-9, chi_squared(experiment, mediator, couplings))
    axes.axhline(best + 4, color=INK, linewidth=1, linestyle=":")
    for low, high in np.array(allowed_couplings(experiment, mediator)) / 1e-9:
        axes.axvspan(low, high, color=COLOURS["blue"], alpha=0.2, linewidth=0)
    axes.text(couplings.mean() / 1e-9, best + 4.3, "best fit + 4", ha="center")
    axes.set(xlabel=_COUPLING, ylabel="χ²", xlim=couplings[[0, -1]] / 1e-9, ylim=(0, 24))
    return fig


def bands_by_sigma(
    experiment: Experiment, mediator: Mediator, couplings: Array, levels: Mapping[str, float]
) -> Figure:
    """Allowed couplings (10⁻⁹, shaded) against the number of σ, with named levels."""
    best = Profile.of(experiment, mediator).minimum[0]
    away = np.sqrt(np.maximum(chi_squared(experiment, mediator, couplings) - best, 0))
    y = couplings / 1e-9
    fig, axes = plt.subplots()
    axes.fill_betweenx(y, away, 5.5, color=COLOURS["blue"], alpha=0.35, linewidth=0)
    for text, level in levels.items():
        axes.axvline(level, color=INK, linewidth=1, linestyle=":")
        axes.text(level + 0.05, y[0] + 0.3, text)
    axes.set(xlabel="number of standard deviations", ylabel=_COUPLING)
    axes.set(xlim=(0, 5.5), ylim=y[[0, -1]])
    return fig


def rate_and_shape(
    experiment: Experiment, best: float, paths: Mapping[str, tuple[Mediator, float]]
) -> Figure:
    """Paths of theories in the plane of rate and shape, as their coupling grows.

    Parameters
    ----------
    experiment : Experiment
    best : float
        χ² of the best fit; where it is less than 4 above that is shaded.
    paths : dict of label to (mediator, largest coupling)
    """
    o = experiment.observed / experiment.sigma
    length, v = np.linalg.norm(o), experiment.sigma_alpha**2

    def parts(mediator: Mediator | None, couplings: ArrayLike) -> tuple[Array, Array]:
        t = experiment.counts(mediator, couplings) / experiment.sigma
        along = t @ o / length
        return along, np.sqrt(np.maximum((t**2).sum(axis=-1) - along**2, 0))

    x, y = np.meshgrid(np.linspace(0, 14, 200), np.linspace(0, 6, 200))
    chi2 = ((length - x) ** 2 + (1 + v * length**2) * y**2) / (1 + v * (x**2 + y**2))
    fig, axes = plt.subplots()
    axes.contourf(x, y, chi2, levels=[0, best + 4], colors=[COLOURS["ochre"]], alpha=0.25)
    for label, (mediator, top) in paths.items():
        axes.plot(*parts(mediator, np.linspace(0, top, 200)), label=label)
    axes.plot(*parts(None, 0.0), "o", color=INK)
    axes.plot(length, 0, "x", color=INK, markersize=9, markeredgewidth=2, clip_on=False)
    axes.set(xlabel="part along the data, $T_∥$", ylabel="part across the data, $T_⊥$")
    axes.set(xlim=(0, 14), ylim=(0, 6))
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
    return fig


def solar_spectra() -> Figure:
    """Recoils of Borexino, each component scaled to its measured rate."""
    recoil = np.linspace(0.02, 1.25, 400)
    rates = solar_recoils(recoil) * 10 * keV * day
    ends = np.where(rates > 0, rates, np.nan)
    fig, axes = plt.subplots()
    lines(recoil, dict(zip(SOLAR_NAMES.values(), ends, strict=True)), axes, yscale="log")
    axes.axvline(0.19, color=INK, linestyle=":", linewidth=1)
    axes.set(xlabel="recoil energy (MeV)", ylabel="events per day, 100 t and 10 keV")
    axes.legend()
    return fig


def solar_survival() -> Figure:
    """Survival probability, with marks for the components, each at its density of birth."""
    sun, mole = read_table("solar.csv"), Avogadro / cm3
    # pp at its mean energy
    energies = np.array([0.2668, *sun["energy"][1:4]]) * MeV
    densities = sun["electron_density"][:4] * mole
    grid, survive = np.geomspace(0.1, 20, 150), solar.survival_probability
    curves = {"made with ⁷Be": survive(grid, densities[1]), "vacuum": survive(grid, 0.0)}
    fig, axes = plt.subplots()
    lines(grid, curves, axes, xscale="log", xlabel="neutrino energy (MeV)")
    offsets = [(-62, -16), (-26, -34), (-42, -34), (8, 2)]
    probabilities = survive(energies, densities)
    axes.plot(energies, probabilities, "o", color=COLOURS["purple"])
    for name, E, P, offset in zip(sun["component"], energies, probabilities, offsets, strict=False):
        text = f"{SOLAR_NAMES[name]} {P:.3f}"
        axes.annotate(text, (E, P), offset, textcoords="offset points")
    axes.set_ylabel("P$_{ee}$")
    axes.legend(loc="lower left")
    return fig


def solar_ranking(experiment: Joint, mediator: Mediator) -> str:
    """First edges of pp, ⁷Be and pep alone, strongest first, in words."""
    bounds = [first_edge(part, mediator) for part in experiment.parts]
    ranked = sorted(zip(bounds, SOLAR_NAMES.values(), strict=True))
    return ", ".join(f"{name} {bound:.1e}" for bound, name in ranked)


def solar_components(experiment: Joint) -> Figure:
    """Bounds of pp, ⁷Be and pep alone and of all together, for F ~ q²."""
    mass = np.geomspace(0.01, 1000, 101) * MeV
    names = [*SOLAR_NAMES.values(), "all"]
    fig, axes = plt.subplots(1, 2, sharey=True, figsize=(5.4, 3.8))
    for panel, kind in zip(axes, KINDS.values(), strict=True):
        mediator = kind(mass, suppressed(SOLAR_Q0))
        every: list[Experiment | Joint] = [*experiment.parts, experiment]
        edges = [limit_curve(each, mediator).upper for each in every]
        lines(mass, dict(zip(names, edges, strict=True)), panel, xscale="log", yscale="log")
        panel.set_xlabel("mediator mass m′ (MeV)")
    axes[0].set(title="vector, g′ > 0", ylabel="g′q₀²/Λ²")
    axes[1].set(title="scalar")
    axes[0].legend()
    return fig
