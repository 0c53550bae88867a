"""Skins and flavours: the limits in which nothing changes, and the integral itself."""

import numpy as np
import pytest
from hepunits import fm
from scipy.integrate import quad

from portal import corrections
from portal.constants import FINE_STRUCTURE, M_ELECTRON, M_MUON
from portal.nuclei import nucleus

CAESIUM, CALCIUM = nucleus("Cs-133"), nucleus("Ca-40")


def test_the_size_of_the_nucleons_goes_out_and_comes_in_again():
    for one in (CAESIUM, nucleus("I-127")):
        seen = corrections.with_skin(one, corrections.SKINS["no skin"])
        assert corrections.centres(one) < seen.neutrons.radius
        assert seen.neutrons.radius == pytest.approx(one.protons.radius, rel=5e-3)
        assert seen.protons == one.protons


def test_a_skin_is_what_is_added_to_the_centres():
    skin, square = 0.3 * fm, corrections.PROTON_SQUARE + corrections.FOLDY
    seen = corrections.with_skin(CAESIUM, skin / (23 / 133))
    between = np.sqrt(seen.neutrons.radius**2 - square) - corrections.centres(CAESIUM)
    assert between == pytest.approx(skin)


def test_without_excess_of_neutrons_there_is_no_skin():
    assert (CALCIUM.Z, CALCIUM.N) == (20, 20)
    thick, bare = (corrections.with_skin(CALCIUM, s) for s in (2 * fm, 0.0))
    assert thick == bare


@pytest.mark.parametrize("Q", [0.0, 1.0, 50.0, 300.0])
def test_the_flavour_shift_is_its_integral(Q):
    def integrand(x):
        y = x * (1 - x)
        return y * np.log((M_MUON**2 + y * Q**2) / (M_ELECTRON**2 + y * Q**2))

    integral = 2 * FINE_STRUCTURE / np.pi * quad(integrand, 0, 1, epsabs=0, epsrel=1e-11)[0]
    assert corrections.flavour_shift(Q**2) == pytest.approx(integral, rel=1e-9)


def test_the_shift_runs_or_stays():
    g_p, g_n = CAESIUM.weak
    running, fixed = (corrections.electron_flavour(CAESIUM, Q) for Q in (None, 0.0))
    Q2 = np.array([0.0, 100.0, 2500.0])
    amplitude = running.weak[0] * running.protons(Q2) / CAESIUM.protons(Q2)
    assert amplitude == pytest.approx(g_p + corrections.flavour_shift(Q2), rel=1e-12)
    assert fixed.weak == pytest.approx((amplitude[0], g_n))
    for seen in (running, fixed):
        assert seen.neutrons(Q2) == pytest.approx(CAESIUM.protons(Q2))
