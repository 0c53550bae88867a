"""Figures of the paper: complete, labelled, and drawn from the functions that are tested."""

import matplotlib as mpl
import numpy as np
import pytest
from hepunits import day
from matplotlib.figure import Figure

from portal import Scalar, Vector, suppressed
from portal.book import paper_figures
from portal.published import read_table

mpl.use("agg")


@pytest.mark.parametrize("number", range(2, 8))
def test_figure_is_complete(number):
    figure = getattr(paper_figures, f"figure_{number}")()
    assert isinstance(figure, Figure)
    for axes in figure.axes:
        for line in axes.lines:
            y = np.asarray(line.get_ydata(), dtype=float)
            assert np.isfinite(y).all()
        assert len(axes.lines) >= 2
    assert any(axes.get_ylabel() for axes in figure.axes)
    assert any("MeV" in axes.get_xlabel() or "keV" in axes.get_xlabel() for axes in figure.axes)
    assert any(axes.get_legend() for axes in figure.axes)
    mpl.pyplot.close(figure)


def test_solar_recoils_add_up_to_the_measured_rates():
    recoil = np.linspace(1e-6, 1.23, 8001)
    total = np.trapezoid(paper_figures.solar_recoils(recoil), recoil) * day
    assert total == pytest.approx(read_table("borexino_2017.csv")["rate"], rel=5e-4)


def test_a_vector_with_the_form_factor_has_a_twin_without():
    """One isotope only; the rarer ones of argon have another ratio of charges: 1e-4 of it."""
    edges, mass, q0 = np.arange(5.0, 111.0) * 1e-3, 100.0, 50.0
    standard = paper_figures.argon_counts(None, 0.0, edges)
    unit = paper_figures.argon_counts(Vector(1e-6, suppressed(q0)), 1e-12, edges) / standard
    contact = 2e-12 / (1 - unit.mean())
    b = -0.5
    twin = -b / (1 - b) * (mass / q0) ** 2 * contact
    with_factor = paper_figures.argon_counts(Vector(mass, suppressed(q0)), b * contact, edges)
    without = paper_figures.argon_counts(Vector(mass), twin, edges)
    assert with_factor == pytest.approx((1 - b) ** 2 * without, rel=1e-3)
    assert not np.allclose(with_factor / standard, 1, rtol=0.05)


def test_a_light_scalar_with_the_form_factor_is_a_heavy_one_without():
    edges = np.arange(5.0, 111.0) * 1e-3
    light = paper_figures.argon_counts(Scalar(1e-3, suppressed(50.0)), 1e-9, edges)
    heavy = paper_figures.argon_counts(Scalar(1e5), 1e-9 * 1e10 / 50.0**2, edges)
    assert light == pytest.approx(heavy, rel=1e-5)
