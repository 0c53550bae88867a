"""Build the edition for students or that for teachers, from a copy of the sources.

What an edition must not hold is not in its copy, and so neither in its pages nor in anything else
that is made of it: notebooks, search, sources to download, live engine, PDF.  Students get no
solution; the checks of exercises stay, and their numbers are folded.  Teachers get the solutions
open, and the pages of book/teacher.
"""

import argparse
import base64
import html
import json
import re
import shutil
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import nbformat
from answers import SOLUTION
from project import BUILD, ROOT, run

SOURCES = ("book", "notebooks", "portal", "tools")
SHARED = (".venv", ".venv-lite", "node_modules")
NOTES = "book/teacher"
# shorter lines tell nothing
TELLING = 24
TEXTS = {".html", ".js", ".json", ".ipynb", ".md", ".txt", ".py", ".inv", ".csv", ".xml"}


def without_solutions(text: str) -> str:
    """Return a source without its solutions."""
    return SOLUTION.sub("", text)


def opened(text: str) -> str:
    """Return a source with its solutions open."""
    return SOLUTION.sub(lambda found: found[0].replace(":class: dropdown\n", "", 1), text)


def folded(text: str) -> str:
    """Return the answers of the checks so that nobody reads them by chance.

    This is no lock: the check runs on the student's machine and needs its numbers there.  Who asks
    for `portal.book.exercises.answers()` gets them; numbers and hints, not a solution.
    """
    return json.dumps(base64.b85encode(zlib.compress(text.encode(), 9)).decode()) + "\n"


def copy(target: Path) -> None:
    """Copy what the site is made of."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for file in ROOT.iterdir():
        if file.is_file() and not file.name.startswith(".git"):
            shutil.copy2(file, target)
    for name in SOURCES:
        ignore = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "*.egg-info")
        shutil.copytree(ROOT / name, target / name, ignore=ignore)
    for name in SHARED:
        if (ROOT / name).exists():
            (target / name).symlink_to((ROOT / name).resolve(), target_is_directory=True)


def texts(tree: Path) -> Iterator[Path]:
    """Yield the pages and chapters of a tree."""
    for folder in ("book", "notebooks"):
        yield from sorted((tree / folder).rglob("*.md"))


def student(tree: Path) -> None:
    """Take the solutions out of a copy of the sources, and what is only for teachers."""
    for file in texts(tree):
        file.write_text(without_solutions(file.read_text(encoding="utf-8")), encoding="utf-8")
    for file in sorted((tree / "notebooks").glob("*.ipynb")):
        notebook = nbformat.read(file, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = without_solutions(cell.source + "\n").strip()
        notebook.cells = [cell for cell in notebook.cells if cell.source]
        nbformat.write(notebook, file)
    answers = tree / "portal" / "book" / "answers.json"
    answers.write_text(folded(answers.read_text(encoding="utf-8")), encoding="utf-8")
    shutil.rmtree(tree / NOTES)
    name_it(tree, "for students")


def teacher(tree: Path) -> None:
    """Open the solutions in a copy of the sources, and put the pages for teachers in."""
    for file in texts(tree):
        file.write_text(opened(file.read_text(encoding="utf-8")), encoding="utf-8")
    pages = [f"{NOTES}/{page.stem}" for page in sorted((tree / NOTES).glob("*.md"))]
    entries = "".join(f"      - file: {page}\n" for page in pages)
    toc = tree / "_toc.yml"
    here = "      - file: book/teaching\n"
    toc.write_text(toc.read_text(encoding="utf-8").replace(here, here + entries), encoding="utf-8")
    name_it(tree, "for teachers")


def name_it(tree: Path, words: str) -> None:
    """Put the name of the edition into the title of the book."""
    config = tree / "_config.yml"
    text = config.read_text(encoding="utf-8")
    config.write_text(re.sub(r"^(title: .*)$", rf"\1, {words}", text, flags=re.M), encoding="utf-8")


def squashed(text: str) -> str:
    """Return the letters and digits of a text: the same in Markdown, JSON and HTML."""
    text = re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), text)
    return re.sub(r"[\W_]+", "", html.unescape(re.sub(r"<[a-zA-Z/!][^>]*>", "", text)))


def secrets(tree: Path) -> set[str]:
    """Return the lines of the solutions of a tree that stand nowhere else in texts and package."""
    inside: set[str] = set()
    outside = "".join(squashed(f.read_text(encoding="utf-8")) for f in tree.glob("portal/**/*.py"))
    for file in texts(tree):
        text = file.read_text(encoding="utf-8")
        for solution in SOLUTION.finditer(text):
            lines = re.sub(r"^(from|import) .*", "", solution[2], flags=re.M).splitlines()
            inside |= {squashed(line) for line in lines}
        outside += squashed(without_solutions(text))
    return {line for line in inside if len(line) >= TELLING and line not in outside}


def leaks(folder: Path, lines: set[str]) -> list[str]:
    """Return which files of a folder hold one of some lines, also inside wheels and archives."""
    found = []
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        if file.suffix in TEXTS:
            parts = [file.read_text(encoding="utf-8", errors="replace")]
        elif file.suffix in (".whl", ".zip"):
            with zipfile.ZipFile(file) as archive:
                names = [name for name in archive.namelist() if Path(name).suffix in TEXTS]
                parts = [archive.read(name).decode(errors="replace") for name in names]
        else:
            continue
        text = squashed("\n".join(parts))
        found += [f"{file.relative_to(folder)}: {line}" for line in sorted(lines) if line in text]
    return found


def build(edition: str, more: list[str]) -> Path:
    """Build an edition in a copy of the sources, and return its site."""
    tree = BUILD / edition / "sources"
    copy(tree)
    {"student": student, "teacher": teacher}[edition](tree)
    # no solution is a cell: what the cells gave for the book serves here, too
    for made in ("cache", "wheels"):
        if (BUILD / made).exists():
            shutil.copytree(BUILD / made, tree / "_build" / made)
    if (BUILD / "cache").exists():
        shutil.copy(BUILD / "cache.stamp", tree / "_build")
    run(sys.executable, "tools/build.py", *more, folder=tree, PYTHONPATH=str(tree))
    built = tree / "_build" / "html"
    if edition == "student" and (found := leaks(built, secrets(ROOT))):
        sys.exit("solutions leak into the edition for students:\n" + "\n".join(found))
    site = BUILD / edition / "html"
    shutil.rmtree(site, ignore_errors=True)
    built.rename(site)
    return site


def main() -> None:
    """Build the edition that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("edition", choices=("student", "teacher"))
    parser.add_argument("--pyodide", metavar="ARCHIVE", help="as for tools/build.py")
    options = parser.parse_args()
    archive = options.pyodide and str(Path(options.pyodide).resolve())
    site = build(options.edition, ["--pyodide", archive] if archive else [])
    print(f"The edition is {site}; for a PDF: python tools/pdf.py --site {site}")


if __name__ == "__main__":
    main()
