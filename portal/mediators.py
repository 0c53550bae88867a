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

from ._validate import Array, not_negative, positive

FormFactor = Callable[[Array], Array]


def direct(Q2: ArrayLike) -> Array:
    """Form factor of a mediator that couples to quarks at tree level, F = 1.

    Parameters
    ----------
    Q2 : array, any shape
        Momentum transfer squared, Q² = 2 m E_R (MeV²).

    >>> float(direct(2500.0))
    1.0
    """
    return np.ones_like(np.asarray(Q2, dtype=float))


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
        If `q0` is not above zero.

    >>> float(suppressed(q0=50.0)(100.0**2))
    4.0
    """
    positive("q0", q0)

    def form_factor(Q2: ArrayLike) -> Array:
        return np.asarray(Q2, dtype=float) / q0**2

    return form_factor


@dataclass(frozen=True)
class _Mediator:
    mass: ArrayLike
    form_factor: FormFactor = direct
    flavours: tuple[str, ...] = ("e", "mu", "tau")

    def __post_init__(self) -> None:
        not_negative("mass", self.mass)
        if not callable(self.form_factor):
            raise TypeError(
                f"form_factor = {self.form_factor!r}: give a function of Q², such as portal.direct"
            )
        if not set(self.flavours) <= {"e", "mu", "tau"}:
            raise ValueError(f"flavours = {self.flavours}: give some of 'e', 'mu', 'tau'")

    def propagator(self, Q2: ArrayLike) -> Array:
        """Form factor times propagator, F(Q²)/(Q² + m′²), in MeV⁻².

        `Q2` (MeV²) and the mass broadcast together.
        """
        Q2 = np.asarray(Q2, dtype=float)
        return self.form_factor(Q2) / (Q2 + np.asarray(self.mass, dtype=float) ** 2)


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
