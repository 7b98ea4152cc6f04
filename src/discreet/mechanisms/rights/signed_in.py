"""Asking as somebody whom the company's own site vouched for: no code, no form to fill but where they live.

The person is who the site said, and nobody else: what is typed plays no part, and whoever asks for another goes the
other way. No contact point is added; answers go to those that the company's data hold.
Source: GDPR Art. 12(6), recital 57; 11 CCR 7061.
"""

from collections.abc import Callable
from datetime import datetime

from discreet.engines.subjects.identity import Identity
from discreet.foundation.centre.handover import HandedOver, use_handover
from discreet.mechanisms.rights.actions import proving, receiving
from discreet.mechanisms.rights.identity import How
from discreet.mechanisms.rights.kinds import Kind
from discreet.vocabulary.actors import Actor


def claim_of(held: HandedOver) -> Identity:
    """Return what the site said of the person, as a request states it."""
    return Identity(
        email=held.email or None,
        phone=held.phone or None,
        customer_number=held.customer_number or None,
    )


def receiver(
    *, actor: Actor, now: datetime, kind: Kind, held: HandedOver, visit: str, residence: str, language: str
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
        )
        subject = f"request:{received.number}"
        use_handover(actor=actor, now=now, token=visit, number=received.number, subject=subject)
        proving.verify_identity(actor=actor, now=now, number=received.number, how=How.HANDOVER)
        return received

    return receive
