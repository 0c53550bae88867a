"""What an experiment saw: Asimov data, backgrounds, covariances, normalisations apart."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from hepunits import day, keV, kg
from scipy.optimize import brentq, minimize, minimize_scalar

from portal import (
    Experiment,
    Joint,
    Scalar,
    Vector,
    allowed_couplings,
    chi_squared,
    first_edge,
    limit_curve,
    suppressed,
)
from portal.experiments import coherent_csi_2017
from portal.fluxes import sns
from portal.measurements import Background
from portal.nuclei import target
from portal.toys import profile_toys

pytestmark = pytest.mark.filterwarnings("ignore::portal.poisson.FewCounts")

CSI = coherent_csi_2017()


def argon(**changes):
    """A small argon detector without data."""
    settings = {
        "target": target("Ar"),
        "source": sns(),
        "exposure": 100 * kg * 365 * day,
        "bins": np.linspace(20, 110, 6) * keV,
        "background": 5e-3 / (keV * kg * day),
    }
    return Experiment(**settings | changes)


# --- Asimov data ---------------------------------------------------------------------------------

TRUTHS = [(Vector(10.0), -2e-9), (Scalar(1.0, suppressed(50.0)), 1e-9)]


@pytest.mark.parametrize(("mediator", "coupling"), TRUTHS)
def test_a_projection_observes_the_truth_with_its_own_error(mediator, coupling):
    detector = argon()
    seen = detector.observing(mediator, coupling)
    signal = detector.counts(mediator, coupling)
    background = detector.background * detector.exposure * np.diff(detector.bins)
    np.testing.assert_array_equal(seen.observed, signal)
    np.testing.assert_allclose(seen.sigma, np.sqrt(signal + background), rtol=1e-14)
    assert chi_squared(seen, mediator, coupling) == pytest.approx(0, abs=1e-20)
    assert chi_squared(seen) > 1e-3


@pytest.mark.parametrize(("mediator", "coupling"), TRUTHS)
def test_published_errors_stay(mediator, coupling):
    seen = CSI.observing(mediator, coupling)
    np.testing.assert_array_equal(seen.observed, CSI.counts(mediator, coupling))
    np.testing.assert_array_equal(seen.sigma, CSI.sigma)


def test_the_last_truth_counts():
    mediator, coupling = TRUTHS[0]
    seen = argon().observing(mediator, 1e-9).observing(mediator, coupling)
    np.testing.assert_array_equal(seen.observed, argon().counts(mediator, coupling))


@pytest.mark.parametrize(
    ("bad", "error", "name"),
    [
        ((Vector([1.0, 2.0]), 1e-9), ValueError, "mediator.mass"),
        ((Vector(1.0), np.nan), ValueError, "coupling"),
        ((Vector(1.0), [1e-9, 2e-9]), ValueError, "coupling"),
        ((None, 0.0), TypeError, "mediator"),
        (("V", 1.0), TypeError, "mediator"),
    ],
)
def test_a_bad_truth_is_named(bad, error, name):
    for experiment in (argon(), CSI):
        with pytest.raises(error, match=name):
            experiment.observing(*bad)


# --- many nuisances ------------------------------------------------------------------------------

STEADY = np.array([40.0, 30.0, 20.0, 15.0, 10.0])
BEAM = np.array([3.0, 9.0, 12.0, 6.0, 2.0])
DELAYED = np.array([0.5, 1.0, 4.0, 8.0, 9.0])
BACKGROUNDS = tuple(map(Background, (STEADY, BEAM, DELAYED), (0.02, 0.25, 0.35)))
"""As argon 2020: three backgrounds of 2 %, 25 % and 35 %."""

QUENCHING = np.array([6.0, 2.0, -1.0, -3.0, -2.0])
COUNTS = np.array([95, 70, 48, 36, 21])


def counting(**changes):
    """Counts with three backgrounds and an uncertainty of the shape."""
    settings = {"background": BACKGROUNDS, "shapes": (QUENCHING,), "data": COUNTS}
    return argon(**settings | changes)


def design(experiment, signal):
    """Slopes of all pulls: normalisation, backgrounds, shapes, in units of their errors."""
    scale = experiment.sigma_alpha * signal
    rows = [b.error * b.counts for b in experiment.backgrounds]
    return np.array([scale, *rows, *experiment.shapes]).T


def with_pulls(experiment, signal, pulls):
    """χ² as a sum over bins and pulls, with the variance of what the Standard Model expects."""
    background = sum(b.counts for b in experiment.backgrounds)
    expected = signal + background + design(experiment, signal) @ pulls
    seen = experiment.observed + background
    variance = experiment.counts() + background
    return ((seen - expected) ** 2 / variance).sum() + (pulls**2).sum()


CASES = {
    "all": counting(),
    "no shape": counting(shapes=()),
    "a known normalisation": counting(sigma_alpha=0.0),
    "one background": counting(background=BACKGROUNDS[:1]),
    "a steady background": counting(background=2e-2 / (keV * kg * day), shapes=()),
    "a projection": counting(data=None),
    "a truth": counting(data=None).observing(Vector(10.0), 2e-9),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(("mediator", "coupling"), TRUTHS)
def test_covariance_is_the_minimum_over_all_pulls(name, mediator, coupling):
    experiment = CASES[name]
    if name == "a truth":  # its variance is that of the truth
        experiment = replace(experiment, data=experiment.raw_counts, truth=None)
    signal = experiment.counts(mediator, coupling)
    found = minimize(
        lambda pulls: with_pulls(experiment, signal, pulls),
        np.zeros(design(experiment, signal).shape[1]),
        method="BFGS",
        options={"gtol": 1e-9},
    )
    assert chi_squared(experiment, mediator, coupling) == pytest.approx(found.fun, rel=1e-7)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("kind", [Vector, Scalar])
def test_edges_with_nuisances_equal_those_of_a_scan(name, kind):
    experiment, mediator = CASES[name], kind(5.0)

    def chi2(g):
        return chi_squared(experiment, mediator, g)

    g = np.sinh(np.linspace(-14, 14, 20_001)) * 1e-9
    scan = chi2(g)
    k = scan.argmin()
    best = minimize_scalar(chi2, bounds=(g[k - 1], g[k + 1]), options={"xatol": 1e-20})
    limit = min(best.fun, scan.min()) + 4
    at = np.flatnonzero((scan[1:] > limit) != (scan[:-1] > limit))
    scanned = [brentq(lambda x: chi2(x) - limit, g[i], g[i + 1], xtol=1e-300) for i in at]
    edges = np.ravel(allowed_couplings(experiment, mediator))
    np.testing.assert_allclose(edges[np.isfinite(edges)], scanned, rtol=1e-6)


def test_backgrounds_weaken_a_limit_and_their_errors_more():
    edges = [
        first_edge(argon(background=background, data=None), Scalar(10.0))
        for background in ((), (Background(10 * STEADY),), (Background(10 * STEADY, 0.5),))
    ]
    assert 1.05 * edges[0] < edges[1] < edges[2]


def test_a_steady_background_is_one_in_counts():
    flat = argon()
    counts = 5e-3 / (keV * kg * day) * flat.exposure * np.diff(flat.bins)
    listed = argon(background=(Background(counts),))
    np.testing.assert_allclose(flat.sigma, listed.sigma, rtol=1e-14)
    np.testing.assert_allclose(flat.sigma**2, flat.counts() + counts, rtol=1e-14)


def test_a_covariance_matrix_is_the_errors_where_it_is_diagonal():
    signal, error = CSI.data
    matrix = replace(CSI, data=(signal, np.diag(error**2)))
    for mediator, coupling in TRUTHS:
        plain = chi_squared(CSI, mediator, coupling)
        assert chi_squared(matrix, mediator, coupling) == pytest.approx(plain, rel=1e-12)


def test_a_covariance_matrix_holds_a_shape():
    signal, error = CSI.data
    shape = 0.1 * CSI.counts() * np.linspace(-1, 1, 12)
    listed = replace(CSI, shapes=(shape,))
    matrix = replace(CSI, data=(signal, np.diag(error**2) + np.outer(shape, shape)))
    masses = Vector(np.geomspace(0.1, 1e4, 5))
    found, expected = (limit_curve(one, masses).upper for one in (listed, matrix))
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    np.testing.assert_allclose(listed.sigma, matrix.sigma, rtol=1e-12)
    assert np.all(found != limit_curve(CSI, masses).upper)


def test_variance_is_the_expected_one():
    few, many = (counting(data=factor * COUNTS) for factor in (0, 2))
    np.testing.assert_array_equal(few.sigma, many.sigma)


def test_an_experiment_with_everything_pickles():
    experiment = pickle.loads(pickle.dumps(counting()))
    np.testing.assert_array_equal(experiment.sigma, counting().sigma)


# --- normalisations together and apart -----------------------------------------------------------

PAIR = (argon(sigma_alpha=0.2), argon(bins=np.linspace(15, 60, 4) * keV, sigma_alpha=0.05))
OBSERVED = tuple(part.observing(Scalar(10.0), 5e-10) for part in PAIR)


def test_one_common_and_separate_normalisations():
    """Σ over parts of (n − (1 + α) N − α_i n_i)²/variance, with a pull for α and each α_i."""
    joint = Joint(OBSERVED, sigma_alpha=0.1, separate=True)
    mediator, coupling = Vector(20.0), -1e-9

    def full(pulls):
        total = (pulls**2).sum()
        for part, pull in zip(OBSERVED, pulls[1:], strict=True):
            expected = (1 + 0.1 * pulls[0]) * part.counts(mediator, coupling)
            expected += part.sigma_alpha * pull * part.observed
            background = part.background * part.exposure * np.diff(part.bins)
            variance = part.observed + background
            total += ((part.observed - expected) ** 2 / variance).sum()
        return total

    found = minimize(full, np.zeros(3), method="BFGS", options={"gtol": 1e-9})
    assert chi_squared(joint, mediator, coupling) == pytest.approx(found.fun, rel=1e-7)


def test_separate_normalisations_without_a_common_one_are_a_sum():
    """At the truth each part is as alone; nearby, where α_i matters in second order only."""
    parts = tuple(part.observing(Scalar(10.0), 0.0) for part in PAIR)
    joint = Joint(parts, sigma_alpha=0.0, separate=True)
    for coupling, close in ((0.0, 1e-12), (3e-11, 2e-3)):
        alone = sum(chi_squared(part, Scalar(10.0), coupling) for part in parts)
        assert chi_squared(joint, Scalar(10.0), coupling) == pytest.approx(
            alone, rel=close, abs=1e-20
        )


def test_shared_normalisation_uses_none_of_the_parts():
    tight = tuple(replace(part, sigma_alpha=0.0) for part in PAIR)
    masses = Vector([1.0, 100.0])
    assert allowed_couplings(Joint(PAIR, 0.1), masses) == allowed_couplings(
        Joint(tight, 0.1), masses
    )
    apart = limit_curve(Joint(PAIR, 0.1, separate=True), masses).upper
    assert np.all(apart > limit_curve(Joint(PAIR, 0.1), masses).upper)


def test_parts_at_one_source_share_the_error_of_its_flux():
    """Σ over parts of (n − N − (σ β + σ_i' α_i) N_SM)²/variance, with σ_i'² = σ_i² − σ²."""
    here, there = OBSERVED[0].source.name, "elsewhere"
    far = replace(OBSERVED[0], source=replace(OBSERVED[0].source, name=there))
    parts = (*OBSERVED, far)
    joint = Joint(parts, sigma_alpha=0.0, separate=True, sources={here: 0.04})
    mediator, coupling = Vector(20.0), -1e-9
    own = [np.sqrt(part.sigma_alpha**2 - 0.04**2) for part in OBSERVED] + [far.sigma_alpha]

    def full(pulls):
        total = (pulls**2).sum()
        for part, sigma, pull in zip(parts, own, pulls[1:], strict=True):
            shift = sigma * pull + 0.04 * pulls[0] * (part.source.name == here)
            expected = part.counts(mediator, coupling) + shift * part.observed
            background = part.background * part.exposure * np.diff(part.bins)
            total += ((part.observed - expected) ** 2 / (part.observed + background)).sum()
        return total

    found = minimize(full, np.zeros(4), method="BFGS", options={"gtol": 1e-9})
    assert chi_squared(joint, mediator, coupling) == pytest.approx(found.fun, rel=1e-7)


def test_a_shared_flux_alone_is_a_common_normalisation_at_the_truth():
    name = PAIR[0].source.name
    shared = Joint(PAIR, sigma_alpha=0.0, sources={name: 0.1})
    seen = [1.1 * np.concatenate([part.counts() for part in PAIR])]
    found, expected = (
        profile_toys(joint, Scalar(10.0), seen).chi_squared(np.zeros((1, 1)))
        for joint in (shared, Joint(PAIR, sigma_alpha=0.1))
    )
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_a_covariance_beside_counts_may_share_a_flux():
    """A part with errors, and the same with them as a matrix."""
    signal, errors = OBSERVED[0].observed, OBSERVED[0].sigma
    bare = replace(OBSERVED[0], truth=None, background=0.0)
    name = bare.source.name
    listed, matrix = (
        Joint((replace(bare, data=(signal, form)), OBSERVED[1]), 0.0, True, {name: 0.03})
        for form in (errors, np.diag(errors**2))
    )
    masses = Vector([1.0, 100.0])
    found, expected = (limit_curve(one, masses).outer for one in (listed, matrix))
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    np.testing.assert_allclose(listed.sigma, matrix.sigma, rtol=1e-12)
