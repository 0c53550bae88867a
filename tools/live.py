"""Put beside the chapters what brings them to life in their own pages.

The scripts of tools/live are bundled with what they need from npm; for each chapter a file says
what its cells are and what its Python loads.  Pyodide and its packages are those of JupyterLite.
"""

import ast
import json
from pathlib import Path
from typing import Any

import nbformat
from lite import PUBLIC, closure
from project import ROOT, run
from session import needed, statements

SOURCES = ROOT / "tools" / "live"
PYODIDE = "lite/static/pyodide"
KERNEL = "lite/extensions/@jupyterlite/pyodide-kernel-extension/static/pypi"
# what the kernel imports itself
STARTS_WITH = ["comm", "ipython", "ipywidgets", "matplotlib", "sqlite3"]


def bundle(target: Path) -> None:
    """Make of the scripts one file for the page, one for its editor and one for the worker."""
    esbuild = ROOT / "node_modules" / "esbuild" / "bin" / "esbuild"
    options = ["--bundle", "--minify", "--legal-comments=linked", "--charset=utf8"]
    options += ["--loader:.py=text", "--log-level=warning", "--target=es2022"]
    for name, form in {"page": "esm", "editor": "esm", "worker": "iife"}.items():
        more = ["--external:./editor.js"] if name == "page" else []
        run(
            *(esbuild, SOURCES / f"{name}.js", f"--outfile={target / name}.js"),
            *(*options, f"--format={form}", *more),
        )


def still(code: str) -> str | None:
    """Return a cell without its last line if that draws frames, which are in the page already."""
    node = ast.parse(code).body[-1]
    call = node.value if isinstance(node, ast.Expr) else None
    if not (isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[-1] == "frames"):
        return None
    return "\n".join(code.splitlines()[: node.lineno - 1])


def describe(chapter: Path, site: Path) -> dict[str, Any]:
    """Return what the page of a chapter has to know."""
    cells = [c for c in nbformat.read(chapter, as_version=4).cells if c.cell_type == "code"]
    codes = [cell.source for cell in cells]
    known = []
    for cell in cells:
        about: dict[str, Any] = {"source": cell.source}
        if "remove-output" in cell.metadata.get("tags", []):
            about["knobs"] = True
        if (rest := still(cell.source)) is not None:
            about["still"] = rest
        known.append(about)
    lock = json.loads((site / PYODIDE / "pyodide-lock.json").read_text())["packages"]
    by_module = {module: name for name, package in lock.items() for module in package["imports"]}
    imported = {
        (alias.name if isinstance(node, ast.Import) else node.module or "").split(".")[0]
        for code in codes
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    packages = {by_module[module] for module in imported & by_module.keys()} | {*STARTS_WITH}
    first = next((i for i, about in enumerate(known) if about.get("knobs")), len(codes) - 1)
    wanted = [*needed(codes, first).values(), *statements(codes[first])]
    loaded = [lock[name]["file_name"] for name in closure(sorted(packages), lock)]
    local = [site / PYODIDE / name for name in loaded if not name.startswith("http")]
    return {
        "chapter": chapter.stem,
        "notebook": f"../_sources/notebooks/{chapter.name}",
        "pyodide": f"../{PYODIDE}/",
        "wheels": [
            f"../{KERNEL}/{wheel.name}"
            for pattern in ("ipykernel-*.whl", "pyodide_kernel-*.whl")
            for wheel in (site / KERNEL).glob(pattern)
        ],
        "packages": sorted(packages),
        "bytes": sum(file.stat().st_size for file in local) if len(local) == len(loaded) else 0,
        "host": None if len(local) == len(loaded) else PUBLIC.split("/")[2],
        "warm": [
            "import numpy, matplotlib.pyplot, matplotlib_inline.backend_inline, ipywidgets",
            *(one.text for one in wanted if one.imports),
        ],
        "cells": known,
    }


def live(target: Path) -> None:
    """Write the folder of the live pages into a site that has JupyterLite."""
    target.mkdir()
    bundle(target)
    for chapter in sorted((ROOT / "notebooks").glob("*.ipynb")):
        text = json.dumps(describe(chapter, target.parent), ensure_ascii=False)
        (target / f"{chapter.stem}.json").write_text(text, encoding="utf-8")
