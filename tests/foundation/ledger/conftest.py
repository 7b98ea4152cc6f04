"""A ledger with a history: 700 sealed entries under four checkpoints, three waiting, its own second place."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection

from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Evidence, record_many
from discreet.foundation.ledger.guards import guard, unsafe_lift_guards
from discreet.foundation.ledger.sequencer import sequence_once
from discreet.vocabulary.actors import SYSTEM

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
Tamper = Callable[..., None]
WRITTEN = (
    "keys_datakey",
    "ledger_ledgerentry",
    "ledger_ledgerleaf",
    "ledger_ledgertile",
    "ledger_ledgercheckpoint",
    "ledger_waitingentry",
    "ledger_personsalt",
)


@dataclass(frozen=True)
class Kept:
    """A history as it was made: the rows of every table it wrote, its second place, and the keys it met."""

    rows: dict[str, list[tuple[object, ...]]]
    notes: bytes
    keys: dict[str, bytes]


_kept: list[Kept] = []


@act("demo.receive_request")
def receive(first: int, count: int) -> list[int]:
    items = [
        Evidence(subject=f"request:R-{number}", facts={"rows": number}, person_refs=(f"p_{number}",))
        for number in range(first, first + count)
    ]
    return record_many(actor=SYSTEM, now=NOW, evidence=items)


@pytest.fixture
def witness(tmp_path: Path, settings: object) -> Path:
    """Point the second place at an own folder; return its file."""
    environment = replace(django_settings.ENVIRONMENT, checkpoint_dir=tmp_path / "witness")
    settings.ENVIRONMENT = environment  # type: ignore[attr-defined]
    return tmp_path / "witness" / "checkpoints.txt"


@pytest.fixture
def history(db: None, witness: Path) -> None:
    """Made once a process; afterwards its rows are written again, as long as the process knows the same keys."""
    if _kept and _kept[0].keys == keys._unwrapped:
        _write_again(_kept[0], witness)
        return
    known = dict(keys._unwrapped)
    for first, count in ((0, 250), (250, 6), (256, 344), (600, 100)):
        receive(first, count)
        sequence_once(NOW)
    receive(700, 3)
    with connection.cursor() as cursor:
        rows = {table: cursor.execute(f"SELECT * FROM {table}").fetchall() for table in WRITTEN}
    _kept[:] = [Kept(rows=rows, notes=witness.read_bytes(), keys=known)]


def _write_again(kept: Kept, witness: Path) -> None:
    with connection.cursor() as cursor:
        for table, rows in kept.rows.items():
            if rows:
                places = ", ".join(["%s"] * len(rows[0]))
                cursor.executemany(f"INSERT INTO {table} VALUES ({places})", rows)
    witness.parent.mkdir()
    witness.write_bytes(kept.notes)


@pytest.fixture
def tamper(history: None) -> Tamper:
    """Return what an intruder with the database's password does: lift the triggers, edit, put them back."""

    def run(*statements: str, parameters: tuple[object, ...] = ()) -> None:
        unsafe_lift_guards(connection)
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA defer_foreign_keys=ON")
            for statement in statements:
                cursor.execute(statement, parameters)
        guard(connection)

    return run
