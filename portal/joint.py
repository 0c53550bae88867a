"""Several experiments as one measurement, with normalisations that they share."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import block_diag

from ._validate import Array, instance, not_negative, number
from .detectors import Experiment, check_sigma_alpha
from .measurements import Whitening
from .mediators import Mediator

__all__ = ["Joint", "Measurement", "by_part", "check_measurement"]


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
    sources: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_sigma_alpha(self.sigma_alpha)
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
