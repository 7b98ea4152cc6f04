"""The fourteen days of the deadline strip."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext

from discreet.foundation.desk.components import Deadline
from discreet.foundation.desk.times import last_day, left
from discreet.vocabulary.text import gettext_noop

DAYS = 14
TICKS = 6  # of a day; how many more there are is said
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
class StripDeadlines:
    """Deadlines for the strip, those over first, and how many there are of them: over, and by day."""

    shown: Sequence[Deadline]
    overdue: int
    by_day: Mapping[date, int]


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
    more: int = 0


def strip_days(
    *, deadlines: Sequence[Deadline], now: datetime, by_day: Mapping[date, int] | None = None
) -> list[StripDay]:
    """Return today and the thirteen days after it, in local time, each with its open deadlines.

    `by_day`: how many there are, where not all are given.
    """
    today = timezone.localtime(now).date()
    days = []
    for offset in range(DAYS):
        day = today + timedelta(days=offset)
        due = [
            deadline for deadline in deadlines if deadline.due_at >= now and last_day(deadline.due_at) == day
        ]
        ticks = tuple(
            Tick(deadline=one, tone=left(due_at=one.due_at, now=now, is_legal=one.is_legal).tone)
            for one in sorted(due, key=lambda one: one.due_at)[: TICKS if by_day else None]
        )
        days.append(
            StripDay(
                date=day,
                weekday=gettext(WEEKDAYS[day.weekday()]),
                is_today=offset == 0,
                is_weekend=day.weekday() >= 5,
                ticks=ticks,
                more=max(0, by_day.get(day, 0) - len(ticks)) if by_day else 0,
            )
        )
    return days
