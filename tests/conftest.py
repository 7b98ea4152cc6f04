"""What every test shares: real servers, and no silent skip in CI."""

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.utils import translation
from pytest_django import Settings

from discreet.engines.subjects.known_names import KnownNames
from tests.browser.harness import CHROMIUM, DESKTOP, FLAGS
from tests.servers import (
    mariadb_server,
    mariadb_url,
    postgresql_server,
    postgresql_standby,
    postgresql_url,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

__all__ = [
    "keyring",
    "ledger_can_be_emptied",
    "mariadb_server",
    "mariadb_url",
    "postgresql_server",
    "postgresql_standby",
    "postgresql_url",
]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Turn a skip into a failure where `CI=true`: what did not run was not shown."""
    outcome: Any = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"Skipped, which CI does not allow: {reason}"


@pytest.fixture(scope="session", autouse=True)
def keyring() -> None:
    """Give the tests' home a keyring, as the first start does."""
    from discreet.engines.envelope.keyring import new_keyring
    from discreet.foundation.keys import store

    store.write_keyring(settings.DISCREET_HOME, new_keyring(), replace_existing=False)


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """Keep each test's language apart: a page that the test client asked for leaves its own in the thread."""
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def own_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test know how the people of another test's sources are called."""
    delivery = sys.modules.get("discreet.mechanisms.rights.copying.delivery")
    if delivery is not None:
        monkeypatch.setattr(delivery, "KNOWN", KnownNames())


@pytest.fixture(autouse=True)
def own_second_place(settings: Settings, tmp_path: Path) -> None:
    """Keep each test's checkpoints apart: those of another would make its database an older one."""
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, checkpoint_dir=tmp_path / "second_place")


@pytest.fixture(scope="session", autouse=True)
def ledger_can_be_emptied() -> Iterator[None]:
    """Let the emptying of the database after a transactional test lift the ledger's triggers, and only it."""
    from django.db.backends.base.operations import BaseDatabaseOperations

    from discreet.foundation.ledger.guards import guard, unsafe_lift_guards

    original = BaseDatabaseOperations.execute_sql_flush

    def execute_sql_flush(self: BaseDatabaseOperations, sql_list: list[str]) -> None:
        unsafe_lift_guards(self.connection)
        original(self, sql_list)
        guard(self.connection)

    patch = pytest.MonkeyPatch()
    patch.setattr(BaseDatabaseOperations, "execute_sql_flush", execute_sql_flush)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Start Debian's Chromium once a process: a second Playwright would meet the event loop of the first."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is missing")
    # Playwright keeps an event loop on this thread; Django would refuse its database from there.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    """Return a page of a fresh profile. Errors of scripts and of the content policy fail the test."""
    context = browser.new_context(viewport={"width": DESKTOP[0], "height": DESKTOP[1]})
    opened = context.new_page()
    errors: list[str] = []

    def note(message: "ConsoleMessage") -> None:
        if message.type == "error" and "status of 4" not in message.text:
            errors.append(message.text)

    opened.on("console", note)
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert errors == []


@pytest.fixture
def unscripted_page(browser: "Browser") -> "Iterator[Page]":
    """Return a page without JavaScript."""
    context = browser.new_context(
        viewport={"width": DESKTOP[0], "height": DESKTOP[1]}, java_script_enabled=False
    )
    yield context.new_page()
    context.close()
