"""The strength of a signal: linear algebra against the χ² it is said to minimise."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize

from portal.experiments import coherent_ar_future, coherent_csi_2017, reactor_ge
from portal.measurements import Background
from portal.strength import Template, poisson_strength, signal_strength


def test_strength_minimises_chi_squared_over_all_nuisances():
    """A fit with μ and one pull for each background, done by an optimiser."""
    csi = coherent_csi_2017(timing=True)
    n, variance = csi.counts(), csi.counts() + csi.expected_background
    steady, neutrons = csi.backgrounds

    def chi2(theta):
        mean = theta[0] * n
        mean = mean + steady.counts * (1 + steady.error * theta[1])
        mean = mean + neutrons.counts * (1 + neutrons.error * theta[2])
        return (((csi.raw_counts - mean) ** 2) / variance).sum() + theta[1] ** 2 + theta[2] ** 2

    best = minimize(chi2, [1.0, 0.0, 0.0], tol=1e-12)
    none = minimize(lambda pulls: chi2([0.0, *pulls]), [0.0, 0.0], tol=1e-12).fun
    fit = signal_strength(csi)
    assert fit.events == pytest.approx(best.x[0] * n.sum(), rel=1e-4)
    assert fit.without == pytest.approx(none - best.fun, rel=1e-4)
    assert fit.up == fit.down
    edge = (fit.events + fit.up) / n.sum()
    there = minimize(lambda pulls: chi2([edge, *pulls]), [0.0, 0.0], tol=1e-12).fun
    assert there - best.fun == pytest.approx(1.0, rel=1e-4)
    pulled = [
        part.counts.sum() * (1 + part.error * pull)
        for part, pull in zip(csi.backgrounds, best.x[1:], strict=True)
    ]
    assert fit.backgrounds == pytest.approx(pulled, rel=1e-4)


@pytest.mark.parametrize("make", [coherent_ar_future, reactor_ge, coherent_csi_2017])
def test_strength_of_what_is_expected_is_what_is_expected(make):
    experiment = make()
    if experiment.data is not None:
        experiment = replace(experiment, data=(experiment.counts(), experiment.data[1]))
    fit = signal_strength(experiment)
    assert fit.events == pytest.approx(experiment.counts().sum())


def test_strength_refuses():
    with pytest.raises(TypeError, match="measured = 3"):
        signal_strength(3)


def test_gaussian_and_poisson_agree_where_counts_are_many():
    background = (Background(np.full(5, 4e6), error=0.01),)
    signal = np.array([1.0, 5.0, 9.0, 4.0, 1.0]) * 1e4
    many = Template(signal, background, 4.02e6 + 1.1 * signal)
    gauss, poisson = signal_strength(many), poisson_strength(many)
    assert poisson.events == pytest.approx(gauss.events, rel=1e-3)
    assert poisson.up == pytest.approx(gauss.up, rel=0.01)
    assert poisson.without == pytest.approx(gauss.without, rel=0.01)


def test_poisson_strength_of_one_bin():
    """Without background: n +… −…, where −2 ln λ = 2 [μ − n + n ln(n/μ)] is one."""
    n = 4.0
    fit = poisson_strength(Template([1.0], (), [n]))
    assert fit.events == pytest.approx(n, rel=1e-6)
    for edge in (n + fit.up, n - fit.down):
        assert 2 * (edge - n + n * np.log(n / edge)) == pytest.approx(1, rel=1e-6)


def test_no_signal_is_seen_below_the_background():
    fit = poisson_strength(Template([1.0, 2.0], (Background([10.0, 10.0]),), [7, 8]))
    assert fit.events == fit.down == fit.without == 0
    assert fit.up > 0


@pytest.mark.parametrize("fit", [signal_strength, poisson_strength])
def test_no_signal_expected_is_refused(fit):
    with pytest.raises(ValueError, match="no signal"):
        fit(Template([0.0], (Background([1.0]),), [1]))
