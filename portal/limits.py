"""Limits as curves over the mass of the mediator, and the first edge for one mass.

A limit is an edge of the band that holds zero.  Where zero is excluded there is no limit but a
measurement: its bands have an inner edge too, and `upper` and `lower` refuse to hand one out.
"""

import json
import os
from dataclasses import dataclass
from operator import le
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from hepunits import MeV, TeV
from numpy.typing import ArrayLike

from ._validate import Array, finite, number
from .joint import Measurement, check_measurement
from .mediators import Mediator, Vector, check_mediator, direct, suppressed
from .poisson import Band
from .statistics import allowed_couplings

__all__ = ["COLUMNS", "LimitCurve", "first_edge", "limit_curve", "strongest", "typical_momentum"]

COLUMNS = ["mass_MeV", "low", "high"]
"""Columns of a curve as a table, one row for each band."""


@dataclass(frozen=True)
class LimitCurve:
    """Allowed couplings against mass.

    Parameters
    ----------
    masses : array (n,)
        m′ (MeV).
    bands : list of n lists of (low, high)
        Every allowed band, ascending; an open end is infinite.

    Raises
    ------
    ValueError
        If there is not one list of bands for each mass, with at least one ascending band.

    >>> curve = LimitCurve([1.0, 10.0], [[(-1.0, 2.0), (5.0, 6.0)], [(-2.0, 4.0)]])
    >>> curve.upper
    array([2., 4.])
    >>> print(curve.second[0])
    [5.0 6.0]
    """

    masses: ArrayLike
    bands: list[list[Band]]

    def __post_init__(self) -> None:
        masses = finite("masses", self.masses)
        if masses.shape != (len(self.bands),):
            raise ValueError(
                f"masses has shape {masses.shape}: give one mass for each of the {len(self.bands)} "
                "lists of bands"
            )
        for bands in self.bands:
            edges = [edge for band in bands for edge in band]
            pairs = [len(band) for band in bands] == [2] * (len(bands) or 1)
            if not pairs or not all(map(le, edges, edges[1:])):
                raise ValueError(
                    f"bands = {bands}: give at least one (low, high) for each mass, ascending"
                )
        object.__setattr__(self, "masses", masses)

    @property
    def zero_allowed(self) -> Array:
        """Whether no coupling at all is allowed too (n,), so that there is a limit."""
        return np.array(
            [any(low <= 0 <= high for low, high in bands) for bands in self.bands], dtype=bool
        )

    @property
    def upper(self) -> Array:
        """First edge above zero (n,): the limit.  It is infinite for an open band.

        Raises
        ------
        ValueError
            If zero is excluded at a mass; `bands`, `outer` and `plot` know what is allowed there.
        """
        excluded = ~self.zero_allowed
        if np.any(excluded):
            at = int(excluded.argmax())
            raise ValueError(
                f"masses = {np.asarray(self.masses)[at]}: zero is excluded there, so the bands "
                f"{self.bands[at]} are no limit; use bands, outer or plot"
            )
        return self._nearest(0)[:, 1].filled()

    @property
    def lower(self) -> Array:
        """First edge below zero (n,): the limit on that side; errors as for `upper`."""
        return -self.mirrored.upper

    @property
    def outer(self) -> Array:
        """Last edge (n,): no larger coupling is allowed.  It is infinite for an open band."""
        return np.array([bands[-1][1] for bands in self.bands])

    @property
    def second(self) -> Array:
        """Edges (n, 2) of the second band from zero, masked where there is one band only.

        A vector may undo the weak force twice over; then the counts are those of the Standard
        Model, and the band about that coupling mirrors the one about zero.
        """
        return self._nearest(1)

    @property
    def mirrored(self) -> "LimitCurve":
        """The same limits on −g."""
        bands = [[(-high, -low) for low, high in reversed(bands)] for bands in self.bands]
        return LimitCurve(self.masses, bands)

    def _nearest(self, rank: int) -> Any:
        """Edges (n, 2) of the first or second band from zero, masked where there is none."""
        nothing = (np.nan, np.nan)
        # how far zero lies outside of a band is the larger of low and −high
        sort = [sorted(bands, key=lambda band: max(band[0], -band[1], 0.0)) for bands in self.bands]
        edges = [bands[rank] if rank < len(bands) else nothing for bands in sort]
        values = np.array(edges).reshape(-1, 2)
        return np.ma.masked_where(np.isnan(values), values)

    def plot(self, axes: Any, **line: Any) -> None:
        """Draw the limit on couplings above zero as a line, and shade every other band there.

        Where zero is excluded the line stops and the band nearest to zero is shaded too.

        Parameters
        ----------
        axes : matplotlib.axes.Axes
        line : options of ``axes.plot``
        """
        first, limited = self._nearest(0), self.zero_allowed
        (drawn,) = axes.plot(self.masses, np.ma.masked_where(~limited, first[:, 1]), **line)
        for edges, shaded in ((first, ~limited), (self.second, np.ones_like(limited))):
            low, high = np.ma.masked_where(~shaded[:, np.newaxis] | (edges <= 0), edges).T
            if low.count():
                look = {"color": drawn.get_color(), "alpha": 0.3, "linewidth": 0}
                axes.fill_between(self.masses, low, high, **look)

    @property
    def _rows(self) -> list[tuple[float, float, float]]:
        masses = np.asarray(self.masses).tolist()
        return [
            (mass, *band) for mass, bands in zip(masses, self.bands, strict=True) for band in bands
        ]

    def to_csv(self, file: str | os.PathLike[str] | TextIO) -> None:
        """Write a row of mass (MeV), low and high for each band.

        Parameters
        ----------
        file : path or open text file
        """
        rows = [",".join(repr(float(value)) for value in row) for row in self._rows]
        _write(file, "\n".join([",".join(COLUMNS), *rows, ""]))

    @classmethod
    def from_csv(cls, file: str | os.PathLike[str] | TextIO) -> "LimitCurve":
        """Read what `to_csv` wrote, to the last digit.

        Raises
        ------
        ValueError
            If the columns are others.

        >>> from io import StringIO
        >>> LimitCurve.from_csv(StringIO("mass_MeV,low,high\\n1.0,-2.0,3.0\\n")).bands
        [[(-2.0, 3.0)]]
        """
        text = Path(file).read_text("utf-8") if isinstance(file, str | os.PathLike) else file.read()
        header, *lines = text.split() or [""]
        if header.split(",") != COLUMNS:
            raise ValueError(f"file starts with {header!r}: give columns {','.join(COLUMNS)}")
        bands: dict[float, list[Band]] = {}
        for line in lines:
            mass, low, high = (float(value) for value in line.split(","))
            bands.setdefault(mass, []).append((low, high))
        return cls(list(bands), list(bands.values()))

    def to_hepdata(self, file: str | os.PathLike[str] | TextIO, coupling: str = "g") -> None:
        """Write a table in the format of HEPData, as the part of YAML that is JSON too.

        Parameters
        ----------
        file : path or open text file
        coupling : str
            Name of the coupling in the header.
        """
        mass, *edges = zip(*self._rows, strict=True) if self._rows else ((), (), ())
        columns = [
            {"header": header, "values": [{"value": _hepdata(v)} for v in values]}
            for header, values in (
                ({"name": "mass of the mediator", "units": "MeV"}, mass),
                ({"name": f"{coupling}, lower edge"}, edges[0]),
                ({"name": f"{coupling}, upper edge"}, edges[1]),
            )
        ]
        table = {"independent_variables": columns[:1], "dependent_variables": columns[1:]}
        _write(file, json.dumps(table, indent=1) + "\n")


def _hepdata(value: float) -> float | str:
    """An infinite edge as text, which is how HEPData takes what is no number."""
    return value if np.isfinite(value) else str(value)


def _write(file: str | os.PathLike[str] | TextIO, text: str) -> None:
    if isinstance(file, str | os.PathLike):
        Path(file).write_text(text, encoding="utf-8")
    else:
        file.write(text)


def limit_curve(experiment: Measurement, mediator: Mediator, n_sigma: float = 2.0) -> LimitCurve:
    """Allowed couplings for an array of masses (the curves of paper Figs. 2, 3, 5 and 6).

    Parameters
    ----------
    experiment : Experiment or Joint
    mediator : Vector or Scalar
        With an array of masses (MeV).
    n_sigma : float
        Standard deviations from the best fit, above zero.

    Raises
    ------
    ValueError
        If the mediator has no array of masses, or `n_sigma` is not above zero.

    >>> from portal import Scalar, experiments
    >>> curve = limit_curve(experiments.coherent_csi_2017(), Scalar([1000.0, 2000.0]))
    >>> round(float(curve.upper[1] / curve.upper[0]), 2)
    3.99
    """
    check_mediator(mediator)
    if np.ndim(mediator.mass) != 1:
        raise ValueError(f"mediator.mass = {mediator.mass}: give an array of masses")
    bands = allowed_couplings(experiment, mediator, n_sigma)
    return LimitCurve(mediator.mass, bands)  # type: ignore[arg-type]


def first_edge(experiment: Measurement, mediator: Mediator, n_sigma: float = 2.0) -> float:
    """First edge of the allowed couplings above zero: the limit at one mass.

    Parameters
    ----------
    experiment : Experiment or Joint
    mediator : Vector or Scalar
        Of one mass.
    n_sigma : float
        Standard deviations from the best fit, above zero.

    Returns
    -------
    float
        Infinite if the band about zero is open.

    Raises
    ------
    ValueError
        If zero is excluded, the mediator has many masses, or as for `allowed_couplings`.

    >>> from portal.experiments import coherent_csi_2017
    >>> print(f"{first_edge(coherent_csi_2017(), Vector(1.0, suppressed(50.0))):.2e}")
    1.54e-09
    """
    check_mediator(mediator)
    mass = number("mediator.mass", mediator.mass)
    bands = allowed_couplings(experiment, mediator, n_sigma)
    return float(LimitCurve([mass], [bands]).upper[0])  # type: ignore[list-item]


def strongest(*curves: LimitCurve) -> Array:
    """Sizes (2, n) of the lowest limits of several experiments, on g > 0 and on g < 0.

    Parameters
    ----------
    curves : LimitCurve
        At the same n masses.

    Raises
    ------
    ValueError
        If there is no curve, their masses differ, or one of them excludes zero.

    >>> curves = [LimitCurve([1.0], [[(-3.0, 2.0)]]), LimitCurve([1.0], [[(-1.0, 4.0)]])]
    >>> strongest(*curves).tolist()
    [[2.0], [1.0]]
    """
    if len({tuple(np.asarray(curve.masses)) for curve in curves}) != 1:
        raise ValueError(f"curves = {curves!r}: give one or more, at the same masses")
    return np.asarray(np.min([(curve.upper, -curve.lower) for curve in curves], axis=0))


def typical_momentum(experiment: Measurement) -> float:
    """Root mean square of the momentum transfer q (MeV) of what the Standard Model lets expect.

    The interference with a heavy vector measures it: n1 for F = Q² over n1 for F = 1 is the mean
    of Q².  With q0 at this value the heavy limits with and without form factor are alike, where
    only the rate decides.

    >>> from portal.experiments import coherent_csi_2017
    >>> round(typical_momentum(coherent_csi_2017()))
    54
    """
    check_measurement(experiment)
    heavy = 1 * TeV
    with_q2, without = (
        experiment.polynomial(Vector(heavy, form_factor))[1].sum()
        for form_factor in (suppressed(1 * MeV), direct)
    )
    if not without:
        raise ValueError(
            f"experiment = {experiment}: it expects no event; give bins that recoils reach"
        )
    return float(np.sqrt(with_q2 / without))
