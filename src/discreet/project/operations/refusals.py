"""What operating an installation refuses."""

from typing import ClassVar

from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop


class PgDumpMissing(Refused):
    code = "operations.pg_dump_missing"
    message: ClassVar[str] = gettext_noop(
        "The database is PostgreSQL and %(program)s is not installed here. Install PostgreSQL's client programs "
        "of the server's version, or run the command where they are."
    )


class PgDumpFailed(Refused):
    code = "operations.pg_dump_failed"
    message: ClassVar[str] = gettext_noop(
        "%(program)s ended with code %(exit_code)s; nothing was kept. Run it by hand to see why: its text may "
        "hold secrets, so it is not shown."
    )


class BackupExists(Refused):
    code = "operations.backup_exists"
    message: ClassVar[str] = gettext_noop(
        "%(file)s exists. A backup overwrites nothing: choose another name."
    )


class BackupDamaged(Refused):
    code = "operations.backup_damaged"
    message: ClassVar[str] = gettext_noop(
        "This is no whole backup of Discreet (%(what)s). Nothing was restored; use another copy."
    )


class BackupTooLarge(Refused):
    code = "operations.backup_too_large"
    message: ClassVar[str] = gettext_noop(
        "The backup needs %(needed)s MB and %(free)s MB are free. Make room, or name another folder with --home."
    )


class HomeNotEmpty(Refused):
    code = "operations.home_not_empty"
    message: ClassVar[str] = gettext_noop(
        "%(home)s already holds an installation (%(what)s). A restore overwrites none: stop Discreet, move that "
        "away, leave keys, tombstones and witness where they are, and try again."
    )


class OtherDatabase(Refused):
    code = "operations.other_database"
    message: ClassVar[str] = gettext_noop(
        "The backup holds a %(kind)s database and DISCREET_DATABASE_URL says otherwise. Set it to an empty "
        "database of that kind, or unset it for SQLite."
    )


class DatabaseNotEmpty(Refused):
    code = "operations.database_not_empty"
    message: ClassVar[str] = gettext_noop(
        "The database that DISCREET_DATABASE_URL names is not empty. Create a new one and name that."
    )


class KeyringNeeded(Refused):
    code = "operations.keyring_needed"
    message: ClassVar[str] = gettext_noop(
        "The backup holds no keyring and %(home)s has none. Put keys/keyring.json from your backup of the keys "
        "there, or name it with --keyring."
    )


class StillServing(Refused):
    code = "operations.still_serving"
    message: ClassVar[str] = gettext_noop("Discreet is running on this home. Stop it, then try again.")
