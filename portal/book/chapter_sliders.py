"""What moves in the chapters: drawn once, so that a frame takes about a tenth of a second."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from hepunits import MeV, cm2, fm, keV
from ipywidgets import VBox
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .._validate import Array
from ..detectors import Experiment
from ..experiments import borexino
from ..joint import Joint
from ..limits import limit_curve
from ..mediators import Mediator, Scalar, Vector, direct, suppressed
from ..nuclei import Helm, Nucleus, nucleus
from ..scattering import cross_section, recoil_max
from ..statistics import Profile, allowed_couplings, chi_squared
from .chapter_figures import over_power_law
from .figures import COLOURS, INK, lines
from .paper_figures import CASES, KINDS, SOLAR_Q0, solar_recoils
from .sliders import frames, stage

__all__ = [
    "SOLAR_KNOBS",
    "CouplingStage",
    "edge_ratios",
    "loop_slider",
    "play_solar",
    "radius_knobs",
    "ratio_slider",
    "recoil_slider",
    "solar_slider",
]

SOLAR_KNOBS: dict[str, Any] = {
    "kind": ["vector", "scalar"],
    "log_mass": (-2.0, 3.0, 0.1),
    "log_coupling": (-13.0, -5.0, 0.1),
    "negative": False,
    "form_factor": True,
    "threshold": (0.05, 0.25, 0.01),
}
"""What ``ipywidgets.interact`` turns for `play_solar`."""

_Ratios = dict[tuple[str, str], Array]
"""Kind of mediator and form factor → ratios."""


def recoil_slider(nuclei: Mapping[str, Nucleus]) -> VBox:
    """Return a slider of the neutrino energy over cross sections against recoil.

    Parameters
    ----------
    nuclei : dict of label to Nucleus
    """
    recoil = np.linspace(0, 46, 161) * keV
    ticks = [0.01, 0.1, 1, 10, 100]
    panel = {"ylabel": "cross section (10⁻⁴⁰ cm²/keV)", "yscale": "log", "yticks": ticks}
    panel |= {"xlabel": "recoil energy (keV)", "xlim": (0, 46), "xticks": [0, 10, 20, 30, 40]}
    figure, (axes,) = stage(panel | {"ylim": (0.01, 100)}, size=(5.4, 4.2))
    moving = {name: axes.plot(recoil / keV, 1 + 0 * recoil, label=name)[0] for name in nuclei}
    axes.legend(loc="upper right")

    def draw(energy: float) -> Figure:
        for name, line in moving.items():
            values = cross_section(nuclei[name], energy, recoil) / (1e-40 * cm2 / keV)
            line.set_ydata(np.where(values > 0, values, np.nan))
        axes.set_title(f"neutrinos of {energy:.0f} MeV", fontsize=14)
        return figure

    def says(energy: float) -> str:
        ends = []
        for name, struck in nuclei.items():
            end = recoil_max(struck.mass, energy)
            kept = float(struck.form_factor(2 * struck.mass * end) ** 2)
            ends.append(
                f"{name} ends at {end / keV:.1f} keV, where the form factor leaves {kept:.0%}"
            )
        return f"Recoils from neutrinos of {energy:.0f} MeV: " + "; ".join(ends)

    return frames(draw, list(np.arange(5.0, 54.0, 2.0)), "E_ν", says, "{:.0f} MeV".format, 12)


def radius_knobs(names: Sequence[str]) -> None:
    """Show cross sections of a nucleus as measured and of another radius; it needs a kernel.

    Parameters
    ----------
    names : sequence of str
        As for `portal.nuclei.nucleus`.
    """

    def play(energy: float, name: str, change_of_radius: float) -> None:
        measured = nucleus(name)
        radius = measured.protons.radius  # type: ignore[attr-defined]
        recoil = np.linspace(0, recoil_max(measured.mass, energy), 200)
        curves = {}
        for one in (radius, radius + change_of_radius * fm):
            struck = replace(measured, protons=Helm(one))
            label = f"cross section (cm²/keV), radius {one / fm:.2f} fm"
            curves[label] = cross_section(struck, energy, recoil) / (cm2 / keV)
        lines(recoil / keV, curves, xlabel="recoil energy (keV)").legend()
        plt.show()

    ipywidgets.interact(
        play,
        energy=ipywidgets.FloatSlider(30.0, min=5.0, max=53.0, step=1.0),
        name=ipywidgets.Dropdown(options=list(names), value=names[-1]),
        change_of_radius=ipywidgets.FloatSlider(0.0, min=-0.5, max=1.0, step=0.1),
    )


def loop_slider(window: Array) -> VBox:
    """Return a slider of m_χ: the loop over the q² law inside COHERENT's window (MeV)."""
    q = np.linspace(window[0], window[1], 61)
    figure, (axes,) = stage(
        {
            "xlabel": "momentum transfer Q (MeV)",
            "ylabel": "loop over q² law, 1 at 50 MeV",
            "xlim": window,
            "ylim": (0, 1.5),
            "xticks": [40, 50, 60, 70, 80],
            "yticks": [0, 0.2, 0.4, 0.6, 0.8, 1, 1.2, 1.4],
        }
    )
    moving = {name: axes.plot(q, q, label=name)[0] for name in ("no bare term", "(2.8)")}
    axes.axhline(1, color=INK, lw=0.8, ls=":")
    axes.legend(loc="lower left")

    def changes(m_chi: float) -> list[float]:
        return [float(ratio[-1] / ratio[0]) for ratio in over_power_law(q, m_chi).values()]

    def draw(m_chi: float) -> Figure:
        for name, ratio in over_power_law(q, m_chi).items():
            moving[name].set_ydata(ratio)
        bare, subtracted = changes(m_chi)
        axes.set_title(f"over the window × {bare:.2f}, (2.8) × {subtracted:.2f}", fontsize=14)
        return figure

    def says(m_chi: float) -> str:
        bare, subtracted = changes(m_chi)
        return (
            f"For m_chi = {m_chi:.3g} MeV the coefficient changes across the window by a factor "
            f"{bare:.2f} without bare term at 1 GeV, and by {subtracted:.2f} as in (2.8), against "
            "1 for the q squared law."
        )

    return frames(draw, list(np.geomspace(10, 400, 27)), "m_χ", says, "{:.3g} MeV".format)


class CouplingStage:
    """Above, the data and what a coupling predicts; below, χ² with a dot at that coupling.

    Parameters
    ----------
    experiment : Experiment
    couplings : array
        For the curve of χ².
    """

    def __init__(self, experiment: Experiment, couplings: Array) -> None:
        self.experiment, self.couplings = experiment, couplings
        bins, x = np.asarray(experiment.bins), couplings / 1e-9
        self.figure, (top, bottom) = stage(
            {
                "xlabel": "photoelectrons",
                "ylabel": "counts in a bin",
                "ylim": (-10, 60),
                "xticks": bins[::2],
                "yticks": [0, 20, 40, 60],
            },
            {
                "xlabel": "coupling g′q$_0$²/Λ² (10⁻⁹)",
                "ylabel": "χ²",
                "xlim": x[[0, -1]],
                "ylim": (0, 26),
                "xticks": np.arange(np.ceil(x[0]), x[-1] + 1, 2),
                "yticks": [0, 5, 10, 15, 20, 25],
            },
            size=(5.4, 6.4),
        )
        middle, nothing = (bins[1:] + bins[:-1]) / 2, np.zeros(len(bins) - 1)
        sigma = experiment.sigma
        top.errorbar(middle, experiment.observed, sigma, fmt="o", color=INK, label="data")
        self.predicted = top.stairs(nothing, bins, color=COLOURS["orange"], label="predicted")
        self.predicted.set_linestyle("--")
        self.fitted = top.stairs(nothing, bins, color=COLOURS["blue"], label="times 1 + α")
        top.legend(loc="upper right")
        (self.wall,) = bottom.plot(x, 0 * x, color=COLOURS["blue"])
        (self.dot,) = bottom.plot(0, 0, "o", color=COLOURS["orange"], markersize=10)
        self.limit = bottom.axhline(4, color=INK, linewidth=1, linestyle=":")

    def draw(self, mediator: Mediator, coupling: float) -> Figure:
        """Move all to a coupling of a mediator."""
        predicted, sigma = self.experiment.counts(mediator, coupling), self.experiment.sigma
        o, t = self.experiment.observed / sigma, predicted / sigma
        s = 1 / self.experiment.sigma_alpha**2
        scale = (o @ t + s) / (t @ t + s)
        self.predicted.set_data(predicted)
        self.fitted.set_data(scale * predicted)
        self.wall.set_ydata(chi_squared(self.experiment, mediator, self.couplings))
        here = chi_squared(self.experiment, mediator, coupling)
        self.dot.set_data([coupling / 1e-9], [here])
        self.limit.set_ydata([Profile.of(self.experiment, mediator).minimum[0] + 4] * 2)
        self.figure.axes[0].set_title(f"1 + α = {scale:.2f}, χ² = {here:.1f}", fontsize=14)
        return self.figure


def edge_ratios(
    experiment: Experiment | Joint, masses: ArrayLike, spectrum: Callable[..., Array]
) -> _Ratios:
    """Spectra over that of the Standard Model (masses, energies), at the first edge of each mass.

    Parameters
    ----------
    experiment : Experiment or Joint
        Whose first edge.
    masses : array
        m′ (MeV).
    spectrum : function of a mediator and a coupling, or of nothing
    """

    def each(mediator: Vector | Scalar) -> Array:
        curve = limit_curve(experiment, mediator)
        edges = zip(np.asarray(curve.masses), curve.upper, strict=True)
        return np.array([spectrum(replace(mediator, mass=mass), g) for mass, g in edges])

    standard = spectrum()
    return {
        (kind, label): each(make(masses, form_factor)) / standard
        for kind, make in KINDS.items()
        for form_factor, label, *_ in CASES
    }


def _two_digits(mass: float) -> str:
    """Return a mass with its unit, without a power of ten."""
    return f"{float(f'{mass:.2g}'):g} MeV"


def ratio_slider(
    masses: Array,
    energies: Array,
    ratios: _Ratios,
    unit: str,
    panels: Mapping[str, Mapping[str, Any]],
) -> VBox:
    """Return a slider of m′ over `edge_ratios`, with a panel for each kind of mediator.

    Parameters
    ----------
    masses, energies : arrays
        m′ (MeV) and the recoil energies in `unit`.
    ratios : dict
        From `edge_ratios`.
    unit : str
    panels : dict of kind to options of ``axes.set``
        With limits and ticks.
    """
    named = {"ylabel": "ratio to Standard Model", "xlabel": f"recoil energy ({unit})"}
    figure, axes = stage(*(named | dict(panels[kind]) for kind in KINDS), size=(5.4, 6.4))
    of_kind = dict(zip(KINDS, axes, strict=True))
    lines_ = {
        (kind, label): of_kind[kind].plot(energies, ratio[0], label=f"{kind}, {label}")[0]
        for (kind, label), ratio in ratios.items()
    }
    for panel in axes:
        panel.axhline(1, color=INK, linestyle=":", linewidth=1)
        panel.legend(loc="upper center", ncols=2)

    def draw(mass: float) -> Figure:
        for case, line in lines_.items():
            line.set_ydata(ratios[case][masses == mass][0])
        axes[0].set_title(f"m′ = {_two_digits(mass)}", fontsize=14)
        return figure

    def describe(mass: float) -> str:
        low, high = (f"{energy:.3g} {unit}" for energy in energies[[0, -1]])
        ends = [
            f"{kind} {label} {first:.2f} at {low} and {last:.2f} at {high}"
            for (kind, label), ratio in ratios.items()
            for first, last in ratio[masses == mass][:, [0, -1]]
        ]
        return f"Ratios to the Standard Model for m′ = {_two_digits(mass)}: " + "; ".join(ends)

    return frames(draw, list(masses), "m′", describe, _two_digits)


_SOLAR_RECOILS = np.append(np.linspace(0.05, 0.6665, 70), np.linspace(0.667, 1.22, 50)) * MeV
"""With the end of ⁷Be between two of them."""


def _of_the_sun(*force: Any) -> Array:
    """Recoils of electrons from all components, with a mediator and its coupling, or without."""
    return solar_recoils(_SOLAR_RECOILS, *force).sum(axis=0)


def solar_slider(experiment: Joint) -> VBox:
    """Return a slider of m′ over the recoils of electrons, as strong as Borexino allows.

    Parameters
    ----------
    experiment : Joint
        Such as `borexino()`.
    """
    masses = np.geomspace(0.05, 50, 31) * MeV
    ratios = edge_ratios(experiment, masses, _of_the_sun)
    ticks = {"xticks": [0, 0.2, 0.4, 0.6, 0.8, 1, 1.2], "yticks": [1, 1.2, 1.4, 1.6]}
    panels = dict.fromkeys(KINDS, ticks | {"ylim": (0.95, 1.75)})
    return ratio_slider(masses, _SOLAR_RECOILS / MeV, ratios, "MeV", panels)


def play_solar(
    kind: str,
    log_mass: float,
    log_coupling: float,
    negative: bool,
    form_factor: bool,
    threshold: float,
) -> None:
    """Print χ² of Borexino and what it allows, and draw the ratio to the Standard Model.

    Parameters
    ----------
    kind : str
        "vector" or "scalar".
    log_mass, log_coupling : float
        Logarithms to the base 10, of MeV and of the size of the coupling.
    negative, form_factor : bool
        Whether the coupling is, and whether F ~ q².
    threshold : float
        MeV.
    """
    mediator = KINDS[kind](10**log_mass, suppressed(SOLAR_Q0) if form_factor else direct)
    coupling = (-1) ** negative * 10**log_coupling
    experiment = borexino(threshold=threshold)
    print(f"χ² = {chi_squared(experiment, mediator, coupling):.1f}")
    bands = allowed_couplings(experiment, mediator)
    print("allowed:", *(f"{low:.2e} to {high:.2e}," for low, high in bands))
    ratio = _of_the_sun(mediator, coupling) / _of_the_sun()
    curves = {"with the mediator": ratio, "Standard Model": 1 + 0 * ratio}
    lines(_SOLAR_RECOILS / MeV, curves, xlabel="recoil energy (MeV)").legend()
    plt.show()
