"""Prepare an installation: folders, keyring, tables. Every command does it; done once, it costs milliseconds.

A first database on SQLite is built beside its place and moved there when it is whole. Before an upgrade of
one, a copy is laid aside; an upgrade that was cut off starts again from that copy (failure promise 8).
"""

import fcntl
import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import ClassVar

from discreet.project.environment import read_environment
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop


class MadeByNewerVersion(Refused):
    code = "start.newer_database"
    message: ClassVar[str] = gettext_noop(
        "This database was made by a newer version of Discreet. Install that version or a later one."
    )
    status = 503


class UpgradeWhileServing(Refused):
    code = "start.upgrade_while_serving"
    message: ClassVar[str] = gettext_noop(
        "This version must first change the database. Stop the running Discreet, then try again."
    )
    status = 503


def prepare_folders() -> None:
    """Make the home, for its owner alone, and the key that signs sessions. Needs no Django."""
    home = read_environment().home
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("keys", "run", "static"):
        (home / name).mkdir(mode=0o700, exist_ok=True)
    path = home / "keys" / "session.key"
    if not path.exists():
        partial = path.with_name(f".session-{secrets.token_hex(8)}")
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
        try:
            os.link(partial, path)
        except FileExistsError:
            pass  # another process was first; its key counts
        finally:
            partial.unlink()


def prepare_home() -> None:
    """Bring the home to the state this version needs, or refuse.

    Raises:
        KeyringMissing, KeyringWrong, KeyringUnreadable, PassphraseWrong, MadeByNewerVersion
    """
    prepare_folders()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "discreet.project.settings")
    import django

    django.setup()
    from django.db import connection

    from discreet.foundation.keys import api as keys

    if missing_migrations():
        with _alone(read_environment().home / "run" / "prepare.lock"):
            if connection.vendor == "sqlite":
                _migrate_sqlite(Path(connection.settings_dict["NAME"]))
            else:
                _migrate_postgresql()
            keys.ensure_keyring()
    else:
        # An upgrade that was cut off when it was through: the next one must not start from this copy.
        (read_environment().home / "discreet.sqlite3.before-upgrade").unlink(missing_ok=True)
        keys.check_keyring()
    connection.close()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the file's lock, so that two first starts do not prepare at once."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def missing_migrations() -> set[tuple[str, str]]:
    """Return the migrations that stand on disk and not in the database. Imports none of them.

    Raises:
        MadeByNewerVersion: the database has migrations of ours that this version does not know.
    """
    from django.apps import apps
    from django.db import connection

    on_disk = set()
    ours = set()
    for config in apps.get_app_configs():
        folder = Path(config.path) / "migrations"
        if not (folder / "__init__.py").exists():
            continue
        if config.name.startswith("discreet."):
            ours.add(config.label)
        on_disk |= {(config.label, path.stem) for path in folder.glob("[0-9]*.py")}
    applied: set[tuple[str, str]] = set()
    if connection.vendor != "sqlite" or Path(connection.settings_dict["NAME"]).exists():
        with connection.cursor() as cursor:
            if "django_migrations" in connection.introspection.table_names(cursor):
                cursor.execute("SELECT app, name FROM django_migrations")
                applied = {(app, name) for app, name in cursor.fetchall()}
    if any(app in ours and (app, name) not in on_disk for app, name in applied):
        raise MadeByNewerVersion
    return on_disk - applied


def _migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def _migrate_postgresql() -> None:
    """Migrate in one transaction: all of it or nothing. Two starts wait for each other."""
    from django.db import connection, transaction

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('discreet.migrate'))")
        if missing_migrations():
            _migrate()


def _migrate_sqlite(path: Path) -> None:
    copy = path.with_name(path.name + ".before-upgrade")
    if copy.exists():
        _copy_database(copy, path)  # the last upgrade was cut off
    elif path.exists():
        if not missing_migrations():
            return
        _refuse_if_a_worker_runs()
        partial = copy.with_name(copy.name + ".partial")
        _copy_database(path, partial)
        partial.replace(copy)
    if path.exists():
        _migrate()
        copy.unlink(missing_ok=True)
        return
    _build_sqlite(path)


def _refuse_if_a_worker_runs() -> None:
    from discreet.foundation.jobs.liveness import is_any_lock_held

    if is_any_lock_held():
        raise UpgradeWhileServing


def _copy_database(source: Path, target: Path) -> None:
    from django.db import connection

    connection.close()  # it would go on reading a file that is no longer there
    for suffix in ("", "-wal", "-shm"):
        Path(f"{target}{suffix}").unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
    target.chmod(0o600)


def _build_sqlite(path: Path) -> None:
    """Build a first database beside its place without waiting for the disk, then move it there whole."""
    from django.db import connection

    connection.close()
    partial = path.with_name(f"{path.name}.first-{os.getpid()}")
    for stale in path.parent.glob(f"{path.name}.first-*"):
        stale.unlink()
    settings = connection.settings_dict
    name, options = settings["NAME"], settings["OPTIONS"]
    settings["NAME"] = partial
    settings["OPTIONS"] = {**options, "init_command": "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF;"}
    try:
        _migrate()
    finally:
        connection.close()
        settings["NAME"], settings["OPTIONS"] = name, options
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.chmod(0o600)
    partial.replace(path)
