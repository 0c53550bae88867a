"""What was measured since 2018: each data set gives back what its publication says."""

import numpy as np
import pytest

from portal.experiments import coherent_csi_2017
from portal.published import read_table
from portal.strength import signal_strength


def test_csi_2017_in_energy_and_time_is_the_same_data():
    """Summed over times the counts are those in energy, and so is what is expected."""
    energy, both = coherent_csi_2017(), coherent_csi_2017(timing=True)
    table = read_table("coherent_csi_2017.csv")
    assert both.raw_counts.reshape(12, 12).sum(axis=1) == pytest.approx(table["coincidence"])
    rows = read_table("coherent_csi_2017_energy_time.csv")["anticoincidence"]
    assert rows.reshape(12, 12).sum(axis=1) == pytest.approx(table["anticoincidence"])
    assert both.counts().reshape(12, 12).sum(axis=1) == pytest.approx(energy.counts())


def test_csi_2017_fit_in_energy_and_time():
    """The publication fits 134 ± 22 events; an independent analysis of the release 129.5 ± 23."""
    fit = signal_strength(coherent_csi_2017(timing=True))
    assert fit.events == pytest.approx(129.5, abs=1.0)
    assert 22 < fit.up < 25
    steady, neutrons = fit.backgrounds
    assert steady == pytest.approx(405, abs=np.sqrt(405))
    assert neutrons == pytest.approx(6.0, abs=1.5)


def test_prompt_and_delayed_neutrinos_arrive_as_they_should():
    """ν_μ come with the pulse of protons; 91 % of the others within 6 μs (the release)."""
    both = coherent_csi_2017(timing=True)
    counts = both.counts().reshape(12, 12)
    table = read_table("coherent_csi_2017_times.csv")
    muons = counts[:, 3:].sum(axis=0)
    assert muons / muons.sum() == pytest.approx(
        table["delayed"][3:12] / table["delayed"][3:12].sum()
    )
