"""What readers come with finds its place: sections for the search, and the numbers of the paper."""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx_exercise.nodes import solution_node

GLOSSARY = "book/glossary"
EQUATION = re.compile(r"\((\d\.\d{1,2})\)")
RANGE = re.compile(r"\((\d)\.(\d+)\)(?: to |–)\(\1\.(\d+)\)")
FIGURE = re.compile(r"\bFigs?\. (\d)(?![.\d])(?:(?: and | to |–)(\d)(?![.\d]))?")
DRAWN = re.compile(r"\bfigure_(\d)\(")  # in portal.book.paper_figures
GREEK = {
    **{
        unicodedata.name(chr(code)).split()[-1].lower(): chr(code)
        for code in range(ord("α"), ord("ω") + 1)
    },
    **{"lambda": "λ", "epsilon": "ε", "varepsilon": "ε", "varphi": "φ"},
}
WORDS = {
    **GREEK,
    **{name.capitalize(): letter.upper() for name, letter in GREEK.items()},
    **{
        "to": "→",
        "times": "×",
        "sim": "~",
        "propto": "∝",
        "pm": "±",
        "mp": "∓",
        "cdot": "·",
        "approx": "≈",
    },
    **{"le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ll": "≪", "gg": "≫", "infty": "∞"},
    **{"hbar": "ħ", "ell": "ℓ", "partial": "∂", "int": "∫", "sum": "Σ", "prime": "′"},
    **{"ln": "ln", "sin": "sin", "cos": "cos", "sqrt": "√", "langle": "⟨", "rangle": "⟩"},
}
SILENT = (
    nodes.section,
    nodes.title,
    nodes.raw,
    nodes.literal_block,
    nodes.comment,
    nodes.substitution_definition,
    solution_node,
)
RAISED = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")


def plain(tex: str) -> str:
    """Return a formula as a line of text, as good as one line can be."""
    tex = re.sub(r"\\(?:begin|end)\{.*?\}|\\(?:left|right|big+|Big+)\b", "", tex)
    tex = re.sub(r"\\[dt]?frac\s*(\{[^{}]*\}|.)\s*(\{[^{}]*\}|.)", r"\1/\2", tex)
    tex = re.sub(r"\\([A-Za-z]+)", lambda word: WORDS.get(word[1], ""), tex)
    tex = re.sub(r"\^\{?([-+\d]+)\}?", lambda power: power[1].translate(RAISED), tex)
    tex = re.sub(r"\\[,;:! ]|[~&]", " ", tex.replace(r"\\", " "))
    return " ".join(re.sub(r"[\\{}$^_]", "", tex).replace("'", "′").split())


def cell(node: nodes.Node) -> bool:
    """Tell whether a node is code that runs, or what it prints."""
    return isinstance(node, nodes.container) and "nb_element" in node


def spoken(node: nodes.Node) -> Iterator[str]:
    """Give the prose of a section, without subsections, code, outputs, solutions and questions."""
    for child in node.children:
        if isinstance(child, nodes.math | nodes.math_block):
            yield plain(child.astext())
        elif isinstance(child, nodes.Text):
            yield child.astext()
        elif cell(child):
            for caption in child.findall(nodes.caption):
                yield from spoken(caption)
        elif isinstance(child, addnodes.pending_xref) and not child.get("refexplicit"):
            continue  # it has the name of a label
        elif isinstance(child, nodes.admonition) and "question" in child["classes"]:
            continue  # it has wrong answers, too
        elif not isinstance(child, SILENT):
            yield from spoken(child)
        if not isinstance(child, nodes.Inline | nodes.Text):
            yield " "


@dataclass
class Section:
    """A place of the book: where it is, what it is called, and what it says."""

    page: str
    anchor: str
    title: str
    text: str
    node: nodes.section


def title_of(section: nodes.Element) -> str:
    """Return the title of a section, its formulas as text."""
    return "".join(spoken(section.children[0])).strip()


def sections(app: Sphinx, page: str) -> list[Section]:
    """Return all sections of a page, in their order."""
    found = []
    for node in app.env.get_doctree(page).findall(nodes.section):
        if not isinstance(node.children[0], nodes.title):
            continue  # the inside of an exercise
        text = " ".join("".join(spoken(node)).split())
        found.append(Section(page, node["ids"][0], title_of(node), text, node))
    return found


def numbers(text: str) -> list[str]:
    """Return the numbers of the paper in a text: 3.4 for an equation, Fig. 2 for a figure."""
    found = EQUATION.findall(text)
    for chapter, first, last in RANGE.findall(text):
        found += [f"{chapter}.{i}" for i in range(int(first) + 1, int(last))]
    for first, last in FIGURE.findall(text):
        found += [f"Fig. {i}" for i in range(int(first), int(last or first) + 1)]
    return found


@dataclass
class Verdicts:
    """What the errata say of each number: the group of its overview, and the entries."""

    group: dict[str, str]
    entries: dict[str, list[Section]]


# the groups of the overview, by their first word
SHORT = {
    "Formulas": "Changes a result if used as printed",
    "Misprints": "Misprint without effect on the results",
    "Numbers": "Open to doubt",
    "Right": "Right, with a remark",
}


def verdicts(app: Sphinx) -> Verdicts:
    """Read the page of errata: its overview, its entries, and the list of what is right."""
    errata = sections(app, "book/errata")
    groups: dict[str, str] = {}
    overview = next(section.node for section in errata if section.title == "Overview")
    name = ""
    for part in overview.children:
        if isinstance(part, nodes.paragraph):
            name = part.astext()
        for reference in part.findall(addnodes.pending_xref):
            groups[reference["reftarget"]] = SHORT[name.split()[0]]
    group: dict[str, str] = {}
    entries: dict[str, list[Section]] = {}
    for section in errata:
        label = next((i for i in section.node["ids"] if i in groups), None)
        if label is None:
            continue
        for number in dict.fromkeys(numbers(section.title)):
            group.setdefault(number, groups[label])
            entries.setdefault(number, []).append(section)
    right = next(section for section in errata if section.title == "Checked and right")
    for number in numbers(right.text):
        group.setdefault(number, "Right as printed")
        entries.setdefault(number, [right])
    return Verdicts(group, entries)


def drawn(section: Section) -> list[str]:
    """Return the figures of the paper that the code of a section draws."""
    blocks = (
        block.astext()
        for child in section.node.children
        if not isinstance(child, nodes.section)
        for block in child.findall(nodes.literal_block)
    )
    return [f"Fig. {number}" for block in blocks for number in DRAWN.findall(block)]


def places(app: Sphinx, number: str, book: list[Section]) -> list[Section]:
    """Return the sections of the chapters that are about a number of the paper, the best first."""
    weight = {
        id(s): 5 * (numbers(s.title) + drawn(s)).count(number) + numbers(s.text).count(number)
        for s in book
    }
    named = [s for s in book if weight[id(s)] and s.title not in SUMMARIES]
    return sorted(named, key=lambda s: -weight[id(s)])[:3]


SUMMARIES = {"What to take away", "Exercises", "References"}


class PaperIndex(SphinxDirective):
    """A list of numbers of the paper, each with a few words; the build says where and how true."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Leave a place for the table, which needs all pages."""
        node = paper_index("")
        node["rows"] = [line.split(":", 1) for line in self.content if line.strip()]
        return [node]


class paper_index(nodes.General, nodes.Element):  # type: ignore[misc]
    """The place of the table."""


def link(app: Sphinx, page: str, target: Section, text: str) -> nodes.reference:
    """Return a link from a page to a section."""
    address = f"{app.builder.get_relative_uri(page, target.page)}#{target.anchor}"
    return nodes.reference("", text, refuri=address, internal=True)


def put_links(text: nodes.Text, links: list[tuple[re.Match[str], nodes.reference]]) -> None:
    """Replace matches in a text, in their order, by links."""
    parts: list[nodes.Node] = []
    end = 0
    for match, reference in links:
        parts += [nodes.Text(text[end : match.start()]), reference]
        end = match.end()
    if parts:
        text.parent.replace(text, [*parts, nodes.Text(text[end:])])


def heading(app: Sphinx, page: str) -> str:
    """Return the title of a page, with the number of its chapter."""
    number = app.env.toc_secnumbers.get(page, {}).get("", ())
    title = plain(app.env.titles[page].astext())
    return f"{number[0]}. {title}" if number else title


def anchor(number: str) -> str:
    """Return the name of the place of a number of the paper in its index."""
    return f"paper-{nodes.make_id('n' + number.strip('()'))[1:]}"


def meanings(app: Sphinx) -> list[tuple[str, str, str]]:
    """Return the anchor, the word or words, and the meaning of each entry of the glossary."""
    return [
        (term["ids"][0], term.astext(), " ".join(item.children[-1].astext().split()))
        for item in app.env.get_doctree(GLOSSARY).findall(nodes.definition_list_item)
        for term in item.findall(nodes.term)
    ]


def row(app: Sphinx, page: str, given: list[str], book: list[Section], said: Verdicts) -> nodes.row:
    """Return a row: the number, what it is, where it is here, what we found."""
    number, words = (part.strip() for part in given)
    key = number.strip("()")
    where = nodes.paragraph()
    for place in places(app, key, book):
        if where.children:
            where += nodes.Text("; ")
        where += nodes.Text(f"{Path(place.page).name[:2]} ")
        where += link(app, page, place, place.title)
    found = nodes.paragraph("", said.group.get(key, "Redrawn" if "Fig" in key else "Not examined"))
    for entry in said.entries.get(key, []):
        found += nodes.Text(": " if len(found.children) == 1 else "; ")
        found += link(app, page, entry, entry.title.split(": ", 1)[-1])
    target = nodes.paragraph("", number, ids=[anchor(number)])
    line = nodes.row()
    for part in (target, nodes.paragraph("", words), where, found):
        line += nodes.entry("", part)
    return line


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the table where the directive is."""
    for place in list(doctree.findall(paper_index)):
        book = [s for page in chapters(app) for s in sections(app, page)]
        said = verdicts(app)
        group = nodes.tgroup(cols=4)
        for width in (10, 30, 30, 30):
            group += nodes.colspec(colwidth=width)
        head = nodes.row()
        for name in ("number", "what it is", "where it is here", "what we found"):
            head += nodes.entry("", nodes.paragraph("", name))
        body = nodes.tbody()
        for given in place["rows"]:
            body += row(app, docname, given, book, said)
        group += [nodes.thead("", head), body]
        place.replace_self(nodes.table("", group, classes=["colwidths-given"]))


def chapters(app: Sphinx) -> list[str]:
    """Return the pages of the chapters, in order."""
    return sorted(page for page in app.env.found_docs if page.startswith("notebooks/"))


def write_sections(app: Sphinx, failed: Exception | None) -> None:
    """Write what the search looks through: each section, in the order of the book."""
    if failed or app.builder.format != "html":
        return
    rows = [
        [section.page, section.anchor, heading(app, section.page), section.title, section.text]
        for page in sorted(app.env.found_docs)
        for section in sections(app, page)
    ]
    # the rows of the index of the paper are places of their own
    index = app.env.get_doctree("book/paper")
    rows += [
        ["book/paper", anchor(number), heading(app, "book/paper"), number, words.strip()]
        for place in index.findall(paper_index)
        for number, words in place["rows"]
    ]
    rows += [[GLOSSARY, place, "Glossary", term, said] for place, term, said in meanings(app)]
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    file = Path(app.outdir) / "_static" / "sections.js"
    file.write_text(f"const SECTIONS = {text};\n", encoding="utf-8")


def add_search(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Load the sections where they are searched."""
    if pagename == "search":
        app.add_js_file("sections.js", loading_method="defer")
        app.add_js_file("search.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect to Sphinx."""
    app.add_node(paper_index)
    app.add_directive("paper-index", PaperIndex)
    app.connect("doctree-resolved", fill)
    app.connect("html-page-context", add_search)
    app.connect("build-finished", write_sections)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
