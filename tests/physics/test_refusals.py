"""Bad input names its argument, its value and what is allowed: one row for each public name.

A row calls a function with good arguments, and with each bad value of each argument in turn.
`positive(20.0)` is an argument of which 20.0 is a good value; what it refuses is the whole kind:
negative, zero, not finite, an array, text, None.  More bad values may follow the good one.
"""

import inspect
import pkgutil
import re
from dataclasses import dataclass, replace
from importlib import import_module

import numpy as np
import pytest
from hepunits import GeV, cm2, day, fm, kg, s

import portal
from portal import (
    b_bounds,
    b_decays,
    b_fits,
    choices,
    coherent,
    corrections,
    experiments,
    fluxes,
    limits,
    muon_bounds,
    nuclei,
    scanning,
    scattering,
    since_2018,
    solar,
    toys,
)
from portal.detectors import Experiment
from portal.joint import Joint, check_measurement
from portal.loops import j_integral, k_integral, loop, running_coefficient, scalar_loop
from portal.measurements import Background
from portal.mediators import Scalar, Vector, check_mediator, check_one_mass, direct, suppressed
from portal.nuclei import (
    SKIN,
    Electron,
    Helm,
    KleinNystrand,
    Nucleus,
    SymmetrisedFermi,
    Target,
    nucleus,
    target,
)
from portal.parity_violation import caesium_limit, weak_charge_shift
from portal.poisson import poisson_couplings, poisson_likelihood
from portal.published import quoted
from portal.responses import (
    Gamma,
    Gaussian,
    Lindhard,
    Matrix,
    Photoelectrons,
    QuenchingTable,
    Sharp,
)
from portal.sources import ArrivalTimes, Continuum, Line, Source, check_flavour
from portal.statistics import Profile, allowed_couplings, chi_squared, closest
from portal.strength import Template, poisson_strength, signal_strength

pytestmark = pytest.mark.filterwarnings("ignore::portal.poisson.FewCounts")


@dataclass
class Given:
    """A good value of an argument, its bad values, and how the message calls it."""

    good: object
    bad: tuple
    named: str | None = None


class WithUnit:
    """Stands for a quantity of another unit library, which NumPy would strip."""

    unit = "keV"

    def __array__(self, dtype=None, copy=None):
        return np.asarray(1.0)


UNITS = (WithUnit(), [WithUnit()], np.ma.masked_array([1.0, 2.0], [False, True]))
NO_NUMBERS = ("much", b"1", None, {}, 1 + 1j, [1.0, 2j], [[1.0], [1.0, 2.0]], 10**400, *UNITS)
NOT_FINITE = (np.nan, np.inf, -np.inf, [1.0, np.nan], *NO_NUMBERS)
NEGATIVE = (-1.0, -1e-300, [1.0, -1.0], *NOT_FINITE)
NOT_POSITIVE = (0.0, [1.0, 0.0], *NEGATIVE)
NOT_ONE = ([1.0, 2.0], [1.0], [])


def given(good, *bad, named=None):
    return Given(good, bad, named)


def finites(good, *bad):
    return Given(good, (*NOT_FINITE, *bad))


def not_negatives(good, *bad):
    return Given(good, (*NEGATIVE, *bad))


def positives(good, *bad):
    return Given(good, (*NOT_POSITIVE, *bad))


def finite(good, *bad):
    return finites(good, *NOT_ONE, *bad)


def not_negative(good, *bad):
    return not_negatives(good, *NOT_ONE, *bad)


def positive(good, *bad):
    return positives(good, *NOT_ONE, *bad)


def row(call, **arguments):
    return call, arguments


CAESIUM = nucleus("Cs-133")
POINT = replace(CAESIUM, protons=direct)
SNS = fluxes.sns()
VECTOR = Vector(10.0)
CSI = experiments.coherent_csi_2017()
MANY, SQUARE = Vector([1.0, 2.0]), Vector(np.ones((2, 2)))
FLAVOURS = given("e", "", "sterile", "MU", "mu_bar", "electron")
SCATTERER = given(nucleus("Ar-40"), "Ar-40", None, target("CsI"))
EXPERIMENT = given(CSI, "CsI", None, experiments.coherent_csi_2017, target("CsI"))
MODE = given("K", "rho", ["K"], None)
NO_BINS = ([2.0, 1.0], [1.0, 1.0], [1.0], 1.0, [[1.0, 2.0]], [0.0, np.inf])
FALLS, ONE, NAN = (lambda T: np.exp(-T)), (lambda T: 1.0), (lambda T: np.nan * T)
QUENCHING = positive(0.2, FALLS, ONE, NAN, np.sin)
SIGMA = positive(0.1, np.negative, ONE, NAN)
NO_PROBABILITY = tuple(lambda x, value=value: value + 0 * x for value in (-0.5, 1.5, np.nan))
EFFICIENCY = given(np.ones_like, 0.5, None, *NO_PROBABILITY)
AR = {"target": target("Ar"), "source": SNS, "exposure": 100 * kg * day, "bins": [0.02, 0.04, 0.06]}
ARGON, OPEN, GAP = (Experiment(**AR | {"bins": b}) for b in (AR["bins"], [0, 0.05], [0.25, 0.3]))
COUNTED = Experiment(**AR | {"bins": [0.25, 0.3]}, data=[1])
BEYOND = Experiment(**AR | {"bins": [0.25, 0.3], "background": 1e-20})
OPEN_CHARGE, HALF = (replace(CSI, bins=first + np.arange(0, 25, 2)) for first in (1, 6.5))
NO_EFFECT = (Vector(1.0, neutrinos=(0, 0, 1)), Vector(1.0, neutrinos=(0, 0, 0)))
NOT_IN_ATOMS = (Scalar([1.0]), Vector([1.0], neutrinos=(0, 1, 0)))
NAN_OR_ZERO = (Vector([1.0], lambda Q2: np.nan * Q2), Vector([1.0], lambda Q2: 0 * Q2))
HUGE = Vector(1.0, lambda Q2: 1e59 + 0 * Q2, up=1e59, down=1e59, neutrinos=(1e59, 1e59, 1e59))
LARGE = replace(HUGE, form_factor=direct, neutrinos=(1.0, 1.0, 1.0))
GEV2, LIGHT, TWO = GeV**2, [1.0, 2.0], [3.0, 1.0]
BIN = {"mode": "K", "q2_min": 1.1 * GEV2, "q2_max": 6 * GEV2}
RATIO = b_fits.measurements(2018)[0]
AVERAGES = given((1.0, 1.0), (-1.0, 1.0), (1.0, np.nan), ("a", 1.0))
PULSED = {"neutrinos_per_proton": 0.08, "distance": 2e4}
FUEL = given({"u235": 1.0}, {}, {"u235": 0.9}, {"th232": 1.0}, {"u235": None}, [1.0], None)
FUNCTION = given(np.ones_like, None, 1.0, lambda E: np.nan * E, lambda E: "a", named="function")
LOW, HIGH = not_negative(1.0), given(40.0, 0.0, -1.0, np.nan, np.inf, [1.0], "much")


def pole(q2):
    return b_decays.delta_c9(q2, 1e-14, 1500)


MASSLESS = (Vector(0.0), Scalar(0.0), Scalar(0.0, scalar_loop(1.0, 50.0, 99.0)))
BALL = Helm(2.47 * fm)
CARBON = {"name": "C-12", "Z": 6, "N": 6, "mass": 11175.0}
SMEARED = (Helm, KleinNystrand, SymmetrisedFermi)
STOPS = given(0.01, 0.0, [0.0, 0.01], named="mediator = ")
HIT = {"scatterer": CAESIUM, "energy": 30.0, "recoil": LIGHT}
STRONG = {"scatterer": CAESIUM, "energy": 30.0, "recoil": 0.01, "mediator": VECTOR}
SEEN = {"scatterer": CAESIUM, "source": SNS, "recoil": LIGHT}
THREE = given(VECTOR, Vector([1.0, 2.0, 3.0]), named=r"recoil \(2,\).* mass \(3,\)")

LOG_NORMAL, FREE_YIELD = choices.LogNormal(CSI, 0.28), choices.FreeYield(CSI)
TOYS = {"experiment": CSI, "mediator": VECTOR, "coupling": 0.0}
ROWS = [
    row(j_integral, s=finites(-1.0)),
    row(k_integral, s=finites(-1.0)),
    row(running_coefficient, q=not_negatives(50.0), m_chi=positive(20.0), cutoff=positive(1e3)),
    row(loop, m_chi=positive(20.0), scale=positive(50.0), q_max=positive(106.0), tree=finite(0.0)),
    row(scalar_loop, m_chi=positive(20.0), scale=positive(50.0), cutoff=positive(1e3)),
    row(scalar_loop, m_chi=20.0, scale=50.0, cutoff=1e3, tree=finite(0.0)),
    row(loop, m_chi=given(20.0, 1e-200), scale=50.0, q_max=106.0),
    row(loop(20.0, 50.0, 106.0).__call__, Q2=finites(1.0)),
    row(scalar_loop(20.0, 50.0, 106.0).__call__, Q2=finites(1.0)),
    row(direct, Q2=finites(1.0)),
    row(corrections.centres, nucleus=given(CAESIUM, "Cs-133", None, POINT)),
    row(
        corrections.with_skin,
        nucleus=given(CAESIUM, "Cs-133", None, POINT),
        per_asymmetry=finite(1 * fm),
    ),
    row(corrections.flavour_shift, Q2=not_negatives(1.0)),
    row(corrections.electron_flavour, nucleus=given(CAESIUM, "Cs-133", None)),
    row(
        corrections.electron_flavour,
        nucleus=CAESIUM,
        momentum=given(1.0, -1.0, np.nan, [1.0], "much"),
    ),
    row(suppressed, q0=positive(50.0)),
    row(suppressed(50.0).__call__, Q2=finites(1.0)),
    row(Vector, mass=not_negatives(1.0), form_factor=given(direct, suppressed, 1.0, None)),
    row(Scalar, mass=not_negatives(1.0), form_factor=given(direct, suppressed, 1.0, None)),
    row(Vector, mass=1.0, neutrinos=given((1, 0, 0), ("x",), (1, 1), 1.0, "e", None)),
    row(Vector, mass=1.0, up=finite(1.0), down=finite(1.0), electron=finite(1.0)),
    row(Scalar, mass=1.0, proton=finite(15.1), neutron=finite(14.0), electron=finite(1.0)),
    row(VECTOR.propagator, Q2=finites(1.0)),
    row(Vector(LIGHT).propagator, Q2=given(LIGHT, [1.0, 2.0, 3.0], named=r"Q2 \(3,\), mass")),
    row(Nucleus, name="X", Z=6, N=6, mass=positive(11175, 11.175), protons=BALL),
    row(Nucleus, name="X", Z=6, N=not_negative(6, 6.5), mass=11175, protons=BALL),
    row(Nucleus, name="X", Z=not_negative(6, 6.5), N=6, mass=11175, protons=BALL),
    row(Nucleus, **CARBON, protons=given(BALL, None, Helm, 4.8)),
    row(Nucleus, **CARBON, protons=BALL, neutrons=given(None, Helm, 4.8)),
    row(Nucleus, **CARBON, protons=BALL, weak=given((0.0, -0.5), 1.0, None, (1, 2, 3), ("a", 1))),
    *(row(kind, radius=positive(3 * fm, 1.5 * fm, 3.0, 3e-9)) for kind in SMEARED),
    row(Helm, radius=given(2.47 * fm, np.sqrt(3) * SKIN)),
    row(Helm, radius=4 * fm, skin=finite(0.9 * fm, -1e-13, 0.9)),
    row(KleinNystrand, radius=4 * fm, range=finite(0.7 * fm, -1e-13, 0.7)),
    row(SymmetrisedFermi, radius=4 * fm, diffuseness=positive(0.52 * fm, 0.52)),
    *(row(kind(3 * fm).__call__, Q2=not_negatives(1.0)) for kind in SMEARED),
    row(nuclei.point, Q2=not_negatives(1.0)),
    row(nuclei.nucleon_couplings, sin2_theta_w=finite(0.23, -0.1, 1.1)),
    row(nuclei.electron_couplings, sin2_theta_w=finite(0.23, 1.1), rho=positive(1.0)),
    row(Electron, weak=given(((1, 0),) * 3, (1, 0), "tree", None, ((1, np.nan),) * 3)),
    row(scattering.weak_charge, nucleus=given(CAESIUM, "Cs-133", None)),
    row(CAESIUM.form_factor, Q2=not_negatives(1.0)),
    row(Electron, mass=positive(0.5)),
    row(nuclei.check_scatterer, scatterer=SCATTERER),
    row(
        Target,
        name="X",
        parts=given(((CAESIUM, 1.0),), (), 3.0, (CAESIUM,)),
        unit_mass=positive(1.2e5),
    ),
    row(Target, name="X", parts=given(((CAESIUM, 1.0),), ((CAESIUM, 0.0),)), unit_mass=1.2e5),
    row(nucleus, name=given("Ar-40", "", "Og-294", "cs-133", "Cs133", None, ["Cs-133"])),
    row(
        target, formula=given("CsI", "", "Og", "csi", "Cs0", "Cs0I", "2CsI", None, "Ge" + "9" * 400)
    ),
    row(target, formula=given("CsI", "Cs I", "CsI ", " CsI")),
    row(check_flavour, flavour=FLAVOURS),
    row(Line, flavour=FLAVOURS, energy=positive(1.0), flux=not_negative(1.0)),
    row(Line("e", 1.0, 1.0).moments, e_min=not_negatives(0.5)),
    row(Continuum, flavour="e", edges=given([0.0, 1.0], *NO_BINS), coefficients=[[1.0]]),
    row(Continuum, flavour="e", edges=given([0.0, 1.0], [-1.0, 1.0]), coefficients=[[1.0]]),
    row(Continuum, flavour="e", edges=[0.0, 1.0], coefficients=finites([[1.0]], [[-1.0]])),
    # negative between its ends; a negative second piece; of another shape
    row(Continuum, flavour="e", edges=[0, 2], coefficients=given([[1]], [[1], [-2.1], [1]])),
    row(Continuum, flavour="e", edges=[0, 1, 2], coefficients=given([[1, 0]], [[1, 3], [0, -2]])),
    row(Continuum, flavour="e", edges=[0, 1], coefficients=given([[1]], [[1, 1]], named="has")),
    row(Continuum.table, flavour="e", energies=given(LIGHT, *NO_BINS), flux=[1.0, 1.0]),
    row(Continuum.table, flavour="e", energies=given(LIGHT, [-1, 1], named="edges"), flux=LIGHT),
    row(Continuum.table, flavour=FLAVOURS, energies=LIGHT, flux=LIGHT),
    row(Continuum.table, flavour="e", energies=LIGHT, flux=not_negatives(LIGHT, [1.0, -1.0])),
    row(Continuum.table, flavour="e", energies=LIGHT, flux=given(LIGHT, [1.0], named="has")),
    row(SNS.components[1].flux, energy=finites(1.0)),
    row(SNS.components[1].moments, e_min=not_negatives(1.0)),
    row(Source, name="nothing", components=given((Line("e", 1.0, 1.0),), (), named="components")),
    row(SNS.moments, e_min=not_negatives(1.0)),
    *(row(each.fold, function=FUNCTION) for each in (SNS, *SNS.components[:2])),
    *(row(each.fold, function=np.ones_like, low=LOW) for each in (SNS, *SNS.components[:2])),
    *(row(each.fold, function=np.ones_like, high=HIGH) for each in (SNS, *SNS.components[:2])),
    row(SNS.mean, function=FUNCTION, low=given(1.0, -1.0, np.nan, 60.0), high=HIGH),
    row(SNS.within, start=finite(0.0, 2e4), end=finite(6e3, -1.0)),
    row(ArrivalTimes, edges=given(LIGHT, *NO_BINS), shares=[0.5]),
    row(ArrivalTimes, edges=LIGHT, shares=not_negatives([0.5], [1.1])),
    row(ArrivalTimes(LIGHT, [0.5]).share, start=finites(0.0, 3.0), end=finites(2.0, -1.0)),
    row(ArrivalTimes(LIGHT, [0.5]).within, start=finite(0.0, 3.0), end=finite(2.0, -1.0, 0.5)),
    row(scattering.momentum_transfer_squared, mass=positive(1e5), recoil=not_negatives(0.01)),
    row(scattering.recoil_max, mass=positive(1e5), energy=not_negatives(30.0)),
    row(scattering.energy_min, mass=positive(1e5), recoil=not_negatives(0.01)),
    row(scattering.coefficients, scatterer=SCATTERER, recoil=0.01),
    row(scattering.coefficients, scatterer=CAESIUM, recoil=not_negatives(0.01)),
    row(scattering.coefficients, scatterer=CAESIUM, recoil=0.1, flavour=FLAVOURS),
    row(scattering.cross_section, scatterer=SCATTERER, energy=30.0, recoil=0.01),
    row(scattering.cross_section, scatterer=CAESIUM, energy=positives(30.0), recoil=0.01),
    row(scattering.cross_section, scatterer=CAESIUM, energy=30.0, recoil=not_negatives(0.01)),
    row(scattering.cross_section, scatterer=CAESIUM, energy=3, recoil=0, coupling=finites(0.0)),
    row(scattering.cross_section, scatterer=CAESIUM, energy=3, recoil=0, flavour=FLAVOURS),
    row(scattering.cross_section, **STRONG, coupling=finites(0.0, 1e200)),
    row(scattering.cross_section, **STRONG | {"mediator": HUGE}, coupling=finites(0.0, 1e59)),
    row(scattering.cross_section, **HIT | {"energy": given(30.0, [3.0] * 3, named="energy .*,")}),
    row(scattering.cross_section, **HIT, mediator=THREE),
    row(scattering.rate, **SEEN, mediator=THREE),
    *(row(massless.propagator, Q2=STOPS) for massless in MASSLESS),
    *(row(scattering.rate, **SEEN | {"recoil": STOPS}, mediator=m) for m in MASSLESS),
    *(row(scattering.cross_section, **HIT | {"recoil": STOPS}, mediator=m) for m in MASSLESS),
    row(scattering.rate, scatterer=SCATTERER, source=SNS, recoil=0.01),
    row(scattering.rate, scatterer=CAESIUM, source=SNS, recoil=not_negatives(0.01)),
    row(
        scattering.rate_per_mass, target=given(target("CsI"), CAESIUM, "CsI"), source=SNS, recoil=1
    ),
    row(scattering.rate, scatterer=CAESIUM, source=SNS, recoil=0.01, coupling=finites(0.0)),
    row(fluxes.sns, protons_per_time=positive(1e7, 1e23), neutrinos_per_proton=positive(0.08)),
    row(fluxes.sns, distance=positive(1e4, 19.3)),
    row(fluxes.ess, distance=positive(2e4, 20.0)),
    row(fluxes.pion_decay_at_rest, protons_per_time=positive(1e7, 1e23), **PULSED),
    row(fluxes.pion_decay_at_rest, protons_per_time=1e7, **PULSED | {"distance": positive(1e4)}),
    row(fluxes.pulsed, mean=finite(440.0), width=positive(150.0), edges=given(LIGHT, *NO_BINS)),
    row(fluxes.chromium51, activity=positive(1e8, 3.4), distance=positive(500.0, 0.5)),
    row(fluxes.energy_per_fission, fuel=FUEL),
    row(fluxes.reactor, above="summation", fuel=FUEL, energy_per_fission=positive(206.0, 2e8)),
    row(fluxes.inverse_beta_decay, energy=positives(4.0, 300.1, [4.0, 1e300])),
    row(fluxes.reactor, power=positive(1e10, 3.0), distance=positive(1e3, 25.0)),
    row(fluxes.reactor, above=given("exponential", "huber", "", None)),
    row(fluxes.reactor, below=given("exponential", "daya-bay", "Summation", None)),
    row(Lindhard, Z=positive(32), k=positive(0.162)),
    row(QuenchingTable, recoils=not_negatives(LIGHT, *NO_BINS), factors=positives(LIGHT, [1.0])),
    row(Sharp, gain=positive(1.0), quenching=QUENCHING),
    row(Photoelectrons, gain=positive(1000.0, 2.31), below=finite(0.5, -0.1, 1.1)),
    row(Photoelectrons, gain=1000.0, quenching=QUENCHING),
    row(Gaussian, sigma=SIGMA, quenching=QUENCHING),
    row(Gamma, sigma=SIGMA, quenching=QUENCHING),
    row(Matrix, recoils=not_negatives(LIGHT, *NO_BINS), table=not_negatives([[0.5]])),
    row(Matrix, recoils=LIGHT, table=given([[0.5]], [[0.7, 0.7]], [[0.5], [0.5]], named="table")),
    row(Experiment, **AR, response=given(Sharp(), None, "sharp")),
    row(Experiment, **AR | {"target": given(AR["target"], "Ar", None)}),
    row(Experiment, **AR | {"source": given(SNS, "SNS", None)}),
    row(Experiment, **AR | {"exposure": positive(AR["exposure"], 10 * kg, 1e300)}),
    row(Experiment, **AR | {"bins": not_negatives(AR["bins"], *NO_BINS)}),
    row(Experiment, **AR, efficiency=EFFICIENCY),
    row(Experiment, **AR, background=not_negative(0.0), sigma_alpha=not_negative(0.1, 1e50)),
    row(Experiment, **AR, background=given(0.0, (TWO,), (Background([1]),), named="background ")),
    row(Experiment, **AR, background=given(0.0, 1e-20, (Background(TWO),)), data=(TWO, TWO)),
    row(Experiment, **AR, data=given(TWO, 5, (), [1.0], [1.0, -1.0], [1.0, np.nan], named="data ")),
    row(Experiment, **AR, data=given((TWO, np.eye(2)), (TWO, np.ones((2, 2))), (TWO, np.tri(2)))),
    row(Experiment, **AR, data=given((TWO, TWO), (TWO, np.eye(3)), named="data has")),
    row(Experiment, **AR, shapes=given((TWO,), ([1.0],), ([1.0, np.nan],), named="shapes = ")),
    row(Experiment, **AR, times=given([0, 1e3, 6e3], *NO_BINS, [np.nan, 1.0])),
    row(Experiment, **AR | {"source": fluxes.ess()}, times=given(None, LIGHT)),
    row(
        Experiment,
        **AR,
        times=LIGHT,
        background=given((), 1e-20, (Background([1] * 3),), named="background "),
    ),
    row(Background, counts=not_negatives(TWO), error=not_negative(0.1)),
    row(Experiment, **AR, data=given((TWO, TWO), (TWO, [1.0, 0.0]), ([1.0, np.nan], TWO))),
    row(Experiment, **AR, data=given((TWO, TWO), ([1.0] * 3, [1.0] * 3), named="data has")),
    row(CSI.polynomial, mediator=given(VECTOR, HUGE, *NAN_OR_ZERO[:1])),
    row(CSI.counts, mediator=VECTOR, coupling=finites(0.0, 1e200)),
    row(CSI.counts, mediator=replace(HUGE, neutrinos=(1.0,) * 3), coupling=finites(0.0, 1e59)),
    row(CSI.counts, coupling=given(0.0, 1.0)),
    row(CSI.counts, mediator=given(VECTOR, "V"), coupling=1.0),
    row(CSI.counts, mediator=MANY, coupling=given([0.0, 0.0], [1e-9] * 3, named="coupling .*")),
    row(OPEN.counts, mediator=given(None, VECTOR, named="bins = ")),
    row(CSI.counts, mediator=given(VECTOR, Vector(1e-9, lambda Q2: 1e160 * Q2))),
    row(OPEN_CHARGE.counts, mediator=given(None, VECTOR, named="bins = ")),
    row(ARGON.observing, mediator=given(VECTOR, "Z'", None), coupling=finite(0.0)),
    row(ARGON.observing, mediator=given(VECTOR, MANY, named="mediator.mass = "), coupling=1e-8),
    row(Experiment, **AR, data=given(None, (TWO, TWO), named="truth = "), truth=(VECTOR, 0.0)),
    row(check_mediator, mediator=given(VECTOR, "Z'", None)),
    row(check_one_mass, mediator=given(VECTOR, "Z'", None)),
    row(check_one_mass, mediator=given(VECTOR, MANY, named="mediator.mass = ")),
    row(Joint, parts=given((CSI, ARGON), (), CSI), sigma_alpha=not_negative(0.1, 1e50)),
    row(Joint, parts=given((CSI,), (CSI, "CsI"), named="experiment = "), sigma_alpha=0.1),
    row(Joint, parts=given((CSI,), (Joint((CSI,), 0.1),), named="parts"), sigma_alpha=0.1),
    row(
        Joint,
        parts=given((CSI,)),
        sigma_alpha=given(0.1),
        separate=given(True),
        sources=given({"SNS": 0.1}, {"ESS": 0.1}, {"SNS": -0.1}, {"SNS": 0.5}, 0.1, None),
    ),
    row(Joint((CSI,), 0.1).counts, mediator=VECTOR, coupling=finites(0.0)),
    row(Joint((CSI,), 0.1).polynomial, mediator=given(VECTOR, *NAN_OR_ZERO[:1])),
    row(Joint((ARGON,), 0.1).observing, mediator=given(VECTOR, None, "Z"), coupling=finite(0.0)),
    row(check_measurement, experiment=EXPERIMENT),
    row(solar.pp_spectrum, energy=not_negatives(0.1), endpoint=positives(0.42, 1e50)),
    row(solar.survival_probability, energy=not_negatives(1.0), electron_density=not_negatives(1.0)),
    row(solar.hep_spectrum, energy=not_negatives(0.1), endpoint=positives(18.784, 1e50)),
    row(solar.pp_spectrum, energy=TWO, endpoint=given(TWO, [0.4] * 3, named=r"endpoint \(3,\)")),
    row(solar.source, component=given("pp", "n13", "", ["pp"], None)),
    row(solar.source, component="b8", flux=given(1e-6, 0.0, -1.0, np.nan, [1.0], "much", 5.25e6)),
    row(since_2018.xenonnt_b8, runs=given(("sr0",), ("sr3",), ("sr1", "sr0"), (), "sr0", None)),
    row(coherent.coherent_csi_2017, timing=given(True, "yes", 1, None)),
    row(solar.borexino, threshold=not_negative(0.19, 0.3)),
    row(solar.borexino, fluxes=given({"be7": 4.93e7 / (cm2 * s)}, {"b8": 1e4}, 5e9, ["be7"])),
    row(experiments.coherent_efficiency, charge=finites(10.0)),
    row(experiments.carried_over, recoil=finites(0.01)),
    row(experiments.coherent_csi_future, exposure=positive(1e36), efficiency=EFFICIENCY),
    row(experiments.coherent_ar_future, exposure=positive(1e36), efficiency=EFFICIENCY),
    row(experiments.coherent_nai_future, exposure=positive(1e36), efficiency=EFFICIENCY),
    row(experiments.reactor_ge, exposure=positive(1e36)),
    row(experiments.reactor_si, exposure=positive(1e36)),
    row(poisson_likelihood, experiment=given(ARGON, "Ar", None)),
    row(poisson_likelihood, experiment=given(ARGON, CSI, COUNTED, named="data = ")),
    row(poisson_likelihood, experiment=ARGON, mediator=VECTOR, coupling=finites(0.0)),
    row(poisson_couplings, experiment=ARGON, mediator=given(VECTOR, None, *NO_EFFECT)),
    row(poisson_couplings, experiment=ARGON, mediator=VECTOR, n_sigma=positive(2.0)),
    row(poisson_couplings, experiment=ARGON, mediator=given(VECTOR, MANY, named="mediator.mass")),
    row(toys.pseudo_data, **TOYS, toys=positive(3, 1.5), seed=finite(1)),
    row(toys.pseudo_data, **TOYS | {"experiment": EXPERIMENT, "coupling": finite(0.0)}),
    row(toys.pseudo_data, **TOYS | {"mediator": given(VECTOR, "V", None)}),
    row(toys.profile_toys, experiment=CSI, mediator=VECTOR, observed=finites([[1.0] * 12])),
    row(toys.coverage, **TOYS, n_sigma=positive(2.0)),
    row(toys.critical_value, **TOYS, n_sigma=positive(2.0)),
    row(
        toys.calibrated_couplings,
        experiment=CSI,
        mediator=VECTOR,
        n_sigma=positive(2.0),
        toys=positive(200, 0.5),
        seed=finite(1),
    ),
    row(
        toys.feldman_cousins,
        experiment=CSI,
        mediator=VECTOR,
        couplings=given([-1e-8, 1e-8], *NO_BINS),
        critical=not_negatives([4.0, 4.0]),
    ),
    row(scanning.scan, function=given(abs, 3, None), points=[1], executor=given(None, "two", 2)),
    row(signal_strength, measured=given(CSI, "CsI", None, target("CsI"))),
    row(poisson_strength, measured=given(Template(TWO, (), [1, 1]), "CsI", None)),
    row(
        Template,
        signal=not_negatives(TWO),
        backgrounds=given((), [1], (Background([1.0]),), named="background"),
        data=[1, 1],
    ),
    row(Template, signal=TWO, backgrounds=(), data=given([1, 1], 5, [1.0, -1.0])),
    row(chi_squared, experiment=EXPERIMENT),
    row(chi_squared, experiment=given(CSI, HALF, GAP, named="bins = ")),
    row(chi_squared, experiment=CSI, mediator=VECTOR, coupling=finites(0.0, 1e120, 1e155, -1e200)),
    row(closest, experiment=EXPERIMENT, mediator=given(VECTOR, None, "V", Vector([]))),
    row(chi_squared, experiment=CSI, mediator=LARGE, coupling=finites(0.0, 1e50)),
    row(allowed_couplings, experiment=EXPERIMENT, mediator=VECTOR),
    row(allowed_couplings, experiment=CSI, mediator=VECTOR, n_sigma=positive(2.0)),
    row(allowed_couplings, experiment=CSI, mediator=given(VECTOR, None, "V", *NO_EFFECT)),
    row(allowed_couplings, experiment=CSI, mediator=given(VECTOR, SQUARE, named="mediator.mass")),
    row(allowed_couplings, experiment=given(ARGON, OPEN, GAP, named="bins = "), mediator=VECTOR),
    row(allowed_couplings, experiment=given(ARGON, BEYOND, named="no count"), mediator=VECTOR),
    row(Profile.of, experiment=EXPERIMENT, mediator=VECTOR),
    row(Profile.of(CSI, VECTOR).bands, n_sigma=positive(2.0)),
    row(limits.limit_curve, experiment=EXPERIMENT, mediator=MANY),
    row(limits.limit_curve, experiment=CSI, mediator=MANY, n_sigma=positive(2.0)),
    row(limits.limit_curve, experiment=CSI, mediator=given(MANY, VECTOR, named="mediator.mass = ")),
    row(choices.with_yield, experiment=given(CSI, "CsI", None, ARGON), factor=positive(1.2)),
    row(choices.projections, experiment=EXPERIMENT),
    row(choices.bump, experiment=EXPERIMENT, mediator=given(MANY, VECTOR, named="mediator.mass")),
    row(choices.above_standard_model, experiment=EXPERIMENT, mediator=VECTOR),
    row(
        choices.above_standard_model,
        experiment=CSI,
        mediator=given(VECTOR, MANY, named="mediator.mass"),
    ),
    row(choices.above_standard_model, experiment=CSI, mediator=VECTOR, n_sigma=positive(2.0)),
    row(choices.LogNormal, experiment=EXPERIMENT, width=positive(0.28)),
    row(choices.FreeYield, experiment=given(CSI, "CsI", None, ARGON), width=positive(0.19, 0.4)),
    row(LOG_NORMAL.allowed_couplings, mediator=VECTOR, n_sigma=positive(2.0)),
    row(LOG_NORMAL.allowed_couplings, mediator=given(VECTOR, None, *NO_EFFECT)),
    row(LOG_NORMAL.allowed_couplings, mediator=given(VECTOR, MANY, named="mediator.mass")),
    row(LOG_NORMAL.chi_squared, mediator=VECTOR, coupling=finites(0.0)),
    row(FREE_YIELD.chi_squared, mediator=VECTOR, coupling=finites(0.0)),
    row(limits.typical_momentum, experiment=EXPERIMENT),
    row(limits.typical_momentum, experiment=given(ARGON, BEYOND)),
    row(limits.first_edge, experiment=EXPERIMENT, mediator=VECTOR, n_sigma=positive(2.0)),
    row(limits.first_edge, experiment=CSI, mediator=given(VECTOR, MANY, named="mediator.mass = ")),
    row(limits.LimitCurve, masses=finites([1.0]), bands=given([[(0, 1)]], [[]], [[(1, 0)]])),
    row(limits.LimitCurve, masses=given([1.0], [1.0, 2.0], named="has"), bands=[[(0.0, 1.0)]]),
    row(weak_charge_shift, mediator=given(VECTOR, *NOT_IN_ATOMS), coupling=finites(1e-8)),
    row(weak_charge_shift, mediator=VECTOR, coupling=1e-8, momentum=positive(2.4)),
    row(weak_charge_shift, mediator=MANY, coupling=given(0.1, [1.0] * 3, named="coupling .*")),
    row(caesium_limit, mediator=given(MANY, *NOT_IN_ATOMS, *NAN_OR_ZERO)),
    row(caesium_limit, mediator=given(MANY, VECTOR, named="mediator.mass = ")),
    row(caesium_limit, mediator=MANY, n_sigma=positive(2.0), momentum=positive(2.4)),
    row(
        caesium_limit, mediator=MANY, measured=finites((-73.0, 0.4), -73.0, [1.0] * 3, (-73.0, 0.0))
    ),
    row(b_decays.ckm, lam=finite(0.2), a=finite(0.8), rho_bar=finite(0.1), eta_bar=finite(0.3)),
    row(b_decays.ckm, lam=given(0.2, 5.0, named="lam gives"), rho_bar=given(0.1, 200.0)),
    row(b_decays.ckm, lam=0.9, a=1.0, rho_bar=given(0.1, 1 / 0.81**2), eta_bar=0.0),
    row(b_decays.coupling_matrices, g=finites([1.0] * 3, [1.0, 2.0]), theta=finite(0.1)),
    row(b_decays.delta_c9, q2=not_negatives(GEV2), x_h=finites(1e-8), mass=not_negatives(10.0)),
    row(b_decays.delta_c9, q2=40000.0, x_h=1e-8, mass=given(10.0, 200.0)),
    row(b_decays.branching_ratio, mode=MODE, q2=finites(GEV2, 4e4, [1e6, 23e6])),
    row(b_decays.branching_ratio, mode="K", q2=GEV2, lepton=given("e", "tau")),
    row(b_decays.branching_ratio, mode="K", q2=GEV2, delta_c9=finites(0.0, 1e200)),
    row(b_decays.branching_ratio, mode="K", q2=GEV2, delta_c10=finites(0.0, 1e200)),
    row(b_decays.ratio, **BIN | {"mode": MODE}),
    row(b_decays.ratio, **BIN | {"q2_min": finite(1.1 * GEV2, 0.04 * GEV2, 6 * GEV2)}),
    row(b_decays.ratio, **BIN | {"q2_max": finite(6 * GEV2, 23 * GEV2, 1.1 * GEV2)}),
    row(b_decays.ratio, **BIN, delta_c9=finites(0.0), delta_c10=finites(0.0)),
    row(b_decays.ratio, **BIN, delta_c9=given(0.0, pole, named="delta_c9 varies too fast")),
    row(b_decays.ratio, **BIN, delta_c9=given(0.0, lambda q2: np.ones(3), named="delta_c9 ")),
    row(b_decays.divergence_part, **BIN | {"mode": MODE}, delta_c10=finites(0.5)),
    row(
        b_decays.divergence_part,
        **BIN
        | {
            "q2_min": finite(1.1 * GEV2, 0.04 * GEV2, 6 * GEV2),
            "q2_max": finite(6 * GEV2, 23 * GEV2),
        },
        delta_c10=0.5,
    ),
    row(
        b_fits.scanned,
        data=[RATIO],
        shifts=finites(-1.0),
        lepton=given("e", "tau"),
        muon=given("left", "right"),
        power=given(0, 2, -1),
        mass=not_negative(10.0),
    ),
    row(b_decays.amplitudes, mode=MODE, q2=positives(GEV2, 23 * GEV2)),
    row(b_decays.meson_momentum, mode=MODE, q2=not_negatives(0.0, 5.415**2 * GEV2)),
    row(b_decays.form_factors, mode=MODE, q2=not_negatives(0.0, 5.415**2 * GEV2)),
    row(b_fits.polynomial, **BIN, mass=not_negatives(10.0, 2000.0, [10.0, 2000.0])),
    row(b_fits.polynomial, **BIN, mass=10.0, muon=given("left", "right")),
    row(b_fits.polynomial, **BIN | {"q2_min": finite(1.1 * GEV2), "mass": 10.0}),
    row(b_fits.polynomial, **BIN | {"q2_max": finite(6 * GEV2), "mass": 10.0}),
    row(b_fits.polynomial, **BIN | {"mode": MODE, "mass": 10.0}),
    row(b_fits.MeasuredRatio, **BIN, value=finite(0.7), up=positive(0.1), down=positive(0.1)),
    row(b_fits.MeasuredRatio.pull, self=RATIO, ratio=finites(1.0)),
    row(b_fits.MeasuredRatio.predicted, self=RATIO, x_h=finites(1e-8), mass=not_negatives(10.0)),
    row(b_fits.MeasuredRatio.predicted, self=RATIO, x_h=0, mass=10.0, muon=given("left", "right")),
    row(b_fits.chi_squared, data=[RATIO], x_h=finites(1e-8), mass=not_negatives(10.0, 2000.0)),
    row(b_fits.chi_squared, data=[RATIO], x_h=1e-8, mass=10.0, muon=given("left", "right")),
    row(b_decays.ratio, **BIN, lepton=given("e", "tau", None)),
    row(b_fits.measurements, year=given(2018, 2020)),
    row(b_fits.fit, data=given([RATIO], []), mass=not_negatives(LIGHT, [], 10.0, [2000.0])),
    row(b_fits.fit, data=[RATIO], mass=LIGHT, n_sigma=positive(1.0), muon=given("left", "right")),
    row(b_bounds.z_prime, mode=MODE, mass=positives(10.0)),
    row(b_bounds.z_prime, mode="K", mass=given(10.0, 5000.0, named="q2 = ")),
    row(b_bounds.chi_pairs, m_chi=positive(1000.0, 2393.0)),
    row(
        b_bounds.least_ratio,
        x_h=finites(1e-8),
        x_l=positives(1e-9),
        q0=positive(50.0),
    ),
    row(b_bounds.decay_room, year=given(2018, 2019, 0)),
    row(b_bounds.mixing_room, year=given(2025, 2019, 0)),
    row(b_bounds.largest_vertices, year=given(2018, 2019), mass=positives(10.0)),
    row(muon_bounds.ccfr_limit, mass=not_negatives(10.0), n_sigma=positive(2.0)),
    row(muon_bounds.largest_couplings, year=given(2018, 2019), mass=positives(10.0)),
    row(b_bounds.mixing_shift, coupling=finites(1e-13)),
    row(muon_bounds.magnetic_moment, mass=positives(10.0), vector=finites(1e-3)),
    row(muon_bounds.magnetic_moment, mass=10.0, vector=0.0, axial=finites(1e-3)),
    row(muon_bounds.magnetic_moment, mass=LIGHT, vector=given(1e-3, [1.0] * 3, named="mass .*")),
    row(muon_bounds.trident_averages, mass=not_negatives(10.0), energy=positive(1.6e5, 160.0)),
    row(muon_bounds.trident_averages, mass=10.0, target=given(CAESIUM, "Fe-56", target("Fe"))),
    row(muon_bounds.trident_rate, averages=AVERAGES, coupling=finites(1e-3)),
    row(muon_bounds.trident_limit, averages=AVERAGES, most=positive(1.4, 1.0, 0.9)),
    row(quoted, quantity=given("a_mu", "a_e", None), year=2018),
    row(quoted, quantity="a_mu", year=given(2018, 2020, named="year = ")),
]

CASES = [(call, arguments, name) for call, arguments in ROWS for name in arguments]
CASES = [case for case in CASES if isinstance(case[1][case[2]], Given)]

WITHOUT_BAD_INPUT = {
    # results
    "b_decays.Decay",
    "b_fits.Fit",
    "strength.Strength",
    # take what was checked when it was made
    "mediators.Vector.charge",
    "mediators.Scalar.charge",
    # write and draw what there is, and read it back (test_limits.py)
    "limits.LimitCurve.from_csv",
    "limits.LimitCurve.plot",
    "limits.LimitCurve.to_csv",
    "limits.LimitCurve.to_hepdata",
    # takes any number of curves (test_limits.py)
    "limits.strongest",
    # serve the functions above
    "choices.Scanned.chi_squared",
    "detectors.Experiment.whitened",
    "joint.Joint.whitened",
    "joint.by_part",
    "detectors.check_sigma_alpha",
    "measurements.check_background",
    "measurements.check_data",
    "measurements.check_shapes",
    "measurements.total_background",
    "measurements.Whitening",
    "measurements.Whitening.of",
    "poisson.profile",
    "poisson.search",
    "poisson.warn_of_few_counts",
    "statistics.scaled_polynomial",
    "strength.Template.whitened",
    "published.read_table",
    "nuclei.Nucleus.spread",  # bare: form factors look at Q²
    "nuclei.Electron.spread",
    "scattering.mediator_powers",
    "prediction.Prediction",
    "prediction.Prediction.of",
    "prediction.Prediction.polynomial",
    "prediction.Recoils",
    "nuclei.Target.each",
    "quadrature.gauss_legendre",
    "responses.Response",
    *(
        f"responses.{name}.{method}"
        for name in ("Response", "Sharp", "Photoelectrons", "Gaussian", "Matrix")
        for method in ("panels", "probability")
    ),
    "responses.efficiency_steps",
    "quenching.check_quenching",
    "quenching.mean_signal",
    "quenching.recoil_of_signal",
    "statistics.Profile",
    "statistics.Profile.chi_squared",
    "statistics.Profile.quartic",
    "statistics.evaluate",
    "statistics.join",
    "statistics.multiply",
    "statistics.roots",
    "statistics.square",
}


def name_of(call):
    """Return "module.function" or "module.Class.method"."""
    return f"{call.__module__}.{call.__qualname__}".removeprefix("portal.")


def public_names():
    """Functions, classes and methods of portal that take arguments."""
    for module in pkgutil.iter_modules(portal.__path__, "portal."):
        if module.ispkg or module.name.startswith("portal._"):
            continue
        for name, thing in vars(import_module(module.name)).items():
            if getattr(thing, "__module__", "") != module.name or name.startswith("_"):
                continue
            if inspect.isclass(thing) and issubclass(thing, Warning):
                continue
            methods = inspect.getmembers(thing, inspect.isroutine) if inspect.isclass(thing) else []
            own = [m for n, m in methods if n[0] != "_" and m.__module__.startswith("portal")]
            for call in (thing, *own) if callable(thing) else ():
                if set(inspect.signature(call).parameters) - {"self"}:
                    yield name_of(call)


def test_every_public_name_has_its_row():
    rows = {name_of(call) for call, _ in ROWS}
    public = set(public_names())
    assert public - rows - WITHOUT_BAD_INPUT == set(), "write a row for these"
    assert public - rows >= WITHOUT_BAD_INPUT


def refusal(call, arguments):
    """Return the message with which a call refuses its arguments."""
    try:
        with np.errstate(all="ignore"):
            call(**arguments)
    except (TypeError, ValueError) as error:
        return str(error)
    return "accepted"


@pytest.mark.parametrize(
    ("call", "arguments", "name"), CASES, ids=[f"{name_of(c)}-{name}" for c, _, name in CASES]
)
def test_bad_values_are_named(call, arguments, name):
    good = {k: a.good if isinstance(a, Given) else a for k, a in arguments.items()}
    call(**good)
    expected = arguments[name].named or rf"\b{name} = "
    for bad in arguments[name].bad:
        message = refusal(call, good | {name: bad})
        assert re.search(f"(?s){expected}.*give ", message), f"{name} = {bad!r}"
