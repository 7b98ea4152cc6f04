"""What the map's three-column page shows: frozen values assembled from queries."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import get_language, gettext

from discreet.engines.subjects.graph import TableRef
from discreet.foundation.datamap import labels, queries, reasons
from discreet.foundation.datamap.views import FieldView, LinkView, SourceMapView, TableView
from discreet.foundation.desk.people import actors_in_words

METER_WIDTH = 44


@dataclass(frozen=True, slots=True)
class TreeTable:
    id: int
    name: str
    columns: int
    open_count: int
    is_current: bool
    is_people: bool
    is_view: bool


@dataclass(frozen=True, slots=True)
class TreeSource:
    name: str
    engine: str
    open_count: int
    tables: tuple[TreeTable, ...]


@dataclass(frozen=True, slots=True)
class FieldRow:
    view: FieldView
    label: str
    kind: str  # of the chip
    why: list[str]
    meter: str  # width of the filled part
    meter_kind: str
    is_chosen: bool
    confirmed_by: str  # in words


@dataclass(frozen=True, slots=True)
class LinkRow:
    view: LinkView
    here: str
    there: str
    role: str
    match: str
    is_outgoing: bool


def field_row(field: FieldView, *, chosen: int | None) -> FieldRow:
    category = field.category
    kind = "sens" if category.is_sensitive else "" if category.is_personal else "line"
    return FieldRow(
        view=field,
        label=category.label(get_language() or "en"),
        kind=kind,
        why=reasons.in_words(field.reasons),
        meter=f"{METER_WIDTH * field.confidence_percent / 100:.1f}",
        meter_kind="run" if field.confidence_percent >= 80 else "warn",
        is_chosen=field.id == chosen,
        confirmed_by=_confirmed_by(field) if field.id == chosen else "",
    )


def _confirmed_by(field: FieldView) -> str:
    label = field.confirmed_by
    return actors_in_words([label]).get(label, label)


def _short(ref: TableRef, *, beside: TableRef) -> str:
    name = f"{ref.schema}.{ref.table}" if ref.schema else ref.table
    return name if ref.source == beside.source else f"{ref.source} / {name}"


def link_row(link: LinkView, table: TableView) -> LinkRow:
    is_outgoing = link.from_table == table.ref
    far = link.to_table if is_outgoing else link.from_table
    near_columns, far_columns = link.from_columns, link.to_columns
    if not is_outgoing:
        near_columns, far_columns = far_columns, near_columns
    return LinkRow(
        view=link,
        here=", ".join(near_columns),
        there=f"{_short(far, beside=table.ref)}.{', '.join(far_columns)}",
        role=gettext(labels.ROLES[link.role]),
        match=gettext(labels.MATCHES[link.match]),
        is_outgoing=is_outgoing,
    )


def tree(sources: list[SourceMapView], engines: dict[str, str], *, current: int | None) -> list[TreeSource]:
    """Return the left column: every source with its tables and what is open there."""
    return [
        TreeSource(
            name=source.name,
            engine=engines.get(source.name, ""),
            open_count=source.open_count,
            tables=tuple(
                TreeTable(
                    id=table.id,
                    name=table.ref.table,
                    columns=len(table.fields),
                    open_count=table.open_count,
                    is_current=table.id == current,
                    is_people=table.is_people,
                    is_view=table.kind in ("view", "materialized_view"),
                )
                for table in source.tables
                if not table.is_gone
            ),
        )
        for source in sources
    ]


def chosen_field(table: TableView, wanted: str) -> FieldView | None:
    """Return the field the address names, else the first open one, else the first."""
    present = [field for field in table.fields if not field.is_gone]
    for field in present:
        if str(field.id) == wanted:
            return field
    return next((field for field in present if not field.is_confirmed), present[0] if present else None)


def first_table(sources: list[SourceMapView]) -> TableView | None:
    """Return the table with most open parts, else the first table of people, else the first."""
    tables = [table for source in sources for table in source.tables if not table.is_gone]
    if not tables:
        return None
    busiest = max(tables, key=lambda table: table.open_count)
    if busiest.open_count:
        return busiest
    return next((table for table in tables if table.is_people), tables[0])


def chart(table: TableView) -> dict[str, object]:
    """Return the options of the small graph: this table in the middle, its neighbours around it."""
    from math import cos, pi, sin

    names: dict[str, bool] = {}  # of the neighbours: whether every link to it is confirmed
    for link in table.links:
        far = link.to_table if link.from_table == table.ref else link.from_table
        if far != table.ref:
            name = _short(far, beside=table.ref).replace(" / ", "\n")
            names[name] = names.get(name, True) and link.is_confirmed
    count = max(len(names), 1)
    shown = [
        {"name": table.ref.table, "x": 115, "y": 85, "symbolSize": 20, "itemStyle": {"color": "var(--act)"}}
    ]
    lines = []
    for position, (name, is_confirmed) in enumerate(names.items()):
        angle = 2 * pi * position / count
        shown.append({"name": name, "x": round(115 + 105 * cos(angle)), "y": round(85 + 72 * sin(angle))})
        style = {} if is_confirmed else {"lineStyle": {"color": "var(--warn)", "type": "dashed"}}
        lines.append({"source": table.ref.table, "target": name, **style})
    series = {
        "type": "graph",
        "layout": "none",
        "left": 60,
        "right": 60,
        "top": 18,
        "bottom": 30,
        "preserveAspect": "contain",
        "symbolSize": 12,
        "label": {"show": True, "position": "bottom", "distance": 5, "fontSize": 11, "color": "var(--ink)"},
        "itemStyle": {"color": "var(--line-2)"},
        "lineStyle": {"color": "var(--line-2)", "width": 1.5, "opacity": 1},
        "data": shown,
        "links": lines,
    }
    return {"series": [series]}


def table_url(source: str, table_id: int, field_id: int | None = None) -> str:
    url = reverse("datamap:table", kwargs={"source": source, "table_id": table_id})
    return f"{url}?field={field_id}" if field_id else url


def link_targets(names: list[str]) -> list[tuple[str, str]]:
    """Return every table of the sources `names` as choices."""
    return [
        (str(table.id), str(table.ref))
        for name in names
        for table in queries.source_map(name).tables
        if not table.is_gone
    ]
