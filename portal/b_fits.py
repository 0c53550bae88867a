"""What the measured ratios R_K and R_K* say about a light mediator: fits of X_h (paper section 5).

ΔC9 is linear in X_h, so every ratio is a quadratic polynomial of it, χ² is a quartic one for each
choice of upward and downward errors, and every edge of a band is a root.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from hepunits import GeV
from numpy.polynomial.polynomial import polyder
from numpy.typing import ArrayLike

from ._validate import Array, finite, not_negative, number, positive, same_grid
from .b_decays import X_UNIT, delta_c9, ratio
from .poisson import Band
from .published import read_table
from .statistics import evaluate, join, multiply, roots

__all__ = [
    "MUONS",
    "Fit",
    "MeasuredRatio",
    "chi_squared",
    "fit",
    "measurements",
    "polynomial",
    "scanned",
]

MUONS = {"vector": 0.0, "left": -0.5}
"""Muon couplings: the share of ΔC9 that goes to ΔC10 (a left-handed one halves ΔC9 too)."""


def polynomial(
    mode: str, q2_min: float, q2_max: float, mass: ArrayLike, muon: str = "vector"
) -> Array:
    """Coefficients of a ratio, R = R0 + R1 X_h + R2 X_h².

    Parameters
    ----------
    mode, q2_min, q2_max
        As for `ratio`.
    mass : array
        m′ (MeV).
    muon : str
        "vector" for g_μ μ̄γμ, or "left" for g_μ μ̄γP_Lμ, which gives ΔC9 = −ΔC10 = half of it.

    Returns
    -------
    array (3, *masses)

    Raises
    ------
    ValueError
        As for `ratio`, if the muon coupling is unknown, or if m′² is in the bin.

    >>> from hepunits import GeV, MeV
    >>> print(polynomial("K", 1 * GeV**2, 6 * GeV**2, 10 * MeV)[0].round(3))
    1.0
    """
    if muon not in MUONS:
        raise ValueError(f"muon = {muon!r}: give one of {', '.join(MUONS)}")
    q2_min, q2_max = number("q2_min", q2_min), number("q2_max", q2_max)
    mass = not_negative("mass", mass)
    resonant = mass[(mass**2 >= q2_min) & (mass**2 <= q2_max)]
    if resonant.size:
        raise ValueError(
            f"mass = {resonant[0]} MeV: give masses with m′² outside {q2_min} to {q2_max} MeV²"
        )
    # three couplings fix a quadratic; these shift C9 by about one
    x_h = X_UNIT * np.array([-1.0, 0.0, 1.0]).reshape(-1, *[1] * (mass.ndim + 1))
    share = MUONS[muon]

    def c9(q2: Array) -> Array:
        return (1 + share) * delta_c9(q2, x_h, mass[..., np.newaxis])

    def c10(q2: Array) -> Array:
        return share * delta_c9(q2, x_h, mass[..., np.newaxis])

    low, middle, high = ratio(mode, q2_min, q2_max, c9, c10 if share else 0.0)
    return np.stack([middle, (high - low) / (2 * X_UNIT), ((high + low) / 2 - middle) / X_UNIT**2])


@dataclass(frozen=True)
class MeasuredRatio:
    """A measured ratio: mode, bin (MeV²), value, and its errors upwards and downwards.

    Raises
    ------
    ValueError
        If the value is not finite, or an error is not above zero.
    """

    mode: str
    q2_min: float
    q2_max: float
    value: float
    up: float
    down: float

    def __post_init__(self) -> None:
        """Check what no later function looks at."""
        number("value", self.value)
        number("up", self.up, positive)
        number("down", self.down, positive)

    @property
    def bin(self) -> tuple[str, float, float]:
        """Mode and bin, the first three arguments of `ratio`."""
        return self.mode, self.q2_min, self.q2_max

    @property
    def name(self) -> str:
        """Name in LaTeX, with the bin in GeV²."""
        mode = self.mode.replace("*", "^*")
        return f"$R_{{{mode}}}$ [{self.q2_min / GeV**2:g}, {self.q2_max / GeV**2:g}]"

    def predicted(self, x_h: ArrayLike, mass: ArrayLike, muon: str = "vector") -> Array:
        """R(X_h) in the bin, see `polynomial`; the arguments broadcast together.

        Raises
        ------
        ValueError
            As for `polynomial`, or if `x_h` is not finite.

        >>> print(measurements(2018)[0].predicted([0.0, 3e-8], 10.0).round(2))
        [1.   0.74]
        """
        x = finite("x_h", x_h)
        same_grid(x_h=x, mass=mass)
        r0, r1, r2 = polynomial(*self.bin, mass, muon)
        return np.asarray(r0 + r1 * x + r2 * x**2)

    def pull(self, ratio: ArrayLike) -> Array:
        """Distance of a predicted ratio from the measured one, in errors of that side.

        Raises
        ------
        ValueError
            If the ratio is not finite.

        >>> print(measurements(2018)[0].pull([1.0, 0.7]).round(1))
        [ 2.6 -0.5]
        """
        off = finite("ratio", ratio) - self.value
        return off / np.where(off > 0, self.up, self.down)


def measurements(year: int) -> tuple[MeasuredRatio, ...]:
    """R_K and R_K* as known in 2018 (paper (5.1), (5.2)), of LHCb in 2022 and of CMS in 2024.

    Statistical and systematic errors are added in quadrature, upwards and downwards apart.

    Raises
    ------
    ValueError
        If the year is none of them.

    >>> [(m.mode, m.value) for m in measurements(2018)]
    [('K', 0.745), ('K*', 0.66), ('K*', 0.69)]
    """
    table = read_table("lepton_universality.csv")
    rows = np.flatnonzero(table["year"] == year)
    if not len(rows):
        raise ValueError(f"year = {year}: give 2018, 2022 or 2024")
    up = np.hypot(table["stat_up"], table["syst_up"])
    down = np.hypot(table["stat_down"], table["syst_down"])
    numbers = [table["q2_min"] * GeV**2, table["q2_max"] * GeV**2, table["value"], up, down]
    return tuple(
        MeasuredRatio(str(table["mode"][row]), *(float(column[row]) for column in numbers))
        for row in rows
    )


def chi_squared(
    data: Sequence[MeasuredRatio], x_h: ArrayLike, mass: ArrayLike, muon: str = "vector"
) -> Array:
    """χ² of measured ratios, Σ (R − R_exp)²/σ², with the error of the side on which R lies.

    Parameters
    ----------
    data : sequence of MeasuredRatio
    x_h, mass : array
        X_h and m′ (MeV); they broadcast together.
    muon : str
        "vector" or "left", see `polynomial`.

    Raises
    ------
    ValueError
        As for `polynomial`, or if `x_h` is not finite.

    >>> print(chi_squared(measurements(2018), [0.0, 3e-8], 10.0).round(1))
    [18.8  5. ]
    """
    same_grid(x_h=finite("x_h", x_h), mass=mass)
    total = np.zeros(())
    for one in data:
        total = total + one.pull(one.predicted(x_h, mass, muon)) ** 2
    return total


def scanned(
    data: Sequence[MeasuredRatio],
    shifts: ArrayLike,
    lepton: str = "mu",
    muon: str = "vector",
    power: int = 1,
    mass: float = 0.0,
) -> tuple[Array, Array]:
    """Ratios and pulls (data, n) for shifts ΔC9 = c (q²/GeV²)^power GeV²/(q² − m′²).

    Power 1 is the form factor F ~ q², and with m′ = 0 heavy new physics; power 0 is F = 1.

    Parameters
    ----------
    data : sequence of MeasuredRatio
    shifts : array (n,)
        c.
    lepton, muon : str
        Which lepton couples, "mu" or "e", and how: "vector" or "left", see `polynomial`.
    power : int
        0 or 1.
    mass : float
        m′ (MeV).

    Raises
    ------
    ValueError
        As for `ratio`, or if an argument is none of the above.

    >>> (r_k, *_), _ = scanned(measurements(2018), [0.0, -1.0])
    >>> print(r_k.round(2))
    [1.   0.79]
    """
    if muon not in MUONS:
        raise ValueError(f"muon = {muon!r}: give one of {', '.join(MUONS)}")
    if power not in (0, 1):
        raise ValueError(f"power = {power}: give 0 or 1")
    c = np.atleast_1d(finite("shifts", shifts))[:, np.newaxis]
    share, square = MUONS[muon], number("mass", mass, not_negative) ** 2

    def shape(q2: Array) -> Array:
        return np.asarray(c * (q2 / GeV**2) ** power * GeV**2 / (q2 - square))

    def in_c9(q2: Array) -> Array:
        return (1 + share) * shape(q2)

    def in_c10(q2: Array) -> Array:
        return share * shape(q2)

    ratios = np.array([ratio(*m.bin, in_c9, in_c10, lepton=lepton) for m in data])
    return ratios, np.array([m.pull(r) for m, r in zip(data, ratios, strict=True)])


@dataclass(frozen=True)
class Fit:
    """Fit of X_h for each mass.

    Parameters
    ----------
    masses : array (n,)
        m′ (MeV).
    best : array (n,)
        X_h of the lowest χ²; the smaller one of two that fit equally well.
    lowest : array (n,)
        That χ².
    bands : list of n lists of (low, high)
        Every interval of X_h within the asked number of standard deviations, ascending.
    """

    masses: Array
    best: Array
    lowest: Array
    bands: list[list[Band]]

    @property
    def band(self) -> Array:
        """Ends of the band that holds the best fit, array (2, n).

        >>> print((fit(measurements(2018), [10.0, 200.0]).band / 1e-8).round(1))
        [[2.4 2.3]
         [4.7 4.5]]
        """
        around = [
            next((low, high) for low, high in bands if low <= best <= high)
            for best, bands in zip(self.best.tolist(), self.bands, strict=True)
        ]
        return np.array(around).T


def fit(
    data: Sequence[MeasuredRatio], mass: ArrayLike, muon: str = "vector", n_sigma: float = 1.0
) -> Fit:
    """Couplings X_h that measured ratios allow, χ² ≤ χ²_min + n², for each mass of the mediator.

    χ² = Σ (R − R_exp)²/σ², with the upward error where the ratio is above the measured one and
    the downward error below.  Each choice of errors makes χ² a quartic polynomial of X_h, so every
    edge is a root of one of them.  Correlations between the measurements are neglected.

    Parameters
    ----------
    data : sequence of MeasuredRatio
    mass : array (n,)
        m′ (MeV).
    muon : str
        "vector" or "left", see `polynomial`.
    n_sigma : float
        n, above zero.

    Raises
    ------
    ValueError
        If `data` or `mass` is empty, `mass` has not one dimension, or an argument is out of its
        range.

    >>> from hepunits import MeV
    >>> low, high = fit(measurements(2018)[:1], [10 * MeV]).bands[0][0]
    >>> print(f"{low:.1e} {high:.1e}")
    1.7e-08 4.2e-08
    """
    mass = not_negative("mass", mass)
    if mass.ndim != 1 or not mass.size:
        raise ValueError(f"mass = {mass}: give an array of masses, one dimension, not empty")
    if not data:
        raise ValueError(f"data = {data}: give at least one measurement")
    # with x = X_h/X_UNIT, each R − R_exp is a polynomial of x: (power, mass)
    powers = X_UNIT ** np.arange(3)[:, np.newaxis]
    excess = [polynomial(*d.bin, mass, muon) * powers for d in data]
    for difference, d in zip(excess, data, strict=True):
        difference[0] -= d.value
    squares = np.stack([multiply(difference, difference) for difference in excess])
    choices = product(*[(d.down, d.up) for d in data])
    # χ² for each choice of errors: (power, mass, choice)
    quartics = np.stack(
        [np.tensordot(1 / np.square(errors), squares, axes=1) for errors in choices], axis=-1
    )

    def chi_squared(x: Array) -> Array:
        total = np.zeros_like(x)
        for polynomials, d in zip(excess, data, strict=True):
            difference = evaluate(polynomials, x)
            total += (difference / np.where(difference > 0, d.up, d.down)) ** 2
        return total

    stationary = roots(polyder(quartics)).reshape(len(mass), -1)
    values = chi_squared(stationary)
    lowest = values.min(axis=1)
    # where two couplings fit equally well, the smaller one
    size = np.where(values <= lowest[:, np.newaxis] + 1e-9, np.abs(stationary), np.inf)
    best = np.take_along_axis(stationary, size.argmin(axis=1)[:, np.newaxis], axis=1)[:, 0]
    limit = lowest + number("n_sigma", n_sigma, positive) ** 2
    quartics[0] -= limit[:, np.newaxis]
    edges = np.sort(roots(quartics).reshape(len(mass), -1), axis=1)
    # real parts of complex roots do no harm: χ² decides between each two neighbours
    chi2 = chi_squared((edges[:, 1:] + edges[:, :-1]) / 2)
    return Fit(mass, X_UNIT * best, lowest, join(X_UNIT * edges, chi2, limit))
