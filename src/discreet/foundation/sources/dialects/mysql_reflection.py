"""Columns, keys and indexes from the information schema.

SQLAlchemy reads MySQL's schema out of the text of SHOW CREATE TABLE, which a name with a backtick or a new
line misleads. The information schema gives names as values.
"""

from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.mysql.base import ischema_names

from discreet.foundation.sources.dialects.base import Reflected

_COLUMNS = """
    SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_comment, extra
    FROM information_schema.columns WHERE table_schema = database() ORDER BY table_name, ordinal_position
"""
_INDEXES = """
    SELECT table_name, index_name, non_unique, column_name, sub_part
    FROM information_schema.statistics WHERE table_schema = database()
    ORDER BY table_name, index_name, seq_in_index
"""
# The rule is told only to accounts that may do more than read; the key itself is told to everybody who reads.
_LINKS = """
    SELECT k.table_name, k.constraint_name, k.column_name, k.referenced_table_schema, k.referenced_table_name,
           k.referenced_column_name, r.delete_rule, database()
    FROM information_schema.key_column_usage k LEFT JOIN information_schema.referential_constraints r
      ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name
     AND r.table_name = k.table_name
    WHERE k.table_schema = database() AND k.referenced_table_name IS NOT NULL
    ORDER BY k.table_name, k.constraint_name, k.ordinal_position
"""
_COMMENTS = """
    SELECT table_name, table_comment FROM information_schema.tables
    WHERE table_schema = database() AND table_type <> 'VIEW'
"""


def reflect(connection: sa.Connection) -> Reflected:
    """Return every table of the connection's database."""
    keys, indexes = _keys(connection)
    return Reflected(
        columns=_columns(connection),
        keys=keys,
        links=_links(connection),
        indexes=indexes,
        comments={
            (None, table): {"text": comment} for table, comment in connection.exec_driver_sql(_COMMENTS)
        },
    )


def _columns(connection: sa.Connection) -> dict[Any, list[dict[str, Any]]]:
    columns: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for table, name, data_type, length, nullable, comment, extra in connection.exec_driver_sql(_COLUMNS):
        columns[None, table].append(
            {
                "name": name,
                "type": _type(data_type.lower(), length),
                "nullable": nullable == "YES",
                "comment": comment,
                "computed": {} if "GENERATED" in (extra or "").upper() and "DEFAULT_" not in extra else None,
            }
        )
    return columns


class _Named(sa.types.UserDefinedType[object]):
    """A type that SQLAlchemy does not know: shapes, network addresses."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **_: object) -> str:
        return self.name.upper()


def _type(data_type: str, length: int | None) -> sa.types.TypeEngine[Any]:
    known: Any = ischema_names.get(data_type)
    if known is None:
        return _Named(data_type)
    if data_type in ("enum", "set"):
        return sa.String(length)
    if data_type in ("char", "varchar", "binary", "varbinary"):
        sized: sa.types.TypeEngine[Any] = known(length)
        return sized
    made: sa.types.TypeEngine[Any] = known()
    return made


def _keys(connection: sa.Connection) -> tuple[dict[Any, Any], dict[Any, list[dict[str, Any]]]]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for table, index, non_unique, column, sub_part in connection.exec_driver_sql(_INDEXES):
        each = found.setdefault(
            (table, index), {"name": index, "unique": not int(non_unique), "column_names": []}
        )
        each["column_names"].append(column)
        if sub_part is not None:  # only a beginning of the column is unique
            each["unique"] = False
    keys: dict[Any, Any] = {}
    indexes: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for (table, name), each in found.items():
        if name == "PRIMARY":
            keys[None, table] = {"constrained_columns": each["column_names"]}
        else:
            indexes[None, table].append(each)
    return keys, indexes


def _links(connection: sa.Connection) -> dict[Any, list[dict[str, Any]]]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for table, name, column, schema, to_table, to_column, rule, own in connection.exec_driver_sql(_LINKS):
        each = found.setdefault(
            (table, name),
            {
                "constrained_columns": [],
                "referred_schema": None if schema == own else schema,
                "referred_table": to_table,
                "referred_columns": [],
                "options": {"ondelete": "" if rule in (None, "RESTRICT", "NO ACTION") else rule},
            },
        )
        each["constrained_columns"].append(column)
        each["referred_columns"].append(to_column)
    links: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for (table, _), each in found.items():
        links[None, table].append(each)
    return links
