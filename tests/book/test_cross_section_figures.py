"""Figures of chapter 04: what they draw is the physics."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from hepunits import cm2, keV

from portal import Vector, direct, suppressed
from portal.book import cross_section_figures
from portal.constants import FERMI
from portal.nuclei import Electron, nucleus, target
from portal.scattering import cross_section, weak_charge

mpl.use("agg")


def curves(axes):
    return {line.get_label(): line.get_xydata().T for line in axes.lines}


def test_no_coupling_is_the_standard_model():
    nothing = {"nothing": (Vector(10.0), 0.0)}
    one = cross_section_figures.relative(nucleus("Cs-133"), 30.0, nothing).axes[0]
    assert curves(one)["nothing"][1] == pytest.approx(1, rel=1e-12)
    four = dict.fromkeys(("Ar", "CsI", "Ge", "Si"), 10.0)
    panels = cross_section_figures.on_targets(four, nothing).axes
    panels += cross_section_figures.on_electrons(0.862, nothing).axes
    for panel in map(curves, panels):
        assert panel["nothing"] == pytest.approx(panel["Standard Model"], rel=1e-12)
    alone = cross_section_figures.one_force(nucleus("Ar-40"), 30.0, nothing["nothing"]).axes[0]
    assert curves(alone)["with the mediator"] == pytest.approx(curves(alone)["Standard Model"])
    plt.close("all")


def test_a_material_is_the_mean_of_its_nuclei():
    four = dict.fromkeys(("CsI", "Ar", "Ge", "Si"), 30.0)
    drawn = curves(cross_section_figures.on_targets(four, {}).axes[0])["Standard Model"]
    (iodine, caesium) = (one for one, _ in sorted(target("CsI").parts, key=lambda n: n[0].Z))
    recoil = drawn[0] * keV
    mean = (cross_section(iodine, 30.0, recoil) + cross_section(caesium, 30.0, recoil)) / 2
    assert drawn[1] * cm2 / keV == pytest.approx(mean, rel=1e-12)
    plt.close("all")


def test_electrons_of_both_flavours():
    drawn = cross_section_figures.on_electrons(0.862, {}).axes
    for axes, flavour in zip(drawn, ("e", "mu"), strict=True):
        recoil, sigma = curves(axes)["Standard Model"]
        expected = cross_section(Electron(), 0.862, recoil, flavour=flavour)
        assert 1e-45 * cm2 * sigma == pytest.approx(expected, rel=1e-12)
    plt.close("all")


@pytest.mark.parametrize("step", [0.4, 1.5, 3.0])
@pytest.mark.parametrize("name", ["Si-28", "Ar-40", "Ge-74", "I-127", "Cs-133"])
def test_the_zeros_are_where_the_cross_section_vanishes(name, step):
    struck, forms = nucleus(name), {"F = 1": direct, "F ~ q²": suppressed(50.0)}
    charge = 3 * (struck.Z + struck.N)
    G = -step * 2 * np.sqrt(2) * FERMI * weak_charge(struck) / charge * 50**2
    for form, Q2 in cross_section_figures.zeros(step, 10.0, 50.0).items():
        at = struck, 100.0, Q2 / (2 * struck.mass), Vector(10.0, forms[form])
        without, cancelled, doubled = cross_section(*at, G * np.array([0, 1, -1]))
        # no more than the rounding of three terms that cancel
        assert cancelled < 1e-13 * without
        assert doubled == pytest.approx(4 * without, rel=1e-9)


def test_the_slider_says_where_the_zeros_are():
    slider = cross_section_figures.zero_slider(nucleus("Cs-133"), 10.0, 50.0)
    texts = [frame.value for frame in slider.children[1].children]
    assert "Coupling 0.0 G0. F = 1 does not vanish. F ~ q² does not vanish." in texts[0]
    zeros = np.array([3 * 50**2 - 10**2, 10**2 / 2]) / (2 * nucleus("Cs-133").mass) / keV
    assert f"F = 1 vanishes at {zeros[0]:.1f} keV" in texts[-1]
    assert f"F ~ q² vanishes at {zeros[1]:.1f} keV" in texts[-1]
