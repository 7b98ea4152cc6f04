"""The pages of a request in a real browser: no axe fault in both languages and themes, and work that shows itself."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from discreet.foundation.cases.actions import add_public_token
from discreet.mechanisms.rights import case_page, queries
from discreet.vocabulary.actors import Role
from tests.browser.harness import (
    PHONE,
    accessibility_faults,
    choose,
    overflows,
    picture,
    runs_over_a_neighbour,
    sign_in,
)
from tests.foundation.sources.conftest import Company
from tests.foundation.staff.people import PASSWORD, add
from tests.mechanisms.rights import driving
from tests.mechanisms.rights.company import AGENT, ANN, BOB, CUSTOMER, NOW
from tests.mechanisms.rights.conftest import _fresh_pools, shop, sqlite_company

__all__ = ["_fresh_pools", "shop", "sqlite_company"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = [("en", "light"), ("zh-hans", "dark"), ("zh-hans", "light"), ("en", "dark")]


@pytest.fixture
def base(live_server: LiveServer, settings: Settings, shop: Company) -> Iterator[str]:
    """Return the address of a desk with an approver."""
    settings.DISCREET_DEMO = True
    cache.clear()
    add("lena.brandt", *Role, email="lena@example.com")
    yield live_server.url


def status_page(number: str) -> str:
    return f"/privacy/request/{add_public_token(actor=CUSTOMER, now=NOW, number=number)}/"


@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_every_page_of_a_request_is_accessible(page: Page, base: str, language: str, theme: str) -> None:
    driving.opened("access", ANN)
    driving.planned("access", ANN)
    to_decide = driving.planned("erasure", ANN)
    shown = case_page.context(queries.request_view(to_decide), actor=AGENT, now=NOW)
    assert shown["also_open"], "the warning of another open request must stand on the page"
    ended = driving.erased(BOB).number
    choose(page, base, language=language, theme=theme)
    sign_in(page, base, "lena.brandt", PASSWORD)
    pages = {
        "home": "/desk/",
        "work": "/desk/work/",
        "requests": "/desk/requests/",
        "request-approve": f"/desk/requests/{to_decide}/",
        "request-ended": f"/desk/requests/{ended}/",
        "status-ended": status_page(ended),
        "status-planned": status_page(to_decide),
    }
    faults = {}
    for name, path in pages.items():
        page.goto(base + path)
        page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
        picture(page, f"rights-{name}.{language}.{theme}")
        assert not overflows(page), name
        faults[name] = accessibility_faults(page)
    assert {name: found for name, found in faults.items() if found} == {}


@pytest.mark.parametrize(("width", "language"), [(1024, "en"), (1024, "zh-hans"), (PHONE[0], "zh-hans")])
def test_no_page_of_a_request_scrolls_sideways(page: Page, base: str, width: int, language: str) -> None:
    to_decide, ended = driving.planned("erasure", ANN), driving.erased(BOB).number
    page.set_viewport_size({"width": width, "height": 800})
    choose(page, base, language=language)
    sign_in(page, base, "lena.brandt", PASSWORD)
    wide = []
    for path in ("/desk/requests/", f"/desk/requests/{to_decide}/", f"/desk/requests/{ended}/"):
        page.goto(base + path)
        picture(page, f"rights-{path.split('/')[-2]}.{width}.{language}")
        wide += [path] if overflows(page) or runs_over_a_neighbour(page) else []
    assert wide == []


@pytest.mark.parametrize("door", ["desk", "centre"])
def test_running_work_shows_its_end_by_itself(page: Page, base: str, door: str) -> None:
    number = driving.accepted(ANN)
    sign_in(page, base, "lena.brandt", PASSWORD)
    page.goto(base + (f"/desk/requests/{number}/" if door == "desk" else status_page(number)))
    expect(page.locator("[data-wait]")).to_contain_text("The erasure starts in a moment.")
    assert accessibility_faults(page) == []
    picture(page, f"rights-working.{door}")
    driving.work()
    assert driving.failures() == []
    expect(page.locator("[data-wait]")).to_have_count(0, timeout=20_000)
    expect(page.locator("main")).to_contain_text("Erased")


def test_what_somebody_types_is_not_thrown_away(page: Page, base: str) -> None:
    number = driving.verified("erasure", ANN)
    sign_in(page, base, "lena.brandt", PASSWORD)
    page.goto(f"{base}/desk/requests/{number}/")
    page.click("text=Refuse this request")
    page.fill("#refusal-reason >> visible=true", "Not our customer")
    driving.work()
    expect(page.locator("[data-wait]")).to_contain_text("Done. Load the page again", timeout=20_000)
    expect(page.locator("#refusal-reason >> visible=true")).to_have_value("Not our customer")


def test_without_javascript_the_browser_loads_the_page_again(unscripted_page: Page, base: str) -> None:
    page = unscripted_page
    number = driving.accepted(ANN)
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    sign_in(page, base, "lena.brandt", PASSWORD)
    page.goto(f"{base}/desk/requests/{number}/")
    expect(page.locator("[data-wait]")).to_have_count(1)
    driving.work()
    expect(page.locator("[data-wait]")).to_have_count(0, timeout=20_000)


def test_the_box_at_the_top_finds_a_person_by_the_contact(page: Page, base: str) -> None:
    number = driving.opened("access", ANN)
    sign_in(page, base, "lena.brandt", PASSWORD)
    for box in ("[data-search]", "main [name=q]"):
        page.goto(f"{base}/desk/requests/")
        page.fill(box, f" {ANN.upper()}")
        page.press(box, "Enter")
        expect(page.locator(f"main a[href='/desk/requests/{number}/']")).to_have_count(1)
        assert "@" not in page.url and "%40" not in page.url
