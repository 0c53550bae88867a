"""The experiments of the paper, each with its target, flux, response and data."""

import numpy as np
from hepunits import day, keV, kg
from numpy.typing import ArrayLike
from scipy.special import expit

from ._tables import read_table
from ._validate import Array, finite
from .detectors import Experiment, Photoelectrons
from .fluxes import sns
from .nuclei import target

BEAM_NEUTRONS = 6.0
"""Beam neutrons in COHERENT's window (publication; the release's own spectrum adds up to 5.4)."""


def coherent_efficiency(charge: ArrayLike) -> Array:
    """Acceptance of COHERENT's CsI analysis against charge (photoelectrons).

    a/(1 + exp(−k(x − x0))) with a = 0.6655, k = 0.4942, x0 = 10.8507; zero below 5, halved
    between 5 and 6 (Akimov et al. 2018, arXiv:1804.09459).

    >>> coherent_efficiency([4.5, 5.5, 10.5, 30.0]).round(3)
    array([0.   , 0.022, 0.304, 0.665])
    """
    x = finite("charge", charge)
    step = np.where(x < 5, 0.0, np.where(x < 6, 0.5, 1.0))
    return step * 0.6655 * expit(0.4942 * (x - 10.8507))


def coherent_csi_2017() -> Experiment:
    """COHERENT's first observation: 14.57 kg of CsI, 308.1 days, 12 bins of 2 photoelectrons.

    The data are coincidence minus anti-coincidence counts (142 in all) between 6 and 30
    photoelectrons in the first 6 μs, minus 6 beam neutrons; the error is √(C + AC) (Akimov et al.
    2017, arXiv:1708.01294; release arXiv:1804.09459).  ``sigma_alpha`` is 0.28, paper (4.1).

    >>> csi = coherent_csi_2017()
    >>> round(float(csi.counts().sum())), round(float(csi.observed.sum()))
    (175, 136)
    """
    table = read_table("coherent_csi_2017.csv")
    on, off = table["coincidence"], table["anticoincidence"]
    neutrons = read_table("coherent_csi_2017_neutrons.csv")
    shape = neutrons["neutrons"] * coherent_efficiency(neutrons["pe_low"] + 0.5)
    per_bin = shape.reshape(len(on), 2).sum(axis=1)
    return Experiment(
        target=target("CsI"),
        source=sns(),
        exposure=14.57 * kg * 308.1 * day,
        bins=np.append(table["pe_low"], table["pe_high"][-1]),
        efficiency=coherent_efficiency,
        sigma_alpha=0.28,
        response=Photoelectrons(1.17 / keV),
        data=(on - off - BEAM_NEUTRONS * per_bin / per_bin.sum(), np.sqrt(on + off)),
    )
