"""The day that a deadline is written as: whoever answers by its end is in time, wherever the law counts."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from discreet.foundation.desk.times import last_day

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
