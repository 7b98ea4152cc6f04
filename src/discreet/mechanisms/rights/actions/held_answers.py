"""Answers that are held: the company's record no longer holds the address that the code of a request went to.

Whoever changed it may be the person or somebody who took their account over: nobody knows, so nothing goes to either
address until staff have checked the identity anew. Source: failure promises 14, 16; GDPR Art. 5(1)(f), 12(6).
"""

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime

from discreet.foundation.cases import actions as cases
from discreet.foundation.cases.bulk import add_public_tokens, languages_of
from discreet.foundation.cases.queries import has_open_task
from discreet.foundation.jobs.api import start
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, record
from discreet.foundation.mail.api import HeldContact, MailParams, is_reachable, send
from discreet.mechanisms.rights.actions import answering
from discreet.mechanisms.rights.actions.informing import package_mail
from discreet.mechanisms.rights.actions.receiving import load_request, refuse_unless
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.refusals import NothingHeld, ReasonMissing
from discreet.mechanisms.rights.rules import Answer, Goes, Outcome, needs_link
from discreet.vocabulary.actors import SYSTEM, Actor, Role
from discreet.vocabulary.ids import new_token


@act("rights.hold_answers")
def hold_answers(*, now: datetime, batch_id: int, seen: Mapping[str, str]) -> None:
    """Hold the answers of requests whose contact point changed. Repeating it keeps the first time.

    `seen`: by number, a keyed digest of what the company's record holds now: what staff decide binds to it.
    """
    for request in RightsRequest.objects.select_for_update().filter(batch_id=batch_id, number__in=seen):
        mark_held(request, seen=seen[request.number], now=now)
        if request.answer == Answer.MAIL_DUE:
            request.answer = Answer.LETTER_DUE.value
            request.save(update_fields=["answer"])
            answering.ask_for_letters(actor=SYSTEM, now=now, numbers=[request.number])
        record(actor=SYSTEM, now=now, subject=f"request:{request.number}", facts={"held": True})
    record(actor=SYSTEM, now=now, subject=f"batch:{batch_id}", facts={"held": len(seen)})


def mark_held(request: RightsRequest, *, seen: str, now: datetime) -> None:
    """Note that an answer is held; the running act calls this."""
    if request.contact_changed_at is None or request.contact_settled_at is not None:
        request.contact_changed_at, request.contact_settled_at = now, None
        request.contact_seen = seen
        request.save(update_fields=["contact_changed_at", "contact_settled_at", "contact_seen"])


@act("rights.settle_contact")
def settle_contact(*, actor: Actor, now: datetime, number: str, goes: Goes, reason: str) -> None:
    """Decide where an answer that was held goes, after the identity was checked anew. `reason`: how; kept sealed.

    Raises:
        NotYours, UnknownRequest, ReasonMissing
        NothingHeld: no answer of this request is held.
    """
    refuse_unless(actor, Role.AGENT)
    if not reason.strip():
        raise ReasonMissing
    request = load_request(number)
    if request.answer != Answer.LETTER_DUE or not is_held(request):
        raise NothingHeld(number=number)
    request.contact_settled_at, request.contact_settled_by = now, actor.person
    request.contact_reason_sealed = keys.seal(number, reason.strip()[:2000].encode(), "contact-reason")
    request.save(update_fields=["contact_settled_at", "contact_settled_by", "contact_reason_sealed"])
    if goes is Goes.BY_HAND:
        answering.ask_for_letters(actor=SYSTEM, now=now, numbers=[number])
    else:
        key = f"{number}:{now.timestamp():.6f}"
        start("rights.send_held", key=key, args={"number": number, "goes": goes.value})
    record(actor=actor, now=now, subject=f"request:{number}", facts={"goes": goes.value})


@act("rights.send_held")
def send_held(*, now: datetime, number: str, contact: HeldContact | None, seen: str) -> None:
    """Mail an answer that was held to where staff decided. Repeating it sends none twice.

    `contact` None: the record changed again since, so it is held again, as `seen` now.
    """
    request = load_request(number)
    subject = f"request:{number}"
    if request.answer != Answer.LETTER_DUE or is_held(request):
        record(actor=SYSTEM, now=now, subject=subject, facts={"repeated": True})
        return
    if contact is None or not is_reachable(contact):
        mark_held(request, seen=seen, now=now)
        record(actor=SYSTEM, now=now, subject=subject, facts={"held": True})
        return
    language = dict(languages_of([number]))[number]
    template, params = _mail_of(request, now=now)
    send(actor=SYSTEM, now=now, to=contact, template_id=template, params=params, language=language)
    request.answer, request.letter_sent_at = Answer.MAIL.value, now  # it leaves now, and not when it was made
    fields = ["answer", "letter_sent_at", "package_token_hash", "package_expires_at"]
    request.save(update_fields=fields)
    if has_open_task(number, answering.TASK):
        cases.finish_task(actor=SYSTEM, now=now, number=number, key=answering.TASK)
    facts: dict[str, Json] = {"answer": Answer.MAIL.value}
    record(actor=SYSTEM, now=now, subject=subject, facts=facts)


def is_held(request: RightsRequest) -> bool:
    """Say whether an answer waits for staff to check the identity anew."""
    return request.contact_changed_at is not None and request.contact_settled_at is None


def numbers_held(batch_id: int) -> Collection[str]:
    """Return the requests of a batch whose answer is held."""
    found = RightsRequest.objects.filter(batch_id=batch_id, contact_changed_at__isnull=False)
    return set(found.filter(contact_settled_at__isnull=True).values_list("number", flat=True))


def _mail_of(request: RightsRequest, *, now: datetime) -> tuple[str, MailParams]:
    number = request.number
    if request.outcome == Outcome.DELIVERED:
        token = new_token()
        request.package_token_hash = hashlib.sha256(token.encode()).hexdigest()
        request.package_expires_at = now + answering.PACKAGE_LIVES
        return package_mail(request, token, now=now)
    tokens: Mapping[str, str] = {}
    if needs_link(channel=request.channel, requester=request.requester):
        subject = f"request:{number}"
        tokens = add_public_tokens(actor=SYSTEM, now=now, subject=subject, numbers=[number])
    return answering.template_of(request), answering.params_of(number, tokens.get(number, ""))
