"""COHERENT's detectors at the Spallation Neutron Source, each with what it saw."""

import numpy as np
from hepunits import day, keV, kg, us
from numpy.typing import ArrayLike
from scipy.special import expit

from ._validate import Array, finite, instance
from .detectors import Experiment
from .fluxes import sns
from .measurements import Background
from .nuclei import target
from .published import read_table
from .responses import Photoelectrons

__all__ = [
    "BEAM_NEUTRONS",
    "LIGHT_YIELD",
    "TIME_WINDOW",
    "coherent_csi_2017",
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
    both = read_table("coherent_csi_2017_energy_time.csv")
    background: tuple[Background, ...] = ()
    if timing:
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
        data=both["coincidence"] if timing else (on - off - neutrons, np.sqrt(on + off)),
        times=np.append(np.unique(both["time"]) * us, TIME_WINDOW) if timing else None,
    )
