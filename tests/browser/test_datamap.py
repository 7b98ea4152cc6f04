"""The map in a real browser: by keyboard, without JavaScript, in both languages, no axe fault."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from discreet.foundation.datamap import actions
from discreet.foundation.datamap.models import DataField, DataTable
from discreet.foundation.sources.actions import connect_source
from discreet.vocabulary.actors import Actor, ActorKind, Role
from tests.browser.harness import (
    DESKTOP,
    PHONE,
    accessibility_faults,
    broken_words,
    choose,
    overflows,
    picture,
    sign_in,
)
from tests.foundation.staff.people import PASSWORD, add

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SHELL = Actor(kind=ActorKind.SHELL, name="root", roles=frozenset(Role))


@pytest.fixture
def base(
    live_server: LiveServer, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    settings.DISCREET_DEMO = True
    cache.clear()
    path = tmp_path_factory.mktemp("shop") / "shop.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(
            "CREATE TABLE customer (id INTEGER PRIMARY KEY, email TEXT, name TEXT, flag TEXT);"
            "CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT, preferred_delivery_hours TEXT,"
            " customer_id INTEGER REFERENCES customer (id));"
            "CREATE VIEW zbuyers AS SELECT id AS vid, email AS reach FROM customer;"
        )
    connect_source(actor=SHELL, now=NOW, name="shop", url=f"sqlite:///{path}")
    actions.ensure_proposed(actor=SHELL, now=NOW, source="shop")
    add("lena.brandt", *Role)
    yield live_server.url


def customer_page(base: str, name: str = "customer") -> str:
    return f"{base}/desk/map/source/shop/table/{DataTable.objects.get(name=name).id}/"


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("zh-hans", "dark")])
def test_the_map_is_accessible_in_both_languages_and_themes(
    page: Page, base: str, language: str, theme: str
) -> None:
    choose(page, base, language=language, theme=theme)
    sign_in(page, base, "lena.brandt", PASSWORD)
    addresses = {
        "map": customer_page(base),
        "map-view": customer_page(base, "zbuyers"),
        "map-source": f"{base}/desk/map/source/shop/",
        "map-connect": f"{base}/desk/map/connect/",
    }
    for name, address in addresses.items():
        page.goto(address)
        picture(page, f"{name}.{language}.{theme}")
        assert (name, accessibility_faults(page)) == (name, [])
        assert not overflows(page), name


def test_fields_are_walked_confirmed_and_corrected_by_keyboard(page: Page, base: str) -> None:
    sign_in(page, base, "lena.brandt", PASSWORD)
    page.goto(customer_page(base))
    expect(page.locator("tr.on")).to_contain_text("id")
    page.keyboard.press("j")
    expect(page.locator("tr.on")).to_contain_text("email")
    page.keyboard.press("y")
    expect(page.locator("tr.on")).to_contain_text("name")
    assert DataField.objects.get(name="email").confirmed_by == "staff:lena.brandt"
    page.keyboard.press("c")
    expect(page.locator("#id_category")).to_be_focused()
    page.select_option("#id_category", "religion")
    page.get_by_role("button", name="Correct the field").click()
    expect(page.get_by_role("status")).to_contain_text("confirmed as corrected")
    assert DataField.objects.get(table__name="customer", name="name").category == "religion"


def test_a_phone_without_javascript_confirms_a_table(unscripted_page: Page, base: str) -> None:
    page = unscripted_page
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    sign_in(page, base, "lena.brandt", PASSWORD)
    page.goto(customer_page(base))
    assert not overflows(page)
    page.get_by_role("button", name="Confirm the whole table").click()
    expect(page.get_by_role("status")).to_contain_text("parts confirmed")
    assert not DataField.objects.filter(table__name="customer", confirmed_at=None).exists()


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("zh-hans", "dark")])
def test_the_map_cuts_no_word(page: Page, base: str, language: str, theme: str) -> None:
    """On a phone the tables are cards, which are as accessible."""
    choose(page, base, language=language, theme=theme)
    sign_in(page, base, "lena.brandt", PASSWORD)
    addresses = {
        "map": customer_page(base),
        "map-orders": customer_page(base, "orders"),
        "map-source": f"{base}/desk/map/source/shop/",
    }
    for name, address in addresses.items():
        page.goto(address)
        assert (name, broken_words(page)) == (name, [])
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        expect(page.locator("main td").first).to_be_visible()
        picture(page, f"{name}.phone.{language}.{theme}")
        assert (name, broken_words(page), accessibility_faults(page)) == (name, [], [])
        assert not overflows(page), name
        page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})


def test_the_chosen_field_stands_beside_the_list_on_a_small_desktop(page: Page, base: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    sign_in(page, base, "lena.brandt", PASSWORD)
    page.goto(customer_page(base))
    fields, editor = page.locator("table.fields").bounding_box(), page.locator("#correct").bounding_box()
    assert fields is not None and editor is not None
    assert editor["x"] >= fields["x"] + fields["width"]
    assert editor["y"] < 800
    assert not overflows(page)
