"""What chapter 05 draws and moves: fluxes, spectra, efficiencies, recoils, momentum transfers."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from hepunits import MW, MeV, cm2, day, eV, keV, kg, m, s
from ipywidgets import VBox
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .. import solar
from .._validate import Array
from ..constants import M_MUON
from ..detectors import Experiment
from ..experiments import carried_over
from ..fluxes import ENERGY_PER_FISSION, reactor, sns
from ..nuclei import Nucleus, target
from ..published import read_table
from ..scattering import (
    cross_section,
    momentum_transfer_squared,
    rate,
    rate_per_mass,
    recoil_max,
)
from ..sources import Continuum, Line, Source
from .chapter_figures import SOLAR_NAMES
from .figures import COLOURS, INK
from .sliders import frames, stage

__all__ = [
    "by_energy",
    "efficiencies",
    "muon_decay",
    "reactor_spectra",
    "recoil_spectra",
    "solar_electrons",
    "source_of",
    "sources",
    "threshold_slider",
    "transfers",
]

_FLUX = 1 / (cm2 * s)


def _draw_flux(
    axes: Axes, source: Source, ends: tuple[float, float], colour: str, look: Mapping[str, Any]
) -> None:
    """Draw the continua of a source as a curve, and each line as a marker on a stem."""
    E = np.geomspace(ends[0], ends[1], 150)
    curve = sum((part.flux(E) / _FLUX for part in _continua(source)), np.zeros_like(E))
    stems = dict.fromkeys([part.energy for part in _lines(source)], 0.0)
    for line in _lines(source):
        stems[line.energy] += line.flux / _FLUX
    if curve.any():
        axes.plot(E, curve, color=COLOURS[colour], **dict(look))
    for energy, whole in stems.items():
        axes.plot([energy, energy], [1e4, whole], color=COLOURS[colour], linestyle="-", lw=1)
        axes.plot([energy], [whole], "o", color=COLOURS[colour], ms=5)


def _lines(source: Source) -> list[Line]:
    return [part for part in source.components if isinstance(part, Line)]


def _continua(source: Source) -> list[Continuum]:
    return [part for part in source.components if isinstance(part, Continuum)]


def sources() -> Figure:
    """Neutrinos of the paper's three sources, on one scale."""
    fig, axes = plt.subplots()
    sun = {"linestyle": "-.", "label": "Sun: pp, ⁷Be, pep"}
    _draw_flux(axes, solar.source("pp"), (0.01, 0.43), "green", sun)
    for component in ("be7", "pep"):
        _draw_flux(axes, solar.source(component), (0.1, 1), "green", {})
    measured = {"linestyle": "--", "label": "reactor, 1 MW at 1 m"}
    _draw_flux(axes, reactor(), (0.02, 1.8), "orange", {"linestyle": ":"})
    _draw_flux(axes, reactor(), (1.8, 8.6), "orange", measured)
    spallation = {"linestyle": "-", "label": "SNS at 19.3 m"}
    _draw_flux(axes, sns(), (1, 52.8), "blue", spallation)
    axes.set(xscale="log", yscale="log", xlim=(0.05, 80), ylim=(1e4, 1e13))
    axes.set(xlabel="neutrino energy (MeV)", ylabel="flux (cm⁻² s⁻¹ MeV⁻¹);\nlines: cm⁻² s⁻¹")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    return fig


def muon_decay() -> Figure:
    """Spectra of a stopped-pion source: the line, and the two continua of the muon."""
    (prompt,), (nu_e, nu_mu_bar) = _lines(sns()), _continua(sns())
    energies = np.linspace(0, M_MUON / 2, 200)
    fig, axes = plt.subplots()
    for part, label in ((nu_e, "ν$_e$"), (nu_mu_bar, "ν̄$_μ$")):
        axes.plot(energies, part.flux(energies) / part.moments(0.0)[0], label=label)
    axes.axvline(prompt.energy, color=COLOURS["green"], linestyle=":", label="ν$_μ$")
    axes.set(xlabel="neutrino energy (MeV)", ylabel="neutrinos per MeV", ylim=(0, None))
    axes.legend()
    return fig


def reactor_spectra(capture: Array) -> Figure:
    """Antineutrinos per fission and MeV: what is measured, two continuations, and capture.

    Parameters
    ----------
    capture : array
        Per fission and MeV at the energies of ``reactor_summation.csv``.
    """
    fissions = MW / ENERGY_PER_FISSION / (4 * np.pi * m**2)
    later, energy = read_table("reactor_daya_bay_unfolded.csv"), read_table("reactor_summation.csv")
    (nuclear,) = _continua(reactor())
    below, above = np.linspace(0.06, 1.8, 150), np.linspace(1.8, 8.65, 150)
    edges = np.asarray(nuclear.edges)
    points = edges[(edges > 1.8) & (edges < 8.5)]
    fig, axes = plt.subplots()
    for name in ("summation", "exponential"):
        S = _continua(reactor(below=name))[0].flux(below) / fissions
        axes.plot(below, S, label=f"{name}, below 1.8 MeV")
    inside = capture > 0.05
    axes.plot(energy["energy"][inside], capture[inside], label="capture on U-238")
    purple = COLOURS["purple"]
    axes.plot(above, nuclear.flux(above) / fissions, "-", color=purple, lw=1)
    measured = nuclear.flux(points) / fissions
    axes.plot(points, measured, "o", color=purple, ms=4, label="Daya Bay 2017")
    middle = (later["low"] + later["high"])[:-1] / 2
    axes.plot(middle, later["spectrum"][:-1], "x", color=INK, label="Daya Bay 2021")
    axes.set(yscale="log", ylim=(5e-4, 6), xlim=(0, 8.8), xlabel="antineutrino energy (MeV)")
    axes.set_ylabel("antineutrinos per fission and MeV")
    axes.legend()
    return fig


def solar_electrons() -> Figure:
    """Electrons that solar neutrinos set in motion in Borexino, per day, 100 t and MeV."""
    fig, axes = plt.subplots()
    for component, label in SOLAR_NAMES.items():
        source = solar.source(component)
        top = recoil_max(solar.SCINTILLATOR.parts[0][0].mass, source.endpoint)
        recoils = np.linspace(0.001, 1, 200) * top
        rates = rate_per_mass(solar.SCINTILLATOR, source, recoils) * 100e3 * kg * day
        axes.plot(recoils, rates, label=label)
    for threshold, dash in ((0.19, ":"), (0.05, "-.")):
        axes.axvline(threshold, color=INK, linestyle=dash, lw=1)
    axes.set(yscale="log", ylim=(0.3, 2000), ylabel="events per day, 100 t and MeV")
    axes.set_xlabel("recoil energy of the electron (MeV)")
    axes.legend()
    return fig


def efficiencies(blind: float) -> Figure:
    """COHERENT's two efficiencies; `blind` (MeV) ends what the one of CsI does not see."""
    recoils = np.linspace(0, 50, 400)
    fig, axes = plt.subplots()
    axes.plot(recoils, carried_over(recoils * keV), label="CsI 2017, carried over")
    argon = read_table("coherent_ar_2020_efficiency.csv").values()
    axes.plot(*argon, "o--", ms=3, label="argon 2020")
    axes.axvspan(2, blind / keV, color=INK, alpha=0.25, lw=0)
    axes.set(xlabel="recoil energy (keV)", ylabel="efficiency", ylim=(0, 1), xlim=(0, 50))
    axes.legend(loc="lower right")
    return fig


def source_of(material: str) -> tuple[Source, float, float]:
    """Return where the paper puts a material, its lowest recoil (keV) and its background (dru).

    >>> source_of("Ge")[1:], source_of("CsI")[1:]
    ((0.01, 1.0), (0.2, 0.005))
    """
    return (reactor(), 0.01, 1.0) if material in ("Ge", "Si") else (sns(), 0.2, 5e-3)


def recoil_spectra(shown: Mapping[str, float]) -> Figure:
    """Recoils per keV, kilogram and day, with the paper's backgrounds.

    Parameters
    ----------
    shown : dict of material to the largest recoil (keV)
    """
    dru = 1 / (keV * kg * day)
    fig, axes = plt.subplots()
    for material, high in shown.items():
        source, low, _ = source_of(material)
        recoils = np.geomspace(low, high, 160)
        rates = rate_per_mass(target(material), source, recoils * keV) / dru
        axes.plot(recoils, rates, label=material)
    axes.hlines([1, 5e-3], [0.01, 0.2], [5.7, 255], color=INK, lw=0.8)
    axes.set(xscale="log", yscale="log", ylim=(1e-5, 1e3), xlabel="recoil energy (keV)")
    axes.set_ylabel("recoils per keV, kg and day")
    axes.legend()
    return fig


def transfers(cases: Sequence[Experiment]) -> Figure:
    """Counted recoils of the most frequent isotope of each experiment, per unit of ln q."""
    fig, axes = plt.subplots()
    for one in cases:
        nuclei = {n: share for n, share in one.target.parts if isinstance(n, Nucleus)}
        isotope = max(nuclei, key=lambda n: nuclei[n])
        end = recoil_max(isotope.mass, one.source.endpoint)
        recoils = np.geomspace(np.asarray(one.bins)[0], end, 200)
        q = np.sqrt(momentum_transfer_squared(isotope.mass, recoils))
        # dE_R ∝ q² d ln q
        counted = rate(isotope, one.source, recoils) * one.efficiency(recoils) * q**2
        axes.plot(q, counted / np.trapezoid(counted / q, q), label=isotope.name)
    for q0 in (30, 50):
        axes.axvline(q0, color=INK, linestyle="-", lw=0.8)
        axes.text(q0, axes.get_ylim()[1], f" {q0}", va="top")
    ticks = [2, 5, 10, 20, 50, 100]
    axes.set(xscale="log", xlim=(2, 120), ylim=(0, None))
    axes.set_xticks(ticks, [f"{tick}" for tick in ticks])
    axes.set(xlabel="momentum transfer q (MeV)", ylabel="counted, per unit of ln q")
    axes.legend(loc="upper center")
    return fig


def by_energy(material: str, threshold: float, energy: Array) -> Array:
    """Events at a reactor per kg, day and MeV of antineutrino energy, above a threshold.

    Parameters
    ----------
    material : str
    threshold : float
        Lowest recoil energy (MeV).
    energy : array
        Antineutrino energies (MeV).

    >>> bool(by_energy("Ge", 100 * eV, np.array([1.0]))[0] == 0)
    True
    """
    (nuclear,) = _continua(reactor())
    total = np.zeros_like(energy)
    for one, number in target(material).parts:
        ends = np.maximum(recoil_max(one.mass, energy), threshold)
        recoils = np.linspace(threshold, ends, 101)
        sigma = cross_section(one, energy, recoils)
        total = total + number * np.trapezoid(sigma, recoils, axis=0)
    return total * nuclear.flux(energy) * target(material).units_per_mass * kg * day


def threshold_slider(materials: Sequence[str]) -> VBox:
    """Return a slider of the threshold over the antineutrinos that make recoils above it."""
    energy = np.linspace(0.3, 8.6, 121) * MeV
    panel = {"xlabel": "antineutrino energy (MeV)", "ylabel": "events per kg, day and MeV"}
    figure, (axes,) = stage(
        panel
        | {
            "xlim": (0, 8.6),
            "ylim": (0, 6),
            "xticks": [0, 1.8, 4, 6, 8],
            "yticks": [0, 1, 2, 3, 4, 5, 6],
        }
    )
    moving = {name: axes.plot(energy, 0 * energy, label=name)[0] for name in materials}
    axes.axvspan(0, 1.8, color=INK, alpha=0.2, lw=0)
    axes.legend(loc="upper right")

    @cache
    def events(name: str, threshold: float) -> Array:
        return by_energy(name, threshold * eV, energy)

    def draw(threshold: float) -> Figure:
        numbers = []
        for name, line in moving.items():
            curve = events(name, threshold)
            line.set_ydata(curve)
            numbers.append(f"{name} {np.trapezoid(curve, energy):.2g}")
        axes.set_title("per kg and day: " + ", ".join(numbers), fontsize=14)
        return figure

    def says(threshold: float) -> str:
        said, soft = [], energy < 1.8 * MeV
        for name in materials:
            curve = events(name, threshold)
            total = np.trapezoid(curve, energy)
            share = np.trapezoid(curve[soft], energy[soft]) / total
            said.append(f"{name}: {total:.2g} per kg and day, {share:.1%} below 1.8 MeV")
        return f"Events by antineutrino energy above {threshold:.0f} eV. {'; '.join(said)}."

    thresholds = [10, 20, 30, 40, 50, 60, 80, 100, 150, 200, 300, 400, 500, 600, 800, 1000]
    return frames(draw, thresholds, "threshold", says, "{:.0f} eV".format, 7)
