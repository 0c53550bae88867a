"""The package can be read in the order of the physics: each module imports from those before it."""

import ast
import importlib
import subprocess
import sys

import pytest
from project import ROOT

import portal

PHYSICS = [
    "_validate",
    "published",
    "quadrature",
    "scanning",
    "constants",
    "loops",
    "mediators",
    "nuclear_form_factors",
    "nuclei",
    "corrections",
    "sources",
    "scattering",
    "fluxes",
    "quenching",
    "responses",
    "measurements",
    "prediction",
    "detectors",
    "joint",
    "solar",
    "poisson",
    "strength",
    "coherent",
    "since_2018",
    "experiments",
    "statistics",
    "toys",
    "limits",
    "choices",
    "parity_violation",
    "b_decays",
    "b_fits",
    "muon_bounds",
    "b_bounds",
]
BOOK = [
    "book.derivation",
    "book.dirac",
    "book.figures",
    "book.sliders",
    "book.tables",
    "book.b_figures",
    "book.paper_figures",
    "book.chapter_figures",
    "book.chapter_sliders",
    "book.era_figures",
    "book.csi_choices",
    "book.cross_section_figures",
    "book.scalar_figures",
    "book.source_figures",
    "book.limit_figures",
    "book.limit_sliders",
]
BOOK += ["book.exercises"]
ORDER = PHYSICS + BOOK


def imports(module):
    """Return the modules of portal, and the packages, that a module imports."""
    ours, others = set(), set()
    file = ROOT / "portal" / f"{module.replace('.', '/')}.py"
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            names = {node.module} if node.module else {alias.name for alias in node.names}
            own = module.startswith("book.") and node.level == 1
            ours |= {f"book.{name}" for name in names} if own else names
        elif isinstance(node, ast.ImportFrom):
            others.add(node.module.split(".")[0])
        elif isinstance(node, ast.Import):
            others |= {alias.name.split(".")[0] for alias in node.names}
    return ours, others - set(sys.stdlib_module_names)


def test_every_module_has_its_place():
    folder = ROOT / "portal"
    paths = {path.relative_to(folder).with_suffix("") for path in folder.rglob("*.py")}
    modules = {".".join(path.parts) for path in paths if path.name != "__init__"}
    assert modules == set(ORDER)


@pytest.mark.parametrize("module", ORDER)
def test_module_imports_only_from_those_before_it(module):
    ours, others = imports(module)
    assert ours <= set(ORDER[: ORDER.index(module)])
    if module in PHYSICS:
        assert others <= {"numpy", "scipy", "hepunits"}


def test_physics_is_tested_without_a_browser_and_without_the_book():
    book = {"playwright", "browser", "build", "lite", "sphinx", "nbformat", "IPython", "ipywidgets"}
    book |= {"matplotlib", "sympy", "book"}
    for file in (ROOT / "tests" / "physics").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [alias.name for alias in node.names]
                names.append(getattr(node, "module", None) or "")
                assert not book & {part for name in names for part in name.split(".")}, file.name


def test_importing_portal_loads_nothing_of_the_book():
    code = "import sys, portal; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"sympy", "matplotlib", "IPython", "ipywidgets"} & set(done.stdout.split())


def public(module):
    """Return the functions, the classes and the documented constants that a module defines."""
    tree = ast.parse((ROOT / "portal" / f"{module.replace('.', '/')}.py").read_text("utf-8"))
    names = set()
    for node, after in zip(tree.body, [*tree.body[1:], None], strict=True):
        documented = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and documented:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}
    return {name for name in names if not name.startswith("_")}


@pytest.mark.parametrize("module", [name for name in ORDER if not name.startswith("_")])
def test_all_names_what_a_module_offers(module):
    loaded = importlib.import_module(f"portal.{module}")
    assert len(loaded.__all__) == len(set(loaded.__all__))
    assert public(module) <= set(loaded.__all__)
    assert all(hasattr(loaded, name) for name in loaded.__all__)


def test_all_of_the_package_can_be_imported():
    assert len(portal.__all__) == len(set(portal.__all__))
    assert all(hasattr(portal, name) for name in portal.__all__)
