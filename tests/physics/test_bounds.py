"""Bounds beside the ratios: limits known in closed form, quadrature, and what others found."""

import numpy as np
import pytest
from hepunits import GeV, MeV, hbar
from scipy.integrate import quad

from portal import b_bounds, b_decays, muon_bounds
from portal.constants import FERMI, M_MUON
from portal.published import quoted


@pytest.mark.parametrize(
    ("mass", "vector", "axial"),
    [
        (0.01 * MeV, 1 / 8, -((M_MUON / 0.01) ** 2) / 4),
        (1e6 * MeV, (M_MUON / 1e6) ** 2 / 12, -5 * (M_MUON / 1e6) ** 2 / 12),
    ],
)
def test_moment_for_a_light_and_a_heavy_mediator(mass, vector, axial):
    assert muon_bounds.magnetic_moment(mass, 1.0) == pytest.approx(vector / np.pi**2, rel=1e-3)
    assert muon_bounds.magnetic_moment(mass, 0, 1) == pytest.approx(axial / np.pi**2, rel=1e-3)


@pytest.mark.parametrize("mass", [1.0, 30.0, 106.0, 1e4])
def test_moment_against_adaptive_quadrature(mass):
    r = (M_MUON / mass) ** 2

    def integrand(x, vector, axial):
        top = 2 * x**2 * (1 - x) * vector - (2 * x * (1 - x) * (4 - x) + 4 * x**3 * r) * axial
        return r * top / (1 - x + x**2 * r) / (8 * np.pi**2)

    for g_v, g_a in ((1.0, 0.0), (0.0, 1.0), (0.5, -0.5)):
        expected = quad(integrand, 0, 1, (g_v**2, g_a**2), epsabs=0, epsrel=1e-11, limit=300)[0]
        assert muon_bounds.magnetic_moment(mass, g_v, g_a) == pytest.approx(expected, rel=1e-8)


def test_a_heavy_mediator_makes_tridents_by_its_fermi_constant():
    mass = 1e3 * GeV
    mean, square = muon_bounds.trident_averages(mass)
    assert mean == pytest.approx(1 / (np.sqrt(2) * FERMI) / mass**2, rel=1e-3)
    assert square == pytest.approx(mean**2, rel=1e-3)


def test_tridents_and_the_moment_cross_where_others_found():
    # Altmannshofer et al. (2014): with (290 ± 90)e-11, the band of the moment at 2σ is excluded
    # by CCFR at 95 % (one-sided) from about 400 MeV
    masses = np.geomspace(100, 1000, 200)
    rate, error, _ = quoted("tridents", 1991)
    averages = muon_bounds.trident_averages(masses)
    allowed = muon_bounds.trident_limit(averages, rate + 1.645 * error)
    asked = np.sqrt((290e-11 - 2 * 90e-11) / muon_bounds.magnetic_moment(masses, 1.0))
    assert np.interp(0, np.log(asked / allowed), masses) == pytest.approx(400, rel=0.1)


def test_averages_of_tridents_converge_and_fall_with_the_mass():
    masses = np.geomspace(1, 1e5, 30)
    mean, square = muon_bounds.trident_averages(masses)
    assert np.all(np.diff(mean) < 0)
    assert np.all(mean**2 < square)
    at_zero, _ = muon_bounds.trident_averages(0.0)
    assert at_zero > mean[0]
    # a neutrino of more energy loses more momentum
    assert muon_bounds.trident_averages(100.0, energy=300 * GeV)[0] < np.interp(100, masses, mean)


def test_trident_limit_inverts_the_rate():
    averages = muon_bounds.trident_averages(np.array([1.0, 100.0, 1e4]))
    g = muon_bounds.trident_limit(averages, 1.38)
    assert muon_bounds.trident_rate(averages, g) == pytest.approx(1.38, rel=1e-12)


def test_two_body_decay_to_a_kaon_as_written_out():
    decay, mass, c = b_decays.DECAYS["K"], 100 * MeV, 1e-12
    f = b_decays.form_factors("K", mass**2)["f+"]
    k = np.sqrt(
        (decay.m_b**2 - (decay.m_k + mass) ** 2) * (decay.m_b**2 - (decay.m_k - mass) ** 2)
    ) / (2 * decay.m_b)
    width = (c * mass**2) ** 2 * f**2 * k**3 / (8 * np.pi * mass**2)
    expected = decay.lifetime / hbar * width
    assert c**2 * b_bounds.z_prime("K", mass) == pytest.approx(expected, rel=1e-12)


def test_a_light_mediator_is_longitudinal_in_k_star():
    # for m′ → 0 only the divergence of the current is left: m′ S₀ → √λ A0/2
    decay = b_decays.DECAYS["K*"]
    f = b_decays.form_factors("K*", 1.0)
    root = decay.m_b**2 - decay.m_k**2
    expected = root / (2 * decay.m_b) / (8 * np.pi * decay.m_b**2) * (root * f["A0"] / 2) ** 2
    found = b_bounds.z_prime("K*", 1.0)
    assert found == pytest.approx(decay.lifetime / hbar * expected, rel=1e-3)


@pytest.mark.parametrize("m_chi", [1.0, 1000.0, 2300.0])
def test_pairs_of_chi_against_the_rate_for_muons(m_chi):
    decay = b_decays.DECAYS["K"]

    def rate(q2):
        s, _, _, front = b_decays.amplitudes("K", q2)
        beta = np.sqrt(max(1 - 4 * m_chi**2 / q2, 0.0))
        return front / b_decays.NORMALISATION**2 * beta * 4 / 3 * (q2 + 2 * m_chi**2) * s[0] ** 2

    ends = 4 * m_chi**2, (decay.m_b - decay.m_k) ** 2
    expected = decay.lifetime / hbar * quad(rate, *ends, epsabs=0, epsrel=1e-9, limit=300)[0]
    assert b_bounds.chi_pairs(m_chi) == pytest.approx(expected, rel=1e-6)


def test_mixing_is_lowered_and_quadratic():
    shift = b_bounds.mixing_shift([1e-13, -2e-13])
    assert np.all(shift < 0)
    assert shift[1] == pytest.approx(4 * shift[0])


def test_quoted_numbers():
    assert quoted("a_mu", 2018) == pytest.approx((268e-11, 76e-11, 76e-11), rel=0.01)
    assert quoted("a_mu", 2025) == (38e-11, 63e-11, 63e-11)
    value, up, down = quoted("B+ -> K+ nu nu", 2023)
    assert (up > down, value) == (True, 2.3e-5)


def test_the_least_ratio_is_where_the_two_bounds_meet():
    """g_bs/g_1 with X_h = g_bs g_μ m_B²/Λ² and X_l = g_1 g_μ q0²/(2Λ²), for some couplings."""
    g_bs, g_1, over_scale, q0 = 3e-4, 0.7, 1e-8, 40.0
    x_h = g_bs * over_scale * b_decays.DECAYS["K"].m_b ** 2
    x_l = g_1 * over_scale * q0**2 / 2
    assert b_bounds.least_ratio(x_h, x_l, q0) == pytest.approx(g_bs / g_1, rel=1e-12)


@pytest.mark.parametrize("year", [2018, 2025])
def test_largest_couplings_saturate_what_was_measured(year):
    mass = np.array([1.0, 10.0, 100.0])
    vertex = b_bounds.largest_vertices(year, mass)
    to_k = vertex["B → K Z′"] ** 2 * b_bounds.z_prime("K", mass)
    assert to_k == pytest.approx(b_bounds.decay_room(year), rel=1e-12)
    lower = -b_bounds.mixing_shift(vertex["$B_s$ mixing"])
    assert lower == pytest.approx(b_bounds.mixing_room(year), rel=1e-12)
    to_muons = muon_bounds.largest_couplings(year, mass)
    excess, up, _ = quoted("a_mu", year)
    moment = muon_bounds.magnetic_moment(mass, to_muons["g−2"])
    assert moment == pytest.approx(excess + 2 * up, rel=1e-12)
    averages = muon_bounds.trident_averages(mass)
    rate = muon_bounds.trident_rate(averages, to_muons["tridents"])
    assert rate == pytest.approx(0.82 + 2 * 0.28, rel=1e-9)
