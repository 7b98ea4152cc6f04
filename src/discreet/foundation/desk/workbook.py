"""Workbooks that staff download: text stays text, whatever it begins with.

Source: failure promise 17 (no exported cell is a formula in any spreadsheet).
"""

import re
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_CELL = 32_000
_FORMULA = re.compile(r"^[=+\-@\t\r]")
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NOT_IN_TITLE = re.compile(r"[\[\]:*?/\\]")


def add_sheet(book: Workbook, title: str, head: Sequence[str], widths: Sequence[int]) -> WriteOnlyWorksheet:
    """Add a sheet with a bold first row that stays in view. `widths` in characters, one a column."""
    sheet = book.create_sheet(_NOT_IN_TITLE.sub(" ", title)[:31])
    assert isinstance(sheet, WriteOnlyWorksheet)
    for position, width in enumerate(widths):
        columns = sheet.column_dimensions  # type: ignore[attr-defined]
        columns["ABCDEFGHIJKLMNOPQRSTUVWXYZ"[position]].width = width
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, text, is_head=True) for text in head])
    return sheet


def add_row(sheet: WriteOnlyWorksheet, values: Sequence[str | int | float | None]) -> None:
    """Add a row; None leaves its cell empty."""
    sheet.append([_cell(sheet, value) for value in values])


def _cell(sheet: WriteOnlyWorksheet, value: str | int | float | None, *, is_head: bool = False) -> Cell:
    """Return a cell whose text stays text: names in a company's schema never become formulas."""
    if not isinstance(value, str):
        return WriteOnlyCell(sheet, value)
    cell = WriteOnlyCell(sheet, _NOT_IN_XML.sub("\ufffd", value)[:MAX_CELL])
    cell.data_type = "s"
    if _FORMULA.match(value):
        cell.quotePrefix = True
    if is_head:
        cell.font = Font(bold=True)
    return cell
