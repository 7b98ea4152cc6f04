"""`discreet backup`: one file from which an installation comes back.

The order of the copies makes the backup consistent while Discreet runs: jobs and checkpoints first, so that
neither knows more than the database; then the database; tombstones and packages last, so that they miss
nothing of it. Mail that waits in the mail folder is not part of it.
"""

import os
import secrets
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.db import connection

from discreet.foundation.datamap.tombstone_file import tombstones_path
from discreet.foundation.keys.store import keyring_path
from discreet.foundation.ledger.witness import locked, retired_paths, witness_path
from discreet.project.operations.archive import Manifest, write_archive
from discreet.project.operations.refusals import BackupExists, PgDumpFailed, PgDumpMissing

_PG_TIMEOUT_S = 6 * 3600


@dataclass(frozen=True, slots=True)
class Backup:
    file: Path
    manifest: Manifest
    has_keyring: bool


def make_backup(*, out: Path, now: datetime, with_keyring: bool) -> Backup:
    """Write the backup to a new file that only its owner can read, and read it again.

    Raises:
        BackupExists, PgDumpMissing, PgDumpFailed
    """
    out = out.absolute()
    if out.exists():
        raise BackupExists(file=str(out))
    home: Path = settings.DISCREET_HOME
    with staging(home) as staged:
        if connection.vendor == "sqlite":
            _copy_sqlite(home / "jobs.sqlite3", staged / "jobs.sqlite3")
        _copy_witness(staged / "witness")
        if connection.vendor == "sqlite":
            _copy_sqlite(Path(connection.settings_dict["NAME"]), staged / "discreet.sqlite3")
        else:
            _dump_postgresql(staged / "discreet.pgdump")
        _copy(tombstones_path(), staged / "tombstones" / "tombstones.jsonl")
        for package in sorted((home / "packages").glob("*.sealed")):
            _copy(package, staged / "packages" / package.name)
        if with_keyring:
            _copy(keyring_path(home), staged / "keys" / "keyring.json")
            _copy(home / "keys" / "session.key", staged / "keys" / "session.key")
        manifest = write_archive(
            out, staged=staged, made_at=now.isoformat(), version=version("discreet"), kind=connection.vendor
        )
    return Backup(file=out, manifest=manifest, has_keyring=with_keyring)


@contextmanager
def staging(home: Path) -> Iterator[Path]:
    """Yield a folder of the home for files on their way; what an earlier run left there is swept."""
    folder = home / "run"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in folder.glob("staging-*"):
        if not _is_alive(left.name.split("-")[1]):
            shutil.rmtree(left, ignore_errors=True)
    staged = folder / f"staging-{os.getpid()}-{secrets.token_hex(4)}"
    staged.mkdir(mode=0o700)
    try:
        yield staged
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def pg_environment() -> dict[str, str]:
    """Return the environment in which PostgreSQL's programs find Discreet's database: no secret in arguments."""
    options = connection.settings_dict
    named = {
        "PGHOST": options["HOST"],
        "PGPORT": options["PORT"],
        "PGUSER": options["USER"],
        "PGPASSWORD": options["PASSWORD"],
        "PGDATABASE": options["NAME"],
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "DISCREET_"))}
    return {**kept, **{name: str(value) for name, value in named.items() if value}}


def run_pg(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs on Discreet's database.

    Raises:
        PgDumpMissing, PgDumpFailed
    """
    found = shutil.which(program)
    if found is None:
        raise PgDumpMissing(program=program)
    done = subprocess.run(  # noqa: S603 - a fixed program and our own file names
        [found, *arguments], env=pg_environment(), capture_output=True, timeout=_PG_TIMEOUT_S, check=False
    )
    if done.returncode:
        raise PgDumpFailed(program=program, exit_code=done.returncode)


def _copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database as of one moment, whoever writes to it meanwhile."""
    if not source.exists():
        return
    with closing(sqlite3.connect(source, timeout=60)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")
    target.chmod(0o600)


def _dump_postgresql(target: Path) -> None:
    run_pg("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")
    target.chmod(0o600)


def _copy_witness(folder: Path) -> None:
    with locked(witness_path()):
        for path in (*retired_paths(), witness_path()):
            _copy(path, folder / path.name)


def _copy(source: Path, target: Path) -> None:
    if not source.exists():
        return
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        try:
            with source.open("rb") as content:
                shutil.copyfileobj(content, out)
        except FileNotFoundError:  # a package that expired meanwhile
            target.unlink()


def _is_alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True
