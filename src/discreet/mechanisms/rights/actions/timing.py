"""The clocks of one request: receipt confirmed, deadline extended, stopped and started again.

Source: GDPR Art. 12(3); 11 CCR 7021; Cal. Civ. Code 1798.130(a)(2)(A); EDPB Guidelines 01/2022, 157 to 159.
"""

from datetime import datetime

from discreet.events.rights import RequestExtended
from discreet.foundation.cases import actions as cases
from discreet.foundation.cases.bulk import languages_of
from discreet.foundation.cases.queries import get as get_case
from discreet.foundation.cases.rules import ClockFacts
from discreet.foundation.centre.verification import held_contact
from discreet.foundation.jobs.api import publish
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, record
from discreet.foundation.mail.api import HeldContact, MailParams, is_reachable, send
from discreet.foundation.rulepacks.clocks import Clock, strictest
from discreet.foundation.rulepacks.law import Purpose
from discreet.mechanisms.rights.actions.informing import page_link
from discreet.mechanisms.rights.actions.receiving import (
    drop_task,
    facts_of,
    load_request,
    refuse_unless,
)
from discreet.mechanisms.rights.course.clocks import clocks_for
from discreet.mechanisms.rights.course.rules import Wait, extension, may_pause, resumed
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.refusals import (
    AcknowledgedBefore,
    ExtendedBefore,
    ExtensionMovesNothing,
    ExtensionTooLate,
    NoExtension,
    NoPause,
    NotPaused,
    PauseTooLate,
    WhyMissing,
    WrongRequestState,
)
from discreet.mechanisms.rights.rules import needs_link
from discreet.vocabulary.actors import SYSTEM, Actor, Role
from discreet.vocabulary.text import gettext_noop

MOST = 1000
TASK_TELL = gettext_noop("Tell the person by letter that the answer takes longer, and why")


@act("rights.acknowledge")
def acknowledge(*, actor: Actor, now: datetime, number: str) -> None:
    """Note that the person was told that the request has arrived, and how it is handled.

    Raises:
        NotYours, UnknownRequest, WrongRequestState
        AcknowledgedBefore
    """
    refuse_unless(actor, Role.AGENT)
    request = _load_open(number)
    if request.acknowledged_at is not None:
        raise AcknowledgedBefore(number=number)
    request.acknowledged_at = now
    request.save(update_fields=["acknowledged_at"])
    for clock in _clocks(request):
        if clock.purpose is Purpose.ACKNOWLEDGEMENT:
            cases.meet_clock(actor=actor, now=now, number=number, rule_id=clock.rule_id)
    drop_task(actor=actor, now=now, number=number, key="acknowledge")
    record(actor=actor, now=now, subject=f"request:{number}", facts={"acknowledged": True})


@act("rights.extend_deadline")
def extend_deadline(*, actor: Actor, now: datetime, number: str, reason: str) -> bool:
    """Take the longer time that the law gives, and tell the person why. Laws that give none keep their date.

    Returns whether the person was told by mail; where not, staff are asked to write.

    Raises:
        NotYours, UnknownRequest, WrongRequestState
        WhyMissing: without a reason nothing is extended.
        ExtendedBefore: it is allowed once.
        ExtensionTooLate: the first deadline has passed.
        NoExtension: no law of this request allows it.
        ExtensionMovesNothing: a law that may apply as well allows none, and its day comes first.
    """
    if not actor.may(Role.APPROVER):
        refuse_unless(actor, Role.AGENT)
    if not reason.strip():
        raise WhyMissing
    request = _load_open(number)
    if request.extended_at is not None:
        raise ExtendedBefore(number=number)
    allowed = extension(_clocks(request), now=now)
    if not allowed.rule_ids:
        raise ExtensionTooLate(number=number) if allowed.notice_by else NoExtension(number=number)
    clocks = [
        longer if longer.rule_id in allowed.rule_ids else first
        for longer, first in _pairs(_clocks(request, extended=True), _clocks(request))
    ]
    answer = strictest(clocks)
    if answer is not None and request.due_at is not None and answer.due_at <= request.due_at:
        raise ExtensionMovesNothing(number=number, article=answer.article)
    cases.set_clocks(actor=actor, now=now, number=number, clocks=facts_of(_unmet(number, clocks)))
    request.due_at = answer.due_at if answer else None
    request.extended_at = now
    request.extension_sealed = keys.seal(number, reason.strip()[:MOST].encode(), "extension")
    request.save(update_fields=["due_at", "extended_at", "extension_sealed"])
    is_mailed = _tell(request, now=now, by=allowed.notice_by)
    facts: dict[str, Json] = {
        "extended": list(allowed.rule_ids),
        "unchanged": list(allowed.others),
        "mailed": is_mailed,
    }
    record(actor=actor, now=now, subject=f"request:{number}", facts=facts)
    publish(RequestExtended(number=number))
    return is_mailed


@act("rights.pause_clocks")
def pause_clocks(*, actor: Actor, now: datetime, number: str, wait: str) -> tuple[str, ...]:
    """Stop the clocks of the laws that allow it for what is awaited from the person; the others run on.

    Returns the rules whose clocks stand still.

    Raises:
        NotYours, UnknownRequest, WrongRequestState
        NoPause: no law of this request lets a clock stand still for it, or it stands still already.
        PauseTooLate: what is overdue stays overdue.
    """
    refuse_unless(actor, Role.AGENT)
    request = _load_open(number)
    is_proven = request.verified_at is not None
    stoppable = [
        clock
        for clock in get_case(number).clocks
        if clock.met_at is None
        and clock.paused_at is None
        and may_pause(clock.law, wait, is_proven=is_proven)
    ]
    if request.paused_at is not None or wait not in set(Wait) or not stoppable:
        raise NoPause(number=number)
    running = [clock for clock in stoppable if clock.due_at > now]
    if not running:
        raise PauseTooLate(number=number)
    for clock in running:
        cases.pause_clock(actor=actor, now=now, number=number, rule_id=clock.rule_id)
    request.paused_at = now
    request.save(update_fields=["paused_at"])
    names = tuple(clock.rule_id for clock in running)
    facts: dict[str, Json] = {"wait": wait, "paused": list(names)}
    record(actor=actor, now=now, subject=f"request:{number}", facts=facts)
    return names


@act("rights.resume_clocks")
def resume_clocks(*, actor: Actor, now: datetime, number: str) -> None:
    """Let the clocks go on: what was awaited has come. Whole days of waiting are added.

    Raises:
        NotYours, UnknownRequest, WrongRequestState, NotPaused
    """
    if actor.kind is not SYSTEM.kind:
        refuse_unless(actor, Role.AGENT)
    request = _load_open(number)
    if request.paused_at is None:
        raise NotPaused(number=number)
    stored = [clock for clock in get_case(number).clocks if clock.met_at is None]
    clocks = [
        ClockFacts(
            rule_id=clock.rule_id,
            law=clock.law,
            article=clock.article,
            due_at=clock.due_at
            if clock.paused_at is None
            else resumed(due_at=clock.due_at, paused_at=clock.paused_at, now=now),
            warn_at=clock.warn_at
            if clock.paused_at is None
            else resumed(due_at=clock.warn_at, paused_at=clock.paused_at, now=now),
            is_unsure=clock.is_unsure,
        )
        for clock in stored
    ]
    cases.set_clocks(actor=actor, now=now, number=number, clocks=clocks)
    answers = {clock.rule_id for clock in _clocks(request) if clock.purpose is Purpose.ANSWER}
    request.due_at = min((one.due_at for one in clocks if one.rule_id in answers), default=request.due_at)
    request.paused_at = None
    request.save(update_fields=["due_at", "paused_at"])
    record(actor=actor, now=now, subject=f"request:{number}", facts={"resumed": True})


def _load_open(number: str) -> RightsRequest:
    request = load_request(number)
    if request.completed_at is not None:
        raise WrongRequestState(number=number, state=get_case(number).row.state)
    return request


def _clocks(request: RightsRequest, *, extended: bool = False) -> tuple[Clock, ...]:
    return clocks_for(
        request.kind,
        residence=request.residence,
        received_at=request.reopened_at or request.received_at,
        extended=extended,
    )


def _pairs(longer: tuple[Clock, ...], first: tuple[Clock, ...]) -> list[tuple[Clock, Clock]]:
    by_rule = {clock.rule_id: clock for clock in first}
    return [(clock, by_rule[clock.rule_id]) for clock in longer]


def _unmet(number: str, clocks: list[Clock]) -> list[Clock]:
    met = {clock.rule_id for clock in get_case(number).clocks if clock.met_at is not None}
    return [clock for clock in clocks if clock.rule_id not in met]


def _tell(request: RightsRequest, *, now: datetime, by: datetime | None) -> bool:
    """Mail that the answer takes longer to the contact point held; where there is none, ask staff to write."""
    number = request.number
    contact: HeldContact | None = held_contact(number)
    if contact is None or not is_reachable(contact):
        task = cases.NewTask(
            key="tell-extension",
            what=TASK_TELL,
            role=Role.AGENT,
            due_at=by,
            url_name="rights:request",
            url_args=(number,),
        )
        cases.add_task(actor=SYSTEM, now=now, number=number, task=task)
        return False
    params: MailParams = {"number": number}
    is_linked = needs_link(channel=request.channel, requester=request.requester)
    if is_linked:
        params = {"number": number, "link": page_link(number, now=now)}
    send(
        actor=SYSTEM,
        now=now,
        to=contact,
        template_id="rights.extended_link" if is_linked else "rights.extended",
        params=params,
        language=dict(languages_of([number]))[number],
    )
    return True
