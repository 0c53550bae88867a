"""Put JupyterLite with Pyodide below the site, so that each chapter runs in the browser."""

import json
import os
import re
import shutil
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import nbformat
from compiled import compile_wheels
from flit_core import buildapi
from project import BUILD, ROOT, commit_time, program, run, sha256
from references import Labels, plain

PYODIDE = "0.27.7"
PUBLIC = f"https://cdn.jsdelivr.net/pyodide/v{PYODIDE}/full/"
CORE = ["pyodide.asm.js", "pyodide.asm.wasm", "pyodide.js", "pyodide.mjs", "python_stdlib.zip"]
# what the kernel loads when it starts, and what the chapters import, from Pyodide itself
OFFICIAL = ["ipython", "jedi", "matplotlib", "micropip", "numpy", "scipy", "sqlite3", "ssl"]
# pure Python, entered beside them in the version that the book was built with
PURE = ["comm", "feyndraw", "hepunits", "ipywidgets", "mpmath", "sympy"]


def normal(name: str) -> str:
    """Return the name of a package as the index of Pyodide writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def entry(wheel: Path) -> dict[str, Any]:
    """Describe a wheel as pyodide-lock.json does, so that `import` finds it."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = next(name for name in names if name.endswith(".dist-info/METADATA"))
        text = archive.read(metadata).decode()
    requires = [
        normal(re.match(r"[\w.-]+", line)[0])  # type: ignore[index]
        for line in re.findall(r"^Requires-Dist: (.+)$", text, re.M)
        if "extra ==" not in line
    ]
    modules = {
        name.split("/")[0].removesuffix(".py")
        for name in names
        if name.endswith(".py") and ".data/" not in name
    }
    return {
        "name": normal(re.search(r"^Name: (.+)$", text, re.M)[1]),  # type: ignore[index]
        "version": re.search(r"^Version: (.+)$", text, re.M)[1],  # type: ignore[index]
        "file_name": wheel.name,
        "install_dir": "site",
        "sha256": sha256(wheel),
        "package_type": "package",
        "imports": sorted(modules),
        "depends": sorted(requires),
        "unvendored_tests": False,
    }


def pure_wheels(target: Path) -> list[Path]:
    """Fetch the pure-Python wheels, in the locked versions, and build that of portal."""
    locked = dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "requirements.lock").read_text(), re.M))
    store = BUILD / "wheels"
    store.mkdir(parents=True, exist_ok=True)
    wanted = {name: f"{name}-{locked[name]}-*.whl" for name in PURE}
    missing = [f"{n}=={locked[n]}" for n, pattern in wanted.items() if not any(store.glob(pattern))]
    if missing:
        options = ["--quiet", "--no-deps", "--only-binary=:all:", "--dest", store]
        run(sys.executable, "-m", "pip", "download", *options, *missing)
    for pattern in wanted.values():
        shutil.copy(next(store.glob(pattern)), target)
    os.environ["SOURCE_DATE_EPOCH"] = commit_time()
    os.chdir(ROOT)
    buildapi.build_wheel(str(target))
    return sorted(target.glob("*.whl"))


def closure(names: list[str], packages: dict[str, Any]) -> list[str]:
    """Return packages with all that they depend on."""
    found: set[str] = set()
    todo = list(names)
    while todo:
        name = normal(todo.pop())
        if name not in found:
            found.add(name)
            todo += packages[name]["depends"]
    return sorted(found)


def distribution(target: Path, archive: Path | None) -> None:
    """Lay out Pyodide: its core, its index with our wheels, and where official wheels are.

    With the archive of a release, the official wheels are copied out of it, after their hash was
    compared with the official index; without, the index names their public address.
    """
    target.mkdir(parents=True)
    core = ROOT / "node_modules" / "pyodide"
    for name in CORE:
        shutil.copy(core / name, target)
    lock = json.loads((core / "pyodide-lock.json").read_text())
    packages = lock["packages"]
    ours = [entry(wheel) for wheel in pure_wheels(target)]
    official = closure(OFFICIAL, packages)
    if archive:
        for name in set(packages) - set(official):
            del packages[name]
        unpack(archive, target, {packages[name]["file_name"] for name in official})
        for name in official:
            file = target / packages[name]["file_name"]
            if sha256(file) != packages[name]["sha256"]:
                sys.exit(f"{file.name} of {archive} is not the official file")
    else:
        for package in packages.values():
            package["file_name"] = PUBLIC + package["file_name"]
    packages |= {package["name"]: package for package in ours}
    for package in ours:
        # widgets' front ends come with JupyterLite, not as Python
        package["depends"] = [name for name in package["depends"] if name in packages]
    # chapters import the other packages by name; these are behind portal.book
    packages["portal"]["depends"] += ["feyndraw", "ipywidgets"]
    lock["packages"] = dict(sorted(packages.items()))
    (target / "pyodide-lock.json").write_text(json.dumps(lock))
    loaded = closure([*OFFICIAL, *(package["name"] for package in ours)], packages)
    files = CORE[:2] + CORE[4:] + [packages[name]["file_name"] for name in loaded]
    (target / "files.json").write_text(json.dumps(files))


def unpack(archive: Path, target: Path, names: set[str]) -> None:
    """Copy files out of the archive of a Pyodide release."""
    with tarfile.open(archive) as files:
        for member in files:
            name = Path(member.name).name
            content = files.extractfile(member) if name in names else None
            if content:
                (target / name).write_bytes(content.read())
    missing = sorted(name for name in names if not (target / name).exists())
    if missing:
        sys.exit(f"{archive} has no {', '.join(missing)}")


def lite(target: Path, archive: Path | None) -> None:
    """Build JupyterLite with the chapters into a folder of a built site."""
    labels = Labels(target.parent)
    work = BUILD / "lite"
    shutil.rmtree(work, ignore_errors=True)
    files = work / "files"
    files.mkdir(parents=True)
    for pair in sorted((ROOT / "notebooks").glob("*.ipynb")):
        # read by nbformat: JupyterLite wants the texts of cells whole, not line by line
        notebook = nbformat.read(pair, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = plain(cell.source, f"notebooks/{pair.stem}.html", labels)
        # without this, a dialog asks for a kernel
        notebook["metadata"]["kernelspec"] = {
            "name": "python",
            "display_name": "Python (Pyodide)",
            "language": "python",
        }
        (files / pair.name).write_text(json.dumps(notebook))
    distribution(work / "static" / "pyodide", archive)
    compile_wheels(work / "static" / "pyodide")
    for name in ("jupyter-lite.json", "overrides.json"):
        shutil.copy(ROOT / "tools" / "lite" / name, work)
    jupyter_lite = program(".venv-lite", "jupyter-lite")
    options = ["--lite-dir", work, "--output-dir", work / "out", "--contents", files]
    options += ["--apps", "notebooks", "--apps", "lab", "--no-sourcemaps", "--no-libarchive"]
    options += ["--no-unused-shared-packages"]
    options += [f"--FederatedExtensionAddon.extra_labextensions_path={ROOT / 'tools' / 'lite'}"]
    run(
        jupyter_lite,
        "build",
        *options,
        folder=work,
        SOURCE_DATE_EPOCH=commit_time(),
        PYTHONHASHSEED="0",
    )
    shutil.copytree(work / "out", target)
    # a browser asks for it where a page names none, as the pages of JupyterLite do
    shutil.copy(target / "lab" / "favicon.ico", target.parent)
