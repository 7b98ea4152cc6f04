"""Plan: what happens to every row, in which order, and what the approval is bound to."""

import sqlite3
from dataclasses import replace
from datetime import date

import pytest

from discreet.engines.subjects.captured import capture
from discreet.engines.subjects.captures import Budget
from discreet.engines.subjects.graph import (
    Column,
    EraseAction,
    Graph,
    KeepDuty,
    Link,
    LinkRole,
    Table,
    TableRef,
)
from discreet.engines.subjects.limits import Limits
from discreet.engines.subjects.plan import make_plan
from discreet.engines.subjects.plans import Decisions, ErasurePlan, Hold, Reason, SharedChoice
from discreet.engines.subjects.reach import reach
from discreet.engines.subjects.storage import captured_from_json, plan_from_json, to_json
from tests.engines.subjects import shop
from tests.engines.subjects.shop import TAX, ref
from tests.engines.subjects.sqlite_source import SqliteReader, all_rows, carry_out, carry_out_plan, connect

pytestmark = pytest.mark.duty("M8.4")

TODAY = date(2026, 1, 1)
ANN, BEN = ({ref("customer"): {(number,)}} for number in (1, 2))


def plan_for(
    *people: dict,
    graph: Graph | None = None,
    opened: dict[str, sqlite3.Connection] | None = None,
    decisions: Decisions = Decisions(),  # noqa: B008 - frozen
    holds: tuple[Hold, ...] = (),
    today: date = TODAY,
) -> ErasurePlan:
    found = reach(
        graph=graph or shop.graph(),
        readers=shop.readers(opened or shop.connections()),
        roots_by_person=people,
        limits=Limits(),
    )
    return make_plan(reach=found, decisions=decisions, holds=holds, today=today)


def fates(plan: ErasurePlan, name: str, source: str = "shop") -> dict[tuple, tuple[str, str]]:
    return {
        key: (table.action.value, table.reason.value)
        for table in plan.of_table(ref(name, source))
        for key in table.keys
    }


def test_an_erasure_deletes_the_persons_rows_and_changes_nobody_elses():
    """After Ann's erasure the only other change is the emptied mention of her in Ben's order."""
    opened = shop.connections()
    before = all_rows(opened["shop"], ref("customer"))
    plan = plan_for(ANN, opened=opened)
    carry_out_plan(opened, plan)
    assert all_rows(opened["shop"], ref("customer")) == [row for row in before if row[0] != 1]
    assert [row[0] for row in all_rows(opened["shop"], ref("orders"))] == [12, 13]
    assert (12, 2, 2, "Ben Roe", "2025-04-01", 7, None) in all_rows(opened["shop"], ref("orders"))
    assert [row[0] for row in all_rows(opened["shop"], ref("address"))] == [2, 3]
    assert [row[0] for row in all_rows(opened["shop"], ref("note"))] == [2, 4]
    assert [row[0] for row in all_rows(opened["desk"], ref("ticket", "desk"))] == [71]


def test_a_shared_address_stays_as_it_is():
    """Others still live there."""
    plan = plan_for(ANN)
    assert fates(plan, "address") == {(1,): ("delete", "about_the_person"), (2,): ("keep", "shared")}


def test_a_mention_in_somebody_elses_row_is_emptied():
    """Ben's order named Ann as referrer."""
    assert fates(plan_for(ANN), "orders")[(12,)] == ("null", "mention")


def test_a_mention_that_cannot_be_empty_keeps_the_row_it_names_emptied():
    """The database would refuse to delete Ann's row; her data goes all the same."""
    graph = shop.graph()
    orders = graph.tables[ref("orders")]
    columns = tuple(
        replace(column, nullable=False) if column.name == "referrer_id" else column
        for column in orders.columns
    )
    plan = plan_for(ANN, graph=shop.changed(graph, "orders", columns=columns))
    assert fates(plan, "orders")[(12,)] == ("keep", "mention_not_null")
    assert fates(plan, "customer")[(1,)] == ("replace", "needed_by_staying")
    (customer,) = plan.of_table(ref("customer"))
    assert {field.column: field.action.value for field in customer.fields} == {
        "email": "replace",
        "name": "null",
        "phone": "null",
        "address_id": "null",
    }


def test_what_a_tax_law_requires_stays_with_its_article_until_its_end():
    """The order of 2025 is kept ten years; that of 2015 is past its duty and goes."""
    opened = shop.connections()
    graph = shop.changed(shop.graph(), "orders", keep=replace(TAX, fields=()))
    plan = plan_for(ANN, graph=graph, opened=opened)
    assert fates(plan, "orders")[(11,)] == ("keep", "kept_by_law")
    assert fates(plan, "orders")[(10,)] == ("delete", "about_the_person")
    kept = next(table for table in plan.tables if table.reason is Reason.KEPT_BY_LAW)
    assert (kept.article, kept.until_dates) == (TAX.article, (date(2035, 3, 1),))
    assert fates(plan, "order_line")[(11, 1)] == ("keep", "part_of_kept")
    assert fates(plan, "customer")[(1,)] == ("replace", "needed_by_staying")
    assert plan.keeps_something
    carry_out_plan(opened, plan)
    (row,) = [row for row in all_rows(opened["shop"], ref("customer")) if row[0] == 1]
    assert row[1].startswith("erased-")
    assert row[2:5] == (None, None, None)


def test_a_kept_row_loses_the_fields_that_the_duty_does_not_need():
    """Tax law needs the order, not the name on the parcel."""
    duty = KeepDuty("tax law", "", "", 10, "placed", ("total",))
    graph = shop.changed(shop.graph(), "orders", keep=duty)
    kept = next(table for table in plan_for(ANN, graph=graph).tables if table.reason is Reason.KEPT_BY_LAW)
    assert [(field.column, field.value) for field in kept.fields] == [("ship_name", None)]
    assert kept.kept_fields == ()


def test_a_duty_that_is_over_keeps_nothing():
    """Ten years and a day later the order goes."""
    graph = shop.changed(shop.graph(), "orders", keep=TAX)
    assert fates(plan_for(ANN, graph=graph, today=date(2035, 3, 1)), "orders")[(11,)][0] == "delete"


def test_a_row_that_cannot_be_written_makes_the_erasure_incomplete():
    """A view or a source without write access is said, not skipped."""
    plan = plan_for(ANN, graph=shop.changed(shop.graph(), "note", is_writable=False))
    assert fates(plan, "note")[(1,)] == ("keep", "not_writable")
    assert not plan.is_complete
    assert plan_for(ANN).is_complete


def test_a_person_is_asked_about_shared_rows_where_staff_decided_so():
    """An open question keeps the plan from being complete."""
    plan = plan_for(ANN, decisions=Decisions(shared={ref("address"): SharedChoice.ASK}))
    assert plan.open_questions == (ref("address"),)
    assert not plan.is_complete


def test_a_jointly_owned_row_loses_the_persons_link_and_nothing_else():
    """The order of two people stays whole for the other one."""
    opened = shop.connections()
    graph = shop.graph()
    links = tuple(
        replace(one, role=LinkRole.OWNER) if one.from_columns == ("referrer_id",) else one
        for one in graph.links
    )
    carry_out_plan(opened, plan_for(ANN, graph=replace(graph, links=links), opened=opened))
    orders = {row[0]: row for row in all_rows(opened["shop"], ref("orders"))}
    assert orders[11] == (11, None, 2, "Ann Lee", "2025-03-01", 6, 2)
    assert orders[12] == (12, 2, 2, "Ben Roe", "2025-04-01", 7, None)
    assert len(all_rows(opened["shop"], ref("order_line"))) == 3


def test_a_reference_that_points_to_somebody_else_by_now_is_left_alone():
    """Between approval and work Ben's order was given another referrer."""
    opened = shop.connections()
    plan = plan_for(ANN, opened=opened)
    opened["shop"].execute("UPDATE orders SET referrer_id = 3 WHERE id = 12")
    carry_out_plan(opened, plan)
    assert (12, 2, 2, "Ben Roe", "2025-04-01", 7, 3) in all_rows(opened["shop"], ref("orders"))


class TestDigest:
    """The digest changes with rows, schema, decisions and holds, and with nothing else."""

    def test_the_same_request_has_the_same_digest_again(self):
        """Random replacement values and the order of rows do not count."""
        graph = shop.changed(shop.graph(), "orders", keep=TAX)
        assert plan_for(ANN, graph=graph).digest == plan_for(ANN, graph=graph).digest

    @pytest.mark.parametrize(
        "statement",
        [
            "INSERT INTO orders VALUES (14,1,NULL,NULL,'2025-05-05',1,NULL)",
            "UPDATE orders SET referrer_id = 1 WHERE id = 13",
            "UPDATE customer SET address_id = 1 WHERE id = 2",
        ],
    )
    def test_more_rows_change_it(self, statement: str):
        """A row more, a mention more, a sharing more: back to approval."""
        opened = shop.connections()
        opened["shop"].execute(statement)
        assert plan_for(ANN, opened=opened).digest != plan_for(ANN).digest

    def test_other_peoples_rows_do_not_change_it(self):
        """A stranger's order is not in it."""
        opened = shop.connections()
        opened["shop"].execute("INSERT INTO orders VALUES (14,3,2,NULL,'2025-05-05',1,NULL)")
        assert plan_for(ANN, opened=opened).digest == plan_for(ANN).digest

    def test_estimates_do_not_change_it(self):
        """Statistics move by themselves."""
        graph = shop.changed(shop.graph(), "orders", estimated_rows=123)
        assert plan_for(ANN, graph=graph).digest == plan_for(ANN).digest

    def test_another_schema_changes_it(self):
        """A new personal column has to be looked at."""
        vip = shop.graph().tables[ref("vip")]
        graph = shop.changed(shop.graph(), "vip", columns=(*vip.columns, Column("note", "free_text")))
        assert plan_for(ANN, graph=graph).digest != plan_for(ANN).digest

    def test_a_new_hold_changes_it(self):
        """A dispute begun meanwhile sends the plan back."""
        hold = Hold(KeepDuty("litigation hold", "", ""), ref("vip"))
        assert plan_for(ANN, holds=(hold,)).digest != plan_for(ANN).digest

    def test_another_decision_changes_it(self):
        """Approval is for this decision."""
        keep = Decisions(keeps={ref("vip"): KeepDuty("Art. 17(3)(e)", "", "")})
        assert plan_for(ANN, decisions=keep).digest != plan_for(ANN).digest

    def test_other_fields_that_stay_change_it(self):
        """Approval is for these fields."""
        first, other = (
            Decisions(keeps={ref("customer"): duty}) for duty in (_claim("name"), _claim("email"))
        )
        assert plan_for(ANN, decisions=first).digest != plan_for(ANN, decisions=other).digest


class TestWhatStaffDecided:
    def test_a_refused_table_keeps_its_rows_with_every_field(self):
        """Nothing of it is written."""
        plan = plan_for(ANN, decisions=Decisions(keeps={ref("customer"): _claim()}))
        assert set(fates(plan, "customer").values()) == {("keep", "kept_by_law")}
        (kept,) = plan.of_table(ref("customer"))
        assert not kept.fields and kept.is_decided

    def test_a_table_refused_in_part_keeps_the_fields_named_and_loses_the_others(self):
        """The row stays, and of it what the claim needs."""
        opened = shop.connections()
        decisions = Decisions(keeps={ref("customer"): _claim("name")})
        plan = plan_for(ANN, opened=opened, decisions=decisions)
        (kept,) = plan.of_table(ref("customer"))
        assert "name" in kept.kept_fields and "email" in {one.column for one in kept.fields}
        before = _row(opened, "customer")
        carry_out_plan(opened, plan)
        after = _row(opened, "customer")
        assert after["name"] == before["name"] and after["email"] != before["email"]

    def test_a_duty_of_the_map_beside_it_is_not_called_a_decision(self):
        """A table that a law keeps is cited by the law."""
        graph = shop.changed(shop.graph(), "orders", keep=TAX)
        plan = plan_for(ANN, graph=graph, decisions=Decisions(keeps={ref("orders"): _claim()}))
        assert [one.is_decided for one in plan.of_table(ref("orders")) if len(one.article) > 20] == [False]


def test_a_plan_and_its_capture_survive_storage():
    """What is sealed and opened again is equal."""
    opened = shop.connections()
    graph = shop.changed(shop.graph(), "orders", keep=TAX)
    found = reach(graph=graph, readers=shop.readers(opened), roots_by_person=[ANN, BEN], limits=Limits())
    plan = make_plan(reach=found, decisions=Decisions(), today=TODAY)
    assert plan_from_json(to_json(plan)) == plan
    captured = capture(readers=shop.readers(opened), reach=found, plan=plan, budget=Budget())
    assert captured_from_json(to_json(captured)) == captured


def _claim(*fields: str) -> KeepDuty:
    return KeepDuty("GDPR Art. 17(3)(e)", "Needed for a claim.", "为法律主张所需。", fields=fields)


def _row(opened: dict[str, sqlite3.Connection], name: str) -> dict[str, object]:
    cursor = opened["shop"].execute(f"SELECT * FROM {name} WHERE id = 1")
    return dict(zip([one[0] for one in cursor.description], cursor.fetchone(), strict=True))


def _circle(nullable: bool) -> tuple[Graph, sqlite3.Connection]:
    connection = connect(
        """
        CREATE TABLE person(id INTEGER PRIMARY KEY, email TEXT, main_card INTEGER REFERENCES card(id));
        CREATE TABLE card(id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person(id),
            replaces INTEGER REFERENCES card(id));
        INSERT INTO person VALUES (1,'a@x.example',NULL),(2,'b@x.example',NULL);
        INSERT INTO card VALUES (1,1,NULL),(2,1,1),(3,2,NULL);
        UPDATE person SET main_card = 2 WHERE id = 1;
        """
    )
    person, card = TableRef("s", "person"), TableRef("s", "card")
    tables = {
        person: Table(
            person, ("id",), (Column("id"), Column("email", "email"), Column("main_card")), is_people=True
        ),
        card: Table(
            card,
            ("id",),
            (Column("id"), Column("person_id", nullable=False), Column("replaces", nullable=nullable)),
        ),
    }
    links = (
        Link(card, ("person_id",), person, ("id",), LinkRole.OWNER, is_declared=True),
        Link(person, ("main_card",), card, ("id",), LinkRole.LOOKUP, is_declared=True),
        Link(card, ("replaces",), card, ("id",), LinkRole.LOOKUP, is_declared=True),
    )
    return Graph(tables, links), connection


@pytest.mark.parametrize("nullable", [True, False])
def test_rows_that_refer_to_one_another_in_a_circle_are_deleted(nullable: bool):
    """A reference is emptied first; one that cannot be is ordered child before parent."""
    graph, connection = _circle(nullable)
    person = TableRef("s", "person")
    found = reach(
        graph=graph,
        readers={"s": SqliteReader(connection)},
        roots_by_person=[{person: {(1,)}}],
        limits=Limits(),
    )
    plan = make_plan(reach=found, decisions=Decisions(), today=TODAY)
    carry_out(connection, plan.operations["s"], chunk=1)
    assert all_rows(connection, person) == [(2, "b@x.example", None)]
    assert all_rows(connection, TableRef("s", "card")) == [(3, 2, None)]


def test_fields_chosen_in_the_map_are_emptied_and_the_row_stays():
    """Per field: null, replace or keep."""
    vip = shop.graph().tables[ref("vip")]
    columns = (vip.columns[0], replace(vip.columns[1], erase=EraseAction.REPLACE, replacement="none"))
    plan = plan_for(ANN, graph=shop.changed(shop.graph(), "vip", columns=columns))
    assert fates(plan, "vip") == {(1,): ("replace", "chosen")}
    assert fates(plan, "customer")[(1,)] == ("replace", "needed_by_staying")
