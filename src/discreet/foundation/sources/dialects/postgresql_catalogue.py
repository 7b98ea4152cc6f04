"""What PostgreSQL's own catalogue says beyond reflection."""

import codecs
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from discreet.foundation.sources.catalogue import Right, TableKind, full_name
from discreet.foundation.sources.dialects.base import ColumnFacts, Facts, OutsideFacts, TableFacts, TableKey

_KINDS = {
    "r": TableKind.TABLE,
    "p": TableKind.PARTITIONED,
    "v": TableKind.VIEW,
    "m": TableKind.MATERIALIZED_VIEW,
    "f": TableKind.FOREIGN,
}
# tables of companies: no system schema, no temporary one, and partitions only through their parent
_OURS = """
    c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND c.relpersistence <> 't'
    AND n.nspname <> 'information_schema' AND left(n.nspname, 3) <> 'pg_'
"""
_TABLES = f"""
    SELECT c.oid, n.nspname, c.relname, c.relkind,
           CASE WHEN c.relkind = 'p' THEN
                  (SELECT coalesce(sum(greatest(p.reltuples, 0)), 0) FROM pg_partition_tree(c.oid) t
                   JOIN pg_class p ON p.oid = t.relid WHERE t.isleaf)
                WHEN c.relkind IN ('v', 'f') THEN greatest(c.reltuples, 0)
                WHEN c.reltuples < 0 THEN pg_relation_size(c.oid) / 80
                ELSE c.reltuples END::bigint,
           EXISTS (SELECT FROM pg_inherits i JOIN pg_class h ON h.oid = i.inhrelid
                   WHERE i.inhparent = c.oid AND NOT h.relispartition)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE {_OURS} AND has_schema_privilege(n.oid, 'USAGE')
"""  # noqa: S608
# a partition's own triggers count as its root's: rows are written through the root
_TRIGGERS = """
    SELECT coalesce(pg_partition_root(tgrelid)::oid, tgrelid), tgname FROM pg_trigger WHERE NOT tgisinternal
    UNION SELECT ev_class, rulename FROM pg_rewrite WHERE rulename <> '_RETURN'
    ORDER BY 1, 2
"""
_PARTS = """
    SELECT i.inhparent, i.inhrelid, pn.nspname, p.relname, cn.nspname, h.relname, h.relispartition
    FROM pg_inherits i
    JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
    JOIN pg_class h ON h.oid = i.inhrelid JOIN pg_namespace cn ON cn.oid = h.relnamespace
    ORDER BY 3, 4, 5, 6
"""
# the base type without its length, as the database spells it, so that casting a key never cuts it
_COLUMNS = f"""
    WITH RECURSIVE base(oid, type) AS (
        SELECT oid, CASE WHEN typtype = 'd' THEN typbasetype ELSE oid END FROM pg_type
        UNION SELECT b.oid, t.typbasetype FROM base b JOIN pg_type t ON t.oid = b.type WHERE t.typtype = 'd'
    )
    SELECT a.attrelid, a.attname, format_type(t.oid, -1), t.typtype,
           coalesce(NOT l.collisdeterministic, false) OR t.typname = 'citext', t.typname = 'citext'
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN base b ON b.oid = a.atttypid JOIN pg_type t ON t.oid = b.type AND t.typtype <> 'd'
    LEFT JOIN pg_collation l ON l.oid = a.attcollation
    WHERE a.attnum > 0 AND NOT a.attisdropped AND {_OURS}
"""  # noqa: S608
# constraints are public even where tables are not: what is deleted here may take rows there along
_OUTSIDE = """
    SELECT DISTINCT n.nspname, c.relname, tn.nspname, t.relname
    FROM pg_constraint k
    JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_class t ON t.oid = k.confrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
    WHERE k.contype = 'f' AND NOT c.relispartition AND NOT has_schema_privilege(n.oid, 'USAGE')
    ORDER BY 1, 2, 3, 4
"""
_STRUCTURE = """
    WITH ours AS (SELECT c.oid, n.nspname, c.relname, c.relkind FROM pg_class c
                  JOIN pg_namespace n ON n.oid = c.relnamespace
                  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'
                    AND n.nspname <> 'information_schema' AND left(n.nspname, 3) <> 'pg_')
    SELECT concat_ws('|', 't', nspname, relname, relkind) FROM ours
    UNION ALL SELECT concat_ws('|', 'c', nspname, relname, attname, format_type(atttypid, atttypmod), attnotnull)
      FROM ours JOIN pg_attribute a ON a.attrelid = ours.oid AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL SELECT concat_ws('|', 'k', nspname, relname, conname, pg_get_constraintdef(k.oid))
      FROM ours JOIN pg_constraint k ON k.conrelid = ours.oid
    UNION ALL SELECT concat_ws('|', 'g', nspname, relname, tgname, tgenabled, pg_get_triggerdef(g.oid))
      FROM ours JOIN pg_trigger g ON g.tgrelid = ours.oid AND NOT g.tgisinternal
    UNION ALL SELECT concat_ws('|', 'r', nspname, relname, rulename, ev_enabled, pg_get_ruledef(w.oid))
      FROM ours JOIN pg_rewrite w ON w.ev_class = ours.oid
"""
# a column that is computed is never written; any other may be one to empty
_RIGHTS = """
    SELECT w.schema, w.name,
           usable AND (SELECT bool_and(has_column_privilege(c.oid, a.attnum, 'SELECT')) FROM pg_attribute a
                       WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
           usable AND (SELECT bool_and(has_column_privilege(c.oid, a.attnum, 'UPDATE')) FROM pg_attribute a
                       WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''),
           usable AND has_table_privilege(c.oid, 'DELETE')
    FROM unnest(CAST(:schemas AS text[]), CAST(:names AS text[])) w(schema, name)
    LEFT JOIN pg_namespace n ON n.nspname = w.schema
    LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.name
    CROSS JOIN LATERAL (SELECT has_schema_privilege(n.oid, 'USAGE')) u(usable)
"""
_SPELLINGS = {"smallint": "bigint", "integer": "bigint", "bigint": "bigint", "character varying": "text"}


def _rows(connection: sa.Connection, statement: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.execute(sa.text(statement))]


def facts(connection: sa.Connection) -> Facts:
    """Return every table the account may reach, with what reflection does not tell."""
    default, version, encoding = connection.exec_driver_sql(
        "SELECT current_schema(), current_setting('server_version'), current_setting('server_encoding')"
    ).one()
    tables = list(_rows(connection, _TABLES))
    triggers: dict[object, list[str]] = defaultdict(list)
    for oid, name in _rows(connection, _TRIGGERS):
        triggers[oid].append(str(name))
    partitions: dict[object, list[str]] = defaultdict(list)
    parents: dict[object, list[str]] = defaultdict(list)
    for parent, child, parent_schema, parent_name, schema, name, is_partition in _rows(connection, _PARTS):
        if is_partition:
            partitions[parent].append(f"{schema}.{name}")
        else:
            parents[child].append(full_name(parent_schema, parent_name))
    columns: dict[object, dict[str, ColumnFacts]] = defaultdict(dict)
    for oid, name, cast, type_type, is_loose, ignores_case in _rows(connection, _COLUMNS):
        is_enum = type_type == "e"
        columns[oid][str(name)] = ColumnFacts(
            is_loose=bool(is_loose),
            ignores_case=bool(ignores_case),
            cast="text" if is_enum else _SPELLINGS.get(str(cast), str(cast)),
            is_enum=is_enum,
        )
    described: dict[TableKey, TableFacts] = {
        ("" if schema == default else str(schema), str(name)): TableFacts(
            kind=_KINDS[str(kind)],
            triggers=tuple(triggers[oid]),
            partitions=tuple(partitions[oid]),
            inherits=tuple(parents[oid]),
            has_heirs=bool(has_heirs),
            estimated_rows=int(estimate),
            columns=columns[oid],
        )
        for oid, schema, name, kind, estimate, has_heirs in tables
    }
    return Facts(
        version=f"PostgreSQL {version}",
        default_schema=str(default or "public"),
        tables=described,
        encoding=_codec(str(encoding)),
        outside=tuple(
            OutsideFacts(
                str(schema), str(table), ("" if to_schema == default else str(to_schema), str(to_table))
            )
            for schema, table, to_schema, to_table in _rows(connection, _OUTSIDE)
        ),
    )


def _codec(encoding: str) -> str:
    """Return Python's name for a server's encoding; one that takes any bytes is taken for UTF-8."""
    name = encoding.lower().replace("win", "cp").replace("koi8", "koi8-")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "utf-8"


def missing_rights(connection: sa.Connection, tables: Sequence[TableKey]) -> Iterable[tuple[TableKey, Right]]:
    """Yield what the account lacks: by itself, by a role it is in, or by the schema."""
    asked = {"schemas": [schema for schema, _ in tables], "names": [name for _, name in tables]}
    for schema, name, *allowed in connection.execute(sa.text(_RIGHTS), asked):
        for right, is_allowed in zip((Right.SELECT, Right.UPDATE, Right.DELETE), allowed, strict=True):
            if not is_allowed:
                yield (str(schema), str(name)), right


def structure(connection: sa.Connection) -> Iterable[str]:
    """Return lines that change with tables, columns, constraints, triggers and rules."""
    return [str(row[0]) for row in _rows(connection, _STRUCTURE)]
