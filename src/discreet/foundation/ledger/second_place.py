"""Beginning the second place again where it holds nothing that the ledger's key signed.

An empty second place cannot show that the end was cut off. So that it begins anew stays on record: in the
ledger, and in every later verification.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import record
from discreet.foundation.ledger.models import LedgerCheckpoint
from discreet.foundation.ledger.sealed import sealed_facts
from discreet.foundation.ledger.signing import log_key
from discreet.foundation.ledger.witness import begun_anew, last_checkpoint, witness_path
from discreet.vocabulary.actors import SYSTEM

_ACT = "ledger.begin_second_place"


@dataclass(frozen=True, slots=True)
class FoundEmpty:
    """The second place held no checkpoint when the ledger had `size` entries."""

    size: int


def begin_if_empty(now: datetime) -> None:
    """Give the second place every checkpoint of the database where it holds none, and record that it did not.

    The caller holds the lock of the second place. What the file holds already stays in it. It takes its place
    after the record is made: a full disk leaves neither, and no file without the record.
    """
    if last_checkpoint(witness_path(), key=log_key()):
        return
    sizes = list(LedgerCheckpoint.objects.order_by("size").values_list("size", flat=True))
    if sizes:
        with filled():
            _note(now=now, size=sizes[-1], checkpoints=len(sizes))


@contextmanager
def filled() -> Iterator[None]:
    """Prepare a second place with every checkpoint of the database; it is in force when the block ends well."""
    notes = list(LedgerCheckpoint.objects.order_by("size").values_list("note", flat=True))
    with begun_anew(witness_path(), notes):
        yield


@act(_ACT)
def _note(*, now: datetime, size: int, checkpoints: int) -> None:
    facts = {"size": size, "checkpoints": checkpoints}
    record(actor=SYSTEM, now=now, subject="ledger:second_place", facts=facts)


def found_empty() -> list[FoundEmpty]:
    """Return when the second place was found empty, oldest first: only what is sealed."""
    return [FoundEmpty(size=one["size"]) for one in sealed_facts(_ACT)]
