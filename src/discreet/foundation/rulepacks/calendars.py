"""Which days are worked in a place. A calendar is handed to `deadlines`; it never reads a clock.

Sources: Regulation 1182/71 Art. 2(1) (holidays of the Member State where the act is done);
California Gov. Code 6700 and Civ. Code 7; the yearly holiday notice of China's State Council General
Office, make-up working days (调休上班) included.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Protocol

from chinese_calendar import constants as notices

from discreet.foundation.rulepacks.law import Doubt
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop

SATURDAY, SUNDAY = 5, 6

EU_AND_EEA = frozenset(
    {"AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT"}
    | {"LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE", "IS", "LI", "NO"}
)


class CalendarNotLoaded(Refused):
    code = "calendar_not_loaded"
    message = gettext_noop(
        "The holiday notice of %(year)s for %(place)s is not loaded: working days of that year are not known."
    )


class UnknownCalendar(Refused):
    code = "unknown_calendar"
    message = gettext_noop(
        "There is no holiday calendar “%(code)s”. Known are a member state such as DE, US-CA and CN."
    )


class Calendar(Protocol):
    """The days of a place. Every method may raise `CalendarNotLoaded`, never guess."""

    @property
    def code(self) -> str: ...

    def is_holiday(self, day: date) -> bool:
        """Tell whether the day is a public holiday (a plain weekend is none)."""
        ...

    def is_working_day(self, day: date) -> bool: ...

    def doubt_on(self, day: date) -> Doubt | None:
        """Return why it is unsure whether the day is worked; None if it is sure."""
        ...


def is_weekend(day: date) -> bool:
    return day.weekday() >= SATURDAY


@dataclass(frozen=True, slots=True)
class WeekendsOnly:
    """No holidays at all: the earliest, and so the safest, date where the member state is not known."""

    code: str = "EU"

    def is_holiday(self, day: date) -> bool:
        return False

    def is_working_day(self, day: date) -> bool:
        return not is_weekend(day)

    def doubt_on(self, day: date) -> Doubt | None:
        return None


@lru_cache(maxsize=512)
def _public_holidays(country: str, region: str | None, year: int) -> frozenset[date]:
    import holidays  # here and below: loading it takes longer than all calendars together

    return frozenset(holidays.country_holidays(country, subdiv=region, years=year))


@dataclass(frozen=True, slots=True)
class MemberState:
    """Public holidays of a state of the EU or EEA: national ones, and a region's only where it is named."""

    country: str
    region: str | None = None

    @property
    def code(self) -> str:
        return f"{self.country}-{self.region}" if self.region else self.country

    def is_holiday(self, day: date) -> bool:
        return day in _public_holidays(self.country, self.region, day.year)

    def is_working_day(self, day: date) -> bool:
        return not is_weekend(day) and not self.is_holiday(day)

    def doubt_on(self, day: date) -> Doubt | None:
        return None


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _last_monday_of_may(year: int) -> date:
    last = date(year, 5, 31)
    return last - timedelta(days=last.weekday())


@lru_cache(maxsize=64)
def _california_holidays(year: int) -> frozenset[date]:
    return frozenset(
        {
            date(year, 1, 1),
            _nth_weekday(year, 1, 0, 3),  # Martin Luther King Jr.
            _nth_weekday(year, 2, 0, 3),  # third Monday of February
            date(year, 3, 31),  # Cesar Chavez
            _last_monday_of_may(year),
            date(year, 7, 4),
            _nth_weekday(year, 9, 0, 1),  # Labor Day
            date(year, 11, 11),
            _nth_weekday(year, 11, 3, 4),  # Thanksgiving
            date(year, 12, 25),
        }
    )


@lru_cache(maxsize=64)
def _california_disputed(year: int) -> frozenset[date]:
    """Return days that some readings take for holidays and this calendar counts."""
    named = {
        date(year, 2, 12),  # Lincoln
        date(year, 4, 24),  # Genocide Remembrance
        date(year, 6, 19),  # Juneteenth
        date(year, 9, 9),  # Admission Day
        _nth_weekday(year, 9, 4, 4),  # Native American Day
        _nth_weekday(year, 10, 0, 2),  # Columbus Day
        _nth_weekday(year, 11, 3, 4) + timedelta(days=1),
    }
    sundays = (date(year, m, d) for m, d in ((1, 1), (2, 12), (3, 31), (7, 4), (9, 9), (11, 11), (12, 25)))
    moved = {day + timedelta(days=1) for day in sundays if day.weekday() == SUNDAY}  # Gov. Code 6701
    if date(year, 11, 11).weekday() == SATURDAY:
        moved.add(date(year, 11, 10))
    return frozenset((named | moved) - _california_holidays(year))


_CALIFORNIA_DISPUTED = Doubt(
    about="holiday list",
    en="The day may be a holiday under Gov. Code 6700 and 6701, whose present list was not read; "
    "it is counted as worked, which gives the earlier date.",
    zh="该日依《政府法典》6700、6701条可能为假日，其现行清单未核对；此处按工作日计算，所得日期较早。",
)


@dataclass(frozen=True, slots=True)
class California:
    """Holidays that every reading of Gov. Code 6700 shares. Fewer days off give the earlier, safer date."""

    code: str = "US-CA"

    def is_holiday(self, day: date) -> bool:
        return day in _california_holidays(day.year)

    def is_working_day(self, day: date) -> bool:
        return not is_weekend(day) and not self.is_holiday(day)

    def doubt_on(self, day: date) -> Doubt | None:
        return _CALIFORNIA_DISPUTED if day in _california_disputed(day.year) else None


#: Years whose notice is in `chinesecalendar`: a notice always names National Day.
NOTICE_YEARS = frozenset(day.year for day in notices.holidays if (day.month, day.day) == (10, 1))


def _notice_not_found(year: int) -> Doubt:
    return Doubt(
        about=f"{year} holiday notice not found",
        en=f"The State Council's holiday notice for {year} is not loaded; "
        "make-up working days could change the date.",
        zh=f"国务院办公厅{year}年节假日安排尚未载入，调休可能改变该日期。",
    )


def _late_december_doubt(day: date, notice_years: frozenset[int]) -> Doubt | None:
    """Notices have moved days of the last ten days of the year before (2018-12-29 was worked)."""
    if day.month == 12 and day.day >= 22 and day.year + 1 not in notice_years:
        return _notice_not_found(day.year + 1)
    return None


@dataclass(frozen=True, slots=True)
class China:
    """Working days by the State Council's notices; refuses a year whose notice is not loaded."""

    code: str = "CN"
    notice_years: frozenset[int] = NOTICE_YEARS

    def is_holiday(self, day: date) -> bool:
        self._require_notice(day)
        return day in notices.holidays

    def is_working_day(self, day: date) -> bool:
        self._require_notice(day)
        return day in notices.workdays or (not is_weekend(day) and day not in notices.holidays)

    def doubt_on(self, day: date) -> Doubt | None:
        self._require_notice(day)
        return _late_december_doubt(day, self.notice_years)

    def _require_notice(self, day: date) -> None:
        if day.year not in self.notice_years:
            raise CalendarNotLoaded(year=day.year, place="CN")


@lru_cache(maxsize=64)
def _china_statutory(year: int) -> frozenset[date]:
    import holidays

    return frozenset(holidays.country_holidays("CN", years=year, observed=False))


@dataclass(frozen=True, slots=True)
class UnsafeChinaStatutoryOnly:
    """China where a missing notice is replaced by the statutory holidays: every such day is in doubt.

    It knows no make-up working days, so a date that passes through an unloaded year may be wrong.
    """

    code: str = "CN (statutory days only)"
    notice_years: frozenset[int] = NOTICE_YEARS

    def is_holiday(self, day: date) -> bool:
        known = day.year in self.notice_years
        return day in (notices.holidays if known else _china_statutory(day.year))

    def is_working_day(self, day: date) -> bool:
        if day.year in self.notice_years and day in notices.workdays:
            return True
        return not is_weekend(day) and not self.is_holiday(day)

    def doubt_on(self, day: date) -> Doubt | None:
        if day.year not in self.notice_years:
            return _notice_not_found(day.year)
        return _late_december_doubt(day, self.notice_years)


def calendar_for(code: str) -> Calendar:
    """Return the calendar of `EU` (weekends only), a member state (`DE`, `DE-BY`), `US-CA` or `CN`.

    Raises:
        UnknownCalendar: no such calendar.
    """
    wanted = code.strip().upper()
    if wanted == "EU":
        return WeekendsOnly()
    if wanted == "US-CA":
        return California()
    if wanted == "CN":
        return China()
    country, _, region = wanted.partition("-")
    if country not in EU_AND_EEA or (region and not _is_region(country, region)):
        raise UnknownCalendar(code=code[:20])
    return MemberState(country=country, region=region or None)


@lru_cache(maxsize=512)
def _is_region(country: str, region: str) -> bool:
    import holidays

    # Asking for one region loads one country; the library's list of regions would load all of them.
    try:
        holidays.country_holidays(country, subdiv=region)
    except NotImplementedError:
        return False
    return True
