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

from ._validate import Array, finite, instance, not_negative, number, positive

__all__ = [
    "Background",
    "check_background",
    "check_data",
    "check_shapes",
    "frozen",
    "whiten",
    "whitening",
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
        whitening(errors, np.zeros((0, bins)))
    return signal, errors


def whitening(variance: Array, shifts: Array) -> Array:
    """Errors (bins,) of independent bins, or L⁻¹ (bins, bins) of correlated ones.

    Parameters
    ----------
    variance : array (bins,) or (bins, bins)
        Variances, or a covariance matrix.
    shifts : array (nuisances, bins)
        What each nuisance changes when it moves by its standard deviation: β_k b_k and s_j.
    """
    if variance.ndim == 1 and not np.any(shifts):
        return np.sqrt(variance)
    v = (np.diag(variance) if variance.ndim == 1 else variance) + shifts.T @ shifts
    allowed = "give a covariance that is symmetric, with a variance in every direction"
    if not np.allclose(v, v.T, rtol=1e-9, atol=0):
        raise ValueError(f"data = {v}: {allowed}")
    try:
        lower = np.linalg.cholesky(v)
    except np.linalg.LinAlgError:
        raise ValueError(f"data = {v}: {allowed}") from None
    return np.asarray(solve_triangular(lower, np.eye(len(v)), lower=True))


def whiten(by: Array, values: Array) -> Array:
    """Values (..., bins) in units of their errors, so that all are independent."""
    return values / by if by.ndim == 1 else values @ by.T


def frozen(values: Array) -> Array:
    """Copy that nothing can change, since other numbers were computed from it."""
    values = values.copy()
    values.flags.writeable = False
    return values
