"""Fluxes and their cumulative moments, against quadrature and against the exact decay spectra."""

from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from hepunits import cm2, day, m, s
from scipy.integrate import quad

from portal.constants import M_ELECTRON, M_MUON, M_PION
from portal.fluxes import sns
from portal.nuclei import nucleus
from portal.scattering import energy_min, recoil_max
from portal.sources import MOMENTS, Continuum

# the absolute tolerance of pytest, 1e-12, would swallow every cross section in mm²
near = partial(pytest.approx, rel=1e-12, abs=0)

LINE, NU_E, NU_MU_BAR = sns().components


def moment(spectrum, power, low, high):
    value, _ = quad(
        lambda E: float(spectrum(E)) * E**-power, low, high, epsabs=0, epsrel=1e-12, limit=200
    )
    return value


def nu_e_with_electron_mass(E):
    """Spectrum of ν_e from μ⁺ → e⁺ν_e ν̄_μ at rest, not normalised.

    |M|² ∝ (p_μ·p_νe)(p_e·p_ν̄μ), and p_μ·p_νe = m_μE.  The pair (e, ν̄_μ) has q² = m_μ² − 2m_μE;
    then p_e·p_ν̄μ = (q² − m_e²)/2, and its phase space is ∝ (q² − m_e²)/q².
    """
    q2 = M_MUON**2 - 2 * M_MUON * E
    return np.where(q2 > M_ELECTRON**2, E**2 * (q2 - M_ELECTRON**2) ** 2 / q2, 0.0)


def nu_mu_bar_with_electron_mass(E):
    """Spectrum of ν̄_μ from the same decay, not normalised.

    Here ∫ p_e^α p_νe^β over the phase space of the pair (e, ν_e) is A q² g^αβ + B q^α q^β.  Its
    trace is p_e·p_νe = q²(1 − x)/2 and its contraction with q_α q_β is q⁴(1 − x²)/4, where
    x = m_e²/q²; so A = (1 − x)²/12 and B = (1 − x)(1 + 2x)/6, both times the phase space 1 − x.
    """
    q2 = M_MUON**2 - 2 * M_MUON * E
    x = M_ELECTRON**2 / q2
    A, B = (1 - x) ** 2 / 12, (1 - x) * (1 + 2 * x) / 6
    k_p = M_MUON * E  # k·p_μ, and also q·k
    q_p = M_MUON**2 - M_MUON * E
    return np.where(x < 1, E * (1 - x) * (A * q2 * k_p + B * k_p * q_p), 0.0)


@pytest.mark.parametrize("component", [NU_E, NU_MU_BAR], ids=["nu_e", "nu_mu_bar"])
@pytest.mark.parametrize("e_min", [0.0, 1e-3, 0.7, 5.0, 12.3, 29.8, 40.0, 51.0, 52.7])
def test_moments_of_a_michel_spectrum(component, e_min):
    for power, value in zip(MOMENTS, component.moments(e_min), strict=True):
        expected = moment(component.flux, power, e_min, component.endpoint)
        total = float(component.moments(0.0)[power])
        # close to the endpoint the moment is the difference of two much larger numbers
        assert value == near(expected, rel=1e-9, abs=1e-14 * total)


@pytest.mark.parametrize("component", [LINE, NU_E, NU_MU_BAR])
def test_moments_end_at_the_endpoint(component):
    end = component.endpoint
    assert np.all(component.moments([end * (1 + 1e-12), 2 * end, 1e300]) == 0)
    assert np.all(component.moments(0.99 * end) > 0)


def test_moments_of_a_line():
    e_min = np.array([[0.0, 10.0], [LINE.energy, LINE.energy + 1e-9]])
    moments = LINE.moments(e_min)
    assert moments.shape == (3, 2, 2)
    for k in MOMENTS:
        assert moments[k].ravel()[:3] == near(LINE.flux / LINE.energy**k)
        assert moments[k, 1, 1] == 0


def test_moments_of_a_table():
    energies, flux = [0.5, 1.0, 2.0, 4.0, 7.0], [0.0, 3.0, 1.0, 2.0, 0.5]
    table = Continuum.table("e", energies, flux)
    assert table.flux(energies) == near(flux)
    assert table.flux([0.4, 1.5, 7.1]) == near([0, 2, 0])
    for e_min in [0.0, 0.5, 0.8, 1.0, 3.0, 6.5]:
        corners = [max(e_min, 0.5), *(e for e in energies if e > max(e_min, 0.5))]
        pieces = list(pairwise(corners))
        for k, value in zip(MOMENTS, table.moments(e_min), strict=True):
            by_quad = sum(moment(table.flux, k, low, high) for low, high in pieces)
            assert value == near(by_quad, rel=1e-11)


def test_moments_that_diverge_are_infinite_and_never_nan():
    rising = Continuum.table("e", [0.0, 1.0, 2.0], [0.0, 1.0, 0.0])
    assert rising.moments(0.0) == near([1.0, 2 * np.log(2), np.inf])
    flat = Continuum.table("e", [0.0, 1.0], [2.0, 1.0])
    assert flat.moments(0.0) == near([1.5, np.inf, np.inf])
    assert np.all(np.isfinite(flat.moments(1e-9)))
    nothing = Continuum.table("e", [0.0, 1.0], [0.0, 0.0])
    assert np.all(nothing.moments([0.0, 0.5]) == np.zeros((3, 2)))


def test_sns_flux():
    """1.76e23 protons in 308.1 days, 0.08 of each flavour, 19.3 m: 1.13e7 /cm²/s."""
    expected = 1.76e23 * 0.08 / (4 * np.pi * 1930**2) / (308.1 * 86400)
    for component in sns().components:
        assert component.moments(0.0)[0] * cm2 * s == near(expected, rel=1e-12)
    assert expected == near(1.13e7, rel=1e-3)
    assert sns().moments(0.0)[0] * cm2 * s == near(3 * expected)


def test_sns_scales():
    twice = sns(protons_per_time=2 * 1.76e23 / (308.1 * day))
    far = sns(distance=2 * 19.3 * m)
    assert twice.moments(10.0) == near(2 * sns().moments(10.0))
    assert far.moments(10.0) == near(sns().moments(10.0) / 4)
    assert sns(neutrinos_per_proton=0.04).moments(10.0) == near(sns().moments(10.0) / 2)


def test_prompt_line_balances_momentum():
    """At rest, the momentum of the muon equals that of the neutrino: √(E² + m_μ²) + E = m_π."""
    assert np.hypot(LINE.energy, M_MUON) + LINE.energy == near(M_PION, rel=1e-14)
    assert LINE.energy == near(29.79, abs=0.01)


def test_endpoint():
    assert sns().endpoint == M_MUON / 2
    exact = (M_MUON**2 - M_ELECTRON**2) / (2 * M_MUON)
    assert 1 - exact / sns().endpoint == near(2.3e-5, rel=0.02)


@pytest.mark.parametrize(
    ("component", "exact"),
    [(NU_E, nu_e_with_electron_mass), (NU_MU_BAR, nu_mu_bar_with_electron_mass)],
    ids=["nu_e", "nu_mu_bar"],
)
def test_electron_mass_may_be_neglected(component, exact):
    """The Michel polynomials are right to 1.4e-4 of a whole moment.

    The largest shift is that of Φ_0 of ν̄_μ next to the endpoint.  It exceeds
    m_e²/m_μ² = 2.3e-5 because the spectrum is largest there, where m_e²/q² is not small.
    """
    end = (M_MUON**2 - M_ELECTRON**2) / (2 * M_MUON)
    norm = float(component.moments(0.0)[0]) / moment(exact, 0, 0.0, end)
    shifts = [
        abs(norm * moment(exact, k, e_min, end) - value) / component.moments(0.0)[k]
        for e_min in np.linspace(0, 52, 27)
        for k, value in zip(MOMENTS, component.moments(e_min), strict=True)
    ]
    assert 5e-5 < max(shifts) < 1.4e-4


def test_massless_limit_of_the_exact_spectra():
    """Without the electron mass, the forms above are the polynomials, to rounding."""
    E = np.linspace(0.1, 52.0, 40)
    q2 = M_MUON**2 - 2 * M_MUON * E
    for component, exact in [
        (NU_E, E**2 * q2),
        (NU_MU_BAR, E**2 * (q2 / 12 + (M_MUON**2 - M_MUON * E) / 6)),
    ]:
        ratio = component.flux(E) / exact
        assert ratio == near(np.full(40, ratio[0]), rel=1e-12)


def test_source_sums_its_components():
    e_min = np.linspace(0, 60, 7)
    by_hand = LINE.moments(e_min) + NU_E.moments(e_min) + NU_MU_BAR.moments(e_min)
    assert sns().moments(e_min) == near(by_hand)


def test_recoil_ends_with_the_flux():
    mass = nucleus("Cs-133").mass
    end = recoil_max(mass, sns().endpoint)
    assert np.all(sns().moments(energy_min(mass, end * (1 + 1e-9))) == 0)
    assert np.all(sns().moments(energy_min(mass, end * 0.999))[0] > 0)
