"""The choices that COHERENT's publication leaves open change what they say."""

import pytest

from portal.book.csi_choices import csi_choices
from portal.experiments import coherent_csi_2017

CHOICES = csi_choices()
COUNTS = {label: one.counts().sum() for label, one in CHOICES.items()}


def test_the_baseline_is_the_package():
    assert COUNTS["**baseline**"] == coherent_csi_2017().counts().sum()


def test_what_only_scales_scales():
    assert COUNTS["neutrino yield + 10 %"] == pytest.approx(1.1 * COUNTS["**baseline**"])
    assert COUNTS["4466 kg day"] / COUNTS["**baseline**"] == pytest.approx(
        4466 / (14.57 * 308.1), rel=1e-9
    )


def test_more_light_and_smaller_nuclei_give_more_counts():
    low, middle, high = (
        COUNTS[label]
        for label in (
            "quenching factor −1σ (0.0712)",
            "**baseline**",
            "quenching factor +1σ (0.1044)",
        )
    )
    assert low < middle < high
    assert COUNTS["rms radius 5.5 fm for both"] < COUNTS["a neutron skin of 0.2 fm"] < middle
    assert COUNTS["all arrival times, not 6 μs"] > middle


@pytest.mark.parametrize("label", list(CHOICES))
def test_every_choice_moves_the_number(label):
    if label != "**baseline**":
        assert abs(COUNTS[label] / COUNTS["**baseline**"] - 1) > 1e-3
