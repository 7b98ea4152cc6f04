"""Folders of files, read by DuckDB. There is no snapshot beyond a statement, and no index; files are written anew."""

import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from discreet.engines.subjects.graph import Key
from discreet.foundation.sources import refusals
from discreet.foundation.sources.addresses import Address
from discreet.foundation.sources.catalogue import (
    Catalogue,
    Engine,
    Kind,
    OldVersions,
    Right,
    Skipped,
    TableInfo,
    passed_over,
)
from discreet.foundation.sources.cells import BINARY_PREFIX
from discreet.foundation.sources.dialects import base, places
from discreet.foundation.sources.files.replacing import may_be_replaced

if TYPE_CHECKING:
    from discreet.foundation.sources.files.opening import FolderConnection

_ROWS_LOOKED_AT = 1_000_000  # for a sample: a file has no index, so of more rows some places are read
_UNREADABLE = frozenset(
    [Skipped.NO_TABLE, Skipped.ENCODING, Skipped.TOO_LARGE, Skipped.BOMB, Skipped.CLOSED, Skipped.DEEP]
)
_NUMBER = " row"  # no column's name begins with a blank
_TYPES: dict[str, sa.types.TypeEngine[Any]] = {
    "VARCHAR": sa.Text(),
    "BOOLEAN": sa.Boolean(),
    "DATE": sa.Date(),
    "TIME": sa.Time(),
    "TIMESTAMP": sa.DateTime(),
    "UUID": sa.Uuid(),
    "BLOB": sa.LargeBinary(),
    "FLOAT": sa.Float(),
    "DOUBLE": sa.Float(),
}

_DUCKDB = {"BIGINT": "UBIGINT", "FLOAT": "DOUBLE", "BOOLEAN": "BOOLEAN"}  # of JSON


class FilesDialect(base.Dialect):
    engine = Engine.FILES
    keys_per_statement = 2_000
    locks_rows = False

    def open(self, address: Address, *, home: Path, is_writer: bool) -> sa.Engine:
        try:
            from discreet.foundation.sources.files.changing import WritableFolder
            from discreet.foundation.sources.files.opening import FolderConnection
        except ModuleNotFoundError:
            raise refusals.DriverMissing(source="", extra=Engine.FILES.value) from None

        if not address.is_local:
            return _engine(_bucket(address, home=home, is_writer=is_writer))

        def connect() -> "FolderConnection":
            folder = Path(address.database)
            if not folder.is_dir():
                raise refusals.FolderMissing
            return WritableFolder(folder) if is_writer else FolderConnection(folder)

        return _engine(connect)

    def begin(self, connection: sa.Connection, *, is_writer: bool) -> int:
        return 0

    def reflected_schemas(self, connection: sa.Connection, facts: base.Facts) -> Iterable[str | None]:
        return [None]

    def facts(self, connection: sa.Connection) -> base.Facts:
        import duckdb

        folder = _folder(connection)
        tables: dict[base.TableKey, base.TableFacts] = {}
        known, skipped = folder.columns()
        for name in known:
            try:
                counted = folder.counted(name)
            except duckdb.Error:
                skipped.append((Skipped.NO_TABLE, name))
                continue
            tables["", name] = base.TableFacts(
                is_transactional=counted.is_certain,
                estimated_rows=counted.rows,
                broken_lines=counted.broken,
                broken_at=counted.at,
            )
        return base.Facts(
            version=f"DuckDB {duckdb.__version__}",
            default_schema="",
            tables=tables,
            unreadable=tuple(name for reason, name in skipped if reason in _UNREADABLE),
            passed_over=passed_over(skipped),
            old_versions=folder.old_versions,
        )

    def reflect(self, connection: sa.Connection, names: Sequence[str], schema: str | None) -> base.Reflected:
        known, _ = _folder(connection).columns()
        columns = {
            (None, table): [{"name": name, "type": _type(kind)} for name, kind in known[table]]
            for table in names
        }
        return base.Reflected(columns=columns, keys={}, links={}, indexes={})

    def structure(self, connection: sa.Connection) -> Iterable[str]:
        folder = _folder(connection)
        known, _ = folder.columns()
        lines = [repr((table, *column)) for table, columns in known.items() for column in columns]
        # a bucket that begins to keep old versions sends plans back
        return lines if folder.old_versions is OldVersions.NONE else [*lines, repr(folder.old_versions.value)]

    def is_replica(self, connection: sa.Connection) -> bool:
        return False

    def database(self, connection: sa.Connection) -> str:
        return _folder(connection).identity

    def missing_rights(
        self, connection: sa.Connection, tables: Sequence[base.TableKey]
    ) -> Iterable[tuple[base.TableKey, Right]]:
        """A new file is written beside the old one, so the folder that it stands in counts too."""
        folder = _folder(connection)
        for table in tables:
            file = folder.file_of(table[1])
            if file is not None and not may_be_replaced(file.path):
                yield table, Right.FILE
            if file is not None and not os.access(file.path.parent, os.W_OK | os.X_OK):
                yield table, Right.FOLDER

    def prepare(self, connection: sa.Connection, catalogue: Catalogue) -> None:
        """A file that lost rows keeps the columns that are known."""
        _folder(connection).expected = {
            table.ref.table: tuple(
                (column.name, _DUCKDB.get(column.type, "VARCHAR")) for column in table.columns
            )
            for table in catalogue.tables
        }

    def tls(self, connection: sa.Connection, address: Address) -> str:
        if address.is_local:
            return "file"
        return "TLS, verified" if address.is_encrypted else "plain"

    def translate(self, error: BaseException, *, source: str, table: str) -> refusals.SourceRefusal:
        name = type(error).__name__
        if name == "InterruptException":
            return refusals.TimedOut(source=source)
        if name in ("CatalogException", "BinderException"):
            return refusals.SchemaChanged(source=source)
        if name == "IOException":  # the file went away, or is no longer what it was
            return refusals.SchemaChanged(source=source)
        if name == "PermissionException":
            return refusals.PermissionDenied(source=source, table=table)
        return refusals.SourceFailed(source=source, error=name)

    def is_commit_refused(self, error: BaseException) -> bool:
        return True

    def batches(
        self, columns: Sequence[base.KeyColumn], keys: Sequence[Key], folds: base.Folds
    ) -> Iterable[base.Batch]:
        wanted: sa.ColumnElement[Any] = columns[0].sql if len(columns) == 1 else _tuple(columns)
        if folds.case:
            wanted = sa.func.lower(self.text_of(columns[0]))
            wanted = sa.func.trim(wanted, folds.blanks) if folds.blanks else wanted
        condition: sa.ColumnElement[bool] = wanted.in_(sa.bindparam("k", expanding=True))
        for start in range(0, len(keys), self.keys_per_statement):
            chunk = keys[start : start + self.keys_per_statement]
            given = list(chunk) if len(columns) > 1 else [key[0] for key in chunk]
            yield base.Batch(condition=condition, parameters={"k": given})

    def ends_in_none_of(
        self, text: sa.ColumnElement[Any], chars: sa.ColumnElement[str]
    ) -> sa.ColumnElement[bool]:
        return sa.func.strpos(chars, sa.func.right(text, 1)) == 0

    def equals(self, column: base.KeyColumn, value: object) -> sa.ColumnElement[bool]:
        return column.sql == sa.literal(value, sa.types.NullType())

    def cell(self, column: base.KeyColumn, max_chars: int) -> sa.ColumnElement[Any]:
        kind, cell = column.info.kind, column.sql
        if kind is Kind.TEXT:
            return sa.func.left(cell, max_chars)
        if kind is Kind.BINARY:
            return sa.func.array_slice(cell, 1, BINARY_PREFIX)
        if kind in (Kind.DATE, Kind.TIME, Kind.TIMESTAMP):
            return sa.cast(cell, sa.String)
        return cell

    def spread(
        self, ask: places.Ask, info: TableInfo, table: sa.Table, default_schema: str, limit: int
    ) -> places.Spread | None:
        """Take every so manieth of the rows, in the order of the file."""
        from discreet.foundation.sources.files.opening import spread_name

        rows, taken = max(info.estimated_rows, limit), table
        if rows > _ROWS_LOOKED_AT:
            columns = [sa.Column(column.name, column.type) for column in table.c]
            taken = sa.Table(spread_name(info.ref.table), sa.MetaData(), *columns)
            rows = max(int(str(ask(sa.select(sa.func.count()).select_from(taken))[0][0])), limit)
        number = sa.func.row_number().over().label(_NUMBER)
        numbered = sa.select(taken, number).subquery()
        chosen = (numbered.c[_NUMBER] * limit) % rows < limit
        return places.Spread((places.Place(rows=limit, where=chosen, table=numbered),))


def _engine(connect: Callable[[], "FolderConnection"]) -> sa.Engine:
    """Return an engine without a pool: each session sees what is there now, and keeps nothing of it afterwards."""
    return sa.create_engine("duckdb://", creator=connect, poolclass=NullPool, hide_parameters=True)


def _bucket(address: Address, *, home: Path, is_writer: bool) -> "Callable[[], FolderConnection]":
    try:
        import boto3  # noqa: F401
    except ModuleNotFoundError:
        raise refusals.DriverMissing(source="", extra="s3") from None
    from discreet.foundation.sources.objects.opening import open_bucket

    return partial(open_bucket, address, home=home, is_writer=is_writer)


def _folder(connection: sa.Connection) -> "FolderConnection":
    found: Any = connection.connection.dbapi_connection
    return found  # type: ignore[no-any-return]


def _tuple(columns: Sequence[base.KeyColumn]) -> sa.ColumnElement[Any]:
    return sa.tuple_(*(column.sql for column in columns))


def _type(kind: str) -> sa.types.TypeEngine[Any]:
    if kind.startswith("DECIMAL"):
        return sa.Numeric()
    return sa.BigInteger() if kind.endswith("INT") or kind == "INTEGER" else _TYPES.get(kind, sa.Text())
