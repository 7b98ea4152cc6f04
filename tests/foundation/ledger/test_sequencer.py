"""Entries get one place each, whoever sequences, whatever is killed."""

import errno
import os
import threading
from pathlib import Path

import pytest
from django.db import connection

from discreet.foundation.ledger.findings import Fault
from discreet.foundation.ledger.models import LedgerCheckpoint, LedgerLeaf, WaitingEntry
from discreet.foundation.ledger.queries import entries_for, entry_counts_by_act, latest_checkpoint, status
from discreet.foundation.ledger.rollback import NothingRolledBack, accept_rollback
from discreet.foundation.ledger.second_place import FoundEmpty
from discreet.foundation.ledger.sequencer import LedgerBehindWitness, sequence_once, settle_second_place
from discreet.foundation.ledger.verify import verify_ledger
from discreet.foundation.ledger.witness import append_notes, read_notes
from discreet.vocabulary.actors import SYSTEM
from tests.foundation.ledger.conftest import NOW, Tamper, receive
from tests.foundation.ledger.test_verify import cut_to_600

pytestmark = pytest.mark.duty("ledger")


@pytest.mark.usefixtures("db", "witness")
def test_entries_get_indices_in_the_order_they_were_recorded() -> None:
    ids = receive(0, 600)
    assert sequence_once(NOW) == 600
    assert sequence_once(NOW) == 0
    placed = dict(LedgerLeaf.objects.values_list("entry_id", "leaf_index"))
    assert [placed[entry_id] for entry_id in ids] == list(range(600))


@pytest.mark.usefixtures("history")
def test_a_timeline_tells_what_is_sealed() -> None:
    [sealed] = entries_for("request:R-3")
    [waiting] = entries_for("request:R-702")
    assert (sealed.index, sealed.is_sealed, sealed.act) == (3, True, "demo.receive_request")
    assert (waiting.index, waiting.is_sealed, waiting.facts) == (None, False, {"rows": 702})
    assert (sealed.at, sealed.actor_label) == (NOW, "system:discreet")
    assert entry_counts_by_act(NOW) == {"demo.receive_request": 703}
    state = status()
    assert (state.sealed, state.waiting, state.waiting_since, state.witnessed) == (700, 3, NOW, 700)


@pytest.mark.usefixtures("history")
def test_the_second_place_holds_every_checkpoint(witness: Path) -> None:
    notes = list(LedgerCheckpoint.objects.order_by("size").values_list("note", flat=True))
    assert read_notes(witness) == notes


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize("cut", (1, 2, 3, 50, 93, 94, 100, 200))
def test_a_copy_that_a_crash_cut_is_completed(witness: Path, cut: int) -> None:
    content = witness.read_bytes()
    witness.write_bytes(content[:-cut])
    sequence_once(NOW)
    assert verify_ledger().is_intact
    assert read_notes(witness)[-1] == latest_checkpoint()


@pytest.mark.usefixtures("history")
def test_a_copy_that_was_never_written_is_made_up_for(witness: Path) -> None:
    content = witness.read_text()
    last = str(latest_checkpoint())
    witness.write_text(content[: content.index(last)])
    assert {finding.fault for finding in verify_ledger().findings} == {Fault.WITNESS_BEHIND}
    sequence_once(NOW)
    assert verify_ledger().is_intact


@pytest.mark.usefixtures("history")
def test_nothing_is_sealed_while_the_second_place_cannot_be_read(witness: Path) -> None:
    witness.rename(witness.with_name("aside"))
    witness.mkdir()
    with pytest.raises(OSError, match="directory"):
        sequence_once(NOW)
    assert status_waiting() == 3
    witness.rmdir()
    witness.with_name("aside").rename(witness)
    assert sequence_once(NOW) == 3
    assert verify_ledger().is_intact


@pytest.mark.usefixtures("history")
def test_what_a_killed_sequencer_owes_the_second_place_is_settled_and_nothing_is_sealed(
    witness: Path,
) -> None:
    """Killed between its commit and the copy: no reason to call the evidence broken."""
    notes = read_notes(witness)
    witness.unlink()
    append_notes(witness, notes[:-1])
    assert not verify_ledger().is_intact
    settle_second_place()
    assert verify_ledger().is_intact
    assert status_waiting() == 3


@pytest.mark.usefixtures("history")
def test_a_second_place_that_is_gone_is_told_and_not_made_anew(witness: Path) -> None:
    witness.unlink()
    settle_second_place()
    assert not verify_ledger().is_intact


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize("content", [None, b"", b"\n\n"])
def test_a_second_place_that_was_emptied_is_begun_anew_and_that_stays_on_record(
    witness: Path, content: bytes | None
) -> None:
    witness.unlink()
    if content is not None:
        witness.write_bytes(content)
    assert sequence_once(NOW) == 4
    assert sequence_once(NOW) == 0
    verdict = verify_ledger()
    assert verdict.is_intact
    assert verdict.found_empty == (FoundEmpty(size=700),)
    (entry,) = entries_for("ledger:second_place")
    assert entry.facts == {"size": 700, "checkpoints": 4} and entry.is_sealed


def test_a_rollback_with_an_emptied_second_place_leaves_its_trace(tamper: Tamper, witness: Path) -> None:
    cut_to_600(tamper)
    witness.write_bytes(b"")
    assert not verify_ledger().is_intact
    sequence_once(NOW)
    assert verify_ledger().found_empty == (FoundEmpty(size=600),)


@pytest.mark.usefixtures("history")
def test_a_disk_full_at_the_first_copy_leaves_no_empty_file_and_no_record(
    witness: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    witness.unlink()
    with monkeypatch.context() as full, pytest.raises(OSError, match="space"):
        full.setattr(os, "fsync", _disk_is_full)
        sequence_once(NOW)
    assert [one.name for one in witness.parent.iterdir()] == ["lock"]
    assert entries_for("ledger:second_place") == []
    sequence_once(NOW)
    assert verify_ledger().is_intact


@pytest.mark.usefixtures("history")
def test_a_disk_full_at_a_later_copy_leaves_the_file_as_it_was(
    witness: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = witness.read_bytes()
    with monkeypatch.context() as full, pytest.raises(OSError, match="space"):
        full.setattr(os, "fsync", _disk_is_full)
        sequence_once(NOW)
    assert witness.read_bytes() == before
    sequence_once(NOW)
    assert verify_ledger().is_intact


@pytest.mark.usefixtures("history")
def test_two_copies_that_crashes_cut_are_completed(witness: Path) -> None:
    whole, last = witness.read_bytes(), str(latest_checkpoint()).encode()
    witness.write_bytes(whole[: whole.index(last)] + last[:90] + b"\n\n" + last[:60])
    sequence_once(NOW)
    assert verify_ledger().is_intact


def test_what_covers_the_end_of_the_second_place_hides_no_rollback(tamper: Tamper, witness: Path) -> None:
    cut_to_600(tamper)
    receive(2000, 5)
    with witness.open("ab") as file:
        file.write(b"\0" * 100_000)
    with pytest.raises(LedgerBehindWitness):
        sequence_once(NOW)


def _disk_is_full(descriptor: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def status_waiting() -> int:
    return WaitingEntry.objects.count()


def test_a_rolled_back_ledger_is_not_signed_on(tamper: Tamper) -> None:
    cut_to_600(tamper)
    receive(2000, 5)
    with pytest.raises(LedgerBehindWitness):
        sequence_once(NOW)
    assert status_waiting() == 5


def test_an_accepted_rollback_goes_on_and_stays_on_record(tamper: Tamper, witness: Path) -> None:
    cut_to_600(tamper)
    accepted = accept_rollback(actor=SYSTEM, now=NOW)
    assert (accepted.kept_size, accepted.lost_size) == (600, 700)
    assert sequence_once(NOW) == 1
    verdict = verify_ledger()
    assert verdict.is_intact
    assert verdict.accepted_rollbacks == (accepted,)
    assert verdict.found_empty == ()
    assert witness.with_name("checkpoints-retired-000001.txt").exists()


@pytest.mark.usefixtures("history")
def test_a_rollback_that_did_not_happen_cannot_be_accepted() -> None:
    with pytest.raises(NothingRolledBack):
        accept_rollback(actor=SYSTEM, now=NOW)


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise(6)
def test_two_sequencers_at_once_do_not_fork(witness: Path) -> None:
    failures: list[BaseException] = []
    start = threading.Barrier(3)

    def work(task: object) -> None:
        assert callable(task)
        try:
            start.wait()
            task()
        except BaseException as error:  # noqa: BLE001
            failures.append(error)
        finally:
            connection.close()

    def sequence() -> None:
        for _ in range(15):
            sequence_once(NOW)

    def write() -> None:
        for number in range(20):
            receive(number * 10, 10)

    threads = [threading.Thread(target=work, args=(task,)) for task in (sequence, sequence, write)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sequence_once(NOW)
    assert failures == []
    verdict = verify_ledger()
    assert verdict.findings == ()
    assert verdict.entries == 200
