"""What is remembered of a person for the fresh search, sealed under the case key until it has run."""

from collections.abc import Mapping
from dataclasses import dataclass

from discreet.engines.subjects.found import NotCovered, Persons
from discreet.engines.subjects.graph import Key, TableRef


@dataclass(frozen=True, slots=True)
class CapturedValue:
    """An identity value as stored. `normalised` is None where it has no normal form."""

    category: str
    text: str
    normalised: str | None
    persons: Persons


@dataclass(frozen=True, slots=True)
class RowKeys:
    """Rows by key. `persons` runs parallel to `keys`."""

    table: TableRef
    key_columns: tuple[str, ...]
    keys: tuple[Key, ...]
    persons: tuple[Persons, ...]


@dataclass(frozen=True, slots=True)
class BlankedRows:
    """Rows that stay emptied: each column must hold its expected value (`per_row`: one a key)."""

    rows: RowKeys
    expected: Mapping[str, object]
    per_row: Mapping[str, tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class LinkedRows:
    """Rows of `table` whose `columns` hold one of `values`, by which they refer to rows that go.

    `persons` runs parallel to `values`. `key_columns` single a row out. `is_detail`: a part of somebody, which
    the row that refers to it may share.
    """

    table: TableRef
    key_columns: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[Key, ...]
    persons: tuple[Persons, ...]
    to_table: TableRef
    to_columns: tuple[str, ...]
    equals: Mapping[str, str]
    is_detail: bool


@dataclass(frozen=True, slots=True)
class NamelessRow:
    """A people row that holds no identity value. `values`: (column, category, text) of what will be erased."""

    table: TableRef
    key: Key
    persons: Persons
    values: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Captured:
    """`stays`: rows approved to stay, with the columns that may still hold the person's values.

    `others`: rows that held one of the values at plan time and belong to somebody else.
    """

    values: tuple[CapturedValue, ...]
    gone: tuple[RowKeys, ...]
    blanked: tuple[BlankedRows, ...]
    stays: Mapping[TableRef, Mapping[Key, tuple[str, ...]]]
    others: Mapping[TableRef, frozenset[Key]]
    unlinked: tuple[NotCovered, ...] = ()  # rows that hold a value at plan time and no link leads to
    nameless: tuple[NamelessRow, ...] = ()  # told again by their key and what else they held
    linked: tuple[LinkedRows, ...] = ()  # how rows refer to what goes
    described: tuple[CapturedValue, ...] = ()  # as a place that no program reads may have filed the person


@dataclass(frozen=True, slots=True)
class Budget:
    """Bounds of the fresh search's scans, in rows; 0 = indexed columns and keys only.

    `max_text_rows`: of free text, which costs a database ten times as much a row as a column of addresses.
    """

    max_scan_rows: int = 5_000_000
    max_read_rows: int = 50_000
    max_text_rows: int = 200_000


@dataclass(frozen=True, slots=True)
class Finding:
    """A trace of the person that should be gone. `key` stays sealed: it may be personal data."""

    table: TableRef
    kind: str  # "row" | "field" | "value"
    columns: tuple[str, ...]
    key: Key
    persons: Persons
    category: str = ""


@dataclass(frozen=True, slots=True)
class Searched:
    table: TableRef
    depth: str  # "keys" | "links" | "fields" | "indexed" | "scan" | "text"
    columns: tuple[str, ...]
    rows: int  # keys looked for, or rows looked through

    @property
    def is_estimate(self) -> bool:
        """Whether `rows` is what the database's statistics say of the table: a scan is not counted."""
        return self.depth in ("scan", "text")


@dataclass(frozen=True, slots=True)
class SearchResult:
    """`belongs_to_others`: rows that hold a value and were known at plan time as another person's."""

    found: tuple[Finding, ...]
    searched: tuple[Searched, ...]
    not_searched: tuple[NotCovered, ...]
    belongs_to_others: int = 0
    stays: int = 0

    @property
    def is_clean(self) -> bool:
        return not self.found
