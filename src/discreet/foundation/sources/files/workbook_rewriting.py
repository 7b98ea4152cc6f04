"""Workbooks written anew line by line: their other parts stay as they are, and no text of a line that goes is left.

Only a workbook of plain sheets is taken. Charts, pictures, comments, pivot tables, links, macros and the like hold
copies of what stands in cells; formulas, merged cells, tables, conditional formats and checks refer to lines by
number. The parts that are taken are listed; any other is refused.
"""

import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from discreet.foundation.sources.files import workbooks
from discreet.foundation.sources.files.replacing import NewFile
from discreet.foundation.sources.files.rewriting import Change, NotRewritten, Part, UnfitValue

if TYPE_CHECKING:
    import duckdb

_PLAIN_PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(?:core|app|custom)\.xml|docMetadata/LabelInfo\.xml"
    r"|xl/workbook\.xml|xl/_rels/workbook\.xml\.rels|xl/worksheets/sheet\d+\.xml|xl/worksheets/_rels/sheet\d+\.xml\.rels"
    r"|xl/printerSettings/printerSettings\d+\.bin|xl/styles\.xml|xl/sharedStrings\.xml|xl/theme/theme\d+\.xml"
)
_SHEET = re.compile(r"xl/worksheets/sheet\d+\.xml")
_LINKS = re.compile(r"xl/worksheets/_rels/.*")
_PLAIN_LINK = re.compile(r'Type="[^"]*/printerSettings"')
_PLAIN_ELEMENTS = frozenset(
    ["sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "autoFilter", "pageMargins",
     "pageSetup", "printOptions", "headerFooter", "phoneticPr", "ignoredErrors", "worksheet"]
)  # fmt: skip
_INSIDE = re.compile(r"<sheetData\s*/>|<sheetData\s*>(.*?)</sheetData>", re.DOTALL)
_BLOCKS = re.compile(
    r"<(sheetPr|sheetViews|cols|headerFooter|ignoredErrors)\b[^>]*?(?<!/)>.*?</\1>", re.DOTALL
)
_OPENED = re.compile(r"<([\w:]+)")
_ROW = re.compile(r"<row\b([^>]*?)(?:/>|>(.*?)</row>)", re.DOTALL)
_CELL = re.compile(r"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
_NUMBERED = re.compile(r'\br="(\d+)"')
_PLACED = re.compile(r'\br="([A-Z]+)(\d+)"')
_SHARED = re.compile(r'<c\b[^>]*\bt="s"[^>]*>\s*<v>(\d+)</v>\s*</c>')
_STRING = re.compile(r"<si\b[^>]*?/>|<si\b[^>]*>.*?</si>", re.DOTALL)
_COUNT = re.compile(r'\bcount="\d+"')
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d+)?")
_SHEET_NAME = re.compile(r'<sheet\b[^>]*\bname="([^"]*)"[^>]*\br:id="([^"]*)"')
_USUAL_NAME = re.compile(
    r'<definedName\b[^>]*name="_xlnm\.(?:_FilterDatabase|Print_\w+)".*?</definedName>', re.DOTALL
)
_TARGET = re.compile(r"<Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
_NOTHING = "<si><t/></si>"
_ENTITIES = {"&quot;": '"', "&apos;": "'", "&lt;": "<", "&gt;": ">", "&amp;": "&"}


class LosesContent(NotRewritten):
    """The workbook holds more than plain sheets."""

    def __init__(self, parts: Sequence[str]) -> None:
        super().__init__(parts)
        self.parts = tuple(parts)


def more_than_sheets(path: Path) -> tuple[str, ...]:
    """Return what a workbook holds that could be lost, or hold copies, were its lines rewritten."""
    try:
        with zipfile.ZipFile(path) as packed:
            return tuple(dict.fromkeys(_more(packed)))
    except (OSError, zipfile.BadZipFile, UnicodeDecodeError, KeyError):
        return (path.suffix,)


def _more(packed: zipfile.ZipFile) -> Iterator[str]:
    names = packed.namelist()
    if len(set(names)) < len(names):
        yield "*"
    for name in names:
        if not _PLAIN_PARTS.fullmatch(name):
            yield name
        elif _LINKS.fullmatch(name):
            text = _read(packed, name)
            if len(_TARGET.findall(text)) != len(_PLAIN_LINK.findall(text)):
                yield name
        elif _SHEET.fullmatch(name):
            yield from _more_of_sheet(_read(packed, name))
    names_given = _USUAL_NAME.sub("", _read(packed, "xl/workbook.xml"))
    if re.search(r"<definedName\b", names_given):
        yield "definedNames"


def _more_of_sheet(text: str) -> Iterator[str]:
    inside = _INSIDE.search(text)
    if inside is None or "<!" in text:
        yield "sheetData"
        return
    if "<f>" in inside.group() or "<f " in inside.group() or "<f/" in inside.group():
        yield "formulas"
    around = _BLOCKS.sub("", text[: inside.start()] + text[inside.end() :])
    yield from (name for name in _OPENED.findall(around) if name not in _PLAIN_ELEMENTS)


def _read(packed: zipfile.ZipFile, name: str) -> str:
    return packed.read(name).decode("utf-8")


def rewrite(parts: Sequence[Part], new: NewFile, connection: "duckdb.DuckDBPyConnection") -> None:
    """Write the workbook anew without the lines that go and with the new values.

    Raises:
        LosesContent: see there.
    """
    with zipfile.ZipFile(new.before) as packed:
        more = tuple(dict.fromkeys(_more(packed)))
        if more:
            raise LosesContent(more)
        texts = {info.filename: _read(packed, info.filename) for info in packed.infolist() if _is_cells(info)}
        before = _used(texts)
        sheets = _sheet_parts(packed)
        for part in parts:
            name = sheets.get(part.file.part[0] if part.file.part else "")
            if name is None:
                raise NotRewritten
            texts[name] = _sheet(texts[name], part)
        if "xl/sharedStrings.xml" in texts:
            after = _used(texts)
            texts["xl/sharedStrings.xml"] = _strings(texts["xl/sharedStrings.xml"], before, after)
        with new.stream() as out, zipfile.ZipFile(out, "w") as written:
            written.comment = packed.comment
            for info in packed.infolist():
                text = texts.get(info.filename)
                written.writestr(info, packed.read(info) if text is None else text.encode())


def _is_cells(info: zipfile.ZipInfo) -> bool:
    return info.filename == "xl/sharedStrings.xml" or bool(_SHEET.fullmatch(info.filename))


def _sheet_parts(packed: zipfile.ZipFile) -> dict[str, str]:
    """Return the part that holds each sheet, by the sheet's name."""
    targets = {}
    for found in _TARGET.findall(_read(packed, "xl/_rels/workbook.xml.rels")):
        link = dict(_ATTRIBUTE.findall(found))
        target = link.get("Target", "")
        targets[link.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    named = _SHEET_NAME.findall(_read(packed, "xl/workbook.xml"))
    return {_plain(name): targets[number] for name, number in named if number in targets}


def _plain(text: str) -> str:
    return re.sub("|".join(_ENTITIES), lambda found: _ENTITIES[found.group()], text)


def _used(texts: Mapping[str, str]) -> Counter[int]:
    return Counter(
        int(number)
        for name, text in texts.items()
        if _SHEET.fullmatch(name)
        for number in _SHARED.findall(text)
    )


def _strings(text: str, before: Counter[int], after: Counter[int]) -> str:
    """Return the shared texts without those that no cell shows any longer."""
    number = -1

    def kept(found: re.Match[str]) -> str:
        nonlocal number
        number += 1
        return _NOTHING if before[number] and not after[number] else found.group()

    return _COUNT.sub(f'count="{after.total()}"', _STRING.sub(kept, text), count=1)


def _sheet(text: str, part: Part) -> str:
    """Return a sheet without the lines that go; those below move up."""
    lines = {row: number for row, (number, _) in enumerate(workbooks.rows_of(part.file), start=1)}
    if not set(part.changes) <= set(lines):
        raise NotRewritten
    fates: dict[int, Change] = {lines[row]: change for row, change in part.changes.items()}
    columns = [name for name, _ in part.how.columns]
    inside = _INSIDE.search(text)
    if inside is None:
        raise NotRewritten
    begin, end = inside.span(1)
    return text[:begin] + "".join(_rows(inside.group(1) or "", fates, columns)) + text[end:]


def _rows(text: str, fates: Mapping[int, Change], columns: Sequence[str]) -> Iterator[str]:
    place, gone, last = 0, 0, 0
    waiting = set(fates)
    for found in _ROW.finditer(text):
        if text[place : found.start()].strip():
            raise NotRewritten
        named = _NUMBERED.search(found.group(1))
        if named is None or int(named.group(1)) <= last:
            raise NotRewritten
        last = int(named.group(1))
        waiting.discard(last)
        fate = fates.get(last, {})
        if fate is None:
            gone += 1
        else:
            yield text[place : found.start()]
            whole = _changed(found, last, {columns.index(name): value for name, value in fate.items()})
            yield _renumbered(whole, last, last - gone) if gone else whole
        place = found.end()
    if waiting or text[place:].strip():
        raise NotRewritten
    yield text[place:]


def _renumbered(row: str, old: int, new: int) -> str:
    row = _NUMBERED.sub(f'r="{new}"', row, count=1)

    def moved(cell: re.Match[str]) -> str:
        placed = _PLACED.search(cell.group(1))
        if placed is None or int(placed.group(2)) != old:
            raise NotRewritten
        head = _PLACED.sub(f'r="{placed.group(1)}{new}"', cell.group(1), count=1)
        return f"<c{head}{cell.group()[2 + len(cell.group(1)) :]}"

    return _CELL.sub(moved, row)


def _changed(found: re.Match[str], line: int, new: Mapping[int, object]) -> str:
    """Return a line with new values in some columns, counted from 0."""
    if not new:
        return found.group()
    cells = {}
    for cell in _CELL.finditer(found.group(2) or ""):
        placed = _PLACED.search(cell.group(1))
        if placed is None:
            raise NotRewritten
        cells[_number_of(placed.group(1))] = cell.group()
    for place, value in new.items():
        cells[place] = _cell(cells.get(place, ""), f"{_letters(place)}{line}", value)
    return f"<row{found.group(1)}>{''.join(cells[place] for place in sorted(cells))}</row>"


def _cell(old: str, at: str, value: object) -> str:
    style = re.search(r'\bs="\d+"', old.partition(">")[0])
    head = f'<c r="{at}"' + (f" {style.group()}" if style else "")
    if value is None:
        return f"{head}/>"
    text = str(value)
    if any(ord(char) < 32 and char not in "\t\n\r" for char in text) or "_x" in text:
        raise UnfitValue  # a workbook writes such letters in a way of its own
    was_number = "<v>" in old and ' t="' not in old.partition(">")[0]
    if was_number and _NUMBER.fullmatch(text):
        return f"{head}><v>{text}</v></c>"
    return f'{head} t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def _number_of(letters: str) -> int:
    *_, number = accumulate((ord(letter) - 64 for letter in letters), lambda known, each: known * 26 + each)
    return number - 1


def _letters(place: int) -> str:
    text, left = "", place + 1
    while left:
        left, rest = divmod(left - 1, 26)
        text = chr(65 + rest) + text
    return text
