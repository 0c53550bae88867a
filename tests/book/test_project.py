"""The files around the book agree with each other and name no place that a copy would not have."""

import re
import subprocess
import tomllib

import pytest
import yaml
from project import ROOT, pages


def tracked():
    """Return the text files that git knows, or None in a copy without git."""
    done = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return [ROOT / name for name in done.stdout.split("\n") if name] or None


def test_every_chapter_is_a_page():
    chapters = sorted(path.stem for path in (ROOT / "notebooks").glob("*.md"))
    listed = [page.removeprefix("notebooks/") for page in pages() if page.startswith("notebooks/")]
    assert listed == chapters


def test_every_page_has_a_source():
    for page in pages():
        assert (ROOT / f"{page}.md").exists(), page


def test_every_page_of_prose_is_in_the_book():
    assert {f"book/{path.stem}" for path in (ROOT / "book").glob("*.md")} <= set(pages())


def test_conda_environment_asks_for_what_the_package_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    python, _, pip = environment["dependencies"]
    assert python == f"python{project['requires-python']}"
    book = project["optional-dependencies"]["book"]
    assert pip["pip"] == [*project["dependencies"], *book, "-e ."]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-lite.lock"])
def test_lock_pins_every_package(name):
    lines = (ROOT / name).read_text().splitlines()
    assert all(re.match(r"[\w.-]+==[\w.]+( ; .+)?$", line) for line in lines)


def test_lock_holds_what_the_project_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [project["dependencies"], *project["optional-dependencies"].values()]
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    names = {re.match(r"[\w-]+", name)[0] for group in asked for name in group}
    assert names <= {line.split("==")[0] for line in lines}


def test_no_file_names_a_registry():
    files = tracked()
    if files is None:
        pytest.skip("not a git repository")
    hosts = [
        ".".join(parts) for parts in [("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org")]
    ]
    found = [
        f"{path.relative_to(ROOT)}: {host}"
        for path in files
        if path.exists()
        for host in hosts
        if host.encode() in path.read_bytes()
    ]
    assert found == []
    assert "resolved" not in (ROOT / "package-lock.json").read_text()


def test_the_address_of_the_repository_is_set_in_one_place():
    files = tracked()
    if files is None:
        pytest.skip("not a git repository")
    address = yaml.safe_load((ROOT / "_config.yml").read_text())["repository"]["url"]
    project = address.removeprefix("https://github.com/")
    named = [path for path in files if path.exists() and project.encode() in path.read_bytes()]
    assert [path.name for path in named] == ["_config.yml"]


def test_actions_are_what_a_reader_of_the_makefile_expects():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "book.yml").read_text())
    commands = [step.get("run", "") for job in workflow["jobs"].values() for step in job["steps"]]
    assert ".ci/run" in commands
    assert "make pdf" in commands
