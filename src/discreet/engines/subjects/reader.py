"""What the engine asks of the world: rows by keys. `foundation/sources` implements it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from discreet.engines.subjects.graph import Key, TableRef

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Select:
    """Rows of `table` whose `key_columns` equal one of `keys`.

    `key_columns` and `keys` both empty: every row of the table (a scan; the caller sets `limit`).
    `columns`: what to return, in this order. `equals`: further column = text value conditions.
    `fold`: compare case-insensitively as `lower(column)` (one key column; keys are already lower case).
    `trims`: besides `fold`, without the blanks at both ends of what is stored; no index helps.
    `limit`: at most so many rows over all keys; None = all. A NULL never equals a key.
    `digits`, `addresses`: on a scan, only rows whose last column of `columns` holds one of these digit runs in
    order, whatever stands between the digits, or one of these addresses (lower case) in any case, however its
    `@` is written; full-width forms count. A reader may return more; it must not return less.
    `digits_end`: with `digits`, and nothing else than them, rows that end with a digit end with one of theirs.
    `joined_to`: the columns at the far end of the link that is followed, in the order of `key_columns`. Rows
    are then found as the database itself joins the two ends, which may be looser than by equal values.
    """

    table: TableRef
    columns: tuple[str, ...]
    key_columns: tuple[str, ...]
    keys: Sequence[Key]
    equals: Mapping[str, str] | None = None
    fold: bool = False
    trims: bool = False
    limit: int | None = None
    digits: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    digits_end: bool = False
    joined_to: tuple[TableRef, tuple[str, ...]] | None = None

    @property
    def is_scan(self) -> bool:
        return not self.key_columns


class Reader(Protocol):
    """Reads rows. One statement per `Select` where the engine allows (large key sets are split)."""

    def select(self, query: Select) -> Iterable[Row]:
        """Yield rows in no particular order, each once."""
        ...

    def ahead(self, queries: Sequence[Select]) -> None:
        """Be told of queries that `select` will be called with next, these very objects, in any order.

        A reader may ask for them in one round trip and keep the answers; it may do nothing.
        """
        ...

    def statement(self, query: Select) -> str:
        """Return the statement's text with placeholders and without any value, for the preview."""
        ...
