"""What a workflow holds: its durable steps, the clock of its door, and its fence."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from django.db import connection

from discreet.foundation.jobs.models import Job

R = TypeVar("R")


class FenceLost(Exception):
    """Another worker has taken this workflow over: this one must write nothing more."""


@dataclass(frozen=True, slots=True)
class Fence:
    """The number under which this worker holds the workflow `key`."""

    key: str
    number: int

    def check(self) -> None:
        """Return if this worker still holds the workflow. Inside a transaction it holds until its end.

        Raises:
            FenceLost: another worker took it over.
        """
        held = connection.in_atomic_block and connection.vendor == "postgresql"
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT 1 FROM {Job._meta.db_table} WHERE key = %s AND fence = %s AND state = 'running'"  # noqa: S608
                + (" FOR SHARE" if held else ""),
                [self.key, self.number],
            )
            if cursor.fetchone() is None:
                raise FenceLost


@dataclass(frozen=True, slots=True)
class WorkflowContext:
    """Handed to the workflow's function as its first argument."""

    key: str
    fence: Fence
    _run_step: Callable[[str, Callable[[], object]], object]
    _run_plain: Callable[[Callable[[], object]], object]

    def step(self, name: str, function: Callable[..., R], *args: object) -> R:
        """Run `function(*args)` once and remember its result for good.

        The result must be JSON made of ids and counts. After a crash a step may run again: it is idempotent.
        A transient error is tried again with growing gaps; a `Refused` ends the workflow and is recorded.
        """
        return self._run_step(name, lambda: function(*args))  # type: ignore[return-value]

    def run(self, function: Callable[..., R], *args: object) -> R:
        """Run `function(*args)` as a step whose result is not remembered: after a crash it runs again.

        For the last step of a run, and for one that tells from its own records what it found before: what
        `step` asks for holds here too, and remembering costs as much as a small step itself.
        """
        return self._run_plain(lambda: function(*args))  # type: ignore[return-value]

    def now(self) -> datetime:
        """Return the time, for handing to an act inside a step. It differs when a step runs again."""
        return datetime.now(UTC)
