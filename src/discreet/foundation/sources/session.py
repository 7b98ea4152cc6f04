"""Opening a source to read or to write: the only place where customer data enters or leaves Discreet.

Source: DESIGN.md, Floors.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager

import sqlalchemy as sa

from discreet.engines.subjects.graph import TableRef
from discreet.foundation.sources import pools, refusals
from discreet.foundation.sources.catalogue import Engine, OlderLeft
from discreet.foundation.sources.file_session import FileWriteSession
from discreet.foundation.sources.transactions import ReadSession, WriteSession


def _engine(source: pools.Known, *, use: str, is_writer: bool) -> sa.Engine:
    """Return the pool of a source in use. What keeps it from being opened may pass, and is waited for."""
    try:
        return pools.engine_for(source, use=use, is_writer=is_writer)
    except refusals.SourceRefusal as refusal:
        refusals.while_in_use(refusal)
        raise


@contextmanager
def _connected(source: pools.Known, engine: sa.Engine) -> Iterator[sa.Connection]:
    """Yield a connection of a source in use. What keeps it from being reached may pass, and is waited for."""
    with ExitStack() as stack:
        try:
            opened = pools.connected(engine, source=source.name, kind=source.catalogue.engine)
            connection = stack.enter_context(opened)
        except refusals.SourceRefusal as refusal:
            refusals.while_in_use(refusal)
            raise
        yield connection


def reading(name: str, *, for_verification: bool = False) -> AbstractContextManager[ReadSession]:
    """Return what opens a read-only snapshot, in whatever thread: Discreet's own database is asked here and now.

    Raises:
        UnknownSource: there is no such source.
    """
    source = pools.known(name)
    use = "read"
    if for_verification and source.catalogue.is_replica and "write" in pools.endpoints(name):
        use = "write"
    engine = _engine(source, use=use, is_writer=False)
    return _reading(source, engine, for_verification=for_verification)


@contextmanager
def _reading(source: pools.Known, engine: sa.Engine, *, for_verification: bool) -> Iterator[ReadSession]:
    with _connected(source, engine) as connection:
        session = ReadSession(source, connection)
        if for_verification:
            session.refuse_replica()
        yield session


@contextmanager
def read(name: str, *, for_verification: bool = False) -> Iterator[ReadSession]:
    """Yield a read-only snapshot of the source `name`.

    A verification reads the primary: where the read address is a replica, the write address is read instead.

    Raises:
        UnknownSource: there is no such source.
        ReplicaRefused: a verification was asked for and only a replica is known.
    """
    with reading(name, for_verification=for_verification) as session:
        yield session


def writing(name: str) -> AbstractContextManager[WriteSession]:
    """Return what opens one transaction, in whatever thread: Discreet's own database is asked here and now.

    Raises:
        UnknownSource, NoWriteAddress: see there.
    """
    source = pools.known(name)
    return _writing(source, _engine(source, use="write", is_writer=True))


@contextmanager
def _writing(source: pools.Known, engine: sa.Engine) -> Iterator[WriteSession]:
    with _connected(source, engine) as connection:
        yield _write_session(source)(source, connection)


@contextmanager
def write(name: str) -> Iterator[WriteSession]:
    """Yield one transaction on the source `name`. Without `commit` it is rolled back.

    Raises:
        UnknownSource, NoWriteAddress: see there.
    """
    with writing(name) as session:
        yield session


def older_left(name: str, tables: Sequence[TableRef], *, deletes: bool) -> OlderLeft:
    """Return what is left of older versions of objects that hold some tables; other sources have none.

    `deletes`: delete them for good first. Idempotent.

    Raises:
        UnknownSource, NoWriteAddress, SourceRefusal: see there.
    """
    with write(name) as writer:
        return (
            writer.older_left(tables, deletes=deletes)
            if isinstance(writer, FileWriteSession)
            else OlderLeft({})
        )


def _write_session(source: pools.Known) -> type[WriteSession]:
    return FileWriteSession if source.catalogue.engine is Engine.FILES else WriteSession


def fingerprint(name: str) -> str:
    """Return the fingerprint of the source's structure as it is now, cheaply. Compare with a plan's."""
    with read(name) as session:
        return session.fingerprint()
