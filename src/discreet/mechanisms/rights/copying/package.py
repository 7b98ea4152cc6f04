"""The package a person receives: to read (HTML), to use (JSON with its schema) and to tabulate (CSV), in one zip.

It is written as a stream, each row once as it is read, so that its size is bound by no memory.
Source: GDPR Art. 15(3), 15(4), 20(1); PIPL Art. 45; 11 CCR 7024(d); EDPB Guidelines 01/2022 (intelligible).
"""

import base64
import hashlib
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import IO

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext, ngettext

from discreet.engines.subjects.redact import Kind as Why
from discreet.engines.subjects.redact import Tally
from discreet.foundation.desk.csv_cells import csv_writer
from discreet.mechanisms.rights.copying.schema import Json, Shape, schema_of
from discreet.mechanisms.rights.copying.spool import Spool
from discreet.mechanisms.rights.copying.values import WITHHELD, csv_cell, kind_words, plain, read_as
from discreet.vocabulary.categories import CATEGORIES
from discreet.vocabulary.dates import written_date

CARDS_ABOVE = 7  # columns: beside so many, a line of a table is not read any more
PAGE_ROWS = 1_000  # of a table, on the page; a browser shows no hundred thousand, and nobody reads them
OTHERS_ARTICLE = "GDPR Art. 15(4)"


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
class Withheld:
    """What somebody decided not to hand over of a table, and why. No columns: the whole table."""

    columns: tuple[str, ...]
    reason: str
    article: str


@dataclass(frozen=True, slots=True)
class TableData:
    """Rows of one table about one person; values in the order of `columns`. `title` is what people call it.

    `rows` is read once, `tally` after it. Tables of one source come one after the other.
    """

    source: str
    table: str
    columns: tuple[str, ...]
    rows: Iterable[tuple[object, ...]]
    meanings: Mapping[str, FieldMeaning]
    title: str = ""
    tally: Tally = field(default_factory=Tally)
    withheld: Withheld | None = None

    @property
    def place(self) -> str:
        return self.title or f"{self.source} / {self.table}"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file from a place that no program reads. `name` is ours; it lies under `files/`."""

    name: str
    title: str
    content: bytes


@dataclass(frozen=True, slots=True)
class About:
    """What a package says of itself. `officer`: whom to ask. `gaps`: `not_covered` as sentences.

    `is_for_machines`: it was asked for to be carried elsewhere, and leads with what programs read.
    """

    number: str
    company: str
    language: str
    made_at: datetime
    not_covered: Sequence[Mapping[str, object]] = ()
    gaps: Sequence[str] = ()
    officer: str = ""
    officer_email: str = ""
    is_for_machines: bool = False
    attachments: Sequence[Attachment] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """What went into a package: “source.table” → rows, and how many values were replaced by why and category."""

    rows: Mapping[str, int]
    replaced: Mapping[str, int]


def build(*, stream: IO[bytes], folder: Path, about: About, tables: Iterable[TableData]) -> Written:
    """Write the zip to `stream`, which need not be one that goes back. `folder`: for parts on their way, sealed.

    Names inside depend on tables only, so no path comes from a person's data.
    """
    with translation.override(about.language), ExitStack() as stack:
        archive = stack.enter_context(zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1))
        data, page = stack.enter_context(Spool(folder)), stack.enter_context(Spool(folder))
        writing = _Writing(archive=archive, data=data, page=page, language=about.language)
        for table in tables:
            writing.add(table)
        writing.end_data(about)
        _store(archive, "data.json", data.read())
        _put(archive, "schema.json", _dumped(writing.schema(about)))
        _put(archive, "meaning.json", _dumped(writing.meanings))
        for one in about.attachments:
            archive.writestr(f"files/{one.name}", one.content)
        _store(archive, "index.html", _whole_page(writing, about, page))
        for language, name in (("en", "README.txt"), ("zh-hans", "README-zh.txt")):
            _put(archive, name, _read_me(about, language))
    return Written(rows=writing.rows, replaced=writing.counts())


class _Writing:
    """A package while its tables come in."""

    def __init__(self, *, archive: zipfile.ZipFile, data: Spool, page: Spool, language: str) -> None:
        self._archive, self._data, self._page, self._language = archive, data, page, language
        self._names = Names()
        self._source = ""
        self._sources: set[str] = set()
        self.shapes: list[Shape] = []
        self.meanings: dict[str, Json] = {}
        self.rows: dict[str, int] = {}
        self.contents: list[dict[str, object]] = []
        self.replaced: list[dict[str, Json]] = []
        self.told: list[str] = []
        data.write('{"sources": {')

    def add(self, table: TableData) -> None:
        """Write one table in its three forms, each row as it comes."""
        shape = _shape(table, self._language)
        name = self._names.take(table)
        is_whole = table.columns or not table.withheld
        self._open_in_data(table)
        shown: list[tuple[object, ...]] = []
        count = 0
        if is_whole:
            with self._archive.open(f"csv/{name}.csv", "w") as entry:
                for row in _as_csv(table, entry):
                    self._to_data(shape, row, is_first=not count)
                    count += 1
                    if count <= PAGE_ROWS:
                        shown.append(tuple(read_as(value) for value in row))
        self._data.write("]")
        self.shapes.append(shape)
        self.meanings[f"{table.source}.{table.table}"] = _meaning(table)
        self.rows[f"{table.source}.{table.table}"] = count
        self._note(table)
        if is_whole:
            self._to_page(table, shown, count=count, file=f"csv/{name}.csv")

    def _open_in_data(self, table: TableData) -> None:
        if table.source == self._source:
            self._data.write(",\n")
        else:
            if table.source in self._sources:
                raise ValueError("tables of one source come one after the other")
            self._data.write("},\n" if self._sources else "\n")
            self._data.write(f"{json.dumps(table.source, ensure_ascii=False)}: {{\n")
            self._sources.add(table.source)
            self._source = table.source
        self._data.write(f"{json.dumps(table.table, ensure_ascii=False)}: [")

    def _to_data(self, shape: Shape, row: tuple[object, ...], *, is_first: bool) -> None:
        values = tuple(plain(value) for value in row)
        for name, raw, value in zip(shape.columns, row, values, strict=True):
            shape.meet(name, raw, value)
        text = json.dumps(dict(zip(shape.columns, values, strict=True)), ensure_ascii=False)
        self._data.write(f"{'' if is_first else ','}\n {text}")

    def end_data(self, about: About) -> None:
        self._data.write(f"{'}' if self._sources else ''}}},\n")
        self._data.write(f'"replaced": {_dumped(self.replaced)},\n')
        self._data.write(f'"not_covered": {_dumped(list(about.not_covered))}}}\n')

    def _to_page(self, table: TableData, rows: list[tuple[object, ...]], *, count: int, file: str) -> None:
        columns = [_heading(table, name, self._language) for name in table.columns]
        number = len(self.contents) + 1
        self.contents.append({"title": table.place, "count": count, "number": number})
        shown: dict[str, object] = {
            "number": number,
            "title": table.place,
            "columns": columns,
            "rows": [list(zip(columns, row, strict=True)) for row in rows],
            "is_single": count == 1,
            "is_wide": len(columns) > CARDS_ABOVE,
            "shown": len(rows),
            "count": count,
            "file": file if count > len(rows) else "",
        }
        self._page.write(render_to_string("rights/package_table.html", {"table": shown}))

    def _note(self, table: TableData) -> None:
        """Note what was replaced or held back in the table, for programs and for people."""
        place: dict[str, Json] = {"source": table.source, "table": table.table}
        for (column, why, category), values in sorted(table.tally.counts.items()):
            known = CATEGORIES.get(category)
            rule = known and (known.never_returned or known.numbers_never_returned)
            self.replaced.append(
                {
                    **place,
                    "column": column,
                    "kind": why.value,
                    "category": category,
                    "dpv": known.dpv if known else "",
                    "values": values,
                    "article": OTHERS_ARTICLE if why is Why.ANOTHER else rule or "11 CCR 7024(d)",
                }
            )
            self.told.append(_told(table, column, why, category, values, self._language))
        if table.withheld:
            one = table.withheld
            self.replaced.append(
                {
                    **place,
                    "columns": list(one.columns),
                    "kind": WITHHELD,
                    "reason": one.reason,
                    "article": one.article,
                }
            )
            self.told.append(_withheld(table, one, self._language))

    def schema(self, about: About) -> dict[str, Json]:
        words = gettext("Your data at %(company)s, request %(number)s")
        return schema_of(self.shapes, title=words % {"company": about.company, "number": about.number})

    def counts(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for one in self.replaced:
            name = str(one["category"] or one["kind"]) if one["kind"] != WITHHELD else WITHHELD
            values = one.get("values", 1)
            found[name] = found.get(name, 0) + (values if isinstance(values, int) else 1)
        return found


def _told(table: TableData, column: str, why: Why, category: str, values: int, language: str) -> str:
    """Return as a sentence what was replaced in a column."""
    told = {"place": table.place, "field": _heading(table, column, language)["name"], "n": f"{values:,}"}
    if why is Why.ANOTHER:
        words = ngettext(
            "%(place)s, %(field)s: %(n)s value is or names another person",
            "%(place)s, %(field)s: %(n)s values are or name another person",
            values,
        )
        return words % told
    words = ngettext(
        "%(place)s, %(field)s: %(n)s value is held and not sent: %(kind)s",
        "%(place)s, %(field)s: %(n)s values are held and not sent: %(kind)s",
        values,
    )
    return words % {**told, "kind": kind_words(category)}


def _withheld(table: TableData, one: Withheld, language: str) -> str:
    names = [_heading(table, name, language)["name"] for name in one.columns]
    what = gettext(", ").join(names) or gettext("all rows")
    words = gettext("%(place)s, %(what)s: not handed over. %(reason)s %(article)s")
    told = {"place": table.place, "what": what, "reason": one.reason, "article": one.article}
    return (words % told).strip()


def _shape(table: TableData, language: str) -> Shape:
    is_zh = language.startswith("zh")
    titles = {
        name: (
            (one.zh_name if is_zh else one.en_name) or name,
            one.zh if is_zh else one.en,
            one.dpv,
        )
        for name, one in table.meanings.items()
    }
    return Shape(table.source, table.table, table.place, table.columns, titles)


def _as_csv(table: TableData, entry: IO[bytes]) -> Iterator[tuple[object, ...]]:
    """Write the table to `entry`, and yield each of its rows on the way."""
    text = io.TextIOWrapper(entry, encoding="utf-8", errors="replace", newline="", write_through=False)
    text.write("\ufeff")
    writer = csv_writer(text)
    writer.writerow([csv_cell(name) for name in table.columns])
    for row in table.rows:
        writer.writerow([csv_cell(value) for value in row])
        yield row
    text.flush()
    text.detach()  # the entry is closed by whoever opened it


def _store(archive: zipfile.ZipFile, name: str, parts: Iterable[bytes]) -> None:
    with archive.open(name, "w") as entry:
        for part in parts:
            entry.write(part)


def _put(archive: zipfile.ZipFile, name: str, text: str) -> None:
    archive.writestr(name, text.encode("utf-8", "replace"))


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, default=str)


def _whole_page(writing: _Writing, about: About, tables: Spool) -> Iterator[bytes]:
    page: dict[str, object] = {
        "about": about,
        "day": written_date(about.made_at.date(), language=about.language),
        "contents": writing.contents,
        "told": writing.told,
        "style": _style(),
        "style_hash": base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode(),
    }
    yield render_to_string("rights/package.html", page).encode("utf-8", "replace")
    yield from tables.read()
    yield render_to_string("rights/package_end.html", page).encode("utf-8", "replace")


@cache
def _style() -> str:
    return files("discreet.mechanisms.rights").joinpath("package.css").read_text(encoding="utf-8").strip()


def _read_me(about: About, language: str) -> str:
    with translation.override(language):
        day = written_date(about.made_at.date(), language=language)
        text = render_to_string("rights/package_readme.txt", {"about": about, "day": day})
    return "\ufeff" + text.replace("\n", "\r\n")  # read with the editors of every system


class Names:
    """Names for files: source and table, safe on every system, each once whatever its case."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, table: TableData) -> str:
        source, own = _safe(table.source), _safe(table.table)
        name = wanted = own if own.startswith(f"{source}.") else f"{source}.{own}"
        number = 1
        while name.casefold() in self._taken:
            number += 1
            name = f"{wanted}-{number}"
        self._taken.add(name.casefold())
        return name


def file_names(tables: Iterable[TableData]) -> list[str]:
    """Return a name for each table's file."""
    names = Names()
    return [names.take(table) for table in tables]


def _safe(name: str) -> str:
    """Return letters, digits and single dashes of a name; letters of every script, for they name the table."""
    plain_text = unicodedata.normalize("NFKC", name)
    kept = "".join(c if c.isalnum() or c in "._" else "-" for c in plain_text)
    return re.sub(r"-+", "-", re.sub(r"\.{2,}", ".", kept)).strip(".-")[:60] or "table"


def _meaning(table: TableData) -> dict[str, Json]:
    return {
        name: {"en": one.en, "zh": one.zh, "dpv": one.dpv, "comment": one.comment}
        for name, one in table.meanings.items()
    }


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
