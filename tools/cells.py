"""Copy the code of each .ipynb, which ruff can format, into the .md beside it."""

import argparse
import re
import sys
from pathlib import Path

import jupytext
from project import ROOT

# the fence, the options of the cell, and its code
CELL = re.compile(
    r"^(```\{code-cell\}[^\n]*\n(?:---\n.*?^---\n|(?::[^\n]*\n)+\n?)?)(.*?)^```$", re.M | re.S
)


def code(file: Path) -> list[str]:
    """Return the code of each cell of either half."""
    return [cell.source for cell in jupytext.read(file).cells if cell.cell_type == "code"]


def check(source: Path, pair: Path) -> None:
    """Stop if the .md was edited since: what ruff makes of the .ipynb would undo the edit."""
    if not pair.exists() or code(pair) != code(source):
        sys.exit(f"{source.name} was edited: run `make pairs` before `make format`")


def copy(source: Path, pair: Path) -> None:
    """Put the code of the .ipynb into the .md."""
    parts = CELL.split(source.read_text(encoding="utf-8"))
    # prose, then for each cell its head, its code, and the prose that follows
    parts[2::3] = [f"{cell}\n```" for cell in code(pair)]
    source.write_text("".join(parts), encoding="utf-8")


def main() -> None:
    """Do one of the two for each chapter."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", choices=("check", "copy"))
    work = check if parser.parse_args().work == "check" else copy
    for source in sorted((ROOT / "notebooks").glob("*.md")):
        work(source, source.with_suffix(".ipynb"))


if __name__ == "__main__":
    main()
