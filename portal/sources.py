"""Where the neutrinos come from.

A recoil energy E_R fixes the momentum transfer, so a flux φ(E) enters a rate only through three
cumulative moments, Φ_k = ∫ φ(E) E⁻ᵏ dE above E_min(E_R), with k = 0, 1, 2.  Lines are sums and
every continuum is a piecewise polynomial, so the moments are exact.
"""

from dataclasses import dataclass

import numpy as np
from numpy.polynomial.polynomial import polyval
from numpy.typing import ArrayLike

from ._validate import Array, ascending, finite, not_negative, number, positive

FLAVOURS = ("e", "mu", "tau", "e-bar", "mu-bar", "tau-bar")
MOMENTS = (0, 1, 2)

TINY = 1e-200
"""Energies (MeV) below this count as zero."""


def check_flavour(flavour: str) -> None:
    """Raise a ValueError unless `flavour` is one of `FLAVOURS`."""
    if flavour not in FLAVOURS:
        raise ValueError(f"flavour = {flavour!r}: give one of {', '.join(FLAVOURS)}")


@dataclass(frozen=True)
class Line:
    """Neutrinos of one energy.

    Parameters
    ----------
    flavour : str
        One of "e", "mu", "tau", with "-bar" for antineutrinos.
    energy : float
        Energy (MeV).
    flux : float
        Neutrinos per area and time (write ``1e7 / cm2 / s``).
    """

    flavour: str
    energy: float
    flux: float

    def __post_init__(self) -> None:
        check_flavour(self.flavour)
        number("energy", self.energy, positive)
        number("flux", self.flux, not_negative)

    @property
    def endpoint(self) -> float:
        """Highest energy (MeV)."""
        return self.energy

    def moments(self, e_min: ArrayLike) -> Array:
        """Φ_0, Φ_1, Φ_2 above `e_min` (MeV, any shape); the result has a first axis of three."""
        e_min = not_negative("e_min", e_min)
        first = self.flux / self.energy
        weights = (self.flux, first, first / self.energy)
        return np.stack([np.where(e_min <= self.energy, weight, 0.0) for weight in weights])


@dataclass(frozen=True)
class Continuum:
    """Neutrinos with a piecewise-polynomial spectrum φ(E) = Σ_n c_n Eⁿ.

    Parameters
    ----------
    flavour : str
        As for `Line`.
    edges : array (n + 1,)
        Energies between which the polynomials hold (MeV).
    coefficients : array (powers, n)
        c_n of each piece, lowest power first (per area, time and MeVⁿ⁺¹).
    """

    flavour: str
    edges: ArrayLike
    coefficients: ArrayLike

    def __post_init__(self) -> None:
        check_flavour(self.flavour)
        edges = ascending("edges", self.edges)
        not_negative("edges", edges)
        coefficients = finite("coefficients", self.coefficients)
        if coefficients.ndim != 2 or coefficients.shape[1] != len(edges) - 1:
            raise ValueError(
                f"coefficients has shape {coefficients.shape}: give (powers, {len(edges) - 1})"
            )
        ends_and_middle = edges[:-1] + np.diff(edges) * [[0.0], [0.5], [1.0]]
        flux, largest = (
            polyval(ends_and_middle, c, tensor=False) for c in (coefficients, np.abs(coefficients))
        )
        if np.any(flux < -1e-12 * largest):  # more than rounding
            raise ValueError(f"coefficients = {coefficients}: give a flux that is never negative")

    @classmethod
    def table(cls, flavour: str, energies: ArrayLike, flux: ArrayLike) -> "Continuum":
        """Join tabulated points (MeV; per area, time and MeV) by straight lines.

        >>> flat = Continuum.table("e", [1.0, 3.0], [2.0, 2.0])
        >>> flat.moments(2.0)[0]
        np.float64(2.0)
        """
        energies, flux = ascending("energies", energies), not_negative("flux", flux)
        if flux.shape != energies.shape:
            raise ValueError(f"flux has shape {flux.shape}: give {energies.shape}, as `energies`")
        slope = np.diff(flux) / np.diff(energies)
        return cls(flavour, energies, np.stack([flux[:-1] - slope * energies[:-1], slope]))

    @property
    def endpoint(self) -> float:
        """Highest energy (MeV)."""
        return float(np.asarray(self.edges)[-1])

    def flux(self, energy: ArrayLike) -> Array:
        """Spectrum φ(E) at `energy` (MeV, any shape), zero outside the edges."""
        energy = finite("energy", energy)
        edges, coefficients = np.asarray(self.edges), np.asarray(self.coefficients)
        piece = np.searchsorted(edges, energy, side="right") - 1
        inside = (energy >= edges[0]) & (energy <= edges[-1])
        piece = np.clip(piece, 0, len(edges) - 2)
        powers = np.stack([c[piece] * energy**n for n, c in enumerate(coefficients)])
        return np.where(inside, powers.sum(axis=0), 0.0)

    def moments(self, e_min: ArrayLike) -> Array:
        """Φ_0, Φ_1, Φ_2 above `e_min` (MeV, any shape); the result has a first axis of three.

        Where the integral down to zero energy diverges, the moment is infinite.
        """
        e_min = not_negative("e_min", e_min)
        edges, coefficients = np.asarray(self.edges), np.asarray(self.coefficients)
        upper = edges[1:]
        lower = np.clip(np.maximum(e_min, TINY)[..., np.newaxis], edges[:-1], upper)

        def integral(power: int) -> Array:
            if power == -1:
                return np.log(upper / lower)
            return (upper ** (power + 1) - lower ** (power + 1)) / (power + 1)

        moments = np.stack(
            [
                sum(
                    (
                        (c * integral(n - k)).sum(axis=-1)
                        for n, c in enumerate(coefficients)
                        if np.any(c)
                    ),
                    start=np.zeros(e_min.shape),
                )
                for k in MOMENTS
            ]
        )
        diverges = [edges[0] <= 0 and bool(np.any(coefficients[:k, 0])) for k in MOMENTS]
        moments[diverges] = np.where(e_min <= TINY, np.inf, moments[diverges])
        return moments


@dataclass(frozen=True)
class Source:
    """A flux of neutrinos: the sum of its components."""

    name: str
    components: tuple[Line | Continuum, ...]

    def __post_init__(self) -> None:
        if not self.components:
            raise ValueError("components is empty: give at least one Line or Continuum")

    @property
    def endpoint(self) -> float:
        """Highest energy (MeV)."""
        return max(component.endpoint for component in self.components)

    def moments(self, e_min: ArrayLike) -> Array:
        """Moments Φ_k of all flavours together, as for `Line`."""
        return np.sum([component.moments(e_min) for component in self.components], axis=0)
