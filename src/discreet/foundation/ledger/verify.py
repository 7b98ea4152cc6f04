"""Recompute everything: each leaf from its body, each tile, each root; check signatures and the second place.

What is found is named; nothing is repaired. What cannot be found here: a change of database, key and second
place together. A checkpoint kept elsewhere (mail, certificate) finds that too: pass it as `elsewhere`.
Source: failure promise 11.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from django.db import DatabaseError, connection

from discreet.engines.merkle.checkpoint import Checkpoint, open_checkpoint
from discreet.engines.merkle.note import NoteInvalid, VerifierKey
from discreet.foundation.ledger.findings import LACKING, Fault, Finding, Findings
from discreet.foundation.ledger.guards import missing_guards
from discreet.foundation.ledger.rollback import AcceptedRollback, accepted_rollbacks
from discreet.foundation.ledger.scan import Head, check_head, read_head, scan_tree
from discreet.foundation.ledger.second_place import FoundEmpty, found_empty
from discreet.foundation.ledger.signing import log_key
from discreet.foundation.ledger.witness import locked, read_notes, retired_paths, witness_path


@dataclass(frozen=True, slots=True)
class Verdict:
    """`entries` is what the last checkpoint seals, `waiting` what has no place yet, `root` in hexadecimal."""

    entries: int
    checkpoints: int
    waiting: int
    root: str
    fingerprint: str
    findings: tuple[Finding, ...]
    accepted_rollbacks: tuple[AcceptedRollback, ...]
    found_empty: tuple[FoundEmpty, ...]

    @property
    def is_intact(self) -> bool:
        return not self.findings

    @property
    def is_uncontradicted(self) -> bool:
        """Whether at most the second place lacks something that the database holds."""
        return all(finding.fault in LACKING for finding in self.findings)


def verify_ledger(*, elsewhere: Sequence[str] = ()) -> Verdict:
    """Verify the whole ledger. `elsewhere` holds checkpoints that were kept in other places."""
    findings = Findings()
    key = log_key()
    try:
        return _verify(key, elsewhere, findings)
    except (DatabaseError, OSError, UnicodeDecodeError) as error:
        findings.add(Fault.UNREADABLE, type(error).__name__)
        return Verdict(0, 0, 0, "", key.fingerprint, tuple(findings.found), (), ())


def _verify(key: VerifierKey, elsewhere: Sequence[str], findings: Findings) -> Verdict:
    with locked(witness_path()):
        current = read_notes(witness_path())
        retired = [note for path in retired_paths() for note in read_notes(path)]
        head = read_head()
    for name in missing_guards(connection):
        findings.add(Fault.GUARD_MISSING, name)
    accepted = accepted_rollbacks()
    current = list(_without_torn_end(current, head))
    opened = {note: _open(note, key) for note in {*current, *retired, *elsewhere}}
    sizes = {row.size for row in head.checkpoints} | {one.size for one in opened.values() if one}
    roots = scan_tree(size=head.size, sizes=sizes, findings=findings)
    check_head(head, findings)
    _check_checkpoints(head, key, roots, findings)
    for notes, excuses, unsigned in (
        (current, [], Fault.WITNESS_FORGED),
        (retired, accepted, Fault.WITNESS_FORGED),
        (elsewhere, accepted, Fault.CHECKPOINT_FOREIGN),
    ):
        for position, note in enumerate(notes):
            if opened[note] is None:
                findings.add(unsigned, position + 1)
        _check_witness(head, [one for note in notes if (one := opened[note])], roots, excuses, findings)
    _check_copies(head, {one.size for note in current if (one := opened[note])}, findings)
    return Verdict(
        entries=head.size,
        checkpoints=len(head.checkpoints),
        waiting=head.waiting,
        root=roots[head.size].hex(),
        fingerprint=key.fingerprint,
        findings=tuple(findings.found),
        accepted_rollbacks=tuple(accepted),
        found_empty=tuple(found_empty()),
    )


def _open(note: str, key: VerifierKey) -> Checkpoint | None:
    try:
        return open_checkpoint(note, key=key)
    except NoteInvalid:
        return None


def _without_torn_end(notes: Sequence[str], head: Head) -> Sequence[str]:
    """Leave out a last note that a crash cut: the beginning of one the database still owes the file."""
    if not notes:
        return notes
    start = notes[-1].rstrip("\n")
    is_torn = any(row.note.startswith(start) and row.note != notes[-1] for row in head.checkpoints)
    return notes[:-1] if is_torn else notes


def _check_copies(head: Head, copied: Set[int], findings: Findings) -> None:
    """Find what the second place lacks, in one finding: a place that was never filled lacks everything."""
    lacking = [row.size for row in head.checkpoints if row.size not in copied]
    if lacking:
        sizes = str(lacking[0]) if len(lacking) == 1 else f"{lacking[0]}–{lacking[-1]}: {len(lacking)}"
        findings.add(Fault.WITNESS_BEHIND if copied else Fault.WITNESS_EMPTY, sizes)


def _check_checkpoints(head: Head, key: VerifierKey, roots: Mapping[int, bytes], findings: Findings) -> None:
    for row in head.checkpoints:
        checkpoint = _open(row.note, key)
        if checkpoint is None or (checkpoint.size, checkpoint.root) != (row.size, row.root):
            findings.add(Fault.CHECKPOINT_FORGED, row.size)
        elif roots.get(row.size) != row.root:
            findings.add(Fault.CHECKPOINT_CONTRADICTED, row.size)


def _check_witness(
    head: Head,
    witnessed: Sequence[Checkpoint],
    roots: Mapping[int, bytes],
    accepted: Sequence[AcceptedRollback],
    findings: Findings,
) -> None:
    kept = {row.size for row in head.checkpoints}
    for checkpoint in witnessed:
        if any(one.explains(checkpoint) for one in accepted):
            continue
        elif checkpoint.size > head.size:
            findings.add(Fault.ROLLED_BACK, checkpoint.size)
        elif roots.get(checkpoint.size) != checkpoint.root:
            findings.add(Fault.FORKED, checkpoint.size)
        elif checkpoint.size not in kept:
            findings.add(Fault.CHECKPOINT_MISSING, checkpoint.size)
