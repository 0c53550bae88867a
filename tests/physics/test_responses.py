"""Responses: the same counts by a slow integral, by another way of asking, and what is refused."""

import pickle
import tracemalloc
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hepunits import day, keV, kg
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import gamma, norm, poisson

from portal import Experiment, Vector
from portal.fluxes import reactor, sns
from portal.nuclei import target
from portal.quadrature import gauss_legendre
from portal.responses import (
    Gamma,
    Gaussian,
    Lindhard,
    Matrix,
    Photoelectrons,
    QuenchingTable,
    Sharp,
    efficiency_steps,
)
from portal.scattering import rate, recoil_max

IONISATION = Lindhard(Z=32, k=0.162)
EDGES = np.array([0.02, 0.04, 0.06, 0.1, 0.2, 0.5]) * keV


def germanium(**changes):
    settings = {
        "target": target("Ge"),
        "source": reactor(),
        "exposure": kg * day,
        "bins": EDGES,
        "response": Sharp(quenching=IONISATION),
    }
    return Experiment(**settings | changes)


def argon(**changes):
    settings = {
        "target": target("Ar"),
        "source": sns(),
        "exposure": 100 * kg * 365 * day,
        "bins": np.array([5, 10, 30]) * keV,
    }
    return Experiment(**settings | changes)


def slow(experiment, chance, low, high, kinks=()):
    """Counts by adaptive quadrature of recoils × chance(recoil), one number at a time."""
    total = 0.0
    for part, number in experiment.target.parts:
        ends = [recoil_max(part.mass, c.endpoint) for c in experiment.source.components]
        stop = min(high, max(ends))
        points = np.unique([low, stop, *(p for p in (*ends, *kinks) if low < p < stop)])
        for a, b in pairwise(points):
            value, _ = quad(
                lambda T, part=part: chance(T) * float(rate(part, experiment.source, T)),
                a, b, epsrel=1e-8, epsabs=0, limit=200,
            )  # fmt: skip
            total += number * value
    return experiment.exposure * experiment.target.units_per_mass * total


# --- sharp ---------------------------------------------------------------------------------------


def test_germanium_with_lindhard_has_the_counts_computed_elsewhere():
    expected = [3.565, 1.492, 1.142, 0.527, 0.0424]
    np.testing.assert_allclose(germanium().counts(), expected, rtol=6e-4)


def test_lindhard_against_a_slow_integral():
    recoils = [brentq(lambda T, x=x: IONISATION(T) - x, 1e-6, 1) for x in EDGES]
    found = germanium().counts()
    for k in (0, 4):
        expected = slow(germanium(), lambda T: 1.0, recoils[k], recoils[k + 1])
        assert found[k] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("step", np.array([0.13, 0.16, 0.3001, 0.77]) * keV)
def test_a_step_of_the_efficiency_may_stand_anywhere(step):
    """It costs as much as an edge at the same place: nothing."""
    edges = np.array([0.1, 0.5, 1, 2.5]) * keV

    def efficiency(x):
        return np.where(x < step, 0.25, 0.75)

    plain = germanium(bins=edges, response=Sharp())
    split = replace(plain, bins=np.sort([*edges, step]))
    weight = np.where(split.bins[:-1] < step, 0.25, 0.75)
    found = replace(plain, efficiency=efficiency).counts().sum()
    assert found == pytest.approx((weight * split.counts()).sum(), rel=1e-6)


def test_germanium_with_a_step_has_the_counts_computed_elsewhere():
    found = germanium(
        exposure=10 * kg * 365 * day,
        bins=np.array([0.1, 0.5, 1, 2.5]) * keV,
        response=Sharp(),
        efficiency=lambda x: np.where(x < 0.16 * keV, 0.0, 1.0),
    )
    assert found.counts()[0] == pytest.approx(19147, abs=1)


def test_steps_are_found_and_slopes_are_not():
    bins = np.array([0.0, 1.0, 2.0])
    found = efficiency_steps(lambda x: np.where(x < 0.3, 0, np.where(x < 1.7, 0.4, x / 2)), bins)
    np.testing.assert_allclose(found, [0.3, 1.7], rtol=1e-12)
    assert not efficiency_steps(lambda x: 1 / (1 + np.exp(-20 * (x - 1))), bins).size


def test_a_table_of_a_constant_factor_is_that_factor():
    table = QuenchingTable(np.array([1, 10]) * keV, [0.25, 0.25])
    quenched = argon(response=Sharp(quenching=table))
    np.testing.assert_allclose(
        quenched.counts(Vector(5.0), 1e-9),
        argon(response=Sharp(0.25)).counts(Vector(5.0), 1e-9),
        rtol=1e-7,
    )


# --- smeared -------------------------------------------------------------------------------------


def sigma(x):
    return 0.58 * np.sqrt(x * keV)


def quenched(recoil):
    return recoil * (0.246 + 0.00078 * recoil / keV)


@pytest.mark.parametrize("kind", [Gaussian, Gamma])
def test_a_resolution_against_a_slow_integral(kind):
    """Trial 4: argon with an energy-dependent quenching."""

    def chance(recoil):
        x, s = quenched(recoil), sigma(quenched(recoil))
        known = norm(x, s) if kind is Gaussian else gamma((x / s) ** 2, scale=s**2 / x)
        seen = known.cdf(10 * keV) - known.cdf(7 * keV)
        return 0.3 * seen + 0.9 * (known.cdf(30 * keV) - known.cdf(10 * keV))

    detector = argon(
        bins=np.array([7, 30]) * keV,
        response=kind(sigma, quenched),
        efficiency=lambda x: np.where(x < 10 * keV, 0.3, 0.9),
    )
    expected = slow(detector, chance, 1 * keV, 1.0)
    assert detector.counts()[0] == pytest.approx(expected, rel=1e-5)


def test_photoelectrons_with_a_quenching_against_a_slow_integral():
    """Trial 3: caesium iodide, the threshold at 4 photoelectrons; SciPy's Poisson."""
    table = QuenchingTable(np.array([1, 10, 50]) * keV, [0.05, 0.08, 0.1])
    detector = argon(
        target=target("CsI"), bins=[4, 9, 12], response=Photoelectrons(10 / keV, quenching=table)
    )

    def chance(recoil):
        mean = 10 / keV * table(recoil)
        return poisson.cdf(8, mean) - poisson.cdf(3, mean)

    expected = slow(detector, chance, 0, 1.0, np.array([1, 10]) * keV)
    assert detector.counts()[0] == pytest.approx(expected, rel=1e-4)


def test_the_same_background_per_photoelectron_and_per_energy():
    """Trial 3: 1/(keVee kg day), at 10 photoelectrons per keVee."""
    light = argon(bins=[40, 60], response=Photoelectrons(10 / keV), background=0.1 / (kg * day))
    energy = argon(bins=np.array([4, 6]) * keV, background=1 / (keV * kg * day))
    of_light, of_energy = (e.sigma**2 - e.counts() for e in (light, energy))
    np.testing.assert_allclose(of_light, of_energy, rtol=1e-9)


def test_a_matrix_of_a_sharp_response_is_sharp():
    fine = np.linspace(5, 30, 26) * keV
    table = np.eye(25)
    matrix = argon(bins=np.arange(26) + 1.0, response=Matrix(fine, table))
    np.testing.assert_allclose(matrix.counts(), argon(bins=fine).counts(), rtol=1e-8)


def test_many_photoelectron_bins_take_little_memory():
    detector = argon(bins=np.arange(2, 1403), response=Photoelectrons(20 / keV))
    tracemalloc.start()
    many = detector.counts()
    assert tracemalloc.get_traced_memory()[1] < 200e6
    tracemalloc.stop()
    few = replace(detector, bins=np.arange(2, 1403, 7)).counts()
    np.testing.assert_allclose(many.reshape(200, 7).sum(axis=1), few, rtol=1e-6, atol=1e-6)


# --- what is accepted, and what is refused -------------------------------------------------------


@pytest.mark.parametrize("response", [Sharp(), Photoelectrons(10 / keV)])
def test_an_efficiency_of_one_number_works(response):
    bins = np.array([5, 10, 30]) * (keV if response == Sharp() else 1)
    plain = argon(bins=bins, response=response)
    constant = replace(plain, efficiency=lambda x: 0.8)
    np.testing.assert_allclose(constant.counts(), 0.8 * plain.counts(), rtol=1e-12)
    scalar = replace(plain, efficiency=lambda x: 1.0 if x > bins[1] else 0.0)
    np.testing.assert_allclose(scalar.counts()[1], plain.counts()[1], rtol=1e-6)


@pytest.mark.parametrize("value", [lambda x: np.ones(3), lambda x: None, lambda x: "all"])
def test_another_efficiency_is_named(value):
    with pytest.raises((TypeError, ValueError), match="efficiency"):
        argon(efficiency=value)


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: Photoelectrons(2.31), "gain = 2.31.*keV"),
        (lambda: argon(bins=[20, 40, 60]), "bins = .*keV"),
        (lambda: argon(exposure=10 * kg), "exposure = .*mass times time"),
        (lambda: argon(response=Matrix([0.0, 1.0], [[0.7]])).counts(), "bins"),
        (lambda: argon(response=Gaussian(2 * keV)).counts(Vector(1.0), 1e-9), "bins"),
    ],
)
def test_what_cannot_be_is_named(make, named):
    with pytest.raises((TypeError, ValueError), match=named):
        make()


def test_responses_pickle():
    for response in (
        Sharp(quenching=IONISATION),
        Photoelectrons(1 / keV, quenching=IONISATION),
        Gaussian(0.01, IONISATION),
        Gamma(sigma, quenched),
    ):
        assert pickle.loads(pickle.dumps(response)) == response
    matrix = pickle.loads(pickle.dumps(Matrix([0.0, 1.0], [[0.5]])))
    np.testing.assert_array_equal(matrix.table, [[0.5]])


def test_gauss_legendre_is_exact_for_polynomials():
    x, w = gauss_legendre(np.array([-1.0, 0.5, 4.0]), order=3)
    np.testing.assert_allclose(x**5 @ w, (4**6 - 1) / 6, rtol=1e-12)
