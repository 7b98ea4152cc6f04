"""Choices whose identity is proven: they stand, and the person is told.

Source: GDPR Art. 7(3), 12(3), 18, 21(3); PIPL Art. 15, 44, 50.
"""

from datetime import datetime

from discreet.events.rights import RequestsCompleted
from discreet.foundation.jobs.api import publish
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import record
from discreet.foundation.permission.actions import choosing
from discreet.foundation.permission.queries import undecided
from discreet.foundation.permission.rules import Channel
from discreet.foundation.permission.said import Source
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.actions import answering, objecting
from discreet.mechanisms.rights.actions.standing import begin_telling, end_applied, said_by
from discreet.mechanisms.rights.kinds import Way, way_of
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.refusals import NotThisKind
from discreet.mechanisms.rights.rules import CHOICES, Answer, Outcome, has_page, way_of_answer
from discreet.vocabulary.actors import Actor

AT_ONCE = 1000


@act("rights.apply_choices")
def apply_choices(*, actor: Actor, now: datetime, batch_id: int) -> int:
    """Let stand what the proven requests of a batch chose, and end them, some at a time; return how many.

    Repeating it changes nothing: what has ended is left, and so is an objection that stands and is decided on.

    Raises:
        NotThisKind: the batch asks for something else.
    """
    found = RightsRequest.objects.select_for_update().filter(
        batch_id=batch_id, verified_at__isnull=False, completed_at__isnull=True, choice_ref=""
    )
    requests = list(found.order_by("position", "pk")[:AT_ONCE])
    subject = f"batch:{batch_id}"
    if not requests:
        record(actor=actor, now=now, subject=subject, facts={"applied": 0})
        return 0
    if way_of(requests[0].kind) is not Way.STAND:
        raise NotThisKind(number=requests[0].number)
    claims = queries.claims_of_many([one.number for one in requests])
    said = said_by((one, claim, one.residence) for one, claim in zip(requests, claims, strict=True))
    kept = choosing.choose_some(
        actor=actor, now=now, said=said, source=Source(Channel.REQUEST, f"B-{batch_id}")
    )
    undecided_refs = undecided(one.ref for one in kept)
    waiting = {
        one.number: chosen.ref
        for one, chosen in zip(requests, kept, strict=True)
        if chosen.ref in undecided_refs
    }
    objecting.leave_open(actor=actor, now=now, batch_id=batch_id, refs=waiting)
    answers = {
        one.number: way_of_answer(
            is_reachable=False, has_page=has_page(channel=one.channel, requester=one.requester)
        )
        for one in requests
        if one.number not in waiting
    }
    if answers:
        _end(actor=actor, now=now, batch_id=batch_id, answers=answers)
    elif waiting:
        begin_telling(batch_id, kind=requests[0].kind, first=requests[0].number)
    record(actor=actor, now=now, subject=subject, facts={"applied": len(requests), "undecided": len(waiting)})
    return len(requests)


def _end(*, actor: Actor, now: datetime, batch_id: int, answers: dict[str, Answer]) -> None:
    end_applied(actor=actor, now=now, batch_id=batch_id, answers=answers, transitions=CHOICES)
    publish(RequestsCompleted(numbers=tuple(answers), outcomes=(Outcome.APPLIED.value,) * len(answers)))
    by_letter = [number for number, answer in answers.items() if answer is Answer.LETTER_DUE]
    answering.ask_for_letters(actor=actor, now=now, numbers=by_letter)
