"""What takes time or touches a source, from receipt to answer: act (intent) → I/O → act (outcome), each step once for good.

How a correction and an erasure are carried out stands in `correcting` and `erasing`. Source: failure promises 1, 2, 6, 28.
"""

from datetime import UTC, datetime

from discreet.foundation.centre import mailbox_links, verification
from discreet.foundation.jobs.api import WorkflowContext, workflow
from discreet.foundation.mail.api import ContactKind, HeldContact, hold, is_reachable, open_contact
from discreet.mechanisms.rights import approved, contacts, holding, planning, queries
from discreet.mechanisms.rights.actions import (
    answering,
    deciding,
    mailboxes,
    proving,
    receiving,
)
from discreet.mechanisms.rights.copying.delivery import SENT_BACK, deliver_package, send_held
from discreet.mechanisms.rights.copying.knowing import tell_categories
from discreet.mechanisms.rights.correcting.workflows import verify as verify_correction
from discreet.mechanisms.rights.erasing.workflows import conclude
from discreet.mechanisms.rights.kinds import Requester, Way, way_of
from discreet.mechanisms.rights.matching.roots import Candidates
from discreet.mechanisms.rights.opening.identity import may_prove_by_code
from discreet.mechanisms.rights.outside import manual, recipients
from discreet.mechanisms.rights.preparing import look_for, plan_or_ask, prepare_batch
from discreet.mechanisms.rights.refusals import NobodyFound, SeveralPeople
from discreet.mechanisms.rights.rules import Answer, State
from discreet.vocabulary.actors import SYSTEM, Actor

MAILS_AT_ONCE = 500
AGENT_CODE = "rights.agent_code"


@workflow("rights.locate")
def locate(ctx: WorkflowContext, number: str) -> None:
    """After a request from the privacy centre: find who it is and send a code to a contact point held."""
    if queries.state_of_request(number) is not State.RECEIVED:
        return
    ctx.step("look", locate_request, number, SYSTEM, ctx.now())
    ctx.run(send_code, number, ctx.now())


@workflow("rights.prepare")
def prepare(ctx: WorkflowContext, batch_id: int) -> None:
    """After the identity is proven: make the plan; an access request that needs no decision is delivered."""
    try:
        ctx.run(prepare_batch, batch_id, SYSTEM, ctx.now())
    except (NobodyFound, SeveralPeople):
        ctx.run(ask_who, batch_id)


def ask_who(batch_id: int) -> None:
    """Ask staff who it is."""
    deciding.ask_who(now=datetime.now(UTC), batch_id=batch_id)


@workflow("rights.deliver", tells_from_records=True)
def deliver(ctx: WorkflowContext, batch_id: int, run: int) -> None:
    """Answer accepted requests for a copy or to know; one that was answered is left."""
    if not ctx.run(manual.waits, batch_id, run, ctx.now()):
        _deliver(ctx, batch_id, run)


def _deliver(ctx: WorkflowContext, batch_id: int, run: int) -> None:
    is_copy = way_of(queries.kind_of_batch(batch_id)) is Way.COPY
    for number in queries.requests_of(batch_id):
        if not is_copy:
            ctx.run(tell_categories, batch_id, run, number, ctx.now())
        elif ctx.run(deliver_package, batch_id, run, number, ctx.now()) == SENT_BACK:
            ctx.run(plan_or_ask, batch_id, ctx.now())
            return


@workflow("rights.mail_answers", can_wait=True, tells_from_records=True)
def mail_answers(ctx: WorkflowContext, batch_id: int) -> None:
    """Mail the answers of a batch, some at a time."""
    while ctx.run(mail_some, batch_id, ctx.now()):
        pass


@workflow("rights.tell_of_choices", can_wait=True)
def tell_of_choices(ctx: WorkflowContext, batch_id: int) -> None:
    """Tell recipients of choices that stand."""
    ctx.run(recipients.hold_for_choice, batch_id, ctx.now())
    ctx.run(recipients.tell_held, batch_id, ctx.now())


@workflow("rights.tell_of_list", can_wait=True)
def tell_of_list(ctx: WorkflowContext, batch_id: int, list_ref: str) -> None:
    """Tell recipients of a day's choices that came by no request."""
    ctx.run(recipients.hold_for_list, batch_id, list_ref, ctx.now())
    ctx.run(recipients.tell_held, batch_id, ctx.now())
    ctx.run(recipients.settle, batch_id, list_ref, ctx.now())


@workflow("rights.go_on", tells_from_records=True)
def go_on(ctx: WorkflowContext, batch_id: int, run: int) -> None:
    """Go on with what was held back for manual sources: they have answered, or the answer is near."""
    way = way_of(queries.kind_of_batch(batch_id))
    if queries.run_of(batch_id) != run:
        return
    if way is Way.ERASE:
        with approved.kept_open():
            conclude(ctx, batch_id, run)
    elif way is Way.CORRECT:
        ctx.run(verify_correction, batch_id, run)
    else:
        _deliver(ctx, batch_id, run)


def locate_request(number: str, actor: Actor, now: datetime) -> int:
    """Find the candidates of a request, keep them sealed, and return how many there are."""
    (found,) = look_for([number])
    receiving.note_candidates(
        actor=actor,
        now=now,
        number=number,
        candidates=planning.candidates_of(found, today=now.date()),
    )
    return len(found)


def send_code(number: str, now: datetime) -> str:
    """Send the code to the one e-mail address that all rows of the only candidate hold; to nobody otherwise.

    Where a guardian or a relative asks, a code to the person's own address would prove nothing of them.
    """
    found, view = queries.roots_of(number), queries.request_view(number)
    if not may_prove_by_code(view.course.requester):
        return ""
    reachable: list[HeldContact] = []
    if found is not None and found.only is not None and (address := planning.address_held(number)):
        reachable = [hold(case_number=number, kind=ContactKind.EMAIL, address=address)]
    template = AGENT_CODE if view.course.requester == Requester.AGENT else verification.TEMPLATE
    outcome = verification.start(
        case_number=number,
        contacts=reachable,
        actor=SYSTEM,
        now=now,
        language=view.case.row.language,
        template_id=template,
    )
    if outcome in (verification.Start.SENT, verification.Start.MAILBOX_FULL):
        first = next(open_contact(one) for one in reachable if is_reachable(one))
        mailboxes.note_mailbox(now=now, number=number, digest=mailbox_links.digest_of(first))
    if outcome is verification.Start.MAILBOX_FULL:
        receiving.ask_to_verify(now=now, number=number)
    return outcome.value


@workflow("rights.send_held", can_wait=True, tells_from_records=True)
def send_held_answer(ctx: WorkflowContext, number: str, goes: str) -> None:
    """Send an answer that was held to where staff decided after they checked the identity anew."""
    ctx.run(send_held, number, goes, ctx.now())


@workflow("rights.match_again")
def match_again(ctx: WorkflowContext, number: str) -> None:
    """After another detail was given: see whether it is the same person's, and no other's."""
    if queries.state_of_request(number) is State.RECEIVED:
        ctx.run(match_detail, number, ctx.now())


def match_detail(number: str, now: datetime) -> bool:
    """Take the detail where it leads to the very person who was found before, and to nobody else; else forget it."""
    more, before = queries.detail_of(number), queries.roots_of(number)
    if more is None:
        return False
    found = planning.candidates_of(planning.look([more]).candidates[0], today=now.date())
    known = before.only if before is not None else None
    theirs = found.only.within(known) if known is not None and found.only is not None else None
    kept = None if theirs is None else Candidates(people=(theirs,))
    proving.settle_again(actor=SYSTEM, now=now, number=number, found=kept)
    return theirs is not None


def mail_some(batch_id: int, now: datetime) -> int:
    """Queue the next answers of a batch, few enough that others can write in between; return how many."""
    numbers = queries.answers_due(batch_id, Answer.MAIL_DUE)[:MAILS_AT_ONCE]
    if numbers:
        holding.hold_changed(batch_id, queries.refused_of(numbers), now)
        held = contacts.held(batch_id)
        to_mail = {number: held[number] for number in numbers if number in held}
        if to_mail:
            answering.mail_answers(now=now, batch_id=batch_id, contacts=to_mail)
    return len(numbers)
