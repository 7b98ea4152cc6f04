"""The command that writes down what is to be corrected. Values come from a file or standard input, never as an
argument: other users of the machine, the shell's history and logs would see them."""

from datetime import UTC, datetime
from typing import IO

import click
from django.utils.translation import gettext as _

from discreet.foundation.staff.actors import shell_actor
from discreet.mechanisms.rights.actions import correcting
from discreet.mechanisms.rights.correcting.given import MOST_BYTES, read_wish


@click.command()
@click.argument("number", metavar="ID")
@click.option(
    "--file",
    "wish",
    type=click.File("rb"),
    default="-",
    help="JSON with `changes` of `kind`, `old` and `new`, and `note`; standard input where it is left out.",
)
@click.option("--as", "user", help="Staff account that acts; the shell's user otherwise.")
def correct(number: str, wish: IO[bytes], user: str | None) -> None:
    """Write down, sealed, what is wrong and what is right. Approving still takes two people."""
    changes, note = read_wish(wish.read(MOST_BYTES + 1))
    correcting.set_wish(
        actor=shell_actor(user), now=datetime.now(UTC), number=number, changes=changes, note=note
    )
    told = _("%(number)s: written down; the places are being looked for once the identity is proven")
    click.echo(told % {"number": number})
