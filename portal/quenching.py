"""How much of a recoil energy a detector sees: its mean signal.

A nuclear recoil makes less light or charge than an electron of the same energy; its
electron-equivalent energy is a constant share of the recoil energy, or a function of it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from hepunits import keV
from numpy.typing import ArrayLike

from ._validate import Array, ascending, finite, frozen, not_negative, number, positive

__all__ = [
    "RECOILS",
    "Lindhard",
    "Quenching",
    "QuenchingTable",
    "check_quenching",
    "mean_signal",
    "recoil_of_signal",
]

Quenching = float | Callable[[Array], Array]

RECOILS = np.concatenate([[0.0], np.geomspace(1e-9, 1e3, 600)])
"""Recoil energies (MeV) where a quenching is looked at, from 1 meV up."""


@dataclass(frozen=True)
class Lindhard:
    """Quenching of a nuclear recoil in its own material (Lindhard et al. 1963).

    x = E_R k g/(1 + k g) with g = 3 ε^0.15 + 0.7 ε^0.6 + ε and ε = 11.5 Z^(−7/3) E_R/keV, in the
    form of Lewin and Smith (1996).

    Parameters
    ----------
    Z : int
        Charge of the nucleus.
    k : float
        0.133 Z^(2/3) A^(−1/2) in the theory, 0.157 for germanium; measurements give others.

    Raises
    ------
    ValueError
        If a parameter is not above zero.

    >>> ionisation = Lindhard(Z=32, k=0.157)(np.array([1 * keV, 10 * keV]))
    >>> print((ionisation / keV).round(3))
    [0.171 2.341]
    """

    Z: int
    k: float

    def __post_init__(self) -> None:
        number("Z", self.Z, positive)
        number("k", self.k, positive)

    def __call__(self, recoil: Array) -> Array:
        """Electron-equivalent energy (MeV) of recoils (MeV)."""
        e = 11.5 * self.Z ** (-7 / 3) * recoil / keV
        kg = self.k * (3 * e**0.15 + 0.7 * e**0.6 + e)
        return recoil * kg / (1 + kg)


@dataclass(frozen=True, eq=False)
class QuenchingTable:
    """Quenching factor between measured points, on straight lines; constant beyond them.

    Parameters
    ----------
    recoils : array (k,)
        Recoil energies (MeV), ascending.
    factors : array (k,)
        Electron-equivalent energy per recoil energy.

    Raises
    ------
    ValueError
        If there are not as many factors as recoils, or one is not above zero.

    >>> table = QuenchingTable([1 * keV, 3 * keV], [0.1, 0.2])
    >>> print((table(2 * keV) / keV).round(3))
    0.3
    """

    recoils: ArrayLike
    factors: ArrayLike

    def __post_init__(self) -> None:
        recoils = ascending("recoils", not_negative("recoils", self.recoils))
        factors = positive("factors", self.factors)
        if factors.shape != recoils.shape:
            raise ValueError(f"factors = {factors}: give {len(recoils)}, one for each recoil")
        object.__setattr__(self, "recoils", frozen(recoils))
        object.__setattr__(self, "factors", frozen(factors))

    def __call__(self, recoil: Array) -> Array:
        """Electron-equivalent energy (MeV) of recoils (MeV)."""
        return recoil * np.interp(recoil, np.asarray(self.recoils), np.asarray(self.factors))


def check_quenching(quenching: Quenching) -> None:
    if not callable(quenching):
        number("quenching", quenching, positive)
        return
    try:
        signal = finite("quenching", quenching(RECOILS))
    except Exception as error:
        raise TypeError(
            f"quenching = {quenching!r}: give a number, or a function of an array of recoil "
            f"energies ({error})"
        ) from error
    if signal.shape != RECOILS.shape or np.any(signal < 0) or np.any(np.diff(signal) < 0):
        raise ValueError(
            f"quenching = {quenching!r}: give a function whose energy, zero or above, never falls "
            "as the recoil grows"
        )


def mean_signal(gain: float, quenching: Quenching, recoil: Array) -> Array:
    """Mean signal of a recoil."""
    return gain * (quenching(recoil) if callable(quenching) else quenching * recoil)


def recoil_of_signal(gain: float, quenching: Quenching, x: Array) -> Array:
    """Lowest recoil energy (MeV) whose mean signal reaches x, to the last bits, by bisection."""
    if not callable(quenching):
        return x / (gain * quenching)
    reached = mean_signal(gain, quenching, RECOILS)
    i = np.searchsorted(reached, x).clip(1, len(RECOILS) - 1)
    low, high = RECOILS[i - 1], RECOILS[i]
    for _ in range(60):
        middle = (low + high) / 2
        above = mean_signal(gain, quenching, middle) >= x
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return np.where(x > 0, high, 0.0)
