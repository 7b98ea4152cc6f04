"""A command's evidence is sealed when the command ends: nobody need run a worker for that."""

import fcntl
from pathlib import Path

import pytest

from tests.mechanisms.rights.company import ANN
from tests.project.operations.installation import Installation

pytestmark = [pytest.mark.duty("ledger"), pytest.mark.xdist_group("sealing")]
OPEN = ("rights", "open", "--kind", "erasure", "--email", ANN)


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    folder = tmp_path_factory.mktemp("sealing")
    made = Installation(home=folder / "home", source=folder / "shop.db")
    made.connect()
    return made


def sealed_and_waiting(one: Installation) -> tuple[int, int]:
    verdict = one.json("ledger", "verify")
    assert verdict["intact"], verdict
    return verdict["entries"], verdict["waiting"]


def test_what_a_command_recorded_is_sealed_when_it_ends(one: Installation) -> None:
    before, _ = sealed_and_waiting(one)
    one.do(*OPEN)
    after, waiting = sealed_and_waiting(one)
    assert after > before and waiting == 0


def test_a_command_that_is_refused_after_it_recorded_seals_too(one: Installation) -> None:
    """The look-up is recorded before anything is read; then the source is not there."""
    before, _ = sealed_and_waiting(one)
    away = one.source.rename(one.source.with_suffix(".away"))
    try:
        refused = one.run("find", "shop", "--email", ANN)
    finally:
        away.rename(one.source)
    assert refused.returncode == 1 and refused.stderr.startswith("Error: ")
    assert sealed_and_waiting(one) == (before + 1, 0)


def test_a_command_ends_while_another_seals_and_the_next_seals_for_both(one: Installation) -> None:
    before, _ = sealed_and_waiting(one)
    with (one.home / "witness" / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        one.do(*OPEN)
    assert sealed_and_waiting(one)[0] == before
    one.do("rights", "cancel", "R-1001")
    after, waiting = sealed_and_waiting(one)
    assert after > before + 1 and waiting == 0


def test_a_command_whose_evidence_cannot_be_sealed_says_so_and_stands(one: Installation) -> None:
    notes = one.home / "witness" / "checkpoints.txt"
    aside = notes.rename(notes.with_name("aside"))
    notes.mkdir()
    try:
        done = one.run(*OPEN)
    finally:
        notes.rmdir()
        aside.rename(notes)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("The evidence is recorded but not sealed yet")


def test_a_command_that_records_nothing_opens_no_second_place(tmp_path: Path) -> None:
    quiet = Installation(home=tmp_path / "home", source=tmp_path / "shop.db")
    quiet.do("company", "show")
    assert not (quiet.home / "witness").exists()
