"""Other choices of an analysis: each changes what it says, and its edges are where χ² says."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from portal import Scalar, Vector, allowed_couplings, chi_squared, choices, suppressed
from portal.experiments import coherent_ar_future, coherent_csi_2017, reactor_ge

CSI = coherent_csi_2017()
LIGHT = Vector(1.0, suppressed(50.0))


def test_each_reading_changes_one_part():
    ours, *others = choices.readings().values()
    parts = ("target", "response", "source", "data", "sigma_alpha")
    for other in others:
        changed = [part for part in parts if _differs(getattr(ours, part), getattr(other, part))]
        assert len(changed) == 1


def _differs(one, other):
    return repr(one) != repr(other)


def test_more_light_moves_counts_above_the_threshold():
    less, more = (choices.with_yield(CSI, factor).counts() for factor in (0.81, 1.19))
    assert less.sum() < CSI.counts().sum() < more.sum()
    assert choices.with_yield(CSI, 1.0).counts() == pytest.approx(CSI.counts())


@pytest.mark.parametrize("g", [-2e-9, 0.0, 1e-9, 7e-9])
def test_the_best_normalisation_is_found_by_a_minimiser_too(g):
    o, t = CSI.observed / CSI.sigma, CSI.counts(LIGHT, g) / CSI.sigma
    chi2 = minimize_scalar(
        lambda a: ((o - np.exp(a) * t) ** 2).sum() + (a / 0.28) ** 2, bounds=(-3, 2)
    ).fun
    assert choices.LogNormal(CSI, 0.28).chi_squared(LIGHT, g) == pytest.approx(chi2, rel=1e-4)


def test_a_light_yield_without_error_changes_nothing():
    g = np.array([-1e-9, 0.0, 3e-9])
    known = choices.FreeYield(CSI, 1e-9).chi_squared(LIGHT, g)
    assert known == pytest.approx(chi_squared(CSI, LIGHT, g), rel=1e-6)
    assert (choices.FreeYield(CSI).chi_squared(LIGHT, g) <= known).all()


def test_edges_are_where_chi_squared_has_risen_by_four():
    treatment = choices.LogNormal(CSI, 0.28)
    bands = np.array(treatment.allowed_couplings(LIGHT))
    edges = treatment.chi_squared(LIGHT, bands.ravel())
    lowest = treatment.chi_squared(LIGHT, np.linspace(bands.min(), bands.max(), 2001)).min()
    assert edges == pytest.approx(lowest + 4, abs=1e-3)


def test_edges_above_the_standard_model():
    for mediator in (LIGHT, Scalar(10.0)):
        bands = np.array(choices.above_standard_model(CSI, mediator))
        assert chi_squared(CSI, mediator, bands) == pytest.approx(chi_squared(CSI) + 4, rel=1e-9)
        assert bands[0, 0] <= allowed_couplings(CSI, mediator)[0][0]


def test_the_bump_comes_from_the_normalisation():
    mediator = Vector(np.geomspace(0.02, 30.0, 40), suppressed(30.0))
    meant = choices.projections(reactor_ge())
    assert choices.bump(meant["$\\sigma_\\alpha$ = 0"], mediator) == pytest.approx(1, abs=1e-6)
    assert choices.bump(meant["as projected"], mediator) > 1.5


def test_what_the_paper_leaves_open():
    at_the_sns = choices.projections(coherent_ar_future())
    assert len(choices.projections(CSI)) == 2
    assert len(at_the_sns) == 5
    ours, close = (at_the_sns[name].counts().sum() for name in ("as projected", "flux at 1 m"))
    assert close > 100 * ours
