"""The built site is whole, equal each time, and asks no other host for anything."""

import re
import subprocess
import sys
import zipfile

import build
import pytest
from conftest import ROOT
from lite import closure, entry
from project import digest, pages

# what a browser fetches by itself when it shows a page, unlike a link that a reader follows
FETCHED = re.compile(
    r"""<(?:script|img|iframe|source|video|audio|embed)\b[^>]*?\bsrc=["']([^"']+)"""
    r"""|<link\b(?=[^>]*\brel=["']?(?:stylesheet|preload|icon|manifest))[^>]*?"""
    r"""\bhref=["']([^"']+)"""
)


@pytest.mark.parametrize("page", pages())
def test_page_came_out_and_fetches_only_from_the_site(site, page):
    file = site / f"{page}.html"
    fetched = [script or link for script, link in FETCHED.findall(file.read_text())]
    assert len(fetched) > 5
    for address in fetched:
        assert not re.match(r"https?:|//", address), address
        path = re.sub(r"[?#].*", "", address)
        assert address.startswith("data:") or (file.parent / path).exists(), address


def test_the_page_of_sources_names_every_file_of_data_and_no_other():
    page = (ROOT / "book" / "data.md").read_text()
    files = {file.name for file in (ROOT / "portal" / "data").iterdir()}
    assert set(re.findall(r"`(\w+\.csv)`", page)) == files


def test_nothing_half_written_is_left_by_a_build_that_fails(tmp_path):
    before = build.digest("book") and sorted(p.name for p in build.BUILD.iterdir())
    done = subprocess.run(
        [sys.executable, "tools/build.py", "--offline", str(tmp_path / "none.tar.xz")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "none.tar.xz is not there" in done.stderr
    assert sorted(p.name for p in build.BUILD.iterdir()) == before


def test_random_names_of_widgets_are_numbered():
    page = '{"state": {"%s": {"model_name": "A"}, "%s": {"model_name": "B"}}} %s'
    first, second = "0123456789abcdef" * 2, "f" * 32
    tidied = build.tidy(page % (first, second, second))
    assert tidied == page % ("0" * 32, "0" * 31 + "1", "0" * 31 + "1")


def test_the_same_folder_gives_the_same_archive(tmp_path):
    folder = tmp_path / "site"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "b").write_text("b")
    (folder / "a").write_text("a")
    archives = [tmp_path / "one" / "x.zip", tmp_path / "two" / "x.zip"]
    for archive in archives:
        archive.parent.mkdir()
        build.pack(folder, archive)
        (folder / "a").touch()
    assert archives[0].read_bytes() == archives[1].read_bytes()
    assert zipfile.ZipFile(archives[0]).namelist() == ["x/a", "x/deep/b"]


def test_a_change_of_the_package_drops_the_outputs():
    assert digest("portal") == digest("portal")
    assert digest("portal") != digest("portal", "requirements.lock")


def test_a_wheel_is_described_for_pyodide(tmp_path):
    wheel = tmp_path / "two_words-1.2-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("two_words/__init__.py", "")
        archive.writestr(
            "two_words-1.2.dist-info/METADATA",
            "Name: Two.Words\nVersion: 1.2\nRequires-Dist: NumPy>=2\n"
            "Requires-Dist: pytest; extra == 'test'\n",
        )
    described = entry(wheel)
    assert (described["name"], described["version"]) == ("two-words", "1.2")
    assert described["imports"] == ["two_words"]
    assert described["depends"] == ["numpy"]


def test_closure_follows_dependencies():
    packages = {"a": {"depends": ["b_c"]}, "b-c": {"depends": []}, "d": {"depends": []}}
    assert closure(["a"], packages) == ["a", "b-c"]
