"""An approval binds the plan: what is no longer what was approved is sent back, and nothing is written."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from discreet.engines.subjects.graph import EraseAction, KeepDuty, TableRef
from discreet.foundation.cases.models import CaseTask
from discreet.foundation.datamap import actions as datamap
from discreet.foundation.datamap.models import DataField, DataTable
from discreet.foundation.jobs.models import Job
from discreet.foundation.jobs.outcomes import is_transient
from discreet.foundation.ledger.models import LedgerEntry
from discreet.foundation.sources import refusals
from discreet.mechanisms.rights import preparing, queries
from discreet.mechanisms.rights.actions import deciding, executing, proving
from discreet.mechanisms.rights.erasing import workflows as erasure_workflow
from discreet.mechanisms.rights.models import SourceOutcome
from discreet.mechanisms.rights.refusals import PlanChanged, WrongRequestState
from discreet.mechanisms.rights.rules import State
from discreet.vocabulary.actors import SYSTEM
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights.company import ANN, BOB, CLEO, CUSTOMER, NOW, OPERATOR
from tests.mechanisms.rights.driving import (
    accepted,
    approve,
    batch_of,
    failures,
    opened,
    planned,
    state,
    work,
)


def everything(company: Company) -> list[object]:
    tables = ("customer", "orders", "line", "login", "address")
    return [sorted(map(repr, company.run(f"SELECT * FROM {table}"))) for table in tables]


def one_more_row(company: Company) -> None:
    company.run("INSERT INTO login VALUES (99, 1, '192.0.2.9', NULL)")


def one_row_less(company: Company) -> None:
    company.run("DELETE FROM login WHERE id = 20")


def another_schema(company: Company) -> None:
    company.run("ALTER TABLE login ADD COLUMN device varchar(80)")


def a_new_neighbour(company: Company) -> None:
    company.run("UPDATE customer SET address_id = 2 WHERE id = 1")


def a_new_duty(company: Company) -> None:
    table = DataTable.objects.get(source="shop", name="login")
    duty = KeepDuty(article="Art. 1 Log Act", reason_en="Kept.", reason_zh="保存。")
    datamap.set_table(actor=OPERATOR, now=NOW, table_id=table.id, is_people=False, keep=duty)


def another_field(company: Company) -> None:
    field = DataField.objects.get(table__name="orders", name="note")
    datamap.correct_field(
        actor=OPERATOR,
        now=NOW,
        field_id=field.id,
        category="free_text",
        erase=EraseAction.REPLACE,
        replacement="(gone)",
    )


CHANGES = [one_more_row, one_row_less, another_schema, a_new_neighbour, a_new_duty, another_field]


@pytest.mark.parametrize("change", CHANGES)
def test_what_changed_since_the_approval_is_sent_back(
    shop: Company, change: Callable[[Company], None]
) -> None:
    number = accepted(ANN)
    digest = queries.plan_view(batch_of(number)).digest
    change(shop)
    before = everything(shop)
    work()
    view = queries.request_view(number)
    assert everything(shop) == before
    assert SourceOutcome.objects.count() == 0
    assert view.state is State.PLANNED
    assert (view.plan.approved_by, view.plan.prepared_by) == ("", "")
    assert view.plan.digest != digest
    assert LedgerEntry.objects.filter(act="rights.send_back").count() == 1
    assert CaseTask.objects.filter(case__number=number, key="decide", done_at=None).exists()


@pytest.mark.parametrize("change", [one_more_row, a_new_duty])
def test_a_request_that_was_sent_back_is_carried_out_after_a_new_approval(
    shop: Company, change: Callable[[Company], None]
) -> None:
    number = accepted(ANN)
    change(shop)
    work()
    approve(number)
    work()
    assert failures() == []
    assert queries.request_view(number).outcome == "erased_except_kept"


def test_a_plan_on_unchanged_data_keeps_its_digest(shop: Company) -> None:
    number = planned(email=ANN)
    digest = queries.plan_view(batch_of(number)).digest
    preparing.prepare_batch(batch_of(number), OPERATOR, datetime.now(UTC))
    assert queries.plan_view(batch_of(number)).digest == digest


def test_another_persons_new_row_changes_nothing(shop: Company) -> None:
    number = accepted(CLEO)
    shop.run("INSERT INTO login VALUES (99, 2, '192.0.2.9', NULL)")
    work()
    assert queries.request_view(number).state is State.DONE


def test_a_person_who_is_gone_meanwhile_is_sent_back(shop: Company) -> None:
    number = accepted(CLEO)
    shop.run("DELETE FROM login WHERE customer_id = 3")
    shop.run("DELETE FROM customer WHERE id = 3")
    work()
    assert (state(number), failures()) == (State.PLANNED, [])


def test_a_table_that_goes_missing_before_execution_writes_nothing(shop: Company) -> None:
    number = accepted(ANN)
    shop.run("DROP TABLE login")
    before = [shop.run(f"SELECT * FROM {table}") for table in ("customer", "orders", "line", "address")]
    work()
    after = [shop.run(f"SELECT * FROM {table}") for table in ("customer", "orders", "line", "address")]
    assert after == before
    assert state(number) is State.PLANNED
    assert CaseTask.objects.filter(case__number=number, key="decide", done_at=None).exists()


def test_who_withdraws_after_the_last_look_is_not_erased(shop: Company) -> None:
    """Between the plan made again and the intent, one of two people withdraws."""
    from discreet.mechanisms.rights.actions import importing
    from discreet.mechanisms.rights.kinds import Kind
    from tests.mechanisms.rights.company import AGENT, who

    batch_id, (ann, cleo) = importing.receive_batch(
        actor=AGENT, now=NOW, kind=Kind.ERASURE, claims=[(who(ANN), "", "en"), (who(CLEO), "", "en")]
    )
    proving.verify_batch(actor=AGENT, now=NOW, batch_id=batch_id, reason="Letters")
    work()
    approve(ann)
    deciding.cancel_request(actor=CUSTOMER, now=NOW, number=cleo)
    with pytest.raises(PlanChanged):
        executing.begin_execution(
            now=NOW, batch_id=batch_id, run=1, people=2, sources=["shop"], witness_sealed=b""
        )
    work()
    assert shop.run("SELECT email FROM customer WHERE id = 3") == [(CLEO,)]
    assert (state(ann), state(cleo)) == (State.PLANNED, State.CANCELLED)


def test_an_intent_is_recorded_once_and_only_for_the_run_that_was_approved(shop: Company) -> None:
    number = accepted(CLEO)
    batch_id = batch_of(number)
    with pytest.raises(WrongRequestState):
        executing.begin_execution(
            now=NOW, batch_id=batch_id, run=2, people=1, sources=["shop"], witness_sealed=b""
        )
    executing.begin_execution(
        now=NOW, batch_id=batch_id, run=1, people=1, sources=["shop"], witness_sealed=b""
    )
    executing.begin_execution(
        now=NOW, batch_id=batch_id, run=1, people=1, sources=["shop"], witness_sealed=b""
    )
    assert state(number) is State.EXECUTING


def test_nobody_found_asks_an_agent_instead_of_waiting_in_silence(shop: Company) -> None:
    number = planned(email="stranger@example.com")
    assert state(number) is State.VERIFIED
    task = CaseTask.objects.get(case__number=number, done_at=None)
    assert (task.key, task.role) == ("choose", "agent")


@pytest.mark.duty("M8.2")
def test_two_candidates_stop_for_a_person_to_choose(shop: Company) -> None:
    number = planned(email="twin@example.com")
    assert state(number) is State.VERIFIED
    assert queries.request_view(number).candidates == 2
    assert CaseTask.objects.get(case__number=number, done_at=None).what == deciding.TASK_CHOOSE


def test_choosing_one_of_two_plans_for_just_that_one(shop: Company) -> None:
    from discreet.mechanisms.rights.actions import receiving
    from tests.mechanisms.rights.company import AGENT

    number = planned(email="twin@example.com")
    label = queries.candidates_of(number).labels()[0]
    receiving.choose_candidates(actor=AGENT, now=NOW, number=number, chosen=[label])
    work()
    assert state(number) is State.PLANNED
    approve(number)
    work()
    assert queries.request_view(number).state is State.DONE
    assert len(shop.run("SELECT * FROM customer WHERE email = 'twin@example.com'")) == 1


def test_one_workflow_runs_once_for_one_approval(shop: Company) -> None:
    number = accepted(CLEO)
    work()
    work()
    assert Job.objects.filter(workflow="rights.erase").count() == 1
    assert SourceOutcome.objects.filter(batch_id=batch_of(number)).count() == 1


def test_verifying_twice_plans_once(shop: Company) -> None:
    from tests.mechanisms.rights.company import AGENT

    number = opened(email=BOB)
    proving.verify_identity(actor=AGENT, now=NOW, number=number, reason="Seen")
    with pytest.raises(WrongRequestState):
        proving.verify_identity(actor=AGENT, now=NOW, number=number, reason="Seen")
    assert Job.objects.filter(workflow="rights.prepare").count() == 1


def test_the_table_named_by_staff_is_the_table_decided(shop: Company) -> None:
    assert queries.table_named("shop.address") == TableRef("shop", "address")
    assert queries.table_named("shop.nothing") is None


def test_what_is_being_carried_out_cannot_be_withdrawn(shop: Company) -> None:
    number = accepted(CLEO)
    executing.begin_execution(
        now=NOW, batch_id=batch_of(number), run=1, people=1, sources=["shop"], witness_sealed=b""
    )
    with pytest.raises(WrongRequestState):
        deciding.cancel_request(actor=CUSTOMER, now=NOW, number=number)
    assert state(number) is State.EXECUTING


@pytest.mark.parametrize(
    ("refusal", "is_tried_again"),
    [
        (refusals.SourceDown, True),
        (refusals.TimedOut, True),
        (refusals.Conflict, True),
        (refusals.CommitUnknown, True),
        (refusals.ConstraintRefused, False),
        (refusals.PermissionDenied, False),
    ],
)
def test_a_source_that_is_away_for_a_moment_ends_no_request(
    refusal: type[refusals.SourceRefusal], is_tried_again: bool
) -> None:
    assert is_transient(refusal(source="shop", table="t", constraint="c")) is is_tried_again


class Unfenced:
    """Stands in for the fence of a worker that holds its workflow."""

    def check(self) -> None: ...


def another_in_their_place(company: Company) -> None:
    company.run("UPDATE login SET customer_id = 2 WHERE customer_id = 3")
    company.run("DELETE FROM customer WHERE id = 3")
    company.run("INSERT INTO customer VALUES (3, 'carl@example.net', NULL, 'Carl New', NULL, NULL)")


def one_row_handed_over(company: Company) -> None:
    company.run("UPDATE login SET customer_id = 2 WHERE id = 23")


@pytest.mark.promise(16)
def test_a_key_given_to_somebody_else_after_the_approval_is_not_erased(shop: Company) -> None:
    number = accepted(CLEO)
    company_key = "UPDATE customer SET email = 'carl@example.net', name = 'Carl New' WHERE id = 3"
    shop.run(company_key)
    before = everything(shop)
    work()
    assert everything(shop) == before
    assert queries.request_view(number).state is State.PLANNED
    assert LedgerEntry.objects.filter(act="rights.send_back").count() == 1


@pytest.mark.promise(2)
@pytest.mark.parametrize("change", [another_in_their_place, one_row_handed_over])
def test_rows_that_change_hands_between_the_last_look_and_the_write_are_left_alone(
    shop: Company, change: Callable[[Company], None]
) -> None:
    number = accepted(CLEO)
    batch_id = batch_of(number)
    assert erasure_workflow.capture(batch_id, 1) == ["shop"]
    change(shop)
    before = everything(shop)
    assert erasure_workflow.write_sources(batch_id, 1, ["shop"], Unfenced()) is False  # type: ignore[arg-type]
    assert everything(shop) == before
    assert queries.request_view(number).state is State.PLANNED


def test_what_an_earlier_run_committed_is_not_taken_for_a_change(shop: Company) -> None:
    number = accepted(ANN)
    batch_id = batch_of(number)
    erasure_workflow.capture(batch_id, 1)
    erasure_workflow.write_sources(batch_id, 1, ["shop"], Unfenced())  # type: ignore[arg-type]
    SourceOutcome.objects.all().delete()  # as if the worker had died before it could note the commit
    after = everything(shop)
    erasure_workflow.write_sources(batch_id, 1, ["shop"], Unfenced())  # type: ignore[arg-type]
    assert everything(shop) == after


@pytest.mark.promise(2)
def test_a_run_that_was_sent_back_neither_does_nor_undoes_what_was_approved_after_it(shop: Company) -> None:
    """Its worker died before the run could end: another one repeats it after a new approval."""
    number = accepted(ANN)
    batch_id = batch_of(number)
    executing.send_back(now=NOW, batch_id=batch_id, run=1, reason=PlanChanged.code)
    preparing.prepare_batch(batch_id, SYSTEM, NOW)
    approve(number)
    before = everything(shop)
    assert erasure_workflow.capture(batch_id, 1) is None
    with pytest.raises(WrongRequestState):
        executing.send_back(now=NOW, batch_id=batch_id, run=1, reason=PlanChanged.code)
    assert queries.request_view(number).state is State.ACCEPTED
    assert everything(shop) == before
    assert erasure_workflow.capture(batch_id, 2) == ["shop"]
