"""Receiving requests, and finding whom they are about.

Source: GDPR Art. 12(3), 12(6); EDPB Guidelines 01/2022; PIPL Art. 50; 11 CCR 7021, 7060 to 7063.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from discreet.engines.subjects.identity import Identity
from discreet.events.rights import RequestReceived
from discreet.foundation.cases import actions as cases
from discreet.foundation.cases.actions import NewTask
from discreet.foundation.cases.bulk import state_of_case
from discreet.foundation.cases.queries import has_open_task
from discreet.foundation.cases.rules import ClockFacts
from discreet.foundation.centre import verification
from discreet.foundation.jobs.api import publish, start
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, record
from discreet.foundation.organisation.queries import profile
from discreet.foundation.papers.actions import ask_paper
from discreet.foundation.rulepacks.clocks import Clock, strictest
from discreet.foundation.rulepacks.law import Purpose
from discreet.mechanisms.rights.actions import standing
from discreet.mechanisms.rights.actions.bulk import update_each
from discreet.mechanisms.rights.course.clocks import clocks_for
from discreet.mechanisms.rights.kinds import TITLES, Kind, Requester
from discreet.mechanisms.rights.matching.roots import Candidates
from discreet.mechanisms.rights.models import Batch, RightsRequest
from discreet.mechanisms.rights.opening import claims as sealed_claims
from discreet.mechanisms.rights.opening.asker import BY_THEMSELVES, Asking, checked_asking
from discreet.mechanisms.rights.opening.authority import paper_of
from discreet.mechanisms.rights.opening.digests import digests_of, home_region
from discreet.mechanisms.rights.opening.given import checked
from discreet.mechanisms.rights.opening.identity import How
from discreet.mechanisms.rights.refusals import (
    BadReceipt,
    ImportUnfinished,
    NotACandidate,
    NotYours,
    UnknownCountry,
    UnknownKind,
    UnknownRequest,
    WrongRequestState,
)
from discreet.mechanisms.rights.rules import State, is_residence
from discreet.vocabulary.actors import SYSTEM, Actor, ActorKind, Role
from discreet.vocabulary.ids import new_id
from discreet.vocabulary.text import gettext_noop

_AT_ONCE = 500
TASK_VERIFY = gettext_noop("Check the identity")
TASK_ACKNOWLEDGE = gettext_noop("Confirm to the person that the request has arrived")


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
    asking: Asking = BY_THEMSELVES,
    received_on: date | None = None,
) -> Received:
    """Record a request; the legal clocks start at receipt: now, or on an earlier day on which a letter came.

    The same idempotency key is one request.

    Raises:
        UnknownKind, UnknownCountry
        BadReceipt: a day that is still to come, or more than a year ago.
        UnknownRequester, RequesterMissing: as `asking.checked_asking`.
        NotReadable, TooLong, NotAnEmail, NotAPhone, EmptyIdentity, NameIsNotEnough: as `checked`.
        NotYours: somebody of the company who does not work on requests.
    """
    refuse_unless_theirs(actor)
    if kind not in set(Kind):
        raise UnknownKind(kind=kind[:20], kinds=", ".join(Kind))
    if not is_residence(residence):
        raise UnknownCountry(residence=residence[:8])
    received_at = _received_at(received_on, now)
    claim, asking = checked(claim), checked_asking(asking)
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
    due_at, confirm_by = _set_clocks(
        actor=actor,
        now=now,
        received_at=received_at,
        number=opened.number,
        kind=kind,
        residence=residence,
        is_told=channel == "centre",
    )
    request = new_request(
        number=opened.number,
        batch=batch,
        kind=kind,
        channel=channel,
        residence=residence,
        claim=claim,
        asking=asking,
        region=home_region(),
        received_at=received_at,
        acknowledged_at=now if channel == "centre" else None,
        due_at=due_at,
    )
    request.position = batch.requests.count()
    request.opened_by = actor.person if actor.kind is not ActorKind.CUSTOMER else ""
    request.idempotency_key = idempotency_key
    request.save(force_insert=True)
    record(actor=actor, now=now, subject=f"request:{opened.number}", facts=receipt_facts(request))
    publish(RequestReceived(number=opened.number))
    ask_for_paper(now=now, number=opened.number, kind=kind, requester=asking.requester)
    if standing.is_applied_at_receipt(kind):
        standing.apply_at_receipt(
            actor=actor, now=now, batch_id=batch.pk, claims={opened.number: (claim, residence)}
        )
    elif channel == "centre":
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
        if confirm_by is not None:
            _ask_to_acknowledge(actor=actor, now=now, number=opened.number, due_at=confirm_by)
    return Received(number=opened.number, public_token=opened.public_token, due_at=due_at)


def new_request(
    *,
    number: str,
    batch: Batch,
    kind: str,
    channel: str,
    residence: str,
    claim: Identity,
    asking: Asking,
    region: str,
    received_at: datetime,
    acknowledged_at: datetime | None,
    due_at: datetime | None,
) -> RightsRequest:
    """Return a request as it is received, by whatever way it came; it is not stored yet."""
    return RightsRequest(
        number=number,
        batch=batch,
        kind=kind,
        channel=channel,
        residence=residence.upper(),
        scope=asking.scope,
        requester=asking.requester,
        requester_sealed=_sealed(number, asking.who, "requester"),
        wish_sealed=_sealed(number, asking.wish, "wish"),
        received_at=received_at,
        acknowledged_at=acknowledged_at,
        due_at=due_at,
        **digests_of(claim, phone_region=region),
    )


def receipt_facts(request: RightsRequest) -> dict[str, Json]:
    """Return what evidence says of a request that was received, by whatever way it came."""
    return {
        "kind": request.kind,
        "channel": request.channel,
        "residence": request.residence,
        **({} if request.requester == Requester.SELF else {"requester": request.requester}),
        **({"scope": request.scope} if request.scope else {}),
    }


@act("rights.note_candidates")
def note_candidates(*, actor: Actor, now: datetime, number: str, candidates: Candidates) -> None:
    """Keep, sealed, who matches the request. More than one: a person must choose.

    A proof is of the person it was given for. Until it counts, codes that went to somebody else than is found now are
    void; afterwards only who is found by all that the person was found by then is the same. Source: failure promise 16.
    """
    request = load_request(number)
    if request.verified_at is not None:
        candidates = candidates.found_by(request.found_by)
    else:
        _void_what_another_proved(request, candidates, now=now)
    if candidates.only is not None and not (request.verified_at is not None and request.found_by):
        request.found_by = sorted(candidates.only.matched_by)
    request.candidate_count = len(candidates.people)
    request.roots_sealed = keys.seal(number, candidates.to_json().encode(), "roots")
    request.save(update_fields=["candidate_count", "roots_sealed", "found_by", "proofs"])
    facts: dict[str, Json] = {
        "candidates": len(candidates.people),
        "sources": sorted(candidates.sources()),
    }
    record(actor=actor, now=now, subject=f"request:{number}", facts=facts)


def _void_what_another_proved(request: RightsRequest, found: Candidates, *, now: datetime) -> None:
    """Take codes back where who is found now is not, or not only, who they went to."""
    if request.roots_sealed is None:
        return
    sealed = keys.open_sealed(request.number, bytes(request.roots_sealed), "roots")
    before = Candidates.from_json(sealed.decode()).only
    if before is None or (found.only is not None and found.only.goes_on(before)):
        return
    RightsRequest.objects.filter(pk=request.pk).update(mailbox_digest="")
    if verification.is_code_sent(request.number) or verification.held_contact(request.number) is not None:
        verification.void(case_number=request.number, now=now)
    request.proofs = [how for how in request.proofs if how != How.CODE.value]


def note_all(*, actor: Actor, now: datetime, found: Sequence[tuple[str, Candidates]]) -> None:
    """Keep who matches each request, some at a time, so that others can write in between."""
    for begin in range(0, len(found), _AT_ONCE):
        _note_some(actor=actor, now=now, found=found[begin : begin + _AT_ONCE])


@act("rights.note_candidates_of_batch")
def _note_some(*, actor: Actor, now: datetime, found: Sequence[tuple[str, Candidates]]) -> None:
    """Keep who matches some requests; whoever has not exactly one candidate gets evidence of their own."""
    before = RightsRequest.objects.filter(
        number__in=[number for number, _ in found], verified_at__isnull=False
    )
    found_by = dict(before.values_list("number", "found_by"))
    clear = {
        number: one
        for number, one in found
        if number in found_by and one.only is not None and one.only.matched_by >= set(found_by[number])
    }
    sealed = keys.seal_many({number: one.to_json().encode() for number, one in clear.items()}, "roots")
    update_each(
        ("candidate_count", "roots_sealed", "found_by"),
        {
            number: (1, sealed[number], found_by[number] or sorted(one.people[0].matched_by))
            for number, one in clear.items()
        },
    )
    for number, one in found:
        if number not in clear:
            note_candidates(actor=actor, now=now, number=number, candidates=one)
    batch_id = load_request(found[0][0]).batch_id
    facts = {"requests": len(found), "clear": len(clear)}
    record(actor=actor, now=now, subject=f"batch:{batch_id}", facts=facts)


@act("rights.choose_candidates")
def choose_candidates(*, actor: Actor, now: datetime, number: str, chosen: Sequence[str]) -> None:
    """Keep only the people whom staff chose, by the labels that were shown; several: they are one person.

    A plan that was made of others is void, with what was decided of it.

    Raises:
        WrongRequestState: it was approved, or has ended: whom that was about is settled.
        NotACandidate: none was given, or one that does not stand for a candidate as they are now.
    """
    refuse_unless(actor, Role.AGENT)
    request = load_request(number)
    if (state := State(state_of_case(number))) not in (State.RECEIVED, State.VERIFIED, State.PLANNED):
        raise WrongRequestState(number=number, state=state.value)
    if request.roots_sealed is None:
        raise NotACandidate
    known = Candidates.from_json(keys.open_sealed(number, bytes(request.roots_sealed), "roots").decode())
    labels = {label: index for index, label in enumerate(known.labels())}
    if not chosen or not labels.keys() >= set(chosen):
        raise NotACandidate
    merged = known.merged([labels[label] for label in chosen])
    if request.verified_at is None:
        _void_what_another_proved(request, merged, now=now)
    request.candidate_count = 1
    request.found_by = sorted(merged.people[0].matched_by)
    request.roots_sealed = keys.seal(number, merged.to_json().encode(), "roots")
    request.save(update_fields=["candidate_count", "roots_sealed", "found_by", "proofs"])
    facts = {"candidates": len(known.people), "chosen": len(set(chosen))}
    record(actor=actor, now=now, subject=f"request:{number}", facts=facts)
    if state is not State.RECEIVED:
        _void_plan(request.batch_id)
        start("rights.prepare", key=f"{number}/{new_id(prefix='n')}", args={"batch_id": request.batch_id})


def _void_plan(batch_id: int) -> None:
    """Take back plan and first decision: they are about somebody else, or more or fewer rows."""
    Batch.objects.filter(pk=batch_id).update(
        plan_digest="", planned_by="", planned_shell="", is_proposed=False
    )


@act("rights.ask_code_again")
def ask_code_again(*, actor: Actor, now: datetime, number: str) -> None:
    """Send another code to the contact point held; the identity check itself bounds how many.

    Raises:
        UnknownRequest, WrongRequestState: the identity is proven, or the request has ended.
    """
    load_request(number)
    state = State(state_of_case(number))
    if state is not State.RECEIVED:
        raise WrongRequestState(number=number, state=state.value)
    record(actor=actor, now=now, subject=f"request:{number}", facts={"again": True})
    start("rights.locate", key=f"{number}/{new_id(prefix='n')}", args={"number": number})


@act("rights.ask_to_verify")
def ask_to_verify(*, now: datetime, number: str) -> None:
    """Put the check of an identity on an agent's desk: the mailbox has had its mails of the day, whoever caused them."""
    task = NewTask(
        key="verify", what=TASK_VERIFY, role=Role.AGENT, url_name="rights:request", url_args=(number,)
    )
    cases.add_task(actor=SYSTEM, now=now, number=number, task=task)
    record(actor=SYSTEM, now=now, subject=f"request:{number}", facts={"asked": "verify"})


def ask_for_paper(*, now: datetime, number: str, kind: str, requester: str) -> None:
    """Have the status page ask whoever asks for another person for the paper that shows that they may."""
    purpose = paper_of(kind=kind, requester=requester)
    if purpose is not None:
        ask_paper(actor=SYSTEM, now=now, number=number, purpose=purpose)


def _ask_to_acknowledge(*, actor: Actor, now: datetime, number: str, due_at: datetime) -> None:
    """Put the confirmation of receipt on an agent's desk. Source: 11 CCR 7021(a)."""
    task = NewTask(
        key="acknowledge",
        what=TASK_ACKNOWLEDGE,
        role=Role.AGENT,
        due_at=due_at,
        url_name="rights:request",
        url_args=(number,),
    )
    cases.add_task(actor=actor, now=now, number=number, task=task)


def _sealed(number: str, value: bytes, label: str) -> bytes | None:
    return keys.seal(number, value, label) if value else None


def _set_clocks(
    *,
    actor: Actor,
    now: datetime,
    received_at: datetime,
    number: str,
    kind: str,
    residence: str,
    is_told: bool,
) -> tuple[datetime | None, datetime | None]:
    """Set every clock of the laws that apply; return when the strictest answer is due, and its confirmation.

    `is_told`: the person sees at once that the request arrived, so receipt is confirmed. Source: 11 CCR 7021(a).
    """
    clocks = clocks_for(kind, residence=residence, received_at=received_at)
    cases.set_clocks(actor=actor, now=now, number=number, clocks=facts_of(clocks))
    for clock in clocks:
        if is_told and clock.purpose is Purpose.ACKNOWLEDGEMENT:
            cases.meet_clock(actor=actor, now=now, number=number, rule_id=clock.rule_id)
    answer, receipt = strictest(clocks), strictest(clocks, purpose=Purpose.ACKNOWLEDGEMENT)
    return answer.due_at if answer else None, receipt.due_at if receipt and not is_told else None


def _received_at(day: date | None, now: datetime) -> datetime:
    """Return when a request came: the start of an earlier day where the company is, or now."""
    zone = profile().zone
    today = now.astimezone(zone).date()
    if day is None or day == today:
        return now
    if day > today or today - day > timedelta(days=366):
        raise BadReceipt
    return datetime.combine(day, time.min, zone)


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
