"""Delimited files that leave the house: whatever a cell holds, no spreadsheet makes a formula of it.

The reader decides where a line is cut: at semicolons in German, at tabs where it is asked to. So a formula is looked
for behind each of them, and not only where a cell begins. Source: failure promise 17; CWE-1236.
"""

import csv
import re
from typing import Protocol

# The wide forms are read as formulas by spreadsheets set to Chinese or Japanese.
_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
FORMULA_STARTS = (*_SIGNS, "\t", "\r", "\n")
_CUTS = frozenset(";\t\r\n|,，；")
#: What spreadsheets skip, or take for the mark around a cell, before they look for a formula.
_SKIPPED = '\\s"\u200b-\u200f\u2060\ufeff'
_BEGINS = re.compile(f"[{_SKIPPED}]*+")
_BEFORE_A_SIGN = re.compile(
    f"(?<![{_SKIPPED};|,，；])[{_SKIPPED};|,，；]++(?=[{re.escape(''.join(_SIGNS))}])"
)


class _Text(Protocol):
    def write(self, text: str, /) -> object: ...


class CsvWriter(Protocol):
    def writerow(self, row: list[str], /) -> object: ...


def csv_writer(file: _Text) -> CsvWriter:
    """Return what writes rows of cells that `as_cell` made. Every cell is quoted: see above."""
    return csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")


def as_cell(text: str) -> str:
    """Return a text as a cell that no spreadsheet takes for a formula, however it cuts the line."""
    begins = _BEGINS.match(text)
    rest = text[begins.end() :] if begins else text
    is_formula = text.startswith(FORMULA_STARTS) or rest.startswith(FORMULA_STARTS)
    return ("'" if is_formula else "") + _BEFORE_A_SIGN.sub(_marked, text)


def _marked(before: re.Match[str]) -> str:
    return f"{before[0]}'" if _CUTS.intersection(before[0]) else before[0]
