"""The answers of the exercises, and wrong ones: what the solutions in the chapters compute.

A solution ends in ``answer = …``.  It may go on with ``slips = {"hint": value, …}``, wrong answers
that students give, each as a formula beside the right one, and what to tell them.
"""

import contextlib
import io
import json
import re
from pathlib import Path
from typing import Any

import jupytext
from project import ROOT
from session import needed

FILE = ROOT / "portal" / "book" / "answers.json"
SLIPS = ROOT / "portal" / "book" / "slips.json"
SOLUTION = re.compile(r"^````\{solution\} ex-(\S+)\n(.*?)^````$", re.M | re.S)
CODE = re.compile(r"^```python\n(.*?)^```$", re.M | re.S)


def solutions(source: Path) -> dict[str, str]:
    """Return the code of each solution of a chapter by the name of its exercise."""
    found = SOLUTION.findall(source.read_text(encoding="utf-8"))
    return {name: "".join(CODE.findall(text)) for name, text in found}


def run(source: Path, code: str, *names: str) -> list[Any]:
    """Return what a solution gives to some names, after what it needs of the chapter."""
    cells = [cell.source for cell in jupytext.read(source).cells if cell.cell_type == "code"]
    above = [one.text for one in needed([*cells, code], len(cells)).values()]
    space: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec("\n".join([*above, code]), space)
    return [space[name] for name in names]


def solve(source: Path, code: str) -> float:
    """Return the answer that a solution computes."""
    (answer,) = run(source, code, "answer")
    return float(answer)


def wrong(source: Path, code: str) -> dict[str, float]:
    """Return the wrong answers of a solution by the hint that each deserves."""
    if not re.search(r"^slips = ", code, re.M):
        return {}
    _, slips = run(source, code, "answer", "slips")
    return {hint: float(value) for hint, value in slips.items()}


def write(source: Path) -> None:
    """Put what one chapter's solutions compute into the files, in place of what they had."""
    found = solutions(source)
    # so many digits are the same on every processor
    _update(FILE, source, {n: float(f"{solve(source, c):.9g}") for n, c in found.items()})
    slips = {n: s for n, c in found.items() if (s := wrong(source, c))}
    rounded = {n: {h: float(f"{v:.9g}") for h, v in s.items()} for n, s in slips.items()}
    _update(SLIPS, source, rounded)


def _update(file: Path, source: Path, new: dict[str, Any]) -> None:
    number = source.stem[:2]
    stored = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    kept = {name: value for name, value in stored.items() if name[:2] != number} | new
    # a stable sort: within a chapter the order of the page stays
    ordered = dict(sorted(kept.items(), key=lambda item: item[0][:2]))
    text = json.dumps(ordered, indent=1, ensure_ascii=False) + "\n"
    file.write_text(text, encoding="utf-8")
