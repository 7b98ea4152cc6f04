"""Forms that come at the same moment share a transaction; each request is as if it had come alone."""

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from discreet.engines.subjects.identity import Identity
from discreet.foundation.cases.models import Case, CaseClock
from discreet.foundation.cases.queries import get_by_token
from discreet.foundation.centre import form_guard, limits
from discreet.foundation.centre.models import LimitWindow
from discreet.foundation.centre.models import SentForm as KeptForm
from discreet.foundation.centre.refusals import TooManyForMailbox
from discreet.foundation.centre.rules import MAILBOX_FORMS
from discreet.foundation.jobs.models import Job, OutboxEvent
from discreet.foundation.keys.models import CaseKey
from discreet.foundation.ledger.models import LedgerEntry
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.actions import receiving, sent_forms
from discreet.mechanisms.rights.actions.sent_forms import (
    CUSTOMER,
    SentForm,
    Taken,
    receive_form,
    receive_forms,
)
from discreet.mechanisms.rights.kinds import Kind
from discreet.mechanisms.rights.models import Batch, RightsRequest
from discreet.mechanisms.rights.opening.asker import BY_THEMSELVES, Asking, who_asks
from discreet.mechanisms.rights.refusals import NotAnEmail
from discreet.vocabulary.errors import Refused

pytestmark = [pytest.mark.duty("M8.1", "M8.3"), pytest.mark.promise(3)]
NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
ONE_OF_A_KIND = {"id", "number", "key_id", "batch", "batch_id", "case", "case_id", "subject", "opened_at"}


@pytest.fixture(autouse=True)
def nobody_is_over() -> None:
    limits.forget_remembered()


def sent(name: str, **changed: Any) -> SentForm:
    form = SentForm(
        form_id=form_guard.bound("f_1", name),
        kind=Kind.ERASURE,
        claim=Identity(email=f"{name}@example.com"),
        residence="US-CA",
        language="zh-hans",
        asking=BY_THEMSELVES,
        uses=((MAILBOX_FORMS, f"{name}@example.com"),),
        received_at=NOW,
    )
    return replace(form, **changed)


def numbers(outcomes: Sequence[Taken | Refused]) -> list[str]:
    return [one.number for one in outcomes if isinstance(one, Taken)]


def writes(captured: CaptureQueriesContext) -> list[str]:
    return [one["sql"] for one in captured if one["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]


def columns(row: Any) -> dict[str, object]:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {
        name: value
        for name, value in values.items()
        if name not in ONE_OF_A_KIND and not name.endswith(("_sealed", "_digest"))
    }


def said_of(number: str) -> list[tuple[str, str]]:
    entries = LedgerEntry.objects.filter(subject=f"request:{number}").order_by("id")
    return [(entry.act, entry.body.split('"facts":')[1].split('"nonce"')[0]) for entry in entries]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "residence", "asking"),
    [
        (Kind.ERASURE, "US-CA", BY_THEMSELVES),
        (Kind.ACCESS, "DE", Asking(requester="agent", who=who_asks(name="Zoe", contact="zoe@example.com"))),
        (Kind.OBJECTION, "CN", Asking(scope="marketing", wish="为什么".encode())),
        (Kind.KNOW, "", BY_THEMSELVES),
    ],
)
def test_a_form_becomes_what_a_request_that_came_alone_becomes(
    kind: Kind, residence: str, asking: Asking
) -> None:
    """Case, clocks, request, batch, evidence, event and job: all but what tells the two apart is alike."""
    alone = receiving.receive_request(
        actor=CUSTOMER, now=NOW, kind=kind.value, claim=Identity(email="a@example.com", phone="+41446681800"),
        residence=residence, language="zh-hans", channel="centre", asking=asking,
    )  # fmt: skip
    together = receive_form(
        sent(
            "a", kind=kind, claim=Identity(email="a@example.com", phone="+41446681800"), residence=residence,
            asking=asking,
        )
    )  # fmt: skip
    rows = [RightsRequest.objects.get(number=one.number) for one in (alone, together)]
    assert columns(rows[0]) == columns(rows[1])
    assert rows[0].email_digest == rows[1].email_digest and rows[0].phone_digest == rows[1].phone_digest
    assert columns(rows[0].batch) == columns(rows[1].batch) and rows[0].batch_id != rows[1].batch_id
    cases = [Case.objects.get(number=one.number) for one in (alone, together)]
    kept, other = columns(cases[0]), columns(cases[1])
    assert kept.pop("version") and other.pop("version") and kept == other
    clocks = [
        [columns(one) for one in CaseClock.objects.filter(case=case).order_by("rule_id")] for case in cases
    ]
    assert clocks[0] == clocks[1] and clocks[0]
    assert said_of(alone.number) == said_of(together.number)
    assert queries.claim_of(alone.number) == queries.claim_of(together.number)
    for number in (alone.number, together.number):
        assert Job.objects.get(key=f"rights.locate:{number}").args == {"number": number}
        assert OutboxEvent.objects.get(body__contains=number).name == "rights.RequestReceived"
    assert get_by_token(together.public_token).row.number == together.number


@pytest.mark.django_db
def test_several_are_one_transaction_and_each_is_a_request_with_a_key_of_its_own() -> None:
    forms = [sent(f"p{number}", received_at=NOW - timedelta(seconds=number)) for number in range(5)]
    receive_forms([sent("first")])  # makes the company's keys
    with CaptureQueriesContext(connection) as first:
        receive_forms([sent("before")])
    with CaptureQueriesContext(connection) as several:
        outcomes = receive_forms(forms)
    assert len(writes(several)) == len(writes(first)), "no statement is made for each"
    assert len(set(numbers(outcomes))) == 5
    for form, outcome in zip(forms, outcomes, strict=True):
        assert isinstance(outcome, Taken)
        row = RightsRequest.objects.get(number=outcome.number)
        assert queries.claim_of(outcome.number) == form.claim
        assert row.received_at == form.received_at, (
            "the clock starts when the form came, not when the turn did"
        )
    keys = {*numbers(outcomes), *Batch.objects.values_list("key_id", flat=True)}
    assert CaseKey.objects.filter(case_id__in=keys).count() == len(keys) == 5 + 7


@pytest.mark.django_db
def test_a_double_click_within_one_turn_is_one_request() -> None:
    outcomes = receive_forms([sent("ann"), sent("ben"), sent("ann")])
    first, second, again = (one for one in outcomes if isinstance(one, Taken))
    assert (again.number, again.public_token) == (first.number, "") and second.number != first.number
    (later,) = receive_forms([sent("ann")])
    assert later == Taken(number=first.number, public_token="")
    assert RightsRequest.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.promise(16)
def test_many_for_one_victim_end_at_the_mailbox_s_limit_and_cost_others_nothing() -> None:
    """A flood of unverified requests that name a victim: five a day, however many come at once."""
    victim = ((MAILBOX_FORMS, "victim@example.com"),)
    flood = [sent("victim", form_id=form_guard.bound("f", str(one)), uses=victim) for one in range(9)]
    outcomes = receive_forms([*flood[:4], sent("other"), *flood[4:]])
    assert len(numbers(outcomes)) == MAILBOX_FORMS.count + 1 == RightsRequest.objects.count()
    assert [isinstance(one, TooManyForMailbox) for one in outcomes] == [False] * 6 + [True] * 4
    with CaptureQueriesContext(connection) as asked, pytest.raises(TooManyForMailbox):
        receive_form(flood[8])
    assert len(asked) == 0


@pytest.mark.django_db
def test_what_cannot_be_read_is_refused_before_anything_is_written_or_counted() -> None:
    with pytest.raises(NotAnEmail):
        receive_form(sent("a", claim=Identity(email="not an address")))
    assert not LimitWindow.objects.exists() and not KeptForm.objects.exists() and not Case.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "table", ["rights_rightsrequest", "jobs_job", "centre_sentform", "ledger_waitingentry"]
)
def test_a_write_that_fails_leaves_nothing_of_the_whole_turn(table: str) -> None:
    """Whatever write fails, no form is half received: neither row, nor number, nor evidence, nor count."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TRIGGER broken BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'disk'); END"
        )
    with pytest.raises(DatabaseError):
        receive_forms([sent("ann"), sent("ben")])
    for model in (Case, RightsRequest, Batch, CaseKey, Job, OutboxEvent, KeptForm, LimitWindow, LedgerEntry):
        assert not model._default_manager.exists(), model
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER broken")
    assert numbers(receive_forms([sent("ann")])) == ["R-1001"]


@pytest.mark.django_db(transaction=True)
def test_forms_from_many_threads_are_each_received_once() -> None:
    barrier, taken = threading.Barrier(12), list[str]()

    def run(number: int) -> None:
        barrier.wait()
        taken.append(receive_form(sent(f"p{number // 2}")).number)  # each is sent twice
        connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(Counter(taken).values()) == [2] * 6
    assert RightsRequest.objects.count() == Case.objects.count() == KeptForm.objects.count() == 6


@pytest.mark.django_db(transaction=True)
def test_a_form_that_another_process_took_meanwhile_is_found_and_not_made_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (first,) = receive_forms([sent("ann")])
    monkeypatch.setattr(sent_forms.form_guard, "results_of", _blind_at_first(form_guard.results_of))
    (again,) = receive_forms([sent("ann")])
    assert isinstance(first, Taken) and again == Taken(number=first.number, public_token="")
    assert RightsRequest.objects.count() == Case.objects.count() == 1


def _blind_at_first(found: Any) -> Any:
    """Return a look that finds nothing the first time: the other process has not committed yet."""
    looks: list[int] = []

    def look(form_ids: Any) -> dict[str, str]:
        looks.append(1)
        return {} if len(looks) == 1 else found(form_ids)

    return look
