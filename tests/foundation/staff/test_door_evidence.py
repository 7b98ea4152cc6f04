"""What happens at the door is evidence: wrong factors, lock-outs, changes of factors; never what was typed."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings

from discreet.foundation import plain_sql
from discreet.foundation.ledger.models import LedgerEntry
from discreet.foundation.ledger.queries import entries_for
from discreet.vocabulary.actors import Role
from tests.foundation.staff.people import PASSWORD, add, is_signed_in, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.duty("M2.5")]
FACTOR = "/account/second-factor"
WRONG = "wrong-password-1"


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    cache.clear()


def code_of(secret: str) -> str:
    return f"{hotp_value(secret, next(iter(yield_hotp_counters_from_time()))):06d}"


def said(act: str, subject: str = "staff:anna") -> list[object]:
    return [entry.facts for entry in entries_for(subject) if entry.act == act]


def test_a_wrong_second_factor_is_evidence_of_its_account(client: Client) -> None:
    TOTP.activate(add("anna", Role.AGENT), generate_totp_secret())
    sign_in(client, "anna")
    client.post(f"{FACTOR}/authenticate/", {"code": "000000"})
    client.post(f"{FACTOR}/authenticate/", {"credential": '{"id": "AA"}'})
    assert said("staff.refuse_second_factor") == [
        {"factor": "code", "stage": "sign_in"},
        {"factor": "passkey", "stage": "sign_in"},
    ]
    assert not is_signed_in(client)


def test_a_wrong_code_of_somebody_signed_in_is_evidence(client: Client) -> None:
    secret = generate_totp_secret()
    TOTP.activate(add("anna", Role.AGENT), secret)
    sign_in(client, "anna")
    client.post(f"{FACTOR}/authenticate/", {"code": code_of(secret)})
    client.post(f"{FACTOR}/reauthenticate/", {"code": "000000"})
    client.post("/account/reauthenticate/", {"password": WRONG})
    assert said("staff.refuse_second_factor") == [{"factor": "code", "stage": "confirm"}]
    assert said("staff.refuse_sign_in") == [
        {"outcome": "refused", "by": "password", "reason": "credentials"},
    ]


def test_guessing_codes_locks_the_account_out_and_says_so_once(client: Client) -> None:
    secret = generate_totp_secret()
    TOTP.activate(add("anna", Role.AGENT), secret)
    sign_in(client, "anna")
    for _ in range(8):
        client.post(f"{FACTOR}/authenticate/", {"code": "000000"})
    client.post(f"{FACTOR}/authenticate/", {"code": code_of(secret)})
    assert not is_signed_in(client)
    assert len(said("staff.refuse_second_factor")) < 8
    assert said("staff.lock_out") == [{"stage": "second_factor"}]


def test_guessing_passwords_locks_the_account_out_and_says_so_once(client: Client) -> None:
    add("anna", Role.AGENT, email="anna@example.com")
    for _ in range(8):
        sign_in(client, "anna", WRONG)
    assert said("staff.lock_out") == [{"stage": "password"}]


def test_a_lock_out_that_other_processes_counted_is_evidence_too(client: Client) -> None:
    add("anna", Role.AGENT)
    for _ in range(5):
        cache.clear()
        status = sign_in(client, "anna", WRONG)
    assert status == 429
    assert len(said("staff.refuse_sign_in")) == 5
    assert said("staff.lock_out") == [{"stage": "password"}]


def test_a_lock_out_of_nobody_keeps_no_typed_name(client: Client) -> None:
    for _ in range(8):
        sign_in(client, "my-secret-password", WRONG)
    assert said("staff.lock_out", "staff:unknown") == [{"stage": "password"}]
    assert "my-secret" not in str(list(LedgerEntry.objects.values()))


@pytest.mark.parametrize("is_demo", [True, False])
def test_a_sign_in_says_by_what(client: Client, settings: Settings, is_demo: bool) -> None:
    settings.DISCREET_DEMO = is_demo
    member = add("anna", Role.AGENT)
    sign_in(client, "anna")
    secret = generate_totp_secret()
    TOTP.activate(member, secret)
    again = Client()
    sign_in(again, "anna")
    again.post(f"{FACTOR}/authenticate/", {"code": code_of(secret)})
    assert said("staff.sign_in") == [
        {"outcome": "signed_in", "by": "password", "second_factor": "none"},
        {"outcome": "signed_in", "by": "password", "second_factor": "totp"},
    ]


def test_each_change_of_factors_is_evidence(client: Client) -> None:
    add("anna", Role.AGENT)
    sign_in(client, "anna")
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    secret = client.get(f"{FACTOR}/totp/activate/").context["form"].secret
    client.post(f"{FACTOR}/totp/activate/", {"code": code_of(secret)})
    client.post(f"{FACTOR}/recovery-codes/generate/")
    client.post(f"{FACTOR}/totp/deactivate/")
    assert said("staff.change_factor") == [
        {"factor": "recovery_codes", "change": "added"},
        {"factor": "totp", "change": "added"},
        {"factor": "recovery_codes", "change": "renewed"},
        {"factor": "recovery_codes", "change": "removed"},
        {"factor": "totp", "change": "removed"},
    ]
    assert not Authenticator.objects.exists()
    assert secret not in str(list(LedgerEntry.objects.values()))


def test_a_factor_that_cannot_be_recorded_is_not_changed(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    add("anna", Role.AGENT)
    sign_in(client, "anna")
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    secret = client.get(f"{FACTOR}/totp/activate/").context["form"].secret
    monkeypatch.setattr(plain_sql, "insert", _broken)
    with pytest.raises(OperationalError):
        client.post(f"{FACTOR}/totp/activate/", {"code": code_of(secret)})
    assert not Authenticator.objects.exists()


def _broken(*args: object, **kwargs: object) -> None:
    raise OperationalError("the ledger cannot be written")
