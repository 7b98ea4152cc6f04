"""Requests from the public form: what several people send at the same moment is one transaction.

Whoever is answered is in the database for good, with evidence, clocks and a number; there is nothing between a form
and its request that a crash could lose. Why so: docs/decisions/forms-share-a-transaction.md.

Source: GDPR Art. 12(3) (the clock starts at receipt); failure promises 13 and 16.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from django.db import transaction

from discreet.engines.subjects.identity import Identity
from discreet.events.rights import RequestReceived
from discreet.foundation.cases.actions import OpenedCase
from discreet.foundation.cases.opening import Opening, open_each
from discreet.foundation.centre import form_guard, limits
from discreet.foundation.centre.together import Together
from discreet.foundation.jobs.api import publish_many, start_many
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Evidence, record_many
from discreet.foundation.rulepacks.clocks import Clock, strictest
from discreet.foundation.rulepacks.law import Purpose
from discreet.mechanisms.rights.actions import standing
from discreet.mechanisms.rights.actions.receiving import (
    ask_for_paper,
    facts_of,
    new_request,
    receipt_facts,
)
from discreet.mechanisms.rights.course.clocks import clocks_for
from discreet.mechanisms.rights.kinds import TITLES, Kind
from discreet.mechanisms.rights.models import Batch, RightsRequest
from discreet.mechanisms.rights.opening import claims as sealed_claims
from discreet.mechanisms.rights.opening.asker import Asking, checked_asking
from discreet.mechanisms.rights.opening.digests import home_region
from discreet.mechanisms.rights.opening.given import checked
from discreet.mechanisms.rights.refusals import UnknownCountry
from discreet.mechanisms.rights.rules import State, is_residence
from discreet.vocabulary.actors import Actor, ActorKind
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.ids import new_id

CUSTOMER = Actor(kind=ActorKind.CUSTOMER, name="customer")
CHANNEL = "centre"
#: Forms of one transaction: some ten milliseconds on a small machine, while SQLite lets nobody else write.
AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class SentForm:
    """What somebody sent. `form_id` names this content of this form, `uses` what it is counted by."""

    form_id: str
    kind: Kind
    claim: Identity
    residence: str
    language: str
    asking: Asking
    uses: limits.Uses
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """`public_token` is told once; "" where the same form was taken before."""

    number: str
    public_token: str


Outcome: TypeAlias = Taken | Refused


def receive_form(sent: SentForm) -> Taken:
    """Receive a request; the same form is one request. When it returns, the request has reached the disk.

    Raises:
        UnknownCountry, UnknownRequester, RequesterMissing, NotReadable, TooLong, NotAnEmail, NotAPhone,
        EmptyIdentity, NameIsNotEnough: as `receiving.receive_request`; nothing was counted.
        TooManyRequests: over a limit.
    """
    limits.refuse_if_over(sent.uses, now=sent.received_at)
    if not is_residence(sent.residence):
        raise UnknownCountry(residence=sent.residence[:8])
    outcome = _together.run(
        SentForm(
            form_id=sent.form_id,
            kind=sent.kind,
            claim=checked(sent.claim),
            residence=sent.residence.upper(),
            language=sent.language,
            asking=checked_asking(sent.asking),
            uses=sent.uses,
            received_at=sent.received_at,
        )
    )
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


def receive_forms(sent: Sequence[SentForm]) -> list[Outcome]:
    """Receive forms that were checked, in one transaction; return what came of each, in order."""
    try:
        return _receive(sent)
    except form_guard.SentMeanwhile:  # another process took one of them just now, and has committed
        return _receive(sent)


_together: Together[SentForm, Outcome] = Together(carry_out=receive_forms, most=AT_ONCE)


def _receive(sent: Sequence[SentForm]) -> list[Outcome]:
    now = max(one.received_at for one in sent)
    with transaction.atomic():
        over = limits.count_each([one.uses for one in sent], now=now)
        welcome = [one for one, refusal in zip(sent, over, strict=True) if refusal is None]
        known = form_guard.results_of(one.form_id for one in welcome)
        new = {one.form_id: one for one in welcome if one.form_id not in known}
        opened: dict[str, OpenedCase] = {}
        if new:
            opened = dict(
                zip(new, _receive_new(actor=CUSTOMER, now=now, sent=list(new.values())), strict=True)
            )
            form_guard.keep({form_id: case.number for form_id, case in opened.items()}, now=now)
    numbers = known | {form_id: case.number for form_id, case in opened.items()}
    tokens = {form_id: case.public_token for form_id, case in opened.items()}
    return [
        refusal or Taken(number=numbers[one.form_id], public_token=tokens.pop(one.form_id, ""))
        for one, refusal in zip(sent, over, strict=True)
    ]


@act("rights.receive_request")
def _receive_new(*, actor: Actor, now: datetime, sent: Sequence[SentForm]) -> list[OpenedCase]:
    """Open the requests, with the same evidence, event and work for each as one that came alone."""
    clocks = [
        clocks_for(one.kind.value, residence=one.residence, received_at=one.received_at) for one in sent
    ]
    opened = open_each(
        actor=actor,
        now=now,
        prefix="R",
        kind="request",
        state=State.RECEIVED.value,
        opening=[_opening(one, own) for one, own in zip(sent, clocks, strict=True)],
    )
    batches = Batch.objects.bulk_create(Batch(kind=one.kind.value, key_id=new_id(prefix="b")) for one in sent)
    keys.create_case_keys(batch.key_id for batch in batches)
    region = home_region()
    requests = [
        _request(one, case, batch, own, now=now, region=region)
        for one, case, batch, own in zip(sent, opened, batches, clocks, strict=True)
    ]
    RightsRequest.objects.bulk_create(requests)
    record_many(
        actor=actor,
        now=now,
        evidence=[Evidence(subject=f"request:{one.number}", facts=receipt_facts(one)) for one in requests],
    )
    publish_many(RequestReceived(number=one.number) for one in requests)
    for one in requests:
        ask_for_paper(now=now, number=one.number, kind=one.kind, requester=one.requester)
    _go_on(actor, now, sent, requests)
    return opened


def _opening(one: SentForm, clocks: Sequence[Clock]) -> Opening:
    return Opening(
        title=TITLES[one.kind],
        language=one.language,
        subject=sealed_claims.to_bytes(one.claim),
        clocks=tuple(facts_of(clocks)),
        # The person sees at once that the request arrived, so receipt is confirmed. Source: 11 CCR 7021(a).
        met=frozenset(clock.rule_id for clock in clocks if clock.purpose is Purpose.ACKNOWLEDGEMENT),
    )


def _request(
    one: SentForm, case: OpenedCase, batch: Batch, clocks: Sequence[Clock], *, now: datetime, region: str
) -> RightsRequest:
    answer = strictest(clocks)
    return new_request(
        number=case.number,
        batch=batch,
        kind=one.kind.value,
        channel=CHANNEL,
        residence=one.residence,
        claim=one.claim,
        asking=one.asking,
        region=region,
        received_at=one.received_at,
        acknowledged_at=now,
        due_at=answer.due_at if answer else None,
    )


def _go_on(actor: Actor, now: datetime, sent: Sequence[SentForm], requests: Sequence[RightsRequest]) -> None:
    """Let a choice stand that needs no proof of identity; have the others looked up, and a code sent."""
    to_locate = [one.number for one in requests if not standing.is_applied_at_receipt(one.kind)]
    for form, one in zip(sent, requests, strict=True):
        if one.number not in to_locate:
            standing.apply_at_receipt(
                actor=actor, now=now, batch_id=one.batch_id, claims={one.number: (form.claim, one.residence)}
            )
    if to_locate:
        start_many("rights.locate", {number: {"number": number} for number in to_locate})
