"""What is true of a database: read from a hand-made `truth.yaml` and from our lists of further true links.

The form is that of the sample databases. Keys beyond it, which the generator writes:
`also` (column → other categories that are right too: a birth year is a date of birth or an age),
`more_links` (true links that nobody's data hangs on: named or not, both are right),
`ambiguous_tables` (tables a reasonable reviewer could call people or not).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

Column = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Link:
    """From columns to columns, pairwise; `kind` is fk, implicit, copy or polymorphic."""

    start: tuple[Column, ...]
    end: tuple[Column, ...]
    kind: str

    @property
    def columns(self) -> frozenset[Column]:
        return frozenset(self.start + self.end)

    @property
    def tables(self) -> frozenset[str]:
        return frozenset(table for table, _ in self.columns)

    def told(self) -> str:
        ends = (", ".join(".".join(column) for column in side) for side in (self.start, self.end))
        return " → ".join(ends) + f" ({self.kind})"


@dataclass(frozen=True, slots=True)
class Truth:
    """The truth of one database; names of tables and columns as the database writes them, case folded."""

    name: str
    columns: dict[Column, str]
    also: dict[Column, frozenset[str]]
    ambiguous: frozenset[Column]
    links: tuple[Link, ...]
    more_links: tuple[Link, ...]
    people: frozenset[str]
    ambiguous_tables: frozenset[str]
    has_all_links: bool = False
    tables: frozenset[str] = field(default_factory=frozenset)


def fold(name: str, tables: Iterable[str] = ()) -> str:
    """Return a table's name without its schema: "public.Orders" is "orders", unless "public.orders" is a table."""
    folded = name.replace('"', "").replace("`", "").casefold()
    if folded in tables or "." not in folded:
        return folded
    return folded.rpartition(".")[2]


def column_of(text: str, tables: Iterable[str] = ()) -> Column:
    """Split "table.column" or "schema.table.column"."""
    table, _, column = text.rpartition(".")
    return fold(table, tables), column.replace('"', "").casefold()


def link_of(start: object, end: object, kind: str, tables: Iterable[str] = ()) -> Link:
    """Return a link; an end is one "table.column" or a list of them."""
    known = frozenset(tables)
    sides = [
        tuple(column_of(str(one), known) for one in (side if isinstance(side, list | tuple) else [side]))
        for side in (start, end)
    ]
    return Link(start=sides[0], end=sides[1], kind=kind)


def truth_of(document: Mapping[str, object], more: Mapping[str, object] | None = None) -> Truth:
    """Read a truth from its document; `more` is a document of further true links, complete for the database."""
    raw: dict[str, dict[str, dict[str, str]]] = document["tables"]  # type: ignore[assignment]
    tables = frozenset(fold(table, [table.casefold()]) for table in raw)

    def columns(key: str) -> list[str]:
        return list(document.get(key) or [])  # type: ignore[call-overload]

    also: dict[str, list[str]] = document.get("also") or {}  # type: ignore[assignment]
    further = columns("more_links") + list((more or {}).get("links") or [])  # type: ignore[call-overload]
    return Truth(
        name=str(document["database"]),
        columns={
            (fold(table, tables), column.casefold()): category
            for table, facts in raw.items()
            for column, category in (facts["columns"] or {}).items()
        },
        also={column_of(column, tables): frozenset(names) for column, names in also.items()},
        ambiguous=frozenset(column_of(one, tables) for one in columns("ambiguous")),
        links=tuple(link_of(*one, tables=tables) for one in columns("links")),
        more_links=tuple(link_of(*one, tables=tables) for one in further),
        people=frozenset(fold(one, tables) for one in columns("subject_tables")),
        ambiguous_tables=frozenset(fold(one, tables) for one in columns("ambiguous_tables")),
        has_all_links=more is not None or "more_links" in document,
        tables=tables,
    )


def read_truth(file: Path, more_links: Path | None = None) -> Truth:
    """Read `truth.yaml`, and the list of further true links beside this module or at `more_links`, if there is one."""
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    named = more_links or Path(__file__).parent / "more-links" / f"{document['database']}.yaml"
    more = yaml.safe_load(named.read_text(encoding="utf-8")) if named.is_file() else None
    return truth_of(document, more)
