"""What the map's three-column page shows: frozen values assembled from queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext, pgettext

from discreet.engines.classify.link_model import LinkKind
from discreet.engines.classify.model import Hidden
from discreet.engines.subjects.graph import TableRef
from discreet.foundation.datamap import labels, page_queries, reasons
from discreet.foundation.datamap.page_queries import TableLine
from discreet.foundation.datamap.views import FieldView, LinkView, TableView, category_of
from discreet.foundation.desk.people import actors_in_words
from discreet.foundation.desk.phrases import listed, sentences
from discreet.foundation.desk.templatetags.desk import icon
from discreet.vocabulary.categories import Category

METER_WIDTH = 44
MAX_LISTED = 600  # tables in the tree; the filter reaches the others
MAX_NEIGHBOURS = 12
FEW_SOURCES, FEW_TABLES = 8, 100  # up to so many, the tree lists the tables of every source


@dataclass(frozen=True, slots=True)
class TreeTable:
    """A line of the tree, drawn already: there may be hundreds, and a template takes its time over each."""

    id: int
    markup: SafeString


@dataclass(frozen=True, slots=True)
class TreeSource:
    """A source of the tree. Only the chosen one lists its tables; `hidden` of them are not listed."""

    name: str
    engine: str
    open_count: int
    table_count: int
    is_shown: bool
    tables: tuple[TreeTable, ...] = ()
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class HiddenRow:
    """Something personal inside a document or text."""

    path: str
    label: str
    percent: int
    is_sensitive: bool


@dataclass(frozen=True, slots=True)
class FieldRow:
    view: FieldView
    label: str
    kind: str  # of the chip
    why: list[str]
    why_line: str
    hidden: list[HiddenRow]
    meter: str  # width of the filled part
    meter_kind: str
    is_chosen: bool
    confirmed_by: str  # in words
    said: str  # read out when the row is reached
    is_stated: bool = False  # a person said what it holds, and found it otherwise


@dataclass(frozen=True, slots=True)
class LinkRow:
    view: LinkView
    here: str
    there: str
    role: str
    match: str
    is_outgoing: bool
    kind: str
    why: list[str]
    meter: str
    meter_kind: str


def meter(percent: int) -> tuple[str, str]:
    """Return the width of the filled part of a confidence meter, and its colour."""
    return f"{METER_WIDTH * percent / 100:.1f}", "run" if percent >= 80 else "warn"


def chip_kind(category: Category) -> str:
    return "sens" if category.is_sensitive else "" if category.is_personal else "line"


def field_row(field: FieldView, *, chosen: int | None) -> FieldRow:
    language = get_language() or "en"
    label = field.category.label(language)
    why = reasons.in_words(field.reasons)
    width, colour = meter(field.confidence_percent)
    is_stated = field.is_confirmed and field.reasons == reasons.STATED
    state = (
        gettext("Corrected")
        if is_stated
        else gettext("Confirmed")
        if field.is_confirmed
        else pgettext("waits", "Open")
    )
    return FieldRow(
        view=field,
        label=label,
        kind=chip_kind(field.category),
        why=why,
        why_line=sentences(why[:2]),
        hidden=[_hidden(each, language) for each in field.hidden],
        meter=width,
        meter_kind=colour,
        is_chosen=field.id == chosen,
        confirmed_by=_confirmed_by(field) if field.id == chosen else "",
        said=listed([field.name, label, f"{field.confidence_percent}%", state]),
        is_stated=is_stated,
    )


def _hidden(each: Hidden, language: str) -> HiddenRow:
    category = category_of(each.category)
    return HiddenRow(each.path, category.label(language), each.percent, category.is_sensitive)


def _confirmed_by(field: FieldView) -> str:
    label = field.confirmed_by
    return actors_in_words([label]).get(label, label)


def short(ref: TableRef, *, beside: TableRef) -> str:
    name = f"{ref.schema}.{ref.table}" if ref.schema else ref.table
    return name if ref.source == beside.source else f"{ref.source} / {name}"


def link_row(link: LinkView, table: TableRef) -> LinkRow:
    is_outgoing = link.from_table == table
    far = link.to_table if is_outgoing else link.from_table
    near_columns, far_columns = link.from_columns, link.to_columns
    if not is_outgoing:
        near_columns, far_columns = far_columns, near_columns
    width, colour = meter(link.confidence_percent)
    is_stated = not link.is_declared and not link.confidence_percent
    return LinkRow(
        view=link,
        here=", ".join(near_columns),
        there=f"{short(far, beside=table)}.{', '.join(far_columns)}",
        role=gettext(labels.ROLES[link.role]),
        match=gettext(labels.MATCHES[link.match]),
        is_outgoing=is_outgoing,
        kind=gettext(labels.LINK_BY_PERSON if is_stated else _kind_of(link)),
        why=reasons.in_words(link.reasons) if link.reasons else [],
        meter=width,
        meter_kind=colour,
    )


def _kind_of(link: LinkView) -> str:
    return labels.LINK_KINDS[LinkKind.DECLARED if link.is_declared else link.kind]


def tree(
    *,
    engines: Mapping[str, str],
    shown: str | None,
    lines: Sequence[TableLine],
    current: int | None,
    words: str,
) -> list[TreeSource]:
    """Return the left column: every source; of the `shown` one, and of all where they are few, the tables that hold `words`."""
    sources = page_queries.source_lines(list(engines))
    is_small = len(sources) <= FEW_SOURCES and sum(one.tables for one in sources) <= FEW_TABLES
    found = []
    for source in sources:
        is_shown = source.name == shown or is_small
        tables: list[TreeTable] = []
        matching = 0
        if is_shown:
            mine = lines if source.name == shown else page_queries.table_lines(source.name)
            fitting = [one for one in mine if words in one.label.casefold()]
            matching = len(fitting)
            tables = _tree_tables(source.name, fitting, current)
        found.append(
            TreeSource(
                name=source.name,
                engine=engines[source.name],
                open_count=source.open_count,
                table_count=source.tables,
                is_shown=is_shown,
                tables=tuple(tables),
                hidden=matching - len(tables),
            )
        )
    return found


_LINE = (
    '<a href="{}"{}>{}<span class="mono" title="{}">{}</span><small>{}</small>'
    '<span class="n" id="open-{}">{}</span></a>'
)


def _tree_tables(source: str, lines: Sequence[TableLine], current: int | None) -> list[TreeTable]:
    start, _zero, end = table_url(source, 0).rpartition("0")
    shapes = {True: icon("users"), False: icon("table")}
    here = {True: mark_safe(' aria-current="true"'), False: ""}
    sizes = {count: _size(count) for count in {one.fields for one in lines}}
    comma = pgettext("list", ", ")
    return [
        TreeTable(
            one.id,
            format_html(
                _LINE,
                f"{start}{one.id}{end}",
                here[one.id == current],
                shapes[one.is_people],
                one.label,
                one.label,
                f"{gettext('view')}{comma}{sizes[one.fields]}" if one.is_view else sizes[one.fields],
                one.id,
                one.open_count or "",
            ),
        )
        for position, one in enumerate(lines)
        if position < MAX_LISTED or one.id == current
    ]


def _size(count: int) -> str:
    return ngettext("%(n)s field", "%(n)s fields", count) % {"n": count}


def neighbours(lines: Sequence[TableLine], current: int) -> tuple[int | None, int | None]:
    """Return the tables with open parts before and after the current one, round about."""
    ids = [one.id for one in lines]
    if current not in ids:
        return None, None
    at = ids.index(current)
    around = [one.id for one in (*lines[at + 1 :], *lines[:at]) if one.open_count]
    return (around[-1], around[0]) if around else (None, None)


def chart(table: TableView) -> dict[str, object]:
    """Return the options of the small graph: this table in the middle, its neighbours around it."""
    names: dict[str, bool] = {}  # of the neighbours: whether every link to it is confirmed
    for link in table.links:
        far = link.to_table if link.from_table == table.ref else link.from_table
        if far != table.ref and not link.is_rejected and len(names) < MAX_NEIGHBOURS:
            name = short(far, beside=table.ref).replace(" / ", "\n")
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


def table_url(source: str, table_id: int, field_id: int | None = None, *, kept: str = "") -> str:
    """Return the address of a table; `kept` is the query of what is shown, as `field_pages.Wanted.query`."""
    url = reverse("datamap:table", kwargs={"source": source, "table_id": table_id}) + kept
    return f"{url}{'&' if kept else '?'}field={field_id}" if field_id else url
