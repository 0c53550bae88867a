"""What edition of the book this is: its version on every page, and how to cite a chapter."""

import os
import time
import tomllib
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from find import chapters, heading
from sphinx.application import Sphinx
from sphinx.config import Config

PROJECT = Path(__file__).parents[2] / "pyproject.toml"
CITE = """<details class="cite-chapter"><summary>Cite this chapter</summary>
<p>{author}, “{chapter}”, in <em>{title}</em>, version {version} ({year}).{where}</p>
<pre>@incollection{{{key},
  author    = {{{{{author}}}}},
  title     = {{{chapter}}},
  booktitle = {{{title}}},
  edition   = {{version {version}}},
  year      = {{{year}}},
}}</pre></details>"""


def name_edition(app: Sphinx, config: Config) -> None:
    """Write the version at the foot of every page; without a repository, show no link to it."""
    config.version = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["version"]
    built = time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", time.time())))
    date = f"{built.tm_mday} {time.strftime('%B %Y', built)}"
    options = config.html_theme_options
    options["extra_footer"] = f'<p class="edition">Version {config.version}, {date}</p>'
    known = bool(options.get("repository_url"))
    options["use_repository_button"] = options["use_issues_button"] = known


def add_citation(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Say at the end of a chapter how to cite it."""
    if docname not in chapters(app) or app.builder.format != "html":
        return
    config = app.config
    address = config.html_theme_options.get("repository_url")
    words = {
        "author": config.author,
        "title": config.project,
        "chapter": heading(app, docname),
        "version": config.version,
        "year": config.copyright,
        "where": f" {address}" if address else "",
        "key": Path(docname).name,
    }
    text = CITE.format(**{name: escape(str(word)) for name, word in words.items()})
    next(iter(doctree.findall(nodes.section))).append(nodes.raw("", text, format="html"))


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect to Sphinx."""
    app.connect("config-inited", name_edition)
    app.connect("doctree-resolved", add_citation)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
