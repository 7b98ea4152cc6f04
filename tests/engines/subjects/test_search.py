"""The fresh search: "erased" is only said when nothing is found."""

import sqlite3
from dataclasses import replace
from datetime import date

import pytest

from discreet.engines.subjects.captured import capture
from discreet.engines.subjects.captures import Budget, Captured, SearchResult
from discreet.engines.subjects.graph import Graph
from discreet.engines.subjects.limits import Limits
from discreet.engines.subjects.plan import make_plan
from discreet.engines.subjects.plans import Decisions, ErasurePlan
from discreet.engines.subjects.reach import reach
from discreet.engines.subjects.search import fresh_search
from tests.engines.subjects import shop
from tests.engines.subjects.shop import TAX, ref
from tests.engines.subjects.sqlite_source import carry_out_plan

pytestmark = pytest.mark.duty("M13.3")

ANN = {ref("customer"): {(1,)}}


def prepare(opened: dict[str, sqlite3.Connection], graph: Graph) -> tuple[ErasurePlan, Captured]:
    readers = shop.readers(opened)
    found = reach(graph=graph, readers=readers, roots_by_person=[ANN], limits=Limits())
    plan = make_plan(reach=found, decisions=Decisions(), today=date(2026, 1, 1))
    return plan, capture(readers=readers, reach=found, plan=plan, budget=Budget())


def search(
    opened: dict[str, sqlite3.Connection], graph: Graph, captured: Captured, **budget: int
) -> SearchResult:
    return fresh_search(graph=graph, readers=shop.readers(opened), captured=captured, budget=Budget(**budget))


def kinds(result: SearchResult) -> set[tuple[str, str]]:
    return {(finding.table.table, finding.kind) for finding in result.found}


@pytest.mark.duty("M8.4")
def test_a_full_erasure_is_found_clean():
    """Nothing of Ann is found in any source."""
    opened, graph = shop.connections(), shop.graph()
    plan, captured = prepare(opened, graph)
    carry_out_plan(opened, plan)
    assert search(opened, graph, captured).found == ()


@pytest.mark.duty("M8.4")
def test_a_run_that_deletes_only_the_root_row_fails_the_search():
    """A search along links would find nothing once the root row is gone; this one does not use them."""
    opened, graph = shop.connections(), shop.graph()
    _, captured = prepare(opened, graph)
    opened["shop"].execute("PRAGMA foreign_keys = OFF")
    opened["shop"].execute("DELETE FROM customer WHERE id = 1")
    found = kinds(search(opened, graph, captured))
    assert {("orders", "row"), ("address", "row"), ("note", "row"), ("ticket", "row")} <= found
    assert ("contact", "value") in found
    assert ("customer", "row") not in found


@pytest.mark.parametrize("table", ["orders", "order_line", "note", "vip", "address", "customer"])
def test_each_table_left_out_is_found(table: str):
    """Whatever the executor forgets, the search names."""
    opened, graph = shop.connections(), shop.graph()
    plan, captured = prepare(opened, graph)
    opened["shop"].execute("PRAGMA foreign_keys = OFF")
    left = tuple(one for one in plan.operations["shop"] if one.table.table != table)
    carry_out_plan(opened, replace(plan, operations={**plan.operations, "shop": left}))
    assert table in {finding.table.table for finding in search(opened, graph, captured).found}


def test_a_row_that_a_trigger_restores_is_found():
    """The count of deleted rows says nothing."""
    opened, graph = shop.connections(), shop.graph()
    plan, captured = prepare(opened, graph)
    opened["shop"].execute(
        "CREATE TRIGGER back AFTER DELETE ON vip "
        "BEGIN INSERT INTO vip VALUES (OLD.customer_id, OLD.level); END"
    )
    opened["shop"].execute("PRAGMA foreign_keys = OFF")
    carry_out_plan(opened, plan)
    assert kinds(search(opened, graph, captured)) == {("vip", "row")}


def test_a_copy_under_another_key_is_found():
    """The e-mail address is searched in every column of its category."""
    opened, graph = shop.connections(), shop.graph()
    plan, captured = prepare(opened, graph)
    carry_out_plan(opened, plan)
    opened["shop"].execute("INSERT INTO customer VALUES (50,'Ann@Example.com','A',NULL,NULL,NULL,0)")
    assert ("customer", "value") in kinds(search(opened, graph, captured))


def test_a_field_that_was_not_emptied_is_found():
    """A kept row still holding what had to be emptied is a finding."""
    opened = shop.connections()
    graph = shop.changed(shop.graph(), "orders", keep=replace(TAX, fields=("total",)))
    plan, captured = prepare(opened, graph)
    carry_out_plan(opened, plan)
    assert search(opened, graph, captured).is_clean
    opened["shop"].execute("UPDATE orders SET ship_name = 'Ann Lee' WHERE id = 11")
    assert kinds(search(opened, graph, captured)) == {("orders", "field")}


def test_somebody_else_with_the_same_phone_does_not_make_it_fail():
    """A family shares a phone number; the other one was known to be another person."""
    opened, graph = shop.connections(), shop.graph()
    opened["shop"].execute("UPDATE customer SET phone = '+41 79 123 45 67' WHERE id = 3")
    plan, captured = prepare(opened, graph)
    carry_out_plan(opened, plan)
    result = search(opened, graph, captured)
    assert result.is_clean
    assert result.belongs_to_others == 1


def test_a_row_that_appears_later_with_the_same_phone_is_found():
    """Only rows known before the erasure count as somebody else's."""
    opened, graph = shop.connections(), shop.graph()
    plan, captured = prepare(opened, graph)
    carry_out_plan(opened, plan)
    opened["shop"].execute("UPDATE customer SET phone = '0041791234567' WHERE id = 3")
    assert kinds(search(opened, graph, captured)) == {("customer", "value")}


def test_a_value_in_a_table_that_no_link_leads_to_is_found_and_named_before():
    """Ann's address on a list that the map does not link: seen at plan time, and not called erased."""
    opened, graph = shop.connections(), shop.graph()
    graph = replace(graph, links=tuple(one for one in graph.links if one.from_table.table != "newsletter"))
    opened["desk"].execute("INSERT INTO newsletter VALUES ('ann@example.com','2020')")
    plan, captured = prepare(opened, graph)
    assert [one.table.table for one in captured.unlinked] == ["newsletter"]
    carry_out_plan(opened, plan)
    assert kinds(search(opened, graph, captured)) == {("newsletter", "value")}


def test_rows_without_a_key_are_erased_and_searched_by_their_values():
    """The newsletter has no primary key."""
    opened, graph = shop.connections(), shop.graph()
    opened["desk"].execute(
        "INSERT INTO newsletter VALUES ('ann@EXAMPLE.com',NULL),('ben@example.com','2021')"
    )
    plan, captured = prepare(opened, graph)
    assert plan.is_complete
    carry_out_plan(opened, plan)
    assert opened["desk"].execute("SELECT * FROM newsletter").fetchall() == [("ben@example.com", "2021")]
    assert search(opened, graph, captured).is_clean


def test_what_was_not_searched_is_named():
    """Without a budget the columns without index are named, not passed over."""
    opened, graph = shop.connections(), shop.graph()
    plan, captured = prepare(opened, graph)
    carry_out_plan(opened, plan)
    result = search(opened, graph, captured, max_scan_rows=0, max_read_rows=0)
    named = {(one.table.table, one.columns, one.reason) for one in result.not_searched}
    assert ("contact", ("mail",), "scan_over_budget") in named
    assert ("customer", ("phone",), "scan_over_budget") in named


def test_a_source_that_is_not_reached_is_named():
    """A replica or a source that is down serves no proof."""
    opened, graph = shop.connections(), shop.graph()
    plan, captured = prepare(opened, graph)
    carry_out_plan(opened, plan)
    only_shop = {"shop": shop.readers(opened)["shop"]}
    result = fresh_search(graph=graph, readers=only_shop, captured=captured, budget=Budget())
    assert {one.table.source for one in result.not_searched if one.reason == "source_not_reached"} == {"desk"}
