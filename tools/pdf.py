"""Print the built site as one PDF: bookmarks, page numbers, links that lead inside it.

Chromium prints each page, and pypdf joins them.  Solutions are an appendix.
"""

import argparse
import re
import sys
from dataclasses import dataclass, field
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from playwright.sync_api import Page, sync_playwright
from project import BUILD, pages, title
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    Fit,
    FloatObject,
    NameObject,
    NullObject,
)
from serving import MISSING, chromium, serve

NAME = "neutrino-portals.pdf"
PAPER: dict[str, Any] = {
    "format": "A4",
    "margin": {"top": "20mm", "bottom": "22mm", "left": "18mm", "right": "18mm"},
    "print_background": True,
}
COLUMN = 658  # pixels between the margins
# what a page must have done before it is printed
READY = """async () => {
  await window.MathJax?.startup?.promise;
  document.querySelectorAll('details.hide').forEach(toggle => toggle.open = false);
  document.querySelectorAll('details.sd-dropdown').forEach(choice => choice.open = true);
  window.dispatchEvent(new Event('resize'));
}"""
# the headings below the title: level, anchor, text
HEADINGS = """() => [...document.querySelectorAll('section[id] > :is(h2, h3)')].map(node => {
  const copy = node.cloneNode(true);
  const drawn = '.headerlink, mjx-container > :not(mjx-assistive-mml)';
  copy.querySelectorAll(drawn).forEach(part => part.remove());
  const words = copy.textContent.replace(/\\s+/g, ' ').trim();
  // a section may begin on the page before that of its heading
  node.id = 'heading-' + node.parentElement.id;
  return [Number(node.tagName[1]), node.id, words];
})"""
# Chromium keeps the place of what a link of the same page leads to: link all that others link
ANCHORS = """names => names.forEach(name => {
  const link = document.body.appendChild(document.createElement('a'));
  link.href = '#' + name;
})"""
SOLUTIONS = """() => {
  const solutions = [...document.querySelectorAll('article .solution')];
  const head = document.querySelector('article h1');
  document.querySelector('article').replaceChildren(head, ...solutions);
  document.body.dataset.solutions = '';
  return solutions.length;
}"""
STYLE = "body { font: 11pt/1.5 'DejaVu Sans', sans-serif; } a { color: #0b5bc4; }"


@dataclass
class Part:
    """A printed page of the site: its address, its title, and where its pages begin."""

    page: str
    title: str
    reader: PdfReader
    first: int = 0
    headings: list[tuple[int, str, str]] = field(default_factory=list)
    solutions: bool = False
    places: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Note where each anchor is: a page of this part, and how far from its left and bottom."""
        for name, place in self.reader.named_destinations.items():
            number = self.reader.get_destination_page_number(place)
            if number is not None:
                self.places[unquote(name.lstrip("/"))] = (number, place.left, place.top)


def anchors(site: Path, names: list[str]) -> dict[str, set[str]]:
    """Return the anchors of each page that some page links to."""
    wanted: dict[str, set[str]] = {name: set() for name in names}
    for name in names:
        text = (site / f"{name}.html").read_text(encoding="utf-8")
        for link in re.findall(r'<a\b[^>]*\bhref="([^"]+)"', text):
            address = urlsplit(urljoin(f"/{name}.html", link))
            page = address.path.removeprefix("/").removesuffix(".html")
            if page in wanted and address.fragment and not address.netloc:
                wanted[page].add(unquote(address.fragment))
    return wanted


def heading(tab: Page) -> str:
    """Return the title of a page as a line of text."""
    return " ".join(tab.locator("article h1").first.inner_text().replace("#", "").split())


def printed(tab: Page) -> PdfReader:
    """Print what a tab shows."""
    return PdfReader(BytesIO(tab.pdf(**PAPER)))


def parts(tab: Page, address: str, names: list[str], wanted: dict[str, set[str]]) -> list[Part]:
    """Print each page, and the solutions of each for the end."""
    found: list[Part] = []
    appendix: list[Part] = []
    for name in names:
        tab.goto(f"{address}/{name}.html", wait_until="load")
        if tab.locator('script[type="application/vnd.jupyter.widget-view+json"]').count():
            tab.wait_for_selector(".noUi-handle", state="attached")
        tab.evaluate(READY)
        headings = tab.evaluate(HEADINGS)
        tab.evaluate(ANCHORS, sorted(wanted[name] | {anchor for _, anchor, _ in headings}))
        found.append(Part(name, heading(tab), printed(tab), headings=headings))
        if tab.evaluate(SOLUTIONS):
            appendix.append(Part(name, heading(tab), printed(tab), solutions=True))
    return found + appendix


def front(tab: Page, address: str, chapters: list[Part]) -> PdfReader:
    """Print a title page and the contents."""

    def line(part: Part) -> str:
        there = f"{address}/{part.page}.html" + ("#solutions" if part.solutions else "")
        return f'<p><a href="{there}">{escape(part.title)}</a><span>{part.first + 1}</span></p>'

    lines = [line(part) for part in chapters if not part.solutions]
    lines += ["<h2>Appendix: solutions</h2>"] if any(part.solutions for part in chapters) else []
    lines += [line(part) for part in chapters if part.solutions]
    style = f"""{STYLE} h1 {{ margin: 70mm 0 20mm; font-size: 26pt; line-height: 1.2 }}
    p {{ display: flex; justify-content: space-between; margin: 0.25em 0 }}"""
    tab.set_content(
        f"<html lang=en><style>{style}</style><h1>{escape(title())}</h1>"
        f"<h2 style='break-before: page'>Contents</h2>{''.join(lines)}"
    )
    return printed(tab)


def stamp(tab: Page, count: int) -> PdfReader:
    """Print the numbers of pages, each at the foot of an empty page."""
    numbers = "".join(f"<div>{number}</div>" for number in range(1, count + 1))
    style = f"{STYLE} * {{ margin: 0 }} @page {{ margin: 0 }} body {{ font-size: 9pt }}"
    foot = "div { height: 1122px; box-sizing: border-box; padding-top: 1075px; text-align: center }"
    tab.set_content(f"<style>{style} {foot} div {{ break-after: page }}</style>{numbers}")
    return PdfReader(BytesIO(tab.pdf(format="A4")))


def address_of(link: DictionaryObject) -> str | None:
    """Return where a link leads: an address, or # and a name on its own page."""
    action = link.get("/A", {})
    action = action.get_object() if hasattr(action, "get_object") else action
    if "/URI" in action:
        return str(action["/URI"])
    name = action.get("/D", link.get("/Dest"))
    return None if name is None else f"#{unquote(str(name).lstrip('/'))}"


def lead_inside(writer: PdfWriter, chapters: list[Part], address: str) -> None:
    """Let the links between pages lead to pages of this PDF; drop those to other files."""
    main = {part.page: part for part in chapters if not part.solutions}
    solved = {part.page: part for part in chapters if part.solutions}
    starts = {part.first + i: part for part in chapters for i in range(len(part.reader.pages))}
    for number, page in enumerate(writer.pages):
        kept = ArrayObject()
        for reference in page.get("/Annots", ()):
            link = reference.get_object()
            there = address_of(link)
            if there is None or (not there.startswith("#") and not there.startswith(address)):
                kept.append(reference)
                continue
            own = starts[number].page if number in starts else ""
            parsed = urlsplit(there)
            name = parsed.path.removeprefix("/").removesuffix(".html") if parsed.netloc else own
            anchor = unquote(parsed.fragment)
            part = solved.get(name) if anchor == "solutions" else main.get(name)
            if part is None:
                continue
            index, left, top = part.places.get(
                f"heading-{anchor}", part.places.get(anchor, (0, None, None))
            )
            target = writer.pages[part.first + index].indirect_reference
            place = [
                FloatObject(x) if isinstance(x, float | int) else NullObject() for x in (left, top)
            ]
            link.pop("/A", None)
            link[NameObject("/Dest")] = ArrayObject(
                [target, NameObject("/XYZ"), *place, NullObject()]
            )
            kept.append(reference)
        page[NameObject("/Annots")] = kept


def bookmark(writer: PdfWriter, part: Part, parent: Any = None) -> None:
    """Add the headings of a part to the outline."""
    above = {1: writer.add_outline_item(title=part.title, page_number=part.first, parent=parent)}
    for level, anchor, name in part.headings:
        number, left, top = part.places[anchor]
        fit = Fit.xyz(left=left, top=top)
        up = above.get(level - 1, above[1])
        above[level] = writer.add_outline_item(
            title=name, page_number=part.first + number, parent=up, fit=fit
        )


def make(site: Path, names: list[str]) -> PdfWriter:
    """Return the PDF of some pages of a site."""
    program = chromium()
    if program is None:
        sys.exit(MISSING)
    writer = PdfWriter()
    with serve(site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": COLUMN, "height": 950}, color_scheme="light")
        tab.set_default_timeout(180_000)
        tab.emulate_media(media="print")
        chapters = parts(tab, address, names, anchors(site, names))
        begins = first = len(front(tab, address, chapters).pages)
        for part in chapters:
            part.first = first
            first += len(part.reader.pages)
        readers = [front(tab, address, chapters), *(part.reader for part in chapters)]
        numbers = stamp(tab, first)
        browser.close()
    for reader in readers:
        for page in reader.pages:
            page.pop("/StructParents", None)
            writer.add_page(page)
    for number, page in enumerate(writer.pages):
        if number >= begins:
            page.merge_page(numbers.pages[number])
    lead_inside(writer, chapters, address)
    appendix = None
    for part in chapters:
        if part.solutions and appendix is None:
            appendix = writer.add_outline_item(title="Appendix: solutions", page_number=part.first)
        bookmark(writer, part, appendix)
    writer.add_metadata({"/Title": title()})
    writer.compress_identical_objects()
    return writer


def offer(site: Path) -> None:
    """Link the PDF on the welcome page."""
    page = site / "book" / "welcome.html"
    text = page.read_text(encoding="utf-8")
    link = f'<p id="pdf">The whole book is also <a href="../{NAME}">one PDF</a>.</p>'
    page.write_text(text.replace("<!-- pdf -->", link), encoding="utf-8")


def main() -> None:
    """Print the site that `make book` built."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", type=Path, default=BUILD / "html")
    site = parser.parse_args().site
    if not (site / "index.html").exists():
        sys.exit(f"{site} is not there: make book")
    # the gallery shows again what the chapters show
    make(site, [page for page in pages() if page != "book/gallery"]).write(site / NAME)
    offer(site)
    print(f"The book is printed: {site / NAME}")


if __name__ == "__main__":
    main()
