"""An erasure over three kinds of source when workers compete, stand still or lose a source on the way."""

import contextlib
import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from tests.faults.three_sources import Approved, approved, entries
from tests.stories.house import House, end, until

__all__ = ["approved"]
pytestmark = [
    pytest.mark.promise(2),
    pytest.mark.postgresql,
    pytest.mark.mariadb,
    pytest.mark.xdist_group("kill"),
]
FIRST, SECOND, LAST = "files", "maria", "postgres"  # the order in which sources are written
COMMITS = {SECOND: b"\x03COMMIT", LAST: b"COMMIT"}


def written(house: House) -> list[str]:
    """Return the sources whose outcome stands in the ledger."""
    return [facts["source"] for act, facts in entries(house) if act == "rights.record_source_outcome"]


@contextmanager
def held(approved: Approved, source: str) -> Iterator[None]:
    """Hold the person's row in one source: whoever writes it waits."""
    run = approved.companies[source].run
    run("BEGIN")
    run("SELECT id FROM customer WHERE id = 1 FOR UPDATE")
    try:
        yield
    finally:
        run("ROLLBACK")


@contextmanager
def worker(house: House) -> Iterator[int]:
    """Run a worker and yield its process id; it is ended."""
    process = house.start("work")
    try:
        yield process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGCONT)
        end(process)


def is_done(approved: Approved, house: House) -> bool | None:
    return any(act == "rights.finish_erasure" for act, _ in entries(house)) or None


def holder(house: House) -> str | None:
    """Return which worker runs the erasure; None: nobody."""
    with closing(sqlite3.connect(house.home / "discreet.sqlite3")) as connection:
        found = connection.execute("SELECT worker FROM jobs_job WHERE workflow = 'rights.erase'").fetchone()
    return str(found[0]) if found and found[0] else None


def stop(house: House, process: int) -> None:
    """Let a worker stand still, but not while it locks a SQLite file: nobody can take that lock from it."""

    def try_once() -> bool | None:
        os.killpg(process, signal.SIGSTOP)
        for name in ("discreet.sqlite3", "jobs.sqlite3"):
            with closing(sqlite3.connect(house.home / name, timeout=1)) as connection:
                try:
                    connection.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError:
                    os.killpg(process, signal.SIGCONT)
                    return None
                connection.execute("ROLLBACK")
        return True

    until(try_once, "a moment without a lock")


def test_two_workers_carry_one_erasure_out_once(approved: Approved) -> None:
    house = approved.again()
    workers = [house.start("work", "--until-idle") for _ in range(2)]
    assert [process.wait(90) for process in workers] == [0, 0], house.log()
    approved.check(house)
    assert sorted(written(house)) == [FIRST, SECOND, LAST]


def test_a_worker_that_wakes_late_writes_nothing_more(approved: Approved) -> None:
    """It stands still between two sources, is taken over, and wakes while the other is at work."""
    house = approved.again()
    with worker(house) as sleeper, held(approved, LAST):
        until(lambda: SECOND in written(house) or None, f"two sources\n{house.log()}")
        first = holder(house)
        stop(house, sleeper)
        with worker(house):
            until(lambda: holder(house) not in (None, first) or None, "the take-over")
            os.killpg(sleeper, signal.SIGCONT)
            approved.companies[LAST].run("ROLLBACK")
            until(lambda: is_done(approved, house), f"the end\n{house.log()}")
    approved.check(house)
    assert sorted(written(house)) == [FIRST, SECOND, LAST]


def test_a_source_that_goes_down_is_waited_for_and_what_is_done_is_shown(approved: Approved) -> None:
    house = approved.again()
    proxy = approved.proxies[LAST]
    with worker(house):
        with held(approved, LAST):
            until(lambda: SECOND in written(house) or None, f"two sources\n{house.log()}")
            proxy.set("down")
            proxy.cut_all()
        view = approved.state_of(house)
        assert (view["state"], view["outcome"]) == ("executing", None)
        assert {one["name"] for one in view["sources"]} == {FIRST, SECOND}, "what is done, and no more"
        assert approved.companies[LAST].run("SELECT id FROM customer WHERE id = 1") == [(1,)]
        proxy.set("passing")
        until(lambda: is_done(approved, house), f"the end\n{house.log()}")
    approved.check(house)


@pytest.mark.parametrize("source", [SECOND, LAST])
def test_an_answer_to_commit_that_is_lost_ends_in_one_certificate(approved: Approved, source: str) -> None:
    house = approved.again()
    proxy = approved.proxies[source]
    before = proxy.hits
    with worker(house):
        with held(approved, source):
            until(lambda: FIRST in written(house) or None, f"the first source\n{house.log()}")
            if source == LAST:
                until(lambda: SECOND in written(house) or None, f"two sources\n{house.log()}")
            proxy.set("drop_reply", COMMITS[source])
        until(lambda: proxy.hits > before or None, f"a COMMIT\n{house.log()}")
        proxy.set("passing")
        until(lambda: is_done(approved, house), f"the end\n{house.log()}")
    approved.check(house)
