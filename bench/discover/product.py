"""Run the real product: an installation of its own in a temporary folder, driven through its command line."""

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class Failed(Exception):
    """A command of the product ended with an error; the text is what it said."""


@dataclass(frozen=True, slots=True)
class Run:
    """A command that ended well."""

    out: str
    seconds: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Installation:
    """An installation and its home."""

    home: Path

    def environment(self, **more: str) -> dict[str, str]:
        return {**os.environ, "DISCREET_HOME": str(self.home), "LC_ALL": "C.UTF-8", **more}

    def run(self, *arguments: str, **more: str) -> Run:
        """Run `discreet ARGUMENTS`.

        Raises:
            Failed: its exit code is not 0.
        """
        begun = time.monotonic()
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process = subprocess.Popen(
                [sys.executable, "-m", "discreet", *arguments],
                stdout=out,
                stderr=err,
                env=self.environment(**more),
            )
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            seconds = time.monotonic() - begun
            texts = []
            for file in (out, err):
                file.seek(0)
                texts.append(file.read().decode(errors="replace"))
        if process.returncode:
            raise Failed(f"discreet {' '.join(arguments[:2])}: {process.returncode}: {''.join(texts)[-600:]}")
        return Run(out=texts[0], seconds=seconds, peak_mb=used.ru_maxrss / 1024)

    def draw(self, name: str, url: str) -> tuple[dict[str, Any], Run]:
        """Connect a source and return the map that Discreet draws of it; the run is that of the scan."""
        self.run("connect", name, url, "--read-only")
        command = ("scan", name, "--json") if can_scan() else ("map", "show", name, "--json")
        run = self.run(*command)
        return read_json(run.out), run


def can_scan() -> bool:
    from discreet.project.cli import COMMANDS

    return "scan" in COMMANDS


def read_json(text: str) -> dict[str, Any]:
    """Read the JSON document of an output; lines of progress may stand before it."""
    start = 0 if text.startswith("{") else text.find("\n{") + 1
    document: dict[str, Any] = json.loads(text[start:])
    return document


@contextlib.contextmanager
def installation() -> Iterator[Installation]:
    """Yield an installation that is gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="discreet-discover-"))
    try:
        yield Installation(home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextlib.contextmanager
def _server(name: str) -> Iterator[Any]:
    from tests import servers

    variable, port = {
        "postgresql": ("DISCREET_TEST_POSTGRESQL_URL", 5432),
        "mariadb": ("DISCREET_TEST_MARIADB_URL", 3306),
    }[name]
    leases = servers._server(name, variable, port)
    try:
        yield next(leases)
    finally:
        next(leases, None)


@contextlib.contextmanager
def postgresql_database() -> Iterator[str]:
    """Yield the address of an empty PostgreSQL database, on the server that tests use."""
    import psycopg

    name = f"bench_{secrets.token_hex(4)}"
    with _server("postgresql") as server:
        with psycopg.connect(server.url("postgresql", "postgres"), autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE template0")  # type: ignore[call-overload]
        try:
            yield server.url("postgresql", name)
        finally:
            with psycopg.connect(server.url("postgresql", "postgres"), autocommit=True) as admin:
                admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")  # type: ignore[call-overload]


@contextlib.contextmanager
def mariadb_database(script: str) -> Iterator[str]:
    """Yield the address of a MariaDB database made by a script."""
    import pymysql
    from pymysql.constants import CLIENT

    name = f"bench_{secrets.token_hex(4)}"
    with _server("mariadb") as server:
        admin = pymysql.connect(
            host=server.host, port=server.port, user=server.user, password=server.password, autocommit=True,
            charset="utf8mb4", client_flag=CLIENT.MULTI_STATEMENTS,
        )  # fmt: skip
        with admin, admin.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
            cursor.execute(f"USE {name}")
            cursor.execute(script)
            while cursor.nextset():
                pass
            try:
                yield server.url("mysql", name)
            finally:
                cursor.execute(f"DROP DATABASE IF EXISTS {name}")
