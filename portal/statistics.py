"""From counts to allowed couplings, without a scan: every edge is the root of a polynomial.

With O = N_obs/σ, T = N_th/σ and v = σ_α², the χ² of paper (4.1) is lowest at
1 + α = (1 + v O·T)/(1 + v T·T), where it is

    χ² = O·O + [T·T − 2 O·T − v (O·T)²]/(1 + v T·T) .

At v = 0 the normalisation is known, and this is |O − T|².

T is quadratic in the coupling g, so the condition χ² = χ*² is a quartic equation in g.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._validate import Array, positive
from .detectors import Measurement
from .scattering import Mediator

Band = tuple[float, float]

FAR = 1e12
"""Scaled couplings beyond this count as infinite."""

TINY = 1e-15
"""Relative size below which the leading coefficient of a quartic counts as zero."""


def chi_squared(
    experiment: Measurement, mediator: Mediator | None = None, coupling: ArrayLike = 0.0
) -> Array:
    """χ² of paper (4.1) and (4.2) at its minimum over the normalisation α.

    Parameters
    ----------
    experiment : Experiment or Joint
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
    o = experiment.observed / experiment.sigma
    t = experiment.counts(mediator, coupling) / experiment.sigma
    v = experiment.sigma_alpha**2
    ot, tt = t @ o, (t**2).sum(axis=-1)
    return o @ o + (tt - 2 * ot - v * ot**2) / (1 + v * tt)


@dataclass(frozen=True)
class Profile:
    """The profiled χ² of every mass as a ratio of polynomials in x = g/scale.

    Parameters
    ----------
    oo : float
        O·O.
    v : float
        σ_α².
    ot : array (masses, 3)
        Coefficients of O·T, lowest power first.
    tt : array (masses, 5)
        Coefficients of T·T.
    scale : array (masses,)
        Coupling at which new physics and the Standard Model give like rates.
    """

    oo: float
    v: float
    ot: Array
    tt: Array
    scale: Array

    @classmethod
    def of(cls, experiment: Measurement, mediator: Mediator) -> "Profile":
        """Set up the polynomials for an experiment and a mediator of one mass or many."""
        n = experiment.polynomial(mediator) / experiment.sigma
        n = n.reshape(3, -1, n.shape[-1])
        scale = np.sqrt(np.linalg.norm(n[0], axis=-1) / np.linalg.norm(n[2], axis=-1))
        n = n * scale[:, np.newaxis] ** np.arange(3)[:, np.newaxis, np.newaxis]
        o = experiment.observed / experiment.sigma
        ot = np.einsum("pmb,b->mp", n, o)
        n00, n01, n02, n11, n12, n22 = (
            np.einsum("mb,mb->m", n[p], n[q])
            for p, q in ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
        )
        tt = np.stack([n00, 2 * n01, n11 + 2 * n02, 2 * n12, n22], axis=-1)
        return cls(float(o @ o), experiment.sigma_alpha**2, ot, tt, scale)

    @property
    def numerator(self) -> Array:
        """Coefficients (masses, 5) of T·T − 2 O·T − v (O·T)²."""
        numerator = self.tt - self.v * _multiply(self.ot, self.ot)
        numerator[:, :3] -= 2 * self.ot
        return numerator

    @property
    def denominator(self) -> Array:
        """Coefficients (masses, 5) of 1 + v T·T."""
        return np.eye(1, 5) + self.v * self.tt

    def chi_squared(self, x: Array) -> Array:
        """χ² at the scaled couplings `x` (masses, any number), which may be infinite."""
        far = np.abs(x) > FAR
        x = np.where(far, 0.0, x)
        near = self.oo + _evaluate(self.numerator, x) / _evaluate(self.denominator, x)
        return np.where(far, self.at_infinity[:, np.newaxis], near)

    @property
    def at_infinity(self) -> Array:
        """χ² (masses,) of couplings so large that only the shape of the new signal counts."""
        if self.v == 0:
            return np.full(len(self.tt), np.inf)
        return self.oo + self.numerator[:, 4] / self.denominator[:, 4]

    @property
    def minimum(self) -> Array:
        """Lowest χ² (masses,) over all couplings.

        The slope is (1 + v O·T) [(T·T)′(1 + v O·T) − 2 (O·T)′(1 + v T·T)]/(1 + v T·T)²; χ² is
        highest where the first factor vanishes and lowest at a root of the second.
        """
        fit = np.eye(1, 3) + self.v * self.ot
        slope = _multiply(_derivative(self.tt), fit) - 2 * _multiply(
            _derivative(self.ot), self.denominator
        )
        stationary = _roots(slope[:, :5])  # the fifth power cancels
        return np.minimum(self.chi_squared(stationary).min(axis=-1), self.at_infinity)

    def quartic(self, limit: ArrayLike) -> Array:
        """Coefficients (masses, 5) of the polynomial in x that is negative where χ² < `limit`."""
        excess = (self.oo - np.asarray(limit, dtype=float)).reshape(-1, 1)
        return excess * self.denominator + self.numerator

    def bands(self, n_sigma: float) -> list[list[Band]]:
        """Every interval of the coupling, for each mass, with χ² ≤ χ²_min + n_sigma²."""
        limit = self.minimum + n_sigma**2
        # Real parts of complex roots do no harm: χ² decides between each two neighbours.
        x = np.sort(_roots(self.quartic(limit)), axis=-1)
        probes = np.column_stack([x[:, 0] - 1, (x[:, 1:] + x[:, :-1]) / 2, x[:, -1] + 1])
        allowed = self.chi_squared(probes) <= limit[:, np.newaxis]
        edges = np.pad(x, ((0, 0), (1, 1)), constant_values=np.inf) * self.scale[:, np.newaxis]
        edges[:, 0] = -np.inf
        return [_join(*row) for row in zip(edges.tolist(), allowed.tolist(), strict=True)]


def allowed_couplings(
    experiment: Measurement, mediator: Mediator, n_sigma: float = 2.0
) -> list[Band] | list[list[Band]]:
    """Every band of couplings within n standard deviations of the best fit, χ² ≤ χ²_min + n².

    With one free coupling, n = 2 is a confidence level of 95.45 %.

    Parameters
    ----------
    experiment : Experiment or Joint
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
        If `n_sigma` is not above zero, or a bin expects neither signal nor background.

    >>> from portal import Vector, suppressed
    >>> from portal.experiments import coherent_csi_2017
    >>> light = Vector(1.0, suppressed(50.0))
    >>> len(allowed_couplings(coherent_csi_2017(), light))
    2
    """
    positive("n_sigma", n_sigma)
    if np.ndim(mediator.mass) > 1:
        raise ValueError(
            f"mediator.mass has shape {np.shape(mediator.mass)}: give a number or one dimension"
        )
    bands = Profile.of(experiment, mediator).bands(n_sigma)
    return bands if np.ndim(mediator.mass) else bands[0]


def _join(edges: list[float], allowed: list[bool]) -> list[Band]:
    """Join neighbouring allowed intervals between `edges` into bands."""
    bands: list[Band] = []
    for low, high, inside in zip(edges[:-1], edges[1:], allowed, strict=True):
        if inside and bands and bands[-1][1] == low:
            bands[-1] = (bands[-1][0], high)
        elif inside:
            bands.append((low, high))
    return bands


def _evaluate(polynomial: Array, x: Array) -> Array:
    """Values of each row's polynomial at the same row of `x`."""
    return np.polynomial.polynomial.polyval(x, polynomial.T[:, :, np.newaxis], tensor=False)


def _derivative(polynomial: Array) -> Array:
    return polynomial[:, 1:] * np.arange(1, polynomial.shape[1])


def _multiply(a: Array, b: Array) -> Array:
    product = np.zeros((len(a), a.shape[1] + b.shape[1] - 1))
    for power in range(a.shape[1]):
        product[:, power : power + b.shape[1]] += a[:, power, np.newaxis] * b
    return product


def _roots(polynomial: Array) -> Array:
    """Real parts of the roots of each row, as eigenvalues of its companion matrix.

    A vanishing leading coefficient sends its root to infinity; the smallest one that is still
    above the rounding error keeps it finite, beyond `FAR`.
    """
    degree = polynomial.shape[1] - 1
    size = np.abs(polynomial).max(axis=-1)
    lead = polynomial[:, -1]
    lead = np.where(np.abs(lead) < TINY * size, TINY * size, lead)
    companion = np.zeros((len(polynomial), degree, degree))
    companion[:, 1:, :-1] = np.eye(degree - 1)
    companion[:, :, -1] = -polynomial[:, :-1] / lead[:, np.newaxis]
    return np.asarray(np.linalg.eigvals(companion).real, dtype=float)
