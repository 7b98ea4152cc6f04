"""A shop as shops are, its map confirmed as it was proposed: nothing left behind is called erased or left unnamed."""

import pytest

from discreet.foundation.datamap import actions as datamap
from discreet.mechanisms.rights import queries, views
from discreet.mechanisms.rights.rules import Outcome
from discreet.mechanisms.rights.summaries import REASONS
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights.company import NOW, OPERATOR
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
