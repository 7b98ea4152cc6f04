"""What a source consists of: tables, columns, keys, indexes, triggers, as the database itself says.

Frozen and free of rows. It is the only place names in statements come from.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from discreet.engines.subjects.graph import TableRef
from discreet.vocabulary.text import on_screen


class Engine(StrEnum):
    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"
    MYSQL = "mysql"  # MySQL and MariaDB
    FILES = "files"  # a folder, read by DuckDB


class Kind(StrEnum):
    """How values of a column are compared."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    BOOLEAN = "boolean"
    TEXT = "text"
    BINARY = "binary"
    DATE = "date"
    TIME = "time"
    TIMESTAMP = "timestamp"
    UUID = "uuid"
    INET = "inet"
    OTHER = "other"  # JSON, arrays, geometry: never a key


class TableKind(StrEnum):
    TABLE = "table"
    PARTITIONED = "partitioned"
    VIEW = "view"
    MATERIALIZED_VIEW = "materialized_view"
    FOREIGN = "foreign"  # rows live on another server
    VIRTUAL = "virtual"  # SQLite modules, full-text indexes


@dataclass(frozen=True, slots=True)
class ColumnInfo:
    name: str
    type: str
    kind: Kind
    nullable: bool = True
    comment: str = ""
    max_length: int | None = None
    is_unique: bool = False
    is_indexed: bool = False  # leads an index
    is_fold_indexed: bool = False  # a case-insensitive look-up has an index
    is_generated: bool = False  # computed by the database, cannot be written
    is_loose: bool = False  # the engine's own equality takes different texts for equal
    ignores_case: bool = False
    is_enum: bool = False
    cast: str = ""  # PostgreSQL: the type a bound key is cast to

    @property
    def numeric(self) -> bool:
        return self.kind in (Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT)

    @property
    def binary(self) -> bool:
        return self.kind is Kind.BINARY


class Skipped(StrEnum):
    """Why something in a folder is not read."""

    LINK = "link"  # a symbolic link: it may lead out of the folder
    HIDDEN = "hidden"
    ODD_NAME = "odd_name"  # its name holds what no screen shows
    ENDING = "ending"  # of its name: no table has it
    DEVICE = "device"  # a pipe, a socket: it may never end
    DEEP = "deep"
    CLOSED = "closed"  # the account may not look into it
    TOO_MANY = "too_many"
    EMPTY = "empty"
    NO_TABLE = "no_table"
    ENCODING = "encoding"  # none that is known
    TOO_LARGE = "too_large"  # to be decoded
    BOMB = "bomb"  # packed so that it grows without measure


class OldVersions(StrEnum):
    """Whether a store of objects keeps what an object was before it was written anew."""

    NONE = "none"
    KEPT = "kept"
    UNKNOWN = "unknown"  # the account may not ask


class Remains(StrEnum):
    """Why an older version of an object is still there."""

    KEPT = "kept"  # it came, or came back, since it was looked for
    LOCKED = "locked"  # a retention or a legal hold forbids to delete it
    NOT_ALLOWED = "not_allowed"  # the account may not delete versions
    UNKNOWN = "unknown"  # the account may not ask for them


@dataclass(frozen=True, slots=True)
class OlderLeft:
    """What is left of older versions: by table's name why, how many were deleted, how many other objects have some."""

    why: Mapping[str, Remains]
    deleted: int = 0
    elsewhere: int = 0


MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class PassedOver:
    """What in a folder is not read for one reason: how many, and the first of them by name."""

    reason: Skipped
    count: int
    names: tuple[str, ...]


def passed_over(skipped: Iterable[tuple[Skipped, str]]) -> tuple[PassedOver, ...]:
    """Return what was skipped by reason, with the first names of each."""
    by_reason: dict[Skipped, list[str]] = {}
    for reason, name in skipped:
        by_reason.setdefault(reason, []).append(on_screen(name)[:300])
    return tuple(
        PassedOver(reason, len(names), tuple(sorted(names)[:MOST_NAMED]))
        for reason, names in sorted(by_reason.items())
    )


@dataclass(frozen=True, slots=True)
class ForeignKey:
    columns: tuple[str, ...]
    to_table: TableRef
    to_columns: tuple[str, ...]
    on_delete: str = ""


@dataclass(frozen=True, slots=True)
class OutsideKey:
    """A foreign key into this source from a table that the account may not read, or of another database."""

    schema: str
    table: str
    to_table: TableRef


class Right(StrEnum):
    """What an account must be allowed on a table to erase in it. SQLite knows the file's permissions only."""

    SELECT = "SELECT"
    UPDATE = "UPDATE"
    DELETE = "DELETE"
    FILE = "file"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class MissingRight:
    """A right that the account for erasing lacks on a table that could be written."""

    table: TableRef
    right: Right


@dataclass(frozen=True, slots=True)
class Index:
    name: str
    columns: tuple[str, ...]  # an expression stands as its text
    is_unique: bool = False


@dataclass(frozen=True, slots=True)
class TableInfo:
    ref: TableRef
    kind: TableKind
    columns: tuple[ColumnInfo, ...]
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    indexes: tuple[Index, ...] = ()
    triggers: tuple[str, ...] = ()  # triggers and rewrite rules, by name
    partitions: tuple[str, ...] = ()
    inherits: tuple[str, ...] = ()  # full names of the tables in which its rows are shown too
    has_heirs: bool = False  # other tables inherit from it; its own rows are read with ONLY
    is_transactional: bool = True
    estimated_rows: int = 0
    comment: str = ""
    broken_lines: int = 0  # of a file: not read, or not whole
    broken_at: tuple[int, ...] = ()  # the first of them, counted from 1

    def column(self, name: str) -> ColumnInfo | None:
        return next((column for column in self.columns if column.name == name), None)

    @property
    def is_writable(self) -> bool:
        return self.kind in (TableKind.TABLE, TableKind.PARTITIONED) and self.is_transactional


def full_name(schema: str, table: str) -> str:
    """Return one text for a table that no other table can have."""
    return json.dumps([schema, table], ensure_ascii=False)


@dataclass(frozen=True)
class Catalogue:
    """All tables of a source.

    `fingerprint` covers tables, columns, types, constraints and triggers; not rows, comments or estimates.
    `unreadable` names what the account could see but not describe; `passed_over` says of a folder what is
    not read, with the reason. `sees_triggers` is false where the
    account has no right to know about triggers; `sees_outside` where other databases of the server may refer
    to tables of this one and the account would not see it. `missing_rights` are the write account's, if there
    is one.
    """

    source: str
    engine: Engine
    version: str
    default_schema: str
    tables: tuple[TableInfo, ...]
    fingerprint: str
    is_replica: bool = False
    tls: str = "none"
    sees_triggers: bool = True
    encoding: str = "utf-8"  # in which the server keeps texts, as Python names it
    unreadable: tuple[str, ...] = field(default=())
    outside: tuple[OutsideKey, ...] = ()
    sees_outside: bool = True
    missing_rights: tuple[MissingRight, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()
    old_versions: OldVersions = OldVersions.NONE

    @cached_property
    def by_ref(self) -> Mapping[TableRef, TableInfo]:
        return {table.ref: table for table in self.tables}

    @cached_property
    def _by_full_name(self) -> Mapping[str, TableRef]:
        return {full_name(ref.schema or self.default_schema, ref.table): ref for ref in self.by_ref}

    def table(self, ref: TableRef) -> TableInfo | None:
        return self.by_ref.get(ref)

    def parents(self, table: TableInfo) -> tuple[TableRef, ...]:
        """Return the tables that `table` inherits from directly."""
        return tuple(self._by_full_name[name] for name in table.inherits if name in self._by_full_name)


def fingerprint_of(lines: Iterable[str]) -> str:
    """Return the SHA-256 of a structure's lines, whatever their order."""
    digest = hashlib.sha256()
    for line in sorted(lines):
        raw = line.encode("utf-8", "surrogatepass")
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.hexdigest()


def to_json(catalogue: Catalogue) -> dict[str, Any]:
    """Return `catalogue` as JSON values, for keeping."""
    return asdict(catalogue)


def from_json(kept: Mapping[str, Any]) -> Catalogue:
    """Return the catalogue that `to_json` gave away."""
    return Catalogue(
        **{
            **kept,
            "engine": Engine(kept["engine"]),
            "tables": tuple(_table(table) for table in kept["tables"]),
            "unreadable": tuple(kept["unreadable"]),
            "outside": tuple(_outside(each) for each in kept.get("outside", ())),
            "missing_rights": missing_rights_in(kept),
            "passed_over": tuple(
                PassedOver(Skipped(each["reason"]), each["count"], tuple(each["names"]))
                for each in kept.get("passed_over", ())
            ),
            "old_versions": OldVersions(kept.get("old_versions", OldVersions.NONE)),
        }
    )


def _table(kept: Mapping[str, Any]) -> TableInfo:
    return TableInfo(
        **{
            **kept,
            "ref": TableRef(**kept["ref"]),
            "kind": TableKind(kept["kind"]),
            "columns": tuple(ColumnInfo(**{**each, "kind": Kind(each["kind"])}) for each in kept["columns"]),
            "foreign_keys": tuple(_foreign_key(each) for each in kept["foreign_keys"]),
            "indexes": tuple(
                Index(**{**each, "columns": tuple(each["columns"])}) for each in kept["indexes"]
            ),
            **{name: tuple(kept[name]) for name in ("primary_key", "triggers", "partitions", "inherits")},
            "broken_at": tuple(kept.get("broken_at", ())),
        }
    )


def _outside(kept: Mapping[str, Any]) -> OutsideKey:
    return OutsideKey(kept["schema"], kept["table"], TableRef(**kept["to_table"]))


def missing_rights_in(kept: Mapping[str, Any]) -> tuple[MissingRight, ...]:
    """Return the missing rights of a catalogue as `to_json` gave it away."""
    return tuple(
        MissingRight(TableRef(**each["table"]), Right(each["right"]))
        for each in kept.get("missing_rights", ())
    )


def _foreign_key(kept: Mapping[str, Any]) -> ForeignKey:
    return ForeignKey(
        columns=tuple(kept["columns"]),
        to_table=TableRef(**kept["to_table"]),
        to_columns=tuple(kept["to_columns"]),
        on_delete=kept["on_delete"],
    )
