"""Table inheritance in the map: what holds for a table holds for the rows that its heirs add to it.

PostgreSQL shows an heir's rows in the parent, while every key, link and decision stands at the parent alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from discreet.engines.subjects.graph import Link, Table, TableRef
from discreet.foundation.datamap.models import DataField, DataTable


@dataclass(frozen=True, slots=True)
class Lineage:
    """By table id: the tables it inherits from, nearest first, whatever the number of steps."""

    ancestors: Mapping[int, Sequence[int]]

    def decided(self, row: DataField, fields: Mapping[int, Sequence[DataField]]) -> DataField:
        """Return whose decision holds for a field: its own, else the one for the same field of an ancestor."""
        if row.confirmed_at is not None:
            return row
        above = (
            field
            for table_id in self.ancestors.get(row.table_id, ())
            for field in fields[table_id]
            if field.name == row.name and field.confirmed_at is not None and not field.is_gone
        )
        return next(above, row)

    def nearest(self, table_id: int, tables: Mapping[int, DataTable]) -> Iterator[DataTable]:
        """Yield a table and then its ancestors."""
        for each in (table_id, *self.ancestors.get(table_id, ())):
            yield tables[each]


def lineage_of(tables: Mapping[int, DataTable]) -> Lineage:
    """Read who inherits from whom, over any number of steps."""
    ids = {(row.source, row.schema, row.name): row.id for row in tables.values()}
    parents = {
        row.id: [
            ids[row.source, schema, name]
            for schema, name in row.inherits
            if (row.source, schema, name) in ids
        ]
        for row in tables.values()
        if row.inherits
    }
    return Lineage({table_id: tuple(_upward(table_id, parents)) for table_id in parents})


def _upward(table_id: int, parents: Mapping[int, Sequence[int]]) -> Iterator[int]:
    seen, waiting = {table_id}, list(parents[table_id])
    while waiting:
        each = waiting.pop(0)
        if each not in seen:
            seen.add(each)
            yield each
            waiting.extend(parents.get(each, ()))


def with_heirs(
    links: Iterable[Link], tables: Mapping[TableRef, Table], heirs: Mapping[TableRef, Sequence[TableRef]]
) -> tuple[Link, ...]:
    """Return the links, and each one again between the heirs of its ends: no constraint holds those."""
    found: dict[tuple[object, ...], Link] = {}
    for link in links:
        for start in (link.from_table, *heirs.get(link.from_table, ())):
            for end in (link.to_table, *heirs.get(link.to_table, ())):
                is_itself = (start, end) == (link.from_table, link.to_table)
                if start not in tables or end not in tables:
                    continue
                each = link if is_itself else replace(link, from_table=start, to_table=end, is_declared=False)
                name = (start, each.from_columns, end, each.to_columns, each.discriminator)
                if is_itself or name not in found:
                    found[name] = each
    return tuple(found.values())
