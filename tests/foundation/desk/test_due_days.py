"""The day that a deadline is written as: whoever answers by its end is in time, wherever the law counts."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from discreet.foundation.desk.times import last_day, left

END = time(23, 59, 59)
CASES = [
    # company in, the law counts in, the last day there, the day shown
    ("Europe/Berlin", "America/Los_Angeles", date(2027, 1, 11), date(2027, 1, 11)),
    ("Europe/Berlin", "Europe/Berlin", date(2027, 1, 11), date(2027, 1, 11)),
    ("Asia/Shanghai", "Europe/Berlin", date(2026, 12, 24), date(2026, 12, 24)),
    ("Europe/Berlin", "Asia/Shanghai", date(2026, 12, 24), date(2026, 12, 23)),
    ("Asia/Kolkata", "Europe/Berlin", date(2026, 12, 24), date(2026, 12, 24)),
    ("Europe/Berlin", "Asia/Kathmandu", date(2026, 12, 24), date(2026, 12, 23)),
]


@pytest.mark.duty("M8.3")
@pytest.mark.parametrize(("company", "law", "last", "shown"), CASES)
def test_who_answers_by_the_day_shown_is_in_time(company: str, law: str, last: date, shown: date) -> None:
    due_at = datetime.combine(last, END, tzinfo=ZoneInfo(law)).astimezone(UTC)
    with timezone.override(ZoneInfo(company)):
        assert last_day(due_at) == shown
    assert datetime.combine(shown, END, tzinfo=ZoneInfo(company)) <= due_at


def test_a_deadline_counted_in_hours_is_written_as_the_day_it_falls_on() -> None:
    with timezone.override(ZoneInfo("Europe/Berlin")):
        assert last_day(datetime(2026, 5, 4, 14, 30, tzinfo=UTC)) == date(2026, 5, 4)


def test_days_left_are_those_of_the_calendar_and_change_at_midnight_alone() -> None:
    """A clock of China, shown in Berlin: by the end of 27 December. On 28 November 29 days are left all day."""
    due_at = datetime.combine(date(2026, 12, 28), END, tzinfo=ZoneInfo("Asia/Shanghai"))
    berlin = ZoneInfo("Europe/Berlin")
    with timezone.override(berlin):
        told = [
            left(due_at=due_at, now=datetime(2026, 11, 28, *at, tzinfo=berlin), is_legal=True).text
            for at in ((0, 0), (9, 30), (20, 0), (23, 59))
        ]
        late = left(due_at=due_at, now=datetime(2026, 12, 31, 1, tzinfo=berlin), is_legal=True)
    assert told == ["29 days left"] * 4
    assert late.text == "3 days over"
