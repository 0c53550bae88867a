"""Reading the tables of portal/data, each with its publication, unit and date in the header."""

import csv
from importlib.resources import files

import numpy as np

from ._validate import Array

__all__ = ["quoted", "read_table"]


def read_table(name: str) -> dict[str, Array]:
    """Read a table, one array for each column: numbers where all are, text otherwise.

    >>> sorted(read_table("coherent_csi_2017.csv"))
    ['anticoincidence', 'coincidence', 'pe_high', 'pe_low']
    """
    text = (files("portal") / "data" / name).read_text(encoding="utf-8")
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    return {column: _column([row[column] for row in rows]) for column in rows[0]}


def quoted(quantity: str, year: int) -> tuple[float, float, float]:
    """Value, upward and downward error of a number in portal/data/flavour_bounds.csv.

    Statistical and systematic errors are added in quadrature; a limit has no errors.

    Raises
    ------
    ValueError
        If the table has no such quantity for this year.

    >>> quoted("tridents", 1991)
    (0.82, 0.28, 0.28)
    """
    table = read_table("flavour_bounds.csv")
    (rows,) = np.nonzero((table["quantity"] == quantity) & (table["year"] == year))
    if not len(rows):
        listed = zip(table["quantity"], table["year"], strict=True)
        known = ", ".join(f"{name} ({when:.0f})" for name, when in listed)
        raise ValueError(f"quantity = {quantity!r}, year = {year}: give one of {known}")
    row = {name: column[rows[0]] for name, column in table.items()}
    up, down = (np.hypot(row[f"stat_{side}"], row[f"syst_{side}"]) for side in ("up", "down"))
    return float(row["value"]), float(up), float(down)


def _column(values: list[str]) -> Array:
    try:
        return np.array(values, dtype=float)
    except ValueError:
        return np.array(values)
