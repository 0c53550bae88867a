"""What a cell shows as a table, in a live notebook and on the page."""

import re
from collections.abc import Iterable, Sequence

from IPython.display import Markdown

# code and mathematics come first, so that numbers inside them are passed over
_NUMBER = re.compile(
    r"(`+).+?\1|\$[^$]+\$|(?<![\w.])(?P<digits>[-−]?\d+(?:\.\d+)?)e(?P<power>[+-]?\d+)(?!\w)"
)


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Markdown:
    r"""Return a table in Markdown, with powers of ten as one writes them.

    Parameters
    ----------
    header : sequence of str
        One name for each column.
    rows : iterable of sequences
        Each with one cell for each column; `str` is applied to it.

    Raises
    ------
    ValueError
        If a row has more or fewer cells than the header.

    Examples
    --------
    >>> print(table(["m′", "limit"], [("10 MeV", 1.2e-9), ("`1e-3`", "none")]).data)
    | m′ | limit |
    | --- | --- |
    | 10 MeV | $1.2\times10^{-9}$ |
    | `1e-3` | none |
    """
    lines = [header, ["---"] * len(header)]
    for number, row in enumerate(rows):
        if len(row) != len(header):
            raise ValueError(f"rows[{number}] = {row!r}: give {len(header)} cells, as in header")
        lines.append([_NUMBER.sub(_typeset, str(cell)) for cell in row])
    return Markdown("\n".join(f"| {' | '.join(line)} |" for line in lines))


def _typeset(match: re.Match[str]) -> str:
    """Return a number as a power of ten, anything else as it is."""
    if match["digits"] is None:
        return match[0]
    digits = match["digits"].replace("−", "-")
    return rf"${digits}\times10^{{{int(match['power'])}}}$"
