"""Where the tables of a source stand in the drawing of its links. Pure and deterministic: the same map, the same drawing.

Tables of people stand in the middle, the others on rings by their distance to them, each in the sector of its
people. Tables without a path to people stand below, folded by the first word of their names. Where the rings
would hold too many, tables that look alike are folded too. What is folded can be opened.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import cos, degrees, pi, sin

from discreet.engines.subjects.graph import LinkRole
from discreet.foundation.datamap.letters import fitting, width_of

MOST_ON_RINGS = 110
FOLD_FROM = 4  # tables alike at one place, once there are too many
SPACING = 17.0  # between neighbours on a ring
RING = 150.0  # between rings: a label must fit
FIRST_RING = 130.0
MARGIN = 190.0  # for the labels outside
LEVEL_MARGIN = 40.0  # above and below, where labels stay level
COLUMN, ROW = 190.0, 24.0  # of what stands below
LABEL, LABEL_SIZE, LABEL_HEIGHT = 150.0, 12.0, 15.0  # widest, font, room for one line
LABEL_AWAY = 14.0  # from the middle of its node
LEVEL_LABELS = 26  # up to so many nodes labels stay level, unless two would meet
LEVEL_SPACING = 56.0
_RANK = {LinkRole.OWNER: 0, LinkRole.DETAIL: 1, LinkRole.MENTION: 2}


@dataclass(frozen=True, slots=True)
class GraphTable:
    id: int
    name: str
    is_people: bool = False


@dataclass(frozen=True, slots=True)
class GraphLink:
    """From `start` to `end` as the link is stored; `columns` as told to people."""

    start: int
    end: int
    role: LinkRole
    is_open: bool = False
    columns: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """How a table hangs on people: over which table next, by which link, how far."""

    table: int
    people: int
    distance: int
    link: GraphLink | None = None
    nearer: int | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """A table, or several folded into one. `key` opens what is folded."""

    key: str
    label: str
    title: str
    kind: str  # people, owner, detail, mention, loose
    x: float
    y: float
    angle: float = 0.0  # of its label, in degrees
    anchor: str = "start"
    table: int | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    x1: float
    y1: float
    x2: float
    y2: float
    role: str
    is_open: bool
    start: str = ""  # keys of its nodes
    end: str = ""
    columns: tuple[str, ...] = ()  # of each link that it stands for

    @property
    def place(self) -> tuple[float, float]:
        """Return where its columns are written: nearer to where it starts, for many end at one table."""
        x, y = self.x2 + 0.66 * (self.x1 - self.x2), self.y2 + 0.66 * (self.y1 - self.y2)
        return round(x, 1), round(y, 1)


@dataclass(frozen=True, slots=True)
class Drawing:
    """Nodes and lines; the origin is in the middle of the rings."""

    left: float
    top: float
    width: float
    height: float
    nodes: tuple[Node, ...] = ()
    lines: tuple[Line, ...] = ()
    rings: tuple[float, ...] = ()


def ways(tables: Iterable[GraphTable], links: Iterable[GraphLink]) -> dict[int, Way]:
    """Return the shortest way of each table to people; tables without one are left out.

    An owner link leads from the thing to whose it is; a detail link from the person's row to its part.
    """
    names = {table.id: table.name for table in tables}
    people = sorted((table.name, table.id) for table in tables if table.is_people)
    beside: dict[int, list[tuple[int, str, int, GraphLink]]] = defaultdict(list)
    for link in sorted(links, key=_order):
        if link.role is LinkRole.LOOKUP or link.start == link.end:
            continue
        near, far = (link.start, link.end) if link.role is LinkRole.DETAIL else (link.end, link.start)
        if near in names and far in names:
            beside[near].append((_RANK[link.role], names[far], far, link))
    found = {table_id: Way(table_id, table_id, 0) for _name, table_id in people}
    edge = [table_id for _name, table_id in people]
    while edge:
        reached = []
        steps = [
            (rank, name, near, far, link)
            for near in edge
            for rank, name, far, link in sorted(beside[near], key=lambda one: one[:3])
        ]
        for _rank, _name, near, far, link in sorted(steps, key=lambda one: (one[0], one[1])):
            if far not in found:
                found[far] = Way(far, found[near].people, found[near].distance + 1, link, near)
                reached.append(far)
        edge = reached
    return found


def prefix_of(name: str) -> str:
    """Return the first word of a table's name, by which tables are folded."""
    plain = name.rpartition(".")[2]
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+", plain)
    return words[0].casefold() if words else plain.casefold()


@dataclass(frozen=True, slots=True)
class _Group:
    """What is drawn as one node."""

    key: str
    label: str
    kind: str
    members: tuple[int, ...]
    way: Way | None = None


@dataclass
class _Rings:
    by_ring: dict[int, list[_Group]] = field(default_factory=lambda: defaultdict(list))
    loose: list[_Group] = field(default_factory=list)


def draw(
    tables: Sequence[GraphTable],
    links: Sequence[GraphLink],
    *,
    opened: Collection[str] = (),
    is_people_only: bool = False,
) -> Drawing:
    """Return the drawing of a source's tables and links."""
    found = ways(tables, links)
    groups = _groups(tables, found, frozenset(opened), is_people_only=is_people_only)
    radii, nodes, is_level = _ring_nodes(groups)
    reach = max(radii.values(), default=0.0) + MARGIN if nodes else 0.0
    tall = reach - MARGIN + LEVEL_MARGIN if nodes and is_level else reach
    nodes += _loose_nodes(groups.loose, reach, tall)
    place = {
        member: node
        for node, group in zip(nodes, [*_in_order(groups), *groups.loose], strict=True)
        for member in group.members
    }
    rows = -(-len(groups.loose) // _columns(reach)) if groups.loose else 0
    height = 2 * tall + (rows + 1) * ROW if groups.loose else 2 * tall
    width = max(2 * reach, _columns(reach) * COLUMN)
    return Drawing(
        left=-width / 2,
        top=-tall,
        width=width,
        height=max(height, 60.0),
        nodes=tuple(nodes),
        lines=tuple(_lines(links, place)),
        rings=tuple(radius for ring, radius in sorted(radii.items()) if ring),
    )


def _ring_nodes(groups: _Rings) -> tuple[dict[int, float], list[Node], bool]:
    """Return the rings with their nodes, and whether labels are level: few do not meet, many are turned outwards."""
    total = sum(len(each) for each in groups.by_ring.values())
    for is_level in (True, False):
        radii, angles = _ring_geometry(groups, LEVEL_SPACING if is_level else SPACING)
        nodes = [
            _ring_node(group, radii[ring], angles[group.key], is_level=is_level)
            for ring, members in sorted(groups.by_ring.items())
            for group in members
        ]
        if is_level and total <= LEVEL_LABELS and not _do_meet(nodes):
            return radii, nodes, True
    return radii, nodes, False


def _do_meet(nodes: Sequence[Node]) -> bool:
    """Say whether two level labels share a place."""
    boxes = [_box(node) for node in nodes]
    return any(
        one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
        for at, one in enumerate(boxes)
        for other in boxes[at + 1 :]
    )


def _box(node: Node) -> tuple[float, float, float, float]:
    width = width_of(node.label, size=LABEL_SIZE)
    if node.anchor == "middle":
        return node.x - width / 2, node.y + LABEL_AWAY, node.x + width / 2, node.y + LABEL_AWAY + LABEL_HEIGHT
    left = node.x + LABEL_AWAY if node.anchor == "start" else node.x - LABEL_AWAY - width
    return left, node.y - LABEL_HEIGHT / 2, left + width, node.y + LABEL_HEIGHT / 2


def _in_order(groups: _Rings) -> list[_Group]:
    return [group for _ring, members in sorted(groups.by_ring.items()) for group in members]


def _groups(
    tables: Sequence[GraphTable], found: Mapping[int, Way], opened: frozenset[str], *, is_people_only: bool
) -> _Rings:
    names = {table.id: table.name for table in tables}
    result = _Rings()
    is_full = len(found) > MOST_ON_RINGS
    alike: dict[tuple[str, int, int, str], list[int]] = defaultdict(list)
    for table in sorted(tables, key=lambda one: (one.name, one.id)):
        way = found.get(table.id)
        if way is None:
            alike["loose", 0, 0, prefix_of(table.name)].append(table.id)
        elif way.distance == 0:
            result.by_ring[0].append(_Group(f"t{table.id}", table.name, "people", (table.id,), way))
        else:
            alike[_kind(way), way.distance, way.nearer or 0, prefix_of(table.name)].append(table.id)
    for (kind, ring, nearer, prefix), members in alike.items():
        key = f"{kind}-{nearer}-{prefix}"
        is_folded = len(members) >= (2 if kind == "loose" else FOLD_FROM) and key not in opened
        if kind == "loose" and is_people_only:
            continue
        if is_folded and (kind == "loose" or is_full):
            groups = [_Group(key, f"{prefix}… ({len(members)})", kind, tuple(members), found.get(members[0]))]
        else:
            groups = [_Group(f"t{one}", names[one], kind, (one,), found.get(one)) for one in members]
        (result.loose if kind == "loose" else result.by_ring[ring]).extend(groups)
    return result


def _kind(way: Way) -> str:
    return way.link.role.value if way.link is not None else "people"


def _ring_geometry(groups: _Rings, spacing: float) -> tuple[dict[int, float], dict[str, float]]:
    """Return the radius of each ring and the angle of each group: every table of people has a sector."""
    people = [group.members[0] for group in groups.by_ring.get(0, [])]
    counts: dict[int, dict[int, int]] = {one: defaultdict(int) for one in people}
    for ring, members in groups.by_ring.items():
        for group in members:
            if group.way is not None:
                counts[group.way.people][ring] += 1
    weights = {one: max([1, *counts[one].values()]) for one in people}
    whole = sum(weights.values()) or 1
    radii: dict[int, float] = {}
    before = 0.0
    for ring in sorted(groups.by_ring):
        fits = max(
            (counts[one][ring] * SPACING * whole / (2 * pi * weights[one]) for one in people), default=0.0
        )
        if ring == 0:
            radii[ring] = 0.0 if len(people) == 1 else max(46.0, len(people) * SPACING * 1.4 / (2 * pi))
        else:
            radii[ring] = max(fits, before + (FIRST_RING if ring == 1 else RING))
        before = radii[ring]
    starts: dict[int, float] = {}
    at = -pi / 2
    for one in people:
        starts[one] = at
        at += 2 * pi * weights[one] / whole
    angles: dict[str, float] = {}
    for ring, members in sorted(groups.by_ring.items()):
        _spread(members, radii[ring], starts, weights, whole, angles, spacing)
    return radii, angles


def _spread(
    members: list[_Group],
    radius: float,
    starts: Mapping[int, float],
    weights: Mapping[int, int],
    whole: int,
    angles: dict[str, float],
    spacing: float,
) -> None:
    """Spread one ring's groups over their sectors, each as near as can be to the table that it hangs on."""
    by_people: dict[int, list[_Group]] = defaultdict(list)
    for group in members:
        if group.way is not None:
            by_people[group.way.people].append(group)
    for one, mine in by_people.items():
        sector = 2 * pi * weights[one] / whole
        mine.sort(key=lambda group: (_angle_before(group, angles), _RANKS[group.kind], group.label))
        even = [starts[one] + sector * (position + 0.5) / len(mine) for position in range(len(mine))]
        is_far = all(group.way is not None and group.way.distance > 1 for group in mine)
        wanted = [_angle_before(group, angles) for group in mine]
        gap = min(sector / len(mine), spacing / radius) if radius else 0.0
        placed = _apart(wanted, gap, starts[one], starts[one] + sector) if is_far else even
        angles.update({group.key: angle for group, angle in zip(mine, placed, strict=True)})
    members.sort(key=lambda group: angles[group.key])


def _apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return ascending angles at least `gap` apart inside the sector, as near as can be to the ascending `wanted`.

    Neighbours that would meet are pooled and stand around their common middle (isotonic regression).
    """
    pools: list[tuple[float, int]] = []  # (mean of what is wanted without gaps, how many)
    for position, angle in enumerate(wanted):
        mean, count = angle - position * gap, 1
        while pools and pools[-1][0] > mean:
            before, number = pools.pop()
            mean, count = (mean * count + before * number) / (count + number), count + number
        pools.append((mean, count))
    means = [mean for mean, count in pools for _ in range(count)]
    last = len(wanted) - 1
    return [
        min(max(mean + at * gap, low + (at + 0.5) * gap), high - (last - at + 0.5) * gap)
        for at, mean in enumerate(means)
    ]


_RANKS = {"people": 0, "owner": 1, "detail": 2, "mention": 3, "loose": 4}


def _angle_before(group: _Group, angles: Mapping[str, float]) -> float:
    nearer = group.way.nearer if group.way is not None else None
    return angles.get(f"t{nearer}", 0.0)


def _ring_node(group: _Group, radius: float, angle: float, *, is_level: bool) -> Node:
    x, y = radius * cos(angle), radius * sin(angle)
    turned = degrees(angle)
    is_left = cos(angle) < -0.001
    label_angle = 0.0 if is_level or radius == 0 else (turned + 180 if is_left else turned)
    anchor = "middle" if radius == 0 else ("end" if is_left else "start")
    return Node(
        key=group.key,
        label=_short(group.label),
        title=group.label,
        kind=group.kind,
        x=round(x, 1),
        y=round(y, 1),
        angle=round(label_angle % 360, 1),
        anchor=anchor,
        table=group.members[0] if group.key.startswith("t") else None,
        count=len(group.members),
    )


def _columns(reach: float) -> int:
    return max(4, int(2 * reach // COLUMN))


def _loose_nodes(loose: Sequence[_Group], reach: float, below: float) -> list[Node]:
    columns = _columns(reach)
    width = max(2 * reach, columns * COLUMN)
    return [
        Node(
            key=group.key,
            label=_short(group.label),
            title=group.label,
            kind="loose",
            x=round(-width / 2 + 14 + (position % columns) * COLUMN, 1),
            y=round(below + ROW * (position // columns + 1) - ROW / 2, 1),
            table=group.members[0] if group.key.startswith("t") else None,
            count=len(group.members),
        )
        for position, group in enumerate(loose)
    ]


def _short(text: str) -> str:
    return fitting(text, width=LABEL, size=LABEL_SIZE)


def _order(link: GraphLink) -> tuple[int, int, int, str]:
    return link.start, link.end, _RANK.get(link.role, 3), link.columns


def _lines(links: Sequence[GraphLink], place: Mapping[int, Node]) -> list[Line]:
    drawn: dict[tuple[str, str], Line] = {}
    for link in sorted(links, key=_order):
        start, end = place.get(link.start), place.get(link.end)
        if start is None or end is None or start.key == end.key or link.role is LinkRole.LOOKUP:
            continue
        key = (start.key, end.key)
        known = drawn.get(key)
        is_open = link.is_open or (known is not None and known.is_open)
        role = known.role if known is not None else link.role.value
        columns = (*(known.columns if known is not None else ()), link.columns)
        drawn[key] = Line(start.x, start.y, end.x, end.y, role, is_open, start.key, end.key, columns)
    return list(drawn.values())
