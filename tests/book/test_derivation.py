"""The check that ends each derivation fails when it should, and says where."""

import os
import subprocess
import sys

import numpy as np
import pytest
import sympy

from portal.book.derivation import Formula, assert_same, identity, random_points, show

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


def test_a_step_is_shown_as_a_formula(capsys):
    show("y", X**2)
    assert capsys.readouterr().out == "y = x^{2}\n"
    assert Formula("y = x")._repr_latex_() == "$$y = x$$"
    assert (
        Formula(r"y &= x \\ &= z")._repr_latex_()
        == r"$$\begin{aligned}y &= x \\ &= z\end{aligned}$$"
    )
    matrix = rf"M = {sympy.latex(sympy.eye(2))}"
    assert Formula(matrix)._repr_latex_() == f"$${matrix}$$"


def test_a_long_sum_takes_several_lines(capsys):
    show("S", sum(X**n * sympy.log(Y) / n for n in range(1, 12)))
    text = capsys.readouterr().out
    assert text.startswith("S &= ")
    assert text.count(r"\\ & \quad +") == text.count(r"\\") > 1
    assert r"\ln" in text


def test_an_identity_bears_a_mark(capsys):
    identity("(x + y)^2", (X + Y) ** 2, X**2 + 2 * X * Y + Y**2)
    identity(r"\sum_{i=1}^2 x_i", X + Y, Y + X)
    identity("(x + y)(x - y) = x^2 - y^2", (X + Y) * (X - Y), X**2 - Y**2)
    identity("M^2", sympy.Matrix([[0, X], [X, 0]]) ** 2, X**2 * sympy.eye(2))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == r"(x + y)^2 = x^{2} + 2 x y + y^{2} \quad\checkmark"
    assert lines[1] == r"\sum_{i=1}^2 x_i = x + y \quad\checkmark"
    assert lines[2] == r"(x + y)(x - y) = x^2 - y^2 \quad\checkmark"
    assert lines[3].startswith(r"M^2 = \left[\begin{matrix}x^{2} & 0")


@pytest.mark.parametrize("points", [None, {X: (1.0, 2.0), Y: (1.0, 2.0)}])
def test_what_is_no_identity_is_not_shown(points, capsys):
    for left, right in ((X**2, X**2 + Y * 1e-6), (sympy.diag(X, Y), sympy.diag(X, X))):
        with pytest.raises(AssertionError):
            identity("x", left, right, points)
    assert capsys.readouterr().out == ""


def test_an_identity_at_points(capsys):
    root = sympy.sqrt(X + sympy.sqrt(Y))
    identity("z", root**2, X + sympy.sqrt(Y), {X: (0.1, 9.0), Y: (0.1, 9.0)})
    assert capsys.readouterr().out.endswith("\\checkmark\n")
    with pytest.raises(ValueError, match=r"give values for \{y\} too"):
        identity("z", X, Y, {X: (1.0, 2.0)})


def test_a_check_against_the_package_is_shown(capsys):
    assert_same(X**2, np.square, {X: [1.0, 2.0]}, "y", rtol=3e-9)
    shown = r"&y = x^{2} \\ &\small\checkmark\ \text{as in the package: 2 points, to }10^{-8}"
    assert capsys.readouterr().out == shown + "\n"
    assert_same(X**2, np.square, {X: [1.0, 2.0]})
    assert capsys.readouterr().out == ""
    with pytest.raises(AssertionError):
        assert_same(X**2, np.sqrt, {X: [2.0]}, "y")
    assert capsys.readouterr().out == ""


def test_what_is_shown_is_the_same_at_every_run():
    """SymPy's sets have the order of their hashes, which Python changes from run to run."""
    code = """
import sympy
from portal.book.derivation import show
a, b, c, f = *sympy.symbols("a b c"), sympy.Function("f")
show("x", sympy.factor(sympy.expand((a + b) * (c + f(b)) ** 2 / (a - sympy.sqrt(c)))))
show("x", sympy.expand((a + b * f(c) + sympy.log(c) + sympy.sqrt(a) + sympy.I) ** 3))
"""
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in "123"
    }
    assert len(said) == 1
    assert len(said.pop()) > 200
