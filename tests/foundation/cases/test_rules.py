"""Urgency and state machines, without a database."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discreet.foundation.cases.rules import Urgency, earliest_due, is_number, may_move, urgency

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "expected"),
    [(-1, Urgency.OVER), (1, Urgency.URGENT), (48, Urgency.URGENT), (49, Urgency.SOON), (73, Urgency.CALM)],
)
def test_urgency_turns_with_48_hours_and_3_days(hours: int, expected: Urgency) -> None:
    assert urgency(due_at=NOW + timedelta(hours=hours), now=NOW) is expected


def test_a_case_without_deadline_is_calm() -> None:
    assert urgency(due_at=None, now=NOW) is Urgency.CALM


def test_a_state_that_is_not_in_the_machine_leads_nowhere() -> None:
    assert not may_move(transitions={"a": {"b"}}, from_state="c", to_state="b")


@given(st.lists(st.tuples(st.datetimes(), st.booleans(), st.booleans())))
def test_only_running_clocks_make_a_case_due(clocks: list[tuple[datetime, bool, bool]]) -> None:
    running = [due for due, is_paused, is_met in clocks if not is_paused and not is_met]
    assert earliest_due(clocks) == (min(running) if running else None)


@given(st.text())
def test_a_case_number_has_letters_a_dash_and_digits(text: str) -> None:
    if is_number(text):
        prefix, _, digits = text.partition("-")
        assert prefix.isascii() and prefix.isupper() and digits.isdecimal() and digits.isascii()
