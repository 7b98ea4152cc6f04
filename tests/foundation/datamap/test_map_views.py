"""The wide views of the map: overview, lists, the graph in words; and what a page costs."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from pytest_django import Settings

from discreet.foundation.datamap import actions
from discreet.foundation.datamap.models import DataField, DataLink, DataTable
from discreet.foundation.sources.actions import connect_source
from discreet.vocabulary.actors import Actor, ActorKind, Role
from tests.foundation.staff.people import add

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SHELL = Actor(kind=ActorKind.SHELL, name="root", roles=frozenset(Role))
HTMX = {"HX-Request": "true", "HX-Target": "map-work"}


def connect(tmp_path: Path, name: str, sql: str) -> None:
    path = tmp_path / f"{name}.sqlite"
    with closing(sqlite3.connect(path)) as opened:
        opened.executescript(sql)
    connect_source(actor=SHELL, now=NOW, name=name, url=f"sqlite:///{path}")
    actions.ensure_proposed(actor=SHELL, now=NOW, source=name)


@pytest.fixture(autouse=True)
def shop(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.DISCREET_DEMO = True
    connect(
        tmp_path,
        "shop",
        "CREATE TABLE customer (id INTEGER PRIMARY KEY, email TEXT, phone TEXT, flag TEXT);"
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id), note TEXT);"
        "CREATE TABLE order_item (id INTEGER PRIMARY KEY, order_id INTEGER REFERENCES orders (id));"
        "CREATE TABLE country (id INTEGER PRIMARY KEY, title TEXT);",
    )
    with translation.override("en"):
        yield


@pytest.fixture
def agent() -> Client:
    found = Client(raise_request_exception=False)
    found.force_login(add("anna", Role.AGENT), backend="django.contrib.auth.backends.ModelBackend")
    return found


def table_url(name: str = "customer") -> str:
    row = DataTable.objects.get(name=name)
    return reverse("datamap:table", args=[row.source, row.id])


def field(name: str) -> DataField:
    return DataField.objects.get(name=name)


def text(client: Client, name: str, *args: str, query: str = "") -> str:
    return client.get(reverse(f"datamap:{name}", args=args) + query).content.decode()


def test_the_overview_counts_categories_and_leads_to_their_fields(agent: Client) -> None:
    page = text(agent, "overview")
    assert "Categories by table" in page
    assert reverse("datamap:fields") + "?source=shop&amp;category=email" in page
    assert "Tables with most personal fields" in page


def test_the_overview_compares_sources_where_there_are_several(agent: Client, tmp_path: Path) -> None:
    connect(tmp_path, "crm", "CREATE TABLE person (id INTEGER PRIMARY KEY, email TEXT);")
    assert "Categories by source" in text(agent, "overview")


def test_an_overview_without_personal_fields_says_what_to_do(agent: Client) -> None:
    DataField.objects.update(category="none")
    assert "No personal field is known yet" in text(agent, "overview")


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("?category=email", {"customer.email"}),
        ("?category=email&state=confirmed", set()),
        ("?sensitive=1", set()),
        ("?category=phone&source=shop&state=open", {"customer.phone"}),
        ("?category=<script>&source=none&page=zzz", {"customer.email", "customer.phone"}),
    ],
)
def test_the_list_of_fields_is_filtered(agent: Client, query: str, named: set[str]) -> None:
    DataField.objects.exclude(name__in=["email", "phone"]).update(category="none")
    page = text(agent, "fields", query=query)
    assert {name for name in ("customer.email", "customer.phone") if f">{name}<" in page} == named


def test_the_graph_says_in_words_how_tables_hang_on_people(agent: Client) -> None:
    DataTable.objects.filter(name="customer").update(is_people=True)
    DataLink.objects.update(role="owner")
    page = text(agent, "graph", "shop")
    assert "order_item: order_id → id · orders: customer_id → id" in page
    assert "1 table without a link to people" in page
    assert f'<a href="{table_url("orders")}" data-node' in page
    assert "country" not in text(agent, "graph", "shop", query="?people=1").split("<main")[1]


def test_the_graph_of_one_table_shows_its_neighbours(agent: Client) -> None:
    table = DataTable.objects.get(name="orders")
    page = text(agent, "graph", "shop", query=f"?table={table.id}").split("<main")[1]
    assert "customer" in page and "order_item" in page and "country" not in page
    assert agent.get(reverse("datamap:graph", args=["shop"]) + "?table=999999").status_code == 404


def test_a_proposed_link_tells_why_and_is_rejected_and_confirmed_after_all(agent: Client) -> None:
    link = DataLink.objects.create(
        from_table=DataTable.objects.get(name="orders"),
        from_columns=["note"],
        to_table=DataTable.objects.get(name="customer"),
        to_columns=["email"],
        role="mention",
        kind="copy",
        confidence_percent=71,
        reasons=[["values", {"percent": 97, "n": 120}]],
    )
    url = table_url("orders")
    page = agent.get(url).content.decode()
    assert "97 % of 120 values seen exist there" in page
    assert "a copy of the value there" in page
    assert "71%" in page
    page = agent.post(
        f"{url}link/decide/", {"link": str(link.id), "what": "reject"}, follow=True
    ).content.decode()
    assert "1 link rejected." in page
    assert "1 rejected link" in page
    agent.post(f"{url}undo/")
    link.refresh_from_db()
    assert not link.is_rejected
    agent.post(f"{url}link/decide/", {"link": str(link.id), "what": "confirm"})
    link.refresh_from_db()
    assert link.confirmed_by == "staff:anna"


def test_what_hides_inside_a_field_is_told(agent: Client) -> None:
    row = field("note")
    row.hidden = [["health", "$.history", 4], ["email", "", 12]]
    row.save()
    page = agent.get(f"{table_url('orders')}?field={row.id}").content.decode()
    assert "What stands inside" in page
    assert "$.history" in page and "in the text" in page
    assert "12%" in page


def test_htmx_gets_what_an_act_changed_and_the_next_open_field(agent: Client) -> None:
    url, email = table_url(), field("email")
    answer = agent.post(f"{url}field/{email.id}/confirm/", {"seen": "email"}, headers=HTMX)
    page = answer.content.decode()
    assert (answer.status_code, "<html" in page) == (200, False)
    assert 'hx-swap-oob="true"' in page
    assert answer["HX-Replace-Url"] == f"{url}?field={field('phone').id}"
    assert "Field “email” confirmed." in page


def test_htmx_is_told_of_a_refusal_beside_the_table(agent: Client) -> None:
    url, email = table_url(), field("email")
    answer = agent.post(f"{url}field/{email.id}/confirm/", {"seen": "religion"}, headers=HTMX)
    assert answer.status_code == 409
    assert "Somebody changed this meanwhile" in answer.content.decode()
    assert 'id="map-work"' in answer.content.decode()


def test_selected_fields_are_decided_together_and_taken_back(agent: Client) -> None:
    url = table_url()
    values = [f"{field(name).id}:{field(name).category}" for name in ("email", "phone")]
    page = agent.post(f"{url}decide/", {"field": values, "what": "none"}, follow=True).content.decode()
    assert "2 fields decided." in page
    assert {field(name).category for name in ("email", "phone")} == {"none"}
    page = agent.post(f"{url}undo/", follow=True).content.decode()
    assert "2 decisions taken back." in page
    assert (field("email").category, field("email").confirmed_at) == ("email", None)
    assert agent.post(f"{url}undo/").status_code == 409


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"what": "confirm"}, "Select at least one field."),
        ({"what": "set", "field": "1:none"}, "Choose the category"),
        ({"what": "confirm", "field": ["x:none", "9" * 40 + ":none"]}, "Select at least one field."),
    ],
)
def test_a_decision_about_nothing_is_refused_with_the_reason(
    agent: Client, sent: dict[str, str | list[str]], told: str
) -> None:
    answer = agent.post(f"{table_url()}decide/", sent)
    assert answer.status_code == 422
    assert told in answer.content.decode()


def test_the_tree_is_filtered_on_the_server(agent: Client) -> None:
    tree = agent.get(f"{table_url()}?tables=order_").content.decode()
    tree = tree.split('class="panel tree"')[1].split("</nav>")[0]
    assert "order_item" in tree
    assert "country" not in tree


@pytest.mark.parametrize("name", ["table", "source", "graph", "overview", "fields", "front"])
def test_a_page_asks_the_database_as_often_for_many_tables_as_for_few(
    agent: Client, tmp_path: Path, name: str
) -> None:
    url = {"table": table_url(), "front": "/desk/map/"}.get(name) or reverse(
        f"datamap:{name}", args=["shop"] if name in ("source", "graph") else []
    )
    agent.get(url)  # what a process keeps is kept
    with CaptureQueriesContext(connection) as few:
        agent.get(url)
    many = "".join(
        f"CREATE TABLE t{n} (id INTEGER PRIMARY KEY, email TEXT, customer_id INTEGER REFERENCES customer (id));"
        for n in range(40)
    )
    with closing(sqlite3.connect(tmp_path / "shop.sqlite")) as opened:
        opened.executescript(many)
    actions.propose_from_schema(actor=SHELL, now=NOW, source="shop")
    agent.get(url)
    with CaptureQueriesContext(connection) as queries:
        agent.get(url)
    assert len(queries) == len(few)
    assert len(queries) < 45
