"""The edition for students holds no solution anywhere; that for teachers shows them all."""

import json
import re
import subprocess
import sys
import zipfile

import editions
import nbformat
import pytest
from answers import SOLUTION
from flit_core import buildapi
from project import ROOT

SECRETS = editions.secrets(ROOT)


def edited(folder, edit):
    """Copy the sources and make an edition of them."""
    tree = folder / "sources"
    editions.copy(tree)
    edit(tree)
    return tree


@pytest.fixture(scope="module")
def student(tmp_path_factory):
    return edited(tmp_path_factory.mktemp("student"), editions.student)


@pytest.fixture(scope="module")
def teacher(tmp_path_factory):
    return edited(tmp_path_factory.mktemp("teacher"), editions.teacher)


def solved():
    return [text for file in editions.texts(ROOT) for text in SOLUTION.findall(file.read_text())]


def test_there_are_secrets_of_every_solution():
    assert len(SECRETS) > 3 * len(solved())
    for name, text in solved():
        assert any(editions.squashed(line) in SECRETS for line in text.splitlines()), name


def test_no_solution_is_in_what_students_get(student):
    assert editions.leaks(ROOT / "notebooks", SECRETS)
    assert editions.leaks(student / "book", SECRETS) == []
    assert editions.leaks(student / "notebooks", SECRETS) == []
    assert not (student / editions.NOTES).exists()


def test_no_solution_is_in_the_wheel_that_the_live_engine_loads(student, tmp_path, monkeypatch):
    monkeypatch.chdir(student)
    wheel = tmp_path / buildapi.build_wheel(str(tmp_path))
    assert editions.leaks(tmp_path, SECRETS) == []
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read("portal/book/answers.json").decode()
    right = json.loads((ROOT / "portal/book/answers.json").read_text())
    for known in right.values():
        assert str(known["answer"]) not in text
        assert not any(hint in text for hint in known["slips"])


def test_exercises_and_questions_stay(student):
    for file in editions.texts(student):
        old = (ROOT / file.relative_to(student)).read_text()
        for kept in ("```{exercise}", "```{code-cell}", ":class: question"):
            assert file.read_text().count(kept) == old.count(kept)
    for file in (student / "notebooks").glob("*.ipynb"):
        old = nbformat.read(ROOT / "notebooks" / file.name, as_version=4)
        new = nbformat.read(file, as_version=4)
        assert [c.source for c in new.cells if c.cell_type == "code"] == [
            c.source for c in old.cells if c.cell_type == "code"
        ]


def test_nothing_refers_to_a_solution(student):
    for file in editions.texts(student):
        text = file.read_text()
        assert not re.search(r"\{solution|`(?:[^`<]*<)?sol-", text), file


def test_checks_work_for_students(student):
    known = json.loads((ROOT / "portal/book/answers.json").read_text())
    name, about = next((n, k) for n, k in known.items() if k["slips"])
    hint, wrong = next(iter(about["slips"].items()))
    code = f"from portal.book.exercises import check\n\ncheck({name!r}, {about['answer']})\n"
    code += f"check({name!r}, {wrong})\n"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=student,
        env={"PYTHONPATH": str(student)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"Right.\nNot yet. {hint}\n"


def test_solutions_of_teachers_are_open_and_their_pages_are_there(teacher):
    texts = [file.read_text() for file in editions.texts(teacher)]
    opened = [text for file in texts for _, text in SOLUTION.findall(file)]
    assert len(opened) == len(solved())
    assert not any(":class: dropdown" in text for text in opened)
    toc = (teacher / "_toc.yml").read_text()
    assert "file: book/teacher/marking\n" in toc
    assert "book/teacher" not in (ROOT / "_toc.yml").read_text()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "page.html",
            "<span>answer</span> <span>=</span> 2 * E**2 / (mass + 2 * <b>E</b>) &#x2F; 17",
        ),
        ("cells.json", json.dumps({"source": 'answer = 2 * E**2 / (mass + 2 * "E") / 17'})),
        ("deep/text.md", "answer = 2 * E**2 / (mass + 2 * E) / 17"),
    ],
)
def test_a_leak_is_found_in_any_dress(tmp_path, name, text):
    line = editions.squashed("answer = 2 * E**2 / (mass + 2 * E) / 17")
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    assert len(editions.leaks(tmp_path, {line})) == 1
    with zipfile.ZipFile(tmp_path / "some.whl", "w") as archive:
        archive.write(file, name)
    file.unlink()
    assert len(editions.leaks(tmp_path, {line})) == 1
    assert editions.leaks(tmp_path, {"something else that stands nowhere"}) == []
