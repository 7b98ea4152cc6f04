"""SQLite's indexes and unique constraints, those over an expression included: reflection leaves them out.

What an index is built on stands only in the text of its CREATE INDEX; it is split at its commas here, and a
part that is not plainly understood stands as its text.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

_LIST = (
    "SELECT l.name, l.\"unique\", l.partial, coalesce(m.sql, '') FROM pragma_index_list(?) l"
    " JOIN sqlite_master m ON m.type = 'index' AND m.name = l.name WHERE l.origin <> 'pk' ORDER BY l.name"
)
_COLLATIONS = (
    "SELECT x.name, x.coll FROM pragma_index_list(?) l JOIN pragma_index_xinfo(l.name) x ON x.key = 1"
    " WHERE l.origin IN ('pk', 'u') AND x.name IS NOT NULL"
)
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


def key_collations(connection: sa.Connection, table: str) -> dict[str, str]:
    """Return the collations of the columns whose keys are declared plainly with them."""
    rows = connection.exec_driver_sql(_COLLATIONS, (table,)).all()
    found: dict[str, str] = {}
    for name, collation in rows:
        found[name] = collation if found.get(name, collation) == collation else "?"
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
