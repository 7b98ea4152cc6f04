"""The public pages in Chromium: readable by everyone, in both languages and themes, with and without scripts."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from discreet.foundation.centre import entries
from discreet.foundation.centre.entries import Entry

CHROMIUM = shutil.which("chromium") or "/nowhere/chromium"
AXE = Path(__file__).parents[2] / "vendor" / "axe.min.js"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Chromium is not installed"),
    pytest.mark.duty("M8.1"),
]


@pytest.fixture
def site(settings: Settings, live_server: LiveServer) -> Iterator[str]:
    settings.ROOT_URLCONF = "discreet.project.urls_centre"
    before = dict(entries._entries)
    entries.register(Entry("erasure", "trash", "Erase", "What is no longer needed", "centre:front"))
    yield live_server.url
    entries._entries.clear()
    entries._entries.update(before)


def test_no_page_breaks_a_rule_of_accessibility(browser: object, site: str) -> None:
    found: list[str] = []
    for language in ("en", "zh-hans"):
        for scheme, width in (("light", 1280), ("dark", 390)):
            context = browser.new_context(  # type: ignore[attr-defined]
                viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True
            )
            context.add_cookies([{"name": "discreet_language", "value": language, "url": site}])
            page = context.new_page()
            for path in ("/privacy/", "/privacy/nothing/"):
                page.goto(site + path)
                page.evaluate(AXE.read_text(encoding="utf-8"))
                faults = page.evaluate("axe.run({resultTypes: ['violations']}).then(all => all.violations)")
                found += [f"{path} {language} {scheme}: {one['id']}" for one in faults]
                overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                found += [f"{path} {language} {width}: {overflow} px too wide"] if overflow > 0 else []
            context.close()
    assert found == []


def test_progress_is_asked_for_without_javascript_by_keyboard(browser: object, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)  # type: ignore[attr-defined]
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site + "/privacy/")
    page.get_by_label("Request number").focus()
    page.keyboard.type("R-1001")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Look into your mailbox").wait_for()
    assert all(url.startswith(site) for url in asked)
    context.close()
