"""Where the neutrinos come from, and when they arrive.

A recoil energy E_R fixes the momentum transfer, so a flux φ(E) enters a rate only through three
cumulative moments, Φ_k = ∫ φ(E) E⁻ᵏ dE above E_min(E_R), with k = 0, 1, 2.  Lines are sums and
every continuum is a piecewise polynomial, so the moments are exact.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.polynomial.polynomial import polyder, polyroots, polytrim, polyval
from numpy.typing import ArrayLike

from ._validate import Array, ascending, finite, frozen, instance, not_negative, number, positive
from .quadrature import gauss_legendre

__all__ = [
    "FLAVOURS",
    "MOMENTS",
    "ORDER",
    "ROUNDING",
    "SHARE_ROUNDING",
    "TINY",
    "ArrivalTimes",
    "Continuum",
    "Function",
    "Line",
    "Source",
    "check_flavour",
]

FLAVOURS = ("e", "mu", "tau", "e-bar", "mu-bar", "tau-bar")
MOMENTS = (0, 1, 2)

TINY = 1e-200
"""Energies (MeV) below this count as zero."""

ORDER = 16
"""Gauss-Legendre points between two edges of a continuum that is folded."""

ROUNDING = 1e-12
"""How far a flux may be below zero, relative to its largest term."""

SHARE_ROUNDING = 1e-6
"""Published shares that differ from one by less than this, taken together, are only rounded."""

Function = Callable[[Array], ArrayLike]


def check_flavour(flavour: str) -> None:
    """Raise a ValueError unless `flavour` is one of `FLAVOURS`."""
    if not isinstance(flavour, str) or flavour not in FLAVOURS:
        raise ValueError(f"flavour = {flavour!r}: give one of {', '.join(FLAVOURS)}")


@dataclass(frozen=True, eq=False)
class ArrivalTimes:
    """When the neutrinos of a pulsed source arrive: the share of them in each bin of time.

    Parameters
    ----------
    edges : array (n + 1,)
        Times after the trigger of the beam (ns; write ``0.5 * us``).
    shares : array (n,)
        Shares that arrive between them, evenly within a bin.  What they lack of one comes before
        the first edge or after the last.

    Raises
    ------
    ValueError
        If the edges do not ascend, a share is negative, or the shares add up to more than one.

    >>> pulse = ArrivalTimes([0.0, 500.0, 1000.0], [0.2, 0.6])
    >>> pulse.share([0.0, 250.0], 1000.0).round(2)
    array([0.8, 0.7])
    """

    edges: ArrayLike
    shares: ArrayLike

    def __post_init__(self) -> None:
        edges, shares = ascending("edges", self.edges), not_negative("shares", self.shares)
        if shares.shape != (len(edges) - 1,):
            raise ValueError(f"shares has shape {shares.shape}: give ({len(edges) - 1},)")
        total = shares.sum()
        if total > 1 + SHARE_ROUNDING:
            raise ValueError(f"shares = {shares}: give shares that add up to at most one")
        if total > 1 - SHARE_ROUNDING:
            shares = shares / total
        object.__setattr__(self, "edges", frozen(edges))
        object.__setattr__(self, "shares", frozen(shares))

    def share(self, start: ArrayLike, end: ArrayLike) -> Array:
        """Share of the neutrinos that arrives from `start` to `end` (ns, broadcast)."""
        start, end = finite("start", start), finite("end", end)
        if np.any(start >= end):
            raise ValueError(f"start = {start}, end = {end}: give a start before the end")
        edges, arrived = np.asarray(self.edges), np.append(0.0, np.cumsum(self.shares))
        share = np.interp(end, edges, arrived) - np.interp(start, edges, arrived)
        return np.maximum(share, 0.0)  # where nothing arrives, rounding could leave less

    def within(self, start: float, end: float) -> "ArrivalTimes":
        """Arrival times of those neutrinos that arrive from `start` to `end` (ns)."""
        start, end = float(number("start", start)), float(number("end", end))
        seen = self.share(start, end)
        if seen <= 0:
            raise ValueError(f"start = {start}, end = {end}: give times at which neutrinos arrive")
        edges = np.asarray(self.edges)
        edges = np.concatenate([[start], edges[(edges > start) & (edges < end)], [end]])
        return ArrivalTimes(edges, self.share(edges[:-1], edges[1:]) / seen)


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
    times : ArrivalTimes or None
        When they arrive, if the source is pulsed.
    """

    flavour: str
    energy: float
    flux: float
    times: ArrivalTimes | None = None

    def __post_init__(self) -> None:
        check_flavour(self.flavour)
        number("energy", self.energy, positive)
        number("flux", self.flux, not_negative)
        _check_times(self.times)

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

    def fold(self, function: Function, low: float = 0.0, high: float | None = None) -> float:
        """Flux times a function of energy, as for `Source.fold`."""
        low, high = _range(low, high, self.energy)
        energy = np.array([self.energy])
        value = float(_values(function, energy)[0])
        return self.flux * value if low <= self.energy <= high else 0.0


@dataclass(frozen=True, eq=False)
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
    times : ArrivalTimes or None
        As for `Line`.

    Raises
    ------
    ValueError
        If an argument has another shape, or the flux is negative at some energy.
    """

    flavour: str
    edges: ArrayLike
    coefficients: ArrayLike
    times: ArrivalTimes | None = None

    def __post_init__(self) -> None:
        check_flavour(self.flavour)
        edges = not_negative("edges", ascending("edges", self.edges))
        coefficients = finite("coefficients", self.coefficients)
        if coefficients.ndim != 2 or coefficients.shape[1] != len(edges) - 1:
            raise ValueError(
                f"coefficients has shape {coefficients.shape}: give (powers, {len(edges) - 1})"
            )
        energy = _extremes(edges, coefficients)
        flux, largest = (
            polyval(energy, c, tensor=False) for c in (coefficients, np.abs(coefficients))
        )
        if np.any(flux < -ROUNDING * largest):
            wrong = energy[flux < -ROUNDING * largest][0]
            raise ValueError(
                f"coefficients = {coefficients}: give a flux that is never negative, as at "
                f"{wrong:g} MeV"
            )
        _check_times(self.times)
        object.__setattr__(self, "edges", frozen(edges))
        object.__setattr__(self, "coefficients", frozen(coefficients))

    @classmethod
    def table(
        cls,
        flavour: str,
        energies: ArrayLike,
        flux: ArrayLike,
        times: ArrivalTimes | None = None,
    ) -> "Continuum":
        """Join tabulated points (MeV; per area, time and MeV) by straight lines.

        >>> flat = Continuum.table("e", [1.0, 3.0], [2.0, 2.0])
        >>> print(f"{flat.moments(2.0)[0]:.6f}")
        2.000000
        """
        energies, flux = ascending("energies", energies), not_negative("flux", flux)
        if flux.shape != energies.shape:
            raise ValueError(f"flux has shape {flux.shape}: give {energies.shape}, as `energies`")
        slope = np.diff(flux) / np.diff(energies)
        return cls(flavour, energies, np.stack([flux[:-1] - slope * energies[:-1], slope]), times)

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
        lower, upper = np.maximum(edges[:-1], TINY), edges[1:]
        start = np.clip(np.maximum(e_min, TINY), edges[0], edges[-1])
        piece = np.clip(np.searchsorted(edges, start, side="right") - 1, 0, len(upper) - 1)
        moments = np.zeros((len(MOMENTS), *e_min.shape))
        for k in MOMENTS:
            for n, c in enumerate(coefficients):
                # ∫ c Eⁿ⁻ᵏ dE: the rest of the piece that holds `start`, and all pieces above it
                whole = (c * _power_integral(n - k, lower, upper))[1:]
                above = np.append(np.cumsum(whole[::-1])[::-1], 0.0)
                moments[k] += above[piece]
                moments[k] += c[piece] * _power_integral(n - k, start, upper[piece])
            if edges[0] <= 0 and np.any(coefficients[:k, 0]):  # ∫ Eⁿ⁻ᵏ dE with n < k
                moments[k] = np.where(e_min <= TINY, np.inf, moments[k])
        return moments

    def fold(self, function: Function, low: float = 0.0, high: float | None = None) -> float:
        """Integrate the flux times a function of energy, as for `Source.fold`."""
        low, high = _range(low, high, self.endpoint)
        points = np.unique(np.clip(self.edges, low, high))
        if len(points) < 2:
            return 0.0
        energy, width = gauss_legendre(points, ORDER)
        return float((width * self.flux(energy)) @ _values(function, energy))


@dataclass(frozen=True)
class Source:
    """A flux of neutrinos: the sum of its components."""

    name: str
    components: tuple[Line | Continuum, ...]

    def __post_init__(self) -> None:
        instance("name", self.name, str, "a text")
        instance("components", self.components, tuple | list, "a tuple of Lines and Continua")
        if not self.components:
            raise ValueError("components is empty: give at least one Line or Continuum")
        for component in self.components:
            instance("components", component, Line | Continuum, "a Line or a Continuum")
        object.__setattr__(self, "components", tuple(self.components))

    @property
    def endpoint(self) -> float:
        """Highest energy (MeV)."""
        return max(component.endpoint for component in self.components)

    def moments(self, e_min: ArrayLike) -> Array:
        """Moments Φ_k of all flavours together, as for `Line`."""
        return np.sum([component.moments(e_min) for component in self.components], axis=0)

    def fold(self, function: Function, low: float = 0.0, high: float | None = None) -> float:
        """∫ φ(E) f(E) dE, all flavours together: with a cross section, events per target and time.

        Between two edges the rule is exact for products of powers up to 31.  Where the function has
        a threshold, give that as `low`.

        Parameters
        ----------
        function : function of the energy (MeV)
            Takes an array and returns one of its shape, or a number.
        low, high : float
            Energies between which to integrate (MeV); everything by default.

        Raises
        ------
        ValueError
            If `low` is not below `high`, or the function is not finite.

        >>> flat = Source("flat", (Continuum.table("e", [1.0, 3.0], [2.0, 2.0]),))
        >>> round(flat.fold(lambda E: E**2), 9), round(flat.mean(lambda E: E), 9)
        (17.333333333, 2.0)
        """
        return float(sum(component.fold(function, low, high) for component in self.components))

    def mean(self, function: Function, low: float = 0.0, high: float | None = None) -> float:
        """Average of a function over the flux, `fold` divided by the flux between `low` and `high`.

        Raises
        ------
        ValueError
            As for `fold`, or if there is no flux between the energies.
        """
        total = self.fold(np.ones_like, low, high)
        if total <= 0:
            raise ValueError(f"low = {low}, high = {high}: give energies that the flux reaches")
        return self.fold(function, low, high) / total

    def within(self, start: float, end: float) -> "Source":
        """Take the neutrinos that arrive from `start` to `end` (ns; write ``6 * us``).

        Components of which none arrives are left out.

        Raises
        ------
        ValueError
            If a component has no arrival times, or nothing arrives between the times.

        >>> pulse = ArrivalTimes([0.0, 1000.0, 3000.0], [0.6, 0.4])
        >>> early = Source("pulsed", (Line("mu", 30.0, 10.0, pulse),)).within(0.0, 2000.0)
        >>> round(early.components[0].flux, 9)
        8.0
        """
        start, end = float(number("start", start)), float(number("end", end))
        seen = [_arriving(component, start, end) for component in self.components]
        kept = tuple(component for component in seen if component is not None)
        if not kept:
            raise ValueError(f"start = {start}, end = {end}: give times at which neutrinos arrive")
        return replace(self, components=kept)


def _arriving(component: Line | Continuum, start: float, end: float) -> Line | Continuum | None:
    """Take the part of a component that arrives between two times, if any does."""
    if component.times is None:
        raise ValueError(
            f"times = None for {component.flavour}: give each component its arrival times"
        )
    share = float(component.times.share(start, end))
    if share <= 0:
        return None
    times = component.times.within(start, end)
    if isinstance(component, Line):
        return replace(component, flux=component.flux * share, times=times)
    return replace(component, coefficients=np.multiply(component.coefficients, share), times=times)


def _check_times(times: object) -> None:
    instance("times", times, ArrivalTimes | None, "ArrivalTimes, or None for a steady source")


def _extremes(edges: Array, coefficients: Array) -> Array:
    """Energies (points, pieces) among which each piece has its lowest flux: ends and turns."""
    ends = [edges[:-1], edges[1:]]
    powers, pieces = coefficients.shape
    if powers <= 2:  # straight lines do not turn
        return np.stack(ends)
    turns = np.tile(edges[:-1], (powers - 2, 1))
    for piece in range(pieces):
        roots = polyroots(polytrim(polyder(coefficients[:, piece])))
        turns[: len(roots), piece] = roots.real  # of a complex pair, a point more does no harm
    return np.concatenate([ends, np.clip(turns, *ends)])


def _power_integral(power: int, lower: Array, upper: Array) -> Array:
    """∫ Eᵖ dE between two energies."""
    if power == -1:
        return np.log(upper / lower)
    return (upper ** (power + 1) - lower ** (power + 1)) / (power + 1)


def _range(low: float, high: float | None, endpoint: float) -> tuple[float, float]:
    """Check the limits of an integral; the upper one is the endpoint if there is none."""
    lowest = float(number("low", low, not_negative))
    if high is None:
        return lowest, max(lowest, endpoint)
    highest = float(number("high", high, positive))
    if lowest >= highest:
        raise ValueError(f"low = {low}, high = {high}: give a lower limit below the upper one")
    return lowest, highest


def _values(function: Function, energy: Array) -> Array:
    """Evaluate a function at energies; it must be finite."""
    if not callable(function):
        raise TypeError(f"function = {function!r}: give a function of the energy")
    values = finite("function", function(energy))
    if values.shape not in ((), energy.shape):
        raise ValueError(f"function has shape {values.shape}: give {energy.shape}, as the energies")
    return np.broadcast_to(values, energy.shape)
