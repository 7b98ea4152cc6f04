"""Sign-in through an identity provider: a real one in a process of its own, and what a hostile one would try."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from discreet.foundation.centre.limits import forget_remembered
from discreet.foundation.ledger.queries import entries_for
from discreet.foundation.staff import actions, queries
from discreet.foundation.staff.models import StaffMember
from discreet.foundation.staff.provider_settings import ProviderSettings
from discreet.vocabulary.actors import Role
from tests.browser.harness import accessibility_faults, choose, picture
from tests.foundation.staff.openid_provider import CLIENT_ID, CLIENT_SECRET
from tests.foundation.staff.people import NOW, PASSWORD, ROOT, add, is_signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.duty("M2.5")]
ANNA = {"sub": "a-1", "email": "anna@example.com", "email_verified": True, "amr": ["pwd", "otp"]}
GROUPS = {"privacy-team": Role.AGENT, "privacy-leads": Role.APPROVER, "it-admins": Role.ADMINISTRATOR}


class Process:
    """The provider, from outside."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.site = "http://testserver"

    def says(self, claims: dict[str, Any], **more: Any) -> None:
        said = {"claims": claims, "redirect_uri": f"{self.site}/account/provider/answer/", **more}
        requests.post(f"{self.issuer}/control", json=said, timeout=5).raise_for_status()

    def answer_to(self, address: str) -> str:
        """Return where the provider sends the browser that came to `address`."""
        response = requests.get(address, allow_redirects=False, timeout=5)
        assert response.status_code == 302, response.text
        return response.headers["Location"]


@pytest.fixture(scope="module")
def running() -> Iterator[Process]:
    script = Path(__file__).parent / "openid_provider.py"
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Process(process.stdout.readline().strip())
        process.terminate()


@pytest.fixture
def provider(running: Process, settings: Settings) -> Process:
    cache.clear()
    running.site = "http://testserver"
    forget_remembered()
    configure(settings, running)
    running.says(ANNA)
    return running


def configure(settings: Settings, running: Process, **more: Any) -> None:
    settings.DISCREET_IDENTITY_PROVIDER = ProviderSettings(
        issuer=running.issuer, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, name="Harbour ID", **more
    )


def come_back(client: Client, provider: Process, path: str = "/account/provider/") -> Any:
    """Go to the provider and return with its answer."""
    sent = client.get(path)
    assert sent.status_code == 302
    return client.get(provider.answer_to(sent["Location"]))


def refusals() -> list[tuple[str, object]]:
    subjects = ("staff:anna", "staff:unknown")
    entries = [entry for subject in subjects for entry in entries_for(subject)]
    return [
        (entry.subject, entry.facts["reason"]) for entry in entries if entry.act == "staff.refuse_sign_in"
    ]


def test_without_a_provider_nothing_of_it_is_there(client: Client) -> None:
    assert client.get("/account/provider/").status_code == 404
    assert client.get("/account/provider/answer/?state=x&code=y").status_code == 404
    assert b"/account/provider/" not in client.get("/account/login/").content


def test_a_verified_address_opens_the_account_of_staff(client: Client, provider: Process) -> None:
    add("anna", Role.AGENT, email="anna@example.com")
    response = come_back(client, provider)
    assert (response.status_code, response["Location"]) == (302, "/desk/")
    assert client.get("/desk/").status_code == 200


def test_the_way_carries_state_nonce_and_a_pkce_challenge(client: Client, provider: Process) -> None:
    sent = client.get("/account/provider/?scope=admin&auth_params=prompt%3Dnone&process=connect")
    query = parse_qs(urlsplit(sent["Location"]).query)
    assert set(query["scope"][0].split()) == {"openid", "email", "profile"}
    assert query["code_challenge_method"] == ["S256"]
    assert min(len(query[name][0]) for name in ("state", "nonce", "code_challenge")) >= 16
    assert "prompt" not in query


def test_the_sign_in_is_evidence_without_address_or_subject(client: Client, provider: Process) -> None:
    add("anna", Role.AGENT, email="anna@example.com")
    come_back(client, provider)
    admitted, signed_in = entries_for("staff:anna")[-2:]
    assert (admitted.act, admitted.facts) == (
        "staff.admit_from_provider",
        {"outcome": "linked", "second_factor": True},
    )
    assert (signed_in.act, signed_in.facts) == (
        "staff.sign_in",
        {"outcome": "signed_in", "by": "provider", "second_factor": "provider"},
    )
    assert "a-1" not in str([admitted, signed_in])


def test_nothing_the_provider_said_is_kept_but_a_hash_of_the_subject(
    client: Client, provider: Process
) -> None:
    TOTP.activate(add("anna", Role.AGENT, email="anna@example.com"), generate_totp_secret())
    provider.says({**ANNA, "name": "Anna Canary", "amr": []})
    assert come_back(client, provider)["Location"] == "/account/second-factor/authenticate/"
    link = SocialAccount.objects.get()
    assert (link.extra_data, len(link.uid), "a-1" in link.uid) == ({}, 64, False)
    assert not SocialToken.objects.exists()
    sessions = str([one.get_decoded() for one in Session.objects.all()])
    assert "oidc" in sessions
    assert "Canary" not in sessions and "'token':" not in sessions


@pytest.mark.parametrize(
    ("claims", "sign", "reason"),
    [
        ({"nonce": "another"}, "RS256", "token_nonce"),
        ({"nonce": None}, "RS256", "token_nonce"),
        ({}, "none", "token_signature"),
        ({}, "stripped", "token_signature"),
        ({}, "HS256", "token_signature"),
        ({}, "foreign", "token_signature"),
        ({"aud": "another-client"}, "RS256", "token_audience"),
        ({"aud": [CLIENT_ID, "another-client"]}, "RS256", "token_audience"),
        ({"azp": "another-client"}, "RS256", "token_audience"),
        ({"iss": "https://elsewhere.example"}, "RS256", "token_issuer"),
        ({"exp": 1_000_000_000}, "RS256", "token_expired"),
        ({"iat": 4_000_000_000}, "RS256", "token_expired"),
        ({"exp": None}, "RS256", "token_malformed"),
        ({"sub": None}, "RS256", "token_malformed"),
    ],
)
def test_a_token_that_is_not_ours_opens_nothing(
    client: Client, provider: Process, claims: dict[str, Any], sign: str, reason: str
) -> None:
    add("anna", *Role, email="anna@example.com")
    provider.says(ANNA | claims, sign=sign)
    assert come_back(client, provider).status_code == 401
    assert not is_signed_in(client)
    assert refusals() == [("staff:unknown", reason)]


def test_no_token_opens_nothing(client: Client, provider: Process) -> None:
    add("anna", Role.AGENT, email="anna@example.com")
    provider.says(ANNA, is_without_id_token=True)
    assert come_back(client, provider).status_code == 401
    assert not is_signed_in(client)


@pytest.mark.parametrize("verified", [False, None, "false", 0, "yes", [True]])
def test_an_address_that_is_not_verified_opens_nothing(
    client: Client, provider: Process, verified: object
) -> None:
    add("anna", Role.AGENT, email="anna@example.com")
    provider.says({**ANNA, "email_verified": verified})
    assert come_back(client, provider).status_code == 403
    assert not is_signed_in(client)
    assert refusals() == [("staff:anna", "address_not_verified")]


def test_a_verified_flag_counts_only_beside_its_address(client: Client, provider: Process) -> None:
    add("anna", Role.AGENT, email="anna@example.com")
    bare = {"sub": "a-1", "email_verified": True}
    provider.says(bare, userinfo={"sub": "a-1", "email": "anna@example.com", "email_verified": False})
    assert come_back(client, provider).status_code == 403
    provider.says(bare, userinfo={"sub": "m-9", "email": "anna@example.com", "email_verified": True})
    assert come_back(client, provider).status_code == 401
    assert not is_signed_in(client)
    provider.says(bare, userinfo={"sub": "a-1", "email": "anna@example.com", "email_verified": True})
    assert come_back(client, provider).status_code == 302


def test_an_answer_serves_once_and_one_browser(client: Client, provider: Process) -> None:
    add("anna", Role.AGENT, email="anna@example.com")
    answer = provider.answer_to(client.get("/account/provider/")["Location"])
    thief = Client()
    assert thief.get(answer).status_code == 401
    assert not is_signed_in(thief)
    assert client.get(answer).status_code == 302
    client.post("/account/logout/")
    assert client.get(answer).status_code == 401
    assert not is_signed_in(client)
    assert refusals() == [("staff:unknown", "state")] * 2


def test_a_forged_state_and_a_foreign_code_open_nothing(client: Client, provider: Process) -> None:
    add("anna", Role.AGENT, email="anna@example.com")
    assert client.get("/account/provider/answer/?code=x&state=forged").status_code == 401
    assert client.get("/account/provider/answer/?code=x").status_code == 401
    stolen = parse_qs(urlsplit(provider.answer_to(Client().get("/account/provider/")["Location"])).query)[
        "code"
    ]
    state = parse_qs(urlsplit(client.get("/account/provider/")["Location"]).query)["state"]
    # PKCE: a code that another browser started is worth nothing here
    response = client.get("/account/provider/answer/", {"code": stolen[0], "state": state[0]})
    assert response.status_code == 401
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)"]
)
def test_the_way_back_stays_in_this_site(client: Client, provider: Process, wanted: str) -> None:
    add("anna", Role.AGENT, email="anna@example.com")
    sent = client.get("/account/provider/", {"next": wanted})
    assert client.get(provider.answer_to(sent["Location"]))["Location"] == "/desk/"


def test_the_way_back_leads_to_the_page_that_was_wanted(client: Client, provider: Process) -> None:
    add("anna", Role.AGENT, email="anna@example.com")
    page = client.get("/account/login/?next=/desk/ledger/").content.decode()
    assert 'href="/account/provider/?next=/desk/ledger/"' in page
    assert come_back(client, provider, "/account/provider/?next=/desk/ledger/")["Location"] == "/desk/ledger/"


def test_nobody_gets_an_account_by_signing_in(client: Client, provider: Process) -> None:
    add("berta", Role.AGENT, email="berta@example.com")
    assert come_back(client, provider).status_code == 403
    assert list(StaffMember.objects.values_list("username", flat=True)) == ["berta"]
    assert refusals() == [("staff:unknown", "no_account_for_address")]


def test_a_closed_account_stays_closed(client: Client, provider: Process) -> None:
    add("root.admin", Role.ADMINISTRATOR)
    add("anna", Role.AGENT, email="anna@example.com")
    actions.deactivate_member(actor=ROOT, now=NOW, username="anna")
    assert come_back(client, provider).status_code == 403
    assert not is_signed_in(client)
    assert not SocialAccount.objects.exists()


def test_an_address_given_to_somebody_else_opens_nothing(client: Client, provider: Process) -> None:
    add("anna", Role.AGENT, email="anna@example.com")
    assert not queries.member("anna").is_tied_to_provider
    come_back(client, provider)
    assert queries.member("anna").is_tied_to_provider
    provider.says({**ANNA, "sub": "newcomer"})
    newcomer = Client()
    assert come_back(newcomer, provider).status_code == 403
    assert not is_signed_in(newcomer)
    provider.says({**ANNA, "email": "anna.new-name@example.com"})
    assert come_back(Client(), provider)["Location"] == "/desk/"
    actions.reset_sign_in(actor=ROOT, now=NOW, username="anna")
    provider.says({**ANNA, "sub": "newcomer"})
    assert come_back(newcomer, provider)["Location"] == "/desk/"


def test_a_first_password_that_an_administrator_knows_dies_at_the_first_sign_in(
    client: Client, provider: Process
) -> None:
    first = actions.create_member(
        actor=ROOT, now=NOW, username="anna", email="anna@example.com", roles=[Role.AGENT]
    )
    come_back(client, provider)
    assert client.get("/desk/").status_code == 200
    assert not StaffMember.objects.get(username="anna").check_password(first)


def test_a_password_of_ones_own_survives(client: Client, provider: Process) -> None:
    add("anna", Role.AGENT, email="anna@example.com")
    come_back(client, provider)
    assert StaffMember.objects.get(username="anna").check_password(PASSWORD)


@pytest.mark.parametrize(
    "claims", [{"amr": ["pwd"]}, {"amr": None}, {"amr": ["pwd", "sms"]}, {"amr": None, "acr": "gold"}]
)
def test_without_proof_of_two_factors_the_second_one_is_ours(
    client: Client, provider: Process, claims: dict[str, Any]
) -> None:
    member = add("anna", Role.AGENT, email="anna@example.com")
    provider.says(ANNA | claims)
    come_back(client, provider)
    assert client.get("/desk/")["Location"] == "/account/second-factor/totp/activate/"
    client.post("/account/logout/")
    TOTP.activate(member, generate_totp_secret())
    assert come_back(client, provider)["Location"] == "/account/second-factor/authenticate/"
    assert not is_signed_in(client)
    assert "second_factor': True" not in str([one.get_decoded() for one in Session.objects.all()])


@pytest.mark.parametrize("claims", [{"amr": ["mfa"]}, {"amr": ["pwd", "hwk"]}, {"amr": None, "acr": "gold"}])
def test_two_factors_at_the_provider_are_enough(
    client: Client, provider: Process, settings: Settings, claims: dict[str, Any]
) -> None:
    configure(settings, provider, mfa_acr=("gold",))
    member = add("anna", Role.AGENT, email="anna@example.com")
    TOTP.activate(member, generate_totp_secret())
    provider.says(ANNA | claims)
    come_back(client, provider)
    assert client.get("/desk/").status_code == 200


def test_what_the_provider_vouched_for_ends_with_its_session(client: Client, provider: Process) -> None:
    add("anna", Role.AGENT, email="anna@example.com")
    come_back(client, provider)
    client.post("/account/logout/")
    client.post("/account/login/", {"login": "anna", "password": PASSWORD})
    assert client.get("/desk/")["Location"] == "/account/second-factor/totp/activate/"


def test_a_session_from_before_does_not_survive(client: Client, provider: Process) -> None:
    add("anna", Role.AGENT, email="anna@example.com")
    sent = client.get("/account/provider/")
    planted = client.cookies["discreet_session"].value
    client.get(provider.answer_to(sent["Location"]))
    thief = Client()
    thief.cookies["discreet_session"] = planted
    assert not is_signed_in(thief)


def test_mapped_groups_make_accounts_and_decide_roles(
    client: Client, provider: Process, settings: Settings
) -> None:
    configure(settings, provider, role_claim="realm_access.roles", role_of_group=GROUPS)
    add("anna", Role.VIEWER)
    groups = ["privacy-team", "privacy-leads", "canteen"]
    provider.says({**ANNA, "preferred_username": "Anna", "realm_access": {"roles": groups}})
    come_back(client, provider)
    member = StaffMember.objects.get(username="anna-2")
    assert (member.roles, member.email, member.has_usable_password()) == (
        ["agent", "approver"],
        "anna@example.com",
        False,
    )
    assert entries_for("staff:anna-2")[0].facts["outcome"] == "created"
    provider.says({**ANNA, "realm_access": {"roles": ["canteen"]}})
    come_back(Client(), provider)
    member.refresh_from_db()
    assert member.roles == []
    assert not is_signed_in(client)


def test_mapped_groups_without_a_role_make_no_account(
    client: Client, provider: Process, settings: Settings
) -> None:
    configure(settings, provider, role_claim="groups", role_of_group=GROUPS)
    provider.says({**ANNA, "groups": ["canteen"]})
    assert come_back(client, provider).status_code == 403
    assert not StaffMember.objects.exists()


def test_groups_never_take_the_last_administrator(
    client: Client, provider: Process, settings: Settings
) -> None:
    configure(settings, provider, role_claim="groups", role_of_group=GROUPS)
    add("anna", Role.ADMINISTRATOR, email="anna@example.com")
    provider.says({**ANNA, "groups": ["privacy-team"]})
    assert come_back(client, provider).status_code == 409
    assert StaffMember.objects.get(username="anna").roles == ["administrator"]


def test_who_cancels_at_the_provider_is_back_at_the_sign_in_page(client: Client, provider: Process) -> None:
    provider.says(ANNA, is_cancelled=True)
    assert come_back(client, provider)["Location"] == "/account/login/"


@pytest.mark.parametrize(
    "more", [{"issuer": "https://elsewhere.example"}, {"token_endpoint": "http://elsewhere.example/token"}]
)
def test_a_provider_that_is_not_who_it_should_be_is_not_used(
    client: Client, provider: Process, more: dict[str, str]
) -> None:
    provider.says(ANNA, **more)
    assert client.get("/account/provider/").status_code == 503


def test_a_provider_that_does_not_answer_leaves_the_password(client: Client, settings: Settings) -> None:
    settings.DISCREET_IDENTITY_PROVIDER = ProviderSettings(
        issuer="http://127.0.0.1:9", client_id="x", client_secret="y"
    )
    assert client.get("/account/provider/").status_code == 503
    assert client.get("/account/login/").status_code == 200


def test_answers_without_end_are_turned_away(client: Client, provider: Process) -> None:
    codes = [client.get("/account/provider/answer/?code=x&state=y").status_code for _ in range(62)]
    assert (codes[0], codes[-1]) == (401, 429)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("language", "words"), [("en", "Sign in with Harbour ID"), ("zh-hans", "使用 Harbour ID 登录")]
)
def test_one_click_in_the_browser_opens_the_wanted_page(
    page: Page, live_server: LiveServer, provider: Process, language: str, words: str
) -> None:
    add("anna", Role.AGENT, email="anna@example.com")
    provider.site = live_server.url
    provider.says(ANNA)
    choose(page, live_server.url, language=language)
    page.goto(f"{live_server.url}/desk/ledger/")
    picture(page, f"sign-in-provider.{language}")
    assert accessibility_faults(page) == []
    page.get_by_role("link", name=words).click()
    expect(page).to_have_url(f"{live_server.url}/desk/ledger/")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "words"), [("en", "is verified"), ("zh-hans", "邮箱已验证")])
def test_the_browser_says_why_the_provider_was_not_enough(
    page: Page, live_server: LiveServer, provider: Process, language: str, words: str
) -> None:
    add("anna", Role.AGENT, email="anna@example.com")
    provider.site = live_server.url
    provider.says({**ANNA, "email_verified": False})
    choose(page, live_server.url, language=language)
    page.goto(f"{live_server.url}/account/provider/")
    expect(page.locator("main")).to_contain_text(words)
    picture(page, f"provider-refused.{language}")
