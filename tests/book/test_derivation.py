"""The check that ends each derivation fails when it should, and says where."""

import numpy as np
import pytest
import sympy

from portal.book.derivation import assert_same, random_points

X, Y = sympy.symbols("x y")
POINTS = {X: np.array([1.0, 2.0, 3.0]), Y: np.array([[1.0], [10.0]])}


def test_a_formula_that_is_the_same_passes():
    assert_same(X**2 * Y, lambda x, y: x * x * y, POINTS)
    assert_same(sympy.Integer(0), lambda x: 0 * x, {X: [1.0, 2.0]})


def test_the_worst_point_is_named():
    def wrong_at_one_point(x, y):
        return x**2 * y * np.where((x == 2) & (y == 10), 1.5, 1 + 1e-3 * (y == 1))

    worst = r"4 of 6 points differ; the worst is x = 2, y = 10: derived 40, in the code 60, "
    worst += "which deviates by 5.0e-01 where 1e-11 is allowed"
    with pytest.raises(AssertionError, match=worst):
        assert_same(X**2 * Y, wrong_at_one_point, POINTS)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_is_the_worst(value):
    with pytest.raises(AssertionError, match=r"1 of 3 points differ; the worst is x = 3"):
        assert_same(X, lambda x: np.where(x == 3, value, x), {X: [1.0, 2.0, 3.0]})


def test_the_tolerance_is_relative():
    for size in (1e-40, 1e40):
        with pytest.raises(AssertionError, match="1 of 1 points differ"):
            assert_same(size * X, lambda x, size=size: size * x * (1 + 1e-9), {X: 1.0})
        assert_same(size * X, lambda x, size=size: size * x * (1 + 1e-9), {X: 1.0}, rtol=1e-8)


@pytest.mark.parametrize("points", [{}, {X: []}, {X: [1.0], Y: []}])
def test_no_points_are_refused(points):
    with pytest.raises(ValueError, match=r"points = .*: give"):
        assert_same(sympy.Integer(1), lambda *_: 2.0, points)


def test_a_symbol_without_values_is_named():
    with pytest.raises(ValueError, match=r"give values for \{y\} too"):
        assert_same(X * Y, lambda x: x, {X: [1.0]})


def test_random_points_are_within_their_ranges_and_repeat():
    points = random_points({X: (1e-3, 1e3), Y: (2.0, 3.0)}, number=500)
    for symbol, (low, high) in {X: (1e-3, 1e3), Y: (2.0, 3.0)}.items():
        assert points[symbol].shape == (500,)
        assert np.all((points[symbol] >= low) & (points[symbol] <= high))
    assert np.median(points[X]) == pytest.approx(1.0, rel=0.5)  # even in the logarithm
    assert np.array_equal(points[X], random_points({X: (1e-3, 1e3)}, number=500)[X])
    with pytest.raises(ValueError, match=r"ranges\[x\] = 0.0: give"):
        random_points({X: (0.0, 1.0)})
