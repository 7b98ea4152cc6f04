"""The map as XLSX and JSON-LD: names stay text, terms are those of the DPV."""

import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.utils import translation
from openpyxl import load_workbook

from discreet.foundation.datamap import actions, exports, queries
from discreet.foundation.datamap.cli import map_group
from discreet.foundation.datamap.models import DataField, DataTable
from discreet.foundation.sources.actions import connect_source
from discreet.vocabulary.actors import Actor, ActorKind

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ROOT = Actor(kind=ActorKind.SHELL, name="root")
DANGEROUS = ['=HYPERLINK("//x";1)', "+1+2", "-1+2", "@SUM(1)", "\tcmd", "\x01broken"]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[str]:
    path = tmp_path / "shop.sqlite"
    columns = ", ".join('"' + name.replace('"', '""') + '" TEXT' for name in DANGEROUS)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"CREATE TABLE customer (id INTEGER PRIMARY KEY, email TEXT, {columns})")
        connection.execute("CREATE TABLE orders (id INTEGER, customer_id INTEGER REFERENCES customer (id))")
    connect_source(actor=ROOT, now=NOW, name="shop", url=f"sqlite:///{path}", is_read_only=True)
    actions.ensure_proposed(actor=ROOT, now=NOW, source="shop")
    email = DataField.objects.get(name="email")
    actions.confirm_field(actor=ROOT, now=NOW, field_id=email.id)
    yield "shop"


def test_no_cell_of_a_workbook_becomes_a_formula(shop: str) -> None:
    with translation.override("en"):
        book = load_workbook(io.BytesIO(exports.written([shop], kind="xlsx", now=NOW)))
    sheet = book["Fields"]
    cells = {str(row[2].value): row[2] for row in sheet.iter_rows(min_row=2)}
    for name in DANGEROUS[:5]:
        assert (cells[name].data_type, cells[name].quotePrefix) == ("s", True)
    assert "\ufffdbroken" in cells
    assert all(cell.data_type != "f" for one in book for row in one.iter_rows() for cell in row)


def test_a_workbook_tells_category_evidence_and_who_confirmed(shop: str) -> None:
    with translation.override("en"):
        book = load_workbook(io.BytesIO(exports.written([shop], kind="xlsx", now=NOW)))
    head, *rows = book["Fields"].iter_rows(values_only=True)
    email = dict(zip(head, next(row for row in rows if row[2] == "email"), strict=True))
    assert (email["Category id"], email["DPV term"]) == ("email", "pd:EmailAddress")
    assert "Name says “email”" in str(email["Evidence of the proposal"])
    assert email["Confirmed at"] == "2026-03-02T09:00:00+00:00"
    assert email["Confirmed by"] == "root, at the command line"
    (link,) = list(book["Links"].iter_rows(values_only=True))[1:]
    assert link[:4] == ("shop", "orders.customer_id", "customer.id", "declared by the database")


def _terms(value: object) -> set[str]:
    """Return every compact name of the DPV in a document: keys and values."""
    if isinstance(value, dict):
        return set().union(*({key} | _terms(part) for key, part in value.items() if key != "@context"))
    if isinstance(value, list):
        return set().union(*map(_terms, value), set())
    return {value} if isinstance(value, str) else set()


def test_every_term_of_the_json_ld_is_one_of_the_dpv(shop: str) -> None:
    DataTable.objects.filter(name="customer").update(is_people=True, people_kind="staff")
    DataField.objects.filter(name="\tcmd").update(category="health")
    body = json.loads(exports.written([shop], kind="jsonld", now=NOW))
    text = files("discreet.vocabulary").joinpath("dpv-terms.csv").read_text(encoding="utf-8")
    known = {row["term"]: row["iri"] for row in csv.DictReader(text.splitlines())}
    used = {term for term in _terms(body) if term.startswith(("dpv:", "pd:"))}
    assert {"dpv:hasPersonalData", "dpv:SensitivePersonalData", "dpv:Employee", "pd:EmailAddress"} <= used
    assert used - known.keys() == set()
    assert {*exports.PEOPLE_TERMS.values(), "dpv:DataSubject"} <= known.keys()
    for term in used:
        prefix, _colon, name = term.partition(":")
        assert known[term] == body["@context"][prefix] + name


def test_what_is_not_personal_stays_out_of_the_json_ld(shop: str) -> None:
    body = json.loads(exports.written([shop], kind="jsonld", now=NOW))
    (source,) = body["@graph"]
    assert [node["dct:title"] for node in source["dpv:hasPersonalData"]] == ["customer.email"]


@pytest.mark.parametrize(("kind", "start"), [("xlsx", b"PK"), ("jsonld", b"{"), ("yaml", b"")])
def test_the_command_writes_each_format_to_a_file(shop: str, tmp_path: Path, kind: str, start: bytes) -> None:
    out = tmp_path / f"shop.{kind}"
    result = CliRunner().invoke(map_group, ["export", shop, "--format", kind, "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert out.read_bytes().startswith(start) and out.stat().st_size > 200


def test_where_nothing_spoke_for_anything_no_percentage_is_told(shop: str) -> None:
    with translation.override("zh-hans"):
        book = load_workbook(io.BytesIO(exports.written([shop], kind="xlsx", now=NOW)))
        evidence = queries.as_json(shop)["tables"]
    rows = {row[2]: row for row in book["字段"].iter_rows(min_row=2, values_only=True)}
    assert (rows["+1+2"][5], rows["+1+2"][8]) == ("none", None)
    assert rows["email"][8]
    assert "; " not in json.dumps(evidence, ensure_ascii=False)
