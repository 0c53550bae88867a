"""From counts to allowed couplings, without a scan: every edge is the root of a polynomial.

Backgrounds, their errors and shapes of the signal are in the covariance V = L Lᵀ of the bins (see
`measurements`), so that in O = L⁻¹N_obs and T = L⁻¹N_th all bins are independent, with the error
one; without correlations O = N_obs/σ.  One nuisance is left, the normalisation 1 + α, with σ_α its
error.  Split T into its part along O and the part across it, T∥ and T⊥.  With v = σ_α², the χ² of
paper (4.1) is lowest at 1 + α = (1 + v O·T)/(1 + v T·T), where it is

    χ² = [(|O| − T∥)² + (1 + v |O|²) |T⊥|²] / [1 + v (T∥² + |T⊥|²)] .

The first term is a wrong rate, the second a wrong shape.  At v = 0 the normalisation is known
and χ² = |O − T|².  All terms are positive, so nothing is lost to rounding.

T is quadratic in the coupling g, so the condition χ² = χ*² is a quartic equation in g.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.polynomial.polynomial import polyder, polyval
from numpy.typing import ArrayLike

from ._validate import Array, number, positive
from .joint import Measurement, check_measurement
from .mediators import Mediator, check_mediator
from .poisson import Band, warn_of_few_counts

__all__ = [
    "TINY",
    "Profile",
    "allowed_couplings",
    "chi_squared",
    "closest",
    "evaluate",
    "join",
    "multiply",
    "roots",
    "scaled_polynomial",
    "square",
]

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
        If a coupling or its χ² is not finite, or a bin expects neither signal nor background.

    >>> from portal.experiments import coherent_csi_2017
    >>> round(float(chi_squared(coherent_csi_2017())), 2)
    3.19
    """
    check_measurement(experiment)
    observed, along, perpendicular = _split(
        experiment, experiment.whitened(experiment.counts(mediator, coupling))
    )
    v = experiment.sigma_alpha**2
    with np.errstate(over="ignore", invalid="ignore"):  # the result is checked
        across = (perpendicular**2).sum(axis=-1)
        chi2 = ((observed - along) ** 2 + (1 + v * observed**2) * across) / (
            1 + v * (along**2 + across)
        )
    if not np.all(np.isfinite(chi2)):
        raise ValueError(
            f"coupling = {np.asarray(coupling)}: give couplings whose χ² is a finite number"
        )
    return chi2


@dataclass(frozen=True)
class Profile:
    """The profiled χ² of every mass as a ratio of polynomials in x = g/scale.

    The columns may be pseudo-experiments too, with one mass (see `toys`).  Coefficients stand along
    the first axis, lowest power first.

    Parameters
    ----------
    observed : float or array (masses,)
        |O|.
    v : float
        σ_α².
    along : array (3, masses)
        Coefficients of T∥.
    across : array (5, masses)
        Coefficients of |T⊥|².
    scale : array (masses,)
        Coupling whose own counts are like those of the Standard Model.
    """

    observed: float | Array
    v: float
    along: Array
    across: Array
    scale: Array

    @classmethod
    def of(cls, experiment: Measurement, mediator: Mediator) -> "Profile":
        """Set up the polynomials for an experiment and a mediator of one mass or many."""
        check_measurement(experiment)
        t, scale = scaled_polynomial(experiment, mediator)
        observed, along, perpendicular = _split(experiment, t)
        return cls(observed, experiment.sigma_alpha**2, along, square(perpendicular), scale)

    @cached_property
    def _excess(self) -> Array:
        """Coefficients (3, masses) of T∥ − |O|."""
        return np.stack([self.along[0] - self.observed, *self.along[1:]])

    @cached_property
    def numerator(self) -> Array:
        """Coefficients (5, masses) of (|O| − T∥)² + (1 + v |O|²) |T⊥|²."""
        return multiply(self._excess, self._excess) + (1 + self.v * self.observed**2) * self.across

    @cached_property
    def denominator(self) -> Array:
        """Coefficients (5, masses) of 1 + v (T∥² + |T⊥|²)."""
        denominator = self.v * (multiply(self.along, self.along) + self.across)
        denominator[0] += 1
        return denominator

    def chi_squared(self, x: Array) -> Array:
        """χ² at the scaled couplings `x` (masses, any number)."""
        return evaluate(self.numerator, x) / evaluate(self.denominator, x)

    @property
    def at_infinity(self) -> Array:
        """χ² (masses,) of couplings so large that only the shape of the new signal counts."""
        with np.errstate(divide="ignore"):  # it is infinite where σ_α = 0
            return self.numerator[4] / self.denominator[4]

    @cached_property
    def minimum(self) -> Array:
        """Lowest χ² (masses,) over all couplings: where its slope vanishes, or at infinity.

        The slope is 2 T∥′(T∥ − |O|) + (T⊥²)′ + v |O| [T∥ (T⊥²)′ − 2 T∥′ T⊥²], times a factor that
        vanishes only where χ² is highest.
        """
        along1, across1 = polyder(self.along), polyder(self.across)
        shape = multiply(self.along, across1) - 2 * multiply(along1, self.across)
        slope = self.v * self.observed * shape[:5]  # the fifth power cancels
        slope[:4] += across1 + 2 * multiply(along1, self._excess)
        return np.minimum(self.chi_squared(roots(slope)).min(axis=-1), self.at_infinity)

    def quartic(self, limit: ArrayLike) -> Array:
        """Coefficients (5, masses) of the polynomial in x that is negative where χ² < `limit`."""
        return self.numerator - np.asarray(limit, dtype=float) * self.denominator

    def bands(self, n_sigma: float) -> list[list[Band]]:
        """Every interval of the coupling, for each mass, with χ² ≤ χ²_min + n_sigma²."""
        limit = self.minimum + number("n_sigma", n_sigma, positive) ** 2
        # Real parts of complex roots do no harm: χ² decides between each two neighbours.
        x = np.sort(roots(self.quartic(limit)), axis=-1)
        below, above = x[:, :1] - 1 - np.abs(x[:, :1]), x[:, -1:] + 1 + np.abs(x[:, -1:])
        probes = np.concatenate([below, (x[:, 1:] + x[:, :-1]) / 2, above], axis=1)
        open_end = np.full_like(below, np.inf)
        edges = np.concatenate([-open_end, x * self.scale[:, np.newaxis], open_end], axis=1)
        return join(edges, self.chi_squared(probes), limit)


def allowed_couplings(
    experiment: Measurement, mediator: Mediator, n_sigma: float = 2.0
) -> list[Band] | list[list[Band]]:
    """Every band of couplings within n standard deviations of the best fit, χ² ≤ χ²_min + n².

    With one free coupling, n = 2 is a confidence level of 95.45 % as far as counts are linear in it
    over the band; `portal.toys` tests this.  Where counts add up to less
    than a thousand, or not to what is expected, three masses are compared with the likelihood of
    Poisson, and a warning, `portal.poisson.FewCounts`, says if edges are a tenth apart.

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
        If `n_sigma` is not above zero, the mediator does not couple to the flux, no recoil reaches
        the bins, or a bin expects neither signal nor background.

    >>> from portal import Vector, suppressed
    >>> from portal.experiments import coherent_csi_2017
    >>> light = Vector(1.0, suppressed(50.0))
    >>> len(allowed_couplings(coherent_csi_2017(), light))
    2
    """
    check_mediator(mediator)
    if np.ndim(mediator.mass) > 1:
        raise ValueError(
            f"mediator.mass has shape {np.shape(mediator.mass)}: give a number or one dimension"
        )
    bands = Profile.of(experiment, mediator).bands(n_sigma)
    warn_of_few_counts(experiment, mediator, bands, n_sigma)
    return bands if np.ndim(mediator.mass) else bands[0]


def closest(experiment: Measurement, mediator: Mediator) -> tuple[float, float]:
    """How well the best of many mediators fits: the root of its χ², and its mass (MeV).

    For an experiment that observes another model (`Experiment.observing`) this is at how many σ
    it would tell that model from all of these.

    Parameters
    ----------
    experiment : Experiment or Joint
    mediator : Vector or Scalar
        With the masses to try; each coupling is the best one.

    Raises
    ------
    ValueError
        If there is no mass; else as for `allowed_couplings`.

    >>> from portal import Vector, suppressed
    >>> from portal.experiments import coherent_ar_future
    >>> seen = coherent_ar_future().observing(Vector(100.0, suppressed(50.0)), 7e-9)
    >>> sigma, mass = closest(seen, Vector([10.0, 100.0, 1000.0]))
    >>> print(f"{sigma:.1f} sigma at {mass:.0f} MeV")
    0.2 sigma at 100 MeV
    """
    check_mediator(mediator)
    masses = np.ravel(mediator.mass)
    if not masses.size:
        raise ValueError(f"mediator = {mediator}: give at least one mass")
    chi2 = np.ravel(Profile.of(experiment, mediator).minimum)
    best = int(chi2.argmin())
    return float(np.sqrt(max(chi2[best], 0.0))), float(masses[best])


def scaled_polynomial(experiment: Measurement, mediator: Mediator) -> tuple[Array, Array]:
    """Coefficients (3, masses, bins) of T in x = g/scale, and the scale (masses,)."""
    t = experiment.whitened(experiment.polynomial(mediator))
    t = t.reshape(3, np.size(mediator.mass), t.shape[-1])
    standard, new = np.linalg.norm(t[0], axis=-1), np.linalg.norm(t[2], axis=-1)
    if np.any(new == 0):
        raise ValueError(
            f"mediator = {mediator}: it changes no count; give flavours that are in the flux, "
            "bins that recoils reach, and a mass whose fourth power is a finite number"
        )
    scale = np.sqrt((standard + 1) / new)
    t *= scale[:, np.newaxis] ** np.arange(3)[:, np.newaxis, np.newaxis]
    return t, scale


def _split(experiment: Measurement, t: Array) -> tuple[float, Array, Array]:
    """|O|, the part T∥ (...,) of T along O, and the part T⊥ (..., bins) across it."""
    o = experiment.whitened(experiment.observed)
    observed = float(np.linalg.norm(o))
    direction = o / observed if observed else o
    along = t @ direction
    return observed, along, t - along[..., np.newaxis] * direction


def evaluate(polynomials: Array, x: Array) -> Array:
    """Values of polynomials (powers, rows), each at its own row of `x` (rows, any)."""
    return polyval(x, polynomials[..., np.newaxis], tensor=False)


def multiply(a: Array, b: Array) -> Array:
    """Products (powers, ...) of polynomials, lowest power first along the first axis."""
    product = np.zeros((len(a) + len(b) - 1, *a.shape[1:]))
    for power, coefficient in enumerate(a):
        product[power : power + len(b)] += coefficient * b
    return product


def square(t: Array) -> Array:
    """Coefficients (5, ...) of |T|², for a T of bins (3, ..., bins) that is quadratic.

    >>> square(np.array([[1.0, 0.0], [1.0, 2.0], [0.0, 1.0]]))  # (1 + x, 2x + x²)
    array([1., 2., 5., 4., 1.])
    """
    products = np.einsum("p...b,q...b->pq...", t, t)
    return np.array([products[::-1].trace(power) for power in range(-2, 3)])


def roots(polynomials: Array) -> Array:
    """Real parts of the roots (..., degree), as eigenvalues of companion matrices.

    A vanishing leading coefficient sends its root to infinity; the smallest one that is still
    above the rounding error keeps it finite.

    Parameters
    ----------
    polynomials : array (degree + 1, ...)
        Coefficients, lowest power first.

    >>> np.sort(roots(np.array([-6.0, 1.0, 1.0])))
    array([-3.,  2.])
    """
    degree = len(polynomials) - 1
    smallest = TINY * np.abs(polynomials).max(axis=0)
    lead = polynomials[-1]
    lead = np.where(np.abs(lead) < smallest, smallest, lead)
    companion = np.zeros((*lead.shape, degree, degree))
    companion[..., 1:, :-1] = np.eye(degree - 1)
    companion[..., -1] = -np.moveaxis(polynomials[:-1] / lead, 0, -1)
    return np.asarray(np.linalg.eigvals(companion).real, dtype=float)


def join(edges: Array, chi2: Array, limit: Array) -> list[list[Band]]:
    """Join the intervals between neighbouring edges of each row, where χ² ≤ limit, into bands.

    The lowest χ² is allowed, however narrow its band.

    Parameters
    ----------
    edges : array (rows, n)
        Ascending in each row.
    chi2 : array (rows, n − 1)
        χ² inside each interval.
    limit : array (rows,)

    >>> join(np.array([[1.0, 2.0, 3.0, 4.0]]), np.array([[0.3, 0.8, 2.0]]), np.array([1.0]))
    [[(1.0, 3.0)]]
    """
    allowed = chi2 <= np.maximum(limit, chi2.min(axis=1))[:, np.newaxis]
    inside = np.pad(allowed, ((0, 0), (1, 1)))
    low, high = inside[:, 1:] & ~inside[:, :-1], inside[:, :-1] & ~inside[:, 1:]
    bands = list(zip(edges[low].tolist(), edges[high].tolist(), strict=True))
    ends = np.cumsum(low.sum(axis=1)).tolist()
    return [bands[start:end] for start, end in pairwise([0, *ends])]
