"""The map in a real browser: by keyboard, without JavaScript, in both languages. `test_every_page` looks for axe faults."""

import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from discreet.foundation.datamap import actions, scan_actions
from discreet.foundation.datamap.differences import Difference, What
from discreet.foundation.datamap.models import DataField, DataLink, DataTable, Scan
from discreet.foundation.datamap.scanning import Driver, Step
from discreet.foundation.sources import pools
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
def path(tmp_path: Path) -> Path:
    return tmp_path / "shop.sqlite"


@pytest.fixture
def base(live_server: LiveServer, settings: Settings, path: Path) -> Iterator[str]:
    settings.DISCREET_DEMO = True
    cache.clear()
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
    pools.dispose_all()  # the next test's shop is another file


def begun() -> int:
    return scan_actions.start_scan(actor=SHELL, now=NOW, source="shop", by_worker=False).scan_id


def scanned(*, with_news: bool = False) -> int:
    """Scan the shop to the end and return the scan's id; with news, it says that something differs."""
    driver = Driver(scan_id=begun(), attempt=1, actor=SHELL)
    while driver.step(NOW) is Step.MORE:
        pass
    if with_news:
        new = [
            Difference(What.NEW_FIELD, "customer", "email", "", "email"),
            Difference(What.CHANGED, "customer", "name", "none", "name"),
            Difference(What.GONE_FIELD, "customer", "fax", "phone", ""),
            Difference(What.NEW_TABLE, "orders"),
        ]
        Scan.objects.update(differences=[each.to_json() for each in new])
    return driver.scan_id


def with_new_fields(path: Path) -> str:
    """Confirm the map, let two personal columns come, scan, and return the address of the case."""
    scanned()
    actions.confirm_all(actor=SHELL, now=NOW, source="shop")
    with sqlite3.connect(path) as connection:
        connection.executescript(
            "ALTER TABLE customer ADD COLUMN phone TEXT; ALTER TABLE customer ADD COLUMN birthday TEXT;"
        )
    pools.dispose_all()
    actions.propose_from_schema(actor=SHELL, now=NOW, source="shop")
    scanned()
    return "/desk/map/changes/M-1001/"


def customer_page(base: str, name: str = "customer") -> str:
    return f"{base}/desk/map/source/shop/table/{DataTable.objects.get(name=name).id}/"


def test_fields_are_walked_confirmed_and_corrected_by_keyboard(page: Page, base: str) -> None:
    sign_in(page, base, "lena.brandt", PASSWORD)
    page.goto(customer_page(base))
    expect(page.locator("tr.on")).to_contain_text("id")
    page.keyboard.press("j")
    expect(page.locator("tr.on")).to_contain_text("email")
    expect(page.locator("tr.on")).to_be_focused()
    expect(page.locator("#map-say")).to_contain_text("email")
    page.keyboard.press("Enter")
    expect(page.locator("tr.on")).to_contain_text("name")
    expect(page.locator("tr.on")).to_be_focused()
    expect(page.locator("#map-notes")).to_contain_text("Field “email” confirmed.")
    counts = (f"#open-{DataTable.objects.get(name='customer').id}", "#source-shop", "#here-count")
    left = [int(page.locator(one).inner_text()) for one in counts]
    page.reload()
    assert left == [int(page.locator(one).inner_text()) for one in counts]
    page.locator("tr.on").focus()
    assert DataField.objects.get(name="email").confirmed_by == "staff:lena.brandt"
    page.keyboard.press("e")
    box = page.locator("#correct").get_by_role("combobox", name="This field holds")
    expect(box).to_be_focused()
    page.keyboard.type("宗教")
    expect(page.get_by_role("option", name="Religious belief")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("[data-unsaved]")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#map-notes")).to_contain_text("confirmed as corrected")
    assert DataField.objects.get(table__name="customer", name="name").category == "religion"


def test_what_is_new_is_decided_on_its_case_by_keyboard_until_it_closes(
    page: Page, base: str, path: Path
) -> None:
    address = base + with_new_fields(path)
    sign_in(page, base, "lena.brandt", PASSWORD)
    page.goto(address)
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="customer.phone")).to_be_focused()
    page.keyboard.press("y")
    expect(page.get_by_text("1 new personal field in shop waits")).to_be_visible()
    expect(page.get_by_role("link", name="customer.birthday")).to_be_focused()
    page.keyboard.press("c")
    expect(page.locator("#correct h2")).to_have_text("birthday")
    page.goto(address)
    page.keyboard.press("j")
    page.keyboard.press("y")
    expect(page.get_by_text("Every new field in shop is decided")).to_be_visible()
    expect(page.get_by_role("cell", name="Confirmed lena.brandt")).to_have_count(2)
    picture(page, "map-change-closed.en")


def test_a_map_is_decided_without_a_mouse(page: Page, base: str) -> None:
    """Open the map, take back, decide together, go on to the next table, and reject a link, all by keys."""
    orders, customer = (DataTable.objects.get(name=name) for name in ("orders", "customer"))
    link = DataLink.objects.create(
        from_table=orders,
        from_columns=["note"],
        to_table=customer,
        to_columns=["name"],
        role="mention",
        kind="copy",
        confidence_percent=70,
        reasons=[["values", {"percent": 91, "n": 40}]],
    )
    sign_in(page, base, "lena.brandt", PASSWORD)
    page.goto(customer_page(base))
    page.keyboard.press("n")
    expect(page.locator("#map-notes")).to_contain_text("1 field decided.")
    expect(page.locator("tr.on")).to_contain_text("email")
    page.keyboard.press("u")
    expect(page.locator("#map-notes")).to_contain_text("1 decision taken back.")
    expect(page.locator("tr.on")).to_contain_text("id")
    assert not DataField.objects.exclude(confirmed_at=None).exists()
    expect(page.locator("[data-bulk]")).to_be_hidden()
    for _ in range(2):
        page.keyboard.press("x")
        page.keyboard.press("j")
    expect(page.locator("[data-count]")).to_have_text("2")
    confirm = page.locator("[data-bulk]").get_by_role("button", name="Confirm")
    confirm.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#map-notes")).to_contain_text("2 fields decided.")
    assert set(DataField.objects.exclude(confirmed_at=None).values_list("name", flat=True)) == {"id", "email"}
    page.keyboard.press("Shift+?")
    expect(page.locator("[data-keys] dl")).to_be_visible()
    page.keyboard.press("]")
    expect(page.locator("h2").filter(has_text="orders").first).to_be_visible()
    expect(page.get_by_text("91 % of 40 values seen exist there")).to_be_visible()
    page.get_by_role("button", name="Reject the link note to customer.name").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 rejected link")).to_be_visible()
    link.refresh_from_db()
    assert link.is_rejected


def test_the_keys_work_where_the_address_names_no_table(page: Page, base: str) -> None:
    """The first page shows the table that needs a person most; its parts are those of that table."""
    sign_in(page, base, "lena.brandt", PASSWORD)
    page.goto(f"{base}/desk/map/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    said = page.locator("tr.on a.mono").inner_text()
    expect(page.locator("#correct h2")).to_have_text(said)
    expect(page.locator("#map-side table.fields")).to_have_count(0)
    page.keyboard.press("y")
    expect(page.locator("#map-notes")).to_contain_text(f"Field “{said}” confirmed.")
    expect(page).to_have_url(re.compile(r"/table/\d+/\?field=\d+$"))


def test_single_keys_can_be_switched_off(page: Page, base: str) -> None:
    """WCAG 2.1.4: who speaks or types by chance must not decide anything."""
    sign_in(page, base, "lena.brandt", PASSWORD)
    page.goto(customer_page(base))
    page.keyboard.press("Shift+?")
    page.get_by_label("Single keys do this").uncheck()
    page.reload()
    page.keyboard.press("y")
    page.keyboard.press("j")
    expect(page.locator("tr.on")).to_contain_text("id")
    assert not DataField.objects.exclude(confirmed_at=None).exists()


def test_the_graph_is_walked_by_arrow_keys(page: Page, base: str) -> None:
    sign_in(page, base, "lena.brandt", PASSWORD)
    DataTable.objects.filter(name="customer").update(is_people=True)
    DataLink.objects.update(role="owner")
    page.goto(f"{base}/desk/map/source/shop/graph/")
    nodes = page.locator("[data-node]")
    assert [nodes.nth(n).get_attribute("tabindex") for n in range(nodes.count())].count("0") == 1
    page.locator('[data-node][tabindex="0"]').focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-node]:focus")).to_contain_text("orders")
    page.keyboard.press("Enter")
    expect(page.locator("h2").filter(has_text="orders").first).to_be_visible()


def test_the_page_of_a_scan_follows_it_to_its_end(page: Page, base: str) -> None:
    sign_in(page, base, "lena.brandt", PASSWORD)
    scan_id = begun()
    page.goto(f"{base}/desk/map/source/shop/scan/{scan_id}/")
    expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "0")
    driver = Driver(scan_id=scan_id, attempt=1, actor=SHELL)
    while driver.step(NOW) is Step.MORE:
        pass
    expect(page.get_by_role("link", name="Confirm what was found")).to_be_visible(timeout=10_000)
    expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "100")


def test_masked_examples_are_read_on_demand_in_the_panel(page: Page, base: str, path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO customer (email) VALUES ('anna@example.org')")
    sign_in(page, base, "lena.brandt", PASSWORD)
    page.goto(f"{customer_page(base)}?field={DataField.objects.get(name='email').id}")
    expect(page.locator("#examples li")).to_have_count(0)
    page.get_by_role("button", name="Show masked examples").click()
    expect(page.locator("#examples li")).to_have_text(["a•••@•••••.org"])
    assert accessibility_faults(page) == []
    assert page.evaluate("JSON.stringify(localStorage)").count("•") == 0


def test_a_phone_without_javascript_confirms_a_table(unscripted_page: Page, base: str) -> None:
    page = unscripted_page
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    sign_in(page, base, "lena.brandt", PASSWORD)
    page.goto(customer_page(base))
    assert not overflows(page)
    page.get_by_role("button", name="Confirm the whole table").click()
    expect(page.get_by_role("status")).to_contain_text("parts confirmed")
    assert not DataField.objects.filter(table__name="customer", confirmed_at=None).exists()
    page.goto(f"{base}/desk/map/source/shop/")
    page.get_by_role("link", name="Look over and confirm").click()
    page.get_by_role("button", name="Confirm all").click()
    expect(page).to_have_url(f"{base}/desk/map/source/shop/")
    expect(page.get_by_role("status")).to_contain_text("parts confirmed")


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("zh-hans", "dark")])
def test_the_map_cuts_no_word(page: Page, base: str, language: str, theme: str) -> None:
    """On a phone the tables are cards, which are as accessible."""
    choose(page, base, language=language, theme=theme)
    sign_in(page, base, "lena.brandt", PASSWORD)
    addresses = {
        "map": customer_page(base),
        "map-orders": customer_page(base, "orders"),
        "map-source": f"{base}/desk/map/source/shop/",
        "map-overview": f"{base}/desk/map/overview/",
        "map-fields": f"{base}/desk/map/fields/",
        "map-scan": f"{base}/desk/map/source/shop/scan/{scanned(with_news=True)}/",
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
