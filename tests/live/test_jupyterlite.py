"""Every chapter in JupyterLite: runs to its end, gives the native numbers, and keeps edits."""

import re
import time

import nbformat
import pytest
from browser import ARCHIVE, Visit
from project import ROOT, pages

CHAPTERS = [page.removeprefix("notebooks/") for page in pages() if page.startswith("notebooks/")]
# two at a time, as many as a small machine has cores
AT_ONCE = 2
LIMIT = 600  # seconds for one chapter, where only a chapter that hangs arrives
READY = "document.querySelector('#portal-live')?.dataset.ready === 'true'"
READ = "window.jupyterapp?.shell.currentWidget?.context.isReady"
RUN = """() => {
  const started = performance.now();
  const seen = setInterval(() => {
    if (document.querySelector('.jp-OutputArea-output img, .jp-OutputArea-output svg')) {
      window.firstPlot = performance.now();
      clearInterval(seen);
    }
  }, 100);
  jupyterapp.commands.execute('notebook:clear-all-cell-outputs').then(() =>
    jupyterapp.commands.execute('notebook:run-all-cells')).then(
    () => { window.finished = performance.now() - started; });
}"""
# of the areas on the page: the saved form repeats what a cell prints in two parts
OUTPUTS = """() => jupyterapp.shell.currentWidget.content.widgets
  .filter(cell => cell.model.type === 'code')
  .map(cell => ({
    cell_type: 'code',
    metadata: {tags: cell.model.getMetadata('tags') ?? []},
    outputs: cell.outputArea.model.toJSON(),
  }))"""
SHOW_FREE_PLAY = """() => {
  const notebook = jupyterapp.shell.currentWidget.content;
  const cell = notebook.widgets.findLast(
    widget => widget.model.getMetadata('tags')?.includes('remove-output'));
  return notebook.scrollToCell(cell);
}"""
NUMBER = re.compile(r"(?<![\w.])[-+−]?\d+\.?\d*(?:[eE][-+]?\d+)?")

# MyST says so of each reference to another chapter, and of figures, which only the book numbers
ELSEWHERE = "console: Cross reference target was not found"

pytestmark = pytest.mark.skipif(
    not ARCHIVE.exists(), reason=f"the archive of Pyodide is not there: {ARCHIVE}"
)


def live(address, name=CHAPTERS[0]):
    """Return where a chapter runs."""
    return f"{address}/lite/notebooks/index.html?path={name}.ipynb"


def unexpected(faults, *expected):
    """Return the faults that are none of those that always come."""
    return [fault for fault in faults if not fault.startswith((ELSEWHERE, *expected))]


class Run:
    """One chapter in one tab."""

    def __init__(self, visit, address, name):
        self.name = name
        self.tab = visit.context.new_page()
        self.began = time.monotonic()
        self.tab.goto(live(address, name))
        self.running = False

    def done(self):
        """Go on with what can go on; return whether the last cell has run."""
        if time.monotonic() - self.began > LIMIT:
            return True
        if not self.running and self.tab.evaluate(READY):
            self.tab.evaluate(RUN)
            self.running = True
        return self.running and self.tab.evaluate("window.finished !== undefined")

    def result(self):
        """Return the outputs, the seconds that they took, and whether the slider moved a figure."""
        outputs = self.tab.evaluate(OUTPUTS)
        finished = self.tab.evaluate("window.finished !== undefined")
        found = {
            "cells": [nbformat.from_dict(cell) for cell in outputs],
            "finished": finished,
            "said": self.tab.locator("#portal-live [role=status]").inner_text(),
            "first plot": self.tab.evaluate("(window.firstPlot ?? NaN) / 1000"),
            "whole": time.monotonic() - self.began,
            "slider": self.slide() if finished else None,
            "asked": self.tab.locator(".jp-Dialog").all_inner_texts(),
        }
        self.tab.close()
        return found

    def slide(self):
        """Move a slider of the free-play cell; return the seconds to its new figure."""
        try:
            self.tab.evaluate(SHOW_FREE_PLAY)
            cell = self.tab.locator(".jp-CodeCell", has=self.tab.locator(".widget-interact")).last
            figure = cell.locator(".widget-output img").first
            before = figure.get_attribute("src", timeout=60_000)
            # where the coupling is zero, a slider of the mass changes nothing: try them in turn
            for handle in cell.locator(".noUi-handle").all():
                handle.focus()
                now, most = (handle.get_attribute(f"aria-value{end}") for end in ("now", "max"))
                began = time.monotonic()
                handle.press("ArrowLeft" if now == most else "ArrowRight")
                while time.monotonic() - began < 60:
                    if figure.count() and figure.get_attribute("src") != before:
                        return time.monotonic() - began
                    time.sleep(0.05)
        except Exception as fault:  # a test of its own reports it, for each chapter
            return fault
        return "the figure did not change"


@pytest.fixture(scope="module")
def runs(chromium, address):
    """Run all chapters and return what came out of each."""
    visit = Visit(chromium, viewport={"width": 1280, "height": 900})
    waiting, active, found = list(CHAPTERS), [], {}
    while waiting or active:
        while waiting and len(active) < AT_ONCE:
            active.append(Run(visit, address, waiting.pop(0)))
        for run in [run for run in active if run.done()]:
            active.remove(run)
            found[run.name] = run.result()
        time.sleep(0.2)
    found["faults"] = visit.faults
    visit.context.close()
    return found


def printed(cells):
    """Return, for each cell whose outputs are compared, the numbers that it printed."""
    numbers = []
    for cell in cells:
        if cell.cell_type != "code" or "nbval-ignore-output" in cell.metadata.get("tags", []):
            continue
        texts = [
            out.text if out.output_type == "stream" else out.data.get(kind, "")
            for out in cell.outputs
            if out.output_type != "error" and out.get("name") != "stderr"
            for kind in (["text"] if out.output_type == "stream" else ["text/markdown"])
        ]
        numbers.append([float(n.replace("−", "-")) for n in NUMBER.findall("\n".join(texts))])
    return numbers


@pytest.mark.parametrize("name", CHAPTERS)
def test_chapter_runs_to_its_end(runs, name, record_property):
    run = runs[name]
    assert run["finished"], f"after {LIMIT} s the page says: {run['said']}"
    for key in ("first plot", "whole"):
        record_property(key, round(run[key], 1))
    errors = [
        f"{out.ename}: {out.evalue}"
        for cell in run["cells"]
        for out in cell.outputs
        if out.output_type == "error"
    ]
    assert errors == []
    assert run["asked"] == [], "a dialog is in the reader's way"


@pytest.mark.parametrize("name", CHAPTERS)
def test_numbers_are_the_native_ones(runs, name):
    here = printed(runs[name]["cells"])
    native = printed(nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4).cells)
    assert sum(map(len, native)) > 0
    for cell, (mine, theirs) in enumerate(zip(here, native, strict=True)):
        assert mine == pytest.approx(theirs, rel=1e-9, abs=0), f"code cell {cell} that is compared"


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_slider_draws_a_new_figure(runs, name, record_property):
    took = runs[name]["slider"]
    assert isinstance(took, float), took
    record_property("slider", round(took, 2))


def test_no_run_asked_another_host_or_failed(runs):
    assert unexpected(runs["faults"]) == []


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
            ".find(cell => cell.cell_type === 'code').source"
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
    tab.goto(f"{address}/notebooks/{CHAPTERS[0]}.html")
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
