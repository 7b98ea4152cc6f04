"""`discreet restore`: bring an installation back from one file, without bringing back who was erased since.

What lives outside the database is newer or as new as the backup, so it is never overwritten: checkpoints and
tombstones are merged. The database moves into its place last: a restore that was cut off starts over.
Source: failure promises 9 to 11.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from discreet.engines.merkle.checkpoint import read_checkpoint
from discreet.engines.merkle.note import NoteInvalid
from discreet.foundation.cases.queries import CaseFilter, CaseRow, list_cases
from discreet.foundation.cases.restored import expire_again, skip_numbers, unexpired
from discreet.foundation.datamap import tombstones
from discreet.foundation.datamap.tombstone_file import merge_lines, read_lines
from discreet.foundation.datamap.tombstone_lines import CASE, Flaw, FlawedLine
from discreet.foundation.jobs.liveness import is_any_lock_held
from discreet.foundation.keys.store import keyring_path
from discreet.foundation.ledger.findings import LACKING, Fault
from discreet.foundation.ledger.verify import Verdict, verify_ledger
from discreet.foundation.ledger.witness import locked, read_notes, witness_path
from discreet.mechanisms.rights.actions.forgetting import end_again
from discreet.project.operations.archive import Manifest, read_manifest, sync_folder, unpack_archive
from discreet.project.operations.backup import run_pg, staging
from discreet.project.operations.recheck import note_refused
from discreet.project.operations.refusals import (
    BackupDamaged,
    BackupTooLarge,
    DatabaseNotEmpty,
    HomeNotEmpty,
    KeyringNeeded,
    OtherDatabase,
    StillServing,
)
from discreet.vocabulary.actors import Actor

_ROLLED_BACK = frozenset({Fault.ROLLED_BACK, Fault.FORKED, Fault.CHECKPOINT_MISSING})
_MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore found. `lost_entries`: how much further the checkpoints reach than the database.

    `refused`: lines of the tombstones that were not used, and would have changed something.
    """

    made_at: str
    verdict: Verdict
    is_older: bool
    lost_entries: int
    ended_again: tuple[str, ...]
    expired_again: tuple[str, ...]
    open_cases: tuple[CaseRow, ...]
    sources_to_check: tuple[str, ...]
    refused: tuple[FlawedLine, ...]

    @property
    def is_intact(self) -> bool:
        """Whether the evidence shows nothing but, at most, that the database is older."""
        return all(one.fault in _ROLLED_BACK | LACKING for one in self.verdict.findings)


def place_backup(*, file: Path, keyring: Path | None) -> Manifest:
    """Unpack the backup into the home. The database stands in its place when this returns.

    Raises:
        HomeNotEmpty, StillServing, KeyringNeeded, BackupDamaged, BackupTooLarge, OtherDatabase, DatabaseNotEmpty
    """
    home: Path = settings.DISCREET_HOME
    _refuse_an_installation(home)
    manifest = read_manifest(file)
    if manifest.kind != connection.vendor:
        raise OtherDatabase(kind=manifest.kind)
    _refuse_without_room(home, manifest)
    if manifest.kind == "postgresql":
        _refuse_a_database_in_use()
    if not (keyring or keyring_path(home).exists() or "keys/keyring.json" in manifest.members):
        raise KeyringNeeded(home=str(home))
    with staging(home) as staged:
        unpack_archive(file, into=staged)
        if keyring is not None and not keyring_path(home).exists():
            _place_copy(keyring, keyring_path(home))
        for name in ("keyring.json", "session.key"):
            _place_if_missing(staged / "keys" / name, home / "keys" / name)
        _merge_witness(staged / "witness")
        merge_lines(read_lines(staged / "tombstones" / "tombstones.jsonl"))
        for package in (staged / "packages").glob("*.sealed"):
            _place(package, home / "packages" / package.name)
        if manifest.kind == "postgresql":
            run_pg("pg_restore", f"--dbname={connection.settings_dict['NAME']}", "--exit-on-error", "--single-transaction", "--no-owner",
                   "--no-privileges", str(staged / "discreet.pgdump"))  # fmt: skip
        else:
            if (staged / "jobs.sqlite3").exists():
                _place(staged / "jobs.sqlite3", home / "jobs.sqlite3")
            _place(staged / "discreet.sqlite3", home / "discreet.sqlite3")
    return manifest


def settle_backup(*, actor: Actor, now: datetime, made_at: str) -> Restored:
    """Compare the restored database with what outlived it, and make it forget again what it should not know."""
    verdict = verify_ledger()
    is_older = any(one.fault in _ROLLED_BACK for one in verdict.findings)
    lost = max(0, _witnessed_size() - verdict.entries)
    if lost:
        skip_numbers(actor=actor, now=now, count=lost)
    marks = tombstones.read()
    ended = [one.number for one in marks.requests if end_again(actor=actor, now=now, ended=one)]
    expired = [
        one.number
        for one in marks.cases
        if expire_again(actor=actor, now=now, number=one.number, opened_at=one.opened_at, on=one.on)
    ]
    open_cases = tuple(_open_cases())
    refused = _that_matter(marks.flawed, open_now={case.number for case in open_cases})
    if refused:
        note_refused(actor=actor, now=now, refused=refused)
    return Restored(
        made_at=made_at,
        verdict=verdict,
        is_older=is_older,
        lost_entries=lost,
        ended_again=tuple(ended),
        expired_again=tuple(expired),
        open_cases=open_cases,
        sources_to_check=tuple(sorted(marks.rows_by_source)),
        refused=refused,
    )


def _that_matter(flawed: Sequence[FlawedLine], *, open_now: Set[str]) -> tuple[FlawedLine, ...]:
    """Leave out unsealed lines about what has ended in this database, too."""
    with_keys = unexpired({one.number for one in flawed if one.kind == CASE})
    return tuple(
        one
        for one in flawed
        if one.flaw is not Flaw.UNSEALED or one.number in (with_keys if one.kind == CASE else open_now)
    )


def _open_cases() -> Iterator[CaseRow]:
    page = 1
    while True:
        found = list_cases(where=CaseFilter(is_open=True), page=page, page_size=100)
        yield from found.rows
        if page >= found.pages:
            return
        page += 1


def _witnessed_size() -> int:
    """Return the largest size that any checkpoint of the second place speaks of."""
    largest = 0
    for note in read_notes(witness_path()):
        with contextlib.suppress(NoteInvalid):
            largest = max(largest, read_checkpoint(note).size)
    return largest


def _refuse_an_installation(home: Path) -> None:
    if is_any_lock_held():
        raise StillServing
    names = ["discreet.sqlite3", "discreet.sqlite3-wal"] if connection.vendor == "sqlite" else []
    found = [name for name in names if (home / name).exists()]
    if found:
        raise HomeNotEmpty(home=str(home), what=", ".join(found))
    # What a restore that was cut off had placed already: of an installation without its database.
    for name in ("jobs.sqlite3", "jobs.sqlite3-wal", "jobs.sqlite3-shm", "discreet.sqlite3-shm"):
        if connection.vendor == "sqlite":
            (home / name).unlink(missing_ok=True)


def _refuse_a_database_in_use() -> None:
    with connection.cursor() as cursor:
        if connection.introspection.table_names(cursor):
            raise DatabaseNotEmpty
    connection.close()


def _refuse_without_room(home: Path, manifest: Manifest) -> None:
    free = shutil.disk_usage(home).free
    needed = manifest.total_bytes + 16 * _MB
    if free < needed:
        raise BackupTooLarge(needed=needed // _MB + 1, free=free // _MB)


def _merge_witness(staged: Path) -> None:
    """Keep what lies in the second place; add the checkpoints it lacks, in the order of their sizes."""
    target = witness_path()
    with locked(target):
        for path in staged.glob("checkpoints-retired-*.txt"):
            _place_if_missing(path, target.parent / path.name)
        ours = read_notes(target)
        theirs = [note for note in read_notes(staged / target.name) if note not in set(ours)]
        if not theirs:
            return
        merged = sorted([*theirs, *ours], key=_size_of)
        partial = staged / "merged.txt"
        staged.mkdir(mode=0o700, exist_ok=True)
        with partial.open("w", encoding="utf-8") as file:
            file.write("".join(f"{note}\n" for note in merged))
            file.flush()
            os.fsync(file.fileno())
        _place(partial, target)


def _size_of(note: str) -> int:
    try:
        return read_checkpoint(note).size
    except NoteInvalid:
        raise BackupDamaged(what="witness") from None


def _place_if_missing(source: Path, target: Path) -> None:
    if source.exists() and not target.exists():
        _place(source, target)


def _place_copy(source: Path, target: Path) -> None:
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(source.read_bytes())
        out.flush()
        os.fsync(out.fileno())
    _place(partial, target)


def _place(source: Path, target: Path) -> None:
    """Move a file that is on the disk into its place, over file systems if need be."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if source.stat().st_dev != target.parent.stat().st_dev:
        _place_copy(source, target)
        return
    source.replace(target)
    sync_folder(target.parent)
