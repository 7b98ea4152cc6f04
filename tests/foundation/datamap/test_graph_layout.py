"""The drawing of links: who hangs on whom, no two labels in one place, the same drawing each time."""

from itertools import combinations
from math import hypot

import pytest

from discreet.engines.subjects.graph import LinkRole
from discreet.foundation.datamap.graph_layout import (
    MOST_ON_RINGS,
    SPACING,
    GraphLink,
    GraphTable,
    Node,
    draw,
    prefix_of,
    ways,
)
from discreet.foundation.datamap.letters import fitting, width_of

OWNER, DETAIL, MENTION, LOOKUP = LinkRole.OWNER, LinkRole.DETAIL, LinkRole.MENTION, LinkRole.LOOKUP
PEOPLE = GraphTable(1, "customer", is_people=True)


def hub(count: int, *, prefix: str = "") -> tuple[list[GraphTable], list[GraphLink]]:
    """Return a table of people with `count` tables of its own, each with a name or the same first word."""
    words = [
        f"{prefix}_{n:03}" if prefix else f"w{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(count)
    ]
    tables = [PEOPLE, *(GraphTable(n + 2, word) for n, word in enumerate(words))]
    return tables, [GraphLink(n + 2, 1, OWNER) for n in range(count)]


def test_a_table_hangs_on_people_by_the_shortest_way() -> None:
    tables = [PEOPLE, GraphTable(2, "orders"), GraphTable(3, "order_item"), GraphTable(4, "address")]
    links = [GraphLink(2, 1, OWNER), GraphLink(3, 2, OWNER), GraphLink(1, 4, DETAIL)]
    found = ways(tables, links)
    assert {found[n].distance for n in (2, 4)} == {1}
    assert (found[3].distance, found[3].nearer, found[3].people) == (2, 2, 1)


@pytest.mark.parametrize("role", [LOOKUP, DETAIL])
def test_what_says_nothing_about_people_is_no_way(role: LinkRole) -> None:
    """A detail link leads from the person's row to its part, never back from the part."""
    tables = [PEOPLE, GraphTable(2, "country")]
    assert 2 not in ways(tables, [GraphLink(2, 1, role)])


def test_owning_counts_before_mentioning() -> None:
    tables = [GraphTable(1, "aaa", True), GraphTable(2, "zzz", True), GraphTable(3, "orders")]
    found = ways(tables, [GraphLink(3, 1, MENTION), GraphLink(3, 2, OWNER)])
    assert (found[3].people, found[3].link) == (2, GraphLink(3, 2, OWNER))


def test_the_same_map_is_drawn_the_same_whatever_its_order() -> None:
    tables, links = hub(40)
    assert draw(tables, links) == draw(tables[::-1], links[::-1])


def _rings(nodes: tuple[Node, ...]) -> list[Node]:
    return [node for node in nodes if node.kind != "loose"]


@pytest.mark.parametrize("count", [1, 12, 60, MOST_ON_RINGS - 11])
def test_labels_of_neighbours_do_not_meet(count: int) -> None:
    tables, links = hub(count)
    far = [GraphTable(1000 + n, f"far_{n:02}") for n in range(10)]
    drawing = draw([*tables, *far], [*links, *(GraphLink(one.id, 2, OWNER) for one in far)])
    assert len(drawing.nodes) == count + 11
    least = min(
        hypot(one.x - other.x, one.y - other.y) for one, other in combinations(_rings(drawing.nodes), 2)
    )
    assert least > SPACING * 0.95
    for node in drawing.nodes:
        assert drawing.left <= node.x <= drawing.left + drawing.width
        assert drawing.top <= node.y <= drawing.top + drawing.height


@pytest.mark.parametrize("name", ["feedback", "folio_items", "检验结果记录"])
def test_level_labels_of_few_tables_do_not_meet(name: str) -> None:
    people = [GraphTable(n, f"people_{n}", is_people=True) for n in (1, 2, 3)]
    near = [GraphTable(10 + n, f"near_{n}") for n in range(4)]
    far = [GraphTable(20 + n, f"{name}_{n}") for n in range(5)]
    links = [GraphLink(one.id, 1, OWNER) for one in near] + [GraphLink(one.id, 10, OWNER) for one in far]
    nodes = draw([*people, *near, *far], links).nodes
    assert {node.angle for node in nodes} == {0.0}
    boxes = []
    for node in nodes:
        width = width_of(node.label, size=12.0)
        left = node.x + 12 if node.anchor == "start" else node.x - 12 - width
        boxes.append((left, left + width, node.y - 6, node.y + 6))
    for one, other in combinations(boxes, 2):
        assert one[1] < other[0] or other[1] < one[0] or one[3] < other[2] or other[3] < one[2]


def test_a_line_carries_the_columns_of_every_link_it_stands_for() -> None:
    links = [GraphLink(2, 1, OWNER, columns="a → id"), GraphLink(2, 1, MENTION, columns="b → id")]
    (line,) = draw([PEOPLE, GraphTable(2, "orders")], links).lines
    assert (line.columns, line.start, line.end) == (("a → id", "b → id"), "t2", "t1")


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [("电子邮箱", 44, "电子邮箱"), ("电子邮箱", 40, "电子…"), ("电子邮箱", 20, ""), ("address", 40, "addr…")],
)
def test_a_label_is_cut_by_its_width_and_never_through_a_letter(text: str, width: float, shown: str) -> None:
    assert fitting(text, width=width, size=11.0) == shown


def test_a_farther_table_stands_near_the_one_it_hangs_on() -> None:
    tables, links = hub(60)
    far = [GraphTable(1000 + n, f"far_{n:02}") for n in range(3)]
    drawing = draw([*tables, *far], [*links, *(GraphLink(1000 + n, 30 + n, OWNER) for n in range(3))])
    place = {node.table: node for node in drawing.nodes}
    for n in range(3):
        near, out = place[30 + n], place[1000 + n]
        others = [
            node for node in drawing.nodes if node.kind == "owner" and node.table not in (1000, 1001, 1002)
        ]
        nearest = min(others, key=lambda node: hypot(node.x - out.x, node.y - out.y))
        assert nearest == near


def test_people_stand_alone_in_the_middle() -> None:
    middle = next(node for node in draw(*hub(20)).nodes if node.kind == "people")
    assert (middle.x, middle.y) == (0, 0)


def test_tables_without_people_are_folded_by_their_first_word_until_opened() -> None:
    tables = [PEOPLE, GraphTable(2, "sys_log"), GraphTable(3, "sys_job"), GraphTable(4, "country")]
    folded = {node.title: node for node in draw(tables, []).nodes if node.kind == "loose"}
    assert sorted(folded) == ["country", "sys… (2)"]
    key = folded["sys… (2)"].key
    opened = [node.title for node in draw(tables, [], opened=[key]).nodes if node.kind == "loose"]
    assert sorted(opened) == ["country", "sys_job", "sys_log"]
    assert [node.kind for node in draw(tables, [], is_people_only=True).nodes] == ["people"]


def test_too_many_tables_alike_are_folded_on_their_ring() -> None:
    tables, links = hub(400, prefix="record")
    drawing = draw(tables, links)
    (folded,) = [node for node in drawing.nodes if node.kind == "owner"]
    assert (folded.count, folded.table) == (400, None)
    assert len(drawing.lines) == 1
    assert len(draw(tables, links, opened=[folded.key]).nodes) == 401


def test_a_line_is_open_where_one_of_its_links_is() -> None:
    tables = [PEOPLE, GraphTable(2, "orders")]
    both = [GraphLink(2, 1, OWNER, is_open=False), GraphLink(2, 1, OWNER, is_open=True)]
    assert [line.is_open for line in draw(tables, both).lines] == [True]
    assert [line.is_open for line in draw(tables, both[:1]).lines] == [False]


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        ("sys_user_role", "sys"),
        ("OrderDetails", "order"),
        ("HTTPLog", "http"),
        ("public.cms_topic", "cms"),
        ("客户", "客户"),
        ("___", "___"),
    ],
)
def test_a_name_folds_by_its_first_word(name: str, prefix: str) -> None:
    assert prefix_of(name) == prefix


def test_an_empty_source_is_an_empty_drawing() -> None:
    assert draw([], []).nodes == ()
