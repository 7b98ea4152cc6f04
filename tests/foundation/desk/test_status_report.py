"""Home as a PDF says what home says: the same verdict, the same deadlines, the ledger's root."""

import io
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation
from pypdf import PdfReader

from discreet.foundation.cases import actions as cases
from discreet.foundation.cases.rules import ClockFacts
from discreet.foundation.desk.home import verdict
from discreet.foundation.desk.status_report import status_report
from discreet.foundation.desk.texts import translated
from discreet.foundation.ledger.queries import status
from discreet.foundation.ledger.sequencer import sequence_once
from discreet.vocabulary.actors import SYSTEM
from tests.foundation.cases.conftest import opened

pytestmark = [pytest.mark.django_db, pytest.mark.duty("effectiveness")]


def text_of(pdf: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_report_says_what_home_says(language: str) -> None:
    now = timezone.now()
    number = opened().number
    clock = ClockFacts(
        rule_id="EU-DSR-RESP",
        law="eu-gdpr",
        article="GDPR 12(3)",
        due_at=now - timedelta(days=3),
        warn_at=now - timedelta(days=9),
    )
    cases.set_clocks(actor=SYSTEM, now=now, number=number, clocks=[clock])
    sequence_once(now)
    with translation.override(language):
        pdf = status_report(now=now)
        text, found = text_of(pdf), verdict(now=now)
        assert "".join(found.heading.split()) in text
        for row in (*found.attention, *found.working):
            assert "".join(translated(row.reading.indicator.label).split()) in text
        over = "逾期3天" if language == "zh-hans" else "3daysover"
    assert number in text and "GDPR12(3)" in text and over in text
    assert status().root in text
    assert b"pdfuaid" in PdfReader(io.BytesIO(pdf)).trailer["/Root"]["/Metadata"].get_data()


def test_home_and_the_reports_lead_to_it(desk_client: Client) -> None:
    for page in ("/desk/", "/desk/reports/"):
        assert "/desk/reports/status.pdf" in desk_client.get(page).content.decode()
    response = desk_client.get("/desk/reports/status.pdf")
    assert (response["Content-Type"], response.content[:5]) == ("application/pdf", b"%PDF-")
