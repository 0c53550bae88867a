"""Nuclear masses and radii, the Helm form factor, and materials."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from common import near
from hepunits import c_light, day, eV, fm, hbarc, kg, m
from scipy.integrate import quad
from scipy.special import erf

from portal import Experiment, Scalar, Vector
from portal.constants import DALTON, FERMI
from portal.fluxes import MW, reactor
from portal.nuclei import (
    SKIN,
    WEAK_LOOPS,
    Electron,
    Helm,
    KleinNystrand,
    SymmetrisedFermi,
    nucleon_couplings,
    nucleus,
    target,
)
from portal.published import read_table
from portal.scattering import coefficients, cross_section

NAMES = [str(name) for name in read_table("nuclei.csv")["nucleus"]]


def helm_density(r, R0, s=SKIN):
    """A uniform ball convolved with a Gaussian, in closed form, up to its normalisation."""
    a, b = (R0 - r) / (np.sqrt(2) * s), (R0 + r) / (np.sqrt(2) * s)
    tail = s / np.sqrt(2 * np.pi) * (np.exp(-(a**2)) - np.exp(-(b**2)))
    return r * (erf(a) + erf(b)) / 2 - tail  # r × density


@pytest.mark.parametrize("name", NAMES)
def test_helm_is_the_fourier_transform_of_its_density(name):
    one = nucleus(name)
    skin = one.protons.skin
    assert skin == (SKIN if one.Z + one.N > 1 else one.protons.radius / 2)  # the proton is smaller
    R0 = np.sqrt(5 / 3 * (one.protons.radius**2 - 3 * skin**2))
    end = R0 + 12 * skin

    def integral(weight):
        value, error = quad(
            lambda r: weight(r) * helm_density(r, R0, skin),
            0,
            end,
            epsabs=0,
            epsrel=1e-12,
            limit=400,
        )
        assert error < 1e-9 * abs(value)
        return value

    norm = integral(lambda r: r)
    # the rms radius of the density is the radius of the table
    assert np.sqrt(integral(lambda r: r**3) / norm) == near(one.protons.radius, rel=1e-9)
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
    assert np.sqrt(6 * slope) * hbarc == near(one.protons.radius, rel=1e-6)


def test_form_factor_falls_and_never_exceeds_one():
    Q2 = np.linspace(0, 120, 500) ** 2
    F = nucleus("Cs-133").form_factor(Q2)
    assert np.all(np.diff(F) < 0)
    assert nucleus("Cs-133").form_factor(1e50) == 0


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


@pytest.mark.parametrize("kind", [Helm, KleinNystrand, SymmetrisedFermi])
@pytest.mark.parametrize("radius", [3.0 * fm, 4.8 * fm])
def test_form_factors_have_their_radius(kind, radius):
    """F = 1 − Q²r²/6 + …, so all agree at low Q², whatever their surface."""
    Q2 = np.array([1.0, 2.0])
    F = kind(radius)(Q2)
    slope = (4 * (1 - F[0]) / Q2[0] - (1 - F[1]) / Q2[0]) / 2
    assert np.sqrt(6 * slope) * hbarc == near(radius, rel=1e-5)


def test_symmetrised_fermi_is_the_transform_of_its_density():
    a, r = 0.52 * fm, 4.8 * fm
    c = np.sqrt(5 / 3 * r**2 - 7 / 3 * (np.pi * a) ** 2)

    def density(x):
        return np.sinh(c / a) / (np.cosh(x / a) + np.cosh(c / a))

    norm, _ = quad(lambda x: x**2 * density(x), 0, 20 * fm, epsabs=0, epsrel=1e-11)
    for Q in (20.0, 60.0, 100.0):
        q = Q / hbarc
        value, _ = quad(
            lambda x, q=q: x * density(x) * np.sin(q * x) / q, 0, 20 * fm, epsabs=0, epsrel=1e-11
        )
        assert SymmetrisedFermi(r, a)(Q**2) == near(value / norm, rel=1e-7)


def test_neutrons_have_a_form_factor_of_their_own():
    caesium, Q2, recoil = nucleus("Cs-133"), 60.0**2, 60.0**2 / 2 / nucleus("Cs-133").mass
    skin = replace(caesium, neutrons=Helm(5.0 * fm))
    p, n = nucleon_couplings()
    ratio = (55 * p * skin.protons(Q2) + 78 * n * skin.neutrons(Q2)) / (
        (55 * p + 78 * n) * caesium.protons(Q2)
    )
    found = cross_section(skin, 50.0, recoil) / cross_section(caesium, 50.0, recoil)
    assert found == near(ratio**2, rel=1e-12)
    alike = replace(caesium, neutrons=caesium.protons)
    assert cross_section(alike, 50.0, recoil) == near(
        cross_section(caesium, 50.0, recoil), rel=1e-13
    )
    # a force on protons alone does not see the neutrons' radius
    protons_only = Vector(10.0, up=2 / 3, down=-1 / 3, electron=0)
    quadratic = [coefficients(one, recoil, protons_only)[2] for one in (skin, caesium)]
    assert quadratic[0] == near(quadratic[1], rel=1e-12)
    neutrons_only = Vector(10.0, up=-1 / 3, down=2 / 3)
    assert coefficients(caesium, recoil, neutrons_only)[2, 0] == near(
        (78 / 399) ** 2 * coefficients(caesium, recoil, Vector(10.0))[2, 0], rel=1e-12
    )


def test_a_nucleus_pickles_and_compares():
    for one in (nucleus("Cs-133"), Electron(weak=WEAK_LOOPS), target("CsI")):
        assert pickle.loads(pickle.dumps(one)) == one


MATERIALS = {  # standard atomic weights (CIAAW 2021, abridged)
    "CaWO4": 40.078 + 183.84 + 4 * 15.999,
    "Xe": 131.293,
    "C3F8": 3 * 12.011 + 8 * 18.998403,
    "LiF": 6.94 + 18.998403,
    "H2O": 2 * 1.008 + 15.999,
    "PbWO4": 207.2 + 183.84 + 4 * 15.999,
    "TeO2": 127.60 + 2 * 15.999,
    "Bi4Ge3O12": 4 * 208.9804 + 3 * 72.630 + 12 * 15.999,
    "Gd": 157.25,
}


@pytest.mark.parametrize("formula", MATERIALS)
def test_any_formula_has_its_molar_mass(formula):
    """Atomic weights are measured otherwise than abundances; Li varies by half a per cent."""
    assert target(formula).unit_mass == near(MATERIALS[formula] * DALTON, rel=3e-4)


def test_every_isotope_of_the_table():
    table = read_table("nuclei.csv")
    shares = {}
    for name, share in zip(table["nucleus"], table["abundance"], strict=True):
        one = nucleus(str(name))
        assert 0.99 < one.mass / ((one.Z + one.N) * DALTON) < 1.01
        A = one.Z + one.N
        if A > 7:  # r = 0.836 A^(1/3) + 0.57 fm (Johnson and Soff 1985)
            assert one.protons.radius / fm == near(0.836 * A ** (1 / 3) + 0.57, rel=0.06)
        shares[one.Z] = shares.get(one.Z, 0.0) + share
    assert list(shares.values()) == near([1.0] * len(shares), abs=1e-9)
    assert len(shares) == 52


def test_a_missing_radius_is_near_its_neighbours():
    """S-33 lies between S-32 and S-34."""
    r = [nucleus(f"S-{A}").protons.radius / fm for A in (32, 33, 34)]
    assert r[0] < r[1] < r[2] + 0.02
    assert nucleus("Ta-180").protons.radius == near(
        nucleus("Ta-181").protons.radius * (180 / 181) ** (1 / 3), rel=1e-12
    )


def test_calcium_tungstate_at_a_reactor():
    """Trial: 4 GW at 100 m, about 11 counts per kg and day from 20 eV to 3 keV."""
    detector = Experiment(
        target=target("CaWO4"),
        source=reactor(power=4e3 * MW, distance=100 * m),
        exposure=kg * day,
        bins=np.array([20, 3000]) * eV,
    )
    assert detector.counts().sum() == near(11.08, rel=1e-3)  # as when it was first computed


def test_a_form_factor_of_a_nucleus_that_is_no_real_function_is_refused():
    for value in (None, 1 + 1j, np.nan, [1.0, 2.0]):
        odd = replace(nucleus("Ar-40"), protons=lambda Q2, value=value: value)
        with pytest.raises((TypeError, ValueError), match=r"protons, neutrons: .*give"):
            cross_section(odd, 30.0, [1e-3, 2e-3, 3e-3])


@pytest.mark.parametrize("flavour", ["e", "mu", "tau-bar"])
def test_couplings_of_the_electron_are_handed_over(flavour):
    left, right = WEAK_LOOPS[("e", "mu", "tau").index(flavour.removesuffix("-bar"))]
    if flavour.endswith("bar"):
        left, right = right, left
    E, T, m = 1.0, 0.3, Electron().mass
    expected = left**2 + right**2 * (1 - T / E) ** 2 - left * right * m * T / E**2
    expected *= 2 / np.pi * FERMI**2 * m * hbarc**2
    found = cross_section(Electron(weak=WEAK_LOOPS), E, T, flavour=flavour)
    assert found == near(expected, rel=1e-12)


def test_charges_of_mediators():
    """Only the product of the two charges counts, so B−L on leptons acts like a positive force."""
    electron, at = Electron(), (1.0, 0.3)
    b_l = Vector(1.0, up=1 / 3, down=1 / 3, electron=-1, neutrinos=(-1, -1, -1))
    plain = cross_section(electron, *at, Vector(1.0), 1e-6, "mu")
    assert cross_section(electron, *at, b_l, 1e-6, "mu") == near(plain, rel=1e-13)
    # on a nucleus B−L has A in place of 3A, and the other sign
    caesium, at = nucleus("Cs-133"), (40.0, 0.01)
    third = cross_section(caesium, *at, Vector(1.0), -1e-6 / 3, "mu")
    assert cross_section(caesium, *at, b_l, 1e-6, "mu") == near(third, rel=1e-12)
    # L_μ−L_τ through mixing: opposite for ν_μ and ν_τ, nothing for ν_e
    mixing = Vector(1.0, up=2 / 3, down=-1 / 3, electron=-1, neutrinos=(0, 1, -1))
    mu = cross_section(caesium, *at, mixing, 1e-6, "mu")
    assert cross_section(caesium, *at, mixing, -1e-6, "tau") == near(mu, rel=1e-13)
    assert cross_section(caesium, *at, mixing, 1e-6, "e") == cross_section(caesium, *at)
    # a scalar adds the square of its charge
    twice = Scalar(1.0, proton=30.2, neutron=28.0, electron=2.0)
    for one, where in ((caesium, at), (electron, (1.0, 0.3))):
        double = cross_section(one, *where, Scalar(1.0), 2e-6)
        assert cross_section(one, *where, twice, 1e-6) == near(double, rel=1e-13)
