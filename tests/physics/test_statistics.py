"""The profiled χ² against brute force, every edge of every band, and what a limit must obey."""

from dataclasses import replace
from itertools import chain, pairwise

import numpy as np
import pytest
from hepunits import MeV, day, keV, kg
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize_scalar

import portal
from portal import Experiment, Scalar, Vector, allowed_couplings, chi_squared, limit_curve
from portal.fluxes import sns
from portal.nuclei import target
from portal.statistics import Profile, closest

pytestmark = pytest.mark.filterwarnings("ignore::portal.poisson.FewCounts")

CSI = portal.experiments.coherent_csi_2017()
SUPPRESSED = portal.suppressed(50 * MeV)
CASES = [
    pytest.param(kind, form_factor, id=f"{kind.__name__}-{name}")
    for kind in (Vector, Scalar)
    for form_factor, name in ((portal.direct, "direct"), (SUPPRESSED, "suppressed"))
]
LIGHT = Vector(1 * MeV, SUPPRESSED)


def projection(**changes):
    """A small argon detector without data."""
    settings = {
        "target": target("Ar"),
        "source": sns(),
        "exposure": 100 * kg * 365 * day,
        "bins": np.linspace(10, 110, 6) * keV,
        "background": 5e-3 / (keV * kg * day),
        "sigma_alpha": 0.1,
    }
    return Experiment(**settings | changes)


def full_chi_squared(experiment, counts, alpha):
    """Paper (4.1) as it is printed."""
    pulls = (experiment.observed - (1 + alpha) * counts) / experiment.sigma
    return (pulls**2).sum() + (alpha / experiment.sigma_alpha) ** 2


def by_least_squares(experiment, counts):
    """Minimum over α as a linear fit of one factor, 1 + α, to the bins and to 1 ± σ_α."""
    design = np.append(counts / experiment.sigma, 1 / experiment.sigma_alpha)[:, np.newaxis]
    values = np.append(experiment.observed / experiment.sigma, 1 / experiment.sigma_alpha)
    factor = np.linalg.lstsq(design, values)[0]
    return ((values - design @ factor) ** 2).sum()


# --- χ² ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "form_factor"), CASES)
def test_polynomial_chi_squared_equals_a_fit_of_alpha(kind, form_factor):
    generator = np.random.default_rng(11)
    masses = 10 ** generator.uniform(-2, 5, 250) * MeV
    many = kind(masses, form_factor)
    profile = Profile.of(CSI, many)
    x = generator.uniform(-1, 1, 250) * 10 ** generator.uniform(-3, 1, 250)
    coded = profile.chi_squared(x[:, np.newaxis])[:, 0]
    counts = CSI.counts(many, x * profile.scale)
    fitted = [by_least_squares(CSI, n) for n in counts]
    np.testing.assert_allclose(coded, fitted, rtol=1e-9)
    np.testing.assert_allclose(chi_squared(CSI, many, x * profile.scale), fitted, rtol=1e-9)


def test_chi_squared_is_the_minimum_that_an_optimiser_finds():
    generator = np.random.default_rng(12)
    for _ in range(30):
        mediator = Vector(10 ** generator.uniform(-1, 3) * MeV, SUPPRESSED)
        coupling = generator.normal(0, 3e-9)
        counts = CSI.counts(mediator, coupling)
        found = minimize_scalar(lambda a, n=counts: full_chi_squared(CSI, n, a), tol=1e-12)
        assert chi_squared(CSI, mediator, coupling) == pytest.approx(found.fun, rel=1e-9)


def test_chi_squared_of_an_exact_normalisation_is_the_limit():
    exact, near = (replace(CSI, sigma_alpha=value) for value in (0.0, 1e-7))
    g = np.linspace(-3e-9, 1e-8, 7)
    plain = (((CSI.observed - CSI.counts(LIGHT, g)) / CSI.sigma) ** 2).sum(axis=-1)
    np.testing.assert_allclose(chi_squared(exact, LIGHT, g), plain, rtol=1e-12)
    np.testing.assert_allclose(chi_squared(near, LIGHT, g), plain, rtol=1e-9)


@pytest.mark.parametrize(("kind", "form_factor"), CASES)
def test_minimum_and_infinity(kind, form_factor):
    many = kind(np.geomspace(0.1, 1e4, 9), form_factor)
    profile = Profile.of(CSI, many)
    x = np.sinh(np.linspace(-12, 12, 240_001))
    scan = profile.chi_squared(np.broadcast_to(x, (9, len(x))))
    assert np.all(profile.minimum <= scan.min(axis=1) + 1e-12)
    np.testing.assert_allclose(profile.minimum, scan.min(axis=1), rtol=1e-6)
    np.testing.assert_allclose(profile.at_infinity, scan[:, -1], rtol=1e-4)


# --- edges ---------------------------------------------------------------------------------------


def scanned(experiment, mediator, n_sigma):
    """Edges by a fine scan of χ², each sign change refined by bisection."""

    def chi(g):
        return chi_squared(experiment, mediator, g)

    scale = Profile.of(experiment, mediator).scale[0]
    g = scale * np.sinh(np.linspace(-16, 16, 20_001))
    values = chi(g)
    k = np.clip(values.argmin(), 1, len(g) - 2)
    refined = minimize_scalar(
        chi, bounds=(g[k - 1], g[k + 1]), method="bounded", options={"xatol": 1e-10 * scale}
    )
    limit = min(refined.fun, values.min()) + n_sigma**2
    above = values > limit
    return [
        brentq(lambda x: chi(x) - limit, g[i], g[i + 1], xtol=1e-300, rtol=1e-12)
        for i in np.flatnonzero(above[1:] != above[:-1])
    ]


EXPERIMENTS = {
    "data": CSI,
    "loose": replace(CSI, sigma_alpha=5.0),
    "exact": replace(CSI, sigma_alpha=0.0),
    "excess": replace(CSI, data=(2 * CSI.observed, CSI.sigma)),
    "nothing seen": replace(CSI, data=(0 * CSI.observed, CSI.sigma)),
    "negative": replace(CSI, data=(-CSI.observed, CSI.sigma)),
    "projection": projection(),
    "large": projection(exposure=1e6 * kg * 365 * day),
    "small": projection(exposure=0.1 * kg * day),
    "one bin": projection(bins=[10 * keV, 110 * keV]),
}


@pytest.mark.parametrize("n_sigma", [0.5, 2.0, 4.0])
@pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=EXPERIMENTS.keys())
@pytest.mark.parametrize(("kind", "form_factor"), CASES)
def test_edges_equal_those_of_a_scan(kind, form_factor, experiment, n_sigma):
    for mass in (0.1, 20.0, 1e3):
        mediator = kind(mass * MeV, form_factor)
        edges = [*chain(*allowed_couplings(experiment, mediator, n_sigma))]
        finite = [edge for edge in edges if np.isfinite(edge)]
        np.testing.assert_allclose(finite, scanned(experiment, mediator, n_sigma), rtol=1e-6)


def inside(bands, g):
    return any(low <= g <= high for low, high in bands)


def merging(experiment):
    """Standard deviations at which the limit reaches the wall between the bands of `LIGHT`."""
    wall = minimize_scalar(
        lambda g: -chi_squared(experiment, LIGHT, g),
        bounds=(2e-9, 6e-9),
        method="bounded",
        options={"xatol": 1e-16},
    )
    return float(np.sqrt(-wall.fun - Profile.of(experiment, LIGHT).minimum[0]))


def test_bands_merge_where_the_limit_reaches_the_wall_between_them():
    exact = EXPERIMENTS["exact"]
    assert len(allowed_couplings(exact, LIGHT, merging(exact) - 1e-6)) == 2
    assert len(allowed_couplings(exact, LIGHT, merging(exact) + 1e-6)) == 1


def test_open_bands_merge_into_all_couplings():
    below, above = (allowed_couplings(CSI, LIGHT, merging(CSI) + d) for d in (-1e-6, 1e-6))
    assert [np.isinf(band).tolist() for band in below] == [[True, False], [False, True]]
    assert above == [(-np.inf, np.inf)]


@pytest.mark.parametrize(("kind", "form_factor"), CASES)
def test_bands_open_where_infinity_meets_the_limit(kind, form_factor):
    mediator = kind(1 * MeV, form_factor)
    profile = Profile.of(CSI, mediator)
    opens = float(np.sqrt(profile.at_infinity[0] - profile.minimum[0]))
    closed = allowed_couplings(CSI, mediator, opens * (1 - 1e-6))
    opened = allowed_couplings(CSI, mediator, opens * (1 + 1e-6))
    assert np.all(np.isfinite(closed))
    assert np.isinf(opened[0][0])
    assert np.isinf(opened[-1][1])


def test_nearly_equal_roots_stay_two_bands():
    exact = EXPERIMENTS["exact"]
    (_, left), (right, _) = allowed_couplings(exact, LIGHT, merging(exact) - 1e-6)
    assert 0 < right - left < 0.01 * left


def test_excess_of_a_scalar_gives_two_bands_without_zero():
    bands = allowed_couplings(EXPERIMENTS["excess"], Scalar(1 * MeV), 0.5)
    assert len(bands) == 2
    assert not inside(bands, 0.0)
    np.testing.assert_allclose(bands[0], -np.array(bands[1][::-1]), rtol=1e-9)
    curve = limit_curve(EXPERIMENTS["excess"], Scalar(np.array([1.0])), 0.5)
    assert not curve.zero_allowed[0]
    assert curve.outer[0] == bands[1][1]


def test_bands_of_a_light_vector_mirror_each_other():
    (a, b), (c, d) = allowed_couplings(CSI, Vector(1e-6 * MeV, SUPPRESSED))
    assert a + d == pytest.approx(b + c, rel=2e-3)


def test_an_open_band_has_an_infinite_limit():
    blind = projection(exposure=0.1 * kg * day, sigma_alpha=1.0)
    curve = limit_curve(blind, Vector(np.geomspace(0.1, 1e4, 5)))
    assert curve.bands == [[(-np.inf, np.inf)]] * 5
    assert np.all(curve.upper == np.inf)
    assert np.all(curve.outer == np.inf)


def test_there_is_no_limit_where_only_negative_couplings_are_allowed():
    few = replace(CSI, data=(1.5 * CSI.counts(), CSI.sigma), sigma_alpha=0.01)
    curve = limit_curve(few, Vector([1e5], SUPPRESSED), 1.0)
    assert curve.outer[0] < 0
    with pytest.raises(ValueError, match="zero is excluded"):
        curve.upper  # noqa: B018 (reading it is the test)


# --- curves --------------------------------------------------------------------------------------


@pytest.mark.parametrize("experiment", [CSI, projection()], ids=["data", "projection"])
@pytest.mark.parametrize(("kind", "form_factor"), CASES)
def test_plateau_and_slope(kind, form_factor, experiment):
    masses = np.array([1e-4, 1e-3, 1e-2, 1e4, 1e5, 1e6]) * MeV
    curve = limit_curve(experiment, kind(masses, form_factor))
    for edge in (curve.upper, curve.outer):
        slope = np.diff(np.log(edge)) / np.diff(np.log(masses))
        np.testing.assert_allclose(slope[:2], 0, atol=0.01)
        np.testing.assert_allclose(slope[-2:], 2, atol=0.01)


@pytest.mark.parametrize(("kind", "form_factor"), CASES)
def test_many_masses_are_as_each_alone(kind, form_factor):
    masses = np.geomspace(0.1, 1e4, 7)
    together = allowed_couplings(CSI, kind(masses, form_factor))
    alone = [allowed_couplings(CSI, kind(mass, form_factor)) for mass in masses]
    assert [len(bands) for bands in together] == [len(bands) for bands in alone]
    for some, others in zip(together, alone, strict=True):
        np.testing.assert_allclose(some, others, rtol=1e-10)
    curve = limit_curve(CSI, kind(masses, form_factor))
    assert curve.bands == together
    assert curve.masses.shape == curve.upper.shape == curve.outer.shape == (7,)
    assert np.all(curve.outer == [bands[-1][1] for bands in together])
    assert np.all(curve.upper == [min(e for e in chain(*bands) if e > 0) for bands in together])
    assert np.all(curve.lower == [max(e for e in chain(*bands) if e < 0) for bands in together])


def test_chi_squared_broadcasts():
    masses = np.geomspace(1, 100, 3)[:, np.newaxis]
    couplings = np.linspace(0, 1e-9, 4)
    grid = chi_squared(CSI, Vector(masses), couplings)
    assert grid.shape == (3, 4)
    assert grid[2, 1] == pytest.approx(chi_squared(CSI, Vector(100.0), couplings[1]), rel=1e-12)


def test_neutrinos_of_one_flavour_give_a_weaker_limit():
    every, one = (
        limit_curve(CSI, Scalar(np.geomspace(0.1, 1e4, 9), neutrinos=neutrinos)).upper
        for neutrinos in ((1, 1, 1), (0, 1, 0))
    )
    assert np.all(one > every)


# --- what a limit must obey ----------------------------------------------------------------------

KINDS = st.sampled_from([Vector, Scalar])
FORM_FACTORS = st.sampled_from([portal.direct, SUPPRESSED])
MASSES = st.floats(-9, 9).map(lambda power: 10**power * MeV) | st.just(0.0)


def decades(low, high):
    return st.floats(low, high).map(lambda power: float(10**power))


@given(
    KINDS,
    FORM_FACTORS,
    MASSES,
    decades(-2, 2),
    decades(-6, 2) | st.just(0.0),
    decades(-6, 9),
    decades(-9, 3),
)
def test_bands_are_in_order_and_hold_the_best_fit(
    kind, form_factor, mass, n_sigma, sigma_alpha, exposure, background
):
    experiment = projection(
        exposure=exposure * kg * day,
        background=background / (keV * kg * day),
        sigma_alpha=sigma_alpha,
    )
    bands = allowed_couplings(experiment, kind(mass, form_factor), n_sigma)
    edges = [*chain(*bands)]
    assert not np.any(np.isnan(edges))
    assert all(low < high for low, high in pairwise(edges))
    assert inside(bands, 0.0)  # it observes the Standard Model


@given(
    KINDS,
    FORM_FACTORS,
    MASSES,
    decades(-2, 2),
    decades(-6, 2) | st.just(0.0),
    st.lists(st.floats(-1e3, 1e4), min_size=12, max_size=12),
)
def test_any_data_give_bands_about_their_best_fit(
    kind, form_factor, mass, n_sigma, sigma_alpha, observed
):
    experiment = replace(CSI, sigma_alpha=sigma_alpha, data=(observed, CSI.sigma))
    mediator = kind(mass, form_factor)
    bands = allowed_couplings(experiment, mediator, n_sigma)
    edges = [*chain(*bands)]
    assert edges
    assert not np.any(np.isnan(edges))
    assert all(low < high for low, high in pairwise(edges))
    minimum = Profile.of(experiment, mediator).minimum[0]
    for low, high in bands:
        if np.isfinite(low + high):
            middle = chi_squared(experiment, mediator, (low + high) / 2)
            assert middle <= (minimum + n_sigma**2) * (1 + 1e-9)


@given(KINDS, FORM_FACTORS, MASSES, st.floats(-1, 1), decades(-3, 9))
def test_chi_squared_is_a_number(kind, form_factor, mass, sign, size):
    mediator = kind(mass, form_factor)
    g = sign * size * Profile.of(CSI, mediator).scale[0]
    assert 0 <= chi_squared(CSI, mediator, g) < np.inf


@pytest.mark.parametrize(
    "change",
    [
        {"background": 5e-2 / (keV * kg * day)},
        {"sigma_alpha": 0.3},
        {"exposure": 50 * kg * 365 * day},
    ],
    ids=lambda change: next(iter(change)),
)
@given(KINDS, FORM_FACTORS, MASSES, decades(-1, 1))
def test_a_projection_weakens(change, kind, form_factor, mass, n_sigma):
    """With N_obs = N_SM every term of χ² falls, so each band can only grow."""
    mediator = kind(mass, form_factor)
    before = allowed_couplings(projection(), mediator, n_sigma)
    after = allowed_couplings(projection(**change), mediator, n_sigma)
    for low, high in before:
        slack = 1e-9 * max(abs(low), abs(high)) if np.isfinite(low + high) else 0.0
        assert any(a <= low + slack and high - slack <= b for a, b in after)


def test_data_may_strengthen_where_a_projection_must_weaken():
    """The best fit of real data moves with σ_α, and its limit with it."""
    high = replace(CSI, data=(2 * CSI.counts(), CSI.sigma))
    tight, loose = (
        limit_curve(replace(high, sigma_alpha=s), Scalar([1e4], SUPPRESSED)).upper[0]
        for s in (0.3, 0.6)
    )
    assert loose < tight


@pytest.mark.parametrize("n_sigma", [1e-12, 1e-8, 1e-4, 1e4, 1e50])
@pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=EXPERIMENTS.keys())
def test_there_is_always_a_band(experiment, n_sigma):
    masses = np.array([0.0, 1.0, 1e3])
    for kind in (Vector, Scalar):
        for bands in allowed_couplings(experiment, kind(masses), n_sigma):
            assert bands
            assert all(low <= high for low, high in bands)


def test_no_masses_give_no_bands():
    curve = limit_curve(CSI, Vector([]))
    assert curve.bands == []
    assert curve.upper.shape == curve.outer.shape == (0,)


def test_the_closest_rival_is_the_best_of_a_scan():
    argon, masses = portal.experiments.coherent_ar_future(), np.array([10.0, 100.0, 1e3])
    seen = argon.observing(Vector(100.0, SUPPRESSED), 5e-9)
    scan = [
        chi_squared(seen, Vector(mass), np.linspace(-1, 1, 4001) * 3e-10 * (900 + mass**2) / 9)
        for mass in masses
    ]
    lowest = np.min(scan, axis=1)
    sigma, mass = closest(seen, Vector(masses))
    assert mass == masses[lowest.argmin()]
    assert sigma == pytest.approx(np.sqrt(lowest.min()), abs=2e-3)


def test_a_second_target_ends_the_likeness_of_a_twin():
    """In argon a vector with F ~ q² has a twin with F = 1; sodium iodide beside it tells them."""
    argon, rival = portal.experiments.coherent_ar_future(), Vector(np.geomspace(50, 200, 101))
    both = portal.Joint((argon, portal.experiments.coherent_nai_future()), 0.1)
    truth = Vector(100.0, SUPPRESSED), 7.2e-9
    assert closest(argon.observing(*truth), rival)[0] < 0.1
    assert closest(both.observing(*truth), rival)[0] > 4
