"""The fourteen days of the deadline strip."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext

from discreet.foundation.desk.components import Deadline
from discreet.foundation.desk.times import last_day, left
from discreet.vocabulary.text import gettext_noop

DAYS = 14
WEEKDAYS = (
    gettext_noop("Mon"),
    gettext_noop("Tue"),
    gettext_noop("Wed"),
    gettext_noop("Thu"),
    gettext_noop("Fri"),
    gettext_noop("Sat"),
    gettext_noop("Sun"),
)


@dataclass(frozen=True, slots=True)
class Tick:
    deadline: Deadline
    tone: str


@dataclass(frozen=True, slots=True)
class StripDay:
    date: date
    weekday: str
    is_today: bool
    is_weekend: bool
    ticks: tuple[Tick, ...]


def strip_days(*, deadlines: Sequence[Deadline], now: datetime) -> list[StripDay]:
    """Return today and the thirteen days after it, in local time, each with its open deadlines."""
    today = timezone.localtime(now).date()
    days = []
    for offset in range(DAYS):
        day = today + timedelta(days=offset)
        due = [
            deadline for deadline in deadlines if deadline.due_at >= now and last_day(deadline.due_at) == day
        ]
        ticks = tuple(
            Tick(deadline=one, tone=left(due_at=one.due_at, now=now, is_legal=one.is_legal).tone)
            for one in sorted(due, key=lambda one: one.due_at)
        )
        days.append(
            StripDay(
                date=day,
                weekday=gettext(WEEKDAYS[day.weekday()]),
                is_today=offset == 0,
                is_weekend=day.weekday() >= 5,
                ticks=ticks,
            )
        )
    return days
