"""The only writer of messages. Evidence names template, state and counts: no address, text or parameter."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from discreet.foundation.cases.queries import ledger_subject
from discreet.foundation.jobs.api import start
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Evidence, Json, record, record_many
from discreet.foundation.mail.contacts import ContactKind, HeldContact, open_contact, open_contacts
from discreet.foundation.mail.folder import remove_from_folder
from discreet.foundation.mail.models import MailboxSlot, MessageState, OutgoingMessage
from discreet.foundation.mail.refusals import UnsafeText, UnusableAddress
from discreet.foundation.mail.rules import (
    DAY,
    KEPT_FOR,
    MAILS_A_DAY,
    MailParams,
    is_deliverable,
    mailbox_of,
    unsafe_params,
)
from discreet.foundation.mail.templates import MailTemplate, template
from discreet.vocabulary.actors import SYSTEM, Actor
from discreet.vocabulary.ids import new_id
from discreet.vocabulary.normalise import normalise_email

EXPIRE_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class SendOutcome:
    """`state`: waiting (goes out now), or dropped (the mailbox has had its mails of the day)."""

    message_id: str
    state: MessageState


@dataclass(frozen=True, slots=True)
class NewMail:
    """One of many mails. `subject`: what its evidence is recorded under."""

    to: HeldContact
    params: MailParams
    language: str
    subject: str


@act("mail.send")
def send(
    *,
    actor: Actor,
    now: datetime,
    to: HeldContact,
    template_id: str,
    params: MailParams,
    language: str,
) -> SendOutcome:
    """Queue one mail to a contact point already held. Of what anybody can cause three a day leave for one mailbox.

    Raises:
        UnsafeText: a parameter is neither number, date, code nor a link to ourselves.
        UnusableAddress: the stored address is not one plain e-mail address.
    """
    if unsafe := unsafe_params(params, base_url=settings.DISCREET_BASE_URL):
        raise UnsafeText(names=", ".join(unsafe))
    address = open_contact(to)
    if to.kind is not ContactKind.EMAIL or not is_deliverable(address):
        raise UnusableAddress()
    message_id = new_id(prefix="m")
    mail = template(template_id)
    may_leave = mail.must_arrive or _take_slot(_mailbox(address), _slots(mail), now)
    state = MessageState.WAITING if may_leave else MessageState.DROPPED
    payload = json.dumps({"to": address, "params": dict(params)}).encode()
    OutgoingMessage.objects.create(
        message_id=message_id,
        case_number=to.case_number,
        template=template_id,
        language=language,
        sealed=keys.seal(to.case_number, payload, f"mail:{message_id}") if may_leave else b"",
        state=state,
        made_at=now,
        next_at=now if may_leave else None,
        expires_at=now + KEPT_FOR,
    )
    if may_leave:
        start("mail.deliver", key=message_id, args={"message_id": message_id})
    facts = {"message": message_id, "template": template_id, "state": state.value}
    record(actor=actor, now=now, subject=ledger_subject(to.case_number), facts=facts)
    return SendOutcome(message_id=message_id, state=state)


@act("mail.send")
def send_many(*, actor: Actor, now: datetime, template_id: str, mails: Sequence[NewMail]) -> None:
    """Queue mails of one kind that must arrive, each to another case's contact. The next rounds send them.

    Raises:
        UnsafeText, KeyDestroyed
    """
    if not template(template_id).must_arrive:
        raise ValueError(f"{template_id} is counted by mailbox: send it alone")
    addresses = open_contacts([mail.to for mail in mails])
    payloads = {}
    for mail in mails:
        if unsafe := unsafe_params(mail.params, base_url=settings.DISCREET_BASE_URL):
            raise UnsafeText(names=", ".join(unsafe))
        number = mail.to.case_number
        payloads[number] = json.dumps({"to": addresses[number], "params": dict(mail.params)}).encode()
    ids = {number: new_id(prefix="m") for number in payloads}
    sealed = keys.seal_each({number: (payloads[number], f"mail:{ids[number]}") for number in payloads})
    OutgoingMessage.objects.bulk_create(
        [
            OutgoingMessage(
                message_id=ids[mail.to.case_number],
                case_number=mail.to.case_number,
                template=template_id,
                language=mail.language,
                sealed=sealed[mail.to.case_number],
                state=MessageState.WAITING,
                made_at=now,
                next_at=now,
                expires_at=now + KEPT_FOR,
            )
            for mail in mails
        ],
        batch_size=500,
    )
    evidence = [
        Evidence(
            subject=mail.subject,
            facts={
                "message": ids[mail.to.case_number],
                "template": template_id,
                "state": MessageState.WAITING.value,
            },
        )
        for mail in mails
    ]
    record_many(actor=actor, now=now, evidence=evidence)


def is_reachable(contact: HeldContact) -> bool:
    """Return whether `send` can reach the contact at all."""
    return contact.kind is ContactKind.EMAIL and is_deliverable(open_contact(contact))


def has_room(*, to: HeldContact, template_id: str, now: datetime) -> bool:
    """Return whether `send` would let a mail of this kind leave for the contact now."""
    mail = template(template_id)
    taken = MailboxSlot.objects.filter(
        mailbox=_mailbox(open_contact(to)), slot__in=_slots(mail), taken_at__gt=now - DAY
    )
    return mail.must_arrive or taken.count() < mail.share


def _slots(mail: MailTemplate) -> range:
    """Return the places that a mail may take: the last ones, which the others come to last."""
    return range(MAILS_A_DAY - mail.share, MAILS_A_DAY)


def _take_slot(mailbox: str, slots: range, now: datetime) -> bool:
    """Take one of the mailbox's places of the last 24 hours; False when none is free. Safe in races."""
    for slot in slots:
        found = MailboxSlot.objects.filter(mailbox=mailbox, slot=slot)
        if found.filter(taken_at__lte=now - DAY).update(taken_at=now):
            return True
        if found.exists():
            continue
        try:
            with transaction.atomic():
                MailboxSlot.objects.create(mailbox=mailbox, slot=slot, taken_at=now)
        except IntegrityError:  # another process took this place between the look and the insert
            continue
        return True
    return False


@act("mail.note_delivery")
def note_delivery(*, now: datetime, message_id: str, state: MessageState, problem: str = "") -> None:
    """Record that a message left or cannot leave, and forget its address."""
    message = OutgoingMessage.objects.select_for_update().get(message_id=message_id)
    message.state, message.problem, message.sealed, message.next_at = state, problem, b"", None
    message.sent_at = now if state is MessageState.SENT else None
    message.save()
    facts: dict[str, Json] = {
        "message": message_id,
        "template": message.template,
        "state": state.value,
        "attempts": message.attempts,
        "problem": problem,
    }
    record(actor=SYSTEM, now=now, subject=ledger_subject(message.case_number), facts=facts)


@act("mail.forget_case")
def forget_case(*, now: datetime, case_number: str) -> None:
    """Delete every message of an expired case, also from the mail folder."""
    _delete(
        list(OutgoingMessage.objects.filter(case_number=case_number).values_list("message_id", flat=True))
    )
    record(actor=SYSTEM, now=now, subject=ledger_subject(case_number), facts={"messages": "deleted"})


@act("mail.expire")
def _expire(*, now: datetime, message_ids: list[str]) -> None:
    _delete(message_ids)
    record(actor=SYSTEM, now=now, subject="mail:expired", facts={"messages": len(message_ids)})


def expire_once(now: datetime) -> int:
    """Delete messages past their time, also from the mail folder; return how many."""
    ended = OutgoingMessage.objects.filter(expires_at__lte=now).values_list("message_id", flat=True)
    message_ids = list(ended[:EXPIRE_AT_ONCE])
    if message_ids:
        _expire(now=now, message_ids=message_ids)
    MailboxSlot.objects.filter(taken_at__lte=now - 2 * DAY).delete()
    return len(message_ids)


def _delete(message_ids: list[str]) -> None:
    OutgoingMessage.objects.filter(message_id__in=message_ids).delete()
    transaction.on_commit(lambda: remove_from_folder(message_ids))


def _mailbox(address: str) -> str:
    plain = mailbox_of(address, normalised=normalise_email(address) or "")
    return keys.hmac_company("mailbox", plain.encode()).hex()
