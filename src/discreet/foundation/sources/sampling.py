"""A sample spread over a table, in one to three statements whose work does not grow with the table."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa

from discreet.engines.subjects.graph import TableRef
from discreet.engines.subjects.reader import Row
from discreet.foundation.sources import pools
from discreet.foundation.sources.catalogue import TableInfo, TableKind
from discreet.foundation.sources.cells import read_cell
from discreet.foundation.sources.dialects.base import Dialect, KeyColumn
from discreet.foundation.sources.dialects.places import Ask, labelled, union
from discreet.foundation.sources.statements import Statements

MOST_PARTITIONS = 64  # planning over more of them costs more than the sample
LEAST_FULL = 0.75  # of what was asked for, where the table has as many rows
_PLAIN = (TableKind.VIEW, TableKind.FOREIGN, TableKind.VIRTUAL)


class Sampler:
    """Takes samples of one source. `ask` sends a statement and returns its rows."""

    def __init__(self, source: pools.Known, dialect: Dialect, build: Statements, ask: Ask) -> None:
        self._source = source
        self._dialect = dialect
        self._build = build
        self._ask = ask

    def sample(self, ref: TableRef, columns: Sequence[str], *, limit: int, max_chars: int) -> list[Row]:
        """Return at most `limit` rows; see `ReadSession.sample_spread`."""
        info, _ = self._source.table(ref)
        named = [self._build.named(info, name) for name in columns]
        if limit <= 0 or not named:
            return []
        taken = self._rows(ref, columns, limit=limit, max_chars=max_chars)
        encoding = self._source.catalogue.encoding if self._dialect.sends_texts_as_bytes else None
        return [
            tuple(read_cell(column, cell, encoding) for column, cell in zip(named, row, strict=False))
            for row in taken
        ]

    def _rows(
        self, ref: TableRef, columns: Sequence[str], *, limit: int, max_chars: int
    ) -> list[tuple[Any, ...]]:
        info, table = self._source.table(ref)
        build = partial(self._select, info, table, columns, max_chars)
        is_plain = info.kind in _PLAIN
        is_split = len(info.partitions) > MOST_PARTITIONS
        if is_plain or (info.estimated_rows <= limit and not is_split):
            rows = self._ask(build(table, ()).limit(limit + 1))  # one more tells whether that is all
            if len(rows) <= limit or is_plain:
                return rows[:limit]
        spread = self._dialect.spread(self._ask, info, table, self._source.catalogue.default_schema, limit)
        if spread is None:
            return self._ask(build(table, ()).limit(limit))
        rows = self._ask(union(spread, table, lambda of: build(of, spread.identity)))
        if not spread.identity:
            return rows[:limit]
        width = len(columns)
        found = {row[width:]: row for row in rows}
        if len(found) < limit * LEAST_FULL:
            for row in self._ask(build(table, spread.identity).limit(limit)):
                if len(found) < limit:
                    found.setdefault(row[width:], row)
        return list(found.values())

    def _select(
        self,
        info: TableInfo,
        table: sa.Table,
        columns: Sequence[str],
        max_chars: int,
        of: sa.FromClause,
        identity: tuple[sa.ColumnElement[Any], ...],
    ) -> sa.Select[tuple[object, ...]]:
        """Return the select of the cells of `of`: the table, a partition, or its rows with numbers."""
        wanted = [
            self._dialect.cell(KeyColumn(of.c[name], self._build.named(info, name)), max_chars)
            for name in columns
        ]
        statement = sa.select(*labelled(wanted, "c"), *labelled(identity, "k")).select_from(of)
        return self._build.only(statement, info, of) if of is table else statement
