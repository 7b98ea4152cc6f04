"""Reading and writing a source, one connection in one transaction.

A read session is one read-only snapshot; a write session is one transaction. Neither may be used while a
transaction of Discreet's own database is open.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain

import sqlalchemy as sa

from discreet.engines.subjects.graph import Key, TableRef
from discreet.engines.subjects.keys import loose_key
from discreet.engines.subjects.reader import Row, Select
from discreet.foundation.sources import pools, refusals
from discreet.foundation.sources.catalogue import (
    Catalogue,
    MissingRight,
    TableInfo,
    fingerprint_of,
)
from discreet.foundation.sources.dialects import dialect_of
from discreet.foundation.sources.dialects.base import DriverFailed
from discreet.foundation.sources.rights import missing_rights
from discreet.foundation.sources.sampling import Sampler
from discreet.foundation.sources.statements import Statements

_WORTH_ASKING_TOGETHER = 3


class _Session:
    """One connection in one transaction. `statements` and `rows` count what was sent to the source and came."""

    is_writer = False

    def __init__(self, source: pools.Known, connection: sa.Connection) -> None:
        self._source = source
        self._connection = connection
        self._dialect = dialect_of(source.catalogue.engine)
        self._build = Statements(source, self._dialect)
        self._dialect.prepare(connection, source.catalogue)
        self._has_answered = False
        self._is_broken = False
        self._answers: dict[int, tuple[Select, list[Row]]] = {}
        self.statements = 0
        self.rows = 0

    @property
    def catalogue(self) -> Catalogue:
        return self._source.catalogue

    def _begin(self) -> None:
        self.statements += self._dialect.begin(self._connection, is_writer=self.is_writer)

    def _execute(
        self, statement: sa.Executable, parameters: Mapping[str, object] | None = None, *, table: str = ""
    ) -> sa.CursorResult[tuple[object, ...]]:
        """Send a statement, the first after BEGIN. A kept connection that died meanwhile is replaced once."""
        pools.assert_no_transaction()
        for is_last in (False, True):
            try:
                if not self._has_answered:
                    self._begin()
                self.statements += 1
                result = self._connection.execute(statement, parameters or {})
            except sa.exc.DBAPIError as error:
                may_retry = error.connection_invalidated and not self._has_answered and not is_last
                if may_retry and not isinstance(self._translate(error, table), refusals.TimedOut):
                    self._connection.rollback()
                    continue
                self._is_broken = True
                # the driver's text can hold rows and secrets, so it is not chained
                raise self._translate(error, table) from None
            except sa.exc.TimeoutError:
                raise refusals.SourceDown(source=self._source.name) from None
            self._has_answered = True
            return result
        raise refusals.SourceDown(source=self._source.name)

    def _translate(self, error: sa.exc.DBAPIError, table: str) -> refusals.SourceRefusal:
        cause = error.orig if error.orig is not None else error
        return refusals.while_in_use(self._dialect.translate(cause, source=self._source.name, table=table))

    def ahead(self, queries: Sequence[Select], *, locks: bool = False) -> None:
        """Ask in one round trip, where the engine can, what `select` (or `lock`) will ask for one by one.

        The answers are those of this moment: in a transaction that writes, use them before it does.

        Raises:
            SourceRefusal: the source failed.
        """
        if not self._dialect.asks_together or len(queries) < _WORTH_ASKING_TOGETHER:
            return
        asked = [(query, *one) for query in queries if (one := self._build.built_once(query, locks=locks))]
        if len(asked) < _WORTH_ASKING_TOGETHER:
            return
        self._touch()
        pools.assert_no_transaction()
        texts = [(self._build.driver_text(one, self._connection.dialect), given) for _, one, given in asked]
        try:
            answers = self._dialect.ask_together(self._connection, texts)
        except DriverFailed as failure:
            self._is_broken = True
            refusal = self._dialect.translate(failure.error, source=self._source.name, table="")
            raise refusals.while_in_use(refusal) from None
        self.statements += len(asked)
        for (query, *_), rows in zip(asked, answers, strict=True):
            self._answers[id(query)] = (query, rows)  # holding the query keeps its id from another one

    def _answered(self, query: Select) -> list[Row] | None:
        _, rows = self._answers.pop(id(query), (query, None))
        return rows

    def _rows(self, query: Select) -> Iterator[list[Row]]:
        answered = self._answered(query)
        if answered is not None:
            yield answered
            return
        left = query.limit
        for statement, parameters in self._build.selects(query):
            if left is not None:
                if left <= 0:
                    return
                parameters = {**parameters, "row_limit": left}
            result = self._execute(statement, parameters, table=query.table.table)
            rows: list[Row] = [tuple(row) for row in self._fetch(result, query.table.table)]
            left = None if left is None else left - len(rows)
            yield rows

    def _fetch(
        self, result: sa.CursorResult[tuple[object, ...]], table: str
    ) -> Sequence[sa.Row[tuple[object, ...]]]:
        try:
            rows = result.all()
        except sa.exc.DBAPIError as error:
            self._is_broken = True
            raise self._translate(error, table) from None
        self.rows += len(rows)
        return rows

    def statement(self, query: Select) -> str:
        """Return the statement's text with placeholders and without any value."""
        shape = (
            query.table,
            query.columns,
            query.key_columns,
            tuple(query.equals or ()),
            query.fold,
            query.trims,
            query.joined_to,
            query.limit is None,
            len(query.digits),
            len(query.addresses),
            query.digits_end,
        )
        text = self._source.texts.get(shape)
        if text is None:
            text = self._source.texts[shape] = self._build.text(query)
        return text

    def count(self, table: TableRef) -> int:
        """Return how many rows the table has now."""
        _, sql = self._source.table(table)
        result = self._execute(sa.select(sa.func.count()).select_from(sql), table=table.table)
        return int(str(self._fetch(result, table.table)[0][0]))

    def fingerprint(self) -> str:
        """Return the fingerprint of the structure as it is now, in one or two statements."""
        self._touch()
        with self._translated():
            return fingerprint_of(self._dialect.structure(self._connection))

    def _touch(self) -> None:
        if not self._has_answered:
            self._execute(sa.select(sa.literal_column("1")))

    @contextmanager
    def _translated(self) -> Iterator[None]:
        self.statements += 1
        try:
            yield
        except sa.exc.DBAPIError as error:
            self._is_broken = True
            raise self._translate(error, "") from None

    def refuse_replica(self) -> None:
        """Refuse a server that follows another one: it may still show, or not yet show, what was written."""
        self._touch()
        with self._translated():
            is_replica = self._dialect.is_replica(self._connection)
        if is_replica:
            raise refusals.ReplicaRefused(source=self._source.name)


class ReadSession(_Session):
    """Reads one snapshot. Implements `engines.subjects.reader.Reader`."""

    def select(self, query: Select) -> Iterable[Row]:
        """Yield rows in no particular order, each once.

        Large key sets are split into several statements, sent as the rows are consumed.

        Raises:
            UnknownName: a name is not in the catalogue.
            SourceRefusal: the source failed.
        """
        batches = self._rows(query)
        first = next(batches, [])
        return chain(first, chain.from_iterable(batches))

    def sample_spread(
        self, table: TableRef, columns: Sequence[str], *, limit: int, max_chars: int
    ) -> list[Row]:
        """Return rows from the beginning, the end and in between, without reading the table in full.

        Texts are cut to `max_chars` on the server, bytes to their first 16; JSON, arrays and shapes come as
        text. A cell that cannot be read is UNDECODABLE. Views and small tables give the rows that come first.

        Raises:
            UnknownName, SourceRefusal: as `select`; the session can be used on, in a snapshot of its own.
        """
        with self._apart():
            return self._sampler(table).sample(table, columns, limit=limit, max_chars=max_chars)

    def which_exist(self, table: TableRef, columns: Sequence[str], keys: Sequence[Key]) -> set[Key]:
        """Return those of `keys` that some row has, by the columns' own comparison, exactly.

        Raises:
            UnknownName, UnusableKey, SourceRefusal: as `sample_spread`.
        """
        names = tuple(columns)
        asked: dict[Key, list[Key]] = {}
        for key in keys:
            compared = loose_key(self._build.compared(table, names, key))
            asked.setdefault(compared, []).append(key)
        found: set[Key] = set()
        with self._apart():
            for statement, parameters in self._build.existing(table, names, keys):
                result = self._execute(statement, parameters, table=table.table)
                for row in self._fetch(result, table.table):
                    found.update(self._meant(table, names, asked.get(loose_key(tuple(row)), []), tuple(row)))
        return found

    def _meant(self, table: TableRef, names: tuple[str, ...], keys: list[Key], row: Row) -> Iterable[Key]:
        """Return the keys that a row answers: the equal ones, or all where an engine shows it otherwise."""
        equal = [key for key in keys if self._build.compared(table, names, key) == row]
        return equal or keys

    def count_up_to(self, table: TableRef, limit: int) -> int:
        """Return how many rows the table has now, or `limit` if there are more."""
        with self._apart():
            result = self._execute(self._build.count_up_to(table, limit), table=table.table)
            return int(str(self._fetch(result, table.table)[0][0]))

    def _sampler(self, table: TableRef) -> Sampler:
        def ask(statement: sa.Executable) -> list[tuple[object, ...]]:
            with self._apart():
                result = self._execute(statement, table=table.table)
                return [tuple(row) for row in self._fetch(result, table.table)]

        return Sampler(self._source, self._dialect, self._build, ask)

    @contextmanager
    def _apart(self) -> Iterator[None]:
        """Begin anew after a failure, so that what one table refuses does not end the session for the others."""
        try:
            yield
        except refusals.SourceRefusal:
            self._begin_anew()
            raise

    def _begin_anew(self) -> None:
        try:
            self._connection.rollback()
        except Exception:  # noqa: BLE001 - the connection is dead; the next statement makes another one
            self._connection.invalidate()
        self._has_answered = False
        self._answers.clear()

    def answers_after(self, refusal: refusals.SourceRefusal) -> bool:
        """Return whether the source answers though it refused something; the session can be used on then."""
        self._begin_anew()
        if refusals.is_of_one_table(refusal):
            return True
        try:
            self._touch()
        except refusals.SourceRefusal:
            self._begin_anew()
            return False
        return True


class WriteSession(_Session):
    """One transaction. Leaving it without `commit` rolls back."""

    is_writer = True
    is_committed = False

    def select(self, query: Select) -> list[Row]:
        """Return rows as the transaction sees them."""
        return list(chain.from_iterable(self._rows(query)))

    def lock(self, query: Select) -> list[Row]:
        """Return rows and keep others from changing them until the end of the transaction."""
        if (answered := self._answered(query)) is not None:
            return answered
        rows: list[Row] = []
        for statement, parameters in self._build.selects(query, locks=self._dialect.locks_rows):
            result = self._execute(statement, parameters, table=query.table.table)
            rows += [tuple(row) for row in self._fetch(result, query.table.table)]
        return rows

    def delete(self, table: TableRef, key_columns: Sequence[str], keys: Sequence[Key]) -> int:
        """Delete the rows with these keys and return how many there were."""
        self._check_writable(table)
        return sum(
            self._execute(statement, parameters, table=table.table).rowcount
            for statement, parameters in self._build.deletes(table, tuple(key_columns), keys)
        )

    def update(
        self, table: TableRef, key_columns: Sequence[str], keys: Sequence[Key], values: Mapping[str, object]
    ) -> int:
        """Give `values` to the rows with these keys and return how many rows matched."""
        self._check_writable(table)
        return sum(
            self._execute(statement, parameters, table=table.table).rowcount
            for statement, parameters in self._build.updates(table, tuple(key_columns), keys, values)
        )

    def defer_checks(self) -> None:
        """Have references checked at COMMIT where the engine can: a key and what refers to it change together."""
        self._touch()
        try:
            self.statements += self._dialect.defer_checks(self._connection)
        except sa.exc.DBAPIError as error:
            self._is_broken = True
            raise self._translate(error, "") from None

    def missing_rights(self) -> tuple[MissingRight, ...]:
        """Return what the account may not do now on the tables that can be written. Nothing is tried."""
        self._touch()
        with self._translated():
            return missing_rights(self._connection, self._dialect, self.catalogue)

    def commit(self, before_commit: Callable[[], None]) -> None:
        """Call the fence, then COMMIT.

        Raises:
            CommitUnknown: the answer was lost; only reading again tells.
            SourceRefusal: the source refused; nothing was written.
        """
        if self._is_broken or self.is_committed:
            raise refusals.Conflict(source=self._source.name)
        before_commit()
        pools.assert_no_transaction()
        self.statements += 1
        try:
            self._connection.commit()
        except sa.exc.DBAPIError as error:
            self._is_broken = True
            raise self._commit_failure(error.orig if error.orig is not None else error) from None
        except Exception as error:  # noqa: BLE001 - whatever a driver raises here leaves the outcome unknown
            self._is_broken = True
            raise self._commit_failure(error) from None
        self.is_committed = True

    def _commit_failure(self, error: BaseException) -> refusals.SourceRefusal:
        if self._dialect.is_commit_refused(error):
            return self._dialect.translate(error, source=self._source.name, table="")
        return refusals.CommitUnknown(source=self._source.name)

    def _check_writable(self, table: TableRef) -> None:
        info: TableInfo = self._source.table(table)[0]
        if not info.is_writable:
            kind = info.kind.value if info.is_transactional else "no transactions"
            raise refusals.NotWritable(source=self._source.name, table=table.table, kind=kind)
