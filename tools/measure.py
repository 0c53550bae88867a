"""Count what the code of each chapter is made of, and print it as a table in Markdown."""

import argparse
import ast
import re
from pathlib import Path
from statistics import median
from typing import Any

import nbformat
from project import ROOT

COLUMNS = ["chapter", "lines", "median cell", "largest", "SymPy cells", "show a formula"]
COLUMNS += ["print True", "lines that tabulate"]
SYMPY = re.compile(r"\bsp\.|(?<![\w.])(show|identity|assert_same)\(")  # not plt.show()
# names of what is collected for a table, and the calls that make one
TABULATE = re.compile(r"\b(table|verdicts|print)\(|\brows?\b|\bhead(er)?\b")


def tabulating(code: str) -> int:
    """Return the number of lines in statements that format a table or print."""
    lines: set[int] = set()

    def visit(body: list[ast.stmt]) -> None:
        for statement in body:
            text = ast.get_source_segment(code, statement) or ""
            inner = [block for name in ("body", "orelse") for block in getattr(statement, name, [])]
            if inner and not isinstance(statement, ast.FunctionDef):
                visit(inner)
            elif TABULATE.search(text):
                lines.update(range(statement.lineno, (statement.end_lineno or 0) + 1))

    visit(ast.parse(code).body)
    return len(lines)


def text_of(output: Any) -> str:
    """Return what an output prints."""
    return output.get("text", "") or output.get("data", {}).get("text/plain", "")


def counted(path: Path) -> list[Any]:
    """Return the row of one chapter."""
    cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    sizes = [len([line for line in c.source.splitlines() if line.strip()]) for c in cells]
    symbolic = [c for c in cells if SYMPY.search(c.source)]
    shown = [c for c in symbolic if any("text/latex" in o.get("data", {}) for o in c.outputs)]
    true = [c for c in cells if any(re.search(r"\bTrue\b", text_of(o)) for o in c.outputs)]
    tables = sum(tabulating(cell.source) for cell in cells)
    row = [path.stem, sum(sizes), median(sizes), max(sizes), len(symbolic), len(shown)]
    return [*row, len(true), tables]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.parse_args()
    rows = [counted(path) for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
    sums = [sum(column) for column in list(zip(*rows, strict=True))[1:]]
    lines = [row[1] for row in rows]
    total = ["all", sums[0], median(row[2] for row in rows), max(row[3] for row in rows)]
    for row in [COLUMNS, ["---"] * len(COLUMNS), *rows, [*total, *sums[3:]]]:
        print("|", " | ".join(map(str, row)), "|")
    share = sums[4] / sums[3] if sums[3] else 0
    print(f"\nMedian of a chapter: {median(lines):g} lines. SymPy cells that show: {share:.0%}.")


if __name__ == "__main__":
    main()
