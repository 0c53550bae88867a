"""What a detector should count: flux × cross section × response, as polynomials of the coupling.

For each scatterer of the target, a bin of the observable expects per exposure

    N(g) = ∫ dE_R P(bin|E_R) Σ_p [g F(Q²)/(Q² + m′²)]ᵖ R_p(E_R) ,   p = 0, 1, 2,

with R_p from the moments of the flux.  The integral is a sum over points of E_R whose weights hold
the response.  They are computed once; then each mediator costs one matrix product for each p.
"""

from dataclasses import dataclass, replace

import numpy as np

from ._validate import Array
from .mediators import Mediator
from .nuclei import Electron, Nucleus, Target
from .quadrature import gauss_legendre
from .responses import Efficiency, Response, efficiency_steps
from .scattering import energy_min, mediator_powers, recoil_max
from .sources import Source

__all__ = ["ORDER", "PANELS_PER_BIN", "Prediction", "Recoils"]

PANELS_PER_BIN = 2
"""Each bin is integrated in halves, divided further at steps of the efficiency, and where E_R
doubles within a half."""

ORDER = 8
"""Gauss-Legendre points in each panel."""


@dataclass(frozen=True, eq=False)
class Recoils:
    """All that new physics does not touch, for one scatterer of a target.

    Parameters
    ----------
    scatterer : Nucleus or Electron
    energy : array (r,)
        Points of the recoil energy (MeV).
    spread : tuple of arrays (r,)
        What acts together there, see `Nucleus.spread`.
    moments : array (3, components, r)
        Moments of each component of the flux, above the energy that the recoil needs.
    weights : array (r, bins)
        Quadrature, response and number of scatterers per mass.
    """

    scatterer: Nucleus | Electron
    energy: Array
    spread: tuple[Array, ...]
    moments: Array
    weights: Array


@dataclass(frozen=True, eq=False)
class Prediction:
    """Expected counts per exposure (mass times time).

    Parameters
    ----------
    recoils : tuple of Recoils
        One for each scatterer.
    flavours : tuple of str
        Of the components of the flux.
    pulse : array (components,)
        To which pulse a component belongs.
    shares : array (pulses, times)
        What part of a pulse arrives in each bin of time.
    """

    recoils: tuple[Recoils, ...]
    flavours: tuple[str, ...]
    pulse: Array
    shares: Array

    @classmethod
    def of(
        cls,
        target: Target,
        source: Source,
        response: Response,
        efficiency: Efficiency,
        bins: Array,
        times: Array | None,
    ) -> "Prediction":
        """Set up the integrals; the arguments are those of `Experiment`."""
        components = source.components
        panels = response.panels(_places(efficiency, bins))
        lowest, highest = panels[0], panels[-1]
        # the rate from a light mediator falls as steeply as 1/E_R², so no panel may be wide
        first = panels[panels > 0][0]
        octaves = first * 2.0 ** np.arange(-7, np.log2(highest / first))
        recoils = []
        for scatterer, per_unit in target.parts:
            # the flux ends with a kink at each endpoint, so a panel must end there
            ends = recoil_max(scatterer.mass, [c.endpoint for c in components])
            points = np.concatenate([panels, octaves, ends])
            points = np.unique(points[(points >= lowest) & (points <= min(highest, ends.max()))])
            energy, width = gauss_legendre(points, ORDER)
            e_min = energy_min(scatterer.mass, energy)
            moments = np.stack([c.moments(e_min) for c in components], axis=1)
            seen = response.probability(bins, energy, efficiency)
            weights = (target.units_per_mass * per_unit * width * seen).T
            spread = scatterer.spread(2 * scatterer.mass * energy)
            recoils.append(Recoils(scatterer, energy, spread, moments, weights))
        # components that arrive together are one pulse
        shares = np.ones((len(components), 1))
        if times is not None:
            shares = np.array([c.times.share(times[:-1], times[1:]) for c in components])  # type: ignore[union-attr]
        shares, pulse = np.unique(shares, axis=0, return_inverse=True)
        return cls(tuple(recoils), tuple(c.flavour for c in components), pulse.ravel(), shares)

    def polynomial(self, mediator: Mediator | None) -> Array:
        """Coefficients (3, *masses, bins · times) of the counts per exposure."""
        counts = np.asarray(sum(self._of_one(recoils, mediator) for recoils in self.recoils))
        masses = () if mediator is None else np.shape(mediator.mass)
        return counts.reshape(3, *masses, counts.shape[2] * counts.shape[3])

    def _of_one(self, recoils: Recoils, mediator: Mediator | None) -> Array:
        """Coefficients (3, masses, bins, times) for one scatterer."""
        m, E_R = recoils.scatterer.mass, recoils.energy
        of_flavour = mediator_powers(
            recoils.scatterer, recoils.spread, E_R, mediator, self.flavours, recoils.moments
        )
        of_pulse = [of_flavour[:, self.pulse == n].sum(axis=1) for n in range(len(self.shares))]
        pulses = [
            (rate[..., np.newaxis] * recoils.weights, share)
            for rate, share in zip(of_pulse, self.shares, strict=True)
        ]
        masses = 1 if mediator is None else np.size(mediator.mass)
        counts = np.zeros((3, masses, recoils.weights.shape[1], self.shares.shape[1]))
        for rate, share in pulses:
            counts[0] += np.multiply.outer(rate[0].sum(axis=0), share)
        if mediator is None:
            return counts
        column = replace(mediator, mass=np.reshape(mediator.mass, (-1, 1)))
        A = column.propagator(2 * m * E_R)
        for p in (1, 2):
            for rate, share in pulses:
                counts[p] += (A @ rate[p])[..., np.newaxis] * share
            np.square(A, out=A)  # in place: with many masses memory is what costs
        return counts


def _places(efficiency: Efficiency, bins: Array) -> Array:
    """Where an integrand has a kink: edges of bins, and between them middles and steps."""
    split = np.arange(PANELS_PER_BIN) / PANELS_PER_BIN
    x = np.append(bins[:-1, np.newaxis] + np.diff(bins)[:, np.newaxis] * split, bins[-1])
    steps = efficiency_steps(efficiency, bins)
    known = np.isclose(steps[:, np.newaxis], x, rtol=1e-9, atol=0.0).any(axis=1)
    return np.sort(np.concatenate([x, steps[~known]]))
