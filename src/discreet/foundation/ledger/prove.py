"""Proofs to hand out: entries, their way to a signed root, and what opens their commitments to persons.

The form is read by `verifier/discreet_verify.py`, which needs neither Discreet nor its database.
"""

import json
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import ClassVar, NotRequired, TypedDict

from discreet.engines.merkle.checkpoint import open_checkpoint
from discreet.engines.merkle.note import NoteInvalid
from discreet.engines.merkle.proofs import (
    TileIncomplete,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
)
from discreet.engines.merkle.tree import leaf_hash
from discreet.foundation.ledger.models import (
    LedgerCheckpoint,
    LedgerEntry,
    LedgerLeaf,
    PersonSalt,
    WaitingEntry,
)
from discreet.foundation.ledger.sequencer import sequence_once
from discreet.foundation.ledger.signing import log_key
from discreet.foundation.ledger.stored_tiles import StoredTiles
from discreet.foundation.ledger.vouching import is_vouched
from discreet.vocabulary.actors import ActorKind
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop

FORMAT = "discreet.proof/1"
PATIENCE_S = 5.0


class NothingToProve(Refused):
    code = "ledger.nothing_to_prove"
    message: ClassVar[str] = gettext_noop("There is no sealed evidence about %(subject)s.")
    status = 404


class CheckpointUnknown(Refused):
    code = "ledger.checkpoint_unknown"
    message: ClassVar[str] = gettext_noop(
        "The checkpoint is not one of this ledger, or is newer than the ledger: run `discreet ledger verify`."
    )


class LedgerBroken(Refused):
    code = "ledger.broken"
    message: ClassVar[str] = gettext_noop(
        "The evidence contradicts the ledger's signed state; no proof is made. Run `discreet ledger verify`."
    )
    status = 500


class OpenedPerson(TypedDict):
    position: int
    person_ref: str
    salt: str


class ProvenEntry(TypedDict):
    """An entry, or only its `leaf` (hexadecimal) where what it says is withheld."""

    index: int
    body: NotRequired[str]
    leaf: NotRequired[str]
    proof: list[str]
    persons: list[OpenedPerson]


class ConsistencyProof(TypedDict):
    size: int
    proof: list[str]


class Bundle(TypedDict):
    """A proof as JSON: hashes in hexadecimal, bodies byte for byte."""

    format: str
    subject: str
    verifier_key: str
    checkpoint: str
    entries: list[ProvenEntry]
    consistency: list[ConsistencyProof]


class NotYetSealed(Refused):
    code = "ledger.not_yet_sealed"
    message: ClassVar[str] = gettext_noop(
        "The newest evidence about %(subject)s is being sealed. Try again in a moment."
    )
    status = 503
    is_transient = True


def verifier_file() -> Path:
    """Return the one-file verifier."""
    return Path(__file__).parent / "verifier" / "discreet_verify.py"


def complete_bundle(subject: str, *, now: datetime, against: Sequence[str] = ()) -> Bundle:
    """Seal what still waits about a subject, then return its proof: nothing that happened before is missing.

    Raises:
        NotYetSealed: another process holds the sequencer for too long.
        LedgerBroken: what waits about the subject was not written by Discreet; and as `bundle`.
        NothingToProve, CheckpointUnknown: as `bundle`.
        LedgerBehindWitness: as `sequence_once`.
    """
    patient_until = time.monotonic() + PATIENCE_S
    waiting = WaitingEntry.objects.filter(entry__subject=subject)
    while rows := list(waiting.values_list("pk", "entry__body", "voucher")):
        if not all(is_vouched(*row) for row in rows):
            raise LedgerBroken
        if sequence_once(now):
            continue
        if time.monotonic() > patient_until:
            raise NotYetSealed(subject=subject)
        time.sleep(0.05)
    return bundle(subject, against=against)


def customer_bundle(subject: str, *, now: datetime) -> Bundle:
    """Return the proof as the customer gets it: what staff did stands in it by its hash, without their names.

    Raises:
        As `complete_bundle`.
    """
    whole = complete_bundle(subject, now=now)
    return {**whole, "entries": [_without_names(one) for one in whole["entries"]]}


def _without_names(entry: ProvenEntry) -> ProvenEntry:
    """Withhold an entry by anybody but the customer and Discreet itself: its actor is an account's name."""
    actor = str(json.loads(entry["body"])["actor"])
    if actor.partition(":")[0] in (ActorKind.CUSTOMER, ActorKind.SYSTEM):
        return entry
    leaf = leaf_hash(entry["body"].encode()).hex()
    return {"index": entry["index"], "leaf": leaf, "proof": entry["proof"], "persons": []}


def bundle(subject: str, *, against: Sequence[str] = ()) -> Bundle:
    """Return the proof of all sealed evidence about a subject, at the newest checkpoint.

    It is comparable with the checkpoints that first sealed each entry, and with those in `against`.

    Raises:
        NothingToProve: nothing about the subject is sealed.
        CheckpointUnknown: a checkpoint in `against` is not of this ledger.
        LedgerBroken: the entries do not lead to the signed root, or some are gone or moved to another subject.
    """
    head = LedgerCheckpoint.objects.order_by("-size").first()
    if head is None:
        raise NothingToProve(subject=subject)
    _refuse_gaps(subject, head.size)
    rows = LedgerEntry.objects.filter(subject=subject, leaf__leaf_index__lt=head.size)
    placed = list(rows.order_by("leaf__leaf_index").values_list("pk", "leaf__leaf_index", "body"))
    if not placed:
        raise NothingToProve(subject=subject)
    tiles = StoredTiles()
    earlier = dict(_first_seal(index) for _, index, _ in placed) | _opened_notes(against, head.size)
    earlier.pop(head.size, None)
    try:
        return {
            "format": FORMAT,
            "subject": subject,
            "verifier_key": str(log_key()),
            "checkpoint": head.note,
            "entries": [_proven(tiles, head, *row) for row in placed],
            "consistency": [_consistent(tiles, head, *one) for one in sorted(earlier.items())],
        }
    except TileIncomplete:
        raise LedgerBroken from None


def entry_bundle(entry_id: int) -> Bundle:
    """Return the proof of one sealed entry, in the same form; it opens no commitment to a person.

    Raises:
        NothingToProve: the entry does not exist, or no signed checkpoint covers it yet.
        LedgerBroken: the entry does not lead to the signed root.
    """
    head = LedgerCheckpoint.objects.order_by("-size").first()
    rows = LedgerEntry.objects.filter(pk=entry_id, leaf__leaf_index__lt=head.size if head else 0)
    found = rows.values_list("leaf__leaf_index", "body", "subject").first()
    if head is None or found is None:
        raise NothingToProve(subject=f"#{entry_id}")
    index, body, subject = found
    tiles = StoredTiles()
    try:
        proven = _proven(tiles, head, entry_id, index, body)
        size, root = _first_seal(index)
        earlier = [] if size == head.size else [_consistent(tiles, head, size, root)]
    except TileIncomplete:
        raise LedgerBroken from None
    return {
        "format": FORMAT,
        "subject": subject,
        "verifier_key": str(log_key()),
        "checkpoint": head.note,
        "entries": [{**proven, "persons": []}],
        "consistency": earlier,
    }


def _proven(tiles: StoredTiles, head: LedgerCheckpoint, entry_id: int, index: int, body: str) -> ProvenEntry:
    leaf, root = leaf_hash(body.encode()), bytes(head.root)
    proof = inclusion_proof(tiles, index=index, size=head.size)
    if not is_included(leaf=leaf, index=index, size=head.size, proof=proof, root=root):
        raise LedgerBroken
    return {"index": index, "body": body, "proof": _hex(proof), "persons": _opened(entry_id)}


def _refuse_gaps(subject: str, size: int) -> None:
    """Refuse unless every place has its entry, and no other column hides one whose body names the subject.

    Nobody can say whose entry a missing one was: no proof can then be called complete.
    """
    if LedgerLeaf.objects.filter(leaf_index__lt=size, entry__body__isnull=False).count() != size:
        raise LedgerBroken
    named = LedgerEntry.objects.filter(body__contains=f'"subject":"{subject}",', leaf__leaf_index__lt=size)
    for body in named.exclude(subject=subject).values_list("body", flat=True):
        if json.loads(body)["subject"] == subject:
            raise LedgerBroken


def _consistent(tiles: StoredTiles, head: LedgerCheckpoint, size: int, root: bytes) -> ConsistencyProof:
    proof = consistency_proof(tiles, old_size=size, new_size=head.size)
    if not is_consistent(
        old_size=size, old_root=root, new_size=head.size, new_root=bytes(head.root), proof=proof
    ):
        raise LedgerBroken
    return {"size": size, "proof": _hex(proof)}


def _hex(hashes: Sequence[bytes]) -> list[str]:
    return [part.hex() for part in hashes]


def _first_seal(index: int) -> tuple[int, bytes]:
    row = LedgerCheckpoint.objects.filter(size__gt=index).order_by("size")[0]
    return row.size, bytes(row.root)


def _opened_notes(notes: Sequence[str], newest: int) -> dict[int, bytes]:
    """Return size and root of each checkpoint."""
    roots = {}
    for note in notes:
        try:
            checkpoint = open_checkpoint(note, key=log_key())
        except NoteInvalid:
            raise CheckpointUnknown from None
        if not 0 < checkpoint.size <= newest:
            raise CheckpointUnknown
        roots[checkpoint.size] = checkpoint.root
    return roots


def _opened(entry_id: int) -> list[OpenedPerson]:
    salts = PersonSalt.objects.filter(entry_id=entry_id).order_by("position")
    return [
        {"position": one.position, "person_ref": one.person_ref, "salt": bytes(one.salt).hex()}
        for one in salts
    ]
