"""What must hold of every deadline, whatever the start: properties, zones, calendars."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discreet.foundation.rulepacks import queries
from discreet.foundation.rulepacks.calendars import (
    EU_AND_EEA,
    CalendarNotLoaded,
    UnknownCalendar,
    UnsafeChinaStatutoryOnly,
    calendar_for,
)
from discreet.foundation.rulepacks.deadlines import NoExtension, NoPeriod, Stage, count, deadline

pytestmark = pytest.mark.duty("M8.3")

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [
    "Europe/Berlin",
    "America/Los_Angeles",
    "Asia/Shanghai",
    "America/Havana",
    "Asia/Beirut",
    "Pacific/Apia",
    "America/Nuuk",
    "Africa/Cairo",
    "Atlantic/Azores",
]
starts = st.integers(
    min_value=int(datetime(2018, 6, 1, tzinfo=UTC).timestamp()),
    max_value=int(datetime(2035, 12, 31, tzinfo=UTC).timestamp()),
).map(lambda second: datetime.fromtimestamp(second, UTC))
zones = st.sampled_from(ZONES).map(ZoneInfo)


@given(start=starts, zone=zones)
def test_a_month_ends_with_the_last_second_of_a_working_day(start: datetime, zone: ZoneInfo) -> None:
    calendar = calendar_for("DE")
    at = deadline(rule=queries.rule("EU-DSR-RESP"), start=start, zone=zone, calendar=calendar)
    assert calendar.is_working_day(at.date())
    after = (at.astimezone(UTC) + timedelta(seconds=1)).astimezone(zone)
    assert after.date() == at.date() + timedelta(days=1)


@given(start=starts, zone=zones)
def test_a_month_ends_on_the_same_date_or_the_months_last_when_no_holiday_moves_it(
    start: datetime, zone: ZoneInfo
) -> None:
    at = deadline(
        rule=queries.rule("CA-OPTOUT-COOLDOWN"), start=start, zone=zone, calendar=calendar_for("US-CA")
    )
    day = start.astimezone(zone).date()
    assert (at.year, at.month) == (day.year + 1, day.month)
    assert at.day == min(day.day, monthrange(at.year, at.month)[1])


@given(start=starts, zone=zones)
def test_hours_are_elapsed_hours_in_every_zone(start: datetime, zone: ZoneInfo) -> None:
    at = deadline(rule=queries.rule("EU-BR-SA"), start=start, zone=zone, calendar=calendar_for("DE"))
    assert at.astimezone(UTC) - start == timedelta(hours=72)


@given(first=starts, second=starts, rule=st.sampled_from(["EU-DSR-RESP", "CA-DSR-RESP", "CA-DSR-ACK"]))
def test_a_later_start_never_ends_earlier(first: datetime, second: datetime, rule: str) -> None:
    calendar = calendar_for("US-CA")
    zone = ZoneInfo("America/Los_Angeles")
    ends = [
        deadline(rule=queries.rule(rule), start=start, zone=zone, calendar=calendar)
        for start in sorted((first, second))
    ]
    assert ends[0] <= ends[1]


@given(start=starts)
def test_an_extended_period_never_ends_before_the_first(start: datetime) -> None:
    for rule_id in ("EU-DSR-RESP", "CA-DSR-RESP", "EU-PIA-CONSULT"):
        rule, calendar = queries.rule(rule_id), calendar_for("DE")
        first = deadline(rule=rule, start=start, zone=BERLIN, calendar=calendar)
        assert deadline(rule=rule, start=start, zone=BERLIN, calendar=calendar, extended=True) > first


@given(start=starts)
def test_business_days_are_counted_one_by_one(start: datetime) -> None:
    zone, calendar = ZoneInfo("America/Los_Angeles"), calendar_for("US-CA")
    at = deadline(rule=queries.rule("CA-DSR-ACK"), start=start, zone=zone, calendar=calendar)
    first = start.astimezone(zone).date()
    days = (at.date() - first).days
    worked = [n for n in range(1, days + 1) if calendar.is_working_day(first + timedelta(days=n))]
    assert len(worked) == 10
    assert worked[-1] == days


def test_a_start_without_a_zone_is_a_bug() -> None:
    with pytest.raises(ValueError, match="time zone"):
        deadline(
            rule=queries.rule("EU-DSR-RESP"),
            start=datetime(2026, 1, 1),  # noqa: DTZ001 (the mistake under test)
            zone=BERLIN,
            calendar=calendar_for("DE"),
        )


def test_a_rule_without_a_number_has_no_deadline() -> None:
    with pytest.raises(NoPeriod, match="PIPL 45-50"):
        deadline(
            rule=queries.rule("CN-DSR-TIMELY"),
            start=datetime(2026, 1, 1, tzinfo=UTC),
            zone=BERLIN,
            calendar=calendar_for("CN"),
        )


def test_a_rule_without_extension_has_no_notice_of_one() -> None:
    with pytest.raises(NoExtension, match="GDPR 33"):
        count(
            rule=queries.rule("EU-BR-SA"),
            start=datetime(2026, 1, 1, tzinfo=UTC),
            zone=BERLIN,
            calendar=calendar_for("DE"),
            stage=Stage.EXTENSION_NOTICE,
        )


@pytest.mark.parametrize("country", sorted(EU_AND_EEA))
def test_every_state_of_the_union_and_the_eea_keeps_christmas_and_works_an_ordinary_wednesday(
    country: str,
) -> None:
    calendar = calendar_for(country)
    assert calendar.is_holiday(date(2026, 12, 25))
    assert calendar.is_working_day(date(2026, 9, 23))


@pytest.mark.parametrize("code", ["US", "XX", "GB", "DE-XX", "", "CN-HK", "us_ca"])
def test_a_place_without_a_calendar_is_refused(code: str) -> None:
    with pytest.raises(UnknownCalendar):
        calendar_for(code)


def test_a_calendar_is_found_in_any_case() -> None:
    assert calendar_for(" us-ca ").code == "US-CA"
    assert calendar_for("de-by").code == "DE-BY"


def test_a_make_up_sunday_is_worked_and_the_holiday_it_pays_for_is_not() -> None:
    calendar = calendar_for("CN")
    assert calendar.is_working_day(date(2026, 9, 20))
    assert not calendar.is_working_day(date(2026, 10, 7))


def test_chinas_calendar_refuses_every_question_about_a_year_without_notice() -> None:
    calendar = calendar_for("CN")
    for ask in (calendar.is_working_day, calendar.is_holiday, calendar.doubt_on):
        with pytest.raises(CalendarNotLoaded, match="2031"):
            ask(date(2031, 3, 3))


def test_the_unsafe_calendar_of_china_doubts_every_day_of_such_a_year() -> None:
    calendar = UnsafeChinaStatutoryOnly()
    doubt = calendar.doubt_on(date(2031, 3, 3))
    assert doubt is not None and "2031" in doubt.zh
    assert calendar.doubt_on(date(2026, 3, 3)) is None
    assert not calendar.is_working_day(date(2031, 10, 1))


def test_a_disputed_californian_day_is_worked_and_doubted() -> None:
    calendar = calendar_for("US-CA")
    assert calendar.is_working_day(date(2026, 9, 9))
    assert calendar.doubt_on(date(2026, 9, 9)) is not None
    assert calendar.doubt_on(date(2026, 9, 10)) is None
