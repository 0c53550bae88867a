"""Neutrino–electron scattering against helicity amplitudes, and the constants typed again.

The amplitudes are built here from numerical spinors, without traces, and the constants are typed
from the tables of the Particle Data Group: a changed factor, sign, mass or unit in
`portal.scattering` has nothing here that would change with it.
"""

import numpy as np
import pytest
from common import near
from hepunits import MeV, cm2, keV
from scipy.integrate import quad

from portal import Scalar, Vector, direct, suppressed
from portal.nuclei import Electron, nucleus
from portal.scattering import coefficients, cross_section, rate, recoil_max
from portal.sources import FLAVOURS, Line, Source

G_F = 1.1663788e-11  # MeV⁻²
S2 = 0.23863
M_E = 0.51099895  # MeV
HBARC2 = 3.8937937e-22  # MeV² cm²
ELECTRON = Electron()

# --- spinors in the Dirac form -----------------------------------------------------------------

SIGMA = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
ONE, NULL = np.eye(2), np.zeros((2, 2))
GAMMA = np.array(
    [np.block([[ONE, NULL], [NULL, -ONE]])] + [np.block([[NULL, s], [-s, NULL]]) for s in SIGMA]
)
GAMMA5 = 1j * GAMMA[0] @ GAMMA[1] @ GAMMA[2] @ GAMMA[3]
LEFT, RIGHT = (np.eye(4) - GAMMA5) / 2, (np.eye(4) + GAMMA5) / 2
METRIC = np.array([1, -1, -1, -1])


def spinors(energy, momentum, mass, antiparticle=False):
    """Both spinors of a particle, u, or of an antiparticle, v."""
    sp = np.einsum("i,iab->ab", momentum, SIGMA)
    out = []
    for chi in np.eye(2):
        large, small = np.sqrt(energy + mass) * chi, sp @ chi / np.sqrt(energy + mass)
        out.append(np.concatenate([small, large] if antiparticle else [large, small]))
    return out


def momenta(mass, energy, recoil):
    """(k, k′, p, p′), each an energy and a momentum, for a target at rest."""
    scattered = energy - recoil
    cos = 1 - mass * recoil / (energy * scattered)
    k = np.array([0, 0, energy])
    k_out = scattered * np.array([np.sqrt(1 - cos**2), 0, cos])
    return (energy, k), (scattered, k_out), (mass, 0 * k), (mass + recoil, k - k_out)


def from_amplitude(mass, energy, recoil, chiral=(0.0, 0.0), scalar=0.0, anti=False):
    """dσ/dE_R (cm²/MeV) of −2√2 G_F ν̄γP_Lν f̄γ(ε_L P_L + ε_R P_R)f + A (ν̄_R ν_L f̄f + h.c.)."""
    (E, k), (E_out, k_out), (p0, p), (p0_out, p_out) = momenta(mass, energy, recoil)
    vertex = [g @ (chiral[0] * LEFT + chiral[1] * RIGHT) for g in GAMMA]
    total = 0.0
    for first in spinors(E, k, 0.0, anti):
        for last in spinors(E_out, k_out, 0.0, anti):
            # an antineutrino runs against its line: v̄(k) … v(k′)
            bar, ket = (first, last) if anti else (last, first)
            line = bar.conj() @ GAMMA[0]
            current = np.array([line @ g @ LEFT @ ket for g in GAMMA])
            flip = line @ (RIGHT if anti else LEFT) @ ket
            for struck in spinors(p0, p, mass):
                for out in spinors(p0_out, p_out, mass):
                    target = out.conj() @ GAMMA[0]
                    amplitude = -2 * np.sqrt(2) * G_F * sum(
                        s * j * (target @ v @ struck)
                        for s, j, v in zip(METRIC, current, vertex, strict=True)
                    ) + scalar * flip * (target @ struck)
                    total += abs(amplitude) ** 2
    # the spin of the target is averaged, the neutrino has one helicity
    return total / 2 / (32 * np.pi * mass * energy**2) * HBARC2


def chiral(flavour, new=0.0):
    """(ε_L, ε_R) of a neutrino of this flavour."""
    return (0.5 if flavour.startswith("e") else -0.5) + S2 + new, S2 + new


POINTS = [(0.42, 0.2), (0.862, 0.5), (1.44, 1.2), (5.0, 0.3), (40.0, 39.0), (1e3, 10.0)]


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize(("energy", "recoil"), POINTS)
def test_standard_model_against_helicity_amplitudes(flavour, energy, recoil):
    expected = from_amplitude(M_E, energy, recoil, chiral(flavour), anti=flavour.endswith("bar"))
    found = float(cross_section(ELECTRON, energy, recoil, flavour=flavour) / (cm2 / MeV))
    assert found == near(expected, rel=1e-7)


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("form_factor", [direct, suppressed(0.5)])
@pytest.mark.parametrize("coupling", [3e-11, -3e-11, 4e-10])
def test_vector_against_helicity_amplitudes(flavour, form_factor, coupling):
    """A Z′ adds g′F/(Q²+m′²)/(2√2 G_F) to both chiralities, with the sign of g′ (3.1)."""
    energy, recoil, mass = 1.44, 0.9, 0.7
    Q2 = 2 * M_E * recoil
    F = 1.0 if form_factor is direct else Q2 / 0.25
    new = coupling * F / (Q2 + mass**2) / (2 * np.sqrt(2) * G_F)
    anti = flavour.endswith("bar")
    expected = from_amplitude(M_E, energy, recoil, chiral(flavour, new), anti=anti)
    found = cross_section(ELECTRON, energy, recoil, Vector(mass, form_factor), coupling, flavour)
    assert float(found / (cm2 / MeV)) == near(expected, rel=1e-7)


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize(("energy", "recoil"), POINTS)
def test_scalar_against_helicity_amplitudes(flavour, energy, recoil):
    """Both amplitudes at once: what interference there could be would show."""
    mass, coupling = 0.7, 2e-10
    A = coupling / (2 * M_E * recoil + mass**2)
    anti = flavour.endswith("bar")
    expected = from_amplitude(M_E, energy, recoil, chiral(flavour), A, anti)
    found = cross_section(ELECTRON, energy, recoil, Scalar(mass), coupling, flavour)
    assert float(found / (cm2 / MeV)) == near(expected, rel=1e-7)


@pytest.mark.parametrize("name", ["Si-28", "Cs-133"])
@pytest.mark.parametrize("kind", [None, Vector, Scalar])
def test_nuclei_against_helicity_amplitudes(name, kind):
    """The same spinors with the charges of a nucleus and its squared form factor."""
    one, energy, recoil, mass, coupling = nucleus(name), 40.0, 8 * keV, 15.0, 7e-10
    A = coupling / (2 * one.mass * recoil + mass**2)
    weak = (one.Z * (1 - 4 * S2) - one.N) / 4
    new = 3 * (one.Z + one.N) * A / (2 * np.sqrt(2) * G_F) if kind is Vector else 0.0
    scalar = (15.1 * one.Z + 14 * one.N) * A if kind is Scalar else 0.0
    expected = from_amplitude(one.mass, energy, recoil, (weak + new,) * 2, scalar)
    expected *= float(one.form_factor(2 * one.mass * recoil)) ** 2
    found = cross_section(one, energy, recoil, kind and kind(mass), coupling)
    assert float(found / (cm2 / MeV)) == near(expected, rel=1e-6)


# --- totals ------------------------------------------------------------------------------------


def total(scatterer, energy, flavour="mu"):
    """∫ dσ (cm²)."""
    end = float(recoil_max(scatterer.mass, energy))
    value, _ = quad(
        lambda T: float(cross_section(scatterer, energy, T, flavour=flavour)),
        0,
        end,
        epsabs=0,
        epsrel=1e-9,
    )
    return value / cm2


@pytest.mark.parametrize(
    ("flavour", "bracket"),
    [
        ("e", (0.5 + S2) ** 2 + S2**2 / 3),
        ("mu", (0.5 - S2) ** 2 + S2**2 / 3),
        ("tau", (0.5 - S2) ** 2 + S2**2 / 3),
        ("e-bar", (0.5 + S2) ** 2 / 3 + S2**2),
        ("mu-bar", (0.5 - S2) ** 2 / 3 + S2**2),
        ("tau-bar", (0.5 - S2) ** 2 / 3 + S2**2),
    ],
)
def test_electron_totals_at_high_energy(flavour, bracket):
    """σ = (2/π) G_F² m_e E (ε_L² + ε_R²/3), L ↔ R for antineutrinos, to 0.1 %."""
    energy = 1e4
    expected = 2 / np.pi * G_F**2 * M_E * energy * bracket * HBARC2
    assert total(ELECTRON, energy, flavour) == near(expected, rel=1e-3)


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("energy", [0.1, 0.862, 8.0])
def test_electron_totals_at_any_energy(flavour, energy):
    """The bracket of (3.2), integrated by hand, with its interference term."""
    L, R = chiral(flavour)
    if flavour.endswith("bar"):
        L, R = R, L
    T = 2 * energy**2 / (M_E + 2 * energy)
    bracket = L**2 * T + R**2 * energy / 3 * (1 - (1 - T / energy) ** 3)
    bracket -= L * R * M_E * T**2 / (2 * energy**2)
    expected = 2 / np.pi * G_F**2 * M_E * bracket * HBARC2
    assert total(ELECTRON, energy, flavour) == near(expected, rel=1e-7)


@pytest.mark.parametrize("name", ["Si-28", "Ar-40", "Cs-133"])
def test_coherent_totals_at_low_energy(name):
    """σ = G_F² E² [N − (1 − 4 sin²θ_W) Z]²/4π, to 0.1 %."""
    one, energy = nucleus(name), 0.5
    weak = one.N - (1 - 4 * S2) * one.Z
    expected = G_F**2 * weak**2 * energy**2 / (4 * np.pi) * HBARC2
    assert total(one, energy) == near(expected, rel=1e-3)


def test_published_size():
    """Textbooks round to 9.5e-45 cm² per MeV for ν_e, and to a sixth of it for ν_μ."""
    assert total(ELECTRON, 1e4, "e") / 1e4 == near(9.5e-45, rel=0.03)
    assert total(ELECTRON, 1e4, "mu") / total(ELECTRON, 1e4, "e") == near(1 / 6, rel=0.1)


# --- what the chapter says ---------------------------------------------------------------------


def test_backward_scattering_leaves_one_amplitude():
    """At the largest recoil the bracket is [ε_L − ε_R m/(m+2E)]², and it can vanish."""
    energy, mass = 0.862, 0.5
    end = float(recoil_max(M_E, energy))
    rho = M_E / (M_E + 2 * energy)
    L, R = chiral("mu")
    # (L + n) = rho (R + n)
    new = (rho * R - L) / (1 - rho)
    coupling = new * 2 * np.sqrt(2) * G_F * (2 * M_E * end + mass**2)
    standard = cross_section(ELECTRON, energy, end * (1 - 1e-9))
    assert cross_section(ELECTRON, energy, end * (1 - 1e-9), Vector(mass), coupling) < (
        1e-6 * standard
    )
    inside = np.linspace(0.01, 0.9, 50) * end
    below = [
        cross_section(ELECTRON, energy, inside, Vector(mass), g)
        for g in np.linspace(-3, 3, 61) * 1e-10
    ]
    assert np.min(below) > 1e-3 * float(standard)


def test_interference_has_the_sign_of_the_coupling():
    """g′ > 0 adds to ν_e and, at large recoils, takes from ν_μ."""
    recoil = 0.6
    for flavour, sign in (("e", 1), ("mu", -1)):
        standard = cross_section(ELECTRON, 0.862, recoil, flavour=flavour)
        change = cross_section(ELECTRON, 0.862, recoil, Vector(1.0), 1e-13, flavour) - standard
        assert np.sign(change) == sign


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_flavours_that_do_not_couple(flavour):
    only_mu = Vector(1.0, neutrinos=(0, 1, 0))
    standard = cross_section(ELECTRON, 1.0, 0.3, flavour=flavour)
    new = cross_section(ELECTRON, 1.0, 0.3, only_mu, 1e-10, flavour)
    assert (new != standard) == flavour.startswith("mu")


@pytest.mark.parametrize(("recoil", "excess"), [(0.26, 0.2544), (0.665, 0.6507)])
def test_scalar_beyond_the_paper(recoil, excess):
    """(3.6) as printed lacks 1 + E_R/2m_e: 25 % at 0.26 MeV, 65 % at 0.665 MeV."""
    K = coefficients(ELECTRON, recoil, Scalar(1.0), "e")[2, 2] / cm2
    printed = recoil * M_E**2 / (4 * np.pi) * HBARC2
    assert K / printed - 1 == near(excess, rel=2e-4)


def test_mass_of_the_target_in_the_scalar():
    """(3.7) prints m_e²; the trace gives m_N², for caesium 5.87e10 times as much."""
    one, recoil = nucleus("Cs-133"), 1 * keV
    helm2 = float(one.form_factor(2 * one.mass * recoil)) ** 2
    K = coefficients(one, recoil, Scalar(1.0))[2, 2] / cm2
    printed = (15.1 * 55 + 14 * 78) ** 2 * recoil * M_E**2 / (4 * np.pi) * HBARC2 * helm2
    assert K / printed == near(5.867e10, rel=1e-3)


def test_nothing_beyond_the_largest_recoil():
    end = 2 * 1.44**2 / (M_E + 2 * 1.44)
    inside, beyond = cross_section(ELECTRON, 1.44, [end * 0.9999, end * 1.0001])
    assert inside > 0
    assert beyond == 0
    line = Source("line", (Line("mu", 1.44, 1.0),))
    assert rate(ELECTRON, line, end * 0.9999) == near(inside)
    assert rate(ELECTRON, line, end * 1.0001) == 0


def test_flavours_of_a_mediator():
    only_e = Vector(1.0, neutrinos=(1, 0, 0))
    for flavour in FLAVOURS:
        alone = cross_section(ELECTRON, 1.0, 0.3, only_e, 1e-10, flavour)
        reference = Vector(1.0) if flavour.startswith("e") else None
        assert alone == cross_section(ELECTRON, 1.0, 0.3, reference, 1e-10, flavour)


@pytest.mark.parametrize("mediator", [None, Vector(0.3), Scalar(0.3, suppressed(0.5))])
def test_rate_of_a_line(mediator):
    """Flux times cross section, for each flavour with its own charges."""
    recoil = np.array([0.05, 0.3, 0.6])
    lines = tuple(Line(f, 0.862, 10.0**i) for i, f in enumerate(FLAVOURS))
    expected = sum(
        line.flux * cross_section(ELECTRON, 0.862, recoil, mediator, 5e-11, line.flavour)
        for line in lines
    )
    assert rate(ELECTRON, Source("lines", lines), recoil, mediator, 5e-11) == near(expected)
