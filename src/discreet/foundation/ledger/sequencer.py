"""Gives entries their place in the tree, seals it with a checkpoint, and copies that to the second place.

Only what Discreet vouches for is sealed: a row that somebody with the database's password added is not.

Order is that of commits, batch by batch: an entry waits until a run sees it committed. Two sequencers cannot
fork the tree: one holds the lock, and index, tile and checkpoint size are unique.
"""

import contextlib
import time
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from django.db import connection, transaction

from discreet.engines.merkle.checkpoint import Checkpoint, sign_checkpoint
from discreet.engines.merkle.tree import leaf_hash
from discreet.foundation.keys.api import ledger_signing_key
from discreet.foundation.ledger.models import LedgerCheckpoint, LedgerLeaf, LedgerTile, WaitingEntry
from discreet.foundation.ledger.second_place import begin_if_empty
from discreet.foundation.ledger.signing import log_key
from discreet.foundation.ledger.stored_tiles import load_edge
from discreet.foundation.ledger.vouching import is_vouched
from discreet.foundation.ledger.witness import append_notes, last_checkpoint, locked_now, witness_path
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop

BATCH = 4096
_PATIENCE_S = 1.0
_LOCK = 0x6C6564676572  # "ledger"


class LedgerBehindWitness(Refused):
    """Signing on would contradict a checkpoint that was given out."""

    code = "ledger.behind_witness"
    is_transient = True  # what waits for a person to settle it is lost by nobody
    message: ClassVar[str] = gettext_noop(
        "The evidence in the database is older than the checkpoints in the second place "
        "(checkpoint %(size)d is not in it). Nothing is sealed until this is settled: "
        "run `discreet ledger verify`; after restoring a backup, run `discreet ledger accept-rollback`."
    )
    status = 503


def sequence_once(now: datetime) -> int:
    """Give every waiting entry its index and seal the tree; return how many. None while another does it.

    A second place that was emptied is begun anew, on record.

    Raises:
        LedgerBehindWitness: the second place holds a checkpoint that the database does not.
    """
    with locked_now(witness_path()) as is_alone:
        if not is_alone:
            return 0
        begin_if_empty(now)
        placed, seen = 0, 0
        while batch := _sequence_batch(after=seen):
            seen, count = batch
            placed += count
        _copy_checkpoints()
    return placed


def seal_before_exit(now: datetime) -> None:
    """Seal what waits before a command ends, as no worker may be running. Waits at most a second for another.

    Raises:
        LedgerBehindWitness: as `sequence_once`.
    """
    newest = WaitingEntry.objects.order_by("-pk").values_list("pk", flat=True).first()
    if newest is None:
        return
    patient_until = time.monotonic() + _PATIENCE_S
    while not sequence_once(now) and time.monotonic() < patient_until:
        if not WaitingEntry.objects.filter(pk__lte=newest).exists():
            return
        time.sleep(0.05)


def settle_second_place() -> None:
    """Give the second place what a sequencer that was killed after its commit owes it, and seal nothing.

    Where the two contradict each other, or the second place is gone or empty, nothing is copied: that is for
    `verify_ledger` to tell.
    """
    path = witness_path()
    with contextlib.suppress(LedgerBehindWitness, OSError), locked_now(path) as is_alone:
        if is_alone and last_checkpoint(path, key=log_key()):
            _copy_checkpoints()


def _sequence_batch(*, after: int) -> tuple[int, int] | None:
    """Place what waits after this entry; return the last one seen and how many were placed."""
    with transaction.atomic():
        if not _is_alone():
            return None
        rows = WaitingEntry.objects.filter(pk__gt=after).order_by("pk")
        seen = list(rows.values_list("pk", "entry__body", "voucher")[:BATCH])
        if not seen:
            return None
        # What nobody vouches for keeps waiting: signing it would make a forgery evidence. Verification names it.
        waiting = [(entry_id, body) for entry_id, body, given in seen if is_vouched(entry_id, body, given)]
        if waiting:
            _seal(waiting)
        return seen[-1][0], len(waiting)


def _seal(waiting: Sequence[tuple[int, str]]) -> None:
    last = LedgerCheckpoint.objects.order_by("-size").first()
    refuse_contradiction()
    edge = load_edge(last.size if last else 0)
    first = edge.size
    hashes = [leaf_hash(body.encode()) for _, body in waiting]
    tiles = edge.extend(hashes)
    LedgerLeaf.objects.bulk_create(
        LedgerLeaf(leaf_index=first + offset, entry_id=entry_id, leaf_hash=value)
        for offset, ((entry_id, _), value) in enumerate(zip(waiting, hashes, strict=True))
    )
    LedgerTile.objects.bulk_create(
        LedgerTile(level=tile.level, number=tile.number, hashes=tile.hashes, root=tile.root) for tile in tiles
    )
    checkpoint = Checkpoint(origin=log_key().name, size=edge.size, root=edge.root())
    note = sign_checkpoint(checkpoint, private=ledger_signing_key())
    LedgerCheckpoint.objects.create(size=checkpoint.size, root=checkpoint.root, note=note)
    WaitingEntry.objects.filter(pk__in=[entry_id for entry_id, _ in waiting]).delete()


def _is_alone() -> bool:
    """Tell whether this transaction is the only one sequencing. SQLite's transactions are, by IMMEDIATE."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def refuse_contradiction() -> None:
    """Refuse to go on with a database that is older than what the second place tells.

    Raises:
        LedgerBehindWitness: the second place holds a checkpoint that the database does not.
    """
    witnessed = last_checkpoint(witness_path(), key=log_key())
    if witnessed is None:
        return
    kept = LedgerCheckpoint.objects.filter(size=witnessed.size, root=witnessed.root)
    if not kept.exists():
        raise LedgerBehindWitness(size=witnessed.size)


def _copy_checkpoints() -> None:
    """Append to the second place what it lacks: also what a run that was killed after its commit owed it."""
    path = witness_path()
    newest = LedgerCheckpoint.objects.order_by("-size").values_list("size", flat=True).first()
    witnessed = last_checkpoint(path, key=log_key())
    if newest is None or (witnessed and witnessed.size >= newest):
        return
    refuse_contradiction()
    owed = LedgerCheckpoint.objects.filter(size__gt=witnessed.size if witnessed else 0)
    append_notes(path, list(owed.order_by("size").values_list("note", flat=True)))
