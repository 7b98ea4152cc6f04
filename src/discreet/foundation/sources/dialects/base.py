"""What differs between kinds of databases: opening, beginning, describing, comparing, failing."""

import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.engine.reflection import ObjectKind

from discreet.engines.subjects.graph import Key
from discreet.foundation.sources import refusals
from discreet.foundation.sources.addresses import Address
from discreet.foundation.sources.catalogue import (
    Catalogue,
    ColumnInfo,
    Engine,
    Kind,
    OldVersions,
    PassedOver,
    Right,
    TableInfo,
    TableKind,
)
from discreet.foundation.sources.dialects.places import Ask, Spread, by_unique_key

CONNECT_TIMEOUT_S = 5
STATEMENT_TIMEOUT_S = 60
LOCK_TIMEOUT_S = 10
REPLY_TIMEOUT_S = STATEMENT_TIMEOUT_S + 15  # the client gives up after the server should have

ColumnKey = tuple[str, str, str]  # schema ("" = default), table, column
TableKey = tuple[str, str]  # schema ("" = default), table
Forms = Callable[[object], tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """What reflection does not tell about a column."""

    is_loose: bool = False
    ignores_case: bool = False
    cast: str = ""
    is_enum: bool = False


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What reflection does not tell about a table."""

    kind: TableKind = TableKind.TABLE
    triggers: tuple[str, ...] = ()
    partitions: tuple[str, ...] = ()
    inherits: tuple[str, ...] = ()
    has_heirs: bool = False
    is_transactional: bool = True
    estimated_rows: int = 0
    broken_lines: int = 0
    broken_at: tuple[int, ...] = ()
    columns: Mapping[str, ColumnFacts] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OutsideFacts:
    """A foreign key from a table that is not described here: schema or database, table, and where it leads."""

    schema: str
    table: str
    to_table: TableKey


@dataclass(frozen=True, slots=True)
class Facts:
    version: str
    default_schema: str
    tables: Mapping[TableKey, TableFacts] = field(default_factory=dict)
    sees_triggers: bool = True
    encoding: str = "utf-8"
    outside: tuple[OutsideFacts, ...] = ()
    sees_outside: bool = True
    unreadable: tuple[str, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()
    old_versions: OldVersions = OldVersions.NONE


@dataclass(frozen=True, slots=True)
class Reflected:
    """Columns, keys and so on by (schema or None, table), in the form of SQLAlchemy's inspector."""

    columns: Mapping[Any, Any]
    keys: Mapping[Any, Any]
    links: Mapping[Any, Any]
    indexes: Mapping[Any, Any]
    uniques: Mapping[Any, Any] = field(default_factory=dict)
    comments: Mapping[Any, Any] = field(default_factory=dict)


def reflect(connection: sa.Connection, names: Sequence[str], schema: str | None) -> Reflected:
    """Return SQLAlchemy's reflection of the tables `names`."""
    reflected = reflect_without_indexes(connection, names, schema)
    inspector = sa.inspect(connection)
    options = _options(names, schema)
    return replace(
        reflected,
        indexes=inspector.get_multi_indexes(**options),
        uniques=inspector.get_multi_unique_constraints(**options),
    )


def _options(names: Sequence[str], schema: str | None) -> dict[str, Any]:
    return {"schema": schema, "filter_names": list(names), "kind": ObjectKind.ANY}


def reflect_without_indexes(connection: sa.Connection, names: Sequence[str], schema: str | None) -> Reflected:
    """Return the reflection for a dialect that reads indexes better by itself."""
    inspector = sa.inspect(connection)
    options = _options(names, schema)
    path: dict[str, Any] = (
        {"postgresql_ignore_search_path": True} if connection.dialect.name == "postgresql" else {}
    )
    try:
        comments: Mapping[Any, Any] = inspector.get_multi_table_comment(**options)
    except NotImplementedError:
        comments = {}
    return Reflected(
        columns=inspector.get_multi_columns(**options),
        keys=inspector.get_multi_pk_constraint(**options),
        links=inspector.get_multi_foreign_keys(**options, **path),
        indexes={},
        comments=comments,
    )


@dataclass(frozen=True, slots=True)
class KeyColumn:
    """A column that keys are compared with: what the statement says and what is known about it."""

    sql: sa.ColumnElement[object]
    info: ColumnInfo


@dataclass(frozen=True, slots=True)
class Batch:
    """One statement's share of the keys. The same shape compiles to the same text.

    `shape` names the condition where it is the same for any keys, so that its statement is built once; then
    `condition` is called only that once.
    """

    condition: sa.ColumnElement[bool] | Callable[[], sa.ColumnElement[bool]]
    parameters: Mapping[str, object]
    shape: str = ""

    def where(self) -> sa.ColumnElement[bool]:
        return self.condition() if callable(self.condition) else self.condition


@dataclass(frozen=True, slots=True)
class Folds:
    """What a comparison passes over. `blanks`: characters at both ends of what is stored."""

    case: bool = False
    blanks: str = ""


EXACTLY = Folds()
_BLANKS = " \t\n\v\f\r\u00a0\u3000"


def blanks_in(encoding: str) -> str:
    """Return the blanks that a database of this encoding (as Python names it) can hold."""
    return "".join(char for char in _BLANKS if is_encodable(char, encoding))


def is_encodable(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


# Nothing a user of the command line could act upon: a type that SQLAlchemy does not know is text to us, and a
# key whose names SQLite spells otherwise is taken as SQLite has it.
for _text in ("Did not recognize type", "WARNING: SQL-parsed foreign key constraint"):
    warnings.filterwarnings("ignore", message=_text, category=sa.exc.SAWarning)


class DriverFailed(Exception):
    """Carries an error of a driver that was not asked through SQLAlchemy."""

    def __init__(self, error: Exception) -> None:
        self.error = error


class Dialect(ABC):
    """Everything particular to one kind of database."""

    engine: ClassVar[Engine]
    asks_together: ClassVar[bool] = False
    sends_texts_as_bytes: ClassVar[bool] = False  # in samples
    locks_rows: ClassVar[bool] = True

    @abstractmethod
    def open(self, address: Address, *, home: Path, is_writer: bool) -> sa.Engine:
        """Return a pool for `address`. Nothing is connected yet."""

    @abstractmethod
    def begin(self, connection: sa.Connection, *, is_writer: bool) -> int:
        """Begin a transaction, read-only for a reader; return the number of statements it took."""

    def defer_checks(self, connection: sa.Connection) -> int:
        """Have references checked at COMMIT where the engine can; return the number of statements it took."""
        return 0

    def prepare(self, connection: sa.Connection, catalogue: Catalogue) -> None:
        """Tell a fresh connection what is known of the source, where it has to know."""
        return

    @abstractmethod
    def facts(self, connection: sa.Connection) -> Facts:
        """Return every table there is, with what reflection does not tell."""

    def reflect(self, connection: sa.Connection, names: Sequence[str], schema: str | None) -> Reflected:
        """Return what SQLAlchemy's reflection says about these tables."""
        return reflect(connection, names, schema)

    @abstractmethod
    def structure(self, connection: sa.Connection) -> Iterable[str]:
        """Return lines that change whenever tables, columns, constraints or triggers change."""

    @abstractmethod
    def is_replica(self, connection: sa.Connection) -> bool:
        """Return whether the server follows another one."""

    @abstractmethod
    def database(self, connection: sa.Connection) -> str:
        """Return what tells the database from others of its server, as the server itself says it."""

    @abstractmethod
    def missing_rights(
        self, connection: sa.Connection, tables: Sequence[TableKey]
    ) -> Iterable[tuple[TableKey, Right]]:
        """Return what the account may not do on these tables, each with its schema. Nothing is written."""

    @abstractmethod
    def tls(self, connection: sa.Connection, address: Address) -> str:
        """Return how the connection is encrypted: `TLSv1.3, verified`, `plain`, `file`."""

    def ask_together(
        self, connection: sa.Connection, asked: Sequence[tuple[str, Mapping[str, object]]]
    ) -> list[list[tuple[object, ...]]]:
        """Send statements in one round trip and return their rows, where the engine `asks_together`.

        Raises:
            DriverFailed: one of them failed.
        """
        raise NotImplementedError

    @abstractmethod
    def translate(self, error: BaseException, *, source: str, table: str) -> refusals.SourceRefusal:
        """Return what the driver's error means, without its text: it can hold rows and secrets."""

    @abstractmethod
    def is_commit_refused(self, error: BaseException) -> bool:
        """Return whether this answer to COMMIT says for certain that nothing was committed."""

    @abstractmethod
    def batches(self, columns: Sequence[KeyColumn], keys: Sequence[Key], folds: Folds) -> Iterable[Batch]:
        """Return conditions that are true exactly for rows whose columns equal one of `keys`.

        With `folds.case` the keys are one column's, and in lower case already.
        """

    @abstractmethod
    def cell(self, column: KeyColumn, max_chars: int) -> sa.ColumnElement[Any]:
        """Return the column for a sample: texts cut on the server, bytes to their first few.

        What comes back is read by `cells.read_cell`, and no value of the column makes the driver fail.
        """

    def spread(
        self, ask: Ask, info: TableInfo, table: sa.Table, default_schema: str, limit: int
    ) -> Spread | None:
        """Return the places to take a sample of `limit` rows from; None where any rows must do."""
        return by_unique_key(ask, info, table, limit)

    def text_of(self, column: KeyColumn) -> sa.ColumnElement[Any]:
        """Return what the column holds as a text that LIKE can search."""
        return column.sql if column.info.kind is Kind.TEXT else sa.cast(column.sql, sa.String)

    def beyond_like(self, column: KeyColumn) -> Iterable[sa.ColumnElement[bool]]:
        """Return conditions for values that LIKE does not read to their end."""
        return ()

    @abstractmethod
    def ends_in_none_of(
        self, text: sa.ColumnElement[Any], chars: sa.ColumnElement[str]
    ) -> sa.ColumnElement[bool]:
        """Return the condition that a text, which is not empty, ends with none of the characters."""

    @abstractmethod
    def equals(self, column: KeyColumn, value: object) -> sa.ColumnElement[bool]:
        """Return the condition `column = value`, exactly."""

    def joined(self, near: KeyColumn, far: ColumnInfo) -> KeyColumn:
        """Return `near` as the database compares it with `far` when it joins the two.

        Columns that both take different texts for equal join so; beside an exact one the comparison is exact.
        """
        if near.info.is_loose and far.is_loose:
            return KeyColumn(sql=near.sql, info=replace(near.info, is_loose=False))
        return near

    def forms(self, near: ColumnInfo, far: ColumnInfo) -> Forms | None:
        """Return in which forms `near` may hold a value of `far` and still join to it; None = in its own."""
        return None

    @abstractmethod
    def reflected_schemas(self, connection: sa.Connection, facts: Facts) -> Iterable[str | None]:
        """Return the schemas to reflect; None = the default one."""


def whole_row_batches(
    dialect: Dialect, columns: Sequence[KeyColumn], keys: Sequence[Key], *, size: int
) -> Iterable[Batch]:
    """Return conditions for rows addressed by all their columns: NULL stands for NULL."""
    for start in range(0, len(keys), size):
        rows = [
            sa.and_(
                *(
                    column.sql.is_(None) if value is None else dialect.equals(column, value)
                    for column, value in zip(columns, key, strict=True)
                )
            )
            for key in keys[start : start + size]
        ]
        yield Batch(condition=sa.or_(*rows), parameters={})
