"""The built site is whole, equal each time, and asks no other host for anything."""

import json
import re
import sys
import unicodedata
import zipfile
from functools import cache
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import build
import pdf
import project
import pytest
from lite import closure, entry
from project import ROOT, pages
from pypdf import PdfReader
from references import BOOK, Labels, plain

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


@pytest.mark.parametrize("page", pages())
def test_little_stands_before_the_first_screen(site, page):
    file = site / f"{page}.html"
    head, _ = file.read_text(encoding="utf-8").split("</head>", 1)
    waits = [
        (file.parent / re.sub(r"[?#].*", "", source)).stat().st_size
        for attributes in re.findall(r"<script\b([^>]*)>", head)
        for source in re.findall(r'src="([^"]+)"', attributes)
        if not re.search(r"\b(defer|async)\b", attributes)
    ]
    assert len(head.encode()) + sum(waits) < 100e3, waits
    assert 'rel="preload"' not in head


def test_the_index_of_the_paper_is_whole(site):
    page = (site / "book" / "paper.html").read_text(encoding="utf-8")
    rows = re.findall(r"<tr.*?</tr>", page.split("<tbody>")[1], re.S)
    assert len(rows) == 1 + 12 + 7 + 3 + 12 + 8  # equations by section, figures
    for row in rows:
        number, _, where, verdict = re.findall(r"<td>(.*?)</td>", row, re.S)
        assert "notebooks/" in where, f"{number} has no place in the chapters"
        assert "Not examined" not in verdict, number
    found = {re.sub(r"<.*?>", "", row).split()[0]: row for row in rows}
    assert "Right as printed" in found["(2.4)"]
    assert "Misprint without effect" in found["(2.9)"]
    assert "Changes a result" in found["(3.4)"]


def test_numbers_in_the_margin_lead_to_the_index_of_the_paper(site):
    linked = {}
    for page in (site / "notebooks").glob("*.html"):
        for note in re.findall(
            r"<aside[^>]* paper-number.*?</aside>", page.read_text("utf-8"), re.S
        ):
            words = re.sub(r"<[^>]*>", "", note)
            links = re.findall(r'href="[^"]*paper\.html#paper-(\d-\d+)"', note)
            assert re.fullmatch(r"\s*paper \(\d\.\d+\)(, \(\d\.\d+\))*\s*", words), (
                page.name,
                words,
            )
            assert [f"({link.replace('-', '.')})" for link in links] == re.findall(
                r"\(.*?\)", words
            )
            linked.setdefault(page.name[:2], []).extend(links)
    assert set(linked) >= {"02", "06"}, "no numbers of the paper in the margins of these chapters"


class Links(HTMLParser):
    """The anchors of a page, and what its links point to."""

    def __init__(self, file):
        super().__init__()
        self.anchors, self.links = {""}, []
        self.feed(file.read_text())

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.anchors |= {given.get("id"), given.get("name")}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])


def test_every_link_inside_the_site_finds_its_page_and_its_anchor(site):
    read = cache(Links)
    files = [file for file in site.rglob("*.html") if "lite" not in file.relative_to(site).parts]
    assert {f"{page}.html" for page in pages()} <= {str(file.relative_to(site)) for file in files}
    broken = []
    for file in files:
        for link in read(file).links:
            address = urlsplit(link)
            if address.scheme or address.netloc:
                continue
            there = (file.parent / unquote(address.path)).resolve() if address.path else file
            there = there / "index.html" if there.is_dir() else there
            anchored = there.suffix == ".html" and "lite" not in there.parts
            if not there.exists() or (
                anchored and unquote(address.fragment) not in read(there).anchors
            ):
                broken.append(f"{file.relative_to(site)}: {link}")
    assert not broken


@pytest.mark.parametrize("page", [page for page in pages() if page.startswith("notebooks/")])
def test_a_chapter_has_the_number_of_its_file(site, page):
    number = int(page.removeprefix("notebooks/")[:2])
    title = f'<h1><span class="section-number">{number}. </span>'
    assert title in (site / f"{page}.html").read_text()


def test_the_page_of_sources_names_every_file_of_data_and_no_other():
    page = (ROOT / "book" / "data.md").read_text()
    files = {file.name for file in (ROOT / "portal" / "data").iterdir()}
    assert set(re.findall(r"`(\w+\.csv)`", page)) == files


@pytest.fixture
def workshop(tmp_path, monkeypatch):
    """A folder for the build, with an old site in it."""
    (tmp_path / "html").mkdir()
    (tmp_path / "html" / "index.html").write_text("old")
    monkeypatch.setattr(build, "BUILD", tmp_path)
    monkeypatch.setattr(build, "HTML", tmp_path / "html")
    monkeypatch.setattr(sys, "argv", ["build.py"])
    return tmp_path


def write_page(target):
    target.mkdir()
    (target / "index.html").write_text("new")


def test_a_build_that_fails_leaves_the_old_site(workshop, monkeypatch):
    def fail(target, _):
        assert (target.parent / "index.html").read_text() == "new"
        sys.exit("no lite")

    monkeypatch.setattr(build, "book", write_page)
    monkeypatch.setattr(build, "lite", fail)
    with pytest.raises(SystemExit, match="no lite"):
        build.main()
    assert (workshop / "html" / "index.html").read_text() == "old"


def test_a_build_that_succeeds_replaces_the_old_site(workshop, monkeypatch):
    (workshop / "html" / "removed.html").write_text("old")
    monkeypatch.setattr(build, "book", write_page)
    monkeypatch.setattr(build, "lite", lambda *_: None)
    monkeypatch.setattr(build, "live", lambda *_: None)
    build.main()
    assert [page.name for page in (workshop / "html").iterdir()] == ["index.html"]
    assert (workshop / "html" / "index.html").read_text() == "new"


def test_an_archive_that_is_not_there_is_named(workshop, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["build.py", "--pyodide", str(workshop / "none.tar.xz")])
    with pytest.raises(SystemExit, match=r"none\.tar\.xz is not there"):
        build.main()
    assert [path.name for path in workshop.iterdir()] == ["html"]


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
        project.pack(folder, archive, "x/")
        (folder / "a").touch()
    assert archives[0].read_bytes() == archives[1].read_bytes()
    assert zipfile.ZipFile(archives[0]).namelist() == ["x/a", "x/deep/b"]


def test_a_change_of_the_package_drops_the_outputs(workshop, monkeypatch):
    monkeypatch.setattr(project, "ROOT", workshop)
    (workshop / "portal").mkdir()
    (workshop / "requirements.lock").write_text("numpy==2")
    outputs = workshop / "cache" / "outputs"
    changes = ["portal/loops.py", "portal/data/table.csv", "requirements.lock"]
    for changed in [None, *changes]:
        if changed:
            (workshop / changed).parent.mkdir(exist_ok=True)
            (workshop / changed).write_text("changed")
        build.drop_stale_outputs()
        assert not outputs.exists(), changed
        outputs.mkdir(parents=True)
        build.drop_stale_outputs()
        assert outputs.exists()


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


def test_wheels_hold_code_for_source_and_the_index_knows_them(site):
    folder = site / "lite" / "static" / "pyodide"
    lock = json.loads((folder / "pyodide-lock.json").read_text(encoding="utf-8"))["packages"]
    here = {package["file_name"]: package["sha256"] for package in lock.values()}
    for wheel in sorted(folder.glob("*.whl")):
        assert project.sha256(wheel) == here[wheel.name]
        names = zipfile.ZipFile(wheel).namelist()
        assert any(name.endswith(".dist-info/METADATA") for name in names), wheel.name
        compiled = [name for name in names if name.endswith(".pyc")]
        sources = [name for name in names if name.endswith(".py")]
        # a traceback shows the source of portal
        assert len(sources) == (len(compiled) if wheel.name.startswith("portal-") else 0)
        assert compiled, wheel.name


def test_references_become_links_and_citations_names(site):
    labels = Labels(site)
    page = "notebooks/06-statistics.html"
    text = plain(
        "See {cite}`feldman1998,pdg2022` and {ref}`chapter 04 <chapter-04>`.", page, labels
    )
    assert text == (
        f"See [Feldman and Cousins 1998; Particle Data Group 2022]({BOOK}{page}#references)"
        f" and [chapter 04]({BOOK}notebooks/04-cross-sections.html#chapter-04)."
    )
    assert plain("{eq}`eq-stat-chi2`", page, labels) == "{eq}`eq-stat-chi2`"
    figure = plain("{numref}`fig-stat-coverage`", page, labels)
    assert re.fullmatch(rf"\[Fig\. 6\.\d\]\({BOOK}{page}#fig-stat-coverage\)", figure)


def test_closure_follows_dependencies():
    packages = {"a": {"depends": ["b_c"]}, "b-c": {"depends": []}, "d": {"depends": []}}
    assert closure(["a"], packages) == ["a", "b-c"]


# A part of the book as PDF; `make pdf` prints the whole.
PRINTED = ["book/paper", "book/errata", "notebooks/06-statistics"]


@pytest.fixture(scope="module")
def reader(site, tmp_path_factory):
    file = tmp_path_factory.mktemp("pdf") / pdf.NAME
    pdf.make(site, PRINTED).write(file)
    return PdfReader(file)


@pytest.fixture(scope="module")
def texts(reader):
    # NFKC takes ligatures apart
    return [unicodedata.normalize("NFKC", page.extract_text()) for page in reader.pages]


def outline(reader, items=None, above=()):
    """Return the titles above and of each bookmark, with its page."""
    found = []
    for item in reader.outline if items is None else items:
        if isinstance(item, list):
            found += outline(reader, item, found[-1][0])
        else:
            page = reader.get_destination_page_number(item)
            found.append(((*above, item.title), page))
    return found


def test_bookmarks_lead_to_their_headings(reader, texts):
    marks = outline(reader)
    assert [titles[0] for titles, _ in marks if len(titles) == 1] == [
        "The paper’s equations and figures",
        "Errata",
        "6. Statistics",
        "Appendix: solutions",
    ]
    assert len(marks) > 60
    for titles, page in marks:
        words = re.sub(r"\W", "", titles[-1])
        # a formula is drawn by glyphs that are no letters
        if titles[-1].isascii() and not re.search(r"\d", titles[-1]) and len(titles) > 1:
            assert words in re.sub(r"\W", "", texts[page]), titles


def test_pages_are_numbered(texts):
    for number, text in enumerate(texts[2:], 3):
        assert re.search(rf"(?<!\d){number}\s*$", text), number


def test_links_lead_inside_or_to_other_sites(reader):
    inside = 0
    for page in reader.pages:
        for reference in page.get("/Annots", ()):
            link = reference.get_object()
            if "/Dest" in link:
                inside += 1
                target = link["/Dest"][0]
                assert any(target == other.indirect_reference for other in reader.pages)
            else:
                assert re.match(r"https?://(?!127\.0\.0\.1)", link["/A"]["/URI"])
    assert inside > 150


def test_no_raw_formula_is_printed(texts):
    begin = next(i for i, text in enumerate(texts) if text.lstrip().startswith("Errata"))
    for text in texts[begin : begin + 20]:  # a chapter's code holds LaTeX
        assert not re.search(r"\\[a-zA-Z(\[]|\$", text), text


def test_fonts_are_embedded(reader):
    fonts = {}
    for page in reader.pages:
        for reference in page["/Resources"].get("/Font", {}).values():
            outer = reference.get_object()
            (font,) = [inner.get_object() for inner in outer.get("/DescendantFonts", [outer])]
            fonts[font.get("/BaseFont", "drawn")] = font
    assert fonts
    for name, font in fonts.items():
        described = font.get("/FontDescriptor", {})
        assert font["/Subtype"] == "/Type3" or any(
            key in described for key in ("/FontFile", "/FontFile2", "/FontFile3")
        ), name


def test_solutions_are_an_appendix(reader, texts):
    pages = dict(outline(reader))
    start = pages[("Appendix: solutions",)]
    assert not any("Solution to" in text for text in texts[:start])
    assert "Solution to Exercise 6.1" in re.sub(r"\s+", " ", texts[start])
