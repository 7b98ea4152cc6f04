"""The package a person receives: to read (HTML), to use (JSON) and to tabulate (CSV), in one zip.

Source: GDPR Art. 15(3), 20(1); PIPL Art. 45; EDPB Guidelines 01/2022 (concise, intelligible).
"""

import base64
import csv
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext

from discreet.vocabulary.dates import written_date

# The wide forms are read as formulas by spreadsheets set to Chinese or Japanese.
CARDS_ABOVE = 7  # columns: beside so many, a line of a table is not read any more
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class FieldMeaning:
    """What a column holds, for people: its category or its own name in both languages, and its DPV term.

    `en_name` and `zh_name` are what the column itself is called, as words.
    """

    column: str
    en: str
    zh: str
    dpv: str
    comment: str = ""
    en_name: str = ""
    zh_name: str = ""


@dataclass(frozen=True, slots=True)
class TableData:
    """Rows of one table about one person; values in the order of `columns`. `title` is what people call it."""

    source: str
    table: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[object, ...]]
    meanings: Mapping[str, FieldMeaning]
    title: str = ""


def plain(value: object) -> str | int | float | bool | None:
    """Return a value as JSON holds it: dates in ISO 8601, decimals and bytes (base64) as text."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, Decimal | UUID):
        return str(value)
    return (
        json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else str(value)
    )


def csv_cell(value: object) -> str:
    """Return a cell that no spreadsheet takes for a formula. Source: failure promise 17."""
    simple = plain(value)
    if simple is None:
        return ""
    text = str(simple)
    if isinstance(simple, int | float):
        return text
    is_formula = text.startswith(FORMULA_STARTS) or text.lstrip().startswith(FORMULA_STARTS)
    return "'" + text if is_formula else text


def build(
    *,
    number: str,
    company: str,
    language: str,
    made_at: datetime,
    tables: Iterable[TableData],
    not_covered: Sequence[Mapping[str, object]] = (),
    gaps: Sequence[str] = (),
    officer: str = "",
    officer_email: str = "",
) -> bytes:
    """Return the zip's bytes; `not_covered` stands in data.json, and as sentences (`gaps`) in index.html.

    `officer` and `officer_email` say there whom to ask.

    Names inside depend on tables only, so no path comes from a person's data.
    """
    tables = list(tables)
    document: dict[str, dict[str, list[dict[str, str | int | float | None]]]] = {}
    for table in tables:
        rows = [
            {name: plain(value) for name, value in zip(table.columns, row, strict=True)} for row in table.rows
        ]
        document.setdefault(table.source, {})[table.table] = rows
    whole = {"sources": document, "not_covered": list(not_covered)}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("data.json", json.dumps(whole, ensure_ascii=False, indent=1))
        archive.writestr("meaning.json", json.dumps(_meaning(tables), ensure_ascii=False, indent=1))
        for name, table in zip(file_names(tables), tables, strict=True):
            archive.writestr(f"csv/{name}.csv", _csv(table))
        page: dict[str, object] = {
            "number": number,
            "company": company,
            "day": written_date(made_at.date(), language=language),
            "gaps": gaps,
            "language": language,
            "officer": officer,
            "officer_email": officer_email,
        }
        archive.writestr("index.html", _html(page, language, tables))
    return stream.getvalue()


def file_names(tables: Sequence[TableData]) -> list[str]:
    """Return a name for each table's file: source and table, safe on every system, each once whatever its case."""
    names: list[str] = []
    taken: set[str] = set()
    for table in tables:
        source, own = _safe(table.source), _safe(table.table)
        name = wanted = own if own.startswith(f"{source}.") else f"{source}.{own}"
        number = 1
        while name.casefold() in taken:
            number += 1
            name = f"{wanted}-{number}"
        taken.add(name.casefold())
        names.append(name)
    return names


def _safe(name: str) -> str:
    """Return letters, digits and single dashes of a name; letters of every script, for they name the table."""
    plain_text = unicodedata.normalize("NFKC", name)
    kept = "".join(c if c.isalnum() or c in "._" else "-" for c in plain_text)
    return re.sub(r"-+", "-", re.sub(r"\.{2,}", ".", kept)).strip(".-")[:60] or "table"


def _csv(table: TableData) -> str:
    stream = io.StringIO()
    stream.write("\ufeff")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([csv_cell(name) for name in table.columns])
    writer.writerows([csv_cell(value) for value in row] for row in table.rows)
    return stream.getvalue()


def _meaning(tables: Sequence[TableData]) -> dict[str, dict[str, dict[str, str]]]:
    return {
        f"{table.source}.{table.table}": {
            name: {"en": meaning.en, "zh": meaning.zh, "dpv": meaning.dpv, "comment": meaning.comment}
            for name, meaning in table.meanings.items()
        }
        for table in tables
    }


def _html(page: Mapping[str, object], language: str, tables: Sequence[TableData]) -> str:
    with translation.override(language):
        shown = [
            {
                "title": table.title or f"{table.source} / {table.table}",
                "columns": columns,
                "rows": [
                    list(zip(columns, [_value(value) for value in row], strict=True)) for row in table.rows
                ],
                "count": len(table.rows),
                "is_single": len(table.rows) == 1,
                "is_wide": len(columns) > CARDS_ABOVE,
            }
            for table in tables
            for columns in [[_heading(table, name, language) for name in table.columns]]
        ]
        return render_to_string("rights/package.html", {**page, "tables": shown})


def _value(value: object) -> str:
    """Return a value as it is read: nothing as a dash, yes and no as words."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return value.isoformat(sep=" ") if isinstance(value, datetime) else str(plain(value))


def _heading(table: TableData, name: str, language: str) -> dict[str, str]:
    """Return what a column is called, and below it what it holds and what its comment adds."""
    meaning = table.meanings.get(name)
    if meaning is None:
        return {"name": name, "note": ""}
    is_zh = language.startswith("zh")
    own = (meaning.zh_name if is_zh else meaning.en_name) or name
    notes = dict.fromkeys([meaning.zh if is_zh else meaning.en, meaning.comment])
    return {
        "name": own,
        "note": " · ".join(note for note in notes if note.casefold() not in ("", own.casefold())),
    }
