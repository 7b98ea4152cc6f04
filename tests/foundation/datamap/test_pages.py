"""The map's pages through their addresses: what each role sees and may do."""

import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import Settings

from discreet.foundation.datamap import actions, summary_queries
from discreet.foundation.datamap.address_box import AddressBox
from discreet.foundation.datamap.models import DataField, DataLink, DataTable
from discreet.foundation.sources.actions import connect_source
from discreet.vocabulary.actors import Actor, ActorKind, Role
from tests.foundation.staff.people import add

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SHELL = Actor(kind=ActorKind.SHELL, name="root", roles=frozenset(Role))


@pytest.fixture(autouse=True)
def demo(settings: Settings) -> Iterator[None]:
    """No second factor; begin in English whatever the last request left behind."""
    settings.DISCREET_DEMO = True
    with translation.override("en"):
        yield


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Connect a small shop and take its schema in."""
    path = tmp_path / "shop.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(
            "CREATE TABLE customer (id INTEGER PRIMARY KEY, email TEXT, name TEXT, flag TEXT);"
            "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id),"
            " note TEXT, made_at DATE);"
        )
    connect_source(actor=SHELL, now=NOW, name="shop", url=f"sqlite:///{path}")
    actions.ensure_proposed(actor=SHELL, now=NOW, source="shop")
    return path


def signed_in(*roles: Role) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(add("anna", *roles), backend="django.contrib.auth.backends.ModelBackend")
    return client


def address(name: str, table: str = "customer", **more: int) -> str:
    row = DataTable.objects.get(name=table)
    return reverse(f"datamap:{name}", kwargs={"source": row.source, "table_id": row.id, **more})


def field(name: str) -> DataField:
    return DataField.objects.get(name=name)


def test_the_first_page_says_what_to_connect_when_there_is_nothing() -> None:
    assert "No source is connected yet" in signed_in(Role.ADMINISTRATOR).get("/desk/map/").content.decode()


def test_the_map_counts_what_waits_and_shows_the_evidence(shop: Path) -> None:
    page = signed_in(Role.VIEWER).get(address("table")).content.decode()
    assert "8 fields wait for confirmation" in page
    assert "Name says “email”" in page


def test_the_map_speaks_chinese(shop: Path) -> None:
    client = signed_in(Role.VIEWER)
    client.cookies["discreet_language"] = "zh-hans"
    page = client.get(address("table")).content.decode()
    assert "数据地图" in page
    assert "还有 8 个字段待确认" in page


def test_a_viewer_changes_nothing(shop: Path) -> None:
    client = signed_in(Role.VIEWER)
    assert client.post(address("confirm_fields")).status_code == 403
    assert "Correct the field" not in client.get(address("table")).content.decode()
    assert not DataField.objects.exclude(confirmed_at=None).exists()


def test_an_agent_confirms_one_field_and_is_led_to_the_next_open_one(shop: Path) -> None:
    answer = signed_in(Role.AGENT).post(
        address("confirm_field", field_id=field("email").id), {"seen": "email"}, follow=True
    )
    assert field("email").confirmed_by == "staff:anna"
    assert answer.request["QUERY_STRING"] == f"field={field('name').id}"


def test_an_agent_corrects_a_category(shop: Path) -> None:
    signed_in(Role.AGENT).post(
        address("correct_field", field_id=field("flag").id),
        {"category": "religion", "erase": "", "replacement": "", "seen": "none"},
    )
    assert (field("flag").category, field("flag").confirmed_by) == ("religion", "staff:anna")


def test_a_correction_of_what_changed_meanwhile_is_refused_with_the_reason(shop: Path) -> None:
    answer = signed_in(Role.AGENT).post(
        address("correct_field", field_id=field("flag").id),
        {"category": "religion", "erase": "", "replacement": "", "seen": "health"},
    )
    assert answer.status_code == 422
    assert "Somebody changed this meanwhile" in answer.content.decode()


def test_a_field_of_another_table_is_not_found_here(shop: Path) -> None:
    answer = signed_in(Role.AGENT).post(address("confirm_field", field_id=field("note").id))
    assert answer.status_code == 404


def test_a_duty_to_keep_is_stated_on_the_page(shop: Path) -> None:
    signed_in(Role.AGENT).post(
        address("set_table", "orders"),
        {
            "article": "AO § 147(3)",
            "reason_en": "Orders",
            "reason_zh": "订单",
            "years": "6",
            "start": "made_at",
            "needed": [],
            "erase": "",
        },
    )
    keep = DataTable.objects.get(name="orders").keep_duty
    assert (keep.article, keep.years, keep.start_column) == ("AO § 147(3)", 6, "made_at")


def test_an_incomplete_duty_is_refused_with_the_reason(shop: Path) -> None:
    answer = signed_in(Role.AGENT).post(address("set_table", "orders"), {"article": "AO § 147(3)"})
    assert answer.status_code == 422
    assert "needs its article and its reason" in answer.content.decode()


def test_a_link_gets_its_role_on_the_page(shop: Path) -> None:
    link = DataLink.objects.get()
    signed_in(Role.AGENT).post(address("set_role", "orders", link_id=link.id), {"role": "mention"})
    link.refresh_from_db()
    assert (link.role, link.confirmed_by) == ("mention", "staff:anna")


def test_a_link_is_added_and_removed_on_the_page(shop: Path) -> None:
    client = signed_in(Role.AGENT)
    customer = DataTable.objects.get(name="customer")
    client.post(
        address("add_link", "orders"),
        {
            "from_columns": "note",
            "to_table": str(customer.id),
            "to_columns": "email",
            "role": "owner",
            "match": "email",
            "discriminator_column": "",
            "discriminator_value": "",
        },
    )
    added = DataLink.objects.get(is_declared=False)
    assert added.match == "email"
    client.post(address("remove_link", "orders", link_id=added.id))
    assert not DataLink.objects.filter(is_declared=False).exists()


def test_confirming_a_source_leaves_nothing_open(shop: Path) -> None:
    client = signed_in(Role.AGENT)
    seen = summary_queries.summary("shop").seen
    client.post(reverse("datamap:confirm_source", kwargs={"source": "shop"}), {"seen": seen})
    assert "Everything is confirmed" in client.get("/desk/map/").content.decode()


def test_the_map_file_downloads_as_it_is_applied(shop: Path) -> None:
    client = signed_in(Role.AUDITOR)
    text = client.get(reverse("datamap:file", kwargs={"source": "shop"})).content.decode()
    assert actions.apply_map(actor=SHELL, now=NOW, text=text) == ("shop",)
    again = client.get(reverse("datamap:file", kwargs={"source": "shop"})).content.decode()
    assert again == text


def test_a_wrong_address_is_told_without_its_password() -> None:
    answer = signed_in(Role.ADMINISTRATOR).post(
        "/desk/map/connect/", {"name": "far", "url": "ftp://someone:canary-word@host/x"}
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'role="alert"' in page
    assert "canary-word" not in page


def test_what_was_typed_is_kept_but_for_the_password() -> None:
    client = signed_in(Role.ADMINISTRATOR)
    sent = {"name": "Nicht gut!", "url": "ftp://ann@host/x?sslkey=canary-key", "url_password": "canary-word"}
    page = client.post("/desk/map/connect/", sent).content.decode()
    assert 'value="ftp://ann@host/x"' in page and "Nicht gut!" in page
    assert "canary" not in page
    assert "Use Latin letters, digits, hyphens and underscores alone" in page
    for address in ("ann:canary-word@host", "postgresql//ann:canary-word@host/x", "a://b:canary-word@c@d/x"):
        assert "canary" not in client.post("/desk/map/connect/", {"url": address}).content.decode()
    lost = client.post(
        "/desk/map/connect/", {"name": "far", "url": "mysql://host/x", "url_password": "canary"}
    )
    assert "Name the user in the address" in lost.content.decode()


def test_the_password_of_its_own_box_goes_into_the_address() -> None:
    sent = {"url": "postgresql://ann@host/x", "url_password": "p@ss/w:rd"}
    assert AddressBox().value_from_datadict(sent, {}, "url") == "postgresql://ann:p%40ss%2Fw%3Ard@host/x"
    sent = {"url": "postgresql://ann:env:VAR@host/x", "url_password": ""}
    assert AddressBox().value_from_datadict(sent, {}, "url") == "postgresql://ann:env:VAR@host/x"


def test_the_rights_are_explained_in_both_languages(shop: Path) -> None:
    client, address = signed_in(Role.VIEWER), "/desk/map/source/shop/rights/"
    assert "SQLite knows no accounts" in client.get(address).content.decode()
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    assert "SQLite 没有账户" in client.get(address).content.decode()


def test_only_administrators_connect_sources() -> None:
    assert signed_in(Role.AGENT).get("/desk/map/connect/").status_code == 403


def test_the_source_page_shows_place_and_rights(shop: Path) -> None:
    client = signed_in(Role.VIEWER)
    page = client.get(reverse("datamap:source", kwargs={"source": "shop"})).content.decode()
    assert "not possible: no write address" in page
    page = client.get(reverse("datamap:rights", kwargs={"source": "shop"})).content.decode()
    assert "SQLite knows no accounts" in page


def test_the_source_page_says_why_erasing_will_be_refused(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    url = f"sqlite:///{shop}"
    connect_source(actor=SHELL, now=NOW, name="shop", url=url, write_url=url)
    page = signed_in(Role.VIEWER).get(reverse("datamap:source", kwargs={"source": "shop"})).content.decode()
    assert "the write account lacks writing the file; writing the folder" in page
    assert "possible: a write address" not in page


def test_the_map_as_json_names_categories_links_and_people(shop: Path) -> None:
    body = signed_in(Role.VIEWER).get(reverse("datamap:json", kwargs={"source": "shop"})).json()
    assert body["people"] == ["customer"]
    assert body["tables"]["customer"]["columns"]["email"]["category"] == "email"
    assert [(link["from"], link["to"], link["kind"]) for link in body["links"]] == [
        (["orders.customer_id"], ["customer.id"], "fk")
    ]


@pytest.mark.parametrize(
    "path", ["source/none/", "source/shop/table/999999/", "source/shop/table/9" + "9" * 30 + "/"]
)
def test_what_is_not_there_is_not_found(shop: Path, path: str) -> None:
    assert signed_in(Role.VIEWER).get(f"/desk/map/{path}").status_code == 404


def test_a_view_is_called_a_view_and_says_what_that_means(shop: Path) -> None:
    with sqlite3.connect(shop) as connection:
        connection.execute("CREATE VIEW buyers AS SELECT id, email FROM customer")
    actions.propose_from_schema(actor=SHELL, now=NOW, source="shop")
    client = signed_in(Role.VIEWER)
    meaning = "A view: it reads other tables and holds no rows of its own."
    for page in (address("table", "buyers"), reverse("datamap:source", kwargs={"source": "shop"})):
        assert meaning in client.get(page).content.decode()
    beside = client.get(address("table")).content.decode()
    assert meaning not in beside
    assert "<small>view, 2 fields</small>" in beside
    client.cookies["discreet_language"] = "zh-hans"
    assert "视图：它读取其他表" in client.get(address("table", "buyers")).content.decode()


def test_who_confirmed_a_field_is_read_as_a_person(shop: Path) -> None:
    actions.confirm_all(actor=SHELL, now=NOW, source="shop")
    page = signed_in(Role.VIEWER).get(address("table")).content.decode()
    assert f"Confirmed by {SHELL.name}, at the command line" in page
    assert SHELL.label not in page


def test_a_field_that_a_person_corrected_says_so_and_by_whom(shop: Path) -> None:
    odd = field("flag")
    actions.correct_field(actor=SHELL, now=NOW, field_id=odd.id, category="phone")
    client = signed_in(Role.VIEWER)
    page = client.get(f"{address('table')}?field={odd.id}").content.decode()
    assert f"Corrected by {SHELL.name}, at the command line" in page
    assert page.count("Corrected</span>") == 1
