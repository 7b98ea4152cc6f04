"""Sending the link to a request's status page again, without telling who asks whether the request exists."""

from datetime import datetime

from django.conf import settings

from discreet.foundation.cases.actions import add_public_token
from discreet.foundation.cases.queries import get, ledger_subject
from discreet.foundation.cases.refusals import UnknownCase
from discreet.foundation.centre.entries import status_url
from discreet.foundation.centre.verification import held_contact
from discreet.foundation.jobs.api import start
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import record
from discreet.foundation.mail.api import send
from discreet.vocabulary.actors import SYSTEM, Actor
from discreet.vocabulary.ids import new_id


@act("centre.ask_progress")
def ask_progress(*, actor: Actor, now: datetime, number: str) -> None:
    """Note the question; whether the case exists is looked up by a job, after the answer."""
    start("centre.send_progress_link", key=new_id(prefix="q"), args={"number": number})
    record(actor=actor, now=now, subject="centre:progress", facts={"asked": True})


@act("centre.send_progress_link")
def send_progress_link(*, now: datetime, number: str) -> bool:
    """Send a new link to the contact point held for the case; no case or no contact: nothing is sent."""
    try:
        view = get(number)
    except UnknownCase:
        record(actor=SYSTEM, now=now, subject="centre:progress", facts={"sent": False})
        return False
    contact = held_contact(number)
    sent = contact is not None and not view.row.is_expired
    if sent and contact is not None:
        token = add_public_token(actor=SYSTEM, now=now, number=number)
        path = status_url(case_kind=view.row.kind, token=token)
        link = f"{settings.DISCREET_BASE_URL}{path or '/privacy/'}"
        send(
            actor=SYSTEM,
            now=now,
            to=contact,
            template_id="centre.progress_link",
            params={"number": number, "link": link},
            language=view.row.language,
        )
    record(actor=SYSTEM, now=now, subject=ledger_subject(number), facts={"sent": sent})
    return sent
