"""The course of a request at the command line: authority, receipt, deadline, duplicate, appeal."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import click
from django.utils.translation import gettext as _

from discreet.foundation.desk.phrases import listed
from discreet.foundation.staff.actors import shell_actor
from discreet.mechanisms.rights.actions import appealing, proving, timing
from discreet.mechanisms.rights.course.rules import Wait
from discreet.mechanisms.rights.opening.identity import Missing
from discreet.mechanisms.rights.words import MISSING_FOR_STAFF

_as_user = click.option("--as", "user", help="Staff account that acts; the shell's user otherwise.")
_number = click.argument("number", metavar="ID")


def told_missing(number: str, left: tuple[Missing, ...]) -> str:
    """Say whether a request's identity is proven, and what it still waits for."""
    if not left:
        return _("%(number)s: verified") % {"number": number}
    missing = listed([_(MISSING_FOR_STAFF[one]) for one in left])
    return _("%(number)s: noted; still missing: %(missing)s") % {"number": number, "missing": missing}


def _done(act: Callable[..., object], number: str, user: str | None) -> None:
    act(actor=shell_actor(user), now=datetime.now(UTC), number=number)
    click.echo(_("%(number)s: noted") % {"number": number})


@click.command()
@_number
@click.option("--reason", required=True, help="How it was checked that they may ask; kept sealed.")
@_as_user
def authorise(number: str, reason: str, user: str | None) -> None:
    """Note that an agent, guardian or relative may ask for this person."""
    left = proving.authorise(actor=shell_actor(user), now=datetime.now(UTC), number=number, reason=reason)
    click.echo(told_missing(number, left))


@click.command()
@_number
@_as_user
def acknowledge(number: str, user: str | None) -> None:
    """Note that the person was told that the request has arrived."""
    _done(timing.acknowledge, number, user)


@click.command()
@_number
@click.option("--reason", required=True, help="Why it takes longer; the person reads it.")
@_as_user
def extend(number: str, reason: str, user: str | None) -> None:
    """Take the longer time that the law gives, and tell the person why."""
    _done(partial(timing.extend_deadline, reason=reason), number, user)


@click.command()
@_number
@click.option(
    "--wait", required=True, type=click.Choice([wait.value for wait in Wait]), help="What is awaited."
)
@_as_user
def pause(number: str, wait: str, user: str | None) -> None:
    """Stop the clocks of the laws that allow it while something is awaited from the person."""
    _done(partial(timing.pause_clocks, wait=wait), number, user)


@click.command()
@_number
@_as_user
def resume(number: str, user: str | None) -> None:
    """Let the clocks go on: what was awaited has come."""
    _done(timing.resume_clocks, number, user)


@click.command()
@_number
@click.option("--of", "other", required=True, help="The request that goes on.")
@_as_user
def duplicate(number: str, other: str, user: str | None) -> None:
    """End a request as a duplicate of another of the same person."""
    _done(partial(appealing.mark_duplicate, of=other), number, user)


@click.command()
@_number
@click.option("--words", required=True, help="What the person does not accept; kept sealed.")
@_as_user
def appeal(number: str, words: str, user: str | None) -> None:
    """Note that the person does not accept the answer."""
    _done(partial(appealing.appeal, words=words), number, user)


@click.command()
@_number
@click.option("--reason", required=True, help="Why the answer stands; the person reads it.")
@_as_user
def dismiss(number: str, reason: str, user: str | None) -> None:
    """Let the answer stand after an appeal."""
    _done(partial(appealing.dismiss_appeal, reason=reason), number, user)


@click.command()
@_number
@click.option("--reason", required=True, help="Why it begins anew.")
@_as_user
def reopen(number: str, reason: str, user: str | None) -> None:
    """Take the answer back after an appeal and begin anew."""
    _done(partial(appealing.reopen_request, reason=reason), number, user)


COMMANDS = (authorise, acknowledge, extend, pause, resume, duplicate, appeal, dismiss, reopen)
