"""The report of the data map says what the map says: per source and category, whose tables, what is open."""

import io
import uuid
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import translation
from pypdf import PdfReader

from discreet.foundation.datamap import queries
from discreet.foundation.datamap.models import DataField, DataTable, MapVersion
from discreet.foundation.datamap.report import category_counts, map_report
from discreet.vocabulary.categories import CATEGORIES
from tests.foundation.desk.conftest import desk_client

__all__ = ["desk_client"]
pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def text_of(pdf: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


@pytest.fixture
def two_sources() -> None:
    """Map a shop whose customers are confirmed, and a help desk that nobody has looked at."""
    MapVersion.objects.update_or_create(id=1, defaults={"number": 1, "stamp": uuid.uuid4().hex})
    sure = {"confirmed_by": "anna", "confirmed_at": NOW}
    customers = DataTable.objects.create(
        source="shop", name="kunden", is_people=True, estimated_rows=20_000, described_at=NOW, **sure
    )
    tickets = DataTable.objects.create(source="support", name="tickets", described_at=NOW)
    for at, category in enumerate(["email", "email", "phone", "health", "none"]):
        DataField.objects.create(table=customers, name=f"c{at}", position=at, category=category, **sure)
    DataField.objects.create(table=tickets, name="text", position=0, category="free_text")


def test_every_count_of_the_map_stands_in_the_report(two_sources: None) -> None:
    text = text_of(map_report(now=NOW))
    numbers = queries.counts()
    assert f"Fieldswithpersonaldata{numbers.personal_fields}" in text
    for one in category_counts():
        if one.category != "none":
            label = CATEGORIES[one.category].en.replace(" ", "")
            assert f"{label}{one.fields}{one.confirmed}" in text
    assert "shop4" in text and "support1" in text  # the chart
    assert "shopkunden20,000yes" in text


def test_what_is_open_is_named(two_sources: None) -> None:
    text = text_of(map_report(now=NOW))
    assert "Whatisstillopen" in text and "tickets" in text.partition("Whatisstillopen")[2]


def test_the_report_is_tagged_its_chart_described_and_in_the_language_of_the_page(two_sources: None) -> None:
    with translation.override("zh-hans"):
        pdf = map_report(now=NOW)
    text = text_of(pdf)
    assert "数据源shop" in text and CATEGORIES["health"].zh in text and "敏感" in text
    catalogue = PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    assert b"pdfuaid" in catalogue["/Metadata"].get_data()
    assert "各数据源含个人信息的字段数。shop: 4" in str(alts(catalogue["/StructTreeRoot"]))


def alts(node: object, depth: int = 0) -> list[str]:
    """Return the alternative texts of a tagged PDF."""
    found = []
    one = getattr(node, "get_object", lambda: node)()
    if isinstance(one, dict) and depth < 40:
        if "/Alt" in one:
            found.append(str(one["/Alt"]))
        kids = one.get("/K", [])
        for kid in kids if isinstance(kids, list) else [kids]:
            found += alts(kid, depth + 1)
    return found


def test_an_empty_map_says_so() -> None:
    text = text_of(map_report(now=NOW))
    assert "Nosourceismappedyet" in text and "Notableismarked" in text


def test_the_reports_page_leads_to_it(desk_client: Client) -> None:
    assert "/desk/map/report.pdf" in desk_client.get("/desk/reports/").content.decode()
    response = desk_client.get("/desk/map/report.pdf")
    assert (response["Content-Type"], response.content[:5]) == ("application/pdf", b"%PDF-")
