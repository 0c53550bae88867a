"""Pseudo-experiments: how often a band contains the truth, and bands that contain it as promised.

A toy is what an experiment would have counted: N(g) (1 + σ_α θ_0) + Σ b_k (1 + β_k θ_k) + Σ s_j θ_j
with all θ drawn from normal distributions, scattered as Poisson says; where data are a signal with
errors, with these.  The promise is thus tested on average over the nuisances, not for each value of
them.  All toys of a point share T = L⁻¹N, so every edge of every toy is the root of a
quartic, and 10⁴ of them are one call of an eigenvalue routine.
"""

from concurrent.futures import Executor
from functools import partial

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erf

from ._validate import Array, ascending, finite, not_negative, number, positive
from .detectors import Experiment
from .joint import Measurement, by_part, check_measurement
from .mediators import Mediator, check_one_mass
from .poisson import Band
from .scanning import scan
from .statistics import Profile, allowed_couplings, join, multiply, scaled_polynomial, square

__all__ = [
    "EDGES",
    "calibrated_couplings",
    "coverage",
    "critical_value",
    "feldman_cousins",
    "profile_toys",
    "pseudo_data",
]

EDGES = 2001
"""Couplings at which a band of Feldman and Cousins may end."""


def pseudo_data(
    experiment: Measurement, mediator: Mediator, coupling: float, toys: int = 10_000, seed: int = 1
) -> Array:
    """Observed signals (toys, bins), background taken off, if a coupling is true.

    Parameters
    ----------
    experiment : Experiment or Joint
    mediator : Vector or Scalar
        Of one mass.
    coupling : float
        The truth.
    toys : int
        Number of pseudo-experiments.
    seed : int
        The same seed draws the same toys.

    Raises
    ------
    ValueError
        If the mediator has many masses, or `toys` is below one.

    >>> from portal import Vector
    >>> from portal.experiments import coherent_csi_2021
    >>> pseudo_data(coherent_csi_2021(), Vector(10.0), 0.0, toys=3).shape
    (3, 88)
    """
    _check(experiment, mediator)
    number("coupling", coupling)
    if number("toys", toys, positive) % 1:
        raise ValueError(f"toys = {toys}: give a whole number")
    generator = np.random.default_rng(int(number("seed", seed)))
    signal = experiment.counts(mediator, coupling)
    scaled = experiment.normalisations * signal
    shifts = np.concatenate([scaled, experiment.shifts])
    mean = signal + generator.standard_normal((int(toys), len(shifts))) @ shifts
    pieces = zip(experiment.parts, by_part(experiment, mean), strict=True)
    return np.concatenate([_scattered(part, piece, generator) for part, piece in pieces], axis=1)


def _scattered(part: Experiment, mean: Array, generator: np.random.Generator) -> Array:
    """Scatter a mean signal as Poisson says, or by the published errors."""
    if isinstance(part.data, tuple):
        errors = np.asarray(part.data[1])
        root = np.diag(errors) if errors.ndim == 1 else np.linalg.cholesky(errors)
        return mean + generator.standard_normal(mean.shape) @ root.T
    background = part.expected_background
    return generator.poisson(np.maximum(mean + background, 0.0)) - background


def profile_toys(experiment: Measurement, mediator: Mediator, observed: ArrayLike) -> Profile:
    """The profiled χ² of every toy as a ratio of polynomials, with `minimum` and `bands`.

    Parameters
    ----------
    experiment : Experiment or Joint
    mediator : Vector or Scalar
        Of one mass.
    observed : array (toys, bins)
        Signals, background taken off, such as `pseudo_data`.

    Raises
    ------
    ValueError
        If the mediator has many masses, or there are not as many columns as bins.

    >>> from portal import Vector
    >>> from portal.experiments import coherent_csi_2021
    >>> csi, light = coherent_csi_2021(), Vector(10.0)
    >>> toys = profile_toys(csi, light, pseudo_data(csi, light, 0.0, toys=100))
    >>> len(toys.bands(2.0))
    100
    """
    _check(experiment, mediator)
    seen = finite("observed", observed)
    by_mass, scale = scaled_polynomial(experiment, mediator)
    t = by_mass[:, 0]
    if seen.ndim != 2 or seen.shape[1] != t.shape[-1]:
        raise ValueError(f"observed has shape {seen.shape}: give (toys, {t.shape[-1]})")
    o = experiment.whitened(seen)
    length = np.linalg.norm(o, axis=1)
    along = (t @ o.T) / np.where(length > 0, length, 1.0)
    across = square(t)[:, np.newaxis] - multiply(along, along)
    scales = np.broadcast_to(scale, length.shape)
    return Profile(length, experiment.sigma_alpha**2, along, across, scales)


def _above(
    experiment: Measurement, mediator: Mediator, coupling: float, toys: int, seed: int
) -> Array:
    """χ² − χ²_min (toys,) of the truth, in pseudo-experiments of it."""
    data = pseudo_data(experiment, mediator, coupling, toys, seed)
    profile = profile_toys(experiment, mediator, data)
    return profile.chi_squared(coupling / profile.scale[:, np.newaxis])[:, 0] - profile.minimum


def coverage(
    experiment: Measurement,
    mediator: Mediator,
    coupling: float,
    n_sigma: float = 2.0,
    toys: int = 10_000,
    seed: int = 1,
) -> float:
    """Share of pseudo-experiments whose band χ² ≤ χ²_min + n² contains the truth.

    Parameters
    ----------
    n_sigma : float
        Above zero; two promise 95.45 %.
    experiment, mediator, coupling, toys, seed
        As for `pseudo_data`, whose errors these are.

    >>> from portal import Scalar
    >>> from portal.experiments import coherent_csi_2021
    >>> coverage(coherent_csi_2021(), Scalar(10.0), 0.0) > 0.96  # counts depend on g² alone
    True
    """
    reach = number("n_sigma", n_sigma, positive) ** 2
    return float(np.mean(_above(experiment, mediator, coupling, toys, seed) <= reach))


def critical_value(
    coupling: float,
    experiment: Measurement,
    mediator: Mediator,
    n_sigma: float = 2.0,
    toys: int = 10_000,
    seed: int = 1,
) -> float:
    """Δχ² that a share of toys as large as promised stays below (Feldman and Cousins 1998).

    It is n² where the theorem of Wilks holds.  The coupling comes first, for `portal.scan`.

    Parameters
    ----------
    coupling, experiment, mediator, n_sigma, toys, seed
        As for `coverage`, whose errors these are.

    >>> from portal import Scalar
    >>> from portal.experiments import coherent_csi_2021
    >>> critical_value(0.0, coherent_csi_2021(), Scalar(10.0)) < 4
    True
    """
    share = erf(number("n_sigma", n_sigma, positive) / np.sqrt(2))
    return float(np.quantile(_above(experiment, mediator, coupling, toys, seed), share))


def feldman_cousins(
    experiment: Measurement, mediator: Mediator, couplings: ArrayLike, critical: ArrayLike
) -> list[Band]:
    """Bands with Δχ² below its critical value, which is joined by straight lines.

    Parameters
    ----------
    experiment : Experiment or Joint
        With the data.
    mediator : Vector or Scalar
        Of one mass.
    couplings : array (n,)
        Ascending, from below the lowest band to above the highest.
    critical : array (n,)
        `critical_value` at each.

    Raises
    ------
    ValueError
        If the shapes do not fit, the couplings do not ascend, or the mediator has many masses.

    >>> from portal import Vector, allowed_couplings
    >>> from portal.experiments import coherent_csi_2021
    >>> csi, light = coherent_csi_2021(), Vector(10.0)
    >>> ((low, high),) = feldman_cousins(csi, light, [-5e-9, 5e-9], [4.0, 4.0])
    >>> ((exact, _),) = allowed_couplings(csi, light)
    >>> abs(low - exact) < 1e-11
    True
    """
    _check(experiment, mediator)
    g, limit = ascending("couplings", couplings), not_negative("critical", critical)
    if limit.shape != g.shape:
        raise ValueError(f"critical has shape {limit.shape}: give {g.shape}, as `couplings`")
    profile = profile_toys(experiment, mediator, experiment.observed[np.newaxis])
    edges = np.linspace(g[0], g[-1], EDGES)
    middles = (edges[1:] + edges[:-1]) / 2
    chi2 = profile.chi_squared(middles[np.newaxis] / profile.scale[:, np.newaxis])
    above = chi2 - profile.minimum[:, np.newaxis] - np.interp(middles, g, limit)
    return join(edges[np.newaxis], above, np.zeros(1))[0]


def calibrated_couplings(
    experiment: Measurement,
    mediator: Mediator,
    n_sigma: float = 2.0,
    toys: int = 10_000,
    seed: int = 1,
    executor: Executor | None = None,
) -> list[Band]:
    """Bands of Feldman and Cousins; compare `allowed_couplings`, whose Δχ² ≤ n² they calibrate.

    Toys are drawn at the edges and the middle of each band of `allowed_couplings`, and half of
    their whole width beyond.  A band that starts or ends further out is cut there.

    Parameters
    ----------
    experiment, mediator, n_sigma, toys, seed
        As for `coverage`, whose errors these are.
    executor : concurrent.futures.Executor or None
        See `scan`.

    >>> from portal import Scalar
    >>> from portal.experiments import coherent_csi_2021
    >>> ((low, high),) = calibrated_couplings(coherent_csi_2021(), Scalar(10.0), toys=2000)
    >>> print(f"{high:.1e}")
    3.2e-10
    """
    bands = np.array(allowed_couplings(experiment, mediator, n_sigma))
    beyond = (bands[-1, 1] - bands[0, 0]) / 2
    ends = [bands[0, 0] - beyond, bands[-1, 1] + beyond]
    points = np.unique([*ends, *bands.ravel(), *bands.mean(axis=1)])
    work = partial(
        critical_value,
        experiment=experiment,
        mediator=mediator,
        n_sigma=n_sigma,
        toys=toys,
        seed=seed,
    )
    return feldman_cousins(experiment, mediator, points, scan(work, points.tolist(), executor))


def _check(experiment: Measurement, mediator: Mediator) -> None:
    check_measurement(experiment)
    check_one_mass(mediator)
