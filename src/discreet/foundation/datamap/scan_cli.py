"""`discreet scan`: read a source and propose its map, from the command line."""

import contextlib
import json
import time
from collections.abc import Callable

import click
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from discreet.foundation.datamap import actions, queries, scan_actions, scan_queries
from discreet.foundation.datamap.cli import as_user
from discreet.foundation.datamap.driving import driving, is_driven
from discreet.foundation.datamap.refusals import NoScan
from discreet.foundation.datamap.scan_pages import refusal_words
from discreet.foundation.datamap.scan_queries import ScanView
from discreet.foundation.datamap.scanning import Driver, Step
from discreet.foundation.desk.people import actors_in_words
from discreet.foundation.sources import queries as source_queries
from discreet.foundation.sources.left_out import left_out_in_words
from discreet.foundation.sources.refusals import SourceRefusal
from discreet.foundation.staff.actors import shell_actor
from discreet.vocabulary.actors import Actor
from discreet.vocabulary.text import on_screen

LONELY_S = 15.0  # so long nobody drives a scan before a command that follows it takes it up
LOOK_S = 0.5
MOST_NAMED = 50


@click.command()
@click.argument("name")
@click.option("--json", "is_json", is_flag=True, help="Print the map as JSON.")
@click.option("--pause", "is_pause", is_flag=True, help="Let the scan that runs rest.")
@click.option("--stop", "is_stop", is_flag=True, help="End the scan that runs; what it found stays.")
@as_user
def scan(name: str, is_json: bool, is_pause: bool, is_stop: bool, as_user: str | None) -> None:
    """Read the source NAME and propose its data map: categories, people, links. Nothing is confirmed.

    A scan that was cut off or rests goes on where it stopped. One that runs already is followed to its end.
    Exit code 0: done. 1: not done; the reason is told.
    """
    actor = shell_actor(as_user)
    source_queries.source(name)
    if is_pause and is_stop:
        raise click.UsageError(_("--pause and --stop exclude each other."))
    if is_pause:
        scan_actions.pause_scan(actor=actor, now=timezone.now(), source=name)
        return
    if is_stop:
        scan_actions.stop_scan(actor=actor, now=timezone.now(), source=name)
        return
    view = drive_or_follow(name=name, actor=actor, tell=_tell)
    if is_json:
        click.echo(json.dumps(queries.as_json(name), ensure_ascii=False, indent=2))
    else:
        for line in told(name):
            click.echo(on_screen(line))
    if view.state != "done":
        click.echo(on_screen(_why_not_done(view)), err=True)
        raise click.exceptions.Exit(1)


def _tell(name: str, view: ScanView) -> None:
    line = _("%(percent)s %%  %(done)s of %(total)s tables read")
    click.echo(
        line % {"percent": view.percent, "done": view.tables_done, "total": view.tables_total}, err=True
    )


def _why_not_done(view: ScanView) -> str:
    words = {
        "paused": _(
            "The scan rests; what was read is kept. `discreet scan %(name)s` goes on where it stopped."
        ),
        "waiting": _("The plan of this source allows no scan at this hour; it will go on then."),
        "stopped": _("The scan was stopped by somebody. What it found stays as proposals."),
    }
    return words.get(view.state, _("The scan failed. `discreet scan %(name)s` tries again.")) % {
        "name": view.source
    }


def drive_or_follow(*, name: str, actor: Actor, tell: Callable[[str, ScanView], None]) -> ScanView:
    """See a scan to its end: drive it, or follow who drives it already and take it up where nobody does.

    Raises:
        SourceRefusal: as `drive`.
    """
    while True:
        with driving(name) as lock:
            is_mine = lock.is_held
            view = _driven(name=name, actor=actor, tell=tell) if is_mine else None
        if not is_mine:
            _say_followed(name)
        if view is None or view.state == "running":  # somebody on the desk took it over
            view = _followed(name, tell)
        if view.state != "running":
            return view


def _driven(*, name: str, actor: Actor, tell: Callable[[str, ScanView], None]) -> ScanView:
    open_scan = scan_queries.latest(name)
    if open_scan is None or not open_scan.is_open:
        actions.propose_from_schema(actor=actor, now=timezone.now(), source=name)
    begun = scan_actions.start_scan(actor=actor, now=timezone.now(), source=name, by_worker=False)
    driver = Driver(scan_id=begun.scan_id, attempt=begun.attempt, actor=actor)
    try:
        drive(driver, name=name, actor=actor, tell=tell)
    except (SourceRefusal, KeyboardInterrupt):
        if (view := _standing(name)).state == "paused":
            click.echo(_why_not_done(view), err=True)
        raise
    return _standing(name)


def _standing(name: str) -> ScanView:
    view = scan_queries.latest(name)
    if view is None:
        raise NoScan
    return view


def _say_followed(name: str) -> None:
    view = scan_queries.latest(name)
    if view is None or not view.is_open:  # who drives is just reading the schema
        click.echo(_("A scan of “%(name)s” is about to begin; it is followed.") % {"name": name}, err=True)
        return
    text = _(
        "A scan of “%(name)s” runs since %(since)s, started by %(who)s. It is followed; leaving (Ctrl-C) does not "
        "end it. `discreet scan %(name)s --pause` or `--stop` does."
    )
    who = actors_in_words([view.started_by]).get(view.started_by, view.started_by)
    since = date_format(timezone.localtime(view.started_at), "Y-m-d H:i")
    click.echo(on_screen(text % {"name": name, "since": since, "who": who}), err=True)


def _followed(name: str, tell: Callable[[str, ScanView], None]) -> ScanView:
    """Tell how far a scan is until it is over, or nobody has driven it for a while."""
    shown, lonely_since = -1, time.monotonic()
    while True:
        is_alone = not is_driven(name)
        view = _standing(name)
        if view.is_open and view.percent != shown:
            shown = view.percent
            tell(name, view)
        now = time.monotonic()
        if not is_alone:
            lonely_since = now
        if (view.state != "running" and is_alone) or now - lonely_since > LONELY_S:
            return view
        time.sleep(LOOK_S)


def drive(driver: Driver, *, name: str, actor: Actor, tell: Callable[[str, ScanView], None]) -> None:
    """Drive a scan in this process until it is over or rests, telling how far it is.

    Raises:
        SourceRefusal: the source went away; what was read is kept, and the scan goes on when it is started again.
        KeyboardInterrupt: as for the source.
    """
    shown = -1
    while True:
        try:
            wait_s = driver.wait_s(timezone.now())
            if wait_s > 0:
                time.sleep(min(wait_s, 5.0))
                continue
            step = driver.step(timezone.now())
        except (SourceRefusal, KeyboardInterrupt):
            with contextlib.suppress(NoScan):  # somebody else has it
                scan_actions.pause_scan(actor=actor, now=timezone.now(), source=name, attempt=driver.attempt)
            raise
        view = scan_queries.scan(driver.scan_id)
        if view is not None and view.percent != shown:
            shown = view.percent
            tell(name, view)
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
    more = [f"+ {len(people) - MOST_NAMED}"] if len(people) > MOST_NAMED else []
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
        _("Tables of people: %(names)s.") % {"names": _(", ").join([*people[:MOST_NAMED], *more]) or "–"},
    ]
    if view is not None and view.refused:
        names = _(", ").join(f"{each.table} ({refusal_words(each.code)})" for each in view.refused[:20])
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
