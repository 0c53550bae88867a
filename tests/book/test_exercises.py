"""Every exercise has the answer that its own solution in the chapter computes."""

import json
import re
from itertools import combinations

import answers as answers_tool
import jupytext
import numpy as np
import pytest
from answers import SOLUTION, UNITS, computed, result, run, solutions
from hepunits import GeV, MeV
from project import ROOT
from scipy.integrate import quad
from scipy.optimize import minimize_scalar
from scipy.special import ndtr, ndtri

from portal.b_decays import ckm
from portal.book.exercises import answers, check, slips
from portal.loops import loop, scalar_loop

PATHS = sorted((ROOT / "notebooks").glob("*.md"))
TEXTS = {name: (path, text) for path in PATHS for name, text in SOLUTION.findall(path.read_text())}
SOLVED = {name: (path, code) for path in PATHS for name, code in solutions(path).items()}
ANSWERS = answers()


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_exercise_has_a_solution_and_its_check_a_stored_answer(path):
    text = path.read_text()
    names = re.findall(r"^:label: ex-(\S+)$", text, re.M)
    checked = [name for name in names if re.search(r"^answer = ", SOLVED[name][1], re.M)]
    assert all(name.startswith(path.stem[:2]) for name in names)
    assert re.findall(r"\bcheck\(\"(\S+)\", answer(?:, rtol=[\d.]+)?\)", text) == checked
    assert [name for name, _ in SOLUTION.findall(text)] == names
    assert [name for name in ANSWERS if name[:2] == path.stem[:2]] == checked, "run `make pairs`"


def test_no_answer_is_left_over():
    assert set(ANSWERS) <= set(SOLVED), "run `make pairs`"


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_what_is_stored_is_what_the_solutions_compute(path):
    for name, known in computed(path).items():
        assert known["answer"] == pytest.approx(ANSWERS[name], rel=1e-6), "run `make pairs`"
        assert known["slips"] == pytest.approx(slips(name), rel=1e-6), "run `make pairs`"


@pytest.mark.parametrize("name", [name for name in SOLVED if name not in ANSWERS])
def test_a_derivation_shows_what_it_derives(name):
    path, code = SOLVED[name]
    assert re.search(r"\b(identity|assert_same)\(", code)
    run(path, code)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_chapter_has_five_to_eight_exercises_and_two_that_derive_or_break(path):
    text = path.read_text()
    kinds = re.findall(r"^:label: ex-\S+\n\*\*([\w ]+)\.\*\*", text, re.M)
    assert len(kinds) == len(re.findall(r"^:label: ex-", text, re.M))
    assert set(kinds) <= {"Quick", "Compute", "Derive", "Break it", "Think"}
    assert 5 <= len(kinds) <= 8
    assert kinds.count("Derive") + kinds.count("Break it") >= 2


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_an_exercise_needs_nothing_of_the_chapter(path):
    cells = [cell.source for cell in jupytext.read(path).cells if cell.cell_type == "code"]
    for cell in cells:
        if re.search(r"^check\(", cell, re.M):
            space = {}
            exec(cell, space)
            # the unit that it suggests; nothing uses it, so a formatter may take it for superfluous
            (suggested,) = re.findall(r"# with.*", cell) or [""]
            assert set(re.findall(r"[*/] (\w+)", suggested)) <= set(space)
    for code in solutions(path).values():
        exec(code, {})


@pytest.mark.parametrize("name", ANSWERS)
def test_a_solution_says_what_it_computes(name):
    number, unit = result(TEXTS[name][1])
    digits = len(number.partition("e")[0].replace(".", "").lstrip("-0"))
    assert digits >= 2 or ANSWERS[name] == float(number) * UNITS[unit]
    assert float(number) == float(f"{ANSWERS[name] / UNITS[unit]:.{digits - 1}e}")


@pytest.mark.parametrize("name", ANSWERS)
def test_each_slip_gets_its_own_hint(name, capsys):
    for hint, value in slips(name).items():
        check(name, value)
        assert capsys.readouterr().out == f"Not yet. {hint}\n"


@pytest.mark.parametrize("name", ANSWERS)
def test_four_slips_are_known_and_none_looks_like_another_or_like_the_answer(name):
    values = [ANSWERS[name], *slips(name).values()]
    assert len(values) >= 5
    for one, other in combinations(values, 2):
        assert abs(one / other - 1) > 0.02


def test_what_the_chapter_rounds_is_right(capsys):
    check("07-scale", 1.3e6, rtol=0.03)
    assert capsys.readouterr().out == "Right.\n"


def test_the_answers_of_one_chapter_take_the_place_of_its_old_ones(tmp_path, monkeypatch):
    file = tmp_path / "answers.json"
    file.write_text('{"03-x": 3.0, "02-old": 2.0, "01-x": 1.0}')
    monkeypatch.setattr(answers_tool, "FILE", file)
    source = tmp_path / "02-title.md"
    code = 'answer = a / 3\nslips = {"Why 3?": a}\n'
    solved = f"````{{solution}} ex-02-new\nThis is **0.667 eV**.\n```python\n{code}```\n````\n"
    source.write_text(f"```{{code-cell}} ipython3\na = 2\nb = 1 / 0\n```\n\n{solved}")
    answers_tool.write(source)
    new = {"answer": 0.666666667, "unit": "eV", "slips": {"Why 3?": 2.0}}
    assert json.loads(file.read_text()) == {"01-x": 1.0, "02-new": new, "03-x": 3.0}
    assert list(json.loads(file.read_text())) == ["01-x", "02-new", "03-x"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It is **48.3 keV**.", ("48.3e0", "keV")),
        ("It is **−1.5×10⁻⁴¹ cm²**.", ("-1.5e-41", "cm²")),
        ("**Not** that, **0.3**.", ("0.3e0", "")),
        ("Nothing.", ("", "")),
        ("```python\na = (b**2 - c**2) / b\n```\nIt is **2 MeV**.", ("2e0", "MeV")),
    ],
)
def test_what_a_solution_says_is_read(text, said):
    assert result(text) == said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("01-largest-recoil", ", a number times its unit, such as 12.3 * keV."),
        ("01-argon", ", as a number."),
    ],
)
def test_text_in_place_of_a_number_is_met_with_a_hint(name, said, capsys):
    check(name, "48 keV")
    assert capsys.readouterr().out == f"Write it without quotation marks{said}\n"


def test_only_an_answer_with_a_unit_gets_a_hint_about_units(capsys):
    check("01-argon", ANSWERS["01-argon"] * 1000)
    assert capsys.readouterr().out == "Not yet.\n"
    check("01-total", ANSWERS["01-total"] * 100)
    assert capsys.readouterr().out == "Not yet. It is off by 100: cm² or mm²?\n"


def _subtracted(x):
    """Δ ln(Λ_c²/Δ) at 50 MeV less its value at 0, for a χ of 30 MeV and Λ_c = 1 GeV."""
    delta = 30**2 + 50**2 * x * (1 - x)
    return delta * np.log(1e6 / delta) - 30**2 * np.log(1e6 / 30**2)


def _moment(vector2, axial2):
    """a_μ at 10 MeV for squares of couplings, up to a factor."""
    below = lambda x: 1 - x + x**2 * R10  # noqa: E731
    first = quad(lambda x: 2 * x**2 * (1 - x) / below(x), 0, 1)[0]
    second = quad(lambda x: (2 * x * (1 - x) * (4 - x) + 4 * x**3 * R10) / below(x), 0, 1)[0]
    return vector2 * first - axial2 * second


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
        np.log(scalar_loop(1e-6, 1.0, 1e3)(50.1**2) / scalar_loop(1e-6, 1.0, 1e3)(49.9**2))
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
    "02-bare": lambda: (
        quad(lambda x: x * (1 - x) * np.log(1e6 / (900 + 2500 * x * (1 - x))), 0, 1)[0]
        / (2 * np.pi**2)
    ),
    "02-sign": lambda: ((0.1 + ANSWERS["02-bare"]) / (0.1 - ANSWERS["02-bare"])) ** 2,
    "04-antineutrino": lambda: (
        quad(lambda y: 0.23863**2 + (0.73863 * (1 - y)) ** 2, 0, 1)[0]
        / quad(lambda y: 0.73863**2 + (0.23863 * (1 - y)) ** 2, 0, 1)[0]
    ),
    "06-mirror": lambda: (22 - 18 * 0.04548) / 40 / ((78 - 55 * 0.04548) / 133),
    "08-dark": lambda: (1 - 1 / ANSWERS["06-mirror"]) ** 2,
    "10-spacelike": lambda: 3 / 7,
    "11-left": lambda: _moment(0.25, 0.25) / _moment(1.0, 0.0),
    "12-independent": lambda: (2 / 3) ** 0.5,
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
        (0.5, "Not yet. A 2 is missing: E_R,max = 2E²/(m + 2E)."),
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
