"""Chapters in JupyterLite: they run to their end, their sliders move, and edits are kept."""

import re
import time

import nbformat
import pytest
from browser import ARCHIVE, Visit
from project import ROOT

# What the cells compute is tested without the interface, in test_pyodide.py.  These two show most:
# 07 moves lists and sliders on a logarithmic scale, each move a limit curve, 09 has a check box, an
# interact that is called as a function, and the most figures after 07.
CHAPTERS = ["07-limits-from-coherent", "09-solar-neutrinos"]
LIGHTEST = "01-coherent-scattering"
LIMIT = 600_000  # milliseconds for one chapter, where only a chapter that hangs arrives
READY = "document.querySelector('#portal-live')?.dataset.ready === 'true'"
READ = "window.jupyterapp?.shell.currentWidget?.context.isReady"
RUN = """() => {
  jupyterapp.commands.execute('notebook:clear-all-cell-outputs').then(() =>
    jupyterapp.commands.execute('notebook:run-all-cells')).then(
    () => { window.finished = true; });
}"""
# of the areas on the page: the saved form repeats what a cell prints in two parts
OUTPUTS = """() => jupyterapp.shell.currentWidget.content.widgets
  .filter(cell => cell.model.type === 'code')
  .map(cell => cell.outputArea.model.toJSON())"""
SHOW_FREE_PLAY = """() => {
  const notebook = jupyterapp.shell.currentWidget.content;
  const cell = notebook.widgets.findLast(
    widget => widget.model.getMetadata('tags')?.includes('remove-output'));
  return notebook.scrollToCell(cell);
}"""

pytestmark = pytest.mark.skipif(
    not ARCHIVE.exists(), reason=f"the archive of Pyodide is not there: {ARCHIVE}"
)


def live(address, name=LIGHTEST):
    """Return where a chapter runs."""
    return f"{address}/lite/notebooks/index.html?path={name}.ipynb"


def unexpected(faults, *expected):
    """Return the faults that are none of those that are expected."""
    return [fault for fault in faults if not fault.startswith(expected)]


class Run:
    """A chapter whose cells have run, in a tab of its own."""

    def __init__(self, chromium, address, name):
        self.visit = Visit(chromium, viewport={"width": 1280, "height": 900})
        self.tab = self.visit.context.new_page()
        self.tab.goto(live(address, name))
        self.tab.wait_for_function(READY)
        self.tab.evaluate(RUN)
        self.tab.wait_for_function("window.finished", timeout=LIMIT)
        self.outputs = self.tab.evaluate(OUTPUTS)
        stored = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4).cells
        self.stored = [cell.outputs for cell in stored if cell.cell_type == "code"]


@pytest.fixture(scope="module", params=CHAPTERS)
def run(chromium, address, request):
    """Run a chapter."""
    made = Run(chromium, address, request.param)
    yield made
    made.visit.context.close()


def test_a_chapter_runs_to_its_end(run):
    everything = [output for outputs in run.outputs for output in outputs]
    assert [output for output in everything if output["output_type"] == "error"] == []
    # the first plot also says that it lists the fonts
    cells = zip(run.outputs, run.stored, strict=True)
    assert all(outputs for outputs, stored in cells if stored), "a cell shows nothing"
    assert run.tab.locator(".jp-Dialog").all_inner_texts() == [], "a dialog is in the reader's way"


def test_a_slider_draws_a_new_figure(run):
    run.tab.evaluate(SHOW_FREE_PLAY)
    cell = run.tab.locator(".jp-CodeCell", has=run.tab.locator(".widget-interact")).last
    figure = cell.locator(".widget-output img").first
    before = figure.get_attribute("src")

    def moves(handle):
        handle.focus()
        now, most = (handle.get_attribute(f"aria-value{end}") for end in ("now", "max"))
        handle.press("ArrowLeft" if now == most else "ArrowRight")
        began = time.monotonic()
        while time.monotonic() - began < 60:
            if figure.count() and figure.get_attribute("src") != before:
                return True
            time.sleep(0.05)
        return False

    # where the coupling is zero, a slider of the mass changes nothing: try them in turn
    assert any(moves(handle) for handle in cell.locator(".noUi-handle").all())


def test_no_run_asked_another_host_or_failed(run):
    assert unexpected(run.visit.faults) == []


def test_citations_and_references_lead_to_the_book_and_there_is_a_way_back(run):
    text = run.tab.locator(".jp-Notebook").inner_text()
    assert "⚠" not in text
    assert not re.findall(r"\{(?:cite|ref|numref|eq)\}", text)
    link = run.tab.locator('a[href^="https://book.invalid/"]').first
    link.dispatch_event("pointerover")
    here = run.tab.url.split("/lite/")[0]
    stem = run.tab.url.split("path=")[1].removesuffix(".ipynb")
    links = run.tab.locator(f'.jp-Notebook a[href^="{here}/notebooks/"]')
    assert links.count() == 1
    for one in (links.first, run.tab.get_by_role("link", name="Back to the book")):
        page, _, place = one.get_attribute("href").partition("#")
        answer = run.tab.request.get(page)
        assert answer.ok and f'id="{place}"' in answer.text() if place else answer.ok
    back = run.tab.get_by_role("link", name="Back to the book").get_attribute("href")
    assert back == f"{here}/notebooks/{stem}.html"


def test_chapters_that_are_opened_together_start_in_turn(visit, address):
    other = visit.context.new_page()
    other.goto(f"{address}/book/howto.html")
    other.evaluate(
        """() => { navigator.locks.request(
          "portal-live", () => new Promise(end => { window.endTurn = end; })); }"""
    )
    tab = visit.context.new_page()
    tab.goto(live(address))
    other.wait_for_function("navigator.locks.query().then(locks => locks.pending.length)")
    tab.wait_for_timeout(2000)  # what did not wait would have made its database
    assert other.evaluate("indexedDB.databases()") == []
    other.evaluate("endTurn()")
    tab.wait_for_function(READ)
    other.wait_for_function("navigator.locks.query().then(locks => !locks.held.length)")


def test_a_save_waits_for_the_one_before(visit, address):
    tab = visit.context.new_page()
    tab.goto(live(address))
    tab.wait_for_function(READ)
    tab.wait_for_selector("#portal-live [role=status]:not(:empty)")
    # of two saves at once, the second meets the file of the first, of which nobody was told yet
    tab.evaluate(
        """() => {
          const context = jupyterapp.shell.currentWidget.context;
          const contents = jupyterapp.serviceManager.contents;
          const wait = (time) => new Promise((end) => setTimeout(end, time));
          const save = contents.save.bind(contents);
          contents.save = (...file) => save(...file).then((made) => wait(2000).then(() => made));
          window.dirty = [];
          const saved = () => context.save().then(() => window.dirty.push(context.model.dirty));
          saved();
          wait(1000).then(() => {
            context.model.sharedModel.cells[0].setSource("typed meanwhile");
            return saved();
          });
        }"""
    )
    tab.wait_for_function("window.dirty.length == 2 || document.querySelector('.jp-Dialog')")
    assert tab.locator(".jp-Dialog").all_inner_texts() == []
    assert tab.evaluate("window.dirty") == [True, False], "what was typed meanwhile was not saved"
    assert unexpected(visit.faults) == []


def test_edits_survive_a_reload_until_the_reader_starts_over(visit, address):
    mark = "# a reader was here"
    tab = visit.context.new_page()

    def source():
        tab.wait_for_function(READ)
        return tab.evaluate(
            "jupyterapp.shell.currentWidget.context.model.toJSON().cells"
            ".find(cell => cell.cell_type === 'code' &&"
            " !cell.metadata.jupyter?.source_hidden).source"
        )

    tab.goto(live(address))
    original = source()
    editor = tab.locator(".jp-CodeCell .cm-content").first
    editor.click()
    tab.keyboard.press("Control+Home")
    tab.keyboard.type(f"{mark}\n")
    tab.keyboard.press("Control+s")
    tab.wait_for_function("!jupyterapp.shell.currentWidget.context.model.dirty")
    tab.reload()
    assert source().startswith(mark)
    tab.on("dialog", lambda dialog: dialog.accept())
    with tab.expect_navigation():
        tab.get_by_role("button", name="Start over").click()
    assert source() == original
    # the link on the page of the chapter does the same
    tab.locator(".jp-CodeCell .cm-content").first.click()
    tab.keyboard.press("Control+Home")
    tab.keyboard.type(f"{mark}\n")
    tab.keyboard.press("Control+s")
    tab.wait_for_function("!jupyterapp.shell.currentWidget.context.model.dirty")
    tab.goto(f"{address}/notebooks/{LIGHTEST}.html")
    tab.get_by_role("link", name="open the original again").click()
    tab.wait_for_url(lambda url: url.endswith(".ipynb"))
    assert source() == original
    # a reload stops what Python is loading, which counts as failed
    assert unexpected(visit.faults, "net::ERR_FAILED") == []


def test_the_reader_sees_how_far_python_has_loaded(visit, address):
    tab = visit.context.new_page()
    tab.goto(live(address))
    said = tab.locator("#portal-live [role=status]")
    tab.wait_for_function(
        "document.querySelector('#portal-live [role=status]')?.textContent.includes(' files')"
    )
    assert re.fullmatch(r"Loading Python: \d+ MB, \d+ of \d+ files", said.inner_text())
    assert tab.locator("#portal-live progress").is_visible()
    run = tab.locator("#portal-live").get_by_role("button", name="Run all cells")
    assert run.is_disabled()
    tab.wait_for_function(READY)
    assert run.is_enabled()
