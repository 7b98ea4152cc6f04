"""Connections that are kept open per process, and what a process knows about a source.

A session costs no look-up beyond one row of Discreet's own database and no statement on the source beyond
its own: no ping, no reflection.
"""

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import sqlalchemy as sa
from django.conf import settings
from django.db import connection as own_connection

from discreet.engines.subjects.graph import TableRef
from discreet.foundation import plain_sql
from discreet.foundation.keys.api import open_secret
from discreet.foundation.sources import refusals
from discreet.foundation.sources.addresses import (
    Address,
    check_file,
    check_folder,
    parse_address,
    read_variable,
)
from discreet.foundation.sources.catalogue import Catalogue, Engine, TableInfo, from_json
from discreet.foundation.sources.dialects import dialect_of
from discreet.foundation.sources.dialects.base import Dialect
from discreet.foundation.sources.models import Endpoint, Source

_REVISION = f"SELECT revision FROM {Source._meta.db_table} WHERE name = %s"  # noqa: S608


class InsideTransaction(AssertionError):
    """A bug: a source was used while a transaction of Discreet's own database is open."""


def assert_no_transaction() -> None:
    """Make sure that a slow source holds no lock of ours. Transactions that wrap a whole test do not count."""
    if any(not getattr(block, "_from_testcase", False) for block in own_connection.atomic_blocks):
        raise InsideTransaction


def secret_label(*, source: str, use: str) -> str:
    """Return what a sealed password is bound to, so that it opens for no other endpoint."""
    return f"sources:{source}:{use}"


@dataclass(frozen=True)
class Known:
    """A source as of one revision: its catalogue and its tables for statements."""

    name: str
    revision: int
    catalogue: Catalogue

    @cached_property
    def texts(self) -> dict[object, str]:
        """Statements' texts by their shape: a preview names the same few again and again."""
        return {}

    @cached_property
    def statements(self) -> dict[object, sa.Executable]:
        """Statements built once, by their shape. They hold no values."""
        return {}

    @cached_property
    def driver_texts(self) -> dict[int, str]:
        """What the driver is given for one of `statements`, by its `id`: "" until somebody asks."""
        return {}

    @cached_property
    def _tables(self) -> dict[TableRef, sa.Table]:
        return {}

    def table(self, ref: TableRef) -> tuple[TableInfo, sa.Table]:
        """Return a table of the catalogue.

        Raises:
            UnknownName: there is none of this name.
        """
        info = self.catalogue.table(ref)
        if info is None:
            raise refusals.UnknownName(source=self.name, name=shown(ref.table))
        if ref not in self._tables:
            self._tables[ref] = _sql_table(info, self.catalogue)
        return info, self._tables[ref]


def shown(name: str) -> str:
    """Return a name fit for a message: it may come from outside."""
    return "".join(letter if letter.isprintable() else "?" for letter in name)[:100]


def _sql_table(info: TableInfo, catalogue: Catalogue) -> sa.Table:
    name = sa.quoted_name(info.ref.table, quote=True)
    schema = info.ref.schema or (catalogue.default_schema if catalogue.engine is Engine.POSTGRESQL else "")
    columns = [sa.Column(sa.quoted_name(each.name, quote=True), sa.types.NullType()) for each in info.columns]
    return sa.Table(
        name, sa.MetaData(), *columns, schema=sa.quoted_name(schema, quote=True) if schema else None
    )


_lock = threading.Lock()
_known: dict[str, Known] = {}
_engines: dict[tuple[int, str, str], tuple[int, sa.Engine]] = {}


def known(name: str) -> Known:
    """Return what is known about the source `name`.

    Raises:
        UnknownSource: there is none.
    """
    found = plain_sql.first(_REVISION, name)
    if found is None:
        raise refusals.UnknownSource(source=shown(name))
    held = _known.get(name)
    if held is None or held.revision != found[0]:
        row = Source.objects.get(name=name)
        held = Known(name=name, revision=row.revision, catalogue=from_json(row.catalogue))
        _known[name] = held
    return held


def endpoints(name: str) -> Mapping[str, Endpoint]:
    """Return the source's endpoints by use: `read` always, `write` where writing is possible."""
    return {each.use: each for each in Endpoint.objects.filter(source__name=name)}


def address_of(endpoint: Endpoint, *, source: str) -> Address:
    """Return the address with its password."""
    if endpoint.url_variable:
        return parse_address(f"env:{endpoint.url_variable}")
    password = ""
    if endpoint.password_variable:
        password = read_variable(endpoint.password_variable)
    elif endpoint.sealed_password is not None:
        label = secret_label(source=source, use=endpoint.use)
        password = open_secret(bytes(endpoint.sealed_password), label).decode()
    return Address(
        engine=known(source).catalogue.engine,
        host=endpoint.host,
        port=endpoint.port,
        database=endpoint.database,
        user=endpoint.user,
        password=password,
        options=endpoint.options,
    )


def open_engine(address: Address, *, is_writer: bool) -> sa.Engine:
    """Return a fresh pool for `address`.

    Raises:
        FileMissing, FolderMissing, OwnDatabase: the address is a path that must not be opened.
        DriverMissing: what reads files is not installed.
    """
    check = {Engine.SQLITE: check_file, Engine.FILES: check_folder}.get(address.engine)
    if check is not None and address.is_local:
        own = settings.DATABASES["default"]
        own_file = str(own["NAME"]) if own["ENGINE"].endswith("sqlite3") else ""
        check(address, home=settings.DISCREET_HOME, own_database=own_file)
    return dialect_of(address.engine).open(address, home=settings.DISCREET_HOME, is_writer=is_writer)


def engine_for(source: Known, *, use: str, is_writer: bool) -> sa.Engine:
    """Return the pool of this process for one use of a source.

    Raises:
        NoWriteAddress: the source was connected without one.
    """
    at = (os.getpid(), source.name, f"{use}:{'rw' if is_writer else 'ro'}")
    held = _engines.get(at)
    if held is not None and held[0] == source.revision:
        return held[1]
    endpoint = endpoints(source.name).get(use)
    if endpoint is None:
        raise refusals.NoWriteAddress(source=source.name)
    engine = open_engine(address_of(endpoint, source=source.name), is_writer=is_writer)
    with _lock:
        held = _engines.get(at)
        if held is not None and held[0] == source.revision:
            return held[1]
        _engines[at] = (source.revision, engine)
    if held is not None:
        held[1].dispose()
    return engine


def dispose_all() -> None:
    """Close all connections that are kept, and forget all that is known."""
    with _lock:
        for _, engine in _engines.values():
            engine.dispose()
        _engines.clear()
        _known.clear()


@contextmanager
def connected(engine: sa.Engine, *, source: str, kind: Engine) -> Iterator[sa.Connection]:
    """Yield a connection of `engine`; whatever is open at the end is rolled back.

    Raises:
        SourceRefusal: the source cannot be reached.
    """
    assert_no_transaction()
    try:
        connection = engine.connect()
    except sa.exc.DBAPIError as error:
        cause = error.orig if error.orig is not None else error
        # the driver's text can hold the account's secrets, so it is not chained
        raise dialect_of(kind).translate(cause, source=source, table="") from None
    except sa.exc.TimeoutError:
        raise refusals.SourceDown(source=source) from None
    except ModuleNotFoundError:
        raise refusals.DriverMissing(source=source, extra=kind.value) from None
    except refusals.SourceRefusal as refusal:
        refusal.params["source"] = source  # who opened it knows the address alone
        raise
    try:
        yield connection
    finally:
        try:
            connection.rollback()
        except Exception:  # noqa: BLE001 - the connection is dead; the server rolls back by itself
            connection.invalidate()
        connection.close()


@contextmanager
def translated(dialect: Dialect, *, source: str) -> Iterator[None]:
    """Turn the driver's errors into refusals."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        cause = error.orig if error.orig is not None else error
        raise dialect.translate(cause, source=source, table="") from None
