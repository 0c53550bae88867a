"""The new particle: its mass, what it couples to, and the form factor of its vertex.

The coupling is what an experiment bounds, so it is an argument of the rates and no part of the
mediator; the charges here are relative to it.  With `direct` it is g′; with ``suppressed(q0)`` it
is g′q0²/Λ², the axis of the paper's Figs. 2 and 3.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from hepunits import MeV
from numpy.typing import ArrayLike

from ._validate import LARGEST, Array, finite, instance, not_negative, number, positive, same_grid

__all__ = [
    "FormFactor",
    "Mediator",
    "Scalar",
    "Vector",
    "check_mediator",
    "check_one_mass",
    "direct",
    "suppressed",
]

FormFactor = Callable[[Array], Array]


def direct(Q2: ArrayLike) -> Array:
    """Form factor of a mediator that couples to quarks at tree level, F = 1.

    Parameters
    ----------
    Q2 : array, any shape
        Momentum transfer squared, Q² = 2 m E_R (MeV²).

    Raises
    ------
    ValueError
        If a Q² is not finite.

    >>> float(direct(2500.0))
    1.0
    """
    return np.ones_like(finite("Q2", Q2))


@dataclass(frozen=True)
class suppressed:
    """Form factor of a vertex that a hidden-sector loop induces, F = Q²/q0².

    The paper writes F = q²/Λ² (3.1).  Only g′/Λ² can be measured, so the scale is moved into
    the coupling: g′F = (g′q0²/Λ²) Q²/q0².

    Parameters
    ----------
    q0 : float
        Reference momentum (MeV); the paper takes 50 MeV for COHERENT.

    Raises
    ------
    ValueError
        If `q0` is not one number above zero, or later a Q² is not finite.

    >>> float(suppressed(q0=50.0)(100.0**2))
    4.0
    """

    q0: float = 50 * MeV

    def __post_init__(self) -> None:
        number("q0", self.q0, positive)

    def __call__(self, Q2: ArrayLike) -> Array:
        return finite("Q2", Q2) / self.q0**2


def _check_fields(
    mass: ArrayLike, form_factor: object, neutrinos: ArrayLike, **charges: float
) -> None:
    not_negative("mass", mass)
    if not callable(form_factor) or isinstance(form_factor, type):
        raise TypeError(
            f"form_factor = {form_factor!r}: give a function of Q², such as portal.direct or "
            "portal.suppressed(q0)"
        )
    for name, charge in charges.items():
        number(name, charge)
    if finite("neutrinos", neutrinos).shape != (3,):
        raise ValueError(f"neutrinos = {neutrinos!r}: give the charges of ν_e, ν_μ and ν_τ")


@dataclass(frozen=True)
class Vector:
    """A Z′, by default one that couples alike to up and down quarks and to neutrinos (paper (3.1)).

    All charges are relative to the coupling of the rates.

    Parameters
    ----------
    mass : number or array
        m′ (MeV), zero or above.
    form_factor : function of Q²
        `direct`, ``suppressed(q0)``, or any real function of an array of Q² (MeV²).
    up, down : float
        Vector charges of the quarks.  A proton has 2 up + down, a neutron up + 2 down.
    electron : float
        Vector charge of the electron.
    neutrinos : (float, float, float)
        Charges of ν_e, ν_μ and ν_τ; antineutrinos follow.

    Raises
    ------
    TypeError, ValueError
        If an argument is no number, not finite, or a mass is negative; the message names it.

    >>> Vector(10.0).charge(Z=55, N=78)
    399.0
    >>> float(Vector(10.0).propagator(300.0))
    0.0025
    >>> b_minus_l = Vector(10.0, up=1 / 3, down=1 / 3, electron=-1, neutrinos=(-1, -1, -1))
    >>> mixing = Vector(10.0, up=2 / 3, down=-1 / 3, electron=-1, neutrinos=(0, 1, -1))  # L_μ−L_τ
    >>> mixing.charge(Z=55, N=78)
    55.0
    >>> protons_only = Vector(10.0, up=2 / 3, down=-1 / 3, electron=0)
    >>> neutrons_only = Vector(10.0, up=-1 / 3, down=2 / 3, electron=0)
    """

    mass: ArrayLike
    form_factor: FormFactor = direct
    up: float = 1.0
    down: float = 1.0
    electron: float = 1.0
    neutrinos: tuple[float, float, float] = (1.0, 1.0, 1.0)

    def __post_init__(self) -> None:
        _check_fields(
            self.mass,
            self.form_factor,
            self.neutrinos,
            up=self.up,
            down=self.down,
            electron=self.electron,
        )

    @property
    def nucleons(self) -> tuple[float, float]:
        """Charges of a proton and a neutron, from their valence quarks (paper (3.4))."""
        return 2 * self.up + self.down, self.up + 2 * self.down

    def charge(self, Z: int, N: int) -> float:
        """Coherent charge of a nucleus at Q² = 0, 3(Z + N) by default."""
        proton, neutron = self.nucleons
        return Z * proton + N * neutron

    def propagator(self, Q2: ArrayLike) -> Array:
        """Form factor times propagator, F(Q²)/(Q² + m′²), in MeV⁻².

        Parameters
        ----------
        Q2 : array
            Momentum transfer squared (MeV²), zero or above; broadcasts with the mass.

        Raises
        ------
        ValueError
            If the result is not finite, as for no mass and no recoil without a form factor.
        """
        return _propagator(self, Q2)


@dataclass(frozen=True)
class Scalar:
    """A scalar S that couples alike to up and down quarks and to neutrinos (paper (3.5)).

    Parameters and errors are those of `Vector`, but for the charges of nucleons and electron.

    Parameters
    ----------
    mass, form_factor, neutrinos
        As for `Vector`.
    proton, neutron : float
        Scalar charges of the nucleons, 15.1 and 14 from sigma terms (paper (3.7)); the uncertainty
        of the sigma terms allows 10 to 17 (chapter 04).
    electron : float
        Scalar charge of the electron.

    >>> round(Scalar(10.0).charge(Z=55, N=78), 1)
    1922.5
    """

    mass: ArrayLike
    form_factor: FormFactor = direct
    proton: float = 15.1
    neutron: float = 14.0
    electron: float = 1.0
    neutrinos: tuple[float, float, float] = (1.0, 1.0, 1.0)

    def __post_init__(self) -> None:
        _check_fields(
            self.mass,
            self.form_factor,
            self.neutrinos,
            proton=self.proton,
            neutron=self.neutron,
            electron=self.electron,
        )

    @property
    def nucleons(self) -> tuple[float, float]:
        """Charges of a proton and a neutron."""
        return self.proton, self.neutron

    def charge(self, Z: int, N: int) -> float:
        """Coherent charge of a nucleus at Q² = 0, 15.1 Z + 14 N by default."""
        return Z * self.proton + N * self.neutron

    def propagator(self, Q2: ArrayLike) -> Array:
        """Form factor times propagator, F(Q²)/(Q² + m′²), as for `Vector`."""
        return _propagator(self, Q2)


Mediator = Vector | Scalar


def check_mediator(mediator: object) -> None:
    """Raise a TypeError unless `mediator` is a `Vector` or a `Scalar`."""
    instance("mediator", mediator, Mediator, "a Vector or a Scalar, such as Vector(10.0)")


def check_one_mass(mediator: Mediator) -> None:
    """Raise a TypeError as `check_mediator`, or a ValueError if the mediator has many masses."""
    check_mediator(mediator)
    number("mediator.mass", mediator.mass)


def _propagator(mediator: Mediator, Q2: ArrayLike) -> Array:
    """F(Q²)/(Q² + m′²), which has to be finite."""
    Q2 = finite("Q2", Q2)
    same_grid(Q2=Q2, mass=mediator.mass)
    # at no recoil the limit: a massless mediator has one if F vanishes like Q²
    Q2 = np.where(Q2 == 0, 1e-100, Q2)
    F = np.asarray(mediator.form_factor(Q2))
    if F.dtype.kind not in "biufc" or F.shape not in ((), Q2.shape):
        raise TypeError(
            f"form_factor = {mediator.form_factor!r} returns {F.dtype} of shape {F.shape}: give a "
            f"function whose values are real numbers in the shape {Q2.shape} of Q²"
        )
    if np.any(F.imag):
        raise ValueError(
            f"form_factor = {mediator.form_factor!r} is complex: give a real one, because at "
            "Q² > 0 nothing in the vertex can be on its mass shell"
        )
    strength = np.asarray(Q2 + np.asarray(mediator.mass, dtype=float) ** 2)
    np.divide(F.real, strength, out=strength)  # in place: with many masses memory is what costs
    if not (strength.max(initial=0) < LARGEST and strength.min(initial=0) > -LARGEST):
        raise ValueError(
            f"mediator = {mediator}: F/(Q² + m′²) is not finite; give a mass, or recoils, above "
            "zero, and a form factor that is finite at every recoil"
        )
    return strength
