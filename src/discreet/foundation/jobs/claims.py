"""Who runs which job: claiming, finishing and taking over, each in one transaction of its own.

A claim raises the job's fence. Whoever held a lower number has lost it, alive or not.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, QuerySet

from discreet.foundation.jobs.models import Job, JobState, Lease, Worker
from discreet.foundation.jobs.outcomes import (
    DIED,
    LONGEST_GAP_S,
    MOST_DEATHS,
    MOST_TRIES,
    WORKER_DIED,
    Ending,
    Outcome,
    gap_s,
    may_try_again,
)
from discreet.foundation.jobs.registry import patient_workflows
from discreet.foundation.plain_sql import loaded, stored


@dataclass(frozen=True, slots=True)
class Claim:
    """A job held by this worker under a fence number."""

    key: str
    run_id: str
    workflow: str
    args: dict[str, str | int]
    fence: int


_TABLE = Job._meta.db_table
# A time further off than twice the longest gap was set by a clock that has since jumped back.
_DUE = "state = 'waiting' AND (next_try_at IS NULL OR next_try_at <= %s OR next_try_at > %s)"
# Plain SQL: this stands between every COMMIT of an act and the start of its workflow.
_ANY_DUE = f"SELECT 1 FROM {_TABLE} WHERE {_DUE} LIMIT 1"  # noqa: S608
# What a worker died of may be one of the jobs that it held: each of them runs by itself until it has ended.
_OF_SUSPECTS_ONE = (
    f"(deaths = 0 OR (id = (SELECT MIN(id) FROM {_TABLE} WHERE {_DUE} AND deaths > 0) "  # noqa: S608
    f"AND NOT EXISTS (SELECT 1 FROM {_TABLE} WHERE state = 'running' AND deaths > 0)))"
)
_CLAIM = (
    f"UPDATE {_TABLE} SET state = 'running', worker = %s, fence = fence + 1 WHERE id IN "  # noqa: S608
    f"(SELECT id FROM {_TABLE} WHERE {_DUE} AND {_OF_SUSPECTS_ONE} ORDER BY {{order}}id LIMIT %s{{skip_locked}}) "
    f"AND EXISTS (SELECT 1 FROM {Worker._meta.db_table} WHERE worker_id = %s) "
    "RETURNING key, run_id, workflow, args, fence"
)
_LONGEST_COURTESY_S = 5
_DONE = (
    f"UPDATE {_TABLE} SET state = 'done', finished_at = %s "  # noqa: S608
    "WHERE key = %s AND fence = %s AND state = 'running'"
)


def _locked(rows: QuerySet[Job]) -> QuerySet[Job]:
    return rows.select_for_update(skip_locked=True) if connection.vendor == "postgresql" else rows


def claim_waiting(*, worker: str, limit: int, now: datetime) -> list[Claim]:
    """Claim up to `limit` jobs that are due; other workers get others, and one declared dead gets none."""
    if limit <= 0:
        return []
    due: list[str | datetime] = [stored(now), stored(now + timedelta(seconds=LONGEST_GAP_S * 2))]
    skip_locked = " FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(_ANY_DUE, due)
        if cursor.fetchone() is None:
            return []
        order, ranks = _order(now)
        cursor.execute(
            _CLAIM.format(order=order, skip_locked=skip_locked), [worker, *due, *due, *ranks, limit, worker]
        )
        rows = cursor.fetchall()
    return [Claim(key, run_id, name, loaded(args), fence) for key, run_id, name, args, fence in rows]


def _order(now: datetime) -> tuple[str, list[str | datetime]]:
    """Return what jobs are ordered by before their number: those that can wait come last, for a while."""
    names = patient_workflows()
    if not names:
        return "", []
    marks = ", ".join(["%s"] * len(names))
    since = stored(now - timedelta(seconds=_LONGEST_COURTESY_S))
    return f"CASE WHEN workflow IN ({marks}) AND created_at > %s THEN 1 ELSE 0 END, ", [*names, since]


def claim_running(*, run_id: str, worker: str) -> Claim | None:
    """Claim a job that was handed on for recovery; `None` when it is over, or this worker declared dead."""
    running = Job.objects.filter(run_id=run_id, state=JobState.RUNNING)
    with transaction.atomic():
        if not Worker.objects.filter(pk=worker).exists():
            return None
        if not running.update(worker=worker, fence=F("fence") + 1):
            return None
        row = running.get()
    return Claim(row.key, row.run_id, row.workflow, row.args, row.fence)


def finish(endings: Sequence[tuple[Claim, Outcome]], *, now: datetime) -> None:
    """Record how runs ended, for those that still hold their fence."""
    done = [claim for claim, outcome in endings if outcome.ending is Ending.DONE]
    with transaction.atomic():
        if done:
            _set_done(done, now)
        for claim, outcome in endings:
            if outcome.ending in (Ending.FAILED, Ending.PARKED):
                _set_failed_or_waiting(claim, outcome, now)


def _set_done(claims: Sequence[Claim], now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(_DONE, [(stored(now), claim.key, claim.fence) for claim in claims])


def _set_failed_or_waiting(claim: Claim, outcome: Outcome, now: datetime) -> None:
    rows = Job.objects.filter(key=claim.key, fence=claim.fence, state=JobState.RUNNING)
    row = _locked(rows).first()
    if row is None:
        return
    row.attempts += 1
    row.failure_code = outcome.code[:80]
    row.failure_message = outcome.message[:500]
    row.failure_params = json.loads(json.dumps(dict(outcome.params)))
    if outcome.ending is Ending.PARKED and may_try_again(row.attempts, transient=outcome.is_transient):
        row.state = JobState.WAITING
        row.next_try_at = now + timedelta(seconds=gap_s(row.attempts - 1))
    else:
        row.state = JobState.FAILED
        row.finished_at = now
    row.save()


def hand_back(claim: Claim, *, worker: str) -> bool:
    """Set a job waiting again that was handed on and that nobody began; `False`: somebody has it."""
    held = Job.objects.filter(key=claim.key, fence=claim.fence, worker=worker, state=JobState.RUNNING)
    return bool(held.update(state=JobState.WAITING, fence=F("fence") + 1, next_try_at=None, worker=""))


def try_again_now() -> int:
    """Let jobs that wait for their next try, or that gave up waiting, be tried at once; return how many.

    A job that failed for good after the most tries of a passing failure gave up waiting; others stay failed.
    """
    gave_up = Job.objects.filter(state=JobState.FAILED, attempts__gte=MOST_TRIES)
    again = gave_up.update(
        state=JobState.WAITING, attempts=0, fence=F("fence") + 1, next_try_at=None, finished_at=None
    )
    waiting = Job.objects.filter(state=JobState.WAITING, next_try_at__isnull=False)
    return again + waiting.update(next_try_at=None)


def try_again(*, key: str) -> bool:
    """Let a job that failed for good be tried again; `False`: there is none."""
    failed = Job.objects.filter(state=JobState.FAILED, key=key)
    return bool(
        failed.update(
            state=JobState.WAITING,
            attempts=0,
            deaths=0,
            fence=F("fence") + 1,
            next_try_at=None,
            finished_at=None,
        )
    )


def take_over(*, dead_worker: str, now: datetime) -> int:
    """Set the jobs of a dead worker waiting again, out of its reach; return how many it held.

    What ends one worker after the other is not handed to a third.
    """
    with transaction.atomic():
        taken = _take_from(dead_worker, died=1)
        Job.objects.filter(pk__in=taken, deaths__gte=MOST_DEATHS).update(
            state=JobState.FAILED,
            finished_at=now,
            failure_code=DIED,
            failure_message=WORKER_DIED,
            failure_params={"deaths": MOST_DEATHS},
        )
    return len(taken)


def let_go(*, worker: str) -> int:
    """Set waiting again what a worker still holds that ends in order: nothing died of it."""
    with transaction.atomic():
        return len(_take_from(worker, died=0))


def _take_from(worker: str, *, died: int) -> list[int]:
    rows = Job.objects.filter(worker=worker, state=JobState.RUNNING)
    taken = list(_locked(rows).values_list("pk", flat=True))
    Job.objects.filter(pk__in=taken).update(
        state=JobState.WAITING,
        fence=F("fence") + 1,
        deaths=F("deaths") + died,
        next_try_at=None,
        worker="",
    )
    Lease.objects.filter(worker=worker).delete()
    if not rows.exists():
        Worker.objects.filter(pk=worker).delete()
    return taken
