"""What happens beside or after an answer: the same request twice, an appeal, and looking at it again.

Source: GDPR Art. 12(4); PIPL Art. 50; EDPB Guidelines 01/2022 (a repeated request is no new one while one is open).
"""

from datetime import datetime

from discreet.events.rights import RequestAppealed, RequestEnded, RequestReopened, RequestsCompleted
from discreet.foundation.cases import actions as cases
from discreet.foundation.cases.bulk import state_of_case
from discreet.foundation.jobs.api import publish, start
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, record
from discreet.foundation.rulepacks.clocks import strictest
from discreet.mechanisms.rights.actions import answering, asking_appeal, informing, place_files
from discreet.mechanisms.rights.actions.receiving import (
    ask_for_paper,
    drop_task,
    facts_of,
    load_request,
    new_batch,
    refuse_unless,
    refuse_unless_theirs,
)
from discreet.mechanisms.rights.course.clocks import clocks_for
from discreet.mechanisms.rights.course.history import deciders_of, was_chosen_by_staff
from discreet.mechanisms.rights.kinds import Kind
from discreet.mechanisms.rights.listing import open_of_the_same_person
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.opening.identity import is_duplicate_of
from discreet.mechanisms.rights.refusals import (
    AppealTooLate,
    NotADuplicate,
    SamePersonDecides,
    WhyMissing,
    WrongRequestState,
)
from discreet.mechanisms.rights.rules import (
    APPEAL_DAYS,
    TRANSITIONS,
    Answer,
    Outcome,
    State,
    has_page,
    may_appeal,
    way_of_answer,
)
from discreet.vocabulary.actors import Actor, Role

MOST = 2000


@act("rights.mark_duplicate")
def mark_duplicate(*, actor: Actor, now: datetime, number: str, of: str) -> None:
    """End a request as a duplicate of an earlier one of the same person, which goes on. Both are proven.

    Raises:
        NotYours, UnknownRequest, WrongRequestState
        NotADuplicate: another right, another person, an unproven one, or one that has ended.
    """
    refuse_unless(actor, Role.AGENT)
    request, other = load_request(number), load_request(of)
    state = State(state_of_case(number))
    same_person = open_of_the_same_person(number, since=min(request.received_at, other.received_at))
    is_one = is_duplicate_of(
        kind=request.kind,
        other_kind=other.kind,
        is_verified=request.verified_at is not None,
        other_is_verified=other.verified_at is not None,
    )
    if (
        (other.received_at, other.pk) >= (request.received_at, request.pk)
        or not is_one
        or of not in same_person
        or other.duplicate_of
        or request.choice_ref != other.choice_ref  # it objects to something else, on which is decided
        or request.batch.requests.count() > 1
    ):
        raise NotADuplicate(number=number, other=of[:16])
    if State.DUPLICATE not in TRANSITIONS[state]:
        raise WrongRequestState(number=number, state=state.value)
    request.duplicate_of, request.completed_at = of, now
    answer = _say(request, informing.DUPLICATE, now=now)
    request.save(update_fields=["duplicate_of", "completed_at", "answer"])
    cases.close(actor=actor, now=now, number=number, state=State.DUPLICATE, transitions=TRANSITIONS)
    if answer is Answer.LETTER_DUE:
        answering.ask_for_letters(actor=actor, now=now, numbers=[number])
    keys.destroy_case_key(request.batch.key_id)
    record(actor=actor, now=now, subject=f"request:{number}", facts={"duplicate_of": of})
    publish(RequestEnded(number=number))
    publish(RequestsCompleted(numbers=(number,), outcomes=(State.DUPLICATE.value,)))


@act("rights.appeal")
def appeal(*, actor: Actor, now: datetime, number: str, words: str) -> None:
    """Note that the person does not accept the answer; somebody who did not decide looks at it.

    Raises:
        NotYours, UnknownRequest
        WhyMissing: the person does not say what is wrong.
        AppealTooLate: it was answered too long ago, appealed before, or has no answer yet.
        SamePersonDecides: whoever decided notes no appeal against it.
    """
    refuse_unless_theirs(actor)
    if not words.strip():
        raise WhyMissing
    request = load_request(number)
    state = State(state_of_case(number))
    if not may_appeal(
        state=state, completed_at=request.completed_at, appealed_at=request.appealed_at, now=now
    ):
        raise AppealTooLate(number=number, days=APPEAL_DAYS)
    if actor.person in deciders_of(number, request.batch_id):  # the only appeal there is: it is the person's
        raise SamePersonDecides
    cases.reopen(
        actor=actor,
        now=now,
        number=number,
        state=State.APPEALED,
        transitions=TRANSITIONS,
        keeps_clocks_met=True,
    )
    request.appealed_at = now
    request.appeal_sealed = keys.seal(number, words.strip()[:MOST].encode(), "appeal")
    request.save(update_fields=["appealed_at", "appeal_sealed"])
    asking_appeal.ask_for_another_look(now=now, number=number, batch_id=request.batch_id)
    record(actor=actor, now=now, subject=f"request:{number}", facts={"from": state.value})
    publish(RequestAppealed(number=number))


@act("rights.take_back_appeal")
def take_back_appeal(*, actor: Actor, now: datetime, number: str) -> None:
    """Let the answer stand because the person takes the appeal back; they may appeal again while the time runs.

    Raises:
        NotYours, UnknownRequest, WrongRequestState
        SamePersonDecides: whoever decided ends no appeal against it.
    """
    refuse_unless_theirs(actor)
    request = load_request(number)
    if actor.person in deciders_of(number, request.batch_id):
        raise SamePersonDecides
    state = State(state_of_case(number))
    if state is not State.APPEALED:
        raise WrongRequestState(number=number, state=state.value)
    request.appealed_at, request.appeal_sealed = None, None
    request.save(update_fields=["appealed_at", "appeal_sealed"])
    target = State.REFUSED if request.outcome == Outcome.REFUSED else State.DONE
    cases.close(actor=actor, now=now, number=number, state=target, transitions=TRANSITIONS)
    record(actor=actor, now=now, subject=f"request:{number}", facts={"appeal": "taken back"})
    publish(RequestsCompleted(numbers=(number,), outcomes=(request.outcome,)))


@act("rights.dismiss_appeal")
def dismiss_appeal(*, actor: Actor, now: datetime, number: str, reason: str) -> None:
    """Let the answer stand, with a reason that the person reads.

    Raises:
        NotAnApprover, SamePersonDecides, WhyMissing, WrongRequestState
    """
    request = _appealed(actor, now, number, reason)
    is_refused = request.outcome == Outcome.REFUSED
    answer = _say(request, informing.DISMISSED, now=now)
    _keep_reason(request, reason)
    request.save(update_fields=["appeal_answer_sealed", "answer"])
    target = State.REFUSED if is_refused else State.DONE
    cases.close(actor=actor, now=now, number=number, state=target, transitions=TRANSITIONS)
    if answer is Answer.LETTER_DUE:
        answering.ask_for_letters(actor=actor, now=now, numbers=[number])
    record(actor=actor, now=now, subject=f"request:{number}", facts={"appeal": "dismissed"})
    publish(RequestsCompleted(numbers=(number,), outcomes=(request.outcome,)))


@act("rights.reopen_request")
def reopen_request(*, actor: Actor, now: datetime, number: str, reason: str) -> None:
    """Take the answer back and begin anew: proof of identity stands, plan and both decisions are made again.

    The clocks of the laws start again with this day. Who was found stays found. Where the first round took the
    rows, the person is looked for afresh; not where staff had chosen among several, for those who are left then are
    the others. Places that no program reads are asked anew.

    Raises:
        NotAnApprover, SamePersonDecides, WhyMissing, WrongRequestState
    """
    request = _appealed(actor, now, number, reason)
    old = request.batch
    request.batch, request.position = new_batch(Kind(request.kind)), 0
    request.outcome, request.answer, request.kept, request.told = "", "", [], []
    request.completed_at = request.letter_sent_at = None
    request.choice_ref = ""
    request.reopened_at, request.justification = now, ""
    request.extended_at, request.extension_sealed = None, None
    request.package_token_hash, request.package_expires_at = "", None
    if request.roots_sealed is None:  # the first round forgot them: it erased or corrected the rows
        request.candidate_count = 0 if was_chosen_by_staff(number) else None
    place_files.ask_places_anew(request)
    _keep_reason(request, reason)
    target = State.VERIFIED if request.verified_at is not None else State.RECEIVED
    clocks = clocks_for(request.kind, residence=request.residence, received_at=now)
    answer = strictest(clocks)
    request.due_at = answer.due_at if answer else None
    request.save()
    cases.restart_clocks(actor=actor, now=now, number=number, clocks=facts_of(clocks))
    cases.move(actor=actor, now=now, number=number, to=target, transitions=TRANSITIONS)
    facts: dict[str, Json] = {"reopened": True, "from_batch": f"B-{old.pk}", "batch": f"B-{request.batch.pk}"}
    record(actor=actor, now=now, subject=f"request:{number}", facts=facts)
    if not informing.tell(request, informing.REOPENED, now=now) and not _has_page(request):
        informing.ask_to_write(request, key="tell-reopened", what=informing.TASK_REOPENED, now=now)
    publish(RequestReopened(number=number))
    if request.authorised_at is None:
        ask_for_paper(now=now, number=number, kind=request.kind, requester=request.requester)
    if target is State.VERIFIED:
        start("rights.prepare", key=f"{request.batch.pk}", args={"batch_id": request.batch.pk})


def _say(request: RightsRequest, template: str, *, now: datetime) -> Answer:
    """Tell the person by the way there is, and note it on the request, which the caller saves."""
    if informing.tell(request, template, now=now):
        answer = Answer.MAIL
    else:
        answer = way_of_answer(is_reachable=False, has_page=_has_page(request))
    request.answer = answer.value
    return answer


def _has_page(request: RightsRequest) -> bool:
    """Say whether whoever was answered has a page; who is not proven reads it where they asked."""
    is_unproven = request.channel == "centre" and request.verified_at is None
    return is_unproven or has_page(channel=request.channel, requester=request.requester)


def _keep_reason(request: RightsRequest, reason: str) -> None:
    request.appeal_answer_sealed = keys.seal(request.number, reason.strip()[:MOST].encode(), "appeal-answer")


def _appealed(actor: Actor, now: datetime, number: str, reason: str) -> RightsRequest:
    if not actor.may(Role.APPROVER):
        refuse_unless(actor, Role.ADMINISTRATOR)
    if not reason.strip():
        raise WhyMissing
    request = load_request(number)
    state = State(state_of_case(number))
    if state is not State.APPEALED:
        raise WrongRequestState(number=number, state=state.value)
    if actor.person in deciders_of(number, request.batch_id):
        raise SamePersonDecides
    drop_task(actor=actor, now=now, number=number, key="appeal")
    return request
