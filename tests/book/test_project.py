"""The files around the book agree with each other and name no place that a copy would not have."""

import re
import subprocess
import sys
import tomllib

import pytest
import yaml
from packaging.specifiers import SpecifierSet
from packaging.version import Version
from project import ROOT, pages, title


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
    assert Version(python.removeprefix("python=")) in SpecifierSet(project["requires-python"])
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


def test_the_book_has_one_name():
    name = title()
    welcome = (ROOT / "book" / "welcome.md").read_text(encoding="utf-8")
    assert f"\n# {name}\n" in welcome
    for file in ("README.md", "CITATION.cff", "LICENSE", "LICENSE-TEXT", "book/404.html"):
        text = (ROOT / file).read_text(encoding="utf-8")
        assert name in " ".join(text.split()), file
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    assert [author["name"] for author in citation["authors"]] == [config["author"]]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert citation["version"] == project["version"]


def test_files_are_read_as_utf8_on_every_system():
    lost = [
        f"{file.relative_to(ROOT)}: {line.strip()}"
        for folder in ("tools", "portal", "book/_ext")
        for file in (ROOT / folder).rglob("*.py")
        for line in file.read_text(encoding="utf-8").splitlines()
        if re.search(r"\.read_text\(\)", line) and "json" not in line and ".lock" not in line
    ]
    assert not lost


def test_jupyterlab_works_with_what_shows_the_chapters():
    command = [sys.executable, "-m", "jupyter", "labextension", "list"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "jupyterlab-myst" in done.stdout + done.stderr
    assert "not compatible" not in done.stdout + done.stderr


def test_the_address_of_the_repository_is_set_in_one_place():
    files = tracked()
    if files is None:
        pytest.skip("not a git repository")
    if not yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["repository"]["url"]:
        pytest.skip("the repository has no address yet")
    address = yaml.safe_load((ROOT / "_config.yml").read_text())["repository"]["url"]
    project = address.removeprefix("https://github.com/")
    named = [path for path in files if path.exists() and project.encode() in path.read_bytes()]
    assert [path.name for path in named] == ["_config.yml"]


def test_actions_are_what_a_reader_of_the_makefile_expects():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "book.yml").read_text())
    commands = [step.get("run", "") for job in workflow["jobs"].values() for step in job["steps"]]
    assert ".ci/run" in commands
    assert any(command.startswith("make pdf") for command in commands)
