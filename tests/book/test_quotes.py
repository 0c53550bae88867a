"""A number that the errata or a conclusion quotes is printed in the section that it links to."""

import re

import jupytext
import nbformat
import pytest
from project import ROOT

PAGE = (ROOT / "book" / "errata.md").read_text(encoding="utf-8")
FIELDS = ["Printed", "Derived", "Shown in", "Effect", "How sure"]
ENTRIES = re.findall(r"^\(([\w-]+)\)=\n### (.*?)\n(.*?)(?=^\(|^##|\Z)", PAGE, re.M | re.S)
CHAPTERS = sorted((ROOT / "notebooks").glob("*.md"))
CONCLUSIONS = "What to take away"
LINK = re.compile(r"\{ref\}`(?:[^`<]*<)?([\w-]+)>?`")
KINDS = ("plain", "markdown", "latex")
# it may stand above a heading or inside the text
LABEL = re.compile(r"^\(([\w-]+)\)=$")
HEADING = re.compile(r"^(#+) ")
NUMBER = re.compile(
    r"(?P<mantissa>\d+(?:\.\d+)?)(?:e(?P<e>[+-]?\d+)|\s*(?:\\times|\\cdot|×)\s*10\^\{?(?P<p>-?\d+)\}?)?"
)


def numbers(text):
    """All numbers of a text that round something: with a point, a power of ten, or three digits.

    Years and the numbers of arXiv and of equations round nothing.
    """
    text = re.sub(r"arXiv:[\d.]+|\(\d+\.\d+\)|\b(?:19|20)\d\d\b(?![.\d])", "", text)
    found = set()
    for match in NUMBER.finditer(text.replace("−", "-")):
        power = match["e"] or match["p"]
        if power or "." in match["mantissa"] or len(match["mantissa"]) > 2:
            found.add(float(f"{match['mantissa']}e{int(power or 0)}"))
    return found


def fields(body):
    parts = re.split(r"^- \*\*(.*?):\*\* ", body, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def printed(cell):
    """Everything that a cell prints."""
    texts = []
    for out in cell.get("outputs", []):
        data = out.get("data", {})
        texts += [out.get("text", ""), *(data.get(f"text/{kind}", "") for kind in KINDS)]
    return "\n".join(texts)


def sections():
    """Label → what the cells print between it and the next heading of its level or above."""
    found = {}
    for source in CHAPTERS:
        open_, level = {}, 1  # label → level of the section that it stands in
        for cell in nbformat.read(source.with_suffix(".ipynb"), as_version=4).cells:
            if cell.cell_type == "code":
                for label in open_:
                    found[label] += printed(cell)
                continue
            waiting = []
            for line in cell.source.split("\n"):
                if heading := HEADING.match(line):
                    level = len(heading[1])
                    open_ = {label: at for label, at in open_.items() if at < level}
                    open_ |= dict.fromkeys(waiting, level)
                    waiting = []
                elif label := LABEL.match(line):
                    waiting.append(label[1])
                    found[label[1]] = ""
                elif line.strip():
                    open_ |= dict.fromkeys(waiting, level)
                    waiting = []
            open_ |= dict.fromkeys(waiting, level)
    return found


SECTIONS = sections()


def stale(text, links):
    """Return the numbers of a text that no section behind the links prints."""
    missing = [link for link in links if link not in SECTIONS]
    assert not missing, "labels that no chapter has"
    printed_there = numbers("\n".join(SECTIONS[link] for link in links))
    return numbers(text) - printed_there


def conclusions():
    """Return the points of "What to take away" of each chapter, with the chapter's number."""
    for source in CHAPTERS:
        text = "\n\n".join(cell.source for cell in jupytext.read(source).cells)
        ours = text.split(f"## {CONCLUSIONS}\n")[1].split("\n## ")[0]
        for number, point in enumerate(re.split(r"^- ", ours, flags=re.M)[1:], 1):
            yield pytest.param(point, id=f"{source.stem[:2]}-{number}")


LATER: set[str] = set()  # chapters that are being rewritten


def later(request, name):
    """Expect a failure that a rewritten chapter will mend."""
    if name in LATER:
        request.applymarker(pytest.mark.xfail(strict=True, reason="computed elsewhere"))


def test_there_are_entries():
    assert len(ENTRIES) >= 8
    assert len(ENTRIES) == PAGE.count("\n### ")


def test_overview_lists_each_entry_once():
    overview = PAGE[PAGE.index("## Overview") : PAGE.index("## Sections 1")]
    listed = re.findall(r"\{ref\}`[^`]*<([\w-]+)>`", overview)
    assert sorted(listed) == sorted(label for label, _, _ in ENTRIES)


@pytest.mark.parametrize(("label", "title", "body"), ENTRIES, ids=[e[0] for e in ENTRIES])
def test_entry_is_complete(label, title, body):
    assert list(fields(body)) == FIELDS, f"{label} ({title})"


@pytest.mark.parametrize(("label", "title", "body"), ENTRIES, ids=[e[0] for e in ENTRIES])
def test_effect_quotes_what_the_section_prints(request, label, title, body):
    later(request, label)
    entry = fields(body)
    links = LINK.findall(entry["Shown in"])
    assert links, "link to the section that shows it"
    assert not stale(entry["Effect"], links), f"{label} ({title}): not printed behind these links"


@pytest.mark.parametrize("point", list(conclusions()))
def test_conclusion_quotes_what_a_section_prints(request, point):
    later(request, request.node.callspec.id)
    assert not stale(point, LINK.findall(point)), "not printed behind the links of this point"
