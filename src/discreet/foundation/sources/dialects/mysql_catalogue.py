"""What the information schema of MySQL and MariaDB says beyond reflection."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from discreet.foundation.sources.catalogue import Right, TableKind
from discreet.foundation.sources.dialects.base import ColumnFacts, Facts, OutsideFacts, TableFacts, TableKey

_TABLES = """
    SELECT table_name, table_type, engine, coalesce(table_rows, 0) FROM information_schema.tables
    WHERE table_schema = database() AND table_type IN ('BASE TABLE', 'VIEW', 'SYSTEM VERSIONED')
"""
_COLUMNS = """
    SELECT table_name, column_name, data_type, collation_name FROM information_schema.columns
    WHERE table_schema = database()
"""
_TRIGGERS = """
    SELECT event_object_table, trigger_name FROM information_schema.triggers
    WHERE trigger_schema = database() ORDER BY 1, 2
"""
_PARTITIONS = """
    SELECT table_name, partition_name FROM information_schema.partitions
    WHERE table_schema = database() AND partition_name IS NOT NULL ORDER BY 1, 2
"""
_TRIGGER_RIGHT = """
    SELECT count(*) FROM (
        SELECT privilege_type AS p FROM information_schema.user_privileges
        UNION ALL SELECT privilege_type FROM information_schema.schema_privileges
                  WHERE database() LIKE replace(table_schema, '\\\\', '')
    ) rights WHERE p IN ('TRIGGER', 'SUPER')
"""
_OUTSIDE = """
    SELECT DISTINCT table_schema, table_name, referenced_table_name FROM information_schema.key_column_usage
    WHERE referenced_table_schema = database() AND table_schema <> database() ORDER BY 1, 2, 3
"""
_OUTSIDE_RIGHT = "SELECT count(*) FROM information_schema.user_privileges WHERE privilege_type = 'SELECT'"
_STRUCTURE = """
    SELECT concat_ws('|', 'c', table_name, column_name, column_type, is_nullable, coalesce(collation_name, ''),
                     coalesce(extra, ''))
      FROM information_schema.columns WHERE table_schema = database()
    UNION ALL SELECT concat_ws('|', 't', table_name, table_type, coalesce(engine, ''))
      FROM information_schema.tables WHERE table_schema = database()
    UNION ALL SELECT concat_ws('|', 'k', table_name, constraint_name, ordinal_position, column_name,
                     coalesce(referenced_table_name, ''), coalesce(referenced_column_name, ''))
      FROM information_schema.key_column_usage WHERE table_schema = database()
    UNION ALL SELECT concat_ws('|', 'o', table_schema, table_name, constraint_name, referenced_table_name)
      FROM information_schema.key_column_usage
      WHERE referenced_table_schema = database() AND table_schema <> database()
    UNION ALL SELECT concat_ws('|', 'f', table_name, constraint_name, delete_rule, update_rule)
      FROM information_schema.referential_constraints WHERE constraint_schema = database()
    UNION ALL SELECT concat_ws('|', 'g', event_object_table, trigger_name, action_timing, event_manipulation,
                     md5(action_statement))
      FROM information_schema.triggers WHERE trigger_schema = database()
"""
# what a role allows counts here, unlike in the tables of privileges
_COLUMN_RIGHTS = """
    SELECT table_name, min(find_in_set('select', privileges) > 0), min(find_in_set('update', privileges) > 0)
    FROM information_schema.columns WHERE table_schema = database() GROUP BY table_name
"""
_HOST = "substring_index(current_user(), '@', -1)"
_USER = f"left(current_user(), char_length(current_user()) - char_length({_HOST}) - 1)"
_SELF = f"privilege_type = 'DELETE' AND grantee = concat(quote({_USER}), '@', quote({_HOST}))"
_DELETES = f"""
    SELECT NULL FROM information_schema.user_privileges WHERE {_SELF}
    UNION SELECT NULL FROM information_schema.schema_privileges WHERE {_SELF} AND database() LIKE table_schema
    UNION SELECT table_name FROM information_schema.table_privileges
          WHERE {_SELF} AND table_schema = database()
"""  # noqa: S608
_FOLLOWING = "SHOW GLOBAL STATUS WHERE variable_name IN ('Slave_running', 'Slaves_running')"
_DENIED = 1142
_READS_ONLY = 1792
_TRANSACTIONAL = frozenset({"innodb", "rocksdb", "tokudb", "ndbcluster"})
_FOREIGN = frozenset({"federated", "connect", "spider"})


def _rows(connection: sa.Connection, statement: str) -> list[tuple[str, ...]]:
    return [tuple(row) for row in connection.exec_driver_sql(statement)]


def _kind(table_type: str, engine: str, is_partitioned: bool) -> TableKind:
    if table_type == "VIEW":
        return TableKind.VIEW
    if engine in _FOREIGN:
        return TableKind.FOREIGN
    return TableKind.PARTITIONED if is_partitioned else TableKind.TABLE


def facts(connection: sa.Connection) -> Facts:
    """Return every table of the database, with what reflection does not tell."""
    version = str(connection.exec_driver_sql("SELECT version()").scalar())
    triggers: dict[str, list[str]] = defaultdict(list)
    for table, trigger in _rows(connection, _TRIGGERS):
        triggers[table].append(trigger)
    partitions: dict[str, list[str]] = defaultdict(list)
    for table, partition in _rows(connection, _PARTITIONS):
        partitions[table].append(partition)
    columns: dict[str, dict[str, ColumnFacts]] = defaultdict(dict)
    for table, column, data_type, collation in _rows(connection, _COLUMNS):
        columns[table][column] = ColumnFacts(
            is_loose=collation is not None,
            ignores_case=collation is not None and "_ci" in collation,
            is_enum=data_type in ("enum", "set"),
        )
    tables: dict[TableKey, TableFacts] = {
        ("", name): TableFacts(
            kind=_kind(table_type, (engine or "").lower(), bool(partitions[name])),
            triggers=tuple(triggers[name]),
            partitions=tuple(partitions[name]),
            is_transactional=table_type == "VIEW" or (engine or "").lower() in _TRANSACTIONAL,
            estimated_rows=int(rows),
            columns=columns[name],
        )
        for name, table_type, engine, rows in _rows(connection, _TABLES)
    }
    product = "MariaDB" if "MariaDB" in version else "MySQL"
    return Facts(
        version=f"{product} {version.split('-')[0]}",
        default_schema="",
        tables=tables,
        sees_triggers=_has_any(connection, _TRIGGER_RIGHT),
        outside=tuple(
            OutsideFacts(schema, table, ("", to_table))
            for schema, table, to_table in _rows(connection, _OUTSIDE)
        ),
        sees_outside=_has_any(connection, _OUTSIDE_RIGHT),
    )


def _has_any(connection: sa.Connection, statement: str) -> bool:
    return int(_rows(connection, statement)[0][0]) > 0


def missing_rights(connection: sa.Connection, tables: Sequence[TableKey]) -> Iterable[tuple[TableKey, Right]]:
    """Yield what the account lacks: by itself, by a pattern of databases, or by a role it is in."""
    columns = {table: (reads, writes) for table, reads, writes in _rows(connection, _COLUMN_RIGHTS)}
    deletes = {row[0] for row in connection.exec_driver_sql(_DELETES)}
    for at in tables:
        reads, writes = columns.get(at[1], ("", ""))
        if not reads:
            yield at, Right.SELECT
        if not writes:
            yield at, Right.UPDATE
        if not deletes & {None, at[1]} and not _may_delete(connection, at[1]):
            yield at, Right.DELETE


def _may_delete(connection: sa.Connection, table: str) -> bool:
    """Ask how a deletion would be carried out: the server answers those alone who may delete."""
    name = "`" + table.replace("`", "``").replace(":", "\\:") + "`"
    asked = sa.text(f"EXPLAIN DELETE FROM {name} WHERE 1 = 0")  # noqa: S608
    try:
        try:
            connection.execute(asked)
        except sa.exc.DBAPIError as error:
            if not _is_code(error, _READS_ONLY):
                raise
            connection.rollback()  # not even this may be asked in a transaction that only reads
            connection.execute(asked)
    except sa.exc.DBAPIError as error:
        if not _is_code(error, _DENIED):
            raise
        return False
    return True


def _is_code(error: sa.exc.DBAPIError, code: int) -> bool:
    return error.orig is not None and error.orig.args[:1] == (code,)


def structure(connection: sa.Connection) -> Iterable[str]:
    """Return lines that change with tables, columns, constraints and triggers."""
    return [str(row[0]) for row in _rows(connection, _STRUCTURE)]


def is_replica(connection: sa.Connection) -> bool:
    """Return whether the server is read-only or follows another one.

    Without the right to ask for the replication state, being read-only or following just now is what tells.
    """
    if connection.exec_driver_sql("SELECT @@global.read_only").scalar() in (1, "1", "ON"):
        return True
    for statement in ("SHOW REPLICA STATUS", "SHOW SLAVE STATUS"):
        try:
            if connection.exec_driver_sql(statement).first() is not None:
                return True
        except sa.exc.DBAPIError:
            continue
        return False
    # No right to ask: what MariaDB tells everybody says whether it is following just now.
    return any(value not in ("", "0", "OFF") for _, value in _rows(connection, _FOLLOWING))
