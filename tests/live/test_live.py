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
    said = f"{handle.get_attribute('aria-label')} {handle.get_attribute('aria-valuetext')}"
    page.heard(said)
    assert figure.count() == 1
    assert figure.get_attribute("src") != source
    assert figure.get_attribute("alt") != words
    assert said in figure.get_attribute("alt")


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


def test_an_error_above_is_told_where_it_is(page):
    above, below = page.tab.locator(".bd-article .cell").nth(1), page.cell('check("01-argon"')
    page.write(above, "mine = nothing_here")
    page.write(below, "print(mine)")
    page.run(below, "error")
    page.says("Cell 2, which cell")
    page.says("raised NameError: name 'nothing_here' is not defined")
    page.bar.get_by_role("button", name="Run all").click()
    page.says("The cells below were not run.")
    page.restore(above)
    page.restore(below)


def test_want_of_memory_is_told(page):
    cell = page.cell('check("01-argon"')
    page.write(cell, "[bytearray(2**30) for _ in range(8)]")
    page.run(cell, "error")
    page.says("Python has run out of memory: use fewer points")
    page.restore(cell)


def test_what_runs_without_end_is_told_and_stopped(page):
    cell = page.cell('check("01-argon"')
    page.write(cell, "while True:\n    pass")
    page.tab.keyboard.press("Shift+Enter")
    page.says("s. Stop ends it")
    page.bar.get_by_role("button", name="Stop").click()
    page.heard("Stopped. Python starts anew")
    assert knobs(page).get_by_role("button", name="Bring this figure to life").count() == 1
    page.restore(cell)
    page.tab.wait_for_function(STATE, arg="ready")


def test_a_worker_that_died_is_noticed(page):
    cell = page.cell('check("01-argon"')
    page.write(cell, "import js\njs.close()")
    page.tab.keyboard.press("Shift+Enter")
    page.says("Python no longer answers")
    page.restore(cell)
    page.bar.get_by_role("button", name="Start Python again").click()
    page.tab.wait_for_function(STATE, arg="ready")


def test_changes_are_kept_and_a_newer_version_is_offered(visitor, page, address):
    kept = page.cell('check("01-argon"')
    page.write(kept, "answer = 7  # mine")
    page.tab.evaluate(
        """chapter => {
          const key = `portal-live:${chapter}`;
          const edits = JSON.parse(localStorage.getItem(key));
          // as if the book had another text when the reader changed its first cell
          edits.push({ cell: 0, base: "import old", text: "import mine" });
          localStorage.setItem(key, JSON.stringify(edits));
        }""",
        CHAPTER,
    )
    # in a second tab, behind which the first goes on
    other = LivePage(visitor.context, address)
    other.tab.bring_to_front()
    other.begin()
    assert (
        other.cell('check("01-argon"').locator(".cm-content").text_content() == "answer = 7  # mine"
    )
    changed = other.tab.locator(".live-changed")
    assert changed.count() == 1
    note = other.tab.get_by_role("group", name="Two versions of cell 1")
    assert "import mine" in note.text_content()
    note.get_by_role("button", name="Use mine").click()
    other.tab.wait_for_function("document.querySelectorAll('.live-changed').length === 2")
    page.says("changed in another tab")
    with other.tab.expect_download() as download:
        other.bar.get_by_role("button", name="Download as notebook").click()
    notebook = nbformat.reads(download.value.path().read_text(), as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code[0].source == "import mine"
    assert code[0].outputs == []
    assert sum(cell.source != stored.source for cell, stored in zip(code, STORED, strict=True)) == 2
    other.tab.on("dialog", lambda dialog: dialog.accept())
    with other.tab.expect_navigation():
        other.bar.get_by_role("button", name="Start over").click()
    assert other.tab.evaluate("localStorage.getItem('portal-live:' + 'x')") is None
    assert other.tab.evaluate(f"localStorage.getItem('portal-live:{CHAPTER}')") is None
    other.tab.close()


def test_a_host_that_is_blocked_is_named(chromium, address):
    visit = Visit(chromium, viewport={"width": 1280, "height": 900})
    visit.context.route("**/numpy-*.whl", lambda route: route.abort())
    page = LivePage(visit.context, address)
    page.tab.get_by_role("button", name="Make this page live").click()
    page.says("Python cannot load: numpy-")
    page.says(f"did not come from {address.removeprefix('http://')}")
    visit.context.close()


def test_a_page_that_is_offline_says_so(chromium, address):
    visit = Visit(chromium, viewport={"width": 1280, "height": 900})
    page = LivePage(visit.context, address)
    visit.context.set_offline(True)
    page.tab.get_by_role("button", name="Make this page live").click()
    page.heard("The page could not come alive")
    page.heard("Is there a connection?")
    visit.context.close()


def test_a_browser_that_keeps_nothing_says_so(chromium, address):
    visit = Visit(chromium, viewport={"width": 1280, "height": 900})
    visit.context.add_init_script(
        "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }"
    )
    # Python is not what is tested: it never comes, and so says nothing itself
    visit.context.route("**/worker.js", lambda route: None)
    page = LivePage(visit.context, address)
    page.tab.get_by_role("button", name="Make this page live").click()
    page.heard("This browser keeps nothing for this page")
    page.write(page.cell('check("01-argon"'), "answer = 7")
    page.says("This browser keeps nothing for this page")
    visit.context.close()


@pytest.mark.parametrize(
    ("lost", "words"),
    [("WebAssembly", "it lacks WebAssembly"), ("Worker", "it lacks workers")],
)
def test_a_browser_that_is_too_old_says_so(chromium, address, lost, words):
    visit = Visit(chromium, viewport={"width": 1280, "height": 900})
    visit.context.add_init_script(f"delete window.{lost}")
    page = LivePage(visit.context, address)
    page.tab.get_by_role("button", name="Make this page live").click()
    page.heard("This browser is too old to run Python")
    page.heard(words)
    visit.context.close()


def test_a_page_from_a_file_says_so(chromium, site):
    visit = Visit(chromium, viewport={"width": 1280, "height": 900})
    page = LivePage(visit.context, site.as_uri())
    page.tab.get_by_role("button", name="Make this page live").click()
    page.heard("This page was opened from a file")
    page.heard("python -m http.server")
    visit.context.close()
