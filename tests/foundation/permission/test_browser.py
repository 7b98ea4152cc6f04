"""The pages of choices in Chromium: the real signal, keyboard alone, both languages and themes, no fault for axe."""

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from discreet.foundation.permission.actions import choosing
from discreet.foundation.permission.models import Choice
from discreet.foundation.permission.rules import Channel
from discreet.vocabulary.actors import Role
from tests.browser.harness import PICTURES, faults_in_both_themes, overflows, runs_over_a_neighbour, sign_in
from tests.foundation.permission.said import ANN, CUSTOMER, FORM, REQUEST
from tests.foundation.staff.people import PASSWORD, add

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.duty("M8.1")]


def test_the_signal_of_a_browser_is_honoured_in_both_languages(
    browser: Browser, live_server: LiveServer
) -> None:
    for language, said in (("en", "Opt-out request honoured"), ("zh-CN", "已执行您的选择退出请求")):
        context = browser.new_context(
            locale=language, extra_http_headers={"Sec-GPC": "1"}, viewport={"width": 390, "height": 844}
        )
        page = context.new_page()
        for _ in range(2):
            page.goto(f"{live_server.url}/privacy/choices/")
            page.get_by_text(said).wait_for()
        assert faults_in_both_themes(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        context.close()
    assert list(Choice.objects.values_list("channel", flat=True)) == [Channel.GPC] * 2


def test_an_opt_out_takes_two_keys_and_no_javascript(unscripted_page: Page, live_server: LiveServer) -> None:
    page = unscripted_page
    page.goto(f"{live_server.url}/privacy/")
    page.get_by_role("link", name="Your privacy choices").click()
    page.get_by_label("E-mail address or phone number").focus()
    page.keyboard.type("ann@example.com")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Your choice is in force").wait_for()
    assert page.get_by_text("the e-mail address you gave").count() == 1
    page.get_by_role("link", name="Make another choice").click()
    page.get_by_role("button", name="Limit the use of my sensitive personal information").click()
    page.get_by_role("heading", name="Your choice is in force").wait_for()
    assert Choice.objects.count() == 2


def test_every_state_of_the_pages_is_accessible(page: Page, live_server: LiveServer) -> None:
    found = []
    page.goto(f"{live_server.url}/privacy/choices/")
    found += faults_in_both_themes(page)
    page.get_by_label("E-mail address or phone number").fill("nobody")
    page.get_by_role("button", name="Do not sell or share my personal information").click()
    page.get_by_role("alert").wait_for()
    found += faults_in_both_themes(page)
    page.get_by_label("E-mail address or phone number").fill("ann@example.com")
    page.get_by_role("button", name="Do not sell or share my personal information").click()
    page.get_by_role("heading", name="Your choice is in force").wait_for()
    found += faults_in_both_themes(page)
    page.get_by_role("link", name="Make another choice").click()
    page.get_by_role("heading", name="What stands for this browser").wait_for()
    found += faults_in_both_themes(page)
    assert found == []


def test_the_desks_pages_are_accessible_and_draw_the_chart(
    page: Page, live_server: LiveServer, settings: Settings
) -> None:
    settings.DISCREET_DEMO = True
    add("chief", Role.APPROVER, Role.AGENT)
    sign_in(page, live_server.url, "chief", PASSWORD)
    page.goto(f"{live_server.url}/desk/choices/")
    found = faults_in_both_themes(page)
    now = timezone.now()
    choosing.opt_out(actor=CUSTOMER, now=now, person=ANN, source=FORM)
    restriction = choosing.restrict(actor=CUSTOMER, now=now, person=ANN, source=REQUEST).ref
    objection = choosing.object_to(actor=CUSTOMER, now=now, person=ANN, source=REQUEST).ref
    page.goto(f"{live_server.url}/desk/choices/")
    page.locator("[data-chart] svg").first.wait_for()
    found += faults_in_both_themes(page)
    assert not overflows(page) and not runs_over_a_neighbour(page)
    page.screenshot(path=PICTURES / "choices.png", full_page=True)
    for ref in (restriction, objection):
        page.goto(f"{live_server.url}/desk/choices/{ref}/")
        found += faults_in_both_themes(page)
    page.screenshot(path=PICTURES / "choice.png", full_page=True)
    assert found == []
