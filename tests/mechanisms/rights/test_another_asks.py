"""The public form of whoever asks for another says of whom it asks, and asks what the law wants of a relative."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from discreet.foundation.centre import form_guard
from discreet.foundation.papers.queries import asked_for
from discreet.foundation.papers.rules import Purpose
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.queries import words_sealed
from tests.mechanisms.rights.company import ANN

pytestmark = [pytest.mark.duty("M8.2"), pytest.mark.django_db]
RELATIVE = {
    "requester": "relative",
    "who_name": "L. Son",
    "who_contact": "son@example.net",
    "relation": "son",
    "interest": "To settle the estate",
    "no_other_wish": "on",
}
ASKING = "?for=another"


def page_of(kind: str, query: str = "", language: str = "en") -> str:
    return (
        Client().get(f"/privacy/ask/{kind}/{query}", headers={"accept-language": language}).content.decode()
    )


def sent(kind: str, **fields: str) -> tuple[int, str]:
    token = form_guard.issue(now=timezone.now() - timedelta(seconds=30))
    said = {"form_token": token, "website": "", "email": ANN, "residence": "DE", **fields}
    answer = Client().post(f"/privacy/ask/{kind}/{ASKING}", said)
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize("kind", ["erasure", "rectification"])
def test_each_form_says_whose_address_and_whose_home_it_asks_for(kind: str) -> None:
    mine, anothers = page_of(kind), page_of(kind, ASKING)
    assert "Where do you live?" in mine and "The one we know you by" in mine and "Nobody else" not in mine
    assert 'name="requester"' not in mine and ASKING in mine
    assert "Where does the person live" in anothers and "The person’s e-mail address" in anothers
    assert (
        "Where do you live?" not in anothers
        and "prove" not in anothers.split("</form>")[0].split("<form")[-1]
    )
    assert "the death certificate" in anothers and "a power of attorney" in anothers
    chinese = page_of(kind, ASKING, "zh-hans")
    assert "本人的邮箱" in chinese and "死亡证明" in chinese


def test_what_is_needed_is_not_called_optional() -> None:
    page = page_of("erasure", ASKING)
    for name, is_optional in {"who_name": False, "interest": False, "who_contact": True}.items():
        label = re.search(rf'<label class="form-label" for="id_{name}">(.*?)</label>', page)
        assert label and ("optional" in label[1]) is is_optional


@pytest.mark.parametrize("left_out", ["requester", "who_name", "interest", "no_other_wish"])
def test_what_is_left_out_is_asked_for_beside_its_field_and_nothing_is_recorded(left_out: str) -> None:
    fields = {name: value for name, value in RELATIVE.items() if name != left_out}
    status, page = sent("erasure", **fields)
    assert status == 422 and f'id="id_{left_out}_error"' in page and not RightsRequest.objects.exists()


def test_what_a_relative_says_of_interest_and_wish_stands_before_who_decides(desk: Client) -> None:
    assert sent("access", **RELATIVE)[0] == 302
    number = RightsRequest.objects.get().number
    assert asked_for(number) is Purpose.RELATIVE
    who = words_sealed(number).who
    assert (who["interest"], who["no_other_wish"]) == ("To settle the estate", "yes")
    page = desk.get(f"/desk/requests/{number}/").content.decode()
    assert "To settle the estate" in page and "The relative says so" in page


def test_of_a_guardian_nothing_is_asked_that_only_the_dead_could_wish() -> None:
    status, _ = sent("access", requester="guardian", who_name="A. Mother")
    assert status == 302 and words_sealed(RightsRequest.objects.get().number).who["no_other_wish"] == ""
