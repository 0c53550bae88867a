"""Parity violation in caesium atoms: what electrons say about a vector mediator."""

import numpy as np
from hepunits import MeV
from numpy.typing import ArrayLike

from ._validate import Array, finite, instance, number, positive, same_grid
from .constants import FERMI
from .limits import LimitCurve
from .mediators import Vector
from .nuclei import nucleus

__all__ = [
    "MOMENTUM",
    "WEAK_CHARGE",
    "WEAK_CHARGE_2021",
    "WEAK_CHARGE_SM",
    "caesium_limit",
    "weak_charge_shift",
]

WEAK_CHARGE = -72.82, 0.42
"""Q_W of caesium and its error, as measured (PDG, electroweak review; data of Wood et al. 1997)."""

WEAK_CHARGE_2021 = -73.71, float(np.hypot(0.26, 0.23))
"""The same data with another atomic theory, −73.71(26)(23) (Sahoo, Das and Spiesberger 2021)."""

WEAK_CHARGE_SM = -73.23, 0.01
"""Q_W of caesium and its error in the Standard Model (PDG, electroweak review)."""

MOMENTUM = 2.4 * MeV
"""Typical momentum of the exchange: a mediator of this mass has half the effect of a contact
interaction of the same g′/m′² (Bouchiat and Fayet 2005)."""


def weak_charge_shift(mediator: Vector, coupling: ArrayLike, momentum: float = MOMENTUM) -> Array:
    """Shift of the weak charge of caesium, ΔQ_W = −4 c_ν (Z c_p + N c_n) A_g/(2√2 G_F).

    A_g = g F(q²)/(q² + m′²) at q = `momentum`.  The left-handed electron is assumed to couple like
    the neutrino, its partner in the doublet.  Its weak isospin is opposite, so the sign is
    opposite to that of Q_V in `scattering.coefficients` (chapter 07).

    Parameters
    ----------
    mediator : Vector
    coupling : array
        Broadcasts with the masses of the mediator.
    momentum : float
        Momentum transfer (MeV).

    Raises
    ------
    ValueError
        If the mediator is not a `Vector` that couples to ν_e, or a number is out of range.

    >>> round(float(weak_charge_shift(Vector(1000.0), 1e-8)), 2)
    -0.48
    """
    if not isinstance(mediator, Vector) or not mediator.neutrinos[0]:
        raise ValueError(f"mediator = {mediator}: give a Vector that couples to ν_e and so to e_L")
    coupling = finite("coupling", coupling)
    same_grid(coupling=coupling, mass=mediator.mass)
    caesium = nucleus("Cs-133")
    amplitude = coupling * mediator.propagator(number("momentum", momentum, positive) ** 2)
    charge = mediator.neutrinos[0] * mediator.charge(caesium.Z, caesium.N)
    return -4 * charge * amplitude / (2 * np.sqrt(2) * FERMI)


def caesium_limit(
    mediator: Vector,
    n_sigma: float = 2.0,
    momentum: float = MOMENTUM,
    measured: tuple[float, float] = WEAK_CHARGE,
) -> LimitCurve:
    """Couplings that the weak charge of caesium allows, for an array of masses.

    The weak charge is linear in the coupling, so there is one band for each mass.

    Parameters
    ----------
    mediator : Vector
        With an array of masses (MeV).
    n_sigma : float
        Standard deviations from the measured weak charge, above zero.
    momentum : float
        As for `weak_charge_shift`.
    measured : (float, float)
        Weak charge and its error.

    Raises
    ------
    ValueError
        As for `weak_charge_shift`, or if there is no array of masses, a mass has no effect, or
        `measured` is not a number and an error above zero.

    >>> curve = caesium_limit(Vector([1000.0, 2000.0]))
    >>> round(float(curve.upper[1] / curve.upper[0]), 2)
    4.0
    """
    instance("mediator", mediator, Vector, "a Vector with an array of masses")
    masses = np.asarray(mediator.mass, dtype=float)
    if masses.ndim != 1:
        raise ValueError(f"mediator.mass = {mediator.mass!r}: give an array of masses")
    per_coupling = weak_charge_shift(mediator, 1.0, momentum)
    if not np.all(per_coupling):
        raise ValueError(
            f"mediator = {mediator}: it does not shift the weak charge; give masses whose square "
            "is a finite number, and a form factor that is not zero at the momentum"
        )
    pair = finite("measured", measured)
    if pair.shape != (2,) or pair[1] <= 0:
        raise ValueError(f"measured = {measured}: give a weak charge and its error, above zero")
    excess = pair[0] - WEAK_CHARGE_SM[0]
    error = number("n_sigma", n_sigma, positive) * np.hypot(pair[1], WEAK_CHARGE_SM[1])
    edges = np.sort(np.stack([excess - error, excess + error]) / per_coupling[:, np.newaxis])
    return LimitCurve(masses, [[(low, high)] for low, high in edges.tolist()])
