"""A folder of files is searched, copied and erased in like any source."""

import io
import json
import zipfile
from pathlib import Path

import duckdb
import openpyxl
import pytest

from discreet.engines.subjects.corrections import Change, Choice
from discreet.engines.subjects.identity import Identity
from discreet.foundation.datamap.actions import apply_map
from discreet.foundation.sources.actions import connect_source
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.copying import delivery
from discreet.mechanisms.rights.correcting import workflows as correction_workflow
from discreet.mechanisms.rights.matching.finding import find_person
from discreet.mechanisms.rights.rules import Outcome, State
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights import correcting
from tests.mechanisms.rights.company import AGENT, NOW, OPERATOR
from tests.mechanisms.rights.driving import approve, erased, failures, hand_over, planned, work

pytestmark = [pytest.mark.duty("M8.1"), pytest.mark.django_db]
ANN, BOB = "ann@example.com", "bob@example.com"
MAP = """
version: 1
sources:
  crm:
    tables:
      customers:
        people: true
        columns: {customer_id: customer_id, full_name: name, email: email, phone: phone}
      eu/orders:
        columns: {order_no: none, customer_id: none, 备注: free_text}
        links:
        - {columns: [customer_id], to: customers, to_columns: [customer_id], role: owner}
      events:
        people: true
        columns: {id: none, email: email, props: none}
"""
VISITS = """
      visits:
        people: true
        columns: {id: none, email: email, spans: none}
      gifts:
        people: true
        columns: {email: email, gift: none}
"""
SHOP = """
  shop:
    tables:
      customer:
        people: true
        columns: {id: none, email: email}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "crm"
    (made / "eu").mkdir(parents=True)
    (made / "customers.csv").write_text(
        "customer_id;full_name;email;phone\n"
        "0001;Ann Smith;Ann@Example.com;0049171234567\n"
        "0002;Bob Miller;bob@example.com;0049171234568\n"
    )
    (made / "eu" / "orders.csv").write_bytes(
        "order_no,customer_id,备注\n9001,0001,请放门口\n9002,0002,电话联系\n9003,0001,\n".encode("gb18030")
    )
    (made / "events.jsonl").write_text(
        '{"id": 1, "email": "ann@example.com", "props": {"ip": "192.0.2.1"}}\n{"id": 2, "email": "bob@example.com"}\n'
    )
    connect_source(actor=OPERATOR, now=NOW, name="crm", url=f"files://{made}")
    return made


def test_a_person_is_found_in_files(folder: Path) -> None:
    apply_map(actor=OPERATOR, now=NOW, text=MAP)
    found = find_person(actor=OPERATOR, now=NOW, source="crm", claim=Identity(email=ANN))
    (person,) = found["people"]
    assert {table: counts["rows"] for table, counts in person["tables"].items()} == {
        "customers": 1,
        "eu/orders": 2,
        "events": 1,
    }


def test_access_copies_what_files_hold(folder: Path) -> None:
    apply_map(actor=OPERATOR, now=NOW, text=MAP)
    number = planned("access", ANN)
    hand_over(number)
    work()
    assert failures() == []
    archive = zipfile.ZipFile(
        io.BytesIO(b"".join(delivery.take_package(actor=AGENT, now=NOW, number=number)))
    )
    data = json.loads(archive.read("data.json"))["sources"]["crm"]
    assert data["customers"][0]["phone"] == "0049171234567"
    assert [row["备注"] for row in data["eu/orders"]] == ["请放门口", None]
    assert data["events"][0]["props"] == '{"ip":"192.0.2.1"}'
    text = "".join(archive.read(name).decode() for name in archive.namelist())
    assert BOB not in text


def test_an_erasure_leaves_files_without_a_write_address_alone_and_says_so(
    folder: Path, sqlite_company: Company
) -> None:
    sqlite_company.fill(
        (
            "CREATE TABLE customer (id integer PRIMARY KEY, email varchar(90))",
            f"INSERT INTO customer VALUES (1, '{ANN}'), (2, '{BOB}')",
        )
    )
    sqlite_company.connect("shop")
    before = {path: path.read_bytes() for path in folder.rglob("*.*")}
    apply_map(actor=OPERATOR, now=NOW, text=MAP + SHOP)
    number = planned("erasure", ANN)
    approve(number)
    work()
    view = queries.request_view(number)
    assert view.outcome == Outcome.INCOMPLETE
    assert {(kept["source"], kept["table"]) for kept in view.kept} == {
        ("crm", "customers"), ("crm", "eu/orders"), ("crm", "events"),
    }  # fmt: skip
    assert sqlite_company.run("SELECT id FROM customer") == [(2,)]
    assert {path: path.read_bytes() for path in folder.rglob("*.*")} == before


def test_a_person_is_erased_in_a_database_and_in_files_and_every_other_byte_stays(
    folder: Path, sqlite_company: Company
) -> None:
    duckdb.sql(
        "COPY (SELECT * FROM (VALUES (1, 'Ann@Example.com', [1.5]), (2, 'bob@example.com', NULL)) visits(id, email, spans))"
        f" TO '{folder / 'visits.parquet'}' (FORMAT parquet)"
    )
    sqlite_company.fill(
        (
            "CREATE TABLE customer (id integer PRIMARY KEY, email varchar(90))",
            f"INSERT INTO customer VALUES (1, '{ANN}'), (2, '{BOB}')",
        )
    )
    sqlite_company.connect("shop")
    book = openpyxl.Workbook()
    for line in (["email", "gift"], [BOB, "cup"], [ANN, "teapot"]):
        book.active.append(line)
    book.save(folder / "gifts.xlsx")
    connect_source(
        actor=OPERATOR, now=NOW, name="crm", url=f"files://{folder}", write_url=f"files://{folder}"
    )
    apply_map(actor=OPERATOR, now=NOW, text=MAP + VISITS + SHOP)
    request = erased(ANN)
    assert (request.outcome, request.state) == (Outcome.ERASED, State.DONE)
    assert sqlite_company.run("SELECT id FROM customer") == [(2,)]
    assert (folder / "customers.csv").read_text() == (
        "customer_id;full_name;email;phone\n0002;Bob Miller;bob@example.com;0049171234568\n"
    )
    orders = "order_no,customer_id,备注\n9002,0002,电话联系\n"
    assert (folder / "eu" / "orders.csv").read_bytes() == orders.encode("gb18030")
    assert (folder / "events.jsonl").read_text() == '{"id": 2, "email": "bob@example.com"}\n'
    left = duckdb.sql(f"SELECT * FROM '{folder / 'visits.parquet'}'").fetchall()
    assert left == [(2, "bob@example.com", None)]
    assert list(openpyxl.load_workbook(folder / "gifts.xlsx").active.values) == [
        ("email", "gift"),
        (BOB, "cup"),
    ]
    assert sorted(path.name for path in folder.rglob("*")) == [
        "customers.csv", "eu", "events.jsonl", "gifts.xlsx", "orders.csv", "visits.parquet",
    ]  # fmt: skip


def test_a_correction_reaches_files_and_every_other_byte_stays(folder: Path) -> None:
    duckdb.sql(
        f"COPY (SELECT * FROM (VALUES (1, '{ANN}'), (2, '{BOB}')) visits(id, email))"
        f" TO '{folder / 'visits.parquet'}' (FORMAT parquet)"
    )
    connect_source(
        actor=OPERATOR, now=NOW, name="crm", url=f"files://{folder}", write_url=f"files://{folder}"
    )
    visits = VISITS.partition("      gifts:")[0].replace(", spans: none", "")
    apply_map(actor=OPERATOR, now=NOW, text=MAP + visits)
    new = "ann.smith@example.org"
    number = correcting.asked(Change("email", new, ANN), email=ANN)
    correcting.choose(number, Choice.CORRECT)
    correcting.approve(number)
    work()
    view = queries.request_view(number)
    assert (view.outcome, failures()) == (Outcome.CORRECTED, [])
    assert (folder / "customers.csv").read_text() == (
        "customer_id;full_name;email;phone\n"
        f"0001;Ann Smith;{new};0049171234567\n"
        "0002;Bob Miller;bob@example.com;0049171234568\n"
    )
    assert (folder / "events.jsonl").read_text() == (
        f'{{"id": 1, "email": "{new}", "props": {{"ip": "192.0.2.1"}}}}\n{{"id": 2, "email": "bob@example.com"}}\n'
    )
    assert duckdb.sql(f"SELECT * FROM '{folder / 'visits.parquet'}'").fetchall() == [(1, new), (2, BOB)]


@pytest.mark.parametrize("is_changed", [False, True])
def test_a_correction_that_died_between_two_files_goes_on_and_is_not_sent_back(
    folder: Path, is_changed: bool
) -> None:
    """One file is as the dead run left it: corrected. The other waits; or somebody changed it meanwhile."""
    url = f"files://{folder}"
    connect_source(actor=OPERATOR, now=NOW, name="crm", url=url, write_url=url)
    apply_map(actor=OPERATOR, now=NOW, text=MAP)
    new = "ann.smith@example.org"
    number = correcting.asked(Change("email", new, ANN), email=ANN)
    correcting.choose(number, Choice.CORRECT)
    correcting.approve(number)
    batch_id = queries.batch_of(number)
    assert correction_workflow.begin(batch_id, 1) == ["crm"]
    customers, events = folder / "customers.csv", folder / "events.jsonl"
    customers.write_text(customers.read_text().replace("Ann@Example.com", new))
    if is_changed:
        events.write_text(events.read_text().replace(ANN, "ann@elsewhere.example"))
    work()
    view = queries.request_view(number)
    assert view.outcome == (Outcome.INCOMPLETE if is_changed else Outcome.CORRECTED)
    assert new in customers.read_text()
    assert (new in events.read_text()) is not is_changed
