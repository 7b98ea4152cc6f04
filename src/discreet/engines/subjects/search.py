"""The fresh search: is the person really gone? By captured keys and values, never along the link graph.

Once the starting row is gone, a search along links proves nothing. Source: DESIGN.md, "Erasure".
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial

from discreet.engines.subjects.captures import (
    BlankedRows,
    Budget,
    Captured,
    Finding,
    LinkedRows,
    RowKeys,
    Searched,
    SearchResult,
)
from discreet.engines.subjects.found import NotCovered
from discreet.engines.subjects.graph import Graph
from discreet.engines.subjects.keys import loose_key
from discreet.engines.subjects.lanes import AT_HOME, IN_TURN, Lanes, Unit, each
from discreet.engines.subjects.newcomers import Newcomers, is_searchable, referring
from discreet.engines.subjects.reader import Reader, Select
from discreet.engines.subjects.texts import is_free_text, search_texts
from discreet.engines.subjects.values import ValueHit, search_values


def fresh_search(
    *,
    graph: Graph,
    readers: Mapping[str, Reader],
    captured: Captured,
    budget: Budget,
    lanes: Lanes = IN_TURN,
) -> SearchResult:
    """Search every source for what should be gone: rows by key, emptied fields, identity values.

    A source without a reader (a replica, one that is down) is named in `not_searched`.
    """
    search = _FreshSearch(graph, readers, captured, budget)
    gone = [(rows, _by_key(rows, rows.key_columns)) for rows in captured.gone]
    # What refers to a part is its owner, which is searched for itself.
    linked = [(one, referring(one)) for one in captured.linked if not one.is_detail]
    blanked = [(one, _by_key(one.rows, _columns_of(one))) for one in captured.blanked]
    reached = [(one, query) for one, query in linked if not search.why_not(one)]
    each(lanes, search.ahead([query for _, query in (*gone, *reached, *blanked)]))
    units: list[Unit[_Part]] = [
        *((rows.table.source, partial(search.rows, rows, query)) for rows, query in gone),
        *((one.table.source, partial(search.links, one, query)) for one, query in linked),
        *((one.rows.table.source, partial(search.fields, one, query)) for one, query in blanked),
    ]
    for part in each(lanes, [(source if source in readers else AT_HOME, work) for source, work in units]):
        search.take(part)
    search.values(lanes)
    return SearchResult(
        found=tuple(search.found),
        searched=tuple(search.searched),
        not_searched=tuple(dict.fromkeys((*captured.unlinked, *search.not_searched))),
        belongs_to_others=search.others,
        stays=search.stays,
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """What came of one look at one table."""

    found: Sequence[Finding] = ()
    searched: Searched | None = None
    not_searched: NotCovered | None = None


class _FreshSearch:
    def __init__(
        self, graph: Graph, readers: Mapping[str, Reader], captured: Captured, budget: Budget
    ) -> None:
        self.graph = graph
        self.readers = readers
        self.captured = captured
        self.budget = budget
        self.newcomers = Newcomers(captured)
        self.found: list[Finding] = []
        self.searched: list[Searched] = []
        self.not_searched: list[NotCovered] = []
        self.others = 0
        self.stays = 0

    def ahead(self, queries: Iterable[Select]) -> list[Unit[None]]:
        """Return how to tell the readers what they will be asked by key."""
        by_source: dict[str, list[Select]] = defaultdict(list)
        for query in queries:
            if query.table in self.graph.tables:
                by_source[query.table.source].append(query)
        return [(source, partial(reader.ahead, by_source[source])) for source, reader in self.readers.items()]

    def take(self, part: _Part) -> None:
        """Note what a look came to."""
        self.found += part.found
        if part.searched is not None:
            self.searched.append(part.searched)
        if part.not_searched is not None:
            self.not_searched.append(part.not_searched)

    def rows(self, rows: RowKeys, query: Select) -> _Part:
        """Find rows that should be deleted."""
        reader = self.readers.get(rows.table.source)
        if reader is None or rows.table not in self.graph.tables:
            return _unreached(rows, rows.key_columns, is_reached=reader is not None)
        left = list(reader.select(query))
        persons = dict(zip(map(loose_key, rows.keys), rows.persons, strict=True)) if left else {}
        found = []
        for row in left:
            whose = persons.get(loose_key(row), frozenset())
            found.append(Finding(rows.table, "row", rows.key_columns, row, whose))
        return _Part(found, Searched(rows.table, "keys", rows.key_columns, len(rows.keys)))

    def why_not(self, linked: LinkedRows) -> str:
        """Return why rows that refer to what is gone cannot be looked for; "" where they can."""
        table = self.graph.tables.get(linked.table)
        if linked.table.source not in self.readers:
            return "source_not_reached"
        if table is None:
            return "table_not_mapped"
        is_within = is_searchable(linked, table, max_scan_rows=self.budget.max_scan_rows)
        return "" if is_within else "scan_over_budget"

    def links(self, linked: LinkedRows, query: Select) -> _Part:
        """Find rows that refer to what is gone and that no plan knew: somebody added them meanwhile."""
        if reason := self.why_not(linked):
            return _Part(not_searched=NotCovered(linked.table, reason, linked.columns))
        found = [
            Finding(linked.table, "row", linked.columns, one.key, one.persons)
            for one in self.newcomers.among(linked, self.readers[linked.table.source], query)
        ]
        return _Part(found, Searched(linked.table, "links", linked.columns, len(linked.values)))

    def fields(self, blanked: BlankedRows, query: Select) -> _Part:
        """Find columns of rows that stay which hold anything but what was written."""
        rows = blanked.rows
        names = (*blanked.expected, *blanked.per_row)
        reader = self.readers.get(rows.table.source)
        if reader is None or rows.table not in self.graph.tables:
            return _unreached(rows, names, is_reached=reader is not None)
        columns = query.columns
        number_of = {loose_key(key): number for number, key in enumerate(rows.keys)}
        found = []
        for row in reader.select(query):
            key = tuple(row[columns.index(name)] for name in rows.key_columns)
            number = number_of.get(loose_key(key))
            if number is None:
                continue
            expected = {
                **blanked.expected,
                **{name: several[number] for name, several in blanked.per_row.items()},
            }
            wrong = tuple(
                name for name in names if not is_same_value(row[columns.index(name)], expected[name])
            )
            if wrong:
                found.append(Finding(rows.table, "field", wrong, key, rows.persons[number]))
        return _Part(found, Searched(rows.table, "fields", names, len(rows.keys)))

    def values(self, lanes: Lanes) -> None:
        """Find the captured identity values anywhere, but on rows approved to stay or known as another's."""
        values = self.captured.values
        for search in (search_values, search_texts):
            result = search(
                graph=self.graph, readers=self.readers, values=values, budget=self.budget, lanes=lanes
            )
            self.searched.extend(result.searched)
            self.not_searched.extend(result.not_searched)
            self.hits(result.hits)

    def hits(self, hits: Iterable[ValueHit]) -> None:
        values = self.captured.values
        for hit in hits:
            if hit.column in self.captured.stays.get(hit.table, {}).get(hit.key, ()):
                self.stays += 1
            elif hit.key in self.captured.others.get(hit.table, ()) and not self._is_text(hit):
                self.others += 1
            else:
                value = values[hit.value]
                self.found.append(
                    Finding(hit.table, "value", (hit.column,), hit.key, value.persons, value.category)
                )

    def _is_text(self, hit: ValueHit) -> bool:
        """Another's row may hold the same number as its own; its text that names the person is about them."""
        return is_free_text(self.graph, hit.table, hit.column)


def _unreached(rows: RowKeys, columns: Iterable[str], *, is_reached: bool) -> _Part:
    """Name a table that cannot be searched."""
    reason = "table_not_mapped" if is_reached else "source_not_reached"
    return _Part(not_searched=NotCovered(rows.table, reason, tuple(columns), len(rows.keys)))


def _by_key(rows: RowKeys, columns: Sequence[str]) -> Select:
    return Select(rows.table, tuple(columns), rows.key_columns, rows.keys)


def _columns_of(blanked: BlankedRows) -> Sequence[str]:
    """Return the keys and the emptied columns, each once."""
    return tuple(dict.fromkeys((*blanked.rows.key_columns, *blanked.expected, *blanked.per_row)))


def is_same_value(stored: object, written: object) -> bool:
    """Return whether a column holds what was written, as far as its type can tell."""
    if stored is None or written is None:
        return stored is written
    if isinstance(stored, bool) or isinstance(written, bool):
        return bool(stored) == bool(written)
    if isinstance(stored, (int, Decimal, float)) and isinstance(written, (int, Decimal, float)):
        return Decimal(str(stored)) == Decimal(str(written))
    if isinstance(written, (date, datetime)):
        return _text(stored)[:10] == _text(written)[:10]
    return stored == written or _text(stored) == _text(written)


def _text(value: object) -> str:
    return str(value).rstrip()
