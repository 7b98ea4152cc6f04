"""Read the data map: the graph for the subject engine, what is not covered, and the pages' views."""

from collections import defaultdict
from collections.abc import Collection
from functools import lru_cache

from django.db.models import Count, Q
from django.utils.translation import gettext

from discreet.engines.classify.link_model import LinkKind
from discreet.engines.subjects.graph import EraseAction, Graph, TableRef
from discreet.foundation import plain_sql
from discreet.foundation.datamap import reasons, source_facts
from discreet.foundation.datamap.graph_build import build, keep_of, link_of, ref_of
from discreet.foundation.datamap.models import (
    DataCopy,
    DataField,
    DataKeepDuty,
    DataLink,
    DataTable,
    MapVersion,
)
from discreet.foundation.datamap.views import (
    BuiltMap,
    CopyView,
    FieldView,
    LinkView,
    MapCounts,
    Meaning,
    Meanings,
    NotCovered,
    SourceMapView,
    TableView,
    category_of,
)
from discreet.foundation.sources import queries as source_queries
from discreet.foundation.sources.left_out import left_out_as_json
from discreet.vocabulary.categories import NONE

_VERSION = f"SELECT number, stamp FROM {MapVersion._meta.db_table} WHERE id = 1"  # noqa: S608
_CacheKey = tuple[int, str, frozenset[str], frozenset[str]]
_kept: dict[bool, tuple[_CacheKey, BuiltMap]] = {}


def version() -> int:
    """Return the number of the map's version; it grows with every change."""
    return _version_row()[0]


def _version_row() -> tuple[int, str]:
    found = plain_sql.first(_VERSION)
    return (found[0], found[1]) if found else (0, "")


def built(*, confirmed_only: bool = True) -> BuiltMap:
    """Return graph and gaps together, from memory while neither map nor source credentials changed."""
    number, stamp = _version_row()
    names, writable = source_facts.connected()
    key = (number, stamp, names, writable)
    kept = _kept.get(confirmed_only)
    if kept is not None and kept[0] == key:
        return kept[1]
    fresh = build(version=number, sources=names, writable=writable, confirmed_only=confirmed_only)
    _kept[confirmed_only] = (key, fresh)
    return fresh


def graph(sources: Collection[str] | None = None, *, confirmed_only: bool = True) -> Graph:
    """Return the link graph of `sources` (None: all), of what a person confirmed unless told otherwise.

    A column that is not confirmed yet stands in as category `unknown`, kept by erasure; its table is among
    `not_covered`.
    """
    whole = built(confirmed_only=confirmed_only).graph
    if sources is None:
        return whole
    tables = {ref: table for ref, table in whole.tables.items() if ref.source in sources}
    links = tuple(link for link in whole.links if link.from_table in tables and link.to_table in tables)
    return Graph(tables=tables, links=links)


def not_covered(sources: Collection[str] | None = None) -> tuple[NotCovered, ...]:
    """Return the parts of `sources` (None: all) that a search along the graph does not reach."""
    gaps = built().not_covered
    return gaps if sources is None else tuple(gap for gap in gaps if gap.source in sources)


def fields_meaning(sources: Collection[str] | None = None) -> Meanings:
    """Return, per table and column, what it holds: for packages and letters. Kept by map version."""
    whole = _meanings(*_version_row())
    if sources is None:
        return whole
    return {ref: columns for ref, columns in whole.items() if ref.source in sources}


@lru_cache(maxsize=1)
def _meanings(number: int, stamp: str) -> Meanings:
    rows = DataField.objects.filter(is_gone=False).select_related("table").order_by("table_id", "position")
    meanings: dict[TableRef, dict[str, Meaning]] = defaultdict(dict)
    for row in rows:
        category = category_of(row.category)
        meanings[ref_of(row.table)][row.name] = Meaning(
            category=category.id, dpv=category.dpv, en=category.en, zh=category.zh, comment=row.comment
        )
    return meanings


def counts() -> MapCounts:
    """Return how much is mapped and how much waits for a person."""
    tables = DataTable.objects.filter(is_gone=False).aggregate(
        sources=Count("source", distinct=True),
        all=Count("id"),
        open=Count("id", filter=Q(confirmed_at__isnull=True)),
    )
    fields = DataField.objects.filter(is_gone=False, table__is_gone=False).aggregate(
        all=Count("id"),
        personal=Count("id", filter=~Q(category=NONE)),
        open=Count("id", filter=Q(confirmed_at__isnull=True)),
    )
    open_links = DataLink.objects.filter(
        confirmed_at__isnull=True, is_rejected=False, from_table__is_gone=False
    ).count()
    return MapCounts(
        sources=tables["sources"],
        tables=tables["all"],
        fields=fields["all"],
        personal_fields=fields["personal"],
        open_fields=fields["open"],
        open_parts=fields["open"] + open_links + tables["open"],
    )


def is_mapped(source: str) -> bool:
    """Return whether the schema of `source` was ever taken into the map."""
    return DataTable.objects.filter(source=source).exists()


def open_fields() -> int:
    """Return how many fields wait for a person."""
    return DataField.objects.filter(is_gone=False, table__is_gone=False, confirmed_at__isnull=True).count()


def field_view(row: DataField, keys: frozenset[str]) -> FieldView:
    return FieldView(
        id=row.id,
        name=row.name,
        type=row.type,
        comment=row.comment,
        category=category_of(row.category),
        confidence_percent=row.confidence_percent,
        reasons=reasons.from_json(row.reasons),
        hidden=reasons.hidden_from_json(row.hidden),
        erase=EraseAction(row.erase) if row.erase else None,
        replacement=row.replacement,
        is_confirmed=row.confirmed_at is not None,
        confirmed_by=row.confirmed_by,
        confirmed_at=row.confirmed_at,
        is_gone=row.is_gone,
        is_key=row.name in keys,
    )


def link_view(row: DataLink, tables: dict[int, DataTable]) -> LinkView:
    link = link_of(row, tables)
    return LinkView(
        id=row.id,
        from_table=link.from_table,
        from_columns=link.from_columns,
        to_table=link.to_table,
        to_columns=link.to_columns,
        role=link.role,
        match=link.match,
        is_declared=link.is_declared,
        discriminator=link.discriminator,
        is_confirmed=row.confirmed_at is not None,
        kind=LinkKind(row.kind),
        confidence_percent=row.confidence_percent,
        reasons=reasons.from_json(row.reasons),
        is_rejected=row.is_rejected,
    )


def source_map(source: str) -> SourceMapView:
    """Return everything the map holds about `source`, tables and columns in their order."""
    rows = list(DataTable.objects.filter(source=source).order_by("schema", "name"))
    ids = [row.id for row in rows]
    keeps = {keep.table_id: keep for keep in DataKeepDuty.objects.filter(table__source=source)}
    fields: dict[int, list[DataField]] = defaultdict(list)
    for field in DataField.objects.filter(table__source=source).order_by("table_id", "position"):
        fields[field.table_id].append(field)
    touching = DataLink.objects.filter(Q(from_table__source=source) | Q(to_table__source=source))
    links = list(touching.select_related("from_table", "to_table").order_by("id"))
    by_id = {end.id: end for link in links for end in (link.from_table, link.to_table)}
    views: dict[int, list[LinkView]] = defaultdict(list)
    for link in links:
        view = link_view(link, by_id)
        for end in {link.from_table_id, link.to_table_id}.intersection(ids):
            views[end].append(view)
    tables = tuple(
        TableView(
            id=row.id,
            ref=ref_of(row),
            kind=row.kind,
            comment=row.comment,
            estimated_rows=row.estimated_rows,
            primary_key=tuple(row.primary_key),
            is_people=row.is_people,
            people_kind=row.people_kind,
            is_gone=row.is_gone,
            erase=EraseAction(row.erase) if row.erase else None,
            keep=keep_of(keeps.get(row.id)),
            is_confirmed=row.confirmed_at is not None,
            fields=tuple(field_view(field, frozenset(row.primary_key)) for field in fields[row.id]),
            links=tuple(views[row.id]),
        )
        for row in rows
    )
    return SourceMapView(
        name=source, tables=tables, described_at=max((row.described_at for row in rows), default=None)
    )


def as_json(source: str) -> dict[str, object]:
    """Return the map of `source` as plain JSON values, columns written `table.column`."""
    view = source_map(source)
    tables = [table for table in view.tables if not table.is_gone]
    return {
        "tables": {
            _plain_name(table.ref): {
                "rows": table.estimated_rows,
                "columns": {field.name: _field_json(field) for field in table.fields if not field.is_gone},
            }
            for table in tables
        },
        "links": [
            _link_json(link)
            for table in tables
            for link in table.links
            if link.from_table == table.ref and not link.is_rejected
        ],
        "people": [_plain_name(table.ref) for table in tables if table.is_people],
        "copies": [_copy_json(copy) for copy in copies(source)],
        **left_out_as_json(source_queries.describe(source)),
    }


def copies(source: str) -> list[CopyView]:
    """Return the columns of `source` that repeat a column of the people their rows belong to."""
    rows = DataCopy.objects.filter(table__source=source, table__is_gone=False, far_table__is_gone=False)
    return [
        CopyView(
            table=ref_of(row.table),
            column=row.column,
            through=tuple(row.through),
            far_table=ref_of(row.far_table),
            far_column=row.far_column,
            percent=row.percent,
            compared=row.compared,
        )
        for row in rows.select_related("table", "far_table").order_by("table__name", "column")
    ]


def _copy_json(copy: CopyView) -> dict[str, object]:
    return {
        "from": f"{_plain_name(copy.table)}.{copy.column}",
        "to": f"{_plain_name(copy.far_table)}.{copy.far_column}",
        "through": list(copy.through),
        "equal": copy.percent / 100,
        "compared": copy.compared,
    }


def _plain_name(ref: TableRef) -> str:
    return f"{ref.schema}.{ref.table}" if ref.schema else ref.table


def _field_json(field: FieldView) -> dict[str, object]:
    return {
        "category": field.category.id,
        "dpv": field.category.dpv,
        "confidence": field.confidence_percent / 100,
        "evidence": gettext("; ").join(reasons.in_words(field.reasons)),
        "inside": [
            {"path": each.path, "category": each.category, "percent": each.percent} for each in field.hidden
        ],
        "confirmed": field.is_confirmed,
    }


def _link_json(link: LinkView) -> dict[str, object]:
    far = _plain_name(link.to_table)
    if link.to_table.source != link.from_table.source:
        far = f"{link.to_table.source}/{far}"
    return {
        "from": [f"{_plain_name(link.from_table)}.{name}" for name in link.from_columns],
        "to": [f"{far}.{name}" for name in link.to_columns],
        "kind": link.kind.value,
        "confidence": link.confidence_percent / 100,
        "evidence": gettext("; ").join(reasons.in_words(link.reasons)),
        "role": link.role.value,
        "confirmed": link.is_confirmed,
    }
