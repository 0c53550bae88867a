"""Figures of chapters 10 and 11: each function returns a Matplotlib figure."""

from collections.abc import Iterable, Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from hepunits import GeV, MeV
from IPython.display import Markdown
from ipywidgets import VBox
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .._validate import Array
from ..b_bounds import least_ratio
from ..b_decays import X_UNIT, branching_ratio, delta_c9, ratio
from ..b_fits import MUONS, Fit, MeasuredRatio, fit, measurements
from .figures import COLOURS, INK
from .sliders import frames
from .tables import table

__all__ = [
    "band_lines",
    "bands_in_words",
    "compared",
    "figure_8",
    "fitting_masses",
    "measured",
    "plane",
    "ratios",
    "ratios_in_words",
    "reach",
    "reach_slider",
    "shifts_of_c9",
]

_ERAS = {2018: ("orange", "s", -0.1), 2022: ("blue", "o", 0.1)}


def _point(axes: Axes, m: MeasuredRatio, x: float, y: float, year: int, upright: bool) -> None:
    """Draw a measured ratio with its errors."""
    colour, marker, _ = _ERAS[year]
    error: dict[str, Any] = {"yerr" if upright else "xerr": [[m.down], [m.up]]}
    axes.errorbar(x, y, fmt=marker, color=COLOURS[colour], **error)


def measured() -> Figure:
    """Measured ratios of 2018 and of 2022, with the Standard Model as a tick."""
    figure, axes = plt.subplots(figsize=(5.4, 3.4))
    rows = [(year, m) for year in (2022, 2018) for m in reversed(measurements(year))]
    for y, (year, m) in enumerate(rows):
        _point(axes, m, m.value, y, year, upright=False)
        axes.plot([float(ratio(*m.bin))] * 2, [y - 0.35, y + 0.35], "-", color=INK)
    axes.set_yticks(range(len(rows)), [f"{year}: {m.name}" for year, m in rows])
    axes.set_xlabel("muons / electrons")
    return figure


def ratios(x_h: float, mass: float = 150 * MeV, muon: str = "vector") -> Figure:
    """R(q²) (dotted), its average in each bin (bars), and the data, for one coupling.

    Parameters
    ----------
    x_h, mass, muon
        As for `portal.b_fits.polynomial`.
    """
    below, above = np.geomspace(0.0455, 0.3, 35), np.linspace(0.35, 6, 30)
    q2 = np.concatenate([below, above]) * GeV**2
    share, shift = MUONS[muon], delta_c9(q2, x_h, mass)
    figure, panels = plt.subplots(1, 2, figsize=(6.2, 3.4))
    for axes, mode in zip(panels, ("K", "K*"), strict=True):
        muons = branching_ratio(mode, q2, "mu", (1 + share) * shift, share * shift)
        axes.plot(q2 / GeV**2, muons / branching_ratio(mode, q2, "e"), ":", color=INK)
        for year, (colour, _, aside) in _ERAS.items():
            for m in (m for m in measurements(year) if m.mode == mode):
                ends = np.array([m.q2_min, m.q2_max]) / GeV**2
                bar = float(m.predicted(x_h, mass, muon))
                axes.plot(ends, [bar, bar], lw=6, ls="-", alpha=0.35, color=COLOURS[colour])
                _point(axes, m, ends.mean() + aside, m.value, year, upright=True)
        name = f"$R_{{{mode.replace('*', '^*')}}}$"
        axes.set(ylim=(0.4, 1.4), xlabel="$q^2$ (GeV²)", ylabel=name)
    panels[0].annotate("squares: 2018\ncircles: 2022", (0.6, 0.05), xycoords="axes fraction")
    return figure


def ratios_in_words(x_h: float, mass: float = 150 * MeV) -> str:
    """Say what `ratios` shows for a vector coupling."""
    then, now = measurements(2018), [m.value for m in measurements(2022)]
    k, low, central = (float(m.predicted(x_h, mass)) for m in then)
    squares = "{:g}, {:g} and {:g}".format(*(m.value for m in then))
    return (
        f"At X_h = {x_h / 1e-8:.1f}e-8 the predictions are {k:.2f} for R_K between 1 and 6 GeV "
        f"squared, and {low:.2f} and {central:.2f} for the low and the central bin of R_K*. The "
        f"squares of 2018 are at {squares}, the circles of 2022 between {min(now):g} and "
        f"{max(now):g}."
    )


def compared(data: Iterable[MeasuredRatio]) -> Markdown:
    """Table of measured ratios beside the Standard Model, with the distance in errors."""
    rows = [
        (m.name, m.value, (m.up, m.down), standard, np.round(m.pull(standard), 1) + 0.0)
        for m in data
        for standard in [float(ratio(*m.bin))]
    ]
    kinds = ["", "{:.3f}", "+{:.3f} −{:.3f}", "{:.3f}", "{:.1f}"]
    head = ["ratio [bin in GeV²]", "measured", "error", "Standard Model", "pull (σ)"]
    return table(dict(zip(head, kinds, strict=True)), rows)


def bands_in_words(found: Fit) -> str:
    """The bands of a fit at its first mass, in units of 10⁻⁸."""
    return ", ".join(f"{low / 1e-8:.1f} to {high / 1e-8:.1f}" for low, high in found.bands[0])


def shifts_of_c9() -> Figure:
    """ΔC9 against q² for three masses of the mediator, and without form factor."""
    figure, axes = plt.subplots()
    grid = np.geomspace(0.045, 6, 150) * GeV**2
    for m in (10, 100, 200):
        axes.plot(grid / GeV**2, delta_c9(grid, X_UNIT, m * MeV), label=f"m′ = {m} MeV")
    axes.plot(grid / GeV**2, -3 * GeV**2 / grid, label="no form factor")
    axes.set(xscale="log", ylim=(-10, 0.5), xlabel="$q^2$ (GeV²)", ylabel="$\\Delta C_9$")
    axes.legend(loc="lower right")
    return figure


def band_lines(masses: Array) -> Figure:
    """Bands of X_h around the best fit, of each ratio of 2018 and of all three (filled)."""
    figure, panels = plt.subplots(1, 2, figsize=(6.2, 4.2), sharey=True)
    data = measurements(2018)
    looks = [("purple", "-."), ("ochre", ":"), ("blue", "--")]
    for axes, muon in zip(panels, MUONS, strict=True):
        for m, (colour, dash) in zip(data, looks, strict=True):
            low, high = fit((m,), masses, muon).band
            axes.plot(masses, low, dash, color=COLOURS[colour], label=m.name)
            axes.plot(masses, high, dash, color=COLOURS[colour])
        _band(axes, fit(data, masses, muon), label="all three")
        axes.set(xscale="log", yscale="log", ylim=(5e-9, 3e-7), xlabel="m′ (MeV)")
        axes.annotate(
            "left-handed" if muon == "left" else muon, (0.05, 0.04), xycoords="axes fraction"
        )
    panels[0].set_ylabel("$X_h$")
    panels[0].legend(loc="upper left", fontsize="small")
    return figure


def _band(axes: Axes, found: Fit, label: str | None = None) -> None:
    """Fill the band of 2018."""
    axes.fill_between(found.masses, *found.band, color=COLOURS["orange"], alpha=0.35, label=label)


def _logarithmic(axes: Axes, ylim: tuple[float, float]) -> None:
    axes.set(xscale="log", yscale="log", ylim=ylim, xlim=(1, 200), xlabel="m′ (MeV)")


def reach(line: Array, then: Fit, now: Fit) -> Figure:
    """X_h that coherent scattering leaves (below `line`), beside the bands of B decays."""
    figure, axes = plt.subplots(figsize=(5.4, 3.6))
    _band(axes, then)
    axes.plot(now.masses, now.band[1], "--", color=COLOURS["purple"])
    axes.plot(then.masses, line, color=COLOURS["blue"])
    axes.fill_between(then.masses, line, 1, color=COLOURS["blue"], alpha=0.15, lw=0)
    for height, words, colour in (
        (5.6e-8, "B decays, 2018", "orange"),
        (3.6e-9, "B decays, 2022: below", "purple"),
        (2e-6, "excluded by COHERENT", "blue"),
    ):
        axes.text(1.2, height, words, color=COLOURS[colour])
    _logarithmic(axes, (1e-9, 5e-6))
    axes.set_ylabel("$X_h$")
    return figure


def reach_slider(x_l: Array, then: Fit, now: Fit) -> VBox:
    """A slider of g_bs/g_1 > 0 over the X_h that coherent scattering leaves.

    Parameters
    ----------
    x_l : array (n,)
        Largest |g′| q0²/Λ² at the masses of the fits, for g_L g_μ > 0.
    then, now : Fit
        Of B decays in 2018 and in 2022.
    """

    def line(r: float) -> Array:
        return r / least_ratio(1.0, x_l)

    def words(r: float) -> str:
        reached = then.masses[line(r) > then.band[0]]
        where = f"from {reached.min():.0f} MeV on" if reached.size else "nowhere"
        at_10 = np.interp(np.log(10 * MeV), np.log(then.masses), line(r))
        return (
            f"At g_bs over g_1 = {r:.1e} coherent scattering leaves X_h up to {at_10:.1e} at 10 "
            f"MeV. The band of 2018 is within reach {where}."
        )

    ratios = list(np.geomspace(3e-5, 3e-2, 13))
    return frames(
        lambda r: reach(line(r), then, now), ratios, "g_bs/g_1", words, "{:.1e}".format, 4
    )


def fitting_masses(x_h: Array, then: Fit) -> str:
    """First and last mass (MeV) at which some largest X_h reaches the band of 2018, in words."""
    fits = then.masses[x_h > then.band[0]]
    ends = [f"{end:.0f}" for end in fits[[0, -1]]] if fits.size else ["none"]
    return " to ".join(dict.fromkeys(ends))


def figure_8(bounds: Mapping[tuple[str, str], Array], then: Fit, now: Fit) -> Figure:
    """X_l of coherent scattering and X_h of B decays (paper Fig. 8).

    Parameters
    ----------
    bounds : dict of (neutrinos, sign and edge) to X_l
        Signs and edges in the order "> 0", "< 0, first edge", "< 0, last edge".
    then, now : Fit
        Of B decays in 2018 and in 2022, at the same masses.
    """
    figure, axes = plt.subplots(figsize=(5.4, 4.6))
    _band(axes, then)
    axes.text(1.2, 5.2e-8, "$X_h$, B decays 2018", color=COLOURS["orange"])
    axes.fill_between(now.masses, 1e-10, now.band[1], color=COLOURS["purple"], alpha=0.2)
    axes.text(1.2, 6e-10, "$X_h$, B decays 2022", color=COLOURS["purple"])
    colours = dict(zip(dict.fromkeys(name for name, _ in bounds), ("blue", "green"), strict=True))
    dashes = dict(zip(dict.fromkeys(sign for _, sign in bounds), ("-", "--", ":"), strict=True))
    first = list(dashes)[1]
    for (name, sign), x_l in bounds.items():
        single = (dashes[sign] == ":") & (x_l <= bounds[name, first])
        label = f"$X_l$, {name}" if dashes[sign] == "-" else None
        look: dict[str, Any] = {"ls": dashes[sign], "color": COLOURS[colours[name]], "label": label}
        axes.plot(then.masses, np.where(single, np.nan, x_l), **look)
    _logarithmic(axes, (5e-10, 2e-7))
    axes.set_ylabel("$X_l$, $X_h$")
    axes.legend(loc="upper left", fontsize="small")
    return figure


def plane(lines: Mapping[str, Mapping[str, Array]], then: Fit) -> Figure:
    """Largest X_h that other processes leave, one panel for each era; above a line is excluded.

    Parameters
    ----------
    lines : dict of era to (dict of process to X_h)
    then : Fit
        Of B decays in 2018, at the same masses.
    """
    figure, panels = plt.subplots(len(lines), 1, figsize=(5.4, 6.4), sharex=True)
    looks = [("blue", "-", 3), ("purple", "-.", 40), ("green", "--", 12)]
    for axes, (era, processes) in zip(panels, lines.items(), strict=True):
        _band(axes, then)
        lowest = np.min(list(processes.values()), axis=0)
        axes.fill_between(then.masses, lowest, 1, color=INK, alpha=0.2, lw=0)
        for (name, x_h), (colour, dash, place) in zip(processes.items(), looks, strict=True):
            axes.plot(then.masses, x_h, dash, color=COLOURS[colour])
            height = float(np.interp(place, then.masses, x_h))
            axes.text(place * 1.1, height * 1.15, name, color=COLOURS[colour], fontsize="small")
        _logarithmic(axes, (3e-10, 1e-6))
        axes.set_title(era)
        axes.set_ylabel("largest $X_h$")
    return figure
