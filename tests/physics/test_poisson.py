"""The likelihood of Poisson: against an optimiser, a scan, χ² of many events, and of few."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from hepunits import day, eV, g, joule, keV, kg, m, s
from scipy.optimize import brentq, minimize, minimize_scalar
from scipy.stats import poisson

from portal import (
    Experiment,
    Joint,
    Scalar,
    Vector,
    allowed_couplings,
    chi_squared,
    direct,
    suppressed,
)
from portal.experiments import coherent_csi_2017
from portal.fluxes import reactor
from portal.measurements import Background
from portal.nuclei import target
from portal.poisson import FEW, FewCounts, poisson_couplings, poisson_likelihood

SHAPE = np.array([0.3, -0.1, -0.1, 0.0])


def germanium(exposure=kg * day, **changes):
    """A small detector at a reactor, without background unless asked."""
    settings = {
        "target": target("Ge"),
        "source": reactor(),
        "exposure": exposure,
        "bins": np.array([0.1, 0.2, 0.4, 0.8, 1.5]) * keV,
    }
    return Experiment(**settings | changes)


BACKGROUNDS = (Background([2.0, 1.0, 1.0, 0.5], 0.3), Background([0.5, 0.5, 0.5, 0.5], 0.1))
CASES = {
    "projection": germanium(),
    "counts": germanium(data=[7, 2, 0, 0]),
    "nothing": germanium(data=[0, 0, 0, 0]),
    "known": germanium(data=[7, 2, 1, 0], sigma_alpha=0.0),
    "backgrounds": germanium(data=[9, 5, 0, 1], background=BACKGROUNDS),
    "shape": germanium(data=[9, 5, 2, 1], background=BACKGROUNDS, shapes=(SHAPE,)),
    "truth": germanium().observing(Vector(0.1), -1e-11),
}
MEDIATORS = [(Vector(0.1), -2e-11), (Vector(0.1), 3e-11), (Scalar(1.0, suppressed(30.0)), 1e-8)]


def by_scipy(experiment, mediator, coupling):
    """−2 ln λ with the probabilities of SciPy, by an optimiser without derivatives."""
    signal, n = experiment.counts(mediator, coupling), experiment.raw_counts
    rows = [experiment.sigma_alpha * signal, *(b.error * b.counts for b in experiment.backgrounds)]
    slopes = np.array([*rows, *experiment.shapes])
    background = sum((b.counts for b in experiment.backgrounds), np.zeros(4))

    def full(theta):
        mu = signal + background + theta @ slopes
        if np.any(mu < 0):
            return np.inf
        term = np.where(
            n > 0, mu - n + n * np.log(np.where(n > 0, n / np.maximum(mu, 1e-300), 1)), mu
        )
        return 2 * term.sum() + (theta**2).sum()

    start = np.zeros(len(slopes))
    for _ in range(3):
        found = minimize(
            full,
            start,
            method="Nelder-Mead",
            options={"xatol": 1e-9, "fatol": 1e-11, "maxiter": 9999},
        )
        start = found.x
    return found.fun


@pytest.mark.parametrize("experiment", CASES.values(), ids=CASES.keys())
@pytest.mark.parametrize(("mediator", "coupling"), MEDIATORS)
def test_likelihood_is_the_minimum_that_an_optimiser_finds(experiment, mediator, coupling):
    found = poisson_likelihood(experiment, mediator, coupling)
    assert found == pytest.approx(by_scipy(experiment, mediator, coupling), rel=1e-6, abs=1e-7)


def test_likelihood_is_a_ratio_of_probabilities():
    """Without nuisances it is −2 ln of P(n | μ)/P(n | n)."""
    experiment, n = CASES["known"], np.array([7, 2, 1, 0])
    signal = experiment.counts(Vector(0.1), 3e-11)
    ratio = poisson.logpmf(n, signal) - poisson.logpmf(n, n)
    found = poisson_likelihood(experiment, Vector(0.1), 3e-11)
    assert found == pytest.approx(-2 * ratio.sum(), rel=1e-8)  # an empty bin is nearly empty


@pytest.mark.parametrize("experiment", CASES.values(), ids=CASES.keys())
@pytest.mark.parametrize("mediator", [Vector(0.1), Scalar(0.1), Vector(1e3)])
def test_edges_equal_those_of_a_fine_scan(experiment, mediator):
    def value(g):
        return poisson_likelihood(experiment, mediator, g)

    bands = poisson_couplings(experiment, mediator)
    size = max(abs(edge) for band in bands for edge in band if np.isfinite(edge))
    g = np.linspace(-3, 3, 6001) * size
    scan = value(g)
    k = scan.argmin()
    best = minimize_scalar(value, bounds=(g[k - 1], g[k + 1]), options={"xatol": 1e-9 * size})
    limit = min(best.fun, scan.min()) + 4
    at = np.flatnonzero((scan[1:] > limit) != (scan[:-1] > limit))
    expected = [brentq(lambda x: value(x) - limit, g[i], g[i + 1], xtol=1e-300) for i in at]
    edges = np.ravel(bands)
    np.testing.assert_allclose(edges[np.isfinite(edges)], expected, rtol=1e-5)


def test_many_events_give_the_limits_of_chi_squared():
    ratios = []
    for exposure in (1e3, 1e5, 1e7):
        many = germanium(exposure * kg * day, sigma_alpha=0.05)
        gauss, poissonian = (f(many, Scalar(0.1)) for f in (allowed_couplings, poisson_couplings))
        ratios.append(poissonian[-1][1] / gauss[-1][1])
    off = np.abs(np.array(ratios) - 1)
    assert off[0] > off[1] > off[2]
    assert off[2] < 2e-3


def test_likelihood_of_many_events_is_chi_squared():
    many = germanium(1e7 * kg * day, background=2.0 / (keV * kg * day))
    g = np.linspace(-2e-14, 2e-14, 5)
    np.testing.assert_allclose(
        poisson_likelihood(many, Vector(0.1), g),
        chi_squared(many, Vector(0.1), g),
        rtol=0.02,
        atol=1e-9,
    )


def test_separate_normalisations_multiply_the_signal():
    """With no common one, the parts are independent, each with its own normalisation."""
    parts = (germanium(sigma_alpha=0.3), germanium(data=[3, 1, 1, 0], sigma_alpha=0.1))
    joint = Joint(parts, sigma_alpha=0.0, separate=True)
    alone = sum(poisson_likelihood(part, Vector(0.1), 3e-11) for part in parts)
    assert poisson_likelihood(joint, Vector(0.1), 3e-11) == pytest.approx(alone, rel=1e-8)
    shared = Joint(parts[:1], sigma_alpha=0.3)
    assert poisson_likelihood(shared, Vector(0.1), 3e-11) == pytest.approx(
        poisson_likelihood(parts[0], Vector(0.1), 3e-11), rel=1e-8
    )


# --- a clear word --------------------------------------------------------------------------------


def test_a_few_events_without_background_are_said():
    """Ten grams of calcium tungstate, 100 m from a reactor of 4 GW, for 30 days."""
    few = Experiment(
        target=target("CaWO4"),
        source=reactor(power=4e9 * joule / s, distance=100 * m),
        exposure=10 * g * 30 * day,
        bins=np.geomspace(20, 3000, 9) * eV,
    )
    assert few.counts().sum() == pytest.approx(3.3, abs=0.1)
    for mediator in (Vector(0.1), Scalar(0.1), Vector([0.1, 1.0, 1e3])):
        with pytest.warns(FewCounts, match=r"3\.32 events, 3\.32 expected, are too few"):
            allowed_couplings(few, mediator)


def events(number, **changes):
    """Germanium that expects so many events."""
    one = germanium(**changes)
    return replace(one, exposure=number / one.counts().sum() * one.exposure)


def test_more_than_a_hundred_events_can_be_too_few():
    """A heavy scalar with F ~ q² shows up in the last bins, which hold few of them."""
    with pytest.warns(FewCounts, match="150 events"):
        allowed_couplings(events(150), Scalar(1e3, suppressed(30.0)))


def test_an_excess_is_too_far_off_however_many_events_there_are():
    """The expected variance is not that of what a mediator must explain."""
    many = events(100_000, sigma_alpha=0.0)
    seen = replace(many, data=many.counts() * [2.5, 2.0, 2.0, 1.5])
    with pytest.warns(FewCounts, match=r"e\+05 events, 1e\+05 expected"):
        allowed_couplings(seen, Scalar(1e3, suppressed(30.0)))


@pytest.mark.parametrize("kind", [Vector, Scalar])
@pytest.mark.parametrize("form_factor", [direct, suppressed(30.0)])
@pytest.mark.parametrize("mass", [0.1, 1e3])
def test_what_is_not_compared_agrees(kind, form_factor, mass):
    enough, mediator = events(1.01 * FEW), kind(mass, form_factor)
    gauss = allowed_couplings(enough, mediator)
    np.testing.assert_allclose(poisson_couplings(enough, mediator), gauss, rtol=0.1)


def test_many_events_are_silent():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        allowed_couplings(events(500), Vector(0.1))
        allowed_couplings(coherent_csi_2017(), Vector(0.1))
