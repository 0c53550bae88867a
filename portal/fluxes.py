"""The fluxes of machines: pions that stop, reactors, and a source of chromium."""

from collections.abc import Mapping

import numpy as np
from hepunits import MW, Bq, MeV, cm2, day, hour, m, ns, s, us
from numpy.typing import ArrayLike
from scipy.special import erfcx, ndtr

from ._validate import Array, ascending, finite, instance, number, positive
from .constants import M_ELECTRON, M_MUON, M_PION
from .published import read_table
from .quadrature import gauss_legendre
from .sources import ArrivalTimes, Continuum, Line, Source

__all__ = [
    "ENERGY_PER_FISSION",
    "EXPONENTS",
    "FISSION_ENERGIES",
    "FUEL",
    "FUEL_ROUNDING",
    "IBD_FIT_END",
    "IBD_THRESHOLD",
    "MUON_LIFETIME",
    "PION_LIFETIME",
    "PLAUSIBLE",
    "REACTOR_ENDPOINT",
    "chromium51",
    "energy_per_fission",
    "ess",
    "inverse_beta_decay",
    "pion_decay_at_rest",
    "pulsed",
    "reactor",
    "sns",
]

PION_LIFETIME = 26.033 * ns
"""Lifetime of π⁺ (PDG 2022)."""

MUON_LIFETIME = 2196.9811 * ns
"""Lifetime of μ⁺ (PDG 2022)."""

ENERGY_PER_FISSION = 200 * MeV
"""The round number behind the paper's flux; Daya Bay's fuel gives 206 MeV, 3 % less flux."""

FISSION_ENERGIES = {
    "u235": 202.36 * MeV,
    "u238": 205.99 * MeV,
    "pu239": 211.12 * MeV,
    "pu241": 214.26 * MeV,
}
"""Energy that stays in the reactor, for each fission (Ma et al. 2013, arXiv:1212.6625)."""

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


FUEL_ROUNDING = 1e-3
"""How far from one the shares of a fuel may add up; published ones are rounded."""

PLAUSIBLE = {
    "protons_per_time": (0.0, 1e20 / s, "protons per time, as in 1e16 / s"),
    "neutrinos_per_proton": (0.0, 10.0, "neutrinos of one flavour for each proton, up to 10"),
    "power": (1e-6 * MW, 1e6 * MW, "a thermal power from 1 W on, as in 3 * GW"),
    "energy_per_fission": (150 * MeV, 250 * MeV, "about 200 MeV"),
    "width": (0.1 * ns, 1e9 * ns, "a time, as in 150 * ns"),
    "activity": (1e12 * Bq, 1e20 * Bq, "an activity from 1e12 Bq on, as in 3.4e6 * Ci"),
}
"""Values outside of these ranges are those of somebody who forgot a unit."""


def _plausible(name: str, value: ArrayLike) -> float:
    """Check that an argument of a flux carries its unit."""
    low, high, allowed = PLAUSIBLE[name]
    given = float(number(name, value, positive))
    if not low <= given <= high:
        raise ValueError(f"{name} = {given:g}: give {allowed}")
    return given


def _sphere(distance: ArrayLike, nearest: float) -> float:
    """Area over which a source of no size has spread at a distance (no nearer than `nearest`)."""
    given = float(number("distance", distance, positive))
    if not nearest <= given <= 1e7 * m:
        raise ValueError(
            f"distance = {given:g} mm: give a length from {nearest / m:g} m on, as in 20 * m"
        )
    return 4 * np.pi * given**2


def pion_decay_at_rest(
    protons_per_time: float,
    neutrinos_per_proton: float,
    distance: float,
    name: str = "pion decay at rest",
    times: tuple[ArrivalTimes | None, ArrivalTimes | None] = (None, None),
) -> Source:
    """Neutrinos from pions that stop and decay: a prompt line and two Michel spectra.

    π⁺ → μ⁺ν_μ at rest gives E = (m_π² − m_μ²)/2m_π.  μ⁺ → e⁺ν_e ν̄_μ gives, with x = E/m_μ
    between 0 and 1/2 and the electron mass neglected, 192 x²(1/2 − x)/m_μ for ν_e and
    64 x²(3/4 − x)/m_μ for ν̄_μ.  (The electron mass would change the endpoint by 2e-5.)

    Parameters
    ----------
    protons_per_time : float
        Protons on target per time; for a beam power write ``1.4 * MW / (1 * GeV)``.
    neutrinos_per_proton : float
        Neutrinos of each flavour per proton; it rises with the energy of the proton.
    distance : float
        From the target, taken as a point, to the detector.
    name : str
        Of the source.
    times : two ArrivalTimes
        When prompt neutrinos and those from muons arrive, such as `pulsed`; None for a steady beam.

    Raises
    ------
    ValueError
        If a number is not above zero, or cannot have the right unit.

    >>> from hepunits import GeV
    >>> far = pion_decay_at_rest(1 * MW / (3 * GeV), 0.3, 24 * m, name="3 GeV")
    >>> print(f"{far.components[0].flux * cm2 * s:.2e}")
    8.62e+06
    """
    emitted = _plausible("protons_per_time", protons_per_time) * _plausible(
        "neutrinos_per_proton", neutrinos_per_proton
    )
    flux = emitted / _sphere(distance, 1 * m)
    if not isinstance(times, tuple) or len(times) != 2:
        raise TypeError(f"times = {times!r}: give those of prompt neutrinos and those from muons")
    prompt, delayed = times
    endpoint = [0.0, M_MUON / 2]
    x2, x3 = flux / M_MUON**3, flux / M_MUON**4
    return Source(
        name,
        (
            Line("mu", (M_PION**2 - M_MUON**2) / (2 * M_PION), flux, prompt),
            Continuum("e", endpoint, [[0.0], [0.0], [96 * x2], [-192 * x3]], delayed),
            Continuum("mu-bar", endpoint, [[0.0], [0.0], [48 * x2], [-64 * x3]], delayed),
        ),
    )


def sns(
    protons_per_time: float = 1.76e23 / (308.1 * day),
    neutrinos_per_proton: float = 0.08,
    distance: float = 19.3 * m,
) -> Source:
    """Neutrinos of the Spallation Neutron Source, with their arrival times.

    The defaults are those of COHERENT's CsI run of 2017, and so are the arrival times (Akimov et
    al. 2017, 2018): their table counts the first 12 μs as everything, and 0.6 % of the neutrinos
    from muons come later (`pulsed`).  An analysis of the first 6 μs sees
    ``sns().within(0.0, 6 * us)``.

    Parameters
    ----------
    protons_per_time, neutrinos_per_proton, distance : float
        As for `pion_decay_at_rest`, whose errors these are.

    >>> print(f"{sns().components[0].flux * cm2 * s:.3e}")
    1.130e+07
    >>> early = sns().within(0.0, 6 * us)
    >>> round(early.components[1].moments(0.0)[0] / sns().components[1].moments(0.0)[0], 3)
    np.float64(0.915)
    """
    table = read_table("coherent_csi_2017_times.csv")
    edges = np.append(table["time"] - 0.25, table["time"][-1] + 0.25) * us
    prompt, delayed = (ArrivalTimes(edges, table[kind]) for kind in ("prompt", "delayed"))
    return pion_decay_at_rest(
        protons_per_time, neutrinos_per_proton, distance, "SNS", (prompt, delayed)
    )


def ess(distance: float = 20 * m) -> Source:
    """Neutrinos of the European Spallation Source: 2.8e23 protons in 5000 h, 0.3 for each proton.

    Numbers of a year at full power, 5 MW of protons of 2 GeV (Baxter et al. 2020,
    arXiv:1911.00762).  The pulses last 3 ms, so arrival times tell nothing and there are none.

    Parameters
    ----------
    distance : float
        As for `pion_decay_at_rest`, whose errors these are.

    >>> print(f"{ess().components[0].flux * cm2 * s:.2e}")
    9.28e+07
    """
    return pion_decay_at_rest(2.8e23 / (5000 * hour), 0.3, distance, "ESS")


def pulsed(mean: float, width: float, edges: ArrayLike) -> tuple[ArrivalTimes, ArrivalTimes]:
    """Arrival times of prompt neutrinos and of those from muons after a Gaussian pulse of protons.

    Decay smears the pulse: prompt neutrinos come one pion lifetime later on average, the others a
    muon lifetime after that.  With z = (t − μ)/σ, a Gaussian with a tail of lifetime τ has arrived
    by the time t with the probability G_τ = Φ(z) − exp(σ²/2τ² − zσ/τ) Φ(z − σ/τ), and two decays
    one after the other give (τ_μ G_μ − τ_π G_π)/(τ_μ − τ_π).

    Parameters
    ----------
    mean, width : float
        Of the pulse (ns; write ``440 * ns``).
    edges : array
        Between which the shares are wanted (ns).

    Raises
    ------
    ValueError
        If the width is not above zero, or the edges do not ascend.

    >>> prompt, delayed = pulsed(440 * ns, 150 * ns, np.linspace(0, 10, 21) * us)
    >>> prompt.share(0.0, 1 * us).round(3), delayed.share(0.0, 1 * us).round(3)
    (np.float64(0.999), np.float64(0.214))
    """
    edges = ascending("edges", edges)
    z = (edges - number("mean", mean)) / _plausible("width", width)
    after_pion, after_muon = (
        _smeared(z, width / lifetime) for lifetime in (PION_LIFETIME, MUON_LIFETIME)
    )
    both = MUON_LIFETIME * after_muon - PION_LIFETIME * after_pion
    both /= MUON_LIFETIME - PION_LIFETIME
    prompt, delayed = (np.maximum(np.diff(share), 0.0) for share in (after_pion, both))
    return ArrivalTimes(edges, prompt), ArrivalTimes(edges, delayed)


def _smeared(z: Array, ratio: float) -> Array:
    """Share that has arrived z widths after the mean, for a ratio σ/τ of width to lifetime."""
    before = np.exp(-(z**2) / 2) * erfcx(np.maximum(ratio - z, 0.0) / np.sqrt(2)) / 2
    after = np.exp(np.minimum(ratio * (ratio / 2 - z), 0.0)) * ndtr(z - ratio)
    return ndtr(z) - np.where(z < ratio, before, after)


def chromium51(activity: float, distance: float) -> Source:
    """Neutrinos of a ⁵¹Cr source: four lines of electron capture, at 0.75 and 0.43 MeV.

    The capture is from the K shell or from higher ones, to the ground state of ⁵¹V or, in 10 %, to
    the state at 320 keV (Bahcall 1997; Barinov et al. 2022; the last digits are unverified).

    Parameters
    ----------
    activity : float
        Decays per time (write ``3.4e6 * Ci``); it halves in 27.7 days.
    distance : float
        From the source, taken as a point, to the detector.

    Raises
    ------
    ValueError
        If a number is not above zero, or cannot have the right unit.

    >>> from hepunits import Ci
    >>> print(f"{chromium51(3.4e6 * Ci, 0.5 * m).moments(0.0)[0] * cm2 * s:.2e}")
    4.00e+12
    """
    flux = _plausible("activity", activity) / _sphere(distance, 0.01 * m)
    table = read_table("chromium51.csv")
    return Source(
        "Cr-51",
        tuple(
            Line("e", energy, share * flux)
            for energy, share in zip(table["energy"] * MeV, table["share"], strict=True)
        ),
    )


def inverse_beta_decay(energy: ArrayLike) -> Array:
    """Cross section of ν̄_e p → e⁺ n (mm²), by a fit.

    10⁻⁴³ cm² p_e E_e E^(−0.07056 + 0.02018 ln E − 0.001953 ln³E) with E_e = E − 1.293 MeV and all
    energies in MeV (Strumia and Vissani 2003, eq. (25)); zero below the threshold.  From 2.1 to
    20 MeV its shape is that of the expansion in 1/M to 1 % (Vogel and Beacom 1999).  Nearer to the
    threshold it is too high, by 5 % at 1.83 MeV: the fit neglects the recoil of the neutron.

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


def _daya_bay(fuel: Mapping[str, float]) -> tuple[Array, Array]:
    """Energies and antineutrinos per fission and MeV, from the published yields in bins.

    A bin divided by the mean cross section in it is the spectrum at the mean energy of its events.
    """
    if dict(fuel) != FUEL:
        raise ValueError(
            f"above = 'daya-bay' was measured with the fuel {FUEL}: for fuel = {dict(fuel)} give "
            "above='summation' or 'exponential'"
        )
    table = read_table("reactor_daya_bay.csv")
    narrow = table["high"] < REACTOR_ENDPOINT
    low, high, ibd_yield = (table[key][narrow] for key in ("low", "high", "ibd_yield"))
    x, w = gauss_legendre(np.array([-1.0, 1.0]), 20)
    energy = (high + low)[:, np.newaxis] / 2 + (high - low)[:, np.newaxis] / 2 * x
    sigma = inverse_beta_decay(energy)
    mean_energy = (energy * sigma) @ w / (sigma @ w)
    spectrum = ibd_yield * 1e-46 * cm2 / (sigma @ w / 2)
    return np.append(mean_energy, REACTOR_ENDPOINT), np.append(spectrum, 0.0)


def _summation(fuel: Mapping[str, float]) -> tuple[Array, Array]:
    """Energies and antineutrinos per fission and MeV, summed over all fission products."""
    table = read_table("reactor_summation.csv")
    spectrum = sum(share * table[isotope] for isotope, share in fuel.items())
    return table["energy"], np.asarray(spectrum)


def _exponential(fuel: Mapping[str, float]) -> tuple[Array, Array]:
    """Energies and antineutrinos per fission and MeV, from fits above 2 MeV."""
    energy = np.linspace(0.0, REACTOR_ENDPOINT, 175)[1:]
    spectrum = sum(
        share * np.exp(np.polynomial.polynomial.polyval(energy, EXPONENTS[isotope]))
        for isotope, share in fuel.items()
    )
    return energy, np.asarray(spectrum)


_SPECTRA = {"daya-bay": _daya_bay, "summation": _summation, "exponential": _exponential}


def _check_fuel(fuel: Mapping[str, float]) -> None:
    """Raise an error unless `fuel` gives shares of fissions that add up to one."""
    instance("fuel", fuel, Mapping, "shares by isotope, such as {'u235': 1.0}")
    unknown = [isotope for isotope in fuel if isotope not in FUEL]
    shares = finite("fuel", list(fuel.values()))
    if unknown or np.any(shares < 0) or abs(shares.sum() - 1) > FUEL_ROUNDING:
        raise ValueError(
            f"fuel = {dict(fuel)}: give shares of {', '.join(FUEL)} that add up to one"
        )


def energy_per_fission(fuel: Mapping[str, float] = FUEL) -> float:
    """Mean energy that a fission leaves in the reactor (MeV; Ma et al. 2013).

    Parameters
    ----------
    fuel : shares of fissions by isotope
        As for `reactor`.

    Raises
    ------
    ValueError
        If an isotope is unknown, or the shares do not add up to one.

    >>> round(energy_per_fission(), 1), round(energy_per_fission({"u235": 1.0}), 1)
    (206.0, 202.4)
    """
    _check_fuel(fuel)
    return float(sum(share * FISSION_ENERGIES[isotope] for isotope, share in fuel.items()))


def reactor(
    power: float = 1 * MW,
    distance: float = 1 * m,
    above: str = "daya-bay",
    below: str = "summation",
    fuel: Mapping[str, float] = FUEL,
    energy_per_fission: float = ENERGY_PER_FISSION,
) -> Source:
    """Antineutrinos of a reactor: a measured spectrum, continued where nothing is measured.

    φ(E) = S(E) P/(E_f 4πL²), with E_f per fission and S per fission from two parts that meet at
    1.8 MeV:

    - "daya-bay" (only above): the measured yield of inverse beta decay, Table 12 of An et al. 2017
      (arXiv:1607.05378), divided by `inverse_beta_decay`;
    - "summation": all beta decays of all fission products (Périssé et al. 2023,
      arXiv:2304.14992), without neutron capture on U-238;
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
    fuel : shares of fissions by isotope
        Of U-235, U-238, Pu-239 and Pu-241; those of Daya Bay by default, and only those with its
        spectrum.  Highly enriched fuel is ``{"u235": 1.0}``.
    energy_per_fission : float
        The paper's round 200 MeV; `energy_per_fission` (the function) gives that of a fuel.

    Raises
    ------
    ValueError
        If a number is not above zero or cannot have the right unit, a spectrum or an isotope is
        unknown, shares do not add up to one, or the measured spectrum is asked of another fuel.

    >>> from hepunits import s
    >>> print(f"{reactor().moments(0.0)[0] * cm2 * s:.2g}")
    1.5e+12
    """
    per_fission = _plausible("energy_per_fission", energy_per_fission)
    fissions = _plausible("power", power) / per_fission / _sphere(distance, 1 * m)
    _check_fuel(fuel)
    for name, value, allowed in (
        ("above", above, list(_SPECTRA)),
        ("below", below, ["summation", "exponential"]),
    ):
        if value not in allowed:
            raise ValueError(f"{name} = {value!r}: give one of {', '.join(allowed)}")
    soft, hard = np.array(_SPECTRA[below](fuel)), np.array(_SPECTRA[above](fuel))
    soft, hard = soft[:, soft[0] < IBD_THRESHOLD], hard[:, hard[0] >= IBD_THRESHOLD]
    energy, spectrum = np.concatenate([soft, hard], axis=1)
    return Source("reactor", (Continuum.table("e-bar", energy, fissions * spectrum),))
