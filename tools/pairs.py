"""Write the executed .ipynb beside each .md of notebooks/, and the answers of its exercises.

The same source gives the same files.
"""

import argparse
import hashlib
import os
from pathlib import Path
from typing import Any

import answers
import jupytext
import nbformat
from nbclient import NotebookClient
from project import BUILD, ROOT, digest, whole_prints

WIDGET = "application/vnd.jupyter.widget-view+json"
# what the book folds, JupyterLab folds, too
FOLDED = {"hide-input", "hide-cell", "remove-input"}


def executed(source: Path) -> Any:
    """Run a chapter and return it as a notebook without anything that differs between runs."""
    notebook = jupytext.read(source)
    NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        coalesce_streams=True,
        record_timing=False,
        resources={"metadata": {"path": str(source.parent)}},
    ).execute()
    for key in ("language_info", "widgets"):
        notebook.metadata.pop(key, None)
    notebook.metadata["jupytext"]["text_representation"].pop("jupytext_version", None)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
        if cell.cell_type == "code":
            # a widget's view without its model shows an error instead of the widget
            cell.outputs = [out for out in cell.outputs if WIDGET not in out.get("data", {})]
            if FOLDED & set(cell.metadata.get("tags", [])):
                cell.metadata["jupyter"] = {"source_hidden": True}
    return notebook


def inputs_of(source: Path, package: str) -> str:
    """Return a hash of what the outputs of a chapter depend on."""
    return hashlib.sha256(source.read_bytes() + package.encode()).hexdigest()


def main() -> None:
    """Redo the pairs that are out of date, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "chapters", nargs="*", type=Path, help="notebooks/NN-title.md; default: all"
    )
    parser.add_argument("--force", action="store_true", help="redo those that are up to date, too")
    options = parser.parse_args()
    os.environ["IPYTHONDIR"] = whole_prints()
    chapters = options.chapters or sorted((ROOT / "notebooks").glob("*.md"))
    package = digest("portal", "requirements.lock")
    (BUILD / "pairs").mkdir(parents=True, exist_ok=True)
    for source in chapters:
        pair = source.with_suffix(".ipynb")
        stamp = BUILD / "pairs" / source.stem
        fresh = stamp.exists() and stamp.read_text(encoding="utf-8") == inputs_of(source, package)
        if fresh and pair.exists() and not options.force:
            continue
        print(f"running {source.name}", flush=True)
        nbformat.write(executed(source), pair)
        answers.write(source)
        stamp.write_text(inputs_of(source, package), encoding="utf-8")


if __name__ == "__main__":
    main()
