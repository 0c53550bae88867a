"""Solar neutrinos: spectrum, change of flavour, and Borexino's rates and limits."""

from dataclasses import replace

import numpy as np
import pytest
from hepunits import Avogadro, MeV, cm2, cm3, day, eV, fm, hbarc, keV, kg, s
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

import portal
from portal import Experiment, Joint, Scalar, Vector, prediction, solar, suppressed
from portal.constants import DALTON, FERMI, M_ELECTRON, SIN2_THETA_W
from portal.nuclei import Helm, Nucleus, Target
from portal.published import read_table

BOREXINO = read_table("borexino_2017.csv")
ELECTRONS = 3.307e31
ENDPOINT = 0.42341
MASSES = np.geomspace(1e-3, 1e4, 15)
MEDIATORS = [
    Vector(MASSES),
    Vector(MASSES, suppressed(0.5 * MeV)),
    Scalar(MASSES),
    Scalar(MASSES, suppressed(0.5 * MeV)),
]
KINDS = ["vector", "vector-F", "scalar", "scalar-F"]


def test_electrons_in_100_tonnes():
    scintillator = solar.SCINTILLATOR
    per_molecule = scintillator.parts[0][1]
    assert scintillator.units_per_mass * 100e3 * kg * per_molecule == pytest.approx(
        ELECTRONS, rel=1e-3
    )


# energy (MeV) and probability per MeV, some of the 84 rows of Bahcall's table (1997)
BAHCALL = [
    (0.03024, 0.1179),
    (0.08065, 0.7250),
    (0.13106, 1.6310),
    (0.18146, 2.6105),
    (0.23187, 3.4594),
    (0.28227, 3.9854),
    (0.33268, 3.9794),
    (0.38309, 3.0932),
]


def test_pp_spectrum_is_the_published_one():
    total = quad(solar.pp_spectrum, 0, ENDPOINT, args=(ENDPOINT,))[0]
    for energy, density in BAHCALL:
        assert solar.pp_spectrum(energy, ENDPOINT) / total == pytest.approx(density, rel=2e-3)
    mean = quad(lambda E: E * solar.pp_spectrum(E, ENDPOINT), 0, ENDPOINT)[0] / total
    assert mean == pytest.approx(0.2668, abs=1e-4)
    assert solar.pp_spectrum([0.0, ENDPOINT, 0.5], ENDPOINT).tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("component", "flux"),
    [("pp", 5.98e10), ("be7", 5.0e9), ("pep", 1.44e8), ("b8", 5.58e6), ("hep", 8.04e3)],
)
def test_flavours_add_up_to_the_flux(component, flux):
    for oscillating in (True, False):
        moments = solar.source(component, oscillating).moments(0.0)
        assert moments[0] * cm2 * s == pytest.approx(flux, rel=1e-12)
    alone = [c for c in solar.source(component, oscillating=False).components if c.flavour != "e"]
    assert all(c.moments(0.0)[0] == 0 for c in alone)


def test_mean_energy_of_the_flux():
    pp = solar.source("pp", oscillating=False).components[0]
    E = np.linspace(0, ENDPOINT, 20001)
    mean = np.trapezoid(E * pp.flux(E), E) / pp.moments(0.0)[0]
    assert mean == pytest.approx(0.2668, abs=1e-4)


# energy (MeV) and probability per MeV, some of the rows of Bahcall's table for hep
HEP = [
    (1.0143, 3.8690e-3),
    (2.0099, 1.3581e-2),
    (4.0009, 4.2127e-2),
    (6.0108, 7.1723e-2),
    (8.0019, 9.1837e-2),
    (9.6361, 9.7387e-2),
    (10.500, 9.5845e-2),
    (11.402, 9.0990e-2),
]


def test_hep_spectrum_is_the_published_one():
    """The table has the allowed shape: 0.3 % apart at most."""
    total = quad(solar.hep_spectrum, 0, 18.784, args=(18.784,))[0]
    for energy, density in HEP:
        assert solar.hep_spectrum(energy, 18.784) / total == pytest.approx(density, rel=3e-3)


def test_boron_spectrum():
    """Mean 6.73 MeV (Bahcall et al. 1996), and nothing lost between the rows that were left out."""
    table = read_table("solar_b8.csv")
    assert np.trapezoid(table["density"], table["energy"]) == pytest.approx(1, abs=1e-3)
    assert solar.source("b8").mean(lambda E: E) == pytest.approx(6.735, abs=0.01)
    left_out = {
        5.1: 0.1223018,
        9.1: 0.0990473,
        12.06: 0.0269871,
        13.06: 0.0099567,
        14.02: 0.0017604,
    }
    between = np.interp(list(left_out), table["energy"], table["density"])
    assert between == pytest.approx(list(left_out.values()), rel=3e-3)


def test_newer_models_beside_what_was_measured():
    """SNO measured (5.25 ± 0.20)e6 of ⁸B: between the two abundances of B16."""
    models = read_table("solar_b16.csv")
    assert list(models["component"]) == list(solar.COMPONENTS)
    boron = {name: models[name][3] for name in ("gs98", "agss09met")}
    assert boron["agss09met"] < 5.25e6 < boron["gs98"]
    for component, flux in zip(models["component"], models["gs98"], strict=True):
        newer = solar.source(str(component), flux=flux / (cm2 * s)).moments(0.0)[0]
        assert newer == pytest.approx(solar.source(str(component)).moments(0.0)[0], rel=0.03)


# radius (solar radii), electrons (mol/cm³), ⁸B and hep made per radius: solar model B23 (GS98)
BIRTH = np.array(
    [
        (0.01, 100.29, 2.37, 0.084),
        (0.02, 98.72, 8.17, 0.342),
        (0.03, 96.23, 14.32, 0.781),
        (0.04, 92.98, 17.90, 1.400),
        (0.05, 89.13, 17.78, 2.178),
        (0.06, 84.87, 14.75, 3.065),
        (0.07, 80.36, 10.57, 3.990),
        (0.08, 75.74, 6.68, 4.873),
        (0.09, 71.10, 3.80, 5.641),
        (0.10, 66.52, 1.98, 6.238),
        (0.11, 62.04, 0.95, 6.629),
        (0.12, 57.70, 0.43, 6.805),
        (0.13, 53.52, 0.18, 6.778),
        (0.14, 49.51, 0.07, 6.571),
        (0.15, 45.68, 0.03, 6.222),
        (0.16, 42.04, 0.01, 5.769),
        (0.17, 38.57, 0.00, 5.246),
        (0.18, 35.31, 0.00, 4.690),
        (0.19, 32.23, 0.00, 4.129),
        (0.20, 29.35, 0.00, 3.586),
    ]
)


@pytest.mark.parametrize(("component", "column", "close"), [("b8", 2, 0.004), ("hep", 3, 0.03)])
def test_mean_density_stands_for_the_region(component, column, close):
    """The density of the table is the mean, and P at the mean is near the mean of P.

    Beyond 0.2 radii 13 % of hep are made, in thinner matter: its mean is lower than here.
    """
    _, density, *_ = BIRTH.T
    weight = BIRTH[:, column] / BIRTH[:, column].sum()
    table = read_table("solar.csv")
    mean = table["electron_density"][table["component"] == component][0]
    assert weight @ density == pytest.approx(mean, rel=0.01 if component == "b8" else 0.15)
    for energy in (2.0, 5.0, 8.0, 10.0, 14.0):
        averaged = weight @ solar.survival_probability(energy, density * Avogadro / cm3)
        at_mean = solar.survival_probability(energy, weight @ density * Avogadro / cm3)
        assert averaged == pytest.approx(at_mean, abs=close)


def test_the_sun_changes_slowly_even_for_the_fastest_oscillation():
    """Adiabatic: γ = Δm² sin²2θ/(2E cos2θ |d ln n_e/dr|) ≫ 1 for n_e falling by e in R/10.54."""
    sin2 = 4 * solar.SIN2_THETA12 * (1 - solar.SIN2_THETA12)
    scale = 6.957e11 / 10.54 / hbarc  # mm, as 1/MeV
    gamma = solar.DELTA_M21 * sin2 / (2 * 16.36 * (1 - 2 * solar.SIN2_THETA12)) * scale
    assert gamma > 500


# recoils between two energies (keV) per ton and year, from the spectrum of XENONnT
# (light_wimp_data_release, commit a09cd8f, file cevns_spectrum: arXiv:2409.17868)
XENONNT = [
    (0.5, 0.6, 61.127),
    (0.6, 0.8, 89.215),
    (0.8, 1.0, 57.814),
    (1.0, 1.25, 43.800),
    (1.25, 1.5, 24.198),
    (1.5, 1.75, 12.749),
    (1.75, 2.0, 6.3001),
    (2.0, 2.25, 2.8609),
    (2.25, 2.5, 1.15951),
    (2.5, 2.75, 0.40379),
    (2.75, 3.0, 0.115235),
]

# mass number, abundance, atomic mass excess (keV), charge radius (fm); sources as in nuclei.csv
XENON = [
    (124, 0.000952, -87661.4, 4.7661),
    (126, 0.000890, -89146.2, 4.7722),
    (128, 0.019102, -89860.3, 4.7774),
    (129, 0.264006, -88696.1, 4.7775),
    (130, 0.040710, -89880.5, 4.7818),
    (131, 0.212324, -88413.6, 4.7808),
    (132, 0.269086, -89279.0, 4.7859),
    (134, 0.104357, -88125.8, 4.7899),
    (136, 0.088573, -86429.2, 4.7964),
]


def xenon():
    isotopes = (
        (
            Nucleus(
                f"Xe-{A}", 54, A - 54, A * DALTON + excess * keV - 54 * M_ELECTRON, Helm(r * fm)
            ),
            share,
        )
        for A, share, excess, r in XENON
    )
    return Target("Xe", tuple(isotopes), 131.293 * DALTON)


def test_boron_in_xenon_follows_xenonnt():
    """Trial: 5.25e6 /cm²/s on a ton of xenon for a year; required are 2 % from 0.5 to 3 keV."""
    edges = [low for low, _, _ in XENONNT] + [3.0]
    experiment = Experiment(
        target=xenon(),
        source=solar.source("b8", flux=5.25e6 / (cm2 * s)),
        exposure=1000 * kg * 365.25 * day,
        bins=np.array(edges) * keV,
    )
    theirs = np.array([rate for _, _, rate in XENONNT])
    assert experiment.counts() == pytest.approx(theirs, rel=0.02)
    assert experiment.counts().sum() == pytest.approx(theirs.sum(), rel=0.007)
    alone = replace(experiment, source=solar.source("b8", False, flux=5.25e6 / (cm2 * s)))
    assert alone.counts() == pytest.approx(experiment.counts(), rel=1e-9)  # all flavours alike


def test_survival_at_low_and_high_energy():
    s2, c13 = solar.SIN2_THETA12, 1 - solar.SIN2_THETA13
    vacuum = solar.SIN2_THETA13**2 + c13**2 * (1 - 2 * s2 * (1 - s2))
    matter = solar.SIN2_THETA13**2 + c13**2 * s2
    centre = 100 * Avogadro / cm3
    assert solar.survival_probability(1e-6, centre) == pytest.approx(vacuum, rel=1e-5)
    assert solar.survival_probability(5.0, 0.0) == pytest.approx(vacuum, rel=1e-12)
    assert solar.survival_probability(1e5, centre) == pytest.approx(matter, rel=1e-5)
    assert solar.survival_probability(1e50, 1e50) == pytest.approx(matter, rel=1e-12)
    assert (np.diff(solar.survival_probability(np.geomspace(1e-3, 1e3, 50), centre)) < 0).all()


def test_survival_against_sno():
    """SNO, all phases (arXiv:1109.0763): 0.317 ± 0.018 at 10 MeV, for ⁸B made at 88 mol/cm³."""
    probability = solar.survival_probability(10.0, 88 * Avogadro / cm3)
    assert abs(probability - 0.317) < 2 * 0.018


@pytest.mark.parametrize("energy", [0.27, 0.8613, 1.442, 8.0])
@pytest.mark.parametrize(("heavy", "rtol"), [(10.0, 1e-5), (2.5e-3, 2e-3)])
def test_survival_against_three_flavours(energy, heavy, rtol):
    """Diagonalise the whole Hamiltonian; the formula is that of an infinite Δm²₃₁ (eV²).

    The true one changes the formula by s₁₃² 2EV/Δm²₃₁, 1.5e-3 at 8 MeV.
    """
    density, heavy = 80 * Avogadro / cm3, heavy * eV**2
    s12, s13 = np.sqrt(solar.SIN2_THETA12), np.sqrt(solar.SIN2_THETA13)
    c12, c13 = np.sqrt(1 - s12**2), np.sqrt(1 - s13**2)
    r13 = np.array([[c13, 0, s13], [0, 1, 0], [-s13, 0, c13]])
    r12 = np.array([[c12, s12, 0], [-s12, c12, 0], [0, 0, 1]])
    mixing = r13 @ r12  # θ23 drops out of P_ee
    vacuum = mixing @ np.diag([0, solar.DELTA_M21, heavy]) @ mixing.T / (2 * energy)
    potential = np.sqrt(2) * FERMI * density * hbarc**3
    _, at_birth = np.linalg.eigh(vacuum + np.diag([potential, 0, 0]))
    exact = (at_birth[0] ** 2 * mixing[0] ** 2).sum()
    assert solar.survival_probability(energy, density) == pytest.approx(exact, rel=rtol)


def recoil_max(energy):
    return 2 * energy**2 / (M_ELECTRON + 2 * energy)


def cross_section_above(energy, threshold, left, right):
    """Textbook ν–e cross section above a recoil, integrated by hand (cm²)."""
    top = recoil_max(energy)
    if top <= threshold:
        return 0.0
    y1, y2 = threshold / energy, top / energy
    integral = (
        left**2 * (y2 - y1)
        + right**2 * ((1 - y1) ** 3 - (1 - y2) ** 3) / 3
        - left * right * M_ELECTRON / energy * (y2**2 - y1**2) / 2
    )
    return 2 / np.pi * FERMI**2 * M_ELECTRON * energy * hbarc**2 / cm2 * integral


@pytest.mark.parametrize("threshold", [0.0, 0.05, 0.19])
def test_rates_against_an_independent_integral(threshold):
    per_day = ELECTRONS * 86400
    table = read_table("solar.csv")

    def folded(energy, density):
        survive = solar.survival_probability(energy, density * Avogadro / cm3)
        electron, other = (
            cross_section_above(energy, threshold, left, SIN2_THETA_W)
            for left in (SIN2_THETA_W + 0.5, SIN2_THETA_W - 0.5)
        )
        return survive * electron + (1 - survive) * other

    expected = dict.fromkeys(["pp", "be7", "pep"], 0.0)
    norm = quad(solar.pp_spectrum, 0, ENDPOINT, args=(ENDPOINT,))[0]
    for component, shape, energy, share, flux, _, density in zip(*table.values(), strict=True):
        if component not in expected:
            continue
        if shape == "line":
            expected[component] += per_day * share * flux * folded(energy, density)
        else:
            lowest = (threshold + np.sqrt(threshold**2 + 2 * M_ELECTRON * threshold)) / 2
            expected[component] += (
                per_day
                * flux
                * quad(
                    lambda E, n=density: solar.pp_spectrum(E, ENDPOINT) * folded(E, n),
                    lowest,
                    ENDPOINT,
                )[0]
                / norm
            )
    counts = solar.borexino(threshold=threshold).counts()
    # 1e-4: electrons per 100 t have four digits
    assert counts == pytest.approx(list(expected.values()), rel=1.5e-4)


def test_rates_against_the_collaboration():
    counts = solar.borexino(threshold=0.0).counts()
    assert counts == pytest.approx(BOREXINO["expected"], rel=0.06)
    error = np.hypot(BOREXINO["stat"], (BOREXINO["up"] + BOREXINO["down"]) / 2)
    assert (np.abs(counts - BOREXINO["rate"]) < 2 * error).all()
    assert (solar.borexino(threshold=0.0, oscillating=False).counts() > 1.3 * counts).all()


@pytest.mark.parametrize("mediator", MEDIATORS, ids=KINDS)
def test_counts_with_a_mediator_against_quadrature(mediator):
    """pep alone, from the cross section and not from moments."""
    g, pep = 3e-9, solar.borexino().parts[2]
    components = pep.source.components

    def recoils(recoil, mass):
        one = type(mediator)(mass, mediator.form_factor)
        electron = solar.SCINTILLATOR.parts[0][0]
        return sum(
            c.flux * portal.scattering.cross_section(electron, c.energy, recoil, one, g, c.flavour)
            for c in components
        )

    counts = pep.counts(mediator, g)[:, 0]
    scale = 100e3 * kg * day * solar.SCINTILLATOR.units_per_mass * 66
    for mass, count in zip(MASSES, counts, strict=True):
        exact = scale * quad(recoils, 0.19, recoil_max(1.442), args=(mass,), epsrel=1e-10)[0]
        assert count == pytest.approx(exact, rel=1e-8)


def test_chi_squared_is_the_sum_of_4_3():
    experiment = solar.borexino()
    n = experiment.counts(Vector(10.0), 2e-11)
    sigma = np.array([0.11, 0.03, 0.21]) * experiment.observed
    by_hand = (((n - experiment.observed) / sigma) ** 2).sum()
    assert portal.chi_squared(experiment, Vector(10.0), 2e-11) == pytest.approx(by_hand, rel=1e-12)
    parts = sum(portal.chi_squared(part, Vector(10.0), 2e-11) for part in experiment.parts)
    assert by_hand == pytest.approx(parts, rel=1e-12)


@pytest.mark.parametrize("measured", [True, False])
@pytest.mark.parametrize("mediator", MEDIATORS, ids=KINDS)
def test_edges_against_a_scan(mediator, measured):
    experiment = solar.borexino(measured=measured)
    bands = portal.allowed_couplings(experiment, mediator)
    for mass, at_mass in zip(MASSES, bands, strict=True):
        one = type(mediator)(mass, mediator.form_factor)
        edges = np.ravel(at_mass)
        assert np.isfinite(edges).all()
        reach = 1.5 * np.abs(edges).max()
        g = np.linspace(-reach, reach, 20001)
        chi2 = portal.chi_squared(experiment, one, g)
        best = chi2.argmin()
        lowest = minimize_scalar(
            lambda x, one=one: float(portal.chi_squared(experiment, one, x)),
            bounds=(g[best - 1], g[best + 1]),
            method="bounded",
            options={"xatol": 1e-9 * reach},
        ).fun
        assert portal.chi_squared(experiment, one, edges) == pytest.approx(lowest + 4, rel=1e-6)
        inside = np.any([(lo <= g) & (g <= hi) for lo, hi in at_mass], axis=0)
        assert (inside == (chi2 <= lowest + 4))[np.abs(chi2 - lowest - 4) > 1e-6].all()


@pytest.mark.parametrize("mediator", MEDIATORS, ids=KINDS)
def test_plateau_and_slope(mediator):
    curve = portal.limit_curve(portal.experiments.borexino(), mediator)
    slope = np.diff(np.log(curve.upper)) / np.diff(np.log(MASSES))
    assert abs(slope[0]) < 0.01
    assert slope[-1] == pytest.approx(2, abs=0.01)


def test_a_component_alone_is_never_stronger_than_all_if_the_standard_model_is_observed():
    experiment = solar.borexino(measured=False)
    for mediator in MEDIATORS:
        together = portal.limit_curve(experiment, mediator)
        for part in experiment.parts:
            alone = portal.limit_curve(part, mediator)
            assert (together.upper <= alone.upper * (1 + 1e-9)).all()
            assert (together.outer <= alone.outer * (1 + 1e-9)).all()


@pytest.mark.parametrize("mediator", MEDIATORS, ids=KINDS)
def test_doubling_the_quadrature_moves_no_edge(mediator, monkeypatch):
    before = [np.ravel(b) for b in portal.limit_curve(solar.borexino(), mediator).bands]
    monkeypatch.setattr(solar, "BETA_POINTS", 2 * solar.BETA_POINTS)
    monkeypatch.setattr(prediction, "ORDER", 2 * prediction.ORDER)
    after = [np.ravel(b) for b in portal.limit_curve(solar.borexino(), mediator).bands]
    for b, a in zip(before, after, strict=True):
        assert b == pytest.approx(a, rel=1e-4, abs=0)


def test_model_error_weakens_beryllium_only_much():
    ratio = solar.borexino(model_error=True).sigma / solar.borexino().sigma
    assert ratio[1] == pytest.approx(np.hypot(0.03, 0.07) / 0.03)
    assert (ratio[[0, 2]] < 1.01).all()


def test_a_flux_moves_the_expected_rate_alone():
    flux = 4.93e9 / (cm2 * s)
    usual, newer = solar.borexino(), solar.borexino(fluxes={"be7": flux})
    assert newer.counts() / usual.counts() == pytest.approx([1, 4.93 / 5.00, 1], rel=1e-12)
    assert newer.observed == pytest.approx(usual.observed, rel=1e-12)


def test_joint_shares_one_normalisation():
    csi = portal.experiments.coherent_csi_2017()
    joint = Joint((csi, solar.borexino().parts[0]), sigma_alpha=0.28)

    def chi2(alpha, g):
        n = joint.counts(Vector(10.0), g)
        pulls = (joint.observed - (1 + alpha) * n) / joint.sigma
        return (pulls**2).sum() + (alpha / 0.28) ** 2

    for g in (-1e-9, 0.0, 3e-9):
        brute = minimize_scalar(chi2, args=(g,), options={"xtol": 1e-12}).fun
        assert portal.chi_squared(joint, Vector(10.0), g) == pytest.approx(brute, rel=1e-9)


@settings(deadline=None)
@given(
    threshold=st.floats(1e-3, 0.25),
    g=st.floats(-1e-6, 1e-6),
    mass=st.floats(1e-3, 1e3),
    form_factor=st.sampled_from([portal.direct, suppressed(0.5 * MeV)]),
    kind=st.sampled_from([Vector, Scalar]),
)
def test_counts_are_not_negative_and_fall_with_the_threshold(threshold, g, mass, form_factor, kind):
    mediator = kind(mass, form_factor)
    low, high = (solar.borexino(threshold=t).counts(mediator, g) for t in (threshold, 0.255))
    assert np.isfinite(low).all()
    assert (high >= 0).all()
    assert (low >= high * (1 - 1e-9)).all()
