"""How a delimited file is laid out: what separates its fields, whether the first line names them, and how many."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

_DELIMITERS = (",", ";", "\t", "|", "^")
_NO_DELIMITER = "\x1f"  # a file of one column
_LINES = 200
_DATUM = re.compile(
    r"\s*[+-]?[\d.,:/\s年月日T-]*\d[\d.,:/\s年月日TZ%-]*\s*|.*@.*\..*|.*\d{5,}.*|https?://.*", re.DOTALL
)
_SEPARATOR = re.compile(r"sep=(.)\r?\n")
_MOST_NAME_CHARS = 300
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


def layout_of(text: str, *, is_whole: bool) -> Layout | None:
    """Return the layout of a file that begins with `text`; None where nothing is in it."""
    skipped = 0
    named = _SEPARATOR.match(text)
    if named:
        text, skipped = text[named.end() :], 1
    if not text.strip():
        return None
    tried = [
        (_fit(rows), delimiter, quote, rows)
        for delimiter in ([named.group(1)] if named else _DELIMITERS)
        for quote in ('"', "")
        if (rows := _rows(text, delimiter, quote, is_whole=is_whole))
    ]
    if not tried:
        return Layout(_NO_DELIMITER, "", False, unique_names([""]), skipped)
    (fit, _), delimiter, quote, rows = max(tried, key=lambda each: each[0])
    if not fit:
        delimiter, quote = _NO_DELIMITER, ""
        rows = _rows(text, delimiter, quote, is_whole=is_whole) or rows
    width = max(_usual_width(rows), len(rows[0]))
    has_header = _is_header(rows[0], rows[1:])
    header = [*rows[0], *[""] * (width - len(rows[0]))] if has_header else [""] * width
    return Layout(delimiter, quote, has_header, unique_names(header), skipped, fit)


def _rows(text: str, delimiter: str, quote: str, *, is_whole: bool) -> list[list[str]]:
    lines = text.splitlines(keepends=True)
    if not is_whole and len(lines) > 1:
        lines.pop()  # it may go on
    reader = csv.reader(
        lines,
        delimiter=delimiter,
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
    )
    rows: list[list[str]] = []
    with suppress(csv.Error):  # a field longer than csv reads: what stands before it tells the layout
        rows.extend(row for row in islice(reader, _LINES) if row)
    return rows


def _fit(rows: Sequence[Sequence[str]]) -> tuple[float, int]:
    """Return how much of the file has several fields, and the same number of them. 0: it has one."""
    width = _usual_width(rows)
    if width < 2 or len(rows[0]) < 2:
        return 0.0, 0
    return sum(len(row) == width for row in rows) / len(rows), width


def _usual_width(rows: Sequence[Sequence[str]]) -> int:
    return Counter(len(row) for row in rows).most_common(1)[0][0]


def _is_header(first: Sequence[str], others: Sequence[Sequence[str]]) -> bool:
    """Return whether the first line names the columns: it holds no datum, and nothing that stands below it."""
    cells = [cell.strip() for cell in first]
    if not any(cells) or any(cell and _DATUM.fullmatch(cell) for cell in cells):
        return False
    filled = [cell.casefold() for cell in cells if cell]
    if len(set(filled)) < len(filled) * _DIFFERENT:
        return False
    rows = [row for row in others if list(row) != list(first)]  # files put together repeat their header
    below = [
        {row[place].strip().casefold() for row in rows if place < len(row)} for place in range(len(cells))
    ]
    return not any(cell and cell.casefold() in values for cell, values in zip(cells, below, strict=True))


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
