"""Which rows at hand a link joins: a Python join over rows that were read already."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from discreet.engines.subjects.graph import Graph, Key, Link, Match, TableRef
from discreet.engines.subjects.keys import loose_key
from discreet.engines.subjects.lookup import wanted
from discreet.engines.subjects.reader import Row
from discreet.engines.subjects.walk import picker


class Rows(Protocol):
    """Rows by key, each with the values of `columns`."""

    @property
    def columns(self) -> tuple[str, ...]: ...
    @property
    def rows(self) -> Mapping[Key, Row]: ...


def applies(link: Link, columns: Sequence[str]) -> Callable[[Row], bool]:
    """Return whether a from-row fulfils the link's discriminator, as a function of the row."""
    if link.discriminator is None:
        return lambda row: True
    name, value = link.discriminator
    position = columns.index(name)
    return lambda row: str(row[position]) == value


def form(link: Link, value: Key) -> object:
    """Return the form in which values at both ends of `link` are equal."""
    if link.match is Match.EXACT:
        return loose_key(value)
    one = wanted(link.match, str(value[0]))
    return one.normalised or one.text


class Linkage:
    """Joins over `tables`, each index built when it is first needed.

    Values are compared as they are first; only where that finds nothing, as loosely as a database may.
    """

    def __init__(self, graph: Graph, tables: Mapping[TableRef, Rows]) -> None:
        self.graph = graph
        self.tables = tables
        self._indexes: dict[tuple[Link, bool, bool], Mapping[object, Sequence[Key]]] = {}

    def parents(self, link: Link, key: Key) -> Sequence[Key]:
        """Return the to-rows that the from-row `key` refers to."""
        return next((tos for _, tos in self._joined(link, (key,))), ())

    def children(self, link: Link, key: Key) -> Sequence[Key]:
        """Return the from-rows that refer to the to-row `key`."""
        table = self.tables.get(link.to_table)
        if table is None or link.from_table not in self.tables:
            return ()
        value = picker(table.columns, link.to_columns)(table.rows[key])
        if None in value:
            return ()
        exact = self._index(link, parents=False, is_loose=False).get(value, ())
        loose = self._index(link, parents=False, is_loose=True).get(form(link, value), ())
        return loose if len(loose) > len(exact) else exact

    def pairs(self, link: Link, keys: Iterable[Key] | None = None) -> Iterator[tuple[Key, Key]]:
        """Yield (from-row, to-row) for every pair that the link joins, of all from-rows or of `keys`."""
        for key, tos in self._joined(link, keys):
            for to in tos:
                yield key, to

    def lookup(self, link: Link) -> Callable[[Key], Sequence[Key]]:
        """Return a function from a link value to the to-rows that hold it."""
        exact = self._index(link, parents=True, is_loose=False)

        def find(value: Key) -> Sequence[Key]:
            found = exact.get(value)
            if found is not None:
                return found
            return self._index(link, parents=True, is_loose=True).get(form(link, value), ())

        return find

    def _joined(self, link: Link, keys: Iterable[Key] | None) -> Iterator[tuple[Key, Sequence[Key]]]:
        table = self.tables.get(link.from_table)
        if table is None or link.to_table not in self.tables:
            return
        find = self.lookup(link)
        pick, fits = picker(table.columns, link.from_columns), applies(link, table.columns)
        rows = table.rows
        for key in rows if keys is None else keys:
            row = rows[key]
            value = pick(row)
            if None not in value and fits(row):
                yield key, find(value)

    def _index(self, link: Link, *, parents: bool, is_loose: bool) -> Mapping[object, Sequence[Key]]:
        """Return link value → rows at one end of `link`."""
        is_loose = is_loose or link.match is not Match.EXACT
        name = (link, parents, is_loose)
        if name not in self._indexes:
            found: dict[object, list[Key]] = defaultdict(list)
            table = self.tables.get(link.to_table if parents else link.from_table)
            if table is not None:
                pick = picker(table.columns, link.to_columns if parents else link.from_columns)
                fits = applies(link, table.columns) if not parents else None
                for key, row in table.rows.items():
                    value = pick(row)
                    if None not in value and (fits is None or fits(row)):
                        found[form(link, value) if is_loose else value].append(key)
            self._indexes[name] = dict(found)
        return self._indexes[name]
