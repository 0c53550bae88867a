r"""Dirac matrices, traces and phase space, as chapter 01 builds them.

One convention throughout: the metric is (+, −, −, −), a momentum is a list of its four
contravariant components, and γ^μ has its index up.  Nothing depends on the representation; it is
Dirac's.
"""

from collections.abc import Callable, Sequence
from functools import reduce
from operator import mul
from typing import Any

import sympy

__all__ = [
    "P_L",
    "P_R",
    "bar",
    "contract",
    "dot",
    "epsilon",
    "gamma",
    "gamma5",
    "kallen",
    "line",
    "metric",
    "one",
    "recoil_rate",
    "slash",
    "spin_sum",
    "tensor",
    "three_body",
    "trace",
    "two_body",
]

metric = sympy.diag(1, -1, -1, -1)
"""g_μν, and g^μν."""

one = sympy.eye(4)
"""The unit matrix of the spinors."""

_pauli = [
    sympy.Matrix([[0, 1], [1, 0]]),
    sympy.Matrix([[0, -sympy.I], [sympy.I, 0]]),
    sympy.diag(1, -1),
]

gamma = [
    sympy.diag(1, 1, -1, -1),
    *(sympy.kronecker_product(sympy.Matrix([[0, 1], [-1, 0]]), sigma) for sigma in _pauli),
]
"""γ⁰, γ¹, γ², γ³."""

gamma5 = sympy.I * gamma[0] * gamma[1] * gamma[2] * gamma[3]
"""γ₅ = iγ⁰γ¹γ²γ³."""

P_L, P_R = (one - gamma5) / 2, (one + gamma5) / 2


def dot(p: Sequence[Any], q: Sequence[Any]) -> Any:
    """p·q = g_μν p^μ q^ν of two momenta.

    >>> dot([5, 0, 0, 3], [5, 0, 0, 3])
    16
    """
    return sum(metric[mu, mu] * p[mu] * q[mu] for mu in range(4))


def epsilon(a: Any, b: Any, c: Any) -> Any:
    """ε^{μναβ} a_ν b_α c_β of three column vectors, the vector normal to all three; ε^{0123} = 1.

    >>> unit = one
    >>> epsilon(unit[:, 1], unit[:, 2], unit[:, 3]).T
    Matrix([[-1, 0, 0, 0]])
    """
    lower = [metric * vector for vector in (a, b, c)]
    return sympy.Matrix([sympy.Matrix.hstack(one[:, mu], *lower).det() for mu in range(4)])


def slash(p: Sequence[Any]) -> Any:
    """p̸ = γ^μ p_μ of a momentum.

    >>> slash([5, 0, 0, 3]) ** 2 == 16 * one
    True
    """
    return sum((metric[mu, mu] * p[mu] * gamma[mu] for mu in range(4)), sympy.zeros(4))


def spin_sum(p: Sequence[Any], m: Any = 0) -> Any:
    """Σ u ū = p̸ + m over the spins of a particle; of an antiparticle, Σ v v̄ with −m for m."""
    return slash(p) + m * one


def bar(vertex: Any) -> Any:
    """Γ̄ = γ⁰Γ†γ⁰, the vertex of the conjugate amplitude.

    >>> bar(gamma[1] * P_L) == gamma[1] * P_L, bar(P_L) == P_R
    (True, True)
    """
    return gamma[0] * vertex.H * gamma[0]


def trace(*factors: Any) -> Any:
    """Trace of a product of matrices, multiplied out.

    >>> a, b = ([sympy.Symbol(f"{name}{mu}") for mu in range(4)] for name in "ab")
    >>> sympy.expand(trace(slash(a), slash(b)) - 4 * dot(a, b))
    0
    """
    return sympy.expand(reduce(mul, factors).trace())


def tensor(component: Callable[[int, int], Any]) -> Any:
    """T^μν as a matrix, from a function of μ and ν.

    >>> tensor(lambda mu, nu: trace(gamma[mu], gamma[nu])) == 4 * metric
    True
    """
    return sympy.Matrix(4, 4, component)


def line(out: Any, vertices: Sequence[Any], into: Any) -> Any:
    r"""One fermion line of Σ|ℳ|²: tr[Σu′ū′ Γ^μ Σuū Γ̄^ν] as a matrix in μ and ν.

    Parameters
    ----------
    out, into : matrices
        Spin sums of the particle that leaves and of the one that enters (see `spin_sum`).
    vertices : four matrices
        Γ⁰ to Γ³, such as ``[g * P_L for g in gamma]``.

    >>> rest = spin_sum([1, 0, 0, 0], 1)
    >>> line(rest, gamma, rest)[0, 0]
    8
    """
    conjugates = [bar(vertex) for vertex in vertices]
    first = [reduce(mul, (out, vertex, into)) for vertex in vertices]
    return tensor(lambda mu, nu: trace(first[mu], conjugates[nu]))


def contract(first: Any, second: Any) -> Any:
    """A^μν B_μν of two tensors with their indices up.

    >>> contract(metric, metric)
    4
    """
    lowered = metric * second * metric
    return sympy.expand(sum(first[i] * lowered[i] for i in range(16)))


def kallen(a: Any, b: Any, c: Any) -> Any:
    r"""λ(a, b, c) = a² + b² + c² − 2ab − 2bc − 2ca, in which all phase space is written.

    A system of mass √s that falls into two of masses m₁ and m₂ gives each the momentum
    √λ(s, m₁², m₂²)/2√s.

    >>> kallen(25, 9, 0)
    256
    """
    return a**2 + b**2 + c**2 - 2 * a * b - 2 * b * c - 2 * c * a


def two_body(s: Any, m1: Any, m2: Any) -> Any:
    r"""Phase space of two particles, ∫dΦ₂ = √λ(s, m₁², m₂²)/8πs, for an isotropic amplitude.

    dΦ₂ = (2π)⁴δ⁴(P − p₁ − p₂) d³p₁/(2π)³2E₁ d³p₂/(2π)³2E₂.  A particle of mass M at rest decays
    at the rate \|ℳ\|² Φ₂(M²)/2M.

    Parameters
    ----------
    s : expression
        Square of the mass of the pair.
    m1, m2 : expressions
        The masses.

    >>> two_body(sympy.Symbol("s", positive=True), 0, 0)
    1/(8*pi)
    """
    return sympy.sqrt(kallen(s, m1**2, m2**2)) / (8 * sympy.pi * s)


def three_body(m: Any, m1: Any, q2: Any, m2: Any, m3: Any) -> Any:
    r"""dΦ₃/dq² = Φ₂(m²; m₁, √q²) Φ₂(q²; m₂, m₃)/2π for particles 2 and 3 of mass √q² together.

    The amplitude must have been averaged over the directions of 2 and 3 in their rest frame.

    Parameters
    ----------
    m : expression
        Mass of what decays.
    m1, m2, m3 : expressions
        Masses of what it decays into.
    q2 : expression
        Squared mass of particles 2 and 3, between (m₂ + m₃)² and (m − m₁)².

    >>> three_body(1, 0, sympy.Rational(1, 2), 0, 0)
    1/(256*pi**3)
    """
    return two_body(m**2, m1, sympy.sqrt(q2)) * two_body(q2, m2, m3) / (2 * sympy.pi)


def recoil_rate(squared: Any, m: Any, energy: Any) -> Any:
    r"""dσ/dE_R = \|ℳ\|²/32πmE², for a massless projectile on a target at rest.

    The flux factor is 4mE, and dΦ₂ = dt/16πmE with t = −2mE_R.

    Parameters
    ----------
    squared : expression
        \|ℳ\|², summed over final spins and averaged over those of the target.
    m, energy : expressions
        Mass of the target and energy of the projectile.

    >>> recoil_rate(32 * sympy.pi, 1, sympy.Symbol("E"))
    E**(-2)
    """
    return squared / (32 * sympy.pi * m * energy**2)
