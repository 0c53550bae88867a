"""Every experiment by name; here are the projections of the paper, which have no data."""

import numpy as np
from hepunits import day, eV, keV, kg
from numpy.typing import ArrayLike

from ._validate import Array, finite
from .coherent import (
    BEAM_NEUTRONS,
    LIGHT_YIELD,
    TIME_WINDOW,
    coherent_csi_2017,
    coherent_csi_2021,
    coherent_efficiency,
)
from .detectors import Experiment
from .fluxes import reactor, sns
from .nuclei import target
from .responses import Efficiency
from .scattering import recoil_max
from .since_2018 import coherent_ar_2020, coherent_ge_2024, conus_plus_2025, xenonnt_b8
from .solar import borexino
from .sources import Source

__all__ = [
    "BEAM_NEUTRONS",
    "LIGHT_YIELD",
    "TIME_WINDOW",
    "borexino",
    "carried_over",
    "coherent_ar_2020",
    "coherent_ar_future",
    "coherent_csi_2017",
    "coherent_csi_2021",
    "coherent_csi_future",
    "coherent_efficiency",
    "coherent_ge_2024",
    "coherent_nai_future",
    "conus_plus_2025",
    "reactor_ge",
    "reactor_si",
    "xenonnt_b8",
]


def carried_over(recoil: ArrayLike) -> Array:
    """Efficiency of COHERENT's CsI at a nuclear-recoil energy, for any other detector.

    The paper applies the efficiency of CsI "to all the detectors".  It is a function of
    photoelectrons; the simplest way to recoil energies is the light yield of CsI, 1.17 per keV.  So
    nothing below 4.3 keV is counted, whatever the threshold.

    Parameters
    ----------
    recoil : array, any shape
        Recoil energy (MeV).

    Raises
    ------
    ValueError
        If a recoil is not finite.

    >>> from hepunits import keV
    >>> carried_over([2 * keV, 10 * keV, 30 * keV]).round(3)
    array([0.   , 0.402, 0.665])
    """
    return coherent_efficiency(LIGHT_YIELD * finite("recoil", recoil))


def _projection(
    material: str,
    source: Source,
    exposure: float,
    edges: Array,
    background: float,
    efficiency: Efficiency = np.ones_like,
) -> Experiment:
    """Set up a detector without data: bins of recoil energy up to where recoils end."""
    scatterers = target(material)
    end = max(recoil_max(part.mass, source.endpoint) for part, _ in scatterers.parts)
    return Experiment(
        target=scatterers,
        source=source,
        exposure=exposure,
        bins=edges[: np.searchsorted(edges, end) + 1],
        efficiency=efficiency,
        background=background / (keV * kg * day),
        sigma_alpha=0.1,
    )


def _at_sns(material: str, threshold: float, exposure: float, efficiency: Efficiency) -> Experiment:
    """Set up a detector beside the CsI of 2017; bins of 2 photoelectrons, as there."""
    edges = np.arange(2, 400, 2) / LIGHT_YIELD
    edges = np.append(threshold, edges[edges > threshold])
    return _projection(material, sns(), exposure, edges, 5e-3, efficiency)


def coherent_csi_future(
    exposure: float = 14.57 * kg * 5 * 365 * day, efficiency: Efficiency = carried_over
) -> Experiment:
    """COHERENT's CsI run for longer: threshold 4.25 keV, background 5e-3 per keV·kg·day.

    Threshold, background and ``sigma_alpha`` = 0.1 are the paper's (section 4.1).  The paper gives
    neither exposure nor bins.  We assume five live years of the same crystal at the same place
    and in the same beam, and bins of two photoelectrons (1.7 keV).

    Parameters
    ----------
    exposure : float
        Mass times live time.
    efficiency : function of the recoil energy
        `carried_over` as in the paper; ``np.ones_like`` counts everything above the threshold.

    Raises
    ------
    ValueError
        If the exposure is not above zero, or an efficiency is no probability.

    >>> future = coherent_csi_future()
    >>> bool(future.counts().sum() > 5 * 173)
    True
    """
    return _at_sns("CsI", 4.25 * keV, exposure, efficiency)


def coherent_ar_future(
    exposure: float = 1000 * kg * 365 * day, efficiency: Efficiency = carried_over
) -> Experiment:
    """Argon at the SNS: threshold 2 keV, background 5e-3 per keV·kg·day (paper section 4.1).

    The exposure is that of the paper's Fig. 4, one ton-year.  Flux (at 19.3 m) and bins are
    assumed as for `coherent_csi_future`, whose parameters and errors these are.

    >>> round(float(coherent_ar_future().bins[0] / keV), 2)
    2.0
    """
    return _at_sns("Ar", 2 * keV, exposure, efficiency)


def coherent_nai_future(
    exposure: float = 1000 * kg * 365 * day, efficiency: Efficiency = carried_over
) -> Experiment:
    """Sodium iodide at the SNS: threshold 2 keV, background 5e-3 per keV·kg·day (section 4.1).

    The paper gives no exposure.  We assume a ton-year at 19.3 m, which is what the planned two
    tons at 28 m (arXiv:1803.09183) see in a year.  Flux, bins, parameters and errors are those of
    `coherent_csi_future`.

    >>> round(float(coherent_nai_future().bins[0] / keV), 2)
    2.0
    """
    return _at_sns("NaI", 2 * keV, exposure, efficiency)


def _at_reactor(material: str, exposure: float) -> Experiment:
    edges = 100 * eV + np.arange(400) * 50 * eV
    return _projection(material, reactor(), exposure, edges, 1.0)


def reactor_ge(exposure: float = 10 * kg * 365 * day) -> Experiment:
    """Germanium at a reactor: 1 MW at 1 m, threshold 100 eV, background 1 per keV·kg·day.

    Source, threshold, background and ``sigma_alpha`` = 0.1 are the paper's (section 4.1).  It gives
    neither exposure nor bins.  We assume 10 kg for a year, as another study of a 1 MW reactor does
    (arXiv:2101.08785), bins of 50 eV, and that everything above the threshold is counted.

    Parameters
    ----------
    exposure : float
        Mass times live time.

    Raises
    ------
    ValueError
        If the exposure is not above zero.

    >>> germanium = reactor_ge()
    >>> round(float(germanium.bins[0] / keV), 2)
    0.1
    """
    return _at_reactor("Ge", exposure)


def reactor_si(exposure: float = 10 * kg * 365 * day) -> Experiment:
    """Silicon at a reactor: 1 MW at 1 m, threshold 100 eV, background 1 per keV·kg·day.

    Sources, assumptions, parameters and errors are those of `reactor_ge`.

    >>> bool(reactor_si().counts().sum() < reactor_ge().counts().sum())
    True
    """
    return _at_reactor("Si", exposure)
