"""Self-checks: is my answer right?  They know units, and they do not show the answer."""

from collections.abc import Callable
from typing import Any

import numpy as np
from hepunits import MeV

from .nuclei import nucleus
from .scattering import recoil_max

ANSWERS: dict[str, Callable[[], float]] = {
    "01-largest-recoil": lambda: float(recoil_max(nucleus("Ar-40").mass, 30 * MeV)),
}
"""What each exercise asks for, computed; the name starts with the number of the chapter."""

SLIPS = {
    1e3: "It is off by 1000: keV or MeV?",
    1e6: "It is off by a million: eV or MeV, cm or km?",
    1e9: "It is off by 1e9: eV or GeV, seconds or nanoseconds?",
    10.0: "It is off by 10: cm or mm?",
    100.0: "It is off by 100: cm² or mm²?",
    2.0: "It is off by a factor of 2.",
    np.pi: "It is off by a factor of π.",
}


def check(name: str, answer: Any, rtol: float = 0.01) -> None:
    """Say whether `answer` is right to 1 %, or what kind of slip it looks like.

    Parameters
    ----------
    name : str
        The exercise, such as "01-largest-recoil".
    answer : number
        With units by `hepunits`, such as ``45 * keV``.

    Raises
    ------
    ValueError
        If there is no such exercise.

    >>> check("01-largest-recoil", ...)
    Write your answer in place of the dots, then run the cell again.
    >>> check("01-largest-recoil", 48.3)
    Not yet. It is off by 1000: keV or MeV?
    """
    if name not in ANSWERS:
        raise ValueError(f"name = {name!r}: give one of {', '.join(ANSWERS)}")
    if answer is ...:
        print("Write your answer in place of the dots, then run the cell again.")
        return
    right = ANSWERS[name]()
    ratio = float(answer) / right
    if abs(ratio - 1) <= rtol:
        print("Right.")
    elif abs(ratio + 1) <= rtol:
        print("Not yet. Look at the sign.")
    else:
        size = max(abs(ratio), 1 / abs(ratio)) if ratio else np.inf
        hints = [hint for factor, hint in SLIPS.items() if abs(size / factor - 1) <= rtol]
        print("Not yet.", *hints)
