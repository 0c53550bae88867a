"""Counts of a detector: a polynomial in the coupling, the same by another quadrature, converged."""

from dataclasses import replace

import numpy as np
import pytest
from hepunits import day, eV, keV, kg
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import poisson

import portal
from portal import Experiment, Joint, Scalar, Vector, direct, prediction, suppressed
from portal.fluxes import reactor, sns
from portal.nuclei import Target, target
from portal.published import read_table
from portal.responses import Photoelectrons, Sharp
from portal.scattering import rate, recoil_max

pytestmark = pytest.mark.filterwarnings("ignore::portal.poisson.FewCounts")

CSI = portal.experiments.coherent_csi_2017()


def argon(**changes):
    settings = {
        "target": target("Ar"),
        "source": sns(),
        "exposure": 100 * kg * 365 * day,
        "bins": np.array([20, 50, 100]) * keV,
    }
    return Experiment(**settings | changes)


# --- COHERENT ------------------------------------------------------------------------------------


def test_counts_of_coherent():
    assert CSI.counts().shape == (12,)
    assert 160 < CSI.counts().sum() < 185
    table = read_table("coherent_csi_2017.csv")
    residual = table["coincidence"] - table["anticoincidence"]
    assert residual.sum() == 142
    assert CSI.observed.sum() == pytest.approx(142 - 6)
    assert np.all(CSI.observed < residual)


def ends(experiment):
    """Recoils at which the flux stops to reach."""
    return [
        recoil_max(part.mass, component.endpoint)
        for part, _ in experiment.target.parts
        for component in experiment.source.components
    ]


def spectrum(experiment, recoil, mediator=None, coupling=0.0):
    """Recoils per energy in the exposure, before the response."""
    per_unit = sum(
        number * float(rate(part, experiment.source, recoil, mediator, coupling))
        for part, number in experiment.target.parts
    )
    return experiment.exposure * experiment.target.units_per_mass * per_unit


@pytest.mark.parametrize("below", [0.0, 0.3, 1.0])
def test_photoelectrons_against_a_plain_integral(below):
    """Poisson by SciPy, efficiency at the centres of unit bins, recoils by adaptive quadrature."""
    gain = 1.17 / keV
    csi = replace(CSI, response=Photoelectrons(gain, below))

    def integrand(recoil, low):
        chance = sum(
            portal.experiments.coherent_efficiency(j + 0.5)
            * (
                (1 - below) * poisson.pmf(j, gain * recoil)
                + below * poisson.pmf(j + 1, gain * recoil)
            )
            for j in (low, low + 1)
        )
        return chance * spectrum(csi, recoil)

    for k in (0, 3, 11):
        expected, _ = quad(
            integrand, 0, max(ends(csi)), args=(csi.bins[k],), points=ends(csi), limit=200
        )
        assert csi.counts()[k] == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("mediator", [None, Vector(5.0), Scalar(5.0, suppressed(50.0))])
def test_sharp_bins_against_a_plain_integral(mediator):
    experiment = argon(efficiency=lambda x: np.exp(-x / (60 * keV)))
    coupling = 2e-9 if mediator else 0.0

    def integrand(recoil):
        return np.exp(-recoil / (60 * keV)) * spectrum(experiment, recoil, mediator, coupling)

    counts = experiment.counts(mediator, coupling)
    for low, high, found in zip(experiment.bins[:-1], experiment.bins[1:], counts, strict=True):
        kinks = [end for end in ends(experiment) if low < end < high]
        expected, _ = quad(integrand, low, high, points=kinks or None, epsrel=1e-11, limit=400)
        assert found == pytest.approx(expected, rel=1e-9)


# --- convergence ---------------------------------------------------------------------------------

CONVERGED = {
    "one wide bin": argon(bins=np.array([0.1, 100]) * keV),
    "reactor": Experiment(
        target=target("Si"),
        source=reactor(),
        exposure=kg * day,
        bins=np.array([10, 100, 3000]) * eV,
        background=1 / (keV * kg * day),
    ),
    "few photoelectrons": replace(
        CSI, bins=[2, 30], efficiency=np.ones_like, data=None, background=0.1 / (kg * day)
    ),
    "COHERENT": CSI,
}


@pytest.mark.parametrize("experiment", CONVERGED.values(), ids=CONVERGED.keys())
@pytest.mark.parametrize("kind", [Vector, Scalar])
@pytest.mark.parametrize("form_factor", [direct, suppressed(50.0)])
def test_doubling_the_quadrature_moves_no_edge(experiment, kind, form_factor, monkeypatch):
    mediator = kind(np.array([0.0, 1e-3, 0.1, 1.0, 3.0, 10.0, 100.0, 1e4]), form_factor)
    once = portal.allowed_couplings(replace(experiment), mediator)
    monkeypatch.setattr(prediction, "ORDER", 2 * prediction.ORDER)
    monkeypatch.setattr(prediction, "PANELS_PER_BIN", 2 * prediction.PANELS_PER_BIN)
    twice = portal.allowed_couplings(replace(experiment), mediator)
    for a, b in zip(once, twice, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4)


# --- counts --------------------------------------------------------------------------------------

KINDS = st.sampled_from([Vector, Scalar])
FORM_FACTORS = st.sampled_from([direct, suppressed(50.0)])
MASSES = st.floats(-9, 9).map(lambda power: 10**power) | st.just(0.0)
COUPLINGS = st.floats(-20, 3).map(lambda power: 10**power)


@given(KINDS, FORM_FACTORS, MASSES, COUPLINGS, st.floats(-2, 2))
def test_counts_are_exactly_quadratic(kind, form_factor, mass, g, ratio):
    """Three couplings fix the parabola; any fourth lies on it."""
    mediator = kind(mass, form_factor)
    below, none, above, other = CSI.counts(mediator, np.array([-g, 0, g, ratio * g]))
    parabola = none + ratio * (above - below) / 2 + ratio**2 * (above + below - 2 * none) / 2
    np.testing.assert_allclose(other, parabola, rtol=1e-9, atol=1e-9 * (above + below).max())
    n0, n1, n2 = CSI.polynomial(mediator)
    np.testing.assert_allclose(none, n0)
    np.testing.assert_allclose(above, n0 + n1 * g + n2 * g**2)
    assert np.all(n1 == 0) == (kind is Scalar)


@given(KINDS, FORM_FACTORS, MASSES, COUPLINGS, st.sampled_from([-1, 1]))
def test_counts_are_not_negative(kind, form_factor, mass, g, sign):
    counts = CSI.counts(kind(mass, form_factor), sign * g)
    assert np.all(np.isfinite(counts))
    assert np.all(counts >= -1e-12 * counts.max())


@given(st.floats(-6, 9))
def test_counts_are_proportional_to_the_exposure(power):
    more = argon(exposure=10**power * kg * day)
    np.testing.assert_allclose(
        more.counts() / more.exposure, argon().counts() / argon().exposure, rtol=1e-12
    )


@given(KINDS, MASSES, COUPLINGS)
def test_a_mixture_is_the_sum_of_its_isotopes(kind, mass, g):
    mediator = kind(mass)
    ge = target("Ge")
    whole = argon(target=ge).counts(mediator, g)
    parts = [
        argon(target=Target(isotope.name, ((isotope, number),), ge.unit_mass)).counts(mediator, g)
        for isotope, number in ge.parts
    ]
    np.testing.assert_allclose(whole, np.sum(parts, axis=0), rtol=1e-11)


def test_bins_add_up():
    fine = argon(bins=np.linspace(20, 100, 33) * keV).counts(Vector(2.0), 1e-9)
    coarse = argon(bins=np.linspace(20, 100, 3) * keV).counts(Vector(2.0), 1e-9)
    np.testing.assert_allclose(fine.reshape(2, 16).sum(axis=1), coarse, rtol=1e-9)


def test_a_gain_only_renames_the_axis():
    quenched = argon(bins=np.array([5, 12.5, 25]) * keV, response=Sharp(0.25))
    np.testing.assert_allclose(
        quenched.counts(Vector(2.0), 1e-9), argon().counts(Vector(2.0), 1e-9)
    )


def test_counts_broadcast():
    many = Vector(np.array([[1.0], [10.0]]))
    couplings = np.array([0.0, 1e-9, 2e-9])
    assert CSI.polynomial(many).shape == (3, 2, 1, 12)
    counts = CSI.counts(many, couplings)
    assert counts.shape == (2, 3, 12)
    np.testing.assert_allclose(counts[1, 2], CSI.counts(Vector(10.0), 2e-9), rtol=1e-12)
    assert CSI.counts(None, np.zeros(3)).shape == (3, 12)


def test_where_the_charge_is_put_moves_the_total_but_not_the_sum_over_all_bins():
    wide = replace(CSI, bins=np.arange(0, 201, 2), efficiency=np.ones_like, data=None)
    totals = [
        replace(wide, response=Photoelectrons(1.17 / keV, below)).counts().sum()
        for below in (0.0, 0.5, 1.0)
    ]
    assert totals[0] >= totals[1] >= totals[2]
    assert totals[2] == pytest.approx(totals[0], rel=0.2)
    seen = [
        replace(CSI, response=Photoelectrons(1.17 / keV, below)).counts().sum()
        for below in (0.0, 0.5, 1.0)
    ]
    assert seen[0] > seen[1] > seen[2]
    assert seen[1] == pytest.approx((seen[0] + seen[2]) / 2, rel=1e-12)


def test_joint_puts_bins_side_by_side():
    both = Joint((CSI, argon(background=1 / (keV * kg * day))), sigma_alpha=0.1)
    for found, parts in (
        (both.counts(), [part.counts() for part in both.parts]),
        (both.observed, [part.observed for part in both.parts]),
        (both.sigma, [part.sigma for part in both.parts]),
    ):
        np.testing.assert_array_equal(found, np.concatenate(parts))
    alone = Joint((CSI,), sigma_alpha=CSI.sigma_alpha)
    masses = Vector(np.array([1.0, 100.0]))
    assert portal.allowed_couplings(alone, masses) == portal.allowed_couplings(CSI, masses)


# --- errors --------------------------------------------------------------------------------------


@pytest.mark.parametrize("elsewhere", [-5.0, 1.5, np.nan])
@pytest.mark.parametrize("response", [Sharp(), Photoelectrons(1 / keV)])
def test_an_efficiency_that_is_right_at_the_centres_only_is_named(elsewhere, response):
    bins = np.array([10, 50]) * (keV if response == Sharp() else 1)
    near = 0.01 * bins.mean()
    detector = argon(
        bins=bins,
        response=response,
        efficiency=lambda x: np.where(np.abs(x - bins.mean()) < near, 1.0, elsewhere),
    )
    with pytest.raises(ValueError, match=f"efficiency = {elsewhere}: give"):
        detector.counts()


def test_numbers_that_others_were_computed_from_cannot_change():
    bins = np.array([0.02, 0.04, 0.06])
    one = argon(bins=bins, data=([3.0, 1.0], [2.0, 1.0]))
    bins[0] = 0.03
    assert one.bins[0] == 0.02
    for values in (one.bins, one.observed, one.sigma, argon().observed, argon().sigma):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 1.0
