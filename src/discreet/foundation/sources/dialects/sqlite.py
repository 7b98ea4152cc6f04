"""SQLite: one file, opened but never created."""

import contextlib
import os
import re
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.pool import QueuePool

from discreet.engines.subjects.graph import Key
from discreet.foundation.sources import refusals
from discreet.foundation.sources.addresses import Address
from discreet.foundation.sources.catalogue import ColumnInfo, Engine, Right, TableInfo, TableKind
from discreet.foundation.sources.cells import BINARY_PREFIX, TornText
from discreet.foundation.sources.dialects import base, places, sqlite_indexes, sqlite_keys
from discreet.foundation.sources.values import sqlite_affinity

_KINDS = {"table": TableKind.TABLE, "view": TableKind.VIEW}
# tables in which modules keep what a virtual table shows: reached through it, never by themselves
_SHADOW_ENDINGS = ("_data", "_idx", "_content", "_docsize", "_config", "_segments", "_segdir", "_stat",
                   "_node", "_parent", "_rowid")  # fmt: skip
_STEPS_BETWEEN_CHECKS = 20_000
_NUMBER = re.compile(r"[ \t\n\v\f\r]*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?[ \t\n\v\f\r]*")


class _Connection(sqlite3.Connection):
    """Stops a statement that runs longer than the time-out."""

    deadline = 0.0

    def begin_statement(self) -> None:
        self.deadline = time.monotonic() + base.STATEMENT_TIMEOUT_S

    def is_late(self) -> int:
        return int(time.monotonic() > self.deadline)


def _fold(text: str | float | bytes | None) -> str | float | bytes | None:
    """`lower` for every script: SQLite's own knows ASCII only."""
    return text.lower() if isinstance(text, str) else text


def _decode(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return TornText(raw.decode("utf-8", "replace"))


def _connect(address: Address, *, is_writer: bool) -> sqlite3.Connection:
    path = Path(address.database)
    if not path.is_file():
        raise refusals.FileMissing
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode=rw",
        uri=True,
        timeout=base.LOCK_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
        factory=_Connection,
    )
    connection.text_factory = _decode
    connection.create_function("discreet_fold", 1, _fold, deterministic=True)
    connection.begin_statement()
    connection.set_progress_handler(connection.is_late, _STEPS_BETWEEN_CHECKS)
    with contextlib.closing(connection.cursor()) as cursor:
        if is_writer:
            cursor.execute("PRAGMA foreign_keys=ON")
            cursor.execute(
                "PRAGMA secure_delete=ON"
            )  # an erased value leaves no trace in the file's free pages
        else:
            cursor.execute("PRAGMA query_only=ON")  # not trusted_schema=OFF: it refuses CHECK(json_valid(…))
    return connection


def _start_clock(
    connection: sa.Connection, cursor: object, statement: str, parameters: object, context: object, many: bool
) -> None:
    raw = connection.connection.dbapi_connection
    if isinstance(raw, _Connection):
        raw.begin_statement()


class SqliteDialect(base.Dialect):
    engine = Engine.SQLITE

    def open(self, address: Address, *, home: Path, is_writer: bool) -> sa.Engine:
        engine = sa.create_engine(
            "sqlite://",
            paramstyle="named",  # placeholders are not searched for in the text, where a name could look like one
            creator=lambda: _connect(address, is_writer=is_writer),
            poolclass=QueuePool,
            pool_size=5,
            max_overflow=20,
            hide_parameters=True,
        )
        sa.event.listen(engine, "before_cursor_execute", _start_clock)
        return engine

    def begin(self, connection: sa.Connection, *, is_writer: bool) -> int:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")
        return 1

    def defer_checks(self, connection: sa.Connection) -> int:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")  # until the end of the transaction
        return 1

    def reflected_schemas(self, connection: sa.Connection, facts: base.Facts) -> Iterable[str | None]:
        return [None]

    def facts(self, connection: sa.Connection) -> base.Facts:
        rows = connection.exec_driver_sql(
            "SELECT name, type, coalesce(sql, '') FROM sqlite_master"
            " WHERE type IN ('table', 'view') AND substr(name, 1, 7) <> 'sqlite_'"
        ).all()
        virtual = {name for name, _, sql in rows if _is_virtual(sql)}
        shadows = {name + end for name in virtual for end in _SHADOW_ENDINGS}
        triggers: dict[str, list[str]] = {}
        for name, table in connection.exec_driver_sql(
            "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
        ):
            triggers.setdefault(table.lower(), []).append(name)
        tables = {
            ("", name): base.TableFacts(
                kind=TableKind.VIRTUAL if name in virtual else _KINDS[kind],
                triggers=tuple(triggers.get(name.lower(), ())),
                estimated_rows=_estimate(connection, name) if kind == "table" else 0,
                columns=_loose_columns(
                    connection, name, sql, is_table=kind == "table" and name not in virtual
                ),
            )
            for name, kind, sql in rows
            if name not in shadows
        }
        return base.Facts(version=f"SQLite {sqlite3.sqlite_version}", default_schema="", tables=tables)

    def reflect(self, connection: sa.Connection, names: Sequence[str], schema: str | None) -> base.Reflected:
        reflected = base.reflect_without_indexes(connection, names, schema)
        links = {
            at: [_as_declared(link, at[1], reflected) for link in links]
            for at, links in reflected.links.items()
        }
        unkeyed = _without_key(connection)
        keys = {at: key for at, key in reflected.keys.items() if at[1] not in unkeyed}
        unique = {
            at: [{"name": "primary key", "column_names": key["constrained_columns"]}]
            for at, key in reflected.keys.items()
            if at[1] in unkeyed
        }
        return replace(
            reflected,
            indexes=sqlite_indexes.indexes(connection, names),
            uniques=unique,
            links=links,
            keys=keys,
        )

    def structure(self, connection: sa.Connection) -> Iterable[str]:
        rows = connection.exec_driver_sql(
            "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%'"
        )
        return [repr(tuple(row)) for row in rows] + [f"no key|{name}" for name in _without_key(connection)]

    def is_replica(self, connection: sa.Connection) -> bool:
        return False

    def database(self, connection: sa.Connection) -> str:
        """Return the file's own number: one file may stand under several names."""
        status = _file(connection).stat()
        return f"{status.st_dev}:{status.st_ino}"

    def missing_rights(
        self, connection: sa.Connection, tables: Sequence[base.TableKey]
    ) -> Iterable[tuple[base.TableKey, Right]]:
        """A journal is written beside the file, so its folder counts too."""
        file = _file(connection)
        missing = [
            right
            for right, path in ((Right.FILE, file), (Right.FOLDER, file.parent))
            if not os.access(path, os.W_OK)
        ]
        return [(table, right) for table in tables for right in missing]

    def tls(self, connection: sa.Connection, address: Address) -> str:
        return "file"

    def translate(self, error: BaseException, *, source: str, table: str) -> refusals.SourceRefusal:
        text, name = str(error).lower(), str(getattr(error, "sqlite_errorname", ""))
        if name.startswith(("SQLITE_CONSTRAINT", "SQLITE_MISMATCH", "SQLITE_TOOBIG")):
            return refusals.ConstraintRefused(source=source, table=table, constraint=name)
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return refusals.Conflict(source=source)
        if name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
            return refusals.SourceDiskFails(source=source)
        if name == "SQLITE_INTERRUPT":
            return refusals.TimedOut(source=source)
        if name.startswith(("SQLITE_READONLY", "SQLITE_AUTH", "SQLITE_PERM")):
            return refusals.PermissionDenied(source=source, table=table)
        if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
            return refusals.NotADatabase()
        if name.startswith("SQLITE_CANTOPEN"):
            return refusals.FileClosed()
        if "no such table" in text or "no such column" in text:
            return refusals.SchemaChanged(source=source)
        return refusals.SourceFailed(source=source, error=name or type(error).__name__)

    def is_commit_refused(self, error: BaseException) -> bool:
        name = str(getattr(error, "sqlite_errorname", ""))
        return name.startswith(("SQLITE_CONSTRAINT", "SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL"))

    def batches(
        self, columns: Sequence[base.KeyColumn], keys: Sequence[Key], folds: base.Folds
    ) -> Iterable[base.Batch]:
        return sqlite_keys.batches(columns, keys, folds)

    def joined(self, near: base.KeyColumn, far: ColumnInfo) -> base.KeyColumn:
        """Compare as the near column does, or without case where the far one does: either end may decide.

        Beside a numeric column every text that reads as a number is that number: '01', ' 1' and '1.0' are 1.
        Source: https://sqlite.org/datatype3.html, sections 4.2 and 7.1; foreign keys take the far end's collation.
        """
        if sqlite_affinity(near.info.type) == "numeric":
            return near
        if sqlite_affinity(far.type) == "numeric":
            return base.KeyColumn(sql=_as_number(near.sql), info=replace(near.info, type="", is_loose=False))
        sql: sa.ColumnElement[Any] = near.sql
        if far.ignores_case and not near.info.ignores_case:
            sql = sa.collate(near.sql, "NOCASE")
        return base.KeyColumn(sql=sql, info=replace(near.info, is_loose=False))

    def forms(self, near: ColumnInfo, far: ColumnInfo) -> base.Forms | None:
        """A text that reads as a number is that number beside a numeric column; any other stays a text."""
        ends = {sqlite_affinity(near.type), sqlite_affinity(far.type)}
        return _number_or_text if "numeric" in ends else None

    def cell(self, column: base.KeyColumn, max_chars: int) -> sa.ColumnElement[Any]:
        """A column of any type may hold a text or bytes."""
        kind = sa.func.typeof(column.sql)
        return sa.case(
            (kind == "text", sa.func.substr(column.sql, 1, max_chars)),
            (kind == "blob", sa.func.substr(column.sql, 1, BINARY_PREFIX)),
            else_=column.sql,
        )

    def spread(
        self, ask: places.Ask, info: TableInfo, table: sa.Table, default_schema: str, limit: int
    ) -> places.Spread | None:
        """By row numbers; a table WITHOUT ROWID has none, and goes by its key."""
        taken = {_folded_name(column.name) for column in info.columns}
        number = next((name for name in ("_rowid_", "rowid", "oid") if name not in taken), None)
        if number is not None:
            rowid: sa.ColumnElement[Any] = sa.literal_column(number)
            with contextlib.suppress(refusals.SchemaChanged):
                return places.along(ask, table, rowid, (rowid,), limit)
        return places.by_unique_key(ask, info, table, limit)

    def text_of(self, column: base.KeyColumn) -> sa.ColumnElement[Any]:
        """A column of any type may hold bytes, which LIKE passes over."""
        return sa.cast(column.sql, sa.Text)

    def beyond_like(self, column: base.KeyColumn) -> Iterable[sa.ColumnElement[bool]]:
        """A text ends for LIKE at its first NUL."""
        nul = sa.literal(b"\0", sa.LargeBinary)
        yield sa.func.instr(sa.cast(column.sql, sa.LargeBinary), nul) > 0

    def ends_in_none_of(
        self, text: sa.ColumnElement[Any], chars: sa.ColumnElement[str]
    ) -> sa.ColumnElement[bool]:
        return sa.func.instr(chars, sa.func.substr(text, -1)) == 0

    def equals(self, column: base.KeyColumn, value: object) -> sa.ColumnElement[bool]:
        condition: sa.ColumnElement[bool] = sqlite_keys.exact(column) == sa.literal(
            value, sa.types.NullType()
        )
        return condition


def _as_declared(link: Mapping[str, Any], table: str, reflected: base.Reflected) -> dict[str, Any]:
    """Return a foreign key with its names as their tables declare them: to SQLite ASCII case is no difference.

    A key that names no column leads to the primary key.
    """
    columns = reflected.columns
    tables = {_folded_name(name): name for _, name in columns}
    to_table = tables.get(_folded_name(link["referred_table"]), link["referred_table"])

    primary = reflected.keys.get((None, to_table)) or {}

    def own(names: Iterable[str], where: str) -> list[str]:
        known = {_folded_name(each["name"]): each["name"] for each in columns.get((None, where), ())}
        return [known.get(_folded_name(name), name) for name in names]

    return {
        **link,
        "constrained_columns": own(link["constrained_columns"], table),
        "referred_table": to_table,
        "referred_columns": own(link["referred_columns"] or primary.get("constrained_columns", ()), to_table),
    }


def _folded_name(name: str) -> str:
    return "".join(char.lower() if char.isascii() else char for char in name)


def _number_or_text(value: object) -> tuple[object, ...]:
    """Return a text as the number that SQLite reads in it, if it reads one to its end."""
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        return (value,)
    with contextlib.suppress(ValueError):
        if -(2**63) <= int(value) < 2**63:
            return (int(value),)
    return (float(value),)


def _as_number(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Return what a column without a number's type holds as SQLite reads it beside one that has it.

    A cast alone reads 12 in '12abc'; beside the cast the column itself is read as by the join.
    """
    number = sa.cast(column, sa.NUMERIC)
    return sa.case((column == number, number), else_=column)


def _file(connection: sa.Connection) -> Path:
    found = connection.exec_driver_sql("SELECT file FROM pragma_database_list WHERE name = 'main'")
    return Path(str(found.scalar_one()))


def _without_key(connection: sa.Connection) -> list[str]:
    """Return the tables where a row holds NULL in the declared key: it is no key to tell rows by.

    Source: https://sqlite.org/lang_createtable.html, section 3.5 (NULL in a PRIMARY KEY that is no rowid).
    """
    nullable: dict[str, list[str]] = {}
    for table, column in connection.exec_driver_sql(
        "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'"
        " AND substr(upper(m.sql), 1, 15) <> 'CREATE VIRTUAL ' AND c.pk > 0 AND NOT c.\"notnull\""
        " AND NOT (upper(c.type) = 'INTEGER' AND (SELECT sum(pk > 0) FROM pragma_table_info(m.name)) = 1)"
    ):
        nullable.setdefault(table, []).append(column)
    return [
        table
        for table, columns in nullable.items()
        if connection.exec_driver_sql(
            f"SELECT EXISTS (SELECT 1 FROM {_quoted(table)} WHERE "  # noqa: S608
            + " OR ".join(f"{_quoted(column)} IS NULL" for column in columns)
            + ")"
        ).scalar()
    ]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _estimate(connection: sa.Connection, table: str) -> int:
    """Return about how many rows there are: the highest row number, counted where there is none."""
    with contextlib.suppress(sa.exc.DBAPIError):
        found = connection.exec_driver_sql(f"SELECT max(_rowid_) FROM {_quoted(table)}").scalar()  # noqa: S608
        if found is None or isinstance(found, int):
            return max(0, found or 0)
    with contextlib.suppress(sa.exc.DBAPIError):
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {_quoted(table)}").scalar() or 0)  # noqa: S608
    return 0


def _is_virtual(sql: str) -> bool:
    return sql[:15].upper() == "CREATE VIRTUAL "


def _loose_columns(
    connection: sa.Connection, table: str, sql: str, *, is_table: bool
) -> dict[str, base.ColumnFacts]:
    """Mark the columns where a collation other than the plain one is at work, or may be (views)."""
    if is_table and "collate" not in sql.lower():
        return {}
    with contextlib.suppress(sa.exc.DBAPIError):  # a broken view has no columns; reflection reports it
        columns = connection.exec_driver_sql("SELECT name, type FROM pragma_table_xinfo(?)", (table,)).all()
        known = sqlite_indexes.collations(sql, [name for name, _ in columns]) if is_table else {}
        return {
            name: base.ColumnFacts(
                is_loose=known.get(name) != "BINARY", ignores_case=known.get(name) == "NOCASE"
            )
            for name, declared in columns
            if sqlite_affinity(declared) != "numeric"
        }
    return {}
