"""Self-checks: is my answer right?  They know units, and they do not show the answer."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from hepunits import Avogadro, GeV, MeV, cm3, day, eV, hbar, hbarc, keV, kg, m
from scipy.optimize import brentq
from scipy.stats import norm

from .. import b_decays, b_fits, solar
from .._validate import finite
from ..constants import FERMI, M_ELECTRON, M_MUON, SIN2_THETA_W
from ..detectors import Experiment
from ..experiments import LIGHT_YIELD, carried_over, coherent_ar_future, coherent_csi_2017
from ..fluxes import reactor, sns
from ..limits import limit_curve
from ..loops import j_integral, scalar_loop
from ..mediators import Scalar, Vector, suppressed
from ..nuclei import Nucleus, nucleus, target
from ..scattering import recoil_max, weak_charge
from ..statistics import Profile


def _cancelling(struck: Nucleus) -> float:
    """g′F/(Q² + m′²) (MeV⁻²) at which the vector charge of a nucleus vanishes."""
    return float(-2 * np.sqrt(2) * FERMI * weak_charge(struck) / (3 * (struck.Z + struck.N)))


def _half_coherent() -> float:
    """Recoil (MeV) at which the form factor takes half of the rate on caesium-133."""
    caesium = nucleus("Cs-133")

    def excess(recoil: float) -> float:
        return float(caesium.form_factor(2 * caesium.mass * recoil) ** 2 - 0.5)

    return float(brentq(excess, 1 * keV, 50 * keV))


def _argon_counts() -> float:
    """Recoils of 20 to 100 keV in 100 kg of argon, 28 m from the SNS, in 365 days."""
    detector = Experiment(
        target=target("Ar"),
        source=sns(distance=28 * m),
        exposure=100 * kg * 365 * day,
        bins=[20 * keV, 60 * keV, 100 * keV],
    )
    return float(detector.counts().sum())


def _high_energy(left: float, right: float) -> float:
    """Total of ν–e scattering far above the electron mass, up to common factors."""
    return left**2 + right**2 / 3


_LEFT, _RIGHT = 0.5 + SIN2_THETA_W, SIN2_THETA_W
_BACKWARD = M_ELECTRON / (M_ELECTRON + 2 * 0.862 * MeV)


def _best_alpha() -> float:
    """Change of normalisation that suits the Standard Model best in COHERENT 2017."""
    csi = coherent_csi_2017()
    o, t, s = csi.observed / csi.sigma, csi.counts() / csi.sigma, 1 / csi.sigma_alpha**2
    return float((o @ t + s) / (t @ t + s) - 1)


def _merge() -> float:
    """Standard deviations at which a known normalisation lets two bands merge."""
    known = replace(coherent_csi_2017(), sigma_alpha=0.0)
    profile = Profile.of(known, Vector(1 * MeV, suppressed(50 * MeV)))
    return float(np.sqrt(profile.observed**2 - profile.minimum[0]))


def _shifted_efficiency() -> float:
    """Counts in argon if the efficiency of CsI starts at argon's threshold of 2 keV."""
    shift = 5 / LIGHT_YIELD - 2 * keV
    argon = coherent_ar_future(efficiency=lambda recoil: carried_over(recoil + shift))
    return float(argon.counts().sum())


def _contact() -> float:
    """g′q0²/Λ² (q0 = 50 MeV) at which a massless vector cancels the weak charge of argon."""
    return _cancelling(nucleus("Ar-40")) * (50 * MeV) ** 2


def _scalar_separation() -> float:
    """σ between F ~ q² and F = 1 for a scalar of 1 GeV in ten ton-years of argon."""
    argon = coherent_ar_future()
    argon = replace(argon, exposure=10 * argon.exposure)
    truth = Scalar([1000 * MeV], suppressed(50 * MeV))
    edge = limit_curve(coherent_csi_2017(), truth).upper[0]
    signal = argon.counts(truth, edge)[0]
    background = argon.background * argon.exposure * np.diff(argon.bins)
    seen = replace(argon, data=(signal, np.sqrt(signal + background)))
    return float(np.sqrt(Profile.of(seen, Scalar([1000 * MeV])).minimum[0]))


def _smallest_rate() -> float:
    """g′ of a 100 MeV vector at which Borexino's ⁷Be rate is smallest."""
    _, n1, n2 = solar.borexino().parts[1].polynomial(Vector(100 * MeV))[:, 0]
    return float(-n1 / (2 * n2))


def _blind_coupling() -> float:
    """X_h (not zero) that leaves R_K between 1 and 6 GeV² as in the Standard Model."""
    _, r1, r2 = b_fits.polynomial("K", 1 * GeV**2, 6 * GeV**2, 10 * MeV)
    return float(-r1 / r2)


def _charm_changing() -> float:
    """|(Y_U)_uc|/g1 for charges (1, 1, −2) and the small angle with g_bs/g1 = 0.001."""
    _, up = b_decays.coupling_matrices([1.0, 1.0, -2.0], float(np.arcsin(0.002 / 3) / 2))
    return float(abs(up[0, 1]))


def _invisible_decay(x_h: float, g_mu: float, mass: float) -> float:
    """Branching ratio of B⁺ → K⁺Z′ for a Z′ of this mass (MeV)."""
    b = b_decays.DECAYS["K"]
    coupling = x_h / (g_mu * b.m_b**2) * mass * b_decays.form_factors("K", mass**2)["f+"]
    momentum2 = (b.m_b**2 - (b.m_k + mass) ** 2) * (b.m_b**2 - (b.m_k - mass) ** 2)
    momentum = np.sqrt(momentum2) / (2 * b.m_b)
    return float(b.lifetime / hbar * coupling**2 * momentum**3 / (8 * np.pi))


def _about_zero(mediator: Vector) -> tuple[float, float]:
    """Edges below and above zero of what COHERENT 2017 allows, for an array of one mass."""
    ((low, high), *_) = limit_curve(coherent_csi_2017(), mediator).bands[0]
    return low, high


def _germanium(threshold: float) -> float:
    """Limit of chapter 07's reactor detector on a vector of 1 MeV with F = 1."""
    detector = Experiment(
        target=target("Ge"),
        source=reactor(),
        exposure=10 * kg * 365 * day,
        bins=np.geomspace(threshold, 2.5 * keV, 25),
        background=1 / (keV * kg * day),
        sigma_alpha=0.1,
    )
    return float(limit_curve(detector, Vector([1 * MeV])).upper[0])


ANSWERS: dict[str, Callable[[], float]] = {
    "01-largest-recoil": lambda: float(recoil_max(nucleus("Ar-40").mass, 30 * MeV)),
    "01-total": lambda: float(
        FERMI**2 * (5 * MeV * 4 * weak_charge(nucleus("Ar-40")) * hbarc) ** 2 / (4 * np.pi)
    ),
    "01-coherence": _half_coherent,
    "01-argon": _argon_counts,
    "02-threshold": lambda: float(j_integral(4.0)),
    "02-width": lambda: -(0.1**2) / (2 * np.pi**2) * float(j_integral(9.0).imag) * 30 * MeV,
    "02-stand-in": lambda: 106 * MeV / np.sqrt(2),
    "03-ratio": lambda: (1 + 1 / 6) / (1 / 6 + 1 / 30),
    "03-pseudoscalar": lambda: 2e-6 * nucleus("Ge-74").mass / (1 - 1e-6),
    "03-tuning": lambda: float(
        -1 / (4 * np.pi**2) / scalar_loop(1 * MeV, 1 * GeV, 1 * GeV)((50 * MeV) ** 2)
    ),
    "04-antineutrino": lambda: _high_energy(_RIGHT, _LEFT) / _high_energy(_LEFT, _RIGHT),
    "04-zero": lambda: _cancelling(nucleus("Ar-40")) * (50 * MeV) ** 2,
    "04-recoil": lambda: float(
        (3e-9 / _cancelling(nucleus("Ge-74")) - (20 * MeV) ** 2) / (2 * nucleus("Ge-74").mass)
    ),
    "04-share": lambda: -2 * _BACKWARD * _LEFT * _RIGHT / (_LEFT - _BACKWARD * _RIGHT) ** 2,
    "05-kaon": lambda: (493.677**2 - M_MUON**2) / (2 * 493.677) * MeV,
    "05-distance": lambda: float(sns(distance=28 * m).components[0].moments(0.0)[0]),
    "05-capture": lambda: float(recoil_max(nucleus("Si-28").mass, 1.26 * MeV)),
    "05-shifted": _shifted_efficiency,
    "06-alpha": _best_alpha,
    "06-merge": _merge,
    "06-open": lambda: 1 / 0.1,
    "06-coverage": lambda: float(norm.ppf(0.95)),
    "07-scale": lambda: 50 * MeV / _about_zero(Vector([0.1], suppressed(50 * MeV)))[1] ** 0.5,
    "07-negative": lambda: -_about_zero(Vector([1e4]))[1] / _about_zero(Vector([1e4]))[0],
    "07-threshold": lambda: _germanium(100 * eV) / _germanium(50 * eV),
    "08-recoil": lambda: float((100 * MeV) ** 2 / (2 * nucleus("Ar-40").mass)),
    "08-zero": lambda: float(
        (100 * MeV) ** 2 / (8e-9 / _contact() - 1) / (2 * nucleus("Ar-40").mass)
    ),
    "08-twin": lambda: 1e-9 / (1 + 1e-9 / _contact()) * 4,
    "08-exposure": _scalar_separation,
    "09-endpoint": lambda: float(recoil_max(M_ELECTRON, solar.source("pp").endpoint)),
    "09-eight": lambda: float(solar.survival_probability(10 * MeV, 88 * Avogadro / cm3)),
    "09-cancel": _smallest_rate,
    "09-model": lambda: float(np.hypot(0.03, 0.07) / 0.03) ** 0.5,
    "10-contact": lambda: float(1 / b_decays.delta_c9(2 * GeV**2, -1.0, 100 * MeV)),
    "10-blind": _blind_coupling,
    "10-charm": _charm_changing,
    "10-invisible": lambda: _invisible_decay(3e-8, 5e-4, 50 * MeV),
}
"""What each exercise asks for, computed; the name starts with the number of the chapter."""

SLIPS = {
    1e3: "It is off by 1000: keV or MeV?",
    1e6: "It is off by a million: eV or MeV, cm or km?",
    1e9: "It is off by 1e9: eV or GeV, seconds or nanoseconds?",
    10.0: "It is off by 10: cm or mm?",
    100.0: "It is off by 100: cm² or mm²?",
    2.0: "It is off by a factor of 2.",
    np.pi: "It is off by a factor of π.",
}


def check(name: str, answer: Any, rtol: float = 0.01) -> None:
    """Say whether `answer` is right to 1 %, or what kind of slip it looks like.

    Parameters
    ----------
    name : str
        The exercise, such as "01-largest-recoil".
    answer : number
        With units by `hepunits`, such as ``45 * keV``.
    rtol : float
        Largest deviation that is right, relative to the answer.

    Raises
    ------
    ValueError
        If there is no such exercise, or the answer is not one finite number.

    >>> check("01-largest-recoil", ...)
    Write your answer in place of the dots, then run the cell again.
    >>> check("01-largest-recoil", 48.3)
    Not yet. It is off by 1000: keV or MeV?
    """
    if name not in ANSWERS:
        raise ValueError(f"name = {name!r}: give one of {', '.join(ANSWERS)}")
    if answer is ...:
        print("Write your answer in place of the dots, then run the cell again.")
        return
    given = finite("answer", answer)
    if given.size != 1:
        raise ValueError(f"answer = {answer}: give one number")
    ratio = given.item() / ANSWERS[name]()
    if abs(ratio - 1) <= rtol:
        print("Right.")
    elif abs(ratio + 1) <= rtol:
        print("Not yet. Look at the sign.")
    else:
        size = max(abs(ratio), 1 / abs(ratio)) if ratio else np.inf
        hints = [hint for factor, hint in SLIPS.items() if abs(size / factor - 1) <= rtol]
        print("Not yet.", *hints)
