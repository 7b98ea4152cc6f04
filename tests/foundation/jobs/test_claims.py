"""Who may hold a job, and that none is held by nobody."""

from datetime import UTC, datetime

import pytest
from django.db import OperationalError

from discreet.foundation.jobs import claims
from discreet.foundation.jobs import runner as runner_module
from discreet.foundation.jobs.claims import Claim
from discreet.foundation.jobs.engine import DurableEngine
from discreet.foundation.jobs.liveness import WorkerLife
from discreet.foundation.jobs.models import Job, JobState, Worker
from discreet.foundation.jobs.outcomes import DIED, DONE, MOST_TRIES, Ending, Outcome
from discreet.foundation.jobs.queries import stuck_jobs
from discreet.foundation.jobs.runner import Runner
from discreet.foundation.jobs.unfinished import try_again

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
    assert claims.take_over(dead_worker="nobody", now=NOW) == 1
    announced("alive")
    assert claimed("alive").key == "k"


def test_what_ends_one_worker_after_the_other_is_given_to_no_more_of_them() -> None:
    """After the first death each job runs by itself: those that only ran beside it are done, and it alone is parked."""
    for key in ("beside", "ends workers", "beside too"):
        Job.objects.create(key=key, run_id=key, workflow="sample.x")
    announced("w1")
    assert len(claims.claim_waiting(worker="w1", limit=8, now=NOW)) == 3
    claims.take_over(dead_worker="w1", now=NOW)
    for worker in ("w2", "w3"):
        announced(worker)
        while (claim := claimed(worker)).key != "ends workers":
            assert claims.claim_waiting(worker=worker, limit=8, now=NOW) == [], "one of them at a time"
            claims.finish([(claim, DONE)], now=NOW)
        Job.objects.create(key=worker, run_id=worker, workflow="sample.x")
        assert [one.key for one in claims.claim_waiting(worker=worker, limit=8, now=NOW)] == [worker]
        claims.finish([(Claim(worker, worker, "sample.x", {}, 1), DONE)], now=NOW)
        claims.take_over(dead_worker=worker, now=NOW)
    announced("w4")
    left = claimed("w4")
    assert left.key == "beside too"
    claims.finish([(left, DONE)], now=NOW)
    assert claims.claim_waiting(worker="w4", limit=8, now=NOW) == []
    (stuck,) = stuck_jobs(workflows=["sample.x"])
    assert (stuck.state, stuck.failure_code, stuck.failure_params) == ("failed", DIED, {"deaths": 3})
    assert try_again("ends workers") == 1
    assert claimed("w4").key == "ends workers"
    assert stuck_jobs(workflows=["sample.x"]) == []


def test_a_worker_that_ends_in_order_counts_as_no_death() -> None:
    for _ in range(4):
        life = WorkerLife()
        life.begin()
        if not Job.objects.exists():
            a_job()
        assert claimed(life.worker_id).key == "k"
        life.end()
    row = Job.objects.get()
    assert (row.state, row.deaths) == (JobState.WAITING, 0)


def test_a_job_that_gave_up_waiting_is_tried_again_when_somebody_mended_what_failed() -> None:
    """A password that was wrong for more than a day, say. One that failed for another reason stays failed."""
    announced("alive")
    a_job()
    Job.objects.create(key="bug", run_id="b", workflow="sample.x", state=JobState.FAILED, attempts=5)
    away = Outcome(
        Ending.PARKED, "wrong_password", "Of %(source)s.", (("source", "shop"),), is_transient=True
    )
    claim = claimed("alive")
    claims.finish([(claim, away)], now=NOW)
    row = Job.objects.get(key="k")
    assert (row.state, row.failure_params) == (JobState.WAITING, {"source": "shop"})
    assert row.next_try_at is not None
    assert claims.try_again_now() == 1
    Job.objects.filter(key="k").update(attempts=MOST_TRIES - 1)
    claims.finish([(claimed("alive"), away)], now=NOW)
    assert Job.objects.get(key="k").state == JobState.FAILED
    assert claims.try_again_now() == 1
    assert claimed("alive").key == "k"
    assert Job.objects.get(key="bug").state == JobState.FAILED


def test_a_request_in_trouble_is_named_until_it_goes_on() -> None:
    a_job()
    Job.objects.create(key="new", run_id="n", workflow="sample.x", attempts=1)
    assert stuck_jobs(workflows=["sample.x"]) == []
    Job.objects.filter(key="k").update(attempts=4)
    assert [job.args for job in stuck_jobs(workflows=["sample.x"])] == [{}]
    assert stuck_jobs(workflows=["sample.y"]) == []
    Job.objects.filter(key="k").update(state=JobState.RUNNING)
    assert len(stuck_jobs(workflows=["sample.x"])) == 1, "another try is no success yet"
    Job.objects.filter(key="k").update(state=JobState.DONE)
    assert stuck_jobs(workflows=["sample.x"]) == []


def test_a_job_from_the_engines_queue_that_could_not_be_claimed_is_taken_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The disk was full at that moment. The engine calls the run over; the job must not stay with nobody."""
    a_job()
    announced("alive")
    claim = claimed("alive")
    runner = Runner(worker_id="alive", engine=DurableEngine, ended=lambda *_: None)
    runner.expect(claim)
    runner.give_up(claim)  # the engine knows the run already and puts it in its queue
    with monkeypatch.context() as patch:
        patch.setattr(claims, "claim_running", _disk_is_full)
        patch.setattr(runner_module, "close_old_connections", lambda: None)  # would close the test's own
        with pytest.raises(OperationalError):
            runner.body("r")
    assert runner.active == 0
    (late,) = runner.not_begun(within_s=0)
    assert claims.hand_back(late, worker="alive")
    assert Job.objects.get().state == JobState.WAITING


def _disk_is_full(**_: object) -> None:
    raise OperationalError("database or disk is full")
