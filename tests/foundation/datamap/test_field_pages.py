"""A table of many columns comes in pages, and every address knows which page holds its field."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import Settings

from discreet.foundation.datamap import actions
from discreet.foundation.datamap.models import DataField, DataKeepDuty, DataTable
from discreet.foundation.sources.actions import connect_source
from discreet.vocabulary.actors import Actor, ActorKind, Role
from tests.foundation.staff.people import add

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SHELL = Actor(kind=ActorKind.SHELL, name="root", roles=frozenset(Role))
COLUMNS = 250


@pytest.fixture
def wide(settings: Settings, tmp_path: Path) -> Iterator[Client]:
    """An agent's browser; the map has one table of 250 columns, every fiftieth of them an e-mail address."""
    settings.DISCREET_DEMO = True
    path = tmp_path / "wide.sqlite"
    columns = [f"{'email' if number % 50 == 0 else 'c'}_{number} TEXT" for number in range(COLUMNS)]
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"CREATE TABLE wide ({', '.join(columns)})")
    connect_source(actor=SHELL, now=NOW, name="shop", url=f"sqlite:///{path}")
    actions.ensure_proposed(actor=SHELL, now=NOW, source="shop")
    client = Client(raise_request_exception=False)
    client.force_login(add("anna", Role.AGENT), backend="django.contrib.auth.backends.ModelBackend")
    with translation.override("en"):
        yield client


def field(name: str) -> DataField:
    return DataField.objects.get(name=name)


def address(query: str = "") -> str:
    return reverse("datamap:table", args=["shop", DataTable.objects.get().id]) + query


def shown(client: Client, url: str) -> list[str]:
    """Return the names of the fields in the table of a page."""
    page = client.get(url).content.decode()
    ids = [part.split('"', 1)[0] for part in page.split('<tr id="f-')[1:]]
    names = dict(DataField.objects.values_list("id", "name"))
    return [names[int(each)] for each in ids]


def test_a_page_holds_a_hundred_fields_and_the_one_the_address_names(wide: Client) -> None:
    assert shown(wide, address())[::99] == ["email_0", "c_99"]
    assert shown(wide, address(f"?field={field('c_120').id}"))[::99] == ["email_100", "c_199"]
    assert shown(wide, address("?page=3"))[-1] == "c_249"
    assert shown(wide, address("?page=junk"))[0] == "email_0"


def test_the_last_row_leads_to_the_next_open_field(wide: Client) -> None:
    DataField.objects.filter(position__gt=field("c_99").position, name__startswith="c_1").update(
        confirmed_by="staff:wei", confirmed_at=NOW
    )
    page = wide.get(address()).content.decode()
    assert f'data-more="1" href="{address()}?field={field("email_100").id}"' in page
    assert 'data-more="-1"' not in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?show=personal", ["email_0", "email_50", "email_100", "email_150", "email_200"]),
        ("?q=EMAIL_1", ["email_100", "email_150"]),
        ("?show=open&q=_24", [f"c_{number}" for number in (24, *range(240, 250))]),
        ("?show=personal&q=c_", []),
        ("?show=nonsense&q=c_249", ["c_249"]),
    ],
)
def test_fields_are_narrowed_by_what_they_are_and_by_name(
    wide: Client, query: str, expected: list[str]
) -> None:
    assert shown(wide, address(query)) == expected


def test_a_decision_stays_among_what_is_shown(wide: Client) -> None:
    first = field("email_0")
    confirm = reverse("datamap:confirm_field", args=["shop", first.table_id, first.id])
    answer = wide.post(f"{confirm}?show=open&q=email", {"seen": "email"})
    assert answer["Location"].startswith(f"{address('?show=open&q=email')}&field=")
    assert shown(wide, answer["Location"]) == ["email_50", "email_100", "email_150", "email_200"]


def test_what_the_law_needs_of_a_wide_table_is_written_by_name(wide: Client) -> None:
    table = DataTable.objects.get()
    address_of_form = reverse("datamap:set_table", args=["shop", table.id])
    duty = {"article": "AO § 147", "reason_en": "Tax", "reason_zh": "税务", "years": "10", "start": "c_1"}
    assert wide.post(address_of_form, {**duty, "needed": "email_0\nno_such"}).status_code == 422
    assert not DataKeepDuty.objects.exists()
    assert wide.post(address_of_form, {**duty, "needed": "email_0\r\n email_50 \n"}).status_code == 302
    kept = DataKeepDuty.objects.get()
    assert (kept.fields, kept.start_column) == (["email_0", "email_50"], "c_1")
    assert ">\nemail_0\nemail_50</textarea>" in wide.get(address()).content.decode().replace("\r", "")


def test_a_page_of_a_wide_table_is_drawn_without_a_box_for_each_column(wide: Client) -> None:
    assert len(wide.get(address()).content) < 300_000


def test_the_side_says_which_of_the_open_fields_it_is_and_leads_past_it(wide: Client) -> None:
    first, second = field("email_0"), field("email_50")
    page = wide.get(address(f"?show=personal&field={first.id}")).content.decode()
    assert "1 of 5 to confirm" in page
    assert f'href="{address("?show=personal")}&amp;field={second.id}">Skip for now' in page.replace(
        "&field", "&amp;field"
    )
