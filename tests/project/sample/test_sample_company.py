"""The sample company: built fast, the same every time, and true to its ground truth."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
import yaml
from stdnum.cn import ric

from discreet.foundation.datamap.mapfile_read import parse
from discreet.foundation.datamap.mapfile_write import dump
from discreet.project.sample.build import (
    DATABASES,
    SampleCompany,
    build,
    ground_truth_text,
    map_text,
    truth_text,
)
from tests.project.sample.reading import lines_of

TRUTH = yaml.safe_load(truth_text())
OLD_WORDS = ("linmei90@example.net", "13900000091", "小梅")  # what copies of a named person still say


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> SampleCompany:
    return build(tmp_path_factory.mktemp("sample"))


def test_databases_and_files_are_built_in_six_seconds_of_one_processor(tmp_path: Path) -> None:
    started = time.process_time()
    build(tmp_path)
    assert time.process_time() - started < 6


def test_building_twice_gives_the_same_rows_and_files(company: SampleCompany, tmp_path: Path) -> None:
    again = build(tmp_path)
    for name in DATABASES:
        assert _dump(company.databases[name]) == _dump(again.databases[name])
    for table in yaml.safe_load(ground_truth_text("files"))["tables"].values():
        assert lines_of(company.files, table) == lines_of(again.files, table)


def _dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def test_no_foreign_key_of_the_shop_is_broken(company: SampleCompany) -> None:
    assert sqlite3.connect(company.databases["shop"]).execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.parametrize("source", ["support", "marketing", "loyalty"])
def test_what_others_made_declares_no_foreign_key(company: SampleCompany, source: str) -> None:
    connection = sqlite3.connect(company.databases[source])
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        assert connection.execute(f"PRAGMA foreign_key_list({name})").fetchall() == []


def test_one_person_stands_under_two_spellings_of_one_address(company: SampleCompany) -> None:
    person = TRUTH["persons"]["lin-mei"]
    found = sqlite3.connect(company.databases["support"]).execute(
        "SELECT email FROM contacts WHERE customer_no = ?", (person["customer_number"],)
    )
    assert found.fetchone()[0] == person["also_known_as"] != person["email"]


def test_copies_of_a_named_person_are_out_of_date(company: SampleCompany) -> None:
    loyalty, marketing = (_dump(company.databases[name]) for name in ("loyalty", "marketing"))
    stale = [word for word in OLD_WORDS if any(f"'{word}'" in line for line in loyalty + marketing)]
    assert stale == list(OLD_WORDS)


def test_an_identity_number_has_a_right_check_digit_and_belongs_to_nobody(company: SampleCompany) -> None:
    numbers = sqlite3.connect(company.databases["loyalty"]).execute("SELECT sfzh FROM t_hy_zjjl").fetchall()
    assert numbers
    assert all(ric.is_valid(number) and number[14:17] == "000" for (number,) in numbers)


def test_no_two_customers_share_an_email_address_or_a_phone(company: SampleCompany) -> None:
    for column in ("lower(email)", "phone"):
        query = f"SELECT count(*) - count(DISTINCT {column}) FROM customer"
        assert sqlite3.connect(company.databases["shop"]).execute(query).fetchone() == (0,)


def test_the_committed_map_is_written_as_the_export_writes_it() -> None:
    assert dump(parse(map_text())) == map_text()
