"""Checks of arguments: every public function names what it was given and what it takes."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]


def _numbers(name: str, value: ArrayLike) -> Array:
    if hasattr(value, "unit") or hasattr(value, "units"):  # numpy would strip them
        raise TypeError(f"{name} = {value!r}: give numbers with the units of hepunits")
    try:
        given = np.asarray(value)
        if given.dtype.kind not in "biufO":  # text and complex numbers
            raise TypeError
        return given.astype(float, copy=False)
    except (TypeError, ValueError):
        raise TypeError(f"{name} = {value!r}: give real numbers") from None


def _check(name: str, value: Any, numbers: Array, good: Any, allowed: str) -> None:
    if not np.all(good):
        shown = numbers[~np.broadcast_to(good, numbers.shape)].flat[0] if numbers.ndim else value
        raise ValueError(f"{name} = {shown}: give {allowed}")


def finite(name: str, value: ArrayLike) -> Array:
    """Return `value` as an array of finite numbers."""
    allowed = "finite numbers"
    numbers = _numbers(name, value)
    _check(name, value, numbers, np.isfinite(numbers), allowed)
    return numbers


def positive(name: str, value: ArrayLike) -> Array:
    """Return `value` as an array of finite numbers above zero."""
    allowed = "finite numbers above zero"
    numbers = _numbers(name, value)
    _check(name, value, numbers, np.isfinite(numbers) & (numbers > 0), allowed)
    return numbers


def not_negative(name: str, value: ArrayLike) -> Array:
    """Return `value` as an array of finite numbers, zero or above."""
    allowed = "finite numbers, zero or above"
    numbers = _numbers(name, value)
    _check(name, value, numbers, np.isfinite(numbers) & (numbers >= 0), allowed)
    return numbers


def number(
    name: str, value: ArrayLike, check: Callable[[str, ArrayLike], Array] = finite
) -> np.float64:
    """Return `value` as the one number it has to be; `check` says of which kind."""
    numbers = check(name, value)
    if numbers.ndim:
        raise ValueError(f"{name} = {numbers}: give one number")
    return np.float64(numbers)


def instance(name: str, value: object, kind: Any, allowed: str) -> None:
    """Raise a TypeError unless `value` is of a kind."""
    if not isinstance(value, kind):
        raise TypeError(f"{name} = {value!r}: give {allowed}")


def same_grid(**arguments: ArrayLike) -> None:
    """Check that the shapes of the arguments broadcast together."""
    shapes = {name: _numbers(name, value).shape for name, value in arguments.items()}
    try:
        np.broadcast_shapes(*shapes.values())
    except ValueError:
        shown = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise ValueError(f"shapes of {shown}: give arrays that broadcast together") from None


def ascending(name: str, value: ArrayLike) -> Array:
    """Return `value` as a one-dimensional array of at least two strictly ascending numbers."""
    allowed = "at least two numbers in strictly ascending order"
    numbers = finite(name, value)
    if numbers.ndim != 1 or len(numbers) < 2 or np.any(np.diff(numbers) <= 0):
        raise ValueError(f"{name} = {numbers}: give {allowed}")
    return numbers
