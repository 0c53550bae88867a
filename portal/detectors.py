"""Source × target × response × data: expected counts, as polynomials of the coupling."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from hepunits import hour, keV, kg
from numpy.typing import ArrayLike
from scipy.linalg import block_diag

from ._validate import (
    Array,
    ascending,
    finite,
    frozen,
    instance,
    not_negative,
    number,
    positive,
    same_grid,
)
from .measurements import (
    Background,
    Whitening,
    check_background,
    check_data,
    check_shapes,
    total_background,
)
from .mediators import Mediator, check_mediator
from .nuclei import Electron, Nucleus, Target
from .quadrature import gauss_legendre
from .responses import NO_SMEARING, Efficiency, Response, efficiency_steps
from .scattering import coefficients, energy_min, momentum_transfer_squared, recoil_max
from .sources import Continuum, Line, Source

__all__ = [
    "FREE",
    "LEAST_EXPOSURE",
    "ORDER",
    "PANELS_PER_BIN",
    "Experiment",
    "Joint",
    "Measurement",
    "at_most",
    "by_part",
    "check_measurement",
]

PANELS_PER_BIN = 2
"""Each bin is integrated in halves, divided further at steps of the efficiency, and where E_R
doubles within a half."""

ORDER = 8
"""Gauss-Legendre points in each panel."""

_Moments = tuple[str, Array]  # a flavour, and the moments (k, r) of its flux

LEAST_EXPOSURE = 1e-6 * kg * hour
"""Less than any detector has had; a mass without a time is less."""
FREE = 1e6
"""Relative uncertainty above which a normalisation is as free as it can be."""


@dataclass(frozen=True, eq=False)
class Experiment:
    """A detector in a neutrino flux: what it expects, and what it saw.

    Parameters
    ----------
    target : Target
        The material, such as ``target("Ar")``.
    source : Source
        The flux at the detector.
    exposure : float
        Mass times time (write ``14.57 * kg * 308.1 * day``).
    bins : array (n + 1,)
        Edges of the observable: recoil energies (MeV), or photoelectrons.  A massless mediator
        makes infinitely many recoils without energy, so a limit needs a lowest edge above zero,
        or from 2 photoelectrons up.
    efficiency : function of the observable
        Probability between 0 and 1 that a signal is kept; everything is, by default.
    background : float, or tuple of Background
        Steady background per exposure and per unit of what the bins are in: for bins of energy
        ``5e-3 / (keV * kg * day)``, of recoil or electron-equivalent energy as the bins are; for
        bins of photoelectrons ``0.1 / (kg * day)`` per photoelectron, so that 1/(keVee kg day) at
        10 photoelectrons per keVee is the same.  Or counts per
        bin, each with its error.
    sigma_alpha : float
        Relative uncertainty of the normalisation (paper (4.1)); 0 if it is known.
    response : Response
        How a recoil energy becomes the observable; see `portal.responses`.
    data : array (n,), (signal, errors), or None
        Counts as they are, background included; their variance is the expected one.  Or a signal
        with the background taken off, and its errors (n,) or covariance matrix (n, n).  Without
        data the experiment is a projection: it observes what is expected, with the error
        √(N + N_bg) of paper (4.2).
    truth : (mediator, coupling) or None
        What a projection observes; the Standard Model, by default.  See `observing`.
    shapes : tuple of arrays (n,)
        What each further uncertainty changes in the expected counts when it moves by its standard
        deviation, such as ``more_quenching.counts() - usual.counts()``.
    times : array (m + 1,) or None
        Edges of arrival times (ns), if counts are sorted by them too.  There are n·m bins then,
        the m times of the first energy side by side, before those of the second.

    Raises
    ------
    ValueError
        If an argument is out of its range; the message names it.  The efficiency is looked at
        between the centres of bins when counts are asked for.

    >>> from hepunits import day, keV, kg
    >>> from portal.fluxes import sns
    >>> from portal.nuclei import target
    >>> mine = Experiment(
    ...     target=target("Ar"), source=sns(), exposure=100 * kg * 365 * day,
    ...     bins=np.linspace(20, 100, 9) * keV, background=5e-3 / (keV * kg * day),
    ...     sigma_alpha=0.1,
    ... )
    >>> mine.counts().shape
    (8,)
    """

    target: Target
    source: Source
    exposure: float
    bins: ArrayLike
    efficiency: Efficiency = np.ones_like
    background: float | tuple[Background, ...] = 0.0
    sigma_alpha: float = 0.1
    response: Response = NO_SMEARING
    data: ArrayLike | tuple[ArrayLike, ArrayLike] | None = None
    truth: tuple[Mediator, float] | None = None
    shapes: tuple[ArrayLike, ...] = ()
    times: ArrayLike | None = None

    def __post_init__(self) -> None:
        instance("target", self.target, Target, "a Target, such as target('Ar')")
        instance("source", self.source, Source, "a Source, such as sns()")
        if number("exposure", self.exposure, positive) < LEAST_EXPOSURE:
            raise ValueError(
                f"exposure = {self.exposure}: give mass times time, such as 10 * kg * 365 * day"
            )
        number("sigma_alpha", self.sigma_alpha, not_negative)
        at_most("sigma_alpha", self.sigma_alpha, FREE)
        bins = not_negative("bins", ascending("bins", self.bins))
        object.__setattr__(self, "bins", frozen(bins))
        if self.times is not None:
            object.__setattr__(self, "times", frozen(ascending("times", self.times)))
            self._check_times()
        n = self.size
        object.__setattr__(self, "background", check_background(self.background, n))
        object.__setattr__(self, "shapes", check_shapes(self.shapes, n))
        if self.data is not None:
            object.__setattr__(self, "data", check_data(self.data, n))
            if isinstance(self.data, tuple) and self.background:
                raise ValueError(
                    f"background = {self.background}: it is taken off in data = (signal, errors); "
                    "give counts, or no background"
                )
        if self.truth is not None:
            if self.data is not None:
                raise ValueError(f"truth = {self.truth}: give data, or a truth to be observed")
            check_mediator(self.truth[0])
            number("mediator.mass", self.truth[0].mass)
            number("coupling", self.truth[1])
        if not callable(self.efficiency):
            raise TypeError(f"efficiency = {self.efficiency!r}: give a function of the observable")
        instance("response", self.response, Response, "a response, such as Sharp()")
        ends = [recoil_max(part.mass, self.source.endpoint) for part, _ in self.target.parts]
        if self.response.panels(bins)[0] > 10 * max(ends):
            raise ValueError(
                f"bins = {bins}: no recoil reaches them, the largest has {max(ends) / keV:.4g} "
                "keV; give bins with their unit, such as np.array([20, 40, 60]) * keV"
            )
        self._probability((bins[1:] + bins[:-1]) / 2)

    def observing(self, mediator: Mediator, coupling: float) -> "Experiment":
        """The same experiment, had it observed exactly what a mediator makes ("Asimov data").

        Published errors stay; a projection gets the statistical error of what it observes.

        Parameters
        ----------
        mediator : Vector or Scalar
            Of one mass.
        coupling : float

        Raises
        ------
        ValueError
            If the mediator has many masses, or the coupling is not a finite number.

        >>> from portal import Vector, chi_squared
        >>> from portal.experiments import coherent_ar_future
        >>> seen = coherent_ar_future().observing(Vector(10.0), 1e-9)
        >>> print(chi_squared(seen, Vector(10.0), 1e-9).round(6))
        0.0
        """
        projection = replace(self, data=None, truth=(mediator, coupling))
        if isinstance(self.data, tuple):
            return replace(self, data=(projection.observed, self.data[1]))
        return projection

    def _check_times(self) -> None:
        """Counts in bins of time need a pulsed source, and backgrounds that say when they come."""
        if isinstance(self.background, int | float) and self.background:
            raise ValueError(
                f"background = {self.background}: with times give Background(counts, error), one "
                "number for each energy and time"
            )
        for component in self.source.components:
            if component.times is None:
                raise ValueError(
                    f"times = {self.times}: give a source whose components have arrival times; "
                    f"{component.flavour} of {self.source.name} has none"
                )

    @property
    def parts(self) -> "tuple[Experiment, ...]":
        """Itself alone; see `Joint`."""
        return (self,)

    @property
    def size(self) -> int:
        """Number of bins: of the observable, times those of arrival time if there are any."""
        observable = np.size(self.bins) - 1
        return observable if self.times is None else observable * (np.size(self.times) - 1)

    def _probability(self, x: Array) -> Array:
        """Efficiency at `x`, which must be a probability wherever it is used."""
        try:
            seen = np.broadcast_to(np.asarray(self.efficiency(x), dtype=float), x.shape)
        except (TypeError, ValueError):  # perhaps a function of one number
            try:
                seen = np.array([float(self.efficiency(one)) for one in x.flat]).reshape(x.shape)
            except (TypeError, ValueError) as error:
                raise TypeError(
                    f"efficiency = {self.efficiency!r}: give a function of an array ({error})"
                ) from error
        wrong = ~((seen >= 0) & (seen <= 1))
        if np.any(wrong):
            raise ValueError(
                f"efficiency = {seen[wrong].flat[0]}: give a function with values from 0 to 1"
            )
        return seen

    @property
    def _places(self) -> Array:
        """Edges of the bins, and between them their middles and the steps of the efficiency."""
        bins = np.asarray(self.bins)
        split = np.arange(PANELS_PER_BIN) / PANELS_PER_BIN
        x = np.append(bins[:-1, np.newaxis] + np.diff(bins)[:, np.newaxis] * split, bins[-1])
        steps = efficiency_steps(self._probability, bins)
        known = np.isclose(steps[:, np.newaxis], x, rtol=1e-9, atol=0.0).any(axis=1)
        return np.sort(np.concatenate([x, steps[~known]]))

    @cached_property
    def _pulses(self) -> list[tuple[Array, tuple[Line | Continuum, ...]]]:
        """Components that arrive together, and their shares (time,) in the bins of time."""
        if self.times is None:
            return [(np.ones(1), self.source.components)]
        start, end = np.asarray(self.times)[:-1], np.asarray(self.times)[1:]
        shares = [component.times.share(start, end) for component in self.source.components]  # type: ignore[union-attr]
        together: dict[tuple[float, ...], list[Line | Continuum]] = {}
        for share, component in zip(shares, self.source.components, strict=True):
            together.setdefault(tuple(share), []).append(component)
        return [(np.array(share), tuple(parts)) for share, parts in together.items()]

    @cached_property
    def _kernel(self) -> list[tuple[Nucleus | Electron, Array, list[list[_Moments]], Array]]:
        """All that new physics does not touch, for each scatterer.

        Each entry holds the recoil energies (r), the moments (k, r) of each flavour's flux in each
        pulse, and the weights (r, bin): number of scatterers, exposure, quadrature and response.
        """
        bins = np.asarray(self.bins)
        # the integrand has a kink or a step at each edge and step, so a panel must end there
        panels = self.response.panels(self._places)
        lowest, highest = panels[0], panels[-1]
        # the rate from a light mediator falls as steeply as 1/E_R², so no panel may be wide
        first = panels[panels > 0][0]
        octaves = first * 2.0 ** np.arange(-7, np.log2(highest / first))
        kernel = []
        for scatterer, per_unit in self.target.parts:
            # the flux ends with a kink at each endpoint, so a panel must end there
            ends = recoil_max(scatterer.mass, [c.endpoint for c in self.source.components])
            points = np.concatenate([panels, octaves, ends])
            points = np.unique(points[(points >= lowest) & (points <= min(highest, ends.max()))])
            recoil, width = gauss_legendre(points, ORDER)
            e_min = energy_min(scatterer.mass, recoil)
            moments = [
                [(c.flavour, c.moments(e_min)) for c in components]
                for _, components in self._pulses
            ]
            scale = self.exposure * self.target.units_per_mass * per_unit
            seen = self.response.probability(bins, recoil, self._probability)
            kernel.append((scatterer, recoil, moments, (scale * width * seen).T))
        return kernel

    def polynomial(self, mediator: Mediator | None = None) -> Array:
        """Coefficients of the counts, N = n0 + n1 g + n2 g², in each bin.

        Parameters
        ----------
        mediator : Vector, Scalar or None
            With an array of masses all are done at once.

        Returns
        -------
        array (3, *masses, bins)

        Raises
        ------
        ValueError
            If there is a mediator and the lowest bin is open to recoils without energy, or the
            form factor or the counts are not finite.

        >>> from portal import Scalar
        >>> from portal.experiments import coherent_csi_2017
        >>> coherent_csi_2017().polynomial(Scalar([1.0, 10.0, 100.0])).shape
        (3, 3, 12)
        """
        bins = np.asarray(self.bins)
        if mediator is not None:
            check_mediator(mediator)
        if mediator is not None and bins[0] <= self.response.blind:
            raise ValueError(
                f"bins = {bins}: with a mediator give a lowest edge above {self.response.blind:g}"
            )
        mass = np.zeros(()) if mediator is None else np.asarray(mediator.mass, dtype=float)
        total = np.zeros((3, mass.size, self.size))
        by_time = total.reshape(3, mass.size, len(bins) - 1, len(self._pulses[0][0]))
        for scatterer, recoil, pulses, weights in self._kernel:
            if mediator is not None:
                Q2 = momentum_transfer_squared(scatterer.mass, recoil)
                strength = replace(mediator, mass=mass.reshape(-1, 1)).propagator(Q2)
                powers = strength, strength**2
            for (share, _), moments in zip(self._pulses, pulses, strict=True):
                rate = sum(
                    (coefficients(scatterer, recoil, mediator, flavour) * phi).sum(axis=1)
                    for flavour, phi in moments
                )
                by_time[0] += np.multiply.outer(rate[0] @ weights, share)
                if mediator is not None:
                    for n, power in enumerate(powers, 1):
                        by_time[n] += ((power * rate[n]) @ weights)[..., np.newaxis] * share
        if not np.all(np.isfinite(total)):
            raise ValueError(
                f"exposure = {self.exposure}, mediator = {mediator}: the counts are not finite; "
                "give a smaller exposure, flux or form factor"
            )
        return total.reshape(3, *mass.shape, self.size)

    def counts(self, mediator: Mediator | None = None, coupling: ArrayLike = 0.0) -> Array:
        """Expected signal in each bin; the Standard Model without a mediator.

        Parameters
        ----------
        mediator : Vector, Scalar or None
        coupling : array
            Broadcasts with the masses of the mediator.

        Returns
        -------
        array (*masses, bins)

        Raises
        ------
        ValueError
            If a coupling or its counts are not finite.
        """
        g = finite("coupling", coupling)[..., np.newaxis]
        if mediator is None and np.any(g):
            raise ValueError(f"coupling = {coupling!r}: give a mediator that couples")
        if mediator is not None:
            check_mediator(mediator)
            same_grid(coupling=coupling, mass=mediator.mass)
        n0, n1, n2 = self.polynomial(mediator)
        with np.errstate(over="ignore", invalid="ignore"):  # the result is checked
            counts = n0 + g * (n1 + n2 * g)
        if not np.all(np.isfinite(counts)):
            raise ValueError(
                f"coupling = {np.asarray(coupling)}: give couplings whose counts are finite"
            )
        return counts

    @cached_property
    def backgrounds(self) -> tuple[Background, ...]:
        """Every background in counts; a steady one is known exactly."""
        if isinstance(self.background, float):
            return (Background(self.background * self.exposure * np.diff(np.asarray(self.bins))),)
        return tuple(self.background)

    @cached_property
    def expected_background(self) -> Array:
        """All backgrounds together, in each bin."""
        return frozen(total_background(self.backgrounds, self.size))

    @cached_property
    def assumed(self) -> Array:
        """Signal of the truth, or of the Standard Model; it gives the variance of counts."""
        return frozen(self.counts(*self.truth) if self.truth else self.counts())

    @cached_property
    def observed(self) -> Array:
        """Observed signal in each bin, background taken off; the truth where there are no data."""
        if self.data is None:
            return self.assumed
        if isinstance(self.data, tuple):
            return np.asarray(self.data[0])
        return frozen(np.asarray(self.data) - self.expected_background)

    @property
    def raw_counts(self) -> Array:
        """Observed counts with their background, which fluctuate as Poisson says.

        Raises
        ------
        ValueError
            If the data are a signal with errors.
        """
        if isinstance(self.data, tuple):
            raise ValueError(
                f"data = {self.data!r}: a signal with errors is not distributed as Poisson says; "
                "give counts"
            )
        if self.data is None:
            return self.assumed + self.expected_background
        return np.asarray(self.data)

    @cached_property
    def shifts(self) -> Array:
        """What each nuisance but the normalisation changes by its standard deviation (any, n)."""
        each = [part.shift for part in self.backgrounds if part.error]
        return np.array([*each, *self.shapes]).reshape(-1, self.size)

    @property
    def normalisations(self) -> Array:
        """Relative uncertainties of the signal that scale with it (1, n)."""
        return np.full((1, self.size), self.sigma_alpha)

    @cached_property
    def _variance(self) -> Array:
        """Variance in each bin without nuisances, or the published covariance matrix."""
        if isinstance(self.data, tuple):
            errors = np.asarray(self.data[1])
            return errors**2 if errors.ndim == 1 else errors
        bins, variance = np.asarray(self.bins), self.assumed + self.expected_background
        if np.any(variance <= 0):
            of_time = self.size // (len(bins) - 1)
            empty = np.repeat(bins[:-1], of_time)[variance <= 0][0]
            raise ValueError(
                f"bins = {bins}: the bin from {empty} expects no event; give bins that recoils "
                "reach, or a background above zero"
            )
        return variance

    @cached_property
    def sigma(self) -> Array:
        """Error in each bin but for the normalisation (paper (4.1); (4.2) without data)."""
        own = self._variance if self._variance.ndim == 1 else np.diag(self._variance)
        return frozen(np.sqrt(own + (self.shifts**2).sum(axis=0)))

    @cached_property
    def _whitening(self) -> Whitening:
        return Whitening.of(self._variance, self.shifts)

    def whitened(self, counts: Array) -> Array:
        """Counts (..., n) as L⁻¹N: independent, each with the error one (see `measurements`)."""
        return self._whitening(counts)


@dataclass(frozen=True, eq=False)
class Joint:
    """Experiments that share normalisations: the bins of all of them, side by side.

    This is the sum over bins and detectors of paper (4.2).  With ``sigma_alpha=0`` the χ² of the
    parts add up, as in the combination of solar components after paper (4.3).

    Parameters
    ----------
    parts : tuple of Experiment
    sigma_alpha : float
        Relative uncertainty σ of the normalisation that they share; 0 if it is known.
    separate : bool
        Whether each part also keeps its own normalisation, with its ``sigma_alpha`` σ_i; by default
        that is not used.
    sources : dict of str to float
        Relative uncertainty of the flux of a source, by its name, such as ``{"SNS": 0.1}``.  All
        parts at this source share it, and their σ_i contain it: what is left to part i alone is
        √(σ_i² − σ²).

    A normalisation a of these two kinds, with its σ_a, adds α_a n_i to what part i expects, with
    n_i the signal of the truth: it is a shape uncertainty σ_a n_i.  This is exact where the signal
    is n_i; elsewhere the change of the signal is not rescaled by α_a (`poisson` rescales it).

    Raises
    ------
    ValueError
        If `sigma_alpha` is negative, there is no part, no part is at one of `sources`, or the flux
        has a larger uncertainty than a part that keeps its own.
    TypeError
        If a part is no `Experiment`.

    >>> from portal.experiments import coherent_csi_2017
    >>> twice = Joint((coherent_csi_2017(), coherent_csi_2017()), sigma_alpha=0.28)
    >>> twice.counts().shape
    (24,)
    """

    parts: tuple[Experiment, ...]
    sigma_alpha: float
    separate: bool = False
    sources: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        number("sigma_alpha", self.sigma_alpha, not_negative)
        at_most("sigma_alpha", self.sigma_alpha, FREE)
        if not isinstance(self.parts, tuple | list):
            raise TypeError(f"parts = {self.parts!r}: give a tuple of Experiments")
        if not self.parts:
            raise ValueError("parts = (): give at least one experiment")
        for part in self.parts:
            if not isinstance(part, Experiment):
                raise TypeError(
                    f"parts: experiment = {part!r}: give an Experiment; of a Joint, its parts"
                )
        object.__setattr__(self, "parts", tuple(self.parts))
        instance("sources", self.sources, Mapping, "a dict, such as {'SNS': 0.1}")
        object.__setattr__(self, "sources", dict(self.sources))
        for name, sigma in self.sources.items():
            self._check_source(name, sigma)

    def _check_source(self, name: str, sigma: float) -> None:
        """A flux that parts share is that of one of them, and a part of their uncertainties."""
        number("sources", sigma, not_negative)
        sharing = [part.sigma_alpha for part in self.parts if part.source.name == name]
        if not sharing:
            known = ", ".join(sorted({part.source.name for part in self.parts}))
            raise ValueError(
                f"sources = {self.sources}: no part is at {name}; give some of {known}"
            )
        if self.separate and sigma > min(sharing):
            raise ValueError(
                f"sources = {self.sources}: give {name} at most {min(sharing)}, the sigma_alpha of "
                "a part, which contains it"
            )

    def polynomial(self, mediator: Mediator | None = None) -> Array:
        """Coefficients (3, *masses, bins) of the counts; see `Experiment.polynomial`."""
        return np.concatenate([part.polynomial(mediator) for part in self.parts], axis=-1)

    def counts(self, mediator: Mediator | None = None, coupling: ArrayLike = 0.0) -> Array:
        """Expected signal (*masses, bins); see `Experiment.counts`."""
        return np.concatenate([part.counts(mediator, coupling) for part in self.parts], axis=-1)

    def observing(self, mediator: Mediator, coupling: float) -> "Joint":
        """Each had observed what a mediator makes; see `Experiment.observing`."""
        return replace(self, parts=tuple(p.observing(mediator, coupling) for p in self.parts))

    @property
    def observed(self) -> Array:
        """Observed signal in each bin."""
        return np.concatenate([part.observed for part in self.parts])

    @cached_property
    def _variance(self) -> Array:
        """Variance in each bin without nuisances, or the covariance if a part has one."""
        each = [part._variance for part in self.parts]
        if all(variance.ndim == 1 for variance in each):
            return np.concatenate(each)
        squares = [np.diag(one) if one.ndim == 1 else one for one in each]
        return np.asarray(block_diag(*squares))

    @cached_property
    def _all_shifts(self) -> Array:
        """What each nuisance but the common normalisation changes (any, bins)."""
        assumed = np.concatenate([part.assumed for part in self.parts])
        return np.concatenate([self.shifts, self.normalisations[1:] * assumed])

    @property
    def sigma(self) -> Array:
        """Error in each bin but for the common normalisation."""
        own = self._variance if self._variance.ndim == 1 else np.diag(self._variance)
        return np.sqrt(own + (self._all_shifts**2).sum(axis=0))

    @cached_property
    def _whitening(self) -> Whitening:
        return Whitening.of(self._variance, self._all_shifts)

    def whitened(self, counts: Array) -> Array:
        """Counts (..., bins) as L⁻¹N; see `Experiment.whitened`."""
        return self._whitening(counts)

    @property
    def expected_background(self) -> Array:
        """All backgrounds together, in each bin."""
        return np.concatenate([part.expected_background for part in self.parts])

    @property
    def raw_counts(self) -> Array:
        """Observed counts with their background; see `Experiment.raw_counts`."""
        return np.concatenate([part.raw_counts for part in self.parts])

    @property
    def shifts(self) -> Array:
        """What each nuisance but a normalisation changes (any, bins)."""
        return np.asarray(block_diag(*[part.shifts for part in self.parts]))

    @property
    def normalisations(self) -> Array:
        """Relative uncertainties of the signal that scale with it (any, bins); the first is common.

        The others are those of sources and, with `separate`, of parts.
        """
        bins = [np.ones(part.size) for part in self.parts]
        rows = [np.full((1, sum(map(len, bins))), self.sigma_alpha)]
        for name, sigma in self.sources.items():
            here = [part.source.name == name for part in self.parts]
            rows.append(
                np.concatenate([sigma * h * b for h, b in zip(here, bins, strict=True)])[None]
            )
        if self.separate:
            shared = [self.sources.get(part.source.name, 0.0) for part in self.parts]
            left = [
                np.sqrt(part.sigma_alpha**2 - sigma**2)
                for part, sigma in zip(self.parts, shared, strict=True)
            ]
            rows.append(block_diag(*[sigma * one for sigma, one in zip(left, bins, strict=True)]))
        return np.concatenate(rows)


Measurement = Experiment | Joint
"""What limits can be set from."""


def by_part(experiment: Measurement, counts: Array) -> list[Array]:
    """Counts (..., bins) of each part of an experiment."""
    ends = np.cumsum([part.size for part in experiment.parts])
    return np.split(counts, ends[:-1], axis=-1)


def check_measurement(experiment: object) -> None:
    """Raise a TypeError unless `experiment` is an `Experiment` or a `Joint`."""
    allowed = "an Experiment, such as coherent_csi_2017(), or a Joint"
    instance("experiment", experiment, Measurement, allowed)


def at_most(name: str, value: float, most: float) -> None:
    """Raise a ValueError for a number that no experiment has."""
    if value > most:
        raise ValueError(f"{name} = {value}: give at most {most:g}")
