"""Tombstones: how a person who was erased is recognised when a restored backup brings the row back.

One line per erased people row and identity value: a keyed hash over source, table, primary key and value. It
matches only when key and identity both match, so a new sign-up under the same address, or a number that was
given to somebody else, is not taken for the person. Further lines name requests and cases that
ended, so that a restored database of Discreet itself forgets them again. Every line is sealed: see
`tombstone_lines.py`. Tombstones are pseudonymous personal data. A row without any identity value is recognised
by key and name: see `nameless.py`.
Source: DESIGN.md "People in the ledger, and after erasure"; failure promise 9.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from discreet.engines.subjects.captures import BlankedRows, Captured, RowKeys
from discreet.engines.subjects.found import as_set
from discreet.engines.subjects.graph import Graph, Key, Table, TableRef
from discreet.engines.subjects.reader import Select
from discreet.engines.subjects.values import searched_categories
from discreet.foundation.datamap import nameless, tombstone_file, tombstone_lines
from discreet.foundation.datamap.queries import built
from discreet.foundation.datamap.tombstone_lines import (
    CASE,
    REQUEST,
    ROW,
    Flaw,
    FlawedLine,
    Line,
    sealed_line,
)
from discreet.foundation.keys import api as keys
from discreet.foundation.sources import session
from discreet.vocabulary.normalise import NORMALISER_VERSION, normalise_email, normalise_phone

_PURPOSE = "tombstone"


@dataclass(frozen=True, slots=True)
class RestoredValue:
    """An identity value that a restored row holds. Personal data: never logged, never evidence."""

    category: str
    text: str


@dataclass(frozen=True, slots=True)
class RestoredRow:
    """A row of somebody who was erased before, and is back. `scope` names that erasure's request.

    Where it `is_sealed`, scope and date are as they were written; else row and person alone are certain.
    """

    table: TableRef
    key: Key
    values: tuple[RestoredValue, ...]
    scope: str
    erased_on: str
    is_sealed: bool


@dataclass(frozen=True, slots=True)
class Scan:
    """`tombstones` counts those of the source; `not_searched` names people tables that are not in the map.

    `unsealed` counts the source's tombstones of older versions; `refused` are lines that were not used.
    """

    rows_read: int
    tombstones: int
    restored: tuple[RestoredRow, ...]
    not_searched: tuple[str, ...]
    unsealed: int
    refused: tuple[FlawedLine, ...]


@dataclass(frozen=True, slots=True)
class EndedRequest:
    """A request that has its outcome. `received_at` tells it from a number used again."""

    number: str
    received_at: str
    outcome: str
    on: str


@dataclass(frozen=True, slots=True)
class EndedCase:
    """A case whose key was destroyed. `opened_at` tells it from a number used again."""

    number: str
    opened_at: str
    on: str


@dataclass(frozen=True, slots=True)
class Tombstones:
    """What the file says of requests, cases and, counted, of the rows of each source."""

    requests: tuple[EndedRequest, ...]
    cases: tuple[EndedCase, ...]
    rows_by_source: Mapping[str, int]
    flawed: tuple[FlawedLine, ...]


def write(*, captured: Captured, graph: Graph, scopes: Sequence[str], on: date) -> int:
    """Write the tombstones of an erasure and return how many; once they are on the disk.

    `scopes` names the request of each person by index, such as "request:R-1001". A repeated call changes
    nothing. Call it before the outcome is recorded: what is called erased can be recognised.
    """
    return tombstone_file.append_lines(
        [
            sealed_line(
                {
                    "v": 1,
                    "kind": ROW,
                    "mac": _mac(ref, key, category, form),
                    "source": ref.source,
                    "schema": ref.schema,
                    "table": ref.table,
                    "category": category,
                    "normaliser": NORMALISER_VERSION,
                    "date": on.isoformat(),
                    "scope": scopes[person],
                }
            )
            for ref, key, person, category, form in _marks(captured, graph)
        ]
        + list(_nameless_lines(captured, graph, scopes, on))
    )


def _nameless_lines(captured: Captured, graph: Graph, scopes: Sequence[str], on: date) -> Iterable[str]:
    for row in captured.nameless:
        if row.table not in graph.tables:
            continue
        for mark in nameless.marks_of(row):
            for person in as_set(row.persons):
                yield sealed_line(
                    {
                        "v": 1,
                        "kind": ROW,
                        "mac": _mac(row.table, row.key, mark.category, mark.form),
                        "source": row.table.source,
                        "schema": row.table.schema,
                        "table": row.table.table,
                        "category": mark.category,
                        "columns": "\x1f".join(mark.columns),
                        "normaliser": NORMALISER_VERSION,
                        "date": on.isoformat(),
                        "scope": scopes[person],
                    }
                )


def write_ended_requests(ended: Iterable[tuple[str, datetime, str]], *, on: date) -> int:
    """Note (number, received at, outcome) of requests whose plan is destroyed."""
    return tombstone_file.append_lines(
        [
            sealed_line(
                {
                    "v": 1,
                    "kind": REQUEST,
                    "number": number,
                    "received_at": received_at.isoformat(),
                    "outcome": outcome,
                    "date": on.isoformat(),
                }
            )
            for number, received_at, outcome in ended
        ]
    )


def write_ended_case(*, number: str, opened_at: datetime, on: date) -> int:
    """Note a case whose key is destroyed."""
    line: dict[str, str | int] = {
        "v": 1,
        "kind": CASE,
        "number": number,
        "opened_at": opened_at.isoformat(),
        "date": on.isoformat(),
    }
    return tombstone_file.append_lines([sealed_line(line)])


def read() -> Tombstones:
    """Return what the whole file says, and which lines of it may not be believed."""
    lines, flawed = tombstone_lines.read()
    counts: dict[str, int] = defaultdict(int)
    for line in lines:
        if line.kind == ROW:
            counts[str(line.facts["source"])] += 1
    requests: dict[tuple[str, str], EndedRequest] = {}
    for facts in (line.facts for line in lines if line.kind == REQUEST):
        ended = EndedRequest(
            number=str(facts["number"]),
            received_at=str(facts["received_at"]),
            outcome=str(facts["outcome"]),
            on=_on(facts),
        )
        requests[ended.number, ended.received_at] = (
            ended  # an incomplete erasure may have been completed since
        )
    return Tombstones(
        requests=tuple(requests.values()),
        cases=tuple(
            EndedCase(number=str(facts["number"]), opened_at=str(facts["opened_at"]), on=_on(facts))
            for facts in (line.facts for line in lines if line.kind == CASE)
        ),
        rows_by_source=dict(counts),
        flawed=tuple(flawed),
    )


def find_restored(source: str) -> Scan:
    """Read the people tables of a source once and return the rows that an erasure had removed or emptied.

    Raises:
        UnknownSource, SourceRefusal: see `sources`.
    """
    marks: dict[str, Line] = {}
    wholes: dict[TableRef, set[tuple[str, ...]]] = {}
    lines, flawed = tombstone_lines.read()
    own = [line for line in lines if line.kind == ROW and line.facts["source"] == source]
    for line in sorted(own, key=lambda one: one.is_sealed):  # a sealed line tells more than its older copy
        marks[str(line.facts["mac"])] = line
        ref = TableRef(source=source, table=str(line.facts["table"]), schema=str(line.facts["schema"]))
        together = tuple(str(line.facts.get("columns", "")).split("\x1f"))
        wholes.setdefault(ref, set()).update({together} if line.facts["category"] == nameless.WHOLE else ())
    tables = set(wholes)
    graph = built().graph
    restored: list[RestoredRow] = []
    read = 0
    with session.read(source, for_verification=True) as reader:
        for ref in sorted(tables & set(graph.tables)):
            table = graph.tables[ref]
            key_columns, columns = _columns_to_read(table, wholes[ref])
            if not columns:
                continue
            query = Select(table=ref, columns=(*key_columns, *columns), key_columns=(), keys=())
            for row in reader.select(query):
                read += 1
                key, held = row[: len(key_columns)], _held(columns, row[len(key_columns) :])
                found = _match(table, key, held, marks, wholes[ref])
                if found is not None:
                    restored.append(found)
    return Scan(
        rows_read=read,
        tombstones=len(marks),
        restored=tuple(restored),
        not_searched=tuple(str(ref) for ref in sorted(tables - set(graph.tables))),
        unsealed=sum(not line.is_sealed for line in marks.values()),
        refused=tuple(one for one in flawed if one.flaw is not Flaw.UNSEALED),
    )


def _held(columns: Sequence[str], values: Sequence[object]) -> dict[str, str]:
    return {
        name: str(value)
        for name, value in zip(columns, values, strict=True)
        if value is not None and str(value).strip()
    }


def _match(
    table: Table,
    key: Key,
    held: Mapping[str, str],
    marks: Mapping[str, Line],
    wholes: Iterable[tuple[str, ...]],
) -> RestoredRow | None:
    """Return the row if an identity value, or what stands for one, was erased under this key."""
    values: list[RestoredValue] = []
    line: Line | None = None
    for name, text in held.items():
        category = table.column(name).category
        if category in searched_categories():
            values.append(RestoredValue(category=category, text=text))
            line = marks.get(_mac(table.ref, key, category, _form(category, text))) or line
        elif category in nameless.NAMING:
            line = marks.get(_mac(table.ref, key, category, nameless.form(text))) or line
    for columns in wholes:
        form = nameless.whole_form(columns, held)
        line = (marks.get(_mac(table.ref, key, nameless.WHOLE, form)) if form else None) or line
    if line is None:
        return None
    if not values:
        values = [RestoredValue(category="customer_id", text=_plain(part)) for part in key[:1]]
    return RestoredRow(
        table=table.ref,
        key=key,
        values=tuple(values),
        scope=str(line.facts["scope"]),
        erased_on=_on(line.facts),
        is_sealed=line.is_sealed,
    )


def _columns_to_read(
    table: Table, wholes: Iterable[tuple[str, ...]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return key columns and every column that a tombstone of the table may be made of."""
    key, columns = _columns(table)
    together = {name for columns_of_one in wholes for name in columns_of_one}
    more = (c.name for c in table.columns if c.category in nameless.NAMING or c.name in together)
    return key, tuple(dict.fromkeys((*columns, *(name for name in more if name not in key))))


def _columns(table: Table) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return key columns and identity columns of a people table."""
    key = table.primary_key or tuple(column.name for column in table.columns)
    searched = searched_categories()
    return key, tuple(column.name for column in table.columns if column.category in searched)


def _marks(captured: Captured, graph: Graph) -> Iterable[tuple[TableRef, Key, int, str, str]]:
    values: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for value in captured.values:
        for person in as_set(value.persons):
            pair = (value.category, _form(value.category, value.text))
            if pair not in values[person]:
                values[person].append(pair)
    for rows in captured.gone:
        yield from _marks_of(rows, graph, values, None)
    for blanked in captured.blanked:
        emptied = _emptied_categories(blanked, graph)
        if emptied:
            yield from _marks_of(blanked.rows, graph, values, emptied)


def _emptied_categories(blanked: BlankedRows, graph: Graph) -> frozenset[str]:
    """Return the categories of identity values that were taken from the rows: others are somebody else's."""
    table = graph.tables.get(blanked.rows.table)
    if table is None:
        return frozenset()
    names = {*blanked.expected, *blanked.per_row}
    searched = searched_categories()
    return frozenset(c.category for c in table.columns if c.name in names and c.category in searched)


def _marks_of(
    rows: RowKeys,
    graph: Graph,
    values: Mapping[int, Sequence[tuple[str, str]]],
    only: frozenset[str] | None,
) -> Iterable[tuple[TableRef, Key, int, str, str]]:
    table = graph.tables.get(rows.table)
    if table is None or not table.is_people:
        return
    wanted, _ = _columns(table)
    if not set(wanted) <= set(rows.key_columns):
        return
    places = [rows.key_columns.index(name) for name in wanted]
    for key, persons in zip(rows.keys, rows.persons, strict=True):
        for person in as_set(persons):
            for category, form in values.get(person, ()):
                if only is None or category in only:
                    yield rows.table, tuple(key[place] for place in places), person, category, form


def _form(category: str, text: str) -> str:
    """Return the form in which two spellings of an identity value are equal."""
    normal = None
    if category == "email":
        normal = normalise_email(text)
    elif category == "phone":
        normal = normalise_phone(text, region=None)
    return normal or text.strip()


def _mac(ref: TableRef, key: Key, category: str, form: str) -> str:
    parts = [ref.source, ref.schema, ref.table, [_plain(value) for value in key], category, form]
    message = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return keys.hmac_company(_PURPOSE, message.encode("utf-8", errors="surrogatepass")).hex()


def _plain(value: object) -> str:
    """Return one spelling of a key's value, whichever way a driver hands it over."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return str(int(value))
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value)


def _on(facts: Mapping[str, object]) -> str:
    return str(facts["date"])
