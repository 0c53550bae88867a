"""Kinematics, cross sections on nuclei and rates, against formulas coded here a second time."""

from dataclasses import replace

import numpy as np
import pytest
from common import near
from hepunits import day, hbarc, keV, kg
from scipy.integrate import quad

from portal import Experiment, Scalar, Vector, direct, suppressed
from portal.constants import FERMI, SIN2_THETA_W
from portal.fluxes import sns
from portal.nuclei import Electron, Helm, nucleus, target
from portal.scattering import (
    coefficients,
    cross_section,
    energy_min,
    momentum_transfer_squared,
    rate,
    rate_per_mass,
    recoil_max,
    weak_charge,
)
from portal.sources import FLAVOURS, Continuum, Line, Source

NAMES = ["Na-23", "Si-28", "Ar-40", "Ge-72", "I-127", "Cs-133"]
CAESIUM = nucleus("Cs-133")
ELECTRON = Electron()


def textbook(one, energy, recoil):
    """G_F² M/(4π) Q_w² [1 − T/E − MT/(2E²) + T²/(2E²)] F², with Q_w = N − (1 − 4 sin²θ_W) Z."""
    M, T, E = one.mass, recoil, energy
    Q_w = one.N - (1 - 4 * SIN2_THETA_W) * one.Z
    bracket = 1 - T / E - M * T / (2 * E**2) + T**2 / (2 * E**2)
    helm = one.form_factor(2 * M * T)
    return FERMI**2 * M / (4 * np.pi) * Q_w**2 * bracket * helm**2 * hbarc**2


def two_body(mass, energy, cos_theta):
    """Recoil energy of a target struck by a massless particle, from energy and momentum."""
    # Compton: E′ = E/(1 + (E/m)(1 − cos θ)), and E_R = E − E′ without the cancellation
    return energy**2 * (1 - cos_theta) / (mass + energy * (1 - cos_theta))


# --- kinematics -----------------------------------------------------------------------------


@pytest.mark.parametrize("mass", [0.511, 26053.0, 123772.0])
@pytest.mark.parametrize("energy", [0.3, 8.0, 30.0, 52.8, 1000.0])
def test_kinematics_against_the_scattering_angle(mass, energy):
    cos_theta = np.linspace(-1, 1, 21)
    recoil = two_body(mass, energy, cos_theta)
    assert recoil.max() == near(recoil_max(mass, energy), rel=1e-12)
    scattered = energy - recoil
    Q2 = 2 * energy * scattered * (1 - cos_theta)  # −(k − k′)² of massless k and k′
    assert momentum_transfer_squared(mass, recoil) == near(Q2, rel=1e-9, abs=1e-9)
    momentum2 = energy**2 + scattered**2 - 2 * energy * scattered * cos_theta
    assert recoil * (recoil + 2 * mass) == near(momentum2, rel=1e-9, abs=1e-9)


def test_energy_min_and_recoil_max_are_inverse():
    mass = np.geomspace(1e-3, 1e6, 10)[:, np.newaxis, np.newaxis]
    energy = np.geomspace(1e-3, 1e5, 60)
    for one in mass.ravel():
        assert energy_min(one, recoil_max(one, energy)) == near(energy, rel=1e-13)
        assert recoil_max(one, energy_min(one, energy)) == near(energy, rel=1e-13)


def test_limits_of_the_kinematics():
    # heavy target: 2E²/m; light target: all the energy
    assert recoil_max(1e6, 1.0) == near(2e-6, rel=3e-6)
    assert recoil_max(1e-6, 1.0) == near(1.0, rel=1e-6)
    assert energy_min(1e6, 1e-6) == near(np.sqrt(0.5), rel=1e-6)
    assert energy_min(1e-6, 1.0) == near(1.0, rel=1e-6)
    assert energy_min(1e5, 0.0) == recoil_max(1e5, 0.0) == 0.0


# --- the Standard Model ----------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_against_the_textbook(name):
    one = nucleus(name)
    energy = np.array([[1.0], [10.0], [30.0], [52.8]])
    recoil = recoil_max(one.mass, energy) * np.linspace(0, 0.999, 50)
    coded = cross_section(one, energy, recoil)
    # where the bracket is nearly zero the two forms round differently
    scale = FERMI**2 * one.mass * weak_charge(one) ** 2 * hbarc**2
    assert coded == near(textbook(one, energy, recoil), rel=1e-12, abs=1e-14 * scale)
    assert np.all(coded > 0)


def test_zero_beyond_the_endpoint():
    end = float(recoil_max(CAESIUM.mass, 30.0))
    assert cross_section(CAESIUM, 30.0, end * 1.0001) == 0
    assert cross_section(CAESIUM, 30.0, end * 0.9999) > 0
    assert cross_section(CAESIUM, 1e-9, 1.0) == 0


@pytest.mark.parametrize("name", NAMES)
def test_total_at_low_energy(name):
    """σ = G_F² Q_w² E²/(4π) for E ≪ m and E R ≪ 1."""
    one = nucleus(name)
    energy = 0.2
    total, _ = quad(
        lambda T: float(cross_section(one, energy, T)), 0, float(recoil_max(one.mass, energy))
    )
    Q_w = one.N - (1 - 4 * SIN2_THETA_W) * one.Z
    expected = FERMI**2 * Q_w**2 * energy**2 / (4 * np.pi) * hbarc**2
    assert total == near(expected, rel=1e-3)


@pytest.mark.parametrize("energy", [10.0, 30.0, 50.0])
def test_total_without_form_factor_is_exact(energy):
    """∫ of the bracket to 2E²/(m+2E), done by hand: T − T²/2E − mT²/4E² + T³/6E²."""
    light = replace(CAESIUM, protons=Helm(1.5589e-12))  # next to the smallest that is allowed
    end = float(recoil_max(light.mass, energy))
    total, _ = quad(
        lambda T: float(
            cross_section(light, energy, T) / light.form_factor(2 * light.mass * T) ** 2
        ),
        0,
        end,
        epsrel=1e-12,
    )
    bracket = (
        end - end**2 / (2 * energy) - light.mass * end**2 / (4 * energy**2) + end**3 / 6 / energy**2
    )
    Q_w = light.N - (1 - 4 * SIN2_THETA_W) * light.Z
    expected = FERMI**2 * light.mass / (4 * np.pi) * Q_w**2 * bracket * hbarc**2
    assert total == near(expected, rel=1e-10)


def test_weak_charge():
    for name in NAMES:
        one = nucleus(name)
        assert -4 * weak_charge(one) == near(one.N - (1 - 4 * SIN2_THETA_W) * one.Z)


@pytest.mark.parametrize("mediator", [None, Vector(10.0), Scalar(10.0)])
def test_nuclei_do_not_tell_flavours_apart(mediator):
    values = [float(cross_section(CAESIUM, 40.0, 10 * keV, mediator, 1e-5, f)) for f in FLAVOURS]
    assert values == near([values[0]] * len(FLAVOURS), rel=1e-15)


# --- new physics -------------------------------------------------------------------------------


@pytest.mark.parametrize("form_factor", [direct, suppressed(50.0)])
@pytest.mark.parametrize("mass", [0.1, 30.0, 5000.0])
@pytest.mark.parametrize("coupling", [-3e-5, 2e-6, 1e-3])
def test_vector_is_a_shift_of_the_weak_charge(form_factor, mass, coupling):
    """Q_V = ½[Z(½ − 2s²) − N/2] + 3(Z+N) g′F/(Q²+m′²)/(2√2 G_F)."""
    energy, recoil = 45.0, np.linspace(1, 30, 30) * keV
    Q2 = 2 * CAESIUM.mass * recoil
    F = 1.0 if form_factor is direct else Q2 / 50.0**2
    epsilon = coupling * F / (Q2 + mass**2) / (2 * np.sqrt(2) * FERMI)
    charge = (55 * (0.5 - 2 * SIN2_THETA_W) - 78 / 2) / 2 + 3 * 133 * epsilon
    bracket = 1 - CAESIUM.mass * recoil / energy**2 + (1 - recoil / energy) ** 2
    expected = 2 / np.pi * FERMI**2 * CAESIUM.mass * charge**2 * bracket * hbarc**2
    expected *= CAESIUM.form_factor(Q2) ** 2
    found = cross_section(CAESIUM, energy, recoil, Vector(mass, form_factor), coupling)
    assert found == near(expected, rel=1e-10)


def test_vector_interferes_destructively_for_positive_coupling():
    standard = cross_section(CAESIUM, 45.0, 10 * keV)
    small = 1e-9
    assert cross_section(CAESIUM, 45.0, 10 * keV, Vector(20.0), small) < standard
    assert cross_section(CAESIUM, 45.0, 10 * keV, Vector(20.0), -small) > standard


@pytest.mark.parametrize("form_factor", [direct, suppressed(50.0)])
def test_vector_can_cancel_the_weak_charge(form_factor):
    recoil = 10 * keV
    vector = Vector(20.0, form_factor)
    strength = float(vector.propagator(2 * CAESIUM.mass * recoil))
    zero = -weak_charge(CAESIUM) * 2 * np.sqrt(2) * FERMI / (3 * 133 * strength)
    standard = cross_section(CAESIUM, 45.0, recoil)
    assert zero > 0
    assert cross_section(CAESIUM, 45.0, recoil, vector, zero) < 1e-14 * standard
    # symmetric about the zero: twice the coupling gives the Standard Model back
    assert cross_section(CAESIUM, 45.0, recoil, vector, 2 * zero) == near(standard, rel=1e-12)


@pytest.mark.parametrize("form_factor", [direct, suppressed(50.0)])
@pytest.mark.parametrize("name", ["Ar-40", "Cs-133"])
def test_scalar_adds(form_factor, name):
    """Paper (3.7) as derived: m_N² for m_e², the factor 1 + E_R/2m, and F_Helm²."""
    one = nucleus(name)
    energy, recoil, coupling, mass = 45.0, np.linspace(0.5, 25, 20) * keV, 3e-5, 40.0
    Q2 = 2 * one.mass * recoil
    F = 1.0 if form_factor is direct else Q2 / 50.0**2
    amplitude = (15.1 * one.Z + 14 * one.N) * coupling * F / (Q2 + mass**2)
    new = amplitude**2 * recoil * one.mass**2 * (1 + recoil / (2 * one.mass)) / energy**2
    new = new / (4 * np.pi) * one.form_factor(Q2) ** 2 * hbarc**2
    found = cross_section(one, energy, recoil, Scalar(mass, form_factor), coupling)
    standard = cross_section(one, energy, recoil)
    assert found - standard == near(new, rel=1e-9)
    # no interference, so the sign of the coupling does not matter
    assert found == near(
        cross_section(one, energy, recoil, Scalar(mass, form_factor), -coupling), rel=1e-15
    )


def test_recoil_correction_of_the_scalar():
    """The factor 1 + E_R/2m, which nuclei hide, is 2.0 for an electron of 1 MeV recoil."""
    new = coefficients(ELECTRON, 2 * ELECTRON.mass, Scalar(1.0))[2, 2]
    plain = 2 * ELECTRON.mass**3 / (4 * np.pi) * hbarc**2
    assert new / plain == near(2.0, rel=1e-12)


def test_no_coupling_and_no_mediator_are_the_standard_model():
    recoil = np.linspace(1, 30, 9) * keV
    standard = cross_section(CAESIUM, 45.0, recoil)
    for mediator in [Vector(1.0), Scalar(1.0), Vector(1.0, suppressed(50.0))]:
        assert np.array_equal(cross_section(CAESIUM, 45.0, recoil, mediator, 0.0), standard)


def test_flavours_that_do_not_couple():
    only_mu = Vector(10.0, neutrinos=(0, 1, 0))
    with_mu = cross_section(CAESIUM, 45.0, 10 * keV, only_mu, 1e-5, "mu-bar")
    with_e = cross_section(CAESIUM, 45.0, 10 * keV, only_mu, 1e-5, "e")
    assert with_mu == cross_section(CAESIUM, 45.0, 10 * keV, Vector(10.0), 1e-5)
    assert with_e == cross_section(CAESIUM, 45.0, 10 * keV)


def test_broadcasting():
    energy = np.linspace(20, 50, 4)[:, np.newaxis, np.newaxis]
    coupling = np.array([0.0, 1e-5, 1e-4])[:, np.newaxis]
    recoil = np.linspace(1, 8, 5) * keV
    table = cross_section(CAESIUM, energy, recoil, Vector(10.0), coupling)
    assert table.shape == (4, 3, 5)
    one = cross_section(CAESIUM, energy[2, 0, 0], recoil[3], Vector(10.0), coupling[1, 0])
    assert table[2, 1, 3] == near(one, rel=1e-14)
    assert cross_section(CAESIUM, 45.0, recoil, None, coupling).shape == (3, 5)
    masses = Vector(np.array([[1.0], [10.0]]))
    assert rate(CAESIUM, sns(), recoil, masses, 1e-5).shape == (2, 5)


# --- rates --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mediator", "coupling"),
    [
        (None, 0.0),
        (Vector(10.0), 2e-5),
        (Vector(10.0, suppressed(50.0)), 1e-4),
        (Scalar(50.0), 1e-4),
    ],
    ids=["standard", "vector", "suppressed", "scalar"],
)
@pytest.mark.parametrize("name", ["Ar-40", "Cs-133"])
def test_rate_is_the_cross_section_over_the_flux(mediator, coupling, name):
    one = nucleus(name)
    for recoil in np.array([0.2, 2.0, 7.0, 14.0, 25.0, 40.0]) * keV:
        e_min = float(energy_min(one.mass, recoil))
        expected = 0.0
        for c in sns().components:
            if isinstance(c, Line):
                expected += c.flux * float(
                    cross_section(one, c.energy, recoil, mediator, coupling, c.flavour)
                )
            elif e_min < c.endpoint:
                value, _ = quad(
                    lambda E, c=c, recoil=recoil: float(
                        c.flux(E) * cross_section(one, E, recoil, mediator, coupling, c.flavour)
                    ),
                    e_min,
                    c.endpoint,
                    epsabs=0,
                    epsrel=1e-11,
                )
                expected += value
        assert rate(one, sns(), recoil, mediator, coupling) == near(expected, rel=1e-8)


def test_rate_ends_and_begins_well():
    end = float(recoil_max(CAESIUM.mass, sns().endpoint))
    assert rate(CAESIUM, sns(), [end * 1.001, 1.0, 1e50]) == near([0, 0, 0], abs=0)
    assert np.all(rate(CAESIUM, sns(), end * (1 - np.geomspace(1e-12, 1e-1, 60))) >= 0)
    start = rate(CAESIUM, sns(), [0.0, 1e-300, 1e-12])
    assert start == near([start[2]] * 3, rel=1e-6)


def test_rate_at_no_recoil_of_a_flux_that_starts_at_zero_energy():
    flat = Source("flat", (Continuum.table("e", [0.0, 10.0], [1.0, 1.0]),))
    start = rate(CAESIUM, flat, [0.0, 1e-14])
    assert np.all(np.isfinite(start))
    assert start[0] == near(start[1], rel=1e-4)


@pytest.mark.parametrize("formula", ["Ge", "Si", "Ar", "CsI"])
def test_a_mixture_is_the_sum_of_its_parts(formula):
    bins = np.linspace(2, 60, 30) * keV
    setup = {"source": sns(), "exposure": 10 * kg * 100 * day, "bins": bins}
    material = target(formula)
    whole = Experiment(target=material, **setup).counts()
    parts = [
        Experiment(target=replace(material, parts=(part,)), **setup).counts()
        for part in material.parts
    ]
    assert whole == near(sum(parts), rel=1e-12)
    # and each is the rate, integrated over a bin
    one, number = material.parts[0]
    low, high = bins[5:7]
    value, _ = quad(lambda T: float(rate(one, sns(), T)), low, high, epsabs=0, epsrel=1e-10)
    expected = value * number * setup["exposure"] * material.units_per_mass
    assert parts[0][5] == near(expected, rel=1e-6)
    each = [n * rate(one, sns(), bins) for one, n in material.parts]
    total = sum(each) * material.units_per_mass
    assert rate_per_mass(material, sns(), bins) == near(total, rel=1e-12)
