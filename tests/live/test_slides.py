"""A deck of slides for each lecture: whole, by keyboard, on paper and from a file."""

import re
from io import BytesIO

import pytest
import slides
from axe_playwright_python.base import AXE_SCRIPT
from browser import Visit
from bs4 import BeautifulSoup
from project import ROOT
from pypdf import PdfReader

PLAN = (ROOT / "book" / "teaching.md").read_text(encoding="utf-8").split("(plan-five)=")[0]
LECTURES = re.split(r"^### \d+\. ", PLAN, flags=re.M)[1:]
DECKS = [f"{number:02}" for number in range(1, len(LECTURES) + 1)]
FORMULAS = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const raw = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.parentElement.closest('script, style, code, mjx-container, svg')) continue;
    if (/\\\\[a-zA-Z(\\[]/.test(node.data)) raw.push(node.data.trim());
  }
  return raw;
}"""
BROKEN = """() => [...document.querySelectorAll('.slides img')]
  .filter(image => !image.complete || !image.naturalWidth || !image.alt).map(image => image.src)"""
HIGH = """() => [...document.querySelectorAll('.slides section')]
  .filter(slide => slide.offsetHeight > 720).map(slide => slide.innerText)"""
AXE = "axe.run({ exclude: [['mjx-container']] }, { preload: false })"
SERIOUS = f"""async () => (await {AXE}).violations
  .filter(rule => ['serious', 'critical'].includes(rule.impact))
  .map(rule => rule.id + ' ' + rule.nodes[0].html)"""
ON = "Reveal.getState().indexh"


def expected(number):
    """Return how many slides a lecture has: what its plan names, and those around."""
    lecture = LECTURES[int(number) - 1]
    fields = dict(re.findall(r"^- \*\*(.*?):\*\* (.*?)(?=^- |\Z)", lecture, re.M | re.S))
    chapters = len(re.findall(r"\{ref\}`chapter", next(iter(fields.values()))))
    return 3 + 2 * chapters + len(re.findall(r"\{(?:ref|eq|numref)\}`", fields["Slides"]))


def show(visit, address):
    """Open a deck and wait until it is drawn."""
    tab = visit.context.new_page()
    tab.goto(address)
    tab.wait_for_function("document.documentElement.dataset.deck === 'ready'")
    return tab


@pytest.fixture(scope="class")
def deck(chromium, address, number):
    """Show a deck once for its tests."""
    visit = Visit(chromium, viewport={"width": 1280, "height": 720})
    yield visit, show(visit, f"{address}/slides/{number}.html")
    visit.context.close()


@pytest.mark.parametrize("number", DECKS, scope="class")
class TestDeck:
    """What holds for every deck."""

    def test_it_has_the_slides_of_the_plan(self, deck, number):
        _, tab = deck
        assert tab.evaluate("Reveal.getTotalSlides()") == expected(number)
        assert tab.evaluate(HIGH) == []

    def test_pictures_formulas_and_sliders_are_there(self, deck):
        _, tab = deck
        assert tab.evaluate(BROKEN) == []
        assert tab.evaluate(FORMULAS) == []
        assert tab.locator("mjx-merror").count() == 0
        assert tab.locator(".moving .noUi-handle").count() == tab.locator(".moving").count()
        assert tab.locator(".moving").count() >= 1

    def test_the_plan_speaks_in_the_notes(self, deck, number):
        _, tab = deck
        said = tab.locator("aside.notes").all_text_contents()
        blocks = {re.search(r"Block: (\d+)", note)[1] for note in said if "Block: " in note}
        minutes = re.search(r"\*\*Minutes:\*\* (.*)", LECTURES[int(number) - 1])[1]
        assert blocks == set(re.findall(r"(?:^|; )(\d+) ", minutes))
        asked = tab.locator(".slides section:has(details)").count()
        assert sum("You will hear: " in note and "Right: " in note for note in said) == asked

    def test_nothing_failed(self, deck):
        visit, _ = deck
        assert visit.faults == []

    def test_on_paper_each_slide_is_a_page_without_serious_faults(self, deck, address, number):
        visit, _ = deck
        tab = show(visit, f"{address}/slides/{number}.html?print-pdf")
        tab.evaluate(AXE_SCRIPT)
        assert tab.evaluate(SERIOUS) == []
        printed = tab.pdf(prefer_css_page_size=True, print_background=True)
        assert len(PdfReader(BytesIO(printed)).pages) == expected(number)


def test_a_slider_and_a_choice_keep_their_keys(visit, address):
    tab = show(visit, f"{address}/slides/01.html")
    moved = tab.locator(".moving")
    tab.evaluate(
        "Reveal.slide([...document.querySelectorAll('section')].findIndex("
        "slide => slide.querySelector('.moving')))"
    )
    at = tab.evaluate(ON)
    handle = moved.first.locator(".noUi-handle")
    before = handle.get_attribute("aria-valuenow")
    handle.focus()
    handle.press("ArrowRight")
    tab.wait_for_function("old => document.activeElement.ariaValueNow !== old", arg=before)
    assert tab.evaluate(ON) == at
    tab.evaluate("document.activeElement.blur()")
    tab.keyboard.press("ArrowRight")
    assert tab.evaluate(ON) == at + 1
    tab.evaluate(
        "Reveal.slide([...document.querySelectorAll('section')].findIndex("
        "slide => slide.querySelector('details')))"
    )
    at = tab.evaluate(ON)
    choice = tab.locator("section.present summary").first
    choice.focus()
    choice.press(" ")
    assert tab.locator("section.present details[open]").count() == 1
    assert tab.evaluate(ON) == at


def test_a_deck_opens_from_a_file(visit, site):
    tab = show(visit, (site / "slides" / "07.html").as_uri())
    assert tab.evaluate("Reveal.getTotalSlides()") == expected("07")
    assert tab.evaluate(BROKEN) == []
    assert tab.locator(".moving .noUi-handle").count() == tab.locator(".moving").count()
    assert visit.faults == []


def test_the_plan_leads_to_the_decks(site):
    page = BeautifulSoup((site / slides.PLAN).read_text(encoding="utf-8"), "html.parser")
    links = [link["href"] for link in page.select('a[href^="../slides/"]')]
    assert links == [f"../slides/{number}.html" for number in DECKS]


def test_a_field_is_split_between_its_groups_only():
    field = r"10 a; 20 b &amp; c; 30 <span>\(x\; y\)</span>; 40 d"
    assert len(slides.BETWEEN.split(field)) == 4


def test_what_a_teacher_will_hear_belongs_to_its_question():
    ask = '<p>: <a href="../01-a.html#q-1">One?</a> “yes”. <a href="#q-2">Two</a>: “no”.</p>'
    heard = slides.heard(BeautifulSoup(ask, "html.parser").p)
    assert heard == {"q-1": "“yes”.", "q-2": "“no”."}
