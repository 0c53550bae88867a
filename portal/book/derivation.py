r"""A derivation on the page: each step shows its result, and what is checked bears a mark.

Three calls are enough:

- ``show(r"Q^2", Q2)`` shows a result;
- ``identity(r"E_{\min}", derived, written)`` checks that two expressions are the same;
- ``assert_same(derived, function, points, r"E_{\min}")`` checks that `portal` computes what was
  derived.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy
from IPython.display import display
from numpy.typing import ArrayLike

from .._validate import Array, positive

__all__ = ["Formula", "assert_same", "identity", "random_points", "show"]

_CHECKED = r"\quad\checkmark"
_LINE = 26  # symbols for which a phone has room


@dataclass(frozen=True)
class Formula:
    r"""A formula that a cell shows, typeset on the page and in JupyterLab.

    Parameters
    ----------
    latex : str
        Without dollars.  Lines are divided by ``\\`` and aligned at ``&``.

    >>> Formula(r"E = mc^2")
    E = mc^2
    """

    latex: str

    def __repr__(self) -> str:
        return self.latex

    def _repr_latex_(self) -> str:
        outside = _outside(self.latex)
        aligned = "&" in outside or r"\\" in outside
        text = rf"\begin{{aligned}}{self.latex}\end{{aligned}}" if aligned else self.latex
        return f"$${text}$$"


def _outside(latex: str) -> str:
    """Return a formula without its matrices and other environments."""
    return re.sub(r"\\begin\{(\w+)\}.*?\\end\{\1\}", "", latex, flags=re.DOTALL)


def _printed(expression: Any) -> str:
    """Return an expression in LaTeX, a long sum in several lines."""
    text = sympy.latex(expression, ln_notation=True)
    if not isinstance(expression, sympy.Add) or _width(text) <= _LINE:
        return text
    lines = [""]
    for term in expression.as_ordered_terms():
        piece = sympy.latex(term, ln_notation=True)
        piece = piece if piece.startswith("-") or lines == [""] else f"+ {piece}"
        if lines[-1] and _width(f"{lines[-1]} {piece}") > _LINE:
            lines.append(rf"\quad {piece}")
        else:
            lines[-1] = f"{lines[-1]} {piece}".strip()
    return r" \\ & ".join(lines)


def _width(latex: str) -> int:
    """Return about how many symbols a formula is wide."""
    bare = re.sub(r"\\(frac|left|right|begin|end|quad)|[{}^_\s]", "", latex)
    return len(re.sub(r"\\[a-zA-Z]+|\\.", "x", bare))


def _written(latex: str, expression: Any) -> str:
    """Return the author's formula; what has no relation sign is the name of `expression`."""
    outside, count = latex, 1
    while count:
        outside, count = re.subn(r"\{[^{}]*\}", "", outside)
    if re.search(r"[=<>]|\\(to|equiv|approx|simeq|propto|leq?|geq?|neq?)(?![a-zA-Z])", outside):
        return latex
    right = _printed(expression)
    return f"{latex} &= {right}" if r"\\ &" in right else f"{latex} = {right}"


def show(name: str, expression: Any) -> None:
    r"""Show a step of a derivation: its name and what was found.

    Parameters
    ----------
    name : str
        The left side, in LaTeX.
    expression : SymPy expression or matrix
        The right side.  Factor or expand it first: what `simplify` chooses may change.

    >>> show(r"Q^2", 2 * sympy.Symbol("m") * sympy.Symbol("E_R"))
    Q^2 = 2 E_{R} m
    """
    display(Formula(_written(name, expression)))


def identity(
    latex: str,
    left: Any,
    right: Any = 0,
    points: Mapping[Any, tuple[float, float]] | None = None,
    rtol: float = 1e-9,
) -> None:
    r"""Assert that two expressions are the same, and show it with a mark.

    Parameters
    ----------
    latex : str
        The whole formula, or its left side alone: then SymPy writes `right`.
    left, right : SymPy expressions or matrices
    points : dict of symbol to (low, high), optional
        Compare at random points within these ranges, where SymPy cannot simplify the difference.
    rtol : float
        Largest relative deviation at a point.

    Raises
    ------
    AssertionError
        With the difference, or the point at which it is largest.

    >>> x = sympy.Symbol("x")
    >>> identity(r"\sin^2x + \cos^2x", sympy.sin(x) ** 2 + sympy.cos(x) ** 2, 1)
    \sin^2x + \cos^2x = 1 \quad\checkmark
    """
    for one, other in np.broadcast(_entries(left), _entries(right)):
        if points is not None:
            values = random_points(points)
            _covered(values, other)
            _compare(one, sympy.lambdify(list(values), other, "numpy"), values, rtol)
            continue
        difference = sympy.expand(one - other)
        if difference != 0 and (difference := sympy.simplify(difference)) != 0:
            raise AssertionError(
                f"{latex}: left minus right is {difference}; if that is zero, give points"
            )
    display(Formula(f"{_written(latex, right)} {_CHECKED}"))


def _entries(side: Any) -> Any:
    """Return an expression, or all entries of a matrix, as an array of objects."""
    side = sympy.sympify(side)
    return np.array(side.tolist() if hasattr(side, "tolist") else side, dtype=object)


def random_points(
    ranges: Mapping[Any, tuple[float, float]], number: int = 200, seed: int = 1
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
    points: Mapping[Any, ArrayLike],
    latex: str = "",
    *,
    rtol: float = 1e-11,
) -> None:
    r"""Assert that a SymPy expression and a function agree at every point, and show it.

    Parameters
    ----------
    expression : SymPy expression
    function : callable
        Takes the values of the symbols as positional arguments, in the order of `points`.
    points : dict of symbol to array
        Values to try; the arrays broadcast together (see `random_points`).
    latex : str
        The formula, or its left side; without it nothing is shown.
    rtol : float
        Largest deviation allowed, relative to the expression.

    Raises
    ------
    AssertionError
        With the worst point, both values and their relative deviation.
    ValueError
        If there is no point, or a symbol of the expression has no values.

    >>> x = sympy.Symbol("x")
    >>> assert_same(x**2, np.square, {x: [0.5, 1.0, 2.0]}, "y")
    &y = x^{2} \\ &\small\checkmark\ \text{as in the package: 3 points, to }10^{-11}
    """
    number = _compare(expression, function, points, rtol)
    if latex:
        bound = int(np.ceil(np.log10(rtol) - 1e-9))
        formula = _written(latex, expression)
        formula = formula if "&" in _outside(formula) else f"&{formula}"
        said = rf"\checkmark\ \text{{as in the package: {number} points, to }}10^{{{bound}}}"
        display(Formula(rf"{formula} \\ &\small{said}"))


def _compare(
    expression: Any,
    function: Callable[..., ArrayLike],
    points: Mapping[Any, ArrayLike],
    rtol: float,
) -> int:
    """Return the number of points, at each of which expression and function agree."""
    symbols = list(points)
    _covered(points, expression)
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
    return bad.size


def _covered(points: Mapping[Any, ArrayLike], expression: Any) -> None:
    """Refuse points that leave out a symbol of the expression."""
    left_out = sympy.sympify(expression).free_symbols - set(points)
    if left_out:
        raise ValueError(f"points = {list(points)}: give values for {left_out} too")
