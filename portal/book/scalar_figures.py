"""What chapter 03 draws and moves: the loop of a scalar beside that of a vector."""

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from hepunits import GeV, MeV
from ipywidgets import VBox
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .._validate import Array
from ..constants import M_MUON
from ..experiments import LIGHT_YIELD
from ..loops import loop, running_coefficient, scalar_loop
from ..nuclei import nucleus
from ..scattering import momentum_transfer_squared
from .figures import INK, lines
from .sliders import frames

__all__ = [
    "SCALE",
    "across",
    "coefficients",
    "cutoff_knobs",
    "loop_coefficients",
    "mass_slider",
    "share_slider",
]

SCALE = 1 * GeV
"""Λ, and the cut-off Λ_c."""

_Q = np.linspace(5, M_MUON, 120)
_RECOILS = np.array([6, 30]) / LIGHT_YIELD
_WINDOW = np.sqrt(momentum_transfer_squared(nucleus("Cs-133").mass, _RECOILS))
_MOMENTUM = "momentum transfer Q (MeV)"


def coefficients(q: Array, m_chi: float, constant: float) -> dict[str, Array]:
    """F Λ²/Q² of both loops, each with and without subtraction, and of a constant alone.

    Parameters
    ----------
    q : array
        Momentum transfer (MeV).
    m_chi : float
        Mass in the loop (MeV).
    constant : float
        The tree-level constant that cut-off theories have.
    """
    law, scalar = (q / SCALE) ** 2, scalar_loop(m_chi, SCALE, SCALE)
    return {
        "scalar, no bare term": scalar(q**2) / law,
        "scalar, subtracted at 0": (scalar(q**2) - scalar(0.0)) / law,
        "scalar, constant": constant / law,
        "vector, no bare term": running_coefficient(q, m_chi, SCALE),
        "vector, (2.8)": loop(m_chi, SCALE, M_MUON)(q**2) / law,
    }


def across(m_chi: float, tree: float) -> float:
    """F of the scalar loop at the upper end of COHERENT's window over that at the lower one."""
    low, high = scalar_loop(m_chi, SCALE, SCALE, tree)(_WINDOW**2)
    return float(high / low)


def _over_momentum(axes: Axes) -> None:
    axes.axvspan(*_WINDOW, color=INK, alpha=0.15, lw=0)
    axes.set(xscale="log", yscale="log", xlabel=_MOMENTUM)


def loop_coefficients(m_chi: float, constant: float) -> Figure:
    """`coefficients` against the momentum, with COHERENT's window shaded."""
    curves = coefficients(_Q, m_chi, constant)
    axes = lines(_Q, {label: np.abs(values) for label, values in curves.items()})
    _over_momentum(axes)
    axes.set(ylim=(1e-3, 3e4), ylabel=r"$|F|\,\Lambda^2/Q^2$")
    axes.legend(loc="upper right", ncols=2, fontsize="small")
    return axes.figure  # type: ignore[return-value]


def mass_slider(constant: float) -> VBox:
    """A slider of m_χ over `loop_coefficients`."""

    def says(m_chi: float) -> str:
        return (
            f"For m_chi = {m_chi:.3g} MeV the scalar loop without bare term changes across the "
            f"grey window by a factor {across(m_chi, 0.0):.2f}."
        )

    masses = list(np.logspace(0, 2.6, 14))
    return frames(lambda m_chi: loop_coefficients(m_chi, constant), masses, "m_χ (MeV)", says)


def share_slider(constant: float, m_chi: float = 1 * MeV) -> VBox:
    """A slider of the part that is left of the constant, for a light χ."""

    def draw(share: float) -> Figure:
        fig, axes = plt.subplots(figsize=(5.4, 3.6))
        parts = {"what is left": share, "whole constant": 1, "logarithm alone": 0}
        for label, part in parts.items():
            form_factor = scalar_loop(m_chi, SCALE, SCALE, part * constant)
            axes.plot(_Q, np.abs(form_factor(_Q**2)), label=label)
        _over_momentum(axes)
        changes = across(m_chi, share * constant)
        axes.set_title(f"across the window F changes by a factor {changes:.2f}")
        axes.set(ylabel="|F|", ylim=(1e-6, 1))
        axes.legend(loc="upper right", ncols=3)
        return fig

    def says(share: float) -> str:
        return (
            f"With {share:.3g} of the constant F changes across the grey window by a factor "
            f"{across(m_chi, share * constant):.2f}; the q squared law would by 5."
        )

    shares = [*np.geomspace(1, 1e-3, 17), 0]
    return frames(draw, shares, "part of the constant that is left", says)


def cutoff_knobs() -> None:
    """Show F of the scalar loop under widgets of m_χ, cut-off and constant; they need a kernel."""

    def play(m_chi: float, cutoff: float, tree: float) -> None:
        form_factor = scalar_loop(m_chi, SCALE, cutoff, tree)
        lines(_Q, {"F": form_factor(_Q**2)}, xscale="log", xlabel=_MOMENTUM, ylabel="F")
        plt.show()

    ipywidgets.interact(
        play,
        m_chi=ipywidgets.FloatSlider(30.0, min=1.0, max=300.0),
        cutoff=ipywidgets.FloatSlider(1000.0, min=500.0, max=5000.0),
        tree=ipywidgets.FloatSlider(0.0, min=-0.001, max=0.001, step=0.0001, readout_format=".4f"),
    )
