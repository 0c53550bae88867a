"""How a recoil energy becomes what a detector observes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import gammaln, xlogy

from ._validate import Array, positive

Efficiency = Callable[[Array], Array]


@dataclass(frozen=True)
class Sharp:
    """A detector without smearing: it observes x = gain × E_R.

    Parameters
    ----------
    gain : float
        Observable per recoil energy (1/MeV); 1 if the bins are recoil energies.
    """

    gain: float = 1.0
    blind: ClassVar[float] = 0.0

    def __post_init__(self) -> None:
        positive("gain", self.gain)

    def probability(self, bins: Array, recoil: Array, efficiency: Efficiency) -> Array:
        """Probability (bins, recoils) that a recoil is counted in a bin."""
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
    """

    gain: float
    below: float = 0.0
    blind: ClassVar[float] = 1.0

    def __post_init__(self) -> None:
        positive("gain", self.gain)
        if not 0 <= self.below <= 1:
            raise ValueError(f"below = {self.below}: give a probability between 0 and 1")

    def probability(self, bins: Array, recoil: Array, efficiency: Efficiency) -> Array:
        """Probability (bins, recoils) that a recoil is counted in a bin."""
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
