"""The answers of the exercises, and wrong ones: what the solutions in the chapters compute.

A solution says its result in bold, such as ``**48.3 keV**``, and its code ends in ``answer = …``.
It may go on with ``slips = {"hint": value, …}``, wrong answers that students give, each as a
formula beside the right one, and what to tell them.  Where an exercise asks for a derivation and
has no check, its solution shows formulas and computes no answer.
"""

import contextlib
import io
import json
import re
from pathlib import Path
from typing import Any

import hepunits
import jupytext
from project import ROOT
from session import needed

FILE = ROOT / "portal" / "book" / "answers.json"
SOLUTION = re.compile(r"^````\{solution\} ex-(\S+)\n(.*?)^````$", re.M | re.S)
CODE = re.compile(r"^```python\n(.*?)^```$", re.M | re.S)
RESULT = re.compile(r"\*\*([−\d.]+)(?:×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?(?: ([^*]+))?\*\*")
USUAL = str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")
UNITS = {
    **{name: getattr(hepunits, name) for name in ("eV", "keV", "MeV", "GeV", "TeV")},
    "cm²": hepunits.cm2,
    "cm⁻² s⁻¹": 1 / hepunits.cm2 / hepunits.s,
    "m": hepunits.m,
    "": 1.0,
}


def solutions(source: Path) -> dict[str, str]:
    """Return the code of each solution of a chapter by the name of its exercise."""
    found = SOLUTION.findall(source.read_text(encoding="utf-8"))
    return {name: "".join(CODE.findall(text)) for name, text in found}


def result(text: str) -> tuple[str, str]:
    """Return the number that a solution says, as Python writes it, and its unit."""
    found = RESULT.search(CODE.sub("", text))  # ** is a power there
    if found is None:
        return "", ""
    digits, power, unit = (part or "" for part in found.groups())
    return f"{digits}e{power or 0}".translate(USUAL), unit


def run(source: Path, code: str) -> dict[str, Any]:
    """Return the names that a solution binds, after what it needs of the chapter."""
    cells = [cell.source for cell in jupytext.read(source).cells if cell.cell_type == "code"]
    above = [one.text for one in needed([*cells, code], len(cells)).values()]
    space: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec("\n".join([*above, code]), space)
    return space


def solve(source: Path, code: str) -> float:
    """Return the answer that a solution computes."""
    return float(run(source, code)["answer"])


def computed(source: Path) -> dict[str, dict[str, Any]]:
    """Return answer, unit and wrong answers of each exercise of a chapter that has a check."""
    found = {}
    for name, text in SOLUTION.findall(source.read_text(encoding="utf-8")):
        code = "".join(CODE.findall(text))
        if not re.search(r"^answer = ", code, re.M):
            continue
        space = run(source, code)
        wrong = {hint: _digits(value) for hint, value in space.get("slips", {}).items()}
        found[name] = {"answer": _digits(space["answer"]), "unit": result(text)[1], "slips": wrong}
    return found


def _digits(value: float) -> float:
    """Return as many digits of a number as are the same on every processor."""
    return float(f"{float(value):.9g}")


def write(source: Path) -> None:
    """Put what one chapter's solutions compute into the file, in place of what it had."""
    number = source.stem[:2]
    stored = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    kept = {name: value for name, value in stored.items() if name[:2] != number}
    # a stable sort: within a chapter the order of the page stays
    ordered = dict(sorted((kept | computed(source)).items(), key=lambda item: item[0][:2]))
    text = json.dumps(ordered, indent=1, ensure_ascii=False) + "\n"
    FILE.write_text(text, encoding="utf-8")
