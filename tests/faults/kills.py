"""`kill -9` at the Nth call that makes something durable, by strace.

strace kills the worker when one of its threads is about to make its Nth call of a kind: a flush to the disk
(`fdatasync`, `fsync`), a write to a file (`pwrite64`, `write`), a message to a database server (`sendto`), or the step
that puts a new file in the place of the old one (`fchmod`, `renameat`). strace counts by thread: where two threads
write side by side, the one that first comes to its Nth call has the worker killed.
"""

import re
import shutil
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pytest

from tests.faults.warm import WarmHouse, warm_house
from tests.stories.house import House

CALLS = ("renameat", "fsync", "fchmod", "fdatasync", "sendto", "pwrite64", "write")
#: Of which calls only some are tried in the full sweep: the small writes are many, and much alike.
EVERY = {"pwrite64": 10}
NEEDS_STRACE = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
_CALL = re.compile(r"^(\d+) +(?:<\.\.\. )?(\w+)")


class Approved(Protocol):
    """A request that is approved and waits for a worker, as often as wanted."""

    def again(self) -> House:
        """Return a house in which its execution has not begun, its sources filled anew."""

    def check(self, house: House) -> None:
        """Say that it was carried out once, and that all else is as it was."""


@dataclass(frozen=True, slots=True)
class Killing:
    """An approved request, and the one place where its execution is begun again and again."""

    approved: Approved
    house: WarmHouse
    most: dict[str, int] = field(default_factory=dict)  # calls of the busiest thread

    def again(self) -> None:
        self.house.place(self.approved.again().home)

    def count(self, log: Path) -> None:
        """Find how many calls of each kind the busiest thread makes when nothing disturbs it."""
        self.again()
        assert self._traced("-e", f"trace={','.join(CALLS)}", "-o", str(log)) == 0, self.house.log()
        self.approved.check(self.house)
        found: Counter[tuple[str, str]] = Counter()
        for line in log.read_text(errors="replace").splitlines():
            seen = _CALL.match(line)
            if seen and "resumed>" not in line:
                found[seen[2], seen[1]] += 1
        for call in CALLS:
            self.most[call] = max((n for (name, _), n in found.items() if name == call), default=0)
        assert all(self.most.values()), self.most

    def _traced(self, *options: str) -> int:
        """Run the worker under strace until nothing is left to do; return how it ended."""
        return self.house.traced(("strace", "-f", "-qq", *options), "work", "--until-idle")

    def kill_at(self, call: str, number: int) -> bool:
        """Kill the worker at its Nth call, start another, and check what came of it; say whether it was killed."""
        self.again()
        inject = f"inject={call}:signal=KILL:when={number}"
        code = self._traced("-e", f"trace={call}", "-e", inject, "-o", "/dev/null")
        try:
            self.house.run("work", "--until-idle")
            self.approved.check(self.house)
        except AssertionError as error:
            error.add_note(f"killed at {call} {number}")
            raise
        return code == -signal.SIGKILL

    def sweep(self, call: str) -> None:
        """Kill at every call of a kind that is tried, and say that nearly all of them did kill."""
        killed, wrong = [], []
        for number in range(1, self.most[call] + 1, EVERY.get(call, 1)):
            try:
                killed.append(self.kill_at(call, number))
            except AssertionError as error:
                wrong.append(error)
        if wrong:
            raise ExceptionGroup(f"{len(wrong)} of {len(killed) + len(wrong)} points", wrong)
        assert killed.count(True) >= len(killed) * 0.9, "strace did not kill where it should"


@contextmanager
def killing(approved: Approved, log: Path) -> Iterator[Killing]:
    """Yield an approved request whose calls were counted."""
    with warm_house(approved.again().home) as house:
        made = Killing(approved, house)
        made.count(log)
        yield made
