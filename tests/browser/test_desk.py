"""The desk in a real browser: keyboard, phone, no JavaScript. `test_every_page` looks for axe faults."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from discreet.foundation.cases import actions as cases
from discreet.foundation.cases.rules import ClockFacts
from discreet.foundation.ledger.queries import latest_entries
from discreet.foundation.ledger.sequencer import sequence_once
from discreet.vocabulary.actors import SYSTEM, Role
from tests.browser.harness import (
    PHONE,
    accessibility_faults,
    broken_words,
    choose,
    overflows,
    picture,
    runs_over_a_neighbour,
    sign_in,
)
from tests.foundation.cases.conftest import opened
from tests.foundation.desk.conftest import witness
from tests.foundation.staff.people import PASSWORD, add

__all__ = ["witness"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = {
    "home": "/desk/",
    "work": "/desk/work/",
    "indicators": "/desk/indicators/",
    "notifications": "/desk/notifications/",
    "notifications-all": "/desk/notifications/?show=all",
    "reports": "/desk/reports/",
    "calendar": "/desk/calendar/",
    "calendar-list": "/desk/calendar/?view=list",
    "search": "/desk/search/?q=e",
    "search-nothing": "/desk/search/?q=nothing+of+this+name",
    "search-empty": "/desk/search/",
    "find": "/desk/find/",
    "ledger": "/desk/ledger/",
    "law": "/desk/law/",
    "duties": "/desk/law/duties/",
    "duties-none": "/desk/law/duties/?law=cn-pipl&q=no+such+words",
    "duty": "/desk/law/duties/CA-DSR-RESP/",
    "duty-unused": "/desk/law/duties/CN-AUDIT-FREQ/",
    "law-dates": "/desk/law/dates/",
    "accounts": "/desk/staff/",
    "account": "/desk/staff/account/chen.yu/",
    "add-account": "/desk/staff/add/",
    "tokens": "/desk/staff/tokens/",
    "add-token": "/desk/staff/tokens/add/",
    "second-factor": "/account/second-factor/",
    "missing": "/desk/no-such-page/",
}


def pages() -> dict[str, str]:
    """Return every page by name, that of a sealed entry with its proof among them."""
    sequence_once(timezone.now())
    return PAGES | {"entry": entry_page()}


def entry_page() -> str:
    return f"/desk/ledger/{latest_entries(limit=1)[0].entry_id}/"


def with_work() -> None:
    """Open a case whose clocks are over, near and far, and with a task, so that no list is empty."""
    number, now = opened().number, timezone.now()
    spans = {"EU-DSR-RESP": -2, "CA-DSR-ACK": 1, "CA-DSR-RESP": 20}
    clocks = [
        ClockFacts(
            rule_id=rule_id,
            law="eu-gdpr",
            article="GDPR 12(3)",
            due_at=now + timedelta(days=days),
            warn_at=now - timedelta(days=3),
        )
        for rule_id, days in spans.items()
    ]
    cases.set_clocks(actor=SYSTEM, now=now, number=number, clocks=clocks)
    task = cases.NewTask(key="look", what="Look at the case", role=Role.AGENT)
    cases.add_task(actor=SYSTEM, now=now, number=number, task=task)


@pytest.fixture
def base(live_server: LiveServer, settings: Settings) -> Iterator[str]:
    """Return the address of a demo with two accounts."""
    settings.DISCREET_DEMO = True
    cache.clear()
    add("lena.brandt", *Role, email="lena@example.com")
    add("chen.yu", Role.AGENT)
    with_work()
    yield live_server.url


def test_a_phone_reaches_every_place_without_javascript(unscripted_page: Page, base: str) -> None:
    page = unscripted_page
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    sign_in(page, base, "lena.brandt", PASSWORD)
    expect(page.locator(".side")).to_be_hidden()
    page.click("a.menu")
    expect(page.locator(".side")).to_be_visible()
    page.click(".side >> text=Ledger")
    expect(page).to_have_url(f"{base}/desk/ledger/")
    expect(page.locator(".side")).to_be_hidden()


@pytest.mark.parametrize(("width", "language"), [(PHONE[0], "en"), (1024, "en"), (1024, "zh-hans")])
def test_no_page_scrolls_sideways(page: Page, base: str, width: int, language: str) -> None:
    page.set_viewport_size({"width": width, "height": PHONE[1]})
    choose(page, base, language=language)
    sign_in(page, base, "lena.brandt", PASSWORD)
    wide = []
    for name, path in (pages() | {"requests": "/desk/requests/?state=all"}).items():
        page.goto(base + path)
        picture(page, f"{name}.{width}.{language}")
        wide += [name] if overflows(page) or runs_over_a_neighbour(page) else []
    assert wide == []


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("zh-hans", "dark")])
def test_the_ledger_cuts_no_word_on_a_phone(page: Page, base: str, language: str, theme: str) -> None:
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    choose(page, base, language=language, theme=theme)
    sign_in(page, base, "lena.brandt", PASSWORD)
    page.goto(f"{base}/desk/ledger/")
    expect(page.locator("main td").first).to_be_visible()
    picture(page, f"ledger.phone.{language}.{theme}")
    assert (broken_words(page), accessibility_faults(page)) == ([], [])


def test_the_keyboard_reaches_search_and_content(page: Page, base: str) -> None:
    sign_in(page, base, "lena.brandt", PASSWORD)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("[data-search]")).to_be_focused()
    page.keyboard.type("ledger")
    page.keyboard.press("Enter")
    expect(page.locator("main >> text=Ledger").first).to_be_visible()
    expect(page).to_have_url(f"{base}/desk/search/?q=ledger")
    page.keyboard.press("Control+k")
    expect(page.locator("[data-search]")).to_be_focused()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_search_box_suggests_while_one_types(page: Page, base: str, language: str) -> None:
    choose(page, base, language=language)
    sign_in(page, base, "lena.brandt", PASSWORD)
    page.keyboard.press("/")
    page.keyboard.type("账本" if language == "zh-hans" else "ledg")
    expect(page.locator("#suggestions a").first).to_be_visible()
    picture(page, f"suggestions.{language}")
    assert accessibility_faults(page) == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#suggestions a").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#suggestions a")).to_have_count(0)
    expect(page.locator("[data-search]")).to_be_focused()
    page.keyboard.press("Backspace")
    expect(page.locator("#suggestions a").first).to_be_visible()
    where = page.locator("#suggestions a").first.get_attribute("href")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{base}{where}")


def test_the_search_works_without_javascript(unscripted_page: Page, base: str) -> None:
    page = unscripted_page
    sign_in(page, base, "lena.brandt", PASSWORD)
    page.fill("[data-search]", "ledger")
    page.press("[data-search]", "Enter")
    page.click("main .hits a")
    expect(page).to_have_url(f"{base}/desk/ledger/")


def test_language_and_theme_switch_without_javascript(unscripted_page: Page, base: str) -> None:
    page = unscripted_page
    sign_in(page, base, "lena.brandt", PASSWORD)
    page.click("text=中文")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    page.click("[aria-label=深色]")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(page.locator("h1")).to_contain_text("项机制")


def test_the_desk_follows_the_device_until_the_switch_says_otherwise(page: Page, base: str) -> None:
    dark, light = "rgb(15, 20, 27)", "rgb(246, 247, 249)"
    page.emulate_media(color_scheme="dark")
    sign_in(page, base, "lena.brandt", PASSWORD)
    expect(page.locator("body")).to_have_css("background-color", dark)
    expect(page.get_by_role("button", name="Dark")).to_be_hidden()
    page.click("[aria-label=Light]")
    expect(page.locator("body")).to_have_css("background-color", light)
    page.click("[aria-label=Dark]")
    page.emulate_media(color_scheme="light")
    expect(page.locator("body")).to_have_css("background-color", dark)


def test_a_proof_is_copied_from_the_page_of_an_entry(page: Page, base: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(page, base, "lena.brandt", PASSWORD)
    sequence_once(timezone.now())
    page.goto(base + entry_page())
    page.click("[data-copy]")
    expect(page.locator("[data-copy]")).to_contain_text("Copied")
    copied = json.loads(page.evaluate("navigator.clipboard.readText()"))
    assert len(copied["entries"]) == 1


def test_an_administrator_adds_an_account_that_then_sets_its_own_password(page: Page, base: str) -> None:
    sign_in(page, base, "lena.brandt", PASSWORD)
    page.goto(f"{base}/desk/staff/add/")
    page.fill("[name=username]", "ola.ek")
    page.check("[name=roles][value=viewer]")
    page.click("main button")
    first = page.inner_text("#secret")
    page.click("summary.me")
    page.click("text=Sign out")
    sign_in(page, base, "ola.ek", first)
    expect(page).to_have_url(f"{base}/account/password/")
    page.fill("[name=oldpassword]", first)
    page.fill("[name=password1]", "a-further-harbour")
    page.fill("[name=password2]", "a-further-harbour")
    page.click("main button")
    sign_in(page, base, "ola.ek", "a-further-harbour")
    expect(page).to_have_url(f"{base}/desk/")
    expect(page.locator(".side >> text=Accounts")).to_have_count(0)


def test_the_calendar_turns_its_pages_by_keyboard(page: Page, base: str) -> None:
    sign_in(page, base, "lena.brandt", PASSWORD)
    page.goto(f"{base}/desk/calendar/?month=2026-12")
    page.locator(".cal").focus()
    page.keyboard.press("PageDown")
    expect(page.locator("#month")).to_have_text("January 2027")
    expect(page.locator(".cal")).to_be_focused()
    page.keyboard.press("PageUp")
    expect(page.locator("#month")).to_have_text("December 2026")


def test_lists_are_walked_by_j_and_k(page: Page, base: str) -> None:
    sign_in(page, base, "lena.brandt", PASSWORD)
    page.goto(f"{base}/desk/notifications/")
    rows = page.locator("[data-rows] > li a")
    page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.type("jk")
    expect(page.locator("[data-search]")).to_have_value("jk")
