"""What an access package holds: the person's rows, and nothing that is only somebody else's.

Source: GDPR Art. 15(4): the copy shall not adversely affect the rights and freedoms of others.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from discreet.engines.subjects.found import Reach, TableReach, as_set
from discreet.engines.subjects.graph import Graph, LinkRole, Table, TableRef
from discreet.engines.subjects.reader import Row
from discreet.engines.subjects.walk import picker


@dataclass(frozen=True, slots=True)
class AccessTable:
    """`rows` is read once, in no particular order. `withheld`: columns that hold another person's data."""

    table: TableRef
    columns: tuple[str, ...]
    withheld: tuple[str, ...]
    count: int
    rows: Iterator[Row]


def rows_for_access(*, reach: Reach, person: int) -> Iterator[AccessTable]:
    """Yield the tables of a reach for `Purpose.ACCESS`, with the rows of one person of it.

    Shared parts such as an address are theirs too and are included; rows that only a shared part leads to
    are not. Other people stand in it by the value of a link at most.
    """
    for ref in sorted(reach.tables):
        found = reach.tables[ref]
        keys = [
            key
            for key, persons in found.persons.items()
            if (persons == person or person in as_set(persons)) and key not in found.beyond_shared
        ]
        if not keys:
            continue
        withheld = withheld_columns(graph=reach.graph, table=found.table)
        columns = tuple(name for name in found.columns if name not in withheld)
        yield AccessTable(ref, columns, withheld, len(keys), _rows(found, keys, columns))


def _rows(found: TableReach, keys: list[tuple[object, ...]], columns: tuple[str, ...]) -> Iterator[Row]:
    if columns == found.columns:
        return (found.rows[key] for key in keys)
    pick = picker(found.columns, columns)
    return (pick(found.rows[key]) for key in keys)


def withheld_columns(*, graph: Graph, table: Table) -> tuple[str, ...]:
    """Return the personal columns by which the table names somebody other than its owner."""
    names: set[str] = set()
    own: set[str] = set()
    for link in graph.outgoing(table.ref):
        (names if link.role is LinkRole.MENTION else own).update(link.from_columns)
    return tuple(
        column.name
        for column in table.columns
        if column.is_personal and column.name in names and column.name not in own
    )
