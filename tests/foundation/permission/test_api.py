"""The REST door: opt-outs passed on server to server, and questions before data are used."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from discreet.foundation.permission import counted
from discreet.foundation.permission.models import Choice
from discreet.foundation.staff import actions as staff
from discreet.foundation.staff.rules import Scope
from discreet.vocabulary.actors import Role
from tests.foundation.permission.said import ANN
from tests.foundation.staff.people import ROOT, add

pytestmark = [pytest.mark.duty("M8.1"), pytest.mark.duty("M1.3"), pytest.mark.django_db]
SALE = {"purpose": "SellDataToThirdParties"}
OUT, CHECK, BATCH = "/opt-outs", "/check", "/check/batch"


class Site:
    """A company's own site, with a token."""

    def __init__(self) -> None:
        add("shop", Role.AGENT)
        scopes = [Scope.CHOICES_READ, Scope.CHOICES_WRITE]
        token = staff.create_token(
            actor=ROOT, now=timezone.now(), owner="shop", name="web", scopes=scopes, days=30
        )
        self.client = Client(headers={"Authorization": f"Bearer {token}"})

    def ask(self, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        answer = self.client.post(f"/api/v1/permission{path}", json.dumps(body), "application/json")
        return answer.status_code, answer.json()


@pytest.fixture
def site() -> Site:
    return Site()


def test_opting_in_takes_two_calls_and_asking_is_refused_for_twelve_months(site: Site) -> None:
    """11 CCR 7028(a); 1798.135(c)(4)."""
    person = {"email": ANN.email, "device": "abc-1"}
    site.ask(OUT, person)
    status, refused = site.ask("/asks", {"person": {"email": ANN.email}})
    assert (status, refused["code"]) == (409, "permission.asked_too_soon")
    assert site.ask("/asks", {"person": {"email": "bo@example.com"}}) == (200, {"allowed": True})
    _, partly = site.ask("/opt-ins", {"email": ANN.email})
    assert site.ask(f"/opt-ins/{partly['id']}/confirm", {})[1] == {
        "ended": [],
        "standing": 1,
        "is_repeated": False,
    }
    status, step = site.ask("/opt-ins", person)
    assert status == 201 and not site.ask(CHECK, {"person": person, **SALE})[1]["allowed"]
    _, done = site.ask(f"/opt-ins/{step['id']}/confirm", {})
    assert (len(done["ended"]), done["standing"]) == (1, 0)
    assert site.ask(CHECK, {"person": person, **SALE})[1]["allowed"]
    assert site.ask(f"/opt-ins/{step['id']}/confirm", {})[1]["is_repeated"]
    assert site.ask("/opt-ins/o_nothing/confirm", {})[0] == 410


def test_a_signal_passed_on_counts_for_device_and_person(site: Site) -> None:
    """11 CCR 7025(c)(1), 7060(b): no identity is checked."""
    status, taken = site.ask(OUT, {"device": "abc-1", "email": ANN.email, "via": "gpc"})
    assert (status, taken["kind"], taken["is_repeated"]) == (201, "opt_out", False)
    again = site.ask(OUT, {"email": ANN.email, "device": "abc-1", "via": "gpc"})
    assert again == (200, {**taken, "is_repeated": True})
    for person in ({"device": "abc-1"}, {"email": ANN.email.upper()}):
        status, found = site.ask(CHECK, {"person": person, "purpose": "SellDataToThirdParties"})
        assert (status, found["allowed"], found["may_ask_again"]) == (200, False, False)
        (why,) = found["reasons"]
        assert (why["code"], why["article"]) == ("opted_out", "11 CCR 7025")
        assert why["en"] != why["zh"] and why["unsaid"] == []
    assert site.ask(CHECK, {"person": {"device": "abc-2"}, "purpose": "Marketing"})[1]["allowed"]


def test_an_answer_says_what_the_question_left_out(site: Site) -> None:
    site.ask(OUT, {"phone": "+49 30 1234567", "kind": "limit"})
    question = {"person": {"phone": "0049301234567"}, "purpose": "Marketing"}
    assert site.ask(CHECK, question)[1]["reasons"][0]["unsaid"] == ["sensitive"]
    assert site.ask(CHECK, {**question, "sensitive": False})[1]["allowed"]
    before = (timezone.now() - timedelta(days=1)).isoformat()
    assert site.ask(CHECK, {**question, "at": before})[1]["allowed"]


def test_thousands_are_asked_about_at_once_in_their_order(site: Site) -> None:
    site.ask(OUT, {"email": "p7@example.com"})
    people = [{"email": f"p{number}@example.com"} for number in range(3000)]
    status, found = site.ask(BATCH, {"people": people, "purpose": "SellDataToThirdParties"})
    assert (status, found["refused"]) == (200, 1)
    assert [place for place, answer in enumerate(found["answers"]) if not answer["allowed"]] == [7]


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        (OUT, {}, "permission.nobody_named"),
        (OUT, {"email": "nobody"}, "permission.not_an_address"),
        (OUT, {"device": "a\u202eb"}, "permission.not_readable"),
        (OUT, {"email": "a@example.com", "kind": "erasure"}, "not_understood"),
        (
            CHECK,
            {"person": {"email": "a@example.com"}, "purpose": "Everything"},
            "permission.unknown_purpose",
        ),
        (CHECK, {"person": {}, "purpose": "Marketing"}, "permission.nobody_named"),
        (
            CHECK,
            {"person": {"device": "d"}, "purpose": "Marketing", "at": "9999-01-01T00:00:00Z"},
            "not_understood",
        ),
        (BATCH, {"people": [], "purpose": "Marketing"}, "not_understood"),
        (BATCH, {"people": [{"device": "d"}] * 5001, "purpose": "Marketing"}, "not_understood"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_words(
    site: Site, path: str, body: dict[str, Any], code: str
) -> None:
    status, refusal = site.ask(path, body)
    assert (status, refusal["code"]) == (422, code)
    assert refusal["message"] and not Choice.objects.exists()


def test_a_token_that_floods_is_turned_away(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    few = counted.Limit(name="few", count=2, window_s=3600)
    monkeypatch.setattr("discreet.foundation.permission.api.TOKEN_CHOICES", few)
    statuses = [site.ask(OUT, {"device": str(number)})[0] for number in range(3)]
    assert statuses == [201, 201, 429]
