"""The pages of a correction in a real browser: no axe fault in both languages and themes, nothing runs that is data."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from playwright.sync_api import Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from discreet.engines.subjects.corrections import Change
from discreet.foundation.cases.actions import add_public_token
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.correcting import planning as correction_planning
from discreet.vocabulary.actors import Role
from tests.browser.harness import PHONE, accessibility_faults, choose, overflows, picture, sign_in
from tests.foundation.sources.conftest import Company, _sqlite
from tests.foundation.staff.people import PASSWORD, add
from tests.mechanisms.rights import correcting
from tests.mechanisms.rights.company import CUSTOMER, NOW
from tests.mechanisms.rights.conftest import _fresh_pools, sqlite_company
from tests.mechanisms.rights.correcting import MIA, NEW, second_database, set_up

__all__ = ["_fresh_pools", "sqlite_company"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HOSTILE = "<script>document.title='ran'</script>"


@pytest.fixture
def base(
    live_server: LiveServer, settings: Settings, sqlite_company: Company, tmp_path: Path
) -> Iterator[str]:
    settings.DISCREET_DEMO = True
    cache.clear()
    add("lena.brandt", *Role, email="lena@example.com")
    for crm in _sqlite(second_database(tmp_path)):
        set_up(sqlite_company, crm)
        yield live_server.url


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("zh-hans", "dark")])
def test_the_pages_of_a_correction_are_accessible_and_run_nothing(
    page: Page, base: str, language: str, theme: str
) -> None:
    number = correcting.asked(Change("name", HOSTILE, "Mia Canary"), Change("email", NEW, MIA))
    token = add_public_token(actor=CUSTOMER, now=NOW, number=number)
    choose(page, base, language=language, theme=theme)
    sign_in(page, base, "lena.brandt", PASSWORD)
    faults = {}
    for name, path in {
        "form": "/privacy/ask/rectification/",
        "status": f"/privacy/request/{token}/",
        "places": f"/desk/requests/{number}/correction/",
        "request": f"/desk/requests/{number}/",
    }.items():
        page.goto(base + path)
        faults[name] = _looked_at(page, f"{name}.{language}.{theme}")
    page.goto(f"{base}/desk/requests/{number}/correction/")
    page.click("form[action$='/correction/'] button")
    assert NEW in page.inner_text("main")
    assert "document.title" in page.inner_text("main")
    faults["opened"] = _looked_at(page, f"opened.{language}.{theme}")
    assert page.title() != "ran"
    assert {name: found for name, found in faults.items() if found} == {}


def _looked_at(page: Page, name: str) -> list[str]:
    page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
    picture(page, f"correction-{name}")
    return accessibility_faults(page) + ["scrolls sideways"] * overflows(page)


def test_a_person_asks_and_staff_choose_without_scripts(browser_of_no_scripts: Page, base: str) -> None:
    """The public form is sent with what is wrong and right; the staff page takes the proposals as they stand."""
    page = browser_of_no_scripts
    page.set_viewport_size({"width": PHONE[0], "height": 800})
    choose(page, base, language="en")
    page.goto(f"{base}/privacy/ask/rectification/")
    assert not overflows(page)
    assert page.locator("select[name=kind_1] option").count() > 10
    number = correcting.asked(Change("name", "Maria Canari", "Mia Canary"))
    page.set_viewport_size({"width": 1280, "height": 900})
    sign_in(page, base, "lena.brandt", PASSWORD)
    page.goto(f"{base}/desk/requests/{number}/correction/")
    page.click("form[action$='/places/'] button")
    assert not correction_planning.plan_of(queries.batch_of(number)).open_questions


@pytest.fixture
def browser_of_no_scripts(page: Page) -> Iterator[Page]:
    """A browser in which no script runs."""
    assert page.context.browser is not None
    context = page.context.browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()
