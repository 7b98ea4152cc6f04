"""Reach: every row about a person, and who else uses it."""

from dataclasses import replace

import pytest

from discreet.engines.subjects.found import Reach
from discreet.engines.subjects.graph import Graph, LinkRole
from discreet.engines.subjects.limits import Limits, NoStartingRow, TooManyRows
from discreet.engines.subjects.reach import Purpose, reach
from tests.engines.subjects import shop
from tests.engines.subjects.shop import ref

ANN, BEN, CAT = ({ref("customer"): {(number,)}} for number in (1, 2, 3))


def run(
    *people: dict, graph: Graph | None = None, purpose: Purpose = Purpose.ERASURE, **limits: float
) -> Reach:
    return reach(
        graph=graph or shop.graph(),
        readers=shop.readers(shop.connections()),
        roots_by_person=people,
        limits=Limits(**limits),  # type: ignore[arg-type]
        purpose=purpose,
    )


def keys(found: Reach, name: str, source: str = "shop") -> set:
    table = found.tables.get(ref(name, source))
    return set(table.rows) if table else set()


def test_reach_finds_rows_over_declared_undeclared_polymorphic_and_cross_source_links():
    """Ann's rows are found wherever a link of the map leads, and nobody else's."""
    found = run(ANN)
    assert keys(found, "orders") == {(10,), (11,)}
    assert keys(found, "order_line") == {(10, 1), (10, 2), (11, 1)}
    assert keys(found, "note") == {(1,), (3,)}
    assert keys(found, "vip") == {(1,)}
    assert keys(found, "contact", "desk") == {(7,)}
    assert keys(found, "ticket", "desk") == {(70,)}
    assert keys(found, "employee") == set()


def test_reach_includes_soft_deleted_rows():
    """A row marked as deleted is still personal data."""
    assert keys(run(CAT), "customer") == {(3,)}


def test_reach_names_every_path_that_led_to_a_row():
    """An address reached as home and as shipping address is one row with both paths."""
    row = run(ANN).tables[ref("address")].found((1,))
    links = shop.graph().links
    assert {links[number].from_table.table for number in row.via} == {"customer", "orders"}
    assert not row.is_shared


def test_reach_tells_an_address_that_others_use_too():
    """Ann shipped to a house where Ben and Cat live."""
    row = run(ANN).tables[ref("address")].found((2,))
    assert row.is_shared
    assert row.others == 4  # Ben, Cat, and an order of each


def test_reach_does_not_count_people_of_the_same_batch_as_others():
    """Everybody who uses the address is erased together."""
    assert not run(ANN, BEN, CAT).tables[ref("address")].shared


def test_reach_attributes_each_row_of_a_batch_to_its_people():
    """A shared address belongs to all who use it, an order to one."""
    found = run(ANN, BEN, CAT)
    assert found.tables[ref("orders")].found((12,)).persons == {1}
    assert found.tables[ref("address")].found((2,)).persons == {0, 1, 2}


def test_reach_does_not_swallow_the_people_who_report_to_somebody():
    """A self reference of people mentions the boss; the subordinate is somebody else."""
    found = run({ref("employee"): {(1,)}})
    assert keys(found, "employee") == {(1,)}
    assert keys(found, "customer") == set()
    assert {one.from_key for one in found.references} == {(2,)}


def test_reach_tells_an_order_that_belongs_to_two_people():
    """With a second owner link to another person the row is shared, and so are its lines."""
    graph = shop.graph()
    links = tuple(
        replace(one, role=LinkRole.OWNER) if one.from_columns == ("referrer_id",) else one
        for one in graph.links
    )
    found = run(ANN, graph=replace(graph, links=links))
    orders = found.tables[ref("orders")]
    assert set(orders.shared) == {(11,), (12,)}
    assert set(found.tables[ref("order_line")].shared) == {(11, 1), (12, 1)}


def test_reach_stops_where_a_step_matches_too_many_rows():
    """A wrong link must not take the whole table along."""
    with pytest.raises(TooManyRows):
        run(ANN, max_rows_per_step=1)


def test_reach_stops_where_a_step_matches_too_large_a_part_of_a_table():
    """Half of a large table is no one person's."""
    graph = shop.changed(shop.graph(), "orders", estimated_rows=5)
    with pytest.raises(TooManyRows):
        run(ANN, graph=graph, max_share_of_table=0.3, share_applies_above_rows=4)


def test_reach_refuses_a_person_without_a_row_to_start_from():
    """An empty starting set must never become everybody."""
    with pytest.raises(NoStartingRow):
        run(ANN, {ref("customer"): set()})


def test_reach_names_a_starting_row_that_is_gone():
    """Nothing is passed over in silence."""
    (one,) = run({ref("customer"): {(99,)}}).not_covered
    assert one.reason == "starting_row_gone"


@pytest.mark.duty("M8.5")
def test_reach_of_a_batch_needs_no_more_statements_than_of_one():
    """Statements serve all people of a batch at once."""
    assert len(run(ANN, BEN, CAT).steps) <= len(run(ANN).steps) + 2
