"""The 89 worked cases of law/deadline-cases.csv, through the public API with real calendars."""

import csv
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from discreet.foundation.rulepacks import queries
from discreet.foundation.rulepacks.calendars import (
    Calendar,
    CalendarNotLoaded,
    UnsafeChinaStatutoryOnly,
    calendar_for,
)
from discreet.foundation.rulepacks.deadlines import Stage, count, deadline

pytestmark = [pytest.mark.duty("M8.3"), pytest.mark.duty("M9.1")]

CASES = Path(__file__).resolve().parents[3] / "law" / "deadline-cases.csv"
ZONE_CALENDARS = {
    "Europe/Berlin": "DE",
    "Europe/Paris": "FR",
    "America/Los_Angeles": "US-CA",
    "Asia/Shanghai": "CN",
}
STAGES = {"extended": Stage.EXTENDED, "notice": Stage.EXTENSION_NOTICE}


@dataclass(frozen=True)
class Case:
    case_id: str
    rule_id: str
    start: datetime
    zone: ZoneInfo
    holidays_considered: str
    stage: Stage
    expected: str
    doubt: str | None

    @property
    def calendar(self) -> Calendar:
        if "notice not loaded" in self.holidays_considered:
            return UnsafeChinaStatutoryOnly()
        return calendar_for(ZONE_CALENDARS[self.zone.key])


def _cases() -> list[Case]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return [
            Case(
                case_id=row["case_id"],
                rule_id=row["rule_id"],
                start=datetime.fromisoformat(row["start"]),
                zone=ZoneInfo(row["zone"]),
                holidays_considered=row["holidays_considered"],
                stage=STAGES.get(row["extension"], Stage.FIRST),
                expected=row["expected_last_moment"],
                doubt=row["depends_on_unsure"].partition("yes: ")[2] or None,
            )
            for row in csv.DictReader(file)
        ]


ALL = _cases()
each_case = pytest.mark.parametrize("case", ALL, ids=[case.case_id for case in ALL])


def _dates(text: str) -> list[date]:
    found: list[date] = []
    for first, last in re.findall(r"(\d{4}-\d\d-\d\d)(?:\.\.(\d{4}-\d\d-\d\d))?", text):
        day, end = date.fromisoformat(first), date.fromisoformat(last or first)
        while day <= end:
            found.append(day)
            day += timedelta(days=1)
    return found


def test_the_table_holds_all_worked_cases() -> None:
    assert len(ALL) == 89


@each_case
def test_the_case_ends_at_the_expected_moment(case: Case) -> None:
    rule = queries.rule(case.rule_id)
    moment = count(rule=rule, start=case.start, zone=case.zone, calendar=case.calendar, stage=case.stage)
    assert moment.at.isoformat() == case.expected


@each_case
def test_the_case_is_unsure_exactly_where_the_table_says_so_and_for_that_reason(case: Case) -> None:
    rule = queries.rule(case.rule_id)
    moment = count(rule=rule, start=case.start, zone=case.zone, calendar=case.calendar, stage=case.stage)
    assert moment.is_unsure is (case.doubt is not None)
    if case.doubt is not None:
        assert case.doubt in [doubt.about for doubt in moment.doubts]


@each_case
def test_the_calendar_knows_the_days_that_the_case_considers(case: Case) -> None:
    off, _, worked = case.holidays_considered.partition("work")
    is_regional = "not considered" in off
    for day in _dates(off):
        assert case.calendar.is_working_day(day) is is_regional
    for day in _dates(worked):
        assert case.calendar.is_working_day(day)


def test_a_year_without_its_holiday_notice_is_refused() -> None:
    case = next(case for case in ALL if case.case_id == "CN14")
    rule = queries.rule(case.rule_id)
    with pytest.raises(CalendarNotLoaded, match="2027"):
        deadline(rule=rule, start=case.start, zone=case.zone, calendar=calendar_for("CN"))
