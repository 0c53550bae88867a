"""Compare portal.b_decays with flavio, an independent and far larger code for flavour physics.

`make crosscheck` runs this in an environment of its own.  It computes every row of the tables in
tests/data again with flavio and compares flavio, the frozen tables and portal.  With --freeze it
writes the tables, which the ordinary tests use.
"""

import csv
import sys
from datetime import UTC, datetime
from functools import cache
from itertools import product
from pathlib import Path

import flavio
import numpy as np

from portal import b_decays

DATA = Path(__file__).parent.parent / "tests" / "physics" / "data"
NAMES = {"K": "B+->K", "K*": "B0->K*"}
BINS = [
    ("K", 1.0, 6.0),
    ("K", 1.1, 6.0),
    ("K", 0.1, 1.1),
    ("K*", 0.045, 1.1),
    ("K*", 0.1, 1.1),
    ("K*", 1.1, 6.0),
]
NUMBERS = [-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0]
LEFT = [-1.0, -0.5, 0.5]
M_MUON = 0.1056583755  # GeV
HEADER = """\
# {title}
# Computed with flavio {version} (D. M. Straub, arXiv:1810.08132), default central values, Wilson
# coefficients at 4.8 GeV, by tools/crosscheck_flavio.py --freeze. Date: {date}.
# {units}
"""


def shifted(c9: float, c10: float) -> flavio.WilsonCoefficients:
    """New physics in the muon coefficients at 4.8 GeV."""
    coefficients = flavio.WilsonCoefficients()
    coefficients.set_initial({"C9_bsmumu": c9, "C10_bsmumu": c10}, scale=4.8)
    return coefficients


@cache
def density(mode: str, lepton: str, q2: float, c9: float) -> float:
    """flavio's dB/dq² (GeV⁻²) with a contact shift of C9 for muons."""
    lepton = {"e": "ee", "mu": "mumu"}[lepton]
    return flavio.np_prediction(f"dBR/dq2({NAMES[mode]}{lepton})", shifted(c9, 0.0), q2)


def ratio_contact(mode: str, low: float, high: float, c9: float, c10: float) -> float:
    """flavio's own integrated ratio."""
    return flavio.np_prediction(f"<Rmue>({NAMES[mode]}ll)", shifted(c9, c10), low, high)


def ratio_light(mode: str, low: float, high: float, c: float, mass: float) -> float:
    """Ratio with ΔC9 = c q²/(q² − m′²).

    flavio knows no such coefficient, but at each q² its rate is a quadratic polynomial of C9,
    which three values fix.
    """
    x, w = np.polynomial.legendre.leggauss(48)
    a, b = np.sqrt(np.array([low, high]) - 4 * M_MUON**2)
    u = a + (b - a) / 2 * (1 + x)
    q2 = u**2 + 4 * M_MUON**2
    minus, zero, plus = (
        np.array([density(mode, "mu", point, c9) for point in q2]) for c9 in (-1.0, 0.0, 1.0)
    )
    electrons = np.array([density(mode, "e", point, 0.0) for point in q2])
    c9 = c * q2 / (q2 - mass**2)
    muons = zero + (plus - minus) / 2 * c9 + ((plus + minus) / 2 - zero) * c9**2
    return float(muons @ (w * u) / (electrons @ (w * u)))


def ratios() -> list[dict[str, str | float]]:
    """Every ratio of the table: constant shifts (mass 0), then a mediator of 200 MeV."""
    columns = ("mode", "q2_min", "q2_max", "delta_c9", "delta_c10", "mass", "ratio")
    rows = []
    for mode, low, high in BINS:
        shifts = [(c9, 0.0) for c9 in NUMBERS] + [(c9, -c9) for c9 in LEFT]
        for c9, c10 in shifts:
            value = ratio_contact(mode, low, high, c9, c10)
            rows.append((mode, low, high, c9, c10, 0.0, round(value, 6)))
        own, theirs = ratio_light(mode, low, high, -1.0, 0.0), ratio_contact(mode, low, high, -1, 0)
        assert abs(own / theirs - 1) < 5e-4, (mode, low, high, own, theirs)
        for c in NUMBERS:
            rows.append(
                (mode, low, high, c, 0.0, 200.0, round(ratio_light(mode, low, high, c, 0.2), 6))
            )
    return [dict(zip(columns, row, strict=True)) for row in rows]


def branching_ratios() -> list[dict[str, str | float]]:
    """dB/dq² of both modes and leptons."""
    return [
        {
            "mode": mode,
            "lepton": lepton,
            "q2": q2,
            "branching_ratio": float(f"{density(mode, lepton, q2, 0.0):.6e}"),
        }
        for mode, lepton, q2 in product(
            NAMES, ("e", "mu"), (0.05, 0.1, 0.5, 1.0, 2.0, 3.0, 4.5, 6.0)
        )
    ]


TABLES = {
    "flavio_ratios.csv": (
        ratios,
        "R_K and R_K* with new physics in muons: delta_c9 q2/(q2 - mass^2) and delta_c10.",
        "Unit: q2 in GeV^2, mass in MeV, the rest pure numbers.",
    ),
    "flavio_branching_ratios.csv": (
        branching_ratios,
        "Differential branching ratios dB/dq2 of B+ -> K+ l l and B0 -> K*0 l l, Standard Model.",
        "Unit: q2 in GeV^2, branching_ratio in GeV^-2.",
    ),
}


def from_portal(row: dict[str, str | float]) -> float:
    """The same number from portal."""
    gev2 = 1e6  # MeV²
    if "ratio" not in row:
        q2 = float(row["q2"]) * gev2
        return float(b_decays.branching_ratio(str(row["mode"]), q2, str(row["lepton"])) * gev2)
    c, mass2 = float(row["delta_c9"]), float(row["mass"]) ** 2
    ends = float(row["q2_min"]) * gev2, float(row["q2_max"]) * gev2
    return float(
        b_decays.ratio(
            str(row["mode"]), *ends, lambda q2: c * q2 / (q2 - mass2), float(row["delta_c10"])
        )
    )


def main() -> None:
    """Compare or freeze."""
    for name, (compute, title, units) in TABLES.items():
        rows = compute()
        quantity = list(rows[0])[-1]
        if "--freeze" in sys.argv:
            with (DATA / name).open("w", newline="") as file:
                file.write(
                    HEADER.format(
                        title=title,
                        units=units,
                        version=flavio.__version__,
                        date=datetime.now(UTC).date(),
                    )
                )
                writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
        with (DATA / name).open() as file:
            frozen = list(csv.DictReader(line for line in file if not line.startswith("#")))
        now = np.array([row[quantity] for row in rows])
        drift = np.abs(np.array([float(row[quantity]) for row in frozen]) / now - 1).max()
        off = np.abs(np.array([from_portal(row) for row in rows]) / now - 1)
        limit = 0.01 if quantity == "ratio" else 0.05
        print(f"{name}: {len(rows)} rows; frozen table within {drift:.1e} of flavio;")
        print(f"  portal within {off.max():.2%}; the worst row is {rows[off.argmax()]}")
        if drift > 1e-4 or off.max() > limit:
            sys.exit(f"{name}: more than {limit:.0%} apart, or the frozen table is out of date")


if __name__ == "__main__":
    main()
