"""Every edit of the ledger is found. Source: failure promise 11."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings as django_settings
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from discreet.engines.merkle.checkpoint import read_checkpoint, sign_checkpoint
from discreet.engines.merkle.tree import leaf_hash
from discreet.foundation.keys.api import ledger_signing_key
from discreet.foundation.ledger.cli import NotACheckpoint, ledger
from discreet.foundation.ledger.findings import Fault
from discreet.foundation.ledger.guards import unsafe_lift_guards
from discreet.foundation.ledger.models import LedgerCheckpoint, LedgerEntry
from discreet.foundation.ledger.queries import latest_checkpoint
from discreet.foundation.ledger.sequencer import sequence_once
from discreet.foundation.ledger.texts import FAULTS
from discreet.foundation.ledger.verify import verify_ledger
from tests.foundation.ledger.conftest import NOW, Tamper, receive

pytestmark = [pytest.mark.promise(11), pytest.mark.usefixtures("history"), pytest.mark.duty("ledger")]
AT_600 = "SELECT entry_id FROM ledger_ledgerleaf WHERE leaf_index >= 600"


def faults() -> set[Fault]:
    return {finding.fault for finding in verify_ledger().findings}


def test_an_untouched_ledger_is_intact() -> None:
    verdict = verify_ledger()
    assert verdict.is_intact
    assert (verdict.entries, verdict.checkpoints, verdict.waiting) == (700, 4, 3)


@pytest.mark.parametrize(
    ("fault", "statements"),
    [
        (
            Fault.ENTRY_CHANGED,
            ["UPDATE ledger_ledgerentry SET body = replace(body, '\"rows\":5}', '\"rows\":6}')"],
        ),
        (Fault.ENTRY_CHANGED, ["UPDATE ledger_ledgerentry SET body = body || ' ' WHERE id % 100 = 0"]),
        (
            Fault.ENTRY_CHANGED,
            ["UPDATE ledger_ledgerentry SET body = CAST(x'ff' || body AS TEXT) WHERE id % 100 = 0"],
        ),
        (
            Fault.COLUMNS_CHANGED,
            ["UPDATE ledger_ledgerentry SET subject = 'request:R-1' WHERE subject = 'request:R-2'"],
        ),
        (
            Fault.COLUMNS_CHANGED,
            ["UPDATE ledger_ledgerentry SET act = 'demo.other' WHERE subject = 'request:R-2'"],
        ),
        (Fault.COLUMNS_CHANGED, ["UPDATE ledger_ledgerentry SET at = '2025' WHERE subject = 'request:R-2'"]),
        (
            Fault.ENTRY_MISSING,
            [
                "DELETE FROM ledger_personsalt",
                "DELETE FROM ledger_ledgerentry WHERE subject = 'request:R-300'",
            ],
        ),
        (Fault.LEAF_MISSING, ["DELETE FROM ledger_ledgerleaf WHERE leaf_index = 300"]),
        (Fault.LEAF_MISSING, ["DELETE FROM ledger_ledgerleaf WHERE leaf_index = 699"]),
        (
            Fault.ENTRY_CHANGED,
            [
                "UPDATE ledger_ledgerleaf SET leaf_hash = CASE leaf_index"
                " WHEN 10 THEN (SELECT leaf_hash FROM ledger_ledgerleaf WHERE leaf_index = 11)"
                " ELSE (SELECT leaf_hash FROM ledger_ledgerleaf WHERE leaf_index = 10) END"
                " WHERE leaf_index IN (10, 11)"
            ],
        ),
        (
            Fault.TILE_CHANGED,
            [
                "UPDATE ledger_ledgerleaf SET leaf_index = 9999 WHERE leaf_index = 10",
                "UPDATE ledger_ledgerleaf SET leaf_index = 10 WHERE leaf_index = 11",
                "UPDATE ledger_ledgerleaf SET leaf_index = 11 WHERE leaf_index = 9999",
            ],
        ),
        (
            Fault.CHECKPOINT_CONTRADICTED,
            [
                "UPDATE ledger_ledgerleaf SET leaf_index = 9999 WHERE leaf_index = 690",
                "UPDATE ledger_ledgerleaf SET leaf_index = 690 WHERE leaf_index = 691",
                "UPDATE ledger_ledgerleaf SET leaf_index = 691 WHERE leaf_index = 9999",
            ],
        ),
        (Fault.TILE_CHANGED, ["UPDATE ledger_ledgertile SET root = zeroblob(32)"]),
        (Fault.TILE_CHANGED, ["UPDATE ledger_ledgertile SET hashes = zeroblob(8192) WHERE number = 1"]),
        (Fault.TILE_MISSING, ["DELETE FROM ledger_ledgertile WHERE number = 1"]),
        (
            Fault.TILE_UNEXPECTED,
            ["INSERT INTO ledger_ledgertile (level, number, hashes, root) VALUES (0, 2, x'00', x'00')"],
        ),
        (Fault.CHECKPOINT_FORGED, ["UPDATE ledger_ledgercheckpoint SET note = replace(note, '700', '701')"]),
        (
            Fault.CHECKPOINT_FORGED,
            ["UPDATE ledger_ledgercheckpoint SET root = zeroblob(32) WHERE size = 600"],
        ),
        (Fault.CHECKPOINT_MISSING, ["DELETE FROM ledger_ledgercheckpoint WHERE size = 256"]),
        (Fault.LEAF_UNSEALED, ["DELETE FROM ledger_ledgercheckpoint WHERE size = 700"]),
        (Fault.ENTRY_NEVER_PLACED, ["DELETE FROM ledger_waitingentry"]),
        (
            Fault.ROLLED_BACK,
            [
                "DELETE FROM ledger_waitingentry",
                "DELETE FROM ledger_personsalt",
                "CREATE TABLE cut AS " + AT_600,
                "DELETE FROM ledger_ledgercheckpoint WHERE size > 600",
                "DELETE FROM ledger_ledgerleaf WHERE leaf_index >= 600",
                "DELETE FROM ledger_ledgerentry WHERE id >= (SELECT min(entry_id) FROM cut)",
            ],
        ),
    ],
)
def test_an_edit_of_the_database_is_found(tamper: Tamper, fault: Fault, statements: list[str]) -> None:
    with transaction.atomic():
        tamper(*statements)
        assert fault in faults()
        transaction.set_rollback(True)
    assert verify_ledger().is_intact


def test_a_changed_entry_with_its_hash_made_to_fit_is_found(tamper: Tamper) -> None:
    entry = LedgerEntry.objects.get(subject="request:R-650")
    body = entry.body.replace("650}", "651}")
    tamper("UPDATE ledger_ledgerentry SET body = %s WHERE id = %s", parameters=(body, entry.pk))
    tamper(
        "UPDATE ledger_ledgerleaf SET leaf_hash = %s WHERE entry_id = %s",
        parameters=(leaf_hash(body.encode()), entry.pk),
    )
    assert faults() == {Fault.CHECKPOINT_CONTRADICTED, Fault.FORKED}


def test_a_checkpoint_signed_with_another_key_is_found(tamper: Tamper) -> None:
    row = LedgerCheckpoint.objects.get(size=700)
    forged = sign_checkpoint(
        read_checkpoint(row.note), private=Ed25519PrivateKey.from_private_bytes(b"\x05" * 32)
    )
    tamper("UPDATE ledger_ledgercheckpoint SET note = %s WHERE size = 700", parameters=(forged,))
    assert faults() == {Fault.CHECKPOINT_FORGED}


def cut_to_600(tamper: Tamper) -> None:
    tamper(
        "DELETE FROM ledger_waitingentry",
        "DELETE FROM ledger_personsalt",
        "CREATE TEMPORARY TABLE cut AS " + AT_600,
        "DELETE FROM ledger_ledgercheckpoint WHERE size > 600",
        "DELETE FROM ledger_ledgerleaf WHERE leaf_index >= 600",
        "DELETE FROM ledger_ledgerentry WHERE id >= (SELECT min(entry_id) FROM cut)",
        "DROP TABLE cut",
    )


def test_a_database_rolled_back_and_grown_again_with_the_real_key_is_found(
    tamper: Tamper, witness: Path, settings: object, tmp_path: Path
) -> None:
    real = django_settings.ENVIRONMENT
    cut_to_600(tamper)
    settings.ENVIRONMENT = replace(real, checkpoint_dir=tmp_path / "elsewhere")  # type: ignore[attr-defined]
    receive(2000, 200)
    sequence_once(NOW)
    assert verify_ledger().is_intact  # with a second place of the intruder's own, all fits
    settings.ENVIRONMENT = real  # type: ignore[attr-defined]
    assert Fault.FORKED in faults()


def test_a_checkpoint_kept_elsewhere_finds_a_rollback_of_database_and_second_place(
    tamper: Tamper, witness: Path
) -> None:
    kept = latest_checkpoint()
    assert kept is not None
    cut_to_600(tamper)
    content = witness.read_text()
    witness.write_text(content[: content.index(kept)])
    assert verify_ledger().is_intact
    assert {finding.fault for finding in verify_ledger(elsewhere=[kept]).findings} == {Fault.ROLLED_BACK}


def test_a_removed_trigger_is_found() -> None:
    unsafe_lift_guards(connection)
    assert faults() == {Fault.GUARD_MISSING}


def test_a_trigger_that_was_made_harmless_is_found() -> None:
    unsafe_lift_guards(connection)
    with connection.cursor() as cursor:
        for table in ("entry", "leaf", "tile", "checkpoint"):
            for verb in ("update", "delete"):
                name = f"ledger_ledger{table}"
                cursor.execute(
                    f"CREATE TRIGGER {name}_{verb} BEFORE {verb} ON {name} WHEN 0 BEGIN SELECT 1; END"
                )
    assert faults() == {Fault.GUARD_MISSING}


def test_edits_of_the_second_place_are_found(witness: Path) -> None:
    content = witness.read_text()
    first = content.index("\n\n\u2014")
    other = "E" if content[first - 2] == "A" else "A"  # every sixteenth root ends with an A already
    witness.write_text(content[: first - 2] + other + content[first - 1 :])
    assert Fault.WITNESS_FORGED in faults()
    start = content.index("\n\n", first + 4) + 2
    witness.write_text(content[start:])
    assert faults() == {Fault.WITNESS_BEHIND}
    witness.unlink()
    assert faults() == {Fault.WITNESS_EMPTY}


@pytest.mark.parametrize("content", [b"", b"\n", b"\n\n\n"])
def test_an_empty_second_place_is_told_in_one_line_and_not_called_broken(
    witness: Path, content: bytes
) -> None:
    """As on a machine that never sealed, and after a full disk kept only the file's name."""
    witness.write_bytes(content)
    told = verify_command()
    assert told.exit_code == 1
    assert told.stdout.startswith("NOT FULLY COMPARED.")
    (line,) = (line for line in told.stdout.splitlines() if "DISCREET_CHECKPOINT_DIR" in line)
    assert line.endswith("[250–700: 4]")


def test_a_second_place_that_cannot_be_read_is_told(witness: Path) -> None:
    witness.unlink()
    witness.mkdir()
    assert faults() == {Fault.UNREADABLE}


def test_a_forged_checkpoint_in_the_second_place_is_found(witness: Path) -> None:
    checkpoint = replace(read_checkpoint(str(latest_checkpoint())), root=b"\x01" * 32)
    with witness.open("a") as file:
        file.write(sign_checkpoint(checkpoint, private=ledger_signing_key()) + "\n")
    assert faults() == {Fault.FORKED}


COLUMNS = [
    ("ledger_ledgerentry", column) for column in ("act", "at", "subject", "body")
] + [
    ("ledger_ledgerleaf", "leaf_hash"),
    ("ledger_ledgerleaf", "leaf_index"),
    ("ledger_ledgerleaf", "entry_id"),
    ("ledger_ledgertile", "hashes"),
    ("ledger_ledgertile", "root"),
    ("ledger_ledgertile", "number"),
    ("ledger_ledgercheckpoint", "note"),
    ("ledger_ledgercheckpoint", "root"),
    ("ledger_ledgercheckpoint", "size"),
]  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(COLUMNS), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 255))
def test_any_changed_byte_of_any_sealed_row_is_found(
    tamper: Tamper, place: tuple[str, str], row: int, at: int, flip: int
) -> None:
    table, column = place
    with transaction.atomic():
        with connection.cursor() as cursor:
            sealed = " WHERE id IN (SELECT entry_id FROM ledger_ledgerleaf)" if "entry" in table else ""
            cursor.execute(f"SELECT rowid, CAST({column} AS BLOB), typeof({column}) FROM {table}{sealed}")
            rows = cursor.fetchall()
        rowid, value, kind = rows[row % len(rows)]
        if kind == "integer":
            changed: object = int(value) ^ flip
        else:
            raw = bytearray(value)
            raw[at % len(raw)] ^= flip
            changed = bytes(raw)
        cast = "CAST(%s AS TEXT)" if kind == "text" else "%s"
        tamper(
            f"UPDATE OR IGNORE {table} SET {column} = {cast} WHERE rowid = %s", parameters=(changed, rowid)
        )
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT CAST({column} AS BLOB) FROM {table} WHERE rowid = %s", [rowid])
            found = cursor.fetchone()
        was_ignored = found is not None and found[0] == value
        verdict = verify_ledger()
        transaction.set_rollback(True)
    assert was_ignored or not verdict.is_intact


def test_every_fault_has_a_sentence() -> None:
    assert set(FAULTS) == set(Fault)


def verify_command(*files: Path) -> Result:
    words = [word for file in files for word in ("--checkpoint", str(file))]
    return CliRunner().invoke(ledger, ["verify", *words])


@pytest.mark.parametrize(
    "content", [b"", b"hello\n", bytes(range(256)), b"origin\n7\nAAAA\n", b"a\n1\n\n\xe2\x80\x94 a b\n"]
)
def test_a_file_that_is_no_checkpoint_says_nothing_about_the_ledger(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "kept.txt"
    path.write_bytes(content)
    told = verify_command(path)
    assert isinstance(told.exception, NotACheckpoint)
    assert told.output == ""


def test_a_checkpoint_that_does_not_fit_is_told_apart_from_no_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "kept.txt"
    path.write_text(str(latest_checkpoint()))
    assert verify_command(path).exit_code == 0
    read = read_checkpoint(str(latest_checkpoint()))
    path.write_text(sign_checkpoint(replace(read, root=b"\x01" * 32), private=ledger_signing_key()))
    told = verify_command(path)
    assert told.exit_code == 1 and "contradicts a checkpoint that was given out" in told.stdout
    other = Ed25519PrivateKey.from_private_bytes(b"\x05" * 32)
    path.write_text(sign_checkpoint(read, private=other))
    told = verify_command(path)
    assert told.exit_code == 1 and "is not signed with this ledger's key" in told.stdout
