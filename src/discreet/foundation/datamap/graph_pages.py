"""What the page of a source's links shows: the drawing, and the same in words."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from discreet.engines.subjects.graph import LinkRole
from discreet.foundation.datamap import labels
from discreet.foundation.datamap.graph_layout import (
    Drawing,
    GraphLink,
    GraphTable,
    Line,
    Node,
    Way,
    draw,
    ways,
)
from discreet.foundation.datamap.letters import fitting

MOST_ROWS = 600
LABEL_GAP = 9.0
COLUMNS_WIDE = 260.0


@dataclass(frozen=True, slots=True)
class DrawnNode:
    """A node with its address; what it says is read out."""

    node: Node
    url: str
    said: str
    radius: float
    text_x: float


@dataclass(frozen=True, slots=True)
class WayRow:
    """A table and how it hangs on people, in words."""

    name: str
    url: str
    people: str
    role: str
    way: str
    distance: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """A line with the columns of its links. `label`: as much of them as is written beside it."""

    line: Line
    label: str
    said: str


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link between two tables, in words."""

    here: str
    there: str
    url: str
    role: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class GraphPage:
    drawing: Drawing
    lines: tuple[DrawnLine, ...]
    links: tuple[LinkRow, ...]
    more_links: int
    nodes: tuple[DrawnNode, ...]
    rows: tuple[WayRow, ...]
    loose: tuple[tuple[str, str], ...]  # (name, address) of tables without a way to people
    table_count: int
    people_count: int
    opened: tuple[str, ...]


def around(
    tables: Sequence[GraphTable], links: Sequence[GraphLink], centre: int
) -> tuple[list[GraphTable], list[GraphLink]]:
    """Return one table with its neighbours; it stands in the middle as people do, by whatever role."""
    near = [link for link in links if centre in (link.start, link.end)]
    ids = {centre, *(link.start for link in near), *(link.end for link in near)}
    kept = [replace(table, is_people=table.id == centre) for table in tables if table.id in ids]
    turned = [
        replace(link, role=LinkRole.DETAIL if link.start == centre else LinkRole.OWNER)
        if link.role is LinkRole.LOOKUP
        else link
        for link in near
    ]
    return kept, turned


def graph_page(
    source: str,
    tables: Sequence[GraphTable],
    links: Sequence[GraphLink],
    *,
    opened: Collection[str],
    is_people_only: bool,
    centre: int | None,
) -> GraphPage:
    """Return the page's values; with `centre`, of that table and its neighbours only."""
    if centre is not None:
        tables, links = around(tables, links, centre)
    drawing = draw(tables, links, opened=opened, is_people_only=is_people_only)
    found = ways(tables, links)
    names = {table.id: table.name for table in tables}
    here = reverse("datamap:graph", args=[source])
    query = {"people": "1"} if is_people_only else {}
    nodes = tuple(_drawn(source, node, here, query, tuple(opened)) for node in drawing.nodes)
    rows = [_way_row(source, names, found, way) for way in found.values()]
    loose = [
        (table.name, _table_url(source, table.id))
        for table in tables
        if table.id not in found and not is_people_only
    ]
    return GraphPage(
        drawing=drawing,
        lines=tuple(
            _drawn_line(line, {node.key: node.title for node in drawing.nodes}) for line in drawing.lines
        ),
        links=tuple(_link_row(source, names, link) for link in links[:MOST_ROWS]),
        more_links=max(0, len(links) - MOST_ROWS),
        nodes=nodes,
        rows=tuple(sorted(rows, key=lambda row: (row.distance, row.people, row.name))[:MOST_ROWS]),
        loose=tuple(loose[:MOST_ROWS]),
        table_count=len(tables),
        people_count=sum(table.is_people for table in tables),
        opened=tuple(opened),
    )


def _table_url(source: str, table_id: int) -> str:
    return reverse("datamap:table", kwargs={"source": source, "table_id": table_id})


def _drawn(
    source: str, node: Node, here: str, query: Mapping[str, str], opened: tuple[str, ...]
) -> DrawnNode:
    if node.table is not None:
        url, said = _table_url(source, node.table), node.title
    else:
        url = f"{here}?{urlencode([*query.items(), *(('open', key) for key in (*opened, node.key))])}"
        told = ngettext("Open %(n)s table", "Open %(n)s tables", node.count) % {"n": node.count}
        said = f"{node.title}: {told}"
    radius = 9.0 if node.kind == "people" else 5.0 + min(4.0, node.count / 8)
    side = -1 if node.anchor == "end" else 0 if node.anchor == "middle" else 1
    return DrawnNode(node, url, said, round(radius, 1), round(side * (radius + LABEL_GAP / 2), 1))


def _drawn_line(line: Line, titles: Mapping[str, str]) -> DrawnLine:
    told = gettext("; ").join(line.columns)
    said = f"{titles[line.start]} → {titles[line.end]}: {told}"
    return DrawnLine(line, fitting(told, width=COLUMNS_WIDE, size=11.0), said)


def _link_row(source: str, names: Mapping[int, str], link: GraphLink) -> LinkRow:
    here, _arrow, there = link.columns.partition(" → ")
    return LinkRow(
        here=f"{names[link.start]}.{here}",
        there=f"{names[link.end]}.{there}",
        url=_table_url(source, link.start),
        role=gettext(labels.ROLES[link.role]),
        is_open=link.is_open,
    )


def _way_row(source: str, names: Mapping[int, str], found: Mapping[int, Way], way: Way) -> WayRow:
    steps, is_open, at = [], False, way
    while at.link is not None and at.nearer is not None:
        steps.append(f"{names[at.link.start]}: {at.link.columns}")
        is_open = is_open or at.link.is_open
        at = found[at.nearer]
    role = gettext(labels.ROLES[way.link.role]) if way.link is not None else ""
    return WayRow(
        name=names[way.table],
        url=_table_url(source, way.table),
        people=names[way.people],
        role=role,
        way=" · ".join(steps),
        distance=way.distance,
        is_open=is_open,
    )
