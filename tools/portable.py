"""Run chapters and physics tests as other processors would, and with the physics tipped.

Each processor rounds in its own way.  Here numpy and OpenBLAS are told to leave instructions of
this processor alone, so that the last bits come out as elsewhere; no verdict may change.  Then
every cross section, loop integral, flux moment and form factor is multiplied by 1 ± 1e-13, which
must fail nothing, and by 1 + 1e-4, which chapters and tests must notice.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from numpy._core import _multiarray_umath  # type: ignore[attr-defined]
from project import ROOT

NOTEBOOKS = ("notebooks", "--nbval", "--nbval-sanitize-with", "tests/book/nbval.cfg")
PHYSICS = ("tests/physics", "portal")

FEATURES = [
    name
    for name in _multiarray_umath.__cpu_dispatch__
    if _multiarray_umath.__cpu_features__.get(name)
]
# kernels of OpenBLAS, oldest first, each with the instructions it needs
KERNELS = {"Prescott": "SSE3", "Haswell": "AVX2", "SkylakeX": "AVX512F"}

# A startup file, which Python reads in every process below: tests, their workers and kernels.
STARTUP = '''
import functools
import sys

import portal.b_decays

PARTS = {parts}
FACTOR = {factor}


def tipped(function):
    """Return the function with its result multiplied."""
    return functools.wraps(function)(lambda *args, **names: FACTOR * function(*args, **names))


def tip(owner, name):
    """Put the tipped function wherever a module of the package holds it."""
    function = getattr(owner, name)
    modules = [module for key, module in sys.modules.items() if key.startswith("portal")]
    for place in [owner, *modules]:
        if getattr(place, name, None) is function:
            setattr(place, name, tipped(function))


for part in PARTS:
    *owners, name = part.split(".")
    tip(functools.reduce(getattr, owners, portal), name)
'''

# What is tipped.  The package's functions call each other by these names.
PARTS = [
    "loops.j_integral",
    "loops.k_integral",
    "sources.Line.moments",
    "sources.Continuum.moments",
    "scattering._coefficients",
    "b_decays.delta_c9",
    "b_decays.branching_ratio",
]


def emulations() -> dict[str, dict[str, str]]:
    """Return the environments to run in, from the oldest processor to this one, by name."""
    known = _multiarray_umath.__cpu_features__
    kernels = [name for name, needs in KERNELS.items() if known.get(needs)] or [""]
    found = {}
    for number, kernel in enumerate(kernels):
        # the oldest kernel goes with the fewest features of numpy, the newest with all
        off = FEATURES[number * len(FEATURES) // max(len(kernels) - 1, 1) :]
        environment = {"NPY_DISABLE_CPU_FEATURES": " ".join(off), "PYTHONHASHSEED": str(number)}
        if kernel:
            environment["OPENBLAS_CORETYPE"] = kernel
        found[f"OpenBLAS {kernel or 'as is'}, numpy without {' '.join(off) or 'nothing'}"] = (
            environment
        )
    return found


def pytest(*what: str, **environment: str) -> list[str]:
    """Run tests and return the names of those that failed; with -x, one is expected to."""
    command = [sys.executable, "-m", "pytest", "-q", "--color=no", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "-n", "2", "--dist", "loadfile", *what],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    failed = re.findall(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", done.stdout, re.M)
    if done.returncode and not failed:
        sys.exit(done.stdout + done.stderr)
    if failed and "-x" not in what:
        print(done.stdout)
    print(done.stdout.strip().rsplit("\n", 1)[-1], *failed, sep="\n  ", flush=True)
    return failed


def startup(folder: str, factor: float, parts: list[str]) -> str:
    """Write the startup file, and return the PYTHONPATH with which Python finds it."""
    (Path(folder) / "sitecustomize.py").write_text(STARTUP.format(factor=factor, parts=parts))
    return f"{folder}{os.pathsep}{ROOT}"


def main() -> None:
    """Run everything that must pass, then what must fail."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tip", action="store_true", help="tip the physics only")
    wrong = []
    for name, environment in ({} if parser.parse_args().tip else emulations()).items():
        print(name, flush=True)
        wrong += [f"{test} ({name})" for test in pytest(*NOTEBOOKS, *PHYSICS, **environment)]
    with tempfile.TemporaryDirectory() as folder:
        for change in (1e-13, -1e-13):
            print(f"physics times 1 {change:+}", flush=True)
            failed = pytest(*NOTEBOOKS, *PHYSICS, PYTHONPATH=startup(folder, 1 + change, PARTS))
            wrong += [f"{test} (physics times 1 {change:+})" for test in failed]
        # each part alone, so that none is tipped in vain
        for what, parts in [(NOTEBOOKS, PARTS), *((PHYSICS, [part]) for part in PARTS)]:
            name = f"{what[0]}, {', '.join(parts)} times 1 + 1e-4"
            print(f"{name}: must fail", flush=True)
            if not pytest("-x", *what, PYTHONPATH=startup(folder, 1 + 1e-4, parts)):
                wrong.append(f"not noticed: {name}")
    if wrong:
        sys.exit("\n  ".join(["not the same everywhere:", *wrong]))


if __name__ == "__main__":
    main()
