"""SQLite's indexes and unique constraints, those over an expression included: reflection leaves them out.

What an index is built on stands only in the text of its CREATE INDEX; it is split at its commas here, and a
part that is not plainly understood stands as its text.
"""

import contextlib
import re
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

_LIST = (
    "SELECT l.name, l.\"unique\", l.partial, coalesce(m.sql, '') FROM pragma_index_list(?) l"
    " JOIN sqlite_master m ON m.type = 'index' AND m.name = l.name WHERE l.origin <> 'pk' ORDER BY l.name"
)
_COLLATION = "SELECT coll FROM pragma_index_xinfo('discreet_copy') WHERE key = 1"
_COLUMNS = "SELECT name FROM pragma_table_xinfo(?)"
_PARTS = "SELECT cid, name FROM pragma_index_xinfo(?) WHERE key = 1 ORDER BY seqno"
_EXPRESSION = -2  # the place of a column that an index does not take from the table
_TOKEN = re.compile(
    r"""(?P<skip>\s+|--[^\n]*|/\*.*?\*/)|(?P<name>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|[^\W\d][\w$]*)"""
    r"""|(?P<text>'(?:[^']|'')*')|(?P<sign>.)""",
    re.DOTALL,
)


def indexes(connection: sa.Connection, tables: Sequence[str]) -> dict[Any, list[dict[str, Any]]]:
    """Return the indexes of each table in the form of SQLAlchemy's inspector."""
    return {(None, table): list(_indexes_of(connection, table)) for table in tables}


def collations(sql: str, columns: Sequence[str]) -> dict[str, str]:
    """Return each column's collation, as far as SQLite knows it; `sql` is the table's CREATE TABLE.

    SQLite tells it of indexes only: an empty copy of the table in memory gets one for each column.
    """
    found: dict[str, str] = {}
    with contextlib.closing(sqlite3.connect(":memory:")) as copy, contextlib.suppress(sqlite3.Error):
        copy.execute(sql)
        (table,) = copy.execute("SELECT name FROM sqlite_master WHERE type = 'table' LIMIT 1").fetchone()
        for column in columns:
            with contextlib.suppress(sqlite3.Error):  # a collation that an application brings along
                copy.execute(f"CREATE INDEX discreet_copy ON {_quoted(table)} ({_quoted(column)})")
                found[column] = copy.execute(_COLLATION).fetchone()[0].upper()
                copy.execute("DROP INDEX discreet_copy")
    return found


def _indexes_of(connection: sa.Connection, table: str) -> Iterator[dict[str, Any]]:
    for name, is_unique, is_partial, sql in connection.exec_driver_sql(_LIST, (table,)).all():
        parts = connection.exec_driver_sql(_PARTS, (name,)).all()
        found: dict[str, Any] = {
            "name": name,
            "unique": bool(is_unique),
            "column_names": [column for _, column in parts],
            "dialect_options": {"sqlite_where": True} if is_partial else {},
        }
        if any(place == _EXPRESSION for place, _ in parts):
            texts = _as_declared(expressions(sql), connection, table)
            found["expressions"] = [
                column if place != _EXPRESSION else (texts[at] if at < len(texts) else "")
                for at, (place, column) in enumerate(parts)
            ]
        yield found


def _as_declared(texts: Sequence[str], connection: sa.Connection, table: str) -> list[str]:
    """Write columns in lower case as the table spells them: SQLite takes `Email` and `email` for one."""
    names = connection.exec_driver_sql(_COLUMNS, (table,)).scalars().all()
    declared = {_lower_of(_quoted(name)).lower(): _lower_of(_quoted(name)) for name in names}
    return [declared.get(text.lower(), text) for text in texts]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _lower_of(quoted: str) -> str:
    return f"lower({quoted})"


def expressions(sql: str) -> list[str]:
    """Return what a CREATE INDEX is built on, part by part: `lower("email")` for any spelling of it."""
    parts: list[list[str]] = [[]]
    depth = 0
    for token in _TOKEN.finditer(sql):
        text = token[0]
        if token["skip"]:
            continue
        if text == ")":
            depth -= 1
            if not depth:
                break
        if text == "," and depth == 1:
            parts.append([])
        elif depth:
            parts[-1].append(_name(text) if token["name"] else text)
        if text == "(":
            depth += 1
    return [_written(part) for part in parts]


def _name(text: str) -> str:
    """Return a name in double quotes, however it was quoted."""
    first = text[0]
    if first == '"':
        return text
    if first in "`[":
        inner = text[1:-1].replace("``", "`") if first == "`" else text[1:-1]
        return _quoted(inner)
    return text


def _written(part: list[str]) -> str:
    if part and part[-1].lower() in ("asc", "desc"):
        part = part[:-1]
    if len(part) == 4 and part[0].lower() == "lower" and (part[1], part[3]) == ("(", ")"):
        return _lower_of(part[2] if part[2].startswith('"') else _quoted(part[2]))
    return " ".join(part)
