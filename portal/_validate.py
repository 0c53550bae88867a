"""Checks of arguments: every public function names what it was given and what it takes."""

from collections.abc import Callable
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]

LARGEST = 1e60
"""No number of physics is larger in these units, and no fourth power of one overflows."""

_BOUND = f"of magnitude below {LARGEST:g}"


def frozen(values: Array) -> Array:
    """Copy that nothing can change, since other numbers were computed from it."""
    values = values.copy()
    values.flags.writeable = False
    return values


def _foreign(value: Any) -> bool:
    """Whether numbers would be lost from their unit (astropy, pint) or from their mask."""
    if isinstance(value, list | tuple):
        return any(_foreign(one) for one in value)
    return hasattr(value, "unit") or hasattr(value, "units") or isinstance(value, np.ma.MaskedArray)


def _numbers(name: str, value: Any) -> Array:
    if _foreign(value):
        raise TypeError(
            f"{name} = {value!r}: give plain numbers in the units of hepunits (30 * MeV), without "
            "a mask or the unit of another library"
        )
    try:
        given = np.asarray(value)
        if given.dtype.kind == "O" and not all(isinstance(one, Real) for one in given.flat):
            raise TypeError
        if given.dtype.kind not in "biufO":  # text and complex numbers
            raise TypeError
        return given.astype(float, copy=False)
    except (TypeError, ValueError):
        raise TypeError(f"{name} = {value!r}: give real numbers") from None
    except OverflowError:
        raise ValueError(f"{name} = 1e{len(str(value)) - 1}: give numbers {_BOUND}") from None


def _check(name: str, value: Any, numbers: Array, good: Any, allowed: str) -> None:
    if not np.all(good):
        shown = numbers[~np.broadcast_to(good, numbers.shape)].flat[0] if numbers.ndim else value
        raise ValueError(f"{name} = {shown}: give {allowed}")


def finite(name: str, value: ArrayLike) -> Array:
    """Return `value` as an array of finite numbers, none beyond `LARGEST`."""
    numbers = _numbers(name, value)
    _check(name, value, numbers, np.abs(numbers) < LARGEST, f"finite numbers {_BOUND}")
    return numbers


def positive(name: str, value: ArrayLike) -> Array:
    """Return `value` as an array of numbers above zero, between 1/`LARGEST` and `LARGEST`."""
    numbers = _numbers(name, value)
    good = (numbers > 1 / LARGEST) & (numbers < LARGEST)
    _check(name, value, numbers, good, f"finite numbers above zero, {_BOUND}")
    return numbers


def not_negative(name: str, value: ArrayLike) -> Array:
    """Return `value` as an array of numbers from zero up to `LARGEST`."""
    numbers = _numbers(name, value)
    good = (numbers >= 0) & (numbers < LARGEST)
    _check(name, value, numbers, good, f"finite numbers, zero or above, {_BOUND}")
    return numbers


def number(
    name: str, value: ArrayLike, check: Callable[[str, ArrayLike], Array] = finite
) -> np.float64:
    """Return `value` as the one number it has to be; `check` says of which kind."""
    numbers = check(name, value)
    if numbers.ndim:
        raise ValueError(f"{name} = {numbers}: give one number")
    return np.float64(numbers)


def between(name: str, value: float, low: float, high: float, allowed: str) -> np.float64:
    """Return `value` as one number in the range where physics puts it; a unit may be forgotten."""
    one = number(name, value)
    if not low <= one <= high:
        raise ValueError(f"{name} = {value}: give {allowed}")
    return one


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
