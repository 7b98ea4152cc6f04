"""The load that a scan puts on a source stays within its budget."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discreet.foundation.sources import refusals
from discreet.foundation.sources.load import LoadBudget, Pace

pytestmark = pytest.mark.duty("sources")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
NIGHT, DAY = (time(22), time(6)), (time(9), time(17, 30))


@pytest.mark.parametrize(
    ("budget", "statements", "rows", "wait_s"),
    [
        (LoadBudget(), 1_000, 10**9, 0),
        (LoadBudget(statements_per_minute=60), 1, 10**9, 1),
        (LoadBudget(statements_per_minute=30), 3, 0, 6),
        (LoadBudget(rows_per_s=500), 3, 1_000, 2),
        (LoadBudget(statements_per_minute=60, rows_per_s=500), 1, 1_000, 2),
        (LoadBudget(statements_per_minute=6, rows_per_s=500), 1, 1_000, 10),
    ],
)
def test_work_is_paid_for_before_the_next_begins(
    budget: LoadBudget, statements: int, rows: int, wait_s: float
) -> None:
    pace = Pace(budget)
    assert pace.wait_s(NOON) == 0
    pace = pace.after(now=NOON, statements=statements, rows=rows)
    assert pace.wait_s(NOON) == pytest.approx(wait_s)
    assert pace.wait_s(NOON + timedelta(seconds=wait_s)) == 0


def test_a_pause_saves_nothing_up() -> None:
    pace = Pace(LoadBudget(statements_per_minute=60)).after(now=NOON, statements=1, rows=0)
    later = NOON + timedelta(hours=5)
    assert pace.wait_s(later) == 0
    assert pace.after(now=later, statements=2, rows=0).wait_s(later) == pytest.approx(2)


@pytest.mark.parametrize(
    ("hours", "at", "opens_in"),
    [
        (None, time(3), timedelta()),
        (DAY, time(9), timedelta()),
        (DAY, time(17, 29), timedelta()),
        (DAY, time(17, 30), timedelta(hours=15, minutes=30)),
        (DAY, time(8, 30), timedelta(minutes=30)),
        (NIGHT, time(23), timedelta()),
        (NIGHT, time(0), timedelta()),
        (NIGHT, time(6), timedelta(hours=16)),
        (NIGHT, time(21, 59), timedelta(minutes=1)),
    ],
)
def test_hours_open_and_close(hours: tuple[time, time] | None, at: time, opens_in: timedelta) -> None:
    budget, now = LoadBudget(hours=hours), datetime.combine(NOON.date(), at, BERLIN)
    assert budget.is_open(now) == (not opens_in)
    assert budget.opens_in_s(now) == Pace(budget).wait_s(now) == opens_in.total_seconds()


def test_the_night_in_which_clocks_go_forward_is_shorter() -> None:
    now = datetime(2026, 3, 29, 1, 0, tzinfo=BERLIN)
    assert LoadBudget(hours=(time(4), time(5))).opens_in_s(now) == timedelta(hours=2).total_seconds()


@pytest.mark.parametrize("limit", [0, -1, float("inf"), float("nan")])
def test_a_limit_that_limits_nothing_is_refused(limit: float) -> None:
    with pytest.raises(refusals.BadLoadBudget):
        LoadBudget(statements_per_minute=limit)
    with pytest.raises(refusals.BadLoadBudget):
        LoadBudget(rows_per_s=limit)
    with pytest.raises(refusals.BadLoadBudget):
        LoadBudget(hours=(time(9), time(9)))


_step = st.tuples(st.integers(1, 3), st.integers(0, 2_000), st.floats(0, 30), st.floats(0, 5))


@given(
    st.floats(1, 600),
    st.floats(10, 10_000),
    st.lists(_step, min_size=1, max_size=40),
)
def test_who_waits_as_told_stays_within_the_budget(
    per_minute: float, rows_per_s: float, steps: list[tuple[int, int, float, float]]
) -> None:
    """Whatever a statement took and however late the scan went on."""
    pace, now = Pace(LoadBudget(statements_per_minute=per_minute, rows_per_s=rows_per_s)), NOON
    statements = rows = 0
    for asked, brought, late_s, took_s in steps:
        now += timedelta(seconds=pace.wait_s(now) + late_s)
        passed_s = (now - NOON).total_seconds()
        assert statements <= passed_s / 60 * per_minute + 1e-3
        assert rows <= passed_s * rows_per_s + 1
        now += timedelta(seconds=took_s)
        pace = pace.after(now=now, statements=asked, rows=brought)
        statements, rows = statements + asked, rows + brought
