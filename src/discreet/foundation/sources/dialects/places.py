"""Where in a table a sample is taken: at the beginning, at the end and in between, without reading the rest."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from discreet.foundation.sources.catalogue import Kind, TableInfo

PLACES = 16
_BYTES_COMPARED = 8
_LETTERS_COMPARED = 3
_ALPHABETS = (
    "0123456789",
    "0123456789abcdef",
    "0123456789ABCDEF",
    "0123456789abcdefghijklmnopqrstuvwxyz",
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "".join(map(chr, range(32, 127))),
)
Ask = Callable[[sa.Executable], list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Place:
    """At most `rows` rows of `table` (None: the table asked for) where the condition holds, in this order."""

    rows: int
    where: sa.ColumnElement[bool] | None = None
    order: sa.ColumnElement[Any] | None = None
    table: sa.FromClause | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """The places, and what tells a row from all others, so that two places do not bring one row twice."""

    places: tuple[Place, ...]
    identity: tuple[sa.ColumnElement[Any], ...] = ()


def shares(limit: int, places: int = PLACES) -> list[int]:
    """Return how many rows each place gives."""
    places = max(1, min(places, limit))
    return [limit // places + (place < limit % places) for place in range(places)]


def by_unique_key(ask: Ask, info: TableInfo, table: sa.Table, limit: int) -> Spread | None:
    """Return places along the index of a unique key; None where the table has none."""
    names = _unique_key(info)
    if not names:
        return None
    return along(ask, table, table.c[names[0]], tuple(table.c[name] for name in names), limit)


def along(
    ask: Ask,
    table: sa.Table,
    lead: sa.ColumnElement[Any],
    identity: tuple[sa.ColumnElement[Any], ...],
    limit: int,
) -> Spread:
    """Return places along an indexed column. Each is one descent of its index and a few rows from there."""
    lowest = sa.select(sa.func.min(lead)).select_from(table).scalar_subquery()
    highest = sa.select(sa.func.max(lead)).select_from(table).scalar_subquery()
    ((low, high),) = ask(sa.select(lowest, highest))
    first, *middle, last = shares(limit) if limit > 1 else (1, 0)
    seeds = between(low, high, len(middle) + 1)
    if len(seeds) != len(middle):
        first, last, middle = limit - limit // 2, limit // 2, []
    places = [Place(rows=first, order=lead.asc())]
    places += [
        Place(rows=rows, where=lead >= sa.literal(seed, sa.types.NullType()), order=lead.asc())
        for seed, rows in zip(seeds, middle, strict=False)
    ]
    places.append(Place(rows=last, order=lead.desc()))
    return Spread(tuple(place for place in places if place.rows), identity)


def _unique_key(info: TableInfo) -> tuple[str, ...]:
    keys = [info.primary_key, *(index.columns for index in info.indexes if index.is_unique)]
    for key in keys:
        columns = [info.column(name) for name in key]
        if columns and all(each and not each.nullable and each.kind is not Kind.OTHER for each in columns):
            return key
    return ()


def between(low: object, high: object, parts: int) -> list[Any]:
    """Return the `parts - 1` values that part low to high evenly; [] where there is no telling."""
    if isinstance(low, bool) or type(low) is not type(high):
        return []
    if isinstance(low, int) and isinstance(high, int):
        return [low + (high - low) * part // parts for part in range(1, parts)]
    if isinstance(low, (float, Decimal, dt.date)) and low == low and high == high:
        start: Any = low
        end: Any = high
        try:
            return [start + (end - start) / parts * part for part in range(1, parts)]
        except (ArithmeticError, TypeError):  # infinite, or one of them with a time zone
            return []
    if isinstance(low, bytes) and isinstance(high, bytes):
        return _bytes_between(low, high, parts)
    if isinstance(low, str) and isinstance(high, str) and low.isascii() and high.isascii():
        return _texts_between(low, high, parts)
    return []


def _bytes_between(low: bytes, high: bytes, parts: int) -> list[bytes]:
    first, last = (
        int.from_bytes(each[:_BYTES_COMPARED].ljust(_BYTES_COMPARED, b"\0"), "big") for each in (low, high)
    )
    return [
        (first + (last - first) * part // parts).to_bytes(_BYTES_COMPARED, "big") for part in range(1, parts)
    ]


def _texts_between(low: str, high: str, parts: int) -> list[str]:
    """Part texts by their first different characters. An order that is not ASCII's parts them less evenly."""
    shared = next((n for n, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), None)
    if shared is None:
        return []
    ends = [each[shared : shared + _LETTERS_COMPARED] for each in (low, high)]
    letters = next((known for known in _ALPHABETS if set("".join(ends)) <= set(known)), "")
    first, last = (_as_number(each, letters) for each in ends)
    if not letters or first >= last:
        return []
    numbers = [first + (last - first) * part // parts for part in range(1, parts)]
    return [low[:shared] + _as_text(number, letters) for number in numbers]


def _as_number(text: str, letters: str) -> int:
    number = 0
    for place in range(_LETTERS_COMPARED):
        number = number * len(letters) + (letters.find(text[place]) if place < len(text) else 0)
    return number


def _as_text(number: int, letters: str) -> str:
    base = len(letters)
    return "".join(letters[number // base**place % base] for place in reversed(range(_LETTERS_COMPARED)))


def union(
    spread: Spread,
    table: sa.Table,
    build: Callable[[sa.FromClause], sa.Select[Any]],
) -> sa.Select[Any] | sa.CompoundSelect[Any]:
    """Return one statement for all places. `build` selects what is wanted of a table."""
    parts = []
    whole = None  # the cells of the table itself are built once
    for place in spread.places:
        if place.table is not None:
            statement = build(place.table)
        else:
            statement = whole = build(table) if whole is None else whole
        if place.where is not None:
            statement = statement.where(place.where)
        if place.order is not None:
            statement = statement.order_by(place.order)
        parts.append(statement.limit(place.rows))
    if len(parts) == 1:
        return parts[0]
    return sa.union_all(*(sa.select(part.subquery()) for part in parts))


def labelled(cells: Sequence[sa.ColumnElement[Any]], prefix: str) -> list[sa.Label[Any]]:
    """Give each a name of its own: the names of columns may be taken twice, or be 300 characters long."""
    return [cell.label(f"{prefix}{place}") for place, cell in enumerate(cells)]
