"""A folder opened: an in-memory DuckDB with one view per file, that can reach these files and nothing else."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
from duckdb_engine import ConnectionWrapper, CursorWrapper

from discreet.foundation.sources.catalogue import OldVersions, Skipped
from discreet.foundation.sources.dialects import base
from discreet.foundation.sources.files import reading
from discreet.foundation.sources.files.expected import as_expected
from discreet.foundation.sources.files.memory import InMemory
from discreet.foundation.sources.files.mending import MOST_NOTED
from discreet.foundation.sources.files.slices import has_pieces
from discreet.foundation.sources.files.tree import DataFile, Format, tree_of, tree_of_one
from discreet.foundation.sources.files.windows import can_be_spread, line_numbers, spread_over
from discreet.foundation.sources.files.workbook_rewriting import more_than_sheets

_IN_MEMORY = 4
_MOST_ROWS_PASSED = 20_000_000  # on the way through a file that has no places of its own
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": "2",
    "memory_limit": "1GB",
    "temp_directory": "",  # nothing of a customer is spilled to a disk
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "preserve_insertion_order": "true",
    "enable_external_file_cache": "false",  # a file in memory is filled anew under the same path
}


def spread_name(table: str) -> str:
    """Return the name of the view of a table's rows from all over its file; no file is named so."""
    return f"{table}\n(spread)"


@dataclass(frozen=True, slots=True)
class OpenFile:
    file: DataFile
    how: reading.Reading
    path: str  # as a literal


def tables_of(files: Sequence[DataFile]) -> dict[str, DataFile]:
    """Return the tables of files by name: a document may hold several. A file keeps its name before a part."""
    parts = [part for file in files for part in reading.parts_of(file)]
    tables: dict[str, DataFile] = {}
    taken: set[str] = set()
    for part in sorted(parts, key=lambda each: "/" in each.name and each.part is not None):
        name, number = part.name, 1
        while name.casefold() in taken:
            number += 1
            name = f"{part.name} ({number})"
        taken.add(name.casefold())
        tables[name] = part if name == part.name else replace(part, name=name)
    return tables


@dataclass(frozen=True, slots=True)
class Counted:
    """The rows of a table; the lines of its file that cannot be read whole, and the numbers of the first."""

    rows: int
    broken: int = 0
    at: tuple[int, ...] = ()
    is_certain: bool = True  # each row is known by its bytes, so the file can be written anew


class FolderConnection(ConnectionWrapper):
    """A connection whose tables are the files of a folder as they were when it was opened, or one file of it.

    A table's view is made when a statement names it, so that opening costs the same for ten files and thousands.
    A few files in memory are lent to those that must be decoded, the last ones that were asked for.
    """

    old_versions = OldVersions.NONE

    def __init__(self, folder: Path, *, only: Path | None = None) -> None:
        self.folder = folder
        self.expected: Mapping[str, reading.Columns] = {}
        tree = tree_of(folder) if only is None else tree_of_one(only)
        self._files = tables_of(tree.files)
        self._skipped = tree.skipped
        self._open: dict[str, OpenFile] = {}
        self._finding_out = InMemory()
        self._spread = InMemory()
        self._lent: dict[InMemory, str] = {InMemory(): "" for _ in range(_IN_MEMORY)}
        self.raw = duckdb.connect(":memory:", config=_CONFIG)
        super().__init__(self.raw)
        try:
            self._shut_in(only)
        except BaseException:
            self.close()
            raise

    def _shut_in(self, only: Path | None) -> None:
        folder = reading.literal(f"{self.folder}/") if only is None else ""
        paths = [reading.literal(memory.path) for memory in self._memories()]
        if only is not None:  # asked for both as it is written and as it is found
            paths += [reading.literal(str(only)), reading.path_literal(only)]
        others = ", ".join(paths)
        self.raw.execute("SET TimeZone = 'UTC'")
        self.raw.execute(f"SET allowed_directories = [{folder}]")
        self.raw.execute(f"SET allowed_paths = [{others}]")
        self.raw.execute("SET enable_external_access = false")
        self.raw.execute("SET lock_configuration = true")

    def columns(self) -> tuple[dict[str, tuple[tuple[str, str], ...]], list[tuple[Skipped, str]]]:
        """Return each table's columns with their types, and what is not read."""
        found: dict[str, tuple[tuple[str, str], ...]] = {}
        skipped = list(self._skipped)
        for name, file in self._files.items():
            try:
                how = self._reading(name, file)
            except reading.Unreadable as why:
                skipped.append((why.reason, str(file.path.relative_to(self.folder))))
                continue
            if how is None:
                skipped.append((Skipped.EMPTY, str(file.path.relative_to(self.folder))))
            else:
                found[name] = how.columns
        return found, skipped

    def opened(self, name: str) -> OpenFile | None:
        """Make the view of a table; None where the file holds nothing, or is no longer there.

        Raises:
            Unreadable: it is no table.
        """
        if name in self._open:
            return self._open[name]
        file = self._files[name]
        how = self._reading(name, file)
        if how is None:
            return None
        path = reading.path_literal(file.path)
        if how.is_lent:
            path = reading.path_literal(self._lend(file, how).path)
        self._show(name, how.select.format(path=path))
        self._open[name] = OpenFile(file, how, path)
        return self._open[name]

    def _reading(self, name: str, file: DataFile) -> reading.Reading | None:
        """Return how a file is read: JSON and empty files with the columns that are expected of them."""
        how = reading.reading_of(self.raw, file, self._finding_out)
        expected = self.expected.get(name)
        if expected and (how is None or file.format in (Format.JSON, Format.JSON_LINES)):
            return as_expected(how, expected)
        return how

    def _show(self, name: str, select: str) -> None:
        self.raw.execute(f"CREATE OR REPLACE VIEW {reading.quoted(name)} AS {select}")

    def _lend(self, file: DataFile, how: reading.Reading) -> InMemory:
        """Give the file in memory that was lent first, taking it from whom it was lent to."""
        memory, before = next(iter(self._lent.items()))
        if before in self._open:
            self.raw.execute(f"DROP VIEW IF EXISTS {reading.quoted(before)}")
            del self._open[before]
        del self._lent[memory]
        memory.fill(reading.handed_over(file, how))
        self._lent[memory] = file.name
        return memory

    def open_named(self, statement: str) -> None:
        """Make the views that a statement needs. What cannot be read has none, as a table that is gone."""
        for name in self._files:
            if name not in self._open and reading.quoted(name) in statement:
                with suppress(reading.Unreadable, duckdb.Error, OSError):
                    self.opened(name)
            if reading.quoted(spread_name(name)) in statement:
                with suppress(reading.Unreadable, duckdb.Error, OSError):
                    self._open_spread(name)

    def _open_spread(self, name: str) -> None:
        """Make the view of rows from all over a large file; of all rows where they cannot be reached apart."""
        table = self.opened(name)
        if table is None:
            return
        select = f"SELECT * FROM {reading.quoted(name)} LIMIT {_MOST_ROWS_PASSED}"  # noqa: S608
        if can_be_spread(table.file, table.how):
            self._spread.fill(spread_over(table.file, table.how))
            select = table.how.select.format(path=reading.path_literal(self._spread.path))
        self.raw.execute(f"CREATE OR REPLACE VIEW {reading.quoted(spread_name(name))} AS {select}")

    def counted(self, name: str) -> Counted:
        """Return how many rows a table has, and which lines are broken. Reads the file in full."""
        table = self.opened(name)
        if table is None:
            return Counted(0)
        is_certain = self.why_not_rewritten(table.file) == () and has_pieces(table.how.encoding)
        if not table.how.rejects:
            found = self.raw.execute(f"SELECT count(*) FROM {reading.quoted(name)}").fetchall()  # noqa: S608
            return Counted(int(found[0][0]), is_certain=is_certain)
        rows = int(self.raw.execute(table.how.rejects.format(path=table.path)).fetchall()[0][0])
        broken = int(self.raw.execute(table.how.broken.format(path=table.path)).fetchall()[0][0])
        at = set(table.how.flaws.at)
        if broken and table.how.broken_at:
            places = [int(place) for (place,) in self.raw.execute(table.how.broken_at).fetchall()]
            at |= set(line_numbers(table.file, table.how, places))
        self.raw.execute("DROP TABLE IF EXISTS reject_errors")
        self.raw.execute("DROP TABLE IF EXISTS reject_scans")
        lost = broken + table.how.flaws.count
        is_certain = is_certain and lost == table.how.preamble
        return Counted(rows, lost, tuple(sorted(at)[:MOST_NOTED]), is_certain)

    @staticmethod
    def why_not_rewritten(file: DataFile) -> tuple[str, ...]:
        """Return what in a file would be lost were it written anew, as far as its kind tells."""
        if file.format is Format.WORKBOOK:
            return more_than_sheets(file.path)
        return () if file.part is None else (file.path.suffix,)

    @property
    def identity(self) -> str:
        """Return what tells this folder from every other, whatever its address."""
        status = self.folder.stat()
        return f"{status.st_dev}:{status.st_ino}"

    def file_of(self, name: str) -> DataFile | None:
        return self._files.get(name)

    def rollback(self) -> None:
        """Roll back, views included: they are made again when they are named."""
        self.raw.rollback()
        self._open.clear()

    def cursor(self) -> "_Cursor":
        return _Cursor(self.raw, self)

    @contextmanager
    def stopped_after(self, seconds: float) -> Iterator[None]:
        """Interrupt what runs longer."""
        timer = threading.Timer(seconds, self.raw.interrupt)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def close(self) -> None:
        """Close, and forget what was decoded."""
        super().close()
        for memory in self._memories():
            memory.close()

    def _memories(self) -> Iterator[InMemory]:
        yield from (self._finding_out, self._spread, *self._lent)


class _Cursor(CursorWrapper):
    """Stops a statement that runs longer than the time-out."""

    def __init__(self, raw: duckdb.DuckDBPyConnection, folder: FolderConnection) -> None:
        super().__init__(raw, folder)
        self._folder = folder

    def execute(
        self, statement: str, parameters: tuple[object, ...] | None = None, context: object = None
    ) -> None:
        self._folder.open_named(statement)
        with self._folder.stopped_after(base.STATEMENT_TIMEOUT_S):
            super().execute(statement, parameters, context)
