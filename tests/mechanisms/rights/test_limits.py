"""Floods are stopped, and an office behind one address is not."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from discreet.foundation.cases.actions import add_public_token
from discreet.foundation.centre import form_guard, limits, refusals
from discreet.foundation.centre.rules import (
    ALL_FORMS,
    CLIENT_FORMS,
    MAILBOX_FORMS,
    REQUEST_CODES,
    TRIES_A_CASE,
    Limit,
)
from discreet.foundation.ledger.models import LedgerEntry
from discreet.foundation.mail.folder import newest_in_folder
from discreet.mechanisms.rights.actions import receiving
from discreet.mechanisms.rights.rules import State
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights import driving
from tests.mechanisms.rights.company import ANN, CUSTOMER, NOW, who

pytestmark = [pytest.mark.django_db, pytest.mark.promise(13)]


@pytest.fixture(autouse=True)
def fresh(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.DISCREET_MAIL_FOLDER = tmp_path / "mail"
    limits.forget_remembered()
    yield
    limits.forget_remembered()


def page_of(number: str) -> str:
    return f"/privacy/request/{add_public_token(actor=CUSTOMER, now=NOW, number=number)}/"


def asked() -> str:
    """Ask at the privacy centre, and have the code mailed."""
    received = receiving.receive_request(
        actor=CUSTOMER, now=timezone.now(), kind="erasure", claim=who(ANN), residence="DE", channel="centre"
    )
    driving.work()
    return received.number


def code() -> str:
    return re.findall(r"\b\d{8}\b", newest_in_folder()[0].body)[0]


def use_up(limit: Limit, value: str, now: datetime) -> None:
    assert not any(limits.count_each([[(limit, value)]] * limit.count, now=now))


def test_a_right_code_is_taken_from_an_address_whose_office_has_asked_enough(
    shop: Company, client: Client
) -> None:
    page = page_of(asked())
    use_up(CLIENT_FORMS, "127.0.0.1", timezone.now())
    assert client.post(f"{page}code/", {"code": code()}).status_code == 302


def test_a_code_has_its_tries_in_total_and_its_page_is_no_way_to_flood(shop: Company, client: Client) -> None:
    number = asked()
    page, right = page_of(number), code()
    answers = [client.post(f"{page}code/", {"code": "00000000"}).status_code for _ in range(TRIES_A_CASE)]
    assert answers == [422] * TRIES_A_CASE
    assert client.post(f"{page}code/", {"code": right}).status_code == 422
    for _ in range(REQUEST_CODES.count):
        answer = client.post(f"{page}code/", {"code": right})
    entries = LedgerEntry.objects.count()
    assert answer.status_code == 429 and "for this request" in answer.content.decode()
    assert client.post(f"{page}again/").status_code == 429
    assert LedgerEntry.objects.count() == entries and driving.state(number) is State.RECEIVED


@pytest.mark.parametrize(
    ("limit", "refusal", "words"),
    [
        (CLIENT_FORMS, refusals.TooManyRequests, "internet address"),
        (MAILBOX_FORMS, refusals.TooManyForMailbox, "e-mail address"),
        (REQUEST_CODES, refusals.TooManyForRequest, "this request"),
        (ALL_FORMS, refusals.TooManyInAll, "at once"),
    ],
)
def test_a_refusal_says_which_limit_it_was(
    limit: Limit, refusal: type[refusals.TooManyRequests], words: str
) -> None:
    now = timezone.now()
    use_up(limit, "one", now)
    with pytest.raises(refusal, match=words):
        limits.count(limit, value="one", now=now)


def test_a_flood_that_names_a_victim_keeps_nobody_else_from_asking(client: Client) -> None:
    def ask(address: str) -> int:
        token = form_guard.issue(now=timezone.now() - timedelta(seconds=10))
        form = {"email": ANN, "residence": "DE", form_guard.TOKEN_FIELD: token}
        return client.post("/privacy/ask/erasure/", form, REMOTE_ADDR=address).status_code

    flood = [ask("203.0.113.9") for _ in range(MAILBOX_FORMS.count + 2)]
    assert flood == [302] * MAILBOX_FORMS.count + [429] * 2
    assert ask("198.51.100.7") == 302


def test_who_is_over_their_own_limit_does_not_use_up_that_of_all(client: Client) -> None:
    now = timezone.now()
    use_up(CLIENT_FORMS, "127.0.0.1", now)
    limits.count_each([[(ALL_FORMS, "")]] * (ALL_FORMS.count - 1), now=now)
    token = form_guard.issue(now=now - timedelta(seconds=10))
    sent = {"email": ANN, "residence": "DE", form_guard.TOKEN_FIELD: token}
    assert [client.post("/privacy/ask/erasure/", sent).status_code for _ in range(3)] == [429] * 3
    limits.count(ALL_FORMS, value="", now=now)
