"""An upgrade that is killed at any durable write ends, after one more run, in a whole database."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.project.operations.installation import MAIN, Installation

pytestmark = pytest.mark.xdist_group("upgrade")

TRACE = ("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync,fsync,pwrite64,rename")


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """A home with data whose last changes of `jobs` are still to be made."""
    folder = tmp_path_factory.mktemp("old")
    one = Installation(home=folder / "home", source=folder / "shop.sqlite3")
    one.do("company", "show")
    one.do("rights", "open", "--kind", "access", "--email", "ann@example.com")
    with closing(sqlite3.connect(one.home / "discreet.sqlite3")) as link:
        link.execute("DROP INDEX jobs_job_run")
        link.execute("DELETE FROM django_migrations WHERE app = 'jobs' AND name > '0002'")
        link.execute("DROP TABLE jobs_schedulefailure")
        link.execute("ALTER TABLE jobs_job DROP COLUMN run_id")
        link.execute("ALTER TABLE jobs_job DROP COLUMN deaths")
        link.commit()
    return one


def copy_of(one: Installation, home: Path) -> Installation:
    shutil.copytree(one.home, home, ignore=shutil.ignore_patterns("*.sock", "*.lock"))
    return Installation(home=home, source=one.source)


def check(one: Installation) -> None:
    (requests,) = one.database("SELECT count(*) FROM rights_rightsrequest")
    assert requests == (1,)
    assert one.database("PRAGMA integrity_check") == [("ok",)]
    assert "run_id" in [row[1] for row in one.database("PRAGMA table_info(jobs_job)")]
    assert not (one.home / "discreet.sqlite3.before-upgrade").exists()
    one.do("ledger", "verify")


@pytest.mark.promise(8)
def test_an_upgrade_backs_up_first_and_keeps_everything(old: Installation, tmp_path: Path) -> None:
    one = copy_of(old, tmp_path / "home")
    done = one.json("upgrade")
    assert done["changes"] == 3 and done["evidence_intact"]
    assert Path(done["backup"]).stat().st_mode & 0o777 == 0o600
    check(one)
    assert one.json("upgrade") == {"changes": 0, "backup": None, "evidence_intact": True}


@pytest.mark.promise(8)
@pytest.mark.parametrize("nth", [1, 3, 9, 15])
def test_an_upgrade_that_is_killed_is_completed_by_the_next_run(
    nth: int, old: Installation, tmp_path: Path
) -> None:
    sweep(old, tmp_path / "home", nth)


@pytest.mark.promise(8)
@pytest.mark.full
@pytest.mark.parametrize("nth", range(1, 41))
def test_an_upgrade_killed_at_every_durable_write_is_completed(
    nth: int, old: Installation, tmp_path: Path
) -> None:
    sweep(old, tmp_path / "home", nth)


def sweep(old: Installation, home: Path, nth: int) -> None:
    """Kill the upgrade at its nth call that makes something durable, then run it again."""
    if shutil.which("strace") is None:
        pytest.skip("no strace here")
    one = copy_of(old, home)
    inject = ("-e", f"inject=fdatasync,fsync,rename:signal=KILL:when={nth}")
    killed = one.python(MAIN, "upgrade", before=(*TRACE, *inject))
    if "ptrace" in killed.stderr:
        pytest.skip("strace may not trace here")
    assert one.json("upgrade")["evidence_intact"]
    check(one)
