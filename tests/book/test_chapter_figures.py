"""Figures of the chapters: what they draw is the physics, and frames of a slider do not jump."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

import portal
from portal.book import chapter_figures, chapter_sliders, paper_figures, scalar_figures
from portal.nuclei import nucleus

mpl.use("agg")
RECOIL = np.array([0.1, 0.3, 0.6, 1.2])


def test_marks_lie_on_the_survival_probability():
    axes = chapter_figures.solar_survival().axes[0]
    in_matter, vacuum, marks = (line.get_xydata().T for line in axes.lines)
    # the line is for the density of 7Be, the marks of pp and pep for less
    above = marks[1] - np.interp(marks[0], *in_matter)
    assert np.allclose(above[1:3], 0, atol=1e-4)
    assert ((above[[0, 3]] > 0) & (above[[0, 3]] < 0.01)).all()
    assert (np.diff(in_matter[1]) < 0).all()
    assert np.ptp(vacuum[1]) == 0
    plt.close("all")


def test_all_components_bound_no_less_than_each():
    panels = chapter_figures.solar_components(portal.experiments.borexino()).axes
    for panel in panels[1:]:  # a scalar only adds
        *each, together = (line.get_ydata() for line in panel.lines)
        assert (together <= np.min(each, axis=0) * (1 + 1e-9)).all()
    plt.close("all")


def solar(*force):
    return paper_figures.solar_recoils(RECOIL, *force).sum(axis=0)


def test_a_heavy_mediator_is_a_contact():
    masses = np.array([300.0, 3000.0])
    ratios = chapter_sliders.edge_ratios(portal.experiments.borexino(), masses, solar)
    for (kind, _), (heavy, heavier) in ratios.items():
        assert heavy == pytest.approx(heavier, rel=1e-4)
        assert kind == "vector" or (heavy > 1).all()


def test_a_slider_of_ratios_says_what_it_draws():
    ratio = np.array([[0.5, 1.0], [0.7, 1.1]])
    ratios = {(kind, "F = 1"): ratio for kind in ("vector", "scalar")}
    panel = {"ylim": (0, 2), "yticks": [0, 1, 2], "xticks": [0, 100]}
    panels = {"vector": panel, "scalar": panel}
    slider = chapter_sliders.ratio_slider(
        np.array([1.0, 10.0]), np.array([5.0, 100.0]), ratios, "keV", panels
    )
    texts = [frame.value for frame in slider.children[1].children]
    assert "vector F = 1 0.50 at 5 keV and 1.00 at 100 keV" in texts[0]
    assert "m′ = 10 MeV" in texts[1]


def test_components_end_where_their_neutrinos_do():
    ends = [
        np.nanmax(line.get_xdata()[np.isfinite(line.get_ydata())])
        for line in chapter_figures.solar_spectra().axes[0].lines[:3]
    ]
    assert ends == pytest.approx([0.264, 0.665, 1.225], abs=0.005)
    plt.close("all")


def test_the_dot_stands_on_the_wall():
    csi, light = portal.experiments.coherent_csi_2017(), portal.Vector(1.0, portal.suppressed(50.0))
    moving = chapter_sliders.CouplingStage(csi, np.linspace(-3e-9, 11e-9, 57))
    for coupling in (0.0, 4e-9):
        moving.draw(light, coupling)
        (x,), (y,) = moving.dot.get_data()
        assert y == pytest.approx(np.interp(x, *moving.wall.get_data()), rel=1e-3)
        assert moving.predicted.get_data().values == pytest.approx(csi.counts(light, coupling))
    # at the top of the wall there is nothing left to see, whatever the normalisation
    assert moving.fitted.get_data().values.max() < 0.1


def test_sliders_of_nuclei_and_loops_say_what_they_draw():
    nuclei = {name: nucleus(name) for name in ("Cs-133", "Ar-40")}
    last = chapter_sliders.recoil_slider(nuclei).children[1].children[-1].value
    assert f"Ar-40 ends at {2 * 53**2 / (nuclei['Ar-40'].mass + 2 * 53) * 1e3:.1f} keV" in last
    heavy = chapter_sliders.loop_slider(np.array([36.0, 80.0])).children[1].children[-1].value
    assert "by a factor 1.00 without bare term" in heavy


def test_the_loop_over_the_power_law_is_one_at_50_MeV():
    for ratio in chapter_figures.over_power_law(np.array([50.0]), 30.0).values():
        assert ratio == pytest.approx(1, rel=1e-12)


def test_beryllium_leads_for_a_heavy_vector_with_the_form_factor():
    heavy = portal.Vector(50.0, portal.suppressed(paper_figures.SOLAR_Q0))
    ranking = chapter_figures.solar_ranking(portal.experiments.borexino(), heavy)
    assert [part.split()[0] for part in ranking.split(", ")] == ["⁷Be", "pep", "pp"]


def test_the_live_cell_of_the_sun_says_whether_a_coupling_is_allowed(capsys):
    chapter_sliders.play_solar("vector", 2.0, -13.0, False, True, 0.19)
    said = capsys.readouterr().out
    assert said.startswith("χ² = ")
    assert "allowed: " in said
    ratio, _ = plt.gca().lines
    assert ratio.get_ydata() == pytest.approx(np.ones(120), rel=1e-3)
    plt.close("all")


@pytest.mark.parametrize("name", "JK")
def test_a_loop_has_an_imaginary_part_above_the_threshold_only(name):
    axes = chapter_figures.loop_integral(name).axes[0]
    real, imaginary = (line.get_xydata().T for line in axes.lines[:2])
    below = imaginary[0] < 2.01
    assert (imaginary[1][below] == 0).all()
    assert (imaginary[1][~below] != 0).all()
    low, high = axes.get_ylim()
    assert low < min(real[1].min(), imaginary[1].min())
    assert high > max(real[1].max(), imaginary[1].max())
    plt.close("all")


def test_a_constant_hides_the_momentum_dependence_of_a_scalar_loop():
    assert scalar_figures.across(1.0, tree=1e3) == pytest.approx(1, rel=1e-3)
    bare = scalar_figures.across(1.0, tree=0.0)
    assert 3 < bare < 5  # the logarithm falls a little against the law
    words = [f.value for f in scalar_figures.share_slider(1e3).children[1].children]
    assert "by a factor 1.00;" in words[0]
    assert f"by a factor {bare:.2f};" in words[-1]


def test_coefficients_of_both_loops():
    q = np.array([10.0, 50.0])
    found = scalar_figures.coefficients(q, 30.0, 2.0)
    assert found["scalar, constant"] == pytest.approx(2.0 * (1000.0 / q) ** 2)
    subtracted = found["scalar, no bare term"] - found["scalar, subtracted at 0"]
    assert subtracted[0] / subtracted[1] == pytest.approx(25)
    assert set(found) >= {"vector, no bare term", "vector, (2.8)"}
