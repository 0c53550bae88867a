"""What an experiment saw: Asimov data."""

import numpy as np
import pytest
from hepunits import day, keV, kg

from portal import Experiment, Scalar, Vector, chi_squared, suppressed
from portal.experiments import coherent_csi_2017
from portal.fluxes import sns
from portal.nuclei import target

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
