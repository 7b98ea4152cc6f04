"""Plan, decide, approve, refuse, cancel. Approval binds to the plan's digest.

Source: DESIGN.md, Erasure; GDPR Art. 12(4), 17(3); PIPL Art. 47.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from discreet.engines.subjects.graph import TableRef
from discreet.engines.subjects.plans import SharedChoice
from discreet.events.rights import ErasureAccepted, RequestEnded, RequestsCompleted
from discreet.foundation.cases import actions as cases
from discreet.foundation.cases.actions import NewTask
from discreet.foundation.cases.bulk import close_many, move_many, state_of_case
from discreet.foundation.centre.verification import held_contact
from discreet.foundation.jobs.api import publish, start
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, record
from discreet.foundation.ledger.canonical import looks_like_contact
from discreet.foundation.mail.api import is_reachable
from discreet.mechanisms.rights.actions import answering, objecting
from discreet.mechanisms.rights.actions.batches import (
    PREPARABLE,
    decision_key,
    load_batch,
    numbers_of,
    refuse_other_kinds,
    set_proposer,
    state_of,
    subject_of_batch,
)
from discreet.mechanisms.rights.actions.bulk import update_each
from discreet.mechanisms.rights.actions.receiving import (
    drop_task,
    load_request,
    new_batch,
    refuse_unless,
    refuse_unless_theirs,
)
from discreet.mechanisms.rights.deciding.items import MOST_OF_ARTICLE, Justification, completed_article
from discreet.mechanisms.rights.deciding.queries import laws_of_batch
from discreet.mechanisms.rights.kinds import Kind, Way, right_of, way_of
from discreet.mechanisms.rights.models import Batch, RightsRequest
from discreet.mechanisms.rights.queries import takes_two_people
from discreet.mechanisms.rights.refusals import (
    ArticleTooLong,
    DecideObjection,
    NotAnApprover,
    NotAnArticle,
    OpenQuestions,
    PlanChanged,
    PlanMissing,
    SamePersonApproves,
    ShellActsForAnother,
    WhyMissing,
    WrongRequestState,
)
from discreet.mechanisms.rights.rules import (
    TRANSITIONS,
    Answer,
    ApprovalStep,
    Outcome,
    State,
    erasure_approval,
    has_page,
    way_of_answer,
)
from discreet.vocabulary.actors import SYSTEM, Actor, ActorKind, Role
from discreet.vocabulary.text import gettext_noop

TASK_PLAN = gettext_noop("Read the plan and decide")
TASK_APPROVE = gettext_noop("Approve the plan as second person")
TASK_CHOOSE = gettext_noop("Choose who it is")
TASK_NOBODY = gettext_noop("Nobody was found: look again, or refuse the request")
WITHDRAWN = "withdrawn"  # how others hear of a request that its person took back
_PHONE_WITHIN = re.compile(r"\+[0-9][0-9 ()./-]{6,}")


@dataclass(frozen=True, slots=True)
class NewPlan:
    """A plan as the engine made it. `summary` holds tables, counts and statements, no value."""

    digest: str
    sealed: bytes
    capture_sealed: bytes
    summary: dict[str, object]
    open_questions: tuple[str, ...]


@act("rights.save_plan")
def save_plan(*, actor: Actor, now: datetime, batch_id: int, plan: NewPlan) -> None:
    """Keep the plan. A plan with another digest takes back the first approval it had.

    Raises:
        NotYours: who only reads can neither prepare a plan nor count as one of the two people.
        WrongRequestState
    """
    if actor.kind is not ActorKind.SYSTEM and not actor.may(Role.APPROVER):
        refuse_unless(actor, Role.AGENT)
    batch = load_batch(batch_id)
    subject = subject_of_batch(batch)
    numbers = numbers_of(batch)
    state = state_of(batch)
    if state not in PREPARABLE:
        raise WrongRequestState(number=numbers[0], state=state.value)
    is_new = plan.digest != batch.plan_digest
    batch.plan_digest, batch.plan_sealed = plan.digest, plan.sealed
    batch.capture_sealed = plan.capture_sealed
    batch.plan_summary = plan.summary
    batch.planned_at = now
    if is_new:
        set_proposer(batch, None)
    if not batch.planned_by and actor.kind is not ActorKind.SYSTEM and not acts_for_another(actor):
        set_proposer(batch, actor)
    batch.save()
    if state is State.VERIFIED:
        move_many(
            actor=actor, now=now, subject=subject, numbers=numbers, to=State.PLANNED, transitions=TRANSITIONS
        )
    if len(numbers) == 1:
        drop_task(actor=actor, now=now, number=numbers[0], key="choose")
    ask_for_decision(batch, actor=actor, now=now, numbers=numbers)
    facts: dict[str, Json] = {
        "plan": plan.digest,
        "changed": is_new,
        "open_questions": list(plan.open_questions),
    }
    record(actor=actor, now=now, subject=subject, facts=facts)


@act("rights.decide_shared")
def decide_shared(
    *, actor: Actor, now: datetime, batch_id: int, table: TableRef, choice: SharedChoice
) -> None:
    """Decide what happens to rows of `table` that others share. The plan is made again."""
    refuse_unless(actor, Role.AGENT)
    batch = load_batch(batch_id)
    if state_of(batch) not in PREPARABLE:
        raise WrongRequestState(number=numbers_of(batch)[0], state=state_of(batch).value)
    batch.decisions = {**batch.decisions, decision_key(table): choice.value}
    set_proposer(batch, None)
    batch.plan_digest = ""
    batch.save()
    facts = {"table": str(table), "choice": choice.value}
    record(actor=actor, now=now, subject=subject_of_batch(batch), facts=facts)


@act("rights.accept_erasure")
def accept_erasure(*, actor: Actor, now: datetime, batch_id: int, plan_digest: str) -> ApprovalStep:
    """Approve the plan with this digest. The first approval proposes it, a second person's starts it.

    Raises:
        NotAnApprover, SamePersonApproves, ShellActsForAnother, PlanMissing, PlanChanged, OpenQuestions,
        WrongRequestState
    """
    if not (actor.may(Role.APPROVER) or actor.may(Role.AGENT)):
        raise NotAnApprover
    _refuse_another(actor)
    batch = load_batch(batch_id)
    numbers, state, subject = numbers_of(batch), state_of(batch), subject_of_batch(batch)
    refuse_other_kinds(batch, numbers, Way.ERASE)
    if not batch.plan_digest or state is State.VERIFIED:
        raise PlanMissing(number=numbers[0])
    if state is not State.PLANNED:
        raise WrongRequestState(number=numbers[0], state=state.value)
    if plan_digest != batch.plan_digest:
        raise PlanChanged
    questions = batch.plan_summary.get("open_questions", [])
    if questions:
        raise OpenQuestions(tables=", ".join(questions))
    step = erasure_approval(
        approver=actor.person,
        proposer=batch.planned_by,
        is_proposed=batch.is_proposed,
        may_approve=actor.may(Role.APPROVER),
    )
    if step is ApprovalStep.SAME_PERSON:
        raise SamePersonApproves
    if step is ApprovalStep.FIRST:
        set_proposer(batch, actor)
        batch.is_proposed = True
        batch.save()
        ask_for_decision(batch, actor=actor, now=now, numbers=numbers)
        record(actor=actor, now=now, subject=subject, facts={"plan": plan_digest, "step": step.value})
        return step
    if not actor.may(Role.APPROVER):
        raise NotAnApprover
    batch.approved_by, batch.approved_at, batch.approved_shell = actor.person, now, actor.shell_user
    batch.run += 1
    batch.save()
    move_many(
        actor=actor, now=now, subject=subject, numbers=numbers, to=State.ACCEPTED, transitions=TRANSITIONS
    )
    for number in numbers if len(numbers) == 1 else ():
        drop_task(actor=actor, now=now, number=number, key="decide")
    facts: dict[str, Json] = {"plan": plan_digest, "step": step.value, "people": len(numbers)}
    facts["run"] = batch.run
    if actor.shell_user and actor.shell_user == batch.planned_shell:
        facts["both_by_shell_user"] = actor.shell_user
    record(actor=actor, now=now, subject=subject, facts=facts)
    publish(ErasureAccepted(batch_id=batch.pk))
    start("rights.erase", key=f"{batch.pk}/{batch.run}", args={"batch_id": batch.pk, "run": batch.run})
    return step


@act("rights.return_plan")
def return_plan(*, actor: Actor, now: datetime, batch_id: int) -> None:
    """Send a proposed plan back: it needs a first decision again."""
    if not actor.may(Role.APPROVER):
        raise NotAnApprover
    batch = load_batch(batch_id)
    numbers, state = numbers_of(batch), state_of(batch)
    if state is not State.PLANNED or not batch.planned_by:
        raise WrongRequestState(number=numbers[0], state=state.value)
    returned_to = batch.planned_by
    set_proposer(batch, None)
    batch.save()
    ask_for_decision(batch, actor=actor, now=now, numbers=numbers)
    record(actor=actor, now=now, subject=subject_of_batch(batch), facts={"returned_to": returned_to})


@act("rights.accept_access")
def accept_access(*, actor: Actor, now: datetime, batch_id: int, plan_digest: str = "") -> ApprovalStep:
    """Decide that the person gets the answer. Accepting what was accepted before changes nothing.

    Where sensitive data would leave, or somebody asks for another, the first decision proposes it and a second
    person's starts it. Source: failure promise 16. `plan_digest`: what was looked at, where the door knows it.

    Raises:
        NotYours, ShellActsForAnother, WrongRequestState, PlanMissing
        PlanChanged: what would leave is no longer what was looked at.
        NotAnApprover, SamePersonApproves: two people are needed.
    """
    if actor.kind is not ActorKind.SYSTEM and not actor.may(Role.APPROVER):
        refuse_unless(actor, Role.AGENT)
    _refuse_another(actor)
    batch = load_batch(batch_id)
    numbers, state, subject = numbers_of(batch), state_of(batch), subject_of_batch(batch)
    refuse_other_kinds(batch, numbers, Way.COPY, Way.TELL)
    if state in (State.ACCEPTED, State.DONE):
        record(actor=actor, now=now, subject=subject, facts={"repeated": True})
        return ApprovalStep.SECOND
    if state not in PREPARABLE:
        raise WrongRequestState(number=numbers[0], state=state.value)
    if state is State.VERIFIED or not batch.plan_digest:
        raise PlanMissing(number=numbers[0])
    if plan_digest and plan_digest != batch.plan_digest:
        raise PlanChanged
    if takes_two_people(batch) and _proposes(batch, actor=actor, now=now, numbers=numbers):
        return ApprovalStep.FIRST
    batch.approved_by, batch.approved_at = actor.person, now
    batch.run += 1
    batch.save()
    move_many(
        actor=actor, now=now, subject=subject, numbers=numbers, to=State.ACCEPTED, transitions=TRANSITIONS
    )
    for number in numbers if len(numbers) == 1 else ():
        drop_task(actor=actor, now=now, number=number, key="decide")
    record(actor=actor, now=now, subject=subject, facts={"people": len(numbers), "run": batch.run})
    start("rights.deliver", key=f"{batch.pk}/{batch.run}", args={"batch_id": batch.pk, "run": batch.run})
    return ApprovalStep.SECOND


def _proposes(batch: Batch, *, actor: Actor, now: datetime, numbers: list[str]) -> bool:
    """Take the first of two decisions; False: this is the second, by another person who may approve."""
    if actor.kind is ActorKind.SYSTEM:
        raise NotAnApprover
    step = erasure_approval(
        approver=actor.person,
        proposer=batch.planned_by,
        is_proposed=batch.is_proposed,
        may_approve=actor.may(Role.APPROVER),
    )
    if step is ApprovalStep.SAME_PERSON:
        raise SamePersonApproves
    if step is ApprovalStep.SECOND:
        if not actor.may(Role.APPROVER):
            raise NotAnApprover
        return False
    set_proposer(batch, actor)
    batch.is_proposed = True
    batch.save()
    ask_for_decision(batch, actor=actor, now=now, numbers=numbers)
    facts: dict[str, Json] = {"plan": batch.plan_digest, "step": step.value}
    record(actor=actor, now=now, subject=subject_of_batch(batch), facts=facts)
    return True


@act("rights.refuse_request")
def refuse_request(
    *, actor: Actor, now: datetime, number: str, reason: str, article: str, justification: str = ""
) -> None:
    """Refuse a request with the law's reason; the customer reads it. Source: GDPR Art. 12(4).

    `justification`: a term of `items.Justification`; "" where none fits. Without an article the one that the
    laws of the request name for it is taken.

    Raises:
        NotYours, WhyMissing, NotAnArticle, ArticleTooLong, WrongRequestState
        DecideObjection: the use has stopped; only its own decision lets it go on.
    """
    if not actor.may(Role.APPROVER):
        refuse_unless(actor, Role.AGENT)
    if not reason.strip():
        raise WhyMissing
    refuse_no_article(article)
    if justification and justification not in set(Justification):
        raise WhyMissing
    asked = load_request(number)
    if asked.choice_ref and asked.completed_at is None:
        raise DecideObjection(number=number)
    article = completed_article(
        article,
        justification=justification,
        laws=laws_of_batch(asked.batch_id),
        erases=way_of(asked.kind) is Way.ERASE,
    )
    if len(article) > MOST_OF_ARTICLE:
        raise ArticleTooLong(most=MOST_OF_ARTICLE)
    _end(actor=actor, now=now, number=number, state=State.REFUSED, outcome=Outcome.REFUSED)
    request = load_request(number)
    is_unproven = request.channel == "centre" and request.verified_at is None
    has_own = is_unproven or has_page(channel=request.channel, requester=request.requester)
    answer = way_of_answer(is_reachable=_is_reachable(request), has_page=has_own)
    request.kept, request.answer = [{"reason": reason[:500], "article": article}], answer.value
    request.justification = justification
    request.save(update_fields=["kept", "answer", "justification"])
    if answer is Answer.LETTER_DUE:
        answering.ask_for_letters(actor=actor, now=now, numbers=[number])
    elif answer is Answer.MAIL_DUE:
        key, batch_id = f"{request.batch_id}/{number}/refused", request.batch_id
        start("rights.mail_answers", key=key, args={"batch_id": batch_id})
    facts: dict[str, Json] = {
        "article": article,
        "answer": answer.value,
        **({"justification": justification} if justification else {}),
    }
    record(actor=actor, now=now, subject=f"request:{number}", facts=facts)


def _is_reachable(request: RightsRequest) -> bool:
    """Say whether mail goes to a contact that the company held; who is not proven gets none, whatever was typed."""
    contact = held_contact(request.number) if request.verified_at is not None else None
    return contact is not None and is_reachable(contact)


@act("rights.cancel_request")
def cancel_request(*, actor: Actor, now: datetime, number: str) -> None:
    """Withdraw a request at the customer's wish, as long as nothing was executed."""
    refuse_unless_theirs(actor)
    objecting.take_back(load_request(number), actor=actor, now=now)
    _end(actor=actor, now=now, number=number, state=State.CANCELLED, outcome=Outcome.NONE)
    record(actor=actor, now=now, subject=f"request:{number}", facts={"cancelled": True})


def refuse_no_article(article: str) -> None:
    """Refuse what stands for an article and looks like a person's address or number."""
    if looks_like_contact(article) or _PHONE_WITHIN.search(article):
        raise NotAnArticle


def _end(*, actor: Actor, now: datetime, number: str, state: State, outcome: Outcome) -> None:
    request = load_request(number)
    current = State(state_of_case(number))
    if state not in TRANSITIONS[current] or current is State.APPEALED:  # an appeal is answered, never refused
        raise WrongRequestState(number=number, state=current.value)
    request.outcome, request.completed_at = outcome.value, now
    request.save(update_fields=["outcome", "completed_at"])
    close_many(
        actor=actor,
        now=now,
        subject=f"request:{number}",
        numbers=[number],
        state=state,
        transitions=TRANSITIONS,
    )
    if not request.batch.requests.filter(completed_at__isnull=True).exists():
        keys.destroy_case_key(request.batch.key_id)
    publish(RequestEnded(number=number))
    publish(RequestsCompleted(numbers=(number,), outcomes=(outcome.value or WITHDRAWN,)))


def ask_for_decision(batch: Batch, *, actor: Actor, now: datetime, numbers: list[str]) -> None:
    """Put the decision on somebody's desk: the first by an agent, the second by another approver."""
    number = numbers[0]
    first = not batch.planned_by or (not right_of(batch.kind).needs_two_people and not batch.is_proposed)
    task = NewTask(
        key="decide",
        what=TASK_PLAN if first else TASK_APPROVE,
        role=Role.AGENT if first else Role.APPROVER,
        barred="" if first else batch.planned_by,
        url_name="rights:request",
        url_args=(number,),
    )
    cases.add_task(actor=actor, now=now, number=number, task=task)


@act("rights.ask_who")
def ask_who(*, now: datetime, batch_id: int) -> None:
    """Put a request that nobody, or not exactly one person, matches on an agent's desk."""
    batch = load_batch(batch_id)
    request = load_request(numbers_of(batch)[0])
    if request.completed_at is None:
        _ask_who(request, actor=SYSTEM, now=now)
    facts = {"candidates": request.candidate_count}
    record(actor=SYSTEM, now=now, subject=f"request:{request.number}", facts=facts)


def _ask_who(request: RightsRequest, *, actor: Actor, now: datetime) -> None:
    task = NewTask(
        key="choose",
        what=TASK_CHOOSE if request.candidate_count else TASK_NOBODY,
        role=Role.AGENT,
        url_name="rights:request",
        url_args=(request.number,),
    )
    cases.add_task(actor=actor, now=now, number=request.number, task=task)


@act("rights.set_apart")
def set_apart(*, actor: Actor, now: datetime, batch_id: int) -> int:
    """Move requests without exactly one candidate out of the batch, each into its own. Returns how many.

    Raises:
        WrongRequestState: it was approved meanwhile, or has ended.
    """
    batch = load_batch(batch_id)
    if (state := state_of(batch)) not in PREPARABLE:  # what was approved stays together
        raise WrongRequestState(number=numbers_of(batch)[0], state=state.value)
    waiting = batch.requests.filter(completed_at__isnull=True).exclude(candidate_count=1)
    moved = 0
    for request in waiting:
        request.batch = new_batch(Kind(batch.kind))
        request.position = 0
        request.save(update_fields=["batch", "position"])
        _ask_who(request, actor=actor, now=now)
        moved += 1
    open_requests = batch.requests.filter(completed_at__isnull=True).order_by("position", "pk")
    left = list(open_requests.values_list("number", "position"))
    shifted = {number: (position,) for position, (number, old) in enumerate(left) if old != position}
    update_each(("position",), shifted)
    if moved:
        batch.plan_digest = ""
        batch.save(update_fields=["plan_digest"])
    record(actor=actor, now=now, subject=f"batch:{batch.pk}", facts={"set_apart": moved, "left": len(left)})
    return moved


def acts_for_another(actor: Actor) -> bool:
    """Say whether somebody at the shell uses an account that is not theirs, where that counts for nothing.

    `DISCREET_SHELL_APPROVALS=separate`: at the shell only the operating system knows who somebody is.
    """
    is_other = actor.kind is ActorKind.SHELL and actor.shell_user.casefold() != actor.person
    return is_other and settings.DISCREET_SHELL_APPROVALS != "recorded"


def _refuse_another(actor: Actor) -> None:
    if acts_for_another(actor):
        raise ShellActsForAnother(shell_user=actor.shell_user[:32])
