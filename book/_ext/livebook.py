"""What the pages need to be alive without asking another host."""

from sphinx.application import Sphinx


def drop_thebe(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, object], doctree: object
) -> None:
    """Drop the scripts of sphinx-thebe: Jupyter Book always adds them, and they name a CDN."""
    scripts = context.get("script_files")
    if isinstance(scripts, list):
        scripts[:] = [
            script
            for script in scripts
            if "THEBE_JS_URL" not in str(getattr(script, "attributes", {}).get("body", ""))
            and "sphinx-thebe" not in str(getattr(script, "filename", script))
        ]


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to Sphinx."""
    app.connect("html-page-context", drop_thebe, priority=999)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
