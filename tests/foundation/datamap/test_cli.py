"""`discreet map`, as an operator types it."""

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from discreet.foundation.datamap import queries
from discreet.foundation.datamap.cli import map_group
from discreet.foundation.datamap.mapfile_refusals import UnknownColumnInFile
from discreet.foundation.ledger.models import LedgerEntry
from discreet.foundation.sources.actions import connect_source
from discreet.foundation.sources.refusals import UnknownSource
from tests.foundation.datamap.test_acts import NOW
from tests.foundation.staff.people import ROOT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop(tmp_path: Path) -> None:
    path = tmp_path / "shop.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE customer (id INTEGER PRIMARY KEY, email TEXT, odd TEXT)")
    connect_source(actor=ROOT, now=NOW, name="shop", url=f"sqlite:///{path}")


def run(*words: str) -> Result:
    return CliRunner().invoke(map_group, list(words), catch_exceptions=True)


def test_a_connected_source_is_confirmed_at_once() -> None:
    assert run("confirm", "shop", "--all").output == "shop: 4 parts confirmed, everything confirmed\n"
    assert queries.not_covered() == ()


def test_an_exported_map_applies_again_unchanged(tmp_path: Path) -> None:
    file = tmp_path / "map.yaml"
    run("confirm", "shop", "--all")
    run("export", "shop", "--out", str(file))
    assert run("apply", str(file)).output == "shop: everything confirmed\n"
    assert run("export", "shop").output == file.read_text(encoding="utf-8")


def test_a_file_with_an_unknown_column_changes_nothing(tmp_path: Path) -> None:
    run("confirm", "shop", "--all")
    before = run("export", "shop").output
    file = tmp_path / "map.yaml"
    file.write_text(before.replace("odd: none", "even: health"), encoding="utf-8")
    refused = run("apply", str(file)).exception
    assert isinstance(refused, UnknownColumnInFile)
    assert (refused.params["line"], refused.params["name"]) == (10, "even")
    assert run("export", "shop").output == before


def test_show_gives_json_with_categories_and_evidence() -> None:
    body = json.loads(run("show", "shop", "--json").output)
    assert body["people"] == ["customer"]
    assert body["tables"]["customer"]["columns"]["email"] == {
        "category": "email",
        "dpv": "pd:EmailAddress",
        "confidence": 0.95,
        "evidence": "column_name: email",
        "confirmed": False,
    }


def test_a_source_that_is_not_connected_is_refused() -> None:
    assert isinstance(run("confirm", "nowhere", "--all").exception, UnknownSource)


def test_evidence_names_who_confirmed_in_whose_name() -> None:
    run("confirm", "shop", "--all", "--as", "lena")
    body = json.loads(LedgerEntry.objects.get(act="datamap.confirm_all").body)
    assert body["actor"].startswith("shell:lena")
