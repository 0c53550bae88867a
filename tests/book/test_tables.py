"""Tables of the chapters: powers of ten are typeset, code and words stay, rows are complete."""

import numpy as np
import pytest

from portal.book.tables import table, verdict, verdicts


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


def test_columns_with_a_format_each():
    columns = {
        "m′": (np.array([1.0, 10.0]), "{:g}"),
        "band": ([(1e-9, 2e-9), None], "{:.0e} to {:.0e}"),
    }
    got = table({**columns, "by": ["a", "b"]}, caption="**Bands**").data.splitlines()
    assert got[:4] == ["**Bands**", "", "| m′ | band | by |", "| ---: | ---: | --- |"]
    assert got[4:] == [r"| 1 | $1\times10^{-9}$ to $2\times10^{-9}$ | a |", "| 10 |  | b |"]


def test_rows_with_a_format_for_each_column():
    assert table({"x": "", "y": "{:.1f}"}, [("a", 2)]).data.splitlines()[-1] == "| a | 2.0 |"


def test_columns_of_different_length():
    with pytest.raises(ValueError, match=r"lengths \{'x': 1, 'y': 2\}: give one"):
        table({"x": [1], "y": [1, 2]})
    with pytest.raises(TypeError, match=r"columns = \['x'\]: give a dict"):
        table(["x"])


@pytest.mark.parametrize("value", [0.125, 0.125 * (1 - 1e-13), 0.125 * (1 + 1e-13)])
def test_the_last_bit_does_not_tip_a_number(value):
    assert table({"x": ([value, -value], "{:.2f}")}).data.splitlines()[2:] == [
        "| 0.13 |",
        "| -0.13 |",
    ]


@pytest.mark.parametrize(
    ("ours", "paper", "tolerance", "said"),
    [
        (1.0, 1.0, 0.05, "yes, within 1 %"),
        (0.96, 1.0, 0.05, "yes, within 5 %"),
        (1 / 1.05, 1.0, 0.05, "yes, within 5 %"),
        (1.05 * (1 + 1e-13), 1.0, 0.05, "yes, within 5 %"),
        (1.051, 1.0, 0.05, "no, 1.1 times as large"),
        (1e-9, 1e-8, 0.05, "no, 0.1 times as large"),
        (1.9, 1.0, 1, "yes, within a factor of 2"),
        (0.34, 1.0, 2, "yes, within a factor of 3"),
        (15.0, 1.0, 20, "yes, within a factor of 15"),
        (-1.0, -1.04, 0.05, "yes, within 5 %"),
        (-1.0, 1.0, 0.05, "no, of the other sign"),
        (0.0, 1.0, 0.05, "no, zero"),
        (3.0, (1.0, 3.0), 0.05, "yes"),
        (3.1, (1.0, 3.0), 0.05, "no, above"),
        (-1.0, (0.0, np.inf), 0.05, "no, below"),
        (np.True_, True, 0.05, "yes"),
        (False, True, 0.05, "no"),
    ],
)
def test_verdict(ours, paper, tolerance, said):
    assert verdict(ours, paper, tolerance) == said


@pytest.mark.parametrize(("ours", "paper", "tolerance"), [(1, 0, 1), (np.nan, 1, 1), (1, 1, 0)])
def test_no_verdict_without_numbers(ours, paper, tolerance):
    with pytest.raises(ValueError, match=r"(paper|tolerance) = .*: give"):
        verdict(ours, paper, tolerance)


def test_verdicts_write_ranges_in_words():
    rows = [("a", (1.0, np.inf), 2.0), ("b", (-np.inf, 1.0), 2.0), ("c", (1.0, 3.0), 2.0)]
    got = verdicts(rows).data.splitlines()[2:]
    assert got[0] == "| a | at least 1 | 2 | yes |"
    assert got[1] == "| b | at most 1 | 2 | no, above |"
    assert got[2] == "| c | 1 to 3 | 2 | yes |"
