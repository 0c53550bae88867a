"""What else bounds a b–s vertex with the form factor q²/Λ²: decays to nothing seen, and B_s mixing.

All take the coupling c = g_Lbs/Λ² of the vertex c q² s̄γP_L b Z′, or that of a contact term.
"""

import numpy as np
from hepunits import GeV, hbar
from numpy.typing import ArrayLike

from ._validate import Array, finite, number, positive, same_grid
from .b_decays import DECAYS, NORMALISATION, amplitudes, ckm, meson_momentum
from .constants import FERMI
from .published import quoted
from .quadrature import gauss_legendre

__all__ = [
    "MIXING",
    "M_W",
    "chi_pairs",
    "decay_room",
    "largest_vertices",
    "least_ratio",
    "mixing_room",
    "mixing_shift",
    "z_prime",
]

M_W = 80.377 * GeV
"""Mass of the W (PDG 2022)."""

_ERAS = {2018: 2018, 2025: 2019}
"""Era → year of the prediction of B_s mixing known in it."""

MIXING = 0.84 * 2.3
"""η_B S₀ of B_s mixing: QCD correction and loop of the top quark (Buras, hep-ph/9806471)."""


def z_prime(mode: str, mass: ArrayLike) -> Array:
    """Branching ratio of B → M Z′ on the mass shell, over c² (MeV⁴).

    Γ = (c m′²)² k/(8π m_B²) Σ|S|², with the momentum k of the meson and S of
    `b_decays.amplitudes` at q² = m′²; for the K this is (c m′²)² f₊² k³/(8π m′²).  Below 2m_μ the
    mediator decays to neutrinos, so this is B → M and nothing seen.

    Parameters
    ----------
    mode : str
        "K" or "K*".
    mass : array
        m′ (MeV), above zero, up to m_B − m_M.

    Raises
    ------
    ValueError
        If the mode is unknown, or a mass is out of its range.

    >>> print(f"{z_prime('K', 10.0) * (1e-3 / (50e3) ** 2) ** 2:.1e}")
    3.1e-06
    """
    mass = positive("mass", mass)
    s, _, _, _ = amplitudes(mode, mass**2)
    decay, k = DECAYS[mode], meson_momentum(mode, mass**2)
    width = mass**4 * k / (8 * np.pi * decay.m_b**2) * (s**2).sum(axis=0)
    return decay.lifetime / hbar * width


def least_ratio(x_h: ArrayLike, x_l: ArrayLike, q0: float = 50.0) -> Array:
    """Least |g_bs/g_1| that joins B decays and coherent scattering, X_h/(2 X_l) q0²/m_B².

    Paper (5.12) with the 2 of the projection on the vector current (chapter 11).

    Parameters
    ----------
    x_h : array
        X_h = g_Lbs g_μ m_B²/Λ² that B decays ask for.
    x_l : array
        Largest |g′| q0²/Λ² that coherent scattering leaves, above zero.
    q0 : float
        MeV.

    Raises
    ------
    ValueError
        If a number is not finite, or `x_l` or `q0` not above zero.

    >>> print(f"{least_ratio(1e-8, 1e-9):.1e}")
    4.5e-04
    """
    same_grid(x_h=finite("x_h", x_h), x_l=positive("x_l", x_l))
    reach = (number("q0", q0, positive) / DECAYS["K"].m_b) ** 2
    return np.asarray(np.asarray(x_h) / (2 * np.asarray(x_l)) * reach)


def chi_pairs(m_chi: float) -> Array:
    """Branching ratio of B⁺ → K⁺ χ̄χ by the contact term C (s̄γP_L b)(χ̄γχ), over C² (MeV⁴).

    The rate of chapter 10 with C9 = 1 and C7 = C10 = 0, and C in place of N: the vector current of
    χ alone, an axial one only adds.

    Parameters
    ----------
    m_chi : float
        Mass of χ (MeV), above zero, below (m_B − m_K)/2.

    Raises
    ------
    ValueError
        If the mass is out of its range.

    >>> print(f"{chi_pairs(1000.0) * (1e-8 / 1e6) ** 2:.1e}")
    1.8e-06
    """
    decay = DECAYS["K"]
    m, end = number("m_chi", m_chi, positive), (decay.m_b - decay.m_k) ** 2
    if m >= np.sqrt(end) / 2:
        raise ValueError(f"m_chi = {m_chi} MeV: give a mass below (m_B − m_K)/2")
    # q² = 4m² + (end − 4m²) u² leaves no root at threshold, √(1 − u²) ends softly
    angle, weight = gauss_legendre(np.array([0.0, np.pi / 2]), 60)
    u, d_u = np.sin(angle), np.cos(angle) * weight
    q2 = 4 * m**2 + (end - 4 * m**2) * u**2
    s, _, _, phase_space = amplitudes("K", q2)
    rate = phase_space / NORMALISATION**2 * np.sqrt(1 - 4 * m**2 / q2)
    rate *= 4 / 3 * (q2 + 2 * m**2) * (s**2).sum(axis=0)
    return decay.lifetime / hbar * (rate @ (2 * (end - 4 * m**2) * u * d_u))


def mixing_shift(coupling: ArrayLike) -> Array:
    """Shift of the frequency of B_s mixing, relative to the Standard Model, by a light mediator.

    The exchange adds c² q²/2 (s̄γP_L b)² to the Lagrangian, against
    −G_F² m_W² (V_tb V_ts*)² η_B S₀/(4π²) in the Standard Model.  With a real c the shift is
    negative.  An estimate: q² = m_B², because the b quark brings its mass.

    Parameters
    ----------
    coupling : array
        c = g_Lbs/Λ² (MeV⁻²).

    Raises
    ------
    ValueError
        If the coupling is not finite.

    >>> print(mixing_shift(5e-13).round(3))
    -0.048
    """
    v = ckm()
    standard = (FERMI * M_W * abs(v[2, 2] * v[2, 1]) / (2 * np.pi)) ** 2 * MIXING
    return -(finite("coupling", coupling) ** 2) * DECAYS["K"].m_b ** 2 / 2 / standard


def decay_room(year: int) -> float:
    """Branching ratio that B⁺ → K⁺ and nothing seen leaves to new physics.

    In 2018 the limit of BaBar at 90 %, with nothing subtracted; in 2025 what Belle II saw and two
    of its errors, above the Standard Model.

    Parameters
    ----------
    year : int
        2018 or 2025.

    Raises
    ------
    ValueError
        If the year is another.

    >>> print(decay_room(2018), f"{decay_room(2025):.1e}")
    1.6e-05 3.2e-05
    """
    _check_era(year)
    if year == 2018:
        return quoted("B+ -> K+ nu nu", 2013)[0]
    seen, up, _ = quoted("B+ -> K+ nu nu", 2023)
    return seen + 2 * up - quoted("B+ -> K+ nu nu predicted", 2023)[0]


def mixing_room(year: int) -> float:
    """Share by which B_s mixing may be lowered, if its prediction is two errors too low.

    Parameters
    ----------
    year : int
        2018 or 2025, with the predictions of 2018 and of 2019.

    Raises
    ------
    ValueError
        If the year is another.

    >>> print(f"{mixing_room(2018):.2f} {mixing_room(2025):.2f}")
    0.21 0.10
    """
    _check_era(year)
    mean, up, _ = quoted("Delta m_s predicted", _ERAS[year])
    return 1 - quoted("Delta m_s", 2018)[0] / (mean + 2 * up)


def largest_vertices(year: int, mass: ArrayLike) -> dict[str, Array]:
    """Largest g_Lbs/Λ² (MeV⁻²) that decays to an invisible Z′ and B_s mixing leave.

    Parameters
    ----------
    year : int
        2018 or 2025.
    mass : array
        m′ (MeV), above zero, up to m_B − m_M.

    Raises
    ------
    ValueError
        If the year is another, or a mass is out of its range.

    >>> print([f"{c * (50e3) ** 2:.1e}" for c in largest_vertices(2025, 10.0).values()])
    ['3.2e-03', '2.3e-03', '1.8e-03']
    """
    star = quoted("B0 -> K*0 nu nu", 2017)[0]
    to_k, to_star = z_prime("K", mass), z_prime("K*", mass)
    mixing = np.sqrt(mixing_room(year) / -mixing_shift(1.0))
    return {
        "B → K Z′": np.sqrt(decay_room(year) / to_k),
        "B → K* Z′": np.sqrt(star / to_star),
        "$B_s$ mixing": mixing + np.zeros_like(to_k),
    }


def _check_era(year: int) -> None:
    if year not in _ERAS:
        raise ValueError(f"year = {year}: give 2018 or 2025")
