"""The outcome of a request to know."""

from collections.abc import Sequence
from datetime import datetime

from discreet.events.rights import AccessDelivered, RequestsCompleted
from discreet.foundation.cases.bulk import close_many, state_of_case
from discreet.foundation.jobs.api import publish, start
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, catalogue_facts, record
from discreet.mechanisms.rights.actions import answering, held_answers
from discreet.mechanisms.rights.actions.batches import load_batch
from discreet.mechanisms.rights.actions.executing import destroy_batch_key
from discreet.mechanisms.rights.actions.receiving import load_request
from discreet.mechanisms.rights.kinds import Way, way_of
from discreet.mechanisms.rights.refusals import NotThisKind, WrongRequestState
from discreet.mechanisms.rights.rules import TRANSITIONS, Answer, Outcome, State, has_page, way_of_answer
from discreet.vocabulary.actors import SYSTEM


@act("rights.finish_telling")
def finish_telling(
    *,
    now: datetime,
    batch_id: int,
    run: int,
    number: str,
    told: Sequence[dict[str, Json]],
    not_covered: Sequence[dict[str, Json]],
    is_reachable: bool,
    seen: str = "",
) -> None:
    """Answer with the categories that are held. Repeating it changes nothing.

    Raises:
        WrongRequestState: it was withdrawn or sent back meanwhile.
    """
    batch, request = load_batch(batch_id), load_request(number)
    subject = f"request:{number}"
    if request.completed_at is not None:
        record(actor=SYSTEM, now=now, subject=subject, facts={"run": run, "repeated": True})
        return
    state = State(state_of_case(number))  # of the very request: others of its batch may be further
    if way_of(batch.kind) is not Way.TELL:
        raise NotThisKind(number=number)
    if state is not State.ACCEPTED or request.batch_id != batch_id or batch.run != run:
        raise WrongRequestState(number=number, state=state.value)
    if seen:
        held_answers.mark_held(request, seen=seen, now=now)
    answer = way_of_answer(
        is_reachable=is_reachable and not seen,
        has_page=has_page(channel=request.channel, requester=request.requester) and not seen,
    )
    request.outcome, request.completed_at = Outcome.TOLD.value, now
    request.answer, request.told = answer.value, list(told)
    request.save(update_fields=["outcome", "completed_at", "answer", "told"])
    close_many(
        actor=SYSTEM, now=now, subject=subject, numbers=[number], state=State.DONE, transitions=TRANSITIONS
    )
    facts: dict[str, Json] = {
        "outcome": Outcome.TOLD.value,
        "answer": answer.value,
        "categories": [one["category"] for one in told],
        "not_covered": list(not_covered),
        "run": run,
    }
    record(actor=SYSTEM, now=now, subject=subject, facts=catalogue_facts(facts))
    if not batch.requests.filter(completed_at__isnull=True).exists():
        destroy_batch_key(batch)
    publish(AccessDelivered(number=number))
    publish(RequestsCompleted(numbers=(number,), outcomes=(Outcome.TOLD.value,)))
    if answer is Answer.LETTER_DUE:
        answering.ask_for_letters(actor=SYSTEM, now=now, numbers=[number])
    elif answer is Answer.MAIL_DUE:
        start("rights.mail_answers", key=f"{batch_id}/{number}", args={"batch_id": batch_id})
