"""Previous knowledge is computed, questions explain every choice, and the plans add up."""

import re

import jupytext
import nbformat
import numpy as np
import pytest
from answers import CODE, SOLUTION
from hepunits import MeV, cm2, fm, hbarc, keV
from IPython.core.interactiveshell import InteractiveShell
from project import ROOT
from scipy.integrate import quad
from scipy.stats import chi2

from portal import Vector, allowed_couplings, suppressed
from portal.constants import M_ELECTRON, M_MUON, M_PION
from portal.experiments import LIGHT_YIELD, coherent_csi_2017
from portal.nuclei import nucleus
from portal.scattering import recoil_max, weak_charge

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


CHAPTERS = sorted((ROOT / "notebooks").glob("*.md"))
QUESTION = re.compile(r"^````\{admonition\} (.*?)\n:class: question\n(.*?)^````$", re.M | re.S)
CHOICE = re.compile(r"^:::\{dropdown\} (.*?)\n(.*?)^:::$", re.M | re.S)
LABELLED = re.compile(r"^\(q-(\d\d-[\w-]+)\)=\n(?=````\{admonition\} Question: )", re.M)


def questions():
    """Yield the label and the text of each question, those of the diagnostic page by number."""
    for name, (_, text) in enumerate(QUESTION.findall(source("diagnostic")), 1):
        yield str(name), text
    for chapter in CHAPTERS:
        text = chapter.read_text(encoding="utf-8")
        yield from zip(
            LABELLED.findall(text), (body for _, body in QUESTION.findall(text)), strict=True
        )


QUESTIONS = dict(questions())


def test_there_are_ten_questions_and_two_to_four_in_each_chapter():
    numbers = [title.split(".")[0] for title, _ in QUESTION.findall(source("diagnostic"))]
    assert numbers == [str(number) for number in range(1, 11)]
    for chapter in CHAPTERS:
        own = [name for name in QUESTIONS if name.startswith(f"{chapter.stem[:2]}-")]
        assert 2 <= len(own) <= 4


@pytest.mark.parametrize("name", QUESTIONS)
def test_each_choice_is_explained_and_one_is_right(name):
    choices = CHOICE.findall(QUESTIONS[name])
    assert len(choices) >= 3
    begins = sorted(text.split(".")[0] for _, text in choices)
    assert begins == ["No"] * (len(choices) - 1) + ["Right"]
    assert all(len(text.split()) >= 6 for _, text in choices)
    # a formula alone is no name of a button
    assert all(re.match(r"[\w¼½<]", choice) for choice, _ in choices)
    if name.isdigit():
        wrong = [text for _, text in choices if text.startswith("No")]
        assert all("<know-" in text for text in wrong), "say what to read"


def test_the_table_of_results_names_every_question_once():
    table = source("diagnostic").split("(diagnostic-result)=")[1]
    rows = re.findall(r"^\| ([\d, or]+) \| \{ref\}`[^`]*<(know-[\w-]+)>`", table, re.M)
    numbers = [(number, page) for cell, page in rows for number in re.findall(r"\d+", cell)]
    assert [number for number, _ in numbers] == [str(n) for n in range(1, 11)]
    for number, page in numbers:
        assert set(re.findall(r"<(know-[\w-]+)>", QUESTIONS[number])) == {page}


def heaviest(name):
    """Return the largest recoil of a nucleus at 8 MeV, in keV."""
    return recoil_max(nucleus(name).mass, 8 * MeV) / keV


def weak_ratio():
    return weak_charge(nucleus("Ar-40")) / weak_charge(nucleus("Ca-40"))


def mean(power):
    """Return the mean of E^power of the electron neutrinos of stopped muons, E = 52.8 MeV x."""
    return quad(lambda x: 12 * x ** (2 + power) * (1 - x), 0, 1)[0]


def edges():
    """Return all edges at 1 MeV with F ~ q², in units of 10⁻⁹."""
    light = Vector(1.0, suppressed(50.0))
    return [1e9 * g for band in allowed_couplings(coherent_csi_2017(), light) for g in band]


CS = nucleus("Cs-133")
# what a question says in numbers, computed; a number may also be one that its chapter prints
NUMBERS = {
    "1": lambda: [hbarc / (10 * MeV) / fm, 10 / 197, 1970, 197],
    "2": lambda: [1e-17, hbarc / (MeV * fm), hbarc**2 / (MeV**2 * cm2)],
    "6": lambda: [
        *(M_PION, M_MUON, M_PION / 2, M_PION - M_MUON),
        (M_PION**2 - M_MUON**2) / (2 * M_PION),
    ],
    "8": lambda: [110**0.5, 60**0.5 + 50**0.5],
    "9": lambda: [0.01, 0.1, 2**0.5, 2**0.5 / 10, 0.0101**0.5],
    "10": lambda: [chi2.ppf(chi2.cdf(4, 1), 2), 24 + chi2.ppf(chi2.cdf(4, 1), 2)],
    "01-neutrons": lambda: [weak_ratio(), weak_ratio() ** 2],
    "01-heavy": lambda: [
        *(heaviest(name) for name in ("Si-28", "Ge-74", "Cs-133")),
        CS.form_factor(2 * CS.mass * heaviest("Cs-133") * keV) ** 2,
    ],
    "02-scale": lambda: [np.log(4) / (12 * np.pi**2)],
    "04-amplitude": lambda: [1.25, 1.5, 1.5**2],
    "04-mass": lambda: [CS.mass / M_ELECTRON, (CS.mass / M_ELECTRON) ** 2],
    "05-mean": lambda: [mean(2) / mean(1) ** 2],
    "05-normalise": lambda: [6.0, 7.2, 1.8, 100],
    "05-threshold": lambda: [5 / LIGHT_YIELD / keV, LIGHT_YIELD * keV],
    "06-probability": lambda: [100 * chi2.cdf(4, 1)],
    "07-plateau": lambda: [0.1, *(csi_edge(mass) for mass in (0.1, 1.0))],
    "07-edge": lambda: [3e-9, 7e-9, *(1e-9 * edge for edge in edges())],
    "07-axis": lambda: [(50 / 30) ** 2],
    "09-resonance": lambda: [0.86],
    "10-low": lambda: [0.1],
    "12-zero": lambda: [100 * chi2.cdf(4, 1), 2000],
}


def csi_edge(mass):
    return allowed_couplings(coherent_csi_2017(), Vector(mass))[0][1]


SAID = re.compile(r"(\d+(?:\.\d+)?)(?:\\times10\^\{?(-?\d+)\}?)?")


def said(text):
    """Yield each number that has a point, a power or three digits, and how many digits."""
    text = re.sub(r"\((\d\.\d+)\)|(?:19|20)[12]\d", "", text)
    for digits, power in SAID.findall(text):
        if power or "." in digits or len(digits) > 2:
            count = len(digits.replace(".", "").lstrip("0"))
            yield float(f"{digits}e{power or 0}"), count


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_says_what_is_computed(name):
    known = {abs(float(value)) for value in NUMBERS.get(name, list)()}
    if not name.isdigit():
        (pair,) = (ROOT / "notebooks").glob(f"{name[:2]}-*.ipynb")
        outputs = [
            str(out.get("text", out.get("data", "")))
            for cell in nbformat.read(pair, as_version=4).cells
            for out in cell.get("outputs", [])
        ]
        printed = {float(number) for number in re.findall(r"\d+\.\d+", " ".join(outputs))}
    else:
        printed = set()
    for value, digits in said(QUESTIONS[name]):
        near = {float(f"{number:.{digits - 1}e}") for number in known}
        assert value in near | printed, f"{value} is not computed"


WORDS = {"Half an hour": 30, "Forty minutes": 40}
LINK = re.compile(r"\{ref\}`(?:[^`<]*<)?([\w-]+)>?`")


def times():
    """Return the minutes of each chapter and page by its label, as it says itself."""
    found = {}
    for page in PAGES:
        begin = re.search(r"^\((know-[\w-]+)\)=.*?^\*([\w ]+)\.", source(page), re.M | re.S)
        label, words = begin.groups()
        found[label] = WORDS[words]
    for chapter in CHAPTERS:
        minutes = re.search(r"Time:(?:\*\*)? (\d+) minutes", chapter.read_text(encoding="utf-8"))
        found[f"chapter-{chapter.stem[:2]}"] = int(minutes[1])
    return found


def test_the_paths_take_as_long_as_they_say():
    page, took = source("welcome"), times()
    short = re.findall(r"^\| (\d+) \| \{ref\}", page, re.M)
    assert sum(map(int, short)) == 120
    days = re.findall(r"^\| \d \| (\d+) \| (.*) \|$", page, re.M)
    assert len(days) == 5
    for minutes, what in days:
        assert int(minutes) == sum(took[label] for label in LINK.findall(what))
    chapters = sum(minutes for label, minutes in took.items() if label.startswith("chapter"))
    assert f"twelve chapters take {chapters} minutes" in page
    assert f"pages before them {sum(took.values()) - chapters}," in page
    table = source("diagnostic").split("(diagnostic-result)=")[1]
    said = re.findall(r"<(know-[\w-]+)>`.*\| (\d+) minutes \|$", table, re.M)
    assert {label: int(minutes) for label, minutes in said} == {
        label: took[label] for label in took if label.startswith("know")
    }


FIELDS = ["Goals", "Minutes", "Slides", "Before", "In class", "Ask", "Homework", "Pitfalls"]


def test_each_lecture_has_its_fields_and_fills_its_time():
    plan = source("teaching").split("(plan-ten)=")[1].split("(plan-five)=")[0]
    lectures = re.split(r"^### \d+\. ", plan, flags=re.M)[1:]
    assert len(lectures) == 10
    for lecture in lectures:
        fields = dict(re.findall(r"^- \*\*(.*?):\*\* (.*?)(?=^- |\Z)", lecture, re.M | re.S))
        assert list(fields)[1:] == FIELDS
        assert sum(map(int, re.findall(r"(?:^|; )(\d+) ", fields["Minutes"]))) == 90
        assert len(re.findall(r"<q-\d\d-", fields["Ask"])) >= 3
        assert len(re.findall(r"\{ref\}`ex-", fields["Homework"])) >= 3


def test_the_shorter_plans_fill_their_time():
    five, day = source("teaching").split("(plan-five)=")[1].split("(plan-day)=")
    lectures = re.findall(r"^\| \d [^|]*\|[^|]*\|([^|]*)\|", five, re.M)
    assert [sum(map(int, re.findall(r"\b(\d\d) ", row))) for row in lectures] == [90] * 5
    times = re.findall(r"^\| (\d+):(\d\d) \| (\d+) \|", day, re.M)
    starts = [60 * int(hour) + int(minute) for hour, minute, _ in times]
    ends = [start + int(row[2]) for start, row in zip(starts, times, strict=True)]
    assert len(times) == 8
    assert all(end <= start for end, start in zip(ends, starts[1:], strict=False))


def test_the_plans_lead_to_what_is_there():
    sources = [*(ROOT / "book").glob("*.md"), *CHAPTERS]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    labels = set(re.findall(r"^\(([\w-]+)\)=|^:label: ([\w-]+)$", text, re.M))
    known = {label for pair in labels for label in pair}
    asked = set()
    for page in ("teaching", "welcome", "diagnostic", *PAGES):
        links = set(LINK.findall(source(page)))
        assert links <= known, page
        asked |= {link for link in links if link.startswith("q-")}
    assert len(asked) > 25
