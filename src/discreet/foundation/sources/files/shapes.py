"""How a delimited file is laid out: what separates its fields, whether the first line names them, and how many."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal

from discreet.foundation.sources.files.mending import Flaws, Rules, mended

_DELIMITERS = (",", ";", "\t", "|", "^", "\x01", "~")
_NO_DELIMITER = "\x1f"  # a file of one column
_LINES = 200
_DATUM = re.compile(
    r"\s*[+-]?[\d.,:/\s年月日T-]*\d[\d.,:/\s年月日TZ%-]*\s*|.*@.*\..*|.*\d{5,}.*|https?://.*", re.DOTALL
)
_SEPARATOR = re.compile(r"sep=(.)\r?\n")
_MOST_NAME_CHARS = 300
_ENDS = re.compile("\r\n|\r|\n")
_TORN = 0.05  # share of lines with an open quote up to which quotes are quotes
_MOST_PREAMBLE = 40
_PREAMBLE_EVEN = 0.6  # share of the rows after a preamble that are as wide as the table
_DIFFERENT = 0.7  # share of the names of a header that no other column has


@dataclass(frozen=True, slots=True)
class Layout:
    """`columns` are as the header names them, made unique; `skipped` lines stand before them."""

    delimiter: str
    quote: str
    has_header: bool
    columns: tuple[str, ...]
    skipped: int = 0
    evenness: float = 0.0  # share of lines with the usual number of fields; 0 where there is one field
    preamble: int = 0  # so many of the skipped lines say something else than how the file is separated


def layout_of(text: str, *, is_whole: bool) -> Layout | None:
    """Return the layout of a file that begins with `text`; None where nothing is in it."""
    skipped = 0
    named = _SEPARATOR.match(text)
    if named:
        text, skipped = text[named.end() :], 1
    if not text.strip():
        return None
    tried = [
        read
        for delimiter in ([named.group(1)] if named else _DELIMITERS)
        for quote in ('"', "")
        if (read := _read(text, delimiter, quote, is_whole=is_whole)).rows
    ]
    if not tried:
        return Layout(_NO_DELIMITER, "", False, unique_names([""]), skipped)
    best = max(tried, key=lambda each: each.fit)
    if not best.fit[0]:
        plain = _read(text, _NO_DELIMITER, "", is_whole=is_whole)
        best = plain if plain.rows else replace(best, delimiter=_NO_DELIMITER, quote="")
    rows = best.rows
    width = max(_usual_width(rows), len(rows[0]))
    has_header = is_header(rows[0], rows[1:])
    header = [*rows[0], *[""] * (width - len(rows[0]))] if has_header else [""] * width
    before = best.first_line - 1
    return Layout(
        best.delimiter, best.quote, has_header, unique_names(header), skipped + before, best.fit[0], before
    )


@dataclass(frozen=True, slots=True)
class _Read:
    """The first rows of a text as read with one delimiter and quote; `fit` says how much it looks like a table."""

    delimiter: str
    quote: str
    rows: list[list[str]]
    first_line: int = 1  # of the table: what stands before it is a preamble
    fit: tuple[float, int] = (0.0, 0)


def _read(text: str, delimiter: str, quote: str, *, is_whole: bool) -> _Read:
    flaws = Flaws()
    pieces = list(mended([text], Rules(delimiter, quote), flaws))
    if not is_whole and len(pieces) > 1:
        pieces.pop()  # it may go on
    numbered: list[tuple[int, list[str]]] = []
    with suppress(csv.Error):  # a field longer than csv reads: what stands before it tells the layout
        for number, piece in pieces:
            for row_number, row in _rows(number, piece, delimiter, quote):
                numbered.append((row_number, row))
            if len(numbered) >= _LINES:
                break
    if not numbered:
        return _Read(delimiter, quote, [])
    start = _table_begins([row for _, row in numbered])
    rows = [row for _, row in numbered[start:]]
    torn = max(0.0, flaws.count - 1 - len(rows) * _TORN)
    first_line = numbered[start][0] if start else 1
    return _Read(delimiter, quote, rows, first_line, _fit(rows, torn))


def _rows(number: int, piece: str, delimiter: str, quote: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of one record, or of several lines without quotes."""
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
    is_plain = not quote or quote not in piece
    for place, line in enumerate(_ENDS.split(piece)[:_LINES] if is_plain else [piece.rstrip("\r\n")]):
        for row in csv.reader(
            io.StringIO(line, newline=""), delimiter=delimiter, quotechar=quote or None, quoting=quoting
        ):
            if row:
                yield number + place, row


def _table_begins(rows: Sequence[Sequence[str]]) -> int:
    """Return the place of the first row that is not of a preamble: titles, account, period, as banks export them."""
    width = _usual_width(rows)
    if width < 2:
        return 0
    for place, row in enumerate(rows[:_MOST_PREAMBLE]):
        filled = sum(bool(cell.strip()) for cell in row)
        is_title = len(row) <= width / 2 or (filled <= 1 and width > 2)
        if not is_title:
            after = rows[place:]
            is_table = sum(len(each) == width for each in after) >= len(after) * _PREAMBLE_EVEN
            return place if is_table and len(row) == width else 0
    return 0


def _fit(rows: Sequence[Sequence[str]], torn: float) -> tuple[float, int]:
    """Return how much of the file has several fields, and the same number of them. 0: it has one."""
    width = _usual_width(rows)
    if width < 2 or len(rows[0]) < 2:
        return 0.0, 0
    return sum(len(row) == width for row in rows) / (len(rows) + torn), width


def _usual_width(rows: Sequence[Sequence[str]]) -> int:
    return Counter(len(row) for row in rows).most_common(1)[0][0]


def is_header(first: Sequence[str], others: Sequence[Sequence[str]]) -> bool:
    """Return whether the first line names the columns: it holds no datum, and nothing that stands below it."""
    cells = [cell.strip() for cell in first]
    if not any(cells) or any(cell and _DATUM.fullmatch(cell) for cell in cells):
        return False
    filled = [cell.casefold() for cell in cells if cell]
    rows = [row for row in others if list(row) != list(first)]  # files put together repeat their header
    if len(set(filled)) < len(filled) * _DIFFERENT and not _holds_data(rows):
        return False
    below = [
        {row[place].strip().casefold() for row in rows if place < len(row)} for place in range(len(cells))
    ]
    return not any(cell and cell.casefold() in values for cell, values in zip(cells, below, strict=True))


def _holds_data(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether nearly every row holds a datum, as a header does not."""
    return bool(rows) and sum(any(map(_DATUM.fullmatch, row)) for row in rows) >= len(rows) * 0.9


def unique_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return names that are not empty and differ in more than case."""
    unique: dict[str, str] = {}
    for place, raw in enumerate(names, start=1):
        plain = "".join(char if char.isprintable() else " " for char in raw).strip()[:_MOST_NAME_CHARS]
        name, number = plain or f"column_{place}", 1
        while name.casefold() in unique:
            number += 1
            name = f"{plain or f'column_{place}'}_{number}"
        unique[name.casefold()] = name
    return tuple(unique.values())
