"""Few events: the likelihood of Poisson in place of χ², profiled over the same nuisances.

Counts n with the expectation μ have −2 ln λ = 2 Σ [μ − n + n ln(n/μ)], which is χ² where counts
are many.  With N(g) the signal, σ_a the relative uncertainties of its normalisation, and c_j what
each background and shape changes,

    μ = N(g) (1 + Σ σ_a θ_a) + Σ b_k + Σ c_j θ_j ,    −2 ln λ + Σ θ² is lowest over all θ.

μ is linear in θ, so the function is convex and Newton's method finds its only minimum.  Here
normalisations multiply N(g) itself, while `statistics` treats all but one at N(0).
"""

import warnings
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from ._validate import Array, number, positive
from .joint import Measurement, check_measurement
from .mediators import Mediator, check_one_mass

__all__ = [
    "CONVERGED",
    "EMPTY",
    "FAR",
    "FEW",
    "GRID",
    "HALVINGS",
    "POINTS",
    "STEPS",
    "ZOOMS",
    "Band",
    "FewCounts",
    "poisson_couplings",
    "poisson_likelihood",
    "profile",
    "search",
    "warn_of_few_counts",
]

Band = tuple[float, float]

FEW = 1000.0
"""Below this many events in all, limits from χ² are compared with those of Poisson.

In projections they differ by about 1.6/√events: a tenth at 250 events, a twentieth here."""

FAR = 0.1
"""They are compared too where the events counted are so far, relatively, from those expected: the
variance in χ² is that of the expected ones, and more events do not mend it."""

GRID = np.sinh(np.linspace(-9, 9, 301))
"""Couplings at which bands are looked for; at one the new counts are like those without it."""

ZOOMS, POINTS = 8, 17
"""Each zoom takes the interval around a minimum or an edge and looks at so many points in it."""

STEPS = 100
"""Newton steps at most; about ten are needed."""

HALVINGS = 40
"""Halvings of a step at most."""

CONVERGED = 1e-10
"""Newton stops where the function can fall by no more than this, relative to one plus itself."""

EMPTY = 1e-9
"""An empty bin counts as this many events, which keeps its expectation above zero."""


class FewCounts(UserWarning):
    """The edges from χ² are more than a tenth off those from the likelihood of Poisson."""


def poisson_likelihood(
    experiment: Measurement, mediator: Mediator | None = None, coupling: ArrayLike = 0.0
) -> Array:
    """−2 ln λ at its minimum over all nuisances; compare `chi_squared`.

    Parameters
    ----------
    experiment : Experiment or Joint
        A projection, or data that are counts.
    mediator : Vector, Scalar or None
    coupling : array
        Broadcasts with the masses of the mediator.

    Raises
    ------
    ValueError
        If the data are a signal with errors, a coupling is not finite, or events were counted
        in a bin that expects none.

    >>> from portal.experiments import coherent_ar_future
    >>> print(poisson_likelihood(coherent_ar_future()))
    0.0
    """
    check_measurement(experiment)
    counted, background = experiment.raw_counts, experiment.expected_background
    signal = experiment.counts(mediator, coupling)
    flat = signal.reshape(-1, len(counted))
    impossible = (flat + background <= 0).any(axis=0) & (counted > 0)
    if np.any(impossible):
        raise ValueError(
            f"data = {counted}: counts where nothing is expected; give bins that recoils reach, "
            "or a background above zero"
        )
    scaled = experiment.normalisations * flat[:, np.newaxis]
    lowest = profile(counted, flat + background, scaled, experiment.shifts)
    return lowest.reshape(signal.shape[:-1])


def profile(counted: Array, expected: Array, scaled: Array, shifts: Array) -> Array:
    """−2 ln λ (rows,) at its minimum over all nuisances, for rows of expected counts.

    Parameters
    ----------
    counted : array (bins,)
    expected : array (rows, bins)
    scaled : array (rows, any, bins)
        What nuisances change that scale with the signal.
    shifts : array (any, bins)
        What the others change.
    """
    fixed = np.broadcast_to(shifts, (len(expected), *shifts.shape))
    slopes = np.concatenate([scaled, fixed], axis=1)  # ∂μ/∂θ: (rows, nuisances, bins)
    lowest = _minimise(np.maximum(counted, EMPTY), np.maximum(expected, EMPTY), slopes)
    return np.maximum(lowest, 0.0)


def _function(n: Array, mu: Array, theta: Array) -> Array:
    """−2 ln λ + Σ θ² (couplings,); infinite where an expectation is not above zero."""
    allowed = (mu > 0).all(axis=-1)
    mu = np.where(mu > 0, mu, 1.0)
    excess = (mu - n) / n  # many counts would cancel in μ − n + n ln(n/μ)
    value = 2 * (n * (excess - np.log1p(excess))).sum(axis=-1) + (theta**2).sum(axis=-1)
    return np.where(allowed, value, np.inf)


def _minimise(n: Array, expected: Array, slopes: Array) -> Array:
    """Lowest −2 ln λ + Σ θ² over the nuisances θ, for each row."""
    theta = np.zeros(slopes.shape[:2])
    mu, value = expected, _function(n, expected, theta)
    unit = np.eye(slopes.shape[1])
    for _ in range(STEPS):
        gradient = 2 * (slopes @ (1 - n / mu)[..., np.newaxis])[..., 0] + 2 * theta
        weighted = slopes * (n / mu**2)[:, np.newaxis]
        hessian = 2 * (weighted @ np.swapaxes(slopes, 1, 2) + unit)
        step = -np.linalg.solve(hessian, gradient[..., np.newaxis])[..., 0]
        fall = -(gradient * step).sum(axis=-1)
        enough = CONVERGED * (1 + np.abs(value))
        if np.all(fall < enough):
            return value
        change = np.einsum("ck,ckb->cb", step, slopes)
        # no expectation may fall below a hundredth of what it is
        shrinks = (-change / mu).max(axis=-1)
        length = np.minimum(1.0, 0.99 / np.maximum(shrinks, 0.99))
        # halve the step of each row until the function falls as much as its slope promises
        for _ in range(HALVINGS):
            tried = theta + length[:, np.newaxis] * step
            then = mu + length[:, np.newaxis] * change
            trial = _function(n, then, tried)
            short = trial > value - 0.1 * length * fall + enough
            if not np.any(short):
                break
            length = np.where(short, length / 2, length)
        theta, mu, value = tried, then, trial
    # the function is convex and each step lowers it: no input is known that comes to this line
    raise ValueError(  # pragma: no cover
        f"data = {n}: the likelihood has no minimum that Newton's method finds"
    )


def poisson_couplings(
    experiment: Measurement, mediator: Mediator, n_sigma: float = 2.0
) -> list[Band]:
    """Bands of couplings with −2 ln λ ≤ minimum + n²; compare `allowed_couplings`.

    A scan finds the bands, so one that is narrower than a sixteenth of its coupling may be missed.
    That −2 ln λ is distributed as χ² is an approximation too where events are few.

    Parameters
    ----------
    experiment : Experiment or Joint
    mediator : Vector or Scalar
        Of one mass.
    n_sigma : float
        n, above zero.

    Raises
    ------
    ValueError
        As for `poisson_likelihood`, if `n_sigma` is not above zero, the mediator has many masses,
        or it changes no count.

    >>> from portal import Scalar
    >>> from portal.experiments import coherent_ar_future
    >>> ((low, high),) = poisson_couplings(coherent_ar_future(), Scalar(10.0))
    >>> print(f"{high:.1e}")
    2.4e-10
    """
    check_measurement(experiment)
    check_one_mass(mediator)
    reach = number("n_sigma", n_sigma, positive) ** 2
    standard, _, new = experiment.polynomial(mediator).sum(axis=-1)
    if new == 0:
        raise ValueError(f"mediator = {mediator}: give one that changes counts")
    g = np.sqrt((standard + 1) / new) * GRID
    return search(lambda points: poisson_likelihood(experiment, mediator, points), g, reach)[0]


def search(
    likelihood: Callable[[Array], Array], g: Array, reach: float
) -> tuple[list[Band], float, float]:
    """Bands where a likelihood is within `reach` of its minimum; where that is, and how low.

    Parameters
    ----------
    likelihood : function of an array of any shape
    g : array (n,)
        Where to look first, ascending.
    reach : float
    """
    value = likelihood(g)
    valley = 1 + np.flatnonzero((value[1:-1] <= value[:-2]) & (value[1:-1] <= value[2:]))
    low, high = g[valley - 1], g[valley + 1]
    for _ in range(ZOOMS):
        near = np.linspace(low, high, POINTS, axis=-1)
        at = np.clip(likelihood(near).argmin(axis=1), 1, POINTS - 2)
        rows = np.arange(len(near))
        low, high = near[rows, at - 1], near[rows, at + 1]
    bottom = (low + high) / 2
    g, value = np.append(g, bottom), np.append(value, likelihood(bottom))
    order = np.argsort(g)
    best, lowest = float(g[value.argmin()]), float(value.min())
    g, limit = g[order], lowest + reach
    allowed = value[order] <= limit
    crossing = np.flatnonzero(allowed[1:] != allowed[:-1])
    low, high = g[crossing], g[crossing + 1]
    for _ in range(ZOOMS):
        near = np.linspace(low, high, POINTS, axis=-1)
        inside = likelihood(near) <= limit
        at = (inside[:, 1:] != inside[:, :-1]).argmax(axis=1)
        rows = np.arange(len(near))
        low, high = near[rows, at], near[rows, at + 1]
    edges = ((low + high) / 2).tolist()
    if allowed[0]:
        edges = [-np.inf, *edges]
    if allowed[-1]:
        edges = [*edges, np.inf]
    return list(zip(edges[::2], edges[1::2], strict=True)), best, lowest


def warn_of_few_counts(
    experiment: Measurement, mediator: Mediator, bands: list[list[Band]], n_sigma: float
) -> None:
    """Warn if bands from χ² are more than a tenth off those from the likelihood of Poisson.

    The lightest, the middle and the heaviest mass are looked at.  Nothing is compared for a signal
    with published errors, nor for more than `FEW` events as expected.
    """
    parts = experiment.parts
    if any(isinstance(part.data, tuple) for part in parts) or not bands:
        return
    events = experiment.raw_counts.sum()
    expected = sum((part.assumed + part.expected_background).sum() for part in parts)
    if events > FEW and abs(events - expected) < FAR * expected:
        return
    masses = np.ravel(mediator.mass)
    for row in sorted({0, len(bands) // 2, len(bands) - 1}):
        poisson = poisson_couplings(experiment, replace(mediator, mass=masses[row]), n_sigma)
        gauss = bands[row]
        if len(poisson) != len(gauss) or not np.allclose(gauss, poisson, rtol=0.1, atol=0):
            warnings.warn(
                f"{events:.3g} events, {expected:.3g} expected, are too few or too far off for χ²: "
                f"at m′ = {masses[row]} MeV it allows {_shown(gauss)}, the likelihood of Poisson "
                f"{_shown(poisson)}; "
                "use portal.poisson.poisson_couplings",
                FewCounts,
                stacklevel=3,
            )


def _shown(bands: list[Band]) -> str:
    return ", ".join(f"{low:.2g} to {high:.2g}" for low, high in bands)
