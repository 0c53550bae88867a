"""Every page as a reader meets it: without a network, wide and narrow, light and dark."""

import gzip
import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from project import ROOT, pages

PAGES = pages()
CHAPTERS = [page for page in PAGES if page.startswith("notebooks/")]
# of each element in the article that a reader may take in as a picture
FIGURES = """() => [...document.querySelectorAll('article img, article [role=img]')].map(node => ({
  text: node.getAttribute('alt') ?? node.getAttribute('aria-label') ?? '',
  caption: node.closest('figure')?.querySelector('figcaption')?.innerText ?? '',
  source: (node.getAttribute('src') ?? '').slice(0, 200),
}))"""
RAW_MATHS = """() => {
  const walker = document.createTreeWalker(document.querySelector('article'), NodeFilter.SHOW_TEXT);
  const raw = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.parentElement.closest('pre, code, script, style, mjx-container, svg')) continue;
    if (/\\$|\\\\[a-zA-Z(\\[]/.test(node.data)) raw.push(node.data.trim());
  }
  return raw;
}"""


def opened(visit, address, page):
    """Open a page and wait until its formulas and its widgets are drawn."""
    tab = visit.context.new_page()
    tab.goto(f"{address}/{page}.html", wait_until="load")
    tab.wait_for_function("!window.MathJax || window.MathJax.startup.promise.then(() => true)")
    if tab.locator('script[type="application/vnd.jupyter.widget-view+json"]').count():
        tab.wait_for_selector(".noUi-handle")
    return tab


def violations(tab):
    """Return what axe-core finds serious, in words."""
    # formulas have the colour of their text, and thousands of parts; preloading asks for imported
    # style sheets at wrong addresses
    context = {"exclude": [["mjx-container"]]}
    options = {"preload": False, "resultTypes": ["violations"]}
    found = Axe().run(tab, context, options).response["violations"]
    return [
        f"{rule['id']}: {node['target']} {node.get('failureSummary', '')}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def sideways(tab):
    """Return by how many pixels the page can be scrolled sideways."""
    return tab.evaluate("document.documentElement.scrollWidth - window.innerWidth")


@pytest.mark.parametrize("page", PAGES)
def test_page(visit, address, page):
    tab = opened(visit, address, page)
    assert tab.locator("mjx-merror").count() == 0
    assert tab.evaluate(RAW_MATHS) == []
    for mode in ("light", "dark"):
        tab.evaluate("mode => document.documentElement.dataset.theme = mode", mode)
        tab.set_viewport_size({"width": 1280, "height": 900})
        assert sideways(tab) <= 0, f"{mode}, 1280 px"
        assert violations(tab) == [], mode
        tab.set_viewport_size({"width": 390, "height": 800})
        assert sideways(tab) <= 0, f"{mode}, 390 px"
    assert visit.faults == []


@pytest.mark.parametrize("page", PAGES)
def test_pictures_are_told_in_words(visit, address, page):
    tab = opened(visit, address, page)
    for figure in tab.evaluate(FIGURES):
        words = figure["text"].strip()
        assert len(words.split()) >= 5, f"{words!r} says too little of {figure['source']}"
        assert not re.search(r"_images|\.(svg|png)|^(fig|figure)\b[-\s\d]*$", words), words
        assert words not in figure["caption"], "the alt text repeats the caption"


@pytest.mark.parametrize("page", CHAPTERS)
def test_a_slider_moves_without_python(visit, address, page):
    tab = opened(visit, address, page)
    assert tab.locator(".noUi-handle").count(), "a chapter has a slider that needs no kernel"
    shown = tab.locator("article .jupyter-widgets [role=img]:visible")
    before, drawn = shown.first.get_attribute("aria-label"), shown.first.inner_html()
    handle = tab.locator(".noUi-handle").first
    handle.focus()
    at_end = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")
    handle.press("ArrowLeft" if at_end else "ArrowRight")
    tab.wait_for_function(
        "old => [...document.querySelectorAll('article .jupyter-widgets [role=img]')]"
        ".find(node => node.checkVisibility()).ariaLabel !== old",
        arg=before,
    )
    assert shown.first.inner_html() != drawn
    handle.press("ArrowRight" if at_end else "ArrowLeft")
    tab.wait_for_function(
        "old => [...document.querySelectorAll('article .jupyter-widgets [role=img]')]"
        ".find(node => node.checkVisibility()).ariaLabel === old",
        arg=before,
    )
    assert visit.faults == []


@pytest.mark.parametrize("page", CHAPTERS)
def test_a_chapter_downloads(visit, address, page):
    tab = opened(visit, address, page)
    for suffix in ("ipynb", "md"):
        link = tab.locator(f'.dropdown-download-buttons a[href$=".{suffix}"]')
        got = visit.context.request.get(f"{address}/notebooks/{link.get_attribute('href')}")
        assert got.ok
        assert got.text() == (ROOT / f"{page}.{suffix}").read_text()


@pytest.mark.parametrize("page", CHAPTERS)
def test_a_chapter_is_light(visit, address, page):
    sizes = {}

    def weigh(response):
        body = response.body() if response.ok else b""
        # a host of static pages compresses text; what is compressed already stays as it is
        sizes[response.url] = min(len(gzip.compress(body)), len(body))

    visit.context.on("requestfinished", lambda request: weigh(request.response()))
    opened(visit, address, page).wait_for_load_state("networkidle")
    assert sum(sizes.values()) < 3e6, sizes


def test_a_download_button_downloads(visit, address):
    tab = opened(visit, address, CHAPTERS[0])
    tab.locator(".dropdown-download-buttons > button").click()
    with tab.expect_download() as download:
        tab.locator('.dropdown-download-buttons a[href$=".ipynb"]').click()
    assert json.loads(download.value.path().read_text())["cells"]


def test_search_finds_a_word(visit, address):
    tab = visit.context.new_page()
    tab.goto(f"{address}/search.html?q=coherent")
    found = tab.locator("#search-results li a")
    found.first.wait_for()
    assert found.count() >= 2
    assert visit.faults == []


def test_first_page_leads_to_the_book(visit, address):
    tab = visit.context.new_page()
    tab.goto(f"{address}/index.html")
    tab.wait_for_url("**/book/welcome.html")
    assert visit.faults == []


@pytest.mark.parametrize("page", CHAPTERS)
def test_a_chapter_offers_to_run(visit, address, page):
    tab = opened(visit, address, page)
    name = page.removeprefix("notebooks/")
    run = tab.get_by_role("link", name="Run this chapter in your browser")
    assert run.get_attribute("href") == f"../lite/notebooks/index.html?path={name}.ipynb"
    for service in ("Binder", "Colab"):
        link = tab.get_by_role("link", name=service, exact=True)
        assert link.get_attribute("href").endswith(f"notebooks/{name}.ipynb")
