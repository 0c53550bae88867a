"""COHERENT's crystals of caesium iodide at the Spallation Neutron Source, and what they saw."""

from dataclasses import replace
from functools import partial

import numpy as np
from hepunits import day, keV, kg, m, us
from numpy.polynomial.polynomial import polyval
from numpy.typing import ArrayLike
from scipy.special import expit

from ._validate import Array, finite, instance
from .detectors import Experiment
from .fluxes import MUON_LIFETIME, pion_decay_at_rest, sns
from .measurements import Background
from .nuclei import target
from .published import read_table
from .responses import Efficiency, Gamma, Photoelectrons
from .sources import ArrivalTimes, Source

__all__ = [
    "BEAM_NEUTRONS",
    "LIGHT_YIELD",
    "RUN",
    "TIME_WINDOW",
    "coherent_csi_2017",
    "coherent_csi_2021",
    "coherent_efficiency",
]

LIGHT_YIELD = 1.17 / keV
"""Photoelectrons per nuclear-recoil energy in COHERENT's CsI (Akimov et al. 2017)."""

TIME_WINDOW = 6 * us
"""Arrival times after the beam that COHERENT's CsI analysis accepts."""

BEAM_NEUTRONS = 6.0
"""Beam neutrons in COHERENT's window (publication; the release's own spectrum adds up to 5.4)."""


def coherent_efficiency(charge: ArrayLike) -> Array:
    """Acceptance of COHERENT's CsI analysis against charge (photoelectrons).

    a/(1 + exp(−k(x − x0))) with a = 0.6655, k = 0.4942, x0 = 10.8507; zero below 5, halved
    between 5 and 6 (Akimov et al. 2018, arXiv:1804.09459).

    Parameters
    ----------
    charge : array, any shape
        In photoelectrons.

    Raises
    ------
    ValueError
        If a charge is not finite.

    >>> coherent_efficiency([4.5, 5.5, 10.5, 30.0]).round(3)
    array([0.   , 0.022, 0.304, 0.665])
    """
    x = finite("charge", charge)
    step = np.where(x < 5, 0.0, np.where(x < 6, 0.5, 1.0))
    return step * 0.6655 * expit(0.4942 * (x - 10.8507))


def coherent_csi_2017(timing: bool = False) -> Experiment:
    """COHERENT's first observation: 14.57 kg of CsI, 308.1 days, 12 bins of 2 photoelectrons.

    The data are coincidence minus anti-coincidence counts (142 in all) between 6 and 30
    photoelectrons in the first 6 μs, minus 6 beam neutrons; the error is √(C + AC) (Akimov et al.
    2017, arXiv:1708.01294; release arXiv:1804.09459).  By the release's arrival times 9 % of the
    neutrinos from muons come later and are not expected.  ``sigma_alpha`` is 0.28, paper (4.1).

    Parameters
    ----------
    timing : bool
        Keep the arrival times, in 12 bins of 0.5 μs.  The data then are the 547 coincidence counts.
        Steady background does not know when the beam comes, so its shape is the product of the
        projections of the anti-coincidence counts on energy and time, with the error of their
        number, 1/√405.  Beam neutrons have an error of 25 %.

    Raises
    ------
    TypeError
        If `timing` is not True or False.

    >>> csi = coherent_csi_2017()
    >>> round(float(csi.counts().sum())), round(float(csi.observed.sum()))
    (174, 136)
    >>> coherent_csi_2017(timing=True).counts().reshape(12, 12).sum(axis=0)[:3].round()
    array([ 2., 50., 28.])
    """
    instance("timing", timing, bool, "True or False")
    table = read_table("coherent_csi_2017.csv")
    on, off = table["coincidence"], table["anticoincidence"]
    spectrum = read_table("coherent_csi_2017_neutrons.csv")
    shape = spectrum["neutrons"] * coherent_efficiency(spectrum["pe_low"] + 0.5)
    per_bin = shape.reshape(len(on), 2).sum(axis=1)
    neutrons = BEAM_NEUTRONS * per_bin / per_bin.sum()
    background: tuple[Background, ...] = ()
    data: ArrayLike | tuple[Array, Array] = (on - off - neutrons, np.sqrt(on + off))
    times = None
    if timing:
        both = read_table("coherent_csi_2017_energy_time.csv")
        data = both["coincidence"]
        times = np.append(np.unique(both["time"]) * us, TIME_WINDOW)
        in_time = both["anticoincidence"].reshape(len(off), -1).sum(axis=0)
        arrival = read_table("coherent_csi_2017_times.csv")["neutrons"][: len(in_time)]
        steady = np.multiply.outer(off, in_time) / off.sum()
        background = (
            Background(steady.ravel(), error=1 / np.sqrt(off.sum())),
            Background(np.multiply.outer(neutrons, arrival).ravel(), error=0.25),
        )
    return Experiment(
        target=target("CsI"),
        source=sns().within(0.0, TIME_WINDOW),
        exposure=14.57 * kg * 308.1 * day,
        bins=np.append(table["pe_low"], table["pe_high"][-1]),
        efficiency=coherent_efficiency,
        background=background,
        sigma_alpha=0.28,
        response=Photoelectrons(LIGHT_YIELD),
        data=data,
        times=times,
    )


# --- the full data set of 2021 -------------------------------------------------------------------

_PER_KEVEE = 13.35
"""Photoelectrons per keV of electron-equivalent energy (Akimov et al. 2022)."""

RUN = 500 * day
"""Any time will do: protons per time and mass times time contain it, and counts do not."""


def _photoelectrons(recoil: Array, coefficients: tuple[float, ...]) -> Array:
    """Mean photoelectrons of a recoil, for light that is a polynomial of its energy."""
    return _PER_KEVEE / keV * polyval(recoil, (0.0, *coefficients))


def _spread(mean: Array) -> Array:
    """Standard deviation of a gamma distribution with the shape parameter 1 + 9.56 E/keVee."""
    return mean / np.sqrt(1 + 9.56 * mean / _PER_KEVEE)


def _accepted(charge: Array, coefficients: tuple[float, ...]) -> Array:
    """Efficiency at a charge, a/(1 + exp(−b(x − c))) + d, and never below zero."""
    a, b, c, d = coefficients
    return np.maximum(a * expit(b * (charge - c)) + d, 0.0)


def _accepted_in_time(time: Array) -> Array:
    """Efficiency at an arrival time (μs): events that come after another one are lost."""
    return np.exp(-0.0494 * np.maximum(time - 0.52, 0.0))


def _curve(name: str, excursion: str) -> tuple[float, ...]:
    table = read_table("coherent_csi_2021_curves.csv")
    row = np.flatnonzero((table["curve"] == name) & (table["excursion"] == excursion))[0]
    return tuple(float(table[f"c{n}"][row]) for n in (1, 2, 3, 4))


def _sns_2021() -> Source:
    """Neutrinos of 13.99 GWh, with their arrival times; those that are not accepted are missing."""
    table = read_table("coherent_csi_2021_pulse.csv")
    time, weight = table["time"], table["prompt"] / table["prompt"].sum()
    step = time[1] - time[0]
    edges = np.arange(0.0, 6.0 + step / 2, step)
    since = edges[:, np.newaxis] - time
    prompt = np.clip(since / step + 0.5, 0.0, 1.0) @ weight
    delayed = -np.expm1(-np.maximum(since, 0.0) * us / MUON_LIFETIME) @ weight
    seen = _accepted_in_time((edges[1:] + edges[:-1]) / 2)
    # where nothing more arrives, rounding could leave less than nothing
    shares = (np.maximum(np.diff(arrived), 0.0) * seen for arrived in (prompt, delayed))
    times = tuple(ArrivalTimes(edges * us, share) for share in shares)
    return pion_decay_at_rest(3.20e23 / RUN, 0.0848, 19.3 * m, "SNS", times)  # type: ignore[arg-type]


def _csi_2021_backgrounds(
    charges: Array, times: Array, anticoincidence: Array
) -> tuple[Background, ...]:
    """Steady background, beam neutrons and those that neutrinos knock out of the lead."""
    steady = np.multiply.outer(anticoincidence.sum(axis=1), -np.diff(np.exp(-0.0494 * times)))
    backgrounds = [Background((1286 / steady.sum() * steady).ravel(), error=0.021)]
    spectra = read_table("coherent_csi_2021_neutrons.csv")
    arrivals = read_table("coherent_csi_2021_neutron_times.csv")
    for kind, number, error in (("brn", 18.4, 4.6), ("nin", 5.6, 2.0)):
        by_charge = np.interp(charges, spectra["pe"] + 0.5, np.cumsum(spectra[kind]))
        seen = arrivals[kind] * _accepted_in_time(arrivals["time"])
        by_time = np.interp(times, arrivals["time"] + 0.025, np.cumsum(seen))
        shape = np.multiply.outer(np.diff(by_charge), np.diff(by_time))
        backgrounds.append(Background((number / shape.sum() * shape).ravel(), error / number))
    return tuple(backgrounds)


def coherent_csi_2021() -> Experiment:
    """COHERENT's full data set with CsI: 14.6 kg, 13.99 GWh, in 8 × 11 bins of charge and time.

    The data are the 1578 events between 6 and 60 photoelectrons in the first 6 μs (Akimov et al.
    2022, arXiv:2110.07730).  Besides the signal there are 1286 ± 2.1 % of steady background, with
    the spectrum of the anti-coincidence events, and 18.4 ± 4.6 and 5.6 ± 2.0 neutrons from the beam
    and from neutrinos.  The shapes are two of the quenching and one of the efficiency, as released;
    that of the efficiency moves the signal by 10 %, while the publication is said to quote 4 %:
    this is unresolved.  ``sigma_alpha`` is the 10 % of the flux.

    >>> csi = coherent_csi_2021()
    >>> round(float(csi.counts().sum())), csi.raw_counts.sum()
    (347, np.float64(1578.0))
    """
    table = read_table("coherent_csi_2021.csv")
    charges = np.append(6.0, np.unique(table["pe_high"]))  # nothing below 6 is accepted
    times = np.append(0.0, np.unique(table["time_high"]))

    def quenched(excursion: str) -> Gamma:
        return Gamma(_spread, partial(_photoelectrons, coefficients=_curve("quenching", excursion)))

    def accepted(excursion: str) -> Efficiency:
        return partial(_accepted, coefficients=_curve("efficiency", excursion))

    usual = Experiment(
        target=target("CsI"),
        source=_sns_2021(),
        exposure=14.6 * kg * RUN,
        bins=charges,
        efficiency=accepted("nominal"),
        background=_csi_2021_backgrounds(
            charges, times, table["anticoincidence"].reshape(len(charges) - 1, -1)
        ),
        sigma_alpha=0.1,
        response=quenched("nominal"),
        data=table["coincidence"],
        times=times * us,
    )
    ways = ("up", "down")
    excursions = [
        *([replace(usual, response=quenched(f"{n}_{way}")) for way in ways] for n in (0, 1)),
        [replace(usual, efficiency=accepted(way)) for way in ways],
    ]
    shapes = tuple((up.counts() - down.counts()) / 2 for up, down in excursions)
    return replace(usual, shapes=shapes)
