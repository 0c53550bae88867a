"""Change one operator or constant of portal at a time, and see whether a test of physics notices.

python tools/mutants.py 40 [--seed 7] draws 40 places of portal (not of portal.book) at random.
Everything happens in copies of the project, two at a time.  For each, the tests named after the
module come first, then all of tests/physics, with few examples of hypothesis and -x.
"""

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from project import ROOT

PAIRS = {ast.Add: ast.Sub, ast.Mult: ast.Div, ast.Lt: ast.LtE, ast.Gt: ast.GtE, ast.Eq: ast.NotEq}
PAIRS |= {ast.And: ast.Or, ast.USub: ast.UAdd}
SWAPS = {ast.Pow: ast.Mult} | PAIRS | {new: old for old, new in PAIRS.items()}
TESTS = {
    "responses": "detectors",
    "prediction": "detectors",
    "quenching": "responses",
    "nuclear_form_factors": "nuclei",
    "joint": "detectors",
    "published": "experiments",
    "b_fits": "b_decays",
}
TESTS |= {"muon_bounds": "bounds", "b_bounds": "bounds"}
TESTS |= {"parity_violation": "limits", "constants": "electrons", "mediators": "scattering"}
QUICK = ("-q", "-x", "-p", "no:cacheprovider", "--hypothesis-profile", "quick")
LIMIT = 900  # seconds for one round of tests


def mutate(tree: ast.Module) -> Iterator[ast.AST]:
    """Change one place after the other of a tree, yield its node, and change it back."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float | complex):
            old = node.value
            node.value = not old if isinstance(old, bool) else old * 2 if old else 1
            yield node
            node.value = old
        for field in ("op", "ops"):
            held = getattr(node, field, None)
            kind = type(held[0] if isinstance(held, list) else held)
            if kind in SWAPS:
                new = SWAPS[kind]()
                setattr(node, field, [new, *held[1:]] if isinstance(held, list) else new)
                yield node
                setattr(node, field, held)


def mutants() -> list[tuple[Path, int, str, str, str]]:
    """File, line, old code, new code, and the whole file that holds it, of every mutant."""
    found = []
    for file in sorted((ROOT / "portal").glob("[!_]*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        plain = {id(node): ast.unparse(node) for node in ast.walk(tree) if hasattr(node, "lineno")}
        for node in mutate(tree):
            line, new = node.lineno, ast.unparse(node)  # type: ignore[attr-defined]
            found.append((file, line, plain[id(node)], new, ast.unparse(tree)))
    return found


def outcome(copies: SimpleQueue[Path], file: Path, code: str) -> str:
    """Say what the tests make of a copy of the project in which a file holds other code."""
    copy = copies.get()
    held = copy / file.relative_to(ROOT)
    original = held.read_text(encoding="utf-8")
    held.write_text(code, encoding="utf-8")
    physics = copy / "tests" / "physics"
    first = physics / f"test_{TESTS.get(file.stem, file.stem)}.py"
    rounds: list[list[object]] = [[first]] if first.exists() else []
    rounds += [[physics, copy / "portal", "--ignore", copy / "portal" / "book"]]
    space = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        for tests in rounds:
            command = [sys.executable, "-m", "pytest", *QUICK, *map(str, tests)]
            done = subprocess.run(
                command, cwd=copy, env=space, capture_output=True, check=False, timeout=LIMIT
            )
            if done.returncode:
                return "caught"
        return "survived"
    except subprocess.TimeoutExpired:
        return "took too long"
    finally:
        held.write_text(original, encoding="utf-8")
        copies.put(copy)


def main() -> None:
    """Draw mutants, try them, and list those that no test noticed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("number", type=int, nargs="?", default=40)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    options = parser.parse_args()
    everything = mutants()
    drawn = random.Random(options.seed).sample(everything, options.number)
    print(f"{options.number} of {len(everything)} mutants, seed {options.seed}", flush=True)
    copies: SimpleQueue[Path] = SimpleQueue()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        for name in ("one", "two"):
            leave = shutil.ignore_patterns(".*", "_build", "node_modules", "__pycache__")
            copies.put(Path(shutil.copytree(ROOT, Path(folder) / name, ignore=leave)))

        unchanged = ROOT / "portal" / "__init__.py"
        if outcome(copies, unchanged, unchanged.read_text("utf-8")) != "survived":
            sys.exit("the tests fail without any mutant: mend that first")
        tally: Counter[str] = Counter()
        said_of = pool.map(lambda mutant: outcome(copies, mutant[0], mutant[4]), drawn)
        for (file, line, old, new, _), said in zip(drawn, said_of, strict=True):
            tally[said] += 1
            if said != "caught":
                print(f"\r{said}: {file.relative_to(ROOT)}:{line}: {old}  →  {new}")
            print(f"\r{tally.total()}/{len(drawn)}", end="", file=sys.stderr, flush=True)
    print("\n" + ", ".join(f"{count} {said}" for said, count in tally.items()))


if __name__ == "__main__":
    main()
