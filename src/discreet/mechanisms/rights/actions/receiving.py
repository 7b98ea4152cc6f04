"""From a request to a proven identity.

Source: GDPR Art. 12(3), 12(6); EDPB Guidelines 01/2022; PIPL Art. 50; 11 CCR 7021, 7060 to 7063.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from discreet.engines.subjects.identity import Identity
from discreet.events.rights import IdentityVerified, RequestReceived
from discreet.foundation.cases import actions as cases
from discreet.foundation.cases.actions import NewTask
from discreet.foundation.cases.bulk import move_many, state_of_case
from discreet.foundation.cases.queries import has_open_task
from discreet.foundation.cases.rules import ClockFacts
from discreet.foundation.jobs.api import publish, start
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, record
from discreet.foundation.organisation.queries import profile
from discreet.foundation.organisation.rules import clocks_of
from discreet.foundation.rulepacks.clocks import Clock, strictest
from discreet.foundation.rulepacks.law import Purpose
from discreet.mechanisms.rights import claims as sealed_claims
from discreet.mechanisms.rights.actions.bulk import update_each
from discreet.mechanisms.rights.contact_digests import digests_of, home_region
from discreet.mechanisms.rights.given import checked
from discreet.mechanisms.rights.models import Batch, RightsRequest
from discreet.mechanisms.rights.refusals import (
    ImportUnfinished,
    NotACandidate,
    NotYours,
    ReasonMissing,
    UnknownCountry,
    UnknownKind,
    UnknownRequest,
    WrongRequestState,
)
from discreet.mechanisms.rights.roots import Candidates
from discreet.mechanisms.rights.rules import TITLES, TRANSITIONS, Kind, State, is_residence
from discreet.vocabulary.actors import Actor, ActorKind, Role
from discreet.vocabulary.ids import new_id
from discreet.vocabulary.text import gettext_noop

_AT_ONCE = 500
TASK_VERIFY = gettext_noop("Check the identity")


@dataclass(frozen=True, slots=True)
class Received:
    """`public_token` is told once; "" where the same request was received before."""

    number: str
    public_token: str
    due_at: datetime | None


@act("rights.open_batch")
def open_batch(*, actor: Actor, now: datetime, kind: Kind) -> int:
    """Open an empty batch and return its id."""
    batch = new_batch(kind)
    record(actor=actor, now=now, subject=f"batch:{batch.pk}", facts={"kind": kind.value})
    return batch.pk


@act("rights.receive_request")
def receive_request(
    *,
    actor: Actor,
    now: datetime,
    kind: str,
    claim: Identity,
    residence: str = "",
    language: str = "en",
    channel: str,
    idempotency_key: str | None = None,
    batch_id: int | None = None,
) -> Received:
    """Record a request; the legal clocks start here, at receipt. The same idempotency key is one request.

    Raises:
        UnknownKind, UnknownCountry
        NotReadable, TooLong, NotAnEmail, NotAPhone, EmptyIdentity, NameIsNotEnough: as `checked`.
        NotYours: somebody of the company who does not work on requests.
    """
    refuse_unless_theirs(actor)
    if kind not in set(Kind):
        raise UnknownKind(kind=kind[:20])
    if not is_residence(residence):
        raise UnknownCountry(residence=residence[:8])
    claim = checked(claim)
    if idempotency_key is not None:
        known = RightsRequest.objects.filter(idempotency_key=idempotency_key).first()
        if known is not None:
            record(actor=actor, now=now, subject=f"request:{known.number}", facts={"repeated": True})
            return Received(number=known.number, public_token="", due_at=known.due_at)
    batch = Batch.objects.get(pk=batch_id) if batch_id is not None else new_batch(Kind(kind))
    opened = cases.open_case(
        actor=actor,
        now=now,
        prefix="R",
        kind="request",
        title=TITLES[Kind(kind)],
        state=State.RECEIVED.value,
        language=language,
        subject=sealed_claims.to_bytes(claim),
    )
    due_at = _set_clocks(
        actor=actor,
        now=now,
        number=opened.number,
        kind=kind,
        residence=residence,
        is_told=channel == "centre",
    )
    RightsRequest.objects.create(
        number=opened.number,
        batch=batch,
        position=batch.requests.count(),
        kind=kind,
        channel=channel,
        residence=residence.upper(),
        received_at=now,
        due_at=due_at,
        opened_by=actor.person if actor.kind is not ActorKind.CUSTOMER else "",
        idempotency_key=idempotency_key,
        **digests_of(claim, phone_region=home_region()),
    )
    record(
        actor=actor,
        now=now,
        subject=f"request:{opened.number}",
        facts={"kind": kind, "channel": channel, "residence": residence.upper()},
    )
    publish(RequestReceived(number=opened.number))
    if channel == "centre":
        start("rights.locate", key=opened.number, args={"number": opened.number})
    elif batch_id is None:
        task = NewTask(
            key="verify",
            what=TASK_VERIFY,
            role=Role.AGENT,
            url_name="rights:request",
            url_args=(opened.number,),
        )
        cases.add_task(actor=actor, now=now, number=opened.number, task=task)
    return Received(number=opened.number, public_token=opened.public_token, due_at=due_at)


@act("rights.note_candidates")
def note_candidates(*, actor: Actor, now: datetime, number: str, candidates: Candidates) -> None:
    """Keep, sealed, who matches the request. More than one: a person must choose."""
    request = load_request(number)
    request.candidate_count = len(candidates.people)
    request.roots_sealed = keys.seal(number, candidates.to_json().encode(), "roots")
    request.save(update_fields=["candidate_count", "roots_sealed"])
    facts: dict[str, Json] = {
        "candidates": len(candidates.people),
        "sources": sorted(candidates.sources()),
    }
    record(actor=actor, now=now, subject=f"request:{number}", facts=facts)


def note_all(*, actor: Actor, now: datetime, found: Sequence[tuple[str, Candidates]]) -> None:
    """Keep who matches each request, some at a time, so that others can write in between."""
    for begin in range(0, len(found), _AT_ONCE):
        _note_some(actor=actor, now=now, found=found[begin : begin + _AT_ONCE])


@act("rights.note_candidates_of_batch")
def _note_some(*, actor: Actor, now: datetime, found: Sequence[tuple[str, Candidates]]) -> None:
    """Keep who matches some requests; whoever has not exactly one candidate gets evidence of their own."""
    clear = {number: one for number, one in found if len(one.people) == 1}
    sealed = keys.seal_many({number: one.to_json().encode() for number, one in clear.items()}, "roots")
    update_each(("candidate_count", "roots_sealed"), {number: (1, sealed[number]) for number in clear})
    for number, one in found:
        if number not in clear:
            note_candidates(actor=actor, now=now, number=number, candidates=one)
    batch_id = load_request(found[0][0]).batch_id
    facts = {"requests": len(found), "clear": len(clear)}
    record(actor=actor, now=now, subject=f"batch:{batch_id}", facts=facts)


@act("rights.choose_candidates")
def choose_candidates(*, actor: Actor, now: datetime, number: str, chosen: Sequence[str]) -> None:
    """Keep only the people whom staff chose, by the labels that were shown; several: they are one person.

    Raises:
        NotACandidate: none was given, or one that does not stand for a candidate as they are now.
    """
    refuse_unless(actor, Role.AGENT)
    request = load_request(number)
    if request.roots_sealed is None:
        raise NotACandidate
    known = Candidates.from_json(keys.open_sealed(number, bytes(request.roots_sealed), "roots").decode())
    labels = {label: index for index, label in enumerate(known.labels())}
    if not chosen or not labels.keys() >= set(chosen):
        raise NotACandidate
    merged = known.merged([labels[label] for label in chosen])
    request.candidate_count = 1
    request.roots_sealed = keys.seal(number, merged.to_json().encode(), "roots")
    request.save(update_fields=["candidate_count", "roots_sealed"])
    facts = {"candidates": len(known.people), "chosen": len(set(chosen))}
    record(actor=actor, now=now, subject=f"request:{number}", facts=facts)
    if state_of_case(number) in (State.VERIFIED, State.PLANNED):
        start("rights.prepare", key=f"{number}/{new_id(prefix='n')}", args={"batch_id": request.batch_id})


@act("rights.ask_code_again")
def ask_code_again(*, actor: Actor, now: datetime, number: str) -> None:
    """Send another code to the contact point held; the identity check itself bounds how many."""
    load_request(number)
    record(actor=actor, now=now, subject=f"request:{number}", facts={"again": True})
    start("rights.locate", key=f"{number}/{new_id(prefix='n')}", args={"number": number})


@act("rights.verify_identity")
def verify_identity(
    *, actor: Actor, now: datetime, number: str, reason: str = "", by_code: bool = False
) -> None:
    """Take the identity as proven: by a code to a contact point already held, or by staff with a reason.

    Raises:
        ReasonMissing: staff gave none.
        WrongRequestState: it was proven before, or the request has ended.
    """
    if not by_code:
        refuse_unless(actor, Role.AGENT)
        if not reason.strip():
            raise ReasonMissing
    request = load_request(number)
    refuse_unfinished(request.batch)
    state = State(state_of_case(number))
    if state is not State.RECEIVED:
        raise WrongRequestState(number=number, state=state.value)
    request.verified_at = now
    request.verified_by = "" if by_code else actor.person
    request.verified_how = "code" if by_code else "staff"
    if reason.strip():
        request.verified_reason_sealed = keys.seal(number, reason.strip()[:2000].encode(), "verified-reason")
    request.save()
    cases.move(actor=actor, now=now, number=number, to=State.VERIFIED, transitions=TRANSITIONS)
    drop_task(actor=actor, now=now, number=number, key="verify")
    record(
        actor=actor,
        now=now,
        subject=f"request:{number}",
        facts={"how": request.verified_how, "reason_recorded": bool(reason.strip())},
    )
    publish(IdentityVerified(number=number))
    waiting = request.batch.requests.filter(verified_at__isnull=True, completed_at__isnull=True)
    if not waiting.exists():
        start("rights.prepare", key=str(request.batch_id), args={"batch_id": request.batch_id})


@act("rights.verify_batch")
def verify_batch(*, actor: Actor, now: datetime, batch_id: int, reason: str) -> int:
    """Take the identity of everybody in a batch as proven, for one reason. Returns how many.

    Raises:
        ReasonMissing, NotYours, ImportUnfinished, WrongState
    """
    refuse_unless(actor, Role.AGENT)
    if not reason.strip():
        raise ReasonMissing
    batch = Batch.objects.select_for_update().get(pk=batch_id)
    refuse_unfinished(batch)
    waiting = batch.requests.filter(completed_at__isnull=True, verified_at__isnull=True)
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


def _set_clocks(
    *, actor: Actor, now: datetime, number: str, kind: str, residence: str, is_told: bool
) -> datetime | None:
    """Set every clock of the laws that apply; return the strictest answer's.

    `is_told`: the person sees at once that the request arrived, so receipt is confirmed. Source: 11 CCR 7021(a).
    """
    clocks = clocks_of(profile=profile(), residence=residence or None, kind=kind, received_at=now)
    cases.set_clocks(actor=actor, now=now, number=number, clocks=facts_of(clocks))
    for clock in clocks:
        if is_told and clock.purpose is Purpose.ACKNOWLEDGEMENT:
            cases.meet_clock(actor=actor, now=now, number=number, rule_id=clock.rule_id)
    answer = strictest(clocks)
    return answer.due_at if answer else None


def facts_of(clocks: Sequence[Clock]) -> list[ClockFacts]:
    return [
        ClockFacts(
            rule_id=clock.rule_id,
            law=clock.law.value,
            article=clock.article,
            due_at=clock.due_at,
            warn_at=clock.warn_at[0],
            is_unsure=clock.is_unsure,
        )
        for clock in clocks
    ]


def drop_task(*, actor: Actor, now: datetime, number: str, key: str) -> None:
    """Take back a task if it is open."""
    if has_open_task(number, key):
        cases.drop_task(actor=actor, now=now, number=number, key=key)


def refuse_unfinished(batch: Batch) -> None:
    if batch.to_receive:
        raise ImportUnfinished(batch=f"B-{batch.pk}")


def new_batch(kind: Kind) -> Batch:
    batch = Batch.objects.create(kind=kind.value, key_id=new_id(prefix="b"))
    keys.create_case_key(batch.key_id)
    return batch


def load_request(number: str) -> RightsRequest:
    request = RightsRequest.objects.select_for_update().select_related("batch").filter(number=number).first()
    if request is None:
        raise UnknownRequest(number=number[:16])
    return request


def refuse_unless_theirs(actor: Actor) -> None:
    """Let the customers act for themselves, and of the company whoever works on requests."""
    if actor.kind not in (ActorKind.CUSTOMER, ActorKind.SYSTEM):
        refuse_unless(actor, Role.AGENT)


def refuse_unless(actor: Actor, role: Role) -> None:
    if not (actor.may(role) or actor.may(Role.ADMINISTRATOR)):
        raise NotYours
