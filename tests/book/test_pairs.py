"""Both halves of each chapter are there, and hold the same cells."""

import shutil
import subprocess
import sys
from pathlib import Path

import cells as tool
import jupytext
import nbformat
import pytest
from pairs import FOLDED
from project import ROOT

NOTEBOOKS = ROOT / "notebooks"
NAMES = sorted({path.stem for suffix in ("md", "ipynb") for path in NOTEBOOKS.glob(f"*.{suffix}")})


def cells(notebook):
    return [
        (cell.cell_type, cell.source, {k: v for k, v in cell.metadata.items() if k != "jupyter"})
        for cell in notebook.cells
    ]


@pytest.mark.parametrize("name", NAMES)
def test_halves_hold_the_same_cells(name):
    source = jupytext.read(NOTEBOOKS / f"{name}.md")
    pair = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    assert cells(pair) == cells(source), "run `make pairs`"
    assert pair.metadata["jupytext"]["formats"] == "ipynb,md:myst"


@pytest.mark.parametrize("name", NAMES)
def test_jupyterlab_folds_what_the_book_folds(name):
    pair = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    for cell in pair.cells:
        folded = FOLDED & set(cell.metadata.get("tags", []))
        assert cell.metadata.get("jupyter", {}) == ({"source_hidden": True} if folded else {})


@pytest.mark.parametrize("name", NAMES)
def test_pair_is_executed_without_an_error(name):
    pair = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    code = [cell for cell in pair.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    errors = [out for cell in code for out in cell.outputs if out.output_type == "error"]
    assert not errors


@pytest.mark.parametrize("name", NAMES)
def test_pair_says_nothing_of_the_machine_that_made_it(name):
    pair = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    assert set(pair.metadata) == {"jupytext", "kernelspec"}, "run `make pairs`"
    assert [cell["id"] for cell in pair.cells] == [f"cell-{i}" for i in range(len(pair.cells))]


def test_text_is_compared_and_the_bytes_of_a_picture_are_not(tmp_path):
    shutil.copy(ROOT / "conftest.py", tmp_path)
    picture = nbformat.v4.new_code_cell(
        "from IPython.display import SVG, display\ndisplay(SVG('<svg id=\"a\"/>'))",
        execution_count=1,
        outputs=[
            nbformat.v4.new_output(
                "display_data",
                {
                    "image/svg+xml": '<svg id="b"/>',
                    "text/plain": "<IPython.core.display.SVG object>",
                },
            )
        ],
    )
    text = nbformat.v4.new_code_cell(
        "print(1.5)",
        execution_count=2,
        outputs=[nbformat.v4.new_output("stream", text="1.6\n")],
    )
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    notebook = nbformat.v4.new_notebook(cells=[picture, text], metadata=kernel)
    nbformat.write(notebook, tmp_path / "example.ipynb")
    command = [sys.executable, "-m", "pytest", "--nbval", "-v", "--rootdir", tmp_path, tmp_path]
    lines = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    assert "Cell 0 PASSED" in lines, lines
    assert "Cell 1 FAILED" in lines, lines


@pytest.fixture
def halves(tmp_path):
    """Copy a chapter, as .md and .ipynb."""
    return [
        Path(shutil.copy(NOTEBOOKS / f"{NAMES[0]}{suffix}", tmp_path))
        for suffix in (".md", ".ipynb")
    ]


def test_formatted_code_comes_into_the_source(halves):
    source, pair = halves
    before = source.read_text()
    tool.check(source, pair)
    tool.copy(source, pair)
    assert source.read_text() == before
    pair.write_text(pair.read_text().replace("import numpy as np", "import numpy as numbers"))
    tool.copy(source, pair)
    assert source.read_text() == before.replace("import numpy as np", "import numpy as numbers")


def test_an_edit_of_the_source_is_not_undone(halves):
    source, pair = halves
    edited = source.read_text().replace("import numpy as np", "import numpy as numbers")
    source.write_text(edited)
    with pytest.raises(SystemExit, match="make pairs"):
        tool.check(source, pair)
    pair.unlink()
    with pytest.raises(SystemExit, match="make pairs"):
        tool.check(source, pair)
    assert source.read_text() == edited
