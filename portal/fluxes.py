"""The fluxes of the paper from machines: pions that stop, and reactors."""

import numpy as np
from hepunits import MW, MeV, cm2, day, m
from numpy.typing import ArrayLike

from ._validate import Array, number, positive
from .constants import M_ELECTRON, M_MUON, M_PION
from .published import read_table
from .sources import Continuum, Line, Source

ENERGY_PER_FISSION = 200 * MeV
"""The round number behind the paper's flux; Daya Bay's fuel gives 206 MeV, 3 % less flux."""

FUEL = {"u235": 0.561, "u238": 0.076, "pu239": 0.307, "pu241": 0.056}
"""Shares of fissions in the fuel that Daya Bay saw (An et al. 2017, arXiv:1607.05378)."""

IBD_THRESHOLD = 1.8 * MeV
"""Daya Bay measures nothing below this energy, where inverse beta decay stops."""

IBD_FIT_END = 300 * MeV
"""The approximation of Strumia and Vissani holds below this energy; at 0.6 GeV it turns over."""

REACTOR_ENDPOINT = 8.7 * MeV
"""Where a straight line from 8 MeV must end to keep the content of Daya Bay's last, wide bin."""

EXPONENTS = {
    "u235": (0.870, -0.160, -0.0910),
    "u238": (0.976, -0.162, -0.0790),
    "pu239": (0.896, -0.239, -0.0981),
    "pu241": (0.793, -0.080, -0.1085),
}
"""ln of the spectrum (per MeV) as a polynomial in E/MeV (Vogel and Engel 1989)."""


def sns(
    protons_per_time: float = 1.76e23 / (308.1 * day),
    neutrinos_per_proton: float = 0.08,
    distance: float = 19.3 * m,
    delayed: float = 1.0,
) -> Source:
    """Neutrinos from pions that stop and decay: a prompt line and two Michel spectra.

    π⁺ → μ⁺ν_μ at rest gives E = (m_π² − m_μ²)/2m_π.  μ⁺ → e⁺ν_e ν̄_μ gives, with x = E/m_μ
    between 0 and 1/2 and the electron mass neglected, 192 x²(1/2 − x)/m_μ for ν_e and
    64 x²(3/4 − x)/m_μ for ν̄_μ.  (The electron mass would change the endpoint by 2e-5.)

    The defaults are those of COHERENT's CsI run of 2017 (Akimov et al. 2017, 2018).

    Parameters
    ----------
    protons_per_time : float
        Protons on target per time.
    neutrinos_per_proton : float
        Neutrinos of each flavour per proton.
    distance : float
        From the target to the detector.
    delayed : float
        Share of the neutrinos from muons that arrive in the time window of the analysis.

    Raises
    ------
    ValueError
        If an argument is not above zero, or `delayed` is above one.

    >>> from hepunits import cm2, s
    >>> print(f"{sns().components[0].flux * cm2 * s:.3e}")
    1.130e+07
    """
    emitted = number("protons_per_time", protons_per_time, positive) * number(
        "neutrinos_per_proton", neutrinos_per_proton, positive
    )
    flux = float(emitted / (4 * np.pi * number("distance", distance, positive) ** 2))
    if number("delayed", delayed, positive) > 1:
        raise ValueError(f"delayed = {delayed}: give a share of at most 1")
    endpoint = [0.0, M_MUON / 2]
    x2, x3 = delayed * flux / M_MUON**3, delayed * flux / M_MUON**4
    return Source(
        "SNS",
        (
            Line("mu", (M_PION**2 - M_MUON**2) / (2 * M_PION), flux),
            Continuum("e", endpoint, [[0.0], [0.0], [96 * x2], [-192 * x3]]),
            Continuum("mu-bar", endpoint, [[0.0], [0.0], [48 * x2], [-64 * x3]]),
        ),
    )


def inverse_beta_decay(energy: ArrayLike) -> Array:
    """Cross section of ν̄_e p → e⁺ n (mm²), good to 1 % at the energies of reactors.

    10⁻⁴³ cm² p_e E_e E^(−0.07056 + 0.02018 ln E − 0.001953 ln³E) with E_e = E − 1.293 MeV and all
    energies in MeV (Strumia and Vissani 2003, eq. (25)); zero below the threshold.

    Parameters
    ----------
    energy : array, any shape
        Antineutrino energy (MeV).

    Raises
    ------
    ValueError
        If an energy is not above zero, or above 300 MeV, where the approximation ends.

    >>> print(f"{inverse_beta_decay(4 * MeV) / cm2:.2e}")
    6.73e-43
    """
    energy = positive("energy", energy)
    if np.any(energy > IBD_FIT_END):
        raise ValueError(f"energy = {energy.max()}: give energies up to {IBD_FIT_END:g} MeV")
    positron = np.maximum(energy - 1.293 * MeV, M_ELECTRON)
    momentum = np.sqrt(positron**2 - M_ELECTRON**2)
    ln = np.log(energy)
    exponent = -0.07056 + 0.02018 * ln - 0.001953 * ln**3
    return 1e-43 * cm2 * momentum * positron * energy**exponent


def _daya_bay() -> tuple[Array, Array]:
    """Energies and antineutrinos per fission and MeV, from the published yields in bins.

    A bin divided by the mean cross section in it is the spectrum at the mean energy of its events.
    """
    table = read_table("reactor_daya_bay.csv")
    narrow = table["high"] < REACTOR_ENDPOINT
    low, high, ibd_yield = (table[key][narrow] for key in ("low", "high", "ibd_yield"))
    x, w = np.polynomial.legendre.leggauss(20)
    energy = (high + low)[:, np.newaxis] / 2 + (high - low)[:, np.newaxis] / 2 * x
    sigma = inverse_beta_decay(energy)
    mean_energy = (energy * sigma) @ w / (sigma @ w)
    spectrum = ibd_yield * 1e-46 * cm2 / (sigma @ w / 2)
    return np.append(mean_energy, REACTOR_ENDPOINT), np.append(spectrum, 0.0)


def _summation() -> tuple[Array, Array]:
    """Energies and antineutrinos per fission and MeV, summed over all fission products."""
    table = read_table("reactor_summation.csv")
    spectrum = sum(share * table[isotope] for isotope, share in FUEL.items())
    return table["energy"], np.asarray(spectrum)


def _exponential() -> tuple[Array, Array]:
    """Energies and antineutrinos per fission and MeV, from fits above 2 MeV."""
    energy = np.linspace(0.0, REACTOR_ENDPOINT, 175)[1:]
    spectrum = sum(
        share * np.exp(np.polynomial.polynomial.polyval(energy, EXPONENTS[isotope]))
        for isotope, share in FUEL.items()
    )
    return energy, np.asarray(spectrum)


SPECTRA = {"daya-bay": _daya_bay, "summation": _summation, "exponential": _exponential}


def reactor(
    power: float = 1 * MW,
    distance: float = 1 * m,
    above: str = "daya-bay",
    below: str = "summation",
) -> Source:
    """Antineutrinos of a reactor: a measured spectrum, continued where nothing is measured.

    φ(E) = S(E) P/(E_f 4πL²), with E_f = 200 MeV per fission and S per fission from two parts that
    meet at 1.8 MeV:

    - "daya-bay" (only above): the measured yield of inverse beta decay, Table 12 of An et al. 2017
      (arXiv:1607.05378), divided by `inverse_beta_decay`;
    - "summation": all beta decays of all fission products (Périssé et al. 2023,
      arXiv:2304.14992), for the fuel of Daya Bay, without neutron capture on U-238;
    - "exponential": the fits of Vogel and Engel 1989, made for energies above 2 MeV.

    The default emits 6.0 antineutrinos per fission, hence the paper's 1.5e12 cm⁻²s⁻¹ at 1 m from
    1 MW.  Capture on U-238 would add 1.2 per fission below 1.26 MeV.

    Parameters
    ----------
    power : float
        Thermal power (write ``3 * GW``).
    distance : float
        From the core, taken as a point, to the detector.
    above, below : str
        Spectrum above and below 1.8 MeV.

    Raises
    ------
    ValueError
        If a number is not above zero or a spectrum is unknown.

    >>> from hepunits import s
    >>> print(f"{reactor().moments(0.0)[0] * cm2 * s:.2g}")
    1.5e+12
    """
    fissions = number("power", power, positive) / ENERGY_PER_FISSION
    for name, value, allowed in (
        ("above", above, list(SPECTRA)),
        ("below", below, ["summation", "exponential"]),
    ):
        if value not in allowed:
            raise ValueError(f"{name} = {value!r}: give one of {', '.join(allowed)}")
    soft, hard = np.array(SPECTRA[below]()), np.array(SPECTRA[above]())
    soft, hard = soft[:, soft[0] < IBD_THRESHOLD], hard[:, hard[0] >= IBD_THRESHOLD]
    energy, spectrum = np.concatenate([soft, hard], axis=1)
    flux = fissions / (4 * np.pi * number("distance", distance, positive) ** 2) * spectrum
    return Source("reactor", (Continuum.table("e-bar", energy, flux),))
