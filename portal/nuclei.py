"""The targets: isotopes with nuclear masses and form factors, the electron, and materials."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from hepunits import c_light, fm, keV
from numpy.typing import ArrayLike

from ._validate import Array, between, finite, instance, not_negative, number, positive
from .constants import DALTON, M_ELECTRON, SIN2_THETA_W
from .mediators import FormFactor
from .nuclear_form_factors import (
    DIFFUSENESS,
    SKIN,
    YUKAWA,
    Helm,
    KleinNystrand,
    SymmetrisedFermi,
    point,
)
from .published import read_table

__all__ = [
    "DIFFUSENESS",
    "SKIN",
    "WEAK_LOOPS",
    "YUKAWA",
    "Electron",
    "Helm",
    "KleinNystrand",
    "Nucleus",
    "Pair",
    "SymmetrisedFermi",
    "Target",
    "check_scatterer",
    "electron_couplings",
    "nucleon_couplings",
    "nucleus",
    "point",
    "target",
    "without_measured_radius",
]


Pair = tuple[float, float]


def nucleon_couplings(sin2_theta_w: float = SIN2_THETA_W) -> Pair:
    """Weak vector couplings of proton and neutron at tree level, (½ − 2 sin²θ_W, −½).

    Parameters
    ----------
    sin2_theta_w : float
        sin²θ_W, between 0 and 1.

    Raises
    ------
    ValueError
        If it is not.

    >>> nucleon_couplings(0.25)
    (0.0, -0.5)
    """
    s2 = between("sin2_theta_w", sin2_theta_w, 0, 1, "a number from 0 to 1")
    return float(0.5 - 2 * s2), -0.5


def electron_couplings(
    sin2_theta_w: float = SIN2_THETA_W,
    rho: float = 1.0,
    kappa: tuple[float, float, float] = (1.0, 1.0, 1.0),
) -> tuple[Pair, Pair, Pair]:
    """Chiral couplings (ε_L, ε_R) of an electron to ν_e, ν_μ and ν_τ.

    ε_L = ρ(κ sin²θ_W − ½) + 1 for ν_e, without the 1 for the others; ε_R = ρκ sin²θ_W.  At tree
    level ρ = κ = 1 (paper (3.2)).

    Parameters
    ----------
    sin2_theta_w : float
        sin²θ_W, between 0 and 1.
    rho : float
        Strength of the neutral current.
    kappa : (float, float, float)
        Factor on sin²θ_W for each flavour.

    Raises
    ------
    ValueError
        If a number is out of its range.

    >>> electron_couplings(0.25)
    ((0.75, 0.25), (-0.25, 0.25), (-0.25, 0.25))
    """
    s2 = float(between("sin2_theta_w", sin2_theta_w, 0, 1, "a number from 0 to 1"))
    rho = float(number("rho", rho, positive))
    e, mu, tau = (float(number("kappa", k, positive)) * s2 for k in kappa)
    return (
        (rho * (e - 0.5) + 1, rho * e),
        (rho * (mu - 0.5), rho * mu),
        (rho * (tau - 0.5), rho * tau),
    )


WEAK_LOOPS = electron_couplings(0.2317, rho=1.0126, kappa=(0.9791, 0.9970, 0.9970))
"""Couplings of the electron with weak loops (Bahcall, Kamionkowski and Sirlin 1995)."""


@dataclass(frozen=True)
class Nucleus:
    """An isotope: what neutrinos see of it is its weak charge, spread over its form factors.

    Parameters
    ----------
    name : str
        Such as "Cs-133".
    Z, N : int
        Numbers of protons and neutrons, whole.
    mass : float
        Nuclear mass (MeV), that is without electrons.
    protons : function of Q²
        Form factor of the protons: `Helm`, `KleinNystrand`, `SymmetrisedFermi`, `point` or any
        real function of an array of Q² (MeV²).
    neutrons : function of Q², or None
        That of the neutrons; None if it is the same.
    weak : (float, float)
        Weak vector couplings of proton and neutron; `nucleon_couplings` by default.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of its range; the message names it.

    >>> carbon = Nucleus("C-12", Z=6, N=6, mass=11_174.9, protons=Helm(2.47 * fm))
    >>> round(float(carbon.form_factor(50.0**2)), 2)
    0.94
    >>> skin = replace(nucleus("Cs-133"), neutrons=Helm(5.0 * fm))
    >>> round(float(skin.form_factor(50.0**2)), 3)
    0.758
    """

    name: str
    Z: int
    N: int
    mass: float
    protons: FormFactor
    neutrons: FormFactor | None = None
    weak: tuple[float, float] = nucleon_couplings()

    def __post_init__(self) -> None:
        for name, count in (("Z", self.Z), ("N", self.N)):
            between(name, count, 0, 300, "a whole number up to 300")
            if count % 1:
                raise ValueError(f"{name} = {count}: give a whole number")
        number("mass", self.mass, positive)
        near = (self.Z + self.N) * DALTON
        between("mass", self.mass, 0.9 * near, 1.1 * near, f"MeV, near A × 931.5 = {near:.0f}")
        for name, F in (("protons", self.protons), ("neutrons", self.neutrons)):
            if isinstance(F, type) or not (callable(F) or (F is None and name == "neutrons")):
                raise TypeError(f"{name} = {F!r}: give a function of Q², such as Helm(4.8 * fm)")
        try:
            proton, neutron = self.weak
        except (TypeError, ValueError):
            raise TypeError(f"weak = {self.weak!r}: give the couplings (proton, neutron)") from None
        number("weak", proton), number("weak", neutron)

    def spread(self, Q2: Array) -> tuple[Array, Array]:
        """Protons and neutrons that act together at Q², Z F_p(Q²) and N F_n(Q²).

        Parameters
        ----------
        Q2 : array, any shape
            Momentum transfer squared (MeV²), zero or above.

        Raises
        ------
        TypeError, ValueError
            If a form factor returns what is no real, finite array in the shape of Q².

        >>> [float(together) for together in nucleus("Cs-133").spread(0.0)]
        [55.0, 78.0]
        """
        of_protons = _real(self.protons, Q2)
        of_neutrons = of_protons if self.neutrons is None else _real(self.neutrons, Q2)
        return self.Z * of_protons, self.N * of_neutrons

    def form_factor(self, Q2: ArrayLike) -> Array:
        """Weak form factor, the amplitude Z g_p F_p + N g_n F_n over its value at Q² = 0.

        It is that of the protons if the neutrons have the same.

        Parameters
        ----------
        Q2 : array, any shape
            Momentum transfer squared (MeV²), zero or above.

        Raises
        ------
        ValueError
            If a Q² is negative or not finite.

        >>> float(nucleus("Cs-133").form_factor(0.0))
        1.0
        >>> round(float(nucleus("Cs-133").form_factor(50.0**2)), 3)
        0.775
        """
        Q2 = not_negative("Q2", Q2)
        if self.neutrons is None:
            return _real(self.protons, Q2)
        proton, neutron = self.weak
        Z, N = self.spread(Q2)
        return (proton * Z + neutron * N) / (proton * self.Z + neutron * self.N)


def _real(form_factor: FormFactor, Q2: Array) -> Array:
    """Values of a form factor, which have to be real, finite and in the shape of Q²."""
    F = np.asarray(form_factor(Q2))
    if F.dtype.kind not in "biuf" or F.shape not in ((), np.shape(Q2)):
        raise TypeError(
            f"protons, neutrons: {form_factor!r} returns {F.dtype} of shape {F.shape}; give a "
            f"function whose values are real numbers in the shape {np.shape(Q2)} of Q²"
        )
    if not np.all(np.isfinite(F)):
        raise ValueError(f"protons, neutrons: {form_factor!r} is not finite; give one that is")
    return F


@dataclass(frozen=True)
class Electron:
    """A free electron at rest; atomic binding is neglected.

    Parameters
    ----------
    mass : float
        MeV.
    weak : three pairs (ε_L, ε_R)
        Couplings to ν_e, ν_μ and ν_τ; `electron_couplings` of the tree level by default, or
        `WEAK_LOOPS`.

    Raises
    ------
    TypeError, ValueError
        If the mass is not above zero, or the couplings are no three pairs.

    >>> Electron().mass
    0.51099895
    """

    mass: float = M_ELECTRON
    weak: tuple[Pair, Pair, Pair] = electron_couplings()

    def __post_init__(self) -> None:
        number("mass", self.mass, positive)
        if finite("weak", self.weak).shape != (3, 2):
            raise ValueError(f"weak = {self.weak}: give (ε_L, ε_R) for ν_e, ν_μ and ν_τ")

    def spread(self, Q2: Array) -> tuple[Array]:
        """Electrons that act together at Q²: one, and it is a point; see `Nucleus.spread`.

        >>> Electron().spread(2500.0)
        (array(1.),)
        """
        return (np.ones(np.shape(Q2)),)


def check_scatterer(scatterer: object) -> None:
    """Raise a TypeError unless `scatterer` is a `Nucleus` or an `Electron`."""
    allowed = "a Nucleus, such as nucleus('Cs-133'), or an Electron"
    instance("scatterer", scatterer, Nucleus | Electron, allowed)


@dataclass(frozen=True)
class Target:
    """A material: what neutrinos can scatter on, and how much of it there is.

    Parameters
    ----------
    name : str
        Chemical formula.
    parts : tuple of (Nucleus or Electron, float)
        Each scatterer with its mean number per formula unit, above zero; at least one.
    unit_mass : float
        Mass of a formula unit (MeV), electrons included.

    Raises
    ------
    ValueError
        If there is no part, or a number is not above zero.

    >>> Target("argon-40", ((nucleus("Ar-40"), 1.0),), unit_mass=37_225.0).parts[0][0].N
    22
    """

    name: str
    parts: tuple[tuple[Nucleus | Electron, float], ...]
    unit_mass: float

    def __post_init__(self) -> None:
        number("unit_mass", self.unit_mass, positive)
        instance("parts", self.parts, tuple, "a tuple of (scatterer, number)")
        if not self.parts:
            raise ValueError("parts = (): give at least one (scatterer, number)")
        for part in self.parts:
            if not (isinstance(part, tuple) and len(part) == 2):
                raise TypeError(f"parts = {self.parts!r}: give pairs (scatterer, number)")
            check_scatterer(part[0])
            number("parts", part[1], positive)

    def each(self, change: Callable[[Any], Nucleus | Electron]) -> "Target":
        """Return the material with every scatterer changed.

        >>> thick = target("CsI").each(lambda one: replace(one, neutrons=Helm(5.0 * fm)))
        >>> [one.neutrons == Helm(5.0 * fm) for one, _ in thick.parts]
        [True, True]
        """
        return replace(self, parts=tuple((change(one), count) for one, count in self.parts))

    @property
    def units_per_mass(self) -> float:
        """Formula units per mass (multiply by ``kg`` for the number in a kilogram).

        >>> from hepunits import kg
        >>> print(f"{target('CsI').units_per_mass * kg:.3e}")
        2.318e+24
        """
        return float(c_light**2 / self.unit_mass)


@cache
def _table() -> dict[str, tuple[Nucleus, float]]:
    """Read every isotope of nuclei.csv with its natural abundance."""
    table = read_table("nuclei.csv")
    Z, A = table["Z"].astype(int), table["A"].astype(int)
    # the 0.2 MeV by which the electrons of caesium are bound is 2 parts in a million
    mass = A * DALTON + table["mass_excess"] * keV - Z * M_ELECTRON
    radius = _with_neighbours(Z, A, table["charge_radius"]) * fm
    columns = zip(table["nucleus"], Z, A - Z, mass, radius, table["abundance"], strict=True)
    return {
        str(name): (Nucleus(str(name), int(z), int(n), float(m), _helm(float(r))), float(share))
        for name, z, n, m, r, share in columns
    }


def _with_neighbours(Z: Array, A: Array, radius: Array) -> Array:
    """Fill a missing radius with r (A/A′)^(1/3) of the nearest isotopes A′ of the element."""
    radius = radius.copy()
    for i in np.flatnonzero(np.isnan(radius)):
        known = np.flatnonzero((Z[i] == Z) & ~np.isnan(radius))
        near = known[np.abs(A[known] - A[i]) == np.abs(A[known] - A[i]).min()]
        radius[i] = np.mean(radius[near] * (A[i] / A[near]) ** (1 / 3))
    return radius


def _helm(radius: float) -> Helm:
    """Helm's form factor; a proton is smaller than the usual surface, so half of it is surface."""
    return Helm(radius) if radius > np.sqrt(3) * SKIN else Helm(radius, radius / 2)


def without_measured_radius() -> tuple[str, ...]:
    """Return the isotopes whose radius is scaled from the nearest ones that were measured.

    It is r (A/A′)^(1/3), with r the measured radius of the isotope A′ of the same element that is
    nearest, or the mean of two that are equally near.

    >>> without_measured_radius()
    ('S-33', 'Ta-180')
    """
    table = read_table("nuclei.csv")
    return tuple(str(name) for name in table["nucleus"][np.isnan(table["charge_radius"])])


def nucleus(name: str) -> Nucleus:
    """Return an isotope of the table by its name.

    The radius is the measured charge radius (Angeli and Marinova 2013): no neutron skin.
    `without_measured_radius` says which isotopes have none.  A proton (0.878 fm) is smaller than
    the surface of a nucleus; its form factor has the right radius and a thinner surface.

    Parameters
    ----------
    name : str
        Element and mass number, such as "Ar-40".

    Raises
    ------
    ValueError
        If the isotope is not in the table.

    >>> nucleus("Ar-40").N
    22
    """
    instance("name", name, str, "text, such as 'Cs-133'")
    if name not in _table():
        element = [one for one in _table() if one.split("-")[0] == name.split("-", maxsplit=1)[0]]
        raise ValueError(f"name = {name!r}: give an isotope {', '.join(element) or 'as Ar-40'}")
    return _table()[name][0]


def target(formula: str) -> Target:
    """Return a material of natural isotopic composition.

    Parameters
    ----------
    formula : str
        Chemical formula of elements of the table, such as "CsI", "Ge" or "CaWO4".

    Raises
    ------
    ValueError
        If the formula cannot be read or an element is not in the table.

    >>> [(isotope.name, number) for isotope, number in target("CsI").parts]
    [('Cs-133', 1.0), ('I-127', 1.0)]
    """
    instance("formula", formula, str, "text, such as 'CsI'")
    elements = list(dict.fromkeys(name.split("-")[0] for name in _table()))
    words = re.findall(r"([A-Z][a-z]?)([1-9][0-9]{0,3})?", formula)
    known = all(element in elements for element, _ in words)
    if not words or not known or "".join(e + n for e, n in words) != formula:
        raise ValueError(f"formula = {formula!r}: give a formula of {', '.join(elements)}")
    parts = tuple(
        (isotope, int(count or 1) * abundance)
        for element, count in words
        for isotope, abundance in _table().values()
        if isotope.name.startswith(element + "-")
    )
    unit_mass = sum(number * (isotope.mass + isotope.Z * M_ELECTRON) for isotope, number in parts)
    return Target(formula, parts, unit_mass)
