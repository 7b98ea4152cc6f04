"""The fresh search: is the person really gone? By captured keys and values, never along the link graph.

Once the starting row is gone, a search along links proves nothing. Source: DESIGN.md, "Erasure".
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal

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
from discreet.engines.subjects.newcomers import Newcomers, is_searchable
from discreet.engines.subjects.reader import Reader, Select
from discreet.engines.subjects.texts import is_free_text, search_texts
from discreet.engines.subjects.values import ValueHit, search_values


def fresh_search(
    *, graph: Graph, readers: Mapping[str, Reader], captured: Captured, budget: Budget
) -> SearchResult:
    """Search every source for what should be gone: rows by key, emptied fields, identity values.

    A source without a reader (a replica, one that is down) is named in `not_searched`.
    """
    search = _FreshSearch(graph, readers, captured)
    search.ahead(budget)
    for rows in captured.gone:
        search.rows(rows)
    for linked in captured.linked:
        search.links(linked, budget)
    for blanked in captured.blanked:
        search.fields(blanked)
    search.values(budget)
    return SearchResult(
        found=tuple(search.found),
        searched=tuple(search.searched),
        not_searched=tuple(dict.fromkeys((*captured.unlinked, *search.not_searched))),
        belongs_to_others=search.others,
        stays=search.stays,
    )


class _FreshSearch:
    def __init__(self, graph: Graph, readers: Mapping[str, Reader], captured: Captured) -> None:
        self.graph = graph
        self.readers = readers
        self.captured = captured
        self.newcomers = Newcomers(captured)
        self.queries: dict[int, Select] = {}
        self.found: list[Finding] = []
        self.searched: list[Searched] = []
        self.not_searched: list[NotCovered] = []
        self.others = 0
        self.stays = 0

    def ahead(self, budget: Budget) -> None:
        """Tell the readers what they will be asked by key."""
        queries: dict[str, list[Select]] = defaultdict(list)
        for rows in self.captured.gone:
            queries[rows.table.source].append(self._rows_query(rows))
        for linked in self.captured.linked:
            table = self.graph.tables.get(linked.table)
            if table is None or linked.is_detail:
                continue
            if is_searchable(linked, table, max_scan_rows=budget.max_scan_rows):
                queries[linked.table.source].append(self.newcomers.query(linked))
        for blanked in self.captured.blanked:
            queries[blanked.rows.table.source].append(self._fields_query(blanked))
        for source, reader in self.readers.items():
            mapped = [query for query in queries[source] if query.table in self.graph.tables]
            reader.ahead(mapped)

    def _rows_query(self, rows: RowKeys) -> Select:
        return self._kept(rows, lambda: Select(rows.table, rows.key_columns, rows.key_columns, rows.keys))

    def _fields_query(self, blanked: BlankedRows) -> Select:
        rows = blanked.rows
        columns = tuple(dict.fromkeys((*rows.key_columns, *blanked.expected, *blanked.per_row)))
        return self._kept(blanked, lambda: Select(rows.table, columns, rows.key_columns, rows.keys))

    def _kept(self, about: object, make: Callable[[], Select]) -> Select:
        """Return the same query each time: readers know by it what they were told ahead."""
        if id(about) not in self.queries:
            self.queries[id(about)] = make()
        return self.queries[id(about)]

    def rows(self, rows: RowKeys) -> None:
        """Find rows that should be deleted."""
        reader = self._reader(rows, rows.key_columns)
        if reader is None:
            return
        left = list(reader.select(self._rows_query(rows)))
        persons = dict(zip(map(loose_key, rows.keys), rows.persons, strict=True)) if left else {}
        for row in left:
            whose = persons.get(loose_key(row), frozenset())
            self.found.append(Finding(rows.table, "row", rows.key_columns, row, whose))
        self.searched.append(Searched(rows.table, "keys", rows.key_columns, len(rows.keys)))

    def links(self, linked: LinkedRows, budget: Budget) -> None:
        """Find rows that refer to what is gone and that no plan knew: somebody added them meanwhile."""
        if linked.is_detail:
            return  # what refers to a part is its owner, which is searched for itself
        reader = self.readers.get(linked.table.source)
        table = self.graph.tables.get(linked.table)
        if reader is None or table is None:
            reason = "source_not_reached" if reader is None else "table_not_mapped"
            self.not_searched.append(NotCovered(linked.table, reason, linked.columns))
            return
        if not is_searchable(linked, table, max_scan_rows=budget.max_scan_rows):
            self.not_searched.append(NotCovered(linked.table, "scan_over_budget", linked.columns))
            return
        for one in self.newcomers.among(linked, reader):
            self.found.append(Finding(linked.table, "row", linked.columns, one.key, one.persons))
        self.searched.append(Searched(linked.table, "links", linked.columns, len(linked.values)))

    def fields(self, blanked: BlankedRows) -> None:
        """Find columns of rows that stay which hold anything but what was written."""
        rows = blanked.rows
        names = (*blanked.expected, *blanked.per_row)
        reader = self._reader(rows, names)
        if reader is None:
            return
        query = self._fields_query(blanked)
        columns = query.columns
        number_of = {loose_key(key): number for number, key in enumerate(rows.keys)}
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
                self.found.append(Finding(rows.table, "field", wrong, key, rows.persons[number]))
        self.searched.append(Searched(rows.table, "fields", names, len(rows.keys)))

    def values(self, budget: Budget) -> None:
        """Find the captured identity values anywhere, but on rows approved to stay or known as another's."""
        values = self.captured.values
        for search in (search_values, search_texts):
            result = search(graph=self.graph, readers=self.readers, values=values, budget=budget)
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

    def _reader(self, rows: RowKeys, columns: Iterable[str]) -> Reader | None:
        """Return the reader of the source; None, and named, where the table cannot be searched."""
        reader = self.readers.get(rows.table.source)
        if reader is None or rows.table not in self.graph.tables:
            reason = "source_not_reached" if reader is None else "table_not_mapped"
            self.not_searched.append(NotCovered(rows.table, reason, tuple(columns), len(rows.keys)))
            return None
        return reader


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
