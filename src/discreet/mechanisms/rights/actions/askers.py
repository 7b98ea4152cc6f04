"""Whoever asks for another hears of their request at the address they gave, once staff took their authority as proven.

Nothing of the data: that there is an answer, and the link to their own page. What the company holds of the person
goes to contact points held, or from hand to hand. Source: 11 CCR 7063; PIPL Art. 31, 49; GDPR Art. 12(3), 12(6).
"""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from discreet.foundation.cases.actions import add_public_token
from discreet.foundation.cases.bulk import languages_of
from discreet.foundation.centre import verification
from discreet.foundation.centre.entries import status_url
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import record
from discreet.foundation.mail.api import ContactKind, HeldContact, hold, is_reachable, send
from discreet.mechanisms.rights.kinds import Requester, Way, way_of
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.opening.asker import who_of
from discreet.mechanisms.rights.opening.identity import goes_to_person_only
from discreet.mechanisms.rights.rules import Outcome
from discreet.vocabulary.actors import SYSTEM

ANSWERED, COPY_READY = "rights.answered_asker", "rights.copy_asker"
_AT_ONCE = 500


def keep_address(request: RightsRequest, *, now: datetime) -> bool:
    """Send later mails to the guardian or relative who asks; return whether they gave an e-mail address.

    An agent's request stays with the person: their answer goes to the address held.
    """
    contact = _address_of(request)
    if goes_to_person_only(request.requester) or contact is None:
        return False
    verification.keep_contacts(
        actor=SYSTEM, now=now, subject=f"request:{request.number}", contacts={request.number: contact}
    )
    return True


def tell_of_answers(*, now: datetime, numbers: Sequence[str]) -> None:
    """Mail whom no other mail reaches: agents that there is an answer, others that a copy waits for them."""
    for begin in range(0, len(numbers), _AT_ONCE):
        part = RightsRequest.objects.filter(
            number__in=numbers[begin : begin + _AT_ONCE], authorised_at__isnull=False
        ).exclude(outcome=Outcome.NONE.value)
        for request in part:
            template = _template_of(request)
            contact = _address_of(request) if template else None
            if contact is not None:
                _tell(number=request.number, contact=contact, template=template, now=now)


def _template_of(request: RightsRequest) -> str:
    """Return what is mailed beside the answer: the copy for a guardian or relative goes from hand to hand."""
    if request.requester == Requester.AGENT:
        return ANSWERED
    is_copy = way_of(request.kind) is Way.COPY and request.outcome == Outcome.DELIVERED
    return COPY_READY if is_copy else ""


@act("rights.tell_asker")
def _tell(*, number: str, contact: HeldContact, template: str, now: datetime) -> None:
    path = status_url(case_kind="request", token=add_public_token(actor=SYSTEM, now=now, number=number))
    send(
        actor=SYSTEM,
        now=now,
        to=contact,
        template_id=template,
        params={"number": number, "link": f"{settings.DISCREET_BASE_URL}{path or '/privacy/'}"},
        language=dict(languages_of([number]))[number],
    )
    record(actor=SYSTEM, now=now, subject=f"request:{number}", facts={"asker": "mail"})


def _address_of(request: RightsRequest) -> HeldContact | None:
    """Return the e-mail address that whoever asks gave; None where it is a phone, or none."""
    if request.requester_sealed is None:
        return None
    who = who_of(keys.open_sealed(request.number, bytes(request.requester_sealed), "requester"))
    contact = hold(case_number=request.number, kind=ContactKind.EMAIL, address=who["contact"])
    return contact if is_reachable(contact) else None
