"""What is waiting, running, failed, and whether a worker lives."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from discreet.foundation.jobs.models import Delivery, Job, JobState, OutboxEvent, ScheduleFailure, Worker
from discreet.foundation.jobs.outcomes import MOST_DEATHS, MOST_TRIES_OF_A_BUG

TRIES_BEFORE_TELLING = 4  # about eight seconds
_FAILS_REPEATEDLY = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class JobView:
    """A job. `failure_message` is an English template for `gettext`, filled by `failure_params`."""

    workflow: str
    key: str
    state: str
    attempts: int
    created_at: datetime
    finished_at: datetime | None
    next_try_at: datetime | None
    failure_code: str
    failure_message: str
    failure_params: dict[str, str | int]
    args: dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Backlog:
    jobs_waiting: int
    jobs_running: int
    jobs_failed: int
    events_waiting: int
    deliveries_refused: int


@dataclass(frozen=True, slots=True)
class FailingSchedule:
    """A schedule that has not succeeded since. `error` is a refusal's code or an exception's name."""

    name: str
    since: datetime
    error: str


def _view(row: Job) -> JobView:
    return JobView(
        workflow=row.workflow,
        key=row.key.partition(":")[2],
        state=row.state,
        attempts=row.attempts,
        created_at=row.created_at,
        finished_at=row.finished_at,
        next_try_at=row.next_try_at,
        failure_code=row.failure_code,
        failure_message=row.failure_message,
        failure_params=row.failure_params,
        args=row.args,
    )


def job(*, workflow: str, key: str) -> JobView | None:
    row = Job.objects.filter(key=f"{workflow}:{key}").first()
    return _view(row) if row else None


def failed_jobs(*, limit: int = 100) -> list[JobView]:
    """Return the jobs that ended with a failure, newest first."""
    rows = Job.objects.filter(state=JobState.FAILED).order_by("-finished_at")[:limit]
    return [_view(row) for row in rows]


def stuck_jobs(*, workflows: Collection[str], limit: int = 200) -> list[JobView]:
    """Return the jobs that have failed several times and are tried again, or gave up: somebody should look."""
    waits = Q(state__in=[JobState.WAITING, JobState.RUNNING], attempts__gte=TRIES_BEFORE_TELLING)
    gave_up = Q(state=JobState.FAILED) & (Q(attempts__gte=MOST_TRIES_OF_A_BUG) | Q(deaths__gte=MOST_DEATHS))
    rows = Job.objects.filter(waits | gave_up, workflow__in=workflows).order_by("id")[:limit]
    return [_view(row) for row in rows]


def backlog() -> Backlog:
    states = dict(Job.objects.exclude(state=JobState.DONE).values_list("state").annotate(Count("pk")))
    return Backlog(
        jobs_waiting=states.get(JobState.WAITING, 0),
        jobs_running=states.get(JobState.RUNNING, 0),
        jobs_failed=states.get(JobState.FAILED, 0),
        events_waiting=OutboxEvent.objects.filter(is_delivered=False).count(),
        deliveries_refused=Delivery.objects.exclude(failure_code="").count(),
    )


def last_heartbeat() -> datetime | None:
    """Return when a worker last showed that it lives."""
    return Worker.objects.order_by("-beaten_at").values_list("beaten_at", flat=True).first()


def failing_schedules(now: datetime) -> list[FailingSchedule]:
    """Return the schedules that fail again and again, not those that failed a moment ago."""
    rows = ScheduleFailure.objects.filter(failing_since__lte=now - _FAILS_REPEATEDLY).order_by("name")
    return [FailingSchedule(name=row.name, since=row.failing_since, error=row.error) for row in rows]
