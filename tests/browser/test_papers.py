"""Documents and hand-overs in a real browser: from the company's own site to a proven request, and what staff see."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from discreet.foundation.cases.actions import add_public_token
from discreet.foundation.centre import handover, limits
from discreet.foundation.centre.handover_tokens import Algorithm
from discreet.foundation.papers import actions, queries
from discreet.foundation.papers.rules import Gone, Purpose
from discreet.mechanisms.rights.models import RightsRequest
from discreet.vocabulary.actors import Role
from tests.browser.harness import (
    PHONE,
    choose,
    faults_in_both_themes,
    overflows,
    picture,
    sign_in,
)
from tests.fakes.company_site import PASSWORD as SHOP_PASSWORD
from tests.fakes.company_site import CompanySite, Customer, served
from tests.foundation.papers import files
from tests.foundation.sources.conftest import Company
from tests.foundation.staff.people import PASSWORD, add
from tests.mechanisms.rights import driving
from tests.mechanisms.rights.company import AGENT, ANN, BOB, NOW, OPERATOR
from tests.mechanisms.rights.conftest import _fresh_pools, shop, sqlite_company
from tests.stories.house import until

__all__ = ["_fresh_pools", "shop", "sqlite_company"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.duty("M8.2")]
LANGUAGES = ["en", "zh-hans"]


@pytest.fixture
def base(live_server: LiveServer, settings: Settings, shop: Company) -> Iterator[str]:
    settings.DISCREET_DEMO = True
    settings.DISCREET_BASE_URL = live_server.url
    cache.clear()
    limits.forget_remembered()
    add("lena.brandt", *Role, email="lena@example.com")
    yield live_server.url


@pytest.fixture
def site(base: str) -> Iterator[CompanySite]:
    """The company's own site, on another host than Discreet, registered with its public key."""
    with served(CompanySite(site_id="shop", customers={"bob": Customer("C-1002", BOB)})) as running:
        running.discreet = running.audience = base
        handover.register_site(
            actor=OPERATOR,
            now=timezone.now(),
            site_id="shop",
            name="Web shop",
            algorithm=Algorithm.EDDSA,
            public_key=running.public_key,
            return_url="http://127.0.0.1/account",
        )
        yield running


def looked_at(page: Page, name: str) -> list[str]:
    page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
    picture(page, name)
    return [f"{name}: {fault}" for fault in faults_in_both_themes(page)] + [
        f"{name}: scrolls sideways"
    ] * overflows(page)


def come_from(page: Page, site: CompanySite) -> None:
    page.goto(f"{site.url}/")
    page.fill("[name=login]", "bob")
    page.fill("[name=password]", SHOP_PASSWORD)
    page.click("button")
    page.goto(f"{site.url}/privacy")
    page.get_by_role("button", name="Ask about my data").press("Enter")
    page.wait_for_url("**/privacy/handover/")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_customer_goes_from_the_companys_site_to_a_proven_request(
    page: Page, base: str, site: CompanySite, language: str
) -> None:
    site.language = language
    come_from(page, site)
    faults = looked_at(page, f"handover.{language}")
    assert "Web shop" in page.inner_text("main") and BOB not in page.content()
    page.click("a[href='/privacy/ask/access/']")
    faults += looked_at(page, f"ask-signed-in.{language}")
    until(lambda: page.evaluate("performance.now() > 2300") or None, "a person's pace")
    page.locator("main form.fill button.btn-primary").press("Enter")
    page.wait_for_url("**/privacy/request/**")
    assert page.locator("[name=code]").count() == 0, "a signed-in customer was asked for a code"
    assert RightsRequest.objects.get().verified_how == "handover"
    page.go_back()
    page.go_back()
    page.reload()
    page.locator("form[action$='/not-me/'] button").press("Enter")
    page.goto(f"{base}/privacy/handover/")
    faults += looked_at(page, f"handover-none.{language}")
    assert "Web shop" not in page.inner_text("main")
    assert faults == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_old_link_of_the_site_says_what_to_do(
    page: Page, base: str, site: CompanySite, language: str
) -> None:
    site.language = language
    come_from(page, site)
    page.goto(f"{site.url}/privacy")
    token = page.locator("[name=token]").input_value()
    page.click("button")
    page.goto(f"{site.url}/privacy")
    page.evaluate("token => { document.querySelector('[name=token]').value = token }", token)
    page.click("button")
    page.wait_for_url("**/privacy/handover/")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans" if language == "zh-hans" else "en")
    assert looked_at(page, f"handover-refused.{language}") == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_document_goes_from_the_status_page_to_one_look_and_is_gone(
    page: Page, base: str, tmp_path: Path, language: str
) -> None:
    number = driving.opened("access", ANN)
    actions.ask_paper(actor=AGENT, now=NOW, number=number, purpose=Purpose.PERMISSION)
    token = add_public_token(actor=AGENT, now=NOW, number=number)
    choose(page, base, language=language)
    page.goto(f"{base}/privacy/request/{token}/")
    faults = looked_at(page, f"paper-asked.{language}")
    bad, good = tmp_path / "passport of Ann.pdf", tmp_path / "permission.pdf"
    bad.write_bytes(files.pdf_with_script())
    good.write_bytes(files.pdf(2, "I permit Eve to ask"))
    for file, name in ((bad, "paper-refused"), (good, "paper-sent")):
        page.set_input_files("[name=paper]", file)
        page.locator("form[action*='/privacy/papers/'] button").press("Enter")
        page.wait_for_load_state()
        faults += looked_at(page, f"{name}.{language}")
    (view,) = queries.papers_of(number)
    sign_in(page, base, "lena.brandt", PASSWORD)
    page.goto(f"{base}/desk/requests/{number}/")
    faults += looked_at(page, f"paper-case.{language}")
    page.click(f"main a[href='/desk/papers/{view.paper_id}/']")
    faults += looked_at(page, f"paper-to-look-at.{language}")
    page.fill("[name=reason]", "Is it signed?")
    page.locator("form[action$='/show/'] button").press("Enter")
    page.wait_for_selector("img.paper-x")
    assert (
        page.locator("img.paper-x").evaluate_all("all => all.map(one => one.naturalWidth > 800)")
        == [True] * 2
    )
    faults += looked_at(page, f"paper-shown.{language}")
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    faults += ["phone: scrolls sideways"] * overflows(page)
    page.select_option("[name=seen]", "signed_permission")
    page.check("[name=answer][value=yes]")
    page.locator("form[action$='/check/'] button").press("Enter")
    page.wait_for_url("**/desk/requests/**")
    page.goto(f"{base}/desk/papers/{view.paper_id}/")
    faults += looked_at(page, f"paper-gone.{language}")
    assert queries.paper(view.paper_id).gone_why is Gone.CHECKED
    assert faults == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_sites_are_registered_and_revoked(page: Page, base: str, language: str) -> None:
    choose(page, base, language=language)
    sign_in(page, base, "lena.brandt", PASSWORD)
    page.goto(f"{base}/desk/")
    page.click("nav a[href='/desk/sites/']")
    faults = looked_at(page, f"sites-none.{language}")
    page.click("main a[href='/desk/sites/add/']")
    for address in ("shop.example.com", "https://shop.example.com/account"):
        page.fill("[name=name]", "Web shop")
        page.fill("[name=site_id]", "shop")
        page.fill("[name=return_url]", address)
        page.select_option("[name=algorithm]", "HS256")
        page.locator("main form button").press("Enter")
        page.wait_for_load_state()
        faults += looked_at(page, f"site-{'added' if '/' in address else 'refused'}.{language}")
    assert len(page.inner_text("#secret")) >= 43
    page.click("main a[href='/desk/sites/']")
    faults += looked_at(page, f"sites.{language}")
    page.locator("form[action$='/revoke/'] button").press("Enter")
    page.wait_for_load_state()
    assert page.locator("form[action$='/revoke/']").count() == 0
    assert faults == []
