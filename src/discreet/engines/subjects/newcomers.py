"""Rows that came to refer to what goes, after the plan was made.

A company's programs go on writing while an erasure waits. What they add for the person is in no plan, and a
search for planned keys would never meet it: so what goes is remembered by the values that links refer to.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from discreet.engines.subjects.captures import Captured, LinkedRows
from discreet.engines.subjects.found import Persons, Reach, join
from discreet.engines.subjects.graph import EraseAction, Key, Link, LinkRole, Match, Table, TableRef
from discreet.engines.subjects.keys import hashable, loose_key
from discreet.engines.subjects.lookup import is_indexed
from discreet.engines.subjects.plans import ErasurePlan
from discreet.engines.subjects.reader import Reader, Row, Select
from discreet.engines.subjects.walk import picker


def linked_rows(*, reach: Reach, plan: ErasurePlan) -> Iterator[LinkedRows]:
    """Yield, for each link to rows that go, the values by which rows refer to them."""
    gone: dict[TableRef, set[Key]] = defaultdict(set)
    for table in plan.tables:
        found = reach.tables.get(table.table)
        if table.action is EraseAction.DELETE and found is not None and found.table.primary_key:
            gone[table.table].update(table.keys)
    for link in reach.graph.links:
        if _can_be_followed(link, reach) and gone.get(link.to_table):
            persons = _referred(link, reach, gone[link.to_table])
            if persons:
                yield _linked(link, reach.graph.tables[link.from_table], persons)


def _can_be_followed(link: Link, reach: Reach) -> bool:
    """Say whether rows refer by plain values; addresses and numbers are searched for by value anyway."""
    is_exact = link.role is not LinkRole.LOOKUP and link.match is Match.EXACT
    return is_exact and not reach.graph.tables[link.from_table].is_view


def _referred(link: Link, reach: Reach, gone: set[Key]) -> dict[Key, Persons]:
    table = reach.tables[link.to_table]
    if not set(link.to_columns) <= set(table.columns):
        return {}
    value_of = picker(table.columns, link.to_columns)
    persons: dict[Key, Persons] = {}
    for key in gone & table.rows.keys():
        value = value_of(table.rows[key])
        if None not in value:
            known = persons.get(value)
            persons[value] = table.persons[key] if known is None else join(known, table.persons[key])
    return persons


def _linked(link: Link, table: Table, persons: Mapping[Key, Persons]) -> LinkedRows:
    return LinkedRows(
        table=link.from_table,
        key_columns=table.primary_key or tuple(one.name for one in table.columns),
        columns=link.from_columns,
        values=tuple(persons),
        persons=tuple(persons.values()),
        to_table=link.to_table,
        to_columns=link.to_columns,
        equals=dict([link.discriminator] if link.discriminator else []),
        is_detail=link.role is LinkRole.DETAIL,
    )


def is_searchable(linked: LinkedRows, table: Table, *, max_scan_rows: int) -> bool:
    """Say whether an index helps, or the table is small enough to be looked through."""
    has_index = is_indexed(table, table.column(linked.columns[0]))
    return has_index or table.estimated_rows <= max_scan_rows


def referring(linked: LinkedRows) -> Select:
    """Return the query for all rows that refer to what goes."""
    return Select(
        linked.table,
        (*linked.key_columns, *linked.columns),
        linked.columns,
        linked.values,
        equals=linked.equals or None,
        joined_to=(linked.to_table, linked.to_columns),
    )


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A row that was in no plan. `key` stays sealed: it may be personal data."""

    key: Key
    persons: Persons


class Newcomers:
    """Finds rows that refer to what goes and that the plan did not know."""

    def __init__(self, captured: Captured) -> None:
        self._captured = captured
        self._known: dict[TableRef, dict[tuple[str, ...], set[object]]] = {}

    def among(self, linked: LinkedRows, reader: Reader, query: Select) -> list[Newcomer]:
        """Return who came new among the rows that `query`, made by `referring`, finds."""
        width = len(linked.key_columns)
        known = [
            (picker(linked.key_columns, names), forms)
            for names, forms in self._known_of(linked.table, linked.key_columns).items()
            if set(names) <= set(linked.key_columns)
        ]
        persons: dict[object, Persons] = {}
        found = []
        for row in reader.select(query):
            key = tuple(hashable(value) for value in row[:width])
            if any(_form(pick(key)) in forms for pick, forms in known):
                continue
            persons = persons or dict(zip(map(_form, linked.values), linked.persons, strict=True))
            found.append(Newcomer(key, persons.get(_form(row[width:]), frozenset())))
        return found

    def _known_of(self, ref: TableRef, key_columns: tuple[str, ...]) -> dict[tuple[str, ...], set[object]]:
        """Return what the plan knew by the columns it knew it by: rows without a key go by some of theirs."""
        known = self._known.get(ref)
        if known is None:
            known = self._known[ref] = defaultdict(set)
            for one in (*self._captured.gone, *(one.rows for one in self._captured.blanked)):
                if one.table == ref:
                    known[one.key_columns].update(map(_form, one.keys))
            for keys in (self._captured.stays.get(ref, ()), self._captured.others.get(ref, ())):
                known[key_columns].update(map(_form, keys))
        return known


def _form(value: Sequence[object] | Row) -> object:
    return loose_key(tuple(value))
