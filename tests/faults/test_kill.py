"""`kill -9` of the worker in the middle of an erasure over three kinds of source: exactly one certificate.

strace kills the worker when one of its threads is about to make its Nth call of a kind that makes something
durable: to the disk (`fdatasync`), to a database file (`pwrite64`) or to a database server (`sendto`).
strace counts by thread, and an erasure runs on one thread.
"""

import random
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.three_sources import Approved, approved
from tests.stories.house import House

__all__ = ["approved"]
pytestmark = [
    pytest.mark.promise(2),
    pytest.mark.postgresql,
    pytest.mark.mariadb,
    pytest.mark.xdist_group("kill"),
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed"),
]
CALLS = ("fdatasync", "sendto", "pwrite64")
SEED = 20_261_123
CALL = re.compile(r"^(\d+) +(?:<\.\.\. )?(\w+)")


def traced(house: House, *options: str) -> int:
    """Run the worker under strace until nothing is left to do; return how it ended."""
    worker = house.start("work", "--until-idle", wrapper=("strace", "-f", "-qq", *options))
    return worker.wait(120)


def counts(approved: Approved, folder: Path) -> dict[str, int]:
    """Return how many calls of each kind the busiest thread makes in an erasure that nothing disturbs."""
    house = approved.again()
    log = folder / "strace.log"
    assert traced(house, "-e", f"trace={','.join(CALLS)}", "-o", str(log)) == 0, house.log()
    approved.check(house)
    found: Counter[tuple[str, str]] = Counter()
    for line in log.read_text(errors="replace").splitlines():
        seen = CALL.match(line)
        if seen and "resumed>" not in line:
            found[seen[2], seen[1]] += 1
    return {call: max((n for (name, _), n in found.items() if name == call), default=0) for call in CALLS}


def kill_at(approved: Approved, call: str, number: int) -> bool:
    """Kill the worker at its Nth call, start another, and check what came of it; say whether it was killed."""
    house = approved.again()
    inject = f"inject={call}:signal=KILL:when={number}"
    code = traced(house, "-e", f"trace={call}", "-e", inject, "-o", "/dev/null")
    house.run("work", "--until-idle")
    approved.check(house)
    shutil.rmtree(house.home)
    return code != 0


@pytest.fixture(scope="module")
def points(approved: Approved, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[tuple[str, int]]]:
    """Every point at which the worker can be killed."""
    found = counts(approved, tmp_path_factory.mktemp("counts"))
    assert all(found.values()), found
    yield [(call, number) for call in CALLS for number in range(1, found[call] + 1)]


def test_a_worker_killed_anywhere_in_an_erasure_leaves_exactly_one_certificate(
    approved: Approved, points: list[tuple[str, int]]
) -> None:
    """Three points, of each kind one, by a fixed seed."""
    chosen = random.Random(SEED)
    killed = [
        kill_at(approved, *chosen.choice([point for point in points if point[0] == call])) for call in CALLS
    ]
    assert any(killed)


@pytest.mark.full
@pytest.mark.timeout(2400)
@pytest.mark.parametrize("call", CALLS)
def test_a_worker_killed_at_every_durable_write_leaves_exactly_one_certificate(
    approved: Approved, points: list[tuple[str, int]], call: str
) -> None:
    """Every flush to the disk and every message to a database server; every tenth write to a file."""
    step = 10 if call == "pwrite64" else 1
    swept = [point for point in points if point[0] == call and point[1] % step == 0]
    killed = [kill_at(approved, *point) for point in swept]
    assert killed.count(True) > len(swept) * 0.9, "strace did not kill where it should"
