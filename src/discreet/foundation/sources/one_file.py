"""A file looked at without an installation: nothing is connected and nothing is kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from django.utils.translation import gettext
from sqlalchemy.pool import NullPool

from discreet.foundation.sources import pools, refusals
from discreet.foundation.sources.addresses import Address
from discreet.foundation.sources.catalogue import Catalogue, Engine, Skipped
from discreet.foundation.sources.describing import describe
from discreet.foundation.sources.dialects import dialect_of
from discreet.foundation.sources.left_out import REASONS
from discreet.foundation.sources.transactions import ReadSession
from discreet.vocabulary.text import on_screen

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
        raise refusals.NotATable(file=on_screen(file.name)[:100])
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
                raise _why_not(file, catalogue)
            connection.rollback()
            yield ReadSession(pools.Known(NAME, 0, catalogue), connection)
    finally:
        pool.dispose()


def _why_not(file: Path, catalogue: Catalogue) -> refusals.NotATable:
    name = on_screen(file.name)[:100]
    reason = next((each.reason for each in catalogue.passed_over), Skipped.NO_TABLE)
    if reason in (Skipped.NO_TABLE, Skipped.ENDING):
        return refusals.NotATable(file=name)
    return refusals.FileNotRead(file=name, reason=gettext(REASONS[reason]))


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
