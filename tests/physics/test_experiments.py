"""The paper's detectors: what it states, what we assume, and their counts by another route."""

from dataclasses import replace

import numpy as np
import pytest
from hepunits import day, keV, kg
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from portal import Scalar, Vector, allowed_couplings, chi_squared, direct, prediction, suppressed
from portal.experiments import (
    LIGHT_YIELD,
    carried_over,
    coherent_ar_future,
    coherent_csi_2017,
    coherent_csi_future,
    coherent_efficiency,
    coherent_nai_future,
    reactor_ge,
    reactor_si,
)
from portal.scattering import rate, recoil_max

MATERIALS = {
    coherent_csi_future: "CsI",
    coherent_ar_future: "Ar",
    coherent_nai_future: "NaI",
    reactor_ge: "Ge",
    reactor_si: "Si",
}
AT_SNS = {coherent_csi_future: 4.25, coherent_ar_future: 2.0, coherent_nai_future: 2.0}
AT_REACTOR = {reactor_ge: 0.1, reactor_si: 0.1}
FUTURE = AT_SNS | AT_REACTOR


def test_csi_2017_is_the_published_measurement():
    csi = coherent_csi_2017()
    assert csi.counts().shape == csi.observed.shape == csi.sigma.shape == (12,)
    assert 160 < csi.counts().sum() < 185  # published: 173
    assert csi.observed.sum() == pytest.approx(142 - 6)
    assert csi.sigma**2 == pytest.approx(
        [61, 113, 158, 123, 99, 81, 65, 56, 48, 42, 63, 43]
    )  # C + AC
    assert csi.sigma_alpha == 0.28


def test_efficiency_of_coherent():
    """The release's own factors: beam neutrons before and after it (arXiv:1804.09459)."""
    before = np.array([0.18707, 0.16725, 0.14852, 0.10595, 0.02407]) * 7.47594
    after = np.array([0.0309, 0.0868, 0.1185, 0.2408, 0.1197])
    centres = np.array([5.5, 6.5, 7.5, 10.5, 35.5])
    assert coherent_efficiency(centres) * before == pytest.approx(after, abs=6e-5)
    assert np.all(coherent_efficiency([0.0, 4.99]) == 0)


@pytest.mark.parametrize("recoil", [0.5, 2.0, 4.2, 4.3, 6.0, 10.0, 100.0])
def test_efficiency_carried_over(recoil):
    assert carried_over(recoil * keV) == pytest.approx(coherent_efficiency(1.17 * recoil))


@pytest.mark.parametrize(("experiment", "threshold"), FUTURE.items())
def test_what_the_paper_states(experiment, threshold):
    future = experiment()
    assert future.bins[0] == pytest.approx(threshold * keV)
    assert future.target.name == MATERIALS[experiment]
    assert future.source.name == ("SNS" if experiment in AT_SNS else "reactor")
    assert future.sigma_alpha == 0.1
    dru = 1 / (keV * kg * day)
    assert future.background == pytest.approx((5e-3 if experiment in AT_SNS else 1.0) * dru)
    assert future.data is None
    assert future.observed == pytest.approx(future.counts())


def test_assumed_exposures():
    year = 365 * day
    assert coherent_ar_future().exposure == pytest.approx(1000 * kg * year)  # paper Fig. 4
    assert coherent_nai_future().exposure == pytest.approx(1000 * kg * year)
    assert coherent_csi_future().exposure == pytest.approx(14.57 * kg * 5 * year)
    assert reactor_ge().exposure == reactor_si().exposure == pytest.approx(10 * kg * year)


@pytest.mark.parametrize("experiment", FUTURE)
def test_bins_reach_the_end_of_the_recoils(experiment):
    future = experiment()
    ends = [recoil_max(part.mass, future.source.endpoint) for part, _ in future.target.parts]
    assert future.bins[-2] < max(ends) <= future.bins[-1]


@pytest.mark.parametrize("experiment", FUTURE)
def test_counts_against_quadrature(experiment):
    """Bin by bin, ∫ rate × efficiency over recoil energy by an adaptive rule."""
    future = experiment()
    per_mass = future.exposure * future.target.units_per_mass
    corners = [5 / LIGHT_YIELD, 6 / LIGHT_YIELD] if experiment in AT_SNS else []
    ends = [
        float(recoil_max(part.mass, component.endpoint))
        for part, _ in future.target.parts
        for component in future.source.components
    ]

    def spectrum(recoil):
        scattered = sum(n * rate(part, future.source, recoil) for part, n in future.target.parts)
        return float(scattered * future.efficiency(np.array(recoil)))

    counts = future.counts()
    for i in (0, 1, 2, 7, len(counts) // 2):
        low, high = future.bins[i], future.bins[i + 1]
        inside = [x for x in corners + ends if low < x < high]
        expected, _ = quad(spectrum, low, high, points=inside or None, epsrel=1e-8, limit=400)
        # the threshold of 4.25 keV is no whole number of photoelectrons, so that the first step
        # of the efficiency (at 4.27 keV) falls inside a panel
        step = experiment is coherent_csi_future and i == 0
        assert counts[i] == pytest.approx(expected * per_mass, rel=2e-3 if step else 1e-6)


@pytest.mark.parametrize("experiment", AT_SNS)
def test_unit_efficiency_counts_more(experiment):
    paper, unit = experiment(), experiment(efficiency=np.ones_like)
    assert np.array_equal(paper.bins, unit.bins)
    assert np.all(unit.counts() >= paper.counts())
    assert np.all(unit.sigma >= paper.sigma)
    assert unit.counts().sum() > 2 * paper.counts().sum()


@pytest.mark.parametrize("experiment", [coherent_ar_future, coherent_nai_future])
def test_threshold_of_2_kev_adds_nothing_under_the_papers_efficiency(experiment):
    paper, unit = experiment(), experiment(efficiency=np.ones_like)
    blind = paper.bins[1:] <= 5 / LIGHT_YIELD
    assert blind.any()
    assert np.all(paper.counts()[blind] == 0)
    assert np.all(unit.counts()[blind] > 0)


@pytest.mark.parametrize("experiment", FUTURE)
def test_error_of_a_projection(experiment):
    """Paper (4.2): the variance is N_SM + N_bg, with the background in keV·kg·day."""
    future = experiment()
    dru = 5e-3 if experiment in AT_SNS else 1.0
    background = dru * (future.exposure / (kg * day)) * np.diff(future.bins) / keV
    assert future.sigma**2 == pytest.approx(future.counts() + background)


@pytest.mark.parametrize("experiment", FUTURE)
def test_standard_model_is_the_best_fit(experiment):
    assert chi_squared(experiment()) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("experiment", [coherent_csi_2017, *FUTURE])
@pytest.mark.parametrize("kind", [Vector, Scalar])
@pytest.mark.parametrize("form_factor", [direct, suppressed(50.0)])
def test_counts_are_converged(experiment, kind, form_factor, monkeypatch):
    """Twice the panels and twice the order move no band edge by more than 1e-4."""
    mediator = kind(np.array([1.0, 30.0, 1000.0]), form_factor)
    once = allowed_couplings(experiment(), mediator)
    monkeypatch.setattr(prediction, "ORDER", 2 * prediction.ORDER)
    monkeypatch.setattr(prediction, "PANELS_PER_BIN", 2 * prediction.PANELS_PER_BIN)
    for a, b in zip(once, allowed_couplings(experiment(), mediator), strict=True):
        assert np.array(a) == pytest.approx(np.array(b), rel=1e-4, abs=0)


@pytest.mark.parametrize("experiment", FUTURE)
@given(factor=st.floats(1e-2, 1e3))
@settings(max_examples=10, deadline=None)
def test_counts_scale_with_exposure(experiment, factor):
    once = experiment()
    more = experiment(exposure=factor * once.exposure)
    assert more.counts() == pytest.approx(factor * once.counts(), rel=1e-12, abs=0)
    assert more.sigma == pytest.approx(np.sqrt(factor) * once.sigma, rel=1e-12)


@pytest.mark.parametrize("experiment", FUTURE)
@given(change=st.floats(1.1, 100.0), mass=st.floats(0.1, 1e3))
@settings(max_examples=10, deadline=None)
def test_limits_respond_as_they_must(experiment, change, mass):
    """More exposure: stronger.  More background, a worse known normalisation: weaker."""
    once = experiment()

    def limit(future):
        return max(abs(edge) for edge in allowed_couplings(future, Scalar(mass))[0])

    assert limit(replace(once, exposure=change * once.exposure)) <= limit(once)
    assert limit(replace(once, background=change * once.background)) >= limit(once)
    assert limit(replace(once, sigma_alpha=change * once.sigma_alpha)) >= limit(once)
