"""What was measured since 2018 besides caesium iodide: argon, germanium and xenon."""

from dataclasses import replace

import numpy as np
from hepunits import GW, GeV, cm2, day, eV, hour, keV, kg, m, ns, s, us

from ._validate import Array, instance
from .coherent import RUN
from .detectors import Experiment
from .fluxes import pion_decay_at_rest, pulsed, reactor
from .measurements import Background
from .nuclei import target
from .published import read_table
from .responses import Gaussian, Lindhard, Matrix, Sharp
from .solar import source
from .sources import ArrivalTimes
from .strength import Template

__all__ = [
    "B8_FLUX",
    "LIVE_EXPOSURES",
    "coherent_ar_2020",
    "coherent_ar_2020_template",
    "coherent_ge_2024",
    "conus_plus_2025",
    "xenonnt_b8",
    "xenonnt_b8_2024",
]

B8_FLUX = 5.25e6 / (cm2 * s)
"""Flux of ⁸B neutrinos of all flavours (SNO 2013)."""

LIVE_EXPOSURES = {"sr0": 1.174398, "sr1": 2.342593, "sr2": 3.249665}
"""Exposures of XENONnT's runs (tonne-years)."""

# --- argon at the SNS ----------------------------------------------------------------------------


def _argon_light(recoil: Array) -> Array:
    """Electron-equivalent energy (MeV) of recoils in argon; the release's quenching factor."""
    return recoil * (0.246 + 0.00078 * recoil / keV)


def _argon_smearing(energy: Array) -> Array:
    return 0.58 * np.sqrt(energy * keV)


def _argon_efficiency(energy: Array) -> Array:
    """Efficiency at an electron-equivalent energy (MeV)."""
    table = read_table("coherent_ar_2020_efficiency.csv")
    light = _argon_light(table["recoil"] * keV)
    return np.interp(energy, light, table["efficiency"])


def _argon_table() -> dict[str, Array]:
    """Counts and predictions (energy, pulse shape, time)."""
    return {name: c.reshape(12, 8, 10) for name, c in read_table("coherent_ar_2020.csv").items()}


def _argon_backgrounds(table: dict[str, Array]) -> tuple[Background, ...]:
    errors = {"steady": 25 / 3152, "brn": 160 / 497, "brn_delayed": 1.0}
    return tuple(Background(table[name].ravel(), error) for name, error in errors.items())


def coherent_ar_2020() -> Experiment:
    """COHERENT's argon: 24.4 kg, 6.12 GWh, in 12 × 8 × 10 bins of energy, pulse shape and time.

    The data are the 3752 events with the beam of analysis A (Akimov et al. 2021, arXiv:2003.10630;
    release arXiv:2006.12659), and so are the backgrounds with their errors.  The release's recipe
    gives 121 events of signal where the publication has 128 ± 17, which is ``sigma_alpha``.  The
    share F90 of prompt light depends on the energy alone.  Prompt neutrinos make weaker recoils, so
    here early recoils have less energy; in the release's own prediction energy and time are
    independent (`coherent_ar_2020_template`).  The shapes are the release's excursions.

    >>> argon = coherent_ar_2020()
    >>> round(float(argon.counts().sum())), argon.raw_counts.sum()
    (121, np.float64(3752.0))
    """
    table = _argon_table()
    edges = np.arange(13) * 10 * keV
    recoils = np.arange(0.5, 160.1, 0.25) * keV
    light = Gaussian(_argon_smearing, _argon_light)
    in_energy = light.probability(edges, (recoils[1:] + recoils[:-1]) / 2, _argon_efficiency)
    shares = table["cevns"].sum(axis=2)
    reached = shares.sum(axis=1) > 0
    shares = shares[np.minimum(np.arange(12), reached.nonzero()[0][-1])]
    shares = shares / shares.sum(axis=1, keepdims=True)
    in_both = in_energy[:, np.newaxis] * shares[..., np.newaxis]
    times = (np.arange(11) * 0.5 - 0.1) * us
    argon = Experiment(
        target=target("Ar"),
        source=pion_decay_at_rest(
            13.8e22 / RUN, 0.09, 27.5 * m, "SNS", pulsed(440 * ns, 150 * ns, times)
        ),
        exposure=24.4 * kg * RUN,
        bins=np.arange(12 * 8 + 1),
        background=_argon_backgrounds(table),
        sigma_alpha=17 / 128,
        response=Matrix(recoils, in_both.reshape(12 * 8, -1).T),
        data=table["data"].ravel(),
        times=times,
    )
    relative = argon.counts() / np.maximum(table["cevns"].ravel(), 1e-12)
    excursions = {"cevns_f90_up": "cevns", "cevns_time": "cevns"}
    excursions |= {f"brn_{name}": "brn" for name in ("energy_up", "time_up", "width")}
    shapes = tuple(
        (table[name] - table[usual]).ravel() * (relative if usual == "cevns" else 1.0)
        for name, usual in excursions.items()
    )
    return replace(argon, shapes=shapes)


def coherent_ar_2020_template() -> Template:
    """COHERENT's argon with the signal as the release predicts it, 128 events.

    >>> float(coherent_ar_2020_template().counts().sum().round())
    128.0
    """
    table = _argon_table()
    return Template(table["cevns"].ravel(), _argon_backgrounds(table), table["data"].ravel())


# --- germanium -----------------------------------------------------------------------------------


def coherent_ge_2024() -> Experiment:
    """COHERENT's germanium in arrival time: 10.22 GWh kg, above 1.5 keV electron equivalent.

    Read from Fig. 4 of the publication (arXiv:2406.13806) by others: counts with the beam in 19
    bins of 2 μs, and when prompt and delayed signals come, with the drift of the charge.  The
    steady background is flat and its height free.  Unverified: distance, quenching, neutrinos per
    proton (as for CsI), and the end of the region at 20 keV, which gives the expected 35.1 ± 3.6.

    >>> germanium = coherent_ge_2024()
    >>> round(float(germanium.counts().sum()))
    36
    """
    table = read_table("coherent_ge_2024.csv")
    edges = np.append(table["time"] - 1, table["time"][-1] + 1) * us
    times = tuple(
        ArrivalTimes(edges, table[kind] / table[kind].sum()) for kind in ("prompt", "delayed")
    )
    flat = np.full(len(table["on"]), table["off"].mean())
    per_time = 1 * GW * hour / (1 * GeV) / RUN
    return Experiment(
        target=target("Ge"),
        source=pion_decay_at_rest(per_time, 0.0848, 19.2 * m, "SNS", times),  # type: ignore[arg-type]
        exposure=10.22 * kg * RUN,
        bins=[1.5 * keV, 20 * keV],
        background=(Background(flat, error=1.0),),
        sigma_alpha=0.1,
        response=Sharp(quenching=Lindhard(Z=32, k=0.157)),
        data=table["on"],
        times=edges,
    )


def _three_thresholds(energy: Array) -> Array:
    """Share of three equal detectors whose threshold is below an energy (MeV)."""
    return np.sum([energy >= threshold * eV for threshold in (160, 170, 180)], axis=0) / 3


def conus_plus_2025() -> Experiment:
    """CONUS+ as one bin: germanium at 20.7 m from 3.6 GW, 327 kg d (arXiv:2501.05206).

    No spectrum is published as data, so the bin holds what a survey quotes: 395 ± 106 events seen,
    347 ± 59 expected.  Unverified: one detector each with a threshold of 160, 170 and 180 eV,
    Lindhard quenching with k = 0.162, a resolution of 48 eV (full width at half maximum), and the
    end of the bin at 800 eV.  ``sigma_alpha`` is the published error of the prediction.

    >>> round(float(conus_plus_2025().counts().sum()))
    300
    """
    return Experiment(
        target=target("Ge"),
        source=reactor(3.6 * GW, 20.7 * m),
        exposure=327 * kg * day,
        bins=[160 * eV, 800 * eV],
        efficiency=_three_thresholds,
        sigma_alpha=59 / 347,
        response=Gaussian(48 * eV / 2.355, Lindhard(Z=32, k=0.162)),
        data=([395.0], [106.0]),
    )


# --- xenon and the Sun ---------------------------------------------------------------------------


def _xenon_backgrounds(table: dict[str, Array]) -> tuple[Background, ...]:
    """Accidental coincidences of each run, electronic recoils and neutrons, with their errors."""
    errors = {"sr0": 0.0904, "sr1": 0.0576, "sr2": 0.05}
    accidental = [
        Background(table["ac"] * (table["run"] == run), errors[run])
        for run in np.unique(table["run"])
    ]
    return (*accidental, Background(table["er"], 1.0), Background(table["rg"], 0.58))


def xenonnt_b8_2024() -> Template:
    """XENONnT's runs SR0 and SR1 with the ⁸B signal as expected in 2024 (arXiv:2408.02877).

    Of 37 events in 162 bins, 11.9 are expected to be neutrinos.  There is no response to recoils in
    that release, so new physics can only be asked of `xenonnt_b8`; the two do not mix.

    >>> float(xenonnt_b8_2024().raw_counts.sum())
    37.0
    """
    table = read_table("xenonnt_b8_2024.csv")
    return Template(table["b8"], _xenon_backgrounds(table), table["observed"])


def xenonnt_b8(runs: tuple[str, ...] = ("sr0", "sr1", "sr2")) -> Experiment:
    """XENONnT in the light of ⁸B: 62 events in 3 × 81 bins, 6.8 tonne-years (arXiv:2604.06002).

    Each run has 3⁴ bins of charge, of the time since a large signal, and of two scores.  The
    response is the release's probability that a recoil is counted in each bin; it starts at
    0.5 keV, and recoils below are not counted.  The shapes are the yields of light and charge;
    ``sigma_alpha`` is the 3.8 % of the flux.  The error of accidental coincidences in SR2, 5 %, is
    not published with the data and assumed.

    Parameters
    ----------
    runs : tuple of str
        Of "sr0", "sr1" and "sr2".

    Raises
    ------
    ValueError
        If a run is unknown.

    >>> xenon = xenonnt_b8()
    >>> round(float(xenon.counts().sum()), 1), xenon.raw_counts.sum()
    (16.5, np.float64(62.0))
    """
    instance("runs", runs, tuple, "a tuple of runs, such as ('sr0', 'sr1')")
    if not runs or [run for run in LIVE_EXPOSURES if run in runs] != list(runs):
        raise ValueError(f"runs = {runs}: give some of {', '.join(LIVE_EXPOSURES)}, in this order")
    table = read_table("xenonnt_b8_2026.csv")
    rows = np.isin(table["run"], runs)
    table = {name: column[rows] for name, column in table.items()}
    recoils, nominal, light, charge = _xenon_response(runs)
    per_run = np.repeat([LIVE_EXPOSURES[run] for run in runs], 81)

    def response(probability: Array) -> Matrix:
        return Matrix(recoils, probability * per_run / per_run.max())

    usual = Experiment(
        target=target("Xe"),
        source=source("b8", flux=B8_FLUX),
        exposure=per_run.max() * 1000 * kg * 365.25 * day,
        bins=np.arange(len(per_run) + 1),
        background=_xenon_backgrounds(table),
        sigma_alpha=0.0381,
        response=response(nominal),
        data=table["observed"],
    )
    # a yield may lower a probability by more than it is, far from where recoils are
    more = [
        replace(usual, response=response(nominal * np.maximum(1 + change, 0.0)))
        for change in (light, charge)
    ]
    return replace(usual, shapes=tuple(one.counts() - usual.counts() for one in more))


def _xenon_response(runs: tuple[str, ...]) -> tuple[Array, Array, Array, Array]:
    """Edges of recoils (MeV); probabilities and their relative changes by yields (recoil, bin)."""
    table, yields = (read_table(f"xenonnt_b8_{name}.csv") for name in ("response", "yields"))
    points = np.unique(table["recoil"])
    edges = np.linspace(points[0], points[-1], 5 * (len(points) - 1) + 1)
    middles = (edges[1:] + edges[:-1]) / 2

    def between(columns: Array) -> Array:
        return np.array([np.interp(middles, points, column) for column in columns.T]).T

    probability, changes = [], []
    for run in runs:
        rows, of_yields = table["run"] == run, yields["run"] == run
        probability.append(between(np.array([table[f"b{b}"][rows] for b in range(81)]).T))
        for name in ("light", "charge"):
            by_charge = yields[name][of_yields].reshape(len(points), 3)
            changes.append(between(np.repeat(by_charge, 27, axis=1)))
    return (
        edges * keV,
        np.concatenate(probability, axis=1),
        np.concatenate(changes[::2], axis=1),
        np.concatenate(changes[1::2], axis=1),
    )
