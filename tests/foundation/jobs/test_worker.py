"""What a worker promises, with real processes that are killed and frozen."""

import os
import signal
import sqlite3
from contextlib import closing

import pytest

from tests.foundation.jobs.conftest import Installation, eventually

pytestmark = pytest.mark.duty("M8.4")


def test_a_workflow_runs_its_steps_in_order_once(installation: Installation) -> None:
    """Each step sees what the ones before it returned."""
    installation.run("begin", "sample.three_steps", "R-1")
    assert "failed=0 waiting=0" in installation.run("work", "--until-idle")
    assert installation.effects() == [
        "R-1 first",
        "R-1 second",
        "R-1 third after 'R-1 first' and 'R-1 second'",
    ]
    assert installation.state("sample.three_steps:R-1") == "done"


@pytest.mark.promise(3)
def test_twenty_parallel_starts_with_one_key_have_one_effect(installation: Installation) -> None:
    """A double click, twenty times over, is one workflow."""
    installation.run("begin", "sample.three_steps", *["R-1"] * 20)
    installation.run("work", "--until-idle")
    installation.run("begin", "sample.three_steps", "R-1")
    installation.run("work", "--until-idle")
    assert len(installation.effects()) == 3
    assert installation.sql("SELECT count(*) FROM jobs_job") == [(1,)]


@pytest.mark.promise(1)
def test_a_killed_worker_is_followed_by_one_that_goes_on(installation: Installation) -> None:
    """After kill -9 in a step, the next worker runs that step again and none before it."""
    worker = installation.worker()
    installation.run("begin", "sample.held", "R-1")
    eventually(lambda: len(installation.effects()) == 2)
    worker.kill()
    worker.wait()
    installation.go("go-R-1")
    assert "failed=0 waiting=0" in installation.run("work", "--until-idle")
    steps = [line.split()[1] for line in installation.effects()]
    assert steps == ["first", "held", "held", "third"]


@pytest.mark.promise(1)
def test_losing_the_engines_database_loses_no_job(installation: Installation) -> None:
    """Our own rows are the truth: without DBOS's file the job starts again."""
    worker = installation.worker()
    installation.run("begin", "sample.held", "R-1")
    eventually(lambda: len(installation.effects()) == 2)
    worker.kill()
    worker.wait()
    for path in installation.home.glob("jobs.sqlite3*"):
        path.unlink()
    installation.go("go-R-1")
    installation.run("work", "--until-idle")
    assert installation.state("sample.held:R-1") == "done"


def test_a_refusal_ends_the_workflow_and_is_recorded(installation: Installation) -> None:
    """A refused step is not tried again; its code and parameters can be read."""
    installation.run("begin", "sample.refused", "R-1")
    assert "failed=1 waiting=0" in installation.run("work", "--until-idle")
    rows = installation.sql("SELECT state, attempts, failure_code, failure_params FROM jobs_job")
    assert [tuple(map(str, row)) for row in rows] == [
        ("failed", "1", "sample.not_allowed", '{"number": "R-1"}')
    ]


def test_a_workflow_can_catch_a_refusal_and_go_on(installation: Installation) -> None:
    """The refusal reaches the body with its type, code and parameters."""
    installation.run("begin", "sample.catches", "R-1")
    assert "failed=0" in installation.run("work", "--until-idle")
    assert installation.effects() == ["R-1 refused", "R-1 told sample.not_allowed R-1"]


@pytest.mark.promise(2)
def test_a_transient_error_is_tried_again_from_the_step_that_failed(installation: Installation) -> None:
    """A source that was away for a moment costs a retry, not the work before it."""
    installation.run("begin", "sample.flaky", "R-1")
    assert "failed=0 waiting=0" in installation.run("work", "--until-idle")
    assert installation.effects() == ["R-1 before", "R-1 try", "R-1 try", "R-1 try"]


@pytest.mark.promise(2)
def test_a_workflow_that_tells_from_its_records_is_tried_again_without_the_engine(
    installation: Installation,
) -> None:
    installation.run("begin", "sample.plain", "R-1")
    assert "failed=0 waiting=0" in installation.run("work", "--until-idle")
    assert installation.effects() == ["R-1 first", "R-1 try", "R-1 try", "R-1 try"]
    with closing(sqlite3.connect(installation.home / "jobs.sqlite3")) as link:
        assert link.execute("SELECT count(*) FROM workflow_status").fetchall() == [(0,)]


def test_a_workflow_that_tells_from_its_records_may_ask_for_no_memory(installation: Installation) -> None:
    """It would be forgotten: that is a bug, and told as one."""
    installation.run("begin", "sample.forgetful", "R-1")
    installation.run("work", "--until-idle")
    assert installation.effects() == []
    assert installation.sql("SELECT failure_code FROM jobs_job") == [("error.TypeError",)]


@pytest.mark.parametrize("workflow", ["sample.held", "sample.late_plain"])
def test_a_worker_that_is_told_to_end_waits_for_no_step_longer_than_its_grace(
    installation: Installation, workflow: str
) -> None:
    worker = installation.worker()
    installation.run("begin", workflow, "R-1")
    eventually(lambda: any(str(worker.pid) in line for line in installation.effects()))
    worker.terminate()
    worker.wait(timeout=30)
    installation.go("go-R-1")
    assert "failed=0 waiting=0" in installation.run("work", "--until-idle")


def test_an_event_reaches_every_handler_once(installation: Installation) -> None:
    """Each handler has one effect, however often workers run."""
    installation.run("publish", "a", "b")
    for _ in range(2):
        assert "failed=0 waiting=0" in installation.run("work", "--until-idle")
    assert sorted(installation.effects()) == ["a heard", "b heard"]
    assert installation.sql("SELECT count(*) FROM jobs_delivery") == [(4,)]


def test_a_handler_that_refuses_does_not_stop_the_others(installation: Installation) -> None:
    """One handler's refusal is recorded; the other has had the event."""
    installation.run("publish", "bad")
    assert "failed=1 waiting=0" in installation.run("work", "--until-idle")
    assert installation.effects() == ["bad heard"]
    rows = installation.sql("SELECT failure_code FROM jobs_delivery WHERE failure_code <> ''")
    assert rows == [("sample.not_allowed",)]


def test_what_is_scheduled_runs_until_it_finds_nothing(installation: Installation) -> None:
    """`--until-idle` includes the schedules."""
    installation.go("tick")
    installation.run("work", "--until-idle")
    assert installation.effects() == ["ticked"]


@pytest.mark.promise(6)
@pytest.mark.parametrize("workflow", ["sample.late_writer", "sample.late_plain"])
@pytest.mark.parametrize("where", ["installation", "shared_installation"])
def test_a_worker_that_wakes_late_writes_nothing_more(
    where: str, workflow: str, request: pytest.FixtureRequest
) -> None:
    """A frozen worker's job is taken over; when it wakes, its write is refused by the fence."""
    installation: Installation = request.getfixturevalue(where)
    frozen = installation.worker()
    installation.run("begin", workflow, "R-1")
    eventually(lambda: installation.effects())
    installation.freeze(frozen)
    second = installation.worker()
    eventually(lambda: len(installation.effects()) == 2)
    installation.go("go-R-1")
    eventually(lambda: installation.state(f"{workflow}:R-1") == "done")
    frozen.send_signal(signal.SIGCONT)
    assert frozen.wait(timeout=30) == 75
    rows = installation.sql("SELECT name FROM jobs_schedulerun WHERE name LIKE 'R-1-%'")
    assert rows == [(f"R-1-{second.pid}",)]


@pytest.mark.promise(6)
@pytest.mark.postgresql
def test_two_workers_share_and_a_dead_ones_work_is_taken_over(shared_installation: Installation) -> None:
    """Both workers hold jobs; when one is killed the other finishes everything by itself."""
    first, second = shared_installation.worker(), shared_installation.worker()
    eventually(lambda: shared_installation.sql("SELECT count(*) FROM jobs_worker") == [(2,)])
    numbers = [f"R-{number}" for number in range(12)]
    shared_installation.run("begin", "sample.held", *numbers)

    def held() -> list[str]:
        return [line.split()[-1] for line in shared_installation.effects() if " held " in line]

    # Every job is in its second step: one that died between an effect and its note would rightly repeat it.
    eventually(lambda: len(held()) == len(numbers) and set(held()) == {str(first.pid), str(second.pid)})
    os.kill(first.pid, signal.SIGKILL)
    for number in numbers:
        shared_installation.go(f"go-{number}")
    eventually(lambda: all(shared_installation.state(f"sample.held:{n}") == "done" for n in numbers))
    for step in ("first", "third"):
        assert sorted(line for line in shared_installation.effects() if line.endswith(step)) == sorted(
            f"{number} {step}" for number in numbers
        )


def test_a_worker_ends_when_it_is_told_to(installation: Installation) -> None:
    """SIGTERM ends it within its grace, with nothing left announced."""
    worker = installation.worker()
    eventually(lambda: installation.sql("SELECT count(*) FROM jobs_worker") == [(1,)])
    worker.terminate()
    assert worker.wait(timeout=30) == 0
    assert installation.sql("SELECT count(*) FROM jobs_worker") == [(0,)]
    assert not list((installation.home / "run").iterdir())


@pytest.mark.promise(9)
def test_a_restored_database_is_not_told_of_another_life(installation: Installation) -> None:
    """A job of the same key after a restore runs: the engine's memory of the lost one does not answer for it."""
    installation.run("begin", "sample.three_steps", "R-1")
    installation.run("work", "--until-idle")
    with closing(sqlite3.connect(installation.home / "discreet.sqlite3")) as link:
        link.execute("DELETE FROM jobs_job")
        link.commit()
    installation.run("begin", "sample.three_steps", "R-1")
    installation.run("work", "--until-idle")
    assert len(installation.effects()) == 6
