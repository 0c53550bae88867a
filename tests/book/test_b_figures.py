"""Figures of chapters 10 and 11: complete, and drawn from the functions that are tested."""

import matplotlib as mpl
import numpy as np
import pytest

from portal import b_fits
from portal.book import b_figures

mpl.use("agg")
MASSES = np.array([1.0, 10.0, 200.0])
THEN, NOW = (b_fits.fit(b_fits.measurements(year), MASSES) for year in (2018, 2022))
LINE = np.array([3e-8, 2e-8, 1e-8])
BOUNDS = {(name, edge): LINE for name in ("all", "muon") for edge in ("> 0", "first", "last")}


@pytest.mark.parametrize(
    ("figure", "panels"),
    [
        (b_figures.measured, 1),
        (b_figures.shifts_of_c9, 1),
        (lambda: b_figures.ratios(2e-8), 2),
        (lambda: b_figures.ratios(2e-8, 10.0, "left"), 2),
        (lambda: b_figures.band_lines(MASSES), 2),
        (lambda: b_figures.reach(LINE, THEN, NOW), 1),
        (lambda: b_figures.figure_8(BOUNDS, THEN, NOW), 1),
        (
            lambda: b_figures.plane(
                {"a": dict.fromkeys("xyz", LINE)} | {"b": dict.fromkeys("xyz", LINE)}, THEN
            ),
            2,
        ),
    ],
)
def test_figure_is_complete(figure, panels):
    drawn = figure()
    assert len(drawn.axes) == panels
    assert all(axes.get_xlabel() for axes in drawn.axes)
    assert all(axes.lines for axes in drawn.axes)
    mpl.pyplot.close(drawn)


def test_a_second_edge_that_is_the_first_is_not_drawn_twice():
    drawn = b_figures.figure_8(BOUNDS, THEN, NOW)
    dotted = [line for line in drawn.axes[0].lines if line.get_linestyle() == ":"]
    assert len(dotted) == 2
    assert all(np.isnan(line.get_ydata()).all() for line in dotted)
    mpl.pyplot.close(drawn)


def test_words_name_what_is_drawn():
    assert "0.745, 0.66 and 0.69" in (said := b_figures.ratios_in_words(0.0))
    assert "predictions are 1.00 for R_K" in said


def test_bands_and_pulls_are_those_of_the_fit():
    assert b_figures.bands_in_words(THEN) == "2.4 to 4.7"
    rows = b_figures.compared(b_fits.measurements(2018)).data.splitlines()[2:]
    assert [row.split(" | ")[-1].rstrip(" |") for row in rows] == ["2.6", "2.3", "2.5"]


def test_the_slider_of_the_ratio_says_where_the_band_is_reached():
    first, *_, last = b_figures.reach_slider(1e-9 + 0 * MASSES, THEN, NOW).children[1].children
    assert "within reach nowhere" in first.value
    assert "within reach from 1 MeV on" in last.value
    mpl.pyplot.close("all")


def test_masses_that_fit_are_those_where_a_line_reaches_the_band():
    line = np.array([1e-9, 3e-8, 4e-8])
    assert b_figures.fitting_masses(line, THEN) == "10 to 200"
    assert b_figures.fitting_masses(0 * line, THEN) == "none"
