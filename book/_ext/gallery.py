"""One page with the key figures of all chapters, each linked to its place."""

from typing import Any

from docutils import nodes
from find import FIGURE, chapters, heading
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class gallery(nodes.General, nodes.Element):  # type: ignore[misc]
    """The place of the figures."""


class Gallery(SphinxDirective):
    """The figure that opens each chapter, and those of the paper, drawn anew."""

    def run(self) -> list[nodes.Node]:
        """Leave a place for the figures, which needs all pages."""
        return [gallery("")]


def chosen(app: Sphinx, page: str) -> list[nodes.figure]:
    """Return the first figure of a chapter and those whose captions name one of the paper."""
    drawn = [f for f in app.env.get_doctree(page).findall(nodes.figure) if f["ids"]]
    captions = [next(iter(figure.findall(nodes.caption))).astext() for figure in drawn]
    redrawn = ["paper" in words and FIGURE.search(words) for words in captions]
    return [figure for figure, too in zip(drawn, redrawn, strict=True) if too or figure is drawn[0]]


def card(app: Sphinx, docname: str, page: str, figure: nodes.figure) -> nodes.container:
    """Return a figure small, with its number and its chapter, linked to its place."""
    numbers = app.env.toc_fignumbers[page]["figure"]
    name = next(i for i in figure["ids"] if i in numbers)
    address = f"{app.builder.get_relative_uri(docname, page)}#{name}"
    old = next(iter(figure.findall(nodes.image)))
    image = nodes.image("", uri=old["uri"], candidates=old["candidates"], alt=old.get("alt", ""))
    words = f"Fig. {'.'.join(map(str, numbers[name]))} in {heading(app, page)}"
    return nodes.container(
        "",
        nodes.reference("", "", image, refuri=address, internal=True),
        nodes.paragraph("", "", nodes.reference("", words, refuri=address, internal=True)),
    )


def hang(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the figures where the directive is."""
    for place in list(doctree.findall(gallery)):
        cards = [
            card(app, docname, page, figure)
            for page in chapters(app)
            for figure in chosen(app, page)
        ]
        place.replace_self(nodes.container("", *cards, classes=["gallery"]))


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect to Sphinx."""
    app.add_node(gallery)
    app.add_directive("gallery", Gallery)
    app.connect("doctree-resolved", hang)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
