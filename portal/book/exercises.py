"""Self-checks: is my answer right?  They know units, and they do not show the answer.

The answers come from the solutions in the chapters, and so do wrong answers that deserve a hint of
their own: `make pairs` runs their code and writes what it finds into ``answers.json``.
"""

import base64
import json
import zlib
from importlib.resources import files
from typing import Any

import numpy as np

from .._validate import finite

__all__ = ["FACTORS", "UNITS", "answers", "check", "slips"]

FACTORS = {
    2.0: "It is off by a factor of 2.",
    np.pi: "It is off by a factor of π.",
}
"""What a wrong factor looks like, in any exercise."""

_ENERGY = {
    1e3: "It is off by 1000: keV or MeV?",
    1e6: "It is off by a million: eV or MeV?",
    1e9: "It is off by 1e9: eV or GeV?",
}
_AREA = {100.0: "It is off by 100: cm² or mm²?"}

UNITS = {
    **dict.fromkeys(("eV", "keV", "MeV", "GeV", "TeV"), _ENERGY),
    "cm²": _AREA,
    "cm⁻² s⁻¹": _AREA | {1e9: "It is off by 1e9: seconds or nanoseconds?"},
    "m": {1e3: "It is off by 1000: m or mm?"},
    "": {100.0: "It is off by 100: a fraction or per cent?"},
}
"""What a wrong factor looks like for an answer in some unit, or without one."""


def _known() -> dict[str, Any]:
    known = json.loads((files(__package__) / "answers.json").read_text(encoding="utf-8"))
    if isinstance(known, str):  # folded in the edition for students: tools/editions.py
        known = json.loads(zlib.decompress(base64.b85decode(known)))
    return known


def answers() -> dict[str, float]:
    """Answers by the name of the exercise, which starts with the number of its chapter.

    >>> "01-largest-recoil" in answers()
    True
    """
    return {name: known["answer"] for name, known in _known().items()}


def slips(name: str) -> dict[str, float]:
    """Wrong answers of one exercise, by the hint that each deserves.

    Parameters
    ----------
    name : str
        As for `check`.

    >>> "The axis has q₀², not q₀." in slips("07-axis")
    True
    """
    return _known()[name]["slips"]


def check(name: str, answer: Any, rtol: float = 0.01) -> None:
    """Say whether `answer` is right to 1 %, or what kind of slip it looks like.

    Parameters
    ----------
    name : str
        The exercise, such as "01-largest-recoil".
    answer : number
        With units by `hepunits`, such as ``45 * keV``.
    rtol : float
        Largest deviation that is right, relative to the answer.

    What a student of this exercise gets wrong comes first, then what goes wrong in any.

    Raises
    ------
    ValueError
        If there is no such exercise, or the answer is not one finite number.

    >>> check("01-largest-recoil", ...)
    Write your answer in place of the dots, then run the cell again.
    >>> check("01-largest-recoil", "48 keV")
    Write it without quotation marks, a number times its unit, such as 12.3 * keV.
    >>> check("01-largest-recoil", 48.3)
    Not yet. It is off by 1000: keV or MeV?
    >>> check("07-axis", 50 / 30)
    Not yet. The axis has q₀², not q₀.
    """
    if answer is ...:
        print("Write your answer in place of the dots, then run the cell again.")
        return
    known = _known()
    if name not in known:
        raise ValueError(f"name = {name!r}: give one of {', '.join(known)}")
    right, unit = known[name]["answer"], known[name]["unit"]
    if isinstance(answer, str):
        with_unit = ", a number times its unit, such as 12.3 * keV." if unit else ", as a number."
        print(f"Write it without quotation marks{with_unit}")
        return
    given = finite("answer", answer)
    if given.size != 1:
        raise ValueError(f"answer = {answer}: give one number")
    ratio = given.item() / right
    own = [hint for hint, wrong in slips(name).items() if abs(given.item() / wrong - 1) <= 0.01]
    if abs(ratio - 1) <= rtol:
        print("Right.")
    elif own:
        print("Not yet.", *own)
    elif abs(ratio + 1) <= rtol:
        print("Not yet. Look at the sign.")
    else:
        size = max(abs(ratio), 1 / abs(ratio)) if ratio else np.inf
        factors = UNITS[unit] | FACTORS
        hints = [hint for factor, hint in factors.items() if abs(size / factor - 1) <= rtol]
        print("Not yet.", *hints)
