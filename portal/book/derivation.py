"""The check that ends every derivation: is the formula on the page the one that the code uses?"""

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy
from numpy.typing import ArrayLike

from .._validate import Array, positive


def random_points(
    ranges: dict[Any, tuple[float, float]], number: int = 200, seed: int = 1
) -> dict[Any, Array]:
    """Points spread evenly in the logarithm over each range, the same ones at every run.

    Parameters
    ----------
    ranges : dict of symbol to (low, high)
        Both ends above zero.
    number, seed : int
        How many points, and which.

    Raises
    ------
    ValueError
        If an end is not above zero.

    >>> points = random_points({"x": (1.0, 10.0)}, number=3)
    >>> bool((points["x"] > 1).all())
    True
    """
    generator = np.random.default_rng(seed)
    points = {}
    for symbol, ends in ranges.items():
        low, high = np.log(positive(f"ranges[{symbol}]", ends))
        points[symbol] = np.exp(generator.uniform(low, high, number))
    return points


def assert_same(
    expression: Any,
    function: Callable[..., ArrayLike],
    points: dict[Any, ArrayLike],
    rtol: float = 1e-11,
) -> None:
    """Assert that a SymPy expression and a function agree at every point.

    Parameters
    ----------
    expression : SymPy expression
    function : callable
        Takes the values of the symbols as positional arguments, in the order of `points`.
    points : dict of symbol to array
        Values to try; the arrays broadcast together (see `random_points`).
    rtol : float
        Largest deviation allowed, relative to the expression.

    Raises
    ------
    AssertionError
        With the worst point, both values and their relative deviation.
    ValueError
        If there is no point, or a symbol of the expression has no values.

    >>> import sympy
    >>> x = sympy.Symbol("x")
    >>> assert_same(sympy.sin(x) ** 2, lambda x: 1 - np.cos(x) ** 2, {x: [0.5, 1.0, 2.0]})
    """
    symbols = list(points)
    left_out = expression.free_symbols - set(symbols)
    if left_out:
        raise ValueError(f"points = {symbols}: give values for {left_out} too")
    if not points or not all(map(np.size, points.values())):
        raise ValueError(f"points = {points}: give at least one")
    values = np.broadcast_arrays(*(np.asarray(points[symbol], dtype=float) for symbol in symbols))
    derived = np.broadcast_to(
        sympy.lambdify(symbols, expression, "numpy")(*values), values[0].shape
    )
    coded = np.broadcast_to(np.asarray(function(*values)), values[0].shape)
    deviation = np.abs(coded - derived)
    bad = ~(deviation <= rtol * np.abs(derived))  # NaN counts as bad
    if bad.any():
        relative = np.where(bad, deviation / np.maximum(np.abs(derived), 1e-300), 0.0)
        worst = np.unravel_index(np.nan_to_num(relative, nan=np.inf).argmax(), relative.shape)
        point = ", ".join(f"{s} = {v[worst]:.6g}" for s, v in zip(symbols, values, strict=True))
        raise AssertionError(
            f"{bad.sum()} of {bad.size} points differ; the worst is {point}: "
            f"derived {derived[worst]:.12g}, in the code {coded[worst]:.12g}, "
            f"which deviates by {relative[worst]:.1e} where {rtol:.0e} is allowed"
        )
