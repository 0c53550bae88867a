"""Reading the tables of portal/data, each with its publication, unit and date in the header."""

import csv
from importlib.resources import files

import numpy as np

from ._validate import Array

__all__ = ["read_table"]


def read_table(name: str) -> dict[str, Array]:
    """Read a table, one array for each column: numbers where all are, text otherwise.

    >>> sorted(read_table("coherent_csi_2017.csv"))
    ['anticoincidence', 'coincidence', 'pe_high', 'pe_low']
    """
    text = (files("portal") / "data" / name).read_text(encoding="utf-8")
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    return {column: _column([row[column] for row in rows]) for column in rows[0]}


def _column(values: list[str]) -> Array:
    try:
        return np.array(values, dtype=float)
    except ValueError:
        return np.array(values)
