"""Which rows at hand a link joins: a Python join over rows that were read already."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
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
    """Joins over `tables`, each index built when it is first needed."""

    def __init__(self, graph: Graph, tables: Mapping[TableRef, Rows]) -> None:
        self.graph = graph
        self.tables = tables
        self._indexes: dict[tuple[Link, bool], Mapping[object, list[Key]]] = {}

    def parents(self, link: Link, key: Key) -> Sequence[Key]:
        """Return the to-rows that the from-row `key` refers to."""
        table = self.tables.get(link.from_table)
        if table is None or link.to_table not in self.tables:
            return ()
        row = table.rows[key]
        value = picker(table.columns, link.from_columns)(row)
        if None in value or not applies(link, table.columns)(row):
            return ()
        return self.index(link, parents=True).get(form(link, value), ())

    def children(self, link: Link, key: Key) -> Sequence[Key]:
        """Return the from-rows that refer to the to-row `key`."""
        table = self.tables.get(link.to_table)
        if table is None or link.from_table not in self.tables:
            return ()
        value = picker(table.columns, link.to_columns)(table.rows[key])
        return () if None in value else self.index(link, parents=False).get(form(link, value), ())

    def pairs(self, link: Link) -> Iterator[tuple[Key, Key]]:
        """Yield (from-row, to-row) for every pair that the link joins."""
        table = self.tables.get(link.from_table)
        to_table = self.tables.get(link.to_table)
        if table is None or to_table is None or not table.rows or not to_table.rows:
            return
        index = self.index(link, parents=True)
        pick, fits = picker(table.columns, link.from_columns), applies(link, table.columns)
        for key, row in table.rows.items():
            value = pick(row)
            if None in value or not fits(row):
                continue
            for to_key in index.get(form(link, value), ()):
                yield key, to_key

    def index(self, link: Link, *, parents: bool) -> Mapping[object, list[Key]]:
        """Return link value → rows at one end of `link`."""
        if (link, parents) not in self._indexes:
            found: dict[object, list[Key]] = defaultdict(list)
            table = self.tables.get(link.to_table if parents else link.from_table)
            if table is not None:
                pick = picker(table.columns, link.to_columns if parents else link.from_columns)
                fits = applies(link, table.columns) if not parents else None
                for key, row in table.rows.items():
                    value = pick(row)
                    if None not in value and (fits is None or fits(row)):
                        found[form(link, value)].append(key)
            self._indexes[link, parents] = dict(found)
        return self._indexes[link, parents]
