"""What moves in chapter 07 shows the limits that the package computes."""

import re
from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pytest
from hepunits import eV

from portal import Scalar, Vector, direct, limit_curve, suppressed
from portal.book.limit_sliders import LimitLines, Spotlight, detector, mass_slider
from portal.book.sliders import scientific
from portal.experiments import coherent_csi_2017, reactor_ge

mpl.use("agg")
CASES = {"vector": (Vector, direct), "scalar": (Scalar, direct)}


def test_the_mass_slider_says_the_bands_of_each_mass():
    _, stack = mass_slider(coherent_csi_2017(), suppressed(50.0)).children
    first, *_, last = [child.value for child in stack.children]
    assert "from -1.4e-09 to 1.5e-09 and from 6.2e-09 to 9.2e-09" in first
    assert "Mediator of 1e+04 MeV" in last
    assert last.count(" to ") == 1  # the second band is gone
    assert "first edge 5.5×10⁻⁵" in last
    drawn = {re.search(r"<svg.*", child.value, re.S)[0] for child in stack.children}
    assert len(drawn) == len(stack.children)


def test_one_experiment_is_lit_at_a_time():
    spotlight = Spotlight()
    for name in spotlight.names:
        spotlight.draw(name)
        lit = {label for label, line in spotlight.lines if line.get_linewidth() > 2}
        assert lit == {name}
        assert all(f"{kind}, F = 1" in spotlight.says(name) for kind in ("vector",))
    assert "scalar" not in spotlight.says("Cs atoms")


def test_limits_move_with_the_detector():
    germanium = reactor_ge()
    edges = np.asarray(germanium.bins)
    other = replace(germanium, bins=np.append(edges[0] - 20 * eV, edges[1:]))
    lines = LimitLines(CASES, relative_to=germanium)
    lines.draw(germanium)
    assert all(line.get_ydata() == pytest.approx(1) for line in lines.lines)
    lines.draw(other)
    for line, (kind, f) in zip(lines.lines, CASES.values(), strict=True):
        mediator = kind(lines.masses, f)
        ratio = limit_curve(other, mediator).upper / limit_curve(germanium, mediator).upper
        assert line.get_ydata() == pytest.approx(ratio)
        assert f"{ratio[0]:.2g}" in lines.says(other)


@pytest.mark.parametrize("where", ["reactor", "SNS"])
@pytest.mark.parametrize("threshold", [50, 5000])
@pytest.mark.parametrize("material", ["Ge", "Si", "Ar", "NaI", "CsI"])
def test_every_knob_makes_a_detector_that_expects_events(material, where, threshold):
    made = detector(material, where, threshold, kg_years=1, background_dru=1, sigma_alpha=0.1)
    assert made.counts().sum() > 0
    assert np.isfinite(LimitLines(CASES).limits(made)).all()


@pytest.mark.parametrize(
    ("value", "text"), [(1.54e-9, "1.5×10⁻⁹"), (-2e5, "−2.0×10⁵"), (9.99e-5, "1.0×10⁻⁴")]
)
def test_numbers_in_titles(value, text):
    assert scientific(value) == text
