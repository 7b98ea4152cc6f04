"""An installation of its own for each test of the jobs, with real worker processes."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).parents[3]
LEASE_S = 2.0


@dataclass
class Installation:
    """A home, its database, and the processes a test has started on it."""

    home: Path
    database_url: str = ""
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DISCREET_")}
        return {
            **kept,
            "DISCREET_HOME": str(self.home),
            "DISCREET_DATABASE_URL": self.database_url,
            "DISCREET_LEASE_SECONDS": str(LEASE_S),
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        }

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "tests.foundation.jobs.process", str(self.home), *arguments]

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            self._command(*arguments), env=self._environment(), cwd=ROOT, text=True, capture_output=True,
            timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def worker(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(self._command("work"), env=self._environment(), cwd=ROOT, text=True)
        self.processes.append(process)
        return process

    def freeze(self, worker: "subprocess.Popen[str]") -> None:
        """Let a worker stand still, but not while it locks a SQLite file: nobody can take that lock from it."""
        _stop(worker)
        while any(_is_locked(path) for path in sorted(self.home.glob("*.sqlite3"))):
            worker.send_signal(signal.SIGCONT)
            time.sleep(0.02)
            _stop(worker)

    def sql(self, text: str) -> list[tuple[object, ...]]:
        if self.database_url:
            with psycopg.connect(self.database_url) as link:
                return link.execute(text).fetchall()
        with closing(sqlite3.connect(self.home / "discreet.sqlite3", timeout=20)) as link:
            return link.execute(text).fetchall()

    def state(self, key: str) -> str:
        rows = self.sql(f"SELECT state FROM jobs_job WHERE key = '{key}'")
        return str(rows[0][0]) if rows else ""

    def effects(self) -> list[str]:
        path = self.home / "effects.txt"
        return path.read_text().splitlines() if path.exists() else []

    def go(self, name: str) -> None:
        (self.home / name).touch()

    def end(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.wait()


def _stop(worker: "subprocess.Popen[str]") -> None:
    """Stop a process and wait until each of its threads stands: the signal alone has not stopped them yet."""
    worker.send_signal(signal.SIGSTOP)
    threads = Path(f"/proc/{worker.pid}/task")
    while any(_state_of(one) not in "TtZ" for one in threads.glob("*/stat")):
        time.sleep(0.001)


def _state_of(stat: Path) -> str:
    try:
        return stat.read_text().rpartition(")")[2].split()[0]
    except OSError:  # the thread has just ended
        return "Z"


def _is_locked(path: Path) -> bool:
    with closing(sqlite3.connect(path, timeout=1)) as link:
        try:
            link.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        link.execute("ROLLBACK")
        return False


def eventually(is_true: Callable[[], object], *, within_s: float = 60.0) -> None:
    """Wait until a condition holds; fail when it does not in time."""
    until = time.monotonic() + within_s
    while not is_true():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.02)


@pytest.fixture(scope="session")
def migrated_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("template")
    Installation(home=home).run("migrate")
    return home


@pytest.fixture
def installation(tmp_path: Path, migrated_home: Path) -> Iterator[Installation]:
    """An installation on SQLite."""
    home = tmp_path / "home"
    shutil.copytree(migrated_home, home)
    (home / "run").mkdir(exist_ok=True)
    made = Installation(home=home)
    yield made
    made.end()


@pytest.fixture
def shared_installation(tmp_path: Path, postgresql_url: str) -> Iterator[Installation]:
    """An installation on PostgreSQL, for several workers."""
    made = Installation(home=tmp_path, database_url=postgresql_url)
    (tmp_path / "run").mkdir()
    made.run("migrate")
    yield made
    made.end()
