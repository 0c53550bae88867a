"""Every entry of the errata page is complete, links to a derivation, and quotes what it prints."""

import json
import re

import pytest
from project import ROOT

PAGE = (ROOT / "book" / "errata.md").read_text(encoding="utf-8")
FIELDS = ["Printed", "Derived", "Shown in", "Effect", "How sure"]
ENTRIES = re.findall(r"^\(([\w-]+)\)=\n### (.*?)\n(.*?)(?=^\(|^##|\Z)", PAGE, re.M | re.S)
NUMBER = re.compile(
    r"(?P<mantissa>\d+(?:\.\d+)?)(?:e(?P<e>[+-]?\d+)|\s*(?:\\times|\\cdot|×)\s*10\^\{?(?P<p>-?\d+)\}?)?"
)


def numbers(text):
    """All numbers of a text that round something: with a point, a power of ten, or three digits."""
    found = set()
    for match in NUMBER.finditer(text.replace("−", "-")):
        power = match["e"] or match["p"]
        if power or "." in match["mantissa"] or len(match["mantissa"]) > 2:
            found.add(float(f"{match['mantissa']}e{int(power or 0)}"))
    return found


def fields(body):
    parts = re.split(r"^- \*\*(.*?):\*\* ", body, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def labels():
    """Label → chapter that defines it."""
    return {
        label: source
        for source in sorted((ROOT / "notebooks").glob("*.md"))
        for label in re.findall(r"^\(([\w-]+)\)=", source.read_text(encoding="utf-8"), re.M)
    }


def printed(chapter):
    """Everything that the cells of a chapter print."""
    pair = json.loads(chapter.with_suffix(".ipynb").read_text(encoding="utf-8"))
    outputs = [out for cell in pair["cells"] for out in cell.get("outputs", [])]
    texts = [out.get("text", []) for out in outputs]
    for out in outputs:
        texts += [out.get("data", {}).get(f"text/{kind}", []) for kind in ("plain", "markdown")]
    return "\n".join("".join(text) for text in texts)


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
def test_effect_quotes_what_the_chapter_prints(label, title, body):
    entry, where = fields(body), labels()
    links = re.findall(r"\{ref\}`(?:[^`<]*<)?([\w-]+)>?`", entry["Shown in"])
    assert links, "link to the section that shows it"
    missing = [link for link in links if link not in where]
    assert not missing, "labels that no chapter has"
    output = numbers("\n".join(printed(where[link]) for link in links))
    stale = numbers(re.sub(r"\(\d\.\d+\)", "", entry["Effect"])) - output  # no equations
    assert not stale, f"{label} ({title}): no cell of the linked chapters prints these"
