"""Going on after a backup was restored: what the second place knows and the database lost stays on record."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from discreet.engines.merkle.checkpoint import Checkpoint, open_checkpoint
from discreet.engines.merkle.note import NoteInvalid
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import record
from discreet.foundation.ledger.models import LedgerCheckpoint
from discreet.foundation.ledger.sealed import sealed_facts
from discreet.foundation.ledger.second_place import filled
from discreet.foundation.ledger.signing import log_key
from discreet.foundation.ledger.witness import locked, read_notes, retire, retired_paths, witness_path
from discreet.vocabulary.actors import Actor
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop

_ACT = "ledger.accept_rollback"


class NothingRolledBack(Refused):
    code = "ledger.nothing_rolled_back"
    message: ClassVar[str] = gettext_noop(
        "The evidence agrees with the checkpoints in the second place: nothing was rolled back."
    )


@dataclass(frozen=True, slots=True)
class AcceptedRollback:
    """Checkpoints above `kept_size` and up to `lost_size` were given out and are lost."""

    kept_size: int
    lost_size: int

    def explains(self, checkpoint: Checkpoint) -> bool:
        return self.kept_size < checkpoint.size <= self.lost_size


def accept_rollback(*, actor: Actor, now: datetime) -> AcceptedRollback:
    """Record that the database was rolled back, and begin a new file in the second place.

    The loss stays visible: in this entry, in the retired file and in every verification.

    Raises:
        NothingRolledBack: the database holds every checkpoint of the second place.
    """
    with locked(witness_path()):  # before the transaction, as the sequencer does: the order prevents deadlock
        accepted = _accept(actor=actor, now=now)
        retire(witness_path())
        with filled():  # an empty second place would count as emptied
            return accepted


@act(_ACT)
def _accept(*, actor: Actor, now: datetime) -> AcceptedRollback:
    known = {size: bytes(root) for size, root in LedgerCheckpoint.objects.values_list("size", "root")}
    explained = accepted_rollbacks()
    current = _readable(witness_path())
    retired = [one for path in retired_paths() for one in _readable(path)]
    unexplained = [one for one in retired if not any(a.explains(one) for a in explained)]
    lost = [one.size for one in [*current, *unexplained] if known.get(one.size) != one.root]
    if not lost:
        raise NothingRolledBack
    agreed = [one.size for one in [*retired, *current] if known.get(one.size) == one.root]
    accepted = AcceptedRollback(
        kept_size=max((size for size in agreed if size < min(lost)), default=0), lost_size=max(lost)
    )
    facts = {"kept_size": accepted.kept_size, "lost_size": accepted.lost_size}
    record(actor=actor, now=now, subject="ledger:rollback", facts=facts)
    return accepted


def accepted_rollbacks() -> list[AcceptedRollback]:
    """Return what was accepted, oldest first: only what is sealed."""
    return [
        AcceptedRollback(kept_size=one["kept_size"], lost_size=one["lost_size"]) for one in sealed_facts(_ACT)
    ]


def _readable(path: Path) -> list[Checkpoint]:
    found = []
    for note in read_notes(path):
        try:
            found.append(open_checkpoint(note, key=log_key()))
        except NoteInvalid:
            continue
    return found
