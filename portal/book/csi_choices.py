"""What COHERENT's publication of 2017 leaves open: each choice makes another experiment of it.

Published codes take different sides; the choices of two are among them, as read in November 2026.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from hepunits import day, fm, keV, kg

from ..coherent import LIGHT_YIELD, coherent_csi_2017
from ..detectors import Experiment
from ..fluxes import sns
from ..nuclei import Helm, KleinNystrand, Nucleus, nucleon_couplings
from ..published import read_table
from ..responses import Photoelectrons, QuenchingTable, Sharp

__all__ = ["barranco", "csi_choices", "klein_nystrand"]

_QUENCHING = 0.0878
"""The release's quenching factor; the light yield contains it."""


def barranco() -> tuple[float, float]:
    """Weak vector couplings of proton and neutron with radiative corrections.

    g_p = ρ(½ − 2κs²) + 2λ_u + λ_d and g_n = −ρ/2 + λ_u + 2λ_d with λ = λ_L + λ_R: Barranco et al.,
    JHEP 12 (2005) 021, hep-ph/0508299.

    >>> print("{:.4f}, {:.4f}".format(*barranco()))
    0.0304, -0.5122
    """
    rho, kappa, s2 = 1.0086, 0.9978, 0.23120
    u_left, d_left, d_right = -0.0031, -0.0025, 7.5e-5  # u_right is half of d_right
    up, down = u_left + d_right / 2, d_left + d_right
    return rho * (0.5 - 2 * kappa * s2) + 2 * up + down, up + 2 * down - rho / 2


def klein_nystrand(nucleus: Nucleus) -> KleinNystrand:
    """Form factor of a ball of 1.2 A^(1/3) fm with a Yukawa range of 0.7 fm.

    >>> from portal.nuclei import nucleus
    >>> print(round(klein_nystrand(nucleus("Cs-133")).radius / fm, 2))
    5.05
    """
    ball, reach = 1.2 * fm * (nucleus.Z + nucleus.N) ** (1 / 3), 0.7 * fm
    return KleinNystrand(np.sqrt(0.6 * ball**2 + 6 * reach**2))


def _charge(quenching: Any = _QUENCHING, below: float = 0.0) -> dict[str, Any]:
    """Return the part with another quenching factor, or another reading of the charge."""
    return {"response": Photoelectrons(LIGHT_YIELD / _QUENCHING, below=below, quenching=quenching)}


def _measured_by(group: str) -> dict[str, Any]:
    """Return the part with the quenching that one group measured."""
    points = read_table("coherent_csi_2017_quenching.csv")
    mine = points["set"] == group
    return _charge(QuenchingTable(points["recoil"][mine] * keV, points["quenching"][mine]))


def csi_choices() -> dict[str, Experiment]:
    """COHERENT's CsI of 2017 by what is chosen otherwise; the first is the package's own.

    >>> print(round(csi_choices()["all arrival times, not 6 μs"].counts().sum()))
    187
    """
    csi = coherent_csi_2017()

    def nuclei(**parts: Callable[[Nucleus], Any]) -> dict[str, Any]:
        """Return the part with other nuclei; each of theirs is a function of the nucleus."""

        def changed(one: Any) -> Nucleus:
            return replace(one, **{name: part(one) for name, part in parts.items()})

        return {"target": csi.target.each(changed)}

    def wide(_: Nucleus) -> Helm:
        return Helm(5.5 * fm)

    def corrected(_: Nucleus) -> tuple[float, float]:
        return barranco()

    late, shorter = {"source": sns()}, {"exposure": 4466 * kg * day}
    parts: dict[str, dict[str, Any]] = {
        "**baseline**": {},
        "no smearing: `Sharp`": {"response": Sharp(LIGHT_YIELD)},
        "n photoelectrons read in [n−1, n): `below=1`": _charge(below=1.0),
        "read evenly about n: `below=0.5`": _charge(below=0.5),
        "all arrival times, not 6 μs": late,
        "all arrival times, and `below=0.5`": late | _charge(below=0.5),
        "quenching factor −1σ (0.0712)": _charge(0.0712),
        "quenching factor +1σ (0.1044)": _charge(0.1044),
        "quenching factor as measured at Chicago": _measured_by("chicago"),
        "quenching factor as measured at TUNL": _measured_by("tunl"),
        "neutrino yield + 10 %": {"exposure": 1.1 * csi.exposure},
        "4466 kg day": shorter,
        "rms radius 5.5 fm for both": nuclei(protons=wide),
        "Klein and Nystrand's form factor": nuclei(protons=klein_nystrand),
        "a neutron skin of 0.2 fm": nuclei(
            neutrons=lambda one: Helm(one.protons.radius + 0.2 * fm)  # type: ignore[attr-defined]
        ),
        "$\\sin^2\\theta_W=0.23121$ (Z pole)": nuclei(weak=lambda _: nucleon_couplings(0.23121)),
        "radiative corrections of the couplings": nuclei(weak=corrected),
        "pyCEvNS: no smearing, 4466 kg day, 5.5 fm, corrections": shorter
        | {"response": Sharp(1.17195 / keV)}
        | nuclei(protons=wide, weak=corrected),
        "7stats: Klein and Nystrand, and corrections": nuclei(
            protons=klein_nystrand, weak=corrected
        ),
    }
    return {label: replace(csi, **changes) for label, changes in parts.items()}
