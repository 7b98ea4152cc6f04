"""The end of packages' lives."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from discreet.foundation.jobs.api import scheduled
from discreet.mechanisms.rights import waiting
from discreet.mechanisms.rights.actions.asking_places import go_on
from discreet.mechanisms.rights.actions.drafts import drop_old_lists
from discreet.mechanisms.rights.actions.forgetting import expire_package
from discreet.mechanisms.rights.actions.notifying import remind_recipient
from discreet.mechanisms.rights.copying.delivery import package_path, remove_package
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.outside import queries as recipient_queries
from discreet.mechanisms.rights.rules import Answer

_UNFINISHED_FOR = timedelta(days=1)


@scheduled("rights.expire_packages", every_s=3600)
def expire_packages(now: datetime) -> int:
    """Remove the sealed packages whose time is over, and files that a crash left half-written."""
    folder = package_path("any").parent
    lying = sorted(path.stem for path in folder.glob("*.sealed"))
    living = _with_living_package(lying, now)
    over = [number for number in lying if number not in living]
    for number in over:
        expire_package(now=now, number=number)
        remove_package(number)
    before = (now - _UNFINISHED_FOR).timestamp()
    for path in folder.glob("*.part"):
        if path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
    return len(over)


def _with_living_package(numbers: Sequence[str], now: datetime) -> set[str]:
    """Return the requests whose package is still on offer, being made, or not handed over yet."""
    is_living = (
        Q(package_expires_at__gt=now) | Q(completed_at__isnull=True) | Q(answer=Answer.LETTER_DUE.value)
    )
    living: set[str] = set()
    for start in range(0, len(numbers), 500):
        part = RightsRequest.objects.filter(is_living, number__in=numbers[start : start + 500])
        living.update(part.values_list("number", flat=True))
    return living


@scheduled("rights.drop_lists", every_s=3600)
def drop_lists(now: datetime) -> int:
    """Destroy uploaded lists that nobody imported within a day."""
    return drop_old_lists(now)


@scheduled("rights.tell_of_waiting", every_s=15)
def tell_of_waiting(now: datetime) -> int:
    """Give staff a task where a request waits for something outside, and take it back when it goes on."""
    return waiting.tell_of_waiting(now)


@scheduled("rights.remind_recipients", every_s=3600)
def remind_recipients(now: datetime) -> int:
    """Ask recipients again who were told and have not confirmed."""
    due = recipient_queries.reminders_due(now)
    for notice_id in due:
        remind_recipient(now=now, notice_id=notice_id)
    return len(due)


@scheduled("rights.end_waits", every_s=60)
def end_waits(now: datetime) -> int:
    """Go on with what was held back for manual sources whose time is over."""
    held = recipient_queries.held_back(now)
    for batch_id, run in held:
        go_on(now=now, batch_id=batch_id, run=run)
    return len(held)
