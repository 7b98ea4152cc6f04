"""`discreet upgrade`: back up, change the database to what this version needs, check.

A change that was cut off is noticed by the next command, which starts it again from the copy laid aside
(`project/start.py`). The backup is a second way back, also to an older version.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from discreet.foundation.jobs.liveness import is_any_lock_held
from discreet.project.operations.backup import make_backup
from discreet.project.operations.refusals import StillServing
from discreet.project.start import missing_migrations, prepare_home


@dataclass(frozen=True, slots=True)
class Upgrade:
    """`changes` were made to the database; `backup` is None where there was nothing to lose."""

    changes: int
    backup: Path | None


def run_upgrade(*, now: datetime) -> Upgrade:
    """Bring the database to this version; repeating it changes nothing.

    Raises:
        StillServing: a worker of this home is running.
        MadeByNewerVersion: the database is newer than this program.
    """
    home: Path = settings.DISCREET_HOME
    missing = missing_migrations()
    if not missing:
        prepare_home()
        return Upgrade(changes=0, backup=None)
    if is_any_lock_held():
        raise StillServing
    backup = None
    is_cut_off = (home / "discreet.sqlite3.before-upgrade").exists()
    if _has_database(home) and not is_cut_off:
        folder = home / "backups"
        folder.mkdir(mode=0o700, exist_ok=True)
        backup = folder / f"before-upgrade-{now:%Y%m%dT%H%M%S%f}.tar"
        make_backup(out=backup, now=now, with_keyring=False)
    prepare_home()
    return Upgrade(changes=len(missing), backup=backup)


def _has_database(home: Path) -> bool:
    if connection.vendor == "sqlite":
        return (home / "discreet.sqlite3").exists()
    with connection.cursor() as cursor:
        return "django_migrations" in connection.introspection.table_names(cursor)
