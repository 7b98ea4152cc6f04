"""Counting: from a rule and the moment that starts it to the moment that ends it. Pure.

Sources: Regulation (EEC, Euratom) 1182/71 Art. 2, 3; Cal. Civ. Code 7, 10; Civil Code of China 200-204.
Days, months and years leave out the day of the event and end with the last instant of the last day in the
zone of whoever must act; a month without the date ends on its last day; hours are elapsed hours.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from discreet.foundation.rulepacks.calendars import SATURDAY, SUNDAY, Calendar, CalendarNotLoaded
from discreet.foundation.rulepacks.law import (
    ConditionalDoubt,
    Confidence,
    Doubt,
    FixedDate,
    Force,
    LegalRule,
    Meaning,
    Roll,
    Span,
    Unit,
    When,
)
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop


class NoPeriod(Refused):
    code = "rule_without_period"
    message = gettext_noop("%(rule)s (%(article)s) sets no number of days: there is nothing to count.")


class NoExtension(Refused):
    code = "rule_without_extension"
    message = gettext_noop("%(rule)s (%(article)s) allows no extension of a fixed length.")


class NoDateAhead(Refused):
    code = "no_fixed_date_ahead"
    message = gettext_noop("%(rule)s (%(article)s) names no date after the given one.")


class Stage(StrEnum):
    """Which end of a period is asked for."""

    FIRST = "first"
    EXTENDED = "extended"
    EXTENSION_NOTICE = "extension_notice"


@dataclass(frozen=True, slots=True)
class Moment:
    """A counted moment, in the zone asked for, and what it hangs on.

    It is the last moment of the period, but the first one of the window where the rule is `window_before`.
    """

    at: datetime
    doubts: tuple[Doubt, ...]

    @property
    def is_unsure(self) -> bool:
        return bool(self.doubts)


def deadline(
    *, rule: LegalRule, start: datetime, zone: ZoneInfo, calendar: Calendar, extended: bool = False
) -> datetime:
    """Return only the moment of `count`."""
    stage = Stage.EXTENDED if extended else Stage.FIRST
    return count(rule=rule, start=start, zone=zone, calendar=calendar, stage=stage).at


def count(
    *, rule: LegalRule, start: datetime, zone: ZoneInfo, calendar: Calendar, stage: Stage = Stage.FIRST
) -> Moment:
    """Count the rule's period from `start` (aware) in `zone`, over the days of `calendar`.

    Raises:
        NoPeriod: the rule has neither a duration nor a date.
        NoExtension: an extension was asked for that the rule does not give.
        NoDateAhead: every fixed date lies before the start.
        CalendarNotLoaded: the calendar does not know a year that the count needs.
    """
    if start.tzinfo is None:
        raise ValueError("a start without a time zone cannot be counted from")
    if rule.meaning is Meaning.FIXED_DATE:
        return _fixed(rule, start.astimezone(zone).date(), zone, calendar)
    span = _span(rule, stage)
    if span.unit is Unit.HOUR:
        at = (start.astimezone(UTC) + timedelta(hours=span.duration)).astimezone(zone)
        return Moment(at=at, doubts=_doubts(rule, _Facts()))
    first_day = start.astimezone(zone).date()
    if rule.meaning is Meaning.WINDOW_BEFORE:
        return _window(rule, first_day, span, zone, calendar)
    counted = _last_day(span, first_day, calendar)
    last = _rolled(rule, counted.day, calendar)
    facts = _Facts(
        last_day=last,
        has_moved=last != counted.day,
        is_extended=stage is Stage.EXTENDED,
        has_no_matching_date=counted.has_no_matching_date,
        counts_business_days=span.unit is Unit.BUSINESS_DAY,
        calendar_doubts=counted.doubts,
        day_off=_day_off(rule, last, calendar),
    )
    return Moment(at=_last_instant(last, zone), doubts=_doubts(rule, facts))


def _span(rule: LegalRule, stage: Stage) -> Span:
    if rule.period is None:
        raise NoPeriod(rule=rule.id, article=rule.article)
    if stage is Stage.FIRST:
        return rule.period.span
    extension = rule.period.extension
    span = None if extension is None else extension.total if stage is Stage.EXTENDED else extension.notice
    if span is None:
        raise NoExtension(rule=rule.id, article=rule.article)
    return span


@dataclass(frozen=True, slots=True)
class _Counted:
    day: date
    has_no_matching_date: bool = False
    doubts: tuple[Doubt, ...] = ()


def _last_day(span: Span, first: date, calendar: Calendar) -> _Counted:
    match span.unit:
        case Unit.CALENDAR_DAY:
            return _Counted(first + timedelta(days=span.duration))
        case Unit.BUSINESS_DAY:
            return _business_days(first, span.duration, calendar, step=1)
        case Unit.CALENDAR_MONTH:
            return _months_on(first, span.duration)
        case Unit.YEAR:
            return _months_on(first, 12 * span.duration)
        case Unit.HOUR:
            raise AssertionError("hours have no last day")


def _months_on(first: date, months: int) -> _Counted:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    length = monthrange(year, month + 1)[1]
    return _Counted(date(year, month + 1, min(first.day, length)), has_no_matching_date=first.day > length)


def _business_days(first: date, number: int, calendar: Calendar, *, step: int) -> _Counted:
    day, left, doubts = first, number, dict[Doubt, None]()
    while left:
        day += timedelta(days=step)
        doubt = calendar.doubt_on(day)
        if doubt is not None:
            doubts[doubt] = None
        left -= calendar.is_working_day(day)
    return _Counted(day, doubts=tuple(doubts))


def _moves(time_rule_id: str | None, day: date, calendar: Calendar) -> bool:
    """Tell whether a period that ends on this day moves on, where the rule says that it moves."""
    if time_rule_id == "CA-PERIOD":  # Civ. Code 7, 10: Sundays and holidays; a Saturday is none
        return day.weekday() == SUNDAY or calendar.is_holiday(day)
    return not calendar.is_working_day(day)


def _rolled(rule: LegalRule, day: date, calendar: Calendar) -> date:
    while rule.roll is Roll.MOVES and _moves(rule.time_rule_id, day, calendar):
        day += timedelta(days=1)
    return day


@dataclass(frozen=True, slots=True)
class _DayOff:
    """What the calendar says of a last day that did not move."""

    is_off: bool
    doubt: Doubt | None


def _day_off(rule: LegalRule, last: date, calendar: Calendar) -> _DayOff:
    """Look the last day up; a calendar that does not know it leaves the day possibly off."""
    if rule.roll is Roll.STAYS:
        return _DayOff(is_off=False, doubt=None)
    try:
        return _DayOff(is_off=_moves(rule.time_rule_id, last, calendar), doubt=calendar.doubt_on(last))
    except CalendarNotLoaded:
        return _DayOff(is_off=True, doubt=None)


def _window(rule: LegalRule, expiry: date, span: Span, zone: ZoneInfo, calendar: Calendar) -> Moment:
    """Count business days back from the day before expiry; the window opens with that day."""
    opens = _business_days(expiry, span.duration, calendar, step=-1)
    facts = _Facts(counts_business_days=True, calendar_doubts=opens.doubts)
    return Moment(at=_first_instant(opens.day, zone), doubts=_doubts(rule, facts))


def _fixed(rule: LegalRule, first: date, zone: ZoneInfo, calendar: Calendar) -> Moment:
    ahead = [day for fixed in rule.fixed_dates for day in _dates_of(fixed, first) if day >= first]
    if not ahead:
        raise NoDateAhead(rule=rule.id, article=rule.article)
    day = min(ahead)
    facts = _Facts(last_day=day, day_off=_day_off(rule, day, calendar))
    return Moment(at=_last_instant(day, zone), doubts=_doubts(rule, facts))


def _dates_of(fixed: FixedDate, first: date) -> Iterator[date]:
    if fixed.year is not None:
        yield date(fixed.year, fixed.month, fixed.day)
        return
    for year in (first.year, first.year + 1, fixed.first_year or 0):
        if year >= (fixed.first_year or 1):
            yield date(year, fixed.month, fixed.day)


def _first_instant(day: date, zone: ZoneInfo) -> datetime:
    # Through UTC: a midnight that a clock change skips becomes the instant that follows it.
    return datetime.combine(day, time.min, zone).astimezone(UTC).astimezone(zone)


def _last_instant(day: date, zone: ZoneInfo) -> datetime:
    next_day = _first_instant(day + timedelta(days=1), zone).astimezone(UTC)
    return (next_day - timedelta(seconds=1)).astimezone(zone)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What happened while counting, for the doubts that hang on it."""

    last_day: date | None = None
    has_moved: bool = False
    is_extended: bool = False
    has_no_matching_date: bool = False
    counts_business_days: bool = False
    calendar_doubts: tuple[Doubt, ...] = ()
    day_off: _DayOff = _DayOff(is_off=False, doubt=None)


_PROPOSAL = Doubt(
    about="proposal, not law",
    en="This is a proposal or draft, not law.",
    zh="此为提案或者草案，尚非法律。",
)
_SECONDARY = Doubt(
    about="secondary source",
    en="The rule is known from a secondary source; its text was not read.",
    zh="该规则来自二手资料，未核对条文原文。",
)
_GENERAL = Doubt(
    about="general knowledge",
    en="The rule is general knowledge; its text was not read.",
    zh="该规则来自一般知识，未核对条文原文。",
)


def _doubts(rule: LegalRule, facts: _Facts) -> tuple[Doubt, ...]:
    found: list[Doubt] = []
    if rule.force is Force.PROPOSAL:
        found.append(_PROPOSAL)
    found += [held.doubt for held in rule.doubts if _holds(held, rule, facts)]
    if rule.confidence is not Confidence.VERIFIED and not any(h.when is When.ALWAYS for h in rule.doubts):
        found.append(_SECONDARY if rule.confidence is Confidence.SECONDARY else _GENERAL)
    found += facts.calendar_doubts
    if facts.day_off.doubt is not None:
        found.append(facts.day_off.doubt)
    return tuple(dict.fromkeys(found))


def _holds(held: ConditionalDoubt, rule: LegalRule, facts: _Facts) -> bool:
    match held.when:
        case When.ALWAYS:
            return True
        case When.COUNTS_BUSINESS_DAYS:
            return facts.counts_business_days
        case When.ENDS_ON_SATURDAY:
            may_move = rule.roll is not Roll.STAYS and not facts.counts_business_days
            return may_move and facts.last_day is not None and facts.last_day.weekday() == SATURDAY
        case When.ENDS_ON_DAY_OFF:
            return rule.roll is Roll.NOT_STATED and facts.day_off.is_off
        case When.EXTENSION_MOVED:
            return facts.is_extended and facts.has_moved
        case When.NO_MATCHING_DATE:
            return facts.has_no_matching_date
