"""How much a scan may ask of a source: statements a minute, rows a second, and in which hours.

Pure: the moment is passed in, as an aware datetime in the company's time zone, and nothing here waits.
"""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from discreet.foundation.sources import refusals

_MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class LoadBudget:
    """None means without a limit. `hours` are local, from the first up to but not at the second.

    Hours whose end is before their start go over midnight.

    Raises:
        BadLoadBudget: a limit is not positive, or the hours are empty.
    """

    statements_per_minute: float | None = None
    rows_per_s: float | None = None
    hours: tuple[time, time] | None = None

    def __post_init__(self) -> None:
        limits = (self.statements_per_minute, self.rows_per_s)
        is_empty = self.hours is not None and self.hours[0] == self.hours[1]
        if is_empty or not all(limit is None or 0 < limit < float("inf") for limit in limits):
            raise refusals.BadLoadBudget

    def is_open(self, now: datetime) -> bool:
        """Return whether `now` is inside the hours."""
        if self.hours is None:
            return True
        start, end = self.hours
        at = now.time()
        return start <= at < end if start < end else at >= start or at < end

    def opens_in_s(self, now: datetime) -> float:
        """Return the seconds until the hours begin; 0 inside them."""
        if self.hours is None or self.is_open(now):
            return 0.0
        start = datetime.combine(now.date(), self.hours[0], now.tzinfo)
        if start.time() <= now.time():
            start = datetime.combine(now.date() + timedelta(days=1), self.hours[0], now.tzinfo)
        return max(
            0.0, start.timestamp() - now.timestamp()
        )  # elapsed time: a clock may be put forward between


@dataclass(frozen=True, slots=True)
class Pace:
    """Where a scan stands against its budget. Work is paid for after it was done, before the next may begin.

    Nothing is saved up: a pause is not followed by a burst.
    """

    budget: LoadBudget
    next_at_s: float = 0.0  # seconds since the epoch

    def wait_s(self, now: datetime) -> float:
        """Return how long to wait before the next statement; more than 0 outside the hours too."""
        return max(0.0, self.next_at_s - now.timestamp(), self.budget.opens_in_s(now))

    def after(self, *, now: datetime, statements: int, rows: int) -> "Pace":
        """Return the pace once so many statements brought so many rows, ending at `now`."""
        costs = (
            _cost_s(statements, self.budget.statements_per_minute, per_s=_MINUTE_S),
            _cost_s(rows, self.budget.rows_per_s, per_s=1.0),
        )
        begin = max(self.next_at_s, now.timestamp())
        return replace(self, next_at_s=begin + max(costs))


def _cost_s(amount: int, limit: float | None, *, per_s: float) -> float:
    return 0.0 if limit is None else amount * per_s / limit
