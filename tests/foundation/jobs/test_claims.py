"""Who may hold a job, and that none is held by nobody."""

from datetime import UTC, datetime

import pytest

from discreet.foundation.jobs import claims
from discreet.foundation.jobs.claims import Claim
from discreet.foundation.jobs.liveness import WorkerLife
from discreet.foundation.jobs.models import Job, JobState, Worker

pytestmark = [pytest.mark.django_db, pytest.mark.promise(6), pytest.mark.duty("M8.4")]
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def a_job(state: JobState = JobState.WAITING, worker: str = "") -> Job:
    return Job.objects.create(key="k", run_id="r", workflow="sample.x", state=state, worker=worker, fence=3)


def announced(worker: str) -> None:
    Worker.objects.create(pk=worker, host="here", pid=1)


def claimed(worker: str) -> Claim:
    (claim,) = claims.claim_waiting(worker=worker, limit=1, now=NOW)
    return claim


def test_a_worker_that_was_declared_dead_claims_nothing() -> None:
    """It does not know yet; a job that it took would belong to nobody."""
    a_job()
    assert claims.claim_waiting(worker="late", limit=1, now=NOW) == []
    announced("late")
    assert claimed("late").fence == 4


def test_a_worker_that_was_declared_dead_takes_nothing_from_the_engines_queue() -> None:
    a_job(JobState.RUNNING, "alive")
    assert claims.claim_running(run_id="r", worker="late") is None
    assert (Job.objects.get().worker, Job.objects.get().fence) == ("alive", 3)


def test_a_job_that_was_handed_on_and_not_begun_waits_again() -> None:
    """Who took it from the engine's queue died before it claimed the job."""
    a_job()
    announced("alive")
    announced("other")
    claim = claimed("alive")
    assert claims.hand_back(claim, worker="alive")
    assert Job.objects.get().state == JobState.WAITING
    claim = claimed("alive")
    assert claims.claim_running(run_id="r", worker="other") is not None
    assert not claims.hand_back(claim, worker="alive"), "somebody has it"
    assert Job.objects.get().worker == "other"


def test_a_job_of_a_worker_that_nobody_announced_is_taken_over() -> None:
    """It claimed at the moment at which it was declared dead."""
    a_job(JobState.RUNNING, "nobody")
    assert WorkerLife(worker_id="alive").dead_workers() == ["nobody"]
    assert claims.take_over(dead_worker="nobody") == 1
    announced("alive")
    assert claimed("alive").key == "k"
