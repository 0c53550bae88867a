"""Pseudo-experiments: drawn as they should be, fitted as one by one, and bands that cover."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from portal import Joint, Scalar, Vector, allowed_couplings, chi_squared, scan
from portal.coherent import coherent_csi_2017, coherent_csi_2021
from portal.statistics import Profile
from portal.toys import (
    calibrated_couplings,
    coverage,
    critical_value,
    feldman_cousins,
    profile_toys,
    pseudo_data,
)

CSI, OLD = coherent_csi_2021(), coherent_csi_2017()
LIGHT = Vector(10.0)


@pytest.mark.parametrize(
    "experiment",
    [CSI, OLD, Joint((OLD, CSI), sigma_alpha=0.1), Joint((OLD, CSI), 0.0, True, {"SNS": 0.1})],
)
def test_toys_have_the_mean_and_the_variance_that_chi_squared_assumes(experiment):
    """The variance of L⁻¹N_obs is one, but along the signal, where the normalisation adds to it."""
    toys = experiment.whitened(pseudo_data(experiment, LIGHT, 0.0, toys=20_000))
    signal = experiment.whitened(experiment.counts())
    assert toys.mean(axis=0) == pytest.approx(signal, abs=0.05)
    along = signal / np.linalg.norm(signal)
    across = toys - np.multiply.outer(toys @ along, along)
    assert (across**2).sum(axis=1).mean() == pytest.approx(len(signal) - 1, rel=0.02)
    expected = 1 + experiment.sigma_alpha**2 * (signal @ signal)
    assert (toys @ along).var() == pytest.approx(expected, rel=0.05)


def test_the_same_seed_draws_the_same_toys():
    one, again, other = (pseudo_data(CSI, LIGHT, 0.0, toys=3, seed=s) for s in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("mediator", [LIGHT, Scalar(100.0), Vector(1e4)])
def test_every_edge_of_every_toy_is_that_of_a_fit_of_its_own(mediator):
    seen = pseudo_data(OLD, mediator, 0.0, toys=20)
    together = profile_toys(OLD, mediator, seen)
    for row, bands in zip(seen, together.bands(2.0), strict=True):
        alone = replace(OLD, data=(row, OLD.data[1]))
        for band, own in zip(bands, allowed_couplings(alone, mediator), strict=True):
            assert band == pytest.approx(own, rel=1e-6)
    lowest = [Profile.of(replace(OLD, data=(row, OLD.data[1])), mediator).minimum for row in seen]
    assert together.minimum == pytest.approx(np.ravel(lowest), rel=1e-8)
    x = np.full((20, 1), 1e-9) / together.scale[:, np.newaxis]
    alone = [chi_squared(replace(OLD, data=(row, OLD.data[1])), mediator, 1e-9) for row in seen]
    assert together.chi_squared(x)[:, 0] == pytest.approx(alone, rel=1e-8)


def test_wilks_holds_where_counts_are_many_and_linear():
    assert coverage(CSI, LIGHT, 0.0) == pytest.approx(0.9545, abs=0.006)
    assert coverage(CSI, LIGHT, 0.0, n_sigma=1.0) == pytest.approx(0.6827, abs=0.015)
    assert critical_value(0.0, CSI, LIGHT) == pytest.approx(4.0, abs=0.25)


def test_a_scalar_covers_too_much_at_zero():
    """Counts depend on g², which is not negative: half of the toys have their best fit at zero.

    Then Δχ² is zero in half of them and χ² of one degree in the others, so 2σ covers 97.7 %.
    """
    assert coverage(CSI, Scalar(10.0), 0.0) == pytest.approx(0.977, abs=0.005)
    critical = critical_value(0.0, CSI, Scalar(10.0))
    assert critical == pytest.approx(2.86, abs=0.2)  # (1.69σ)²: 2 (1 − Φ(1.69)) = 2 × 4.55 %


def test_feldman_cousins_covers_where_wilks_does_not():
    """Of toys without a coupling, those whose band holds zero are as many as promised."""
    scalar = Scalar(10.0)
    couplings = np.linspace(0.0, 8e-10, 9)
    critical = scan(partial(critical_value, experiment=CSI, mediator=scalar, toys=4000), couplings)
    both = np.concatenate([-couplings[:0:-1], couplings])
    values = np.concatenate([critical[:0:-1], critical])
    ((_, high),) = feldman_cousins(CSI, scalar, both, values)
    ((_, wilks),) = allowed_couplings(CSI, scalar)
    assert high < 1.02 * wilks
    toys = profile_toys(CSI, scalar, pseudo_data(CSI, scalar, 0.0, toys=4000, seed=7))
    above = toys.chi_squared(np.zeros((4000, 1)))[:, 0] - toys.minimum
    assert np.mean(above <= critical[0]) == pytest.approx(0.9545, abs=0.01)


def test_calibrated_bands_are_those_of_feldman_and_cousins_on_a_fine_grid():
    scalar = Scalar(10.0)
    couplings = np.linspace(-6e-10, 6e-10, 25)
    work = partial(critical_value, experiment=CSI, mediator=scalar, toys=4000)
    fine = feldman_cousins(CSI, scalar, couplings, scan(work, couplings.tolist()))
    assert calibrated_couplings(CSI, scalar, toys=4000) == [
        pytest.approx(fine[0], rel=0.03)  # 4000 toys know Δχ² to 0.12, and it goes like g⁴
    ]


def test_calibrated_bands_are_those_of_wilks_where_its_theorem_holds():
    """Every second band too: a vector turns the weak force over in a detector with many counts."""
    many = replace(coherent_csi_2017(), data=None, exposure=30 * coherent_csi_2017().exposure)
    many = replace(many, sigma_alpha=0.03)
    heavy = Vector(1e4)
    wilks, calibrated = (find(many, heavy) for find in (allowed_couplings, calibrated_couplings))
    assert len(wilks) == 2
    np.testing.assert_allclose(calibrated, wilks, rtol=0.08)


@pytest.mark.parametrize(
    ("call", "arguments", "name"),
    [
        (pseudo_data, (CSI, Vector([1.0, 2.0]), 0.0), "mediator.mass"),
        (profile_toys, (CSI, LIGHT, np.ones((2, 3))), r"observed has shape \(2, 3\)"),
        (feldman_cousins, (CSI, LIGHT, [0.0, 1.0], [4.0]), r"critical has shape \(1,\)"),
    ],
)
def test_shapes_that_do_not_fit_are_named(call, arguments, name):
    with pytest.raises(ValueError, match=name):
        call(*arguments)


def test_errors_published_with_a_signal_are_drawn_from_their_covariance():
    signal, errors = OLD.data
    full = replace(OLD, data=(signal, np.diag(errors**2) + 4.0), sigma_alpha=0.0)
    toys = pseudo_data(full, LIGHT, 0.0, toys=40_000)
    assert np.cov(toys.T) == pytest.approx(full.data[1], abs=4.0)
