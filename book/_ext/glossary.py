"""In a chapter the first mention of each word of the glossary says what it means."""

import re
from typing import Any

from docutils import nodes
from find import GLOSSARY, cell, meanings, put_links
from sphinx.application import Sphinx
from sphinx_design.dropdown import dropdown_main
from sphinx_exercise.nodes import solution_node

# words that also mean something else, and other spellings
COMMON = {"moment", "edge", "pull", "projection", "RK", "CEvNS", "Cs-133"}
UNTOUCHED = (
    nodes.citation,
    nodes.title,
    nodes.reference,
    nodes.literal,
    nodes.literal_block,
    nodes.raw,
    nodes.caption,
    nodes.strong,
    nodes.math,
    nodes.thead,
    solution_node,
    dropdown_main,  # a choice of a question, closed until somebody takes it
)


def words_of(app: Sphinx) -> dict[str, tuple[str, str]]:
    """Return the anchor and the meaning of each word of the glossary."""
    return {
        word: (anchor, meaning)
        for anchor, term, meaning in meanings(app)
        for word in term.split(", ")
        if word not in COMMON
    }


def touched(text: nodes.Text) -> bool:
    """Tell whether a text may get a link: it is prose of the chapter, not code nor a title."""
    node = text.parent
    while node is not None:
        if cell(node) or isinstance(node, UNTOUCHED):
            return False
        node = node.parent
    return True


def link_terms(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Make a link of the first mention of each word."""
    if not docname.startswith("notebooks/") or app.builder.format != "html":
        return
    words = words_of(app)
    page = app.builder.get_relative_uri(docname, GLOSSARY)
    longest = sorted(words, key=len, reverse=True)
    pattern = re.compile(rf"\b({'|'.join(map(re.escape, longest))})s?\b", re.I)
    by_name = {word.lower(): word for word in words}
    seen: set[str] = set()
    for paragraph in list(doctree.findall(nodes.paragraph)):
        for text in [node for node in paragraph.findall(nodes.Text) if touched(node)]:
            links = []
            for match in pattern.finditer(text):
                word = by_name[match[1].lower()]
                anchor, meaning = words[word]
                if anchor in seen:
                    continue
                seen.add(anchor)
                target = nodes.reference(
                    "", match[0], refuri=f"{page}#{anchor}", internal=True, classes=["meaning"]
                )
                target["reftitle"] = meaning
                links.append((match, target))
            put_links(text, links)


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect to Sphinx."""
    app.connect("doctree-resolved", link_terms)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
