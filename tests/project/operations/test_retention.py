"""What Discreet itself still holds of somebody, after everything has ended."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.mechanisms.rights.company import ANN, ANN_NAME, ANN_PHONE, CLEO
from tests.project.operations.installation import SEVERAL, Installation

#: All schedules and events of four years later, in the order in which time brings them.
YEARS_LATER = """
from datetime import UTC, datetime, timedelta
from discreet.project.start import prepare_home
prepare_home()
from discreet.foundation.jobs.delivery import deliver_once
from discreet.foundation.jobs.registry import load_all, schedules
load_all()
from discreet.mechanisms.rights.copying.delivery import package_path
later = datetime.now(UTC) + timedelta(days=4 * 366)
for _ in range(3):
    for name in sorted(schedules()):
        if not name.startswith("jobs."):
            schedules()[name].function(later)
    while deliver_once(now=later):
        pass
print(len(list(package_path("any").parent.glob("*"))))
"""
ERASED = (ANN, ANN_PHONE, ANN_NAME, CLEO, "Lone Road 2")


def forms(value: str) -> list[bytes]:
    return [value.encode(), value.upper().encode(), value.encode("utf-16-le"), value.encode().hex().encode()]


def traces(folder: Path) -> dict[str, list[str]]:
    """Return which files hold which values, read raw."""
    found: dict[str, list[str]] = {}
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            held = [value for value in ERASED if any(form in content for form in forms(value))]
            if held:
                found[str(path.relative_to(folder))] = held
    return found


@pytest.mark.promise(9)
@pytest.mark.duty("M8.4")
def test_after_closure_and_expiry_no_file_of_discreet_holds_an_erased_value(tmp_path: Path) -> None:
    """E-mail, phone, name and address; raw bytes, write-ahead logs, mail folder and packages included."""
    import json

    one = Installation(home=tmp_path / "home", source=tmp_path / "shop.sqlite3")
    one.connect()
    access = (
        [
            "rights",
            "open",
            "--kind",
            "access",
            "--email",
            ANN,
            "--phone",
            ANN_PHONE,
            "--name",
            ANN_NAME,
            "--json",
        ],
        ["rights", "verify", "ID", "--reason", f"{ANN_NAME} showed a passport"],
        ["rights", "plan", "ID", "--as", "wei"],
    )
    done = one.python(SEVERAL, *(json.dumps(command) for command in access))
    assert done.returncode == 0, done.stderr
    one.run("work", "--until-idle")
    if one.show(done.stdout.strip())["state"] != "done":
        one.do("rights", "accept", done.stdout.strip(), "--as", "lan")
        one.do("work", "--until-idle")
    assert list((one.home / "packages").glob("*.sealed"))
    one.accepted(ANN)
    one.erased(CLEO)
    assert traces(one.home), "the mails in the folder still name their receivers: the scan sees something"
    ended = one.python(YEARS_LATER)
    assert (ended.returncode, ended.stdout.strip()) == (0, "0"), ended.stderr
    with closing(sqlite3.connect(one.home / "discreet.sqlite3")) as link:
        link.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert link.execute("SELECT count(*) FROM keys_casekey").fetchone() == (0,)
    assert traces(one.home) == {}
    one.do("ledger", "verify")
