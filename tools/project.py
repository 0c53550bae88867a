"""What the tools share: where things are, and how to run and to name them."""

import hashlib
import os
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "_build"
FIRST = 315532800  # the first second that a zip can write, 1980


def pages() -> list[str]:
    """Return the pages that _toc.yml names, in order, without suffix."""

    def walk(node: object) -> list[str]:
        if isinstance(node, list):
            return [page for item in node for page in walk(item)]
        if isinstance(node, dict):
            own = [node[key] for key in ("root", "file") if key in node]
            return own + [page for item in node.values() for page in walk(item)]
        return []

    return walk(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))


def title() -> str:
    """Return the name of the book."""
    return str(yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["title"])


def run(*command: object, folder: Path = ROOT, **environment: str) -> None:
    """Run a program in a folder, the top one unless told, and stop where it fails."""
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=folder, env={**os.environ, **environment}, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(words)} failed with exit code {done.returncode}")


def program(environment: str, name: str) -> Path:
    """Return where a program of one of our environments is, also on Windows."""
    return ROOT / environment / ("Scripts" if os.name == "nt" else "bin") / name


def commit_time() -> str:
    """Return the time of the last commit, or where there is no git, the first that zip can write.

    Given to every tool that writes dates, it makes two builds of a commit equal.
    """
    done = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or str(FIRST)


def whole_prints() -> str:
    """Return an IPYTHONDIR in which kernels send what a cell prints in one piece.

    By itself a kernel sends every 0.2 s, so that chance decides where the lines are cut.
    """
    folder = BUILD / "ipython"
    startup = folder / "profile_default" / "startup"
    startup.mkdir(parents=True, exist_ok=True)
    (startup / "00-whole-prints.py").write_text(
        "import sys\n\nsys.stdout.flush_interval = sys.stderr.flush_interval = 3600\ndel sys\n"
    )
    return str(folder)


def sha256(file: Path) -> str:
    """Return the hash of a file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def pack(folder: Path, archive: Path, top: str = "", seconds: int = FIRST) -> None:
    """Zip a folder; the same files give the same archive."""
    date = datetime.fromtimestamp(seconds, UTC).timetuple()[:6]
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(f"{top}{file.relative_to(folder).as_posix()}", date)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            packed.writestr(entry, file.read_bytes())


def digest(*folders: str) -> str:
    """Return a hash of all Python and data files below some folders."""
    total = hashlib.sha256()
    for folder in folders:
        path = ROOT / folder
        files = [path] if path.is_file() else sorted(path.rglob("*"))
        for file in files:
            # the answers come from the chapters and change no output of theirs
            made = "__pycache__" in file.parts or file.name == "answers.json"
            if file.is_file() and not made:
                total.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return total.hexdigest()
