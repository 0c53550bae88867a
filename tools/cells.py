"""Copy the code of each .ipynb, which ruff can format, into the .md beside it."""

import re

import nbformat
from project import ROOT

# the fence, the options of the cell, and its code
CELL = re.compile(
    r"^(```\{code-cell\}[^\n]*\n(?:---\n.*?^---\n|(?::[^\n]*\n)+\n?)?)(.*?)^```$", re.M | re.S
)


def main() -> None:
    """Rewrite the chapters whose code differs."""
    for source in sorted((ROOT / "notebooks").glob("*.md")):
        notebook = nbformat.read(source.with_suffix(".ipynb"), as_version=4)
        parts = CELL.split(source.read_text())
        # prose, then for each cell its head, its code, and the prose that follows
        parts[2::3] = [f"{cell.source}\n```" for cell in notebook.cells if cell.cell_type == "code"]
        source.write_text("".join(parts))


if __name__ == "__main__":
    main()
