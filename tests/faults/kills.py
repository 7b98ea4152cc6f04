"""`kill -9` at the Nth call that makes something durable, by strace.

strace kills the worker when one of its threads is about to make its Nth call of a kind: a flush to the disk
(`fdatasync`, `fsync`), a write to a file (`pwrite64`, `write`), a message to a database server (`sendto`), or the step
that puts a new file in the place of the old one (`fchmod`, `renameat`). strace counts by thread.
"""

import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Protocol

import pytest

from tests.stories.house import House

CALLS = ("renameat", "fsync", "fchmod", "fdatasync", "sendto", "pwrite64", "write")
#: How many of the calls are tried in the full sweep: the small writes are many, and much alike.
EVERY = {"pwrite64": 10}
NEEDS_STRACE = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
_CALL = re.compile(r"^(\d+) +(?:<\.\.\. )?(\w+)")


class Approved(Protocol):
    """A request that is approved and waits for a worker, as often as wanted."""

    def again(self) -> House:
        """Return a house in which its execution has not begun, its sources filled anew."""

    def check(self, house: House) -> None:
        """Say that it was carried out once, and that all else is as it was."""


def traced(house: House, *options: str) -> int:
    """Run the worker under strace until nothing is left to do; return how it ended."""
    worker = house.start("work", "--until-idle", wrapper=("strace", "-f", "-qq", *options))
    return worker.wait(120)


def counts(approved: Approved, log: Path) -> dict[str, int]:
    """Return how many calls of each kind the busiest thread makes when nothing disturbs it."""
    house = approved.again()
    assert traced(house, "-e", f"trace={','.join(CALLS)}", "-o", str(log)) == 0, house.log()
    approved.check(house)
    found: Counter[tuple[str, str]] = Counter()
    for line in log.read_text(errors="replace").splitlines():
        seen = _CALL.match(line)
        if seen and "resumed>" not in line:
            found[seen[2], seen[1]] += 1
    most = {call: max((n for (name, _), n in found.items() if name == call), default=0) for call in CALLS}
    assert all(most.values()), most
    return most


def kill_at(approved: Approved, call: str, number: int) -> bool:
    """Kill the worker at its Nth call, start another, and check what came of it; say whether it was killed."""
    house = approved.again()
    inject = f"inject={call}:signal=KILL:when={number}"
    code = traced(house, "-e", f"trace={call}", "-e", inject, "-o", "/dev/null")
    house.run("work", "--until-idle")
    try:
        approved.check(house)
    except AssertionError as error:
        error.add_note(f"killed at {call} {number}")
        raise
    shutil.rmtree(house.home)
    return code != 0


def sweep(approved: Approved, call: str, most: int) -> None:
    """Kill at every call of a kind that is tried, and say that nearly all of them did kill."""
    swept = range(1, most + 1, EVERY.get(call, 1))
    killed = [kill_at(approved, call, number) for number in swept]
    assert killed.count(True) >= len(swept) * 0.9, "strace did not kill where it should"
