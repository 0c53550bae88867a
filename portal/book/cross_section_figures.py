"""What chapter 04 draws and moves: cross sections with a new force, against recoil."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from hepunits import MeV, cm2, keV
from ipywidgets import VBox
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .._validate import Array
from ..constants import FERMI
from ..mediators import Mediator, Vector, direct, suppressed
from ..nuclei import Electron, Nucleus, target
from ..scattering import cross_section, recoil_max, weak_charge
from .chapter_figures import mean_cross_section
from .figures import INK, lines
from .sliders import frames, stage

__all__ = ["on_electrons", "on_targets", "one_force", "relative", "zero_slider", "zeros"]

_Forces = Mapping[str, tuple[Mediator, float]]
"""Label → mediator and coupling."""


def relative(struck: Nucleus | Electron, energy: float, forces: _Forces) -> Figure:
    """Cross sections over that of the Standard Model against recoil.

    Parameters
    ----------
    struck : Nucleus or Electron
    energy : float
        Of the neutrino (MeV).
    forces : dict of label to (mediator, coupling)
    """
    recoil = np.geomspace(0.01, 0.97, 180) * recoil_max(struck.mass, energy)
    standard = cross_section(struck, energy, recoil)
    curves = {
        label: cross_section(struck, energy, recoil, *force) / standard
        for label, force in forces.items()
    }
    fig, axes = plt.subplots()
    lines(recoil / keV, curves, axes, xscale="log", yscale="log", ylim=(0.01, 100))
    axes.axhline(1, color=INK, linewidth=0.8)
    axes.set(xlabel="recoil energy (keV)", ylabel="dσ/dE$_R$ relative to the Standard Model")
    axes.legend()
    return fig


def _against_standard(axes: Axes, x: Array, standard: Array, curves: Mapping[str, Array]) -> None:
    """Draw the Standard Model in grey and the rest in colours."""
    axes.plot(x, standard, color=INK, linestyle="-", label="Standard Model")
    lines(x, curves, axes)


def _legend_below(fig: Figure) -> None:
    """Put one legend for all panels below them."""
    handles, labels = fig.axes[0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside lower center", ncols=2)


def on_targets(energies: Mapping[str, float], forces: _Forces) -> Figure:
    """Cross sections per nucleus against recoil, a panel for each of four materials.

    Parameters
    ----------
    energies : dict of formula to energy of the neutrino (MeV)
    forces : dict of label to (mediator, coupling)
    """
    fig, grid = plt.subplots(2, 2, figsize=(5.4, 6.0))
    for axes, (formula, energy) in zip(grid.flat, energies.items(), strict=True):
        material = target(formula)
        top = max(recoil_max(one.mass, energy) for one, _ in material.parts)
        recoil = np.geomspace(1e-2, 0.999, 120) * top
        standard = mean_cross_section(material, energy, recoil)
        curves = {k: mean_cross_section(material, energy, recoil, *f) for k, f in forces.items()}
        _against_standard(axes, recoil / keV, standard, curves)
        axes.set(xscale="log", yscale="log", ylim=(3e-3 * standard[0], None))
        axes.set_title(f"{formula}, {energy / MeV:.0f} MeV", fontsize=11)
    for axes in grid[1]:
        axes.set_xlabel("recoil energy (keV)")
    for axes in grid[:, 0]:
        axes.set_ylabel("dσ/dE$_R$ (cm²/keV)")
    _legend_below(fig)
    return fig


def on_electrons(energy: float, forces: _Forces) -> Figure:
    """Cross sections on an electron against recoil, for electron and muon neutrinos.

    Parameters
    ----------
    energy : float
        Of the neutrino (MeV).
    forces : dict of label to (mediator, coupling)
    """
    electron, unit = Electron(), 1e-45 * cm2 / MeV
    recoil = np.linspace(1e-3, 0.9999, 150) * recoil_max(electron.mass, energy)
    fig, column = plt.subplots(2, 1, figsize=(5.4, 6.4), sharex=True)
    for axes, flavour, symbol in zip(column, ("e", "mu"), ("ν$_e$", "ν$_μ$"), strict=True):
        standard = cross_section(electron, energy, recoil, flavour=flavour) / unit
        curves = {
            label: cross_section(electron, energy, recoil, *force, flavour) / unit
            for label, force in forces.items()
        }
        _against_standard(axes, recoil / MeV, standard, curves)
        axes.set(ylabel="dσ/dE$_R$ (10$^{-45}$ cm²/MeV)", ylim=(0, None))
        axes.set_title(symbol, fontsize=11)
    axes.set_xlabel("recoil energy (MeV)")
    _legend_below(fig)
    return fig


def one_force(struck: Nucleus | Electron, energy: float, force: tuple[Mediator, float]) -> Figure:
    """Cross section for electron neutrinos against recoil, with a force and without.

    Parameters
    ----------
    struck : Nucleus or Electron
    energy : float
        Of the neutrino (MeV).
    force : (mediator, coupling)
    """
    recoil, unit = np.linspace(0.002, 0.999, 300) * recoil_max(struck.mass, energy), cm2 / keV
    standard = cross_section(struck, energy, recoil, flavour="e") / unit
    new = cross_section(struck, energy, recoil, *force, "e") / unit
    fig, axes = plt.subplots()
    _against_standard(axes, recoil / keV, standard, {"with the mediator": new})
    axes.set(xlabel="recoil energy (keV)", ylabel="dσ/dE$_R$ (cm²/keV)", yscale="log")
    axes.legend()
    return fig


def zeros(step: float, mass: float, q0: float) -> dict[str, float]:
    """Q² (MeV²) at which a vector cancels the weak force, for the form factors that have one.

    Parameters
    ----------
    step : float
        Coupling in units of the one that cancels everything for F = Q²/q0² and m′ = 0.
    mass, q0 : float
        m′ and the reference momentum (MeV).

    >>> zeros(2.0, mass=10.0, q0=50.0)
    {'F = 1': 4900.0, 'F ~ q²': 100.0}
    """
    found = {"F = 1": step * q0**2 - mass**2}
    if step > 1:
        found["F ~ q²"] = mass**2 / (step - 1)
    return {name: Q2 for name, Q2 in found.items() if Q2 > 0}


def zero_slider(struck: Nucleus, mass: float, q0: float) -> VBox:
    """Return a slider of a vector's coupling, in units of G_0, over ratios to the Standard Model.

    G_0 is the coupling at which a light vector with F = Q²/q0² cancels the weak force; dotted lines
    mark the recoils of `zeros`.

    Parameters
    ----------
    struck : Nucleus
    mass, q0 : float
        m′ and the reference momentum (MeV).
    """
    vectors = {"F = 1": Vector(mass, direct), "F ~ q²": Vector(mass, suppressed(q0))}
    charge = vectors["F = 1"].charge(struck.Z, struck.N)
    G_0 = -2 * np.sqrt(2) * FERMI * weak_charge(struck) / charge * q0**2
    energy, recoil = 50 * MeV, np.linspace(0.1, 39.9, 400) * keV
    standard = cross_section(struck, energy, recoil)
    panel = {"ylabel": "ratio to Standard Model", "yscale": "log", "ylim": (1e-3, 1e3)}
    panel |= {"xlabel": "recoil energy (keV)", "xlim": (0, 40), "xticks": [0, 10, 20, 30, 40]}
    figure, (axes,) = stage(panel | {"yticks": [1e-3, 0.1, 1, 10, 1e3]}, size=(5.4, 4.2))
    axes.axhline(1, color=INK, linewidth=0.8)
    axes.text(39, 1.5e-3, "dotted: SM = new", ha="right")
    moving = {name: axes.plot(recoil / keV, 1 + 0 * recoil, label=name)[0] for name in vectors}
    marks = {
        name: axes.axvline(0, color=line.get_color(), linestyle=":")
        for name, line in moving.items()
    }
    axes.legend(loc="upper right", ncols=2)

    def at(step: float) -> dict[str, float]:
        return {name: Q2 / (2 * struck.mass) / keV for name, Q2 in zeros(step, mass, q0).items()}

    def draw(step: float) -> Figure:
        for name, vector in vectors.items():
            new = cross_section(struck, energy, recoil, vector, step * G_0)
            moving[name].set_ydata(new / standard)
            marks[name].set_xdata([at(step).get(name, -1.0)] * 2)
        axes.set_title(f"G = {step:.1f} G₀", fontsize=14)
        return figure

    def describe(step: float) -> str:
        words = [f"Coupling {step:.1f} G0."]
        for name in vectors:
            zero = at(step).get(name, np.inf)
            seen = f"vanishes at {zero:.1f} keV" if zero < 40 else "does not vanish"
            words.append(f"{name} {seen}.")
        return " ".join(words)

    steps = list(np.arange(0, 31) / 10)
    return frames(draw, steps, "coupling / G₀", describe, "{:.1f}".format, start=4)
