"""What the pages need to be alive without asking another host."""

from html import escape
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from docutils import nodes
from sphinx.application import Sphinx

CHAPTERS = "notebooks"

BOX = """<div class="run-chapter">
<a class="run" href="{live}">Run this chapter in your browser</a>{servers}
<p>The first run in your browser loads Python, about 60 MB.  Your edits stay in this browser;
<a href="{live}&amp;reset">open the original again</a> discards them.{colab_needs}</p>
</div>"""
# where the repository has an address
SERVERS = """
<a href="{binder}">Binder</a>
<a href="{colab}">Colab</a>"""
COLAB_NEEDS = """  In Colab, first run
<code>%pip install feyndraw "ipywidgets&gt;=8.1" git+{repository}</code>."""


def links(chapter: str, repository: str, branch: str) -> dict[str, str]:
    """Return the addresses at which a chapter runs, all from the one of the repository."""
    name = PurePosixPath(chapter).name
    project = urlsplit(repository).path.strip("/")
    notebook = f"{CHAPTERS}/{name}.ipynb"
    return {
        "live": f"../lite/notebooks/index.html?path={name}.ipynb",
        "binder": f"https://mybinder.org/v2/gh/{project}/{branch}?urlpath=lab/tree/{notebook}",
        "colab": f"https://colab.research.google.com/github/{project}/blob/{branch}/{notebook}",
        "repository": repository,
    }


def add_buttons(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the buttons below the title of each chapter."""
    if PurePosixPath(docname).parent.name != CHAPTERS or app.builder.format != "html":
        return
    options = app.config.html_theme_options
    addresses = links(docname, options["repository_url"], options["repository_branch"])
    title = next(iter(doctree.findall(nodes.title)))
    escaped = {name: escape(address) for name, address in addresses.items()}
    known = bool(addresses["repository"])
    box = BOX.format(
        live=escaped["live"],
        servers=SERVERS.format(**escaped) if known else "",
        colab_needs=COLAB_NEEDS.format(**escaped) if known else "",
    )
    title.parent.insert(title.parent.index(title) + 1, nodes.raw("", box, format="html"))


def typeset_citations(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Let MathJax read the formulas in the titles of cited papers."""
    for citation in doctree.findall(nodes.citation):
        citation["classes"].append("tex2jax_process")
        if "$" in citation.astext():
            # otherwise only a page with formulas of its own loads MathJax
            app.env.get_domain("math").data["has_equations"][docname] = True


def mend_page(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Offer the notebook of a chapter beside its source, and drop the scripts of sphinx-thebe.

    Jupyter Book always adds these scripts, and they name a CDN.
    """
    if PurePosixPath(pagename).parent.name == CHAPTERS:
        context["ipynb_source"] = f"{pagename}.ipynb"
    if "script_files" in context:
        context["script_files"][:] = [
            script
            for script in context["script_files"]
            if "THEBE_JS_URL" not in str(getattr(script, "attributes", {}).get("body", ""))
            and "sphinx-thebe" not in str(getattr(script, "filename", script))
        ]


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to Sphinx."""
    app.connect("doctree-resolved", add_buttons)
    app.connect("doctree-resolved", typeset_citations)
    app.connect("html-page-context", mend_page, priority=450)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
