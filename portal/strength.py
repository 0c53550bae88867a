"""How strong the signal is: its number of events, with no theory of its rate.

The counts are μ n + Σ b_k (1 + β_k θ_k) with n the shape of the signal, and μ is free.  In the
Gaussian form all is linear: with O = L⁻¹N_obs and T = L⁻¹n (see `measurements`),

    μ = O·T/T·T ± 1/√(T·T),   χ²(0) − χ²(μ) = (O·T)²/T·T,   θ_k = β_k (L⁻¹b_k)·(O − μT) .

The last equation is where each background is pulled to, so a fit measures the backgrounds too.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from ._validate import Array, frozen, instance, not_negative
from .detectors import Experiment
from .measurements import (
    Background,
    Whitening,
    check_background,
    check_data,
    total_background,
)
from .poisson import profile, search

__all__ = ["MULTIPLES", "Strength", "Template", "poisson_strength", "signal_strength"]

MULTIPLES = np.append(0.0, np.geomspace(1e-3, 1e3, 181))
"""Strengths μ at which the likelihood of Poisson is looked at first."""


@dataclass(frozen=True)
class Strength:
    """A fitted signal.

    Parameters
    ----------
    events : float
        Number of events of signal, μ Σ n.
    down, up : float
        Its errors on both sides, where χ² has risen by 1.
    without : float
        Δχ² of no signal at all; the significance is its square root.
    backgrounds : tuple of float
        Fitted number of events of each background that has an error; only in the Gaussian form.
    """

    events: float
    down: float
    up: float
    without: float
    backgrounds: tuple[float, ...] = ()


@dataclass(frozen=True, eq=False)
class Template:
    """Counts and a signal whose shape is given, so that only its strength can be asked.

    Parameters
    ----------
    signal : array (bins,)
        Expected signal.
    backgrounds : tuple of Background
    data : array (bins,)
        Counts, background included.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a number is negative.

    >>> flat = Template([5.0, 1.0], (Background([10.0, 10.0], error=0.5),), [16, 10])
    >>> round(signal_strength(flat).events, 2)
    8.09
    """

    signal: ArrayLike
    backgrounds: tuple[Background, ...]
    data: ArrayLike

    def __post_init__(self) -> None:
        signal = frozen(np.atleast_1d(not_negative("signal", self.signal)))
        object.__setattr__(self, "signal", signal)
        instance("backgrounds", self.backgrounds, tuple, "a tuple of Backgrounds")
        check_background(self.backgrounds, len(signal))
        object.__setattr__(self, "data", check_data(self.data, len(signal)))

    def counts(self) -> Array:
        """Expected signal (bins,)."""
        return np.asarray(self.signal)

    @property
    def raw_counts(self) -> Array:
        """Counts with their background (bins,)."""
        return np.asarray(self.data)

    @property
    def expected_background(self) -> Array:
        """All backgrounds together (bins,)."""
        return total_background(self.backgrounds, np.size(self.signal))

    @property
    def observed(self) -> Array:
        """Counts with the background taken off (bins,)."""
        return self.raw_counts - self.expected_background

    @cached_property
    def shifts(self) -> Array:
        """What each background changes by its error (any, bins)."""
        each = [part.shift for part in self.backgrounds if part.error]
        return np.array(each).reshape(-1, np.size(self.signal))

    @cached_property
    def _whitening(self) -> Whitening:
        return Whitening.of(self.counts() + self.expected_background, self.shifts)

    def whitened(self, counts: Array) -> Array:
        """Counts (..., bins) as L⁻¹N; see `Experiment.whitened`."""
        return self._whitening(counts)


def _checked(measured: Experiment | Template) -> Experiment | Template:
    """Leave out errors of the signal's shape, which belong to its prediction."""
    instance("measured", measured, Experiment | Template, "an Experiment or a Template")
    if isinstance(measured, Experiment):
        measured = replace(measured, shapes=())
    if not np.any(measured.counts()):
        raise ValueError(f"measured = {measured}: it expects no signal")
    return measured


def signal_strength(measured: Experiment | Template) -> Strength:
    """Fit the number of events of signal, the normalisation being free (Gaussian form).

    Parameters
    ----------
    measured : Experiment or Template
        ``sigma_alpha`` and ``shapes`` are not used: they are errors of what is predicted.

    Raises
    ------
    ValueError
        If no signal is expected, or a bin expects neither signal nor background.

    >>> from portal.experiments import coherent_csi_2017
    >>> fit = signal_strength(coherent_csi_2017(timing=True))
    >>> round(fit.events), round(fit.up)
    (129, 24)
    """
    measured = _checked(measured)
    counts = measured.counts()
    seen, expected = measured.whitened(measured.observed), measured.whitened(counts)
    weight = float(expected @ expected)
    mu = float(seen @ expected) / weight
    error = float(counts.sum() / np.sqrt(weight))
    pulls = measured.whitened(measured.shifts) @ (seen - mu * expected)
    uncertain = [part for part in measured.backgrounds if part.error]
    fitted = tuple(
        float(np.sum(part.counts) * (1 + part.error * pull))
        for part, pull in zip(uncertain, pulls, strict=True)
    )
    return Strength(mu * float(counts.sum()), error, error, mu**2 * weight, fitted)


def poisson_strength(measured: Experiment | Template) -> Strength:
    """Fit the same by the likelihood of Poisson, for few events; the signal is not negative.

    Parameters
    ----------
    measured : Experiment or Template
        As for `signal_strength`; the data must be counts.

    Raises
    ------
    ValueError
        As for `signal_strength`, or if the data are a signal with errors.

    >>> few = Template([5.0, 1.0], (Background([1.0, 1.0]),), [7, 2])
    >>> fit = poisson_strength(few)
    >>> f"{fit.events:.1f} +{fit.up:.1f} -{fit.down:.1f}"
    '7.1 +3.3 -2.6'
    """
    measured = _checked(measured)
    counts, background = measured.counts(), measured.expected_background

    def likelihood(mu: Array) -> Array:
        expected = (mu[..., np.newaxis] * counts + background).reshape(-1, len(counts))
        scaled = np.zeros((len(expected), 0, len(counts)))
        return profile(measured.raw_counts, expected, scaled, measured.shifts).reshape(mu.shape)

    bands, best, lowest = search(likelihood, MULTIPLES, 1.0)
    low, high = next(band for band in bands if band[0] <= best <= band[1])
    total = float(counts.sum())
    without = float(likelihood(np.zeros(1))[0]) - lowest
    return Strength(best * total, (best - max(low, 0.0)) * total, (high - best) * total, without)
