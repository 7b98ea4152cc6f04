"""Writing in a folder of files: changes are kept beside the files until the commit writes these anew.

Each file is replaced as a whole or not at all. Several files are replaced one after the other: a session that dies
between two leaves some done, and the next one finds their rows gone and does the rest.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from discreet.engines.subjects.graph import Key, TableRef
from discreet.engines.subjects.reader import Row
from discreet.foundation.sources import pools, refusals
from discreet.foundation.sources.catalogue import OlderLeft
from discreet.foundation.sources.dialects.base import LOCK_TIMEOUT_S
from discreet.foundation.sources.files.tree import Format
from discreet.foundation.sources.transactions import WriteSession
from discreet.vocabulary.text import on_screen

_MOST_PARTS = 5
if TYPE_CHECKING:
    from discreet.foundation.sources.files.changing import WritableFolder


class FileWriteSession(WriteSession):
    """One transaction on a folder. Rows are told by all that they hold, as in a table without a key."""

    @property
    def _folder(self) -> "WritableFolder":
        found: Any = self._connection.connection.dbapi_connection
        return found  # type: ignore[no-any-return]

    def _begin(self) -> None:
        super()._begin()
        with self._refused(""):
            is_locked = self._folder.lock(timeout_s=LOCK_TIMEOUT_S)
        if not is_locked:
            raise refusals.Conflict(source=self._source.name)

    def delete(self, table: TableRef, key_columns: Sequence[str], keys: Sequence[Key]) -> int:
        self._check_writable(table)
        rows = self._found(table, key_columns, keys)
        with self._refused(table.table):
            self._folder.remove(table.table, [int(str(row[0])) for row in rows])
        return len(rows)

    def update(
        self, table: TableRef, key_columns: Sequence[str], keys: Sequence[Key], values: Mapping[str, object]
    ) -> int:
        self._check_writable(table)
        new = self._build.new_values(table, values)
        rows = self._found(table, key_columns, keys)
        with self._refused(table.table):
            self._folder.change(table.table, rows, new)
        return len(rows)

    def _check_writable(self, table: TableRef) -> None:
        if not self._source.table(table)[0].is_writable:
            file = self._folder.file_of(table.table)
            parts = self._folder.why_not_rewritten(file) if file is not None else ()
            if file is not None and file.format is Format.WORKBOOK and parts:
                raise _workbook_refused(self._source.name, table.table, parts)
            raise refusals.FileNotRewritten(source=self._source.name, table=table.table)

    def _found(self, table: TableRef, key_columns: Sequence[str], keys: Sequence[Key]) -> list[Row]:
        """Return the rows with these keys, each led by its place in the file."""
        rows: list[Row] = []
        for statement, parameters in self._build.whole_rows(table, tuple(key_columns), keys):
            result = self._execute(statement, parameters, table=table.table)
            rows += [tuple(row) for row in self._fetch(result, table.table)]
        return rows

    def commit(self, before_commit: Callable[[], None]) -> None:
        """Write the changed files anew, call the fence, then put each in the place of the old one.

        Raises:
            Conflict: a file was changed since it was read; nothing was replaced.
            FileNotRewritten, FileNotReplaceable, UnfitForFile: see there; nothing was replaced.
            CommitUnknown: some files were replaced and another was not; only reading again tells.
        """
        if self._is_broken or self.is_committed:
            raise refusals.Conflict(source=self._source.name)
        self._touch()
        pools.assert_no_transaction()
        with self._refused(""):
            prepared = self._folder.prepare()
        try:
            before_commit()
            pools.assert_no_transaction()
            with self._refused(""):
                prepared.replace()
        finally:
            prepared.discard()
        self.is_committed = True

    def older_left(self, tables: Sequence[TableRef], *, deletes: bool) -> OlderLeft:
        """Look in a bucket for older versions of the objects of some tables, and delete them where asked to.

        A folder has none. Idempotent.

        Raises:
            SourceRefusal: the service cannot be reached, or refuses.
        """
        self._touch()
        pools.assert_no_transaction()
        with self._refused(""):
            return self._folder.older_left([table.table for table in tables], deletes=deletes)

    @contextmanager
    def _refused(self, table: str) -> Iterator[None]:
        """Turn what files and their reader say into refusals."""
        import duckdb

        from discreet.foundation.sources.files import replacing, rewriting, workbook_rewriting

        name = self._source.name
        try:
            yield
            return
        except rewriting.UnfitValue as why:
            refusal: refusals.SourceRefusal = refusals.UnfitForFile(source=name, table=why.table or table)
        except workbook_rewriting.LosesContent as why:
            refusal = _workbook_refused(name, why.table or table, why.parts)
        except rewriting.NotRewritten as why:
            refusal = refusals.FileNotRewritten(source=name, table=why.table or table)
        except replacing.NotReplaceable as why:
            refusal = refusals.FileNotReplaceable(source=name, table=why.table or table)
        except replacing.FileConflict:
            refusal = refusals.Conflict(source=name)
        except replacing.PartlyReplaced:
            refusal = refusals.CommitUnknown(source=name)
        except refusals.SourceRefusal as why:
            why.params["source"] = name
            refusal = why
        except OSError:
            refusal = refusals.SourceDiskFails(source=name)
        except duckdb.Error as error:
            refusal = self._dialect.translate(error, source=name, table=table)
        self._is_broken = True
        raise refusal from None


def _workbook_refused(source: str, table: str, parts: Sequence[str]) -> refusals.SourceRefusal:
    shown = ", ".join(on_screen(part) for part in parts[:_MOST_PARTS])
    return refusals.WorkbookNotRewritten(source=source, table=table, parts=shown)
