"""In the browser: a copy is looked at before it is accepted, parts are held back, and letters lifted."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from playwright.sync_api import Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from discreet.vocabulary.actors import Role
from tests.browser.harness import DESKTOP, PHONE, choose, faults_in_both_themes, overflows, picture, sign_in
from tests.foundation.sources.conftest import Company
from tests.foundation.staff.people import PASSWORD, add
from tests.mechanisms.rights import driving
from tests.mechanisms.rights.company import ANN
from tests.mechanisms.rights.conftest import _fresh_pools, shop, sqlite_company
from tests.mechanisms.rights.test_package_preview import gifts_of, with_gifts

__all__ = ["_fresh_pools", "shop", "sqlite_company"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def base(live_server: LiveServer, settings: Settings, shop: Company) -> Iterator[str]:
    settings.DISCREET_DEMO = True
    cache.clear()
    with_gifts(shop)
    add("lena.brandt", *Role)
    yield live_server.url


@pytest.mark.duty("M8.1")
def test_a_copy_is_looked_at_and_decided_on_in_both_languages(page: Page, base: str) -> None:
    number = driving.planned("access", ANN)
    sign_in(page, base, "lena.brandt", PASSWORD)
    faults: list[str] = []
    for language, link in (("zh-hans", "查看副本"), ("en", "Look at the copy")):
        choose(page, base, language=language)
        page.goto(f"{base}/desk/requests/{number}/")
        page.get_by_role("link", name=link).click()
        for (width, height), name in ((PHONE, "phone"), (DESKTOP, "desktop")):
            page.set_viewport_size({"width": width, "height": height})
            for one in page.locator("details.body summary").all():
                one.evaluate("one => { one.parentElement.open = true }")
            picture(page, f"package-preview.{language}.{name}")
            assert not overflows(page)
        faults += faults_in_both_themes(page)
    assert faults == []
    gift = page.locator("section.panel", has=page.locator("small", has_text="gift")).first
    gift.locator("details.body").evaluate("one => { one.open = true }")
    gift.locator("input[name=column][value=words]").first.check()
    gift.get_by_role("button", name="Hold back").click()
    told = page.locator("p.key-x", has_text="It would adversely affect the rights of others")
    assert told.is_visible()
    driving.hand_over(number)
    driving.work()
    assert all("words" not in row for row in gifts_of(number))
