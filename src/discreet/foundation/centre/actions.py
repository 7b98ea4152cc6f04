"""Sending the link to a request's status page again, without telling who asks whether the request exists."""

from datetime import datetime
from enum import StrEnum

from django.conf import settings

from discreet.foundation.cases.actions import add_public_token
from discreet.foundation.cases.queries import CaseRow, get, ledger_subject
from discreet.foundation.cases.refusals import UnknownCase
from discreet.foundation.centre.entries import status_url
from discreet.foundation.centre.verification import held_contact
from discreet.foundation.jobs.api import start
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, record
from discreet.foundation.mail.api import HeldContact, MessageState, has_room, send
from discreet.vocabulary.actors import SYSTEM, Actor
from discreet.vocabulary.ids import new_id

TEMPLATE = "centre.progress_link"


@act("centre.ask_progress")
def ask_progress(*, actor: Actor, now: datetime, number: str) -> None:
    """Note the question; whether the case exists is looked up by a job, after the answer."""
    start("centre.send_progress_link", key=new_id(prefix="q"), args={"number": number})
    record(actor=actor, now=now, subject="centre:progress", facts={"asked": True})


class Link(StrEnum):
    """What became of the link. Only staff and evidence see it."""

    SENT = "sent"
    NO_CASE = "no_case"
    NO_CONTACT = "no_contact"
    MAILBOX_FULL = "mailbox_full"  # it has had its link of the day


@act("centre.send_progress_link")
def send_progress_link(*, now: datetime, number: str) -> Link:
    """Send a new link to the contact point held for the case: one a day and mailbox, for anybody can ask."""
    try:
        view = get(number)
    except UnknownCase:
        record(actor=SYSTEM, now=now, subject="centre:progress", facts=_facts(Link.NO_CASE))
        return Link.NO_CASE
    contact = held_contact(number)
    if contact is None or view.row.is_expired:
        became = Link.NO_CONTACT
    elif not has_room(to=contact, template_id=TEMPLATE, now=now):
        became = Link.MAILBOX_FULL
    else:
        became = _send_link(view.row, contact, now)
    record(actor=SYSTEM, now=now, subject=ledger_subject(number), facts=_facts(became))
    return became


def _send_link(row: CaseRow, contact: HeldContact, now: datetime) -> Link:
    token = add_public_token(actor=SYSTEM, now=now, number=row.number, is_for_person=True)
    path = status_url(case_kind=row.kind, token=token)
    sent = send(
        actor=SYSTEM,
        now=now,
        to=contact,
        template_id=TEMPLATE,
        params={"number": row.number, "link": f"{settings.DISCREET_BASE_URL}{path or '/privacy/'}"},
        language=row.language,
    )
    return Link.MAILBOX_FULL if sent.state is MessageState.DROPPED else Link.SENT


def _facts(became: Link) -> dict[str, Json]:
    sent: dict[str, Json] = {"sent": became is Link.SENT}
    return sent if became is Link.SENT else {**sent, "reason": became.value}
