"""The report on a request: every fact of the page, evidence by number, and nobody's name."""

import io

import pytest
from django.test import Client
from django.utils import timezone, translation
from pypdf import PdfReader

from discreet.foundation.ledger.queries import entries_for, status
from discreet.foundation.ledger.sequencer import sequence_once
from discreet.mechanisms.rights.actions import deciding
from discreet.mechanisms.rights.report import case_report
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights import driving
from tests.mechanisms.rights.company import AGENT, ANN, ANN_NAME, ANN_PHONE, NOW

pytestmark = [pytest.mark.django_db, pytest.mark.duty("M8.3")]


def text_of(pdf: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_an_erasure_is_reported_with_its_clocks_decisions_and_evidence(shop: Company) -> None:
    view = driving.erased(ANN)
    sequence_once(timezone.now())
    text = text_of(case_report(view.number, now=timezone.now()))
    entries = entries_for(f"request:{view.number}")
    assert view.plan.digest in text and status().root in text
    assert all(str(entry.number) in text for entry in entries)
    assert f"{len(entries)}entriesoftheledgerareaboutthisrequest;{len(entries)}ofthem" in text
    for clock in view.case.clocks:
        assert clock.article.replace(" ", "") in text
    for words in ("metlate,", "Thefreshsearchfoundnothing", "Seconddecision", "Accountsarekepttenyears"):
        assert words in text
    for person in (ANN, ANN_NAME, ANN_PHONE):
        assert person.replace(" ", "") not in text


def test_the_report_is_in_the_language_of_the_page_and_is_tagged(shop: Company) -> None:
    number = driving.opened("erasure", ANN)
    with translation.override("zh-hans"):
        pdf = case_report(number, now=timezone.now())
    text = text_of(pdf)
    assert f"请求{number}的报告" in text and "尚未作出决定" in text
    catalogue = PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    assert b"pdfuaid" in catalogue["/Metadata"].get_data()
    assert str(catalogue["/Lang"]).startswith("zh")


def test_the_reason_of_a_refusal_may_name_the_person_so_it_stays_in_the_letter(shop: Company) -> None:
    number = driving.opened("access", ANN)
    deciding.refuse_request(
        actor=AGENT, now=NOW, number=number, reason=f"{ANN_NAME}, not ours", article="X 1"
    )
    text = text_of(case_report(number, now=timezone.now()))
    assert "Refused,byX1" in text
    assert ANN_NAME.replace(" ", "") not in text


def test_staff_take_the_report_from_the_page(desk: Client) -> None:
    number = driving.opened("access", ANN)
    address = f"/desk/requests/{number}/report.pdf"
    assert address in desk.get(f"/desk/requests/{number}/").content.decode()
    response = desk.get(address)
    assert (response["Content-Type"], response.content[:5]) == ("application/pdf", b"%PDF-")
    assert desk.get("/desk/requests/R-9999/report.pdf").status_code == 404
