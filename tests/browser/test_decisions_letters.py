"""Deciding on a table and wording a letter in a real browser, in both languages, without an axe fault."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from discreet.engines.subjects.graph import TableRef
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.letters import queries as letter_queries
from discreet.mechanisms.rights.letters.parts import Part
from discreet.vocabulary.actors import Role
from tests.browser.harness import choose, faults_in_both_themes, overflows, picture, sign_in
from tests.foundation.sources.conftest import Company
from tests.foundation.staff.people import PASSWORD, add
from tests.mechanisms.rights import driving
from tests.mechanisms.rights.company import ANN
from tests.mechanisms.rights.conftest import _fresh_pools, shop, sqlite_company

__all__ = ["_fresh_pools", "shop", "sqlite_company"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.duty("M8.3")]
WORDS = {
    "en": {
        "save": "Save the decision",
        "decided": "Refused It is needed to establish",
        "dropped": "{remedy} is missing, and GDPR Art. 12(4) wants it said.",
        "fine": "This text can be used.",
        "new": "Save as a new version",
        "text": "Write to {contact}\n{remedy}",
    },
    "zh-hans": {
        "save": "保存决定",
        "decided": "GDPR Art. 17(3)(e)",
        "dropped": "缺少 {remedy}，而 GDPR Art. 12(4) 要求写明。",
        "fine": "这段文字可以使用。",
        "new": "保存为新版本",
        "text": "请联系 {contact}\n{remedy}",
    },
}


@pytest.fixture
def base(live_server: LiveServer, settings: Settings, shop: Company) -> Iterator[str]:
    """Return the address of a desk with an approver."""
    settings.DISCREET_DEMO = True
    cache.clear()
    add("lena.brandt", *Role, email="lena@example.com")
    yield live_server.url


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_table_is_refused_with_its_reason(page: Page, base: str, language: str) -> None:
    words = WORDS[language]
    number = driving.planned("erasure", ANN)
    choose(page, base, language=language)
    sign_in(page, base, "lena.brandt", PASSWORD)
    page.goto(f"{base}/desk/requests/{number}/")
    section = page.locator("#decisions")
    section.locator("tr", has_text="shop / login").locator("summary").click()
    form = section.locator("details[open] form")
    form.locator("[name=verdict][value=refuse]").check()
    form.locator("[name=justification]").select_option("LegalClaimImpaired")
    assert faults_in_both_themes(page) == []
    picture(page, f"rights-decisions.{language}")
    form.get_by_role("button", name=words["save"]).click()
    expect(page.locator("#decisions")).to_contain_text(words["decided"])
    decided = queries.item_decisions_of(queries.batch_of(number))[TableRef("shop", "login")]
    assert (decided.verdict.value, decided.by) == ("refuse", "lena.brandt")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_text_is_checked_while_it_is_typed_and_saved_as_a_version(
    page: Page, base: str, language: str
) -> None:
    words = WORDS[language]
    choose(page, base, language=language)
    sign_in(page, base, "lena.brandt", PASSWORD)
    page.goto(f"{base}/desk/letters/")
    page.locator(f"main a[href='/desk/letters/{language}/remedy/']").click()
    page.locator("#text").fill("Nothing to add.")
    expect(page.locator("#faults")).to_contain_text(words["dropped"])
    assert faults_in_both_themes(page) == [] and not overflows(page)
    picture(page, f"rights-letter-text.{language}")
    page.locator("#text").fill(words["text"])
    expect(page.locator("#faults")).to_contain_text(words["fine"])
    page.get_by_role("button", name=words["new"]).click()
    expect(page.locator(".note[role=status]")).to_contain_text("1")
    assert letter_queries.newest_versions(language)[Part.REMEDY].text == words["text"]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_letter_is_written_by_hand(page: Page, base: str, language: str) -> None:
    number = driving.planned("erasure", ANN)
    choose(page, base, language=language)
    sign_in(page, base, "lena.brandt", PASSWORD)
    page.goto(f"{base}/desk/requests/{number}/")
    page.locator(f"main a[href='/desk/requests/{number}/letters/answer/']").click()
    page.locator("#text-closing").fill("<i>Bye</i>")
    page.locator("form:has(#text-closing) button").first.click()
    expect(page.locator("#text-closing")).to_have_value("<i>Bye</i>")
    assert faults_in_both_themes(page) == [] and not overflows(page)
    picture(page, f"rights-letter-write.{language}")
