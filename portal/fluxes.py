"""The fluxes of the paper: pions at rest, and more to come with the chapters that need them."""

import numpy as np
from hepunits import day, m

from ._validate import positive
from .constants import M_MUON, M_PION
from .sources import Continuum, Line, Source


def sns(
    protons_per_time: float = 1.76e23 / (308.1 * day),
    neutrinos_per_proton: float = 0.08,
    distance: float = 19.3 * m,
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

    Raises
    ------
    ValueError
        If an argument is not above zero.

    >>> from hepunits import cm2, s
    >>> print(f"{sns().components[0].flux * cm2 * s:.3e}")
    1.130e+07
    """
    emitted = positive("protons_per_time", protons_per_time) * positive(
        "neutrinos_per_proton", neutrinos_per_proton
    )
    flux = float(emitted / (4 * np.pi * positive("distance", distance) ** 2))
    endpoint = [0.0, M_MUON / 2]
    x2, x3 = flux / M_MUON**3, flux / M_MUON**4
    return Source(
        "SNS",
        (
            Line("mu", (M_PION**2 - M_MUON**2) / (2 * M_PION), flux),
            Continuum("e", endpoint, [[0.0], [0.0], [96 * x2], [-192 * x3]]),
            Continuum("mu-bar", endpoint, [[0.0], [0.0], [48 * x2], [-64 * x3]]),
        ),
    )
