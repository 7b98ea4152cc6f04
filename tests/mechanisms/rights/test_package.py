"""What a person receives: complete, readable, theirs alone, and safe to open."""

import csv
import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from discreet.foundation.desk.csv_cells import FORMULA_STARTS
from discreet.foundation.ledger.models import LedgerEntry
from discreet.foundation.mail.models import OutgoingMessage as Message
from discreet.mechanisms.rights import queries, workflows
from discreet.mechanisms.rights.actions import deciding, executing
from discreet.mechanisms.rights.copying import delivery
from discreet.mechanisms.rights.copying.package import (
    FieldMeaning,
    TableData,
)
from discreet.mechanisms.rights.copying.values import csv_cell, plain
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.refusals import NoPackage, NotYours
from discreet.mechanisms.rights.rules import State
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights.company import AGENT, ANN, ANN_NAME, BOB, CLEO, CUSTOMER, NOW, VIEWER
from tests.mechanisms.rights.driving import batch_of, failures, hand_over, planned, work
from tests.mechanisms.rights.packages import checked, zipped


def delivered(email: str | None, **more: str) -> str:
    number = planned("access", email, **more)
    if queries.state_of_request(number) is State.PLANNED:
        hand_over(number)
        work()
    assert failures() == []
    return number


def opened_zip(number: str) -> zipfile.ZipFile:
    return checked(b"".join(delivery.take_package(actor=AGENT, now=NOW, number=number)))


def data_of(archive: zipfile.ZipFile) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = json.loads(archive.read("data.json"))["sources"]["shop"]
    return found


@pytest.mark.duty("M8.1")
def test_a_package_holds_everything_about_the_person(any_shop: Company) -> None:
    data = data_of(opened_zip(delivered(ANN)))
    assert (
        data["customer"]
        == [
            {
                "id": 1,
                "email": ANN,
                "phone": "+41446681800",
                "name": ANN_NAME,
                "address_id": 1,
                "deleted_at": None,
            }
        ]
        or data["customer"][0]["email"] == ANN
    )
    assert [row["id"] for row in data["orders"]] == [10]
    assert {row["item"] for row in data["line"]} == {"tea", "cup"}
    assert {row["id"] for row in data["login"]} == {20, 21}
    assert data["address"][0]["street"] == "Shared Lane 1"


def test_a_package_holds_nothing_of_anybody_else(any_shop: Company) -> None:
    archive = opened_zip(delivered(ANN))
    text = "".join(archive.read(name).decode() for name in archive.namelist())
    for others in (BOB, CLEO, "Bob Else", "back door", "192.0.2.3", "Lone Road", "twin@example.com"):
        assert others not in text


def test_a_package_reads_in_three_forms_that_say_the_same(shop: Company) -> None:
    archive = opened_zip(delivered(ANN))
    names = archive.namelist()
    assert {"data.json", "index.html", "meaning.json"} <= set(names)
    tables = data_of(archive)
    by_name = {name.split(".")[-2]: name for name in names if name.endswith(".csv")}
    assert set(by_name) == set(tables)
    for table, rows in tables.items():
        text = archive.read(by_name[table]).decode("utf-8-sig")
        assert len(list(csv.reader(io.StringIO(text)))) == len(rows) + 1
    html = archive.read("index.html").decode()
    assert ANN in html and "E-mail" in html
    assert json.loads(archive.read("meaning.json"))["shop.customer"]["email"]["dpv"].startswith("pd:")


def test_a_name_that_is_a_formula_does_not_run_in_a_spreadsheet(shop: Company) -> None:
    archive = opened_zip(delivered(CLEO))
    (name,) = [one for one in archive.namelist() if "customer" in one and one.endswith(".csv")]
    assert ',"\'=HYPERLINK(1)",' in archive.read(name).decode()
    assert data_of(archive)["customer"][0]["name"] == "=HYPERLINK(1)"


@pytest.mark.promise(17)
@given(
    st.one_of(st.text(), st.sampled_from(FORMULA_STARTS).flatmap(lambda c: st.text().map(lambda t: c + t)))
)
def test_no_text_becomes_a_formula(text: str) -> None:
    cell = csv_cell(text)
    assert not cell.startswith(FORMULA_STARTS)
    assert cell.replace("'", "") == text.replace("'", "")


@given(st.text())
def test_no_text_becomes_a_formula_behind_spaces(text: str) -> None:
    """Spreadsheets skip what is blank before they look for a formula."""
    assert csv_cell("  =" + text).startswith("'  =")


@given(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.decimals(),
        st.dates(), st.datetimes(), st.uuids(), st.times(), st.lists(st.integers()),
    )
)  # fmt: skip
def test_every_value_of_a_database_is_json(value: object) -> None:
    json.dumps(plain(value), allow_nan=False)


@given(st.text(max_size=60), st.text(max_size=60))
def test_markup_in_a_value_stays_text(name: str, value: str) -> None:
    row = (f"<script>{value}</script>",)
    table = TableData(source="shop", table=name or "t", columns=("note",), rows=[row], meanings={})
    archive = zipped([table], company="<b>Co</b>")
    html = archive.read("index.html").decode()
    assert "<script>" not in html and "<b>Co</b>" not in html
    for entry in archive.namelist():
        assert ".." not in entry.split("/") and not entry.startswith("/")


MEMBER = TableData(
    source="shop",
    table="member",
    columns=("id", "email", "is_new"),
    rows=[(7, ANN, True), (8, None, False)],
    meanings={
        "id": FieldMeaning("id", "Technical identifier", "技术标识", "", en_name="ID", zh_name="编号"),
        "email": FieldMeaning("email", "E-mail", "电子邮箱", "pd:", en_name="E-mail", zh_name="登录邮箱"),
    },
)


def page_of(*tables: TableData, language: str = "en") -> str:
    archive = zipped(tables, language=language, officer="Lena Brandt", officer_email="privacy@example.com")
    return archive.read("index.html").decode()


@pytest.mark.parametrize(
    ("language", "id_head", "email_head"),
    [
        ("en", "ID<small>Technical identifier</small>", "E-mail</th>"),
        ("zh-hans", "编号<small>技术标识</small>", "登录邮箱<small>电子邮箱</small>"),
    ],
)
def test_a_field_is_headed_by_its_own_name_above_what_it_holds(
    language: str, id_head: str, email_head: str
) -> None:
    html = page_of(MEMBER, language=language)
    assert f'<th scope="col">{id_head}' in html and f'<th scope="col">{email_head}' in html


def test_every_value_stands_beside_the_name_of_its_field() -> None:
    html = page_of(MEMBER)
    for label, value in (("ID", "7"), ("E-mail", ANN), ("is_new", "yes"), ("E-mail", "–"), ("is_new", "no")):
        assert f'<td data-label="{label}">{value}</td>' in html


def test_a_single_row_reads_as_fields_one_below_the_other() -> None:
    html = page_of(replace(MEMBER, rows=MEMBER.rows[:1]))
    assert f"<dt>E-mail</dt><dd>{ANN}</dd>" in html and "<table" not in html


def test_a_package_names_the_company_and_whom_to_ask() -> None:
    html = page_of(MEMBER)
    assert "Qingshan Home" in html and "Lena Brandt" in html and "mailto:privacy@example.com" in html


def test_a_package_runs_no_script_and_loads_nothing() -> None:
    html = page_of(MEMBER)
    assert "<script" not in html and " src=" not in html and "://" not in html


def test_numbers_and_dates_keep_their_digits() -> None:
    assert plain(Decimal("1.10")) == "1.10"
    assert plain(date(2026, 3, 2)) == "2026-03-02"
    assert plain(float("nan")) == "nan"
    assert csv_cell(-5) == "-5"


def test_a_package_lies_sealed_on_the_disk(shop: Company) -> None:
    number = delivered(ANN)
    path = delivery.package_path(number)
    assert path.stat().st_mode & 0o077 == 0
    blob = path.read_bytes()
    assert ANN.encode() not in blob and not zipfile.is_zipfile(io.BytesIO(blob))


def test_a_package_is_taken_by_staff_with_evidence_first(shop: Company, tmp_path: Path) -> None:
    number = delivered(ANN)
    with pytest.raises(NotYours):
        delivery.take_package(actor=VIEWER, now=NOW, number=number)
    assert not LedgerEntry.objects.filter(act="rights.take_package").exists()
    out = tmp_path / "out.zip"
    delivery.write_package(actor=AGENT, now=NOW, number=number, out=out)
    assert out.stat().st_mode & 0o077 == 0
    assert LedgerEntry.objects.filter(act="rights.take_package").count() == 1


def test_there_is_no_package_before_it_is_delivered(shop: Company) -> None:
    number = planned("access", ANN)
    with pytest.raises(NoPackage):
        delivery.take_package(actor=AGENT, now=NOW, number=number)


def test_delivering_twice_is_one_delivery_and_one_mail(shop: Company) -> None:
    number = delivered(ANN)
    mails = Message.objects.count()
    before = RightsRequest.objects.filter(number=number).values().get()
    assert workflows.deliver_package(batch_of(number), 1, number, datetime.now(UTC)) == 0
    executing.finish_access(now=NOW, batch_id=batch_of(number), run=1, number=number, facts={}, contact=None)
    assert RightsRequest.objects.filter(number=number).values().get() == before
    assert Message.objects.count() == mails
    assert LedgerEntry.objects.filter(act="rights.fetch_package").count() == 0


def test_accepting_twice_delivers_once(shop: Company) -> None:
    number = planned("access", ANN)
    for _ in range(2):
        hand_over(number)
    work()
    assert queries.request_view(number).outcome == "delivered"
    assert LedgerEntry.objects.filter(act="rights.finish_access").count() == 1


def link_of(number: str) -> str:
    """Give the request a link whose token the test knows, as `finish_access` does."""
    import hashlib

    RightsRequest.objects.filter(number=number).update(
        package_token_hash=hashlib.sha256(b"known").hexdigest()
    )
    return "known"


@pytest.mark.promise(26)
def test_the_link_works_once(shop: Company) -> None:
    number = delivered(ANN)
    token = link_of(number)
    for wrong in ("", "x", token + "x"):
        with pytest.raises(NoPackage):
            executing.fetch_package(now=datetime.now(UTC), number=number, token=wrong)
    executing.fetch_package(now=datetime.now(UTC), number=number, token=token)
    with pytest.raises(NoPackage):
        executing.fetch_package(now=datetime.now(UTC), number=number, token=token)


@pytest.mark.promise(26)
def test_a_link_opens_no_other_persons_package(shop: Company, client: Client) -> None:
    """The number in the address is swapped; the token is a good one of somebody else."""
    ann, bob = delivered(ANN), delivered(BOB)
    with pytest.raises(NoPackage):
        executing.fetch_package(now=datetime.now(UTC), number=bob, token=link_of(ann))
    assert client.get(f"/privacy/package/{bob}/{link_of(ann)}/").status_code == 410
    executing.fetch_package(now=datetime.now(UTC), number=bob, token=link_of(bob))


def test_the_link_dies_after_fourteen_days(shop: Company) -> None:
    number = delivered(ANN)
    token = link_of(number)
    with pytest.raises(NoPackage):
        executing.fetch_package(now=datetime.now(UTC) + timedelta(days=15), number=number, token=token)


def test_a_request_withdrawn_before_delivery_delivers_nothing(shop: Company) -> None:
    number = planned("access", ANN)
    hand_over(number)
    deciding.cancel_request(actor=CUSTOMER, now=NOW, number=number)
    work()
    assert queries.request_view(number).state is State.CANCELLED
    with pytest.raises(NoPackage):
        delivery.take_package(actor=AGENT, now=NOW, number=number)
