"""A shop as shops are, its map confirmed as it was proposed: nothing left behind is called erased or left unnamed."""

import json
from unittest.mock import Mock

import pytest
from django.test import Client

from discreet.engines.subjects.graph import Column, Match, Table, TableRef
from discreet.engines.subjects.lookup import Bounds, Finder, wanted
from discreet.engines.subjects.reader import Reader
from discreet.foundation.cases.queries import open_tasks
from discreet.foundation.datamap import actions as datamap
from discreet.foundation.jobs.models import Job
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.queries import entries_for
from discreet.mechanisms.rights import queries, views
from discreet.mechanisms.rights.actions import executing
from discreet.mechanisms.rights.actions.forgetting import forget_request
from discreet.mechanisms.rights.course import history
from discreet.mechanisms.rights.matching import finding
from discreet.mechanisms.rights.refusals import NothingToSearch, PlanMissing
from discreet.mechanisms.rights.rules import Outcome
from discreet.mechanisms.rights.summaries import REASONS
from discreet.mechanisms.rights.told import told_people
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights.company import AGENT, NOW, OPERATOR, who
from tests.mechanisms.rights.driving import approve, failures, planned, work

pytestmark = pytest.mark.promise(1)
IDA = "ida@example.com"
SHOP = (
    "CREATE TABLE staff (id integer PRIMARY KEY, name varchar(80), email varchar(200))",
    "CREATE TABLE users (id integer PRIMARY KEY, email varchar(200), name varchar(80))",
    "CREATE VIEW active_users AS SELECT id, email, name FROM users",
    "CREATE TABLE ticket (id integer PRIMARY KEY, staff_id integer, requester_email varchar(200),"
    " FOREIGN KEY (staff_id) REFERENCES staff (id))",
    "CREATE TABLE cart_session (id integer PRIMARY KEY, user_id integer, ip varchar(45))",
    "CREATE TABLE event (id integer PRIMARY KEY, member_id integer, what varchar(20))",
    "CREATE TABLE newsletter (email varchar(200) PRIMARY KEY, since varchar(20))",
    "CREATE INDEX users_email ON users (email)",
    "INSERT INTO staff VALUES (1, 'Stan Staff', 'stan@example.com')",
    f"INSERT INTO users VALUES (7, '{IDA}', 'Ida Asker'), (8, 'otto@example.com', 'Otto Other')",
)

ONLY_THE_VIEW = """
version: 1
sources:
  shop:
    tables:
      active_users:
        people: true
        columns: {id: none, email: email, name: name}
"""


@pytest.fixture
def proposed(company: Company, db: None) -> Company:
    company.fill(SHOP)
    company.connect("shop")
    datamap.propose_from_schema(actor=OPERATOR, now=NOW, source="shop")
    datamap.confirm_all(actor=OPERATOR, now=NOW, source="shop")
    return company


def gaps(number: str) -> set[tuple[str, str]]:
    plan = views.plan_document(queries.request_view(number).plan, texts=REASONS)
    listed = plan["not_covered"]
    assert isinstance(listed, list)
    return {(one["table"], one["reason"]) for one in listed}


def erase(number: str) -> queries.RequestView:
    approve(number)
    work()
    assert failures() == []
    return queries.request_view(number)


def test_a_view_beside_its_table_is_no_holder_and_keeps_no_erasure_from_its_end(proposed: Company) -> None:
    number = planned("erasure", IDA)
    plan = views.plan_document(queries.request_view(number).plan, texts=REASONS)
    assert {table["table"] for source in plan["sources"] for table in source["tables"]} == {"users"}
    assert ("active_users", "view") in gaps(number)
    view = erase(number)
    assert (view.outcome, view.search["found"], view.kept) == (Outcome.ERASED, 0, ())
    assert [tuple(row) for row in proposed.run("SELECT id FROM active_users")] == [(8,)]


def test_a_person_who_stands_only_in_a_view_is_not_called_erased(proposed: Company) -> None:
    proposed.run("DROP VIEW active_users")
    proposed.run("CREATE TABLE hidden (id integer PRIMARY KEY, email varchar(200))")
    proposed.run("INSERT INTO hidden VALUES (1, 'vera@example.com')")
    proposed.run("CREATE VIEW active_users AS SELECT id, email, 'Vera' AS name FROM hidden")
    datamap.propose_from_schema(actor=OPERATOR, now=NOW, source="shop")
    datamap.apply_map(actor=OPERATOR, now=NOW, text=ONLY_THE_VIEW)
    view = erase(planned("erasure", "vera@example.com"))
    assert view.outcome == Outcome.INCOMPLETE
    assert len(proposed.run("SELECT id FROM hidden")) == 1


def test_tables_that_no_link_leads_to_are_named_though_they_hold_no_address(proposed: Company) -> None:
    named = gaps(planned("erasure", IDA))
    assert {
        ("cart_session", "no_link_nor_value"),
        ("cart_session", "reference_without_link"),
        ("event", "reference_without_link"),
        ("newsletter", "no_link"),
    } <= named
    assert not {table for table, reason in named if reason == "reference_without_link"} - {
        "cart_session",
        "event",
    }


def test_an_address_that_is_a_primary_key_is_searched_and_found(proposed: Company) -> None:
    proposed.run(f"INSERT INTO newsletter VALUES ('{IDA}', '2025')")
    number = planned("erasure", IDA)
    assert ("newsletter", "holds_a_value_without_link") in gaps(number)
    assert erase(number).outcome == Outcome.INCOMPLETE


def test_what_a_colleague_answers_is_about_the_person_who_asked(proposed: Company) -> None:
    proposed.run(f"INSERT INTO ticket VALUES (1, 1, '{IDA}')")
    number = planned("erasure", IDA)
    assert ("ticket", "holds_a_value_without_link") in gaps(number)
    view = erase(number)
    assert (view.outcome, view.search["found"]) == (Outcome.INCOMPLETE, 1)


def test_what_was_mended_by_hand_is_searched_again_and_then_called_erased(
    proposed: Company, desk: Client
) -> None:
    proposed.run(f"INSERT INTO newsletter VALUES ('{IDA}', '2025')")
    number = planned("erasure", IDA)
    view = erase(number)
    assert view.search["found_in"] == [
        {"source": "shop", "table": "newsletter", "kind": "value", "columns": ["email"], "rows": 1}
    ]
    page = desk.get(f"/desk/requests/{number}/").content.decode()
    assert "newsletter" in page
    assert "search-again" in page
    assert list(open_tasks("left")) == [number]
    listed = desk.get("/desk/requests/?state=incomplete").content.decode()
    assert number in listed and "1 erasure is incomplete" in listed
    search_again(desk, number)
    assert queries.request_view(number).outcome == Outcome.INCOMPLETE, "nothing was mended"
    proposed.run("DELETE FROM newsletter")
    search_again(desk, number)
    view = queries.request_view(number)
    assert (view.outcome, view.search["found"], view.search["found_in"]) == (Outcome.ERASED, 0, [])
    with pytest.raises(PlanMissing):
        queries.sealed_capture(view.plan.batch_id)
    said = [
        one.facts["outcome"] for one in entries_for(f"request:{number}") if one.act == "rights.finish_search"
    ]
    assert said == ["incomplete", "erased"]
    assert open_tasks("left") == {}
    assert number not in desk.get("/desk/requests/?state=incomplete").content.decode()
    with pytest.raises(NothingToSearch):
        executing.ask_search(actor=AGENT, now=NOW, number=number)


def search_again(desk: Client, number: str) -> None:
    for _ in range(2):  # a double click
        desk.post(f"/desk/requests/{number}/search-again/")
    assert Job.objects.filter(workflow="rights.search_again", state="waiting").count() == 1
    work()
    assert failures() == []


def test_what_an_incomplete_erasure_was_searched_by_is_forgotten_with_the_case(proposed: Company) -> None:
    proposed.run(f"INSERT INTO newsletter VALUES ('{IDA}', '2025')")
    view = erase(planned("erasure", IDA))
    assert queries.may_search_again(view.number)
    forget_request(now=NOW, number=view.number)
    assert not queries.may_search_again(view.number)
    with pytest.raises(keys.KeyDestroyed):
        keys.seal(queries.batch_key(view.plan.batch_id), b"x", "plan")


def test_a_look_up_tells_no_row_without_a_key_by_what_it_holds(proposed: Company) -> None:
    datamap.apply_map(actor=OPERATOR, now=NOW, text=ONLY_THE_VIEW)
    found = finding.find_person(actor=AGENT, now=NOW, source="shop", claim=who(IDA))
    assert [root for one in found["people"] for root in one["roots"]] == [
        {"table": "active_users", "key": []}
    ]
    assert "Ida" not in "\n".join(told_people(found)) + json.dumps(found)


def test_no_index_is_proposed_for_a_view() -> None:
    column = Column("email", "email")
    table = Table(TableRef("shop", "active_users"), (), (column,), is_people=True, is_view=True)
    told = Mock(Reader, select=Mock(return_value=[]), statement=Mock(return_value="SELECT"))
    found = Finder(
        reader=told, table=table, column=column, columns=("email",), values=[wanted(Match.EMAIL, IDA)],
        bounds=Bounds(10, 10),
    ).find()  # fmt: skip
    assert [(step.purpose, step.missing_index) for step in found.steps] == [("scan", ())]


def test_who_decides_sees_who_was_found(proposed: Company, desk: Client) -> None:
    page = desk.get(f"/desk/requests/{planned('erasure', IDA)}/").content.decode()
    found = page.partition("Who was found")[2].partition("</section>")[0]
    assert "users, key 7" in found
    assert IDA not in page


def test_only_the_last_run_tells_which_source_refused(proposed: Company) -> None:
    number = planned("erasure", IDA)
    batch_id = queries.batch_of(number)
    executing.record_source_refusal(
        now=NOW, batch_id=batch_id, run=queries.run_of(batch_id), source="shop", reason="permission_denied"
    )
    assert [source for source, _ in history.refused_by(number, batch_id)] == ["Shop"]
    approve(number)
    assert history.refused_by(number, batch_id) == []
