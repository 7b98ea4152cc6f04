"""The sample company: built fast, the same every time, and true to its ground truth."""

import sqlite3
import time
from pathlib import Path

import pytest
import yaml

from discreet.foundation.datamap.mapfile_read import parse
from discreet.foundation.datamap.mapfile_write import dump
from discreet.project.sample.build import SampleCompany, build, map_text, truth_text

TRUTH = yaml.safe_load(truth_text())
PERSONS = sorted(TRUTH["persons"])
OWN = {
    "customer": "customer_number = :number",
    "address": "id IN (SELECT address_id FROM customer WHERE customer_number = :number)",
    "orders": "customer_id IN (SELECT id FROM customer WHERE customer_number = :number)",
    "review": "customer_id IN (SELECT id FROM customer WHERE customer_number = :number)",
    "login_history": "customer_id IN (SELECT id FROM customer WHERE customer_number = :number)",
    "order_item": "order_id IN (SELECT o.id FROM orders o JOIN customer c ON c.id = o.customer_id"
    " WHERE customer_number = :number)",
    "contacts": "customer_no = :number",
    "call_notes": "customer_no = :number",
    "tickets": "contact_id IN (SELECT id FROM contacts WHERE customer_no = :number)",
    "messages": "ticket_id IN (SELECT t.id FROM tickets t JOIN contacts c ON c.id = t.contact_id"
    " WHERE customer_no = :number)",
    "remarks": "(about_type = 'contact' AND about_id IN"
    " (SELECT id FROM contacts WHERE customer_no = :number))"
    " OR (about_type = 'ticket' AND about_id IN (SELECT t.id FROM tickets t JOIN contacts c"
    " ON c.id = t.contact_id WHERE customer_no = :number))",
}
OWN["payment"] = OWN["invoice"] = OWN["order_item"]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> SampleCompany:
    return build(tmp_path_factory.mktemp("sample"))


def test_the_databases_are_built_within_eight_seconds(tmp_path: Path) -> None:
    started = time.perf_counter()
    build(tmp_path)
    assert time.perf_counter() - started < 8


def test_building_twice_gives_the_same_rows(company: SampleCompany, tmp_path: Path) -> None:
    again = build(tmp_path)
    for one, other in ((company.shop, again.shop), (company.support, again.support)):
        assert list(sqlite3.connect(one).iterdump()) == list(sqlite3.connect(other).iterdump())


@pytest.mark.parametrize("key", PERSONS)
def test_a_named_persons_rows_are_those_the_truth_file_states(company: SampleCompany, key: str) -> None:
    person = TRUTH["persons"][key]
    for source, path in (("shop", company.shop), ("support", company.support)):
        connection = sqlite3.connect(path)
        stated = person["rows"].get(source, {})
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            if table in OWN:
                [count] = connection.execute(
                    f"SELECT count(*) FROM {table} WHERE {OWN[table]}", {"number": person["customer_number"]}
                ).fetchone()
                assert (table, count) == (table, stated.get(table, 0))


def test_no_foreign_key_of_the_shop_is_broken(company: SampleCompany) -> None:
    assert sqlite3.connect(company.shop).execute("PRAGMA foreign_key_check").fetchall() == []


def test_support_declares_no_foreign_key(company: SampleCompany) -> None:
    connection = sqlite3.connect(company.support)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        assert connection.execute(f"PRAGMA foreign_key_list({name})").fetchall() == []


def test_one_person_stands_under_two_spellings_of_one_address(company: SampleCompany) -> None:
    person = TRUTH["persons"]["lin-mei"]
    found = sqlite3.connect(company.support).execute(
        "SELECT email FROM contacts WHERE customer_no = ?", (person["customer_number"],)
    )
    assert found.fetchone()[0] == person["also_known_as"] != person["email"]


def test_no_two_customers_share_an_email_address_or_a_phone(company: SampleCompany) -> None:
    for column in ("lower(email)", "phone"):
        query = f"SELECT count(*) - count(DISTINCT {column}) FROM customer"
        assert sqlite3.connect(company.shop).execute(query).fetchone() == (0,)


def test_the_committed_map_is_written_as_the_export_writes_it() -> None:
    assert dump(parse(map_text())) == map_text()
