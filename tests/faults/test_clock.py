"""A clock that is a day wrong: nothing waits for a day, nobody is taken for dead, no deadline moves."""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.faults.three_sources import Approved, approved_erasure, entries
from tests.stories.house import House, end, until

pytestmark = [pytest.mark.promise(4), pytest.mark.xdist_group("clock")]
DAY_S = 86_400
SHIFTED = """
import sys, time, time_machine
time_machine.travel(time.time() + float(sys.argv[1]), tick=True).start()
code, sys.argv = sys.argv[4], ["discreet", *sys.argv[5:]]
exec(code)
"""


@pytest.fixture
def approved(tmp_path: Path) -> Iterator[Approved]:
    with approved_erasure(tmp_path, {"files": f"sqlite:///{tmp_path / 'shop.sqlite'}"}) as erasure:
        yield erasure


def start(house: House, *args: str, shift_s: int) -> "subprocess.Popen[bytes]":
    """Start a command whose clock is wrong by so many seconds."""
    return house.start(*args, wrapper=(sys.executable, "-c", SHIFTED, str(shift_s)))


def query(house: House, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(house.home / "discreet.sqlite3", timeout=20)) as connection:
        return connection.execute(sql).fetchall()


def clocks(house: House) -> list[tuple[Any, ...]]:
    return query(house, "SELECT rule_id, due_at FROM cases_caseclock ORDER BY rule_id")


def is_done(house: House) -> bool | None:
    return any(act == "rights.finish_erasure" for act, _ in entries(house)) or None


@pytest.mark.parametrize("shift_s", [DAY_S, -DAY_S], ids=["a day ahead", "a day behind"])
def test_an_erasure_under_a_wrong_clock_has_one_certificate_and_the_same_deadline(
    approved: Approved, shift_s: int
) -> None:
    house = approved.again()
    due = clocks(house)
    assert due
    worker = start(house, "work", "--until-idle", shift_s=shift_s)
    assert worker.wait(60) == 0, house.log()
    approved.check(house)
    assert clocks(house) == due


def test_what_waits_since_the_clock_was_a_day_ahead_does_not_wait_for_a_day(approved: Approved) -> None:
    house = approved.again()
    shop = approved.companies["files"]
    due = clocks(house)
    shop.run("BEGIN IMMEDIATE")
    ahead = start(house, "work", shift_s=DAY_S)
    try:
        waits = "SELECT next_try_at > datetime('now', '+20 hours') FROM jobs_job WHERE state = 'waiting'"
        until(lambda: (1,) in query(house, waits) or None, f"that it waits\n{house.log()}")
    finally:
        ahead.send_signal(signal.SIGKILL)
        end(ahead)
        shop.run("ROLLBACK")
    right = house.start("work")
    try:
        until(lambda: is_done(house), f"the end\n{house.log()}", patience_s=30)
    finally:
        end(right)
    approved.check(house)
    assert clocks(house) == due


def test_workers_whose_clocks_are_days_apart_do_not_take_each_other_for_dead(approved: Approved) -> None:
    house = approved.again()
    shop = approved.companies["files"]
    shop.run("BEGIN IMMEDIATE")
    workers = [start(house, "work", shift_s=shift) for shift in (-DAY_S, DAY_S)]
    try:
        beats = "SELECT count(*) FROM jobs_worker WHERE beats >= 8"  # twice as long as a lease lasts
        until(lambda: query(house, beats) == [(2,)] or None, f"both lives\n{house.log()}")
        shop.run("ROLLBACK")
        until(lambda: is_done(house), f"the end\n{house.log()}")
        assert [worker.poll() for worker in workers] == [None, None]
    finally:
        for worker in workers:
            end(worker)
    assert "is dead" not in house.log()
    approved.check(house)
