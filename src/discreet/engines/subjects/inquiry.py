"""Asking sources, and noting each step for the preview: what was asked, how much came, what was not looked at."""

from collections.abc import Mapping
from itertools import islice

from discreet.engines.subjects.found import NotCovered, Step
from discreet.engines.subjects.graph import Column, Graph, Link, Table, TableRef
from discreet.engines.subjects.limits import Limits, TooManyRows
from discreet.engines.subjects.lookup import Bounds, Finder, Wanted, is_indexed
from discreet.engines.subjects.reader import Reader, Row, Select


class Inquiry:
    """Asks one thing after the other. What is asked side by side has an inquiry each, joined in order afterwards."""

    def __init__(self, *, graph: Graph, readers: Mapping[str, Reader], limits: Limits) -> None:
        self.graph = graph
        self.readers = readers
        self.limits = limits
        self.steps: list[Step] = []
        self.not_covered: list[NotCovered] = []

    def apart(self) -> "Inquiry":
        """Return another one, of the same sources, with notes of its own."""
        return Inquiry(graph=self.graph, readers=self.readers, limits=self.limits)

    def take(self, other: "Inquiry") -> None:
        """Add what another one noted."""
        self.steps += other.steps
        self.not_covered += other.not_covered

    def find(
        self, link: Link, ref: TableRef, column: str, columns: tuple[str, ...], values: list[Wanted]
    ) -> list[tuple[int, Row]]:
        """Look `values` up in a column, within the limits."""
        table = self.graph.tables[ref]
        found = Finder(
            reader=self.readers[ref.source],
            table=table,
            column=table.column(column),
            columns=columns,
            values=values,
            bounds=Bounds(self.limits.max_scan_rows, self.limits.max_read_rows),
            limit=self.limits.max_rows_per_step + 1,
            equals=dict((link.discriminator,)) if link.discriminator and ref == link.from_table else None,
        ).find()
        self.steps.extend(found.steps)
        self.not_covered.extend(found.not_searched)
        self.check(link, ref, len(found.hits))
        return found.hits

    def read(
        self, query: Select, *, purpose: str, link: Link | None = None, count: int | None = None
    ) -> list[Row]:
        reader = self.readers[query.table.source]
        rows = list(islice(reader.select(query), query.limit))
        self.steps.append(
            Step(
                table=query.table,
                purpose=purpose,
                statement=reader.statement(query),
                rows=len(rows),
                link=str(link) if link else "",
                missing_index=missing_index(self.graph.tables[query.table], query.key_columns),
            )
        )
        return rows

    def check(self, link: Link, ref: TableRef, rows: int) -> None:
        """Stop where a step matches more than one batch can plausibly mean.

        Raises:
            TooManyRows: over the number, or over the share of a table that is not small.
        """
        limit = self.limits.max_rows_per_step
        estimated = self.graph.tables[ref].estimated_rows
        if estimated > self.limits.share_applies_above_rows:
            limit = min(limit, int(estimated * self.limits.max_share_of_table))
        if rows > limit:
            raise TooManyRows(link=str(link), rows=rows, limit=limit)


def missing_index(table: Table, columns: tuple[str, ...]) -> tuple[str, ...]:
    """Return `columns` where no index leads with one of them."""
    if not columns or table.primary_key[:1] == columns[:1]:
        return ()
    if set(columns) == set(table.primary_key):
        return ()
    named: list[Column] = [table.column(name) for name in columns]
    return () if any(is_indexed(table, column) for column in named) else columns
