"""Asking as somebody whom the company's own site vouched for: no code, no form to fill but where they live.

The person is who the site said, and nobody else: what is typed plays no part, and whoever asks for another goes the
other way. No contact point is added; answers go to those that the company's data hold.
Source: GDPR Art. 12(6), recital 57; 11 CCR 7061.
"""

from collections.abc import Callable
from datetime import datetime

from django.http import QueryDict

from discreet.engines.subjects.identity import Identity
from discreet.foundation.centre.handover import HandedOver, use_handover
from discreet.mechanisms.rights.actions import proving, receiving
from discreet.mechanisms.rights.kinds import Kind
from discreet.mechanisms.rights.opening.asker import Asking
from discreet.mechanisms.rights.opening.identity import How
from discreet.vocabulary.actors import Actor


def claim_of(held: HandedOver) -> Identity:
    """Return what the site said of the person, as a request states it."""
    return Identity(
        email=held.email or None,
        phone=held.phone or None,
        customer_number=held.customer_number or None,
    )


def receiver(
    *,
    actor: Actor,
    now: datetime,
    kind: Kind,
    held: HandedOver,
    visit: str,
    residence: str,
    language: str,
    asking: Asking,
) -> Callable[[], receiving.Received]:
    """Return what receives the request and takes the site's word for its identity, for one transaction."""

    def receive() -> receiving.Received:
        received = receiving.receive_request(
            actor=actor,
            now=now,
            kind=kind.value,
            claim=claim_of(held),
            residence=residence,
            language=language,
            channel="centre",
            asking=asking,
        )
        prove(actor=actor, now=now, visit=visit, number=received.number)
        return received

    return receive


def prove(*, actor: Actor, now: datetime, visit: str, number: str) -> None:
    """Take the site's word for the identity of a request, in the running transaction.

    Raises:
        HandoverOver: the sign-in ended meanwhile.
    """
    use_handover(actor=actor, now=now, token=visit, number=number, subject=f"request:{number}")
    proving.verify_identity(actor=actor, now=now, number=number, how=How.HANDOVER)


def as_said(post: QueryDict, held: HandedOver) -> QueryDict:
    """Return a form's fields with who the person is as the site said, and for nobody else, whatever was typed."""
    fields = post.copy()
    said = {"email": held.email, "phone": held.phone, "customer_number": held.customer_number}
    for name, value in {**said, "requester": "", "who_name": "", "who_contact": "", "relation": ""}.items():
        fields[name] = value
    return fields
