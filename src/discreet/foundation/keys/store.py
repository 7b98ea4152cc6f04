"""Where the keyring lies: `HOME/keys/keyring.json`, for its owner alone, and its mark in the database.

A database that holds a mark opens only with that keyring. A missing keyring is made anew only when the
database has no mark yet: a silent new key would make everything sealed unreadable.
"""

import os
import secrets
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import connection

from discreet.engines.envelope.keyring import (
    Keyring,
    UnreadableKeyring,
    WrongPassphrase,
    dump,
    load,
    new_keyring,
)
from discreet.foundation.keys.models import CaseKey, DataKey, KeyringMark
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop

PASSPHRASE_VARIABLE = "DISCREET_KEYRING_PASSPHRASE"  # noqa: S105 - a name, not a secret


class KeyringMissing(Refused):
    code = "keys.keyring_missing"
    message: ClassVar[str] = gettext_noop(
        "The keyring of this installation is missing. Restore keys/keyring.json from your backup of the "
        "keys; without it nothing that is sealed can be read. No new keyring was made."
    )
    status = 503


class KeyringUnreadable(Refused):
    code = "keys.keyring_unreadable"
    message: ClassVar[str] = gettext_noop(
        "keys/keyring.json is damaged or not a keyring. Restore it from your backup of the keys."
    )
    status = 503


class PassphraseWrong(Refused):
    code = "keys.passphrase_wrong"
    message: ClassVar[str] = gettext_noop(
        "The keyring needs its passphrase: set DISCREET_KEYRING_PASSPHRASE to the one it was made with."
    )
    status = 503


class KeyringWrong(Refused):
    code = "keys.keyring_wrong"
    message: ClassVar[str] = gettext_noop(
        "keys/keyring.json belongs to another installation: this database was sealed with a different "
        "keyring. Restore the right one from your backup of the keys."
    )
    status = 503


def keyring_path(home: Path) -> Path:
    return home / "keys" / "keyring.json"


def write_keyring(home: Path, keyring: Keyring, *, replace_existing: bool) -> bool:
    """Write the keyring durably; `False` when another process made one first."""
    path = keyring_path(home)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = dump(keyring, passphrase=os.environ.get(PASSPHRASE_VARIABLE, ""))
    partial = path.with_name(f".keyring-{secrets.token_hex(8)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if replace_existing:
            partial.replace(path)
        else:
            os.link(partial, path)  # fails where one already lies: never overwrites a keyring
    except FileExistsError:
        return False
    finally:
        partial.unlink(missing_ok=True)
    _sync_folder(path.parent)
    open_keyring.cache_clear()
    return True


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@lru_cache(maxsize=4)
def open_keyring(home: Path, passphrase: str) -> Keyring:
    """Return the keyring of the home.

    Raises:
        KeyringMissing, KeyringUnreadable, PassphraseWrong
    """
    try:
        text = keyring_path(home).read_text(encoding="ascii")
    except FileNotFoundError:
        raise KeyringMissing from None
    except (OSError, UnicodeDecodeError):
        raise KeyringUnreadable from None
    try:
        return load(text, passphrase=passphrase)
    except WrongPassphrase:
        raise PassphraseWrong from None
    except UnreadableKeyring:
        raise KeyringUnreadable from None


def this_keyring() -> Keyring:
    """Return the keyring of this installation, read once per process."""
    return open_keyring(settings.DISCREET_HOME, os.environ.get(PASSPHRASE_VARIABLE, ""))


def make_keyring_if_new(home: Path) -> None:
    """Make the keyring at first start.

    Raises:
        KeyringMissing: the database already belongs to a keyring, so a new one would be wrong.
    """
    if keyring_path(home).exists():
        return
    if _database_mark() or _database_holds_keys():
        raise KeyringMissing
    write_keyring(home, new_keyring(), replace_existing=False)


def _has_tables() -> bool:
    return KeyringMark._meta.db_table in connection.introspection.table_names()


def _database_mark() -> str:
    if not _has_tables():
        return ""
    mark = KeyringMark.objects.filter(pk=1).first()
    return mark.fingerprint if mark else ""


def _database_holds_keys() -> bool:
    return _has_tables() and (DataKey.objects.exists() or CaseKey.objects.exists())


def mark_database(keyring: Keyring) -> None:
    """Bind an unmarked, empty database to the keyring; check a marked one.

    Raises:
        KeyringWrong: the database belongs to another keyring.
    """
    mark = KeyringMark.objects.filter(pk=1).first()
    if mark is None:
        if _database_holds_keys():
            raise KeyringWrong
        mark, _ = KeyringMark.objects.get_or_create(
            pk=1, defaults={"fingerprint": keyring.fingerprint(keyring.current)}
        )
    if mark.fingerprint not in {keyring.fingerprint(number) for number in keyring.roots}:
        raise KeyringWrong
