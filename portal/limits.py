"""Limits as curves over the mass of the mediator."""

from dataclasses import dataclass

import numpy as np
from hepunits import MeV, TeV

from ._validate import Array
from .detectors import Measurement, check_measurement
from .mediators import Vector, direct, suppressed
from .scattering import Mediator
from .statistics import Band, Profile


@dataclass(frozen=True)
class LimitCurve:
    """Allowed couplings against mass.

    Parameters
    ----------
    masses : array (n,)
        m′ (MeV).
    bands : list of n lists of (low, high)
        Every allowed band, ascending.
    """

    masses: Array
    bands: list[list[Band]]

    @property
    def upper(self) -> Array:
        """First edge above zero (n,): the limit, where zero is allowed; 0 if there is none."""
        above = [[edge for band in bands for edge in band if edge > 0] for bands in self.bands]
        return np.array([min(edges, default=0.0) for edges in above])

    @property
    def lower(self) -> Array:
        """First edge below zero (n,): the limit on that side; 0 if there is none."""
        below = [[edge for band in bands for edge in band if edge < 0] for bands in self.bands]
        return np.array([max(edges, default=0.0) for edges in below])

    @property
    def outer(self) -> Array:
        """Last edge (n,): no larger coupling is allowed.  It is infinite for an open band."""
        return np.array([bands[-1][1] for bands in self.bands])


def limit_curve(experiment: Measurement, mediator: Mediator, n_sigma: float = 2.0) -> LimitCurve:
    """Allowed couplings for an array of masses (the curves of paper Figs. 2, 3, 5 and 6).

    Parameters
    ----------
    experiment : Experiment or Joint
    mediator : Vector or Scalar
        With an array of masses (MeV).
    n_sigma : float
        Standard deviations from the best fit, above zero.

    Raises
    ------
    ValueError
        If the mediator has no array of masses, or `n_sigma` is not above zero.

    >>> from portal import Scalar, experiments
    >>> curve = limit_curve(experiments.coherent_csi_2017(), Scalar([1000.0, 2000.0]))
    >>> round(float(curve.upper[1] / curve.upper[0]), 2)
    3.99
    """
    masses = np.asarray(mediator.mass, dtype=float)
    if masses.ndim != 1:
        raise ValueError(f"mediator.mass = {mediator.mass}: give an array of masses")
    return LimitCurve(masses, Profile.of(experiment, mediator).bands(n_sigma))


def typical_momentum(experiment: Measurement) -> float:
    """Root mean square of the momentum transfer q (MeV) of what the Standard Model lets expect.

    The interference with a heavy vector measures it: n1 for F = Q² over n1 for F = 1 is the mean
    of Q².  With q0 at this value the heavy limits with and without form factor are alike, where
    only the rate decides.

    >>> from portal.experiments import coherent_csi_2017
    >>> round(typical_momentum(coherent_csi_2017()))
    54
    """
    check_measurement(experiment)
    heavy = 1 * TeV
    with_q2, without = (
        experiment.polynomial(Vector(heavy, form_factor))[1].sum()
        for form_factor in (suppressed(1 * MeV), direct)
    )
    return float(np.sqrt(with_q2 / without))
