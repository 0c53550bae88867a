"""From counts to allowed couplings, without a scan: every edge is the root of a polynomial.

The penalty (α/σ_α)² of paper (4.1) has the form of one more bin, in which 1/σ_α is seen and
(1 + α)/σ_α is expected.  With O = (N_obs/σ, 1/σ_α) and T = (N_th/σ, 1/σ_α) the minimum over α is
the squared distance of the point O from the line through T,

    χ² = |O|² − (O·T)²/|T|² = |O|² |T⊥|² / (T∥² + |T⊥|²) ,

where T∥ and T⊥ are the parts of T along O and across it.  T is quadratic in the coupling g, so
the condition χ² = χ*² is a quartic equation in g.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.polynomial.polynomial import polyder, polyval
from numpy.typing import ArrayLike

from ._validate import Array, positive
from .detectors import Experiment
from .scattering import Mediator

Band = tuple[float, float]

TINY = 1e-15
"""Relative size below which the leading coefficient of a quartic counts as zero."""


def chi_squared(
    experiment: Experiment, mediator: Mediator | None = None, coupling: ArrayLike = 0.0
) -> Array:
    """χ² of paper (4.1) and (4.2) at its minimum over the normalisation α.

    Parameters
    ----------
    experiment : Experiment
    mediator : Vector, Scalar or None
    coupling : array
        Broadcasts with the masses of the mediator.

    Raises
    ------
    ValueError
        If a coupling is not finite, or a bin expects neither signal nor background.

    >>> from portal.experiments import coherent_csi_2017
    >>> round(float(chi_squared(coherent_csi_2017())), 2)
    3.25
    """
    o = _over_errors(experiment, experiment.observed)
    t = _over_errors(experiment, experiment.counts(mediator, coupling))
    normalisation = (t @ o) / (t**2).sum(axis=-1)  # 1 + α
    return ((o - normalisation[..., np.newaxis] * t) ** 2).sum(axis=-1)


@dataclass(frozen=True)
class Profile:
    """The profiled χ² of every mass as a ratio of polynomials in x = g/scale.

    Parameters
    ----------
    total : float
        |O|².
    along : array (masses, 3)
        Coefficients of T∥, lowest power first.
    across : array (masses, 5)
        Coefficients of |T⊥|².
    scale : array (masses,)
        Coupling whose own counts are like those of the Standard Model.
    """

    total: float
    along: Array
    across: Array
    scale: Array

    @classmethod
    def of(cls, experiment: Experiment, mediator: Mediator) -> "Profile":
        """Set up the polynomials for an experiment and a mediator of one mass or many."""
        n = experiment.polynomial(mediator)
        t = _over_errors(experiment, n.reshape(3, -1, n.shape[-1]))
        t[1:, :, -1] = 0.0  # the bin of α does not depend on the coupling
        standard, new = np.linalg.norm(t[0, :, :-1], axis=-1), np.linalg.norm(t[2], axis=-1)
        if np.any(new == 0):
            raise ValueError(
                f"mediator = {mediator}: it changes no count; give flavours that are in the flux "
                "and a mass whose fourth power is a finite number"
            )
        scale = np.sqrt((standard + 1) / new)
        t *= scale[:, np.newaxis] ** np.arange(3)[:, np.newaxis, np.newaxis]
        o = _over_errors(experiment, experiment.observed)
        direction = o / np.linalg.norm(o)
        along = t @ direction
        perpendicular = t - along[..., np.newaxis] * direction
        across = np.zeros((len(scale), 5))
        for p in range(3):
            for q in range(3):
                across[:, p + q] += (perpendicular[p] * perpendicular[q]).sum(axis=-1)
        return cls(float(o @ o), along.T, across, scale)

    def chi_squared(self, x: Array) -> Array:
        """χ² at the scaled couplings `x` (masses, any number)."""
        across, along = _evaluate(self.across, x), _evaluate(self.along, x)
        return self.total * across / (along**2 + across)

    @property
    def at_infinity(self) -> Array:
        """χ² (masses,) of couplings so large that only the shape of the new signal counts."""
        along, across = self.along[:, 2], self.across[:, 4]
        return self.total * across / (along**2 + across)

    @property
    def minimum(self) -> Array:
        """Lowest χ² (masses,) over all couplings: where |T⊥|²/T∥² is stationary, or at infinity."""
        slope = _multiply(polyder(self.across, axis=1), self.along) - 2 * _multiply(
            self.across, polyder(self.along, axis=1)
        )
        stationary = _roots(slope[:, :5])  # the fifth power cancels
        return np.minimum(self.chi_squared(stationary).min(axis=-1), self.at_infinity)

    def quartic(self, limit: ArrayLike) -> Array:
        """Coefficients (masses, 5) of the polynomial in x that is negative where χ² < `limit`.

        It is (|O|² − χ*²) |T|² − (O·T)² = (|O|² − χ*²) |T⊥|² − χ*² T∥².
        """
        limit = np.asarray(limit, dtype=float).reshape(-1, 1)
        return (self.total - limit) * self.across - limit * _multiply(self.along, self.along)

    def bands(self, n_sigma: float) -> list[list[Band]]:
        """Every interval of the coupling, for each mass, with χ² ≤ χ²_min + n_sigma²."""
        limit = self.minimum + positive("n_sigma", n_sigma) ** 2
        # Real parts of complex roots do no harm: χ² decides between each two neighbours.
        x = np.sort(_roots(self.quartic(limit)), axis=-1)
        beyond = 1 + np.abs(x[:, [0, -1]])
        probes = np.column_stack(
            [x[:, 0] - beyond[:, 0], (x[:, 1:] + x[:, :-1]) / 2, x[:, -1] + beyond[:, 1]]
        )
        allowed = np.pad(self.chi_squared(probes) <= limit[:, np.newaxis], ((0, 0), (1, 1)))
        edges = np.pad(x * self.scale[:, np.newaxis], ((0, 0), (1, 1)), constant_values=np.inf)
        edges[:, 0] = -np.inf
        low, high = allowed[:, 1:] & ~allowed[:, :-1], allowed[:, :-1] & ~allowed[:, 1:]
        bands = list(zip(edges[low].tolist(), edges[high].tolist(), strict=True))
        ends = np.cumsum(low.sum(axis=1)).tolist()
        return [bands[start:end] for start, end in pairwise([0, *ends])]


def allowed_couplings(
    experiment: Experiment, mediator: Mediator, n_sigma: float = 2.0
) -> list[Band] | list[list[Band]]:
    """Every band of couplings within n standard deviations of the best fit, χ² ≤ χ²_min + n².

    With one free coupling, n = 2 is a confidence level of 95.45 %.

    Parameters
    ----------
    experiment : Experiment
    mediator : Vector or Scalar
        One mass, or a one-dimensional array of them.
    n_sigma : float
        n, above zero.

    Returns
    -------
    list of (low, high), ascending; an open end is infinite.  For an array of masses, one such
    list for each.

    Raises
    ------
    ValueError
        If `n_sigma` is not above zero, the mediator does not couple to the flux, or a bin
        expects neither signal nor background.

    >>> from portal import Vector, suppressed
    >>> from portal.experiments import coherent_csi_2017
    >>> light = Vector(1.0, suppressed(50.0))
    >>> len(allowed_couplings(coherent_csi_2017(), light))
    2
    """
    if np.ndim(mediator.mass) > 1:
        raise ValueError(
            f"mediator.mass has shape {np.shape(mediator.mass)}: give a number or one dimension"
        )
    bands = Profile.of(experiment, mediator).bands(n_sigma)
    return bands if np.ndim(mediator.mass) else bands[0]


def _over_errors(experiment: Experiment, counts: Array) -> Array:
    """Counts (..., bins) over their errors, with the bin of α at the end."""
    pulls = counts / experiment.sigma
    alpha = np.full((*pulls.shape[:-1], 1), 1 / experiment.sigma_alpha)
    return np.concatenate([pulls, alpha], axis=-1)


def _evaluate(polynomial: Array, x: Array) -> Array:
    """Values of each row's polynomial at the same row of `x`."""
    return polyval(x, polynomial.T[:, :, np.newaxis], tensor=False)


def _multiply(a: Array, b: Array) -> Array:
    product = np.zeros((len(a), a.shape[1] + b.shape[1] - 1))
    for power in range(a.shape[1]):
        product[:, power : power + b.shape[1]] += a[:, power, np.newaxis] * b
    return product


def _roots(polynomial: Array) -> Array:
    """Real parts of the roots of each row, as eigenvalues of its companion matrix.

    A vanishing leading coefficient sends its root to infinity; the smallest one that is still
    above the rounding error keeps it finite.
    """
    degree = polynomial.shape[1] - 1
    size = np.abs(polynomial).max(axis=-1)
    lead = polynomial[:, -1]
    lead = np.where(np.abs(lead) < TINY * size, TINY * size, lead)
    companion = np.zeros((len(polynomial), degree, degree))
    companion[:, 1:, :-1] = np.eye(degree - 1)
    companion[:, :, -1] = -polynomial[:, :-1] / lead[:, np.newaxis]
    return np.asarray(np.linalg.eigvals(companion).real, dtype=float)
