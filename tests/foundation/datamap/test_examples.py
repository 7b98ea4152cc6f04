"""Masked values of a field: what is shown of them, who may ask, what is recorded, and what stands in the way."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import translation
from pytest_django import Settings

from discreet.foundation.datamap import actions
from discreet.foundation.datamap.examples import Example, masked
from discreet.foundation.datamap.models import DataField
from discreet.foundation.ledger.models import LedgerEntry
from discreet.foundation.sources.actions import connect_source
from discreet.vocabulary.actors import Role
from tests.foundation.datamap.test_pages import NOW, SHELL, signed_in

PART = {"HX-Request": "true", "HX-Target": "examples"}


@pytest.mark.parametrize(
    ("category", "value", "shown"),
    [
        ("name", "王伟", "王•"),
        ("email", "anna@example.org", "a•••@•••••.org"),
        ("phone", "13800001234", "138••••1234"),
        ("national_id", "44010119900101123X", "4•••••••••••••••••"),
        ("birth_date", "1990-01-02", "1•••-••-••"),
        ("none", "12", "••"),
        ("none", 7, "•"),
    ],
)
def test_a_value_keeps_its_first_letter_and_its_shape_at_most(
    category: str, value: object, shown: str
) -> None:
    assert masked(category, value) == Example(shown)


@pytest.mark.parametrize(
    ("category", "value", "length"),
    [("free_text", "knows Anna", 10), ("health", "flu", 3), ("none", "x" * 60, 60)],
)
def test_of_free_text_and_of_what_is_sensitive_in_itself_only_the_length_is_told(
    category: str, value: str, length: int
) -> None:
    assert masked(category, value) == Example(length=length)


@pytest.fixture
def shop(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    settings.DISCREET_DEMO = True
    path = tmp_path / "shop.sqlite"
    _run(path, "CREATE TABLE customer (id INTEGER PRIMARY KEY, email TEXT)")
    for number in range(9):
        _run(path, f"INSERT INTO customer (email) VALUES ('canary{number}@example.org')")
    connect_source(actor=SHELL, now=NOW, name="shop", url=f"sqlite:///{path}")
    actions.ensure_proposed(actor=SHELL, now=NOW, source="shop")
    with translation.override("en"):
        yield path


def _run(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(sql)
        connection.commit()


def _address() -> str:
    field = DataField.objects.get(name="email")
    return reverse("datamap:examples", args=["shop", field.table_id, field.id])


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [{}, PART])
def test_five_masked_values_are_shown_recorded_and_kept_nowhere(shop: Path, headers: dict[str, str]) -> None:
    answer = signed_in(Role.AGENT).post(_address(), headers=headers)
    page = answer.content.decode()
    assert page.count("c•••@•••••.org") == 5
    assert "canary" not in page
    assert "no-store" in answer["Cache-Control"]
    entry = LedgerEntry.objects.order_by("-id").first()
    assert entry is not None
    assert "datamap.show_examples" in str(vars(entry))
    assert "canary" not in str(vars(entry))


@pytest.mark.django_db
def test_who_may_not_confirm_sees_no_values(shop: Path) -> None:
    assert signed_in(Role.VIEWER).post(_address()).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("DELETE FROM customer", "The table has no rows now."),
        ("UPDATE customer SET email = NULL", "None of the 5 rows looked at holds a value here."),
        ("DROP TABLE customer", "note error"),
        ("gone", "note error"),
    ],
)
def test_what_stands_in_the_way_is_said_in_the_panel(shop: Path, change: str, told: str) -> None:
    client, address = signed_in(Role.AGENT), _address()
    if change == "gone":
        shop.rename(shop.with_suffix(".away"))
    else:
        _run(shop, change)
    answer = client.post(address, headers=PART)
    assert answer.status_code == 200
    assert told in answer.content.decode()
    assert told in client.post(address).content.decode()
