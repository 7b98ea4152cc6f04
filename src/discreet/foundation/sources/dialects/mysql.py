"""MySQL and MariaDB through PyMySQL.

Their own equality ignores case, accents and trailing spaces as the collation says, and turns texts into
numbers: keys arrive in the column's type, and texts are compared byte by byte besides.
"""

import re
import socket
import ssl
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from discreet.engines.subjects.graph import Key
from discreet.foundation.sources import refusals
from discreet.foundation.sources.addresses import CERTIFICATE_SYSTEM, Address, certificate_path, resolve_host
from discreet.foundation.sources.catalogue import ColumnInfo, Engine, Kind, Right
from discreet.foundation.sources.cells import BINARY_PREFIX
from discreet.foundation.sources.dialects import base, mysql_catalogue, mysql_reflection

if TYPE_CHECKING:
    import pymysql

_TLS_FAILED = 2026
_ROUNDED = re.compile(r"FLOAT|\w+\(", re.IGNORECASE)  # single precision, or with a number of decimals
_SHAPES = frozenset(
    {
        "GEOMETRY",
        "POINT",
        "LINESTRING",
        "POLYGON",
        "MULTIPOINT",
        "MULTILINESTRING",
        "MULTIPOLYGON",
        "GEOMETRYCOLLECTION",
        "GEOMCOLLECTION",
    }
)
_UNCERTAIN_CODES = frozenset({1053, 1317, 1927, 3169})  # shutdown, interrupted, killed


def _dial(host: str, ips: Sequence[str], port: int) -> socket.socket:
    """Connect to the addresses that were checked: no second look-up of the name."""
    last: OSError | None = None
    for ip in ips:
        try:
            connected = socket.create_connection((ip, port), timeout=base.CONNECT_TIMEOUT_S)
        except OSError as error:
            last = error
            continue
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return connected
    raise last or OSError


def _tls_options(address: Address, home: Path) -> dict[str, Any]:
    """Return PyMySQL's options for our `sslmode`. It encrypts where the server can unless told otherwise."""
    mode = address.options.get("sslmode", "prefer")
    if mode == "disable":
        return {"ssl_disabled": True}
    if mode == "prefer":
        return {}
    certificate = certificate_path(address, home)
    context = ssl.create_default_context(
        cafile=certificate if certificate not in ("", CERTIFICATE_SYSTEM) else None
    )
    context.check_hostname = mode == "verify-full"
    context.verify_mode = ssl.CERT_REQUIRED if mode.startswith("verify") else ssl.CERT_NONE
    return {"ssl": context}


def _connect(address: Address, *, home: Path) -> "pymysql.Connection[Any]":
    import pymysql
    from pymysql.constants import CLIENT

    ips = resolve_host(address.host, address.port)
    try:
        encryption = _tls_options(address, home)
    except OSError as error:  # the root certificate cannot be read
        raise pymysql.err.OperationalError(_TLS_FAILED, type(error).__name__) from None
    connection = pymysql.connect(
        host=address.host,
        port=address.port,
        user=address.user,
        password=address.password,
        database=address.database,
        charset="utf8mb4",
        autocommit=False,
        client_flag=CLIENT.FOUND_ROWS,  # an update tells how many rows matched, changed or not
        local_infile=False,
        connect_timeout=base.CONNECT_TIMEOUT_S,
        read_timeout=base.CONNECT_TIMEOUT_S,
        write_timeout=base.REPLY_TIMEOUT_S,
        program_name="discreet",
        defer_connect=True,
        sql_mode="STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION",
        **encryption,
    )
    try:
        connection.connect(_dial(address.host, ips, address.port))
    except pymysql.err.OperationalError as error:
        if _is_tls_failure(getattr(error, "original_exception", None)):
            raise pymysql.err.OperationalError(_TLS_FAILED, "handshake") from None
        raise
    except OSError as error:
        raise pymysql.err.OperationalError(2003, type(error).__name__) from None
    _set_limits(connection)
    connection._read_timeout = base.REPLY_TIMEOUT_S  # the shorter one was for shaking hands
    return connection


def _is_tls_failure(error: BaseException | None) -> bool:
    """Tell a handshake that was refused from a connection that went away during it."""
    is_cut = isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError, TimeoutError))
    return isinstance(error, ssl.SSLError) and not is_cut


def _set_limits(connection: "pymysql.Connection[Any]") -> None:
    is_mariadb = "MariaDB" in str(connection.get_server_info())
    isolation = "tx_isolation" if is_mariadb else "transaction_isolation"
    limit = (
        f"max_statement_time={base.STATEMENT_TIMEOUT_S}"
        if is_mariadb
        else f"max_execution_time={base.STATEMENT_TIMEOUT_S * 1000}"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SET SESSION {isolation}='REPEATABLE-READ', {limit}, time_zone='+00:00', foreign_key_checks=1,"
            f" unique_checks=1, innodb_lock_wait_timeout={base.LOCK_TIMEOUT_S},"
            f" lock_wait_timeout={base.LOCK_TIMEOUT_S}"
        )


class MySqlDialect(base.Dialect):
    engine = Engine.MYSQL
    keys_per_statement = 500
    sends_texts_as_bytes = True

    def open(self, address: Address, *, home: Path, is_writer: bool) -> sa.Engine:
        return sa.create_engine(
            "mysql+pymysql://",
            creator=lambda: _connect(address, home=home),
            pool_size=5,
            max_overflow=20,
            pool_recycle=900,
            pool_timeout=30,
            hide_parameters=True,
        )

    def begin(self, connection: sa.Connection, *, is_writer: bool) -> int:
        mode = "READ WRITE" if is_writer else "READ ONLY, WITH CONSISTENT SNAPSHOT"
        connection.exec_driver_sql(f"START TRANSACTION {mode}")
        return 1

    def facts(self, connection: sa.Connection) -> base.Facts:
        return mysql_catalogue.facts(connection)

    def reflect(self, connection: sa.Connection, names: Sequence[str], schema: str | None) -> base.Reflected:
        return mysql_reflection.reflect(connection)

    def structure(self, connection: sa.Connection) -> Iterable[str]:
        return mysql_catalogue.structure(connection)

    def reflected_schemas(self, connection: sa.Connection, facts: base.Facts) -> Iterable[str | None]:
        return [None]

    def is_replica(self, connection: sa.Connection) -> bool:
        return mysql_catalogue.is_replica(connection)

    def database(self, connection: sa.Connection) -> str:
        return str(connection.exec_driver_sql("SELECT database()").scalar_one())

    def missing_rights(
        self, connection: sa.Connection, tables: Sequence[base.TableKey]
    ) -> Iterable[tuple[base.TableKey, Right]]:
        return mysql_catalogue.missing_rights(connection, tables)

    def tls(self, connection: sa.Connection, address: Address) -> str:
        row = connection.exec_driver_sql("SHOW SESSION STATUS LIKE 'Ssl_version'").first()
        if row is None or not row[1]:
            return "plain"
        is_verified = address.options.get("sslmode") in ("verify-ca", "verify-full")
        return f"{row[1]}, verified" if is_verified else str(row[1])

    def translate(self, error: BaseException, *, source: str, table: str) -> refusals.SourceRefusal:
        code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
        if code in (1142, 1143, 1044, 1227, 1370):
            return refusals.PermissionDenied(source=source, table=table or "-")
        if code in _CONSTRAINT_CODES:
            return refusals.ConstraintRefused(source=source, table=table, constraint=str(code))
        if code in (2006, 2013) and "timed out" in str(error):
            return refusals.TimedOut(source=source)
        simple = _BY_CODE.get(code)
        if simple is None and (code == 0 or 2000 <= code < 3000):
            simple = refusals.SourceDown
        return simple(source=source) if simple else refusals.SourceFailed(source=source, error=str(code))

    def is_commit_refused(self, error: BaseException) -> bool:
        code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
        is_from_server = 1000 <= code < 2000 or 3000 <= code < 5000
        return is_from_server and code not in _UNCERTAIN_CODES

    def batches(
        self, columns: Sequence[base.KeyColumn], keys: Sequence[Key], folds: base.Folds
    ) -> Iterable[base.Batch]:
        for start in range(0, len(keys), self.keys_per_statement):
            chunk = keys[start : start + self.keys_per_statement]
            if folds.case:
                yield _folded(columns[0], chunk, folds)
            else:
                yield _exactly(columns, chunk)

    def joined(self, near: base.KeyColumn, far: ColumnInfo) -> base.KeyColumn:
        """Beside a column of a binary collation the comparison is binary, but for trailing spaces.

        Source: https://dev.mysql.com/doc/refman/8.0/en/charset-collation-coercibility.html.
        """
        joined = super().joined(near, far)
        if joined is near or not near.info.ignores_case or far.ignores_case:
            return joined
        binary: sa.ColumnElement[Any] = sa.collate(_utf8(near.sql), "utf8mb4_bin")
        return base.KeyColumn(sql=binary, info=joined.info)

    def cell(self, column: base.KeyColumn, max_chars: int) -> sa.ColumnElement[Any]:
        """Texts come as bytes of UTF-8, cut before they are converted; what cannot be told, as its text."""
        kind, cell = column.info.kind, column.sql
        if kind is Kind.BINARY:
            return sa.func.left(cell, BINARY_PREFIX)
        if kind in (Kind.TEXT, Kind.OTHER, Kind.UUID, Kind.INET):
            text: sa.ColumnElement[Any] = cell if kind is Kind.TEXT else _shown(column)
            return sa.cast(_utf8(sa.func.left(text, max_chars)), sa.BINARY)
        return cell

    def text_of(self, column: base.KeyColumn) -> sa.ColumnElement[Any]:
        """A pattern may hold letters that the column's own encoding cannot say."""
        return _utf8(super().text_of(column))

    def ends_in_none_of(
        self, text: sa.ColumnElement[Any], chars: sa.ColumnElement[str]
    ) -> sa.ColumnElement[bool]:
        return sa.func.locate(sa.func.right(text, 1), chars) == 0

    def equals(self, column: base.KeyColumn, value: object) -> sa.ColumnElement[bool]:
        plain = _compared(column) == sa.literal(value, sa.types.NullType())
        if not column.info.is_loose:
            return plain
        return plain & (_as_bytes(column.sql) == sa.literal(str(value).encode(), sa.types.NullType()))


def _compared(column: base.KeyColumn) -> sa.ColumnElement[Any]:
    """Return what is compared: of a number that is shown rounded, what is shown, since keys are read so.

    Source: https://dev.mysql.com/doc/refman/8.0/en/problems-with-float.html.
    """
    is_rounded = column.info.kind is Kind.FLOAT and _ROUNDED.match(column.info.type)
    if not is_rounded:
        return column.sql
    shown: sa.ColumnElement[Any] = sa.cast(column.sql, sa.CHAR).op("+")(sa.literal_column("0e0"))
    return shown


def _shown(column: base.KeyColumn) -> sa.ColumnElement[Any]:
    is_shape = column.info.type.upper() in _SHAPES
    return sa.func.ST_AsText(column.sql) if is_shape else sa.cast(column.sql, sa.CHAR)


def _utf8(text: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Return the text in the connection's encoding, whatever the column's."""
    return sa.func.convert(text.op("USING")(sa.literal_column("utf8mb4")))


def _as_bytes(text: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """A text's UTF-8 bytes: binary strings are compared without collation and without padding."""
    return sa.cast(_utf8(text), sa.BINARY)


def _trimmed(text: sa.ColumnElement[Any], blanks: str) -> sa.ColumnElement[Any]:
    """Strip blanks of every kind; one inside a text becomes a space, so that it equals nothing without."""
    for char in blanks.replace(" ", ""):
        text = sa.func.replace(text, char, " ")
    return sa.func.trim(text) if blanks else text


def _exactly(columns: Sequence[base.KeyColumn], keys: Sequence[Key]) -> base.Batch:
    """Compare plainly, which an index helps, and exactly besides where plain equality is looser."""
    parameters: dict[str, object] = {}
    conditions: list[sa.ColumnElement[bool]] = []
    for place, column in enumerate(columns):
        conditions.append(_compared(column).in_(sa.bindparam(f"k{place}", expanding=True)))
        parameters[f"k{place}"] = list(dict.fromkeys(key[place] for key in keys))
    exact = [_as_bytes(column.sql) if column.info.is_loose else _compared(column) for column in columns]
    raw = [
        tuple(
            str(value).encode() if column.info.is_loose else value
            for column, value in zip(columns, key, strict=True)
        )
        for key in keys
    ]
    if len(columns) > 1:
        conditions.append(sa.tuple_(*exact).in_(sa.bindparam("k", expanding=True)))
        parameters["k"] = raw
    elif columns[0].info.is_loose:
        conditions.append(exact[0].in_(sa.bindparam("k", expanding=True)))
        parameters["k"] = [value for (value,) in raw]
    return base.Batch(condition=sa.and_(*conditions), parameters=parameters)


def _folded(column: base.KeyColumn, keys: Sequence[Key], folds: base.Folds) -> base.Batch:
    """Compare in lower case. Where the collation ignores case an index narrows the rows down first."""
    lowered = _as_bytes(_trimmed(sa.func.lower(_utf8(column.sql)), folds.blanks))
    condition: sa.ColumnElement[bool] = lowered.in_(sa.bindparam("k", expanding=True))
    parameters: dict[str, object] = {"k": [str(key[0]).encode() for key in keys]}
    if column.info.ignores_case and not folds.blanks:
        condition = column.sql.in_(sa.bindparam("k0", expanding=True)) & condition
        parameters["k0"] = [key[0] for key in keys]
    return base.Batch(condition=condition, parameters=parameters)


_CONSTRAINT_CODES = frozenset(
    {1048, 1062, 1169, 1216, 1217, 1264, 1364, 1406, 1451, 1452, 1557, 1761, 3819, 4025}
)
_BY_CODE: dict[int, type[refusals.SourceRefusal]] = {
    1045: refusals.WrongPassword,
    1698: refusals.WrongPassword,
    1251: refusals.WrongPassword,
    1049: refusals.UnknownDatabase,
    1130: refusals.CannotConnect,
    1129: refusals.CannotConnect,
    2026: refusals.TlsRefused,
    3159: refusals.TlsRefused,
    1205: refusals.Conflict,
    1213: refusals.Conflict,
    1020: refusals.Conflict,
    1969: refusals.TimedOut,
    3024: refusals.TimedOut,
    1290: refusals.NoWriteAddress,
    1792: refusals.NoWriteAddress,
    1054: refusals.SchemaChanged,
    1146: refusals.SchemaChanged,
    1356: refusals.SchemaChanged,
    3: refusals.SourceDiskFails,  # the file system's own, as are 1021 to 1030
    1021: refusals.SourceDiskFails,
    1026: refusals.SourceDiskFails,
    1030: refusals.SourceDiskFails,
    1114: refusals.SourceDiskFails,
    1040: refusals.SourceDown,
    1053: refusals.SourceDown,
    1203: refusals.SourceDown,
    1317: refusals.TimedOut,
}
