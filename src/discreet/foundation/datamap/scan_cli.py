"""`discreet scan`: read a source and propose its map, from the command line."""

import json
import time
from collections.abc import Callable

import click
from django.utils import timezone
from django.utils.translation import gettext as _

from discreet.foundation.datamap import actions, queries, scan_actions, scan_queries
from discreet.foundation.datamap.cli import as_user
from discreet.foundation.datamap.scan_queries import ScanView
from discreet.foundation.datamap.scanning import Driver, Step
from discreet.foundation.sources import queries as source_queries
from discreet.foundation.sources.left_out import left_out_in_words
from discreet.foundation.sources.refusals import SourceRefusal
from discreet.foundation.staff.actors import shell_actor
from discreet.vocabulary.actors import Actor
from discreet.vocabulary.text import on_screen


@click.command()
@click.argument("name")
@click.option("--json", "is_json", is_flag=True, help="Print the map as JSON.")
@as_user
def scan(name: str, is_json: bool, as_user: str | None) -> None:
    """Read the source NAME and propose its data map: categories, people, links. Nothing is confirmed.

    A scan that was cut off or rests goes on where it stopped.
    """
    actor = shell_actor(as_user)
    source_queries.source(name)
    open_scan = scan_queries.latest(name)
    if open_scan is None or not open_scan.is_open:
        actions.propose_from_schema(actor=actor, now=timezone.now(), source=name)
    begun = scan_actions.start_scan(actor=actor, now=timezone.now(), source=name, by_worker=False)
    driver = Driver(scan_id=begun.scan_id, attempt=begun.attempt, actor=actor)
    drive(driver, name=name, actor=actor, tell=_tell)
    view = scan_queries.scan(begun.scan_id)
    if is_json:
        click.echo(json.dumps(queries.as_json(name), ensure_ascii=False, indent=2))
    else:
        for line in told(name):
            click.echo(on_screen(line))
    if view is None or view.state != "done":
        raise click.exceptions.Exit(1)


def _tell(name: str, view: ScanView) -> None:
    line = _("%(percent)s %%  %(done)s of %(total)s tables read")
    click.echo(
        line % {"percent": view.percent, "done": view.tables_done, "total": view.tables_total}, err=True
    )


def drive(driver: Driver, *, name: str, actor: Actor, tell: Callable[[str, ScanView], None]) -> None:
    """Drive a scan to its end in this process, telling how far it is.

    Raises:
        SourceRefusal: the source went away; what was read is kept, and the scan goes on when it is started again.
    """
    shown = -1
    while True:
        wait_s = driver.wait_s(timezone.now())
        if wait_s > 0:
            time.sleep(min(wait_s, 5.0))
            continue
        try:
            step = driver.step(timezone.now())
        except SourceRefusal:
            scan_actions.pause_scan(actor=actor, now=timezone.now(), source=name)
            raise
        view = scan_queries.scan(driver.scan_id)
        if view is not None and view.percent != shown:
            shown = view.percent
            tell(name, view)
        if step is Step.WAITS:
            click.echo(
                _("The plan of this source allows no scan at this hour; it will go on then."), err=True
            )
        if step is not Step.MORE:
            return


def told(name: str) -> list[str]:
    """Return what a scan found, in a few lines."""
    view, found = scan_queries.latest(name), queries.source_map(name)
    tables = [table for table in found.tables if not table.is_gone]
    fields = [field for table in tables for field in table.fields if not field.is_gone]
    links = {
        link.id for table in tables for link in table.links if not link.is_declared and not link.is_rejected
    }
    people = [table.ref.table for table in tables if table.is_people]
    lines = [
        _(
            "%(tables)s tables, %(fields)s fields, %(personal)s of them personal; %(links)s links that nobody declared."
        )
        % {
            "tables": len(tables),
            "fields": len(fields),
            "personal": sum(field.category.is_personal for field in fields),
            "links": len(links),
        },
        _("Tables of people: %(names)s.") % {"names": ", ".join(people) or "–"},
    ]
    if view is not None and view.refused:
        names = ", ".join(f"{each.table} ({each.code})" for each in view.refused[:20])
        lines.append(_("Could not be read: %(names)s.") % {"names": names})
    lines += left_out_in_words(source_queries.describe(name))
    if view is not None and view.differences:
        lines.append(_("Different from the last scan: %(count)s.") % {"count": len(view.differences)})
    lines.append(
        _(
            "Nothing is confirmed by this: `discreet map show %(name)s`, then `discreet map confirm %(name)s --all`, "
            "or part by part on the desk."
        )
        % {"name": name}
    )
    return lines
