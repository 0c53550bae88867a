"""Make of each lecture of the plan a deck of slides, out of what the built pages show.

The plan says what is on them: under "Slides", links to figures, formulas and questions, or to the
first `slider` or `table` of a section; as many groups as under "Minutes".  reveal.js is the site's.
"""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from project import title as book_title

PLAN = "book/teaching.html"
CODE = re.compile(r"<pre\b.*?</pre>", re.S)  # no slide shows any, and it takes long to parse
BETWEEN = re.compile(r"(?<!\\)(?<!&amp)(?<!&lt)(?<!&gt);\s+")
STATE = re.compile(
    r'<script type="application/vnd.jupyter.widget-state\+json">(.*?)</script>', re.S
)
CITED = re.compile(r'\s*<span class="bibtex-citation".*?\]</span>', re.S)
VIEW = "application/vnd.jupyter.widget-view+json"
DECK = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="../_static/favicon.svg">
<link rel="stylesheet" href="../vendor/reveal/reset.css">
<link rel="stylesheet" href="../vendor/reveal/reveal.css">
<link rel="stylesheet" href="../_static/slides.css">
<script>
window.MathJax = {{
  tex: {{ inlineMath: [["\\\\(", "\\\\)"]] }},
  chtml: {{ matchFontHeight: false, scale: 1.1 }},
  options: {{ enableMenu: false }},
}};
</script>
<script defer src="../vendor/reveal/reveal.js"></script>
<script defer src="../vendor/reveal/plugin/notes.js"></script>
<script defer src="../vendor/mathjax/tex-chtml-full.js"></script>
<script defer src="../vendor/html-manager/embed.js"></script>
<script defer src="../_static/book.js"></script>
<script defer src="../_static/slides.js"></script>
</head>
<body>
<main>
<div class="reveal">
<div class="slides bd-article">
{slides}
</div>
</div>
</main>
{state}
</body>
</html>
"""


@dataclass
class Deck:
    """The slides of one lecture, and the state of the sliders on them."""

    site: Path
    pages: dict[str, tuple[str, Tag]]
    slides: list[str]
    models: dict[str, Any]

    def page(self, name: str) -> Tag:
        """Return the article of a page."""
        if name not in self.pages:
            text = CODE.sub("", (self.site / name).read_text(encoding="utf-8"))
            state = STATE.search(text)
            article = one(BeautifulSoup(STATE.sub("", text), "html.parser"), "article")
            self.pages[name] = (state[1] if state else "", article)
        return self.pages[name][1]

    def add(self, name: str, *body: str, notes: str = "", level: int = 2) -> None:
        """Add a slide."""
        head = f"<h{level}>{name}</h{level}>"
        aside = f'<aside class="notes">{notes}</aside>' if notes else ""
        self.slides.append("\n".join(("<section>", head, *body, aside, "</section>")))

    def show(self, link: Tag, notes: str) -> None:
        """Add the slide of what a link of the plan leads to."""
        page, anchor = target(link)
        found = one(self.page(page), f'[id="{anchor}"]')
        chapter = one(self.page(page), "h1")
        where = f'<p class="where"><a href="../{page}#{anchor}">{inner(chapter, page)}</a></p>'
        classes = found.get_attribute_list("class")
        section = found if found.name == "section" else one_above(found, "section")
        name = inner(one(section, "h1, h2, h3"), page)
        if found.name == "figure":
            self.add(name, clean(found, page), where, notes=notes)
        elif "math" in classes:
            before, after = found.find_previous_sibling("p"), found.find_next_sibling("p")
            words, more = (clean(p, page) if p else "" for p in (before, after))
            self.add(name, words, clean(found, page), where, notes=notes + more)
        elif "question" in classes:
            self.ask(found, page, where, notes)
        elif link.get_text() == "slider":
            view = one(section, f'script[type="{VIEW}"]')
            body = f'<div class="moving">{self.widget(page, json.loads(view.get_text()))}</div>'
            head = one_above(view, "section")
            self.add(inner(one(head, "h1, h2, h3"), page), body, where, notes=notes)
        elif link.get_text() == "table":
            self.add(name, clean(one(section, "table"), page), where, notes=notes)
        else:
            sys.exit(f"{PLAN}: a slide shows no section: call the link to {anchor} slider or table")

    def ask(self, box: Tag, page: str, where: str, notes: str) -> None:
        """Add a question with its choices, each with its explanation folded."""
        words, *choices = (child for child in box.find_all(True, recursive=False))
        asked = [clean(choice, page) for choice in choices if choice.name == "p"]
        folded = []
        for choice in choices:
            if choice.name == "details":
                said = inner(one(choice, ".sd-summary-text"), page)
                why = "".join(clean(p, page) for p in choice.select(".sd-summary-content > *"))
                folded.append(f"<details><summary>{said}</summary>{why}</details>")
                if "Right." in why:
                    notes += f"<p><strong>Right:</strong> {said}</p>"
        self.add(words.get_text().split(": ", 1)[-1], *asked, *folded, where, notes=notes)

    def widget(self, page: str, view: dict[str, Any]) -> str:
        """Return the view of a slider, and keep the models that it needs.

        Each page numbers its models from 0: the number of the chapter makes them unique.
        """
        own = f'"{page[10:12]}'  # the first digits of an identifier are zeros
        text = re.sub(r'"00(?=[0-9a-f]{30}")', own, self.pages[page][0])
        text = re.sub(r"IPY_MODEL_00(?=[0-9a-f]{30})", f"IPY_MODEL_{own[1:]}", text)
        state = json.loads(text)["state"]
        uses = {m: set(re.findall(r"IPY_MODEL_(\w+)", json.dumps(state[m]))) for m in state}
        root = f"{own[1:]}{view['model_id'][2:]}"
        needed, new = {root}, {root}
        while new:
            new = set().union(*(uses[model] for model in new)) - needed
            needed |= new
        # a link between two parts is a model to which neither leads
        links = {m for m in state if "Link" in state[m]["model_name"] and uses[m] <= needed}
        self.models |= {model: state[model] for model in state if model in needed | links}
        return f'<script type="{VIEW}">{json.dumps({**view, "model_id": root})}</script>'


def one(within: Tag, selector: str) -> Tag:
    """Return the first element, which must be there."""
    found = within.select_one(selector)
    if found is None:
        sys.exit(f"the slides want {selector}, and it is not where {PLAN} leads")
    return found


def one_above(part: Tag, name: str) -> Tag:
    """Return the nearest element of a kind around a part."""
    found = part.find_parent(name)
    if found is None:
        sys.exit(f"no {name} around {part.name}")
    return found


def target(link: Tag, page: str = PLAN) -> tuple[str, str]:
    """Return the page and the anchor that a link leads to."""
    address = urlsplit(urljoin(page, str(link["href"])))
    return address.path, address.fragment


def clean(part: Tag, page: str) -> str:
    """Return a part of a page as it may stand on a slide: links lead back, nothing has a name."""
    copy = BeautifulSoup(CITED.sub("", str(part)), "html.parser")
    for spare in copy.select(".headerlink, .section-number"):
        spare.decompose()
    for element in copy.find_all(True):
        element.attrs.pop("id", None)
    for link in copy.select("a[href]"):
        if "meaning" in link.get_attribute_list("class"):
            link.unwrap()
        elif not urlsplit(str(link["href"])).scheme:
            link["href"] = "../" + urljoin(page, str(link["href"]))
    for image in copy.select("img[src]"):
        if not str(image["src"]).startswith("data:"):
            image["src"] = "../" + urljoin(page, str(image["src"]))
    return copy.decode(formatter="minimal")


def inner(part: Tag, page: str) -> str:
    """Return what is inside an element, cleaned."""
    (outer,) = BeautifulSoup(clean(part, page), "html.parser").find_all(True, recursive=False)
    return outer.decode_contents(formatter="minimal").strip()


def lectures(plan: Tag) -> Iterator[tuple[str, dict[str, Tag]]]:
    """Yield the title and the fields of each lecture."""
    for section in one_above(one(plan, "#plan-ten"), "section").select("section"):
        fields = {}
        for item in section.select("li > p"):
            name = one(item, "strong").extract()
            fields[name.get_text().rstrip(":")] = item
        yield inner(one(section, "h3"), PLAN), fields


def heard(ask: Tag) -> dict[str, str]:
    """Return what a teacher will hear, by the anchor of each question."""
    said: dict[str, str] = {}
    anchor = ""
    for part in ask.contents:
        if isinstance(part, Tag) and part.name == "a":
            anchor = target(part)[1]
        elif anchor:
            said[anchor] = said.get(anchor, "") + str(part)
    return {anchor: words.strip(" :\n") for anchor, words in said.items()}


def noted(name: str, words: str) -> str:
    """Return a paragraph of the notes."""
    return f"<p><strong>{name}:</strong> {words}</p>"


def deck(site: Path, pages: dict[str, tuple[str, Tag]], name: str, fields: dict[str, Tag]) -> str:
    """Return the deck of a lecture."""
    made = Deck(site, pages, [], {})
    field = {key: inner(item, PLAN) for key, item in fields.items()}
    chapters = [a for a in next(iter(fields.values())).select("a") if "chapter" in a.get_text()]
    groups = BETWEEN.split(str(fields["Slides"]))
    minutes = BETWEEN.split(field["Minutes"])
    if len(groups) != len(minutes):
        sys.exit(f"{name}: {len(groups)} groups of slides for {len(minutes)} of minutes")
    number, words = name.split(". ", 1)
    shown = ("Minutes", "Before", "In class", "Pitfalls")
    before = "".join(noted(key, field[key]) for key in shown)
    made.add(words, f"<p>Lecture {number}. {book_title()}</p>", notes=before, level=1)
    goals = "".join(f"<li>{goal.rstrip('.')}</li>" for goal in BETWEEN.split(field["Goals"]))
    made.add("Goals", f"<ul>{goals}</ul>", notes=noted("Minutes", field["Minutes"]))
    for link in chapters:
        page = target(link)[0]
        head = inner(one(made.page(page), "h1"), page)
        asked = one(made.page(page), '[id="the-question"] > p')
        made.add(f"{head}: the question", clean(asked, page), notes=noted("Block", minutes[0]))
    answers = heard(fields["Ask"])
    for group, block in zip(groups, minutes, strict=True):
        for link in BeautifulSoup(group, "html.parser").select("a"):
            anchor = target(link)[1]
            notes = noted("Block", f"{block.rstrip('.')} (minutes first)")
            if anchor in answers:
                notes += noted("You will hear", answers[anchor])
            made.show(link, notes)
    for link in chapters:
        page = target(link)[0]
        head = inner(one(made.page(page), "h1"), page)
        kept = one(made.page(page), '[id="what-to-take-away"] ul')
        made.add(f"{head}: what to take away", clean(kept, page))
    made.add("Homework", f"<p>{field['Homework']}</p>", notes=noted("Pitfalls", field["Pitfalls"]))
    state = json.dumps({"version_major": 2, "version_minor": 0, "state": made.models})
    script = f'<script type="application/vnd.jupyter.widget-state+json">{state}</script>'
    text = BeautifulSoup(words, "html.parser").get_text()
    return DECK.format(
        title=f"{number}. {escape(text)}",
        slides="\n".join(made.slides),
        state=script if made.models else "",
    )


def slides(site: Path) -> None:
    """Write the decks into a site that has its pages, and link them from the plan."""
    pages: dict[str, tuple[str, Tag]] = {}
    text = (site / PLAN).read_text(encoding="utf-8")
    (site / "slides").mkdir(exist_ok=True)
    plan = one(BeautifulSoup(text, "html.parser"), "article")
    for number, (name, fields) in enumerate(lectures(plan), 1):
        file = site / "slides" / f"{number:02}.html"
        file.write_text(deck(site, pages, name, fields), encoding="utf-8")
        link = f'<a href="../slides/{file.name}"><strong>Slides</strong></a>:'
        text = text.replace("<strong>Slides:</strong>", link, 1)
    (site / PLAN).write_text(text, encoding="utf-8")
