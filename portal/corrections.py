r"""What corrects the weak charge of a nucleus: a neutron skin, and a loop that knows the flavour.

The charge radius is that of the protons' centres and of the nucleons,

    r_ch² = r_p² + R_p² + (N/Z) R_n² + 3/4m_p² ,

and the weak charge of a neutron is spread like the electric charge of a proton.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from hepunits import fm, hbarc
from numpy.typing import ArrayLike

from ._validate import Array, instance, not_negative, number
from .constants import FINE_STRUCTURE, M_ELECTRON, M_MUON
from .loops import j_integral
from .nuclei import Helm, Nucleus

__all__ = [
    "FOLDY",
    "NEUTRON_SQUARE",
    "PROTON_SQUARE",
    "SKINS",
    "centres",
    "electron_flavour",
    "flavour_shift",
    "with_skin",
]

PROTON_SQUARE = (0.8409 * fm) ** 2
"""Mean square charge radius of the proton (PDG 2022)."""

NEUTRON_SQUARE = -0.1161 * fm**2
"""Mean square charge radius of the neutron (PDG 2022)."""

FOLDY = 0.75 * (hbarc / 938.272) ** 2
"""What the spin of the proton adds to the mean square charge radius, 3/4m_p²."""

_CALCIUM, _LEAD = 8 / 48, 44 / 208

SKINS = {
    "no skin": 0.0,
    "calcium − 1σ": (0.121 - 0.035) * fm / _CALCIUM,
    "calcium": 0.121 * fm / _CALCIUM,
    "lead": 0.283 * fm / _LEAD,
    "lead + 1σ": (0.283 + 0.071) * fm / _LEAD,
}
"""Measured skins over (N − Z)/A: 0.121(35) fm in calcium-48 (CREX 2022), 0.283(71) fm in lead-208
(PREX-2 2021), both from parity violation in electron scattering."""


def _square(nucleus: Nucleus) -> float:
    instance("nucleus", nucleus, Nucleus, "a Nucleus")
    radius = getattr(nucleus.protons, "radius", None)
    if radius is None:
        raise ValueError(f"nucleus = {nucleus}: give one whose protons have a charge radius")
    return float(radius**2 - PROTON_SQUARE - nucleus.N / nucleus.Z * NEUTRON_SQUARE - FOLDY)


def centres(nucleus: Nucleus) -> float:
    """Root mean square radius of the centres of the protons, from the charge radius.

    Parameters
    ----------
    nucleus : Nucleus
        Its protons have the measured charge radius.

    Raises
    ------
    TypeError, ValueError
        If it is no nucleus, or its protons have no radius.

    >>> from portal.nuclei import nucleus
    >>> print(f"{centres(nucleus('Cs-133')) / fm:.2f} fm")
    4.74 fm
    """
    return float(np.sqrt(_square(nucleus)))


def with_skin(nucleus: Nucleus, per_asymmetry: float) -> Nucleus:
    """The same nucleus with a neutron skin in proportion to its neutron excess.

    The centres of the neutrons have the radius r_p + skin; each neutron's weak charge then is
    spread like the charge of a proton.

    Parameters
    ----------
    nucleus : Nucleus
        Its protons have the measured charge radius.
    per_asymmetry : float
        Skin over (N − Z)/A, such as those in `SKINS`.

    Raises
    ------
    TypeError, ValueError
        As for `centres`, or if the skin is not one finite number.

    >>> from portal.nuclei import nucleus
    >>> print(f"{with_skin(nucleus('Cs-133'), SKINS['lead']).neutrons.radius / fm:.2f} fm")
    5.05 fm
    """
    of_protons = centres(nucleus)
    asymmetry = (nucleus.N - nucleus.Z) / (nucleus.N + nucleus.Z)
    of_neutrons = of_protons + number("per_asymmetry", per_asymmetry) * asymmetry
    return replace(nucleus, neutrons=Helm(float(np.sqrt(of_neutrons**2 + PROTON_SQUARE + FOLDY))))


def flavour_shift(Q2: ArrayLike) -> Array:
    r"""Coupling of a proton to an electron neutrino minus that to a muon neutrino.

    Δ = (2α/π) ∫₀¹ x(1−x) ln[(m_μ² + x(1−x)Q²)/(m_e² + x(1−x)Q²)] dx, the loop of chapter 02 with
    the charged leptons in it and a photon to the proton (chapter 01).

    Parameters
    ----------
    Q2 : array, any shape
        Q² (MeV²), zero or above.

    Raises
    ------
    ValueError
        If a Q² is negative or not finite.

    >>> print(f"{flavour_shift(0.0):.4f} {flavour_shift(50.0**2):.4f}")
    0.0083 0.0025
    """
    Q2 = not_negative("Q2", Q2)
    of_muon, of_electron = (j_integral(-Q2 / mass**2).real for mass in (M_MUON, M_ELECTRON))
    logarithm = np.log(M_MUON / M_ELECTRON) / 3
    return np.asarray(2 * FINE_STRUCTURE / np.pi * (logarithm + of_muon - of_electron))


def electron_flavour(nucleus: Nucleus, momentum: float | None = None) -> Nucleus:
    """The same nucleus as electron neutrinos see it, if it is now as muon neutrinos do.

    Parameters
    ----------
    nucleus : Nucleus
    momentum : float or None
        Where to take the shift of the proton's coupling (MeV); at each Q² itself by default.

    Raises
    ------
    TypeError, ValueError
        If it is no nucleus, or the momentum is negative.

    >>> from portal.nuclei import nucleus
    >>> seen = electron_flavour(nucleus("Cs-133"), momentum=0.0)
    >>> print(f"{seen.weak[0] - nucleus('Cs-133').weak[0]:.4f}")
    0.0083
    """
    instance("nucleus", nucleus, Nucleus, "a Nucleus")
    at = 0.0 if momentum is None else number("momentum", momentum, not_negative)
    g_p, g_n = nucleus.weak
    shifted = g_p + float(flavour_shift(at**2))
    neutrons = nucleus.protons if nucleus.neutrons is None else nucleus.neutrons
    protons: Callable[[Any], Any] = nucleus.protons
    if momentum is None:

        def protons(Q2: Array) -> Array:
            return (g_p + flavour_shift(Q2)) / shifted * nucleus.protons(Q2)

    return replace(nucleus, weak=(shifted, g_n), protons=protons, neutrons=neutrons)
