"""Good input, however extreme, never gives NaN."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal import Scalar, Vector, suppressed
from portal.experiments import coherent_csi_2017, coherent_efficiency
from portal.fluxes import sns
from portal.nuclei import Electron, nucleus, target
from portal.scattering import (
    cross_section,
    energy_min,
    rate,
    recoil_max,
)
from portal.sources import FLAVOURS, Continuum, Line, Source

CAESIUM = nucleus("Cs-133")

# every number that passes the door, but the subnormal ones, which have fewer digits
any_positive = st.floats(1e-59, 9e59)
any_not_negative = st.floats(0, 9e59, allow_subnormal=False)
any_number = st.floats(-9e59, 9e59)
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
    assert 0 <= recoil_max(mass, energy) <= energy * (1 + 1e-15)


@given(mass=st.floats(1e-50, 1e50), recoil=st.floats(1e-50, 1e50))
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
        assert recoil < 1e-15 or recoil > 1e40, error
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
        assert recoil > 1e40, error  # Q² overflows
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
        assert recoil > 1e40, error
    else:
        assert line == pytest.approx(
            cross_section(CAESIUM, 30.0, recoil, flavour="e"), rel=1e-9, abs=1e-48
        )
