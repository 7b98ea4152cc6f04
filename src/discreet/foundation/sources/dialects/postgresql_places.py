"""Where PostgreSQL takes a sample: ranges of a table's pages, or some of its partitions.

A range of pages is read by itself since version 14 (Tid Range Scan), whatever keys and indexes there are.
"""

import math
from typing import Any

import sqlalchemy as sa

from discreet.foundation.sources.catalogue import TableInfo
from discreet.foundation.sources.dialects.places import PLACES, Ask, Place, Spread, shares

_MOST_PAGES = 64  # of one place: a table full of dead rows is not read through
_MOST_PARTITIONS = 64
_PAGES = """
    SELECT pg_relation_size(c.oid) / current_setting('block_size')::int
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_am a ON a.oid = c.relam
    WHERE n.nspname = :schema AND c.relname = :name AND a.amname = 'heap'
      AND current_setting('server_version_num')::int >= 140000
"""
# a partition asked for by itself needs the right to read it; as many of them as there are places, evenly
_PARTITIONS = """
    SELECT schema, name FROM (
        SELECT n.nspname AS schema, c.relname AS name, count(*) OVER () AS among,
               row_number() OVER (ORDER BY n.nspname, c.relname) - 1 AS place
        FROM pg_class r JOIN pg_namespace s ON s.oid = r.relnamespace
        CROSS JOIN LATERAL pg_partition_tree(r.oid) t
        JOIN pg_class c ON c.oid = t.relid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE s.nspname = :schema AND r.relname = :name AND t.isleaf AND c.relkind = 'r'
          AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
          AND pg_relation_size(c.oid) > 0
    ) leaf
    WHERE place IN (SELECT g * (among - 1) / (:places - 1) FROM generate_series(0, :places - 1) g)
    ORDER BY place
"""


def over_pages(ask: Ask, info: TableInfo, schema: str, limit: int) -> Spread | None:
    """Return ranges of pages; None where the table is not kept in pages, or the server is too old."""
    found = ask(sa.text(_PAGES).bindparams(schema=schema, name=info.ref.table))
    if not found or not found[0][0]:
        return None
    pages = int(found[0][0])
    row: sa.ColumnElement[Any] = sa.literal_column("ctid")
    rows_per_page = max(1.0, info.estimated_rows / pages)
    wanted = shares(limit)
    last = pages - min(pages, math.ceil(wanted[-1] / rows_per_page) + 1)
    starts = [last * place // max(1, len(wanted) - 1) for place in range(len(wanted))]
    ends = [*starts[1:], pages]
    places = [
        Place(
            rows=rows,
            where=(row >= _tid(start)) & (row < _tid(min(end, start + _MOST_PAGES))),
            order=row.desc() if end == pages else None,
        )
        for rows, start, end in zip(wanted, starts, ends, strict=True)
        if start < end
    ]
    return Spread(tuple(places), (sa.cast(row, sa.Text),))


def _tid(page: int) -> sa.ColumnElement[Any]:
    return sa.literal_column(f"'({page},0)'::tid")


def over_partitions(ask: Ask, info: TableInfo, table: sa.Table, schema: str, limit: int) -> Spread | None:
    """Return some rows of each of a few partitions; None where the account may read them through the whole only."""
    rows_each = max(1, info.estimated_rows // max(1, len(info.partitions)))
    places = min(_MOST_PARTITIONS, max(PLACES, math.ceil(limit / rows_each)))
    asked = sa.text(_PARTITIONS).bindparams(schema=schema, name=table.name, places=places)
    found = ask(asked)
    if not found:
        return None
    wanted = shares(limit, len(found))
    return Spread(
        tuple(
            Place(rows=rows, table=_partition(table, *names))
            for rows, names in zip(wanted, found, strict=False)
        )
    )


def _partition(table: sa.Table, schema: str, name: str) -> sa.Table:
    columns = [sa.Column(column.name, sa.types.NullType()) for column in table.c]
    quoted = sa.quoted_name(name, quote=True)
    return sa.Table(quoted, sa.MetaData(), *columns, schema=sa.quoted_name(schema, quote=True))
