"""The calendar: every running clock on the day by which it must be met, days off, and a file without people."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone, translation

from discreet.foundation.cases import actions as cases
from discreet.foundation.cases.concerns import reached
from discreet.foundation.cases.rules import ClockFacts
from discreet.foundation.desk.calendar import month_named, month_of, running
from discreet.foundation.desk.icalendar import LONGEST_LINE, icalendar
from discreet.foundation.organisation.actions import set_profile
from discreet.foundation.organisation.company import CompanyProfile
from discreet.foundation.rulepacks.law import Law
from discreet.vocabulary.actors import SYSTEM
from tests.foundation.cases.conftest import NOW, opened
from tests.foundation.staff.people import ROOT

pytestmark = [pytest.mark.django_db, pytest.mark.duty("M8.3")]
RULE, ARTICLE = "EU-DSR-RESP", "GDPR 12(3)"


def case(due_at: datetime, *, rule_id: str = RULE) -> str:
    """Open a case with one clock; return its number."""
    number = opened().number
    clock = ClockFacts(
        rule_id=rule_id, law="eu-gdpr", article=ARTICLE, due_at=due_at, warn_at=due_at - timedelta(days=10)
    )
    cases.set_clocks(actor=SYSTEM, now=NOW, number=number, clocks=[clock])
    return number


def squares(first: date, *, now: datetime = NOW) -> dict[date, list[str]]:
    month = month_of(first, now=now)
    return {day.date: [one.number for one in day.due] for week in month.weeks for day in week if day.due}


def test_a_clock_stands_on_the_last_day_on_which_it_can_be_met() -> None:
    number = case(datetime(2026, 4, 2, 21, 59, 59, tzinfo=UTC))
    with timezone.override(ZoneInfo("Europe/Berlin")):
        assert squares(date(2026, 4, 1)) == {date(2026, 4, 2): [number]}
        assert squares(date(2026, 5, 1)) == {}
    with timezone.override(ZoneInfo("Asia/Shanghai")):  # there it ends in the middle of 3 April
        assert squares(date(2026, 4, 1)) == {date(2026, 4, 2): [number]}


def test_the_weeks_are_whole_and_show_the_neighbours_days() -> None:
    number = case(datetime(2026, 5, 1, 12, tzinfo=UTC))
    month = month_of(date(2026, 4, 1), now=NOW)
    assert {len(week) for week in month.weeks} == {7}
    assert month.due == ()  # 1 May stands in the last week of April, and counts to May
    assert squares(date(2026, 4, 1)) == {date(2026, 5, 1): [number]}
    assert (month.previous, month.next) == ("2026-03", "2026-05")


def test_what_is_met_paused_or_closed_is_no_deadline() -> None:
    due_at = datetime(2026, 4, 2, 12, tzinfo=UTC)
    met, paused, ended, left = case(due_at), case(due_at), case(due_at), case(due_at)
    cases.meet_clock(actor=SYSTEM, now=NOW, number=met, rule_id=RULE)
    cases.pause_clock(actor=SYSTEM, now=NOW, number=paused, rule_id=RULE)
    cases.close(actor=SYSTEM, now=NOW, number=ended, state="done", transitions={"received": {"done"}})
    assert squares(date(2026, 4, 1)) == {date(2026, 4, 2): [left]}


def test_what_is_overdue_is_named_in_every_month_and_in_words() -> None:
    number = case(NOW - timedelta(days=40))
    month = month_of(date(2026, 9, 1), now=NOW)
    assert [(one.number, one.left.is_over, one.left.text) for one in month.overdue] == [
        (number, True, "40 days over")
    ]


def test_the_days_off_of_every_law_of_the_company_are_marked() -> None:
    profile = CompanyProfile(
        name_en="Qingshan",
        laws=(Law.GDPR, Law.PIPL),
        calendars={Law.GDPR: "DE", Law.PIPL: "CN"},
    )
    set_profile(actor=ROOT, now=NOW, profile=profile)
    month = month_of(date(2026, 10, 1), now=NOW)
    off = {day.date: day.off for week in month.weeks for day in week if day.off}
    assert off[date(2026, 10, 1)] == "Day off: China"
    assert off[date(2026, 10, 3)] == "Day off: Germany, China"
    assert off[date(2026, 10, 10)] == "Worked: China"  # a Saturday that the State Council's notice makes up
    assert month.notes == ()
    assert "2090" in " ".join(month_of(date(2090, 1, 1), now=NOW).notes)


@pytest.mark.parametrize("text", ["", "2026-13", "0000-01", "9999-12", "x", "٢٠٢٦-٠١", "2026-1"])
def test_a_month_that_is_none_shows_this_one(text: str) -> None:
    assert month_named(text, today=date(2026, 3, 18)) == date(2026, 3, 1)


def test_the_file_holds_every_running_clock_and_nobody() -> None:
    numbers = [case(NOW + timedelta(days=span)) for span in (-5, 5, 500)]
    with translation.override("zh-hans"):
        body = icalendar(running(now=NOW), now=NOW, name="期限", base_url="https://x.example")
    text = body.decode()
    assert all(len(line) <= LONGEST_LINE for line in body.split(b"\r\n"))
    whole = text.replace("\r\n ", "")
    assert whole.count("BEGIN:VEVENT") == 3
    for number in numbers:
        assert f"SUMMARY:{number}: 答复期限" in whole
        assert f"UID:{number}-{RULE}@x.example" in whole
    assert "li.lei" not in whole
    assert whole.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") and whole.endswith("END:VCALENDAR\r\n")


def test_the_pages_show_month_list_and_file(desk_client: Client) -> None:
    now = timezone.now()
    number = case(now + timedelta(hours=3))
    over = case(now - timedelta(days=3))
    page = desk_client.get("/desk/calendar/").content.decode()
    assert number in page and "1 deadline is overdue" in page and over in page
    assert ARTICLE in desk_client.get("/desk/calendar/", {"view": "list"}).content.decode()
    file = desk_client.get("/desk/calendar/deadlines.ics")
    assert file["Content-Type"] == "text/calendar; charset=utf-8"
    assert number in file.content.decode()


def test_a_day_with_many_deadlines_leads_to_its_list(desk_client: Client) -> None:
    numbers = [case(datetime(2031, 5, 6, 12, tzinfo=UTC)) for _ in range(6)]
    page = desk_client.get("/desk/calendar/", {"month": "2031-05"}).content.decode()
    assert "2 more" in page and numbers[5] not in page
    listed = desk_client.get(
        "/desk/calendar/", {"month": "2031-05", "view": "list", "day": "2031-05-06"}
    ).content.decode()
    assert all(number in listed for number in numbers)


@pytest.mark.parametrize(("days", "percent"), [(0, 50), (5, 50), (6, 80), (9, 80), (10, 100), (30, 100)])
def test_half_and_four_fifths_and_the_end_of_a_clock_are_told_apart(days: int, percent: int) -> None:
    due_at = NOW + timedelta(days=10)
    found, at = reached(warn_at=NOW, due_at=due_at, now=NOW + timedelta(days=days))
    assert found == percent
    assert at <= NOW + timedelta(days=days)
