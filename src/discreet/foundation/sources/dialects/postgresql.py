"""PostgreSQL through psycopg 3. Sessions read everything or fail: row security may not hide rows silently."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from discreet.engines.subjects.graph import Key
from discreet.foundation.sources import refusals
from discreet.foundation.sources.addresses import Address, certificate_path, resolve_host
from discreet.foundation.sources.catalogue import Engine, Kind, Right, TableInfo, TableKind
from discreet.foundation.sources.cells import BINARY_PREFIX
from discreet.foundation.sources.dialects import base, places, postgresql_catalogue, postgresql_places

if TYPE_CHECKING:
    import psycopg

_MOST_SHAPES = 2
_MOMENT_CHARS = 40
_AS_THEY_ARE = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT, Kind.BOOLEAN, Kind.UUID})
_LITERAL = {"%": r"\%", "\\": r"\\"}
_UNCERTAIN_STATES = ("08", "57P0", "40003")  # connection lost, server going down, completion unknown


def _session_settings() -> str:
    settings = {
        "statement_timeout": base.STATEMENT_TIMEOUT_S * 1000,
        "lock_timeout": base.LOCK_TIMEOUT_S * 1000,
        "idle_in_transaction_session_timeout": 600_000,
        "row_security": "off",
        "timezone": "UTC",
        "datestyle": "ISO",
        "jit": "off",
        "client_min_messages": "error",
    }
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


class _CastTo(sa.types.UserDefinedType[object]):
    """A type by the text the database itself gave for it."""

    cache_ok = True

    def __init__(self, text: str) -> None:
        self.text = text

    def get_col_spec(self, **_: object) -> str:
        return self.text


def _connect(address: Address, *, home: Path, is_writer: bool) -> "psycopg.Connection[Any]":
    from psycopg import IsolationLevel

    from discreet.foundation.sources.dialects.postgresql_connection import LimitedConnection

    ips = resolve_host(address.host, address.port)
    options: dict[str, Any] = {"sslmode": address.options.get("sslmode", "prefer")}
    if certificate := certificate_path(address, home):
        options["sslrootcert"] = certificate
    connection = LimitedConnection.connect(
        host=",".join([address.host] * len(ips)),
        hostaddr=",".join(ips),  # the addresses that were checked: no second look-up
        port=",".join([str(address.port)] * len(ips)),
        dbname=address.database,
        user=address.user,
        password=address.password,
        connect_timeout=base.CONNECT_TIMEOUT_S,
        application_name="discreet",
        gssencmode="disable",
        client_encoding="utf8",
        keepalives_idle=30,
        options=_session_settings(),
        **options,
    )
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    connection.read_only = None if is_writer else True  # a standby refuses even to begin READ WRITE
    return connection


class PostgreSqlDialect(base.Dialect):
    engine = Engine.POSTGRESQL
    keys_per_statement = 20_000
    asks_together = True
    sends_texts_as_bytes = True

    def open(self, address: Address, *, home: Path, is_writer: bool) -> sa.Engine:
        return sa.create_engine(
            "postgresql+psycopg://",
            creator=lambda: _connect(address, home=home, is_writer=is_writer),
            pool_size=5,
            max_overflow=20,
            pool_recycle=900,
            pool_timeout=30,
            use_native_hstore=False,
            hide_parameters=True,
        )

    def begin(self, connection: sa.Connection, *, is_writer: bool) -> int:
        return 1  # psycopg sends BEGIN ISOLATION LEVEL REPEATABLE READ [READ ONLY] with the first statement

    def defer_checks(self, connection: sa.Connection) -> int:
        connection.exec_driver_sql("SET CONSTRAINTS ALL DEFERRED")  # those that were declared deferrable
        return 1

    def facts(self, connection: sa.Connection) -> base.Facts:
        return postgresql_catalogue.facts(connection)

    def structure(self, connection: sa.Connection) -> Iterable[str]:
        return postgresql_catalogue.structure(connection)

    def reflected_schemas(self, connection: sa.Connection, facts: base.Facts) -> Iterable[str | None]:
        return [schema or None for schema in sorted({schema for schema, _ in facts.tables})]

    def is_replica(self, connection: sa.Connection) -> bool:
        return bool(connection.exec_driver_sql("SELECT pg_is_in_recovery()").scalar())

    def database(self, connection: sa.Connection) -> str:
        return str(connection.exec_driver_sql("SELECT current_database()").scalar_one())

    def missing_rights(
        self, connection: sa.Connection, tables: Sequence[base.TableKey]
    ) -> Iterable[tuple[base.TableKey, Right]]:
        return postgresql_catalogue.missing_rights(connection, tables)

    def tls(self, connection: sa.Connection, address: Address) -> str:
        row = connection.exec_driver_sql(
            "SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        ).first()
        if row is None or not row[0]:
            return "plain"
        is_verified = address.options.get("sslmode") in ("verify-ca", "verify-full")
        return f"{row[1]}, verified" if is_verified else str(row[1])

    def ask_together(
        self, connection: sa.Connection, asked: Sequence[tuple[str, Mapping[str, object]]]
    ) -> list[list[tuple[object, ...]]]:
        import psycopg

        driver: Any = connection.connection.dbapi_connection
        try:
            with driver.pipeline():
                cursors = [driver.execute(text, parameters) for text, parameters in asked]
                return [cursor.fetchall() for cursor in cursors]
        except psycopg.Error as error:
            raise base.DriverFailed(error) from None

    def translate(self, error: BaseException, *, source: str, table: str) -> refusals.SourceRefusal:
        from discreet.foundation.sources.dialects.postgresql_connection import ReplyTimedOut

        if isinstance(error, ReplyTimedOut):
            return refusals.TimedOut(source=source)
        state = getattr(error, "sqlstate", None)
        if state is None:
            return _unconnected(str(error), source)
        named = getattr(getattr(error, "diag", None), "table_name", None) or table
        if state == "42501":
            hidden = "row-level security" in str(error)
            return refusals.RowsHidden(source=source) if hidden else _denied(source, named)
        if state == "0A000" and "cached plan" in str(error):
            return refusals.SchemaChanged(source=source)
        if state.startswith("23"):
            constraint = getattr(getattr(error, "diag", None), "constraint_name", None) or state
            return refusals.ConstraintRefused(source=source, table=named, constraint=constraint)
        simple = _BY_STATE.get(state) or _BY_STATE.get(state[:2])
        return simple(source=source) if simple else refusals.SourceFailed(source=source, error=state)

    def is_commit_refused(self, error: BaseException) -> bool:
        state = getattr(error, "sqlstate", None)
        return state is not None and not state.startswith(_UNCERTAIN_STATES)

    def batches(
        self, columns: Sequence[base.KeyColumn], keys: Sequence[Key], folds: base.Folds
    ) -> Iterable[base.Batch]:
        for start in range(0, len(keys), self.keys_per_statement):
            chunk = keys[start : start + self.keys_per_statement]
            parameters: dict[str, object] = {
                f"k{place}": [key[place] for key in chunk] for place in range(len(columns))
            }
            if folds.case:
                shapes = _shapes([key[0] for key in chunk], around="%" if folds.blanks else "")
                parameters |= {"shapes": shapes} if shapes else {}
                parameters |= {"blanks": folds.blanks} if folds.blanks else {}
                condition = partial(_folded, columns[0], folds, is_narrowed=bool(shapes))
                yield base.Batch(condition, parameters, shape="narrowed" if shapes else "folded")
            elif len(columns) == 1:
                yield base.Batch(partial(_single, columns[0]), parameters, shape="single")
            else:
                yield base.Batch(partial(_rows, columns), parameters, shape="rows")

    def cell(self, column: base.KeyColumn, max_chars: int) -> sa.ColumnElement[Any]:
        """Texts come as the server keeps them, which may be no text; times as texts, since there are more."""
        kind, cell = column.info.kind, column.sql
        if kind is Kind.BINARY and column.info.cast == "bytea":
            return sa.func.substring(cell, 1, BINARY_PREFIX)
        if kind in _AS_THEY_ARE:
            return cell
        text: sa.ColumnElement[Any] = sa.cast(cell, sa.Text)
        if kind in (Kind.DATE, Kind.TIME, Kind.TIMESTAMP, Kind.BINARY):
            return sa.func.left(text, max_chars if kind is Kind.BINARY else _MOMENT_CHARS)
        return sa.func.convert_to(sa.func.left(text, max_chars), sa.func.getdatabaseencoding())

    def spread(
        self, ask: places.Ask, info: TableInfo, table: sa.Table, default_schema: str, limit: int
    ) -> places.Spread | None:
        schema = info.ref.schema or default_schema
        if info.kind is TableKind.PARTITIONED:
            return postgresql_places.over_partitions(ask, info, table, schema, limit)
        return postgresql_places.over_pages(ask, info, schema, limit) or places.by_unique_key(
            ask, info, table, limit
        )

    def text_of(self, column: base.KeyColumn) -> sa.ColumnElement[Any]:
        """No LIKE goes by a nondeterministic collation, or over bytes."""
        if column.info.cast == "bytea":
            return sa.func.encode(column.sql, sa.literal("escape", sa.Text))
        return _as_bytes(column) if column.info.is_loose else super().text_of(column)

    def ends_in_none_of(
        self, text: sa.ColumnElement[Any], chars: sa.ColumnElement[str]
    ) -> sa.ColumnElement[bool]:
        return sa.func.strpos(sa.cast(chars, sa.Text), sa.func.right(text, 1)) == 0

    def equals(self, column: base.KeyColumn, value: object) -> sa.ColumnElement[bool]:
        bound = sa.cast(sa.literal(value, sa.types.NullType()), _CastTo(column.info.cast))
        if column.info.is_loose:
            return _as_bytes(column) == sa.collate(sa.cast(bound, sa.Text), "C")
        return _compared(column) == bound


def _denied(source: str, table: str) -> refusals.SourceRefusal:
    return refusals.PermissionDenied(source=source, table=table)


def _compared(column: base.KeyColumn) -> sa.ColumnElement[Any]:
    """An enum's values are compared as text: a label it lacks is no error, it matches nothing."""
    return sa.cast(column.sql, sa.Text) if column.info.is_enum else column.sql


def _is_text(column: base.KeyColumn) -> bool:
    return column.info.cast in ("text", "bpchar") and not column.info.is_enum


def _as_bytes(column: base.KeyColumn) -> sa.ColumnElement[Any]:
    """A text compared byte by byte, whatever its collation or type takes for equal."""
    return sa.collate(sa.cast(column.sql, sa.Text), "C")


def _array(place: int, cast: str) -> sa.ColumnElement[Any]:
    bound: sa.BindParameter[Any] = sa.bindparam(f"k{place}", type_=sa.types.NullType())
    return sa.cast(bound, _CastTo(f"{cast}[]"))


def _single(column: base.KeyColumn) -> sa.ColumnElement[bool]:
    condition = _compared(column) == sa.any_(_array(0, column.info.cast))
    if column.info.is_loose:
        condition = condition & (_as_bytes(column) == sa.any_(_array(0, "text")))
    return condition


def _folded(column: base.KeyColumn, folds: base.Folds, *, is_narrowed: bool) -> sa.ColumnElement[bool]:
    text = column.sql if _is_text(column) else sa.cast(column.sql, sa.Text)
    lowered: sa.ColumnElement[Any] = sa.func.lower(text)
    if folds.blanks:
        lowered = sa.func.btrim(lowered, sa.cast(sa.bindparam("blanks"), sa.Text))
    folded = (sa.collate(lowered, "C") if column.info.is_loose else lowered) == sa.any_(_array(0, "text"))
    if column.info.ignores_case and not folds.blanks:
        return (column.sql == sa.any_(_array(0, column.info.cast))) & folded
    if not is_narrowed or column.info.is_loose:
        return folded
    shapes: sa.BindParameter[Any] = sa.bindparam("shapes", type_=sa.types.NullType())
    return text.like(sa.any_(sa.cast(shapes, _CastTo("text[]")))) & folded


def _shapes(texts: Sequence[object], *, around: str) -> list[str]:
    """Return LIKE patterns that let through every spelling of few ASCII texts that differs in case alone.

    They are four times as cheap as folding each row, so the fold meets only what they leave. Letters may be any
    one character; the rest never changes. [] where folding alone is cheaper, or changes the length.
    """
    if len(texts) > _MOST_SHAPES or not all(isinstance(text, str) and text.isascii() for text in texts):
        return []
    shapes = ("".join("_" if c.isalpha() or c == "_" else _LITERAL.get(c, c) for c in str(t)) for t in texts)
    return list(dict.fromkeys(around + shape + around for shape in shapes))


def _rows(columns: Sequence[base.KeyColumn]) -> sa.ColumnElement[bool]:
    names = [f"c{place}" for place in range(len(columns))]
    arrays = [_array(place, column.info.cast) for place, column in enumerate(columns)]
    wanted = sa.func.unnest(*arrays).table_valued(*names).render_derived(name="wanted")
    condition: sa.ColumnElement[bool] = sa.tuple_(*(_compared(column) for column in columns)).in_(
        sa.select(*(wanted.c[name] for name in names))
    )
    if any(column.info.is_loose for column in columns):
        texts = [_array(place, "text" if c.info.is_loose else c.info.cast) for place, c in enumerate(columns)]
        exact = sa.func.unnest(*texts).table_valued(*names).render_derived(name="exact")
        condition = condition & sa.tuple_(
            *(_as_bytes(column) if column.info.is_loose else _compared(column) for column in columns)
        ).in_(sa.select(*(exact.c[name] for name in names)))
    return condition


_BY_STATE: dict[str, type[refusals.SourceRefusal]] = {
    "28": refusals.WrongPassword,
    "3D000": refusals.UnknownDatabase,
    "57014": refusals.TimedOut,
    "55P03": refusals.Conflict,
    "40": refusals.Conflict,
    "25006": refusals.NoWriteAddress,
    "42P01": refusals.SchemaChanged,
    "42703": refusals.SchemaChanged,
    "3F000": refusals.SchemaChanged,
    "53100": refusals.SourceDiskFails,
    "58030": refusals.SourceDiskFails,
    "53": refusals.SourceDown,
    "57P": refusals.SourceDown,
    "57": refusals.SourceDown,
    "08": refusals.SourceDown,
}


# OpenSSL and libpq say “SSL” too when an encrypted connection merely went away.
_CUT = ("unexpected", "eof detected", "connection reset", "broken pipe", "timed out")


def _unconnected(text: str, source: str) -> refusals.SourceRefusal:
    """Return what a failure without a state means: libpq gives only a text while connecting."""
    low = text.lower()
    if "password authentication failed" in low or "no password supplied" in low or 'role "' in low:
        return refusals.WrongPassword(source=source)
    if 'database "' in low and "does not exist" in low:
        return refusals.UnknownDatabase(source=source)
    is_cut = any(text in low for text in _CUT)
    if "certificate" in low or ("ssl" in low and not is_cut):
        return refusals.TlsRefused(source=source)
    if "no pg_hba.conf entry" in low or "permission denied" in low:
        return refusals.CannotConnect(source=source)
    return refusals.SourceDown(source=source)
