"""What an analysis may choose otherwise, as experiments and as other treatments of 1 + α.

`readings` are COHERENT 2017 with one choice changed, `projections` a future experiment with what
the paper leaves open, and `LogNormal` and `FreeYield` are χ² with another normalisation.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from hepunits import meter
from numpy.typing import ArrayLike

from ._validate import Array, instance, number, positive
from .coherent import LIGHT_YIELD, coherent_csi_2017
from .detectors import Experiment
from .fluxes import sns
from .joint import check_measurement
from .limits import limit_curve
from .mediators import Mediator, check_one_mass
from .nuclei import Helm, nucleon_couplings
from .poisson import GRID, Band, search
from .published import read_table
from .responses import Photoelectrons
from .statistics import Profile, allowed_couplings, chi_squared

__all__ = [
    "LOGARITHMS",
    "PULLS",
    "YIELD_ERROR",
    "FreeYield",
    "LogNormal",
    "Scanned",
    "above_standard_model",
    "bump",
    "projections",
    "readings",
    "with_yield",
]

YIELD_ERROR = 0.19
"""Relative error of the light yield of COHERENT's CsI: that of its quenching (Akimov et al.
2018)."""

LOGARITHMS = np.linspace(-3, 2, 2001)
"""Logarithms of the normalisation among which the best one is."""

PULLS = np.linspace(-3, 3, 61)
"""Light yields, in standard deviations, among which the best one is."""


def with_yield(experiment: Experiment, factor: float) -> Experiment:
    """The same experiment with another light yield, all counts computed anew.

    Parameters
    ----------
    experiment : Experiment
        In photoelectrons.
    factor : float
        New light yield over old.

    Raises
    ------
    ValueError, TypeError
        If the factor is not above zero, or the observable is not photoelectrons.

    >>> print(with_yield(coherent_csi_2017(), 1.19).counts().sum().round())
    206.0
    """
    instance("experiment", experiment, Experiment, "an Experiment")
    response = experiment.response
    if not isinstance(response, Photoelectrons):
        raise TypeError(f"experiment = {experiment}: give one that counts Photoelectrons")
    gain = number("factor", factor, positive) * response.gain
    return replace(experiment, response=replace(response, gain=gain))


def readings() -> dict[str, Experiment]:
    """COHERENT 2017 as it is here, and with one choice changed at a time, by what is changed.

    >>> {name: int(one.counts().sum().round()) for name, one in readings().items()}["ours"]
    174
    """
    csi = coherent_csi_2017()
    response = Photoelectrons(LIGHT_YIELD)
    data = read_table("coherent_csi_2017.csv")
    neutrons_left_in = data["coincidence"] - data["anticoincidence"]

    def charge(below: float) -> Experiment:
        return replace(csi, response=replace(response, below=below))

    def nuclei(change: Callable[[Any], Any]) -> Experiment:
        return replace(csi, target=csi.target.each(change))

    return {
        "ours": csi,
        "n photoelectrons read in [n − 1, n)": charge(below=1.0),
        "spread evenly about n": charge(below=0.5),
        "no cut on arrival time": replace(csi, source=sns()),
        "light yield + 19 %": with_yield(csi, 1 + YIELD_ERROR),
        "light yield − 19 %": with_yield(csi, 1 - YIELD_ERROR),
        "radii + 5 % (neutron skin)": nuclei(
            lambda one: replace(one, protons=Helm(1.05 * one.protons.radius))
        ),
        "$\\sin^2\\theta_W$ at the Z mass": nuclei(
            lambda one: replace(one, weak=nucleon_couplings(0.23121))
        ),
        "beam neutrons left in": replace(csi, data=(neutrons_left_in, csi.sigma)),
        "$\\sigma_\\alpha$ = 0.1": replace(csi, sigma_alpha=0.1),
        "$\\sigma_\\alpha$ = 0.5": replace(csi, sigma_alpha=0.5),
    }


def projections(experiment: Experiment) -> dict[str, Experiment]:
    r"""An experiment with its normalisation known, and with what the paper leaves open.

    A future one may run longer.  At the SNS the efficiency may be one, and the printed flux that at
    1 m (chapter 05).

    Parameters
    ----------
    experiment : Experiment
        One with data is a measurement, and nothing about it is open.

    Raises
    ------
    TypeError
        If it is no Experiment.

    >>> from portal.experiments import reactor_ge
    >>> list(projections(reactor_ge()))
    ['$\\sigma_\\alpha$ = 0', 'as projected', 'exposure × 100']
    """
    instance("experiment", experiment, Experiment, "an Experiment")
    known = replace(experiment, sigma_alpha=0.0)
    found = {"$\\sigma_\\alpha$ = 0": known, "as projected": experiment}
    if experiment.data is None:
        found["exposure × 100"] = replace(experiment, exposure=100 * experiment.exposure)
        if experiment.source.name == sns().name:
            found["unit efficiency"] = replace(experiment, efficiency=np.ones_like)
            found["flux at 1 m"] = replace(experiment, source=sns(distance=1 * meter))
    return found


def bump(experiment: Experiment, mediator: Mediator) -> float:
    """How much weaker a limit is at the first mass than at the mass where it is strongest.

    For light mediators F ~ q² cancels the propagator: the spectrum keeps its shape, and only the
    rate tells, which the normalisation absorbs.  Above 1 the curve has a bump at low mass (paper
    Figs. 2 and 3).

    Parameters
    ----------
    experiment : Experiment
    mediator : Vector or Scalar
        With an array of masses.

    Raises
    ------
    ValueError
        As for `limit_curve`.

    >>> from portal import Vector, suppressed
    >>> from portal.experiments import reactor_ge
    >>> print(f"{bump(reactor_ge(), Vector([0.02, 6.0], suppressed(30.0))):.1f}")
    2.0
    """
    upper = limit_curve(experiment, mediator).upper
    return float(upper[0] / upper.min())


def above_standard_model(
    experiment: Experiment, mediator: Mediator, n_sigma: float = 2.0
) -> list[Band]:
    """Bands with χ² ≤ χ² of the Standard Model + n², in place of χ²_min + n² (chapter 06).

    Parameters and errors are those of `allowed_couplings`, for one mass.

    >>> from portal import Scalar
    >>> ((low, high),) = above_standard_model(coherent_csi_2017(), Scalar(10.0))
    >>> print(f"{high:.1e}")
    7.8e-10
    """
    check_measurement(experiment)
    check_one_mass(mediator)
    above = chi_squared(experiment) - Profile.of(experiment, mediator).minimum[0]
    reach = np.sqrt(number("n_sigma", n_sigma, positive) ** 2 + above)
    return allowed_couplings(experiment, mediator, float(reach))  # type: ignore[return-value]


class Scanned:
    """Where a χ² that is no ratio of polynomials allows couplings: a scan that zooms in."""

    experiment: Experiment

    def chi_squared(self, mediator: Mediator | None, coupling: ArrayLike) -> Array:
        """Lowest χ² over the nuisances; compare `portal.chi_squared`."""
        raise NotImplementedError

    def allowed_couplings(self, mediator: Mediator, n_sigma: float = 2.0) -> list[Band]:
        """Bands of couplings with χ² ≤ minimum + n²; compare `portal.allowed_couplings`.

        Parameters
        ----------
        mediator : Vector or Scalar
            Of one mass.
        n_sigma : float
            n, above zero.

        Raises
        ------
        ValueError
            If the mediator has many masses or changes no count, or `n_sigma` is not above zero.
        """
        check_one_mass(mediator)
        reach = number("n_sigma", n_sigma, positive) ** 2
        couplings = Profile.of(self.experiment, mediator).scale[0] * GRID
        return search(lambda g: self.chi_squared(mediator, g), couplings, reach)[0]


@dataclass(frozen=True)
class LogNormal(Scanned):
    """χ² with the normalisation eᵃ, and (a/width)² for it: a normalisation that stays above zero.

    Parameters
    ----------
    experiment : Experiment
        With an error for each bin, and no covariance.
    width : float
        Standard deviation of a.

    Raises
    ------
    TypeError, ValueError
        If the width is not above zero, or there is no Experiment.

    >>> from portal import Scalar
    >>> ((low, high),) = LogNormal(coherent_csi_2017(), 0.28).allowed_couplings(Scalar(10.0))
    >>> print(f"{high:.1e}")
    5.9e-10
    """

    experiment: Experiment
    width: float

    def __post_init__(self) -> None:
        instance("experiment", self.experiment, Experiment, "an Experiment")
        number("width", self.width, positive)

    def chi_squared(self, mediator: Mediator | None, coupling: ArrayLike) -> Array:
        """Lowest χ² over the normalisation."""
        o = self.experiment.whitened(self.experiment.observed)
        t = self.experiment.whitened(self.experiment.counts(mediator, coupling))
        overlap, square = (t @ o)[..., np.newaxis], (t**2).sum(axis=-1)[..., np.newaxis]
        scale = np.exp(LOGARITHMS)
        chi2 = o @ o - 2 * scale * overlap + scale**2 * square + (LOGARITHMS / self.width) ** 2
        return np.asarray(chi2.min(axis=-1))


@dataclass(frozen=True)
class FreeYield(Scanned):
    """χ² with the light yield free within an error: all counts are computed anew for each.

    Parameters
    ----------
    experiment : Experiment
        In photoelectrons; its `sigma_alpha` is what is left of the normalisation's error.
    width : float
        Relative error of the light yield, below a third.

    Raises
    ------
    TypeError, ValueError
        If the width is out of range, or the experiment has no light yield.

    >>> print(FreeYield(coherent_csi_2017(), 0.19).chi_squared(None, 0.0).round(2))
    2.97
    """

    experiment: Experiment
    width: float = YIELD_ERROR

    def __post_init__(self) -> None:
        with_yield(self.experiment, 1.0)
        if number("width", self.width, positive) * PULLS[-1] >= 1:
            raise ValueError(f"width = {self.width}: give an error below a third")

    @cached_property
    def _moved(self) -> list[Experiment]:
        return [with_yield(self.experiment, 1 + self.width * pull) for pull in PULLS]

    def chi_squared(self, mediator: Mediator | None, coupling: ArrayLike) -> Array:
        """Lowest χ² over light yield and α."""
        each = [
            chi_squared(one, mediator, coupling) + pull**2
            for one, pull in zip(self._moved, PULLS, strict=True)
        ]
        return np.asarray(np.min(each, axis=0))
