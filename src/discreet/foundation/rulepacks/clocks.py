"""The clocks that a customer's request starts, under every law that may apply.

Sources: GDPR Art. 12(3); 11 CCR 7021, 7026(f), 7027(g); PIPL Art. 50 with GB/T 35273-2020 8.5, 8.7.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from discreet.foundation.rulepacks import queries
from discreet.foundation.rulepacks.calendars import (
    Calendar,
    CalendarNotLoaded,
    UnsafeChinaStatutoryOnly,
    calendar_for,
)
from discreet.foundation.rulepacks.deadlines import Moment, NoExtension, Stage, count
from discreet.foundation.rulepacks.law import Confidence, Doubt, Force, Law, LegalRule, Purpose, RequestKind

#: Warn when this share of a clock has run.
WARN_AT_PERCENT = (50, 80, 100)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the company acts under a law: the zone its days end in, the days that are worked there."""

    zone: ZoneInfo
    calendar: Calendar


#: Where the profile says nothing. Weekends only: the earliest date any member state can give.
DEFAULT_PLACES: Mapping[Law, Place] = MappingProxyType(
    {
        Law.GDPR: Place(zone=ZoneInfo("Europe/Brussels"), calendar=calendar_for("EU")),
        Law.CCPA: Place(zone=ZoneInfo("America/Los_Angeles"), calendar=calendar_for("US-CA")),
        Law.PIPL: Place(zone=ZoneInfo("Asia/Shanghai"), calendar=calendar_for("CN")),
    }
)


@dataclass(frozen=True, slots=True)
class Clock:
    """One thing that is due for a request. Times are in the zone of the law's place.

    `can_extend_until` and `extension_notice_by` are None where the rule allows no extension.
    """

    rule_id: str
    law: Law
    article: str
    purpose: Purpose
    starts_at: datetime
    due_at: datetime
    warn_at: tuple[datetime, ...]
    can_extend_until: datetime | None
    extension_notice_by: datetime | None
    confidence: Confidence
    is_recommended: bool
    is_extended: bool
    doubts: tuple[Doubt, ...]

    @property
    def is_unsure(self) -> bool:
        return bool(self.doubts)


def request_clocks(
    *,
    laws: Iterable[Law],
    kind: RequestKind | str,
    received_at: datetime,
    places: Mapping[Law, Place] = DEFAULT_PLACES,
    extended: bool = False,
) -> tuple[Clock, ...]:
    """Return every clock of a request received at `received_at` (aware), the earliest due first.

    `laws` are those that may apply: the first clock of a purpose is the strictest, and it binds. With
    `extended` the answer's clock runs to the end of its extension, counted from receipt as one period.
    A request must have a clock even where China's holiday notice of the year is not out yet: such a
    clock counts statutory holidays only and is unsure. No rule for the kind: no clock.
    """
    wanted = RequestKind(kind)
    clocks = [
        _clock(rule, law, received_at, places.get(law, DEFAULT_PLACES[law]), extended)
        for law in sorted(set(laws))
        for rule in queries.rules(law=law)
        if rule.request_clock is not None
        and wanted in rule.request_clock.kinds
        and rule.is_in_force(on=received_at.astimezone(places.get(law, DEFAULT_PLACES[law]).zone).date())
    ]
    return tuple(sorted(clocks, key=lambda clock: (clock.due_at.astimezone(UTC), clock.rule_id)))


def strictest(clocks: Iterable[Clock], *, purpose: Purpose = Purpose.ANSWER) -> Clock | None:
    """Return the clock of a purpose that ends first; None without any."""
    of_purpose = [clock for clock in clocks if clock.purpose is purpose]
    return min(of_purpose, key=lambda clock: (clock.due_at.astimezone(UTC), clock.rule_id), default=None)


def warnings(*, starts_at: datetime, due_at: datetime) -> tuple[datetime, ...]:
    """Return when 50, 80 and 100 % of the time between two aware moments have passed."""
    start = starts_at.astimezone(UTC)
    length = due_at.astimezone(UTC) - start
    return tuple((start + length * percent / 100).astimezone(due_at.tzinfo) for percent in WARN_AT_PERCENT)


def _clock(rule: LegalRule, law: Law, received_at: datetime, place: Place, extended: bool) -> Clock:
    assert rule.request_clock is not None
    last = _counted(rule, received_at, place, Stage.EXTENDED)
    first = _counted(rule, received_at, place, Stage.FIRST)
    assert first is not None
    due = last if extended and last is not None else first
    notice = _counted(rule, received_at, place, Stage.EXTENSION_NOTICE)
    starts_at = received_at.astimezone(place.zone)
    return Clock(
        rule_id=rule.id,
        law=law,
        article=rule.article,
        purpose=rule.request_clock.purpose,
        starts_at=starts_at,
        due_at=due.at,
        warn_at=warnings(starts_at=starts_at, due_at=due.at),
        can_extend_until=last.at if last else None,
        extension_notice_by=notice.at if notice else None,
        confidence=rule.confidence,
        is_recommended=rule.force is Force.RECOMMENDATION,
        is_extended=due is last,
        doubts=due.doubts,
    )


def _counted(rule: LegalRule, start: datetime, place: Place, stage: Stage) -> Moment | None:
    """Count one stage; None where the rule has no such stage."""
    try:
        return count(rule=rule, start=start, zone=place.zone, calendar=place.calendar, stage=stage)
    except NoExtension:
        return None
    except CalendarNotLoaded:
        fallback = UnsafeChinaStatutoryOnly()
        return count(rule=rule, start=start, zone=place.zone, calendar=fallback, stage=stage)
