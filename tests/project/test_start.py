"""Preparing a home: the first start, one that was cut off, and what refuses to start. Real commands."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from discreet.engines.subjects.captures import Budget
from discreet.project.environment import read_environment

ROOT = Path(__file__).parents[2]
PREPARE = "from discreet.project.cli import main; main()"


def prepare(home: Path) -> subprocess.CompletedProcess[str]:
    """Run a command that does nothing but prepare the home."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DISCREET_")}
    return subprocess.run(
        [sys.executable, "-c", PREPARE, "keys", "--help"],
        env={**kept, "DISCREET_HOME": str(home), "PYTHONPATH": str(ROOT / "src")},
        cwd=ROOT, text=True, capture_output=True, timeout=120, check=False,
    )  # fmt: skip


def tables(home: Path) -> int:
    with closing(sqlite3.connect(home / "discreet.sqlite3")) as link:
        return int(link.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone()[0])


@pytest.mark.parametrize("given", ["-1", "5e6", "many", "٣"])
def test_a_bound_that_is_no_number_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("DISCREET_MAX_SCAN_ROWS", given)
    with pytest.raises(SystemExit, match="DISCREET_MAX_SCAN_ROWS must be a whole number"):
        read_environment()
    monkeypatch.setenv("DISCREET_MAX_SCAN_ROWS", "")
    assert read_environment().max_scan_rows == Budget().max_scan_rows


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("prepared") / "home"
    done = prepare(home)
    assert done.returncode == 0, done.stderr
    return home


@pytest.fixture
def home(prepared: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "home"
    shutil.copytree(prepared, copy)
    return copy


def test_the_first_start_makes_a_home_for_its_owner_alone(prepared: Path) -> None:
    """Folders 0700, files with secrets or state 0600."""
    assert prepared.stat().st_mode & 0o777 == 0o700
    for name in ("discreet.sqlite3", "keys/keyring.json", "keys/session.key"):
        assert (prepared / name).stat().st_mode & 0o777 == 0o600
    assert tables(prepared) > 20


@pytest.mark.promise(8)
def test_a_first_start_that_was_cut_off_starts_again(prepared: Path, tmp_path: Path) -> None:
    """A half-built database never stands in its place; what it left is swept."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "discreet.sqlite3.first-999999").write_bytes(b"half")
    assert prepare(home).returncode == 0
    assert tables(home) == tables(prepared)
    assert not list(home.glob("*.first-*"))


@pytest.mark.promise(8)
def test_an_upgrade_that_was_cut_off_starts_again_from_the_copy(home: Path, prepared: Path) -> None:
    """A half-migrated database is replaced by what stood before the upgrade, which then runs whole."""
    with closing(sqlite3.connect(home / "discreet.sqlite3")) as link:
        link.execute("DELETE FROM django_migrations WHERE app = 'jobs'")
        link.commit()
        link.execute("INSERT INTO keys_scrubdue (since) VALUES ('2026-03-01 00:00:00')")
        link.commit()
    shutil.copy(prepared / "discreet.sqlite3", home / "discreet.sqlite3.before-upgrade")
    assert prepare(home).returncode == 0
    with closing(sqlite3.connect(home / "discreet.sqlite3")) as link:
        assert link.execute("SELECT count(*) FROM keys_scrubdue").fetchone() == (0,)
        assert link.execute("SELECT count(*) FROM django_migrations WHERE app = 'jobs'").fetchone() > (0,)
    assert not (home / "discreet.sqlite3.before-upgrade").exists()


def test_a_database_of_a_newer_version_is_left_alone(home: Path) -> None:
    """An older program does not touch what it does not know."""
    with closing(sqlite3.connect(home / "discreet.sqlite3")) as link:
        link.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('jobs', '9999_later', '2030-01-01')"
        )
        link.commit()
    done = prepare(home)
    assert done.returncode == 1
    assert "newer version" in done.stderr


@pytest.mark.promise(10)
def test_a_home_that_lost_its_keyring_does_not_start(home: Path) -> None:
    """Every command refuses, says what to do, and makes no new keyring."""
    (home / "keys" / "keyring.json").unlink()
    done = prepare(home)
    assert done.returncode == 1
    assert "No new keyring was made" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (home / "keys" / "keyring.json").exists()
