"""The χ loop of section 2: what a hidden fermion makes of the vertex of the mediator.

Minkowski momenta are q², with q² = −Q² in scattering.  Every loop here is a function of
s = q²/m_χ² alone, with a threshold at s = 4 where q² can make a χχ̄ pair.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import factorial

import numpy as np
from numpy.typing import ArrayLike

from ._validate import Array, finite, not_negative, number, positive

__all__ = ["j_integral", "k_integral", "loop", "running_coefficient", "scalar_loop"]

_ORDERS = range(2, 27)  # the series converge like (s/4)ⁿ and serve |s| ≤ 1


def _beta(n: int) -> float:
    """Return ∫₀¹ [x(1−x)]ⁿ dx = (n!)²/(2n+1)!."""
    return factorial(n) ** 2 / factorial(2 * n + 1)


# ln(1 − y) = −Σ yⁿ/n with y = s x(1−x), integrated over x term by term
_J_SERIES = np.array([0.0, *(-_beta(n) / (n - 1) for n in _ORDERS)])
_K_SERIES = np.array([0.0, -_beta(1), *(_beta(n) / (n * (n - 1)) for n in _ORDERS)])


def _threshold_logarithm(s: Array) -> Array:
    """Return b ln[(b+1)/(b−1)] with b = √(1 − 4/s), just above the real axis (q² + iε)."""
    # with arcsinh and arcsin in place of the logarithm nothing cancels at small or large s
    below, between, above = s < 0, (s >= 0) & (s <= 4), s > 4
    result = np.empty(s.shape, dtype=complex if above.any() else float)
    b = np.sqrt(np.abs((s - 4) / s))
    result[below] = b[below] * 2 * np.arcsinh(np.sqrt(-s[below]) / 2)
    result[between] = b[between] * 2 * np.arcsin(np.sqrt(s[between]) / 2)
    if above.any():
        real = 2 * np.arcsinh(np.sqrt(s[above] - 4) / 2)
        result[above] = b[above] * (real - 1j * np.pi)
    return result


def _integral(s: Array, series: Array, closed: Callable[[Array, Array], Array]) -> Array:
    """Power series about s = 0, closed form elsewhere."""
    near = np.abs(s) <= 1
    far = np.where(near, 2.0, s)  # any number at which the closed form is harmless
    in_series = np.polynomial.polynomial.polyval(np.where(near, s, 0.0), series)
    return np.where(near, in_series, closed(far, _threshold_logarithm(far)))


def j_integral(s: ArrayLike) -> Array:
    """The Feynman-parameter integral of the vector loop, J(s) = ∫₀¹ x(1−x) ln(1 − s x(1−x)) dx.

    It carries the whole q² dependence of paper (2.6) to (2.8).  With b = √(1 − 4/s),

        J = −5/18 − 2/(3s) + (1/6)(1 + 2/s) b ln[(b+1)/(b−1)],

    and Im J = −π b (1 + 2/s)/6 above s = 4 (q² + iε).  The deviation is below 1e-12 |J|.

    Parameters
    ----------
    s : array, any shape
        q²/m_χ², negative in scattering.

    Returns
    -------
    array
        Real if no s lies above 4, complex otherwise (as in `numpy.emath`).

    Raises
    ------
    ValueError
        If an s is not finite.

    >>> print(f"{j_integral(-3e-8):.3e}")
    1.000e-09
    >>> print(f"{j_integral(8.0):.3f}")
    -0.101-0.463j
    """
    return _j(finite("s", s))


def _j(s: Array) -> Array:
    return _integral(s, _J_SERIES, lambda s, log: -5 / 18 - 2 / (3 * s) + (1 + 2 / s) * log / 6)


def k_integral(s: ArrayLike) -> Array:
    """The Feynman-parameter integral of the scalar loop, K(s) = ∫₀¹ Δ ln(Δ/m_χ²) dx / m_χ².

    Here Δ = m_χ² − q² x(1−x), as in paper (2.12).  With b = √(1 − 4/s),

        K = −4/3 + 5s/18 + (1/6)(4 − s) b ln[(b+1)/(b−1)].

    Parameters, result and errors are those of `j_integral`.

    >>> print(f"{9 * k_integral(4.0):.12f}")
    -2.000000000000
    """
    return _k(finite("s", s))


def _k(s: Array) -> Array:
    return _integral(s, _K_SERIES, lambda s, log: -4 / 3 + 5 * s / 18 + (4 - s) * log / 6)


@dataclass(frozen=True)
class loop:
    """Form factor of a vector mediator that reaches the quarks through a loop of χ.

    The derived form of paper (2.7), subtracted at Q² = q_max² (chapter 02):

        F(Q²) = (Q²/scale²) {tree + (1/2π²) [J(−q_max²/m_χ²) − J(−Q²/m_χ²)]} .

    The coupling of the rates is then g g_χ g_ν scale²/Λ², with g, g_χ and Λ of paper (2.1), the
    same g for left- and right-handed quarks, and g_ν that of the neutrino.  With ``scale`` = Λ
    it is g g_χ g_ν; with ``scale`` = q0 the axis is that of ``suppressed(q0)``.  Without `tree`
    this is paper (2.8), which vanishes at q_max; a large `tree` gives the pure q² law back.

    Parameters
    ----------
    m_chi : float
        Mass of χ (MeV).
    scale : float
        Λ, or a reference momentum in its place (MeV).
    q_max : float
        Subtraction point (MeV): the paper takes the largest momentum transfer.
    tree : float
        What is not the loop, −g_{L,R}(q_max²)/(g g_χ), in units of g g_χ.

    Notes
    -----
    A function of Q² (array, MeV²).  Q² < 0 is timelike; the values are complex if a Q² lies below
    −4 m_χ².

    Raises
    ------
    ValueError
        If `m_chi`, `scale` or `q_max` is not one number above zero, or `tree` is not finite.

    >>> form_factor = loop(m_chi=20.0, scale=50.0, q_max=106.0)
    >>> float(form_factor(106.0**2))
    0.0
    >>> print(f"{form_factor(50.0**2):.4f}")
    0.0089
    """

    m_chi: float
    scale: float
    q_max: float
    tree: float = 0.0

    def __post_init__(self) -> None:
        for name in ("m_chi", "scale", "q_max"):
            number(name, getattr(self, name), positive)
        number("tree", self.tree)

    def __call__(self, Q2: ArrayLike) -> Array:
        Q2 = finite("Q2", Q2)
        subtracted = _j(np.asarray(-((self.q_max / self.m_chi) ** 2)))
        in_loop = (subtracted - _j(-Q2 / self.m_chi**2)) / (2 * np.pi**2)
        return Q2 / self.scale**2 * (self.tree + in_loop)


def running_coefficient(q: ArrayLike, m_chi: float, cutoff: float) -> Array:
    """Coefficient τ of the loop at a momentum, if there is no bare term at the cut-off.

    Paper (2.6) with its sign put right (chapter 02), in units of g g_χ:

        τ(Q) = (1/2π²) ∫₀¹ x(1−x) ln(Λ_c²/Δ) dx = (1/2π²) [ln(Λ_c²/m_χ²)/6 − J(−Q²/m_χ²)] .

    Bare term and logarithm are one running coefficient: give ``loop`` the value at its `q_max` as
    `tree`, and it has the value τ(Q) at every other momentum.

    Parameters
    ----------
    q : array, any shape
        Momentum transfer Q (MeV), zero or above.
    m_chi, cutoff : float
        Mass of χ and Λ_c (MeV).

    Raises
    ------
    ValueError
        If a number is out of its range.

    >>> print(f"{running_coefficient(50.0, m_chi=1.0, cutoff=1000.0):.3f}")
    0.065
    """
    q = not_negative("q", q)
    m_chi, cutoff = number("m_chi", m_chi, positive), number("cutoff", cutoff, positive)
    logarithm = 2 * np.log(cutoff / m_chi) / 6
    return (logarithm - _j(-((q / m_chi) ** 2))) / (2 * np.pi**2)


@dataclass(frozen=True)
class scalar_loop:
    """Form factor of a scalar mediator that reaches the quarks through a loop of χ.

    The derived form of paper (2.12), for g_χ = g′_χ (chapter 03):

        F(Q²) = tree − (3/4π²scale²) ∫₀¹ Δ ln(cutoff²/Δ) dx ,  Δ = m_χ² + Q² x(1−x) .

    No symmetry forbids the constant `tree`: the quadratic divergence of the loop goes into it.
    The coupling of the rates is g g_χ g_ν scale²/Λ², as for `loop`.

    Parameters
    ----------
    m_chi, scale : float
        As for `loop` (MeV).
    cutoff : float
        Λ_c (MeV); another choice shifts F by a polynomial in Q² of first degree.
    tree : float
        Constant part of the vertex, in units of g g_χ scale²/Λ².

    Notes
    -----
    A function of Q² (array, MeV²), as `loop`.

    Raises
    ------
    ValueError
        If `m_chi`, `scale` or `cutoff` is not one number above zero, or `tree` is not finite.

    >>> form_factor = scalar_loop(m_chi=20.0, scale=1000.0, cutoff=1000.0)
    >>> bool(form_factor(0.0) < 0)
    True
    """

    m_chi: float
    scale: float
    cutoff: float
    tree: float = 0.0

    def __post_init__(self) -> None:
        for name in ("m_chi", "scale", "cutoff"):
            number(name, getattr(self, name), positive)
        number("tree", self.tree)

    def __call__(self, Q2: ArrayLike) -> Array:
        Q2 = finite("Q2", Q2)
        m2, logarithm = self.m_chi**2, 2 * np.log(self.cutoff / self.m_chi)
        in_loop = (m2 + Q2 / 6) * logarithm - m2 * _k(-Q2 / m2)
        return self.tree - 3 / (4 * np.pi**2) * in_loop / self.scale**2
