# ruff: noqa: S608 - every name is quoted and every path a literal; DuckDB binds neither
"""A folder opened for writing: what a session takes away or changes, shown to it alone until its commit.

A table's view leaves out the rows that were touched and shows the changed ones in their new state. Rows are told
by their place in the file, which is locked against another writer of ours and compared before it is replaced.
"""

import fcntl
import os
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import zip_longest

from discreet.foundation.sources.catalogue import OlderLeft
from discreet.foundation.sources.files import reading, replacing
from discreet.foundation.sources.files.expected import as_expected
from discreet.foundation.sources.files.memory import InMemory
from discreet.foundation.sources.files.opening import FolderConnection, OpenFile, tables_of
from discreet.foundation.sources.files.rewriting import Change, NotRewritten, Part, rewriter_of
from discreet.foundation.sources.files.tree import DataFile, tree_of

Row = tuple[object, ...]
ROW = " row"  # no column's name begins with a blank
_GONE = " gone"
_AT_ONCE = 5_000
_RETRY_S = 0.05


class WritableFolder(FolderConnection):
    """A folder with the changes of one session. Nothing reaches a file before `prepared`."""

    def __init__(self, folder: "os.PathLike[str]") -> None:
        self._changes: dict[str, dict[int, Change]] = {}
        self._lock = -1
        self.seen: Mapping[str, replacing.Identity] = {}
        self._compared = (InMemory(), InMemory())  # the old file and the new one, side by side
        super().__init__(folder)  # type: ignore[arg-type]

    def lock(self, *, timeout_s: float) -> bool:
        """Keep other writers of ours out, clear away what one left that died, and look at the files anew.

        Returns False where somebody held the folder for so long.
        """
        if self._lock >= 0:
            return True
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        until = time.monotonic() + timeout_s
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    os.close(descriptor)
                    return False
                time.sleep(_RETRY_S)
            except BaseException:
                os.close(descriptor)
                raise
        self._lock = descriptor
        replacing.clear_remnants(self.folder)
        tree = tree_of(self.folder)
        self.seen = replacing.identities([file.path for file in tree.files])
        self._files = tables_of(tree.files)
        return True

    def _show(self, name: str, select: str) -> None:
        rows, touched = reading.quoted(f"{name}\n(rows)"), _touched(name)
        row, gone = reading.quoted(ROW), reading.quoted(_GONE)
        self.raw.execute(
            f"CREATE OR REPLACE VIEW {rows} AS SELECT row_number() OVER () AS {row}, * FROM ({select})"
        )
        self.raw.execute(
            f"CREATE TABLE IF NOT EXISTS {touched} AS SELECT *, false AS {gone} FROM {rows} LIMIT 0"
        )
        self.raw.execute(
            f"CREATE OR REPLACE VIEW {reading.quoted(name)} AS SELECT * FROM {rows}"
            f" WHERE {row} NOT IN (SELECT {row} FROM {touched})"
            f" UNION ALL SELECT * EXCLUDE ({gone}) FROM {touched} WHERE NOT {gone}"
        )

    def remove(self, name: str, rows: Sequence[int]) -> None:
        """Take rows away, each by its place."""
        self._forget(name, rows)
        row, gone = reading.quoted(ROW), reading.quoted(_GONE)
        for start in range(0, len(rows), _AT_ONCE):
            self.raw.execute(
                f"INSERT INTO {_touched(name)} ({row}, {gone}) SELECT unnest(?::BIGINT[]), true",
                [rows[start : start + _AT_ONCE]],
            )
        self._changes.setdefault(name, {}).update(dict.fromkeys(rows))

    def change(self, name: str, rows: Sequence[Row], new: Mapping[str, object]) -> None:
        """Give rows, each led by its place, new values in some columns."""
        opened = self._table(name)
        places = {column: place for place, (column, _) in enumerate(opened.how.columns, start=1)}
        numbers = [int(str(row[0])) for row in rows]
        self._forget(name, numbers)
        kept = self._changes.setdefault(name, {})
        marks = ", ".join("?" * (len(places) + 2))
        for number, row in zip(numbers, rows, strict=True):
            cells = list(row)
            for column, value in new.items():
                cells[places[column]] = value
            self.raw.execute(f"INSERT INTO {_touched(name)} VALUES ({marks})", [*cells, False])
            kept[number] = {**(kept.get(number) or {}), **new}

    def _forget(self, name: str, rows: Sequence[int]) -> None:
        for start in range(0, len(rows), _AT_ONCE):
            self.raw.execute(
                f"DELETE FROM {_touched(name)} WHERE {reading.quoted(ROW)} IN (SELECT unnest(?::BIGINT[]))",
                [rows[start : start + _AT_ONCE]],
            )

    def _table(self, name: str) -> OpenFile:
        opened = self.opened(name)
        if opened is None:
            raise NotRewritten
        return opened

    def columns_of(self, name: str) -> tuple[str, ...]:
        """Return the columns of a table as its file has them now."""
        return tuple(column for column, _ in self._table(name).how.columns)

    def older_left(self, names: Sequence[str], *, deletes: bool) -> OlderLeft:
        """Return what is left of older versions of some tables' files: a file has none."""
        return OlderLeft({})

    def prepare(self) -> replacing.Replacements:
        """Write each changed file anew beside the old one, and read it again. No file is replaced yet.

        Raises:
            NotRewritten: a file cannot be written so that everything else in it stays; nothing is left behind.
            FileConflict: it is no longer what it was.
            OSError: the disk.
        """
        prepared = self._replacements()
        try:
            for path, parts in self._by_file().items():
                self._prepare_one(self.seen.get(path), parts, prepared)
        except BaseException:
            prepared.discard()
            raise
        return prepared

    def _replacements(self) -> replacing.Replacements:
        return replacing.Replacements(self.folder)

    def _by_file(self) -> dict[str, list[Part]]:
        """Return what changes by file: a file may hold several tables."""
        found: dict[str, list[Part]] = {}
        for name, changes in self._changes.items():
            if changes:
                opened = self._table(name)
                found.setdefault(str(opened.file.path), []).append(Part(opened.file, opened.how, changes))
        return found

    def _prepare_one(
        self, known: replacing.Identity | None, parts: Sequence[Part], prepared: replacing.Replacements
    ) -> None:
        try:
            self._write(known, parts, prepared)
        except (NotRewritten, replacing.NotReplaceable) as refusal:
            refusal.table = parts[0].file.name
            raise

    def _write(
        self, known: replacing.Identity | None, parts: Sequence[Part], prepared: replacing.Replacements
    ) -> None:
        file = parts[0].file
        if known is None:
            raise replacing.FileConflict
        with prepared.beside(file, known) as new:
            rewriter_of(file.format)(parts, new, self.raw)
            status = new.path.stat()
            for part in parts:
                written = replace(
                    part.file, path=new.path, size=status.st_size, changed_ns=status.st_mtime_ns
                )
                self._read_again(part, written)
            new.seal()

    def _read_again(self, part: Part, written: DataFile) -> None:
        """Compare what the new file holds with what it should hold, row by row, read as any reader will."""
        how, changes = self._reading_anew(part, written), part.changes
        columns = [column for column, _ in part.how.columns]
        if how.columns != part.how.columns or how.flaws.count != part.how.flaws.count:
            raise NotRewritten
        with (
            closing(self._rows(part.file, part.how, self._compared[0])) as before,
            closing(self._rows(written, how, self._compared[1])) as after,
        ):
            staying = ((row, changes.get(int(str(row[0])), {})) for row in before)
            expected = (_changed(row[1:], columns, change) for row, change in staying if change is not None)
            for one, other in zip_longest(expected, (row[1:] for row in after)):
                if not _is_same(one, other):
                    raise NotRewritten

    def _reading_anew(self, part: Part, written: DataFile) -> reading.Reading:
        try:
            how = reading.reading_of(self.raw, written, self._finding_out)
        except reading.Unreadable:
            raise NotRewritten from None
        finally:
            reading.forget(written)
        if how is None or how.columns != part.how.columns:
            return as_expected(how, part.how.columns)
        return how

    def _rows(self, file: DataFile, how: reading.Reading, memory: InMemory) -> Generator[Row]:
        """Yield all rows of a file in their order, each led by its place."""
        path = reading.path_literal(file.path)
        if how.is_lent:
            memory.fill(reading.handed_over(file, how))
            path = reading.path_literal(memory.path)
        cursor = self.raw.cursor()
        try:
            found = cursor.execute(f"SELECT row_number() OVER (), * FROM ({how.select.format(path=path)})")
            while rows := found.fetchmany(_AT_ONCE):
                yield from rows
        finally:
            cursor.close()
            memory.fill(())

    def rollback(self) -> None:
        """Forget what the session changed, and let other writers in."""
        super().rollback()
        self._changes.clear()
        self._unlock()

    def close(self) -> None:
        super().close()
        self._unlock()

    def _memories(self) -> Iterator[InMemory]:
        yield from super()._memories()
        yield from self._compared

    def _unlock(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def _touched(name: str) -> str:
    return reading.quoted(f"{name}\n(touched)")


def _changed(row: Row, columns: Sequence[str], change: Mapping[str, object]) -> Row:
    if not change:
        return row
    return tuple(change.get(column, cell) for column, cell in zip(columns, row, strict=True))


def _is_same(one: Row | None, other: Row | None) -> bool:
    """Return whether two rows hold the same; what is no number is equal to itself here."""
    if one is None or other is None or len(one) != len(other):
        return False
    return one == other or all(a == b or (a != a and b != b) for a, b in zip(one, other, strict=True))
