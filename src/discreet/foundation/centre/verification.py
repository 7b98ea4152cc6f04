"""The identity check: a code to a contact point that the company already holds, never to one that was typed.

Nothing here tells an outsider whether anybody was found. Call `start` from a job, after the answer.
Source: GDPR Art. 12(6); EDPB Guidelines 01/2022, 58 to 79; failure promises 14 to 16.
"""

import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.conf import settings

from discreet.foundation.cases.queries import ledger_subject
from discreet.foundation.cases.refusals import UnknownCase
from discreet.foundation.centre.mailbox_links import link_token
from discreet.foundation.centre.models import Verification, VerificationCode
from discreet.foundation.centre.refusals import NoCodeToShow
from discreet.foundation.centre.rules import CODE_DIGITS, CODE_LIVES, CODES_A_CASE, TRIES_A_CASE
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, record
from discreet.foundation.mail.api import (
    ContactKind,
    HeldContact,
    MessageState,
    is_reachable,
    open_contact,
    send,
)
from discreet.vocabulary.actors import SYSTEM, Actor

TEMPLATE = "centre.code"
_AT_ONCE = 500


class Start(StrEnum):
    """What `start` did. Only staff and evidence see it."""

    SENT = "sent"
    NO_CONTACT = "no_contact"
    NO_MORE_CODES = "no_more_codes"
    MAILBOX_FULL = "mailbox_full"
    VERIFIED_ALREADY = "verified_already"


@dataclass(frozen=True, slots=True)
class VerificationView:
    """`tries_left` is the same whether or not anybody was found, so pages may show it."""

    tries_left: int
    codes_left: int
    verified_at: datetime | None


@act("centre.start_verification")
def start(
    *,
    case_number: str,
    contacts: Sequence[HeldContact],
    actor: Actor,
    now: datetime,
    language: str = "en",
    template_id: str = TEMPLATE,
) -> Start:
    """Send a new code to the first contact that mail can reach. No contact is no error.

    `template_id`: a mail with the code and the number of the case. At most three codes a case, three mails a day and mailbox. Earlier codes stay valid for 30 minutes.
    """
    subject = ledger_subject(case_number)
    check = _locked(case_number)
    outcome = _may_start(check, contacts)
    if outcome is Start.SENT:
        contact = _first_reachable(contacts)
        outcome = _send_code(check, contact, actor=actor, now=now, language=language, template_id=template_id)
    record(actor=actor, now=now, subject=subject, facts={"outcome": outcome.value, "codes": check.codes})
    return outcome


@act("centre.show_code")
def show(*, case_number: str, actor: Actor, now: datetime) -> str:
    """Make a code and return it, for a page that only whoever reads the held mailbox reaches; no mail leaves.

    It is one of the three codes of the case and lives as long. Evidence does not hold it.

    Raises:
        NoCodeToShow: no contact is held for the case, it is proven, or its codes or tries are used.
    """
    check = _locked(case_number)
    if (
        not check.contact_sealed
        or _may_start(check, list(held_contacts([case_number]).values())) is not Start.SENT
    ):
        raise NoCodeToShow
    code = _random_code()
    _keep(check, code, now)
    check.save()
    facts: dict[str, Json] = {"outcome": "shown", "codes": check.codes}
    record(actor=actor, now=now, subject=ledger_subject(case_number), facts=facts)
    return code


@act("centre.void_codes")
def void(*, case_number: str, now: datetime, actor: Actor = SYSTEM) -> None:
    """Take every code back that went out, and what one proved: they went to somebody whom the case is not about now."""
    check = _locked(case_number)
    living = check.sent.count()
    check.sent.all().delete()
    check.contact_kind, check.contact_sealed = "", b""  # nor does a page show them one
    was_proven, check.verified_at = check.verified_at is not None, None
    check.save()
    facts = {"codes": living, "was_proven": was_proven}
    record(actor=actor, now=now, subject=ledger_subject(case_number), facts=facts)


def check(*, case_number: str, code: str, now: datetime, actor: Actor = SYSTEM) -> bool:
    """Return whether the code proves the identity; five tries in total, over all codes of the case.

    An unknown case is refused in the same way as a wrong code.
    """
    try:
        ledger_subject(case_number)
    except UnknownCase:
        return False
    return _check(case_number=case_number, code=code, now=now, actor=actor)


def status(case_number: str) -> VerificationView:
    """Return how far the check is."""
    found = Verification.objects.filter(case_number=case_number).first()
    if found is None:
        return VerificationView(tries_left=TRIES_A_CASE, codes_left=CODES_A_CASE, verified_at=None)
    return VerificationView(
        tries_left=TRIES_A_CASE - found.tries,
        codes_left=CODES_A_CASE - found.codes,
        verified_at=found.verified_at,
    )


def is_code_sent(case_number: str) -> bool:
    """Say whether a code went out for this case."""
    return Verification.objects.filter(case_number=case_number, codes__gt=0).exists()


def held_contact(case_number: str) -> HeldContact | None:
    """Return the contact point for later mails: the one that codes of this case went to, or that was kept."""
    return held_contacts([case_number]).get(case_number)


def held_contacts(case_numbers: Sequence[str]) -> dict[str, HeldContact]:
    """Return the contact points of the cases that later mails go to; a case without one is left out."""
    found: dict[str, HeldContact] = {}
    for start in range(0, len(case_numbers), _AT_ONCE):
        part = Verification.objects.filter(case_number__in=case_numbers[start : start + _AT_ONCE])
        rows = part.exclude(contact_sealed=b"").values_list("case_number", "contact_kind", "contact_sealed")
        for number, kind, sealed in rows:
            found[number] = HeldContact(kind=ContactKind(kind), case_number=number, sealed=bytes(sealed))
    return found


@act("centre.keep_contacts")
def keep_contacts(*, actor: Actor, now: datetime, subject: str, contacts: Mapping[str, HeldContact]) -> None:
    """Keep where later mails go, by case number: read from a source before it is erased there.

    Where a code proved the identity, its contact point stays. `subject`: what the evidence is recorded under.
    """
    numbers = list(contacts)
    for start in range(0, len(numbers), _AT_ONCE):
        part = numbers[start : start + _AT_ONCE]
        proven = Verification.objects.filter(case_number__in=part, verified_at__isnull=False)
        by_code = set(proven.values_list("case_number", flat=True))
        Verification.objects.bulk_create(
            [
                Verification(
                    case_number=number,
                    contact_kind=contacts[number].kind.value,
                    contact_sealed=contacts[number].sealed,
                )
                for number in part
                if number not in by_code
            ],
            update_conflicts=True,
            unique_fields=["case_number"],
            update_fields=["contact_kind", "contact_sealed"],
        )
    record(actor=actor, now=now, subject=subject, facts={"contacts": len(numbers)})


@act("centre.check_code")
def _check(*, case_number: str, code: str, now: datetime, actor: Actor) -> bool:
    check = _locked(case_number)
    is_allowed = check.tries < TRIES_A_CASE and check.verified_at is None
    typed = "".join(character for character in code if character.isdecimal())[: CODE_DIGITS + 1]
    is_right = _is_one_of(check, typed, now) and is_allowed
    if is_allowed:
        check.tries += 1
    if is_right:
        check.verified_at = now
        check.sent.all().delete()
    check.save()
    facts = {"is_right": is_right, "tries": check.tries}
    record(actor=actor, now=now, subject=ledger_subject(case_number), facts=facts)
    return is_right


def _locked(case_number: str) -> Verification:
    Verification.objects.get_or_create(case_number=case_number)
    return Verification.objects.select_for_update().get(case_number=case_number)


def _may_start(check: Verification, contacts: Sequence[HeldContact]) -> Start:
    if check.verified_at is not None:
        return Start.VERIFIED_ALREADY
    if check.codes >= CODES_A_CASE or check.tries >= TRIES_A_CASE:
        return Start.NO_MORE_CODES
    return Start.SENT if any(is_reachable(contact) for contact in contacts) else Start.NO_CONTACT


def _first_reachable(contacts: Sequence[HeldContact]) -> HeldContact:
    return next(contact for contact in contacts if is_reachable(contact))


def _send_code(
    check: Verification,
    contact: HeldContact,
    *,
    actor: Actor,
    now: datetime,
    language: str,
    template_id: str,
) -> Start:
    check.contact_kind, check.contact_sealed = contact.kind.value, contact.sealed
    code = _random_code()
    link = f"{settings.DISCREET_BASE_URL}/privacy/codes/{link_token(open_contact(contact), now=now)}/"
    sent = send(
        actor=actor,
        now=now,
        to=contact,
        template_id=template_id,
        params={"code": code, "number": check.case_number, "link": link},
        language=language,
    )
    is_full = sent.state is MessageState.DROPPED  # whoever reads the mailbox has a link that shows a code
    if not is_full:
        _keep(check, code, now)
    check.save()
    return Start.MAILBOX_FULL if is_full else Start.SENT


def _random_code() -> str:
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def _keep(check: Verification, code: str, now: datetime) -> None:
    """Keep one more code of a case; the caller saves the case."""
    salt = secrets.token_bytes(16)
    VerificationCode.objects.create(
        verification=check, salt=salt, code_hash=_hash(salt, code), made_at=now, expires_at=now + CODE_LIVES
    )
    check.codes += 1


def _is_one_of(check: Verification, typed: str, now: datetime) -> bool:
    """Compare with every living code and, so that none takes no less time, with a random one."""
    living = [(bytes(one.salt), one.code_hash) for one in check.sent.filter(expires_at__gt=now)]
    living.append((secrets.token_bytes(16), secrets.token_hex(32)))
    found = [hmac.compare_digest(_hash(salt, typed), code_hash) for salt, code_hash in living]
    return any(found)


def _hash(salt: bytes, code: str) -> str:
    """Return a keyed hash: without the keyring, the 10⁸ codes cannot be tried against a stolen database."""
    return keys.hmac_company("verification-code", salt + code.encode()).hex()


@act("centre.forget_case")
def forget_case(*, case_number: str, now: datetime) -> None:
    """Delete contact point and codes of an expired case."""
    Verification.objects.filter(case_number=case_number).delete()
    record(actor=SYSTEM, now=now, subject=ledger_subject(case_number), facts={"verification": "deleted"})


def forget_old_codes(now: datetime) -> int:
    """Delete codes that are over; return how many."""
    return VerificationCode.objects.filter(expires_at__lte=now).delete()[0]
