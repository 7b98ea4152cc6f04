"""Corrections on real databases: everywhere or said where not, by two people where it matters, and proven."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from discreet.engines.subjects.corrections import Change, Choice
from discreet.engines.subjects.validity import NotValid
from discreet.foundation.keys import api as keys
from discreet.foundation.keys.api import KeyDestroyed
from discreet.foundation.ledger.models import LedgerEntry
from discreet.foundation.mail.api import open_contact
from discreet.foundation.mail.models import OutgoingMessage
from discreet.mechanisms.rights import contacts, queries
from discreet.mechanisms.rights.actions import correcting
from discreet.mechanisms.rights.correcting import planning as correction_planning
from discreet.mechanisms.rights.models import Batch, RightsRequest
from discreet.mechanisms.rights.refusals import NotAnApprover, OpenPlaces, PlanChanged, SamePersonApproves
from discreet.mechanisms.rights.rules import ApprovalStep, Outcome, State
from tests.foundation.sources.conftest import Company, _sqlite
from tests.mechanisms.rights.company import AGENT, APPROVER, NOW, VIEWER, who
from tests.mechanisms.rights.correcting import (
    MIA,
    NEW,
    TOM,
    accept,
    approve,
    asked,
    choose,
    corrected,
    everything,
    second_database,
    set_up,
)
from tests.mechanisms.rights.driving import batch_of, failures, state, work

EMAIL = Change("email", NEW, MIA)


@pytest.fixture
def crm(tmp_path: Path) -> Iterator[Company]:
    yield from _sqlite(second_database(tmp_path))


@pytest.fixture
def company_of_two(sqlite_company: Company, crm: Company, db: None) -> tuple[Company, Company]:
    set_up(sqlite_company, crm)
    return sqlite_company, crm


@pytest.fixture
def any_company_of_two(company: Company, crm: Company, db: None) -> tuple[Company, Company]:
    set_up(company, crm)
    return company, crm


@pytest.mark.duty("M8.4")
def test_an_address_is_corrected_everywhere_also_where_it_is_a_key(
    any_company_of_two: tuple[Company, Company],
) -> None:
    shop, crm = any_company_of_two
    view = corrected(EMAIL)
    assert failures() == []
    assert (view.state, view.outcome) == (State.DONE, Outcome.CORRECTED)
    assert shop.run("SELECT email FROM customer ORDER BY id") == [(NEW,), (TOM,)]
    assert sorted(shop.run("SELECT email, customer_id FROM subscription")) == [(NEW, 1), (TOM, 2)]
    assert shop.run("SELECT recipient FROM mail_log ORDER BY id") == [(NEW,), (NEW,), (TOM,)]
    assert crm.run("SELECT mail FROM contact ORDER BY id") == [(NEW.upper(),), (TOM,)]
    assert ("contact", "old_value_in_text") in {
        (one["table"], one["reason"]) for one in view.search["not_searched"]
    }  # type: ignore[index, union-attr]


def test_nobody_elses_field_and_no_other_field_changes(any_company_of_two: tuple[Company, Company]) -> None:
    before = everything(*any_company_of_two)
    corrected(EMAIL)
    plain = json.dumps(before).replace(MIA, NEW).replace(MIA.upper(), NEW.upper())
    after = json.loads(json.dumps(everything(*any_company_of_two)))
    expected = json.loads(plain)
    note = f"writes from {MIA}"
    expected = [[line.replace(f"writes from {NEW}", note) for line in table] for table in expected]
    assert [sorted(table) for table in after] == [sorted(table) for table in expected]


@pytest.mark.duty("M8.4")
def test_a_name_and_a_birthday_are_written_as_each_field_writes_them(
    any_company_of_two: tuple[Company, Company],
) -> None:
    shop, crm = any_company_of_two
    view = corrected(Change("name", "Maria Canari", "Mia Canary"), Change("birth_date", "1991-05-06"))
    assert failures() == []
    assert view.outcome == Outcome.CORRECTED
    (row,) = shop.run("SELECT first, last, born FROM customer WHERE id = 1")
    assert [str(value) for value in row] == ["Maria", "Canari", "1991-05-06"]
    assert shop.run("SELECT ship_name FROM orders ORDER BY id") == [
        ("Maria Canari",),
        ("Mia Maiden",),
        ("Tom Roe",),
    ]
    assert crm.run("SELECT full_name FROM contact ORDER BY id") == [("CANARI, MARIA",), ("ROE, TOM",)]


def test_a_stale_copy_is_asked_about_and_corrected_only_when_somebody_says_so(
    company_of_two: tuple[Company, Company],
) -> None:
    shop, _ = company_of_two
    number = asked(Change("name", "Maria Canari", "Mia Canary"))
    (place,) = correction_planning.plan_of(batch_of(number)).open_questions
    assert (place.table.table, place.old) == ("orders", "Mia Maiden")
    with pytest.raises(OpenPlaces):
        accept(number, AGENT)
    choose(number, Choice.CORRECT)
    approve(number)
    work()
    assert shop.run("SELECT ship_name FROM orders WHERE customer_id = 1") == [("Maria Canari",)] * 2


@pytest.mark.promise(16)
def test_a_contact_point_needs_a_second_person_and_the_old_one_is_told_first(
    company_of_two: tuple[Company, Company],
) -> None:
    number = asked(EMAIL)
    assert accept(number, AGENT) is ApprovalStep.FIRST
    for actor, refusal in ((AGENT, SamePersonApproves), (VIEWER, NotAnApprover)):
        with pytest.raises(refusal):
            accept(number, actor)
    assert not OutgoingMessage.objects.filter(template="rights.contact_changes").exists()
    assert accept(number, APPROVER) is ApprovalStep.SECOND
    (notice,) = OutgoingMessage.objects.filter(template="rights.contact_changes")
    assert company_of_two[0].run("SELECT email FROM customer WHERE id = 1") == [(MIA,)]
    assert notice.case_number == number
    assert open_contact(contacts.held(batch_of(number))[number]) == MIA
    entry = LedgerEntry.objects.filter(act="rights.accept_correction").order_by("pk").last()
    assert entry is not None
    assert json.loads(entry.body)["facts"]["notice"] == "mail"


@pytest.mark.promise(16)
@pytest.mark.parametrize(
    "meanwhile",
    [
        "UPDATE customer SET email = 'mia.third@example.com' WHERE id = 1",
        "UPDATE customer SET phone = '044 668 18 99' WHERE id = 1",
        "INSERT INTO orders VALUES (13, 1, 'mia canary', NULL)",
        "UPDATE orders SET ship_name = 'Mia' WHERE id = 10",
    ],
)
def test_what_changed_meanwhile_sends_it_back_and_nothing_is_written(
    meanwhile: str, company_of_two: tuple[Company, Company]
) -> None:
    shop, _ = company_of_two
    number = asked(Change("name", "Maria Canari", "Mia Canary"), EMAIL)
    choose(number, Choice.LEAVE)
    approve(number)
    shop.run(meanwhile)
    before = everything(*company_of_two)
    work()
    assert failures() == []
    assert state(number) is State.PLANNED
    assert everything(*company_of_two) == before


def test_a_change_between_the_last_look_and_the_write_is_a_conflict(
    company_of_two: tuple[Company, Company], monkeypatch: pytest.MonkeyPatch
) -> None:
    from discreet.mechanisms.rights.correcting import workflows as correction_workflow

    shop, _ = company_of_two
    number = asked(Change("birth_date", "1991-05-06"))
    approve(number)
    whole = correction_workflow.begin

    def begin_then_somebody_writes(batch_id: int, run: int) -> list[str] | None:
        sources = whole(batch_id, run)
        shop.run("UPDATE customer SET born = '1990-04-04' WHERE id = 1")
        return sources

    monkeypatch.setattr(correction_workflow, "begin", begin_then_somebody_writes)
    work()
    assert state(number) is State.PLANNED
    assert [str(row[0]) for row in shop.run("SELECT born FROM customer WHERE id = 1")] == ["1990-04-04"]


def test_a_value_that_somebody_else_holds_is_found_before_anybody_approves(
    any_company_of_two: tuple[Company, Company],
) -> None:
    number = asked(Change("email", TOM, MIA))
    plan = correction_planning.plan_of(batch_of(number))
    blocked = {place.table.table: place.obstacle.value for place in plan.places if place.obstacle}
    assert blocked["customer"] == "taken"
    assert blocked["subscription"] == "taken"
    assert "shop" not in plan.writes


def test_a_database_that_refuses_after_all_changes_nothing_and_sends_it_back(
    company_of_two: tuple[Company, Company],
) -> None:
    shop, _ = company_of_two
    shop.run("CREATE TRIGGER no BEFORE UPDATE ON customer BEGIN SELECT RAISE(ABORT, 'not today'); END")
    number = asked(Change("birth_date", "1991-05-06"))
    approve(number)
    work()
    assert state(number) is State.PLANNED


def test_a_trigger_that_restores_the_old_value_makes_it_incomplete(
    company_of_two: tuple[Company, Company],
) -> None:
    shop, _ = company_of_two
    shop.run(
        "CREATE TRIGGER back AFTER UPDATE OF email ON customer WHEN new.email <> old.email "
        "BEGIN UPDATE customer SET email = old.email WHERE id = new.id; END"
    )
    view = corrected(EMAIL)
    assert view.outcome == Outcome.INCOMPLETE
    assert view.search["found"]


def test_what_stays_wrong_is_named_with_its_reason(company_of_two: tuple[Company, Company]) -> None:
    shop, _ = company_of_two
    number = asked(Change("address", "Basel", "Bern"))
    approve(number)
    work()
    assert queries.request_view(number).outcome == Outcome.CORRECTED
    long = asked(Change("name", "M" * 90 + " Canari", "Mia Canary"))
    choose(long, Choice.CORRECT)
    approve(long)
    work()
    view = queries.request_view(long)
    assert view.outcome == Outcome.CORRECTED_EXCEPT
    assert {(one["table"], one["reason"]) for one in view.kept} == {("customer", "obstacle_too_long")}
    assert shop.run("SELECT city FROM customer ORDER BY id") == [("Basel",), ("Bern",)]


@pytest.mark.parametrize(
    "name", ["=cmd()|' /C calc'!A0", "<script>alert(1)</script>", "Robert'); DROP TABLE x;--"]
)
def test_a_hostile_name_is_stored_as_it_was_written(
    name: str, any_company_of_two: tuple[Company, Company]
) -> None:
    shop, _ = any_company_of_two
    corrected(Change("name", name, "Mia Canary"), choice=Choice.CORRECT)
    assert failures() == []
    names = {row[0] for row in shop.run("SELECT ship_name FROM orders WHERE customer_id = 1")}
    assert names == {name}


def test_no_old_and_no_new_value_stands_in_the_evidence_or_the_database_afterwards(
    company_of_two: tuple[Company, Company],
) -> None:
    view = corrected(EMAIL, Change("name", "Maria Canari", "Mia Canary"))
    said = "\n".join(entry.body for entry in LedgerEntry.objects.all())
    for value in (MIA, NEW, "Canari", "Canary", "Maiden"):
        assert value not in said
    batch = Batch.objects.get()
    assert (batch.plan_sealed, RightsRequest.objects.get().wish_sealed) == (None, None)
    assert "mia" not in json.dumps([batch.plan_summary, batch.search_summary, list(view.kept)]).lower()
    with pytest.raises(KeyDestroyed):
        keys.seal(batch.key_id, b"x", "plan")


def test_an_approval_of_another_plan_is_refused(company_of_two: tuple[Company, Company]) -> None:
    number = asked(Change("birth_date", "1991-05-06"))
    with pytest.raises(PlanChanged):
        correcting.accept_correction(
            actor=AGENT, now=datetime.now(UTC), batch_id=batch_of(number), plan_digest="0" * 64, contact=None
        )


def test_a_wrong_value_opens_no_request(company_of_two: tuple[Company, Company]) -> None:
    with pytest.raises(NotValid):
        correcting.receive_correction(
            actor=AGENT,
            now=NOW,
            claim=who(MIA),
            changes=[Change("birth_date", "2030-01-01")],
            channel="desk",
        )
    assert not RightsRequest.objects.exists()
