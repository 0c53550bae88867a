"""Let Sphinx read docstrings as they are written for people: |M|², N*, and examples at the end."""

import re
from typing import Any

from sphinx.application import Sphinx

# code stays as it is
MARKUP = re.compile(r"(``.+?``|`[^`]+`)|(?<!\\)([|*]|(?<=\w)_(?!\w))")


def escaped(line: str) -> str:
    """Return a line in which a bar, a star or an underscore is only that."""
    return MARKUP.sub(lambda match: match[1] or f"\\{match[2]}", line)


def readable(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Mend a docstring in place: escape its mathematics, and give examples a section."""
    code = False
    mended: list[str] = []
    for line in lines:
        begins = line.startswith(">>>") and not code
        code = bool(line) and (code or begins)
        if begins and "Examples" not in mended and any(set(old) == {"-"} for old in mended):
            mended += ["Examples", "--------"]
        mended.append(line if code else escaped(line))
    if what in {"attribute", "data", "property"}:
        # napoleon would take what stands before a colon in the first line for a type
        mended = ["..", "", *mended]
    lines[:] = mended


def borrowed(
    app: Sphinx, what: str, name: str, member: object, skip: bool, options: object
) -> bool | None:
    """Leave out a function of another package that is the default of a field."""
    module = getattr(member, "__module__", None) or "portal"
    return True if what == "class" and module.partition(".")[0] != "portal" else None


def setup(app: Sphinx) -> dict[str, Any]:
    """Come before napoleon, which reads the sections."""
    app.connect("autodoc-process-docstring", readable, priority=400)
    app.connect("autodoc-skip-member", borrowed)
    return {"parallel_read_safe": True}
