"""Nuclear masses and radii, the Helm form factor, and materials."""

import numpy as np
import pytest
from common import near
from hepunits import c_light, hbarc, kg
from scipy.integrate import quad
from scipy.special import erf

from portal.constants import DALTON
from portal.nuclei import SKIN, nucleus, target
from portal.published import read_table

NAMES = [str(name) for name in read_table("nuclei.csv")["nucleus"]]


def helm_density(r, R0, s=SKIN):
    """A uniform ball convolved with a Gaussian, in closed form, up to its normalisation."""
    a, b = (R0 - r) / (np.sqrt(2) * s), (R0 + r) / (np.sqrt(2) * s)
    tail = s / np.sqrt(2 * np.pi) * (np.exp(-(a**2)) - np.exp(-(b**2)))
    return r * (erf(a) + erf(b)) / 2 - tail  # r × density


@pytest.mark.parametrize("name", NAMES)
def test_helm_is_the_fourier_transform_of_its_density(name):
    one = nucleus(name)
    R0 = np.sqrt(5 / 3 * (one.radius**2 - 3 * SKIN**2))
    end = R0 + 12 * SKIN

    def integral(weight):
        value, error = quad(
            lambda r: weight(r) * helm_density(r, R0), 0, end, epsabs=0, epsrel=1e-12, limit=400
        )
        assert error < 1e-9 * abs(value)
        return value

    norm = integral(lambda r: r)
    # the rms radius of the density is the radius of the table
    assert np.sqrt(integral(lambda r: r**3) / norm) == near(one.radius, rel=1e-9)
    for Q in [1.0, 20.0, 50.0, 80.0, 106.0]:
        q = Q / hbarc
        transform = integral(lambda r, q=q: np.sin(q * r) / q) / norm
        assert one.form_factor(Q**2) == near(transform, rel=1e-8)


@pytest.mark.parametrize("name", NAMES)
def test_form_factor_at_zero_and_its_slope(name):
    one = nucleus(name)
    assert one.form_factor(0.0) == 1
    # F = 1 − Q²r²/6 + …: two small steps cancel the next term
    h = 0.01
    slope = (4 * (1 - one.form_factor(h)) / h - (1 - one.form_factor(2 * h)) / h) / 2
    assert np.sqrt(6 * slope) * hbarc == near(one.radius, rel=1e-6)


def test_form_factor_falls_and_never_exceeds_one():
    Q2 = np.linspace(0, 120, 500) ** 2
    F = nucleus("Cs-133").form_factor(Q2)
    assert np.all(np.diff(F) < 0)
    assert nucleus("Cs-133").form_factor(1e308) == 0


@pytest.mark.parametrize(
    ("name", "mass"),
    [
        ("Na-23", 21409.21),
        ("Si-28", 26053.19),
        ("Ar-40", 37215.52),
        ("Ge-72", 66978.63),
        ("I-127", 118183.67),
        ("Cs-133", 123772.53),
    ],
)
def test_masses_are_nuclear(name, mass):
    """M = A u + Δ − Z m_e; an atomic mass would be 6 to 28 MeV more."""
    assert nucleus(name).mass == near(mass, abs=0.05)


@pytest.mark.parametrize("element", ["Na", "Si", "Ar", "Ge", "I", "Cs"])
def test_abundances_sum_to_one(element):
    numbers = [number for _, number in target(element).parts]
    assert sum(numbers) == near(1, abs=1e-12)


@pytest.mark.parametrize(
    ("formula", "molar_mass"),
    [("CsI", 259.810), ("Ar", 39.948), ("Ge", 72.63), ("Si", 28.0855), ("NaI", 149.894)],
)
def test_number_of_units_in_a_kilogram(formula, molar_mass):
    """Standard atomic weights (IUPAC), rounded."""
    assert target(formula).units_per_mass * kg == near(6.02214076e23 * 1000 / molar_mass, rel=2e-4)


def test_formula_unit_is_made_of_its_parts():
    csi = target("CsI")
    assert [one.name for one, _ in csi.parts] == ["Cs-133", "I-127"]
    assert csi.unit_mass == near(259.8099 * DALTON, rel=1e-6)
    assert target("Cs2I3").parts[0][1] == 2
    assert target("Cs2I3").parts[1][1] == 3
    assert csi.units_per_mass == near(c_light**2 / csi.unit_mass)
