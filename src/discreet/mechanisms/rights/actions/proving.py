"""Proofs of identity and of authority: what was shown, what is missing, when the work begins.

Source: GDPR Art. 12(6); EDPB Guidelines 01/2022; 11 CCR 7060 to 7063; PIPL Art. 31, 49.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from discreet.engines.subjects.identity import Identity
from discreet.events.rights import IdentityVerified
from discreet.foundation.cases import actions as cases
from discreet.foundation.cases.actions import NewTask
from discreet.foundation.cases.bulk import move_many, state_of_case
from discreet.foundation.centre import verification
from discreet.foundation.jobs.api import publish, start
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, record
from discreet.foundation.ledger.queries import entries_for
from discreet.foundation.mail.api import is_reachable
from discreet.foundation.papers import queries as papers
from discreet.foundation.papers.actions import stop_asking
from discreet.mechanisms.rights.actions import askers
from discreet.mechanisms.rights.actions.receiving import (
    drop_task,
    load_request,
    note_candidates,
    refuse_unfinished,
    refuse_unless,
    refuse_unless_theirs,
)
from discreet.mechanisms.rights.actions.timing import resume_clocks
from discreet.mechanisms.rights.kinds import Requester
from discreet.mechanisms.rights.matching.roots import Candidates
from discreet.mechanisms.rights.models import Batch, RightsRequest
from discreet.mechanisms.rights.opening import claims as sealed_claims
from discreet.mechanisms.rights.opening.authority import paper_of
from discreet.mechanisms.rights.opening.given import checked
from discreet.mechanisms.rights.opening.identity import How, Missing, may_prove_by_code
from discreet.mechanisms.rights.opening.queries import still_missing
from discreet.mechanisms.rights.queries import claim_of, detail_of
from discreet.mechanisms.rights.refusals import (
    AuthorityMissing,
    NoCodeReturned,
    NoSignIn,
    NotForAnother,
    NothingNew,
    ProofSaysNothing,
    ReasonMissing,
    WrongRequestState,
)
from discreet.mechanisms.rights.rules import TRANSITIONS, State
from discreet.vocabulary.actors import SYSTEM, Actor, Role
from discreet.vocabulary.ids import new_id
from discreet.vocabulary.text import gettext_noop

TASK_AUTHORITY = gettext_noop("Check that whoever asks may ask for this person")
TASK_PAPER_SHOWN = gettext_noop("A document was accepted: say whether whoever asks may ask for this person")
TASK_PAPER_REFUSED = gettext_noop("Tell whoever asks that the document is not enough, and what is missing")


@act("rights.verify_identity")
def verify_identity(
    *, actor: Actor, now: datetime, number: str, reason: str = "", how: How = How.STAFF
) -> tuple[Missing, ...]:
    """Take a proof of identity: a code to a contact point held, a sign-in, or a check by staff with a reason.

    Returns what the request still waits for; nothing: its identity is proven, and the work begins.

    Raises:
        ReasonMissing: staff gave none.
        NoCodeReturned: no code that we sent came back for this request.
        NoSignIn: no site of the company vouched for whoever asks.
        ProofSaysNothing: a code to the person's contact proves nothing of the guardian or relative who asks.
        WrongRequestState: it was proven before, or the request has ended.
    """
    if how is How.STAFF:
        refuse_unless(actor, Role.AGENT)
        if not reason.strip():
            raise ReasonMissing
    request = load_unproven(number)
    if how is not How.STAFF and not may_prove_by_code(request.requester):
        raise ProofSaysNothing(number=number)
    is_returned = verification.status(number).verified_at is not None
    if how is How.CODE and not (is_returned and request.candidate_count == 1):
        raise NoCodeReturned(number=number)
    if how is How.HANDOVER and not _is_vouched_for(number):
        raise NoSignIn(number=number)
    request.proofs = [*request.proofs, how.value]
    request.verified_by = actor.person if how is How.STAFF else request.verified_by
    if reason.strip():
        request.verified_reason_sealed = keys.seal(number, reason.strip()[:2000].encode(), "verified-reason")
    return settle_identity(request, actor=actor, now=now, facts={"how": how.value})


def take_code(*, actor: Actor, now: datetime, number: str, code: str, declares: bool) -> bool:
    """Take the code that the person typed, with what they declare beside it: all of it stands, or none.

    Returns whether the code is right; what is wrong costs a try.

    Raises:
        As `verify_identity`.
    """
    with transaction.atomic():
        if not verification.check(case_number=number, code=code, now=now, actor=actor):
            return False
        if declares and Missing.DECLARATION in still_missing(load_unproven(number)):
            declare(actor=actor, now=now, number=number)
        verify_identity(actor=actor, now=now, number=number, how=How.CODE)
    return True


def _is_vouched_for(number: str) -> bool:
    """Say whether a signed hand-over was spent on this request."""
    return any(entry.act == "centre.use_handover" for entry in entries_for(f"request:{number}"))


@act("rights.declare")
def declare(*, actor: Actor, now: datetime, number: str) -> tuple[Missing, ...]:
    """Note that the person declared, under penalty of perjury, to be who they say. Source: 11 CCR 7062(c).

    Returns what the request still waits for.
    """
    refuse_unless_theirs(actor)
    request = load_unproven(number)
    request.declared_at = request.declared_at or now
    return settle_identity(request, actor=actor, now=now, facts={"declared": True})


@act("rights.add_detail")
def add_detail(
    *, actor: Actor, now: datetime, number: str, phone: str = "", customer_number: str = ""
) -> None:
    """Take another detail that the company may hold, where the law counts them. Nothing that was given is changed.

    It is only compared with the row that was found: nobody is ever looked for by it. Source: failure promise 16.

    No contact point comes of it: codes and answers go where they went. Source: 11 CCR 7062; failure promise 16.

    Raises:
        EmptyIdentity, NotAPhone, NotReadable, TooLong, WrongRequestState
        NothingNew: what was given stands already.
    """
    refuse_unless_theirs(actor)
    request = load_unproven(number)
    claim = claim_of(number)
    added = checked(Identity(phone=phone or None, customer_number=customer_number or None))
    more = replace(
        claim,
        phone=claim.phone or added.phone,
        customer_number=claim.customer_number or added.customer_number,
    )
    if more == claim:
        raise NothingNew
    request.detail_sealed = keys.seal(number, sealed_claims.to_bytes(more), "detail")
    request.save(update_fields=["detail_sealed"])
    given = (("phone", added.phone), ("customer_number", added.customer_number))
    facts: dict[str, Json] = {"given": [name for name, value in given if value]}
    record(actor=actor, now=now, subject=f"request:{request.number}", facts=facts)
    start("rights.match_again", key=f"{number}/{new_id(prefix='n')}", args={"number": number})


@act("rights.settle_again")
def settle_again(*, actor: Actor, now: datetime, number: str, found: Candidates | None) -> None:
    """Take another detail into what the person said where it was found on their own row; forget it otherwise.

    `found`: the very person who was found before, by the detail too; None where that is not so.
    """
    if found is not None:
        more = detail_of(number) or claim_of(number)
        cases.change_subject(actor=actor, now=now, number=number, subject=sealed_claims.to_bytes(more))
        note_candidates(actor=actor, now=now, number=number, candidates=found)
    request = load_unproven(number)
    request.detail_sealed = None
    request.save(update_fields=["detail_sealed"])
    if found is not None and request.proofs:
        settle_identity(request, actor=actor, now=now, facts={"matched_again": True})
    else:
        record(actor=actor, now=now, subject=f"request:{number}", facts={"matched_again": found is not None})


@act("rights.authorise")
def authorise(*, actor: Actor, now: datetime, number: str, reason: str) -> tuple[Missing, ...]:
    """Note that staff checked that an agent, a guardian or a relative may ask for this person, and how.

    Returns what the request still waits for. Source: 11 CCR 7063; PIPL Art. 31, 49.

    Raises:
        ReasonMissing, NotForAnother, WrongRequestState
    """
    refuse_unless(actor, Role.AGENT)
    if not reason.strip():
        raise ReasonMissing
    request = load_unproven(number)
    if request.requester == Requester.SELF:
        raise NotForAnother(number=number)
    request.authorised_at, request.authorised_by = now, actor.person
    request.authority_reason_sealed = keys.seal(number, reason.strip()[:2000].encode(), "authority-reason")
    hears = askers.keep_address(request, now=now)
    for key in ("authority", "paper-refused"):
        drop_task(actor=actor, now=now, number=number, key=key)
    if papers.asked_for(number) is not None:
        stop_asking(actor=SYSTEM, now=now, number=number)
    return settle_identity(request, actor=actor, now=now, facts={"authorised": True, "hears_by_mail": hears})


@act("rights.note_paper")
def note_paper(*, now: datetime, number: str, is_accepted: bool) -> None:
    """Note what a checked paper means for who may ask. It is no authority: that is said by staff, by `authorise`.

    Accepted: staff are asked to say so. Not accepted: whoever asks reads it on their page and in a mail; where they
    have neither, staff tell them.
    """
    request = load_request(number)
    purpose = paper_of(kind=request.kind, requester=request.requester)
    is_shown = purpose is not None and papers.is_proven(number, purpose)
    facts: dict[str, Json] = {"accepted": is_accepted, "shown": is_shown}
    record(actor=SYSTEM, now=now, subject=f"request:{number}", facts=facts)
    if purpose is None or State(state_of_case(number)) is not State.RECEIVED:
        return
    if is_shown and request.authorised_at is None:
        _ask_staff(request, "authority", TASK_PAPER_SHOWN, actor=SYSTEM, now=now)
    elif is_accepted or papers.asked_for(number) is None:
        return
    elif request.channel != "centre" and not _hears_by_mail(number):
        _ask_staff(request, "paper-refused", TASK_PAPER_REFUSED, actor=SYSTEM, now=now)


def _hears_by_mail(number: str) -> bool:
    contact = verification.held_contact(number)
    return contact is not None and is_reachable(contact)


@act("rights.verify_batch")
def verify_batch(*, actor: Actor, now: datetime, batch_id: int, reason: str) -> int:
    """Take the identity of everybody in a batch as proven, for one reason. Returns how many.

    Raises:
        ReasonMissing, NotYours, ImportUnfinished, WrongState
        AuthorityMissing: somebody asks for another in it, and nobody checked that they may.
    """
    refuse_unless(actor, Role.AGENT)
    if not reason.strip():
        raise ReasonMissing
    batch = Batch.objects.select_for_update().get(pk=batch_id)
    refuse_unfinished(batch)
    waiting = batch.requests.filter(completed_at__isnull=True, verified_at__isnull=True)
    for one in waiting.exclude(requester=Requester.SELF.value).order_by("position"):
        if Missing.AUTHORITY in still_missing(one):  # a check of who somebody is says nothing of that
            raise AuthorityMissing(number=one.number)
    numbers = list(waiting.order_by("position").values_list("number", flat=True))
    waiting.update(
        verified_at=now,
        verified_by=actor.person,
        verified_how="staff",
        verified_reason_sealed=keys.seal(batch.key_id, reason.strip()[:2000].encode(), "verified-reason"),
    )
    subject = f"batch:{batch.pk}"
    move_many(
        actor=actor, now=now, subject=subject, numbers=numbers, to=State.VERIFIED, transitions=TRANSITIONS
    )
    record(actor=actor, now=now, subject=subject, facts={"how": "staff", "people": len(numbers)})
    start("rights.prepare", key=str(batch_id), args={"batch_id": batch_id})
    return len(numbers)


def load_unproven(number: str) -> RightsRequest:
    """Return a request whose identity is still to be proven, locked.

    Raises:
        UnknownRequest, ImportUnfinished, WrongRequestState
    """
    request = load_request(number)
    refuse_unfinished(request.batch)
    state = State(state_of_case(number))
    if state is not State.RECEIVED:
        raise WrongRequestState(number=number, state=state.value)
    return request


def settle_identity(
    request: RightsRequest, *, actor: Actor, now: datetime, facts: dict[str, Json]
) -> tuple[Missing, ...]:
    """Keep what was shown; once nothing is missing, the identity counts as proven and the work begins."""
    number = request.number
    left = still_missing(request)
    said: dict[str, Json] = {
        **facts,
        **({"missing": [one.value for one in left]} if left else {}),
        "reason_recorded": request.verified_reason_sealed is not None,
    }
    if left:
        request.save()
        _ask_for_authority(request, left, actor=actor, now=now)
        record(actor=actor, now=now, subject=f"request:{number}", facts=said)
        return left
    request.verified_at = now
    shown = [How.STAFF.value] if How.STAFF in request.proofs else request.proofs
    request.verified_how = shown[-1] if shown else ""  # where the law asks for no proof
    request.save()
    cases.move(actor=actor, now=now, number=number, to=State.VERIFIED, transitions=TRANSITIONS)
    for key in ("verify", "authority"):
        drop_task(actor=actor, now=now, number=number, key=key)
    record(actor=actor, now=now, subject=f"request:{number}", facts=said)
    publish(IdentityVerified(number=number))
    if request.paused_at is not None:
        resume_clocks(actor=SYSTEM, now=now, number=number)
    waiting = request.batch.requests.filter(verified_at__isnull=True, completed_at__isnull=True)
    if not waiting.exists():
        start(
            "rights.prepare",
            key=f"{request.batch_id}/{request.reopened_at.timestamp():.6f}"
            if request.reopened_at
            else str(request.batch_id),
            args={"batch_id": request.batch_id},
        )
    return ()


def _ask_for_authority(
    request: RightsRequest, left: Sequence[Missing], *, actor: Actor, now: datetime
) -> None:
    if Missing.AUTHORITY in left:
        _ask_staff(request, "authority", TASK_AUTHORITY, actor=actor, now=now)


def _ask_staff(request: RightsRequest, key: str, what: str, *, actor: Actor, now: datetime) -> None:
    task = NewTask(key=key, what=what, role=Role.AGENT, url_name="rights:request", url_args=(request.number,))
    cases.add_task(actor=actor, now=now, number=request.number, task=task)
