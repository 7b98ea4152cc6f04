"""Telling the person what becomes of a choice that came with a request: by mail to the contact point held.

Source: GDPR Art. 12(4), 18(3), 21(1). No mail says what was chosen or why: that stands on the request's page.
"""

from contextlib import suppress
from datetime import datetime

from django.conf import settings

from discreet.foundation.cases.actions import NewTask, add_public_token, add_task, drop_task
from discreet.foundation.cases.queries import get, has_open_task
from discreet.foundation.cases.refusals import UnknownCase
from discreet.foundation.centre.entries import status_url
from discreet.foundation.centre.verification import held_contact
from discreet.foundation.mail.api import is_reachable, send
from discreet.foundation.mail.templates import register
from discreet.vocabulary.actors import SYSTEM, Role
from discreet.vocabulary.text import gettext_noop

LIFTING, OVERRIDDEN = "permission.lifting", "permission.overridden"
TASK_DECIDE = gettext_noop("Decide on the objection; until then its use stays stopped")
TASK_OVERRIDDEN = gettext_noop(
    "Tell the person that the objection was not upheld, why, and where to complain"
)


def may_mail(number: str) -> bool:
    """Say whether mail reaches whoever made the choice: the request that it came with has a contact point held."""
    contact = held_contact(number) if number.startswith("R-") else None
    return contact is not None and is_reachable(contact)


def mail(*, number: str, template: str, now: datetime) -> bool:
    """Mail the person in the running act, with the address of the request's page; return whether it was done."""
    contact = held_contact(number) if may_mail(number) else None
    if contact is None:
        return False
    row = get(number).row
    token = add_public_token(actor=SYSTEM, now=now, number=number, is_for_person=True)
    path = status_url(case_kind=row.kind, token=token) or "/privacy/"
    params = {"number": number, "link": f"{settings.DISCREET_BASE_URL}{path}"}
    send(actor=SYSTEM, now=now, to=contact, template_id=template, params=params, language=row.language)
    return True


def tell_overridden(*, number: str, ref: str, now: datetime) -> bool:
    """Mail the person that their objection was not upheld; where no mail goes, staff do. No request: nobody to ask.

    Returns whether a mail goes.
    """
    if mail(number=number, template=OVERRIDDEN, now=now):
        return True
    task = NewTask(
        key=f"overridden-{ref}",
        what=TASK_OVERRIDDEN,
        role=Role.AGENT,
        url_name="permission:choice",
        url_args=(ref,),
        is_after_end=True,
    )
    with suppress(UnknownCase):
        add_task(actor=SYSTEM, now=now, number=number, task=task)
    return False


def ask_to_decide(*, number: str, ref: str, due_at: datetime | None, now: datetime) -> None:
    """Put the decision on an objection on an approver's desk, due when the answer to the request is.

    The use has stopped, and the request stays open: that nobody decides must not be hidden by that.
    Source: GDPR Art. 12(3), 21(1).
    """
    task = NewTask(
        key=f"objection-{ref}",
        what=TASK_DECIDE,
        role=Role.APPROVER,
        due_at=due_at,
        url_name="permission:choice",
        url_args=(ref,),
    )
    add_task(actor=SYSTEM, now=now, number=number, task=task)


def note_decided(*, number: str, ref: str, now: datetime) -> None:
    """Take the task of a decision back once it was made, by whomever."""
    if has_open_task(number, f"objection-{ref}"):
        drop_task(actor=SYSTEM, now=now, number=number, key=f"objection-{ref}")


def register_texts() -> None:
    """Register the mails; called when the app is ready."""
    register(
        LIFTING,
        subject=gettext_noop("%(company)s will lift the restriction you obtained (%(number)s)"),
        body=gettext_noop(
            "The restriction that you obtained will be lifted. From then on we may use your data again, as before.\n\n"
            "What stands, and whom to ask or complain to, is on this page:\n%(link)s\n\n"
            "Whoever has this link can see the request, so keep it to yourself.\n\n"
            "Request: %(number)s\n%(company)s"
        ),
        must_arrive=True,
    )
    register(
        OVERRIDDEN,
        subject=gettext_noop("Our decision on your objection at %(company)s (%(number)s)"),
        body=gettext_noop(
            "We looked at your objection and go on with the use that it was about.\n\n"
            "Why, and where you can complain, stands here:\n%(link)s\n\n"
            "Whoever has this link can see the request, so keep it to yourself.\n\n"
            "Request: %(number)s\n%(company)s"
        ),
        must_arrive=True,
    )
