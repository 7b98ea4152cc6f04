"""The calendar of deadlines: one month of running clocks, the company's days off, and what is overdue."""

import re
from calendar import Calendar as Weeks
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import get_language, gettext

from discreet.foundation.cases import queries
from discreet.foundation.desk.cases import LONG_AHEAD, LONG_OVERDUE, page_of
from discreet.foundation.desk.clocks import is_legal, label_of
from discreet.foundation.desk.phrases import is_chinese, listed
from discreet.foundation.desk.strip import WEEKDAYS
from discreet.foundation.desk.times import Left, last_day, left
from discreet.foundation.organisation.company import calendar_of
from discreet.foundation.organisation.queries import profile
from discreet.foundation.rulepacks.calendars import Calendar, CalendarNotLoaded, is_weekend
from discreet.foundation.rulepacks.words import JURISDICTIONS
from discreet.vocabulary.countries import country_name
from discreet.vocabulary.dates import written_date
from discreet.vocabulary.text import gettext_noop

SHOWN_A_DAY = 4
YEARS = range(2000, 2101)
MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_FIRST_HALF = ("January", "February", "March", "April", "May", "June")
MONTHS_EN = (*_FIRST_HALF, "July", "August", "September", "October", "November", "December")
NOT_LOADED = gettext_noop("The holidays of %(year)s are not known for %(calendar)s, so none are shown.")


@dataclass(frozen=True, slots=True)
class Due:
    """One running clock: what is due for which case, by which law, and by the end of which day."""

    number: str
    url: str
    what: str
    title: str
    law: str
    rule_id: str
    day: date
    due_at: datetime
    left: Left
    is_legal: bool
    is_unsure: bool


@dataclass(frozen=True, slots=True)
class Day:
    """A square. `off` says which of the company's calendars rest or, on a weekend, work."""

    date: date
    written: str
    weekday: str
    is_today: bool
    is_weekend: bool
    is_other_month: bool
    off: str
    due: tuple[Due, ...]

    @property
    def shown(self) -> tuple[Due, ...]:
        return self.due[:SHOWN_A_DAY]

    @property
    def more(self) -> int:
        return max(len(self.due) - SHOWN_A_DAY, 0)


@dataclass(frozen=True, slots=True)
class Month:
    """A month in weeks from Monday. `previous` and `next` are "" at the ends of what can be shown."""

    year: int
    month: int
    title: str
    weeks: tuple[tuple[Day, ...], ...]
    due: tuple[Due, ...]
    overdue: tuple[Due, ...]
    notes: tuple[str, ...]
    previous: str
    next: str
    is_cut: bool


def month_named(text: str, *, today: date) -> date:
    """Return the first day of the month written “2026-03”; this month for anything else."""
    found = MONTH.fullmatch(text)
    if found and int(found[1]) in YEARS:
        return date(int(found[1]), int(found[2]), 1)
    return today.replace(day=1)


def month_title(first: date) -> str:
    """Return “March 2026”, “2026 年 3 月”."""
    if (get_language() or "").startswith("zh"):
        return f"{first.year} 年 {first.month} 月"
    return f"{MONTHS_EN[first.month - 1]} {first.year}"


def month_of(first: date, *, now: datetime) -> Month:
    """Return the month with every running clock that ends in its weeks."""
    weeks = Weeks().monthdatescalendar(first.year, first.month)
    grid = {day for week in weeks for day in week}
    since, until = _midnight(min(grid)), _midnight(max(grid) + timedelta(days=2))
    found = queries.deadlines(since=since, until=until)
    by_day: dict[date, list[Due]] = defaultdict(list)
    for one in dues(found, now=now):
        by_day[one.day].append(one)
    off, notes = _days_off(sorted(grid))
    today = timezone.localtime(now).date()
    days = tuple(
        tuple(
            Day(
                date=day,
                written=written_date(day, language=get_language() or "en"),
                weekday=gettext(WEEKDAYS[day.weekday()]),
                is_today=day == today,
                is_weekend=is_weekend(day),
                is_other_month=day.month != first.month,
                off=off.get(day, ""),
                due=tuple(by_day[day]),
            )
            for day in week
        )
        for week in weeks
    )
    return Month(
        year=first.year,
        month=first.month,
        title=month_title(first),
        weeks=days,
        due=tuple(one for week in days for day in week if not day.is_other_month for one in day.due),
        overdue=tuple(dues(queries.deadlines(since=now - LONG_OVERDUE, until=now), now=now)),
        notes=notes,
        previous=_month_beside(first, -1),
        next=_month_beside(first, 1),
        is_cut=len(found) >= queries.MAX_DEADLINES,
    )


def running(*, now: datetime) -> list[Due]:
    """Return every running clock, the earliest first, up to `queries.MAX_DEADLINES`."""
    return dues(queries.deadlines(since=now - LONG_OVERDUE, until=now + LONG_AHEAD), now=now)


def dues(found: Sequence[queries.Deadline], *, now: datetime) -> list[Due]:
    """Return clocks in the reader's words."""
    return [
        Due(
            number=one.number,
            url=page_of(kind=one.kind, number=one.number),
            what=label_of(one.rule_id),
            title=gettext(one.title),
            law=one.article,
            rule_id=one.rule_id,
            day=last_day(one.due_at),
            due_at=one.due_at,
            left=left(due_at=one.due_at, now=now, is_legal=is_legal(one.rule_id)),
            is_legal=is_legal(one.rule_id),
            is_unsure=one.is_unsure,
        )
        for one in found
    ]


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_current_timezone())


def _month_beside(first: date, step: int) -> str:
    beside = (first + timedelta(days=31)) if step > 0 else (first - timedelta(days=1))
    return f"{beside:%Y-%m}" if beside.year in YEARS else ""


def _days_off(days: Sequence[date]) -> tuple[Mapping[date, str], tuple[str, ...]]:
    """Return what the company's calendars say of the days, and which of them say nothing of a year."""
    company = profile()
    calendars: dict[str, Calendar] = {}
    for law in company.laws:
        calendar = calendar_of(company, law)
        calendars[calendar.code] = calendar
    resting: dict[date, list[str]] = defaultdict(list)
    working: dict[date, list[str]] = defaultdict(list)
    unknown: dict[tuple[str, int], None] = {}
    for day in days:
        for code, calendar in calendars.items():
            try:
                if calendar.is_holiday(day):
                    resting[day].append(code)
                elif is_weekend(day) and calendar.is_working_day(day):
                    working[day].append(code)
            except CalendarNotLoaded:
                unknown[(code, day.year)] = None
    words = {day: gettext("Day off: %(where)s") % {"where": _places(codes)} for day, codes in resting.items()}
    words |= {
        day: gettext("Worked: %(where)s") % {"where": _places(codes)}
        for day, codes in working.items()
        if day not in words
    }
    notes = tuple(gettext(NOT_LOADED) % {"calendar": _places([code]), "year": year} for code, year in unknown)
    return words, notes


def _places(codes: Iterable[str]) -> str:
    """Return whose calendars these are, in words: “Germany (BY), California”."""
    return listed(map(_place, codes))


def _place(code: str) -> str:
    if code in JURISDICTIONS:
        return gettext(JURISDICTIONS[code])
    country, _, region = code.partition("-")
    name = country_name(country, language="zh" if is_chinese() else "en")
    if not region:
        return name
    return f"{name}（{region}）" if is_chinese() else f"{name} ({region})"
