"""A file looked at without an installation: nothing is connected and nothing is kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from discreet.foundation.sources import pools, refusals
from discreet.foundation.sources.addresses import Address
from discreet.foundation.sources.catalogue import Engine
from discreet.foundation.sources.describing import describe
from discreet.foundation.sources.dialects import dialect_of
from discreet.foundation.sources.session import ReadSession

_SQLITE = b"SQLite format 3\x00"
NAME = "file"


@contextmanager
def opened(file: Path) -> Iterator[ReadSession]:
    """Yield a session that reads the tables of `file`: CSV, JSON lines, Parquet, or an SQLite database.

    Raises:
        NotATable: it is none of these, or it cannot be read.
        DriverMissing: what reads such files is not installed.
    """
    if not file.is_file():  # a pipe or a device may never end
        raise refusals.NotATable(file=file.name[:100])
    with file.open("rb") as head:
        engine = Engine.SQLITE if head.read(len(_SQLITE)) == _SQLITE else Engine.FILES
    dialect = dialect_of(engine)
    address = Address(engine=engine, database=str(file.resolve() if engine is Engine.SQLITE else file.parent))
    if engine is Engine.SQLITE:
        pool = dialect.open(address, home=file.parent / "\0", is_writer=False)
    else:
        pool = _one_table(file.resolve())
    try:
        with pools.connected(pool, source=NAME, kind=engine) as connection:
            with pools.translated(dialect, source=NAME):
                catalogue = describe(connection, dialect, source=NAME, address=address)
            if not catalogue.tables:
                raise refusals.NotATable(file=file.name[:100])
            connection.rollback()
            yield ReadSession(pools.Known(NAME, 0, catalogue), connection)
    finally:
        pool.dispose()


def _one_table(file: Path) -> sa.Engine:
    try:
        from discreet.foundation.sources.files.opening import FolderConnection
    except ModuleNotFoundError:
        raise refusals.DriverMissing(source=NAME, extra=Engine.FILES.value) from None
    return sa.create_engine(
        "duckdb://",
        creator=lambda: FolderConnection(file.parent, only=file),
        poolclass=NullPool,
        hide_parameters=True,
    )
