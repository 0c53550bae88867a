"""Problem sets accept right answers, rounded too, refuse slips, and nbgrader marks them."""

import contextlib
import csv
import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import FunctionType

import jupytext
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import problem_sets
import pytest
from nbgrader.api import Gradebook
from project import ROOT

SETS = {source.stem: problem_sets.read(source) for source in problem_sets.sources()}
TASKS = [(name, cell.name) for name, cells in SETS.items() for cell in cells if cell.kind == "task"]
HALF = ["recoil", "ratio", "helm"]
"""What a student of the first problem set can do who does half of it."""


def rounded(value):
    """Return a number to three digits, as a student may hand it in; what is no number stays."""
    if isinstance(value, float | np.floating):
        return float(f"{value:.3g}")
    if isinstance(value, list):
        return [rounded(one) for one in value]
    if isinstance(value, FunctionType):
        return lambda *given: np.vectorize(rounded)(value(*given))
    return value


def execute(code, space):
    """Run a cell without showing what it prints."""
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(code, "cell", "exec"), space)


@pytest.fixture(scope="module")
def before():
    """Return what a student's notebook knows before each task, and its right answer."""
    spaces = {}
    for name, cells in SETS.items():
        space = {}
        for cell in cells:
            if cell.kind == "task":
                spaces[name, cell.name] = dict(space)
            if cell.kind in ("given", "task"):
                execute(cell.text, space)
    return spaces


def parts(name, task):
    """Return a task and its test."""
    (cell,) = [c for c in SETS[name] if (c.kind, c.name) == ("task", task)]
    (test,) = [c for c in SETS[name] if (c.kind, c.name) == ("test", task)]
    return cell, test


@pytest.mark.parametrize(("name", "task"), TASKS)
def test_a_task_accepts_rounding_and_refuses_slips(name, task, before):
    cell, test = parts(name, task)
    space = dict(before[name, task])
    execute(cell.text, space)
    new = {k: v for k, v in space.items() if before[name, task].get(k) is not v}
    execute(test.text, space)
    execute(test.text, space | {k: rounded(v) for k, v in new.items()})
    assert len(cell.slips) >= 3
    for what, code in cell.slips.items():
        wrong = dict(before[name, task])
        execute(code, wrong)
        try:
            execute(test.text, wrong)
        except AssertionError:
            continue
        pytest.fail(f"accepted: {what}")


@pytest.mark.parametrize("name", SETS)
def test_headings_say_how_many_marks(name):
    said, given = [], []
    for cell in SETS[name]:
        if found := re.search(r"^## .* \((\d+) marks\)$", cell.text, re.M):
            said.append(int(found[1]))
            given.append(0)
        if cell.points:
            given[-1] += cell.points
    assert said == given
    assert sum(said) == 20


@pytest.mark.parametrize("source", problem_sets.sources(), ids=lambda source: source.stem)
def test_the_notebook_is_that_of_its_text(source):
    stored = problem_sets.place(source).read_text(encoding="utf-8")
    fresh = nbformat.writes(problem_sets.notebook(problem_sets.read(source))) + "\n"
    assert stored == fresh, "run `make course`"


@pytest.fixture(scope="module", autouse=True)
def _activated():
    """Activate the environment, as nbgrader calls alembic by its name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
        patch.setenv("PYTHONPATH", str(ROOT))
        yield


def nbgrader(folder, *words):
    """Run one of nbgrader's commands in a folder of a course."""
    command = [sys.executable, "-m", "nbgrader", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr


def handed_in(released, cells, solved):
    """Return a released notebook as a student fills it in: right for some tasks, else a slip."""
    notebook = nbformat.read(released, 4)
    by_name = {cell.name: cell for cell in cells if cell.kind in ("task", "essay")}
    for cell in notebook.cells:
        one = by_name.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
        if one and one.kind == "task":
            cell.source = one.text if one.name in solved else next(iter(one.slips.values()))
        elif one:
            cell.source = "Because the amplitudes add."
    return notebook


def marks(folder):
    """Return the marks of each student from nbgrader's table."""
    nbgrader(folder, "export", "--to", "marks.csv", "--assignment", "['ps1']")
    with (folder / "marks.csv").open() as file:
        return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return a course whose first problem set three students have handed in, and it is marked."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copy(problem_sets.COURSE / "nbgrader_config.py", folder)
    shutil.copytree(problem_sets.COURSE / "source", folder / "source")
    nbgrader(folder, "generate_assignment", "ps1")
    tasks = [cell.name for cell in SETS["ps1"] if cell.kind == "task"]
    for student, solved in {"good": tasks, "half": HALF, "wrong": []}.items():
        place = folder / "submitted" / student / "ps1"
        place.mkdir(parents=True)
        released = folder / "release" / "ps1" / "ps1.ipynb"
        nbformat.write(handed_in(released, SETS["ps1"], solved), place / "ps1.ipynb")
    nbgrader(folder, "autograde", "ps1")
    return folder


def test_what_is_released_has_no_solution(course):
    (file,) = (course / "release" / "ps1").iterdir()
    text = file.read_text(encoding="utf-8")
    for word in ("SOLUTION", "HIDDEN", "Rubric", "bessel", "_Helm", "_expected"):
        assert word not in text
    assert "# your code here" in text
    assert all(slip not in text for c in SETS["ps1"] for slip in c.slips)


def test_nbgrader_gives_the_marks_expected(course):
    assert marks(course) == {"good": 17, "half": 7, "wrong": 0}


def test_a_person_marks_the_essay_and_the_table_knows(course):
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        submission = book.find_submission("ps1", "half")
        assert submission.needs_manual_grade
        (essay,) = [g for g in submission.notebooks[0].grades if g.needs_manual_grade]
        essay.manual_score = 2.0
        essay.needs_manual_grade = False
        book.db.commit()
    assert marks(course)["half"] == 9
    nbgrader(course, "generate_feedback", "ps1")
    feedback = course / "feedback" / "half" / "ps1" / "ps1.html"
    assert "the number of recoils" in feedback.read_text(encoding="utf-8")


PROJECTS = sorted((problem_sets.COURSE / "projects").glob("*.md"))


@pytest.mark.parametrize("path", PROJECTS, ids=lambda path: path.stem)
def test_a_worked_solution_runs(path):
    cells = [cell.source for cell in jupytext.read(path).cells if cell.cell_type == "code"]
    with plt.ioff():
        execute("\n\n".join(cells), {})
    plt.close("all")
