"""What a cell shows as a table, in a live notebook and on the page."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from IPython.display import Markdown

__all__ = ["table", "verdict", "verdicts"]

# code and mathematics come first, so that numbers inside them are passed over
_NUMBER = re.compile(
    r"(`+).+?\1|\$[^$]+\$|(?<![\w.])(?P<digits>[-−]?\d+(?:\.\d+)?)e(?P<power>[+-]?\d+)(?!\w)"
)


def table(
    columns: Mapping[str, Any] | Sequence[str],
    rows: Iterable[Sequence[object]] | None = None,
    caption: str = "",
) -> Markdown:
    r"""Return a table in Markdown, with powers of ten as one writes them.

    Parameters
    ----------
    columns : dict of str to column, or sequence of str
        Without `rows`, the name of each column with its values, or with a pair of values and
        format such as ``(masses, "{:g}")``.  With `rows`, the name of each column, or the name
        with a format.
    rows : iterable of sequences, optional
        Each with one cell for each column.
    caption : str
        A line above the table.

    A cell that is a tuple fills as many fields of its format; None leaves a cell empty.  A number
    half-way between two roundings is rounded up, so that its last bit does not matter.

    Raises
    ------
    ValueError
        If a row has more or fewer cells than there are columns, or columns differ in length.

    Examples
    --------
    >>> print(table({"m′ (MeV)": ([1, 10], "{:g}"), "limit": ([2.5e-9, 4e-8], "{:.0e}")}).data)
    | m′ (MeV) | limit |
    | ---: | ---: |
    | 1 | $3\times10^{-9}$ |
    | 10 | $4\times10^{-8}$ |
    >>> print(table(["m′", "limit"], [("10 MeV", 1.2e-9), ("`1e-3`", "none")]).data)
    | m′ | limit |
    | --- | --- |
    | 10 MeV | $1.2\times10^{-9}$ |
    | `1e-3` | none |
    """
    if rows is None:
        columns, rows = _turned(columns)
    formats = columns if isinstance(columns, Mapping) else dict.fromkeys(columns, "")
    names = list(columns)
    kinds = [formats[name] for name in names]
    lines = [names, ["---:" if kind else "---" for kind in kinds]]
    for number, row in enumerate(rows):
        if len(row) != len(names):
            raise ValueError(f"rows[{number}] = {row!r}: give {len(names)} cells, as in columns")
        lines.append([_cell(value, kind) for value, kind in zip(row, kinds, strict=True)])
    text = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return Markdown(f"{caption}\n\n{text}" if caption else text)


def _turned(columns: Any) -> tuple[dict[str, str], list[tuple[Any, ...]]]:
    """Return the formats and the rows of a table that is given by columns."""
    if not isinstance(columns, Mapping):
        raise TypeError(f"columns = {columns!r}: give a dict, or give rows too")
    formats, values = {}, {}
    for name, column in columns.items():
        formatted = isinstance(column, tuple) and len(column) == 2 and "{" in str(column[1])
        cells, formats[name] = column if formatted else (column, "")
        values[name] = list(cells)
    lengths = {name: len(cells) for name, cells in values.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"columns have the lengths {lengths}: give one value for each row")
    return formats, list(zip(*values.values(), strict=True))


def _cell(value: Any, kind: str) -> str:
    """Return a value as a cell has it."""
    if value is None:
        return ""
    if kind:
        value = kind.format(*map(_nudged, value if isinstance(value, tuple) else [value]))
    return _NUMBER.sub(_typeset, str(value))


def _nudged(value: Any) -> Any:
    """Return a float moved away from zero by less than any format shows."""
    return value * (1 + 1e-12) if isinstance(value, float | np.floating) else value


def _typeset(match: re.Match[str]) -> str:
    """Return a number as a power of ten, anything else as it is."""
    if match["digits"] is None:
        return match[0]
    digits = match["digits"].replace("−", "-")
    return rf"${digits}\times10^{{{int(match['power'])}}}$"


_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
_FACTORS = (2, 3, 5, 10)


def verdict(ours: Any, paper: Any, tolerance: float = 0.05) -> str:
    """Say whether a statement of the paper holds, computed from its number and ours.

    Parameters
    ----------
    ours : number or bool
    paper : number, (low, high) or bool
        What the paper states: a number, a range (either end may be infinite), or a fact.
    tolerance : float
        Largest relative deviation from a number that still is a "yes": 0.05 is 5 %, and 1 is a
        factor of 2 either way.

    Raises
    ------
    ValueError
        If the tolerance is not above zero, or a number has another sign or is zero or not finite.

    >>> verdict(1.03, 1.0), verdict(1.9e-8, 1e-8, tolerance=1), verdict(3.2e-8, 1e-8)
    ('yes, within 5 %', 'yes, within a factor of 2', 'no, 3.2 times as large')
    >>> verdict(7.0, (5, np.inf)), verdict(True, False)
    ('yes', 'no')
    """
    if isinstance(paper, bool | np.bool_):
        return "yes" if bool(ours) == bool(paper) else "no"
    if isinstance(paper, tuple):
        low, high = paper
        return "no, below" if ours < low else "no, above" if ours > high else "yes"
    if not tolerance > 0:
        raise ValueError(f"tolerance = {tolerance}: give a number above zero")
    if not (np.isfinite(ours) and np.isfinite(paper) and paper):
        raise ValueError(f"ours = {ours}, paper = {paper}: give finite numbers, paper not zero")
    ratio = float(ours / paper)
    if ratio <= 0:
        return "no, zero" if ratio == 0 else "no, of the other sign"
    factor = max(ratio, 1 / ratio)
    slack = 1 + 1e-9
    if factor > (1 + tolerance) * slack:
        return f"no, {_nudged(ratio):.2g} times as large"
    for step in _STEPS:
        if factor <= (1 + step) * slack:
            return f"yes, within {100 * step:.0f} %"
    largest = next(limit for limit in (*_FACTORS, np.ceil(factor)) if factor <= limit * slack)
    return f"yes, within a factor of {largest:.0f}"


def verdicts(rows: Iterable[Sequence[Any]], kind: str = "{:.2g}", caption: str = "") -> Markdown:
    r"""Return a table of statements of the paper, with verdicts that are computed.

    Parameters
    ----------
    rows : iterable of (statement, paper, ours) or (statement, paper, ours, tolerance)
        See `verdict`.
    kind : str
        Format of the numbers.
    caption : str
        A line above the table.

    >>> print(verdicts([("limit at small m′", 1e-8, 1.9e-8, 1), ("it falls", True, True)]).data)
    | statement | paper | here | verdict |
    | --- | --- | --- | --- |
    | limit at small m′ | $1\times10^{-8}$ | $1.9\times10^{-8}$ | yes, within a factor of 2 |
    | it falls | yes | yes | yes |
    """

    def written(value: Any) -> str:
        if isinstance(value, bool | np.bool_):
            return "yes" if value else "no"
        if not isinstance(value, tuple):
            return kind.format(_nudged(value))
        low, high = value
        if np.isinf(low):
            return f"at most {written(high)}"
        return (
            f"at least {written(low)}" if np.isinf(high) else f"{written(low)} to {written(high)}"
        )

    lines = [
        (statement, written(paper), written(ours), verdict(ours, paper, *tolerance))
        for statement, paper, ours, *tolerance in rows
    ]
    return table(["statement", "paper", "here", "verdict"], lines, caption)
