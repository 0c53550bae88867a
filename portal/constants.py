"""Constants of nature, each with its source; units come from `hepunits` (MeV = mm = ns = 1).

Masses are rest energies, so a mass of 1 MeV/c² is written ``1 * MeV``.
"""

from hepunits import GeV, MeV

__all__ = [
    "DALTON",
    "FERMI",
    "FINE_STRUCTURE",
    "M_ELECTRON",
    "M_MUON",
    "M_PION",
    "SIN2_THETA_W",
]

FERMI = 1.1663788e-5 / GeV**2
"""Fermi constant from the muon lifetime (PDG 2022, Table 1.1)."""

SIN2_THETA_W = 0.23863
"""sin²θ_W at zero momentum transfer, MS-bar (PDG 2022, electroweak review; ± 0.00005)."""

FINE_STRUCTURE = 7.2973525693e-3
"""Fine-structure constant at zero momentum transfer (CODATA 2018)."""

DALTON = 931.49410242 * MeV
"""Atomic mass unit (CODATA 2018)."""

M_ELECTRON = 0.51099895 * MeV
"""Electron mass (PDG 2022)."""

M_MUON = 105.6583755 * MeV
"""Muon mass (PDG 2022)."""

M_PION = 139.57039 * MeV
"""Charged-pion mass (PDG 2022)."""
