"""The number of the paper's equation stands in the margin of ours and leads to its verdict."""

from typing import Any

from docutils import nodes
from find import EQUATION, anchor, put_links
from sphinx.application import Sphinx


def link_numbers(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Make links of the numbers in margins, such as (2.6), into the index of the paper."""
    index = app.builder.get_relative_uri(docname, "book/paper")
    for note in doctree.findall(nodes.sidebar):
        note["classes"].append("paper-number")
        for text in list(note.findall(nodes.Text)):
            links = []
            for match in EQUATION.finditer(text):
                place = f"{index}#{anchor(match[0])}"
                target = nodes.reference("", match[0], refuri=place, internal=True)
                links.append((match, target))
            put_links(text, links)


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect to Sphinx."""
    app.connect("doctree-resolved", link_numbers)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
