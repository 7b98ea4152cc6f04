"""SQLite lets a declared key be missing on a row: such a row is found, told apart by what it holds, and erased."""

import pytest

from discreet.foundation.datamap.actions import apply_map, propose_from_schema
from discreet.foundation.sources import queries as sources
from discreet.foundation.sources import session
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.actions import receiving
from discreet.mechanisms.rights.matching.roots import Candidates
from discreet.mechanisms.rights.rules import Outcome, State
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights.company import AGENT, NOW, OPERATOR
from tests.mechanisms.rights.driving import approve, erased, failures, planned, work

pytestmark = [pytest.mark.duty("M8.4"), pytest.mark.promise(1)]

MAP = """
version: 1
sources:
  shop:
    tables:
      person:
        people: true
        columns: {code: none, email: email, city: address}
      visit:
        columns: {id: none, person_code: none, note: behaviour}
        links:
        - {columns: [person_code], to: person, to_columns: [code], role: owner}
"""
TABLES = (
    "CREATE TABLE person (code text PRIMARY KEY, email text, city text)",
    "CREATE TABLE visit (id text PRIMARY KEY, person_code text REFERENCES person (code), note text)",
    "INSERT INTO person VALUES ('b', 'bob@example.com', 'Bern'), ('a', 'ann@example.com', 'Basel')",
    "INSERT INTO visit VALUES ('1', 'a', 'tea'), ('2', 'b', 'cup')",
)


@pytest.fixture
def shop(sqlite_company: Company, db: None) -> Company:
    sqlite_company.fill(TABLES)
    sqlite_company.connect()
    apply_map(actor=OPERATOR, now=NOW, text=MAP)
    return sqlite_company


def describe() -> None:
    propose_from_schema(actor=OPERATOR, now=NOW, source="shop")


def test_a_person_whose_row_has_no_key_is_erased_and_nobody_else(shop: Company) -> None:
    shop.run(
        "INSERT INTO person VALUES (NULL, 'ann@example.com', 'Chur'), (NULL, 'cleo@example.com', 'Chur')"
    )
    describe()
    assert erased("cleo@example.com").outcome == Outcome.ERASED
    assert [row[0] for row in shop.run("SELECT email FROM person ORDER BY email")] == [
        "ann@example.com", "ann@example.com", "bob@example.com"
    ]  # fmt: skip


def test_rows_that_hang_on_a_person_and_have_no_key_are_erased(shop: Company) -> None:
    shop.run("INSERT INTO visit VALUES (NULL, 'a', 'pot'), (NULL, 'a', 'tin'), (NULL, 'b', 'jug')")
    describe()
    assert erased("ann@example.com").outcome == Outcome.ERASED
    assert shop.run("SELECT person_code, note FROM visit ORDER BY note") == [("b", "cup"), ("b", "jug")]


def test_a_candidate_without_key_that_was_chosen_is_the_one_that_is_planned_for(shop: Company) -> None:
    shop.run("INSERT INTO person VALUES (NULL, 'ann@example.com', 'Chur')")
    describe()
    number = planned("erasure", "ann@example.com")
    found = queries.roots_of(number)
    assert isinstance(found, Candidates) and len(found.people) == 2
    (label,) = [
        label
        for label, person in zip(found.labels(), found.people, strict=True)
        if None in person.roots[0].key
    ]
    receiving.choose_candidates(actor=AGENT, now=NOW, number=number, chosen=[label])
    work()
    assert queries.state_of_request(number) is State.PLANNED
    approve(number)
    work()
    assert failures() == []
    assert shop.run("SELECT city FROM person ORDER BY city") == [("Basel",), ("Bern",)]


def test_a_key_that_came_to_be_missing_is_a_change_of_structure(shop: Company) -> None:
    before = sources.source("shop").fingerprint
    assert session.fingerprint("shop") == before
    shop.run("INSERT INTO visit VALUES (NULL, 'a', 'pot')")
    assert session.fingerprint("shop") != before
