"""The χ loop: J and K against quadrature, their analytic structure, and the form factors."""

import pickle

import mpmath
import numpy as np
import pytest
from scipy.integrate import quad

import portal
from portal.loops import j_integral, k_integral, loop, running_coefficient, scalar_loop

S = np.concatenate(
    [
        -np.logspace(-9, -6, 12),
        np.logspace(-9, -6, 12),
        -np.logspace(-6, 0, 25),
        np.logspace(-6, 0, 25),
        -np.logspace(0, 8, 40),
        -np.logspace(8, 12, 10),
        np.linspace(1.0, 3.99, 16),
        4 - np.logspace(-12, -2, 10),
        4 + np.logspace(-12, -2, 10),
        np.logspace(np.log10(4.02), 8, 30),
        np.logspace(8, 12, 10),
    ]
)


def by_quadrature(s, weight):
    """∫ weight(x, argument) ln(argument) dx at 40 digits, with q² + iε."""
    s = mpmath.mpf(float(s))
    with mpmath.workdps(40):
        b = mpmath.sqrt(1 - 4 / s) if s > 4 else mpmath.mpf(0)
        # on the way from 0 to 1/2 the argument changes sign at (1 − b)/2
        points = sorted({mpmath.mpf(0), (1 - b) / 2, mpmath.mpf(1) / 2})

        def integrand(x):
            argument = 1 - s * x * (1 - x)
            return weight(x, argument) * mpmath.log(abs(argument)) if argument else mpmath.mpf(0)

        real = 2 * mpmath.quad(integrand, points)
        negative = mpmath.quad(
            lambda x: weight(x, 1 - s * x * (1 - x)), [(1 - b) / 2, mpmath.mpf(1) / 2]
        )
        # ln(−|a| − iε) = ln|a| − iπ where the argument is negative
        return complex(real, -2 * mpmath.pi * negative if s > 4 else 0)


@pytest.mark.parametrize(
    ("function", "weight"),
    [
        (j_integral, lambda x, argument: x * (1 - x)),
        (k_integral, lambda x, argument: argument),
    ],
    ids=["J", "K"],
)
def test_against_quadrature_at_200_points(function, weight):
    assert len(S) == 200
    exact = np.array([by_quadrature(s, weight) for s in S])
    assert (np.abs(function(S) - exact) <= 1e-12 * np.abs(exact)).all()


def test_threshold_values():
    # at s = 4 the argument of the logarithm is (1 − 2x)², and both integrals are elementary
    assert j_integral(4.0) == pytest.approx(-4 / 9, rel=1e-15)
    assert k_integral(4.0) == pytest.approx(-2 / 9, rel=1e-12, abs=0)
    for function in (j_integral, k_integral):
        beside = function([4 - 1e-13, 4 + 1e-13])
        assert beside == pytest.approx(np.full(2, function(4.0)), abs=1e-6)


def test_imaginary_part_opens_with_the_velocity_of_the_pair():
    s = np.array([4.0 + 1e-10, 5.0, 100.0, 1e10])
    b = np.sqrt((s - 4) / s)
    assert j_integral(s).imag == pytest.approx(-np.pi * b * (1 + 2 / s) / 6, rel=1e-13)
    assert k_integral(s).imag == pytest.approx(np.pi * b**3 * s / 6, rel=1e-12, abs=0)


def test_real_below_threshold_and_complex_above():
    assert j_integral([-3.0, 0.0, 4.0]).dtype == float
    assert j_integral([-3.0, 5.0]).dtype == complex
    assert j_integral(2.0).shape == ()
    assert j_integral(np.full((2, 3), -1.0)).shape == (2, 3)
    assert j_integral([-3.0, 5.0])[0] == pytest.approx(complex(j_integral(-3.0)), rel=1e-12, abs=0)


def test_the_two_ways_of_calculating_agree_where_they_meet():
    for function in (j_integral, k_integral):
        for s in (-1.0, 1.0):
            inside, outside = function([s, s * (1 + 1e-14)])
            assert inside == pytest.approx(outside, rel=1e-12, abs=0)


@pytest.mark.parametrize("s", [-100.0, -3.0, -0.1, 0.5, 3.9])
def test_dispersion_relation(s):
    # J(0) = 0 fixes the one subtraction: J(s) = (s/π) ∫₄^∞ Im J(t) / [t (t − s)] dt, t = 4/u
    integral, _ = quad(
        lambda u: (j_integral(4 / u).imag * u / 4) / (4 / u - s) * 4 / u**2,
        0,
        1,
        epsabs=0,
        epsrel=1e-11,
        limit=200,
    )
    assert j_integral(s) == pytest.approx(s / np.pi * integral, rel=1e-9)


@pytest.mark.parametrize("s", [-1e3, -2.0, -1e-3, 1e-3, 2.0, 3.9])
def test_slope_of_k_is_j(s):
    # dK/ds = −J − 1/6, by differentiating under the integral
    h = 1e-4 * abs(s)
    slope = (k_integral(s + h) - k_integral(s - h)) / (2 * h)
    assert slope == pytest.approx(-j_integral(s) - 1 / 6, rel=1e-6)


def vector_by_quadrature(Q2, m_chi, scale, q_max):
    """(Q²/scale²)(1/2π²) ∫ x(1−x) ln(Δ_max/Δ) dx with Δ written out, as in paper (2.8)."""

    def integrand(x):
        weight = x * (1 - x)
        delta, delta_max = m_chi**2 + Q2 * weight, m_chi**2 + q_max**2 * weight
        return weight * np.log(delta_max / delta)

    return Q2 / scale**2 * quad(integrand, 0, 1, epsabs=1e-14, epsrel=1e-11)[0] / (2 * np.pi**2)


def test_loop_is_paper_2_8():
    generator = np.random.default_rng(2)
    for _ in range(30):
        m_chi, q, scale, q_max = 10 ** generator.uniform([-1, 0, 1, 1.5], [4, 2.5, 4, 2.5])
        expected = vector_by_quadrature(q**2, m_chi, scale, q_max)
        found = portal.loop(m_chi, scale, q_max)(q**2)
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-14 * q**2 / scale**2)


def test_loop_vanishes_at_the_subtraction_point_and_is_no_q2_law():
    form_factor = portal.loop(m_chi=20.0, scale=50.0, q_max=100.0)
    assert form_factor(100.0**2) == 0
    q2 = np.array([1.0, 30.0, 70.0, 99.0]) ** 2
    over_q2 = form_factor(q2) / q2
    assert (over_q2 > 0).all()
    assert (np.diff(over_q2) < 0).all()
    assert over_q2[-1] < 0.05 * over_q2[0]
    # beyond the subtraction point the sign turns over
    assert form_factor(120.0**2) < 0


def test_a_large_tree_gives_the_q2_law_back():
    q2 = np.linspace(1, 100, 20) ** 2
    form_factor = portal.loop(m_chi=20.0, scale=50.0, q_max=100.0, tree=1e6)
    assert form_factor(q2) / 1e6 == pytest.approx(portal.suppressed(50.0)(q2), rel=1e-6)


def test_limits_of_m_chi():
    q2, q_max, scale = np.array([5.0, 40.0]) ** 2, 100.0, 50.0
    light = portal.loop(1e-4, scale, q_max)(q2)
    assert light == pytest.approx(q2 / scale**2 * np.log(q_max**2 / q2) / (12 * np.pi**2), rel=1e-6)
    heavy = portal.loop(1e4, scale, q_max)(q2)
    assert heavy == pytest.approx(
        q2 / scale**2 * (q_max**2 - q2) / (60 * np.pi**2 * 1e8), rel=1e-4, abs=0
    )


def test_above_threshold_the_imaginary_part_is_the_width_of_a_vector_into_pairs():
    # optical theorem: Γ(V → χχ̄)/m_V = (g_χ²/12π) √(1 − 4/s) (1 + 2/s) at m_V² = q²
    form_factor = portal.loop(m_chi=20.0, scale=50.0, q_max=100.0)
    below, above = form_factor(-(39.9**2)), form_factor(-(60.0**2))
    assert not np.iscomplexobj(below)
    s = (60 / 20) ** 2
    rate = np.sqrt(1 - 4 / s) * (1 + 2 / s) / (12 * np.pi)
    assert above.imag == pytest.approx(-(60**2) / 50**2 * rate, rel=1e-12)


def test_loop_in_a_mediator():
    masses = np.array([1.0, 100.0, 1e4])
    csi = portal.experiments.coherent_csi_2017()
    mediator = portal.Vector(masses, form_factor=portal.loop(20.0, 50.0, 106.0, tree=0.1))
    assert csi.counts(mediator, 1e-6).shape == (3, 12)
    curve = portal.limit_curve(csi, mediator)
    assert (curve.upper > 0).all()
    assert curve.upper[2] / curve.upper[1] > 100


def scalar_by_quadrature(Q2, m_chi, scale, cutoff):
    def integrand(x):
        delta = m_chi**2 + Q2 * x * (1 - x)
        return delta * np.log(cutoff**2 / delta)

    return -3 / (4 * np.pi**2 * scale**2) * quad(integrand, 0, 1, epsabs=0, epsrel=1e-12)[0]


def test_scalar_loop_is_paper_2_12_derived():
    generator = np.random.default_rng(3)
    for _ in range(30):
        m_chi, q, scale = 10 ** generator.uniform([-1, 0, 1], [3, 2.5, 4])
        cutoff = 100 * max(m_chi, q)
        expected = scalar_by_quadrature(q**2, m_chi, scale, cutoff)
        found = scalar_loop(m_chi, scale, cutoff)(q**2)
        assert found == pytest.approx(expected, rel=1e-10, abs=0)
        assert scalar_loop(m_chi, scale, cutoff, tree=0.5)(q**2) == pytest.approx(0.5 + expected)


def test_another_cutoff_is_a_polynomial_of_first_degree():
    q2 = np.array([0.0, 1.0, 2.0, 7.0]) * 100
    difference = scalar_loop(5.0, 100.0, 1e3)(q2) - scalar_loop(5.0, 100.0, 1e4)(q2)
    slope = np.diff(difference) / np.diff(q2)
    assert slope == pytest.approx(
        np.full(3, np.log(100) / (8 * np.pi**2 * 100**2)), rel=1e-9, abs=0
    )


@pytest.mark.parametrize("m_chi", [1e-3, 1.0, 30.0, 300.0])
def test_running_coefficient_is_the_logarithm_of_paper_2_6(m_chi):
    q, cutoff = np.array([0.0, 20.0, 105.0]), 1000.0

    def integrand(x, momentum):
        delta = m_chi**2 + momentum**2 * x * (1 - x)
        return x * (1 - x) * np.log(cutoff**2 / delta) / (2 * np.pi**2)

    expected = [quad(integrand, 0, 1, args=(momentum,), epsabs=0)[0] for momentum in q]
    assert running_coefficient(q, m_chi, cutoff) == pytest.approx(expected, rel=1e-7)


def test_a_loop_given_its_running_coefficient_forgets_where_it_was_subtracted():
    Q2 = np.array([10.0, 50.0, 90.0]) ** 2
    one, other = (
        loop(30.0, 50.0, q_max, tree=float(running_coefficient(q_max, 30.0, 1000.0)))(Q2)
        for q_max in (60.0, 105.0)
    )
    assert one == pytest.approx(other, rel=1e-12)


@pytest.mark.parametrize(
    "form_factor", [portal.suppressed(50.0), portal.loop(20, 50, 106), scalar_loop(20, 50, 106)]
)
def test_form_factors_are_values(form_factor):
    same = pickle.loads(pickle.dumps(portal.Vector(10.0, form_factor)))
    assert same == portal.Vector(10.0, form_factor)
    assert hash(same.form_factor) == hash(form_factor)
    assert "50" in repr(same)


@pytest.mark.parametrize("value", [None, [1.0, 2.0, 3.0], 1 + 1j, "1"])
def test_a_form_factor_of_ones_own_that_is_no_real_function_is_refused(value):
    with pytest.raises((TypeError, ValueError), match=r"form_factor = .*give a"):
        portal.Vector(10.0, lambda Q2: value).propagator([1.0, 2.0])


def test_a_massless_suppressed_mediator_has_a_limit_at_no_recoil():
    found = portal.Vector(0.0, portal.suppressed(50.0)).propagator([0.0, 1.0])
    assert found == pytest.approx([1 / 50.0**2] * 2)
