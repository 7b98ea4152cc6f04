"""Signing in: second factor first, sessions that rotate and die, lock-out, evidence."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from axes.models import AccessAttempt
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from discreet.foundation.ledger.queries import entries_for
from discreet.foundation.staff import actions
from discreet.foundation.staff.models import StaffMember
from discreet.vocabulary.actors import Role
from tests.foundation.staff.people import NOW, PASSWORD, ROOT, add, is_signed_in, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.duty("M2.5")]
COOKIE = "discreet_session"


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    cache.clear()


@pytest.fixture
def demo(settings: Settings) -> None:
    settings.DISCREET_DEMO = True


def test_name_and_address_both_open_the_account(demo: None) -> None:
    add("anna", Role.AGENT, email="anna@example.com")
    for login in ("anna", "anna@example.com"):
        client = Client()
        assert sign_in(client, login) == 302
        assert client.get("/desk/").status_code == 200


def test_nobody_signs_up(client: Client) -> None:
    assert client.get("/account/signup/").status_code == 404


def test_outside_the_demo_the_second_factor_comes_first(client: Client) -> None:
    add("anna", Role.AGENT)
    sign_in(client, "anna")
    for path in ("/desk/", "/desk/ledger/", "/api/v1/requests"):
        response = client.get(path)
        assert (response.status_code, response["Location"]) == (302, "/account/second-factor/totp/activate/")


def test_a_first_password_is_changed_before_anything_else(client: Client) -> None:
    first = actions.create_member(actor=ROOT, now=NOW, username="anna", email="", roles=[Role.AGENT])
    sign_in(client, "anna", first)
    assert client.get("/desk/")["Location"] == "/account/password/"
    client.post("/account/password/", {"oldpassword": first, "password1": PASSWORD, "password2": PASSWORD})
    assert not is_signed_in(client)
    assert not StaffMember.objects.get(username="anna").must_change_password
    assert entries_for("staff:anna")[-1].act == "staff.change_password"


def test_after_the_first_password_sign_in_leads_on_and_not_back_to_it(client: Client) -> None:
    first = actions.create_member(actor=ROOT, now=NOW, username="anna", email="", roles=[Role.AGENT])
    sign_in(client, "anna", first)
    words = {"oldpassword": first, "password1": PASSWORD, "password2": PASSWORD}
    page = client.post("/account/password/", words, follow=True)
    (sign_in_page, _) = page.redirect_chain[-1]
    assert sign_in_page == "/account/login/?next=/desk/"
    landed = client.post(sign_in_page, {"login": "anna", "password": PASSWORD, "next": "/desk/"}, follow=True)
    chain = [address for address, _ in landed.redirect_chain]
    assert chain[0] == "/desk/" and "/account/second-factor/totp/activate/" in chain
    assert "/account/password/" not in chain


def test_the_second_factor_is_asked_at_sign_in(client: Client) -> None:
    member = add("anna", Role.AGENT)
    secret = generate_totp_secret()
    TOTP.activate(member, secret)
    assert sign_in(client, "anna") == 302
    assert not is_signed_in(client)
    counter = next(iter(yield_hotp_counters_from_time()))
    code = f"{hotp_value(secret, counter):06d}"
    before = client.cookies[COOKIE].value
    client.post("/account/second-factor/authenticate/", {"code": code})
    assert client.get("/desk/").status_code == 200
    assert client.cookies[COOKIE].value != before


@pytest.mark.promise(24)
def test_setting_up_the_second_factor_opens_the_desk_with_a_new_session(client: Client) -> None:
    add("anna", Role.AGENT)
    sign_in(client, "anna")
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    page = client.get("/account/second-factor/totp/activate/")
    secret = page.context["form"].secret
    before = client.cookies[COOKIE].value
    counter = next(iter(yield_hotp_counters_from_time()))
    response = client.post(
        "/account/second-factor/totp/activate/", {"code": f"{hotp_value(secret, counter):06d}"}
    )
    assert response["Location"] == "/account/second-factor/recovery-codes/"
    assert client.get("/desk/").status_code == 200
    assert client.cookies[COOKIE].value != before


@pytest.mark.promise(24)
def test_a_session_from_before_sign_in_does_not_survive_it(demo: None) -> None:
    add("anna", Role.AGENT)
    client = Client()
    client.get("/account/login/")
    session = client.session
    session["planted"] = "x"
    session.save()
    planted = session.session_key
    client.cookies[COOKIE] = planted
    sign_in(client, "anna")
    assert client.cookies[COOKIE].value != planted
    thief = Client()
    thief.cookies[COOKIE] = planted
    assert not is_signed_in(thief)


@pytest.mark.promise(24)
def test_confirming_it_is_you_rotates_the_session(demo: None) -> None:
    add("anna", Role.AGENT)
    client = Client()
    sign_in(client, "anna")
    before = client.cookies[COOKIE].value
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    assert client.cookies[COOKIE].value != before
    assert client.get("/desk/").status_code == 200


@pytest.mark.promise(24)
def test_a_new_password_ends_every_session(demo: None) -> None:
    add("anna", Role.AGENT)
    here, elsewhere = Client(), Client()
    sign_in(here, "anna")
    sign_in(elsewhere, "anna")
    new = "a-further-harbour"
    here.post("/account/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert not is_signed_in(here)
    assert not is_signed_in(elsewhere)


@pytest.mark.promise(24)
def test_a_change_of_roles_ends_every_session(demo: None) -> None:
    add("anna", Role.AGENT)
    client = Client()
    sign_in(client, "anna")
    actions.change_roles(actor=ROOT, now=NOW, username="anna", roles=[Role.AGENT, Role.APPROVER])
    assert not is_signed_in(client)


def test_a_closed_account_is_out_at_once(demo: None) -> None:
    add("root.admin", Role.ADMINISTRATOR)
    add("anna", Role.AGENT)
    client = Client()
    sign_in(client, "anna")
    actions.deactivate_member(actor=ROOT, now=NOW, username="anna")
    assert not is_signed_in(client)
    sign_in(client, "anna")
    assert not is_signed_in(client)


def test_guessing_locks_the_account_for_this_address(demo: None) -> None:
    add("anna", Role.AGENT)
    client = Client()
    answers = [sign_in(client, "anna", "wrong-password-1") for _ in range(7)]
    assert answers[-1] in (429, 200)
    sign_in(client, "anna")
    assert not is_signed_in(client)


def test_the_lock_holds_whatever_process_counted_and_keeps_no_typed_name(demo: None) -> None:
    add("anna", Role.AGENT)
    client = Client()
    for _ in range(5):
        cache.clear()  # what limits of one process would forget
        sign_in(client, "anna", "wrong-password-1")
    cache.clear()
    assert sign_in(client, "anna") == 429
    assert sign_in(Client(REMOTE_ADDR="198.51.100.7"), "anna") == 302
    stored = str(list(AccessAttempt.objects.values()))
    assert "anna" not in stored and "wrong-password-1" not in stored


def test_wrong_name_and_wrong_password_look_the_same(demo: None) -> None:
    add("anna", Role.AGENT)
    pages = []
    for login in ("anna", "nobody"):
        response = Client().post("/account/login/", {"login": login, "password": "wrong-password-1"})
        pages.append((response.status_code, list(response.context["form"].non_field_errors())))
    assert pages[0] == pages[1]


def test_sign_ins_are_evidence_and_typed_names_are_not(demo: None) -> None:
    add("anna", Role.AGENT)
    sign_in(Client(), "anna", "wrong-password-1")
    sign_in(Client(), "my-secret-password", "anna")
    sign_in(Client(), "anna")
    assert [entry.act for entry in entries_for("staff:anna")][-2:] == [
        "staff.refuse_sign_in",
        "staff.sign_in",
    ]
    (unknown,) = entries_for("staff:unknown")
    assert "secret" not in str(unknown)


def test_a_reset_removes_the_second_factor_and_gives_a_first_password(demo: None) -> None:
    member = add("anna", Role.AGENT)
    TOTP.activate(member, generate_totp_secret())
    first = actions.reset_sign_in(actor=ROOT, now=NOW, username="anna")
    assert not Authenticator.objects.filter(user=member).exists()
    client = Client()
    sign_in(client, "anna", first)
    assert client.get("/desk/")["Location"] == "/account/password/"
