"""Every exercise has the answer that its own solution in the chapter computes."""

import json
import re

import answers as answers_tool
import numpy as np
import pytest
from answers import SOLUTION, solutions, solve, wrong
from hepunits import GeV, MeV
from project import ROOT
from scipy.integrate import quad
from scipy.optimize import minimize_scalar
from scipy.special import ndtr, ndtri

from portal.b_decays import ckm
from portal.book.exercises import answers, check, slips
from portal.loops import loop, scalar_loop

PATHS = sorted((ROOT / "notebooks").glob("*.md"))
CODE = {name: (path, code) for path in PATHS for name, code in solutions(path).items()}
ANSWERS = answers()


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_exercise_has_a_check_and_a_solution(path):
    text = path.read_text()
    names = re.findall(r"^:label: ex-(\S+)$", text, re.M)
    assert all(name.startswith(path.stem[:2]) for name in names)
    assert re.findall(r"\bcheck\(\"(\S+)\", answer(?:, rtol=[\d.]+)?\)", text) == names
    assert [name for name, _ in SOLUTION.findall(text)] == names
    assert [name for name in ANSWERS if name[:2] == path.stem[:2]] == names, "run `make pairs`"


def test_no_answer_is_left_over():
    assert set(ANSWERS) == set(CODE), "run `make pairs`"


@pytest.mark.parametrize("name", CODE)
def test_the_stored_answer_is_what_the_solution_computes(name):
    assert solve(*CODE[name]) == pytest.approx(ANSWERS[name], rel=1e-6), "run `make pairs`"


@pytest.mark.parametrize("name", CODE)
def test_each_slip_is_a_formula_and_gets_its_own_hint(name, capsys):
    stored = slips(name)
    assert stored == pytest.approx(wrong(*CODE[name]), rel=1e-6), "run `make pairs`"
    for hint, value in stored.items():
        check(name, value)
        assert capsys.readouterr().out == f"Not yet. {hint}\n"


@pytest.mark.parametrize("chapter", ["03", "07"])
def test_each_exercise_of_some_chapters_knows_four_slips(chapter):
    assert all(len(slips(name)) >= 4 for name in ANSWERS if name.startswith(chapter))


def test_what_the_chapter_rounds_is_right(capsys):
    check("07-scale", 1.3e6, rtol=0.03)
    assert capsys.readouterr().out == "Right.\n"


def test_the_answers_of_one_chapter_take_the_place_of_its_old_ones(tmp_path, monkeypatch):
    file = tmp_path / "answers.json"
    file.write_text('{"03-x": 3.0, "02-old": 2.0, "01-x": 1.0}')
    monkeypatch.setattr(answers_tool, "FILE", file)
    monkeypatch.setattr(answers_tool, "SLIPS", tmp_path / "slips.json")
    source = tmp_path / "02-title.md"
    code = 'answer = a / 3\nslips = {"Why 3?": a}\n'
    solved = f"````{{solution}} ex-02-new\nBecause:\n```python\n{code}```\n````\n"
    source.write_text(f"```{{code-cell}} ipython3\na = 2\nb = 1 / 0\n```\n\n{solved}")
    answers_tool.write(source)
    assert json.loads(file.read_text()) == {"01-x": 1.0, "02-new": 0.666666667, "03-x": 3.0}
    assert json.loads((tmp_path / "slips.json").read_text()) == {"02-new": {"Why 3?": 2.0}}
    assert list(json.loads(file.read_text())) == ["01-x", "02-new", "03-x"]


def _subtracted(x):
    """Δ ln(Λ_c²/Δ) at 50 MeV less its value at 0, for a χ of 30 MeV and Λ_c = 1 GeV."""
    delta = 30**2 + 50**2 * x * (1 - x)
    return delta * np.log(1e6 / delta) - 30**2 * np.log(1e6 / 30**2)


R10 = (105.6583755 / 10) ** 2  # m_μ²/m′² at 10 MeV
V = ckm()

# the same by another route: where the solution thinks, by numbers; where it computes, by hand
INDEPENDENT = {
    "02-threshold": lambda: 4 * quad(lambda x: x * (1 - x) * np.log(1 - 2 * x), 0, 0.5)[0],
    "02-stand-in": lambda: (
        minimize_scalar(
            lambda q: -loop(m_chi=100 * GeV, scale=1 * GeV, q_max=106 * MeV)(q**2) * 1e12,
            bounds=(1, 106),
        ).x
    ),
    "02-width": lambda: 0.1**2 * 30 / (12 * np.pi) * np.sqrt(1 - 4 / 9) * (1 + 2 / 9),
    "03-ratio": lambda: (
        quad(lambda x: 1 + x * (1 - x), 0, 1)[0]
        / quad(lambda x: x * (1 - x) * (1 + x * (1 - x)), 0, 1)[0]
    ),
    "03-width": lambda: 0.1**2 * 30 / (8 * np.pi) * (1 - 4 / 9) ** 1.5,
    "03-power": lambda: (
        np.log(scalar_loop(1e-6, 1.0, 1e4)(50.1**2) / scalar_loop(1e-6, 1.0, 1e4)(49.9**2))
        / np.log(50.1 / 49.9)
    ),
    "03-cutoff": lambda: (
        quad(lambda x: _subtracted(x) + (900 + 2500 * x * (1 - x)) * np.log(4), 0, 1)[0]
        / quad(_subtracted, 0, 1)[0]
    ),
    "01-largest-recoil": lambda: 2 * 30**2 / (37215.52 + 2 * 30),
    "10-contact": lambda: 5.27934**2 * 8.161e-10 * 0.6,  # GeV, |N| as printed
    "10-photon": lambda: 0.2915**2 / (0.382**2 + 0.022**2),
    "11-charm": lambda: abs(
        np.dot(
            [-3e-6 / 9, 1e-3, 1e-3, -3 + 3e-6 / 9], (V[0, [1, 1, 2, 2]] * V[1, [1, 2, 1, 2]].conj())
        )
    ),
    "11-moment": lambda: (
        (164e-11 * 8 * np.pi**2 / quad(lambda x: 2 * (1 - x) / (1 + (1 - x) / x**2 / R10), 0, 1)[0])
        ** 0.5
    ),
    "12-coverage": lambda: ndtri(2 * ndtr(-2)) ** 2,
    "06-open": lambda: ((1 - 1e9) ** 2 / (1 + 0.1**2 * 1e9**2)) ** 0.5,
}


@pytest.mark.parametrize("name", INDEPENDENT)
def test_an_answer_by_another_route(name):
    assert ANSWERS[name] == pytest.approx(INDEPENDENT[name](), rel=1e-5)


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
    check("01-largest-recoil", np.array([factor * ANSWERS["01-largest-recoil"]]))
    assert capsys.readouterr().out == said + "\n"


@pytest.mark.parametrize("answer", [[1.0, 2.0], [], np.nan])
def test_an_answer_that_is_no_number_is_named(answer):
    with pytest.raises(ValueError, match=r"answer = .*: give"):
        check("06-open", answer)


def test_unknown_exercise():
    with pytest.raises(ValueError, match="name = '06-opne': give one of 01-"):
        check("06-opne", 10.0)
