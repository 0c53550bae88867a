"""Bad input names its argument; good input, however extreme, never gives NaN."""

import numpy as np
import pytest
from hepunits import day, fm, keV, kg
from hypothesis import given, settings
from hypothesis import strategies as st

import portal
from portal import Experiment, Scalar, Vector, direct, loop, suppressed
from portal.experiments import coherent_csi_2017, coherent_efficiency
from portal.fluxes import sns
from portal.limits import typical_momentum
from portal.loops import j_integral, k_integral, scalar_loop
from portal.nuclei import SKIN, Electron, Nucleus, Target, nucleus, target
from portal.parity_violation import caesium_limit, weak_charge_shift
from portal.responses import Photoelectrons, Sharp
from portal.scattering import (
    coefficients,
    cross_section,
    energy_min,
    momentum_transfer_squared,
    rate,
    recoil_max,
)
from portal.sources import FLAVOURS, Continuum, Line, Source

CAESIUM = nucleus("Cs-133")
NOT_POSITIVE = [-1.0, 0.0, np.nan, np.inf, -np.inf]
NEGATIVE = [-1.0, -1e-300, np.nan, np.inf]


def experiment(**changes):
    setup = {
        "target": target("Ar"),
        "source": sns(),
        "exposure": 100 * kg * day,
        "bins": [0.02, 0.04, 0.06],
    }
    return Experiment(**(setup | changes))


def caesium(**changes):
    return caesium_limit(**({"mediator": Vector([1.0, 2.0])} | changes))


def material(**changes):
    return Target(**({"name": "X", "parts": ((CAESIUM, 1.0),), "unit_mass": 1.2e5} | changes))


CALLS = {
    "j_integral": j_integral,
    "k_integral": k_integral,
    "loop": lambda **k: loop(**({"m_chi": 20.0, "scale": 50.0, "q_max": 100.0} | k)),
    "scalar_loop": lambda **k: scalar_loop(**({"m_chi": 20.0, "scale": 50.0, "cutoff": 100.0} | k)),
    "momentum_transfer_squared": lambda **k: momentum_transfer_squared(
        **({"mass": 1e5, "recoil": 0.01} | k)
    ),
    "recoil_max": lambda **k: recoil_max(**({"mass": 1e5, "energy": 30.0} | k)),
    "energy_min": lambda **k: energy_min(**({"mass": 1e5, "recoil": 0.01} | k)),
    "cross_section": lambda **k: cross_section(
        **({"scatterer": CAESIUM, "energy": 30.0, "recoil": 0.01} | k)
    ),
    "rate": lambda **k: rate(**({"scatterer": CAESIUM, "source": sns(), "recoil": 0.01} | k)),
    "coefficients": lambda **k: coefficients(**({"scatterer": CAESIUM, "recoil": 0.01} | k)),
    "form_factor": CAESIUM.form_factor,
    "moments": sns().moments,
    "flux": sns().components[1].flux,
    "Vector": Vector,
    "Scalar": Scalar,
    "direct": direct,
    "suppressed": suppressed,
    "suppressed(50)": suppressed(50.0),
    "propagator": Vector(1.0).propagator,
    "weak_charge_shift": lambda **k: weak_charge_shift(
        **({"mediator": Vector(1.0), "coupling": 1e-8} | k)
    ),
    "caesium_limit": caesium,
    "sns": sns,
    "Sharp": Sharp,
    "Photoelectrons": lambda **k: Photoelectrons(**({"gain": 1000.0} | k)),
    "Experiment": experiment,
    "coherent_efficiency": coherent_efficiency,
    "Line": lambda **k: Line(**({"flavour": "e", "energy": 1.0, "flux": 1.0} | k)),
    "table": lambda **k: Continuum.table(
        **({"flavour": "e", "energies": [1.0, 2.0], "flux": [1.0, 1.0]} | k)
    ),
    "Nucleus": lambda **k: Nucleus(
        **({"name": "X", "Z": 6, "N": 6, "mass": 11174.9, "radius": 2.47 * fm} | k)
    ),
    "Electron": Electron,
    "Target": material,
    "nucleus": nucleus,
    "target": target,
    "counts": lambda **k: experiment().counts(Vector(1.0), **k),
    "allowed_couplings": lambda **k: portal.allowed_couplings(experiment(), Vector(1.0), **k),
    "limit_curve": lambda **k: portal.limit_curve(experiment(), Vector([1.0]), **k),
}

BAD = [
    *((call, "s", v) for call in ("j_integral", "k_integral") for v in [np.nan, [1.0, np.inf]]),
    *(("loop", name, v) for name in ("m_chi", "scale", "q_max") for v in NOT_POSITIVE),
    *(("scalar_loop", name, v) for name in ("m_chi", "scale", "cutoff") for v in NOT_POSITIVE),
    *((call, "tree", v) for call in ("loop", "scalar_loop") for v in [np.nan, np.inf]),
    *(("momentum_transfer_squared", "mass", v) for v in NOT_POSITIVE),
    *(("momentum_transfer_squared", "recoil", v) for v in NEGATIVE),
    *(("recoil_max", "mass", v) for v in NOT_POSITIVE),
    *(("recoil_max", "energy", v) for v in NEGATIVE),
    *(("energy_min", "mass", v) for v in NOT_POSITIVE),
    *(("energy_min", "recoil", v) for v in NEGATIVE),
    *(("cross_section", "energy", v) for v in [*NOT_POSITIVE, [1.0, 0.0]]),
    *(("cross_section", "recoil", v) for v in [*NEGATIVE, [0.01, np.nan]]),
    *(("cross_section", "flavour", v) for v in ["", "sterile", "MU"]),
    *(("cross_section", "coupling", v) for v in [np.nan, np.inf]),
    *(("rate", "recoil", v) for v in NEGATIVE),
    *(("rate", "coupling", v) for v in [np.nan, np.inf]),
    *(("coefficients", "recoil", v) for v in NEGATIVE),
    *(("coefficients", "flavour", v) for v in ["", "sterile"]),
    *(("form_factor", "Q2", v) for v in NEGATIVE),
    *(("moments", "e_min", v) for v in NEGATIVE),
    *(("flux", "energy", v) for v in [np.nan, np.inf]),
    *(("Vector", "mass", v) for v in [*NEGATIVE, [1.0, -1.0]]),
    *(("Scalar", "mass", v) for v in NEGATIVE),
    *(
        (call, "Q2", v)
        for call in ("direct", "suppressed(50)", "propagator")
        for v in [np.nan, np.inf]
    ),
    *(("suppressed", "q0", v) for v in NOT_POSITIVE),
    *(
        (call, "momentum", v)
        for call in ("weak_charge_shift", "caesium_limit")
        for v in NOT_POSITIVE
    ),
    *(("weak_charge_shift", "coupling", v) for v in [np.nan, np.inf]),
    *(("caesium_limit", "n_sigma", v) for v in NOT_POSITIVE),
    *(("sns", "distance", v) for v in NOT_POSITIVE),
    *(("sns", "protons_per_time", v) for v in NOT_POSITIVE),
    *(("sns", "neutrinos_per_proton", v) for v in NOT_POSITIVE),
    *(("Sharp", "gain", v) for v in NOT_POSITIVE),
    *(("Photoelectrons", "gain", v) for v in NOT_POSITIVE),
    *(("Photoelectrons", "below", v) for v in [-0.1, 1.1, np.nan]),
    *(("Experiment", "exposure", v) for v in NOT_POSITIVE),
    *(("Experiment", "sigma_alpha", v) for v in NEGATIVE),
    *(("Experiment", "background", v) for v in NEGATIVE),
    *(
        ("Experiment", "bins", v)
        for v in [[2.0, 1.0], [1.0, 1.0], [1.0], 1.0, [-1.0, 1.0], [0.0, np.nan], [0.0, np.inf]]
    ),
    ("coherent_efficiency", "charge", np.nan),
    *(("Line", "energy", v) for v in NOT_POSITIVE),
    *(("Line", "flux", v) for v in NEGATIVE),
    ("Line", "flavour", "sterile"),
    *(("table", "energies", v) for v in [[2.0, 1.0], [1.0, 1.0], [1.0, np.nan], [-1.0, 1.0]]),
    *(("table", "flux", v) for v in [[1.0, -1.0], [1.0, np.nan]]),
    *(("Nucleus", "mass", v) for v in NOT_POSITIVE),
    *(("Nucleus", "radius", v) for v in [*NOT_POSITIVE, 1.5 * fm, np.sqrt(3) * SKIN]),
    *(("Nucleus", name, v) for name in "ZN" for v in [*NEGATIVE, 6.5]),
    *(("Electron", "mass", v) for v in NOT_POSITIVE),
    *(("Target", "unit_mass", v) for v in NOT_POSITIVE),
    *(("Target", "parts", v) for v in [(), *(((CAESIUM, n),) for n in NOT_POSITIVE)]),
    *(("nucleus", "name", v) for v in ["", "Xe-132", "cs-133", "Cs133"]),
    *(
        ("target", "formula", v)
        for v in ["", "Xe", "C", "csi", "CsI2x", "Cs0", "Cs0I", "2CsI", "Cs I", "CsI "]
    ),
    *(("counts", "coupling", v) for v in [np.nan, np.inf]),
    *(("allowed_couplings", "n_sigma", v) for v in NOT_POSITIVE),
    *(("limit_curve", "n_sigma", v) for v in NOT_POSITIVE),
]


@pytest.mark.parametrize(("call", "argument", "value"), BAD)
def test_bad_values_are_named(call, argument, value):
    # an edge of a table is an energy, whichever name it has inside
    with pytest.raises(ValueError, match=rf"\b({argument}|edges)\b = .*: give "):
        CALLS[call](**{argument: value})


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        ("momentum_transfer_squared", "recoil"),
        ("recoil_max", "energy"),
        ("cross_section", "energy"),
        ("rate", "recoil"),
        ("form_factor", "Q2"),
        ("moments", "e_min"),
        ("Vector", "mass"),
        ("Experiment", "bins"),
        ("suppressed", "q0"),
        ("Nucleus", "radius"),
        ("weak_charge_shift", "coupling"),
    ],
)
@pytest.mark.parametrize("value", ["much", "50", None, {}, 1 + 1j, [1.0, 2j], [[1.0], [1.0, 2.0]]])
def test_what_is_not_a_number_is_named(call, argument, value):
    with pytest.raises((TypeError, ValueError), match=f"{argument} = "):
        CALLS[call](**{argument: value})


ONE_NUMBER = [
    *(("loop", name) for name in ("m_chi", "scale", "q_max", "tree")),
    *(("scalar_loop", name) for name in ("m_chi", "scale", "cutoff", "tree")),
    *((call, "mass") for call in ("momentum_transfer_squared", "recoil_max", "energy_min")),
    *(("Nucleus", name) for name in ("Z", "N", "mass", "radius")),
    ("suppressed", "q0"),
    ("Electron", "mass"),
    ("Target", "unit_mass"),
    ("Sharp", "gain"),
    ("Photoelectrons", "gain"),
    ("Photoelectrons", "below"),
    ("caesium_limit", "momentum"),
    ("caesium_limit", "n_sigma"),
    *(("sns", name) for name in ("protons_per_time", "neutrinos_per_proton", "distance")),
    *(("Line", name) for name in ("energy", "flux")),
    *(("Experiment", name) for name in ("exposure", "background", "sigma_alpha")),
    ("allowed_couplings", "n_sigma"),
    ("limit_curve", "n_sigma"),
]


@pytest.mark.parametrize(("call", "argument"), ONE_NUMBER)
@pytest.mark.parametrize("value", [[1.0, 2.0], [1.0], []])
def test_an_array_in_place_of_a_number_is_named(call, argument, value):
    with pytest.raises(ValueError, match=rf"\b{argument} = .*: give one number"):
        CALLS[call](**{argument: value})


def test_a_mass_in_the_loop_that_overflows_is_named():
    for make in (loop, scalar_loop):
        with pytest.raises(ValueError, match=r"q²/m_χ² = -inf"), np.errstate(all="ignore"):
            make(1e-200, 50.0, 106.0)(1.0)


def test_what_is_no_scatterer_is_named():
    for call in (
        lambda: cross_section("Cs-133", 30.0, 0.01),
        lambda: rate("Cs-133", sns(), 0.01),
        lambda: coefficients(target("CsI"), 0.01),
        lambda: material(parts=(("Cs-133", 1.0),)),
    ):
        with pytest.raises(TypeError, match=r"scatterer = .*: give a Nucleus"):
            call()


@pytest.mark.parametrize(("argument", "kind"), [("target", "Target"), ("source", "Source")])
def test_an_experiment_of_other_things_is_named(argument, kind):
    with pytest.raises(TypeError, match=rf"{argument} = 'Ar': give a {kind}"):
        experiment(**{argument: "Ar"})


def test_what_is_no_experiment_is_named():
    for call in (
        lambda: portal.chi_squared("CsI"),
        lambda: portal.allowed_couplings(coherent_csi_2017, Vector(1.0)),
        lambda: portal.limit_curve(None, Vector([1.0])),
        lambda: typical_momentum(target("CsI")),
        lambda: portal.Joint((experiment(), "CsI"), sigma_alpha=0.1),
    ):
        with pytest.raises(TypeError, match=r"experiment = .*: give an Experiment"):
            call()


def test_a_flux_below_zero_is_named():
    for edges, powers in (
        ([0.0, 1.0], [[-1.0]]),
        ([0.0, 1.0, 2.0], [[1.0, 3.0], [0.0, -2.0]]),
        ([0.0, 2.0], [[1.0], [-2.1], [1.0]]),  # at the ends it is positive
    ):
        with pytest.raises(ValueError, match=r"(?s)coefficients = .*never negative"):
            Continuum("e", edges, powers)
    Continuum("e", [0.0, 1.0], [[1.0], [-1.0]])  # zero at its end


def test_numbers_that_others_were_computed_from_cannot_change():
    bins = np.array([0.02, 0.04, 0.06])
    one = experiment(bins=bins, data=([3.0, 1.0], [2.0, 1.0]))
    bins[0] = 0.03
    assert one.bins[0] == 0.02
    for values in (one.bins, one.observed, one.sigma, experiment().observed, experiment().sigma):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 1.0


def test_a_form_factor_that_is_none_is_named():
    for value in (suppressed, 1.0, None):
        with pytest.raises(TypeError, match=r"form_factor = .*: give a function of Q²"):
            Vector(10.0, value)


def test_shapes_that_do_not_broadcast_are_named():
    with pytest.raises(ValueError, match=r"energy \(2,\), recoil \(3,\)"):
        cross_section(CAESIUM, [30.0, 40.0], [0.01, 0.02, 0.03])
    with pytest.raises(ValueError, match=r"coupling \(2,\)"):
        cross_section(CAESIUM, 30.0, [0.01, 0.02, 0.03], Vector(1.0), [1e-5, 1e-4])
    with pytest.raises(ValueError, match=r"recoil \(3,\), .*mass \(2,\)"):
        rate(CAESIUM, sns(), [0.01, 0.02, 0.03], Vector([1.0, 2.0]))
    with pytest.raises(ValueError, match=r"coupling \(3,\), mass \(2,\)"):
        weak_charge_shift(Vector([1.0, 2.0]), [1e-8, 2e-8, 3e-8])
    with pytest.raises(ValueError, match=r"Q2 \(3,\), mass \(2,\)"):
        Vector([1.0, 2.0]).propagator([1.0, 2.0, 3.0])


@pytest.mark.parametrize("mediator", [Vector(0.0), Scalar(0.0), Vector(0.0, suppressed(50.0))])
def test_a_massless_mediator_needs_a_recoil(mediator):
    with pytest.raises(ValueError, match="recoils, above zero"):
        cross_section(CAESIUM, 30.0, 0.0, mediator, 1e-5)
    with pytest.raises(ValueError, match="recoils, above zero"):
        rate(CAESIUM, sns(), [0.0, 0.01], mediator, 1e-5)
    with pytest.raises(ValueError, match="recoils, above zero"):
        mediator.propagator([0.0, 1.0])
    assert np.isfinite(cross_section(CAESIUM, 30.0, 1 * keV, mediator, 1e-5))


@pytest.mark.parametrize(
    "mediator",
    [
        Vector([1.0], lambda Q2: np.nan * Q2),
        Vector([1.0], lambda Q2: 0 * Q2),
        Vector([1.0, 1e160]),
    ],
)
def test_a_mediator_without_a_limit_from_caesium_is_named(mediator):
    with pytest.raises(ValueError, match=r"mediator = .*; give"), np.errstate(over="ignore"):
        caesium_limit(mediator)


# --- nothing returns NaN ---------------------------------------------------------------------

# every float but the subnormal ones, which have fewer digits
any_positive = st.floats(1e-307, 1e307)
any_not_negative = st.floats(0, 1e307, allow_subnormal=False)
any_number = st.floats(allow_nan=False, allow_infinity=False)
isotopes = st.sampled_from(["Na-23", "Si-28", "Ar-40", "Ge-76", "Cs-133"]).map(nucleus)
scatterers = st.one_of(isotopes, st.just(Electron()))
flavours = st.sampled_from(FLAVOURS)
mediators = st.builds(
    lambda kind, mass, form: kind(mass) if form is None else kind(mass, suppressed(form)),
    st.sampled_from([Vector, Scalar]),
    st.floats(0, 1e6),
    st.one_of(st.none(), st.floats(1e-3, 1e4)),
)


def value_or_error(function, *arguments):
    """Return what the function returns, or the message of the ValueError it raises."""
    try:
        return function(*arguments), ""
    except ValueError as error:
        return None, str(error)


@given(mass=any_positive, energy=any_not_negative)
def test_recoil_max_is_below_the_energy(mass, energy):
    assert 0 <= recoil_max(mass, energy) <= energy


@given(mass=st.floats(1e-100, 1e100), recoil=st.floats(0, 1e100))
def test_energy_min_is_above_the_recoil(mass, recoil):
    assert energy_min(mass, recoil) >= recoil * (1 - 1e-15)
    assert recoil_max(mass, energy_min(mass, recoil)) == pytest.approx(recoil, rel=1e-9, abs=0)


@given(one=isotopes, Q2=any_not_negative)
def test_form_factor_is_between_minus_one_and_one(one, Q2):
    assert -1 <= one.form_factor(Q2) <= 1


@given(e_min=any_not_negative)
def test_moments_are_finite_and_not_negative(e_min):
    for component in sns().components:
        moments = component.moments(e_min)
        assert np.all(np.isfinite(moments))
        # a difference of powers is right to rounding of the whole
        assert np.all(moments >= -1e-15 * component.moments(0.0))


@given(
    energies=st.lists(st.floats(0, 1e6), min_size=2, max_size=6, unique=True).map(sorted),
    data=st.data(),
    e_min=any_not_negative,
)
def test_moments_of_any_table_are_no_nan(energies, data, e_min):
    size = len(energies)
    if np.any(np.diff(energies) < 1e-9):
        return
    flux = data.draw(st.lists(st.floats(0, 1e20), min_size=size, max_size=size))
    assert not np.any(np.isnan(Continuum.table("e", energies, flux).moments([0.0, e_min])))


@settings(max_examples=300)
@given(
    scatterer=scatterers,
    energy=st.floats(1e-30, 1e30),
    recoil=any_not_negative,
    flavour=flavours,
    mediator=st.one_of(st.none(), mediators),
    coupling=st.floats(-1e10, 1e10),
)
def test_cross_section_is_a_number_or_says_why_not(
    scatterer, energy, recoil, flavour, mediator, coupling
):
    value, error = value_or_error(
        cross_section, scatterer, energy, recoil, mediator, coupling, flavour
    )
    if error:  # numbers that no physics needs
        assert recoil < 1e-15 or recoil > 1e100, error
    else:
        assert np.isfinite(value)
        assert value >= 0


@settings(max_examples=300)
@given(
    scatterer=scatterers,
    energy=st.floats(1e-6, 1e6),
    fraction=st.floats(1e-9, 1.0),
    flavour=flavours,
    mediator=mediators,
    coupling=st.floats(-1e3, 1e3),
)
def test_cross_section_inside_the_kinematics(
    scatterer, energy, fraction, flavour, mediator, coupling
):
    recoil = fraction * recoil_max(scatterer.mass, energy)
    value = cross_section(scatterer, energy, recoil, mediator, coupling, flavour)
    assert np.isfinite(value)
    assert value >= 0


@settings(max_examples=200)
@given(
    scatterer=scatterers,
    recoil=st.one_of(st.floats(0, 100), any_not_negative),
    mediator=st.one_of(st.none(), mediators.filter(lambda m: m.mass > 1e-3)),
    coupling=st.floats(-1e3, 1e3),
)
def test_rate_is_finite_and_not_negative(scatterer, recoil, mediator, coupling):
    value, error = value_or_error(rate, scatterer, sns(), recoil, mediator, coupling)
    if error:
        assert recoil > 1e100, error  # Q² overflows
    else:
        assert np.isfinite(value)
        assert value >= 0


@given(energy=any_positive, flux=any_not_negative, e_min=any_not_negative)
def test_lines_are_no_nan(energy, flux, e_min):
    assert not np.any(np.isnan(Line("e", energy, flux).moments(e_min)))


@given(text=st.text(max_size=8))
def test_any_formula_is_read_or_refused(text):
    material, error = value_or_error(target, text)
    if error:
        assert "formula = " in error
    else:
        assert material.unit_mass > 0
        assert all(number > 0 for _, number in material.parts)


@given(charge=any_number)
def test_efficiency_is_a_probability(charge):
    assert 0 <= coherent_efficiency(charge) <= 1


@settings(max_examples=50, deadline=None)
@given(mediator=mediators, coupling=st.floats(-1e3, 1e3))
def test_counts_are_finite(mediator, coupling):
    counts = CSI.counts(mediator, coupling)
    assert np.all(np.isfinite(counts))
    # the polynomial cancels where the weak charge does
    n0, n1, n2 = CSI.polynomial(mediator)
    assert np.all(counts >= -1e-12 * (n0 + abs(n1 * coupling) + n2 * coupling**2))


CSI = coherent_csi_2017()
ONE_LINE = Source("one", (Line("e", 30.0, 1.0),))


@given(recoil=any_not_negative)
def test_rate_of_a_line_is_its_cross_section(recoil):
    line, error = value_or_error(rate, CAESIUM, ONE_LINE, recoil)
    if error:
        assert recoil > 1e100, error
    else:
        assert line == pytest.approx(
            cross_section(CAESIUM, 30.0, recoil, flavour="e"), rel=1e-9, abs=1e-48
        )
