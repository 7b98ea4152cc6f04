"""What the jobs remember of their own work ends, and only once it is over."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tests.foundation.jobs.conftest import Installation

WHERE = pytest.mark.parametrize(
    "where", ["installation", pytest.param("shared_installation", marks=pytest.mark.postgresql)]
)
OLD = datetime.now(UTC) - timedelta(days=40)
OLD_MS = int(OLD.timestamp() * 1000)


def change(installation: Installation, text: str, *, engine: bool = False) -> None:
    """Change rows as time would."""
    if installation.database_url:
        with psycopg.connect(installation.database_url) as link:
            link.execute(text.replace("workflow_status", "dbos.workflow_status"))
        return
    name = "jobs.sqlite3" if engine else "discreet.sqlite3"
    with closing(sqlite3.connect(installation.home / name, timeout=20)) as link, link:
        link.execute(text)


def runs(installation: Installation) -> int:
    if installation.database_url:
        return len(installation.sql("SELECT workflow_uuid FROM dbos.workflow_status"))
    with closing(sqlite3.connect(installation.home / "jobs.sqlite3")) as link:
        steps = link.execute(
            "SELECT count(*) FROM operation_outputs WHERE workflow_uuid NOT IN"
            " (SELECT workflow_uuid FROM workflow_status)"
        ).fetchone()
        assert steps == (0,), "no step outlives its run"
        return len(link.execute("SELECT workflow_uuid FROM workflow_status").fetchall())


def count(installation: Installation, table: str) -> int:
    return len(installation.sql(f"SELECT 1 FROM jobs_{table}"))


def grow_old(installation: Installation) -> None:
    old = OLD.strftime("%Y-%m-%d %H:%M:%S")
    change(installation, f"UPDATE jobs_job SET created_at = '{old}'")
    change(installation, f"UPDATE jobs_job SET finished_at = '{old}' WHERE finished_at IS NOT NULL")
    change(installation, f"UPDATE jobs_outboxevent SET published_at = '{old}'")
    change(
        installation, f"UPDATE workflow_status SET created_at = {OLD_MS}, updated_at = {OLD_MS}", engine=True
    )
    change(installation, "DELETE FROM jobs_schedulerun")


@WHERE
def test_what_is_over_is_forgotten_after_its_time_and_not_before(
    where: str, request: pytest.FixtureRequest
) -> None:
    installation: Installation = request.getfixturevalue(where)
    installation.run("begin", "sample.three_steps", "R-1", "R-2")
    installation.run("publish", "R-3")
    installation.run("work", "--until-idle")
    change(installation, "DELETE FROM jobs_schedulerun")
    installation.run("work", "--until-idle")
    assert count(installation, "job") >= 2, "not before its time"
    assert count(installation, "outboxevent") == 1
    grow_old(installation)
    installation.run("work", "--until-idle")
    assert [count(installation, name) for name in ("job", "outboxevent", "delivery")] == [0, 0, 0]
    assert runs(installation) == 0
    assert len([line for line in installation.effects() if line.endswith("first")]) == 2, "nothing ran again"


@WHERE
def test_what_waits_or_failed_is_kept_however_old_and_goes_on(
    where: str, request: pytest.FixtureRequest
) -> None:
    """A waiting job's steps are not run again: the engine still remembers them."""
    installation: Installation = request.getfixturevalue(where)
    installation.run("begin", "sample.three_steps", "R-1")
    installation.run("begin", "sample.refused", "R-2")
    installation.run("work", "--until-idle")
    grow_old(installation)
    soon = (datetime.now(UTC) + timedelta(seconds=400)).strftime("%Y-%m-%d %H:%M:%S")
    change(
        installation,
        f"UPDATE jobs_job SET state = 'waiting', finished_at = NULL, attempts = 5, next_try_at = '{soon}'"
        " WHERE key = 'sample.three_steps:R-1'",
    )
    before = runs(installation)
    installation.run("work", "--until-idle")
    assert count(installation, "job") == 2
    assert runs(installation) == before
    change(installation, "UPDATE jobs_job SET next_try_at = NULL WHERE state = 'waiting'")
    installation.run("work", "--until-idle")
    assert installation.state("sample.three_steps:R-1") == "done"
    assert len([line for line in installation.effects() if line == "R-1 first"]) == 1
