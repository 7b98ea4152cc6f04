"""Each act: rows, evidence and events together, or nothing."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import Error, connection

from discreet.engines.subjects.graph import TableRef
from discreet.engines.subjects.limits import EmptyIdentity, NameIsNotEnough
from discreet.engines.subjects.plans import SharedChoice
from discreet.foundation.cases.models import Case, CaseTask
from discreet.foundation.jobs.models import Job, OutboxEvent
from discreet.foundation.ledger.models import LedgerEntry
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.actions import deciding, executing, proving, receiving, revealing
from discreet.mechanisms.rights.models import Batch, RightsRequest, SourceOutcome
from discreet.mechanisms.rights.refusals import (
    NotAnApprover,
    NotReadable,
    NotYours,
    PlanChanged,
    PlanMissing,
    ReasonMissing,
    SamePersonApproves,
    UnknownCountry,
    UnknownKind,
    WrongRequestState,
)
from discreet.mechanisms.rights.rules import ApprovalStep, State
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights.company import (
    AGENT,
    ANN,
    APPROVER,
    BOB,
    CLEO,
    CUSTOMER,
    NOW,
    SECOND_APPROVER,
    VIEWER,
    who,
)
from tests.mechanisms.rights.driving import (
    accepted,
    batch_of,
    erased,
    opened,
    planned,
    replan,
    state,
    verified,
    work,
)

pytestmark = pytest.mark.django_db


def entry(act: str) -> dict[str, object]:
    """Return the newest evidence of an act."""
    body: dict[str, object] = json.loads(LedgerEntry.objects.filter(act=act).latest("id").body)
    return body


def facts(act: str) -> dict[str, object]:
    found = entry(act)["facts"]
    assert isinstance(found, dict)
    return found


def events() -> list[str]:
    return list(OutboxEvent.objects.filter(name__startswith="rights.").values_list("name", flat=True))


def everything() -> list[object]:
    """Return all rows that acts of this mechanism write."""
    tables = (RightsRequest, Batch, SourceOutcome, Case, CaseTask, Job, OutboxEvent, LedgerEntry)
    return [sorted(repr(row) for row in table.objects.values_list()) for table in tables]  # type: ignore[attr-defined]


def test_receiving_writes_request_case_clocks_evidence_and_event() -> None:
    number = opened(email=ANN)
    request = RightsRequest.objects.get(number=number)
    view = queries.request_view(number)
    assert (request.kind, request.channel, request.opened_by) == ("erasure", "shell", "wei")
    assert view.state is State.RECEIVED
    assert request.due_at == datetime(2026, 4, 2, 21, 59, 59, tzinfo=UTC)  # GDPR Art. 12(3)
    assert [clock.rule_id for clock in view.case.clocks] == ["EU-DSR-RESP"]
    assert entry("rights.receive_request")["subject"] == f"request:{number}"
    assert facts("rights.receive_request") == {"kind": "erasure", "channel": "shell", "residence": "DE"}
    assert events() == ["rights.RequestReceived"]


def test_a_request_from_the_centre_starts_the_search_for_its_person() -> None:
    receiving.receive_request(actor=CUSTOMER, now=NOW, kind="access", claim=who(ANN), channel="centre")
    assert Job.objects.get().workflow == "rights.locate"


@pytest.mark.parametrize(
    ("claim", "kind", "residence", "refusal"),
    [
        (who(), "erasure", "", EmptyIdentity),
        (who(""), "erasure", "", EmptyIdentity),
        (who("   "), "erasure", "", EmptyIdentity),
        (who("a\0b@example.com"), "erasure", "", NotReadable),
        (who(name="Ann"), "erasure", "", NameIsNotEnough),
        (who(ANN), "sell_everything", "", UnknownKind),
        (who(ANN), "erasure", "Narnia", UnknownCountry),
    ],
)
def test_what_cannot_be_a_request_leaves_nothing(
    claim: object, kind: str, residence: str, refusal: type[Exception]
) -> None:
    before = everything()
    with pytest.raises(refusal):
        receiving.receive_request(
            actor=AGENT,
            now=NOW,
            kind=kind,
            claim=claim,
            residence=residence,
            channel="desk",  # type: ignore[arg-type]
        )
    assert everything() == before


def test_who_only_reads_opens_nothing() -> None:
    with pytest.raises(NotYours):
        opened(email=ANN, actor=VIEWER)
    assert RightsRequest.objects.count() == 0


def test_verifying_records_how_and_starts_the_plan() -> None:
    number = verified(email=ANN)
    request = RightsRequest.objects.get(number=number)
    assert (request.verified_how, request.verified_by) == ("staff", "wei")
    assert facts("rights.verify_identity") == {"how": "staff", "reason_recorded": True}
    assert "rights.IdentityVerified" in events()
    assert Job.objects.get().workflow == "rights.prepare"
    assert "Passport" not in LedgerEntry.objects.filter(act="rights.verify_identity").latest("id").body


def test_an_identity_is_proven_once() -> None:
    number = verified(email=ANN)
    before = everything()
    with pytest.raises(WrongRequestState):
        proving.verify_identity(actor=AGENT, now=NOW, number=number, reason="Again")
    assert everything() == before


@pytest.mark.parametrize(
    ("actor", "reason", "refusal"), [(VIEWER, "Seen", NotYours), (AGENT, " ", ReasonMissing)]
)
def test_verifying_takes_the_role_and_a_reason(actor: object, reason: str, refusal: type[Exception]) -> None:
    number = opened(email=ANN)
    before = everything()
    with pytest.raises(refusal):
        proving.verify_identity(actor=actor, now=NOW, number=number, reason=reason)  # type: ignore[arg-type]
    assert everything() == before


def test_a_plan_is_kept_with_its_digest_and_asks_an_agent(shop: Company) -> None:
    number = planned(email=ANN)
    plan = queries.plan_view(batch_of(number))
    assert state(number) is State.PLANNED
    assert facts("rights.save_plan")["plan"] == plan.digest
    task = CaseTask.objects.get(case__number=number, key="decide")
    assert (task.role, task.barred) == ("agent", "")


def test_who_only_reads_prepares_no_plan(shop: Company) -> None:
    number = planned(email=ANN)
    with pytest.raises(NotYours):
        replan(number, VIEWER)


def test_the_first_approval_proposes_and_the_second_starts(shop: Company) -> None:
    number = planned(email=ANN)
    batch_id, digest = batch_of(number), queries.plan_view(batch_of(number)).digest
    first = deciding.accept_erasure(actor=AGENT, now=NOW, batch_id=batch_id, plan_digest=digest)
    assert first is ApprovalStep.FIRST
    task = CaseTask.objects.get(case__number=number, key="decide")
    assert (task.role, task.barred) == ("approver", "wei")
    assert not Job.objects.filter(workflow="rights.erase").exists()
    second = deciding.accept_erasure(actor=APPROVER, now=NOW, batch_id=batch_id, plan_digest=digest)
    assert second is ApprovalStep.SECOND
    assert state(number) is State.ACCEPTED
    assert Job.objects.get(workflow="rights.erase").args == {"batch_id": batch_id, "run": 1}
    assert facts("rights.accept_erasure") == {"plan": digest, "step": "second", "people": 1, "run": 1}
    assert "rights.ErasureAccepted" in events()


@pytest.mark.duty("M8.4")
def test_one_person_cannot_approve_alone_whichever_door_they_use(shop: Company) -> None:
    number = planned(email=ANN)
    batch_id, digest = batch_of(number), queries.plan_view(batch_of(number)).digest
    deciding.accept_erasure(actor=APPROVER, now=NOW, batch_id=batch_id, plan_digest=digest)
    before = everything()
    with pytest.raises(SamePersonApproves):
        deciding.accept_erasure(actor=APPROVER, now=NOW, batch_id=batch_id, plan_digest=digest)
    assert everything() == before


def test_an_agent_is_no_second_person_without_the_role(shop: Company) -> None:
    number = planned(email=ANN)
    batch_id, digest = batch_of(number), queries.plan_view(batch_of(number)).digest
    deciding.accept_erasure(actor=APPROVER, now=NOW, batch_id=batch_id, plan_digest=digest)
    for actor in (AGENT, VIEWER):
        with pytest.raises(NotAnApprover):
            deciding.accept_erasure(actor=actor, now=NOW, batch_id=batch_id, plan_digest=digest)


def test_a_second_approval_of_what_is_approved_starts_nothing_more(shop: Company) -> None:
    number = accepted(ANN)
    before = everything()
    with pytest.raises(WrongRequestState):
        deciding.accept_erasure(
            actor=SECOND_APPROVER,
            now=NOW,
            batch_id=batch_of(number),
            plan_digest=queries.plan_view(batch_of(number)).digest,
        )
    assert everything() == before


def test_a_plan_that_nobody_saw_cannot_be_approved(shop: Company) -> None:
    number = planned(email=ANN)
    with pytest.raises(PlanChanged):
        deciding.accept_erasure(actor=AGENT, now=NOW, batch_id=batch_of(number), plan_digest="0" * 64)
    unplanned = verified(email=BOB)
    with pytest.raises(PlanMissing):
        deciding.accept_erasure(actor=AGENT, now=NOW, batch_id=batch_of(unplanned), plan_digest="")


def test_a_changed_decision_takes_the_first_approval_back(shop: Company) -> None:
    number = planned(email=ANN)
    batch_id, digest = batch_of(number), queries.plan_view(batch_of(number)).digest
    deciding.accept_erasure(actor=AGENT, now=NOW, batch_id=batch_id, plan_digest=digest)
    deciding.decide_shared(
        actor=AGENT,
        now=NOW,
        batch_id=batch_id,
        table=TableRef("shop", "address"),
        choice=SharedChoice.KEEP,
    )
    with pytest.raises((PlanMissing, PlanChanged)):
        deciding.accept_erasure(actor=APPROVER, now=NOW, batch_id=batch_id, plan_digest=digest)


def test_a_plan_can_be_returned_to_its_preparer(shop: Company) -> None:
    number = planned(email=ANN)
    batch_id, digest = batch_of(number), queries.plan_view(batch_of(number)).digest
    deciding.accept_erasure(actor=AGENT, now=NOW, batch_id=batch_id, plan_digest=digest)
    deciding.return_plan(actor=APPROVER, now=NOW, batch_id=batch_id)
    assert facts("rights.return_plan") == {"returned_to": "wei"}
    assert queries.plan_view(batch_id).prepared_by == ""


@pytest.mark.parametrize("reached", ["received", "verified", "planned", "accepted"])
def test_a_request_can_be_withdrawn_until_it_is_carried_out(shop: Company, reached: str) -> None:
    make: dict[str, Callable[[], str]] = {
        "received": lambda: opened(email=ANN),
        "verified": lambda: verified(email=ANN),
        "planned": lambda: planned(email=ANN),
        "accepted": lambda: accepted(ANN),
    }
    number = make[reached]()
    deciding.cancel_request(actor=CUSTOMER, now=NOW, number=number)
    work()
    assert state(number) is State.CANCELLED
    assert facts("rights.cancel_request") == {"cancelled": True}
    assert shop.run("SELECT email FROM customer WHERE id = 1") == [(ANN,)]
    with pytest.raises(WrongRequestState):
        deciding.cancel_request(actor=CUSTOMER, now=NOW, number=number)


def test_what_was_carried_out_cannot_be_withdrawn_or_refused(shop: Company) -> None:
    number = erased(CLEO).number
    before = everything()
    with pytest.raises(WrongRequestState):
        deciding.cancel_request(actor=CUSTOMER, now=NOW, number=number)
    with pytest.raises(WrongRequestState):
        deciding.refuse_request(actor=APPROVER, now=NOW, number=number, reason="No", article="")
    assert everything() == before


def test_a_refusal_says_its_reason_and_ends_the_request() -> None:
    number = opened(email=ANN)
    deciding.refuse_request(actor=APPROVER, now=NOW, number=number, reason="Abusive", article="Art. 12(5)")
    view = queries.request_view(number)
    assert (view.state, view.outcome) == (State.REFUSED, "refused")
    assert view.kept == ({"reason": "Abusive", "article": "Art. 12(5)"},)
    assert facts("rights.refuse_request") == {"article": "Art. 12(5)", "answer": "letter_due"}


def test_unmasking_takes_a_reason_and_is_recorded_before_anything_is_shown() -> None:
    number = opened(email=ANN)
    with pytest.raises(ReasonMissing):
        revealing.reveal_person(actor=AGENT, now=NOW, number=number, reason="")
    with pytest.raises(NotYours):
        revealing.reveal_person(actor=VIEWER, now=NOW, number=number, reason="Curious")
    assert not LedgerEntry.objects.filter(act="rights.reveal_person").exists()
    assert revealing.reveal_person(actor=AGENT, now=NOW, number=number, reason="Call back").email == ANN
    assert facts("rights.reveal_person") == {"reason_given": True}


def test_an_outcome_of_a_source_is_recorded_once_a_run(shop: Company) -> None:
    number = erased(CLEO).number
    batch_id = batch_of(number)
    executing.record_source_outcome(now=NOW, batch_id=batch_id, run=1, source="shop", counts={})
    assert SourceOutcome.objects.filter(batch_id=batch_id).count() == 1
    assert SourceOutcome.objects.get(batch_id=batch_id).counts != {}


def test_a_request_has_one_outcome_however_often_it_is_finished(shop: Company) -> None:
    number = erased(CLEO).number
    before = RightsRequest.objects.filter(number=number).values().get()
    executing.finish_erasure(now=NOW, batch_id=batch_of(number), run=1, search={}, results=[], contacts={})
    assert RightsRequest.objects.filter(number=number).values().get() == before
    assert facts("rights.finish_erasure") == {"run": 1, "repeated": True}
    assert events().count("rights.ErasureVerified") == 1


# every act, with a ledger that breaks before or after it


def _steps(shop: Company) -> dict[str, Callable[[], object]]:
    """Return acts that are ready to run, each on a request of its own."""
    received, proven, ready = opened(email=ANN), verified(email=BOB), planned(email=CLEO)
    batch_id, digest = batch_of(ready), queries.plan_view(batch_of(ready)).digest
    second = planned(email=BOB)
    second_id, second_digest = batch_of(second), queries.plan_view(batch_of(second)).digest
    deciding.accept_erasure(actor=AGENT, now=NOW, batch_id=second_id, plan_digest=second_digest)
    running = planned("access", ANN)
    return {
        "receive": lambda: opened(email="new@example.com"),
        "verify": lambda: proving.verify_identity(actor=AGENT, now=NOW, number=received, reason="Seen"),
        "ask again": lambda: receiving.ask_code_again(actor=CUSTOMER, now=NOW, number=received),
        "plan": lambda: replan(proven),
        "propose": lambda: deciding.accept_erasure(
            actor=AGENT, now=NOW, batch_id=batch_id, plan_digest=digest
        ),
        "approve": lambda: deciding.accept_erasure(
            actor=APPROVER, now=NOW, batch_id=second_id, plan_digest=second_digest
        ),
        "return": lambda: deciding.return_plan(actor=APPROVER, now=NOW, batch_id=second_id),
        "decide": lambda: deciding.decide_shared(
            actor=AGENT,
            now=NOW,
            batch_id=batch_id,
            table=TableRef("shop", "address"),
            choice=SharedChoice.KEEP,
        ),
        "accept access": lambda: deciding.accept_access(actor=AGENT, now=NOW, batch_id=batch_of(running)),
        "refuse": lambda: deciding.refuse_request(
            actor=APPROVER, now=NOW, number=received, reason="No", article=""
        ),
        "cancel": lambda: deciding.cancel_request(actor=CUSTOMER, now=NOW, number=received),
        "reveal": lambda: revealing.reveal_person(actor=AGENT, now=NOW, number=received, reason="Call"),
    }


@pytest.mark.promise(28)
@pytest.mark.parametrize("timing", ["BEFORE", "AFTER"])
def test_an_act_is_undone_whole_when_the_ledger_refuses(shop: Company, timing: str) -> None:
    steps = _steps(shop)
    for name, step in steps.items():
        before = everything()
        _break_ledger(timing)
        try:
            with pytest.raises(Error):
                step()
        finally:
            _mend_ledger()
        assert everything() == before, name


def _break_ledger(timing: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TRIGGER broken {timing} INSERT ON ledger_ledgerentry "
            "BEGIN SELECT RAISE(ABORT, 'the ledger is broken'); END"
        )


def _mend_ledger() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER broken")


@pytest.mark.promise(28)
def test_nothing_is_erased_while_the_ledger_is_broken(shop: Company) -> None:
    accepted(ANN)
    _break_ledger("BEFORE")
    with pytest.raises(Error):
        work()
    _mend_ledger()
    assert shop.run("SELECT email FROM customer WHERE id = 1") == [(ANN,)]
