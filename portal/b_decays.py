"""B → K ℓℓ and B → K* ℓℓ with a light mediator that couples to muons (paper section 5).

With H_eff = −N Σ C_i O_i and N = (4G_F/√2)(α/4π) V_tb V_ts*, all that a decay to a pair of leptons
needs are the amplitudes of the three polarisations of the virtual photon or Z′.  New physics adds
a real ΔC9(q²) to the amplitude, so every rate is a quadratic polynomial of the coupling X_h.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from hepunits import GeV, MeV, hbar, ps
from numpy.polynomial.legendre import legvander
from numpy.typing import ArrayLike

from ._validate import Array, finite, not_negative, number, positive, same_grid
from .constants import FERMI, M_ELECTRON, M_MUON
from .published import read_table
from .quadrature import gauss_legendre

__all__ = [
    "ALPHA",
    "C9",
    "C10",
    "DECAYS",
    "M_BOTTOM",
    "NORMALISATION",
    "X_UNIT",
    "Coefficient",
    "Decay",
    "amplitudes",
    "branching_ratio",
    "ckm",
    "coupling_matrices",
    "delta_c9",
    "divergence_part",
    "form_factors",
    "meson_momentum",
    "ratio",
]

Coefficient = ArrayLike | Callable[[Array], Array]

C9 = 4.37 + 0.09j
C10 = -4.1665
"""Effective Wilson coefficients of the Standard Model at 4.8 GeV.

Those of C7 (in `DECAYS`) and C9 are averages over 0.05 to 6 GeV² of the next-to-next-to-leading
order, with the loops of light and charm quarks (flavio 2.7.1, arXiv:1810.08132).
"""

ALPHA = 1 / 132.1
"""Electromagnetic coupling at 4.8 GeV (flavio 2.7.1)."""

M_BOTTOM = 4.094 * GeV
"""b-quark mass, MS-bar at 4.8 GeV, from m_b(m_b) = 4.195 GeV (flavio 2.7.1)."""

_ORDER = 40
"""Gauss-Legendre points of a bin; at half as many others they must interpolate what they sum."""


@dataclass(frozen=True)
class Decay:
    """A decay B → M ℓℓ: masses (MeV) and lifetime (ns; PDG 2022), and its effective C7.

    The masses are those of the mesons, `m_b` the m_B and `m_k` the m_M of the formulas; the mass of
    the quark is `M_BOTTOM`.
    In B → K* the C7 also holds the average of what gluon exchange with the spectator quark adds
    to the transverse amplitude, −0.010 − 0.009i (flavio 2.7.1).
    """

    m_b: float
    m_k: float
    lifetime: float
    c7: complex


DECAYS = {
    "K": Decay(5279.34 * MeV, 493.677 * MeV, 1.638 * ps, -0.372 - 0.013j),  # B⁺ → K⁺
    "K*": Decay(5279.66 * MeV, 895.55 * MeV, 1.519 * ps, -0.382 - 0.022j),  # B⁰ → K*⁰
}


def ckm(
    lam: float = 0.22501, a: float = 0.826, rho_bar: float = 0.1591, eta_bar: float = 0.3523
) -> Array:
    """Quark-mixing matrix from Wolfenstein parameters, unitary to all orders in λ.

    sin θ12 = λ, sin θ23 = Aλ², and ρ̄ + iη̄ = −V_ud V_ub*/(V_cd V_cb*) (PDG review of the CKM
    matrix; values of its 2024 fit).

    Returns
    -------
    array (3, 3), rows u, c, t and columns d, s, b

    Raises
    ------
    ValueError
        If a parameter is not finite, λ or Aλ² is not between 0 and 1, or |V_ub| is not below one.

    >>> print(round(abs(ckm()[2, 1]), 4))
    0.0411
    """
    for name, value in {"lam": lam, "a": a, "rho_bar": rho_bar, "eta_bar": eta_bar}.items():
        number(name, value)
    s12, s23 = lam, a * lam**2
    for name, sine in {"lam": s12, "a": s23}.items():
        if not 0 < sine < 1:
            raise ValueError(f"{name} gives the sine {sine}: give λ and Aλ² between 0 and 1")
    c12, c23 = np.sqrt(1 - s12**2), np.sqrt(1 - s23**2)
    apex = complex(rho_bar, eta_bar)
    above, below = s12 * s23 * c23 * apex, c12 * (1 - s23**2 * apex)
    if abs(above) >= abs(below):
        raise ValueError(f"rho_bar = {rho_bar}, eta_bar = {eta_bar}: give an apex with |V_ub| < 1")
    s13 = above / below  # times the phase: s13 e^{iδ}
    c13 = np.sqrt(1 - abs(s13) ** 2)
    return np.array(
        [
            [c12 * c13, s12 * c13, s13.conjugate()],
            [-s12 * c23 - c12 * s23 * s13, c12 * c23 - s12 * s23 * s13, s23 * c13],
            [s12 * s23 - c12 * c23 * s13, -c12 * s23 - s12 * c23 * s13, c23 * c13],
        ]
    )


def coupling_matrices(g: ArrayLike, theta: float) -> tuple[Array, Array]:
    """Couplings Y_D and Y_U of down and up quarks in their mass basis (paper (5.8)).

    Y_D = D_L† diag(g) D_L with D_L a rotation of the second and third families by θ, and
    Y_U = V Y_D V† with the CKM matrix V.

    Parameters
    ----------
    g : array (3,)
        Couplings g1, g2, g3 of the families in the weak basis.
    theta : float
        θ_D (radians).

    Raises
    ------
    ValueError
        If `g` is not three finite numbers, or θ is not finite.

    >>> down, up = coupling_matrices([1.0, 2.0, 4.0], theta=0.1)
    >>> print(down[1, 2].round(4), abs(up[0, 1]).round(3))
    -0.1987 0.221
    """
    g, angle = finite("g", g), number("theta", theta)
    if g.shape != (3,):
        raise ValueError(f"g = {g}: give three couplings")
    c, s = np.cos(angle), np.sin(angle)
    rotation = np.array([[1, 0, 0], [0, c, s], [0, -s, c]])
    down = rotation.T @ np.diag(g) @ rotation
    return down, ckm() @ down @ ckm().conj().T


NORMALISATION = 4 * FERMI / np.sqrt(2) * ALPHA / (4 * np.pi) * abs(ckm()[2, 2] * ckm()[2, 1])
"""|N| (MeV⁻²); N itself is negative, to within about a degree, because V_ts is."""

X_UNIT = DECAYS["K"].m_b ** 2 * NORMALISATION
"""m_B²|N|, the X_h with which a light mediator (m′² ≪ q²) shifts C9 by −1."""


def delta_c9(q2: ArrayLike, x_h: ArrayLike, mass: ArrayLike) -> Array:
    """ΔC9 of a light Z′ whose b–s vertex has the form factor q²/Λ² and that couples to muons.

    ΔC9 = −X_h/(m_B²|N|) q²/(q² − m′²) with X_h = g_Lbs g_μ m_B²/Λ² of paper (5.11): chapter 10
    derives it.  For q² ≫ m′² it is a constant; at q² = m′² it has a pole.

    Parameters
    ----------
    q2 : array
        Squared mass of the lepton pair (MeV²); the three arguments broadcast together.
    x_h : array
        X_h, a pure number; for a left-handed muon coupling see `portal.b_fits.polynomial`.
    mass : array
        m′ (MeV).

    Raises
    ------
    ValueError
        If q² or a mass is negative, or q² stands on the pole.

    >>> from hepunits import GeV, MeV
    >>> print(delta_c9(3 * GeV**2, 2e-8, 10 * MeV).round(2))
    -0.88
    """
    q2, mass, x_h = not_negative("q2", q2), not_negative("mass", mass), finite("x_h", x_h)
    same_grid(q2=q2, x_h=x_h, mass=mass)
    if np.any(q2 == mass**2):
        raise ValueError(f"mass = {mass}: q² = m′² is the pole of the mediator; give another mass")
    return -x_h / X_UNIT * q2 / (q2 - mass**2)


def branching_ratio(
    mode: str,
    q2: ArrayLike,
    lepton: str = "mu",
    delta_c9: ArrayLike = 0.0,
    delta_c10: ArrayLike = 0.0,
) -> Array:
    """Differential branching ratio dB/dq² of B⁺ → K⁺ ℓℓ or B⁰ → K*⁰ ℓℓ (MeV⁻²).

    With β = √(1 − 4m²/q²), the amplitudes V and A of the vector and axial lepton currents in
    each polarisation of the pair, and P of the axial current's divergence (chapter 10),

        dΓ/dq² = |N|² √λ β/(256 π³ m_B³)
                 {4/3 (q² + 2m²) Σ|V|² + 4/3 (q² − 4m²) Σ|A|² + 2q² |P|²} .

    Good below the charm resonances, q² < 8 GeV².

    Parameters
    ----------
    mode : str
        "K" or "K*".
    q2 : array
        Squared mass of the lepton pair (MeV²).
    lepton : str
        "e" or "mu".
    delta_c9, delta_c10 : array
        New physics in C9 and C10, real; they broadcast with q².

    Raises
    ------
    ValueError
        If the mode or the lepton is unknown, q² is outside the physical range, or a number or the
        rate is not finite.

    >>> from hepunits import GeV
    >>> print(f"{branching_ratio('K', 3 * GeV**2) * GeV**2:.1e}")
    3.5e-08
    """
    decay, m = _decay(mode), _mass(lepton)
    q2 = _physical("q2", q2, decay, m)
    same_grid(q2=q2, delta_c9=delta_c9, delta_c10=delta_c10)
    s, t, p, phase_space = amplitudes(mode, q2)
    delta_c9, delta_c10 = finite("delta_c9", delta_c9), finite("delta_c10", delta_c10)
    c9, c10 = C9 + delta_c9, C10 + delta_c10
    ss, st, tt = (s**2).sum(axis=0), (s * t.conj()).sum(axis=0), (np.abs(t) ** 2).sum(axis=0)
    vector = np.abs(c9) ** 2 * ss + 2 * (c9 * st).real + tt
    axial, divergence = c10**2 * ss, (c10 * m * p) ** 2
    square = 4 / 3 * ((q2 + 2 * m**2) * vector + (q2 - 4 * m**2) * axial) + 2 * q2 * divergence
    return decay.lifetime / hbar * phase_space * np.sqrt(1 - 4 * m**2 / q2) * square


def ratio(
    mode: str,
    q2_min: float,
    q2_max: float,
    delta_c9: Coefficient = 0.0,
    delta_c10: Coefficient = 0.0,
    lepton: str = "mu",
) -> Array:
    """R_K or R_K*: muons over electrons in a bin of q², with new physics in one of the two.

    R = ∫ dB(B → M μμ) / ∫ dB(B → M ee), both over q2_min < q² < q2_max (paper (5.1), (5.2)).
    Meant for bins below 8 GeV², where the averages of C7 and C9 hold; nothing stops a higher bin.

    Parameters
    ----------
    mode : str
        "K" or "K*".
    q2_min, q2_max : float
        The bin (MeV², write ``1.1 * GeV**2``).
    delta_c9, delta_c10 : array, or function of q²
        Real.  A function gets an array (n,) of q² and returns one that broadcasts to (..., n): one
        ratio for each row.
    lepton : str
        Which of the two has the new physics, "mu" or "e".

    Raises
    ------
    ValueError
        If the mode or the lepton is unknown, the bin is empty or outside the physical range
        4m_μ² to (m_B − m_M)², or a function returns another shape, or has a pole in the bin or
        too close to it.

    >>> from hepunits import GeV
    >>> print(ratio("K", 1 * GeV**2, 6 * GeV**2, delta_c9=[0.0, -1.0]).round(3))
    [1.    0.792]
    """
    _mass(lepton)
    nodes, weights, between = _quadrature(*_bin(mode, q2_min, q2_max))
    everywhere = np.append(nodes, between)
    shift = []
    for name, coefficient in {"delta_c9": delta_c9, "delta_c10": delta_c10}.items():
        if callable(coefficient):
            values = finite(name, coefficient(everywhere))
            same_grid(**{"q2": everywhere, name: values})
            values = values * np.ones_like(everywhere)
            error = np.abs(values[..., :_ORDER] @ _INTERPOLATION - values[..., _ORDER:])
            if np.any(error > 1e-3 * np.abs(values).max(axis=-1, keepdims=True)):
                raise ValueError(
                    f"{name} varies too fast between q² = {q2_min} and {q2_max} MeV²: give a "
                    "mediator whose pole q² = m′² is outside the bin"
                )
            shift.append(values[..., :_ORDER])
        else:
            shift.append(finite(name, coefficient)[..., np.newaxis])
    other = {"mu": "e", "e": "mu"}[lepton]
    new = branching_ratio(mode, nodes, lepton, *shift) @ weights
    standard = branching_ratio(mode, nodes, other) @ weights
    return new / standard if lepton == "mu" else standard / new


def divergence_part(mode: str, q2_min: float, q2_max: float, delta_c10: ArrayLike) -> Array:
    """What ΔC10 of muons adds to a ratio through P, the divergence of the axial current.

    ∫ 2q² (|P|² − |P_SM|²) of `branching_ratio` over that of electrons, with P = (C10 + ΔC10) m p_M.
    A mediator whose vertex is transverse makes no P: its ratio is lower by this.

    Parameters
    ----------
    mode, q2_min, q2_max, delta_c10
        As for `ratio`; an array (n,).

    Raises
    ------
    ValueError
        As for `ratio`.

    >>> from hepunits import GeV
    >>> print(f"{divergence_part('K', 1 * GeV**2, 6 * GeV**2, -0.5):.4f}")
    0.0034
    """
    nodes, weights, _ = _quadrature(*_bin(mode, q2_min, q2_max))
    _, _, p, phase_space = amplitudes(mode, nodes)
    more = (C10 + finite("delta_c10", delta_c10)) ** 2 - C10**2
    density = phase_space * np.sqrt(1 - 4 * M_MUON**2 / nodes) * 2 * nodes * (M_MUON * p) ** 2
    rate = density @ weights * _decay(mode).lifetime / hbar
    return np.asarray(more * rate / (branching_ratio(mode, nodes, "e") @ weights))


def _bin(mode: str, q2_min: float, q2_max: float) -> tuple[float, float]:
    """A bin that is ascending and physical, for muons too."""
    decay = _decay(mode)
    low = float(_physical("q2_min", number("q2_min", q2_min), decay, M_MUON))
    high = float(_physical("q2_max", number("q2_max", q2_max), decay, M_MUON))
    if low >= high:
        raise ValueError(f"q2_min = {low}, q2_max = {high}: give an ascending bin")
    return low, high


def _decay(mode: str) -> Decay:
    if not isinstance(mode, str) or mode not in DECAYS:
        raise ValueError(f"mode = {mode!r}: give one of {', '.join(DECAYS)}")
    return DECAYS[mode]


def _mass(lepton: str) -> float:
    masses = {"mu": M_MUON, "e": M_ELECTRON}
    if not isinstance(lepton, str) or lepton not in masses:
        raise ValueError(f"lepton = {lepton!r}: give 'e' or 'mu'")
    return masses[lepton]


def _physical(name: str, q2: ArrayLike, decay: Decay, lepton_mass: float) -> Array:
    """Check that q² is between 4m² and (m_B − m_M)²."""
    values = finite(name, q2)
    low, high = 4 * lepton_mass**2, (decay.m_b - decay.m_k) ** 2
    outside = values[(values < low) | (values > high)]
    if outside.size:
        raise ValueError(f"{name} = {outside[0]} MeV²: give q² from {low:.6g} to {high:.6g} MeV²")
    return values


_NODES, _WEIGHTS = gauss_legendre(np.array([-1.0, 1.0]), _ORDER)
_BETWEEN = gauss_legendre(np.array([-1.0, 1.0]), _ORDER // 2)[0]
_PROJECTION = legvander(_NODES, _ORDER - 1) * _WEIGHTS[:, np.newaxis] * (np.arange(_ORDER) + 0.5)
_INTERPOLATION = _PROJECTION @ legvander(_BETWEEN, _ORDER - 1).T
"""From values at the Gauss-Legendre points, by a Legendre series, to values between them."""


@cache
def _quadrature(q2_min: float, q2_max: float) -> tuple[Array, Array, Array]:
    """Points q² of a Gauss-Legendre rule, its weights, and other points, which check it.

    With q² = 4m_μ² cosh² s, β = tanh s has no square root left at threshold, and the poles of the
    photon (q² = 0) and of a mediator below threshold are away from the real axis of s.
    """
    low, high = np.arccosh(np.sqrt([q2_min, q2_max]) / (2 * M_MUON))
    s, check = (low + (high - low) / 2 * (1 + points) for points in (_NODES, _BETWEEN))
    jacobian = (high - low) / 2 * 4 * M_MUON**2 * np.sinh(2 * s)
    return (2 * M_MUON * np.cosh(s)) ** 2, _WEIGHTS * jacobian, (2 * M_MUON * np.cosh(check)) ** 2


def form_factors(mode: str, q2: ArrayLike) -> dict[str, Array]:
    """Form factors of B → K or B → K* at q² from 0 to (m_B − m_M)² (MeV²), each by its name.

    f(q²) = [a0 + a1 Δz + a2 Δz²]/(1 − q²/m_R²) with Δz = z(q²) − z(0), the simplified series of
    Bharucha, Straub and Zwicky (arXiv:1503.05534); coefficients in portal/data/b_form_factors.csv.

    Raises
    ------
    ValueError
        If the mode is unknown, or q² is outside this range.

    >>> print(form_factors("K", 0.0)["f+"].round(3))
    0.332
    """
    decay = _decay(mode)
    q2 = _physical("q2", q2, decay, 0.0)
    names, a0, a1, a2, pole = _form_factor_table(mode)
    plus, minus = (decay.m_b + decay.m_k) ** 2, (decay.m_b - decay.m_k) ** 2
    root0 = np.sqrt(plus * np.sqrt(1 - minus / plus))  # √(t₊ − t₀)

    def z(q2: Array) -> Array:
        root = np.sqrt(plus - q2)
        return (root - root0) / (root + root0)

    dz = (z(q2) - z(np.zeros(())))[..., np.newaxis]
    values = (a0 + a1 * dz + a2 * dz**2) / (1 - q2[..., np.newaxis] / pole**2)
    return dict(zip(names, np.moveaxis(values, -1, 0), strict=True))


@cache
def _form_factor_table(mode: str) -> tuple[list[str], Array, Array, Array, Array]:
    table = read_table("b_form_factors.csv")
    rows = table["mode"] == mode
    a0, a1, a2, pole = (table[column][rows] for column in ("a0", "a1", "a2", "pole"))
    return table["name"][rows].tolist(), a0, a1, a2, pole * GeV


def meson_momentum(mode: str, q2: ArrayLike) -> Array:
    """Momentum of the meson M where the B rests, k = √λ/(2m_B) (MeV).

    λ = (m_B² − m_M² − q²)² − 4 m_M² q² is Källén's function of m_B², m_M² and q².

    Parameters
    ----------
    mode : str
        "K" or "K*".
    q2 : array
        From 0 to (m_B − m_M)² (MeV²).

    Raises
    ------
    ValueError
        If the mode is unknown, or q² is outside this range.

    >>> print(meson_momentum("K", 0.0).round())
    2617.0
    """
    decay = _decay(mode)
    q2 = _physical("q2", q2, decay, 0.0)
    m_b, m_k = decay.m_b, decay.m_k
    kallen = (m_b**2 - m_k**2 - q2) ** 2 - 4 * m_k**2 * q2
    # at the end of the range rounding could leave less than nothing
    return np.asarray(np.sqrt(np.maximum(kallen, 0.0)) / (2 * m_b))


def amplitudes(mode: str, q2: ArrayLike) -> tuple[Array, Array, Array, Array]:
    """Hadronic amplitudes of B → M and a virtual particle of mass √q², one row a polarisation.

    V = C9 S + T, A = C10 S and P = C10 m_ℓ p in `branching_ratio`; chapter 10 derives them.

    Parameters
    ----------
    mode : str
        "K" (one polarisation) or "K*" (longitudinal, +, −).
    q2 : array
        Above zero, up to (m_B − m_M)² (MeV²).

    Returns
    -------
    s : array (polarisations, *q2)
        S, of the current s̄γP_L b (MeV).
    t : array (polarisations, *q2)
        T, of the photon's dipole C7 (MeV).
    p : array (*q2)
        p, of the divergence of the current.
    phase_space : array (*q2)
        |N|²√λ/(256 π³ m_B³) (MeV⁻⁴).

    Raises
    ------
    ValueError
        If the mode is unknown, or q² is outside this range.

    >>> s, t, p, phase_space = amplitudes("K*", 1e6)
    >>> print(s.round(0))
    [ 5081.  -100. -1775.]
    """
    q2 = positive("q2", q2)
    decay = _decay(mode)
    m_b, m_k, root_q2 = decay.m_b, decay.m_k, np.sqrt(q2)
    f = form_factors(mode, q2)
    root_kallen = 2 * m_b * meson_momentum(mode, q2)
    if mode == "K":
        s = [root_kallen / (2 * root_q2) * f["f+"]]
        t = [root_kallen / root_q2 * M_BOTTOM / (m_b + m_k) * decay.c7 * f["fT"]]
        p = (m_b**2 - m_k**2) / q2 * f["f0"]
    else:
        s = [4 * m_b * m_k / root_q2 * f["A12"]]
        t = [4 * m_b * m_k / root_q2 * M_BOTTOM / (m_b + m_k) * decay.c7 * f["T23"]]
        for sign in (1, -1):
            s.append((sign * root_kallen * f["V"] / (m_b + m_k) - (m_b + m_k) * f["A1"]) / 2)
            dipole = sign * root_kallen * f["T1"] - (m_b**2 - m_k**2) * f["T2"]
            t.append(M_BOTTOM / q2 * decay.c7 * dipole)
        p = root_kallen / q2 * f["A0"]
    phase_space = NORMALISATION**2 * root_kallen / (256 * np.pi**3 * m_b**3)
    return np.stack(s), np.stack(t), p, phase_space
