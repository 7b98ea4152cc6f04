"""Mails to staff about what is new: numbers and links only. At once, or once a day in the morning.

A mail that left twice, because the worker ended in between, has the same Message-ID.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from discreet.foundation.cases.concerns import ClockConcern, TaskConcern
from discreet.foundation.desk.actions import note_digest
from discreet.foundation.desk.models import Digest, DigestChoice
from discreet.foundation.desk.notifications import Fact, unread
from discreet.foundation.mail.delivery import CannotDeliver, TryAgain
from discreet.foundation.mail.staff_mail import send_to_staff
from discreet.foundation.organisation.queries import profile
from discreet.foundation.staff.queries import mailboxes
from discreet.vocabulary.text import gettext_noop

TEMPLATE = "desk.digest"
MORNING_HOUR = 7
MOST_LINES = 30
SUBJECT = gettext_noop("New for you in Discreet: %(count)s")
BODY = gettext_noop(
    "What concerns you and is new:\n\n%(lines)s\n\nSee it here, after signing in:\n%(link)s\n\n"
    "You chose to be mailed. Change it on the same page."
)


def mail_digests(now: datetime) -> int:
    """Mail everybody who is due what they have not read and were not mailed; return how many mails left."""
    due = [choice for choice in DigestChoice.objects.exclude(digest=Digest.NONE) if _is_due(choice, now)]
    boxes = mailboxes([choice.staff for choice in due])
    sent = 0
    for choice in due:
        box = boxes.get(choice.staff)
        if box is None or not box.address:
            continue
        fresh = [fact for fact in unread(box.actor, now=now) if choice.mailed_at < fact.at <= now]
        if fresh:
            sent += _mail(choice, box.address, fresh, now)
    return sent


def _is_due(choice: DigestChoice, now: datetime) -> bool:
    if choice.digest == Digest.AT_ONCE:
        return True
    zone = profile().zone
    here, last = now.astimezone(zone), choice.mailed_at.astimezone(zone)
    return here.hour >= MORNING_HOUR and last.date() < here.date()


def _mail(choice: DigestChoice, address: str, fresh: Sequence[Fact], now: datetime) -> int:
    with translation.override(choice.language), timezone.override(profile().zone):
        lines = [f"- {_line(fact)}" for fact in fresh[:MOST_LINES]]
        if len(fresh) > MOST_LINES:
            lines.append(f"- {gettext('and more')}")
    text = f"{choice.staff}\n{choice.mailed_at.isoformat()}\n{fresh[0].key}"
    problem = ""
    try:
        send_to_staff(
            message_id=f"m_{hashlib.sha256(text.encode()).hexdigest()[:24]}",
            to=address,
            template_id=TEMPLATE,
            params={
                "count": len(fresh),
                "lines": "\n".join(lines),
                "link": settings.DISCREET_BASE_URL.rstrip("/") + reverse("desk:notifications"),
            },
            language=choice.language,
            now=now,
        )
    except TryAgain:
        return 0
    except CannotDeliver as refused:
        problem = str(refused)
    note_digest(now=now, staff=choice.staff, known_at=now, count=len(fresh), problem=problem)
    return 0 if problem else 1


def _line(fact: Fact) -> str:
    """Return one line: what kind of thing, and its number. No text that an act or a task wrote."""
    source = fact.source
    if isinstance(source, TaskConcern):
        return gettext("Task: %(number)s") % {"number": source.number}
    if isinstance(source, ClockConcern):
        words = {"number": source.number, "percent": source.percent}
        return gettext("Deadline, %(percent)s %% of the time has passed: %(number)s") % words
    return gettext("New: %(subject)s") % {"subject": source.subject}
