"""A real browser on a live server. `page` fails its test when the page logs an error."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.browser.harness import CHROMIUM, DESKTOP, FLAGS


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Debian's Chromium once."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is missing")
    # Playwright keeps an event loop on this thread; Django would refuse its database from there.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Return a page of a fresh profile. Errors of scripts and of the content policy fail the test."""
    context = browser.new_context(viewport={"width": DESKTOP[0], "height": DESKTOP[1]})
    opened = context.new_page()
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            errors.append(message.text)

    opened.on("console", note)
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert errors == []


@pytest.fixture
def unscripted_page(browser: Browser) -> Iterator[Page]:
    """Return a page without JavaScript."""
    context = browser.new_context(
        viewport={"width": DESKTOP[0], "height": DESKTOP[1]}, java_script_enabled=False
    )
    yield context.new_page()
    context.close()
