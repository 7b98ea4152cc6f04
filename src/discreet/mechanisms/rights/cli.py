"""The command line of requests. Every command is one act or query, recorded with who did it."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click
from django.utils.translation import gettext as _

from discreet.engines.subjects.identity import Identity
from discreet.foundation.staff.actors import shell_actor
from discreet.mechanisms.rights import preparing, queries
from discreet.mechanisms.rights.actions import answering, deciding, executing, proving, receiving
from discreet.mechanisms.rights.approving import approve
from discreet.mechanisms.rights.copying import delivery
from discreet.mechanisms.rights.correcting.cli import correct
from discreet.mechanisms.rights.course.cli import COMMANDS, told_missing
from discreet.mechanisms.rights.deciding.cli import decide, decisions
from discreet.mechanisms.rights.deciding.items import OF_REQUESTS
from discreet.mechanisms.rights.kinds import Kind, Way, way_of
from discreet.mechanisms.rights.lists import imports
from discreet.mechanisms.rights.lists.remarks import Remark
from discreet.mechanisms.rights.matching import finding
from discreet.mechanisms.rights.matching.choosing import candidate_documents, told_candidates
from discreet.mechanisms.rights.refusals import BadImport, IdentityNotProven, PlanMissing
from discreet.mechanisms.rights.rules import ApprovalStep, State
from discreet.mechanisms.rights.summaries import REASONS
from discreet.mechanisms.rights.told import due_in_words, told_people, told_plan, told_request
from discreet.mechanisms.rights.views import (
    moment,
    plan_document,
    problem_document,
    remark_documents,
    remark_text,
    request_document,
)
from discreet.vocabulary.actors import Actor

as_user = click.option("--as", "user", help="Staff account that acts; the shell's user otherwise.")
as_json = click.option("--json", "is_json", is_flag=True, help="Print JSON.")


def _print(
    document: dict[str, Any], *, is_json: bool, told: Callable[[dict[str, Any]], Iterable[str]] | None = None
) -> None:
    """Print a document as JSON, as `told` says it to people, or as one line for each part."""
    if is_json:
        click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=str))
        return
    lines = told(document) if told is not None else (f"{name}: {part}" for name, part in document.items())
    for line in lines:
        click.echo(line)


@click.command()
@click.argument("source")
@click.option("--email")
@click.option("--phone")
@click.option("--customer-number")
@click.option("--name", "person_name")
@as_user
@as_json
def find(
    source: str,
    email: str | None,
    phone: str | None,
    customer_number: str | None,
    person_name: str | None,
    user: str | None,
    is_json: bool,
) -> None:
    """Find a person in SOURCE: which rows are about them. The look-up is recorded."""
    claim = Identity(email=email, phone=phone, name=person_name, customer_number=customer_number)
    found = finding.find_person(actor=shell_actor(user), now=datetime.now(UTC), source=source, claim=claim)
    _print(found, is_json=is_json, told=told_people)


@click.group()
def rights() -> None:
    """Customers' requests: open, verify, see candidates and choose who it is, plan, decide, accept, show."""


rights.add_command(decide)
rights.add_command(decisions)
rights.add_command(correct)
for _command in COMMANDS:
    rights.add_command(_command)


@rights.command("open")
@click.option("--kind", required=True, metavar="KIND", type=click.Choice([kind.value for kind in Kind]))
@click.option("--email")
@click.option("--phone")
@click.option("--customer-number")
@click.option("--name", "person_name")
@click.option("--residence", default="", help="Country (DE, CN) or US-CA; unknown means the strictest law.")
@click.option("--language", default="en", type=click.Choice(["en", "zh-hans"]))
@click.option("--key", "idempotency_key", help="Idempotency key: the same key is one request.")
@as_user
@as_json
def open_request(
    kind: str,
    email: str | None,
    phone: str | None,
    customer_number: str | None,
    person_name: str | None,
    residence: str,
    language: str,
    idempotency_key: str | None,
    user: str | None,
    is_json: bool,
) -> None:
    """Record a request that reached you; its legal clocks start now."""
    actor = shell_actor(user)
    received = receiving.receive_request(
        actor=actor,
        now=datetime.now(UTC),
        kind=kind,
        claim=Identity(email=email, phone=phone, name=person_name, customer_number=customer_number),
        residence=residence,
        language=language,
        channel="shell",
        idempotency_key=_own_key(actor, idempotency_key),
    )
    _print(
        {"id": received.number, "due_at": moment(received.due_at)},
        is_json=is_json,
        told=lambda opened: [
            _("%(number)s: opened, due %(day)s")
            % {"number": opened["id"], "day": due_in_words(received.due_at) or "–"}
        ],
    )


def _own_key(actor: Actor, key: str | None) -> str | None:
    """Return the key as it is stored, as the API does: two people never share one, and any length fits."""
    return None if key is None else hashlib.sha256(f"{actor.person}\0{key}".encode()).hexdigest()


@rights.command()
@click.argument("number", metavar="ID")
@click.option("--reason", required=True, help="How the identity was checked; kept sealed.")
@as_user
def verify(number: str, reason: str, user: str | None) -> None:
    """Take the identity as proven by you."""
    actor, now = shell_actor(user), datetime.now(UTC)
    if number.startswith("B-"):
        proving.verify_batch(actor=actor, now=now, batch_id=queries.batch_of(number), reason=reason)
        click.echo(told_missing(number, ()))
    else:
        left = proving.verify_identity(actor=actor, now=now, number=number, reason=reason)
        click.echo(told_missing(number, left))


@rights.command()
@click.argument("number", metavar="ID")
@as_json
def candidates(number: str, is_json: bool) -> None:
    """Show who matches a request, masked, each with the label that `choose` takes."""
    found = queries.candidates_of(number)
    document = {"id": number, "candidates": candidate_documents(found) if found is not None else None}
    _print(document, is_json=is_json, told=told_candidates)


@rights.command()
@click.argument("number", metavar="ID")
@click.argument("candidate", nargs=-1)
@as_user
@as_json
def choose(number: str, candidate: tuple[str, ...], user: str | None, is_json: bool) -> None:
    """Choose who it is, by the labels that `candidates` shows; several: they are one person."""
    receiving.choose_candidates(
        actor=shell_actor(user), now=datetime.now(UTC), number=number, chosen=candidate
    )
    _print({"id": number, "chosen": list(candidate)}, is_json=is_json)


@rights.command()
@click.argument("number", metavar="ID")
@click.option("--stored", "is_stored", is_flag=True, help="Only show the plan that was last made.")
@as_user
@as_json
def plan(number: str, is_stored: bool, user: str | None, is_json: bool) -> None:
    """Make the plan on live data, keep it sealed, and show it. Your data is not changed.

    Who makes a plan that nobody has proposed stands as its proposer until somebody proposes it by `accept`.
    With --stored the plan is shown as it was last made, and nothing is recorded.
    """
    batch_id = queries.batch_of(number)
    if not is_stored and queries.may_be_planned(batch_id):
        preparing.prepare_batch(batch_id, shell_actor(user), datetime.now(UTC))
    view = queries.plan_view(batch_id)
    if not view.digest:
        is_early = queries.state_of_batch(batch_id) is State.RECEIVED
        raise IdentityNotProven(number=number[:16]) if is_early else PlanMissing(number=number[:16])
    told = partial(told_plan, name=number, kind=queries.kind_of_batch(batch_id))
    _print(plan_document(view, texts=REASONS), is_json=is_json, told=told)


@rights.command("search-again")
@click.argument("number", metavar="ID")
@as_user
def search_again(number: str, user: str | None) -> None:
    """Have every source searched again for what an incomplete erasure left, once it is mended."""
    executing.ask_search(actor=shell_actor(user), now=datetime.now(UTC), number=number)
    click.echo(_("%(number)s: every source is searched again") % {"number": number})


@rights.command()
@click.argument("number", metavar="ID")
@click.option("--hash", "digest", help="The plan you saw; the stored one otherwise.")
@as_user
def accept(number: str, digest: str | None, user: str | None) -> None:
    """Approve the plan. Where two people are needed, the first proposes and the second starts it."""
    actor, now = shell_actor(user), datetime.now(UTC)
    batch_id = queries.batch_of(number)
    is_copy = way_of(queries.kind_of_batch(batch_id)) in (Way.COPY, Way.TELL)
    if is_copy and not queries.plan_view(batch_id).digest:  # shows nothing that a decision could bind to
        preparing.prepare_batch(batch_id, actor, now)
    was_decided = is_copy and queries.state_of_batch(batch_id) in (State.ACCEPTED, State.DONE)
    step = approve(
        actor=actor,
        now=now,
        batch_id=batch_id,
        plan_digest=digest or queries.plan_view(batch_id).digest,
    )
    if was_decided:
        click.echo(_("%(number)s: accepted before; nothing changed") % {"number": number})
        return
    if step is not ApprovalStep.SECOND:
        click.echo(
            _("%(number)s: proposed; a second person, an approver, must accept it") % {"number": number}
        )
        return
    click.echo(_("%(number)s: accepted") % {"number": number})
    if shell_user := queries.plan_view(batch_id).both_by_shell_user:
        told = _(
            "Both decisions came through one user of the operating system, “%(user)s”. The evidence says so."
        )
        click.echo(told % {"user": shell_user}, err=True)


@rights.command()
@click.argument("number", metavar="ID")
@as_json
def show(number: str, is_json: bool) -> None:
    """Show state, outcome, what was kept, and what was done in each source."""
    view = queries.request_view(number)
    _print(request_document(view), is_json=is_json, told=partial(told_request, view=view))


@rights.command()
@click.argument("number", metavar="ID")
@click.option("--reason", required=True)
@click.option("--article", default="", help="The law's own for the justification otherwise.")
@click.option(
    "--because",
    default="",
    metavar="TERM",
    type=click.Choice(["", *(one.value for one in OF_REQUESTS)]),
    help="A DPV justification.",
)
@as_user
def refuse(number: str, reason: str, article: str, because: str, user: str | None) -> None:
    """Refuse a request with the law's reason."""
    deciding.refuse_request(
        actor=shell_actor(user),
        now=datetime.now(UTC),
        number=number,
        reason=reason,
        article=article,
        justification=because,
    )
    click.echo(_("%(number)s: refused") % {"number": number})


@rights.command()
@click.argument("number", metavar="ID")
@as_user
def answered(number: str, user: str | None) -> None:
    """Note that you sent the answer by letter; of a batch, all that were due so."""
    sent = answering.answer_by_letter(actor=shell_actor(user), now=datetime.now(UTC), number=number)
    click.echo(_("%(number)s: answers noted as sent: %(count)s") % {"number": number, "count": sent})


@rights.command()
@click.argument("number", metavar="ID")
@as_user
def cancel(number: str, user: str | None) -> None:
    """Withdraw a request at the customer's wish."""
    deciding.cancel_request(actor=shell_actor(user), now=datetime.now(UTC), number=number)
    click.echo(_("%(number)s: cancelled") % {"number": number})


@rights.command()
@click.argument("number", metavar="ID")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@as_user
def package(number: str, out: Path, user: str | None) -> None:
    """Write the package of a delivered access request to a file. The look-up is recorded."""
    delivery.write_package(actor=shell_actor(user), now=datetime.now(UTC), number=number, out=out)
    click.echo(str(out))


@rights.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--kind",
    metavar="KIND",
    type=click.Choice([kind.value for kind in Kind]),
    help="Of the lines that name none. Without it such a line is wrong.",
)
@click.option("--skip-bad", is_flag=True, help="Import the lines that are right, though others are wrong.")
@as_user
@as_json
def import_file(file: Path, kind: str | None, skip_bad: bool, user: str | None, is_json: bool) -> None:
    """Open a batch from a CSV file: all of its lines, or none if one is wrong.

    The first line names the columns, in English or Chinese: kind, email, phone, name, customer_number,
    residence, language; those you need. UTF-8, UTF-16 or GB18030; commas, semicolons or tabs.
    """
    try:
        document = imports.import_csv(
            actor=shell_actor(user),
            now=datetime.now(UTC),
            path=file,
            default_kind=Kind(kind) if kind else None,
            skip_bad=skip_bad,
        )
    except BadImport as refusal:
        if is_json:
            nothing = {"imported": 0, "ids": [], "errors": remark_documents(refusal.errors)}
            _print(problem_document(refusal) | nothing, is_json=True)
            raise click.exceptions.Exit(1) from refusal
        _tell_remarks(refusal.errors)
        raise
    if is_json:
        remarks = {name: remark_documents(document[name]) for name in ("errors", "warnings")}
        _print(document | remarks, is_json=True)
        return
    _tell_remarks([*document["errors"], *document["warnings"]])
    for batch in document["batches"]:
        told = _("%(batch)s: %(kind)s, requests: %(count)s (%(first)s to %(last)s)") % {
            "batch": batch["id"],
            "kind": batch["kind"],
            "count": len(batch["requests"]),
            "first": batch["requests"][0],
            "last": batch["requests"][-1],
        }
        click.echo(told)
    if document["repeated"]:
        click.echo(_("These requests were imported before and are still open: nothing was opened now."))
        return
    leaves = _(
        "Who does not match exactly one person leaves the batch for one of their own when it is planned."
    )
    click.echo(leaves)


_MOST_REMARKS = 20


def _tell_remarks(remarks: Sequence[Remark]) -> None:
    """Tell on stderr what is wrong with lines, the first of them."""
    for one in remarks[:_MOST_REMARKS]:
        click.echo(
            _("Line %(line)s: %(message)s") % {"line": one.line, "message": remark_text(one)}, err=True
        )
    if len(remarks) > _MOST_REMARKS:
        click.echo(
            _("… and %(count)s more; --json lists all.") % {"count": len(remarks) - _MOST_REMARKS}, err=True
        )
