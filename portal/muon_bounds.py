"""What else bounds the coupling of a mediator to muons: their magnetic moment, and tridents.

The paper takes g_μ ~ 10⁻³ from both (section 5); chapter 11 asks for which masses, and for which
kind of coupling, that holds.
"""

import numpy as np
from hepunits import GeV, MeV
from numpy.typing import ArrayLike

from ._validate import Array, finite, instance, not_negative, number, positive, same_grid
from .constants import FERMI, M_MUON, SIN2_THETA_W
from .nuclei import Nucleus, nucleus
from .published import quoted
from .quadrature import gauss_legendre

__all__ = [
    "C_AXIAL",
    "C_VECTOR",
    "ENERGY",
    "ccfr_limit",
    "largest_couplings",
    "magnetic_moment",
    "trident_averages",
    "trident_limit",
    "trident_rate",
]

C_VECTOR, C_AXIAL = 0.5 + 2 * SIN2_THETA_W, 0.5
"""Couplings C_V and C_A of (G_F/√2) ν̄γ(1 − γ₅)ν μ̄γ(C_V − C_A γ₅)μ, by W and Z together."""

ENERGY = 160 * GeV
"""Mean energy of the neutrinos of CCFR (Phys. Rev. Lett. 66 (1991) 3117; typed from memory)."""


def magnetic_moment(mass: ArrayLike, vector: ArrayLike, axial: ArrayLike = 0.0) -> Array:
    """Shift of a_μ = (g − 2)/2 by a Z′ with couplings g_V μ̄γμ Z′ and g_A μ̄γγ₅μ Z′.

    With r = m_μ²/m′² (Leveille, Nucl. Phys. B 137 (1978) 63),

        Δa = r/(8π²) ∫₀¹ dx {g_V² 2x²(1 − x) − g_A² [2x(1 − x)(4 − x) + 4x³r]}/(1 − x + x²r) .

    Parameters
    ----------
    mass : array
        m′ (MeV), above zero; the arguments broadcast together.
    vector, axial : array
        g_V and g_A; a left-handed coupling g has g_V = −g_A = g/2.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    >>> print(f"{magnetic_moment(10.0, 5e-4):.1e}")
    2.5e-09
    """
    mass, vector, axial = positive("mass", mass), finite("vector", vector), finite("axial", axial)
    same_grid(mass=mass, vector=vector, axial=axial)
    u, weight = gauss_legendre(np.array([0.0, 1.0]), 200)
    x, weight = 1 - u**2, 2 * u * weight  # dense near x = 1, where a light Z′ has its peak
    r = (M_MUON / mass[..., np.newaxis]) ** 2
    below = 1 - x + x**2 * r
    of_vector = (r * 2 * x**2 * (1 - x) / below) @ weight
    of_axial = (r * (2 * x * (1 - x) * (4 - x) + 4 * x**3 * r) / below) @ weight
    return (vector**2 * of_vector - axial**2 * of_axial) / (8 * np.pi**2)


def trident_averages(
    mass: ArrayLike, energy: float = ENERGY, target: Nucleus | None = None
) -> tuple[Array, Array]:
    """Averages of v²/(Q² + m′²) and of its square over tridents ν_μ A → ν_μ μ⁺μ⁻ A.

    v² = 1/(√2 G_F), and Q² is the momentum squared that the neutrino loses.  A photon of the
    nucleus and the exchanged boson make the pair; their structure functions are those of γ*γ → μμ
    (Budnev et al., Phys. Rept. 15 (1975) 181), and the photons come with the squared form factor
    of the nucleus.  Vector and axial parts are taken alike, true for pairs far above 2m_μ.

    Parameters
    ----------
    mass : array
        m′ (MeV), zero or above.
    energy : float
        Energy of the neutrino (MeV), from 10 GeV.
    target : Nucleus, optional
        Iron-56 by default.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of its range.

    >>> mean, square = trident_averages([100.0, 1e6])
    >>> print(*(f"{average:.1e}" for average in mean))
    1.0e+05 6.1e-02
    """
    mass = not_negative("mass", mass)
    energy = number("energy", energy, positive)
    if energy < 10 * GeV:
        raise ValueError(f"energy = {energy} MeV: give 10 GeV or more")
    target = nucleus("Fe-56") if target is None else target
    instance("target", target, Nucleus, "a Nucleus, such as nucleus('Fe-56')")
    # s = (neutrino + photon)², then W² of the pair, then Q²: each even in its logarithm
    s, d_s = _logarithmic(4 * M_MUON**2, energy * 0.5 * GeV)
    photon, d_photon = _logarithmic((s / (2 * energy)) ** 2, GeV**2)
    flux = (d_photon / photon * target.form_factor(photon) ** 2).sum(axis=-1) * d_s / s
    s, flux = s[:, np.newaxis], flux[:, np.newaxis]
    W2, d_W2 = _logarithmic(4 * M_MUON**2 * (1 + 1e-9), s[:, 0] * (1 - 1e-9))
    Q2, d_Q2 = _logarithmic(1e-3 * MeV**2, np.maximum(s - W2, 1e-2 * MeV**2))
    s, flux, W2, d_W2 = (a[..., np.newaxis] for a in (s, flux, W2, d_W2))
    x, y = Q2 / (Q2 + W2), (Q2 + W2) / s
    F2, FL = _structure_functions(x, M_MUON**2 / Q2, np.sqrt(1 - 4 * M_MUON**2 / W2))
    tridents = ((1 + (1 - y) ** 2) * F2 - y**2 * FL) / (Q2 + W2) * d_Q2 * d_W2 * flux
    share = (tridents / tridents.sum()).ravel()
    boson = 1 / (np.sqrt(2) * FERMI) / (Q2.ravel() + mass[..., np.newaxis] ** 2)
    return boson @ share, boson**2 @ share


def _logarithmic(low: ArrayLike, high: ArrayLike) -> tuple[Array, Array]:
    """Points from low to high and weights, even in the logarithm, on a new last axis."""
    start = np.log(np.asarray(low, dtype=float))[..., np.newaxis]
    span = np.log(np.asarray(high, dtype=float))[..., np.newaxis] - start
    t, weight = gauss_legendre(np.array([0.0, 1.0]), 32)
    points = np.exp(start + span * t)
    return points, points * weight * span


def _structure_functions(x: Array, r: Array, beta: Array) -> tuple[Array, Array]:
    """F₂ and F_L of γ*γ → μμ, up to a factor; r = m_μ²/Q², β the velocity of a muon in the pair."""
    log = 2 * np.arctanh(beta)
    transverse = (x**2 + (1 - x) ** 2 + 4 * x * (1 - 3 * x) * r - 8 * x**2 * r**2) * log
    F2 = x * (transverse + beta * (8 * x * (1 - x) - 1 - 4 * x * (1 - x) * r))
    return F2, 4 * x**2 * ((1 - x) * beta - 2 * x * r * log)


def trident_rate(averages: tuple[ArrayLike, ArrayLike], coupling: ArrayLike) -> Array:
    """Rate of tridents over that of the Standard Model, for g_ν = g_μ = `coupling` (vector).

    The Z′ adds g² v²/(Q² + m′²) to C_V (Altmannshofer et al., Phys. Rev. Lett. 113 (2014) 091801).

    Parameters
    ----------
    averages : (mean, square)
        From `trident_averages`; for a heavy mediator v²/m′² and its square.
    coupling : array
        g; it broadcasts with the averages.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    >>> print(trident_rate((1e4, 1.2e8), 5e-3).round(2))
    1.47
    """
    mean, square = (not_negative("averages", average) for average in averages)
    coupling = finite("coupling", coupling)
    same_grid(averages=mean, coupling=coupling)
    more = 2 * C_VECTOR * coupling**2 * mean + coupling**4 * square
    return 1 + more / (C_VECTOR**2 + C_AXIAL**2)


def trident_limit(averages: tuple[ArrayLike, ArrayLike], most: float) -> Array:
    """Coupling at which the rate of tridents is `most` times that of the Standard Model.

    Parameters
    ----------
    averages : (mean, square)
        As for `trident_rate`, above zero.
    most : float
        Above one.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    >>> print(trident_rate((1e4, 1.2e8), trident_limit((1e4, 1.2e8), 1.38)).round(9))
    1.38
    """
    mean, square = (positive("averages", average) for average in averages)
    if number("most", most, positive) <= 1:
        raise ValueError(f"most = {most}: give a number above one")
    room = (most - 1) * (C_VECTOR**2 + C_AXIAL**2)
    # g² of the root above zero, in the form in which nothing cancels
    return np.sqrt(room / (C_VECTOR * mean + np.sqrt((C_VECTOR * mean) ** 2 + square * room)))


def ccfr_limit(mass: ArrayLike, n_sigma: float = 2.0) -> Array:
    """Largest vector coupling g_ν = g_μ that the tridents of CCFR (1991) allow.

    Parameters
    ----------
    mass : array
        m′ (MeV), zero or above.
    n_sigma : float
        How many errors the rate may be above the measured one, above zero.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    >>> print(f"{ccfr_limit(10.0):.1e}")
    9.5e-04
    """
    rate, error, _ = quoted("tridents", 1991)
    return trident_limit(
        trident_averages(mass), rate + number("n_sigma", n_sigma, positive) * error
    )


def largest_couplings(year: int, mass: ArrayLike) -> dict[str, Array]:
    """Largest vector couplings to muons that tridents and the muon's moment allow at 2σ.

    Parameters
    ----------
    year : int
        2018 or 2025, of the moment.
    mass : array
        m′ (MeV), above zero.

    Raises
    ------
    ValueError
        If the year is another, or a mass is not above zero.

    >>> print({name: f"{g:.1e}" for name, g in largest_couplings(2025, 10.0).items()})
    {'tridents': '9.5e-04', 'g−2': '4.1e-04'}
    """
    excess, up, _ = quoted("a_mu", year)
    moment = np.sqrt((excess + 2 * up) / magnetic_moment(mass, 1.0))
    return {"tridents": ccfr_limit(mass), "g−2": moment}
