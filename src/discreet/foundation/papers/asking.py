"""Telling the customer that a paper is needed, at the contact point held, with a link to the status page."""

from datetime import datetime

from django.conf import settings

from discreet.foundation.cases.actions import add_public_token
from discreet.foundation.cases.queries import get
from discreet.foundation.centre.entries import status_url
from discreet.foundation.centre.verification import held_contact
from discreet.foundation.mail.api import MessageState, has_room, is_reachable, send
from discreet.vocabulary.actors import Actor

TEMPLATE = "papers.asked"
REFUSED = "papers.not_accepted"


def tell_customer(*, actor: Actor, now: datetime, number: str, template: str = TEMPLATE) -> bool:
    """Mail the customer, in the running act; return whether a mail was made."""
    contact = held_contact(number)
    if (
        contact is None
        or not is_reachable(contact)
        or not has_room(to=contact, template_id=template, now=now)
    ):
        return False
    row = get(number).row
    token = add_public_token(actor=actor, now=now, number=number, is_for_person=True)
    path = status_url(case_kind=row.kind, token=token) or "/privacy/"
    sent = send(
        actor=actor,
        now=now,
        to=contact,
        template_id=template,
        params={"number": number, "link": f"{settings.DISCREET_BASE_URL}{path}"},
        language=row.language,
    )
    return sent.state is not MessageState.DROPPED
