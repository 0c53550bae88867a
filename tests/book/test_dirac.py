"""The Dirac toolkit against what textbooks list: algebra, traces, contractions, phase space."""

import itertools

import numpy as np
import pytest
import sympy as sp
from scipy.integrate import quad

from portal.book.dirac import (
    P_L,
    P_R,
    bar,
    contract,
    dot,
    gamma,
    gamma5,
    line,
    metric,
    one,
    recoil_rate,
    slash,
    spin_sum,
    tensor,
    three_body,
    trace,
    two_body,
)

INDICES = list(itertools.product(range(4), repeat=2))
A, B, C, D = (sp.symbols(f"{name}0:4", real=True) for name in "abcd")


def same(first, second):
    return sp.expand(sp.Matrix([first]) - sp.Matrix([second])).is_zero_matrix


@pytest.mark.parametrize(("mu", "nu"), INDICES)
def test_clifford_algebra(mu, nu):
    assert gamma[mu] * gamma[nu] + gamma[nu] * gamma[mu] == 2 * metric[mu, nu] * one
    assert gamma[mu] * gamma5 == -gamma5 * gamma[mu]


def test_hermiticity_and_projectors():
    assert all(bar(g) == g for g in gamma)
    assert bar(gamma5) == -gamma5
    assert (P_L, P_R, 0 * one, one) == (P_L * P_L, P_R * P_R, P_L * P_R, P_L + P_R)


def contracted(inside):
    """γ^μ … γ_μ."""
    return sum((metric[mu, mu] * gamma[mu] * inside * gamma[mu] for mu in range(4)), 0 * one)


def test_contraction_identities():
    assert contracted(one) == 4 * one
    assert same(contracted(slash(A)), -2 * slash(A))
    assert same(contracted(slash(A) * slash(B)), 4 * dot(A, B) * one)
    three = contracted(slash(A) * slash(B) * slash(C))
    assert same(three, -2 * slash(C) * slash(B) * slash(A))


def test_traces():
    assert same(trace(slash(A), slash(B)), 4 * dot(A, B))
    assert trace(slash(A), slash(B), slash(C)) == 0
    assert trace(gamma5, slash(A), slash(B)) == 0
    pairs = dot(A, B) * dot(C, D) - dot(A, C) * dot(B, D) + dot(A, D) * dot(B, C)
    assert same(trace(slash(A), slash(B), slash(C), slash(D)), 4 * pairs)
    # γ⁰γ¹γ²γ³ = −iγ₅ fixes the sign of ε
    assert trace(gamma5, *gamma) == -4 * sp.I
    determinant = sp.Matrix([A, B, C, D]).det()
    epsilon = trace(gamma5, slash(A), slash(B), slash(C), slash(D))
    assert same(epsilon, 4 * sp.I * determinant)


def test_a_line_is_the_sum_over_spins():
    """Against spinors: u = (p̸ + m)ξ/√(E + m) for the two ξ of a particle at rest."""
    m, (p, k) = 3.0, [np.array([5.0, 0, 4, 0]), np.array([np.sqrt(9 + 2.0), 1, 0, 1])]
    vertices = [g * (one - sp.Rational(1, 3) * gamma5) for g in gamma]
    spinors = [np.array(spin_sum(q, m), dtype=complex)[:, :2] / np.sqrt(q[0] + m) for q in (p, k)]
    currents = [
        spinors[0].conj().T @ np.array(gamma[0] * v, dtype=complex) @ spinors[1] for v in vertices
    ]
    expected = [[(a * b.conj()).sum() for b in currents] for a in currents]
    got = np.array(line(spin_sum(p, m), vertices, spin_sum(k, m)), dtype=complex)
    assert np.allclose(got, expected, rtol=1e-12)


def test_contract_and_tensor():
    assert contract(tensor(lambda mu, nu: A[mu] * B[nu]), metric) == sp.expand(dot(A, B))
    outer = [tensor(lambda mu, nu, x=x, y=y: x[mu] * y[nu]) for x, y in ((A, B), (C, D))]
    assert same(contract(*outer), dot(A, C) * dot(B, D))


def test_two_body_phase_space_is_the_integral_over_momenta():
    """∫d³p δ(√s − E₁ − E₂)/(16π²E₁E₂) in the rest frame."""
    s, m1, m2 = 30.0, 1.0, 2.0
    p = np.sqrt(((s - m1**2 - m2**2) ** 2 - 4 * m1**2 * m2**2) / (4 * s))
    e1, e2 = np.hypot(p, m1), np.hypot(p, m2)
    jacobian = p / e1 + p / e2
    expected = 4 * np.pi * p**2 / (16 * np.pi**2 * e1 * e2) / jacobian
    assert float(two_body(s, m1, m2)) == pytest.approx(expected, rel=1e-12)


def test_massless_phase_space():
    """Φ_n = (2π)^(4−3n) (π/2)^(n−1) s^(n−2)/(n−1)!(n−2)!."""
    total, _ = quad(lambda q2: float(three_body(2.0, 0, q2, 0, 0)), 0, 4)
    assert total == pytest.approx(4 / (256 * np.pi**3), rel=1e-9)


def test_three_body_phase_space_is_the_dalitz_plot():
    """dΦ₃ = dm²₁₂ dm²₂₃/128π³M²: its width in m²₂₃ at fixed m²₁₂ by energies in that frame."""
    m, m1, m2, m3, q2 = 5.0, 1.0, 0.5, 0.3, 4.0
    e2 = (q2 + m2**2 - m3**2) / (2 * np.sqrt(q2))
    e1 = (m**2 - q2 - m1**2) / (2 * np.sqrt(q2))
    width = 4 * np.sqrt(e2**2 - m2**2) * np.sqrt(e1**2 - m1**2)
    got = float(three_body(m, m1, q2, m2, m3))
    assert got == pytest.approx(width / (128 * np.pi**3 * m**2), rel=1e-12)


def test_muon_decay():
    """G_F²m⁵/192π³ from the traces: |ℳ|² = 128 G² (p·k̄)(p_e·k), averaged over the muon's spin."""
    p, e, kbar, k = A, B, C, D
    left = [g * P_L for g in gamma]
    first = line(slash(k), left, spin_sum(p))
    second = line(slash(e), left, slash(kbar))
    squared = sp.expand(8 * contract(first, second) / 2)
    assert same(squared, 64 * dot(p, kbar) * dot(e, k))
    # electron and k̄… the pair (e, k) has mass √q²: e·k = q²/2 and p·k̄ = (1 − q²)/2, m = 1
    rate, _ = quad(lambda q2: 64 * (1 - q2) / 2 * q2 / 2 * float(three_body(1, 0, q2, 0, 0)), 0, 1)
    assert rate / 2 == pytest.approx(1 / (192 * np.pi**3), rel=1e-9)


def test_recoil_rate_is_flux_and_phase_space():
    """Integrated over the recoils, a constant |ℳ|² gives Φ₂/4mE."""
    m, energy = 3.0, 2.0
    s, end = m**2 + 2 * m * energy, 2 * energy**2 / (m + 2 * energy)
    total = float(recoil_rate(1, m, energy)) * end
    assert total == pytest.approx(float(two_body(s, 0, m)) / (4 * m * energy), rel=1e-12)
