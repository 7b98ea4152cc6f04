"""Passkeys in the real Chromium, with the virtual authenticator of its debugger; and what a forger would post."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import CDPSession, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from discreet.foundation.ledger.queries import entries_for
from discreet.foundation.staff import actions
from discreet.vocabulary.actors import Role
from tests.browser.harness import accessibility_faults, choose, picture, sign_in
from tests.foundation.staff.people import NOW, PASSWORD, ROOT, add, is_signed_in
from tests.foundation.staff.people import sign_in as post_sign_in

pytestmark = pytest.mark.duty("M2.5")
ADD = "/account/second-factor/webauthn/add/"


@pytest.fixture
def base(live_server: LiveServer, settings: Settings) -> Iterator[str]:
    """Return the address of an installation outside the demo, with one account."""
    cache.clear()
    add("anna", Role.AGENT)
    yield live_server.url


class Device:
    """An authenticator of the browser, as a phone or a laptop has one."""

    def __init__(self, page: Page) -> None:
        self.session: CDPSession = page.context.new_cdp_session(page)
        self.session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        added: dict[str, Any] = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.id = added["authenticatorId"]

    def recognises(self, *, person: bool) -> None:
        """Say whether the finger, face or PIN is the right one."""
        options = {"authenticatorId": self.id, "isUserVerified": person}
        self.session.send("WebAuthn.setUserVerified", options)

    def forgets(self) -> None:
        self.session.send("WebAuthn.clearCredentials", {"authenticatorId": self.id})


def add_passkey(page: Page, base: str, *, is_alone: bool = True) -> None:
    """Sign in by password and add a passkey as the first second factor."""
    sign_in(page, base, "anna", PASSWORD)
    page.goto(f"{base}/desk/")
    page.fill("[name=password]", PASSWORD)
    with page.expect_navigation():
        page.click("main button")
    page.click("main a[href$='webauthn/add/']")
    page.set_checked("[name=passwordless]", is_alone)
    with page.expect_navigation():
        page.click("#add_passkey")
    expect(page).to_have_url(f"{base}/account/second-factor/recovery-codes/")


def sign_out(page: Page, base: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{base}/account/login/")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_passkey_is_the_second_factor_that_opens_the_desk(page: Page, base: str) -> None:
    Device(page)
    add_passkey(page, base)
    page.goto(f"{base}/desk/")
    expect(page).to_have_url(f"{base}/desk/")
    sign_out(page, base)
    sign_in(page, base, "anna", PASSWORD)
    with page.expect_navigation():
        page.click("#use_passkey")
    page.goto(f"{base}/desk/")
    expect(page).to_have_url(f"{base}/desk/")
    facts = [(entry.act, entry.facts) for entry in entries_for("staff:anna")]
    assert ("staff.change_factor", {"factor": "passkey", "change": "added"}) in facts
    assert facts[-1] == (
        "staff.sign_in",
        {"outcome": "signed_in", "by": "password", "second_factor": "passkey"},
    )


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_passkey_signs_in_alone(page: Page, base: str) -> None:
    Device(page)
    add_passkey(page, base)
    sign_out(page, base)
    with page.expect_navigation():
        page.click("#passkey_sign_in")
    page.goto(f"{base}/desk/")
    expect(page).to_have_url(f"{base}/desk/")
    assert entries_for("staff:anna")[-1].facts == {
        "outcome": "signed_in",
        "by": "passkey",
        "second_factor": "passkey",
    }


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "words"), [("en", "Home"), ("zh-hans", "总览")])
def test_a_passkey_is_added_and_signs_in_by_keyboard_alone(
    page: Page, base: str, language: str, words: str
) -> None:
    Device(page)
    choose(page, base, language=language, theme="dark")
    sign_in(page, base, "anna", PASSWORD)
    page.goto(f"{base}/desk/")
    page.focus("[name=password]")
    page.keyboard.type(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.focus("main a[href$='webauthn/add/']")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.focus("#add_passkey")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page).to_have_url(f"{base}/account/second-factor/recovery-codes/")
    sign_out(page, base)
    choose(page, base, language=language)
    page.reload()
    page.focus("#passkey_sign_in")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.goto(f"{base}/desk/")
    expect(page.locator(".side [aria-current=page]")).to_have_text(words)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_passkey_without_its_person_opens_nothing(page: Page, base: str) -> None:
    device = Device(page)
    add_passkey(page, base)
    sign_out(page, base)
    device.recognises(person=False)
    page.click("#passkey_sign_in")
    expect(page.locator("#passkey-failed")).to_be_visible()
    page.goto(f"{base}/desk/")
    expect(page).to_have_url(f"{base}/account/login/?next=/desk/")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_removed_passkey_opens_nothing(page: Page, base: str) -> None:
    Device(page)
    add_passkey(page, base)
    add("root.admin", Role.ADMINISTRATOR)
    actions.reset_sign_in(actor=ROOT, now=NOW, username="anna")
    sign_out(page, base)
    with page.expect_navigation():
        page.click("#passkey_sign_in")
    page.goto(f"{base}/desk/")
    expect(page).to_have_url(f"{base}/account/login/?next=/desk/")
    (refused,) = entries_for("staff:unknown")
    assert refused.facts == {"outcome": "refused", "by": "passkey", "reason": "credentials"}


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_pages_of_passkeys_are_accessible_in_both_languages(page: Page, base: str, language: str) -> None:
    Device(page)
    add_passkey(page, base)
    key = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN).pk
    choose(page, base, language=language)
    under = "/account/second-factor"
    pages = {
        "passkey-add": ADD,
        "passkeys": f"{under}/webauthn/",
        "passkey-rename": f"{under}/webauthn/keys/{key}/edit/",
        "passkey-remove": f"{under}/webauthn/keys/{key}/remove/",
        "passkey-confirm": f"{under}/webauthn/reauthenticate/",
        "second-factor-set": f"{under}/",
    }
    faults = {}
    for name, path in pages.items():
        page.goto(base + path)
        picture(page, f"{name}.{language}")
        assert ("通行密钥" in page.inner_text("main")) == (language == "zh-hans"), name
        faults[name] = accessibility_faults(page)
    sign_out(page, base)
    choose(page, base, language=language)
    sign_in(page, base, "anna", PASSWORD)
    picture(page, f"second-factor.{language}")
    faults["second-factor"] = accessibility_faults(page)
    assert {name: found for name, found in faults.items() if found} == {}


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_passkey_is_renamed_and_removed_by_its_person(page: Page, base: str) -> None:
    Device(page)
    add_passkey(page, base)
    page.goto(f"{base}/account/second-factor/webauthn/")
    page.click("main a[href$='/edit/']")
    page.fill("[name=name]", "Laptop")
    with page.expect_navigation():
        page.click("main button")
    expect(page.locator("main td").first).to_have_text("Laptop")
    page.click("main a[href$='/remove/']")
    with page.expect_navigation():
        page.click("main button")
    assert not Authenticator.objects.exists()
    assert {"factor": "passkey", "change": "removed"} in [one.facts for one in entries_for("staff:anna")]


def _forged(user_handle: str, client_data: str) -> str:
    inner = {"userHandle": user_handle, "clientDataJSON": client_data, "authenticatorData": "AAAA"}
    inner |= {"signature": "AA", "attestationObject": "oA"}
    return json.dumps({"id": "AA", "rawId": "AA", "type": "public-key", "response": inner})


FORGED = ["", "null", "[]", '"x"', "{}", '{"id": "AA", "rawId": "AA", "type": "public-key"}']
FORGED += [_forged(*pair) for pair in (("MQ", "e30"), ("%%", "%%"), ("", ""), ("_w", "bm9wZQ"))]


@pytest.mark.django_db
@pytest.mark.parametrize("forged", FORGED)
def test_a_forged_passkey_is_refused_everywhere(client: Client, settings: Settings, forged: str) -> None:
    settings.DISCREET_DEMO = True
    cache.clear()
    add("anna", Role.AGENT)
    client.get("/account/second-factor/webauthn/login/", headers={"Accept": "application/json"})
    response = client.post("/account/second-factor/webauthn/login/", {"credential": forged})
    assert (response.status_code, response["Location"]) == (302, "/account/login/")
    assert not is_signed_in(client)
    post_sign_in(client, "anna")
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    assert client.get(ADD).status_code == 200
    assert client.post(ADD, {"name": "x", "credential": forged}).status_code == 200
    assert not Authenticator.objects.exists()
