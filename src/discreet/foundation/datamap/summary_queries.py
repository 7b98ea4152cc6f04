"""What of a source's map is about to be confirmed at once, and what of it finds and erases nobody.

The tables that no link leads to are told by the engine's own rule, so that the map and a case name the same ones.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from discreet.engines.classify.link_model import LinkKind
from discreet.engines.subjects.gaps import gaps_of_graph
from discreet.engines.subjects.graph import LinkRole, TableRef
from discreet.foundation.datamap import queries
from discreet.foundation.datamap.graph_build import ref_of
from discreet.foundation.datamap.models import DataField, DataLink, DataTable
from discreet.foundation.datamap.views import category_of
from discreet.vocabulary.categories import NONE, Category

DOUBT_PERCENT = 70
WITHOUT_LINK = ("no_link", "no_link_nor_value")


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A table of which something is not covered though it is in the map. `reason`: as the engine codes it."""

    table_id: int
    table: str
    reason: str
    columns: tuple[str, ...]
    rows: int
    is_sensitive: bool  # the table holds sensitive data

    @property
    def is_without_link(self) -> bool:
        return self.reason in WITHOUT_LINK


@dataclass(frozen=True, slots=True)
class PeopleTables:
    """Open tables of one kind of people. `kind` is empty where nothing tells it."""

    kind: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LinkCount:
    kind: LinkKind
    role: LinkRole
    count: int


@dataclass(frozen=True, slots=True)
class LinkLine:
    """An open link. `is_loose`: no link leads to its table from a person."""

    table_id: int
    here: str
    there: str
    percent: int
    is_sensitive: bool
    is_loose: bool


@dataclass(frozen=True, slots=True)
class Doubt:
    """A proposal that is not sure. `category` None: that a table holds people."""

    table_id: int
    field_id: int | None
    name: str
    category: Category | None
    percent: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The open parts of a source. `seen` changes with any of them."""

    tables: int
    fields: int
    links: int
    people: tuple[PeopleTables, ...]
    categories: tuple[tuple[Category, int], ...]  # of personal fields, sensitive ones first
    link_counts: tuple[LinkCount, ...]
    unfounded: int  # fields of which nothing points to a person
    uncovered: tuple[Uncovered, ...]
    silent_links: tuple[LinkLine, ...]  # say nothing about people, and start in a table with personal data
    doubts: tuple[Doubt, ...]
    doubtful_links: tuple[LinkLine, ...]
    seen: str

    @property
    def parts(self) -> int:
        return self.tables + self.fields + self.links

    @property
    def without_link(self) -> tuple[Uncovered, ...]:
        return tuple(one for one in self.uncovered if one.is_without_link)

    @property
    def warnings(self) -> int:
        doubts = len(self.doubts) + len(self.doubtful_links)
        return len(self.without_link) + len(self.silent_links) + doubts


class _OpenField(NamedTuple):
    """Of thousands of open fields, no more than is told."""

    id: int
    table_id: int
    schema: str
    table: str
    name: str
    category: str
    percent: int

    @property
    def full_name(self) -> str:
        table = f"{self.schema}.{self.table}" if self.schema else self.table
        return f"{table}.{self.name}"


def uncovered(source: str) -> list[Uncovered]:
    """Return the tables of `source` that no link leads to from a person, sensitive ones first, and its free text.

    Proposed links count: while they are open, they are told as open.
    """
    graph = queries.built(confirmed_only=False).graph
    ids = {ref_of(row): row.id for row in DataTable.objects.filter(source=source, is_gone=False)}
    found = []
    for gap in gaps_of_graph(graph=graph, taken={}, texts_not_read=()):
        if gap.table not in ids or gap.reason == "view":
            continue
        held = graph.tables[gap.table].personal_columns
        is_sensitive = any(category_of(column.category).is_sensitive for column in held)
        found.append(
            Uncovered(ids[gap.table], _name(gap.table), gap.reason, gap.columns, gap.rows, is_sensitive)
        )
    return sorted(found, key=lambda one: (not one.is_without_link, not one.is_sensitive, one.table))


def _name(ref: TableRef) -> str:
    return f"{ref.schema}.{ref.table}" if ref.schema else ref.table


def summary(source: str) -> Summary:
    """Return what confirming everything open in `source` would confirm."""
    tables = list(
        DataTable.objects.filter(source=source, is_gone=False, confirmed_at__isnull=True).order_by("name")
    )
    present = DataField.objects.filter(
        table__source=source, table__is_gone=False, is_gone=False, confirmed_at__isnull=True
    )
    columns = ("id", "table_id", "table__schema", "table__name", "name", "category", "confidence_percent")
    fields = [_OpenField(*row) for row in present.order_by("table__name", "position").values_list(*columns)]
    links = list(
        DataLink.objects.filter(
            from_table__source=source,
            from_table__is_gone=False,
            confirmed_at__isnull=True,
            is_rejected=False,
        )
        .select_related("from_table", "to_table")
        .order_by("from_table__name", "id")
    )
    not_covered = uncovered(source)
    lines = _link_lines(source, links, {one.table_id for one in not_covered if one.is_without_link})
    return Summary(
        tables=len(tables),
        fields=len(fields),
        links=len(links),
        people=_people(tables),
        categories=_categories(fields),
        link_counts=_link_counts(links),
        unfounded=present.filter(category=NONE, reasons=[]).count(),
        uncovered=tuple(not_covered),
        silent_links=tuple(
            line for link, line in lines if link.role == LinkRole.LOOKUP.value and line is not None
        ),
        doubts=(*_doubtful_tables(tables), *_doubtful_fields(fields)),
        doubtful_links=tuple(
            _link_line(link) for link in links if 0 < link.confidence_percent < DOUBT_PERCENT
        ),
        seen=_seen(tables, fields, links),
    )


def _people(tables: Iterable[DataTable]) -> tuple[PeopleTables, ...]:
    names: dict[str, list[str]] = {}
    for row in tables:
        if row.is_people:
            names.setdefault(row.people_kind, []).append(_name(ref_of(row)))
    return tuple(PeopleTables(kind, tuple(found)) for kind, found in sorted(names.items()))


def _categories(fields: Iterable[_OpenField]) -> tuple[tuple[Category, int], ...]:
    counts = Counter(row.category for row in fields if row.category != NONE)
    found = [(category_of(name), count) for name, count in counts.items()]
    return tuple(sorted(found, key=lambda one: (not one[0].is_sensitive, -one[1], one[0].id)))


def _link_counts(links: Iterable[DataLink]) -> tuple[LinkCount, ...]:
    counts = Counter((LinkKind.DECLARED.value if row.is_declared else row.kind, row.role) for row in links)
    return tuple(
        LinkCount(LinkKind(kind), LinkRole(role), count) for (kind, role), count in sorted(counts.items())
    )


def _link_lines(
    source: str, links: Sequence[DataLink], loose: set[int]
) -> list[tuple[DataLink, LinkLine | None]]:
    """Return each link with its line, None where its table holds nothing personal; first where nobody leads to it."""
    held: dict[int, set[str]] = {}
    rows = DataField.objects.filter(table__source=source, is_gone=False).exclude(category=NONE)
    for table_id, category in rows.values_list("table_id", "category").distinct():
        held.setdefault(table_id, set()).add(category)
    found: list[tuple[DataLink, LinkLine | None]] = []
    for link in links:
        table = link.from_table_id
        is_sensitive = any(category_of(each).is_sensitive for each in held.get(table, ()))
        line = _link_line(link, is_sensitive=is_sensitive, is_loose=table in loose)
        found.append((link, line if table in held else None))
    return sorted(
        found, key=lambda one: (not one[1].is_loose, not one[1].is_sensitive) if one[1] else (True, True)
    )


def _link_line(link: DataLink, *, is_sensitive: bool = False, is_loose: bool = False) -> LinkLine:
    return LinkLine(
        link.from_table_id,
        f"{_name(ref_of(link.from_table))}.{', '.join(link.from_columns)}",
        f"{_name(ref_of(link.to_table))}.{', '.join(link.to_columns)}",
        link.confidence_percent,
        is_sensitive,
        is_loose,
    )


def _doubtful_tables(tables: Iterable[DataTable]) -> list[Doubt]:
    return [
        Doubt(row.id, None, _name(ref_of(row)), None, row.confidence_percent)
        for row in tables
        if row.is_people and 0 < row.confidence_percent < DOUBT_PERCENT
    ]


def _doubtful_fields(fields: Iterable[_OpenField]) -> list[Doubt]:
    found = [
        Doubt(row.table_id, row.id, row.full_name, category_of(row.category), row.percent)
        for row in fields
        if 0 < row.percent < DOUBT_PERCENT
    ]
    return sorted(found, key=lambda one: (one.category is None or one.category.id == NONE, one.percent))


def _seen(tables: Iterable[DataTable], fields: Iterable[_OpenField], links: Iterable[DataLink]) -> str:
    parts = [
        sorted((row.id, row.is_people) for row in tables),
        sorted((row.id, row.category) for row in fields),
        sorted((row.id, row.role) for row in links),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:20]
