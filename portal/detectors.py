"""A detector in a neutrino flux: what it expects, what it saw, and how well both are known."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from hepunits import hour, keV, kg
from numpy.typing import ArrayLike

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
from .nuclei import Target
from .prediction import Prediction
from .responses import NO_SMEARING, Efficiency, Response
from .scattering import recoil_max
from .sources import Source

__all__ = ["FREE", "LEAST_EXPOSURE", "Experiment", "check_sigma_alpha"]

LEAST_EXPOSURE = 1e-6 * kg * hour
"""Less than any detector has had; a mass without a time is less."""

FREE = 1e6
"""Relative uncertainty above which a normalisation is as free as it can be."""


def check_sigma_alpha(value: float) -> None:
    """Raise a ValueError unless a number can be the uncertainty of a normalisation."""
    if number("sigma_alpha", value, not_negative) > FREE:
        raise ValueError(f"sigma_alpha = {value}: give at most {FREE:g}")


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
        check_sigma_alpha(self.sigma_alpha)
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

    @cached_property
    def _prediction(self) -> Prediction:
        times = None if self.times is None else np.asarray(self.times)
        bins = np.asarray(self.bins)
        return Prediction.of(
            self.target, self.source, self.response, self._probability, bins, times
        )

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
        total = self.exposure * self._prediction.polynomial(mediator)
        if not np.all(np.isfinite(total)):
            raise ValueError(
                f"exposure = {self.exposure}, mediator = {mediator}: the counts are not finite; "
                "give a smaller exposure, flux or form factor"
            )
        return total

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
