"""Tables of the chapters: powers of ten are typeset, code and words stay, rows are complete."""

import pytest

from portal.book.tables import table


def cell(value):
    """Return how a table writes a value."""
    return table(["x"], [[value]]).data.splitlines()[-1].removeprefix("| ").removesuffix(" |")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (1.2e-9, r"$1.2\times10^{-9}$"),
        ("6.50e+12", r"$6.50\times10^{12}$"),
        ("-3e-08 to 2e-08", r"$-3\times10^{-8}$ to $2\times10^{-8}$"),
        ("−3e-08", r"$-3\times10^{-8}$"),
    ],
)
def test_numbers_become_powers_of_ten(value, written):
    assert cell(value) == written


@pytest.mark.parametrize(
    "text",
    ["`1e-9`", "``a ` 1e-9``", r"$\sigma<1e-9$", "the-1 e-bar", "Fe-56", "x1e-9", "1e-9b", "0.25"],
)
def test_code_mathematics_and_words_stay(text):
    assert cell(text) == text


def test_code_beside_a_number():
    assert cell("`1e-9` is 1e-9") == r"`1e-9` is $1\times10^{-9}$"


def test_layout_and_order():
    rows = ((name, len(name)) for name in ("b", "aa"))
    assert table(("name", "n"), rows).data == "| name | n |\n| --- | --- |\n| b | 1 |\n| aa | 2 |"


@pytest.mark.parametrize("row", [["a"], ["a", "b", "c"]])
def test_row_of_another_length(row):
    with pytest.raises(ValueError, match=r"rows\[1\] = .*: give 2 cells"):
        table(["x", "y"], [["a", "b"], row])
