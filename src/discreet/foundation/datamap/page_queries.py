"""Read what a page of the map shows: counts grouped by the database, and one table alone.

No function makes more statements for more tables. `as_json` and the map file read whole sources; pages do not.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from discreet.engines.classify.naming import refers_to_people
from discreet.engines.subjects.graph import EraseAction, LinkRole, TableRef
from discreet.foundation.datamap import source_facts
from discreet.foundation.datamap.graph_build import keep_of, ref_of
from discreet.foundation.datamap.graph_layout import GraphLink, GraphTable
from discreet.foundation.datamap.models import DataField, DataKeepDuty, DataLink, DataTable
from discreet.foundation.datamap.queries import field_view, link_view
from discreet.foundation.datamap.views import FieldView, Gap, LinkView, NotCovered, TableView, category_of
from discreet.vocabulary.categories import CATEGORIES, NONE

VIEWS = ("view", "materialized_view")
LINKS_SHOWN = 40
NAMES_SHOWN = 8


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source in the tree: how many tables it has and how many parts wait for a person."""

    name: str
    tables: int
    open_count: int
    described_at: datetime | None


@dataclass(frozen=True, slots=True)
class TableLine:
    """A table in the tree."""

    id: int
    schema: str
    name: str
    kind: str
    comment: str
    people_kind: str
    is_people: bool
    fields: int
    personal: int
    open_count: int

    @property
    def label(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema else self.name

    @property
    def is_view(self) -> bool:
        return self.kind in VIEWS


def _present_fields() -> QuerySet[DataField]:
    return DataField.objects.filter(is_gone=False, table__is_gone=False)


def _open_links() -> QuerySet[DataLink]:
    return DataLink.objects.filter(confirmed_at__isnull=True, is_rejected=False, from_table__is_gone=False)


def source_lines(names: Sequence[str]) -> list[SourceLine]:
    """Return the sources `names` with what is open in each: three statements."""
    open_parts: dict[str, int] = defaultdict(int)
    fields = _present_fields().filter(confirmed_at__isnull=True)
    for name, count in fields.values_list("table__source").annotate(n=Count("id")):
        open_parts[name] += count
    for name, count in _open_links().values_list("from_table__source").annotate(n=Count("id")):
        open_parts[name] += count
    tables: dict[str, int] = {}
    grouped = DataTable.objects.filter(is_gone=False).values_list("source")
    for name, count, waiting in grouped.annotate(
        n=Count("id"), waiting=Count("id", filter=Q(confirmed_at__isnull=True))
    ):
        tables[name] = count
        open_parts[name] += waiting
    return [SourceLine(name, tables.get(name, 0), open_parts.get(name, 0), None) for name in names]


def table_lines(source: str) -> list[TableLine]:
    """Return the tables of `source` in the order of the tree: three statements."""
    fields: dict[int, tuple[int, int, int]] = {}
    grouped = DataField.objects.filter(is_gone=False, table__source=source).values_list("table_id")
    for table_id, count, personal, waiting in grouped.annotate(
        n=Count("id"),
        personal=Count("id", filter=~Q(category=NONE)),
        waiting=Count("id", filter=Q(confirmed_at__isnull=True)),
    ):
        fields[table_id] = (count, personal, waiting)
    links = dict(
        _open_links()
        .filter(from_table__source=source)
        .values_list("from_table_id")
        .annotate(n=Count("id"))
        .values_list("from_table_id", "n")
    )
    rows = DataTable.objects.filter(source=source, is_gone=False).order_by("schema", "name")
    lines = []
    for row in rows.values_list(
        "id", "schema", "name", "kind", "comment", "people_kind", "is_people", "confirmed_at"
    ):
        count, personal, waiting = fields.get(row[0], (0, 0, 0))
        open_count = waiting + links.get(row[0], 0) + (row[7] is None)
        lines.append(TableLine(*row[:7], fields=count, personal=personal, open_count=open_count))
    return lines


def busiest_table(source: str = "") -> tuple[str, int] | None:
    """Return (source, id) of the table with most open fields, else the first of people, else the first."""
    waiting = _present_fields().filter(confirmed_at__isnull=True)
    tables = DataTable.objects.filter(is_gone=False)
    if source:
        waiting, tables = waiting.filter(table__source=source), tables.filter(source=source)
    found = (
        waiting.values_list("table__source", "table_id")
        .annotate(n=Count("id"))
        .order_by("-n", "table__source", "table__schema", "table__name")
        .first()
    )
    if found is not None:
        return found[0], found[1]
    return tables.order_by("-is_people", "source", "schema", "name").values_list("source", "id").first()


def table_view(source: str, table_id: int) -> TableView | None:
    """Return one table with its fields and links, those that start in it first; None if it is not there."""
    row = DataTable.objects.filter(id=table_id, source=source, is_gone=False).first()
    if row is None:
        return None
    keep = DataKeepDuty.objects.filter(table=row).first()
    keys = frozenset(row.primary_key)
    fields = DataField.objects.filter(table=row, is_gone=False).order_by("position")
    return TableView(
        id=row.id,
        ref=ref_of(row),
        kind=row.kind,
        comment=row.comment,
        estimated_rows=row.estimated_rows,
        primary_key=tuple(row.primary_key),
        is_people=row.is_people,
        people_kind=row.people_kind,
        is_gone=False,
        erase=EraseAction(row.erase) if row.erase else None,
        keep=keep_of(keep),
        is_confirmed=row.confirmed_at is not None,
        fields=tuple(field_view(each, keys) for each in fields),
        links=_links_of(row),
    )


def _links_of(table: DataTable) -> tuple[LinkView, ...]:
    touching = DataLink.objects.select_related("from_table", "to_table").filter(
        from_table__is_gone=False, to_table__is_gone=False
    )
    out = list(touching.filter(from_table=table).order_by("is_rejected", "id")[: LINKS_SHOWN * 5])
    into = touching.filter(to_table=table, is_rejected=False).exclude(from_table=table)
    rows = [*out, *into.order_by("from_table__name", "id")[:LINKS_SHOWN]]
    ends = {end.id: end for link in rows for end in (link.from_table, link.to_table)}
    return tuple(link_view(link, ends) for link in rows)


def links_into(table_id: int) -> int:
    """Return how many links of other tables point at a table."""
    links = DataLink.objects.filter(to_table_id=table_id, is_rejected=False, from_table__is_gone=False)
    return links.exclude(from_table_id=table_id).count()


def graph_of(source: str) -> tuple[list[GraphTable], list[GraphLink]]:
    """Return tables and links of a source for the drawing, with the tables of other sources they lead to."""
    links = DataLink.objects.filter(
        from_table__source=source, is_rejected=False, from_table__is_gone=False, to_table__is_gone=False
    ).order_by("from_table__name", "id")
    columns = ("from_table_id", "to_table_id", "role", "confirmed_at", "from_columns", "to_columns")
    found = [
        GraphLink(start, end, LinkRole(role), at is None, f"{', '.join(here)} → {', '.join(there)}")
        for start, end, role, at, here, there in links.values_list(*columns)
    ]
    far = links.exclude(to_table__source=source).values_list("to_table_id", flat=True)
    rows = DataTable.objects.filter(Q(source=source, is_gone=False) | Q(id__in=far))
    tables = [
        GraphTable(
            table_id,
            (f"{schema}.{name}" if schema else name) + ("" if own == source else f" ({own})"),
            is_people,
        )
        for table_id, own, schema, name, is_people in rows.order_by("source", "schema", "name").values_list(
            "id", "source", "schema", "name", "is_people"
        )
    ]
    return tables, found


def link_ids(source: str, table_id: int) -> frozenset[int]:
    """Return the ids of the links that touch a table."""
    touching = DataLink.objects.filter(Q(from_table_id=table_id) | Q(to_table_id=table_id))
    return frozenset(touching.filter(from_table__source=source).values_list("id", flat=True))


@dataclass(frozen=True, slots=True)
class Target:
    """A table that a link may lead to."""

    id: int
    ref: TableRef


def targets() -> list[Target]:
    """Return every table of the connected sources, for the form that adds a link."""
    names, _ = source_facts.connected()
    rows = DataTable.objects.filter(source__in=names, is_gone=False).order_by("source", "schema", "name")
    return [Target(row.id, ref_of(row)) for row in rows.only("id", "source", "schema", "name")]


def columns_of(table_id: int) -> list[str]:
    """Return the names of a table's columns in their order."""
    rows = DataField.objects.filter(table_id=table_id, is_gone=False).order_by("position")
    return list(rows.values_list("name", flat=True))


def gaps_beside(table: TableView | None, source: str | None) -> list[NotCovered]:
    """Return what the page of a table tells as not covered: sources without map, gone tables, its own gaps."""
    names, _ = source_facts.connected()
    mapped = set(DataTable.objects.order_by().values_list("source", flat=True).distinct())
    gaps = [NotCovered(name, "", Gap.SOURCE_NOT_MAPPED) for name in sorted(names - mapped)]
    if table is None or source is None:
        return gaps
    name = f"{table.ref.schema}.{table.ref.table}" if table.ref.schema else table.ref.table
    gone = tuple(
        DataField.objects.filter(table_id=table.id, is_gone=True).values_list("name", flat=True)[:NAMES_SHOWN]
    )
    if gone:
        gaps.append(NotCovered(source, name, Gap.FIELDS_GONE, gone))
    if table.is_confirmed and table.kind not in VIEWS:
        linked = {column for link in table.links if not link.is_rejected for column in _own(link, table)}
        own = set(table.primary_key) if len(table.primary_key) == 1 else set()
        loose = tuple(
            field.name
            for field in table.fields
            if field.category.id == NONE and field.name not in linked | own and refers_to_people(field.name)
        )
        if loose:
            gaps.append(NotCovered(source, name, Gap.REFERENCE_WITHOUT_LINK, loose))
    return gaps


def _own(link: LinkView, table: TableView) -> tuple[str, ...]:
    return link.from_columns if link.from_table == table.ref else ()


@dataclass(frozen=True, slots=True)
class GapGroup:
    """A kind of gap of a source: the first names it is about, and how many there are."""

    gap: Gap
    names: tuple[str, ...]
    count: int


def gap_groups(source: str) -> list[GapGroup]:
    """Return what of a source is not covered, grouped by kind, in a fixed number of statements."""
    tables = DataTable.objects.filter(source=source).order_by("schema", "name")
    fields = DataField.objects.filter(table__source=source, table__is_gone=False).order_by(
        "table__schema", "table__name", "position"
    )
    linked: dict[int, set[str]] = defaultdict(set)
    own = DataLink.objects.filter(from_table__source=source, is_rejected=False)
    open_links = []
    for table_id, name, columns, confirmed_at in own.values_list(
        "from_table_id", "from_table__name", "from_columns", "confirmed_at"
    ):
        linked[table_id].update(columns)
        if confirmed_at is None:
            open_links.append(f"{name}.{', '.join(columns)}")
    loose = [
        f"{table}.{name}"
        for table_id, table, name, keys in fields.filter(
            is_gone=False, category=NONE, table__confirmed_at__isnull=False
        )
        .exclude(table__kind__in=VIEWS)
        .values_list("table_id", "table__name", "name", "table__primary_key")
        if name not in linked[table_id] and [name] != keys and refers_to_people(name)
    ]
    found = [
        (Gap.TABLE_NOT_CONFIRMED, _names(tables.filter(is_gone=False, confirmed_at__isnull=True))),
        (Gap.TABLE_GONE, _names(tables.filter(is_gone=True))),
        (Gap.FIELDS_NOT_CONFIRMED, _full_names(fields.filter(is_gone=False, confirmed_at__isnull=True))),
        (Gap.FIELDS_GONE, _full_names(fields.filter(is_gone=True))),
        (Gap.LINKS_NOT_CONFIRMED, _first(open_links)),
        (Gap.REFERENCE_WITHOUT_LINK, _first(loose)),
    ]
    return [GapGroup(gap, tuple(names), count) for gap, (names, count) in found if count]


_Named = tuple[list[str], int]


def _first(names: list[str]) -> _Named:
    return names[:NAMES_SHOWN], len(names)


def _names(tables: QuerySet[DataTable]) -> _Named:
    return list(tables.values_list("name", flat=True)[:NAMES_SHOWN]), tables.count()


def _full_names(fields: QuerySet[DataField]) -> _Named:
    named = fields.values_list("table__name", "name")[:NAMES_SHOWN]
    return [f"{table}.{name}" for table, name in named], fields.count()


@dataclass(frozen=True, slots=True)
class FoundField:
    """A field in a list over tables and sources."""

    source: str
    table_id: int
    table: str
    field: FieldView


@dataclass(frozen=True, slots=True)
class FieldFilter:
    """Which fields a list shows. Empty: not filtered. `state`: `open` or `confirmed`."""

    source: str = ""
    category: str = ""
    state: str = ""
    is_sensitive_only: bool = False


def _filtered(wanted: FieldFilter) -> QuerySet[DataField]:
    rows = _present_fields().exclude(category=NONE)
    if wanted.source:
        rows = rows.filter(table__source=wanted.source)
    if wanted.category:
        rows = rows.filter(category=wanted.category)
    if wanted.is_sensitive_only:
        rows = rows.filter(category__in=[one.id for one in CATEGORIES.values() if one.is_sensitive])
    if wanted.state:
        rows = rows.filter(confirmed_at__isnull=wanted.state == "open")
    return rows


def count_fields(wanted: FieldFilter) -> int:
    return _filtered(wanted).count()


def find_fields(wanted: FieldFilter, *, start: int, at_most: int) -> list[FoundField]:
    """Return personal fields of all tables, in the order of source, table and position."""
    rows = _filtered(wanted).select_related("table")
    rows = rows.order_by("table__source", "table__schema", "table__name", "position")
    return [_found(row) for row in rows[start : start + at_most]]


def _found(row: DataField) -> FoundField:
    table = row.table
    name = f"{table.schema}.{table.name}" if table.schema else table.name
    return FoundField(table.source, table.id, name, field_view(row, frozenset(table.primary_key)))


def table_of(field_id: int) -> int:
    """Return the table of a field."""
    return DataField.objects.values_list("table_id", flat=True).get(id=field_id)


def fields_of_change(change_id: int) -> list[FoundField]:
    """Return the fields that a case asks about, those that are gone among them."""
    rows = DataField.objects.filter(asked_in__change_id=change_id).select_related("table")
    return [_found(row) for row in rows.order_by("table__schema", "table__name", "position")]


def fields_named(source: str, wanted: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], FoundField]:
    """Return the fields (table, field) of a source that are still there."""
    names = {name for _, name in wanted}
    rows = _present_fields().filter(table__source=source, name__in=names).select_related("table")
    found = (_found(row) for row in rows)
    return {(one.table, one.field.name): one for one in found if (one.table, one.field.name) in wanted}


@dataclass(frozen=True, slots=True)
class PersonalCount:
    """How many fields of a category a table holds."""

    source: str
    table_id: int
    table: str
    category: str
    count: int

    @property
    def is_sensitive(self) -> bool:
        return category_of(self.category).is_sensitive


def personal_counts() -> list[PersonalCount]:
    """Return personal fields by table and category: one statement."""
    grouped = (
        _present_fields()
        .exclude(category=NONE)
        .order_by("table__source", "table__schema", "table__name", "category")
    )
    return [
        PersonalCount(source, table_id, f"{schema}.{name}" if schema else name, category, count)
        for source, table_id, schema, name, category, count in grouped.values_list(
            "table__source", "table_id", "table__schema", "table__name", "category"
        ).annotate(n=Count("id"))
    ]


@dataclass(frozen=True, slots=True)
class FieldState:
    """A field's decision as it stood, to be taken back to."""

    id: int
    category: str
    confidence_percent: int
    reasons: Sequence[object]
    erase: str
    replacement: str | None
    confirmed_by: str
    confirmed_at: str


@dataclass(frozen=True, slots=True)
class LinkState:
    """A link's decision as it stood."""

    id: int
    role: str
    is_rejected: bool
    confirmed_by: str
    confirmed_at: str


def field_states(ids: Collection[int]) -> list[FieldState]:
    """Return how fields stand now."""
    return [
        FieldState(
            row.id,
            row.category,
            row.confidence_percent,
            row.reasons,
            row.erase,
            row.replacement,
            row.confirmed_by,
            row.confirmed_at.isoformat() if row.confirmed_at else "",
        )
        for row in DataField.objects.filter(id__in=ids)
    ]


def link_states(ids: Collection[int]) -> list[LinkState]:
    """Return how links stand now."""
    return [
        LinkState(
            row.id,
            row.role,
            row.is_rejected,
            row.confirmed_by,
            row.confirmed_at.isoformat() if row.confirmed_at else "",
        )
        for row in DataLink.objects.filter(id__in=ids)
    ]
