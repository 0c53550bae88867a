"""Every exercise has an answer that its own solution in the chapter gives, or another route."""

import ast
import re
from symtable import symtable

import jupytext
import numpy as np
import pytest
from hepunits import GeV, MeV
from project import ROOT
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

from portal.book.exercises import ANSWERS, check
from portal.loops import loop

PATHS = sorted((ROOT / "notebooks").glob("*.md"))
CHAPTERS = {path.stem[:2]: jupytext.read(path) for path in PATHS}
TEXT = "\n".join(cell.source for notebook in CHAPTERS.values() for cell in notebook.cells)
SOLUTIONS = {
    name: code
    for name, text in re.findall(r"^````\{solution\} ex-(\S+)\n(.*?)^````$", TEXT, re.M | re.S)
    if (code := "".join(re.findall(r"^```python\n(.*?)^```$", text, re.M | re.S)))
}


def binds(table):
    """Names to which a statement gives a meaning."""
    return {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}


def reads(table):
    """Names that a statement, or a function in it, takes from outside."""
    outside = table.get_type() == "module"
    found = {
        s.get_name()
        for s in table.get_symbols()
        if s.is_referenced() and (outside or s.is_global())
    }
    return found.union(*map(reads, table.get_children()))


def solve(name):
    """Run what a solution, and the chapter before it, do for its answer: no figures, no tables."""
    cells = [cell.source for cell in CHAPTERS[name[:2]].cells if cell.cell_type == "code"]
    program, missing = [], {"answer"}
    for statement in reversed(ast.parse("\n".join([*cells, SOLUTIONS[name]])).body):
        table = symtable(code := ast.unparse(statement), name, "exec")
        if binds(table) & missing:
            missing = missing - binds(table) | reads(table)
            program.insert(0, code)
    exec("\n".join(program), space := {})
    return space["answer"]


def test_every_exercise_has_an_answer_a_check_and_a_test():
    assert re.findall(r"^:label: ex-(\S+)$", TEXT, re.M) == list(ANSWERS)
    assert re.findall(r"\bcheck\(\"(\S+)\", answer\)", TEXT) == list(ANSWERS)
    assert sorted([*SOLUTIONS, *BY_NUMBERS]) == sorted(ANSWERS)


@pytest.mark.parametrize("name", SOLUTIONS)
def test_the_solution_in_the_chapter_is_right(name, capsys):
    answer = solve(name)
    capsys.readouterr()  # what the chapter itself prints
    check(name, answer)
    assert capsys.readouterr().out == "Right.\n"


# solutions without code: the integral, the maximum and the limit that they find by thinking
BY_NUMBERS = {
    "02-threshold": lambda: 4 * quad(lambda x: x * (1 - x) * np.log(1 - 2 * x), 0, 0.5)[0],
    "02-stand-in": lambda: (
        minimize_scalar(
            lambda q: -loop(m_chi=100 * GeV, scale=1 * GeV, q_max=106 * MeV)(q**2) * 1e12,
            bounds=(1, 106),
        ).x
    ),
    "03-ratio": lambda: (
        quad(lambda x: 1 + x * (1 - x), 0, 1)[0]
        / quad(lambda x: x * (1 - x) * (1 + x * (1 - x)), 0, 1)[0]
    ),
    "06-open": lambda: ((1 - 1e9) ** 2 / (1 + 0.1**2 * 1e9**2)) ** 0.5,
}


@pytest.mark.parametrize("name", BY_NUMBERS)
def test_an_answer_without_code_is_right(name):
    assert ANSWERS[name]() == pytest.approx(BY_NUMBERS[name](), rel=1e-6)


@pytest.mark.parametrize(
    ("factor", "said"),
    [
        (1.0, "Right."),
        (1.005, "Right."),
        (1.02, "Not yet."),
        (-1.0, "Not yet. Look at the sign."),
        (1e-3, "Not yet. It is off by 1000: keV or MeV?"),
        (2.0, "Not yet. It is off by a factor of 2."),
        (0.0, "Not yet."),
    ],
)
def test_what_check_says(factor, said, capsys):
    check("01-largest-recoil", np.array([factor * ANSWERS["01-largest-recoil"]()]))
    assert capsys.readouterr().out == said + "\n"


@pytest.mark.parametrize("answer", [[1.0, 2.0], [], np.nan])
def test_an_answer_that_is_no_number_is_named(answer):
    with pytest.raises(ValueError, match=r"answer = .*: give"):
        check("06-open", answer)


def test_unknown_exercise():
    with pytest.raises(ValueError, match="name = '06-opne': give one of 01-"):
        check("06-opne", 10.0)
