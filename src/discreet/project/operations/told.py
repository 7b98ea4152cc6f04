"""What a restore tells the operator."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from discreet.foundation.datamap.tombstone_lines import CASE, Flaw, FlawedLine
from discreet.foundation.ledger.findings import Fault
from discreet.project.operations.restore import Restored


def tell_restored(done: Restored) -> Iterator[str]:
    """Yield what was found, line by line, the worst first."""
    yield _("Restored, as of %(at)s.") % {"at": done.made_at}
    if not done.is_intact:
        faults = ", ".join(sorted({one.fault.value for one in done.verdict.findings}))
        yield _("NOT INTACT: %(faults)s. Do not serve it; run `discreet ledger verify`.") % {"faults": faults}
    if done.is_older:
        yield _(
            "The restored database is OLDER than the checkpoints in the second place: it ends at entry %(kept)d, "
            "and %(lost)d entries after it are lost. What they recorded did happen. No evidence is sealed until "
            "you run `discreet ledger accept-rollback`, which records the loss."
        ) % {"kept": done.verdict.entries, "lost": done.lost_entries}
    elif any(one.fault is Fault.WITNESS_EMPTY for one in done.verdict.findings):
        yield _(
            "The entries agree with every signature. The second place holds no checkpoint, so whether the backup "
            "is older than what was lost cannot be seen: compare with a checkpoint kept elsewhere "
            "(`discreet ledger verify --checkpoint FILE`)."
        )
    elif done.is_intact:
        yield _("The evidence is intact and agrees with the second place.")
    for number in done.ended_again:
        yield _(
            "%(number)s had its outcome after the backup; it has it again, and its plan is destroyed."
        ) % {"number": number}
    for number in done.expired_again:
        yield _("%(number)s had expired after the backup; its key is destroyed again.") % {"number": number}
    yield from tell_refused(done.refused)
    if done.open_cases:
        yield _("Open when the backup was made; check what happened to them since:")
    for case in done.open_cases:
        due = f", {case.due_at:%Y-%m-%d}" if case.due_at else ""
        yield f"  {case.number} ({case.state}{due})"
    for source in done.sources_to_check:
        yield _("If %(source)s was restored too: discreet tombstones check %(source)s --open") % {
            "source": source
        }


def tell_refused(refused: Iterable[FlawedLine]) -> Iterator[str]:
    """Yield why each line was not used, with its position in the file."""
    for one in refused:
        if one.flaw is Flaw.FORGED:
            text = _(
                "tombstones.jsonl, line %(line)d: REFUSED. This installation did not write it as it stands."
            )
        elif one.flaw is Flaw.UNREADABLE:
            text = _("tombstones.jsonl, line %(line)d: not used. It was cut off or changed.")
        elif one.kind == CASE:
            text = _(
                "tombstones.jsonl, line %(line)d: not used. It has no seal, as those of older versions, and says "
                "that %(number)s had expired. Its key was kept: it ends with its retention."
            )
        else:
            text = _(
                "tombstones.jsonl, line %(line)d: not used. It has no seal, as those of older versions, and says "
                "that %(number)s had its outcome. Look at the request: it is open here."
            )
        yield text % {"line": one.position, "number": one.number}


def refused_document(refused: Iterable[FlawedLine]) -> list[dict[str, object]]:
    return [{"line": one.position, "why": one.flaw.value, "number": one.number or None} for one in refused]


def restored_document(done: Restored) -> dict[str, object]:
    return {
        "made_at": done.made_at,
        "evidence_intact": done.is_intact,
        "is_older_than_checkpoints": done.is_older,
        "entries": done.verdict.entries,
        "lost_entries": done.lost_entries,
        "ended_again": list(done.ended_again),
        "expired_again": list(done.expired_again),
        "open": [
            {
                "number": case.number,
                "state": case.state,
                "due_at": case.due_at.isoformat() if case.due_at else None,
            }
            for case in done.open_cases
        ],
        "sources_to_check": list(done.sources_to_check),
        "tombstones_refused": refused_document(done.refused),
    }
