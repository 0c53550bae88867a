"""Neutrino scattering and hidden-sector portals: rates and limits for the book.

Units are those of `hepunits`: MeV = mm = ns = 1.  Write ``4.25 * keV``, ``14.57 * kg`` and
``sigma / cm2``.  Masses are rest energies.
"""

from . import experiments, fluxes, loops, nuclei, scattering, solar, sources
from .detectors import Experiment
from .joint import Joint
from .limits import LimitCurve, first_edge, limit_curve
from .loops import loop
from .mediators import Scalar, Vector, direct, suppressed
from .scanning import scan
from .statistics import allowed_couplings, chi_squared

__all__ = [
    "Experiment",
    "Joint",
    "LimitCurve",
    "Scalar",
    "Vector",
    "allowed_couplings",
    "chi_squared",
    "direct",
    "experiments",
    "first_edge",
    "fluxes",
    "limit_curve",
    "loop",
    "loops",
    "nuclei",
    "scan",
    "scattering",
    "solar",
    "sources",
    "suppressed",
]
