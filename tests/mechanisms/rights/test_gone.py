"""Rows whose keys were changed between a plan and its execution are looked for again, never passed over."""

import pytest

from discreet.foundation.ledger.api import catalogue_facts
from discreet.mechanisms.rights.rules import Outcome, State
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights.company import CLEO
from tests.mechanisms.rights.driving import accepted, approve, failures, planned, replan, state, work

pytestmark = [pytest.mark.duty("M8.4"), pytest.mark.promise(1)]


def outcome(number: str) -> str:
    from discreet.mechanisms.rights import queries

    return queries.request_view(number).outcome


def rekey(company: Company) -> None:
    company.run("UPDATE customer SET id = 93 WHERE id = 3")


def test_a_row_that_got_another_key_after_the_plan_is_found_again_and_erased(free_shop: Company) -> None:
    number = accepted(CLEO)
    rekey(free_shop)
    work()
    assert state(number) is State.PLANNED, "what was approved is not what would be done"
    approve(number)
    work()
    assert failures() == []
    assert (state(number), outcome(number)) == (State.DONE, Outcome.ERASED)
    assert free_shop.run("SELECT id FROM customer WHERE id = 93") == []


def test_a_plan_that_is_made_again_after_a_key_changed_holds_the_row(free_shop: Company) -> None:
    number = planned("erasure", CLEO)
    rekey(free_shop)
    assert replan(number)
    approve(number)
    work()
    assert (outcome(number), free_shop.run("SELECT id FROM customer WHERE id = 93")) == (Outcome.ERASED, [])


def test_names_that_look_like_contact_points_stand_as_hashes_in_evidence() -> None:
    facts = catalogue_facts({"written": [{"table": "ord@legacy.example", "delete": 1}], "run": 1})
    assert "legacy" not in str(facts)
    assert facts["run"] == 1
