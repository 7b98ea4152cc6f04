"""What `discreet doctor` sees and says."""

import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from discreet.foundation.sources import pools
from discreet.foundation.sources.actions import connect_source
from discreet.project.operations import doctor
from discreet.project.operations.findings import Status
from tests.foundation.sources.conftest import NOW, OPERATOR, Company
from tests.project.operations.installation import Installation
from tests.servers import PASSWORD

pytestmark = pytest.mark.xdist_group("doctor")
HEALTH = """
from discreet.project.start import prepare_home
prepare_home()
from django.test import Client
print(Client().get("/healthz", headers={"host": "localhost"}).content.decode())
"""


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    folder = tmp_path_factory.mktemp("doctor")
    made = Installation(home=folder / "home", source=folder / "shop.sqlite3")
    made.connect()
    made.do("work", "--until-idle")
    return made


def examine(one: Installation, *more: str) -> dict[str, Any]:
    """Return the checks by name."""
    done = one.run("doctor", "--json", *more)
    document = json.loads(done.stdout)
    assert document["ok"] == (done.returncode == 0) == all(c["status"] != "fail" for c in document["checks"])
    return {check["check"]: check for check in document["checks"]}


def test_what_is_well_and_what_is_not_is_told_with_what_to_do(one: Installation) -> None:
    found = examine(one)
    well = {"mode", "home", "disk", "database", "keyring", "ledger", "outbox", "jobs", "clock", "source shop"}
    assert {name for name, check in found.items() if check["status"] == "good"} >= well
    assert found["worker"]["status"] == "fail" and "discreet serve" in found["worker"]["to_do"]
    assert found["mail"]["status"] == "warn" and "DISCREET_SMTP_URL" in found["mail"]["to_do"]


def test_it_speaks_chinese(one: Installation) -> None:
    assert examine(one, "--language", "zh-hans")["worker"]["what"].startswith("没有工作进程在运行")


def test_what_is_open_to_others_or_unreachable_fails(one: Installation) -> None:
    one.more = {
        "DISCREET_BASE_URL": "http://privacy.example.com",
        "DISCREET_ALLOWED_HOSTS": "privacy.example.com",
        "DISCREET_SMTP_URL": "smtp://127.0.0.1:1",
    }
    keyring = one.home / "keys" / "keyring.json"
    moved = one.source.with_suffix(".away")
    one.source.rename(moved)
    keyring.chmod(0o644)
    try:
        found = examine(one)
    finally:
        one.more = {}
        keyring.chmod(0o600)
        moved.rename(one.source)
    for name in ("home", "address", "mail", "source shop"):
        assert found[name]["status"] == "fail", found[name]


@pytest.mark.promise(10)
def test_a_lost_keyring_is_told_and_no_new_one_made(one: Installation) -> None:
    keyring = one.home / "keys" / "keyring.json"
    kept = keyring.read_bytes()
    keyring.unlink()
    try:
        found = examine(one)
        assert found["keyring"]["status"] == "fail" and not keyring.exists()
    finally:
        keyring.write_bytes(kept)
        keyring.chmod(0o600)


@pytest.mark.promise(11)
def test_a_sequencer_that_fails_again_and_again_is_told_until_it_succeeds(one: Installation) -> None:
    """Here and at /healthz, though the worker lives: nothing that happens meanwhile is sealed."""
    witness = one.home / "witness" / "checkpoints.txt"
    aside = witness.rename(witness.with_name("aside"))
    witness.mkdir()
    try:
        one.do("work", "--until-idle")
        assert examine(one)["schedules"]["status"] == "good"  # once may happen
        one.database("UPDATE jobs_schedulefailure SET failing_since = '2026-01-31 12:00:00'")
        failing = examine(one)["schedules"]
        assert (failing["status"], "ledger.sequence" in failing["what"]) == ("fail", True)
        assert "IsADirectoryError" in failing["what"]
        assert '"evidence": false' in one.python(HEALTH).stdout
    finally:
        witness.rmdir()
        aside.rename(witness)
    one.do("work", "--until-idle")
    assert examine(one)["schedules"]["status"] == "good"
    assert '"evidence": true' in one.python(HEALTH).stdout


@pytest.mark.promise(11)
@pytest.mark.parametrize("content", ["", "\n\n"])
def test_an_emptied_second_place_is_told_and_begun_anew_by_the_next_work(
    one: Installation, content: str
) -> None:
    (one.home / "witness" / "checkpoints.txt").write_text(content)
    assert "holds no checkpoint" in examine(one)["ledger"]["what"]
    one.do("work", "--until-idle")
    assert examine(one)["ledger"]["status"] == "good"
    assert "found empty and begun anew" in one.do("ledger", "verify")


@pytest.mark.promise(11)
def test_evidence_that_was_changed_fails(one: Installation) -> None:
    with closing(sqlite3.connect(one.home / "discreet.sqlite3")) as link:
        for (name,) in link.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            link.execute(f'DROP TRIGGER "{name}"')
        link.execute("UPDATE ledger_ledgerentry SET body = replace(body, 'shop', 'sh0p')")
        link.commit()
    found = examine(one)
    assert found["ledger"]["status"] == "fail" and "discreet ledger verify" in found["ledger"]["to_do"]


def test_a_home_that_a_demo_made_is_called_one(one: Installation) -> None:
    """Also by a shell that does not say DISCREET_DEMO."""
    mark = one.home / "demo.json"
    mark.write_text("{}", encoding="utf-8")
    try:
        assert examine(one)["mode"]["status"] == "warn"
    finally:
        mark.unlink()
    assert examine(one)["mode"]["status"] == "good"


@pytest.mark.postgresql
def test_an_account_for_erasing_without_its_rights_fails(postgresql_company: Company, db: None) -> None:
    postgresql_company.fill()
    role = f"w_{postgresql_company.url.rpartition('_')[2]}"
    postgresql_company.run(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'")
    url = postgresql_company.url
    try:
        write_url = url.replace("//discreet:", f"//{role}:")
        connect_source(actor=OPERATOR, now=NOW, name="shop", url=url, write_url=write_url)
        postgresql_company.run(f"GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA public TO {role}")
        (found,) = doctor._sources(NOW)
        assert (found.check, found.status) == ("source shop", Status.FAIL)
        assert found.params["rights"] == "DELETE (customer, line, orders)", "as it is now, not as described"
        assert "discreet grants" in found.to_do
        postgresql_company.run(f"GRANT DELETE ON ALL TABLES IN SCHEMA public TO {role}")
        assert [one.status for one in doctor._sources(NOW)] == [Status.GOOD]
    finally:
        pools.dispose_all()
        postgresql_company.run(f"DROP OWNED BY {role}")
        postgresql_company.run(f"DROP ROLE {role}")
