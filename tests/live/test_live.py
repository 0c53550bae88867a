"""A chapter comes alive in its own page: figures get knobs, cells are changed and run in place.

Then all that can go wrong, each with the words that tell the reader.  Most tests share one page.
"""

import re

import nbformat
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from browser import ARCHIVE, Visit
from nbval.plugin import get_sanitize_patterns
from project import ROOT

CHAPTER = "01-coherent-scattering"
STORED = [
    cell
    for cell in nbformat.read(ROOT / "notebooks" / f"{CHAPTER}.ipynb", as_version=4).cells
    if cell.cell_type == "code"
]
SANITIZE = get_sanitize_patterns((ROOT / "tests" / "book" / "nbval.cfg").read_text())
STATE = "state => document.querySelector('#portal-live')?.dataset.state === state"
# what each cell of the page prints, in order
PRINTED = """() => [...document.querySelectorAll('.bd-article .cell')].map(cell =>
  [...cell.querySelectorAll('.output.stream pre')].map(node => node.textContent).join(''))"""
# what the static page has not: test_pages.py judges the rest
AXE = """() => axe.run(
  { include: [['#portal-live'], ['.run-chapter'], ['.live-tools'], ['.live-editor'],
    ['.live-widget'], ['.cell_output']], exclude: [['mjx-container']] },
  { preload: false, resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } })"""

pytestmark = pytest.mark.skipif(
    not ARCHIVE.exists(), reason=f"the archive of Pyodide is not there: {ARCHIVE}"
)


def source_of(holds):
    """Return the first cell of the book that holds some words."""
    return next(cell.source for cell in STORED if holds in cell.source)


def sanitized(text):
    """Return a text as nbval compares it."""
    for pattern, replacement in SANITIZE:
        text = re.sub(pattern, replacement, text)
    return text


class LivePage:
    """A chapter in a tab of its own, and what its reader does."""

    def __init__(self, context, address, chapter=CHAPTER):
        self.tab = context.new_page()
        self.tab.goto(f"{address}/notebooks/{chapter}.html")
        self.bar = self.tab.locator("#portal-live")

    def begin(self):
        """Press the button, and wait until Python has drawn the figure with knobs."""
        self.tab.get_by_role("button", name="Make this page live").click()
        self.tab.wait_for_function("performance.getEntriesByName('live: figure').length")
        self.tab.wait_for_function(STATE, arg="ready")

    def cell(self, holds):
        """Return the first cell whose code holds some words."""
        number = next(i for i, cell in enumerate(STORED) if holds in cell.source)
        return self.tab.locator(".bd-article .cell").nth(number)

    def unfold(self, cell):
        """Open the code of a cell that is folded."""
        cell.evaluate("node => node.querySelector('details')?.setAttribute('open', '')")

    def write(self, cell, code):
        """Replace the code of a cell, by keyboard."""
        self.unfold(cell)
        cell.get_by_role("button", name=re.compile(r"^Edit cell")).press("Enter")
        editor = cell.locator(".cm-content")
        editor.wait_for()
        self.tab.keyboard.press("Control+a")
        self.tab.keyboard.press("Delete")
        self.tab.keyboard.insert_text(code)
        return editor

    def run(self, cell, state="ok"):
        """Run a cell from within its editor, and wait for how it ends."""
        cell.evaluate("node => delete node.dataset.live")
        self.tab.keyboard.press("Shift+Enter")
        self.tab.wait_for_function(
            "([node, state]) => node.dataset.live === state", arg=[cell.element_handle(), state]
        )

    def restore(self, cell):
        """Give a cell the book's code again."""
        cell.get_by_role("button", name=re.compile(r"^Back to the book")).click()

    def says(self, words):
        """Wait until the bar says some words."""
        self.tab.wait_for_function(
            "words => document.querySelector('#portal-live .live-text')"
            "?.textContent.includes(words)",
            arg=words,
        )

    def heard(self, words):
        """Wait until a screen reader is told some words."""
        self.tab.wait_for_function(
            "words => [...document.querySelectorAll('[role=status]')]"
            ".some(node => node.textContent.includes(words))",
            arg=words,
        )


@pytest.fixture(scope="module")
def visitor(chromium):
    """A reader whose browser blocks service workers, which the page does without."""
    made = Visit(chromium, viewport={"width": 1280, "height": 900}, service_workers="block")
    yield made
    made.context.close()


@pytest.fixture(scope="module")
def page(visitor, address):
    """A chapter that has come to life."""
    made = LivePage(visitor.context, address)
    made.begin()
    return made


def knobs(page):
    return page.tab.locator(".bd-article .cell.tag_remove-output")


def test_a_figure_comes_with_its_knobs_and_follows_them(page):
    cell = knobs(page)
    figure = cell.locator("img")
    handle = cell.locator(".noUi-handle").first
    source, words = figure.get_attribute("src"), figure.get_attribute("alt")
    handle.focus()
    for _ in range(8):  # faster than it can draw: the last wins
        handle.press("ArrowRight")
    value = handle.get_attribute("aria-valuetext")
    page.heard(f"energy {value}")
    assert figure.count() == 1
    assert figure.get_attribute("src") != source
    assert figure.get_attribute("alt") != words
    assert f"energy {value}" in figure.get_attribute("alt")


def test_only_what_the_figure_needs_has_run(page):
    states = page.tab.locator(".bd-article .cell[data-live]")
    assert states.count() == 1


def test_an_exercise_is_answered_by_keyboard_alone(page):
    cell = page.cell('check("01-coherence"')
    editor = page.write(cell, source_of('check("01-coherence"').replace("...", "1.0"))
    assert editor.evaluate("node => node === document.activeElement")
    page.run(cell)
    assert "Not yet" in cell.locator(".cell_output").inner_text()
    page.heard("has run: its output changed.")
    page.tab.keyboard.press("Escape")
    button = cell.get_by_role("button", name=re.compile(r"^Run cell"))
    assert button.evaluate("node => node === document.activeElement")
    page.restore(cell)


def test_all_cells_print_the_numbers_of_the_book(page):
    page.bar.get_by_role("button", name="Run all").click()
    page.heard(f"All {len(STORED)} cells have run.")
    printed = page.tab.evaluate(PRINTED)
    for number, (here, cell) in enumerate(zip(printed, STORED, strict=True), 1):
        if "nbval-ignore-output" in cell.metadata.get("tags", []):
            continue
        there = "".join(out.text for out in cell.outputs if out.output_type == "stream")
        assert sanitized(here) == sanitized(there), f"code cell {number}"
    assert page.tab.locator("mjx-merror").count() == 0


def test_axe_finds_nothing_serious_on_a_live_page(page):
    page.write(page.cell('check("01-coherence"'), "answer = 2  # mine\nprint('two', answer)")
    page.tab.evaluate(AXE_SCRIPT)
    page.tab.add_style_tag(content="* { transition: none !important }")
    for mode, width in (("light", 1280), ("dark", 390)):
        page.tab.evaluate("mode => document.documentElement.dataset.theme = mode", mode)
        page.tab.set_viewport_size({"width": width, "height": 900})
        found = [
            f"{rule['id']}: {node['target']} {node.get('failureSummary', '')}"
            for rule in page.tab.evaluate(AXE)["violations"]
            if rule["impact"] in ("serious", "critical")
            for node in rule["nodes"]
        ]
        assert found == []
        assert page.tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.tab.set_viewport_size({"width": 1280, "height": 900})
    page.restore(page.cell('check("01-coherence"'))
    pictures = page.tab.locator("article img")
    assert all(len(image.get_attribute("alt").split()) >= 5 for image in pictures.all())


def test_nothing_failed_so_far(page, visitor):
    assert visitor.faults == []
