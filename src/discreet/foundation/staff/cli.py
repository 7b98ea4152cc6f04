"""`discreet staff`: accounts from the command line."""

import sys

import click
from django.utils import timezone

from discreet.foundation.staff import actions, queries
from discreet.foundation.staff.actors import shell_actor
from discreet.vocabulary.actors import Role
from discreet.vocabulary.errors import Refused

ROLES = [role.value for role in Role]


@click.group()
def staff() -> None:
    """Add, list and change staff accounts."""


@staff.command()
@click.argument("username")
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), help="Repeat for several.")
@click.option("--email", default="", help="Address to sign in with, beside the name.")
@click.option("--name", default="", help="The person's name.")
@click.option("--password-stdin", is_flag=True, help="Read the person's own password from standard input.")
@click.option("--as", "as_user", default=None, help="Account that acts; else the shell's user.")
def add(
    username: str, roles: tuple[str, ...], email: str, name: str, password_stdin: bool, as_user: str | None
) -> None:
    """Add an account and print its first password."""
    try:
        first = actions.create_member(
            actor=shell_actor(as_user),
            now=timezone.now(),
            username=username,
            email=email,
            full_name=name,
            roles=[Role(role) for role in roles],
            password=sys.stdin.readline().rstrip("\n") if password_stdin else None,
        )
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"{username} added.")
    if not password_stdin:
        click.echo(f"First password, to be changed at the first sign-in: {first}")


@staff.command(name="list")
def list_members() -> None:
    """List accounts, their roles and whether a second factor is set up."""
    for member in queries.members():
        factor = "second factor" if member.has_second_factor else "no second factor"
        state = "active" if member.is_active else "closed"
        click.echo(f"{member.username}\t{state}\t{','.join(sorted(member.roles)) or '-'}\t{factor}")


@staff.command()
@click.argument("username")
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), help="Repeat for several.")
@click.option("--as", "as_user", default=None, help="Account that acts; else the shell's user.")
def roles(username: str, roles: tuple[str, ...], as_user: str | None) -> None:
    """Give an account exactly these roles. Its sessions end."""
    try:
        actions.change_roles(
            actor=shell_actor(as_user),
            now=timezone.now(),
            username=username,
            roles=[Role(role) for role in roles],
        )
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"{username}: {', '.join(sorted(roles)) or 'no roles'}")
