"""The template runs as it is, and chapters have its form and use public names only."""

import ast
import importlib
import re
from pkgutil import iter_modules

import jupytext
import pairs
import pytest
from answers import solutions, solve
from project import ROOT

from portal.scattering import energy_min

TEMPLATE = ROOT / "book" / "template" / "chapter.md"
CHAPTERS = sorted((ROOT / "notebooks").glob("*.md"))
ALL = pytest.mark.parametrize("path", [TEMPLATE, *CHAPTERS], ids=lambda path: path.stem)


def code(path):
    cells = jupytext.read(path).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "code")


@pytest.fixture(scope="module")
def template():
    """Run the template and return its code cells."""
    notebook = pairs.executed(TEMPLATE)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_the_template_shows_its_steps(template):
    shown = [out["data"] for cell in template for out in cell.outputs if "data" in out]
    formulas = [data["text/latex"] for data in shown if "text/latex" in data]
    assert len(formulas) == 4
    assert formulas[2] == r"$$E_{R,\max} = \frac{2E_\nu^2}{m+2E_\nu} \quad\checkmark$$"
    assert sum("text/markdown" in data for data in shown) == 2
    assert sum("image/svg+xml" in data for data in shown) == 1


def test_the_template_solves_its_exercise():
    ((name, found),) = solutions(TEMPLATE).items()
    assert name == "00-energy"
    assert solve(TEMPLATE, found) == pytest.approx(float(energy_min(37215.5, 0.02)), rel=1e-5)


@ALL
def test_a_chapter_begins_as_the_template_does(path):
    header = TEMPLATE.read_text().partition("(chapter-")[0]
    text = path.read_text()
    number = "00" if path == TEMPLATE else path.stem[:2]
    assert text.startswith(f"{header}(chapter-{number})=\n# ")
    assert text.index("{admonition} In this chapter") < text.index("\n## ")


@ALL
def test_a_chapter_uses_public_names_only(path):
    for node in ast.walk(ast.parse(code(path))):
        if isinstance(node, ast.ImportFrom | ast.Import):
            words = [getattr(node, "module", ""), *(alias.name for alias in node.names)]
            assert not any(part.startswith("_") for word in words for part in word.split("."))
        if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "portal":
            module = importlib.import_module(node.module)
            listed = set(getattr(module, "__all__", []))
            if folders := getattr(module, "__path__", []):
                listed |= {name for _, name, _ in iter_modules(folders)}
            assert {alias.name for alias in node.names} <= listed, node.module
        if isinstance(node, ast.Attribute) and not node.attr.endswith("__"):
            assert not node.attr.startswith("_"), node.attr


@pytest.mark.parametrize("page", ["howto", "package"])
def test_code_on_a_page_runs(page):
    text = (ROOT / "book" / f"{page}.md").read_text()
    program = "\n".join(re.findall(r"^```python\n(.*?)^```$", text, re.M | re.S))
    assert "portal" in program
    exec(program, {})


def test_the_page_of_the_package_names_every_module():
    page = (ROOT / "book" / "package.md").read_text(encoding="utf-8")
    named = re.findall(r"^\.\. automodule:: (\S+)$", page, re.M)
    files = (path.relative_to(ROOT).with_suffix("") for path in (ROOT / "portal").rglob("*.py"))
    modules = {".".join(file.parts) for file in files if not file.name.startswith("_")}
    assert sorted(named) == sorted(modules)
