"""Objections on which the company still decides: the use has stopped, and the request stays open until it does.

Source: GDPR Art. 12(3), 12(4), 18(1)(d), 21(1). An objection to marketing is final and never stands here: Art. 21(3).
"""

from collections.abc import Mapping
from datetime import datetime

from discreet.events.rights import RequestsCompleted
from discreet.foundation.cases.bulk import close_many, move_many
from discreet.foundation.jobs.api import publish
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import record
from discreet.foundation.permission.actions import ending, informing
from discreet.mechanisms.rights.actions import answering
from discreet.mechanisms.rights.actions.bulk import update_each
from discreet.mechanisms.rights.models import Batch, RightsRequest
from discreet.mechanisms.rights.rules import (
    UNDECIDED,
    Answer,
    Outcome,
    State,
    has_page,
    way_of_answer,
)
from discreet.vocabulary.actors import SYSTEM, Actor


def leave_open(*, actor: Actor, now: datetime, batch_id: int, refs: Mapping[str, str]) -> None:
    """Let requests wait for the decision on their choice, and put it on a desk; the running act calls this.

    `refs`: the choice by the request's number.
    """
    if not refs:
        return
    update_each(("choice_ref",), {number: (ref,) for number, ref in refs.items()})
    numbers = list(refs)
    subject = f"request:{numbers[0]}" if len(numbers) == 1 else f"batch:{batch_id}"
    move_many(actor=actor, now=now, subject=subject, numbers=numbers, to=State.PLANNED, transitions=UNDECIDED)
    due = dict(RightsRequest.objects.filter(number__in=numbers).values_list("number", "due_at"))
    for number, ref in refs.items():
        informing.ask_to_decide(number=number, ref=ref, due_at=due[number], now=now)


def is_awaited(choice_ref: str) -> bool:
    """Say whether a request waits for the decision on this choice."""
    return RightsRequest.objects.filter(choice_ref=choice_ref, completed_at__isnull=True).exists()


@act("rights.end_decided")
def end_decided(*, now: datetime, choice_ref: str, is_upheld: bool, mailed: str) -> None:
    """End the requests that waited for this decision. `mailed`: the one whose person a mail has told of it.

    Whoever was not upheld is told in person: where no mail went, by letter. Repeating it changes nothing.
    """
    waiting = RightsRequest.objects.select_for_update().filter(
        choice_ref=choice_ref, completed_at__isnull=True
    )
    requests = list(waiting.order_by("pk"))
    outcome, state = (Outcome.APPLIED, State.DONE) if is_upheld else (Outcome.REFUSED, State.REFUSED)
    for request in requests:
        request.answer = _answer(request, is_upheld=is_upheld, is_mailed=request.number == mailed).value
        request.outcome, request.completed_at = outcome.value, now
        request.save(update_fields=["answer", "outcome", "completed_at"])
        number, subject = request.number, f"request:{request.number}"
        close_many(
            actor=SYSTEM, now=now, subject=subject, numbers=[number], state=state, transitions=UNDECIDED
        )
        if request.answer == Answer.LETTER_DUE:
            answering.ask_for_letters(actor=SYSTEM, now=now, numbers=[number])
        facts = {"outcome": outcome.value, "answer": request.answer}
        record(actor=SYSTEM, now=now, subject=subject, facts=facts)
        _forget_key(request.batch_id)
    if requests:
        numbers = tuple(request.number for request in requests)
        publish(RequestsCompleted(numbers=numbers, outcomes=(outcome.value,) * len(numbers)))
    record(actor=SYSTEM, now=now, subject=f"choice:{choice_ref}", facts={"ended": len(requests)})


def take_back(request: RightsRequest, *, actor: Actor, now: datetime) -> None:
    """End the objection of a request that is withdrawn, unless another request waits for it; the act calls this."""
    if not request.choice_ref or request.completed_at is not None:
        return
    others = RightsRequest.objects.filter(choice_ref=request.choice_ref, completed_at__isnull=True)
    if not others.exclude(pk=request.pk).exists():
        ending.withdraw_objection(actor=actor, now=now, ref=request.choice_ref)


def _answer(request: RightsRequest, *, is_upheld: bool, is_mailed: bool) -> Answer:
    if is_mailed:
        return Answer.MAIL
    is_read = has_page(channel=request.channel, requester=request.requester)
    return way_of_answer(is_reachable=False, has_page=is_read and is_upheld)


def _forget_key(batch_id: int) -> None:
    batch = Batch.objects.get(pk=batch_id)
    if not batch.to_receive and not batch.requests.filter(completed_at__isnull=True).exists():
        keys.destroy_case_key(batch.key_id)
