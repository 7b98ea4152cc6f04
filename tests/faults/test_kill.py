"""`kill -9` of the worker in the middle of an erasure over five kinds of source: exactly one certificate."""

import random
from collections.abc import Iterator

import pytest

from tests.faults.kills import CALLS, NEEDS_STRACE, Killing, killing
from tests.faults.three_sources import Approved, over_five

__all__ = ["over_five"]
pytestmark = [
    pytest.mark.promise(2),
    pytest.mark.postgresql,
    pytest.mark.mariadb,
    pytest.mark.xdist_group("kill"),
    NEEDS_STRACE,
]
SEED = 20_261_123


@pytest.fixture(scope="module")
def erasure(over_five: Approved, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killing]:
    with killing(over_five, tmp_path_factory.mktemp("counts") / "strace.log") as made:
        assert made.most["renameat"] == 2, (
            f"two files in each folder, and each folder in a thread of its own: {made.most}"
        )
        yield made


def test_a_worker_killed_anywhere_in_an_erasure_leaves_exactly_one_certificate(
    erasure: Killing,
) -> None:
    """Between two renames, and a message to a server and a flush by a fixed seed."""
    chance = random.Random(SEED)
    points = [
        ("renameat", 2),
        *((call, chance.randint(1, erasure.most[call])) for call in ("sendto", "fdatasync")),
    ]
    killed = [erasure.kill_at(*point) for point in points]
    assert any(killed)


@pytest.mark.full
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("call", CALLS)
def test_a_worker_killed_at_every_durable_write_leaves_exactly_one_certificate(
    erasure: Killing, call: str
) -> None:
    """Every flush, every message to a server, every rename; of the small writes to files every few."""
    erasure.sweep(call)
