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
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from project import ROOT

PAIRS: list[tuple[type[ast.AST], type[ast.AST]]] = [
    (ast.Add, ast.Sub),
    (ast.Mult, ast.Div),
    (ast.Lt, ast.LtE),
    (ast.Gt, ast.GtE),
]
PAIRS += [(ast.Eq, ast.NotEq), (ast.And, ast.Or), (ast.USub, ast.UAdd)]
SWAPS = {ast.Pow: ast.Mult} | dict(PAIRS) | {new: old for old, new in PAIRS}
TESTS = {"responses": "detectors", "published": "experiments", "b_fits": "b_decays"}
TESTS |= {"parity_violation": "limits", "constants": "electrons", "mediators": "scattering"}
LIMIT = 600  # seconds: a mutant that loops for ever counts as caught


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


def caught(copy: Path, file: Path, code: str) -> bool:
    """Say whether a test fails in a copy of the project that holds the mutant."""
    held = copy / file.relative_to(ROOT)
    original = held.read_text(encoding="utf-8")
    held.write_text(code, encoding="utf-8")
    first = copy / "tests" / "physics" / f"test_{TESTS.get(file.stem, file.stem)}.py"
    quick = ["-q", "-x", "-p", "no:cacheprovider", "--hypothesis-profile", "quick"]
    space = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        for tests in ([str(first)], [str(copy / "portal"), str(copy / "tests" / "physics")]):
            command = [sys.executable, "-m", "pytest", *quick, *tests]
            done = subprocess.run(
                command, cwd=copy, env=space, capture_output=True, check=False, timeout=LIMIT
            )
            if done.returncode:
                return True
        return False
    except subprocess.TimeoutExpired:
        return True
    finally:
        held.write_text(original, encoding="utf-8")


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
            leave = shutil.ignore_patterns(
                ".*", "_build", "node_modules", "notebooks", "__pycache__"
            )
            copies.put(Path(shutil.copytree(ROOT, Path(folder) / name, ignore=leave)))

        def attempt(mutant: tuple[Path, int, str, str, str]) -> bool:
            copy = copies.get()
            try:
                return caught(copy, mutant[0], mutant[4])
            finally:
                copies.put(copy)

        survivors = 0
        for number, (mutant, dead) in enumerate(zip(drawn, pool.map(attempt, drawn), strict=True)):
            file, line, old, new, _ = mutant
            if not dead:
                survivors += 1
                print(f"\r{file.relative_to(ROOT)}:{line}: {old}  →  {new}")
            print(f"\r{number + 1}/{len(drawn)}", end="", file=sys.stderr, flush=True)
    print(f"\n{len(drawn) - survivors} of {len(drawn)} caught")


if __name__ == "__main__":
    main()
