"""The new particle: its mass, how it couples to a nucleus, and the form factor of its vertex.

The coupling is what an experiment bounds, so it is an argument of the rates and no part of the
mediator.  With `direct` it is g′; with ``suppressed(q0)`` it is g′q0²/Λ², the axis of the
paper's Figs. 2 and 3.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from hepunits import MeV
from numpy.typing import ArrayLike

from ._validate import Array, finite, not_negative, number, positive, same_grid

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


def suppressed(q0: float = 50 * MeV) -> FormFactor:
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
    q0 = number("q0", q0, positive)

    def form_factor(Q2: ArrayLike) -> Array:
        return finite("Q2", Q2) / q0**2

    return form_factor


@dataclass(frozen=True)
class _Mediator:
    mass: ArrayLike
    form_factor: FormFactor = direct
    flavours: tuple[str, ...] = ("e", "mu", "tau")

    def __post_init__(self) -> None:
        not_negative("mass", self.mass)
        given: object = self.form_factor
        if not callable(given) or given is suppressed:
            raise TypeError(
                f"form_factor = {given!r}: give a function of Q², such as "
                "portal.direct or portal.suppressed(q0)"
            )
        if not set(self.flavours) <= {"e", "mu", "tau"}:
            raise ValueError(f"flavours = {self.flavours}: give some of 'e', 'mu', 'tau'")

    def propagator(self, Q2: ArrayLike) -> Array:
        """Form factor times propagator, F(Q²)/(Q² + m′²), in MeV⁻².

        Parameters
        ----------
        Q2 : array
            Momentum transfer squared (MeV²); broadcasts with the mass.

        Raises
        ------
        ValueError
            If the result is not finite, as for no mass and no recoil.
        """
        Q2 = finite("Q2", Q2)
        same_grid(Q2=Q2, mass=self.mass)
        with np.errstate(all="ignore"):  # the result is checked
            strength = self.form_factor(Q2) / (Q2 + np.asarray(self.mass, dtype=float) ** 2)
        if not np.all(np.isfinite(strength)):
            raise ValueError(
                f"mediator = {self}: F/(Q² + m′²) is not finite; give a mass, or recoils, above "
                "zero, and a form factor that is finite at every recoil"
            )
        return strength


@dataclass(frozen=True)
class Vector(_Mediator):
    """A Z′ that couples alike to up and down quarks and to neutrinos (paper (3.1)).

    Parameters
    ----------
    mass : number or array
        m′ (MeV), zero or above.
    form_factor : function of Q²
        `direct`, ``suppressed(q0)``, or any function of an array of Q² (MeV²).
    flavours : tuple of str
        The neutrinos it couples to, each with its antineutrino; all three by default.

    Raises
    ------
    ValueError
        If a mass is negative or not finite, or a flavour is unknown.

    >>> Vector(10.0).charge(Z=55, N=78)
    399
    >>> float(Vector(10.0).propagator(300.0))
    0.0025
    """

    @staticmethod
    def charge(Z: int, N: int) -> int:
        """Coherent charge of a nucleus: one for each of its 3(Z+N) valence quarks (paper (3.4))."""
        return 3 * (Z + N)


@dataclass(frozen=True)
class Scalar(_Mediator):
    """A scalar S that couples alike to up and down quarks and to neutrinos (paper (3.5)).

    Parameters and errors are those of `Vector`.

    >>> round(Scalar(10.0).charge(Z=55, N=78), 1)
    1922.5
    """

    @staticmethod
    def charge(Z: int, N: int) -> float:
        """Coherent charge of a nucleus, 15.1 Z + 14 N, from sigma terms (paper (3.7))."""
        return 15.1 * Z + 14 * N
