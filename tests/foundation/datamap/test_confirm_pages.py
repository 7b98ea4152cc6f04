"""The page that asks before a whole source is confirmed, and what the source's page says is not covered."""

import re
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.urls import reverse

from discreet.engines.subjects.gaps import gaps_of_graph
from discreet.foundation.datamap import actions, cli, queries
from discreet.foundation.datamap.models import DataField, DataLink, DataTable
from discreet.foundation.sources.actions import connect_source
from discreet.vocabulary.actors import Role
from tests.foundation.datamap.test_pages import NOW, SHELL, demo, signed_in

__all__ = ["demo"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def inn(tmp_path: Path) -> str:
    """Connect an inn where one table with addresses of devices leads to nobody; return its page's address."""
    path = tmp_path / "inn.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(
            "CREATE TABLE guest (id INTEGER PRIMARY KEY, email TEXT, name TEXT, diagnosis TEXT);"
            "CREATE TABLE stay (id INTEGER PRIMARY KEY, guest_id INTEGER REFERENCES guest (id), note TEXT);"
            "CREATE TABLE session (id INTEGER PRIMARY KEY, ip TEXT, room_id INTEGER REFERENCES room (id));"
            "CREATE TABLE room (id INTEGER PRIMARY KEY, beds INTEGER);"
        )
    connect_source(actor=SHELL, now=NOW, name="inn", url=f"sqlite:///{path}")
    actions.ensure_proposed(actor=SHELL, now=NOW, source="inn")
    DataField.objects.filter(name="ip").update(category="ip_address", confidence_percent=60)
    return reverse("datamap:source", args=["inn"])


def _confirm() -> str:
    return reverse("datamap:confirm_source", args=["inn"])


def _text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_source_page_leads_to_a_summary_and_confirms_nothing_itself(inn: str) -> None:
    page = signed_in(Role.AGENT).get(inn).content.decode()
    assert f'href="{_confirm()}"' in page
    assert f'action="{_confirm()}"' not in page


def test_the_summary_warns_of_personal_data_that_lead_to_nobody_first(inn: str) -> None:
    page = signed_in(Role.AGENT).get(_confirm()).content.decode()
    text = _text(page)
    loose = text.index("Tables with personal data that lead to no person")
    silent = text.index("Links that are said to say nothing about people")
    doubt = text.index("Proposals under 70%")
    assert loose < silent < doubt < text.index("Tables of people", doubt)
    session = DataTable.objects.get(name="session")
    assert reverse("datamap:add_link", args=["inn", session.id]) in page
    assert "session.room_id → room.id" in text[silent:doubt]
    assert "session.ip" in text[doubt:]
    assert "only because nothing in" in text
    assert DataField.objects.filter(confirmed_at=None).count() == 12


def test_what_was_seen_is_confirmed_and_the_answer_stays_with_the_source(inn: str) -> None:
    client = signed_in(Role.AGENT)
    seen = re.search(r'name="seen" value="(\w+)"', client.get(_confirm()).content.decode())
    assert seen is not None
    answer = client.post(_confirm(), {"seen": seen[1]}, follow=True)
    assert answer.redirect_chain == [(inn, 302)]
    text = _text(answer.content.decode())
    assert "parts confirmed." in text
    assert "everything is confirmed, but 1 table with personal data leads to no person" in text


@pytest.mark.parametrize("sent", [{}, {"seen": "stale"}])
def test_what_nobody_saw_is_not_confirmed(inn: str, sent: dict[str, str]) -> None:
    answer = signed_in(Role.AGENT).post(_confirm(), sent)
    assert answer.status_code == 409
    assert "The map changed meanwhile" in answer.content.decode()
    assert not DataField.objects.exclude(confirmed_at=None).exists()


def test_the_source_page_names_what_a_case_names_as_not_covered(inn: str) -> None:
    actions.confirm_all(actor=SHELL, now=NOW, source="inn")
    page = signed_in(Role.VIEWER).get(inn).content.decode()
    part = page[page.index('id="not-covered"') :]
    named = list(gaps_of_graph(graph=queries.graph(), taken={}))
    assert {gap.table.table for gap in named} >= {"session"}
    assert all(gap.table.table in part for gap in named)
    assert "neither found nor erased" in part or "only searched by value" in part
    assert DataLink.objects.filter(confirmed_at=None).count() == 0


def test_the_command_line_says_the_same_in_short(inn: str) -> None:
    told = CliRunner().invoke(cli.map_group, ["confirm", "inn", "--all"]).output
    assert "Tables of people: " in told
    assert "session" in told


def test_the_summary_speaks_chinese(inn: str) -> None:
    client = signed_in(Role.AGENT)
    client.cookies["discreet_language"] = "zh-hans"
    text = _text(client.get(_confirm()).content.decode())
    assert "含有个人信息但不通向任何人的表" in text
    assert "先逐项查看" in text


def _add_link(table: str) -> str:
    return reverse("datamap:add_link", args=["inn", DataTable.objects.get(name=table).id])


@pytest.mark.parametrize(
    ("here", "there", "told"),
    [
        ("guest_id", "id", "2 of 3 different values looked at exist there."),
        ("note", "id", "The columns here hold no values to compare."),
        ("guest_id", "nothing", "Table “guest” has no column “nothing”."),
        ("guest_id", "", ""),
    ],
)
def test_a_link_is_looked_at_before_it_is_added(
    inn: str, tmp_path: Path, here: str, there: str, told: str
) -> None:
    with sqlite3.connect(tmp_path / "inn.sqlite") as connection:
        connection.executemany("INSERT INTO guest (id) VALUES (?)", [(1,), (2,)])
        connection.executemany("INSERT INTO stay (guest_id) VALUES (?)", [(1,), (2,), (2,), (7,)])
    guest = DataTable.objects.get(name="guest")
    sent = {"from_columns": here, "to_table": str(guest.id), "to_columns": there, "match": "exact"}
    answer = signed_in(Role.AGENT).post(_add_link("stay"), {**sent, "what": "look"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert told in page
    assert '<option value="diagnosis"></option>' in page
    assert DataLink.objects.count() == 2


def test_the_columns_of_the_table_here_are_offered_at_once(inn: str) -> None:
    page = signed_in(Role.AGENT).get(_add_link("stay")).content.decode()
    assert page.index('<option value="guest_id"></option>') < page.index('id="columns-there"')
