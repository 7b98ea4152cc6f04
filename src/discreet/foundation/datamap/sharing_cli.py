"""`discreet map recipients`, `map manual-sources` and what ends one. They are stated on the desk or by the map file."""

import json

import click
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from discreet.foundation.datamap import sharing_actions, sharing_pages, sharing_queries
from discreet.foundation.datamap.cli import as_user, map_group
from discreet.foundation.staff.actors import shell_actor
from discreet.vocabulary.text import on_screen


@map_group.command()
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
def recipients(is_json: bool) -> None:
    """List who receives personal data, and how each is told."""
    lines = sharing_pages.recipient_lines(sharing_queries.recipients(), get_language())
    if is_json:
        said = [
            {
                "key": one.key,
                "name": one.name,
                "kind": one.term,
                "receives": one.receives,
                "version": one.version,
            }
            for one in lines
        ]
        click.echo(json.dumps(said, ensure_ascii=False, indent=2))
        return
    for one in lines:
        click.echo(on_screen(f"{one.key}: {one.name}; {one.kind}; {one.told_by}; {one.receives}"))
    if not lines:
        click.echo(_("No recipient is stated yet."))


@map_group.command("end-recipient")
@click.argument("key")
@as_user
def end_recipient(key: str, as_user: str | None) -> None:
    """State that the recipient KEY holds nothing any more: it is told of nothing from now on."""
    sharing_actions.end_recipient(actor=shell_actor(as_user), now=timezone.now(), key=key)


@map_group.command("manual-sources")
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
def manual_sources(is_json: bool) -> None:
    """List the places that no program reads, and who answers for each."""
    lines = sharing_pages.manual_lines(sharing_queries.manual_sources(), get_language())
    if is_json:
        said = [
            {"key": one.key, "name": one.name, "person": one.person, "holds": one.receives, "days": one.days}
            for one in lines
        ]
        click.echo(json.dumps(said, ensure_ascii=False, indent=2))
        return
    for one in lines:
        click.echo(on_screen(f"{one.key}: {one.name}; {one.person}; {one.receives}"))
    if not lines:
        click.echo(_("No manual source is stated yet."))


@map_group.command("end-manual-source")
@click.argument("key")
@as_user
def end_manual_source(key: str, as_user: str | None) -> None:
    """State that the manual source KEY is asked no more."""
    sharing_actions.end_manual_source(actor=shell_actor(as_user), now=timezone.now(), key=key)
