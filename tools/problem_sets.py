"""Problem sets: from one readable text each to the notebook that nbgrader releases and grades.

``course/problems/NAME.md`` is MyST, as the chapters are.  Its cells say what they are for:

- ``:task: NAME`` is where students write; nbgrader takes out what is marked as solution;
- ``:slip: WHAT`` is a wrong answer to the task above, which the tests must refuse.  It stays here;
- ``:test: NAME`` with ``:points:`` checks the task; what is hidden comes back when grading;
- ``+++ {"essay": NAME, "points": …}`` is a text that a person marks; its solution is the rubric.

All other code is given, and locked.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from project import ROOT

COURSE = ROOT / "course"
KINDS = {
    "task": {"grade": False, "solution": True, "locked": False},
    "test": {"grade": True, "solution": False, "locked": True},
    "essay": {"grade": True, "solution": True, "locked": False},
    "given": {"grade": False, "solution": False, "locked": True},
}
"""What nbgrader calls them."""


@dataclass
class Cell:
    """One cell: its kind, its name, its text, the points, and wrong answers by what is wrong."""

    kind: str
    name: str
    text: str
    points: int = 0
    slips: dict[str, str] = field(default_factory=dict)


def read(source: Path) -> list[Cell]:
    """Return the cells of a problem set; prose has the kind "prose"."""
    cells: list[Cell] = []
    for number, cell in enumerate(jupytext.read(source).cells):
        given = "given" if cell.cell_type == "code" else "prose"
        kind = next((k for k in (*KINDS, "slip") if k in cell.metadata), given)
        name = str(cell.metadata.get(kind, f"{given}-{number}"))
        if kind == "slip":
            task = next(one for one in reversed(cells) if one.kind == "task")
            task.slips[name] = cell.source
        else:
            points = int(cell.metadata.get("points", 0))
            cells.append(Cell(kind, name, cell.source, points))
    return cells


def identifier(cell: Cell) -> str:
    """Return what nbgrader knows a cell by."""
    return f"{cell.name}-test" if cell.kind == "test" else cell.name


def notebook(cells: list[Cell]) -> Any:
    """Return a problem set in the format of nbgrader, with solutions and hidden tests."""
    written = []
    for cell in cells:
        prose = cell.kind in ("prose", "essay")
        kind = "markdown" if prose else "code"
        one: Any = getattr(nbformat.v4, f"new_{kind}_cell")(cell.text, id=identifier(cell))
        if cell.kind in KINDS:
            mark = {"schema_version": 3, "task": False, "grade_id": identifier(cell)}
            mark |= KINDS[cell.kind]
            if mark["grade"]:
                mark["points"] = cell.points
            one.metadata["nbgrader"] = mark
        written.append(one)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return nbformat.v4.new_notebook(cells=written, metadata={"kernelspec": kernel})


def sources() -> list[Path]:
    """Return the texts of all problem sets."""
    return sorted((COURSE / "problems").glob("*.md"))


def place(source: Path) -> Path:
    """Return where nbgrader looks for the notebook of a problem set."""
    return COURSE / "source" / source.stem / f"{source.stem}.ipynb"


def main() -> None:
    """Write the notebook of each problem set."""
    for source in sources():
        target = place(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook(read(source)), target)


if __name__ == "__main__":
    main()
