"""Figures of chapter 05: what they draw is the physics."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from hepunits import day, eV, kg

from portal import Experiment
from portal.book import source_figures
from portal.experiments import reactor_ge
from portal.fluxes import reactor
from portal.nuclei import target

mpl.use("agg")


@pytest.mark.parametrize(("material", "threshold"), [("Ge", 100 * eV), ("Si", 10 * eV)])
def test_events_by_energy_sum_to_those_by_recoil(material, threshold):
    energy = np.linspace(0.05, 8.65, 4001)
    by_energy = np.trapezoid(source_figures.by_energy(material, threshold, energy), energy)
    bins = np.geomspace(threshold, 1e-2, 200)
    by_recoil = Experiment(target(material), reactor(), kg * day, bins).counts().sum()
    assert by_energy == pytest.approx(by_recoil, rel=5e-3)


def test_a_higher_threshold_leaves_fewer_events_and_the_slider_says_so():
    frames = source_figures.threshold_slider(["Ge", "Si"]).children[1].children
    assert "Ge: 21 per kg and day" in frames[0].value
    assert "0.0% below 1.8 MeV" in frames[-1].value


def test_every_transfer_is_counted_once():
    q, counted = source_figures.transfers([reactor_ge()]).axes[0].lines[0].get_data()
    assert np.trapezoid(counted / q, q) == pytest.approx(1, rel=1e-9)
    plt.close("all")
