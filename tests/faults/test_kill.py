"""`kill -9` of the worker in the middle of an erasure over five kinds of source: exactly one certificate."""

import random

import pytest

from tests.faults.kills import CALLS, NEEDS_STRACE, counts, kill_at, sweep
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
def most(over_five: Approved, tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """How many calls of each kind an erasure makes."""
    found = counts(over_five, tmp_path_factory.mktemp("counts") / "strace.log")
    assert found["renameat"] == 2, (
        f"two files in each folder, and each folder in a thread of its own: {found}"
    )
    return found


def test_a_worker_killed_anywhere_in_an_erasure_leaves_exactly_one_certificate(
    over_five: Approved, most: dict[str, int]
) -> None:
    """Between two renames, and a message to a server and a flush by a fixed seed."""
    chance = random.Random(SEED)
    points = [("renameat", 2), *((call, chance.randint(1, most[call])) for call in ("sendto", "fdatasync"))]
    killed = [kill_at(over_five, *point) for point in points]
    assert any(killed)


@pytest.mark.full
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("call", CALLS)
def test_a_worker_killed_at_every_durable_write_leaves_exactly_one_certificate(
    over_five: Approved, most: dict[str, int], call: str
) -> None:
    """Every flush, every message to a server, every rename; of the small writes to files every few."""
    sweep(over_five, call, most[call])
