"""Telling a proven person what happened beside their answer: by mail to the address held, with the page that says why.

Source: GDPR Art. 12(4); PIPL Art. 50; 11 CCR 7060 (never to an address that was only typed).
"""

from datetime import datetime

from django.conf import settings

from discreet.foundation.cases.actions import NewTask, add_public_token, add_task
from discreet.foundation.cases.bulk import languages_of
from discreet.foundation.centre.entries import status_url
from discreet.foundation.centre.verification import held_contact
from discreet.foundation.mail.api import MailParams, is_reachable, send
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.rules import needs_link
from discreet.vocabulary.actors import SYSTEM, Role
from discreet.vocabulary.text import gettext_noop

DISMISSED, REOPENED, DUPLICATE = "rights.appeal_dismissed", "rights.reopened", "rights.duplicate"
TASK_REOPENED = gettext_noop("Tell the person by letter that the request was opened again, and why")


def page_link(number: str, *, now: datetime) -> str:
    """Make one more address of a request's page, for mail to whom the answer goes, and return it whole."""
    token = add_public_token(actor=SYSTEM, now=now, number=number, is_for_person=True)
    path = status_url(case_kind="request", token=token) or "/privacy/"
    return f"{settings.DISCREET_BASE_URL}{path}"


def package_mail(request: RightsRequest, token: str, *, now: datetime) -> tuple[str, MailParams]:
    """Return the mail that holds a copy's link, and the page's where who gets it was given none of their own."""
    number = request.number
    params: MailParams = {
        "number": number,
        "link": f"{settings.DISCREET_BASE_URL}/privacy/package/{number}/{token}/",
    }
    if not needs_link(channel=request.channel, requester=request.requester):
        return "rights.package", params
    return "rights.package_link", {**params, "page": page_link(number, now=now)}


def tell(request: RightsRequest, template: str, *, now: datetime) -> bool:
    """Mail the person in the running act; return whether a mail was made. Who is not proven gets none."""
    contact = held_contact(request.number) if request.verified_at is not None else None
    if contact is None or not is_reachable(contact):
        return False
    language = dict(languages_of([request.number]))[request.number]
    send(
        actor=SYSTEM,
        now=now,
        to=contact,
        template_id=template,
        params={"number": request.number, "link": page_link(request.number, now=now)},
        language=language,
    )
    return True


def ask_to_write(request: RightsRequest, *, key: str, what: str, now: datetime) -> None:
    """Have staff tell whoever has neither a page nor an address held."""
    task = NewTask(
        key=key,
        what=what,
        role=Role.AGENT,
        url_name="rights:request",
        url_args=(request.number,),
    )
    add_task(actor=SYSTEM, now=now, number=request.number, task=task)
