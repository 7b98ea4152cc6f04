"""The pages of letters: texts that are checked, versioned and tried out, and one letter written by hand."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from discreet.foundation.cases.actions import add_public_token
from discreet.mechanisms.rights.actions import deciding, timing
from discreet.mechanisms.rights.letters import queries as letter_queries
from discreet.mechanisms.rights.letters.parts import PARTS, Part, shipped
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights import driving
from tests.mechanisms.rights.company import AGENT, ANN, CUSTOMER, NOW
from tests.mechanisms.rights.test_letters import PAYLOAD, read

pytestmark = [pytest.mark.django_db, pytest.mark.duty("M8.3")]


def test_a_text_is_saved_as_a_version_and_shown_on_the_list(desk: Client) -> None:
    address = "/desk/letters/zh-hans/closing/"
    assert (
        "使用产品自带的文字"
        in desk.get("/desk/letters/", headers={"accept-language": "zh-hans"}).content.decode()
    )
    answer = desk.post(address, {"text": "此致\n{company}隐私团队", "based_on": "0"}, follow=True)
    assert "Saved as version 1." in answer.content.decode()
    listed = desk.get("/desk/letters/").content.decode()
    assert "1 text of your letters is your own" in listed and "Version 1" in listed
    assert letter_queries.newest_versions("zh-hans")[Part.CLOSING].text == "此致\n{company}隐私团队"
    assert letter_queries.newest_versions("en")[Part.CLOSING].text == shipped(Part.CLOSING, "en")


def test_a_text_that_drops_the_remedy_is_not_saved_and_is_not_lost(desk: Client) -> None:
    answer = desk.post("/desk/letters/en/remedy/", {"text": "Too bad & <b>final</b>.", "based_on": "0"})
    told = answer.content.decode()
    assert answer.status_code == 422
    assert "{remedy} is missing, and GDPR Art. 12(4) wants it said." in told
    assert "Too bad &amp; &lt;b&gt;final&lt;/b&gt;." in told


def test_the_check_answers_while_somebody_types(desk: Client) -> None:
    address = "/desk/letters/en/refused/check/"
    assert "can be used" in desk.post(address, {"text": "{reason} {article}"}).content.decode()
    told = desk.post(address, {"text": "{reason} {salary}"}).content.decode()
    assert "{salary}" in told and "{article} is missing" in told


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_part_is_tried_out_on_a_sample_request(desk: Client, language: str) -> None:
    for part in Part:
        answer = desk.post(
            f"/desk/letters/{language}/{part.value}/preview.pdf",
            {"text": shipped(part, language) + "\nTried out"},
        )
        text = read(answer.content)
        assert answer["Content-Type"] == "application/pdf" and "Triedout" in text, part
        assert "{" not in text and "〓" not in text, part
    assert set(PARTS) == set(Part)


def test_a_letter_is_written_by_hand_on_its_page_and_read_as_pdf(shop: Company, desk: Client) -> None:
    number = driving.planned("erasure", ANN)
    address = f"/desk/requests/{number}/letters/answer/"
    assert address in desk.get(f"/desk/requests/{number}/").content.decode()
    answer = desk.post(address, {"part": "opening", "text": f"{PAYLOAD} {{date}}"}, follow=True)
    shown = answer.content.decode()
    assert "Saved. It stands in this letter alone." in shown and "<script>alert" not in shown
    text = read(desk.get(f"/desk/requests/{number}/letters/answer.pdf").content)
    assert "".join(PAYLOAD.replace("{number}", number).split()) in text
    refused = desk.post(address, {"part": "opening", "text": "No date."})
    assert refused.status_code == 422 and "GDPR Art. 12(3)" in refused.content.decode()
    desk.post(address, {"part": "opening", "text": "x", "reset": "1"})
    assert "alert(1)" not in read(desk.get(f"/desk/requests/{number}/letters/answer.pdf").content)


def test_an_address_of_no_letter_leads_nowhere(shop: Company, desk: Client) -> None:
    number = driving.planned("erasure", ANN)
    for address in (
        "/desk/letters/fr/closing/",
        "/desk/letters/en/price/",
        f"/desk/requests/{number}/letters/love/",
    ):
        assert desk.get(address).status_code == 404
    assert desk.get(f"/desk/requests/{number}/letters/appeal/").status_code == 409


def test_the_person_fetches_every_letter_that_there_is(shop: Company, client: Client) -> None:
    number = driving.planned("erasure", ANN)
    page = f"/privacy/request/{add_public_token(actor=CUSTOMER, now=NOW, number=number)}/"
    assert client.get(f"{page}letters/answer.pdf").status_code == 404
    timing.extend_deadline(actor=AGENT, now=NOW, number=number, reason="Three old systems.")
    deciding.refuse_request(
        actor=AGENT, now=datetime.now(UTC), number=number, reason=PAYLOAD, article="", justification=""
    )
    shown = client.get(page).content.decode()
    assert "<script>alert" not in shown
    for name, words in (("extension", "Threeoldsystems."), ("answer", "".join(PAYLOAD.split()))):
        assert f"{page}letters/{name}.pdf" in shown
        assert words in read(client.get(f"{page}letters/{name}.pdf").content)
