"""What was seen, and how well it is known: counts, backgrounds, and the covariance of both.

Every uncertainty but the common normalisation adds a term to one covariance matrix of the counts,

    V = diag(N + Σ b_k) + Σ β_k² b_k b_kᵀ + Σ s_j s_jᵀ = L Lᵀ ,

with the signal N of what is assumed to be true, the backgrounds b_k and their relative errors
β_k, and what each further uncertainty changes in the signal, s_j = ∂N/∂η_j.  The χ² with V is
the one with a pull for each of them, at its minimum over all of them, and in L⁻¹N the bins are
independent, each with the error one.  Variances are the expected ones: an observed √n would pull
every fit towards the bins that fluctuate down.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import solve_triangular

from ._validate import Array, finite, frozen, instance, not_negative, number, positive

__all__ = [
    "Background",
    "Whitening",
    "check_background",
    "check_data",
    "check_shapes",
    "total_background",
]


@dataclass(frozen=True, eq=False)
class Background:
    """Events that are no signal, with a relative error that all bins share.

    Parameters
    ----------
    counts : array (bins,)
        Expected in the whole exposure.
    error : float
        β, relative; 0 if the background is known.

    Raises
    ------
    ValueError
        If a number is negative or not finite.

    >>> Background([10.0, 5.0], error=0.25).counts
    array([10.,  5.])
    """

    counts: ArrayLike
    error: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "counts", frozen(not_negative("counts", self.counts)))
        number("error", self.error, not_negative)

    @property
    def shift(self) -> Array:
        """What one standard deviation changes, β b (bins,)."""
        return np.asarray(self.error * np.asarray(self.counts))


def total_background(backgrounds: Iterable[Background], bins: int) -> Array:
    """All backgrounds together (bins,)."""
    total = np.zeros(bins)
    for background in backgrounds:
        total += np.asarray(background.counts)
    return total


def check_background(background: object, bins: int) -> float | tuple[Background, ...]:
    """A steady background as a number, or a tuple of backgrounds with as many counts as bins."""
    if not isinstance(background, tuple):
        return float(number("background", background, not_negative))  # type: ignore[arg-type]
    for part in background:
        instance("background", part, Background, "a number, or Background(counts, error)")
        if np.shape(part.counts) != (bins,):
            raise ValueError(f"background has counts {part.counts}: give {bins}, one for each bin")
    return background


def check_shapes(shapes: Iterable[ArrayLike], bins: int) -> tuple[Array, ...]:
    """Changes of the signal, each with as many numbers as bins."""
    checked = tuple(frozen(finite("shapes", shape)) for shape in shapes)
    for shape in checked:
        if shape.shape != (bins,):
            raise ValueError(f"shapes = {shape}: give arrays of {bins} numbers, one for each bin")
    return checked


def check_data(data: object, bins: int) -> Array | tuple[Array, Array]:
    """Counts as they are, or a signal without background and its errors or covariance."""
    allowed = f"{bins} counts, or (signal, errors), one for each bin"
    if not isinstance(data, tuple | list | np.ndarray):
        raise TypeError(f"data = {data!r}: give {allowed}")
    if len(data) != 2 or any(np.ndim(part) == 0 for part in data):
        counts = not_negative("data", data)
        if counts.shape != (bins,):
            raise ValueError(f"data has shape {counts.shape}: give {allowed}")
        return frozen(counts)
    signal, errors = (frozen(finite("data", part)) for part in data)
    if signal.shape != (bins,) or errors.shape not in ((bins,), (bins, bins)):
        raise ValueError(
            f"data has shapes {signal.shape} and {errors.shape}: give {allowed}, or a covariance "
            f"matrix ({bins}, {bins}) in place of errors"
        )
    if errors.ndim == 1:
        positive("data", errors)
    else:
        Whitening.of(errors, np.zeros((0, bins)))
    return signal, errors


@dataclass(frozen=True, eq=False)
class Whitening:
    """What makes the bins independent, each with the error one: L⁻¹ of V = L Lᵀ.

    With W what each nuisance changes, in units of the errors σ of the bins, V = σ (1 + WᵀW) σ and
    L = σ (1 + WᵀW)^½.  A few nuisances change a few directions alone: with W = U s D, the singular
    values s and the orthonormal rows of D, L⁻¹ = [1 − Dᵀ (1 − 1/√(1 + s²)) D] σ⁻¹.

    Parameters
    ----------
    own : array (bins,) or (bins, bins)
        σ, or L⁻¹ of a covariance matrix.
    directions : array (any, bins)
        D; none for a covariance matrix.
    shrink : array (any,)
        1 − 1/√(1 + s²).
    """

    own: Array
    directions: Array
    shrink: Array

    @classmethod
    def of(cls, variance: Array, shifts: Array) -> "Whitening":
        """Set up for variances (bins,) or a covariance (bins, bins), and nuisances (any, bins).

        Raises
        ------
        ValueError
            If a covariance is not symmetric, or lacks a variance in some direction.
        """
        nothing = np.zeros((0, variance.shape[-1]))
        if variance.ndim == 1:
            sigma = np.sqrt(variance)
            used = shifts[np.any(shifts, axis=1)]
            if not len(used):
                return cls(sigma, nothing, nothing[:, 0])
            _, s, directions = np.linalg.svd(used / sigma, full_matrices=False)
            return cls(sigma, directions, 1 - 1 / np.sqrt(1 + s**2))
        v = variance + shifts.T @ shifts
        allowed = "give a covariance that is symmetric, with a variance in every direction"
        if not np.allclose(v, v.T, rtol=1e-9, atol=0):
            raise ValueError(f"data = {v}: {allowed}")
        try:
            lower = np.linalg.cholesky(v)
        except np.linalg.LinAlgError:
            raise ValueError(f"data = {v}: {allowed}") from None
        inverse = solve_triangular(lower, np.eye(len(v)), lower=True)
        return cls(np.asarray(inverse), nothing, nothing[:, 0])

    def __call__(self, values: Array) -> Array:
        """Values (..., bins) in units of their errors, so that all are independent."""
        if self.own.ndim == 2:
            return values @ self.own.T
        scaled = values / self.own
        if not len(self.directions):
            return scaled
        return scaled - ((scaled @ self.directions.T) * self.shrink) @ self.directions
