"""How a recoil energy becomes what a detector observes.

A response is the probability P(x|E_R) that a recoil E_R is measured as x.  Bins, efficiency and
steady background of an `Experiment` are functions of x, in its unit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np
from hepunits import keV
from numpy.typing import ArrayLike
from scipy.special import gammaln, xlogy

from ._validate import Array, ascending, frozen, not_negative, number, positive
from .quadrature import gauss_legendre
from .quenching import (
    RECOILS,
    Lindhard,
    Quenching,
    QuenchingTable,
    check_quenching,
    mean_signal,
    recoil_of_signal,
)

__all__ = [
    "NO_SMEARING",
    "Efficiency",
    "Gamma",
    "Gaussian",
    "Lindhard",
    "Matrix",
    "Photoelectrons",
    "Quenching",
    "QuenchingTable",
    "Response",
    "Sharp",
    "efficiency_steps",
]

Efficiency = Callable[[Array], Array]

_REACH = 5.0
"""A signal this many standard deviations outside all bins is not counted."""

_BLOCK = 2**20
"""Elements of the arrays that a response works on at once; it bounds the memory."""


@runtime_checkable
class Response(Protocol):
    """What a response has to provide; any object with these three will do."""

    @property
    def blind(self) -> float:
        """Recoils without energy are not counted if the lowest edge is above this."""

    def panels(self, x: Array) -> Array:
        """Recoil energies (MeV), ascending, between which `probability` is smooth.

        No recoil below the first or above the last is counted.

        Parameters
        ----------
        x : array (k,)
            Edges of the bins, ascending, and steps of the efficiency between them.
        """

    def probability(self, bins: Array, recoil: Array, efficiency: Efficiency) -> Array:
        """Probability (n, r) that recoils (r,) are counted in bins (n + 1 edges)."""


def efficiency_steps(efficiency: Efficiency, bins: Array) -> Array:
    """Where an efficiency jumps, to the last bits: by bisection from 64 samples in each bin.

    A jump is missed if it is smaller than 1e-3, or undone within 1/64 of the bin.

    Parameters
    ----------
    efficiency : function of the measured quantity
    bins : array (n + 1,)

    >>> efficiency_steps(lambda x: np.where(x < 0.16, 0.0, 0.9), np.array([0.1, 0.5])).round(12)
    array([0.16])
    """
    split = np.arange(64) / 64
    x = np.append((bins[:-1, np.newaxis] + np.diff(bins)[:, np.newaxis] * split).ravel(), bins[-1])
    value = efficiency(x)
    jump = np.abs(np.diff(value)) > 1e-3
    low, high, f_low, f_high = x[:-1][jump], x[1:][jump], value[:-1][jump], value[1:][jump]
    for _ in range(60):
        if not low.size:
            break
        middle = (low + high) / 2
        f = efficiency(middle)
        left = np.abs(f - f_low) > np.abs(f_high - f)
        low, f_low = np.where(left, low, middle), np.where(left, f_low, f)
        high, f_high = np.where(left, middle, high), np.where(left, f, f_high)
        keep = np.abs(f_high - f_low) > 1e-3
        low, high, f_low, f_high = low[keep], high[keep], f_low[keep], f_high[keep]
    return high


@dataclass(frozen=True)
class Sharp:
    """A detector without smearing: it observes x = gain × quenching(E_R).

    Parameters
    ----------
    gain : float
        Observable per energy; 1 if the bins are energies.
    quenching : float or function
        A factor, or the electron-equivalent energy (MeV) as a function of the recoil energy
        (MeV), such as `Lindhard` or `QuenchingTable`; it may not fall.

    Raises
    ------
    ValueError
        If the gain or a constant quenching is not above zero, or the quenching falls.

    >>> Sharp().probability(np.array([0.0, 1.0, 2.0]), np.array([0.5, 1.0]), np.ones_like)
    array([[1., 0.],
           [0., 1.]])
    """

    gain: float = 1.0
    quenching: Quenching = 1.0
    blind: ClassVar[float] = 0.0

    def __post_init__(self) -> None:
        number("gain", self.gain, positive)
        check_quenching(self.quenching)

    def probability(self, bins: Array, recoil: Array, efficiency: Efficiency) -> Array:
        """Probability that a recoil is counted in a bin.

        Parameters
        ----------
        bins : array (n + 1,)
            Edges of the observable, ascending.
        recoil : array (r,)
            Recoil energies (MeV).
        efficiency : function of the observable

        Returns
        -------
        array (n, r)
        """
        x = mean_signal(self.gain, self.quenching, recoil)
        inside = (bins[:-1, np.newaxis] <= x) & (x < bins[1:, np.newaxis])
        return inside * efficiency(x)

    def panels(self, x: Array) -> Array:
        """Recoil energies (MeV) at which the signal crosses an edge or a step."""
        return recoil_of_signal(self.gain, self.quenching, x)


NO_SMEARING = Sharp()
"""The observable is the recoil energy itself."""


@dataclass(frozen=True)
class Photoelectrons:
    """A detector that counts photoelectrons, Poisson-distributed about gain × quenching(E_R).

    The observable is the charge in units of one photoelectron.  A signal of n photoelectrons is
    read as a charge in [n, n + 1), where the efficiency is taken at the centre of that bin of
    width one; with probability `below` it is read in [n − 1, n) instead.

    Parameters
    ----------
    gain : float
        Mean photoelectrons per electron-equivalent energy (1/MeV), such as ``13.348 / keV``; per
        recoil energy if the quenching is 1, such as ``1.17 / keV``.
    below : float
        The default, 0, follows COHERENT's own prediction best; ½ would spread the charge evenly
        about n, and take 6 % off the total (chapter 05).
    quenching : float or function
        See `Sharp`.

    Raises
    ------
    ValueError
        If the gain is below 0.01 per keV (a forgotten unit), `below` is no probability, or the
        quenching falls.

    >>> three = Photoelectrons(gain=1 / keV)
    >>> seen = three.probability(np.array([2, 4]), np.array([3 * keV]), np.ones_like)
    >>> print(f"{seen[0, 0]:.3f}")  # e⁻³ (3²/2! + 3³/3!)
    0.448
    """

    gain: float
    below: float = 0.0
    quenching: Quenching = 1.0
    blind: ClassVar[float] = 1.0

    def __post_init__(self) -> None:
        if number("gain", self.gain, positive) < 0.01 / keV:
            raise ValueError(
                f"gain = {self.gain}: give photoelectrons per energy, above 0.01 / keV, such as "
                "1.17 / keV"
            )
        if not 0 <= number("below", self.below) <= 1:
            raise ValueError(f"below = {self.below}: give a probability between 0 and 1")
        check_quenching(self.quenching)

    def probability(self, bins: Array, recoil: Array, efficiency: Efficiency) -> Array:
        """Probability (n, r) that a recoil is counted in a bin; see `Sharp.probability`.

        Raises
        ------
        ValueError
            If an edge is not a whole number.
        """
        if np.any(bins % 1):
            raise ValueError(f"bins = {bins}: give whole numbers of photoelectrons")
        j = np.arange(bins[0], bins[-1])
        n = np.append(j, bins[-1])[:, np.newaxis]
        kept, first = efficiency(j + 0.5)[:, np.newaxis], np.searchsorted(j, bins[:-1])
        mean = mean_signal(self.gain, self.quenching, recoil)
        seen = np.empty((len(bins) - 1, len(recoil)))
        for part in _blocks(len(n), len(recoil)):
            poisson = np.exp(xlogy(n, mean[part]) - mean[part] - gammaln(n + 1))
            in_unit_bin = (1 - self.below) * poisson[:-1] + self.below * poisson[1:]
            seen[:, part] = np.add.reduceat(kept * in_unit_bin, first, axis=0)
        return seen

    def panels(self, x: Array) -> Array:
        """Recoil energies (MeV) between edges, up to ten standard deviations beyond the last.

        Above 36 photoelectrons half a standard deviation is narrow enough.
        """
        # 4√x grows by one in half a standard deviation √x/2: the first edge of each step is kept;
        # below, each edge has a number of its own
        number_of_half = np.where(x <= 36, -1 - np.arange(len(x))[::-1], np.floor(4 * np.sqrt(x)))
        kept = x[np.unique(number_of_half, return_index=True)[1]]
        end = x[-1] + 10 * np.sqrt(x[-1] + 25)
        return recoil_of_signal(
            self.gain, self.quenching, np.concatenate([[0.0], kept, x[-1:], [end]])
        )


@dataclass(frozen=True)
class Gaussian:
    """A detector whose measured energy is spread as a Gaussian about quenching(E_R).

    A signal further than five standard deviations outside all bins is not counted; nor is a
    recoil without energy, if the lowest edge is above 5 σ(0).

    Parameters
    ----------
    sigma : float or function
        Standard deviation (MeV), or a function of the mean signal (MeV), such as
        ``lambda x: 0.58 * np.sqrt(x * keV)`` for 58 % at 1 keV.
    quenching : float or function
        See `Sharp`.

    Raises
    ------
    ValueError
        If σ is negative, or zero for a signal above zero, or the quenching falls.

    >>> seen = Gaussian(1 * keV).probability(
    ...     np.array([1, 3]) * keV, np.array([2 * keV]), np.ones_like
    ... )
    >>> print(seen.round(4))  # within one standard deviation
    [[0.6827]]
    """

    sigma: float | Callable[[Array], Array]
    quenching: Quenching = 1.0

    def __post_init__(self) -> None:
        if callable(self.sigma):
            try:
                sigma = not_negative("sigma", self.sigma(RECOILS))
                good = sigma.shape == RECOILS.shape
            except Exception as error:
                raise TypeError(
                    f"sigma = {self.sigma!r}: give a number, or a function of an array of signals "
                    f"({error})"
                ) from error
            if not good or np.any(sigma[1:] <= 0):
                raise ValueError(f"sigma = {self.sigma!r}: give a function with values above zero")
        else:
            number("sigma", self.sigma, positive)
        check_quenching(self.quenching)

    @property
    def blind(self) -> float:
        """Lowest edge that a recoil without energy does not reach (MeV)."""
        return _REACH * float(self._sigma(np.zeros(1))[0])

    def _sigma(self, signal: Array) -> Array:
        return self.sigma(signal) if callable(self.sigma) else np.full_like(signal, self.sigma)

    def _density(self, x: Array, mean: Array, sigma: Array) -> Array:
        """Probability per measured energy."""
        return np.exp(-(((x - mean) / sigma) ** 2) / 2) / (np.sqrt(2 * np.pi) * sigma)

    def _every_sigma(self, low: float, high: float) -> Array:
        """Signals from high down to low, a standard deviation or 30 % apart; ascending."""
        points = [high]
        while points[-1] > max(low, 1e-6 * high):
            sigma = self._sigma(np.array(points[-1:]))[0]
            points.append(max(low, points[-1] - min(sigma, 0.3 * points[-1])))
        return np.unique([low, *points])

    def probability(self, bins: Array, recoil: Array, efficiency: Efficiency) -> Array:
        """Probability (n, r) that a recoil is counted in a bin; see `Sharp.probability`."""
        inner = self._every_sigma(bins[0], bins[-1])
        edges = np.unique(np.concatenate([bins, efficiency_steps(efficiency, bins), inner]))
        x, width = gauss_legendre(edges)
        kept, first = (width * efficiency(x))[:, np.newaxis], np.searchsorted(x, bins[:-1])
        mean = mean_signal(1.0, self.quenching, recoil)
        sigma = self._sigma(mean)
        seen = np.zeros((len(bins) - 1, len(recoil)))
        for part in _blocks(len(x), len(recoil)):
            density = self._density(x[:, np.newaxis], mean[part], sigma[part])
            seen[:, part] = np.add.reduceat(kept * density, first, axis=0)
        return seen

    def panels(self, x: Array) -> Array:
        """Recoil energies (MeV) about one standard deviation of the signal apart."""
        signal = np.concatenate([[0.0], x[-1] * np.geomspace(1e-6, 1e2, 4000)])
        near = np.abs(signal - signal.clip(x[0], x[-1])) <= _REACH * self._sigma(signal)
        low, high = signal[near][[0, -1]]
        return recoil_of_signal(1.0, self.quenching, self._every_sigma(low, high))


class Gamma(Gaussian):
    """A detector whose measured energy follows a gamma distribution; else as `Gaussian`.

    It has the mean quenching(E_R) and the standard deviation σ, is never negative, and leans to
    high values where σ is as large as the mean: the usual form for few charges.

    >>> seen = Gamma(1 * keV).probability(
    ...     np.array([1, 2]) * keV, np.array([1 * keV]), np.ones_like
    ... )
    >>> print(seen.round(4))  # 1/e − 1/e²
    [[0.2325]]
    """

    def _density(self, x: Array, mean: Array, sigma: Array) -> Array:
        scale = sigma**2 / mean
        shape = mean / scale
        return np.exp(xlogy(shape - 1, x / scale) - x / scale - gammaln(shape)) / scale


@dataclass(frozen=True, eq=False)
class Matrix:
    """A response given as a table: recoil energies × measured bins, as collaborations publish.

    The efficiency is taken at the centres of the measured bins.

    Parameters
    ----------
    recoils : array (m + 1,)
        Edges of the recoil energies (MeV), ascending.
    table : array (m, n)
        Probability that a recoil between two edges is measured in each of the `n` bins.

    Raises
    ------
    ValueError
        If a value is no probability, or the shapes do not fit.

    >>> half = Matrix([0.0, 1 * keV, 2 * keV], [[0.5, 0.0], [0.0, 0.5]])
    >>> half.probability(np.array([3, 4, 5]), np.array([1.5 * keV]), np.ones_like).ravel()
    array([0. , 0.5])
    """

    recoils: ArrayLike
    table: ArrayLike

    def __post_init__(self) -> None:
        recoils = ascending("recoils", not_negative("recoils", self.recoils))
        table = not_negative("table", self.table)
        if table.ndim != 2 or len(table) != len(recoils) - 1:
            raise ValueError(
                f"table of shape {table.shape}: give a row for each of {len(recoils) - 1} recoils"
            )
        if np.any(table.sum(axis=1) > 1 + 1e-6):
            raise ValueError(f"table: a row adds up to {table.sum(axis=1).max()}: give at most 1")
        object.__setattr__(self, "recoils", frozen(recoils))
        object.__setattr__(self, "table", frozen(table))

    @property
    def blind(self) -> float:
        """Infinite if a recoil without energy may be counted, whatever the bins are."""
        recoils, table = np.asarray(self.recoils), np.asarray(self.table)
        return np.inf if recoils[0] == 0 and np.any(table[0]) else -np.inf

    def probability(self, bins: Array, recoil: Array, efficiency: Efficiency) -> Array:
        """Probability (n, r) that a recoil is counted in a bin; see `Sharp.probability`."""
        recoils, table = np.asarray(self.recoils), np.asarray(self.table)
        if table.shape[1] != len(bins) - 1:
            raise ValueError(
                f"bins = {bins}: give {table.shape[1] + 1} edges, for the columns of the table"
            )
        row = np.searchsorted(recoils, recoil, side="right") - 1
        inside = (row >= 0) & (row < len(table))
        seen = table[row.clip(0, len(table) - 1)].T * inside
        return seen * efficiency((bins[1:] + bins[:-1]) / 2)[:, np.newaxis]

    def panels(self, x: Array) -> Array:
        """Edges (MeV) of the recoil energies."""
        return np.asarray(self.recoils)


def _blocks(rows: int, columns: int) -> list[slice]:
    """Columns in blocks of a bounded number of elements."""
    step = max(1, _BLOCK // rows)
    return [slice(i, i + step) for i in range(0, columns, step)]
