"""The targets: isotopes with nuclear masses and radii, the electron, and materials made of them."""

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
from hepunits import c_light, fm, hbarc, keV
from numpy.typing import ArrayLike
from scipy.special import spherical_jn

from ._validate import Array, instance, not_negative, number, positive
from .constants import DALTON, M_ELECTRON
from .published import read_table

SKIN = 0.9 * fm
"""Surface thickness of the Helm density (Lewin and Smith 1996)."""


@dataclass(frozen=True)
class Nucleus:
    """An isotope.

    Parameters
    ----------
    name : str
        Such as "Cs-133".
    Z, N : int
        Numbers of protons and neutrons, whole.
    mass : float
        Nuclear mass (MeV), that is without electrons.
    radius : float
        Root-mean-square radius of the nucleons (mm, write ``4.8 * fm``), above √3 × `SKIN`.

    Raises
    ------
    ValueError
        If an argument is out of its range; the message names it.

    >>> carbon = Nucleus("C-12", Z=6, N=6, mass=11_174.9, radius=2.47 * fm)
    >>> round(float(carbon.form_factor(50.0**2)), 2)
    0.94
    """

    name: str
    Z: int
    N: int
    mass: float
    radius: float

    def __post_init__(self) -> None:
        for name, count in (("Z", self.Z), ("N", self.N)):
            if number(name, count, not_negative) % 1:
                raise ValueError(f"{name} = {count}: give a whole number")
        number("mass", self.mass, positive)
        if number("radius", self.radius, positive) <= SKIN * np.sqrt(3):
            raise ValueError(
                f"radius = {self.radius / fm:.4g} fm: give more than the "
                f"{SKIN * np.sqrt(3) / fm:.3f} fm of the surface alone"
            )

    def form_factor(self, Q2: ArrayLike) -> Array:
        """Helm form factor: a uniform ball of radius R0 smeared by a Gaussian of width s.

        F(Q²) = 3 j₁(QR0)/(QR0) exp(−Q²s²/2), with R0² = (5/3)(r² − 3s²) so that the mean
        square radius is r² (Helm 1956; Lewin and Smith 1996).  Cross sections carry F².

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
        q = np.sqrt(Q2) / hbarc
        x = q * np.sqrt(5 / 3 * (self.radius**2 - 3 * SKIN**2))
        # 3 j1(x)/x = j0(x) + j2(x), which needs no care at x = 0
        return (spherical_jn(0, x) + spherical_jn(2, x)) * np.exp(-Q2 * (SKIN / hbarc) ** 2 / 2)


@dataclass(frozen=True)
class Electron:
    """A free electron at rest; atomic binding is neglected.

    Parameters
    ----------
    mass : float
        MeV.

    Raises
    ------
    ValueError
        If the mass is not above zero.

    >>> Electron().mass
    0.51099895
    """

    mass: float = M_ELECTRON

    def __post_init__(self) -> None:
        number("mass", self.mass, positive)


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
        if not self.parts:
            raise ValueError("parts = (): give at least one (scatterer, number)")
        for scatterer, count in self.parts:
            check_scatterer(scatterer)
            number("parts", count, positive)

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
    radius = table["charge_radius"] * fm
    columns = zip(table["nucleus"], Z, A - Z, mass, radius, table["abundance"], strict=True)
    return {
        str(name): (Nucleus(str(name), int(z), int(n), float(m), float(r)), float(share))
        for name, z, n, m, r, share in columns
    }


def nucleus(name: str) -> Nucleus:
    """Return an isotope of the table by its name.

    The radius is the measured charge radius (Angeli and Marinova 2013): no neutron skin.

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
    if name not in _table():
        raise ValueError(f"name = {name!r}: give one of {', '.join(_table())}")
    return _table()[name][0]


def target(formula: str) -> Target:
    """Return a material of natural isotopic composition.

    Parameters
    ----------
    formula : str
        Chemical formula of elements of the table, such as "CsI", "Ge" or "Si".

    Raises
    ------
    ValueError
        If the formula cannot be read or an element is not in the table.

    >>> [(isotope.name, number) for isotope, number in target("CsI").parts]
    [('Cs-133', 1.0), ('I-127', 1.0)]
    """
    elements = sorted({name.split("-")[0] for name in _table()})
    words = re.findall(r"([A-Z][a-z]?)([1-9][0-9]*)?", formula)
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
