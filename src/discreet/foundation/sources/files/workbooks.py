"""Workbooks: each sheet is a table of texts, read by openpyxl and handed to DuckDB in memory.

A number is shown as it stands in the cell, a date as ISO 8601; an empty line is no row. What a formula gave when
the workbook was saved is its value.
"""

import csv
import datetime as dt
import io
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from discreet.foundation.sources.files import shapes
from discreet.foundation.sources.files.tree import DataFile

if TYPE_CHECKING:
    from openpyxl import Workbook

MOST_BYTES = 1 << 26  # of a workbook, unpacked; parsed, it takes about ten times as much
_LOOKED_AT = 200
Line = tuple[int, tuple[str | None, ...]]  # number of the line in the sheet, cells


class TooLarge(Exception):
    """The workbook unpacks to more than is read."""


def parts_of(file: DataFile) -> list[DataFile]:
    """Return the sheets of a workbook that hold something as files of their own."""
    sheets = [sheet for sheet in _sheets(file) if next(_lines(file, sheet), None) is not None]
    if len(sheets) == 1:
        return [replace(file, part=(sheets[0],))]
    return [replace(file, part=(sheet,), name=f"{file.name}/{sheet}") for sheet in sheets] or [file]


def columns_of(file: DataFile) -> tuple[str, ...]:
    """Return the names of a sheet's columns; none where nothing is in it."""
    return _head(file)[0]


def check(file: DataFile) -> tuple[str, ...]:
    """Read a workbook without a sheet that holds something, which has no columns; it may be none at all."""
    _sheets(file)
    return ()


def rows_of(file: DataFile) -> Iterator[Line]:
    """Yield the rows of a sheet below its header, with the numbers of their lines."""
    columns, has_header = _head(file)
    rows = _lines(file, _sheet(file))
    for number, cells in islice(rows, int(has_header), None):
        yield number, (*cells, *[None] * (len(columns) - len(cells)))[: len(columns)]


def as_csv(file: DataFile) -> Iterator[bytes]:
    """Yield the rows of a sheet as lines of texts in quotes; an empty one is NULL."""
    for _, cells in rows_of(file):
        line = io.StringIO(newline="")
        csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(
            ["" if cell is None else cell for cell in cells]
        )
        yield line.getvalue().encode("utf-8", "replace")


def _sheet(file: DataFile) -> str:
    return file.part[0] if file.part else ""


def _head(file: DataFile) -> tuple[tuple[str, ...], bool]:
    return _head_at(file.path, file.size, file.changed_ns, _sheet(file))


@lru_cache(maxsize=1_000)
def _head_at(path: Path, size: int, changed_ns: int, sheet: str) -> tuple[tuple[str, ...], bool]:
    rows = [[cell or "" for cell in cells] for _, cells in islice(_lines_at(path, sheet), _LOOKED_AT)]
    width = max((len(row) for row in rows), default=0)
    if not width:
        return (), False
    has_header = shapes.is_header(rows[0], rows[1:])
    header = [*rows[0], *[""] * (width - len(rows[0]))] if has_header else [""] * width
    return shapes.unique_names(header), has_header


@contextmanager
def _opened(path: Path) -> Iterator["Workbook"]:
    import openpyxl

    with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb") as raw:
        with zipfile.ZipFile(raw) as packed:
            if sum(info.file_size for info in packed.infolist()) > MOST_BYTES:
                raise TooLarge
        raw.seek(0)
        book = openpyxl.load_workbook(raw, read_only=True, data_only=True)
        try:
            yield book
        finally:
            book.close()


def _sheets(file: DataFile) -> list[str]:
    with _opened(file.path) as book:
        return [sheet.title for sheet in book.worksheets]


def _lines(file: DataFile, sheet: str) -> Iterator[Line]:
    yield from _lines_at(file.path, sheet)


def _lines_at(path: Path, sheet: str) -> Iterator[Line]:
    """Yield the lines of a sheet that hold something."""
    with _opened(path) as book:
        if sheet not in book.sheetnames:
            return
        opened = book[sheet]
        opened.reset_dimensions()  # what the file says of itself may be wrong
        for number, cells in enumerate(opened.iter_rows(values_only=True), start=1):
            texts = tuple(map(_text, cells))
            while texts and texts[-1] is None:
                texts = texts[:-1]
            if texts:
                yield number, texts


def _text(cell: object) -> str | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, dt.datetime):
        is_day = cell.time() == dt.time()
        return cell.date().isoformat() if is_day else cell.isoformat(sep=" ", timespec="seconds")
    return cell.isoformat() if isinstance(cell, (dt.date, dt.time)) else str(cell)
