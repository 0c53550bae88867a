"""The pages of previous knowledge compute what they say, and questions explain every choice."""

import re

import jupytext
import pytest
from answers import CODE, SOLUTION
from IPython.core.interactiveshell import InteractiveShell
from project import ROOT

PAGES = ["natural-units", "dirac-algebra", "phase-space", "counting"]


def source(page):
    return (ROOT / "book" / f"{page}.md").read_text(encoding="utf-8")


SOLVED = {name: text for page in PAGES for name, text in SOLUTION.findall(source(page))}


@pytest.mark.parametrize("page", PAGES)
def test_its_cells_run(page):
    shell = InteractiveShell()
    for cell in jupytext.read(ROOT / "book" / f"{page}.md").cells:
        if cell.cell_type == "code":
            shell.run_cell(cell.source).raise_error()


@pytest.mark.parametrize("page", PAGES)
def test_it_is_two_pages_long_and_has_three_exercises(page):
    text = source(page)
    words = re.sub(r"^```\{code-cell\}.*?^```$|^---.*?^---$", "", text, flags=re.M | re.S).split()
    assert 500 < len(words) < 1100
    exercises = re.findall(r"^:label: ex-(\S+)$", text, re.M)
    assert exercises == [name for name, _ in SOLUTION.findall(text)]
    assert len(exercises) == 3


@pytest.mark.parametrize("name", SOLVED)
def test_a_solution_says_what_it_computes(name):
    text = SOLVED[name]
    space = {}
    exec("".join(CODE.findall(text)), space)
    (said,) = re.findall(r"\*\*([-\d.e]+)\*\*", text)
    digits = len(re.sub(r"e.*|\D", "", said).lstrip("0"))
    assert float(said) == float(f"{float(space['answer']):.{digits - 1}e}")
