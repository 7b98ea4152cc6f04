"""Corrections over real SQLite: every place of the wrong value is found, and nobody else's row is touched."""

import sqlite3
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discreet.engines.subjects.captures import Budget, Finding
from discreet.engines.subjects.corrected import look_again
from discreet.engines.subjects.correcting import make_correction
from discreet.engines.subjects.corrections import (
    Catalogued,
    Change,
    Choice,
    CorrectionPlan,
    Obstacle,
    Place,
    Question,
    Standing,
    Wishes,
)
from discreet.engines.subjects.graph import Column, Graph, KeepDuty, Key, Link, LinkRole, Table, TableRef
from discreet.engines.subjects.limits import Limits
from discreet.engines.subjects.reach import Purpose, reach
from discreet.engines.subjects.storage import correction_from_json, to_json
from tests.engines.subjects import shop
from tests.engines.subjects.shop import ref
from tests.engines.subjects.sqlite_source import SqliteReader, connect, quoted

SALT = b"salt of one request"
ANN: dict[TableRef, set[Key]] = {ref("customer"): {(1,)}}


def plan_for(
    opened: dict[str, sqlite3.Connection],
    *changes: Change,
    graph: Graph | None = None,
    roots: dict[TableRef, set[Key]] = ANN,
    **more: object,
) -> CorrectionPlan:
    graph = graph or shop.graph()
    readers = {name: SqliteReader(connection) for name, connection in opened.items()}
    reached = reach(
        graph=graph, readers=readers, roots_by_person=[roots], limits=Limits(), purpose=Purpose.CORRECTION
    )
    catalogued = more.pop("catalogued", Catalogued())
    return make_correction(
        readers=readers,
        reach=reached,
        wishes=Wishes(changes=changes, salt=SALT, **more),  # type: ignore[arg-type]
        catalogued=catalogued,  # type: ignore[arg-type]
        budget=Budget(),
    )


def carry_out(opened: dict[str, sqlite3.Connection], plan: CorrectionPlan) -> None:
    for source, writes in plan.writes.items():
        for write in writes:
            where = " AND ".join(f"{quoted(name)} = ?" for name in write.key_columns)
            for key in write.keys:
                done = opened[source].execute(
                    f"UPDATE {quoted(write.table.table)} SET {quoted(write.column)} = ? WHERE {where}",
                    [write.value, *key],
                )
                assert done.rowcount == 1
        opened[source].commit()


def dump(opened: dict[str, sqlite3.Connection]) -> list[str]:
    return [line for name in sorted(opened) for line in opened[name].iterdump()]


def the(plan: CorrectionPlan, table: str, column: str, source: str = "shop") -> Place:
    (place,) = [one for one in plan.places if (one.table, one.column) == (ref(table, source), column)]
    return place


def again(
    opened: dict[str, sqlite3.Connection], plan: CorrectionPlan, graph: Graph | None = None
) -> tuple[Finding, ...]:
    readers = {name: SqliteReader(connection) for name, connection in opened.items()}
    return look_again(graph=graph or shop.graph(), readers=readers, plan=plan, budget=Budget()).found


def test_an_address_is_corrected_in_two_databases_each_in_its_own_spelling() -> None:
    opened = shop.connections()
    opened["desk"].execute("INSERT INTO newsletter VALUES ('Ann@Example.com', '2020')")
    plan = plan_for(opened, Change("email", "ann.new@example.com", "ann@example.com"))
    assert not plan.open_questions
    carry_out(opened, plan)
    assert opened["shop"].execute("SELECT email FROM customer WHERE id = 1").fetchone() == (
        "ann.new@example.com",
    )
    assert opened["desk"].execute("SELECT mail FROM contact WHERE id = 7").fetchone() == (
        "ann.new@example.com",
    )
    assert opened["desk"].execute("SELECT address FROM newsletter").fetchall() == [("ann.new@example.com",)]
    assert again(opened, plan) == ()
    assert not [line for line in dump(opened) if "ann@example.com" in line.lower()]


def test_a_value_that_comes_back_is_found() -> None:
    opened = shop.connections()
    plan = plan_for(opened, Change("email", "ann.new@example.com"))
    carry_out(opened, plan)
    opened["desk"].execute("UPDATE contact SET mail = 'ANN@example.com' WHERE id = 7")
    found = again(opened, plan)
    assert {(one.table.table, one.kind) for one in found} == {("contact", "field"), ("contact", "value")}


def test_an_older_value_is_shown_and_asked_about_and_never_changed_by_itself() -> None:
    opened = shop.connections()
    opened["shop"].execute("UPDATE orders SET ship_name = 'Anne Maid' WHERE id = 11")
    plan = plan_for(opened, Change("name", "Ann Li", "Ann Lee"))
    stale = [one for one in plan.places if one.standing is Standing.OTHER]
    assert [(one.table.table, one.old, one.question, one.proposed) for one in stale] == [
        ("orders", "Anne Maid", Question.STALE, Choice.LEAVE)
    ]
    assert plan.open_questions == tuple(stale)
    chosen = plan_for(opened, Change("name", "Ann Li", "Ann Lee"), choices={stale[0].id: Choice.CORRECT})
    assert not chosen.open_questions
    carry_out(opened, chosen)
    names = opened["shop"].execute("SELECT ship_name FROM orders ORDER BY id").fetchall()
    assert names == [("Ann Li",), ("Ann Li",), ("Ben Roe",), ("Cat Poe",)]


def test_an_address_of_two_people_is_asked_about() -> None:
    opened = shop.connections()
    plan = plan_for(opened, Change("address", "New Street", "Shared Street"))
    place = [one for one in plan.places if one.old == "Shared Street"]
    assert [(one.question, one.proposed, one.others > 0) for one in place] == [
        (Question.SHARED, Choice.LEAVE, True)
    ]
    assert not plan.writes


def test_what_a_law_keeps_as_it_was_is_asked_about() -> None:
    graph = shop.changed(shop.graph(), "orders", keep=shop.TAX)
    opened = shop.connections()
    plan = plan_for(opened, Change("name", "Ann Li", "Ann Lee"), graph=graph)
    place = the(plan, "orders", "ship_name")
    assert (place.question, place.proposed) == (Question.KEPT, Choice.LEAVE)
    assert "tax law" in place.article


def test_a_unique_value_that_somebody_else_holds_is_found_before_anything_is_written() -> None:
    opened = shop.connections()
    plan = plan_for(opened, Change("email", "ben@example.com", "ann@example.com"))
    assert the(plan, "customer", "email").obstacle is Obstacle.TAKEN
    assert "shop" not in plan.writes


def test_a_combination_that_is_unique_is_looked_at_as_a_whole() -> None:
    opened = shop.connections()
    opened["shop"].execute("UPDATE customer SET name = 'Ann Li', phone = '+41791234567' WHERE id = 2")
    uniques = Catalogued(uniques={ref("customer"): (("name", "phone"),)})
    plan = plan_for(opened, Change("name", "Ann Li", "Ann Lee"), catalogued=uniques)
    assert the(plan, "customer", "name").obstacle is Obstacle.TAKEN


def test_a_value_too_long_for_its_column_is_named() -> None:
    graph = shop.graph()
    table = graph.tables[ref("customer")]
    short = tuple(replace(one, max_length=8) if one.name == "name" else one for one in table.columns)
    graph = shop.changed(graph, "customer", columns=short)
    plan = plan_for(shop.connections(), Change("name", "Annabel Liechti", "Ann Lee"), graph=graph)
    assert the(plan, "customer", "name").obstacle is Obstacle.TOO_LONG
    assert {one.table.table for one in plan.written} == {"orders", "contact"}


def test_generated_columns_views_and_read_only_tables_are_named() -> None:
    graph = shop.changed(shop.graph(), "contact", "desk", is_writable=False)
    table = graph.tables[ref("orders")]
    computed = tuple(replace(one, is_generated=one.name == "ship_name") for one in table.columns)
    graph = shop.changed(graph, "orders", columns=computed)
    plan = plan_for(shop.connections(), Change("name", "Ann Li", "Ann Lee"), graph=graph)
    assert the(plan, "orders", "ship_name").obstacle is Obstacle.GENERATED
    assert the(plan, "contact", "full_name", "desk").obstacle is Obstacle.NOT_WRITABLE
    assert {one.table.table for one in plan.left} == {"orders", "contact"}


def test_old_values_in_free_text_and_in_rows_without_link_are_named_and_not_written() -> None:
    opened = shop.connections()
    opened["desk"].execute("UPDATE ticket SET body = 'write to Ann@Example.com' WHERE id = 70")
    graph = shop.graph()
    graph = replace(
        graph, links=tuple(one for one in graph.links if one.from_table != ref("newsletter", "desk"))
    )
    opened["desk"].execute("INSERT INTO newsletter VALUES ('ann@example.com', '2020')")
    plan = plan_for(opened, Change("email", "ann.new@example.com", "ann@example.com"), graph=graph)
    named = {(one.table.table, one.reason, one.rows) for one in plan.not_covered}
    assert ("ticket", "old_value_in_text", 1) in named
    assert ("newsletter", "other_value_without_link", 1) in named
    carry_out(opened, plan)
    assert again(opened, plan, graph) == ()  # what was known before is named, not taken for a failure


def test_what_is_wrong_is_told_by_the_persons_own_row_where_they_do_not_say_it() -> None:
    opened = shop.connections()
    plan = plan_for(opened, Change("phone", "+41791112233"))
    assert the(plan, "customer", "phone").standing is Standing.SAME
    wrong = plan_for(opened, Change("phone", "+41791112233", "+41790000000"))
    place = the(wrong, "customer", "phone")
    assert (place.standing, place.question) == (Standing.OTHER, Question.STALE)


def test_an_empty_field_is_filled_only_when_somebody_says_so() -> None:
    opened = shop.connections()
    opened["shop"].execute("UPDATE customer SET phone = NULL WHERE id = 1")
    change = Change("phone", "+41791112233")
    place = the(plan_for(opened, change), "customer", "phone")
    assert (place.question, place.proposed, place.is_written) == (Question.EMPTY, Choice.CORRECT, False)
    chosen = plan_for(opened, change, choices={place.id: Choice.CORRECT})
    carry_out(opened, chosen)
    assert opened["shop"].execute("SELECT phone FROM customer WHERE id = 1").fetchone() == ("+41791112233",)


KEYED = """
CREATE TABLE member(email TEXT PRIMARY KEY, first TEXT, last TEXT, born TEXT);
CREATE TABLE card(id INTEGER PRIMARY KEY, holder TEXT REFERENCES member(email));
CREATE TABLE visit(id INTEGER PRIMARY KEY, member_mail TEXT, friend TEXT);
INSERT INTO member VALUES ('ann@x.example','Ann','Lee','03.04.1990'),('ben@x.example','Ben','Roe',NULL);
INSERT INTO card VALUES (1,'ann@x.example'),(2,'ben@x.example');
INSERT INTO visit VALUES (1,'ann@x.example',NULL),(2,'ben@x.example','ann@x.example');
"""


def keyed() -> tuple[Graph, dict[str, sqlite3.Connection]]:
    tables = (
        Table(
            ref("member"),
            ("email",),
            (
                Column("email", "email", nullable=False, unique=True),
                Column("first", "name"),
                Column("last", "name"),
                Column("born", "birth_date"),
            ),
            is_people=True,
        ),
        Table(ref("card"), ("id",), (Column("id", numeric=True, nullable=False), Column("holder"))),
        Table(
            ref("visit"),
            ("id",),
            (Column("id", numeric=True, nullable=False), Column("member_mail"), Column("friend")),
        ),
    )
    to = (ref("member"), ("email",))
    links = (
        Link(ref("card"), ("holder",), *to, LinkRole.OWNER, is_declared=True),
        Link(ref("visit"), ("member_mail",), *to, LinkRole.OWNER),
        Link(ref("visit"), ("friend",), *to, LinkRole.MENTION),
    )
    return Graph({one.ref: one for one in tables}, links), {"shop": connect(KEYED)}


MEMBER: dict[TableRef, set[Key]] = {ref("member"): {("ann@x.example",)}}


def test_a_key_is_followed_by_all_that_refers_to_it_in_an_order_that_the_database_takes() -> None:
    graph, opened = keyed()
    plan = plan_for(opened, Change("email", "ann@new.example", "ann@x.example"), graph=graph, roots=MEMBER)
    assert {(one.table.table, one.column, one.standing) for one in plan.places} == {
        ("member", "email", Standing.SAME),
        ("card", "holder", Standing.REFERENCE),
        ("visit", "member_mail", Standing.REFERENCE),
        ("visit", "friend", Standing.REFERENCE),
    }
    opened["shop"].execute("PRAGMA foreign_keys = ON")
    carry_out(opened, plan)
    assert again(opened, plan, graph) == ()
    assert opened["shop"].execute("SELECT holder FROM card ORDER BY id").fetchall() == [
        ("ann@new.example",),
        ("ben@x.example",),
    ]
    assert opened["shop"].execute("SELECT member_mail, friend FROM visit ORDER BY id").fetchall() == [
        ("ann@new.example", None),
        ("ben@x.example", "ann@new.example"),
    ]


def test_a_key_that_an_enforced_reference_cannot_follow_is_said_to_stay() -> None:
    graph, opened = keyed()
    graph = shop.changed(graph, "card", is_writable=False)
    plan = plan_for(opened, Change("email", "ann@new.example", "ann@x.example"), graph=graph, roots=MEMBER)
    assert the(plan, "member", "email").obstacle is Obstacle.KEY_STAYS


def test_a_name_goes_into_the_fields_that_hold_its_parts_and_a_date_is_written_as_there() -> None:
    graph, opened = keyed()
    plan = plan_for(
        opened,
        Change("name", "Anna Li", "Ann Lee"),
        Change("birth_date", "1991-04-05", "1990-04-03"),
        graph=graph,
        roots=MEMBER,
    )
    assert not plan.open_questions
    carry_out(opened, plan)
    row = (
        opened["shop"]
        .execute("SELECT first, last, born FROM member WHERE email = 'ann@x.example'")
        .fetchone()
    )
    assert row == ("Anna", "Li", "05.04.1991")


def test_a_name_whose_parts_are_not_certain_is_asked_about_with_a_proposal() -> None:
    graph, opened = keyed()
    plan = plan_for(opened, Change("name", "Anna Maria Li", "Ann Lee"), graph=graph, roots=MEMBER)
    asked = {one.column: one for one in plan.open_questions}
    assert {name: one.new for name, one in asked.items()} == {"first": "Anna Maria", "last": "Li"}
    chosen = plan_for(
        opened,
        Change("name", "Anna Maria Li", "Ann Lee"),
        graph=graph,
        roots=MEMBER,
        choices={one.id: Choice.CORRECT for one in asked.values()},
        own_values={asked["first"].id: "Anna", asked["last"].id: "Maria Li"},
    )
    carry_out(opened, chosen)
    row = opened["shop"].execute("SELECT first, last FROM member WHERE email = 'ann@x.example'").fetchone()
    assert row == ("Anna", "Maria Li")


def test_the_digest_changes_with_rows_old_values_new_values_and_choices_and_only_then() -> None:
    opened = shop.connections()
    change = Change("name", "Ann Li", "Ann Lee")
    plan = plan_for(opened, change)
    assert plan_for(opened, change).digest == plan.digest
    seen = {plan.digest, plan_for(opened, replace(change, new="Ann Ly")).digest}
    opened["shop"].execute("UPDATE customer SET name = 'ANN LEE' WHERE id = 1")
    seen.add(plan_for(opened, change).digest)
    opened["shop"].execute("INSERT INTO orders VALUES (19,1,NULL,'Ann Lee','2025-03-01',6,NULL)")
    seen.add(plan_for(opened, change).digest)
    opened["shop"].execute("UPDATE orders SET ship_name = 'A. Lee' WHERE id = 19")
    asked = plan_for(opened, change)
    seen.add(asked.digest)
    for choice in (Choice.LEAVE, Choice.CORRECT):
        seen.add(plan_for(opened, change, choices={asked.open_questions[0].id: choice}).digest)
    opened["shop"].execute("UPDATE customer SET name = 'Ben Row' WHERE id = 2")
    assert plan_for(opened, change).digest == asked.digest
    assert len(seen) == 7


def test_a_plan_is_kept_and_read_as_it_was() -> None:
    plan = plan_for(shop.connections(), Change("email", "ann.new@example.com"), Change("name", "Ann Li"))
    assert correction_from_json(to_json(plan)) == plan


NAMES = st.sampled_from(["Ann Lee", "ANN LEE", "Lee Ann", "Lee, Ann", "ann lee", "Ben Roe", "Ann", "", None])


@settings(max_examples=60, deadline=None)
@given(
    names=st.lists(NAMES, min_size=4, max_size=4),
    ships=st.lists(st.tuples(st.sampled_from([1, 2, 3]), NAMES), max_size=6),
    answers=st.lists(st.booleans(), max_size=8),
)
def test_the_wrong_value_goes_where_planned_and_everything_else_stays_byte_for_byte(
    names: list[str | None], ships: list[tuple[int, str | None]], answers: list[bool]
) -> None:
    opened = shop.connections()
    for number, name in enumerate(names, start=1):
        opened["shop"].execute("UPDATE customer SET name = ? WHERE id = ?", (name, number))
    for number, (customer, name) in enumerate(ships):
        row = (100 + number, customer, None, name, None, None, None)
        opened["shop"].execute("INSERT INTO orders VALUES (?,?,?,?,?,?,?)", row)
    change = Change("name", "Mia Li", "Ann Lee")
    asked = plan_for(opened, change).open_questions
    choices = {
        one.id: Choice.CORRECT if answer else Choice.LEAVE
        for one, answer in zip(asked, answers, strict=False)
    }
    plan = plan_for(opened, change, choices=choices)
    before = _cells(opened)
    carry_out(opened, plan)
    after = _cells(opened)
    planned = {
        (one.table.source, one.table.table, key, one.column) for one in plan.written for key in one.keys
    }
    assert {cell for cell in before if before[cell] != after[cell]} <= planned
    assert all(after[cell] != before[cell] for cell in planned)
    others = {("shop", "customer", (2,), "name"), ("shop", "customer", (3,), "name")}
    assert not planned & others
    assert again(opened, plan) == ()


def _cells(opened: dict[str, sqlite3.Connection]) -> dict[tuple[object, ...], object]:
    cells: dict[tuple[object, ...], object] = {}
    for table in shop.graph().tables.values():
        names = [column.name for column in table.columns]
        listed = ", ".join(map(quoted, names))
        for number, row in enumerate(
            opened[table.ref.source].execute(f"SELECT {listed} FROM {quoted(table.ref.table)} ORDER BY 1")
        ):
            key = row[: len(table.primary_key)] or (number,)
            for name, value in zip(names, row, strict=True):
                cells[table.ref.source, table.ref.table, key, name] = value
    return cells


@pytest.mark.parametrize("day", [date(1990, 4, 3)])
def test_a_day_that_can_be_read_in_two_ways_is_asked_about(day: date) -> None:
    graph, opened = keyed()
    opened["shop"].execute("UPDATE member SET born = '03/04/1990' WHERE first = 'Ann'")
    plan = plan_for(opened, Change("birth_date", "1991-06-05"), graph=graph, roots=MEMBER)
    assert the(plan, "member", "born").question is Question.FORM
    told = plan_for(opened, Change("birth_date", "1991-06-05", day.isoformat()), graph=graph, roots=MEMBER)
    assert (the(told, "member", "born").new, the(told, "member", "born").question) == ("05/06/1991", "")


def test_a_duty_of_other_fields_does_not_keep_this_one() -> None:
    duty = KeepDuty("Art. 1", "why", "因", fields=("total",))
    graph = shop.changed(shop.graph(), "orders", keep=duty)
    plan = plan_for(shop.connections(), Change("name", "Ann Li", "Ann Lee"), graph=graph)
    assert the(plan, "orders", "ship_name").is_written
