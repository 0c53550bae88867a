"""Form factors of nuclei: how much less a nucleus of finite size scatters than a point.

F(Q²) is the Fourier transform of the density of the nucleons, one at Q² = 0, and each density here
has a radius and a thickness of its surface.
"""

from dataclasses import dataclass

import numpy as np
from hepunits import fm, hbarc
from numpy.typing import ArrayLike
from scipy.special import spherical_jn

from ._validate import Array, between, not_negative, number, positive

__all__ = [
    "DIFFUSENESS",
    "SKIN",
    "YUKAWA",
    "Helm",
    "KleinNystrand",
    "SymmetrisedFermi",
    "point",
]

SKIN = 0.9 * fm
"""Surface thickness of the Helm density (Lewin and Smith 1996)."""

YUKAWA = 0.7 * fm
"""Range of the Yukawa function that smears the surface (Klein and Nystrand 1999)."""

DIFFUSENESS = 0.52 * fm
"""Diffuseness a of the Fermi density (Lewin and Smith 1996)."""


def _check_size(radius: float, name: str, surface: float, share: float) -> None:
    """Check an rms radius; the surface alone has √share times its thickness."""
    between("radius", radius, 0.1 * fm, 20 * fm, "an rms radius up to 20 fm, as 4.8 * fm")
    between(name, surface, 0, 5 * fm, "a thickness of the surface up to 5 fm, as 0.9 * fm")
    if radius <= surface * np.sqrt(share):
        raise ValueError(
            f"radius = {radius / fm:.4g} fm: give more than the "
            f"{surface * np.sqrt(share) / fm:.3f} fm of the surface alone"
        )


def _ball(x: Array) -> Array:
    """Form factor of a uniform ball, 3 j₁(x)/x = j₀(x) + j₂(x), which needs no care at x = 0."""
    return spherical_jn(0, x) + spherical_jn(2, x)


@dataclass(frozen=True)
class Helm:
    """Helm form factor: a uniform ball of radius R0 smeared by a Gaussian of width s.

    F(Q²) = 3 j₁(QR0)/(QR0) exp(−Q²s²/2), with R0² = (5/3)(r² − 3s²) so that the mean
    square radius is r² (Helm 1956; Lewin and Smith 1996).  Cross sections carry F².

    Parameters
    ----------
    radius : float
        Root-mean-square radius r (mm, write ``4.8 * fm``), above √3 s.
    skin : float
        Width s of the surface (mm).

    Raises
    ------
    ValueError
        If a length is out of its range, or later a Q² is negative or not finite.

    >>> round(float(Helm(4.8041 * fm)(50.0**2)), 3)
    0.775
    """

    radius: float
    skin: float = SKIN

    def __post_init__(self) -> None:
        _check_size(self.radius, "skin", self.skin, 3)

    def __call__(self, Q2: ArrayLike) -> Array:
        Q2 = not_negative("Q2", Q2)
        x = np.sqrt(Q2) / hbarc * np.sqrt(5 / 3 * (self.radius**2 - 3 * self.skin**2))
        return _ball(x) * np.exp(-Q2 * (self.skin / hbarc) ** 2 / 2)


@dataclass(frozen=True)
class KleinNystrand:
    """Form factor of a uniform ball smeared by a Yukawa function (Klein and Nystrand 1999).

    F(Q²) = 3 j₁(QR)/(QR) / (1 + Q²a²), with R² = (5/3)(r² − 6a²).  They take R = 1.2 A^(1/3) fm.

    Parameters
    ----------
    radius : float
        Root-mean-square radius r (mm), above √6 a.
    range : float
        Range a of the Yukawa function (mm).

    Raises
    ------
    ValueError
        As for `Helm`.

    >>> round(float(KleinNystrand(4.8041 * fm)(50.0**2)), 3)
    0.776
    """

    radius: float
    range: float = YUKAWA

    def __post_init__(self) -> None:
        _check_size(self.radius, "range", self.range, 6)

    def __call__(self, Q2: ArrayLike) -> Array:
        Q2 = not_negative("Q2", Q2)
        x = np.sqrt(Q2) / hbarc * np.sqrt(5 / 3 * (self.radius**2 - 6 * self.range**2))
        return _ball(x) / (1 + Q2 * (self.range / hbarc) ** 2)


@dataclass(frozen=True)
class SymmetrisedFermi:
    """Form factor of the symmetrised Fermi density (Sprung and Martorell 1997).

    F(Q²) = 3/(Qc [(Qc)² + (πQa)²]) · πQa/sinh(πQa) · [πQa sin(Qc)/tanh(πQa) − Qc cos(Qc)],
    with c² = (5/3)r² − (7/3)π²a², so that the mean square radius is r² = 3c²/5 + 7π²a²/5.

    Parameters
    ----------
    radius : float
        Root-mean-square radius r (mm), above √(7/5) πa.
    diffuseness : float
        a (mm), above zero.

    Raises
    ------
    ValueError
        As for `Helm`.

    >>> round(float(SymmetrisedFermi(4.8041 * fm)(50.0**2)), 3)
    0.776
    """

    radius: float
    diffuseness: float = DIFFUSENESS

    def __post_init__(self) -> None:
        number("diffuseness", self.diffuseness, positive)
        _check_size(self.radius, "diffuseness", self.diffuseness, 7 / 5 * np.pi**2)

    def __call__(self, Q2: ArrayLike) -> Array:
        # below a keV F is 1 to 1e-9 in any nucleus, and from there no difference cancels
        q = np.sqrt(np.maximum(not_negative("Q2", Q2), 1e-6)) / hbarc
        wide = np.pi * self.diffuseness
        c = np.sqrt(5 / 3 * self.radius**2 - 7 / 3 * wide**2)
        x, y = q * c, np.minimum(q * wide, 300.0)  # F is below 1e-120 from there
        bracket = y / np.tanh(y) * np.sin(x) / x - np.cos(x)
        return 3 / (x**2 + y**2) * y / np.sinh(y) * bracket


def point(Q2: ArrayLike) -> Array:
    """Form factor of a point, F = 1.

    >>> float(point(2500.0))
    1.0
    """
    return np.ones_like(not_negative("Q2", Q2))
