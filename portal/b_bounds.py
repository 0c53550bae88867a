"""What else bounds a b–s vertex with the form factor q²/Λ²: decays to nothing seen, and B_s mixing.

All take the coupling c = g_Lbs/Λ² of the vertex c q² s̄γP_L b Z′, or that of a contact term.
"""

import numpy as np
from hepunits import GeV, hbar
from numpy.typing import ArrayLike

from ._validate import Array, finite, number, positive
from .b_decays import DECAYS, NORMALISATION, amplitudes, ckm
from .constants import FERMI
from .quadrature import gauss_legendre

__all__ = ["MIXING", "M_W", "chi_pairs", "mixing_shift", "z_prime"]

M_W = 80.377 * GeV
"""Mass of the W (PDG 2022)."""

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
    s, _, _, phase_space = amplitudes(mode, mass**2)
    decay = DECAYS[mode]
    momentum = phase_space / NORMALISATION**2 * 128 * np.pi**3 * decay.m_b**2
    width = mass**4 * momentum / (8 * np.pi * decay.m_b**2) * (s**2).sum(axis=0)
    return decay.lifetime / hbar * width


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
