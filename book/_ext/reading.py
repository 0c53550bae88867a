"""What makes the pages easier to read: toggles say what they hide, tables have captions."""

from html import escape
from typing import Any

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode, depart_HideCellInput
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

WIDGET = "application/vnd.jupyter.widget-view+json"


def number(app: Sphinx, docname: str, cell: nodes.Element) -> str:
    """Return the number of the figure that a cell draws, such as 7.1, or nothing."""
    numbers = app.env.toc_fignumbers.get(docname, {}).get("figure", {})
    for figure in cell.findall(nodes.figure):
        for name in figure["ids"]:
            if name in numbers:
                return ".".join(map(str, numbers[name]))
    return ""


def hidden(app: Sphinx, docname: str, cell: nodes.Element) -> str:
    """Say in a few words what the folded code of a cell is for."""
    if figure := number(app, docname, cell):
        return f"code of Fig. {figure}"
    if any(WIDGET in raw.astext() for raw in cell.findall(nodes.raw)):
        return "code of the slider"
    if any(cell.findall(nodes.table)):
        return "code of the table"
    if any(cell.findall(nodes.image)):
        return "code of the figure"
    source = next(iter(cell.findall(nodes.literal_block))).astext()
    return "imports" if source.startswith(("import ", "from ")) else "code of this step"


def name_toggles(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Let each toggle say what it hides."""
    for toggle in doctree.findall(HideCodeCellNode):
        toggle["prompt"] = hidden(app, docname, toggle.parent)


def caption_tables(app: Sphinx, doctree: nodes.document) -> None:
    """Make the line above a table that a cell shows its caption, with a number."""
    number = 0
    for output in doctree.findall(nodes.container):
        match output.children if "mime_type" in output else []:
            case [nodes.paragraph() as line, nodes.table() as table]:
                number += 1
                output.remove(line)
                table.insert(0, nodes.title("", "", *line.children))
                table["ids"].append(f"table-{number}")


def visit_toggle(self: HTML5Translator, node: nodes.Element) -> None:
    """Write the summary, whose name is what it says."""
    prompt = escape(node["prompt"])
    self.body.append(f'<details class="admonition hide {" ".join(node["classes"])}">\n<summary>\n')
    for state, verb in (("collapsed", "Show"), ("expanded", "Hide")):
        self.body.append(f'<p class="{state} admonition-title">{verb} {prompt}</p>\n')
    self.body.append("</summary>\n")


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect to Sphinx."""
    app.setup_extension("myst_nb")  # first, because ours replaces its words
    app.add_node(HideCodeCellNode, override=True, html=(visit_toggle, depart_HideCellInput))
    app.connect("doctree-read", caption_tables)
    app.connect("doctree-resolved", name_toggles)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
