"""Limits over the mass: the momentum an experiment reaches, and caesium atoms."""

import io
import json
from itertools import pairwise
from unittest.mock import Mock

import numpy as np
import pytest
from hepunits import MeV
from scipy.integrate import quad

import portal
from portal import Scalar, Vector, direct, experiments, limit_curve, suppressed
from portal.constants import FERMI
from portal.limits import LimitCurve, first_edge, strongest, typical_momentum
from portal.nuclei import nucleus
from portal.parity_violation import (
    WEAK_CHARGE,
    WEAK_CHARGE_2021,
    WEAK_CHARGE_SM,
    caesium_limit,
    weak_charge_shift,
)
from portal.scattering import momentum_transfer_squared, rate, recoil_max, weak_charge

EXPERIMENTS = {
    "CsI 2017": (experiments.coherent_csi_2017(), 50 * MeV),
    "NaI, SNS": (experiments.coherent_nai_future(), 50 * MeV),
    "Ar, SNS": (experiments.coherent_ar_future(), 50 * MeV),
    "Ge, reactor": (experiments.reactor_ge(), 30 * MeV),
    "Si, reactor": (experiments.reactor_si(), 30 * MeV),
}


# --- curves --------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", EXPERIMENTS)
@pytest.mark.parametrize("kind", [Vector, Scalar])
@pytest.mark.parametrize("with_form_factor", [True, False])
def test_plateau_and_slope(label, kind, with_form_factor):
    experiment, q0 = EXPERIMENTS[label]
    masses = np.array([1e-4, 1e-3, 1e4, 1e5]) * MeV
    curve = limit_curve(experiment, kind(masses, suppressed(q0) if with_form_factor else direct))
    slope = np.diff(np.log(curve.upper)) / np.diff(np.log(masses))
    assert slope[[0, 2]] == pytest.approx([0, 2], abs=0.01)


MIXED = LimitCurve(
    [0.0, 1.0, 2.0, 3.0],
    [
        [(-2.0, 1.0), (3.0, 4.0)],
        [(-np.inf, np.inf)],
        [(-5.0, -4.0), (-3.0, 0.5)],
        [(-np.inf, -7.0), (-1.0, 2.0), (3.0, np.inf)],
    ],
)
MEASURED = LimitCurve([1.0, 2.0, 3.0], [[(-1.0, 2.0)], [(1.0, 2.0), (4.0, 5.0)], [(-3.0, -1.0)]])


def test_edges_of_a_curve():
    assert MIXED.upper.tolist() == [1.0, np.inf, 0.5, 2.0]
    assert MIXED.lower.tolist() == [-2.0, -np.inf, -3.0, -1.0]
    assert MIXED.outer.tolist() == [4.0, np.inf, 0.5, np.inf]
    assert MIXED.second.tolist() == [[3.0, 4.0], [None, None], [-5.0, -4.0], [3.0, np.inf]]


def test_a_mirrored_curve():
    assert MIXED.mirrored.upper.tolist() == [2.0, np.inf, 3.0, 1.0]
    assert MIXED.mirrored.mirrored.bands == MIXED.bands


def test_where_zero_is_excluded_there_is_no_limit():
    assert MEASURED.zero_allowed.tolist() == [True, False, False]
    for side in ("upper", "lower"):
        with pytest.raises(ValueError, match=r"masses = 2\.0: zero is excluded"):
            getattr(MEASURED, side)
    assert MEASURED.outer.tolist() == [2.0, 5.0, -1.0]
    assert MEASURED.second.tolist() == [[None, None], [4.0, 5.0], [None, None]]


def test_no_limit_is_drawn_where_zero_is_excluded():
    axes = Mock()
    axes.plot.return_value = [Mock()]
    MEASURED.plot(axes, label="data")
    masses, limit = axes.plot.call_args.args
    assert masses.tolist() == [1.0, 2.0, 3.0]
    assert limit.tolist() == [2.0, None, None]
    shaded = [np.ma.stack(call.args[1:], axis=1).tolist() for call in axes.fill_between.mock_calls]
    assert shaded == [
        [[None, None], [1.0, 2.0], [None, None]],
        [[None, None], [4.0, 5.0], [None, None]],
    ]


@pytest.mark.parametrize("curve", [MIXED, MEASURED, LimitCurve([], [])])
def test_a_curve_comes_back_from_a_file(curve, tmp_path):
    curve.to_csv(tmp_path / "curve.csv")
    written = io.StringIO()
    curve.to_csv(written)
    assert written.getvalue() == (tmp_path / "curve.csv").read_text()
    for back in (
        LimitCurve.from_csv(tmp_path / "curve.csv"),
        LimitCurve.from_csv(io.StringIO(written.getvalue())),
    ):
        assert back.bands == curve.bands
        assert back.masses.tolist() == curve.masses.tolist()


def test_a_computed_curve_keeps_its_last_digit():
    curve = limit_curve(EXPERIMENTS["CsI 2017"][0], Vector(np.geomspace(0.1, 1e4, 7)))
    written = io.StringIO()
    curve.to_csv(written)
    assert LimitCurve.from_csv(io.StringIO(written.getvalue())).bands == curve.bands


def test_a_table_for_hepdata():
    written = io.StringIO()
    MIXED.to_hepdata(written, "g'")
    table = json.loads(written.getvalue(), parse_constant=pytest.fail)
    (mass,), (low, high) = table["independent_variables"], table["dependent_variables"]
    assert mass["header"] == {"name": "mass of the mediator", "units": "MeV"}
    assert [v["value"] for v in mass["values"]] == [0.0, 0.0, 1.0, 2.0, 2.0, 3.0, 3.0, 3.0]
    assert [float(v["value"]) for v in low["values"]][2] == -np.inf
    assert high["header"]["name"] == "g', upper edge"


@pytest.mark.parametrize(
    ("masses", "bands", "name"),
    [
        ([1.0], [[]], "bands"),
        ([1.0, 2.0], [[(1.0, 2.0)]], "masses"),
        ([1.0], [[(2.0, 1.0)]], "bands"),
        ([1.0], [[(1.0, 2.0, 3.0)]], "bands"),
        ([1.0], [[(np.nan, 1.0)]], "bands"),
        ([np.nan], [[(1.0, 2.0)]], "masses"),
    ],
)
def test_bad_curves_are_named(masses, bands, name):
    with pytest.raises(ValueError, match=name):
        LimitCurve(masses, bands)


def test_another_file_is_named():
    with pytest.raises(ValueError, match="mass_MeV"):
        LimitCurve.from_csv(io.StringIO("a,b\n1,2\n"))


@pytest.mark.parametrize("kind", [Vector, Scalar])
def test_first_edge_is_that_of_the_curve(kind):
    csi = EXPERIMENTS["CsI 2017"][0]
    assert first_edge(csi, kind(3.0)) == limit_curve(csi, kind([3.0])).upper[0]
    with pytest.raises(ValueError, match=r"mediator\.mass"):
        first_edge(csi, kind([3.0]))


def test_first_edge_of_an_excess_is_no_limit():
    csi = EXPERIMENTS["CsI 2017"][0]
    seen = csi.observing(Scalar(10.0), 2 * first_edge(csi, Scalar(10.0)))
    with pytest.raises(ValueError, match="zero is excluded"):
        first_edge(seen, Scalar(10.0), 1.0)


def test_typical_momentum_against_a_plain_integral():
    """Argon of the paper, one isotope at a time."""
    experiment, _ = EXPERIMENTS["Ar, SNS"]

    def moment(power):
        total = 0.0
        for isotope, number in experiment.target.parts:
            ends = [
                recoil_max(isotope.mass, component.endpoint)
                for component in experiment.source.components
            ]
            points = [experiment.bins[0], *ends]
            for low, high in pairwise(sorted({*points, *(k / 1170 for k in (5, 6))})):
                value, _ = quad(
                    lambda recoil, i=isotope: (
                        float(rate(i, experiment.source, recoil) * experiment.efficiency(recoil))
                        * momentum_transfer_squared(i.mass, recoil) ** power
                        # n1 weighs each isotope with its charge over its weak charge
                        * Vector(1.0).charge(i.Z, i.N)
                        / weak_charge(i)
                    ),
                    low,
                    high,
                )
                total += number * value
        return total

    expected = np.sqrt(moment(1) / moment(0))
    assert typical_momentum(experiment) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("label", "low", "high"),
    [("CsI 2017", 50, 60), ("Ge, reactor", 5, 7), ("Si, reactor", 4, 6)],
)
def test_typical_momenta(label, low, high):
    assert low < typical_momentum(EXPERIMENTS[label][0]) < high


def test_bump_of_the_reactors_vanishes_without_the_nuisance():
    experiment, q0 = EXPERIMENTS["Ge, reactor"]
    masses = Vector(np.geomspace(0.02, 100, 60), suppressed(q0))
    assert (
        limit_curve(experiment, masses).upper[0] > 1.5 * limit_curve(experiment, masses).upper.min()
    )
    known = portal.Joint((experiment,), sigma_alpha=0.0)
    assert np.all(np.diff(limit_curve(known, masses).upper) >= 0)


# --- caesium -------------------------------------------------------------------------------------


def test_shift_of_the_weak_charge():
    """A contact interaction that doubles Q_V of the neutrino halves nothing for the electron."""
    caesium = nucleus("Cs-133")
    heavy = 1e6 * MeV
    epsilon = weak_charge(caesium) / 399  # 3A ε = Q_V
    coupling = epsilon * 2 * np.sqrt(2) * FERMI * heavy**2
    assert weak_charge_shift(Vector(heavy), coupling) == pytest.approx(-4 * weak_charge(caesium))


def test_tree_level_weak_charge_is_close_to_the_full_one():
    assert 4 * weak_charge(nucleus("Cs-133")) == pytest.approx(WEAK_CHARGE_SM[0], rel=0.05)


@pytest.mark.parametrize("measured", [WEAK_CHARGE, WEAK_CHARGE_2021])
@pytest.mark.parametrize("form_factor", [direct, suppressed(50 * MeV)])
def test_edges_of_caesium_are_n_sigma_away(form_factor, measured):
    mediator = Vector(np.geomspace(0.1, 1e4, 5), form_factor)
    curve = caesium_limit(mediator, n_sigma=3.0, measured=measured)
    error = np.hypot(measured[1], WEAK_CHARGE_SM[1])
    for mass, bands in zip(curve.masses, curve.bands, strict=True):
        ((low, high),) = bands
        assert low < 0 < high
        for edge, sign in ((low, 1), (high, -1)):
            total = WEAK_CHARGE_SM[0] + weak_charge_shift(Vector(mass, form_factor), edge)
            assert (total - measured[0]) / error == pytest.approx(3 * sign)


def test_a_light_suppressed_mediator_is_a_contact_whatever_the_momentum():
    mediator = Vector([1e-3], suppressed(50 * MeV))
    near, far = (caesium_limit(mediator, momentum=q).upper[0] for q in (2.4, 18.0))
    assert near == pytest.approx(far, rel=1e-6, abs=0)


@pytest.mark.parametrize("band", [(0.0, 1.0), (-1.0, 0.0)])
def test_zero_at_the_very_edge_is_allowed(band):
    assert LimitCurve([1.0], [[band]]).zero_allowed.all()


def test_the_strongest_of_several_experiments():
    near, far = LimitCurve([1.0], [[(-3.0, 2.0)]]), LimitCurve([1.0], [[(-1.0, 4.0), (6.0, 7.0)]])
    assert strongest(near, far).tolist() == [[2.0], [1.0]]
    with pytest.raises(ValueError, match=r"curves = .*give"):
        strongest()
    with pytest.raises(ValueError, match=r"curves = .*give"):
        strongest(near, LimitCurve([2.0], [[(-3.0, 2.0)]]))
