"""What is to be corrected, who decides it, and what came of it. The I/O stands in `correction_workflow.py`.

Source: GDPR Art. 16, 19; PIPL Art. 46; Cal. Civ. Code 1798.106; 11 CCR 7023; failure promise 16.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.conf import settings

from discreet.engines.subjects.corrections import Change, Choice
from discreet.engines.subjects.identity import Identity
from discreet.engines.subjects.validity import valid_value
from discreet.events.rights import CorrectionAccepted, CorrectionVerified, RequestsCompleted
from discreet.foundation.cases import actions as cases
from discreet.foundation.cases.actions import NewTask
from discreet.foundation.cases.bulk import close_many, languages_of, move_many, state_of_case
from discreet.foundation.jobs.api import publish, start
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, catalogue_facts, record
from discreet.foundation.mail.api import HeldContact, is_reachable, send
from discreet.mechanisms.rights.actions import answering, receiving
from discreet.mechanisms.rights.actions.batches import (
    PREPARABLE,
    load_batch,
    numbers_of,
    refuse_other_kinds,
    state_of,
    subject_of_batch,
)
from discreet.mechanisms.rights.actions.deciding import acts_for_another, ask_for_decision
from discreet.mechanisms.rights.actions.executing import destroy_batch_key
from discreet.mechanisms.rights.actions.receiving import (
    Received,
    drop_task,
    load_request,
    refuse_unless,
    refuse_unless_theirs,
)
from discreet.mechanisms.rights.correcting.queries import wish_of
from discreet.mechanisms.rights.correcting.rules import notice_is_due
from discreet.mechanisms.rights.correcting.wish import AAD, Wish, checked_changes
from discreet.mechanisms.rights.kinds import Kind, Way, way_of
from discreet.mechanisms.rights.models import Batch, RightsRequest
from discreet.mechanisms.rights.opening.asker import BY_THEMSELVES, Asking
from discreet.mechanisms.rights.refusals import (
    NotAnApprover,
    NotAPlace,
    NothingWouldChange,
    NotThisKind,
    OpenPlaces,
    PlanChanged,
    PlanMissing,
    SamePersonApproves,
    ShellActsForAnother,
    UnknownRequest,
    WrongRequestState,
)
from discreet.mechanisms.rights.rules import (
    TRANSITIONS,
    Answer,
    ApprovalStep,
    Outcome,
    State,
    erasure_approval,
)
from discreet.vocabulary.actors import SYSTEM, Actor, Role
from discreet.vocabulary.text import gettext_noop

TASK_NOTICE = gettext_noop(
    "Tell the person by letter or call, at the contact point held before, that a contact point changes"
)
TASK_WISH = gettext_noop("Write down what is wrong and what is right")
TASK_MEND = gettext_noop("Mend what the correction left, then look at the sources again")
MOST_NOTE = 2000


@act("rights.receive_correction")
def receive_correction(
    *,
    actor: Actor,
    now: datetime,
    claim: Identity,
    changes: Sequence[Change],
    note: str = "",
    residence: str = "",
    language: str = "en",
    channel: str,
    asking: Asking = BY_THEMSELVES,
) -> Received:
    """Record a request to correct, with what is wrong and what is right; the clocks start here.

    Raises:
        NothingToCorrect, TooManyChanges, NotValid: nothing is recorded; the person is told what to write.
        What `receiving.receive_request` raises.
    """
    checked = checked_changes(changes, country=residence, today=now.date())
    wish = Wish(changes=checked, note=note.strip()[:MOST_NOTE])
    received = receiving.receive_request(
        actor=actor,
        now=now,
        kind=Kind.RECTIFICATION.value,
        claim=claim,
        residence=residence,
        language=language,
        channel=channel,
        asking=replace(asking, wish=wish.to_bytes()),
    )
    facts = _said(checked)
    record(actor=actor, now=now, subject=f"request:{received.number}", facts=facts)
    return received


def _said(changes: Sequence[Change]) -> dict[str, Json]:
    """Return what may be recorded of a wish: which kinds of data, no value."""
    return {"categories": sorted({change.category for change in changes}), "fields": len(changes)}


@act("rights.set_wish")
def set_wish(*, actor: Actor, now: datetime, number: str, changes: Sequence[Change], note: str = "") -> None:
    """Keep, sealed, what is to be corrected. A plan made for something else is void.

    Raises:
        NotThisKind: the request is about something else.
        WrongRequestState: it was decided or has ended.
        NothingToCorrect, TooManyChanges, NotValid
    """
    refuse_unless_theirs(actor)
    request = load_request(number)
    if way_of(request.kind) is not Way.CORRECT:
        raise NotThisKind(number=number)
    state = State(state_of_case(number))
    if state is not State.RECEIVED and state not in PREPARABLE:
        raise WrongRequestState(number=number, state=state.value)
    checked = checked_changes(changes, country=request.residence, today=now.date())
    _seal(request, Wish(changes=checked, note=note.strip()[:MOST_NOTE]))
    batch = request.batch
    batch.plan_digest, batch.decisions = "", {}
    _set_proposer(batch, None)
    batch.save()
    drop_task(actor=actor, now=now, number=number, key="wish")
    record(actor=actor, now=now, subject=f"request:{number}", facts=_said(checked))
    if state in PREPARABLE:
        start("rights.prepare", key=f"{batch.pk}/wish/{now.timestamp():.6f}", args={"batch_id": batch.pk})


def _seal(request: RightsRequest, wish: Wish) -> None:
    request.wish_sealed = keys.seal(request.number, wish.to_bytes(), AAD)
    request.save(update_fields=["wish_sealed"])


@act("rights.ask_what")
def ask_what(*, now: datetime, number: str) -> None:
    """Put on an agent's desk a request that does not say yet what is to be corrected."""
    task = NewTask(
        key="wish", what=TASK_WISH, role=Role.AGENT, url_name="rights:correction", url_args=(number,)
    )
    cases.add_task(actor=SYSTEM, now=now, number=number, task=task)
    record(actor=SYSTEM, now=now, subject=f"request:{number}", facts={"asked": "wish"})


@act("rights.open_correction")
def open_correction(*, actor: Actor, now: datetime, number: str) -> None:
    """Record that somebody reads the old and new values, before they are opened."""
    if not actor.may(Role.APPROVER):
        refuse_unless(actor, Role.AGENT)
    load_request(number)
    record(actor=actor, now=now, subject=f"request:{number}", facts={"opened": "correction"})


@act("rights.decide_places")
def decide_places(
    *,
    actor: Actor,
    now: datetime,
    batch_id: int,
    choices: Mapping[str, Choice],
    own_values: Mapping[str, tuple[str, str]],
) -> None:
    """Choose, place by place, what is corrected and what is left. The plan is made again.

    `own_values`: by place its category and what a person wrote for this field alone.

    Raises:
        NotAPlace: one is not asked about in the plan as it is.
        NotValid: a value cannot stand in a field of its category.
    """
    refuse_unless(actor, Role.AGENT)
    batch = load_batch(batch_id)
    number, state = _only(batch), state_of(batch)
    if state not in PREPARABLE:
        raise WrongRequestState(number=number, state=state.value)
    asked = set(batch.plan_summary.get("places_asked", []))
    if not asked >= {*choices, *own_values}:
        raise NotAPlace
    request = load_request(number)
    written = {
        place: valid_value(category=category, text=text, country=request.residence, today=now.date())
        for place, (category, text) in own_values.items()
    }
    if written:
        _seal(request, wish_of(number).with_own_values(written))
    batch.decisions = {**batch.decisions, **{place: choice.value for place, choice in choices.items()}}
    batch.plan_digest = ""
    _set_proposer(batch, None)
    batch.save()
    facts: dict[str, Json] = {
        "corrected": sum(choice is Choice.CORRECT for choice in choices.values()),
        "left": sum(choice is Choice.LEAVE for choice in choices.values()),
        "written_by_hand": len(written),
    }
    record(actor=actor, now=now, subject=f"request:{number}", facts=facts)


@act("rights.accept_correction")
def accept_correction(
    *, actor: Actor, now: datetime, batch_id: int, plan_digest: str, contact: HeldContact | None
) -> ApprovalStep:
    """Approve the plan with this digest. The first approval proposes it, a second person's starts it.

    `contact`: where the person is reached as things stood before. Where a contact point changes, it is told
    before anything is written; where there is none, staff are.

    Raises:
        NotThisKind, NotAnApprover, SamePersonApproves, ShellActsForAnother, PlanMissing, PlanChanged,
        OpenPlaces, NothingWouldChange, WrongRequestState
    """
    if not (actor.may(Role.APPROVER) or actor.may(Role.AGENT)):
        raise NotAnApprover
    if acts_for_another(actor):
        raise ShellActsForAnother(shell_user=actor.shell_user[:32])
    batch = load_batch(batch_id)
    number = _only(batch)
    _refuse_undecidable(batch, number, plan_digest)
    step = erasure_approval(
        approver=actor.person,
        proposer=batch.planned_by,
        is_proposed=batch.is_proposed,
        may_approve=actor.may(Role.APPROVER),
    )
    if step is ApprovalStep.SAME_PERSON:
        raise SamePersonApproves
    if step is ApprovalStep.FIRST:
        _set_proposer(batch, actor)
        batch.is_proposed = True
        batch.save()
        ask_for_decision(batch, actor=actor, now=now, numbers=[number])
        facts = {"plan": plan_digest, "step": step.value}
        record(actor=actor, now=now, subject=f"request:{number}", facts=facts)
        return step
    if not actor.may(Role.APPROVER):
        raise NotAnApprover
    _start(batch, number, actor=actor, now=now, contact=contact)
    return step


def _only(batch: Batch) -> str:
    """Return the number of a correction, which is in a batch of its own.

    Raises:
        NotThisKind: of a batch of several; they are about something else.
        UnknownRequest: what was in the batch was reopened elsewhere.
    """
    numbers = numbers_of(batch)
    if not numbers:
        raise UnknownRequest(number=f"B-{batch.pk}")
    if len(numbers) > 1:
        raise NotThisKind(number=numbers[0])
    return numbers[0]


def _refuse_undecidable(batch: Batch, number: str, plan_digest: str) -> None:
    """Refuse where there is nothing to approve, or another plan than the one that was read."""
    refuse_other_kinds(batch, [number], Way.CORRECT)
    state, summary = state_of(batch), batch.plan_summary
    if not batch.plan_digest or state is State.VERIFIED:
        raise PlanMissing(number=number)
    if state is not State.PLANNED:
        raise WrongRequestState(number=number, state=state.value)
    if plan_digest != batch.plan_digest:
        raise PlanChanged
    if summary.get("places_open"):
        raise OpenPlaces(count=len(summary["places_open"]))
    if not summary.get("written"):
        raise NothingWouldChange


def _start(batch: Batch, number: str, *, actor: Actor, now: datetime, contact: HeldContact | None) -> None:
    """Take the plan as approved: tell the contact point held before, then have it carried out."""
    subject = f"request:{number}"
    batch.approved_by, batch.approved_at, batch.approved_shell = actor.person, now, actor.shell_user
    batch.run += 1
    batch.save()
    move_many(
        actor=actor, now=now, subject=subject, numbers=[number], to=State.ACCEPTED, transitions=TRANSITIONS
    )
    drop_task(actor=actor, now=now, number=number, key="decide")
    categories = batch.plan_summary["categories"]
    facts: dict[str, Json] = {
        "plan": batch.plan_digest,
        "step": ApprovalStep.SECOND.value,
        "run": batch.run,
        "notice": _tell_held_contact(number, now=now, contact=contact, categories=categories),
    }
    if actor.shell_user and actor.shell_user == batch.planned_shell:
        facts["both_by_shell_user"] = actor.shell_user
    record(actor=actor, now=now, subject=subject, facts=facts)
    publish(CorrectionAccepted(batch_id=batch.pk))
    start("rights.correct", key=f"{batch.pk}/{batch.run}", args={"batch_id": batch.pk, "run": batch.run})


def _tell_held_contact(
    number: str, *, now: datetime, contact: HeldContact | None, categories: Sequence[str]
) -> str:
    """Tell the contact point held before that one changes; return how."""
    if not notice_is_due(categories):
        return "none"
    if contact is not None and is_reachable(contact):
        send(
            actor=SYSTEM,
            now=now,
            to=contact,
            template_id="rights.contact_changes",
            params={"number": number, "link": f"{settings.DISCREET_BASE_URL}/privacy/"},
            language=dict(languages_of([number]))[number],
        )
        return "mail"
    task = NewTask(
        key="notice",
        what=TASK_NOTICE,
        role=Role.AGENT,
        url_name="rights:request",
        url_args=(number,),
        is_after_end=True,
    )
    cases.add_task(actor=SYSTEM, now=now, number=number, task=task)
    return "staff"


@act("rights.finish_correction")
def finish_correction(
    *,
    now: datetime,
    batch_id: int,
    run: int,
    outcome: Outcome,
    kept: Sequence[Mapping[str, Json]],
    search: dict[str, Json],
    facts: Mapping[str, Json],
    contact: HeldContact | None,
) -> None:
    """Say what came of it after every place was read again. The batch's key is destroyed with plan and values.

    Repeating it changes nothing: a request has one outcome.
    """
    batch = load_batch(batch_id)
    number = _only(batch)
    numbers = [number]
    state = state_of(batch, numbers)
    subject = subject_of_batch(batch, numbers)
    if state is State.DONE and batch.run == run:
        record(actor=SYSTEM, now=now, subject=subject, facts={"run": run, "repeated": True})
        return
    if state is not State.EXECUTING or batch.run != run:
        raise WrongRequestState(number=number, state=state.value)
    reachable = {number: contact} if contact is not None else {}
    answer = answering.ways_of(batch_id, reachable=reachable)[number]
    _keep_outcome(batch, number, now=now, outcome=outcome, answer=answer, kept=kept, search=search)
    close_many(
        actor=SYSTEM, now=now, subject=subject, numbers=numbers, state=State.DONE, transitions=TRANSITIONS
    )
    said: dict[str, Json] = {
        "outcome": outcome.value,
        "plan": batch.plan_digest,
        "kept": [dict(one) for one in kept],
        "search": search,
        "answer": answer.value,
        **facts,
    }
    record(actor=SYSTEM, now=now, subject=subject, facts=catalogue_facts(said))
    destroy_batch_key(batch)
    publish(CorrectionVerified(batch_id=batch.pk))
    publish(RequestsCompleted(numbers=(number,), outcomes=(outcome.value,)))
    if answer is Answer.LETTER_DUE:
        answering.ask_for_letters(actor=SYSTEM, now=now, numbers=numbers)
    elif answer is Answer.MAIL_DUE:
        start("rights.mail_answers", key=f"{batch.pk}/{now.timestamp():.6f}", args={"batch_id": batch.pk})
    if outcome is Outcome.INCOMPLETE:
        _ask_to_mend(number, now=now)


def _keep_outcome(
    batch: Batch,
    number: str,
    *,
    now: datetime,
    outcome: Outcome,
    answer: Answer,
    kept: Sequence[Mapping[str, Json]],
    search: dict[str, Json],
) -> None:
    """Keep what came of it, and forget old and new values."""
    request = load_request(number)
    request.outcome, request.completed_at, request.answer = outcome.value, now, answer.value
    request.kept, request.roots_sealed, request.wish_sealed = [dict(one) for one in kept], None, None
    request.save()
    batch.search_summary, batch.finished_at = search, now
    batch.plan_sealed = batch.witness_sealed = batch.capture_sealed = None
    batch.decisions = {}
    batch.save()


def _ask_to_mend(number: str, *, now: datetime) -> None:
    task = NewTask(
        key="left",
        what=TASK_MEND,
        role=Role.AGENT,
        url_name="rights:request",
        url_args=(number,),
        is_after_end=True,
    )
    cases.add_task(actor=SYSTEM, now=now, number=number, task=task)


def _set_proposer(batch: Batch, actor: Actor | None) -> None:
    """Note who makes the plan theirs; nobody: it needs a first decision again."""
    batch.planned_by = actor.person if actor else ""
    batch.planned_shell = actor.shell_user if actor else ""
    batch.is_proposed = False
