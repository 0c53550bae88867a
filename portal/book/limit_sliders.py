"""What moves in chapter 07: drawn once, so that a frame takes about a tenth of a second."""

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets
import numpy as np
from hepunits import MeV, day, eV, keV, kg
from IPython.display import display
from ipywidgets import VBox
from matplotlib.figure import Figure

from .._validate import Array
from ..detectors import Experiment
from ..fluxes import reactor, sns
from ..limits import LimitCurve, first_edge, limit_curve
from ..mediators import FormFactor, Scalar, Vector, direct
from ..nuclei import target
from ..scattering import recoil_max
from ..statistics import Profile, allowed_couplings, chi_squared
from .figures import COLOURS, INK
from .paper_figures import KINDS, MASSES, RECOIL_EXPERIMENTS, limit_curves
from .sliders import frames, scientific, stage

__all__ = [
    "LimitLines",
    "Spotlight",
    "cases",
    "detector",
    "knobs",
    "mass_slider",
    "threshold_slider",
]

Case = tuple[type[Vector] | type[Scalar], FormFactor]

_MASS_AXIS: dict[str, Any] = {
    "xscale": "log",
    "yscale": "log",
    "xlabel": "mediator mass m′ (MeV)",
    "xticks": [0.1, 1, 10, 100, 1000, 1e4],
}


def cases(form_factor: FormFactor) -> dict[str, Case]:
    """The four mediators of chapter 07 by name: vector and scalar, with a form factor and without.

    >>> list(cases(np.square))
    ['vector, F ~ q²', 'vector, F = 1', 'scalar, F ~ q²', 'scalar, F = 1']
    """
    forms = {"F ~ q²": form_factor, "F = 1": direct}
    return {f"{kind}, {name}": (KINDS[kind], f) for kind in KINDS for name, f in forms.items()}


def mass_slider(experiment: Experiment, form_factor: FormFactor) -> VBox:
    """χ² of a vector above, its limit against the mass below, and a slider of the mass.

    Parameters
    ----------
    experiment : Experiment
    form_factor : function of Q²
    """
    figure, (top, bottom) = stage(
        {
            "xlabel": "coupling in units of the first edge",
            "ylabel": "χ² above the best fit",
            "xlim": (-3, 9),
            "ylim": (0, 20),
            "xticks": [-2, 0, 1, 2, 4, 6, 8],
            "yticks": [0, 4, 10, 20],
        },
        _MASS_AXIS | {"ylabel": "coupling g′q₀²/Λ²", "yticks": [1e-9, 1e-8, 1e-7, 1e-6, 1e-5]},
        size=(5.4, 6.6),
    )
    x = np.linspace(-3, 9, 121)
    (wall,) = top.plot(x, 0 * x, color=COLOURS["blue"])
    (allowed,) = top.plot(x, 0 * x, "-", color=COLOURS["orange"], linewidth=7, alpha=0.6)
    top.axhline(4, color=INK, linewidth=1, linestyle=":")
    limit_curve(experiment, Vector(MASSES[::2], form_factor)).plot(bottom, color=COLOURS["blue"])
    (dot,) = bottom.plot([1], [1e-9], "o", color=COLOURS["orange"], markersize=10)

    def draw(mass: float) -> Figure:
        mediator = Vector(mass, form_factor)
        edge = first_edge(experiment, mediator)
        above = chi_squared(experiment, mediator, x * edge)
        above -= Profile.of(experiment, mediator).minimum[0]
        wall.set_ydata(above)
        allowed.set_ydata(np.where(above <= 4, above, np.nan))
        dot.set_data([mass], [edge])
        top.set_title(f"m′ = {mass:.2g} MeV: first edge {scientific(edge)}", fontsize=14)
        return figure

    def alt(mass: float) -> str:
        bands = allowed_couplings(experiment, Vector(mass, form_factor))
        inside = " and ".join(f"from {low:.1e} to {high:.1e}" for low, high in bands)
        return (
            f"Mediator of {mass:.2g} MeV. Above, χ² against the coupling: couplings {inside} lie "
            "within 2σ of the best fit. Below, the limit against the mass, with a dot at this one."
        )

    return frames(
        draw, list(np.geomspace(0.1, 1e4, 26) * MeV), "m′", alt, "{:.2g} MeV".format, start=7
    )


class Spotlight:
    """Figs. 2 and 3, vector above scalar, with the lines of one experiment lit at a time.

    >>> Spotlight().names
    ['CsI 2017', 'NaI, SNS', 'Ar, SNS', 'Ge, reactor', 'Si, reactor', 'Cs atoms']
    """

    def __init__(self) -> None:
        masses = MASSES[::4]
        axis = _MASS_AXIS | {"ylim": (1e-14, 1e-3), "yticks": [1e-13, 1e-11, 1e-9, 1e-7, 1e-5]}
        panels = [axis | {"ylabel": f"{kind}: g′q₀²/Λ² or g′"} for kind in KINDS]
        self.figure, self.axes = stage(*panels, size=(5.4, 7.2))
        self.curves: dict[str, dict[str, list[LimitCurve]]] = {
            name: limit_curves(kind, masses) for name, kind in KINDS.items()
        }
        self.names = list(self.curves["vector"])
        self.lines = [
            (label, axes.plot(masses, curve.upper, style)[0])
            for axes, curves in zip(self.axes, self.curves.values(), strict=True)
            for label, pair in curves.items()
            for curve, style in zip(pair, ("-", "--"), strict=True)
        ]

    def draw(self, name: str) -> Figure:
        """Light one experiment; the others stay in the background."""
        colours = {label: COLOURS[colour] for label, (_, _, colour) in RECOIL_EXPERIMENTS.items()}
        for label, line in self.lines:
            lit = label == name
            line.set(color=colours.get(label, COLOURS["blue"]) if lit else INK)
            line.set(linewidth=2.6 if lit else 0.6, alpha=1 if lit else 0.5, zorder=3 if lit else 2)
        self.axes[0].set_title(f"{name}: solid F ~ q², dashed F = 1", fontsize=14)
        return self.figure

    def says(self, name: str) -> str:
        """Return the limits that are lit, in words."""
        found = [
            f"{kind}, {form}: {curve.upper[0]:.1e} at 0.1 MeV and {curve.upper[-1]:.1e} at 10 GeV"
            for kind, curves in self.curves.items()
            for curve, form in zip(curves.get(name, []), ("F ~ q²", "F = 1"), strict=False)
        ]
        return f"Limits of {name} stand out. {'; '.join(found)}."

    def slider(self) -> VBox:
        """Return a slider of the experiments."""

        def named(number: float) -> str:
            return self.names[int(number)]

        return frames(
            lambda number: self.draw(named(number)),
            range(len(self.names)),
            "experiment",
            lambda number: self.says(named(number)),
            named,
            start=3,
        )


def detector(
    material: str,
    where: str,
    threshold_eV: float,
    kg_years: float,
    background_dru: float,
    sigma_alpha: float,
) -> Experiment:
    """A detector at a reactor or at the SNS, by its knobs, with 24 bins up to the largest recoil.

    Parameters
    ----------
    material : str
        As for `portal.nuclei.target`.
    where : str
        "reactor" or "SNS".
    threshold_eV : float
        Lowest recoil energy; it stays below nine tenths of the largest one.
    kg_years, background_dru, sigma_alpha : float
        Exposure, background per keV, kg and day, and error of the normalisation.

    >>> germanium = detector("Ge", "reactor", 100, 10, 1, 0.1)
    >>> print(f"{germanium.counts().sum():.0f}")
    34174
    """
    source = sns() if where == "SNS" else reactor()
    parts = target(material).parts
    most = max(float(recoil_max(part.mass, source.endpoint)) for part, _ in parts)
    return Experiment(
        target=target(material),
        source=source,
        exposure=kg_years * kg * 365 * day,
        bins=np.geomspace(min(threshold_eV * eV, 0.9 * most), most, 25),
        background=background_dru / (keV * kg * day),
        sigma_alpha=sigma_alpha,
    )


class LimitLines:
    """Limits of a detector on several mediators, as lines that move with the detector.

    Parameters
    ----------
    cases : dict of str to (Vector or Scalar, form factor)
    relative_to : Experiment, optional
        Draw the ratio to the limits of this detector.
    """

    masses = np.geomspace(0.1, 1000, 41) * MeV

    def __init__(self, cases: Mapping[str, Case], relative_to: Experiment | None = None) -> None:
        self.cases = cases
        self.reference = 1.0 if relative_to is None else self.limits(relative_to)
        look: dict[str, Any] = {"ylim": (1e-14, 1e-3), "yticks": [1e-13, 1e-11, 1e-9, 1e-7, 1e-5]}
        look["ylabel"] = "g′q₀²/Λ² (F ~ q²) or g′ (F = 1)"
        if relative_to is not None:
            look = {"ylim": (0.08, 150), "yticks": [0.1, 0.2, 0.5, 1, 2, 5, 10, 20]}
            look["ylabel"] = "g′q₀²/Λ² or g′, over the reference"
        self.figure, (axes,) = stage(
            _MASS_AXIS | {"xticks": [0.1, 1, 10, 100, 1000]} | look, size=(5.4, 4.6)
        )
        self.lines = axes.plot(self.masses, np.ones((len(self.masses), len(cases))))
        axes.legend(self.lines, list(cases), loc="upper left", ncols=2)
        if relative_to is not None:
            axes.axhline(1, color=INK, linewidth=1, linestyle=":")

    def limits(self, detector: Experiment) -> Array:
        """First edges (cases, masses)."""
        curves = [limit_curve(detector, kind(self.masses, f)) for kind, f in self.cases.values()]
        return np.array([curve.upper for curve in curves])

    def draw(self, detector: Experiment, title: str = "") -> Figure:
        """Move the lines to the limits of a detector."""
        for line, y in zip(self.lines, self.limits(detector) / self.reference, strict=True):
            line.set_ydata(y)
        self.figure.axes[0].set_title(title, fontsize=14)
        return self.figure

    def says(self, detector: Experiment, title: str = "") -> str:
        """Return what is drawn at the lowest mass, in words."""
        low = (self.limits(detector) / self.reference)[:, 0]
        drawn = ", ".join(f"{name} {y:.2g}" for name, y in zip(self.cases, low, strict=True))
        return f"{title}. At {self.masses[0]:g} MeV: {drawn}."


def threshold_slider(
    cases: Mapping[str, Case], detector: Callable[[float], Experiment], reference: float
) -> VBox:
    """Limits against those at a reference threshold, and a slider of the threshold.

    Parameters
    ----------
    cases : dict of str to (Vector or Scalar, form factor)
    detector : function of a threshold (MeV)
    reference : float
        The slider goes from a fifth of it to five times as much.
    """
    moving = LimitLines(cases, relative_to=detector(reference))

    def seen(energy: float) -> str:
        return f"threshold {energy / eV:.0f} eV, {detector(energy).counts().sum():.0f} recoils"

    return frames(
        lambda energy: moving.draw(detector(energy), seen(energy)),
        list(reference * np.geomspace(0.2, 5, 21)),
        "threshold",
        lambda energy: moving.says(detector(energy), seen(energy)),
        lambda energy: f"{energy / eV:.0f} eV",
        start=10,
    )


def knobs(cases: Mapping[str, Case]) -> None:
    """Show limits under a widget for each argument of `detector`; they need a kernel.

    Parameters
    ----------
    cases : dict of str to (Vector or Scalar, form factor)
    """
    moving = LimitLines(cases)

    def play(**settings: Any) -> None:
        yours = detector(**settings)
        lowest, recoils = np.min(yours.bins) / eV, yours.counts().sum()
        display(moving.draw(yours, f"{recoils:.0f} recoils above {lowest:.0f} eV"))

    ipywidgets.interact(
        play,
        material=["Ge", "Si", "Ar", "NaI", "CsI"],
        where=["reactor", "SNS"],
        threshold_eV=ipywidgets.IntSlider(100, min=50, max=5000, step=50),
        kg_years=ipywidgets.FloatLogSlider(10, min=-1, max=4),
        background_dru=ipywidgets.FloatLogSlider(1, min=-3, max=3),
        sigma_alpha=ipywidgets.FloatSlider(0.1, min=0, max=0.5, step=0.01),
    )
