"""The answers of the exercises: what the solutions in the chapters compute."""

import ast
import contextlib
import io
import json
import re
from pathlib import Path
from symtable import SymbolTable, symtable
from typing import Any

import jupytext
from project import ROOT

FILE = ROOT / "portal" / "book" / "answers.json"
SOLUTION = re.compile(r"^````\{solution\} ex-(\S+)\n(.*?)^````$", re.M | re.S)
CODE = re.compile(r"^```python\n(.*?)^```$", re.M | re.S)


def solutions(source: Path) -> dict[str, str]:
    """Return the code of each solution of a chapter by the name of its exercise."""
    found = SOLUTION.findall(source.read_text(encoding="utf-8"))
    return {name: "".join(CODE.findall(text)) for name, text in found}


def _binds(table: SymbolTable) -> set[str]:
    """Return the names to which a statement gives a meaning."""
    return {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}


def _reads(table: SymbolTable) -> set[str]:
    """Return the names that a statement, or a function in it, takes from outside."""
    outside = table.get_type() == "module"
    found = {
        s.get_name()
        for s in table.get_symbols()
        if s.is_referenced() and (outside or s.is_global())
    }
    return found.union(*map(_reads, table.get_children()))


def solve(source: Path, code: str) -> float:
    """Run a solution after what it needs of the chapter: no figures, no tables."""
    cells = [cell.source for cell in jupytext.read(source).cells if cell.cell_type == "code"]
    program: list[str] = []
    missing = {"answer"}
    for statement in reversed(ast.parse("\n".join([*cells, code])).body):
        table = symtable(text := ast.unparse(statement), source.name, "exec")
        if _binds(table) & missing:
            missing = missing - _binds(table) | _reads(table)
            program.insert(0, text)
    space: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec("\n".join(program), space)
    return float(space["answer"])


def write(source: Path) -> None:
    """Put the answers of one chapter into the file, in place of those it had."""
    number = source.stem[:2]
    stored = json.loads(FILE.read_text()) if FILE.exists() else {}
    answers = {name: value for name, value in stored.items() if name[:2] != number}
    for name, code in solutions(source).items():
        # so many digits are the same on every processor
        answers[name] = float(f"{solve(source, code):.9g}")
    # a stable sort: within a chapter the order of the page stays
    ordered = dict(sorted(answers.items(), key=lambda item: item[0][:2]))
    FILE.write_text(json.dumps(ordered, indent=1) + "\n")
