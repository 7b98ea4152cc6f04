"""A recipient from its entry in the register to its confirmation, and a paper archive that answers, in a browser."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from discreet.foundation.jobs.delivery import deliver_once
from discreet.foundation.mail.folder import newest_in_folder
from discreet.mechanisms.rights import handlers
from discreet.mechanisms.rights.outside import queries as recipient_queries
from discreet.mechanisms.rights.outside.rules import ManualAnswer, NoticeState
from discreet.vocabulary.actors import Role
from tests.browser.harness import accessibility_faults, choose, overflows, picture, sign_in
from tests.browser.test_rights import status_page
from tests.foundation.sources.conftest import Company
from tests.foundation.staff.people import PASSWORD, add
from tests.mechanisms.rights import driving
from tests.mechanisms.rights.company import CLEO
from tests.mechanisms.rights.conftest import _fresh_pools, free_shop, sqlite_company

assert handlers  # registers who is told of what happened
__all__ = ["_fresh_pools", "free_shop", "sqlite_company"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.duty("M8.4")]
ADDRESS = "privacy@mailing.example"


@pytest.fixture
def base(live_server: LiveServer, settings: Settings, free_shop: Company, tmp_path: Path) -> Iterator[str]:
    settings.DISCREET_DEMO = True
    settings.DISCREET_MAIL_FOLDER = tmp_path / "mail"
    cache.clear()
    add("lena.brandt", *Role, email="lena@example.com")
    yield live_server.url


def looked_at(page: Page, name: str) -> None:
    picture(page, f"recipients-{name}")
    assert not overflows(page), name
    assert accessibility_faults(page) == [], name


def state(page: Page, path: str, **fields: str) -> None:
    for name, value in fields.items():
        control = page.locator(f"form.body [name={name}]").first
        if control.evaluate("one => one.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)
    with page.expect_navigation():
        page.click("form.body button.btn-primary")
    assert page.url.endswith(path), page.inner_text("main")


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("zh-hans", "dark")])
def test_a_recipient_is_told_and_confirms_and_an_archive_answers(
    page: Page, base: str, language: str, theme: str
) -> None:
    choose(page, base, language=language, theme=theme)
    sign_in(page, base, "lena.brandt", PASSWORD)
    page.goto(f"{base}/desk/map/recipients/")
    looked_at(page, f"none.{language}")
    page.goto(f"{base}/desk/map/recipients/add/")
    looked_at(page, f"add.{language}")
    names = {"name_en": "Mailing house", "name_zh": "邮件服务商"}
    state(
        page, "/recipients/mailer/", key="mailer", **names, contact="mail", address=ADDRESS, reference="email"
    )
    looked_at(page, f"one.{language}")
    page.goto(f"{base}/desk/map/manual-sources/add/")
    names = {"name_en": "Paper archive", "name_zh": "纸质档案"}
    state(page, "/manual-sources/archive/", key="archive", **names, assignee="lena.brandt")
    page.goto(f"{base}/desk/map/manual-sources/")
    looked_at(page, f"places.{language}")

    number = driving.accepted(CLEO)
    driving.work()
    page.goto(f"{base}/desk/requests/{number}/")
    page.click(f"a[href$='/{number}/manual/']")
    looked_at(page, f"manual.{language}")
    page.click("form[action$='/show/'] button")
    expect(page.locator("main")).to_contain_text(CLEO)
    page.check("input[value=erased]")
    page.click("form[action$='/answer/'] button.btn-primary")
    expect(page.locator("form[action$='/answer/']")).to_have_count(0)
    assert [one.answer for one in recipient_queries.manual_asks(number)] == [ManualAnswer.ERASED]
    driving.work()
    deliver_once(now=datetime.now(UTC))
    driving.work()

    (mail,) = [one for one in newest_in_folder() if one.to == ADDRESS]
    assert CLEO not in mail.body
    found = re.search(r"/privacy/told/\S+", mail.body)
    assert found
    page.goto(base + found.group())
    expect(page.locator("main")).not_to_contain_text(CLEO)
    looked_at(page, f"told.{language}")
    page.click("form[action$='/show/'] button")
    expect(page.locator("main")).to_contain_text(CLEO)
    looked_at(page, f"shown.{language}")
    page.click("form[action$='/confirm/'] button")
    looked_at(page, f"thanks.{language}")
    assert [one.state for one in recipient_queries.recipients_told(number)] == [NoticeState.CONFIRMED]

    page.goto(f"{base}/desk/requests/{number}/recipients/")
    looked_at(page, f"request.{language}")
    page.goto(base + status_page(number))
    expect(page.locator("main")).to_contain_text("Mailing house" if language == "en" else "邮件服务商")
    looked_at(page, f"status.{language}")
