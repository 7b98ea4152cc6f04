"""What the person is told in the end: what was erased, what was not searched, how to check it; and no dead end."""

import dataclasses
import io
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone, translation
from pypdf import PdfReader

from discreet.foundation.cases.actions import add_public_token
from discreet.foundation.centre.rules import TRIES_A_CASE
from discreet.foundation.ledger.signing import log_key
from discreet.foundation.rulepacks.law import Law
from discreet.mechanisms.rights import case_page, queries
from discreet.mechanisms.rights.actions import deciding
from discreet.mechanisms.rights.complaints import complaint_words
from discreet.mechanisms.rights.letters import answers as letter_answers
from discreet.mechanisms.rights.letters import said as letters
from discreet.mechanisms.rights.models import RightsRequest
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights import driving
from tests.mechanisms.rights.company import AGENT, ANN, CUSTOMER, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_limits() -> None:
    cache.clear()


def page_of(number: str) -> str:
    return f"/privacy/request/{add_public_token(actor=CUSTOMER, now=NOW, number=number)}/"


def letter_text(view: queries.RequestView) -> str:
    reader = PdfReader(io.BytesIO(letter_answers.answer_letter(view, now=timezone.now())))
    text = "".join(page.extract_text() for page in reader.pages)
    return "".join(text.split())


def test_the_person_is_told_what_was_deleted_and_what_was_emptied(shop: Company, client: Client) -> None:
    view = driving.erased(ANN)
    told = {one["table"]: one["what"] for one in letters.erased_lines(view, "en")}
    assert told["Shop / Login"] == "2 rows deleted"
    assert told["Shop / Orders"] == "1 row stays. Emptied: Note"
    assert "2 rows deleted" in client.get(page_of(view.number)).content.decode()
    assert "2rowsdeleted" in letter_text(view)


def test_in_a_batch_each_person_is_told_of_their_own_rows(shop: Company) -> None:
    view = driving.erased(ANN)
    assert letters.erased_lines(dataclasses.replace(view, batch_size=2), "en") == letters.erased_lines(
        view, "en"
    )


def test_nothing_is_called_erased_where_no_source_was_written(shop: Company) -> None:
    view = dataclasses.replace(driving.erased(ANN), sources=())
    assert letters.erased_lines(view, "en") == []


def test_what_was_not_searched_is_not_called_searched(shop: Company, client: Client) -> None:
    view = driving.erased(ANN)
    gap = {"source": "shop", "table": "orders", "columns": ["note"], "reason": "over_budget", "rows": 3}
    partly = dataclasses.replace(view, search={"found": 0, "not_searched": [gap]})
    assert "every connected system" not in letters.search_words(partly)
    assert "may still hold data about you" in letters.search_words(partly)
    (line,) = letters.not_searched(partly)
    assert line == "Shop: Parts were not reached, or could not be looked through (they hold: Behaviour)"
    wholly = dataclasses.replace(view, search={"found": 0, "not_searched": []})
    assert "every connected system" in letters.search_words(wholly)


def test_nothing_more_is_not_said_above_what_was_kept(shop: Company) -> None:
    kept = driving.erased(ANN)
    gap = {"source": "shop", "table": "orders", "columns": ["note"], "reason": "over_budget", "rows": 3}
    for search in ({"found": 0}, {"found": 0, "not_searched": [gap]}):
        told = letters.search_words(dataclasses.replace(kept, search=search))
        assert "but what stays: it is listed" in told and "nothing more" not in told
        assert "nothing more of you" in letters.search_words(
            dataclasses.replace(kept, outcome="erased", kept=(), search=search)
        )


@pytest.mark.parametrize(
    ("laws", "named", "never"),
    [
        ([Law.GDPR], "监管机构", "人民法院"),
        ([Law.PIPL], "人民法院", "监管机构"),
        ([Law.CCPA], "加州隐私保护局", "法院"),
        ([Law.GDPR, Law.PIPL], "居住地", "人民法院"),
    ],
)
def test_where_to_complain_is_what_the_law_of_the_request_names(
    laws: list[Law], named: str, never: str
) -> None:
    with translation.override("zh-hans"):
        told = complaint_words(laws)
    assert named in told and never not in told


def test_the_letter_and_the_page_of_a_refusal_name_the_authority_of_where_the_person_lives(
    shop: Company, client: Client
) -> None:
    number = driving.opened("erasure", ANN)
    deciding.refuse_request(actor=AGENT, now=timezone.now(), number=number, reason="Not proven", article="")
    assert "to a supervisory authority" in client.get(page_of(number)).content.decode()
    assert "toasupervisoryauthority" in letter_text(queries.request_view(number))


@pytest.mark.parametrize(("language", "head"), [("en", "Keptuntil"), ("zh-hans", "保留至")])
def test_the_letter_says_until_when_something_is_kept_as_the_page_does(
    shop: Company, language: str, head: str
) -> None:
    view = driving.erased(ANN)
    row = dataclasses.replace(view.case.row, language=language)
    text = letter_text(dataclasses.replace(view, case=dataclasses.replace(view.case, row=row)))
    assert head in text and "有效期至" not in text


def test_the_person_can_check_the_proof_with_what_the_page_gives(
    shop: Company, client: Client, tmp_path: Path
) -> None:
    view = driving.erased(ANN)
    page = page_of(view.number)
    shown = client.get(page).content.decode()
    command = letters.check_command(view)
    assert "/privacy/verifier.py" in shown and command in shown
    for name, url in (
        (f"{view.number}-proof.json", f"{page}proof.json"),
        ("discreet_verify.py", "/privacy/verifier.py"),
    ):
        answer = client.get(url)
        assert f'filename="{name}"' in answer["Content-Disposition"]
        (tmp_path / name).write_bytes(answer.content)
    ran = subprocess.run(
        [sys.executable, *command.split()[1:]], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "It is the fingerprint you gave." in ran.stdout


@pytest.mark.parametrize(
    ("language", "label"),
    [("en", "Fingerprint of the key that signs the ledger"), ("zh-hans", "存证账本签名密钥的指纹")],
)
def test_the_letter_labels_the_fingerprint_of_the_key(shop: Company, language: str, label: str) -> None:
    view = driving.erased(ANN)
    row = dataclasses.replace(view.case.row, language=language)
    text = letter_text(dataclasses.replace(view, case=dataclasses.replace(view.case, row=row)))
    assert f"{label.replace(' ', '')}{log_key().fingerprint}" in text
    assert "/privacy/verifier.py" in text


def test_after_the_last_wrong_code_the_page_says_what_to_do(shop: Company, client: Client) -> None:
    page = page_of(driving.opened("erasure", ANN))
    for _ in range(TRIES_A_CASE):
        assert 'name="code"' in client.get(page).content.decode()
        answer = client.post(f"{page}code/", {"code": "00000000"})
    for shown in (answer.content.decode(), client.get(page).content.decode()):
        assert 'name="code"' not in shown and "/again/" not in shown
        assert "The request stays open" in shown and 'href="/privacy/ask/erasure/"' in shown


def test_a_form_sent_too_fast_comes_back_filled_and_may_be_sent_at_once(
    shop: Company, client: Client
) -> None:
    url = "/privacy/ask/erasure/"
    token = client.get(url).context["token"]
    back = client.post(url, {"email": ANN, "form_token": token, "website": ""})
    assert back.status_code == 422 and ANN in back.content.decode()
    assert not RightsRequest.objects.exists()
    again = client.post(url, {"email": ANN, "form_token": back.context["token"], "website": ""})
    assert again.status_code == 302 and RightsRequest.objects.count() == 1


def test_a_row_kept_with_emptied_fields_is_not_called_unchanged(shop: Company) -> None:
    view = queries.request_view(driving.planned("erasure", ANN))
    shown = case_page.context(view, actor=CUSTOMER, now=NOW)
    words = {row.raw: row.choices[0].label for group in shown["groups"] for row in group.rows}
    assert (words["orders"], words["line"]) == ("Keep, empty", "Keep")
    assert "1 row kept with fields emptied" in shown["summary"]
    with translation.override("zh-hans"):
        shown = case_page.context(view, actor=CUSTOMER, now=NOW)
        assert "保留并清空" in {row.choices[0].label for group in shown["groups"] for row in group.rows}


def test_who_decides_an_erasure_is_told_of_another_open_request_of_the_same_person(shop: Company) -> None:
    copy = driving.planned("access", ANN)
    driving.planned("access", "ben@example.com")
    view = queries.request_view(driving.planned("erasure", ANN))
    assert case_page.context(view, actor=CUSTOMER, now=NOW)["also_open"] == [copy]
    later = NOW + timedelta(days=61)
    assert case_page.context(view, actor=CUSTOMER, now=later)["also_open"] == []
