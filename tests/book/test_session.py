"""A live page runs what a cell needs of those above it, no more and no less."""

import ast
import re

import nbformat
import pytest
from live import still
from project import ROOT
from session import Session, needed

CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def texts(cells, target):
    """Return what a cell needs, as text."""
    return [text for _, text in needed(cells, target)]


@pytest.mark.parametrize(
    ("above", "cell", "wanted"),
    [
        ("a = 1\nb = 2", "a", ["a = 1"]),
        ("a = 1\na = 2", "a", ["a = 2"]),
        ("a = 1\nb = a\nc = 3", "print(b)", ["a = 1", "b = a"]),
        ("a = []\na.append(1)\na.pop", "a", ["a = []", "a.append(1)"]),
        ("a = {}\na['x'] = 1", "a", ["a = {}", "a['x'] = 1"]),
        ("a = 1\na += 1", "a", ["a = 1", "a += 1"]),
        ("a = 1\nif b():\n    a = 2", "a", ["a = 1", "if b():\n    a = 2"]),
        ("a = 1\nfor a in range(3):\n    pass", "a", ["for a in range(3):\n    pass"]),
        ("a = 1\nfor i in range(3):\n    a += i", "a", None),
        ("a = 1\ntry:\n    a = 2\nexcept OSError:\n    pass", "a", None),
        ("g = 1\ndef f():\n    return g\ng = 2", "f()", None),
        (
            "ax = 1\ndef f():\n    ax = 2\n    ax.plot()",
            "f",
            ["def f():\n    ax = 2\n    ax.plot()"],
        ),
        ("import numpy as np\nnp.seterr(all='ignore')", "np", ["import numpy as np"]),
        ("@d\ndef f(): pass\nd = 1", "f", ["@d\ndef f(): pass"]),
        ("a = [x for x in range(3)]\nx = 1", "a", ["a = [x for x in range(3)]"]),
        ("with open('x') as f:\n    a = f", "a", None),
    ],
)
def test_what_a_cell_needs(above, cell, wanted):
    # None: all of it
    found = "\n".join(texts(["", above, cell], 2))
    assert found == (above if wanted is None else "\n".join(wanted))


def test_what_the_first_cell_sets_up_is_needed():
    assert texts(["import s\ns.use()", "a = 1", "2"], 2) == ["import s", "s.use()"]


def test_a_cell_that_is_no_python_is_left_out():
    assert texts(["", "a = (", "b = 1", "b"], 3) == ["b = 1"]


class Notebook:
    """A chapter whose cells run in this Python."""

    def __init__(self, *cells):
        self.cells, self.names, self.session, self.ran = list(cells), {}, Session(), []

    def run(self, number):
        for earlier, code in [
            *self.session.before(self.cells, number),
            (number, self.cells[number]),
        ]:
            try:
                exec(code, self.names)
            except ZeroDivisionError:
                self.session.done(earlier, code, whole=False)
                return
            self.session.done(earlier, code, whole=True)
            self.ran.append(code)


def test_what_has_run_is_not_run_again():
    book = Notebook("", "a = 1", "b = a + 1", "c = a + b")
    book.run(2)
    book.run(3)
    assert book.ran == ["a = 1", "b = a + 1", "c = a + b"]


def test_a_name_that_was_used_again_below_has_the_value_of_above():
    book = Notebook("", "a = 1", "b = a", "a = 2")
    book.run(3)
    book.run(2)
    assert book.names["b"] == 1


def test_a_changed_cell_counts():
    book = Notebook("", "a = 1", "b = a")
    book.run(2)
    book.cells[1] = "a = 5"
    book.run(2)
    assert book.names["b"] == 5


def test_what_raised_runs_again():
    book = Notebook("", "zero = 0", "a = 1 / zero", "b = a")
    book.run(3)
    assert "b" not in book.names
    book.cells[1] = "zero = 1"
    book.run(3)
    assert book.names["b"] == 1


def code_cells(chapter):
    return [c for c in nbformat.read(chapter, as_version=4).cells if c.cell_type == "code"]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_a_figure_with_knobs_needs_little_of_its_chapter(chapter):
    cells = code_cells(chapter)
    with_knobs = [i for i, c in enumerate(cells) if "remove-output" in c.metadata.get("tags", [])]
    codes = [cell.source for cell in cells]
    for number in with_knobs:
        wanted = needed(codes, number)
        assert len(wanted) < sum(len(ast.parse(code).body) for code in codes[:number]) / 2
        assert not any(re.search(r"\bassert_same\(|\bidentity\(", text) for _, text in wanted)


def test_frames_that_the_page_has_are_not_drawn_again():
    assert still("a = 1\nframes(\n    draw, a\n)") == "a = 1"
    assert still("a = frames") is None
