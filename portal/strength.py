"""How strong the signal is: its number of events, with no theory of its rate.

The counts are μ n + Σ b_k + Σ c_j θ_j with n the shape of the signal, and μ is free.  In the
Gaussian form all is linear: with O = L⁻¹N_obs and T = L⁻¹n (see `statistics`),

    μ = O·T/T·T ± 1/√(T·T),   χ²(0) − χ²(μ) = (O·T)²/T·T,   θ_j = (L⁻¹c_j)·(O − μT) .

The last equation is where each nuisance is pulled to, so a fit also measures the backgrounds.
"""

from dataclasses import dataclass

import numpy as np

from ._validate import instance
from .detectors import Experiment

__all__ = ["Strength", "signal_strength"]


@dataclass(frozen=True)
class Strength:
    """A fitted signal.

    Parameters
    ----------
    events : float
        Fitted number of events of signal, μ Σ n.
    down, up : float
        Its errors on both sides, χ² = χ²_min + 1.
    without : float
        Δχ² of no signal at all; the significance is its square root.
    backgrounds : tuple of float
        Fitted number of events of each background that has an error.
    """

    events: float
    down: float
    up: float
    without: float
    backgrounds: tuple[float, ...]


def signal_strength(experiment: Experiment) -> Strength:
    """Fit the number of events of signal, the normalisation being free.

    Parameters
    ----------
    experiment : Experiment
        Its ``sigma_alpha`` is not used.

    Raises
    ------
    ValueError
        If no signal is expected, or a bin expects neither signal nor background.

    >>> from portal.experiments import coherent_csi_2017
    >>> fit = signal_strength(coherent_csi_2017(timing=True))
    >>> round(fit.events), round(fit.up)
    (129, 24)
    """
    instance("experiment", experiment, Experiment, "an Experiment")
    counts = experiment.counts()
    seen, expected = experiment.whitened(experiment.observed), experiment.whitened(counts)
    weight = float(expected @ expected)
    if weight == 0:
        raise ValueError(f"experiment = {experiment}: it expects no signal")
    mu = float(seen @ expected) / weight
    error = float(counts.sum() / np.sqrt(weight))
    pulls = experiment.whitened(experiment.shifts) @ (seen - mu * expected)
    uncertain = [part for part in experiment.backgrounds if part.error]
    fitted = tuple(
        float(np.sum(part.counts) * (1 + part.error * pull))
        for part, pull in zip(uncertain, pulls[: len(uncertain)], strict=True)
    )
    return Strength(mu * float(counts.sum()), error, error, mu**2 * weight, fitted)
