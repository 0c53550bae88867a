"""A neutrino hits a nucleus or an electron: kinematics, cross sections, and rates for a flux.

A recoil energy fixes Q² = 2 m E_R, and with it everything the new physics does.  What is left of
the neutrino energy is a polynomial in 1/E_ν, and the coupling enters as a polynomial too:

    dσ/dE_R = Σ_pk  K_pk(E_R) [g F(Q²)/(Q² + m′²)]ᵖ E_ν⁻ᵏ ,   p, k = 0, 1, 2.

`coefficients` returns K.  A cross section puts in the energy, a rate the moments of the flux.
"""

from collections.abc import Sequence

import numpy as np
from hepunits import hbarc
from numpy.typing import ArrayLike

from ._validate import Array, finite, instance, not_negative, number, positive, same_grid
from .constants import FERMI
from .mediators import Mediator, Scalar, Vector, check_mediator
from .nuclei import Electron, Nucleus, Target, check_scatterer
from .sources import Source, check_flavour

__all__ = [
    "coefficients",
    "cross_section",
    "energy_min",
    "mediator_powers",
    "momentum_transfer_squared",
    "rate",
    "rate_per_mass",
    "recoil_max",
    "weak_charge",
]


def _check_pair(scatterer: object, mediator: object) -> None:
    """Raise a TypeError unless these can be what neutrinos hit and what is exchanged."""
    check_scatterer(scatterer)
    if mediator is not None:
        check_mediator(mediator)


def momentum_transfer_squared(mass: float, recoil: ArrayLike) -> Array:
    """Momentum transfer squared, Q² = 2 m E_R, exact for a target at rest.

    Parameters
    ----------
    mass : float
        Mass m of the target (MeV), above zero.
    recoil : array, any shape
        Recoil energy E_R (MeV), zero or above.

    Returns
    -------
    array
        MeV².

    Raises
    ------
    ValueError
        If a number is out of its range.

    >>> from hepunits import keV
    >>> float(momentum_transfer_squared(100_000.0, 12.5 * keV)) ** 0.5
    50.0
    """
    return 2 * number("mass", mass, positive) * not_negative("recoil", recoil)


def recoil_max(mass: float, energy: ArrayLike) -> Array:
    """Largest recoil energy (MeV) that a neutrino can give, 2E²/(m + 2E).

    Parameters
    ----------
    mass : float
        Mass m of the target (MeV), above zero.
    energy : array, any shape
        Neutrino energy E (MeV), zero or above.

    Raises
    ------
    ValueError
        If a number is out of its range.

    >>> round(float(recoil_max(100_000.0, 50.0)), 5)
    0.04995
    """
    return _recoil_max(number("mass", mass, positive), not_negative("energy", energy))


def _recoil_max(mass: float, energy: ArrayLike) -> Array:
    E = np.asarray(energy)
    return 2 * E**2 / (mass + 2 * E)


def energy_min(mass: float, recoil: ArrayLike) -> Array:
    """Smallest neutrino energy (MeV) that can give a recoil, [E_R + √(E_R² + 2mE_R)]/2.

    Parameters and errors are those of `momentum_transfer_squared`.

    >>> float(energy_min(100_000.0, recoil_max(100_000.0, 50.0)))
    50.0
    """
    return _energy_min(number("mass", mass, positive), not_negative("recoil", recoil))


def _energy_min(mass: float, recoil: Array) -> Array:
    return (recoil + np.sqrt(recoil**2 + 2 * mass * recoil)) / 2


def weak_charge(nucleus: Nucleus) -> float:
    """Standard Model vector charge Q_V = ½(Z g_p + N g_n), with the couplings of the nucleus.

    At tree level this is ½[Z(½ − 2 sin²θ_W) − N/2] (paper (3.4)).

    Parameters
    ----------
    nucleus : Nucleus

    >>> from portal.nuclei import nucleus
    >>> round(weak_charge(nucleus("Cs-133")), 2)
    -18.87
    """
    instance("nucleus", nucleus, Nucleus, "a Nucleus, such as nucleus('Cs-133')")
    proton, neutron = nucleus.weak
    return (nucleus.Z * proton + nucleus.N * neutron) / 2


def coefficients(
    scatterer: Nucleus | Electron,
    recoil: ArrayLike,
    mediator: Mediator | None = None,
    flavour: str = "mu",
) -> Array:
    """Polynomial coefficients K_pk of the cross section in coupling and inverse energy.

    With A_g = g F/(Q² + m′²) and a vector mediator, the new part of every charge is
    A_g/(2√2 G_F) per unit of coupling.  Nuclei (paper (3.3), (3.4), with the factor 2 in front of
    the new term that (3.1) asks for):

        dσ/dE_R = (2/π) G_F² m Q² [1 − m E_R/E² + (1 − E_R/E)²],
        Q = ½(Z g_p F_p + N g_n F_n) + c_ν (Z c_p F_p + N c_n F_n) A_g/(2√2 G_F),

    with the weak couplings g and the charges c of the mediator.  With one form factor for all and
    the defaults this is F_Helm {½[Z(½ − 2 sin²θ_W) − N/2] + 3(Z + N) A_g/(2√2 G_F)}.

    Electrons (paper (3.2); ε_L and ε_R trade places for antineutrinos):

        dσ/dE_R = (2/π) G_F² m_e [ε_L² + ε_R² (1 − E_R/E)² − ε_L ε_R m_e E_R/E²],
        ε_L = ±½ + sin²θ_W + c_ν c_e A_g/(2√2 G_F),  ε_R = sin²θ_W + c_ν c_e A_g/(2√2 G_F).

    A scalar adds (paper (3.6), (3.7), with the mass of the target where (3.7) prints m_e, and
    the exact kinematics)

        (1/4π) [c_ν (Z c_p F_p + N c_n F_n) A_g]² E_R m² (1 + E_R/2m)/E²  (c_ν c_e for electrons).

    That is for g′ ν̄_R ν_L + h.c.; the Majorana operator (3.5) without ½ has twice the amplitude.

    Parameters
    ----------
    scatterer : Nucleus or Electron
    recoil : array, any shape
        Recoil energy (MeV).
    mediator : Vector, Scalar or None
        Its kind and flavours are used; mass, form factor and coupling come later.
    flavour : str
        Of the neutrino: one of `portal.sources.FLAVOURS`.

    Returns
    -------
    array (3, 3, *recoil.shape)
        First axis: power p of A_g; second: power k of 1/E_ν.

    Raises
    ------
    ValueError
        If a recoil is negative or the flavour is unknown.

    >>> K = coefficients(Electron(), [0.1, 0.2, 0.3], Vector(10.0), flavour="e")
    >>> K.shape
    (3, 3, 3)
    """
    _check_pair(scatterer, mediator)
    check_flavour(flavour)
    recoil = not_negative("recoil", recoil)
    spread = scatterer.spread(2 * scatterer.mass * recoil)
    basis = np.eye(3).reshape(3, 3, *[1] * recoil.ndim)  # one power of 1/E_ν at a time
    return mediator_powers(scatterer, spread, recoil, mediator, [flavour], basis)


def mediator_powers(
    scatterer: Nucleus | Electron,
    spread: tuple[Array, ...],
    recoil: Array,
    mediator: Mediator | None,
    flavours: Sequence[str],
    inverse_energies: Array,
) -> Array:
    """Coefficients of A_gᵖ in the cross section or, with the moments of a flux, in the rate.

    The bare form of `coefficients`, without checks.

    Parameters
    ----------
    scatterer : Nucleus or Electron
    spread : tuple of arrays
        What acts together at these recoils, ``scatterer.spread(2 * m * recoil)``.
    recoil : array, any shape
        Recoil energy E_R (MeV).
    mediator : Vector, Scalar or None
    flavours : n flavours of neutrinos
    inverse_energies : array (3, n, *recoil.shape)
        For each flavour 1, 1/E_ν, 1/E_ν² or, for a flux, their integrals Φ_0, Φ_1, Φ_2.

    Returns
    -------
    array (3, n, *recoil.shape)
    """
    m = scatterer.mass
    family = [("e", "mu", "tau").index(flavour.removesuffix("-bar")) for flavour in flavours]

    def each(of_flavours: Sequence[float]) -> Array:
        return np.reshape(of_flavours, (-1, *[1] * recoil.ndim))

    def together(charges: Sequence[float]) -> Array:
        return np.asarray(sum(c * part for c, part in zip(charges, spread, strict=True)))

    if isinstance(scatterer, Electron):
        chiral = [scatterer.weak[i] for i in family]
        turned = [
            pair[::-1] if flavour.endswith("bar") else pair
            for pair, flavour in zip(chiral, flavours, strict=True)
        ]
        left, right = (each(weak) for weak in zip(*turned, strict=True))
        charges: Sequence[float] = (mediator.electron,) if mediator else (0.0,)
    else:
        left = right = together(scatterer.weak) / 2
        charges = mediator.nucleons if mediator else (0.0, 0.0)
    neutrinos = each([mediator.neutrinos[i] if mediator else 0.0 for i in family])
    charge = neutrinos * together(charges)
    new = charge / (2 * np.sqrt(2) * FERMI) if isinstance(mediator, Vector) else 0 * charge

    def product(a: Array, b: Array) -> tuple[Array, Array, Array]:
        """Powers of A_g in (a + new A_g)(b + new A_g)."""
        return a * b, (a + b) * new, new**2

    one, inverse, square = inverse_energies
    backwards = one - 2 * recoil * inverse + recoil**2 * square  # (1 − E_R/E)²
    mixed = m * recoil * square  # m E_R/E²
    pairs = zip(product(left, left), product(right, right), product(left, right), strict=True)
    powers = np.stack([ll * one + rr * backwards - lr * mixed for ll, rr, lr in pairs])
    powers *= 2 / np.pi * FERMI**2 * m
    if isinstance(mediator, Scalar):
        powers[2] += charge**2 * recoil * m**2 * (1 + recoil / (2 * m)) / (4 * np.pi) * square
    return powers * hbarc**2


def _sum_of_powers(
    powers: Array,
    scatterer: Nucleus | Electron,
    recoil: Array,
    mediator: Mediator | None,
    coupling: Array,
) -> Array:
    """Put in A_g = g F/(Q² + m′²)."""
    if mediator is None:
        return np.broadcast_to(powers[0], np.broadcast_shapes(powers[0].shape, coupling.shape))
    A = coupling * mediator.propagator(2 * scatterer.mass * recoil)
    return np.asarray(powers[0] + A * powers[1] + A**2 * powers[2])


def _physical(total: Array, reached: Array, coupling: Array) -> Array:
    """Take `total` where the kinematics reach it, and refuse what is not a number."""
    # the terms cancel at the endpoint, where rounding could leave a negative rest
    total = np.where(reached, np.maximum(total, 0.0), 0.0)
    if not np.all(np.isfinite(total)):
        raise ValueError(f"coupling = {coupling}: give couplings whose cross section is finite")
    return total


def cross_section(
    scatterer: Nucleus | Electron,
    energy: ArrayLike,
    recoil: ArrayLike,
    mediator: Mediator | None = None,
    coupling: ArrayLike = 0.0,
    flavour: str = "mu",
) -> Array:
    """Differential cross section dσ/dE_R (mm²/MeV; divide by ``cm2 / keV`` for cm²/keV).

    Paper (3.2) to (3.7) in their derived forms; see `coefficients`.  It is zero where the
    neutrino cannot give the recoil.

    Parameters
    ----------
    scatterer : Nucleus or Electron
    energy, recoil : array
        Neutrino energy and recoil energy (MeV); they broadcast together.
    mediator : Vector, Scalar or None
        None gives the Standard Model.
    coupling : array
        g′, or g′q0²/Λ² with a suppressed form factor; broadcasts too.
    flavour : str
        Of the neutrino; matters for electrons, and for a mediator that does not couple to all.

    Raises
    ------
    ValueError
        If an energy is not above zero, a recoil is negative, the flavour is unknown, the shapes
        do not broadcast, or the cross section is infinite (no recoil and a massless mediator).

    >>> from hepunits import MeV, cm2, keV
    >>> from portal.nuclei import nucleus
    >>> print(f"{cross_section(nucleus('Cs-133'), 30 * MeV, 5 * keV) / (cm2 / keV):.2e}")
    1.52e-39
    """
    _check_pair(scatterer, mediator)
    check_flavour(flavour)
    energy, recoil = positive("energy", energy), not_negative("recoil", recoil)
    coupling = finite("coupling", coupling)
    mass = 0.0 if mediator is None else mediator.mass
    same_grid(energy=energy, recoil=recoil, coupling=coupling, mass=mass)
    spread = scatterer.spread(2 * scatterer.mass * recoil)
    energy, recoil = np.broadcast_arrays(energy, recoil)
    inverse_energies = np.stack([[energy**-k] for k in range(3)])
    with np.errstate(all="ignore"):  # the result is checked
        powers = mediator_powers(scatterer, spread, recoil, mediator, [flavour], inverse_energies)[
            :, 0
        ]
        total = _sum_of_powers(powers, scatterer, recoil, mediator, coupling)
    return _physical(total, recoil <= _recoil_max(scatterer.mass, energy), coupling)


def rate(
    scatterer: Nucleus | Electron,
    source: Source,
    recoil: ArrayLike,
    mediator: Mediator | None = None,
    coupling: ArrayLike = 0.0,
) -> Array:
    """Recoils per scatterer, time and recoil energy, ∫ φ dσ/dE_R dE (per ns and MeV).

    Parameters and errors are those of `cross_section`, with a `Source` for energy and flavour.

    >>> from hepunits import keV
    >>> from portal.nuclei import nucleus
    >>> from portal.fluxes import sns
    >>> caesium = nucleus("Cs-133")
    >>> spectrum = rate(caesium, sns(), [5 * keV, 20 * keV, 60 * keV])
    >>> bool(spectrum[0] > spectrum[1] > spectrum[2] == 0)
    True
    """
    _check_pair(scatterer, mediator)
    instance("source", source, Source, "a Source, such as sns()")
    recoil, coupling = not_negative("recoil", recoil), finite("coupling", coupling)
    same_grid(recoil=recoil, coupling=coupling, mass=0.0 if mediator is None else mediator.mass)
    spread = scatterer.spread(2 * scatterer.mass * recoil)
    # a moment may diverge at no recoil, but the cross section falls faster: the limit is zero
    with np.errstate(all="ignore"):  # the result is checked
        e_min = _energy_min(scatterer.mass, np.maximum(recoil, np.finfo(float).tiny))
        moments = np.stack([c.moments(e_min) for c in source.components], axis=1)
        flavours = [c.flavour for c in source.components]
        powers = mediator_powers(scatterer, spread, recoil, mediator, flavours, moments)
        total = _sum_of_powers(powers.sum(axis=1), scatterer, recoil, mediator, coupling)
    return _physical(total, recoil <= _recoil_max(scatterer.mass, source.endpoint), coupling)


def rate_per_mass(
    target: Target,
    source: Source,
    recoil: ArrayLike,
    mediator: Mediator | None = None,
    coupling: ArrayLike = 0.0,
) -> Array:
    """Recoils of a material per mass, time and recoil energy: the sum of `rate` over its parts.

    Parameters and errors are those of `rate`, with a `Target` in place of one scatterer.

    >>> from hepunits import day, keV, kg
    >>> from portal.fluxes import sns
    >>> from portal.nuclei import target
    >>> rates = rate_per_mass(target("CsI"), sns(), [5 * keV, 20 * keV]) * keV * kg * day
    >>> bool(rates[0] > 10 * rates[1] > 0)
    True
    """
    instance("target", target, Target, "a Target, such as target('CsI')")
    sums = sum(n * rate(one, source, recoil, mediator, coupling) for one, n in target.parts)
    return np.asarray(sums * target.units_per_mass)
