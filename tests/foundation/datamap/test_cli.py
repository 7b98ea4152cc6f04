"""`discreet map`, as an operator types it."""

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from unicodedata import east_asian_width

import pytest
from click.testing import CliRunner, Result
from django.utils import translation

from discreet.foundation.datamap import queries
from discreet.foundation.datamap.classify_cli import classify
from discreet.foundation.datamap.cli import connect, map_group
from discreet.foundation.datamap.mapfile_refusals import UnknownColumnInFile
from discreet.foundation.datamap.refusals import MapUnwritable
from discreet.foundation.ledger.models import LedgerEntry
from discreet.foundation.sources.actions import connect_source
from discreet.foundation.sources.refusals import NotADatabase, NotATable, UnknownSource
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
    told = run("confirm", "shop", "--all").output
    assert told.startswith("shop: 4 parts confirmed, everything confirmed\n")
    assert "  Tables of people: customers (customer).\n" in told
    assert queries.not_covered() == ()


def test_connecting_proposes_the_map_and_says_what_confirms_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/shop.sqlite"
    connected = CliRunner().invoke(connect, ["again", url])
    assert connected.exit_code == 0, connected.output
    assert len(queries.source_map("again").tables) == 1
    *_, last = connected.output.splitlines()
    assert "(parts to confirm: 4, tables of people: 1)" in last and "discreet map confirm again --all" in last
    run("confirm", "again", "--all")
    assert CliRunner().invoke(connect, ["again", url]).output.endswith("Its data map is confirmed.\n")


def test_an_exported_map_applies_again_unchanged(tmp_path: Path) -> None:
    file = tmp_path / "map.yaml"
    run("confirm", "shop", "--all")
    run("export", "shop", "--out", str(file))
    assert run("apply", str(file)).output == (
        "shop: everything confirmed\n  4 parts as found, 0 corrected, 0 added\n"
    )
    assert run("export", "shop").output == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("words", [["{file}"], ["--out", "{file}"], ["shop", "--out", "{file}"]])
def test_a_map_is_exported_to_the_file_that_is_named(tmp_path: Path, words: list[str]) -> None:
    file = tmp_path / "map.yaml"
    file.write_text("older", encoding="utf-8")
    assert run("export", *[word.format(file=file) for word in words]).exit_code == 0
    assert file.read_text(encoding="utf-8") == run("export").stdout
    assert run("apply", str(file)).exit_code == 0
    assert sorted(one.name for one in tmp_path.iterdir()) == ["map.yaml", "shop.sqlite"]


def test_a_file_says_how_much_of_what_was_found_it_corrects(tmp_path: Path) -> None:
    file = tmp_path / "map.yaml"
    run("confirm", "shop", "--all")
    run("export", "shop", "--out", str(file))
    file.write_text(file.read_text(encoding="utf-8").replace("odd: none", "odd: phone"), encoding="utf-8")
    assert "3 parts as found, 1 corrected, 0 added" in run("apply", str(file)).output


def test_what_looks_like_no_file_is_a_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert isinstance(run("export", "shpo").exception, UnknownSource)
    assert "shop.yml: shop" in run("export", "shop.yml").stderr
    assert "map: shop" in run("export", "./map").stderr
    assert sorted(one.name for one in tmp_path.iterdir()) == ["map", "shop.sqlite", "shop.yml"]


@pytest.mark.parametrize("place", ["away/map.yaml", "."])
def test_a_file_that_cannot_be_written_is_refused(tmp_path: Path, place: str) -> None:
    assert isinstance(run("export", f"{tmp_path}/{place}").exception, MapUnwritable)


def test_several_names_are_sources() -> None:
    assert isinstance(run("export", "shop", "map.yaml").exception, UnknownSource)


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
        "confidence": 0.83,
        "evidence": "Name says “email”; No values were seen",
        "inside": [],
        "confirmed": False,
    }


def test_a_source_that_is_not_connected_is_refused() -> None:
    assert isinstance(run("confirm", "nowhere", "--all").exception, UnknownSource)


def test_evidence_names_who_confirmed_in_whose_name() -> None:
    run("confirm", "shop", "--all", "--as", "lena")
    body = json.loads(LedgerEntry.objects.get(act="datamap.confirm_all").body)
    assert body["actor"].startswith("shell:lena")


def test_names_from_a_source_do_not_steer_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "escapes.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            'CREATE TABLE "a\x1b]0;owned\x07\nb" (id INTEGER PRIMARY KEY, "e\x1b[2Jmail" TEXT)'
        )
    for command, words in (
        (connect, ["escapes", f"sqlite:///{path}", "--read-only"]),
        (map_group, ["show", "escapes"]),
        (classify, [str(path)]),
    ):
        done = CliRunner().invoke(command, words, color=True)
        assert done.exit_code == 0, done.output
        assert not set("\x1b\x07") & set(done.output)
    assert "a\\x1b]0;owned\\x07\\nb" in done.output


def test_a_damaged_database_and_a_pipe_are_no_table(tmp_path: Path) -> None:
    path = tmp_path / "whole.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE a (id INTEGER PRIMARY KEY, email TEXT)")
        connection.commit()
    (tmp_path / "half.sqlite").write_bytes(path.read_bytes()[:1500])
    os.mkfifo(tmp_path / "pipe.csv")
    for name, refusal in (("half.sqlite", NotADatabase), ("pipe.csv", NotATable)):
        done = CliRunner().invoke(classify, [str(tmp_path / name)])
        assert isinstance(done.exception, refusal)


def test_the_map_is_told_in_the_readers_language_with_columns_in_line() -> None:
    with translation.override("zh-hans"):
        shown = run("show", "shop").output.splitlines()
        told = run("confirm", "shop", "--all").output
    assert shown[0] == "customer（人员表）"
    mail = next(line for line in shown if line.strip().startswith("email"))
    assert "电子邮件" in mail or "邮箱" in mail
    assert " %" in mail and "待确认" in mail and "名称" in mail
    assert told.startswith("shop：已确认 4 项，已全部确认\n  人员表：客户 (customer)。\n")
    before = [line.partition("%")[0] for line in shown[1:] if "%" in line]
    widths = {sum(2 if east_asian_width(char) in "WF" else 1 for char in text) for text in before}
    assert len(widths) == 1


def test_the_map_as_json_holds_codes_in_every_language() -> None:
    english = run("show", "shop", "--json").output
    with translation.override("zh-hans"):
        chinese = run("show", "shop", "--json").output
    for shown in (english, chinese):
        assert json.loads(shown)["tables"]["customer"]["columns"]["email"]["category"] == "email"
