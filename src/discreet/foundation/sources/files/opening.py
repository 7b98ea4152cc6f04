"""A folder opened: an in-memory DuckDB with one view per file, that can reach these files and nothing else."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
from duckdb_engine import ConnectionWrapper, CursorWrapper

from discreet.foundation.sources.dialects import base
from discreet.foundation.sources.files import encodings, reading
from discreet.foundation.sources.files.memory import InMemory
from discreet.foundation.sources.files.tree import DataFile, tree_of, tree_of_one

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": "2",
    "memory_limit": "1GB",
    "temp_directory": "",  # nothing of a customer is spilled to a disk
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "preserve_insertion_order": "true",
}


@dataclass(frozen=True, slots=True)
class OpenFile:
    file: DataFile
    how: reading.Reading
    path: str  # as a literal


class FolderConnection(ConnectionWrapper):
    """A connection whose tables are the files of a folder as they were when it was opened, or one file of it."""

    def __init__(self, folder: Path, *, only: Path | None = None) -> None:
        self.folder = folder
        self.only = only
        self.raw = duckdb.connect(":memory:", config=_CONFIG)
        super().__init__(self.raw)
        self.raw.execute("SET TimeZone = 'UTC'")
        self.tables: dict[str, OpenFile] = {}
        self.unreadable: list[str] = []
        self._memory: list[InMemory] = []
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def _open(self) -> None:
        tree = tree_of(self.folder) if self.only is None else tree_of_one(self.only)
        self.unreadable += tree.passed_over
        for file in tree.files:
            try:
                self._view(file)
            except (reading.Unreadable, duckdb.Error, OSError, UnicodeError):
                self.unreadable.append(str(file.path.relative_to(self.folder)))
        folder = reading.literal(f"{self.folder}/") if self.only is None else ""
        paths = [memory.path for memory in self._memory] + ([str(self.only)] if self.only is not None else [])
        others = ", ".join(map(reading.literal, paths))
        self.raw.execute(f"SET allowed_directories = [{folder}]")
        self.raw.execute(f"SET allowed_paths = [{others}]")
        self.raw.execute("SET enable_external_access = false")
        self.raw.execute("SET lock_configuration = true")

    def _view(self, file: DataFile) -> None:
        how = reading.reading_of(self.raw, file)
        if how is None:
            return
        path = reading.path_literal(file.path)
        if how.encoding != encodings.UTF_8:
            self._memory.append(InMemory(reading.decoded(file, how.encoding)))
            path = reading.path_literal(self._memory[-1].path)
        select = how.select.format(path=path)
        self.raw.execute(f"CREATE VIEW {reading.quoted(file.name)} AS {select}")
        self.tables[file.name] = OpenFile(file, how, path)

    def counted(self, name: str) -> tuple[int, int]:
        """Return how many rows a table has, and how many broken lines its file. Reads the file in full."""
        table = self.tables[name]
        if not table.how.rejects:
            found = self.raw.execute(f"SELECT count(*) FROM {reading.quoted(name)}").fetchall()  # noqa: S608
            return int(found[0][0]), 0
        rows = int(self.raw.execute(table.how.rejects.format(path=table.path)).fetchall()[0][0])
        broken = int(self.raw.execute(table.how.broken.format(path=table.path)).fetchall()[0][0])
        self.raw.execute("DROP TABLE IF EXISTS reject_errors")
        self.raw.execute("DROP TABLE IF EXISTS reject_scans")
        return rows, broken

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
        for memory in self._memory:
            memory.close()


class _Cursor(CursorWrapper):
    """Stops a statement that runs longer than the time-out."""

    def __init__(self, raw: duckdb.DuckDBPyConnection, folder: FolderConnection) -> None:
        super().__init__(raw, folder)
        self._folder = folder

    def execute(
        self, statement: str, parameters: tuple[object, ...] | None = None, context: object = None
    ) -> None:
        with self._folder.stopped_after(base.STATEMENT_TIMEOUT_S):
            super().execute(statement, parameters, context)
