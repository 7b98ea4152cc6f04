"""`discreet doctor`, `backup`, `restore`, `upgrade`, `tombstones`: operating an installation."""

import json
import os
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import click

_FILE = click.Path(dir_okay=False, path_type=Path)
_EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
as_json = click.option("--json", "is_json", is_flag=True, help="Print JSON.")
as_user = click.option("--as", "user", default=None, help="Account that acts; else the shell's user.")


def _begin(language: str | None = None) -> None:
    """Load Django without touching the database: these commands must run where it is missing or broken."""
    from discreet.project.start import prepare_folders

    prepare_folders()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "discreet.project.settings")
    import django
    from django.utils import translation

    django.setup()
    if language:
        translation.activate(language)


def _shell_language() -> str:
    """Return the language of the shell: Chinese where its locale is, else English."""
    named = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh-hans" if named.lower().startswith("zh") else "en"


@click.command()
@click.option("--language", type=click.Choice(["en", "zh-hans"]), default=None, help="Else the shell's.")
@as_json
def doctor(language: str | None, is_json: bool) -> None:
    """Examine this installation; exit code 1 where something must be done."""
    _begin(language or _shell_language())
    from django.utils.translation import gettext

    from discreet.project.operations.doctor import examine
    from discreet.project.operations.findings import Status

    found = examine(datetime.now(UTC))
    lines = [
        {
            "check": one.check,
            "status": one.status.value,
            "what": gettext(one.what) % dict(one.params) if one.params else gettext(one.what),
            "to_do": _filled(gettext(one.to_do), dict(one.params)) if one.to_do else "",
        }
        for one in found
    ]
    is_well = all(one.status is not Status.FAIL for one in found)
    if is_json:
        click.echo(json.dumps({"ok": is_well, "checks": lines}, ensure_ascii=False, indent=2))
    else:
        words = {"good": gettext("good"), "warn": gettext("look"), "fail": gettext("FAIL")}
        for line in lines:
            click.echo(f"{words[line['status']]:6} {line['check']}: {line['what']}")
            if line["to_do"]:
                click.echo(f"       → {line['to_do']}")
    if not is_well:
        raise click.exceptions.Exit(1)


def _filled(template: str, params: dict[str, str | int]) -> str:
    return template % params if params else template


@click.command()
@click.option("--out", required=True, type=_FILE, help="A new file; for its owner alone.")
@click.option("--with-keyring", is_flag=True, help="Put the keyring in too: guard such a file like the keys.")
@as_json
def backup(out: Path, with_keyring: bool, is_json: bool) -> None:
    """Write one file from which this installation comes back, and read it again."""
    from django.utils.translation import gettext as _

    from discreet.project.operations.backup import make_backup

    made = make_backup(out=out, now=datetime.now(UTC), with_keyring=with_keyring)
    if is_json:
        document = {
            "file": str(made.file),
            "members": len(made.manifest.members),
            "bytes": made.manifest.total_bytes,
            "keyring": made.has_keyring,
        }
        click.echo(json.dumps(document, indent=2))
        return
    click.echo(
        _("%(file)s: %(count)d files, %(size)d kB, read again and whole.")
        % {
            "file": made.file,
            "count": len(made.manifest.members),
            "size": made.manifest.total_bytes // 1024 + 1,
        }
    )
    if not made.has_keyring:
        click.echo(
            _("Without the keyring: keep a copy of keys/keyring.json elsewhere; nothing opens without it.")
        )


@click.command()
@click.argument("file", type=_EXISTING)
@click.option("--home", type=click.Path(file_okay=False, path_type=Path), help="Else DISCREET_HOME.")
@click.option("--keyring", type=_EXISTING, help="The keyring, where neither backup nor home holds it.")
@as_user
@as_json
def restore(file: Path, home: Path | None, keyring: Path | None, user: str | None, is_json: bool) -> None:
    """Bring an installation back from FILE into a home that has no database."""
    if home is not None:
        os.environ["DISCREET_HOME"] = str(home.absolute())
    _begin()
    from discreet.foundation.datamap.tombstone_lines import Flaw
    from discreet.foundation.staff.actors import shell_actor
    from discreet.project.operations.restore import place_backup, settle_backup
    from discreet.project.operations.told import restored_document, tell_restored
    from discreet.project.start import prepare_home

    manifest = place_backup(file=file.absolute(), keyring=keyring)
    prepare_home()
    done = settle_backup(actor=shell_actor(user), now=datetime.now(UTC), made_at=manifest.made_at)
    if is_json:
        click.echo(json.dumps(restored_document(done), ensure_ascii=False, indent=2))
    else:
        for line in tell_restored(done):
            click.echo(line)
    if not done.is_intact or any(one.flaw is Flaw.FORGED for one in done.refused):
        raise click.exceptions.Exit(1)


@click.command()
@as_json
def upgrade(is_json: bool) -> None:
    """Back up, bring the database to this version, and check it."""
    _begin()
    from django.utils.translation import gettext as _

    from discreet.foundation.ledger.verify import verify_ledger
    from discreet.project.operations.upgrade import run_upgrade

    done = run_upgrade(now=datetime.now(UTC))
    verdict = verify_ledger()
    if is_json:
        document = {
            "changes": done.changes,
            "backup": str(done.backup) if done.backup else None,
            "evidence_intact": verdict.is_intact,
        }
        click.echo(json.dumps(document, indent=2))
    else:
        if done.backup:
            click.echo(_("Backed up before: %(file)s") % {"file": done.backup})
        click.echo(_("Changes made to the database: %(count)d") % {"count": done.changes})
        click.echo(
            _("The evidence is intact.")
            if verdict.is_intact
            else _("The entries agree with every signature; the second place lacks checkpoints.")
            if verdict.is_uncontradicted
            else _("The evidence does not hold together: run `discreet ledger verify`.")
        )
    if not verdict.is_uncontradicted:
        raise click.exceptions.Exit(1)


@click.group()
def tombstones() -> None:
    """Find people whom a restored source brought back after their erasure."""


@tombstones.command()
@click.argument("source", metavar="NAME")
@click.option("--open", "is_opened", is_flag=True, help="Open an erasure request for each person found.")
@as_user
@as_json
def check(source: str, is_opened: bool, user: str | None, is_json: bool) -> None:
    """Read the people tables of the source NAME once and report who is back; exit code 1 if somebody is.

    A request that --open opens starts from exactly the rows found and counts as verified by the tombstone;
    its plan still needs two people.
    """
    from django.utils.translation import gettext as _

    from discreet.foundation.datamap.tombstone_lines import Flaw
    from discreet.foundation.staff.actors import shell_actor
    from discreet.project.operations.recheck import check_source
    from discreet.project.operations.told import refused_document, tell_refused

    actor = shell_actor(user)
    scan, opened = check_source(actor=actor, now=datetime.now(UTC), source=source, is_opened=is_opened)
    back: dict[str, int] = defaultdict(int)
    for row in scan.restored:
        back[row.scope] += 1
    if is_json:
        document = {
            "source": source,
            "tombstones": scan.tombstones,
            "rows_read": scan.rows_read,
            "not_searched": list(scan.not_searched),
            "unsealed": scan.unsealed,
            "tombstones_refused": refused_document(scan.refused),
            "restored": [
                {"erased_by": scope, "rows": rows, "request": opened.get(scope)}
                for scope, rows in back.items()
            ],
        }
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        values = {"source": source, "rows": scan.rows_read, "marks": scan.tombstones, "people": len(back)}
        click.echo(
            _("%(source)s: %(rows)d rows compared with %(marks)d tombstones; people who are back: %(people)d")
            % values
        )
        for scope, rows in back.items():
            click.echo(f"  {scope}: {rows}" + (f" → {opened[scope]}" if scope in opened else ""))
        for table in scan.not_searched:
            click.echo(_("Not searched, as it is no longer in the data map: %(table)s") % {"table": table})
        if scan.unsealed:
            click.echo(
                _(
                    "Of an older version and without a seal: %(count)d. They recognise row and person; whose "
                    "erasure it was is not certain."
                )
                % {"count": scan.unsealed}
            )
        for line in tell_refused(scan.refused):
            click.echo(line)
    if (back and not is_opened) or any(one.flaw is Flaw.FORGED for one in scan.refused):
        raise click.exceptions.Exit(1)
