"""Proofs to hand out: entries, their way to a signed root, and what opens their commitments to persons.

The form is read by `verifier/discreet_verify.py`, which needs neither Discreet nor its database.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, TypedDict

from discreet.engines.merkle.checkpoint import open_checkpoint
from discreet.engines.merkle.note import NoteInvalid
from discreet.engines.merkle.proofs import consistency_proof, inclusion_proof
from discreet.foundation.ledger.models import LedgerCheckpoint, LedgerEntry, PersonSalt
from discreet.foundation.ledger.signing import log_key
from discreet.foundation.ledger.stored_tiles import StoredTiles
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop

FORMAT = "discreet.proof/1"


class NothingToProve(Refused):
    code = "ledger.nothing_to_prove"
    message: ClassVar[str] = gettext_noop("There is no sealed evidence about %(subject)s.")
    status = 404


class CheckpointUnknown(Refused):
    code = "ledger.checkpoint_unknown"
    message: ClassVar[str] = gettext_noop(
        "The checkpoint is not one of this ledger, or is newer than the ledger: run `discreet ledger verify`."
    )


class OpenedPerson(TypedDict):
    position: int
    person_ref: str
    salt: str


class ProvenEntry(TypedDict):
    index: int
    body: str
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


def verifier_file() -> Path:
    """Return the one-file verifier."""
    return Path(__file__).parent / "verifier" / "discreet_verify.py"


def bundle(subject: str, *, against: Sequence[str] = ()) -> Bundle:
    """Return the proof of all sealed evidence about a subject, at the newest checkpoint.

    It is comparable with the checkpoints that first sealed each entry, and with those in `against`.

    Raises:
        NothingToProve: nothing about the subject is sealed.
        CheckpointUnknown: a checkpoint in `against` is not of this ledger.
    """
    head = LedgerCheckpoint.objects.order_by("-size").first()
    if head is None:
        raise NothingToProve(subject=subject)
    rows = LedgerEntry.objects.filter(subject=subject, leaf__leaf_index__lt=head.size)
    placed = list(rows.order_by("leaf__leaf_index").values_list("pk", "leaf__leaf_index", "body"))
    if not placed:
        raise NothingToProve(subject=subject)
    tiles = StoredTiles()
    sizes = {_first_seal(index) for _, index, _ in placed} | _sizes(against, head.size)
    return {
        "format": FORMAT,
        "subject": subject,
        "verifier_key": str(log_key()),
        "checkpoint": head.note,
        "entries": [
            {
                "index": index,
                "body": body,
                "proof": [part.hex() for part in inclusion_proof(tiles, index=index, size=head.size)],
                "persons": _opened(entry_id),
            }
            for entry_id, index, body in placed
        ],
        "consistency": [
            {
                "size": size,
                "proof": [part.hex() for part in consistency_proof(tiles, old_size=size, new_size=head.size)],
            }
            for size in sorted(sizes - {head.size})
        ],
    }


def _first_seal(index: int) -> int:
    sizes = LedgerCheckpoint.objects.filter(size__gt=index).order_by("size")
    return sizes.values_list("size", flat=True)[0]


def _sizes(notes: Sequence[str], newest: int) -> set[int]:
    sizes = set()
    for note in notes:
        try:
            size = open_checkpoint(note, key=log_key()).size
        except NoteInvalid:
            raise CheckpointUnknown from None
        if not 0 < size <= newest:
            raise CheckpointUnknown
        sizes.add(size)
    return sizes


def _opened(entry_id: int) -> list[OpenedPerson]:
    salts = PersonSalt.objects.filter(entry_id=entry_id).order_by("position")
    return [
        {"position": one.position, "person_ref": one.person_ref, "salt": bytes(one.salt).hex()}
        for one in salts
    ]
