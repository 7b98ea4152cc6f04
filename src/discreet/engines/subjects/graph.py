"""The link graph: tables, columns and links of all sources, as a person confirmed them.

Keys are tuples of column values in the order of the column tuple they belong to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True, order=True)
class TableRef:
    """A table in a source. `schema` is empty where the engine has none or the default one is meant."""

    source: str
    table: str
    schema: str = ""

    def __str__(self) -> str:
        return f"{self.source}.{self.schema}.{self.table}" if self.schema else f"{self.source}.{self.table}"


class LinkRole(StrEnum):
    """What a link from `from_table` to `to_table` says about whose row it is."""

    OWNER = "owner"  # the from-row is about the person whom the to-row is about (orders.customer_id)
    DETAIL = "detail"  # the to-row is a part of the from-row (customer.address_id → address); may be shared
    MENTION = "mention"  # the from-row names the person but is another's (customer.support_rep_id → employee)
    LOOKUP = "lookup"  # no personal meaning (orders.country_id → country); never followed


class Match(StrEnum):
    """How values of the two ends are compared. EXACT inside one source; the others join sources by value."""

    EXACT = "exact"
    EMAIL = "email"
    PHONE = "phone"


class EraseAction(StrEnum):
    DELETE = "delete"
    NULL = "null"
    REPLACE = "replace"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    category: str = "none"  # id of vocabulary/categories
    nullable: bool = True
    unique: bool = False
    indexed: bool = False  # leads an index
    numeric: bool = False
    binary: bool = False
    max_length: int | None = None
    erase: EraseAction | None = None  # what a person chose for this field; None = by rule
    replacement: str | None = None
    type: str = ""  # SQL type as the catalogue names it, for neutral values that the column accepts
    ignores_case: bool = (
        False  # compares without case (collation, citext): an exact search finds all spellings
    )
    fold_indexed: bool = False  # an index on lower(column)
    is_generated: bool = False  # computed by the database from other columns: follows them, cannot be written

    @property
    def is_personal(self) -> bool:
        return self.category != "none"


@dataclass(frozen=True, slots=True)
class KeepDuty:
    """A law that makes the company keep rows of a table. `until` of a row = start column + years."""

    article: str
    reason_en: str
    reason_zh: str
    years: int | None = None
    start_column: str | None = None  # None: kept without an end that is known
    fields: tuple[str, ...] = ()  # personal columns the duty needs; others are blanked. () = all


@dataclass(frozen=True, slots=True)
class Table:
    ref: TableRef
    primary_key: tuple[str, ...]  # () = none: rows are addressed by all columns; see plan
    columns: tuple[Column, ...]
    is_people: bool = False
    estimated_rows: int = 0
    erase: EraseAction | None = None  # what a person chose for the table; None = by rule
    keep: KeepDuty | None = None
    is_writable: bool = True  # False: a view, or a source without write credentials
    is_view: bool = False  # holds no rows of its own; a materialised view does

    def column(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def personal_columns(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.is_personal)


@dataclass(frozen=True, slots=True)
class Link:
    from_table: TableRef
    from_columns: tuple[str, ...]
    to_table: TableRef
    to_columns: tuple[str, ...]
    role: LinkRole
    is_declared: bool = False  # an enforced foreign key
    match: Match = Match.EXACT
    discriminator: tuple[str, str] | None = None  # (column of from_table, value): polymorphic links

    def __str__(self) -> str:
        return (
            f"{self.from_table}({','.join(self.from_columns)}) → {self.to_table}({','.join(self.to_columns)})"
        )


@dataclass(frozen=True, slots=True)
class Graph:
    tables: Mapping[TableRef, Table]
    links: tuple[Link, ...] = field(default=())

    def incoming(self, ref: TableRef) -> tuple[Link, ...]:
        return tuple(link for link in self.links if link.to_table == ref)

    def outgoing(self, ref: TableRef) -> tuple[Link, ...]:
        return tuple(link for link in self.links if link.from_table == ref)

    def columns_of_others(self, table: Table) -> tuple[str, ...]:
        """Return the personal columns by which a table names somebody other than its owner."""
        names: set[str] = set()
        own: set[str] = set()
        for link in self.outgoing(table.ref):
            (names if link.role is LinkRole.MENTION else own).update(link.from_columns)
        return tuple(
            column.name
            for column in table.columns
            if column.is_personal and column.name in names and column.name not in own
        )
