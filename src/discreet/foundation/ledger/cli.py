"""`discreet ledger`: verify the evidence, and hand out proofs of it."""

import json
import shutil
from pathlib import Path
from typing import ClassVar

import click
from django.utils import timezone
from django.utils.translation import gettext as _

from discreet.engines.merkle.checkpoint import read_checkpoint
from discreet.engines.merkle.note import NoteInvalid
from discreet.foundation.ledger import prove as proofs
from discreet.foundation.ledger.rollback import accept_rollback
from discreet.foundation.ledger.sequencer import sequence_once, settle_second_place
from discreet.foundation.ledger.signing import log_key
from discreet.foundation.ledger.texts import FAULTS
from discreet.foundation.ledger.verify import Verdict, verify_ledger
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop

_MAX_NOTE_BYTES = 65_536
_FILE = click.Path(dir_okay=False, path_type=Path)
_EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def ledger() -> None:
    """Verify the evidence and hand out proofs."""


@ledger.command()
@click.option("--checkpoint", "kept", multiple=True, type=_EXISTING, help="A checkpoint kept elsewhere.")
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as JSON.")
def verify(kept: tuple[Path, ...], as_json: bool) -> None:
    """Recompute the whole ledger and compare it with its signatures and the second place."""
    settle_second_place()
    verdict = verify_ledger(elsewhere=[_note(path) for path in kept])
    click.echo(json.dumps(_as_json(verdict), indent=2) if as_json else _told(verdict))
    if not verdict.is_intact:
        raise click.exceptions.Exit(1)


@ledger.command()
@click.option("--request", "number", help="A request's number.")
@click.option("--subject", help='Another subject of evidence, e.g. "source:shop".')
@click.option("--out", required=True, type=_FILE, help="Where the proof is written.")
@click.option("--checkpoint", "kept", multiple=True, type=_EXISTING, help="Make it comparable with this one.")
def prove(number: str | None, subject: str | None, out: Path, kept: tuple[Path, ...]) -> None:
    """Write a proof that the one-file verifier accepts on any machine."""
    if (number is None) == (subject is None):
        raise click.UsageError(_("Name either --request or --subject."))
    bundle = proofs.complete_bundle(
        subject or f"request:{number}", now=timezone.now(), against=[_note(path) for path in kept]
    )
    out.write_text(json.dumps(bundle, indent=1) + "\n", encoding="utf-8")
    click.echo(_("%(count)d entries proven in %(file)s.") % {"count": len(bundle["entries"]), "file": out})
    click.echo(_("Key fingerprint: %(fingerprint)s") % {"fingerprint": log_key().fingerprint})


@ledger.command()
@click.option("--out", required=True, type=_FILE, help="Where the file is written.")
def verifier(out: Path) -> None:
    """Write the one-file verifier, to be handed out with proofs."""
    shutil.copyfile(proofs.verifier_file(), out)
    click.echo(_("Run: %(command)s") % {"command": f"python3 {out.name} PROOF --key {log_key().fingerprint}"})


@ledger.command()
def key() -> None:
    """Print the public key that checkpoints are verified with, and its fingerprint to publish."""
    click.echo(log_key())
    click.echo(_("Key fingerprint: %(fingerprint)s") % {"fingerprint": log_key().fingerprint})


@ledger.command(name="accept-rollback")
@click.option("--as", "as_user", default=None, help="Account that acts; else the shell's user.")
def accept(as_user: str | None) -> None:
    """After a backup was restored: record what the database lost, and go on."""
    from discreet.foundation.staff.actors import shell_actor

    accepted = accept_rollback(actor=shell_actor(as_user), now=timezone.now())
    sequence_once(timezone.now())
    click.echo(
        _("Recorded: the entries from %(kept)d to %(lost)d were rolled back.")
        % {"kept": accepted.kept_size, "lost": accepted.lost_size}
    )


class NotACheckpoint(Refused):
    """What was named is no checkpoint at all; that says nothing about the ledger, so it ends with another code."""

    code = "ledger.not_a_checkpoint"
    message: ClassVar[str] = gettext_noop(
        "The file %(file)s is no checkpoint: nothing was compared. Name a file with one signed checkpoint."
    )
    status = 422
    is_wrong_argument = True


def _note(path: Path) -> str:
    """Return the checkpoint in the file as it stands; whether it is of this ledger is not looked at here."""
    with path.open("rb") as file:
        content = file.read(_MAX_NOTE_BYTES)
    try:
        note = content.decode().strip("\n") + "\n"
        read_checkpoint(note)
    except (UnicodeDecodeError, NoteInvalid):
        raise NotACheckpoint(file=path.name[:100]) from None
    return note


def _told(verdict: Verdict) -> str:
    if verdict.is_intact:
        lines = [_("Intact: nothing was changed, removed or reordered.")]
    elif verdict.is_uncontradicted:
        lines = [_("NOT FULLY COMPARED. The entries agree with every signature, but:")]
    else:
        lines = [_("NOT INTACT. Keep this installation as it is and look into these findings:")]
    for finding in verdict.findings:
        lines.append(f"  {_(FAULTS[finding.fault])} [{finding.where}]")
    lines.append(
        _("%(entries)d entries sealed by %(checkpoints)d checkpoints; %(waiting)d waiting for their place.")
        % {"entries": verdict.entries, "checkpoints": verdict.checkpoints, "waiting": verdict.waiting}
    )
    for one in verdict.accepted_rollbacks:
        lines.append(
            _("Accepted rollback: the entries from %(kept)d to %(lost)d are lost.")
            % {"kept": one.kept_size, "lost": one.lost_size}
        )
    for empty in verdict.found_empty:
        lines.append(
            _(
                "The second place was found empty and begun anew at %(size)d entries: whether there had been more, "
                "only a checkpoint kept elsewhere shows (--checkpoint)."
            )
            % {"size": empty.size}
        )
    lines.append(_("Root: %(root)s") % {"root": verdict.root})
    lines.append(_("Key fingerprint: %(fingerprint)s") % {"fingerprint": verdict.fingerprint})
    return "\n".join(lines)


def _as_json(verdict: Verdict) -> dict[str, object]:
    return {
        "intact": verdict.is_intact,
        "entries": verdict.entries,
        "checkpoints": verdict.checkpoints,
        "waiting": verdict.waiting,
        "root": verdict.root,
        "fingerprint": verdict.fingerprint,
        "findings": [{"fault": one.fault.value, "where": one.where} for one in verdict.findings],
        "accepted_rollbacks": [
            {"kept": one.kept_size, "lost": one.lost_size} for one in verdict.accepted_rollbacks
        ],
        "second_place_found_empty": [one.size for one in verdict.found_empty],
    }
