"""Neutrinos from the Sun: their fluxes, how they change flavour, and Borexino, which sees them.

The components are "pp", "be7" (two lines), "pep" (a line), "b8" and "hep".
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from hepunits import Avogadro, MeV, cm2, cm3, day, eV, hbarc, kg, s
from numpy.typing import ArrayLike

from ._validate import Array, not_negative, number, positive, same_grid
from .constants import DALTON, FERMI, FINE_STRUCTURE, M_ELECTRON
from .detectors import Experiment
from .joint import Joint
from .nuclei import WEAK_LOOPS, Electron, Target
from .published import read_table
from .scattering import recoil_max
from .sources import Continuum, Line, Source

__all__ = [
    "BETA_POINTS",
    "COMPONENTS",
    "DELTA_M21",
    "LARGEST",
    "LARGEST_FLUX",
    "SCINTILLATOR",
    "SIN2_THETA12",
    "SIN2_THETA13",
    "SIN2_THETA23",
    "WITH_LOOPS",
    "borexino",
    "hep_spectrum",
    "pp_spectrum",
    "source",
    "survival_probability",
]

COMPONENTS = ("pp", "be7", "pep", "b8", "hep")

BETA_POINTS = 401
"""Points of the spectra of pp and hep, denser near the endpoint, where they fall like a root."""

LARGEST = 1e3 * MeV
"""Energies above are not those of a decay in the Sun."""

LARGEST_FLUX = 1e12 / (cm2 * s)
"""All components together give 6.5e10."""

SIN2_THETA12 = 0.307
"""sin²θ₁₂ (PDG 2022; ± 0.013)."""

SIN2_THETA13 = 0.0220
"""sin²θ₁₃ (PDG 2022; ± 0.0007)."""

SIN2_THETA23 = 0.546
"""sin²θ₂₃ (PDG 2022, normal ordering; ± 0.021)."""

DELTA_M21 = 7.53e-5 * eV**2
"""Δm²₂₁ (PDG 2022; ± 0.18e-5 eV²)."""

SCINTILLATOR = Target("C9H12", ((Electron(), 66.0),), 120.19 * DALTON)
"""Pseudocumene, each molecule with 66 electrons: 3.307e31 in 100 t."""

WITH_LOOPS = replace(SCINTILLATOR, parts=((Electron(weak=WEAK_LOOPS), 66.0),))
"""The same with the weak loops of Bahcall, Kamionkowski and Sirlin (1995) in the couplings."""


def pp_spectrum(energy: ArrayLike, endpoint: ArrayLike) -> Array:
    """Shape of the pp neutrino spectrum, up to a constant (MeV⁴).

    p + p → d + e⁺ + ν_e has the phase space of a β⁺ decay, and the charge of the deuteron repels
    the positron: φ ∝ E² p W F with W = m_e + E_end − E, p² = W² − m_e², and
    F = x/(eˣ − 1), x = 2πα W/p.

    Parameters
    ----------
    energy : array, any shape
        Neutrino energy (MeV); the shape is zero above the endpoint.
    endpoint : array
        E_end (MeV), broadcasts with `energy`: 0.4202 from the masses, 0.42341 with the energy that
        the protons bring along (Bahcall 1997).

    Raises
    ------
    ValueError
        If an energy is negative, an endpoint is not above zero, or their shapes do not broadcast.

    >>> E = np.linspace(0.0, 0.42341, 1001)
    >>> float(np.average(E, weights=pp_spectrum(E, 0.42341)).round(4))
    0.2668
    """
    return _beta_spectrum(energy, endpoint, charge=1)


def hep_spectrum(energy: ArrayLike, endpoint: ArrayLike) -> Array:
    """Shape of the hep neutrino spectrum, up to a constant (MeV⁴).

    ³He + p → ⁴He + e⁺ + ν_e with the allowed shape of `pp_spectrum`, and charge 2 that repels the
    positron.  The true capture is mostly forbidden; Bahcall's table has the allowed shape, too.

    Parameters
    ----------
    energy : array, any shape
        Neutrino energy (MeV); the shape is zero above the endpoint.
    endpoint : array
        E_end (MeV), broadcasts with `energy`: 18.784 with the energy that the nuclei bring along.

    Raises
    ------
    ValueError
        As for `pp_spectrum`.

    >>> E = np.linspace(0.0, 18.784, 1001)
    >>> float(np.average(E, weights=hep_spectrum(E, 18.784)).round(2))
    9.63
    """
    return _beta_spectrum(energy, endpoint, charge=2)


def _beta_spectrum(energy: ArrayLike, endpoint: ArrayLike, charge: int) -> Array:
    """Allowed shape of a β⁺ decay to a nucleus of this charge."""
    energy = not_negative("energy", energy)
    end = positive("endpoint", endpoint)
    same_grid(energy=energy, endpoint=end)
    if np.any(energy > LARGEST) or np.any(end > LARGEST):
        raise ValueError(f"energy, endpoint = {energy}, {end}: give energies up to {LARGEST:g} MeV")
    W = np.maximum(M_ELECTRON + end - energy, M_ELECTRON)
    p = np.sqrt(W**2 - M_ELECTRON**2)
    strength = 2 * np.pi * FINE_STRUCTURE * charge * W
    exponent = np.divide(strength, p, out=np.full_like(p, np.inf), where=p > 0)
    with np.errstate(over="ignore"):  # at the endpoint the charge keeps every positron away
        return energy**2 * W * strength / np.expm1(exponent)


def survival_probability(energy: ArrayLike, electron_density: ArrayLike) -> Array:
    """Probability that a ν_e made in the Sun arrives as ν_e (adiabatic MSW).

    P = s₁₃⁴ + c₁₃⁴ (1 + cos 2θ₁₂ cos 2θ_m)/2, where θ_m is the angle in matter at birth:
    cos 2θ_m = (cos 2θ₁₂ − β)/√[(cos 2θ₁₂ − β)² + sin² 2θ₁₂], β = 2√2 G_F n_e c₁₃² E/Δm²₂₁
    (PDG 2022, review of neutrino mixing).  It holds up to the highest solar energies: the density
    of the Sun changes slowly, and Δm²₃₁ shifts the result by 1.5e-3 at 8 MeV.  Taking the mean
    density for the region where ⁸B is made moves P by less than 0.004 (hep: 0.03).  Regeneration
    in the Earth at night, a few per cent of ⁸B, is left out.

    Parameters
    ----------
    energy : array
        Neutrino energy (MeV).
    electron_density : array
        Electrons per volume where the neutrino is made (write ``60.6 * Avogadro / cm3``); zero
        gives the average over vacuum oscillations.  Broadcasts with `energy`.

    Raises
    ------
    ValueError
        If an energy or a density is negative or not finite.

    >>> centre = 100 * Avogadro / cm3
    >>> survival_probability([0.1, 10.0], centre).round(2)
    array([0.55, 0.32])
    """
    energy = not_negative("energy", energy)
    density = not_negative("electron_density", electron_density)
    c13, cos2 = 1 - SIN2_THETA13, 1 - 2 * SIN2_THETA12
    potential = np.sqrt(2) * FERMI * density * hbarc**3
    with np.errstate(over="ignore"):  # where matter rules, cos 2θ_m is −1
        excess = cos2 - 2 * potential * c13 * energy / DELTA_M21
    in_matter = np.cos(np.arctan2(np.sqrt(1 - cos2**2), excess))
    return SIN2_THETA13**2 + c13**2 * (1 + cos2 * in_matter) / 2


def source(component: str, oscillating: bool = True, flux: float | None = None) -> Source:
    """Flux of a component at the Earth, high-metallicity model (Haxton et al. 2013).

    Parameters
    ----------
    component : str
        "pp", "be7", "pep", "b8" or "hep".
    oscillating : bool
        Change flavour by `survival_probability` at the mean density where the component is made.
        What is no ν_e any more is shared by ν_μ and ν_τ as cos²θ₂₃ to sin²θ₂₃ (exact for
        θ₁₃ → 0; on electrons both scatter alike).  Otherwise all stay ν_e.
    flux : float or None
        Total flux of all flavours (write ``5.25e6 / (cm2 * s)``) in place of that of the model; the
        newer models B16 are in ``solar_b16.csv``.

    Raises
    ------
    ValueError
        If there is no such component, or the flux is not above zero or cannot have its unit.

    >>> print(f"{source('pp').moments(0.0)[0] * cm2 * s:.3e}")
    5.980e+10
    >>> sno = source("b8", flux=5.25e6 / (cm2 * s))
    >>> print(f"{sno.moments(0.0)[0] * cm2 * s:.3g}, {sno.mean(lambda E: E):.2f} MeV")
    5.25e+06, 6.73 MeV
    """
    if not isinstance(component, str) or component not in COMPONENTS:
        raise ValueError(f"component = {component!r}: give one of {', '.join(COMPONENTS)}")
    if flux is not None and number("flux", flux, positive) > LARGEST_FLUX:
        raise ValueError(f"flux = {flux}: give a flux, as in 5.25e6 / (cm2 * s)")
    table = read_table("solar.csv")
    parts: list[Line | Continuum] = []
    for row in np.flatnonzero(table["component"] == component):
        whole = table["flux"][row] / (cm2 * s) if flux is None else flux
        energy, spectrum = _spectrum(component, table["shape"][row], table["energy"][row] * MeV)
        spectrum = table["share"][row] * whole * spectrum
        density = table["electron_density"][row] * Avogadro / cm3
        survive = survival_probability(energy, density) if oscillating else np.ones_like(energy)
        shares = {
            "e": survive,
            "mu": (1 - survive) * (1 - SIN2_THETA23),
            "tau": (1 - survive) * SIN2_THETA23,
        }
        parts += [_part(flavour, energy, spectrum * share) for flavour, share in shares.items()]
    return Source(component, tuple(parts))


def _spectrum(component: str, shape: str, energy: float) -> tuple[Array, Array]:
    """Energies and the spectrum at them, for a flux of one; a line has one energy and a 1."""
    if shape == "line":
        return np.asarray(energy), np.asarray(1.0)
    if shape == "table":
        table = read_table("solar_b8.csv")
        energies, density = table["energy"] * MeV, table["density"] / MeV
    else:
        energies = energy * (1 - np.linspace(1.0, 0.0, BETA_POINTS) ** 2)
        density = {"pp": pp_spectrum, "hep": hep_spectrum}[component](energies, energy)
    return energies, density / np.trapezoid(density, energies)


def _part(flavour: str, energy: Array, flux: Array) -> Line | Continuum:
    """Return a continuum for an array of energies and a line for one."""
    if energy.ndim:
        return Continuum.table(flavour, energy, flux)
    return Line(flavour, float(energy), float(flux))


def borexino(
    threshold: float = 0.19 * MeV,
    measured: bool = True,
    model_error: bool = False,
    oscillating: bool = True,
    target: Target = SCINTILLATOR,
    fluxes: Mapping[str, float] | None = None,
) -> Joint:
    """Borexino's pp, ⁷Be and pep rates, one experiment of one bin for each (paper (4.3)).

    χ² = Σ [(N_th − N_obs)/(N_obs σ)]² with σ = 0.11, 0.03, 0.21; the paper prints N_obs σ
    unsquared.  There is no nuisance: ``sigma_alpha`` is 0, and the parts are experiments too.
    Counts are those of a day and 100 t.  The published rates hold for all recoil energies; the
    share above the threshold is that of the Standard Model.

    Parameters
    ----------
    threshold : float
        Lowest recoil energy (MeV); 0.19 MeV in the publication (Borexino 2017).
    measured : bool
        Whether N_obs is the measured rate or the one that the Standard Model expects.
    model_error : bool
        Add the uncertainty of the solar model in quadrature: σ(⁷Be) becomes 0.076.
    oscillating : bool
        As for `source`.
    target : Target
        Tree-level electrons, as paper (3.2) has them; see `WITH_LOOPS`.
    fluxes : dict of str to float, or None
        Total fluxes in place of the model's, by component, as for `source`.

    Raises
    ------
    ValueError
        If the threshold is negative, or above the largest recoil of pp neutrinos, or a flux is of
        another component than "pp", "be7" or "pep".

    >>> borexino(threshold=0.0).counts().round(1)
    array([135.8,  50.2,   2.9])
    """
    number("threshold", threshold, not_negative)
    data, model = read_table("borexino_2017.csv"), read_table("solar.csv")
    fluxes = {} if fluxes is None else fluxes
    if not isinstance(fluxes, Mapping) or not set(fluxes) <= set(data["component"]):
        raise ValueError(f"fluxes = {fluxes}: give a dict of those of pp, be7 and pep")
    parts = []
    for component, rate, error in zip(data["component"], data["rate"], data["paper"], strict=True):
        flux = source(str(component), oscillating, fluxes.get(str(component)))
        top = float(recoil_max(M_ELECTRON, flux.endpoint))
        if threshold >= top:
            raise ValueError(f"threshold = {threshold}: give a recoil below {top:.3f} MeV")
        whole = Experiment(
            target=target,
            source=flux,
            exposure=100e3 * kg * day,
            bins=[0.0, top],
            sigma_alpha=0.0,
        )
        seen = replace(whole, bins=[threshold, top])
        counts = seen.counts()
        observed = rate * counts / whole.counts() if measured else counts
        of_model = model["error"][model["component"] == component][0] if model_error else 0.0
        parts.append(replace(seen, data=(observed, np.hypot(error, of_model) * observed)))
    return Joint(tuple(parts), sigma_alpha=0.0)
