"""How a recoil energy becomes what a detector observes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import gammaln, xlogy

from ._validate import Array, number, positive

Efficiency = Callable[[Array], Array]


@dataclass(frozen=True)
class Sharp:
    """A detector without smearing: it observes x = gain × E_R.

    Parameters
    ----------
    gain : float
        Observable per recoil energy (1/MeV); 1 if the bins are recoil energies.

    Raises
    ------
    ValueError
        If the gain is not above zero.

    >>> Sharp().probability(np.array([0.0, 1.0, 2.0]), np.array([0.5, 1.0]), np.ones_like)
    array([[1., 0.],
           [0., 1.]])
    """

    gain: float = 1.0
    blind: ClassVar[float] = 0.0

    def __post_init__(self) -> None:
        number("gain", self.gain, positive)

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
        x = self.gain * recoil
        inside = (bins[:-1, np.newaxis] <= x) & (x < bins[1:, np.newaxis])
        return inside * efficiency(x)

    def recoil_range(self, bins: Array) -> tuple[float, float]:
        """Recoil energies (MeV) that can be counted."""
        return bins[0] / self.gain, bins[-1] / self.gain


NO_SMEARING = Sharp()
"""The observable is the recoil energy itself."""


@dataclass(frozen=True)
class Photoelectrons:
    """A detector that counts photoelectrons, Poisson-distributed about gain × E_R.

    The observable is the charge in units of one photoelectron.  A signal of n photoelectrons is
    read as a charge in [n, n + 1), where the efficiency is taken at the centre of that bin of
    width one; with probability `below` it is read in [n − 1, n) instead.

    Parameters
    ----------
    gain : float
        Mean photoelectrons per recoil energy (1/MeV), such as ``1.17 / keV``.
    below : float
        The default, 0, follows COHERENT's own prediction best; ½ would spread the charge evenly
        about n, and take 6 % off the total (chapter 01).

    Raises
    ------
    ValueError
        If the gain is not above zero, or `below` is no probability.

    >>> seen = Photoelectrons(gain=1.0).probability(np.array([2, 4]), np.array([3.0]), np.ones_like)
    >>> print(f"{seen[0, 0]:.3f}")  # e⁻³ (3²/2! + 3³/3!)
    0.448
    """

    gain: float
    below: float = 0.0
    blind: ClassVar[float] = 1.0

    def __post_init__(self) -> None:
        number("gain", self.gain, positive)
        if not 0 <= number("below", self.below) <= 1:
            raise ValueError(f"below = {self.below}: give a probability between 0 and 1")

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
        poisson = np.exp(xlogy(n, self.gain * recoil) - self.gain * recoil - gammaln(n + 1))
        in_unit_bin = (1 - self.below) * poisson[:-1] + self.below * poisson[1:]
        seen = efficiency(j + 0.5)[:, np.newaxis] * in_unit_bin
        return np.add.reduceat(seen, np.searchsorted(j, bins[:-1]), axis=0)

    def recoil_range(self, bins: Array) -> tuple[float, float]:
        """Recoil energies (MeV) that can be counted: up to ten standard deviations beyond."""
        return 0.0, (bins[-1] + 10 * np.sqrt(bins[-1] + 25)) / self.gain
