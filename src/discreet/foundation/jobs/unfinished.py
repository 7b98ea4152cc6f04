"""What a worker leaves undone, told job by job: what it is about, and why. No personal data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from discreet.foundation.jobs import claims
from discreet.foundation.jobs.models import Job, JobState

Namer = Callable[[Mapping[str, str | int]], str]
_namers: dict[str, Namer] = {}


@dataclass(frozen=True, slots=True)
class Unfinished:
    """`about`: a number people know, such as R-1001. `message` is a template for `gettext`; "" for a bug."""

    about: str
    workflow: str
    is_failed: bool
    code: str
    message: str
    params: Mapping[str, str | int]


def names_jobs_of(app: str) -> Callable[[Namer], Namer]:
    """Register what tells, from a job's arguments, which number people know its subject by."""

    def register(function: Namer) -> Namer:
        _namers[app] = function
        return function

    return register


def unfinished(*, since: datetime, limit: int = 100) -> list[Unfinished]:
    """Return the jobs that failed for good since a moment, and those that wait for another try, oldest first."""
    failed = Q(state=JobState.FAILED, finished_at__gte=since)
    waiting = Q(state__in=[JobState.WAITING, JobState.RUNNING])
    return [
        Unfinished(
            about=_about(row),
            workflow=row.workflow,
            is_failed=row.state == JobState.FAILED,
            code=row.failure_code,
            message=row.failure_message,
            params=row.failure_params,
        )
        for row in Job.objects.filter(failed | waiting).order_by("id")[:limit]
    ]


def try_again(about: str) -> int:
    """Let the jobs that failed for good and are about this number be tried again; return how many."""
    failed = Job.objects.filter(state=JobState.FAILED).order_by("id")
    return sum(claims.try_again(key=row.key) for row in failed if _about(row) == about)


def _about(row: Job) -> str:
    namer = _namers.get(row.workflow.partition(".")[0])
    return (namer(row.args) if namer else "") or row.key
