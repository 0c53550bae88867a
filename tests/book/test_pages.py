"""Every page as a reader meets it: without a network, wide and narrow, light and dark."""

import gzip
import json
import re
from urllib.parse import quote, urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from browser import Visit
from project import ROOT, pages, title

CHAPTERS = [page for page in pages() if page.startswith("notebooks/")]
PROSE = [page for page in pages() if page not in CHAPTERS]
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
# A chapter has ten thousand words of code in a few colours, and axe-core takes as long for each as
# for the first: mark those that look like one before, and do not measure their contrast again.
SKIP_REPEATS = """() => {
  const seen = new Set();
  for (const word of document.querySelectorAll('.highlight pre span')) {
    let under = word;
    while (under.parentElement && getComputedStyle(under).backgroundColor === 'rgba(0, 0, 0, 0)')
      under = under.parentElement;
    const { color, fontSize, fontWeight } = getComputedStyle(word);
    const ground = getComputedStyle(under).backgroundColor;
    const short = word.textContent.trim().length < 2; // axe-core does not judge a single letter
    const kind = [word.className, color, fontSize, fontWeight, ground, short].join();
    word.toggleAttribute('data-repeat', seen.has(kind));
    // neither what is in a closed cell or solution, nor what is beyond the edge of its box
    const shown = word.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    const edge = word.closest('pre').getBoundingClientRect().right;
    if (shown && word.getBoundingClientRect().right <= edge) seen.add(kind);
  }
  axe.configure({ rules: [{ id: 'color-contrast', selector: '*:not([data-repeat])' }] });
}"""
# the boxes of an article that are wider than the screen, and how many boxes there are
BOXES = """() => {
  const kinds = {
    code: 'pre',
    formula: 'mjx-container[display]',
    table: '.pst-scrollable-table-container',
  };
  const count = {}, silent = [];
  for (const [kind, selector] of Object.entries(kinds)) {
    count[kind] = [0, 0];
    for (const box of document.querySelectorAll(`article :is(${selector})`)) {
      if (!box.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      count[kind][1] += 1;
      let around = box;
      const fits = () => around.scrollWidth <= around.clientWidth + 1
        || getComputedStyle(around).overflowX === 'visible';
      while (!around.matches('article') && fits()) around = around.parentElement;
      if (around.matches('article')) continue;
      count[kind][0] += 1;
      // it can be reached by keyboard, and shows that there is more
      const said = around.tabIndex === 0 && (around.dataset.more || '').includes('end');
      if (!said || getComputedStyle(around).overflowX === 'hidden')
        silent.push(around.outerHTML.slice(0, 200));
    }
  }
  return { count, silent };
}"""
# formulas have the colour of their text, and thousands of parts
AXE = "options => axe.run({ exclude: [['mjx-container']] }, options)"


def weight(response):
    """Return the size of a file as a host of static pages sends it: compressed, if that helps."""
    body = response.body() if response.ok else b""
    return min(len(gzip.compress(body)), len(body))


class Opened:
    """A page in a tab of its own, with its formulas and its widgets drawn."""

    def __init__(self, chromium, address, page):
        self.page = page
        self.address = address
        self.visit = Visit(chromium, viewport={"width": 1280, "height": 900})
        self.tab = self.visit.context.new_page()
        self.tab.goto(f"{address}/{page}.html", wait_until="networkidle")
        formulas = "!window.MathJax || window.MathJax.startup.promise.then(() => true)"
        self.tab.wait_for_function(formulas)
        if self.tab.locator('script[type="application/vnd.jupyter.widget-view+json"]').count():
            self.tab.wait_for_selector(".noUi-handle")
        self.responses = list(self.visit.responses)
        # a colour on its way from light to dark is neither
        self.tab.add_style_tag(content="* { transition: none !important }")
        self.tab.evaluate(AXE_SCRIPT)

    def look(self, mode, width):
        """Show the page light or dark, at a width in pixels."""
        self.tab.evaluate("mode => document.documentElement.dataset.theme = mode", mode)
        self.tab.set_viewport_size({"width": width, "height": 900})

    def sideways(self):
        """Return by how many pixels the page can be scrolled sideways."""
        return self.tab.evaluate("document.documentElement.scrollWidth - window.innerWidth")

    def violations(self, **options):
        """Return what axe-core finds serious, in words."""
        self.tab.evaluate(SKIP_REPEATS)
        # preloading asks for imported style sheets at wrong addresses
        options |= {"preload": False, "resultTypes": ["violations"]}
        return [
            f"{rule['id']}: {node['target']} {node.get('failureSummary', '')}"
            for rule in self.tab.evaluate(AXE, options)["violations"]
            if rule["impact"] in ("serious", "critical")
            for node in rule["nodes"]
        ]


@pytest.fixture(scope="class")
def opened(chromium, address, page):
    """Open a page once for all its tests."""
    made = Opened(chromium, address, page)
    yield made
    made.visit.context.close()


class Page:
    """What holds for every page."""

    def test_formulas_are_set(self, opened):
        assert opened.tab.locator("mjx-merror").count() == 0
        assert opened.tab.evaluate(RAW_MATHS) == []

    @pytest.mark.parametrize("mode", ["light", "dark"])
    def test_axe_finds_nothing_serious(self, opened, mode):
        opened.look(mode, 1280)
        assert opened.sideways() <= 0
        assert opened.violations(rules={"target-size": {"enabled": True}}) == []

    def test_a_narrow_page_fits(self, opened):
        opened.look("light", 390)
        assert opened.sideways() <= 0
        assert opened.violations(runOnly=["target-size"]) == []

    @pytest.mark.parametrize(("width", "share"), [(1280, 0.1), (390, 0.15), (320, 0.35)])
    def test_little_scrolls_and_what_does_says_so(self, opened, width, share):
        opened.look("light", width)
        opened.tab.wait_for_timeout(300)  # formulas and tables are fitted anew
        boxes = opened.tab.evaluate(BOXES)
        assert boxes["silent"] == []
        assert boxes["count"]["code"][0] == 0
        wide, every = map(sum, zip(*boxes["count"].values(), strict=True))
        assert wide <= max(1, share * every), boxes["count"]

    def test_pictures_are_told_in_words(self, opened):
        for figure in opened.tab.evaluate(FIGURES):
            words = figure["text"].strip()
            assert len(words.split()) >= 5, f"{words!r} says too little of {figure['source']}"
            assert not re.search(r"_images|\.(svg|png)|^(fig|figure)\b[-\s\d]*$", words), words
            assert words not in figure["caption"], "the alt text repeats the caption"

    def test_it_names_its_edition(self, opened):
        assert re.search(r"Version \d+\.\d+\.\d+, \d+ \w+ \d{4}", opened.tab.inner_text(".edition"))

    def test_nothing_failed(self, opened):
        assert opened.visit.faults == []


@pytest.mark.parametrize("page", PROSE, scope="class")
class TestProse(Page):
    """Pages without code that runs."""


@pytest.mark.parametrize("page", CHAPTERS, scope="class")
class TestChapter(Page):
    """A chapter also has a slider, and can be downloaded and run."""

    def test_it_is_light(self, opened):
        sizes = {response.url: weight(response) for response in opened.responses}
        assert sum(sizes.values()) < 3e6, sizes

    def test_a_slider_moves_without_python(self, opened):
        opened.look("light", 1280)
        tab = opened.tab
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
        assert opened.visit.faults == []

    def test_its_slider_is_made_for_thumbs(self, opened):
        opened.look("light", 390)
        handle = opened.tab.locator(".noUi-handle").first.bounding_box()
        assert min(handle["width"], handle["height"]) >= 24

    def test_buttons_say_what_they_do(self, opened):
        opened.look("light", 1280)
        toggles = opened.tab.locator("article details.hide > summary")
        for toggle in toggles.all():
            assert re.match(r"(Show|Hide) (code of|imports)", toggle.inner_text())
            assert toggle.get_attribute("aria-label") is None
        copies = opened.tab.locator("button.copybtn").count()
        named = opened.tab.locator('button.copybtn[aria-label="Copy code"]').count()
        assert named == copies

    def test_words_of_the_glossary_say_what_they_mean(self, opened):
        opened.look("light", 390)
        words = opened.tab.locator("article a.meaning")
        assert words.count() >= 3
        words.first.focus()
        box = opened.tab.get_by_role("tooltip")
        assert box.inner_text() == words.first.get_attribute("data-meaning")
        assert opened.sideways() <= 0
        opened.tab.keyboard.press("Escape")
        assert not box.is_visible()

    def test_it_downloads(self, opened):
        for suffix in ("ipynb", "md"):
            link = opened.tab.locator(f'.dropdown-download-buttons a[href$=".{suffix}"]')
            file = f"{opened.address}/notebooks/{link.get_attribute('href')}"
            got = opened.visit.context.request.get(file)
            assert got.ok
            assert got.text() == (ROOT / f"{opened.page}.{suffix}").read_text()

    def test_it_offers_to_run(self, opened):
        name = opened.page.removeprefix("notebooks/")
        run = opened.tab.get_by_role("link", name="Run this chapter in your browser")
        assert run.get_attribute("href") == f"../lite/notebooks/index.html?path={name}.ipynb"
        for service in ("Binder", "Colab"):  # where the repository has an address
            for link in opened.tab.get_by_role("link", name=service, exact=True).all():
                assert link.get_attribute("href").endswith(f"notebooks/{name}.ipynb")

    def test_it_says_how_to_cite_it(self, opened):
        summary = opened.tab.locator(".cite-chapter > summary")
        summary.click()
        number = int(opened.page.removeprefix("notebooks/")[:2])
        words = opened.tab.locator(".cite-chapter").inner_text()
        assert f"“{number}. " in words
        assert title() in words
        summary.click()


def test_the_focus_is_seen_on_every_button_of_the_header(visit, address):
    tab = visit.context.new_page()
    tab.goto(f"{address}/{CHAPTERS[0]}.html", wait_until="networkidle")
    tab.add_style_tag(content="* { transition: none !important }")
    buttons = tab.locator(".bd-header-article button:visible, .bd-header-article summary:visible")
    # the menu, the download, the full screen, the colours; with an address, the repository too
    assert buttons.count() >= 4
    for button in buttons.all():
        tab.keyboard.press("Tab")  # the ring is for those who use the keyboard
        tab.evaluate("document.activeElement.blur()")
        before = tab.locator(".bd-header-article").screenshot()
        button.focus()
        assert tab.locator(".bd-header-article").screenshot() != before, button.inner_html()


def test_the_welcome_page_moves(visit, address):
    tab = visit.context.new_page()
    tab.goto(f"{address}/book/welcome.html", wait_until="networkidle")
    handle = tab.locator(".noUi-handle").first
    assert handle.bounding_box()["y"] < 2 * 900, "not within the first two screens"
    shown = tab.locator("article .jupyter-widgets [role=img]:visible")
    values = []
    for _ in range(2):
        values.append(shown.first.get_attribute("aria-label"))
        for _ in range(16):
            handle.press("ArrowRight")
        tab.wait_for_timeout(300)
    assert "within the two allowed" in values[0]
    assert "outside the two allowed" in values[1]


@pytest.mark.parametrize("page", ["book/diagnostic", CHAPTERS[0]])
def test_a_choice_opens_by_keyboard_and_without_scripts(chromium, address, page):
    visit = Visit(chromium, java_script_enabled=False)
    tab = visit.context.new_page()
    tab.goto(f"{address}/{page}.html")
    choice = tab.locator("article .question details").first
    explained = choice.locator(".sd-summary-content")
    assert not explained.is_visible()
    choice.locator("summary").press("Enter")
    assert explained.inner_text().startswith(("Right.", "No."))
    visit.context.close()


def test_what_is_done_is_ticked_by_keyboard_and_kept_until_it_is_reset(visit, address):
    tab = visit.context.new_page()
    for box in ("#ex-01-total", "#q-01-coherence"):
        tab.goto(f"{address}/{CHAPTERS[0]}.html")
        tick = tab.locator(f"{box} label.done input")
        assert not tick.is_checked()
        tick.press("Space")
        tab.reload()
        assert tick.is_checked()
    assert tab.locator("article label.done input:checked").count() == 2
    tab.goto(f"{address}/book/howto.html")
    said = tab.locator(".progress-kept")
    assert said.inner_text().startswith("Ticked: exercises 1, questions 1.")
    said.locator("button").press("Enter")
    assert said.inner_text().startswith("Ticked: exercises 0, questions 0.")
    tab.goto(f"{address}/{CHAPTERS[0]}.html")
    assert tab.locator("article label.done input:checked").count() == 0
    assert visit.faults == []


def test_every_chapter_hangs_in_the_gallery(visit, address):
    tab = visit.context.new_page()
    tab.goto(f"{address}/book/gallery.html", wait_until="networkidle")
    links = [link.get_attribute("href") for link in tab.locator(".gallery p a").all()]
    assert {urlsplit(link).path for link in links} == {f"../{chapter}.html" for chapter in CHAPTERS}
    assert tab.evaluate("[...document.querySelectorAll('.gallery img')].every(i => i.naturalWidth)")
    assert visit.faults == []


def test_it_reads_from_a_file(visit, site):
    visit.context.set_offline(True)
    tab = visit.context.new_page()
    tab.goto((site / f"{CHAPTERS[5]}.html").as_uri(), wait_until="load")
    handle = tab.locator(".noUi-handle").first
    handle.wait_for()
    shown = tab.locator("article .jupyter-widgets [role=img]:visible")
    before = shown.first.get_attribute("aria-label")
    handle.press("ArrowRight")
    tab.wait_for_function(
        "old => [...document.querySelectorAll('article .jupyter-widgets [role=img]')]"
        ".find(node => node.checkVisibility()).ariaLabel !== old",
        arg=before,
    )
    assert "make serve" in tab.locator(".run-chapter").inner_text()
    tab.goto((site / "search.html").as_uri() + "?q=quartic")
    tab.locator("#search-results li a").first.wait_for()
    assert "quartic" in tab.locator("#search-results p.context").first.inner_text()


def test_a_download_button_downloads(visit, address):
    tab = visit.context.new_page()
    tab.goto(f"{address}/{CHAPTERS[0]}.html")
    tab.locator(".dropdown-download-buttons > button").click()
    with tab.expect_download() as download:
        tab.locator('.dropdown-download-buttons a[href$=".ipynb"]').click()
    assert json.loads(download.value.path().read_text())["cells"]


@pytest.mark.parametrize(
    ("query", "pages"),
    [
        ("(3.4)", ["book/paper.html#paper-3-4", "notebooks/04"]),
        ("3.4", ["book/paper.html#paper-3-4", "notebooks/04"]),
        ("eq 3.4", ["book/paper.html#paper-3-4", "notebooks/04"]),
        ("Figure 2", ["book/paper.html#paper-fig-2"]),
        ("CEvNS", ["notebooks/01"]),
        ("Cs-133", ["book/data"]),
        ("RK", ["notebooks/1"]),
        ("glossary", ["book/glossary"]),
        ("second band", ["notebooks/06", "notebooks/07"]),
        ("coherent", ["notebooks/"]),
        ("limit_curve", ["book/package"]),
    ],
)
def test_search_finds_what_readers_come_with(visit, address, query, pages):
    tab = visit.context.new_page()
    tab.goto(f"{address}/search.html?q={quote(query)}")
    tab.locator("#search-results li a").first.wait_for()
    found = [link.get_attribute("href") for link in tab.locator("#search-results li a").all()]
    for place in pages:
        assert found[0].startswith(place), (place, found)
        page = urlsplit(found[0]).path
        found = [address for address in found if urlsplit(address).path != page]
    words = tab.locator("#search-results").inner_text()
    assert not re.search(r"[$\\]|</|class=", words), "raw LaTeX or markup"
    assert visit.faults == []


def test_search_says_what_a_word_means(visit, address):
    tab = visit.context.new_page()
    tab.goto(f"{address}/search.html?q=plateau")
    tab.get_by_text("The part of a limit curve where the mass").first.wait_for()


def test_a_page_that_is_not_there_leads_back(visit, address, site):
    tab = visit.context.new_page()
    page = (site / "404.html").read_text(encoding="utf-8")
    for lost in ("notebooks/none.html", "nothing", "book/deep/er.html"):
        tab.route(f"**/{lost}", lambda route: route.fulfill(status=404, body=page))
        tab.goto(f"{address}/{lost}")
        links = [link.evaluate("link => link.href") for link in tab.locator("a").all()]
        assert f"{address}/index.html" in links
        assert all(visit.context.request.get(link).ok for link in links)
    tab.evaluate(AXE_SCRIPT)
    assert tab.evaluate("axe.run().then(found => found.violations.map(rule => rule.id))") == []


def test_first_page_leads_to_the_book(visit, address):
    tab = visit.context.new_page()
    tab.goto(f"{address}/index.html")
    tab.wait_for_url("**/book/welcome.html")
    assert visit.faults == []
