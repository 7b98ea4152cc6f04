"""The package a person receives: to read (HTML), to use (JSON) and to tabulate (CSV), in one zip.

Source: GDPR Art. 15(3), 20(1); PIPL Art. 45; EDPB Guidelines 01/2022 (concise, intelligible).
"""

import base64
import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

from django.template.loader import render_to_string
from django.utils import timezone, translation

# The wide forms are read as formulas by spreadsheets set to Chinese or Japanese.
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class FieldMeaning:
    """What a column holds, for people: the category's name in both languages and its DPV term."""

    column: str
    en: str
    zh: str
    dpv: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class TableData:
    """Rows of one table about one person; values in the order of `columns`."""

    source: str
    table: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[object, ...]]
    meanings: Mapping[str, FieldMeaning]


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
) -> bytes:
    """Return the zip's bytes; `not_covered` stands in data.json. Names inside depend on tables only, so no path comes from a person's data."""
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
        for position, table in enumerate(tables, start=1):
            archive.writestr(f"csv/{position:03d}-{_file_name(table)}.csv", _csv(table))
        archive.writestr("index.html", _html(number, company, language, made_at, tables))
    return stream.getvalue()


def _file_name(table: TableData) -> str:
    name = f"{table.source}.{table.table}"
    return "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)[:80]


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


def _html(number: str, company: str, language: str, made_at: datetime, tables: Sequence[TableData]) -> str:
    shown = [
        {
            "title": f"{table.source} / {table.table}",
            "columns": [_heading(table, name, language) for name in table.columns],
            "rows": [[plain(value) for value in row] for row in table.rows],
            "count": len(table.rows),
        }
        for table in tables
    ]
    with translation.override(language), timezone.override(made_at.tzinfo):
        return render_to_string(
            "rights/package.html",
            {"number": number, "company": company, "made_at": made_at, "tables": shown, "language": language},
        )


def _heading(table: TableData, name: str, language: str) -> dict[str, str]:
    meaning = table.meanings.get(name)
    text = "" if meaning is None else meaning.zh if language.startswith("zh") else meaning.en
    return {"name": name, "meaning": text, "comment": meaning.comment if meaning else ""}
