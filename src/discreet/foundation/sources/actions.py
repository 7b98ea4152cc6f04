"""Acts on sources: connect one, describe it again. The I/O comes first; the act saves what was found."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from discreet.engines.subjects.graph import TableRef
from discreet.foundation.jobs.api import try_again_now
from discreet.foundation.keys.api import seal_secret
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import record
from discreet.foundation.sources import pools, refusals
from discreet.foundation.sources.addresses import Address, parse_address
from discreet.foundation.sources.catalogue import Catalogue, MissingRight, to_json
from discreet.foundation.sources.describing import describe as describe_connection
from discreet.foundation.sources.dialects import dialect_of
from discreet.foundation.sources.models import Endpoint, Source
from discreet.foundation.sources.rights import missing_rights
from discreet.vocabulary.actors import Actor, ActorKind

__all__ = ["connect_source", "describe_source"]
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,49}")
_OWN_TABLES = frozenset({"django_migrations", "sources_source", "sources_endpoint"})


def connect_source(
    *,
    actor: Actor,
    now: datetime,
    name: str,
    url: str,
    write_url: str | None = None,
    is_read_only: bool = False,
) -> int:
    """Connect the source `name`, or replace the addresses of one that exists, and describe it.

    Without `write_url`, a source that exists keeps the account it may erase with, if the new address is of the
    same database; `is_read_only` drops it.

    Returns the source's id.

    Raises:
        WriteAddressAtStake: the account for erasing is of another database, and would be lost.
        OtherDatabase: the write address is of another database; a replica's has its primary's name.
        SourceRefusal: an address is wrong or cannot be reached; nothing was saved.
    """
    if not _NAME.fullmatch(name):
        raise refusals.BadSourceName
    reading = parse_address(url)
    writing = parse_address(write_url) if write_url else None
    if writing is None and not is_read_only:
        writing = _kept_account(name, reading)
    if writing is not None and writing.engine is not reading.engine:
        raise refusals.OtherEngine
    is_local = reading.is_local or (writing is not None and writing.is_local)
    if is_local and actor.kind not in (ActorKind.SHELL, ActorKind.SYSTEM):
        raise refusals.FileNotAllowed
    looked = _look(reading, source=name)
    catalogue = looked.catalogue
    endpoints = [_endpoint(name, "read", reading, is_replica=catalogue.is_replica, tls=catalogue.tls)]
    if writing is not None:
        reached = _reach(writing, source=name, looked=looked)
        catalogue = replace(catalogue, missing_rights=reached.missing_rights)
        endpoints.append(_endpoint(name, "write", writing, is_replica=False, tls=reached.tls))
    return _save_connection(actor=actor, now=now, catalogue=catalogue, endpoints=endpoints)


def describe_source(*, actor: Actor, now: datetime, name: str) -> Catalogue:
    """Read the structure of a connected source again and keep it, with the rights that its write account lacks.

    Raises:
        UnknownSource, SourceRefusal: see there.
    """
    endpoints = pools.endpoints(pools.known(name).name)
    looked = _look(pools.address_of(endpoints["read"], source=name), source=name)
    catalogue = looked.catalogue
    if "write" in endpoints:
        reached = _reach(pools.address_of(endpoints["write"], source=name), source=name, looked=looked)
        catalogue = replace(catalogue, missing_rights=reached.missing_rights)
    _save_description(actor=actor, now=now, catalogue=catalogue)
    return catalogue


def _kept_account(name: str, reading: Address) -> Address | None:
    """Return the write address of a source that exists, if it is of the database that `reading` is of."""
    held = pools.endpoints(name).get("write")
    if held is None:
        return None
    kept = pools.address_of(held, source=name)
    if (kept.engine, kept.place) != (reading.engine, reading.place):
        raise refusals.WriteAddressAtStake(source=name)
    return kept


@dataclass(frozen=True, slots=True)
class _Reached:
    """What answered at a write address."""

    tls: str
    missing_rights: tuple[MissingRight, ...]


@dataclass(frozen=True, slots=True)
class _Looked:
    """What stands behind a read address."""

    address: Address
    catalogue: Catalogue
    database: str  # as the server says it


def _look(address: Address, *, source: str) -> _Looked:
    """Describe what stands behind an address, over a connection of its own."""
    dialect = dialect_of(address.engine)
    with _opened(address, source=source, is_writer=False) as connection:
        catalogue = describe_connection(connection, dialect, source=source, address=address)
        database = dialect.database(connection)
    if {TableRef(source, name) for name in _OWN_TABLES} <= set(catalogue.by_ref):
        raise refusals.OwnDatabase
    return _Looked(address, catalogue, database)


def _reach(address: Address, *, source: str, looked: _Looked) -> _Reached:
    """Ask a write address who answers, and what it may not do with the tables that the read address shows.

    Raises:
        ReplicaRefused: a server that follows another one.
        OtherDatabase: it is not the database that was looked at.
    """
    dialect = dialect_of(address.engine)
    with _opened(address, source=source, is_writer=True) as connection:
        if dialect.is_replica(connection):
            raise refusals.ReplicaRefused(source=source)
        if dialect.database(connection) != looked.database:
            raise refusals.OtherDatabase(read=looked.address.database, written=address.database)
        return _Reached(
            tls=dialect.tls(connection, address),
            missing_rights=missing_rights(connection, dialect, looked.catalogue),
        )


@contextmanager
def _opened(address: Address, *, source: str, is_writer: bool) -> Iterator[sa.Connection]:
    dialect = dialect_of(address.engine)
    engine = pools.open_engine(address, is_writer=is_writer)
    try:
        with (
            pools.connected(engine, source=source, kind=address.engine) as connection,
            pools.translated(dialect, source=source),
        ):
            dialect.begin(connection, is_writer=False)
            yield connection
    finally:
        engine.dispose()


@act("sources.connect_source")
def _save_connection(
    *, actor: Actor, now: datetime, catalogue: Catalogue, endpoints: Sequence[Endpoint]
) -> int:
    name = catalogue.source
    existing = Source.objects.select_for_update().filter(name=name).first()
    if existing is not None and existing.engine != catalogue.engine:
        raise refusals.OtherEngine
    source = existing or Source(name=name, engine=catalogue.engine, connected_at=now, revision=0)
    _fill(source, catalogue, now)
    source.endpoints.all().delete()
    for endpoint in endpoints:
        endpoint.source = source
        endpoint.save()
    try_again_now()
    record(
        actor=actor,
        now=now,
        subject=f"source:{name}",
        facts={**_facts(catalogue), "is_writable": len(endpoints) > 1, "is_new": existing is None},
    )
    return int(source.pk)


@act("sources.describe_source")
def _save_description(*, actor: Actor, now: datetime, catalogue: Catalogue) -> None:
    source = Source.objects.select_for_update().get(name=catalogue.source)
    has_changed = source.fingerprint != catalogue.fingerprint
    _fill(source, catalogue, now)
    source.endpoints.filter(use="read").update(is_replica=catalogue.is_replica, tls=catalogue.tls)
    record(
        actor=actor,
        now=now,
        subject=f"source:{catalogue.source}",
        facts={**_facts(catalogue), "has_changed": has_changed},
    )


def _fill(source: Source, catalogue: Catalogue, now: datetime) -> None:
    source.version = catalogue.version
    source.fingerprint = catalogue.fingerprint
    source.catalogue = to_json(catalogue)
    source.described_at = now
    source.revision += 1
    source.save()


def _endpoint(source: str, use: str, address: Address, *, is_replica: bool, tls: str) -> Endpoint:
    endpoint = Endpoint(use=use, is_replica=is_replica, tls=tls)
    if address.url_variable:
        endpoint.url_variable = address.url_variable
        return endpoint
    endpoint.host, endpoint.port, endpoint.database = address.host, address.port, address.database
    endpoint.user, endpoint.options = address.user, dict(address.options)
    endpoint.password_variable = address.password_variable
    if address.password and not address.password_variable:
        label = pools.secret_label(source=source, use=use)
        endpoint.sealed_password = seal_secret(address.password.encode(), label)
    return endpoint


def _facts(catalogue: Catalogue) -> dict[str, str | int | bool]:
    return {
        "engine": catalogue.engine.value,
        "fingerprint": catalogue.fingerprint,
        "tables": len(catalogue.tables),
        "is_replica": catalogue.is_replica,
        "tls": catalogue.tls,
    }
