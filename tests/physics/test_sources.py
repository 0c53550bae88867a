"""Fluxes and their cumulative moments, against quadrature and against the exact decay spectra."""

import pickle
import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from common import near
from hepunits import cm2, day, m, s
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from portal.constants import M_ELECTRON, M_MUON, M_PION
from portal.fluxes import sns
from portal.nuclei import nucleus
from portal.scattering import energy_min, recoil_max
from portal.sources import MOMENTS, ArrivalTimes, Continuum, Line, Source

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
    assert np.all(component.moments([end * (1 + 1e-12), 2 * end, 1e50]) == 0)
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


@pytest.mark.parametrize("energy", [-1.0, 0.0, np.nan, np.inf])
def test_bad_line_energy(energy):
    with pytest.raises(ValueError, match="energy = "):
        Line("e", energy, 1.0)


@pytest.mark.parametrize("flux", [-1.0, np.nan])
def test_bad_flux(flux):
    with pytest.raises(ValueError, match="flux = "):
        replace(LINE, flux=flux)
    with pytest.raises(ValueError, match="flux = "):
        Continuum.table("e", [1.0, 2.0], [1.0, flux])


@pytest.mark.parametrize("flavour", ["", "electron", "E", "mu_bar", "sterile"])
def test_unknown_flavour(flavour):
    with pytest.raises(ValueError, match="flavour = "):
        Line(flavour, 1.0, 1.0)
    with pytest.raises(ValueError, match="flavour = "):
        Continuum.table(flavour, [1.0, 2.0], [1.0, 1.0])


@pytest.mark.parametrize("energies", [[2.0, 1.0], [1.0, 1.0], [1.0, np.nan], [1.0], 1.0])
def test_bad_table_energies(energies):
    with pytest.raises(ValueError, match="energies = "):
        Continuum.table("e", energies, np.ones(np.size(energies)))


def test_bad_table_shapes():
    with pytest.raises(ValueError, match="flux has shape"):
        Continuum.table("e", [1.0, 2.0, 3.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="coefficients has shape"):
        Continuum("e", [0.0, 1.0, 2.0], [[1.0]])
    with pytest.raises(ValueError, match="edges = "):
        Continuum("e", [-1.0, 1.0], [[1.0]])
    with pytest.raises(ValueError, match="coefficients = "):
        Continuum("e", [0.0, 1.0], [[np.nan]])


@pytest.mark.parametrize("component", [LINE, NU_E])
@pytest.mark.parametrize("e_min", [-1.0, np.nan, [1.0, -1.0]])
def test_bad_lower_limit(component, e_min):
    with pytest.raises(ValueError, match="e_min = "):
        component.moments(e_min)


def test_fold_of_powers_is_exact():
    """∫ φ Eⁿ dE of the Michel spectra, by hand: 96/(n+3) − 96/(n+4) and so on, times (m_μ/2)ⁿ."""
    flux = LINE.flux
    for n in range(6):
        half = (M_MUON / 2) ** n
        by_hand = 12 * half * (1 / (n + 3) - 1 / (n + 4))
        assert NU_E.fold(lambda E, n=n: E**n) == near(flux * by_hand)
        by_hand = 2 * half * (3 / (n + 3) - 2 / (n + 4))
        assert NU_MU_BAR.fold(lambda E, n=n: E**n) == near(flux * by_hand)
        assert LINE.fold(lambda E, n=n: E**n) == near(flux * LINE.energy**n)


def test_fold_between_energies_is_the_difference_of_moments():
    for low, high in [(0.0, 20.0), (10.0, 29.0), (29.0, 31.0), (40.0, 60.0), (53.0, 60.0)]:
        moments = sns().moments([low, high])[:, 0] - sns().moments([low, high])[:, 1]
        folded = sns().fold(np.ones_like, low, high)
        assert folded == near(moments[0], abs=1e-14 * LINE.flux)


def test_fold_with_a_threshold():
    """Events above a threshold of a kinked function: the kink has to be a limit of the integral."""
    kinked = lambda E: np.maximum(E - 20.0, 0.0)  # noqa: E731
    exact, _ = quad(lambda E: float(NU_E.flux(E)) * (E - 20), 20, M_MUON / 2, epsrel=1e-12)
    assert NU_E.fold(kinked, low=20.0) == near(exact, rel=1e-10)


def test_mean_of_a_constant_and_of_energies():
    assert sns().mean(lambda E: 3.0) == near(3.0)
    assert NU_E.fold(lambda E: E) / NU_E.moments(0.0)[0] == near(M_MUON * 3 / 10)
    assert NU_MU_BAR.fold(lambda E: E) / NU_MU_BAR.moments(0.0)[0] == near(M_MUON * 7 / 20)
    with pytest.raises(ValueError, match="low = 60"):
        sns().mean(np.ones_like, low=60.0)


@pytest.mark.parametrize(
    ("arguments", "error", "name"),
    [
        ((None,), TypeError, "function = None"),
        ((lambda E: np.full_like(E, np.nan),), ValueError, "function = "),
        ((lambda E: np.ones(7),), ValueError, "function has shape"),
        ((lambda E: "a",), TypeError, "function = "),
        ((np.ones_like, 30.0, 20.0), ValueError, "low = 30.0, high = 20.0"),
        ((np.ones_like, -1.0), ValueError, "low = -1.0"),
        ((np.ones_like, 0.0, np.inf), ValueError, "high = inf"),
    ],
)
@pytest.mark.parametrize("source", [sns(), LINE, NU_E], ids=["source", "line", "continuum"])
def test_bad_fold(source, arguments, error, name):
    with pytest.raises(error, match=re.escape(name)):
        source.fold(*arguments)


PULSE = ArrivalTimes([0.0, 1.0, 2.0, 4.0], [0.1, 0.5, 0.3])


def test_shares_in_time():
    assert PULSE.share(0.0, 4.0) == near(0.9)
    assert PULSE.share(-10.0, 100.0) == near(0.9)
    assert PULSE.share([0.0, 0.5, 3.0], [1.0, 1.5, 9.0]) == near([0.1, 0.3, 0.15])
    late = PULSE.within(1.5, 3.0)
    assert late.edges.tolist() == [1.5, 2.0, 3.0]
    assert late.shares == near([0.25 / 0.4, 0.15 / 0.4])
    assert late.within(1.0, 8.0).share(2.0, 3.0) == near(0.15 / 0.4)


def test_window_scales_each_component_by_its_share():
    source = sns().within(500.0, 2000.0)
    for seen, whole in zip(source.components, sns().components, strict=True):
        share = whole.times.share(500.0, 2000.0)
        assert seen.moments(10.0) == near(whole.moments(10.0) * share)
        assert seen.times.share(0.0, 1e4) == near(1.0)
    twice = source.within(0.0, 1000.0)
    direct = sns().within(500.0, 1000.0)
    assert twice.moments(10.0) == near(direct.moments(10.0))


def test_window_leaves_out_what_does_not_arrive():
    """The prompt line is over after 1.5 μs; nothing is left after 12 μs."""
    assert [c.flavour for c in sns().within(2000.0, 6000.0).components] == ["e", "mu-bar"]
    with pytest.raises(ValueError, match="start = 20000"):
        sns().within(20000.0, 30000.0)
    with pytest.raises(ValueError, match="times = None for e"):
        Source("steady", (Line("e", 1.0, 1.0),)).within(0.0, 1.0)


@pytest.mark.parametrize(
    ("call", "error", "name"),
    [
        (lambda: ArrivalTimes([0.0, 1.0], [0.5, 0.5]), ValueError, "shares has shape"),
        (lambda: ArrivalTimes([1.0, 0.0], [0.5]), ValueError, "edges = "),
        (lambda: ArrivalTimes([0.0, 1.0], [1.1]), ValueError, "shares = "),
        (lambda: ArrivalTimes([0.0, 1.0], [-0.1]), ValueError, "shares = "),
        (lambda: PULSE.share(1.0, 1.0), ValueError, "start = 1.0, end = 1.0"),
        (lambda: PULSE.share(np.nan, 1.0), ValueError, "start = nan"),
        (lambda: Line("e", 1.0, 1.0, 3.0), TypeError, "times = 3.0"),
        (lambda: Continuum("e", [0, 1], [[1.0]], "late"), TypeError, "times = 'late'"),
        (lambda: Source("n", (1,)), TypeError, "components = 1"),
        (lambda: Source("n", LINE), TypeError, "components = Line"),
        (lambda: Source(None, (LINE,)), TypeError, "name = None"),
        (lambda: Line(np.array(["e", "mu"]), 1.0, 1.0), ValueError, "flavour = "),
        (lambda: Line(None, 1.0, 1.0), ValueError, "flavour = None"),
    ],
)
def test_refused_when_made(call, error, name):
    with pytest.raises(error, match=re.escape(name)):
        call()


def test_flux_that_goes_negative_between_ends_and_middle_is_found():
    """(E − 1/4)(E − 1/3) is positive at the ends and in the middle of 0 to 1."""
    dip = np.array([[1 / 12], [-7 / 12], [1.0]])
    with pytest.raises(ValueError, match=r"never negative, as at 0\.29"):
        Continuum("e", [0.0, 1.0], dip)
    touching = np.array([[1 / 9], [-2 / 3], [1.0]])  # (E − 1/3)², zero but not below
    assert Continuum("e", [0.0, 1.0], touching).flux(1 / 3) == near(0.0, abs=1e-15)
    both = np.hstack([np.ones((3, 1)), dip])
    assert Continuum("e", [0.0, 0.1, 0.2], both).endpoint == 0.2  # the dip lies outside
    with pytest.raises(ValueError, match="never negative"):
        Continuum("e", [0.0, 0.1, 0.3], both)


@given(
    roots=st.lists(st.floats(0.0, 1.0), min_size=2, max_size=5),
    edge=st.floats(0.1, 2.0),
)
def test_flux_is_accepted_just_if_a_fine_grid_finds_nothing_negative(roots, edge):
    coefficients = np.polynomial.polynomial.polyfromroots(roots)[:, np.newaxis]
    energy = np.linspace(0.0, edge, 2001)
    flux = np.polynomial.polynomial.polyval(energy, coefficients[:, 0])
    if flux.min() < -1e-9:
        with pytest.raises(ValueError, match="never negative"):
            Continuum("e", [0.0, edge], coefficients)
    elif flux.min() > 1e-3:
        Continuum("e", [0.0, edge], coefficients)


def test_integer_edges_and_copies():
    flat = Continuum("e", [0, 10], [[1]])
    assert flat.moments(4)[0] == near(6.0)
    edges, coefficients = np.array([0.0, 10.0]), np.array([[1.0]])
    mine = Continuum("e", edges, coefficients)
    edges[1], coefficients[0, 0] = 50.0, 7.0
    assert mine.endpoint == 10.0
    assert mine.moments(0.0)[0] == near(10.0)
    with pytest.raises(ValueError, match="read-only"):
        mine.edges[1] = 50.0
    shares = np.array([0.5])
    times = ArrivalTimes([0.0, 1.0], shares)
    shares[0] = 0.1
    assert times.share(0.0, 1.0) == 0.5


def test_sources_pickle():
    again = pickle.loads(pickle.dumps(sns()))
    assert np.all(again.moments([0.0, 20.0, 40.0]) == sns().moments([0.0, 20.0, 40.0]))
    assert again.components[0].times.share(0.0, 1000.0) == LINE.times.share(0.0, 1000.0)
