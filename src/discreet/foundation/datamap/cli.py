"""`discreet connect` and `discreet map`: sources and the data map from the command line."""

import json
import os
import stat
import sys
from pathlib import Path

import click
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from discreet.foundation.datamap import (
    actions,
    exports,
    map_told,
    queries,
    stated,
    summary_pages,
    summary_queries,
    yaml_file,
)
from discreet.foundation.datamap.refusals import MapUnwritable
from discreet.foundation.sources import queries as source_queries
from discreet.foundation.sources.actions import connect_source
from discreet.foundation.sources.cli import told_connected
from discreet.foundation.staff.actors import shell_actor
from discreet.vocabulary.text import on_screen

as_user = click.option("--as", "as_user", default=None, help="Account that acts; else the shell's user.")


@click.command()
@click.argument("name")
@click.argument("url")
@click.option("--write-url", default=None, help="Address of the account that may change data.")
@click.option(
    "--read-only", "is_read_only", is_flag=True, help="Without such an account; one it had is dropped."
)
@click.option("--as", "as_user", default=None, help="Account that acts; else the shell's user.")
def connect(name: str, url: str, write_url: str | None, is_read_only: bool, as_user: str | None) -> None:
    """Connect a database under NAME and describe it.

    URL: sqlite:///path, files:///folder, s3://key:secret@host/bucket/folder,
    postgresql://user:password@host/database, mysql://…, or env:VARIABLE, which keeps the secret off the command
    line; env:VARIABLE may also stand for the password alone.
    Its schema is taken into the data map as proposals, which a person confirms.
    A NAME that is known keeps its account that may change data, if the address is of the same database.
    """
    if is_read_only and write_url:
        raise click.UsageError(_("--read-only and --write-url exclude each other."))
    actor, now = shell_actor(as_user), timezone.now()
    connect_source(
        actor=actor,
        now=now,
        name=name,
        url=url,
        write_url=write_url,
        is_read_only=is_read_only,
    )
    for line in told_connected(name):
        click.echo(on_screen(line))
    actions.ensure_proposed(actor=actor, now=now, source=name)
    click.echo(_next_step(name))


def _next_step(name: str) -> str:
    """Return how much of the map is proposed, and what confirms it: nothing is searched before."""
    view = queries.source_map(name)
    if not view.open_count:
        return _("Its data map is confirmed.")
    people = sum(table.is_people for table in view.tables)
    told = _(
        "Its data map is proposed (parts to confirm: %(open)s, tables of people: %(people)s). Nobody is searched "
        "for in it before. Look: `discreet map show %(name)s`; then `discreet map confirm %(name)s --all`, or "
        "part by part on the desk."
    )
    return told % {"open": view.open_count, "people": people, "name": name}


@click.group(name="map")
def map_group() -> None:
    """Export, apply, confirm and show the data map."""


@map_group.command()
@click.argument("names", nargs=-1, metavar="[FILE | NAME…]")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write; else printed.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(list(exports.FORMATS)),
    default="yaml",
    show_default=True,
    help="yaml: the map file that `map apply` takes; xlsx: a workbook; jsonld: in the terms of the DPV.",
)
@as_user
def export(names: tuple[str, ...], out: Path | None, kind: str, as_user: str | None) -> None:
    """Write the map as a file: of all sources to FILE, or of the sources NAME… to --out or the screen.

    One argument with a dot or a slash is the FILE: names have neither. A file that is there is replaced.
    """
    actor, now = shell_actor(as_user), timezone.now()
    if out is None and len(names) == 1 and _is_path(names[0]):
        out, names = Path(names[0]), ()
    wanted = list(names) or source_queries.source_names()
    for name in wanted:
        actions.ensure_proposed(actor=actor, now=now, source=name)
    if kind == "yaml":
        write = yaml_file.export if names else yaml_file.export_whole
        body = write(wanted).encode()
    else:
        body = exports.written(wanted, kind=kind, now=now)
    if out is None or str(out) == "-":
        if kind == "xlsx" and sys.stdout.isatty():
            raise click.UsageError(_("A workbook needs a file: add --out FILE."))
        click.echo(body, nl=False)
        return
    _write_whole(out, body)
    click.echo(f"{out}: {', '.join(wanted)}", err=True)


def _is_path(text: str) -> bool:
    """Say whether an argument names a file: no source's name has a dot or a separator."""
    return any(mark in text for mark in (".", "/", os.sep))


def _write_whole(out: Path, body: bytes) -> None:
    """Write the file so that it is there with all of `body`, or stays as it was.

    Raises:
        MapUnwritable: it cannot be written.
    """
    try:
        if out.exists() and not out.is_file():  # a pipe, or /dev/stdout; a folder refuses
            out.write_bytes(body)
            return
        target = out.resolve()
        part = target.with_name(f".{target.name[:80]}.{os.getpid()}.part")
        try:
            part.write_bytes(body)
            if target.exists():
                part.chmod(stat.S_IMODE(target.stat().st_mode))
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise MapUnwritable(file=out.name[:100]) from error


@map_group.command()
@click.argument("file", type=click.Path(allow_dash=True, exists=True, dir_okay=False, path_type=Path))
@as_user
def apply(file: Path, as_user: str | None) -> None:
    """Make the map of every source that FILE names equal to it; `-` reads standard input."""
    raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    before = {name: stated.parts_of(name) for name in source_queries.source_names()}
    names = actions.apply_map(
        actor=shell_actor(as_user), now=timezone.now(), text=raw.decode("utf-8", errors="replace")
    )
    for name in names:
        click.echo(_("%(name)s: %(state)s") % {"name": name, "state": map_told.state(name)})
        click.echo(f"  {stated.compared(before[name], stated.parts_of(name)).words}")


@map_group.command()
@click.argument("name")
@click.option("--all", "is_all", is_flag=True, required=True, help="Confirm every open part.")
@as_user
def confirm(name: str, is_all: bool, as_user: str | None) -> None:
    """Confirm the map of the source NAME as it is proposed."""
    actor, now = shell_actor(as_user), timezone.now()
    actions.ensure_proposed(actor=actor, now=now, source=name)
    lines = list(summary_pages.told_lines(summary_queries.summary(name)))
    count = actions.confirm_all(actor=actor, now=now, source=name)
    told = ngettext("%(n)s part confirmed", "%(n)s parts confirmed", count) % {"n": count}
    click.echo(_("%(name)s: %(told)s, %(state)s") % _of(name, told))
    for line in lines:
        click.echo(f"  {line}")


@map_group.command()
@click.argument("name")
@as_user
def describe(name: str, as_user: str | None) -> None:
    """Read the schema of the source NAME again and take in what is new, as proposals."""
    change = actions.propose_from_schema(actor=shell_actor(as_user), now=timezone.now(), source=name)
    told = _(
        "tables new: %(new_tables)s, fields new: %(new_fields)s, tables gone: %(gone_tables)s, fields gone: %(gone_fields)s"
    )
    counts = {
        "new_tables": change.new_tables,
        "new_fields": change.new_fields,
        "gone_tables": change.gone_tables,
        "gone_fields": change.gone_fields,
    }
    click.echo(_("%(name)s: %(told)s, %(state)s") % _of(name, told % counts))


def _of(name: str, told: str) -> dict[str, str]:
    return {"name": name, "told": told, "state": map_told.state(name)}


@map_group.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@as_user
def show(name: str, as_json: bool, as_user: str | None) -> None:
    """Show the map of the source NAME."""
    actions.ensure_proposed(actor=shell_actor(as_user), now=timezone.now(), source=name)
    if as_json:
        click.echo(json.dumps(queries.as_json(name), ensure_ascii=False, indent=2))
        return
    for line in map_told.map_lines(name):
        click.echo(line)
