"""Times in words: what is left of a clock, and days and moments in each language."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

from discreet.foundation.desk.phrases import is_chinese
from discreet.vocabulary.dates import written_date

SOON = timedelta(days=3)
URGENT = timedelta(hours=48)
IN_DAYS = 2  # fewer days than these are told in hours


def day(value: datetime) -> str:
    """Return the local day, “24 Nov 2026” or “2026 年 11 月 24 日”."""
    return written_date(timezone.localtime(value).date(), language=get_language() or "en")


def month_before(now: datetime) -> datetime:
    """Return the same local day and time a month ago, or the last day of a shorter month."""
    at = timezone.localtime(now)
    first = at.replace(day=1) - timedelta(days=1)
    return first.replace(day=min(at.day, first.day))


def last_day(due_at: datetime) -> date:
    """Return the last local day that lies before the deadline whole.

    A day that ends elsewhere ends here in the middle of another: 23:59:59 in California is 8:59:59 of the next
    morning in Berlin, and who answers by that day's evening is late.
    """
    at = timezone.localtime(due_at)
    ends_a_day_elsewhere = at.minute % 15 == 14 and at.second == 59 and (at.hour, at.minute) != (23, 59)
    return at.date() - timedelta(days=1) if ends_a_day_elsewhere else at.date()


def due_day(due_at: datetime) -> str:
    """Return the day by whose end a deadline is met, as `day` writes it."""
    return written_date(last_day(due_at), language=get_language() or "en")


def moment(value: datetime, *, now: datetime) -> str:
    """Return the local day and time; today's is the time alone."""
    at = timezone.localtime(value)
    clock = f"{at:%H:%M}"
    if at.date() == timezone.localtime(now).date():
        return clock
    return f"{day(value)}{' ' if is_chinese() else ', '}{clock}"


def deadline(value: datetime, *, now: datetime) -> str:
    """Return day, time and the zone they are reckoned in, where hours decide."""
    return gettext("%(at)s (%(zone)s)") % {"at": moment(value, now=now), "zone": zone(value)}


def zone(value: datetime) -> str:
    """Return how far local time is from UTC at this moment, “UTC+8”."""
    offset = timezone.localtime(value).utcoffset() or timedelta(0)
    hours, minutes = divmod(abs(int(offset.total_seconds())) // 60, 60)
    sign = "-" if offset < timedelta(0) else "+"
    return f"UTC{sign}{hours}{f':{minutes:02}' if minutes else ''}" if offset else "UTC"


def brief(value: datetime, *, now: datetime) -> str:
    """Return the time alone for today, else the day alone."""
    at = timezone.localtime(value)
    return f"{at:%H:%M}" if at.date() == timezone.localtime(now).date() else day(value)


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a deadline, in words and in meaning (`""`, `"warn"` or `"bad"`)."""

    text: str
    tone: str
    is_over: bool


def left(*, due_at: datetime, now: datetime, is_legal: bool) -> Left:
    """Return what is left until `due_at`. Red is a missed clock or a legal one within 48 hours.

    Days are those of the local calendar up to the day that `due_day` shows, so they change at midnight alone;
    where fewer than two are left, hours are told.
    """
    span = due_at - now
    today = timezone.localtime(now).date()
    if span < timedelta(0):
        days = (today - timezone.localtime(due_at).date()).days
        return Left(text=_over(-span, days), tone="bad", is_over=True)
    tone = "warn" if span <= SOON else ""
    if is_legal and span <= URGENT:
        tone = "bad"
    return Left(text=_left(span, (last_day(due_at) - today).days), tone=tone, is_over=False)


def _left(span: timedelta, days: int) -> str:
    hours = int(span.total_seconds() // 3600)
    if days >= IN_DAYS:
        return ngettext("%(n)s day left", "%(n)s days left", days) % {"n": days}
    if hours < 1:
        return gettext("less than an hour left")
    return ngettext("%(n)s hour left", "%(n)s hours left", hours) % {"n": hours}


def _over(span: timedelta, days: int) -> str:
    hours = int(span.total_seconds() // 3600)
    if days >= IN_DAYS:
        return ngettext("%(n)s day over", "%(n)s days over", days) % {"n": days}
    if hours < 1:
        return gettext("less than an hour over")
    return ngettext("%(n)s hour over", "%(n)s hours over", hours) % {"n": hours}
