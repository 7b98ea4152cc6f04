"""What the graph's own shape leaves out is named before anything is approved."""

from dataclasses import replace

from discreet.engines.subjects.gaps import gaps_of_graph
from discreet.engines.subjects.graph import Column, Graph, Link, LinkRole, Table, TableRef

PERSON, AUDIT, SHOWN, NOTE, PART = (
    TableRef("crm", name, "crm") for name in ["person", "audit", "v", "note", "part"]
)
ID = Column("id")
GRAPH = Graph(
    tables={
        PERSON: Table(PERSON, ("id",), (ID, Column("email", "email")), is_people=True, estimated_rows=9),
        AUDIT: Table(AUDIT, ("id",), (ID, Column("mail", "email"), Column("what", "none")), estimated_rows=7),
        SHOWN: Table(SHOWN, (), (Column("email", "email"),), is_view=True, estimated_rows=9),
        NOTE: Table(
            NOTE, ("id",), (ID, Column("body", "free_text"), Column("phone", "phone")), estimated_rows=5
        ),
        PART: Table(PART, ("id",), (ID, Column("number", "customer_id"))),
    },
    links=(
        Link(NOTE, ("id",), PERSON, ("id",), LinkRole.OWNER),
        Link(NOTE, ("id",), PART, ("id",), LinkRole.DETAIL),
    ),
)


def named(graph: Graph = GRAPH, taken: dict[TableRef, int] | None = None) -> set[tuple[str, str, int]]:
    return {(one.table.table, one.reason, one.rows) for one in gaps_of_graph(graph=graph, taken=taken or {})}


def test_a_table_with_addresses_that_hangs_on_no_link_is_named_and_a_view_as_a_view() -> None:
    assert named() == {("audit", "no_link", 7), ("v", "view", 0), ("note", "free_text", 5)}


def test_a_link_that_only_looks_up_reaches_nobody() -> None:
    links = tuple(replace(link, role=LinkRole.LOOKUP) for link in GRAPH.links)
    assert {("note", "no_link", 5), ("part", "no_link", 0)} <= named(replace(GRAPH, links=links))


def test_free_text_counts_the_rows_that_are_left_and_is_not_named_where_none_are() -> None:
    assert ("note", "free_text", 3) in named(taken={NOTE: 2})
    assert "free_text" not in {reason for _, reason, _ in named(taken={NOTE: 5})}
