"""References and citations of a chapter as plain links, for programs that do not know the book."""

import re
from functools import cache
from pathlib import Path

from project import ROOT
from pybtex.database import BibliographyData, parse_file
from pybtex.richtext import Text
from sphinx.util.inventory import InventoryFile

# a program that opens a chapter puts the address of the book for this name, which nobody can own
BOOK = "https://book.invalid/"
ROLE = re.compile(r"\{(ref|numref|eq|cite|cite:t|doc)\}`([^`]+)`")
NAMED = re.compile(r"(?P<text>.+?)\s*<(?P<target>[^<>]+)>", re.S)
LIST = re.compile(r"^```\{bibliography\}.*?^```$", re.M | re.S)


class Labels:
    """Where the labels of a built site are, and what they are called there."""

    def __init__(self, site: Path) -> None:
        self.text = {
            f"notebooks/{page.name}": page.read_text(encoding="utf-8")
            for page in sorted((site / "notebooks").glob("*.html"))
        }
        with (site / "objects.inv").open("rb") as file:
            inventory = InventoryFile.load(file, "", lambda base, address: address)
        self.places = {
            name: (place[2], place[3])
            for kind in ("std:label", "std:doc")
            for name, place in inventory[kind].items()
        }
        self.equations = {
            label: (f"{page}#equation-{label}", f"({number})")
            for page, text in self.text.items()
            for number, label in re.findall(
                r'class="eqno">\((\d+)\)<a[^>]*href="#equation-([^"]+)"', text
            )
        }

    def figure(self, label: str) -> tuple[str, str]:
        """Return the place of a figure and its number, such as Fig. 7.1."""
        place, _ = self.places[label]
        after = self.text[place.split("#")[0]].split(f'id="{label}"', 1)[1]
        number = re.search(r'class="caption-number">([^<]*)<', after)
        return place, number[1].strip() if number else "the figure"


@cache
def sources() -> BibliographyData:
    """Return the bibliography."""
    return parse_file(ROOT / "book" / "references.bib")


def cited(key: str) -> str:
    """Return how one names a source in a text, such as "Freedman 1974"."""
    entry = sources().entries[key]
    people = [" ".join(person.last_names) for person in entry.persons["author"]]
    names = " and ".join(people) if len(people) < 3 else f"{people[0]} et al."
    names = entry.fields.get("collaboration", names.replace(" and others", " et al."))
    return f"{Text.from_latex(names)} {entry.fields['year']}"


def plain(text: str, page: str, labels: Labels) -> str:
    """Return the text of a cell with links in place of roles that only the book resolves.

    References within the page stay, but for figures: programs that read MyST resolve them.
    """

    def link(words: str, place: str) -> str:
        return f"[{words}]({BOOK}{place})"

    def replaced(role: re.Match[str]) -> str:
        kind, target, words = role[1], role[2], None
        if kind.startswith("cite"):
            names = "; ".join(cited(key.strip()) for key in target.split(","))
            return link(names, f"{page}#references")
        if named := NAMED.fullmatch(target):
            words, target = named["text"], named["target"]
        if kind == "eq":
            place, title = labels.equations[target]
        elif kind == "numref":
            place, title = labels.figure(target)
        else:
            place, title = labels.places[target.lower()]
        here = place.startswith(page) and kind != "numref"
        return role[0] if here else link(words or title, place)

    text = LIST.sub(f"The list is {link('in the book', f'{page}#references')}.", text)
    return ROLE.sub(replaced, text)
