"""Cases about new personal data: opened by a scan, closed by the last decision, opened again when it is undone."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import Settings

from discreet.foundation.cases.models import Case, CaseClock, CaseTask
from discreet.foundation.datamap import actions, bulk_actions, changes, page_queries, scan_actions
from discreet.foundation.datamap.bulk_actions import FieldDecision
from discreet.foundation.datamap.models import DataField
from discreet.foundation.datamap.scan_actions import PlanOfScans
from discreet.foundation.datamap.scanning import Driver, Step
from discreet.foundation.ledger.queries import entries_for
from discreet.foundation.sources import pools
from discreet.foundation.sources.actions import connect_source
from discreet.vocabulary.actors import Actor, ActorKind, Role
from tests.foundation.staff.people import add

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
SHELL = Actor(kind=ActorKind.SHELL, name="root", roles=frozenset(Role))
CHEN = Actor(kind=ActorKind.STAFF, name="chen@example.org", roles=frozenset({Role.AGENT}))
WEI = Actor(kind=ActorKind.STAFF, name="wei", roles=frozenset({Role.AGENT}))


@pytest.fixture(autouse=True)
def shop(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """A shop whose map is confirmed, in which two personal columns and one plain one are new since."""
    settings.DISCREET_DEMO = True
    path = tmp_path / "shop.sqlite"
    change(path, "CREATE TABLE customer (id INTEGER PRIMARY KEY, email TEXT);")
    connect_source(actor=SHELL, now=NOW, name="shop", url=f"sqlite:///{path}")
    scan()
    actions.confirm_all(actor=SHELL, now=NOW, source="shop")
    grow(path, "phone TEXT", "birthday TEXT", "colour TEXT")
    scan()
    with translation.override("en"):
        yield path


def change(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(sql)
        connection.commit()
    pools.dispose_all()


def grow(path: Path, *columns: str) -> None:
    change(path, "".join(f"ALTER TABLE customer ADD COLUMN {column};" for column in columns))


def scan() -> int:
    actions.propose_from_schema(actor=SHELL, now=LATER, source="shop")
    begun = scan_actions.start_scan(actor=SHELL, now=LATER, source="shop", by_worker=False)
    driver = Driver(scan_id=begun.scan_id, attempt=begun.attempt, actor=SHELL)
    while driver.step(LATER) is Step.MORE:
        pass
    return begun.scan_id


def field(name: str) -> DataField:
    return DataField.objects.get(name=name)


def client(*roles: Role) -> Client:
    found = Client(raise_request_exception=False)
    found.force_login(add("anna", *roles), backend="django.contrib.auth.backends.ModelBackend")
    return found


def test_the_last_decision_closes_the_case_and_says_who_decided() -> None:
    case = Case.objects.get()
    assert (case.number, case.state, case.due_at) == ("M-1001", "open", LATER + changes.CONFIRM_WITHIN)
    actions.confirm_field(actor=CHEN, now=LATER, field_id=field("phone").id)
    case.refresh_from_db()
    assert case.closed_at is None
    actions.correct_field(actor=WEI, now=LATER, field_id=field("birthday").id, category="none")
    case.refresh_from_db()
    assert (case.state, case.closed_at, case.due_at) == ("done", LATER, None)
    assert CaseTask.objects.get().done_by == "wei"
    closed = next(one for one in entries_for("map_change:M-1001") if one.act == "datamap.close_change")
    assert closed.actor_label == "staff:wei"
    assert closed.facts == {
        "source": "shop",
        "confirmed": 1,
        "rejected": 1,
        "gone_or_not_personal": 0,
        "decided_by": ["staff:chen at example.org", "staff:wei"],
    }


@pytest.mark.parametrize("how", ["all", "table", "gone"])
def test_every_act_that_leaves_nothing_open_closes_the_case(shop: Path, how: str) -> None:
    if how == "all":
        actions.confirm_all(actor=WEI, now=LATER, source="shop")
    elif how == "table":
        actions.confirm_table(actor=WEI, now=LATER, table_id=field("phone").table_id)
    else:
        change(shop, "ALTER TABLE customer DROP COLUMN phone; ALTER TABLE customer DROP COLUMN birthday")
        actions.propose_from_schema(actor=WEI, now=LATER, source="shop")
    assert Case.objects.get().closed_at == LATER


def test_a_decision_taken_back_opens_the_case_again_with_its_clock_and_task() -> None:
    ids = [field("phone").id, field("birthday").id]
    before = page_queries.field_states(ids)
    seen = [FieldDecision(one.id, one.category) for one in before]
    bulk_actions.decide_fields(actor=WEI, now=LATER, source="shop", decisions=seen)
    assert Case.objects.get().closed_at == LATER
    bulk_actions.undo_fields(actor=WEI, now=LATER, source="shop", before=before[:1], decided_at=LATER)
    case = Case.objects.get()
    assert (case.state, case.closed_at, case.expires_at) == ("open", None, None)
    assert case.due_at == LATER + changes.CONFIRM_WITHIN
    assert CaseClock.objects.get().met_at is None
    assert CaseTask.objects.get(done_at=None).params == {"source": "shop", "count": 1}
    acts = [one.act for one in entries_for("map_change:M-1001")]
    assert acts[-1] == "datamap.reopen_change"


def test_what_is_new_later_joins_the_open_case_and_after_it_opens_another(shop: Path) -> None:
    scan_actions.set_scan_plan(actor=SHELL, now=NOW, source="shop", plan=PlanOfScans(owner="wei"))
    grow(shop, "mobile TEXT")
    scan()
    assert Case.objects.get().number == "M-1001"
    assert CaseTask.objects.get().params == {"source": "shop", "count": 3}
    actions.confirm_all(actor=WEI, now=LATER, source="shop")
    grow(shop, "email2 TEXT")
    scan()
    states = list(Case.objects.order_by("id").values_list("number", "state", "owner"))
    assert states == [("M-1001", "done", ""), ("M-1002", "open", "wei")]
    scan()  # nothing is new: nobody is asked again
    assert Case.objects.count() == 2


def test_the_case_is_a_link_wherever_it_is_named_and_decided_on_its_page() -> None:
    agent = client(Role.AGENT)
    url = reverse("datamap:change", args=["M-1001"])
    places = (
        "/desk/work/",
        "/desk/",
        "/desk/calendar/?month=2026-03&view=list",
        "/desk/notifications/?show=all",
    )
    for place in (*places, "/desk/search/?q=M-1001", "/desk/map/changes/", "/desk/map/source/shop/"):
        assert f'href="{url}' in agent.get(place).content.decode(), place
    page = agent.get(url).content.decode()
    assert "2 new personal fields in shop wait" in page
    assert "customer.phone" in page
    assert "colour" not in page
    assert "Internal deadline" in page
    decided = agent.post(
        reverse("datamap:decide_change", args=["M-1001"]), {"one": f"{field('phone').id}:phone"}
    )
    assert decided["Location"] == url
    agent.post(
        reverse("datamap:decide_change", args=["M-1001"]),
        {"what": "none", "field": f"{field('birthday').id}:{field('birthday').category}"},
    )
    page = agent.get(url).content.decode()
    assert "Every new field in shop is decided" in page
    assert "1 confirmed" in page
    assert Case.objects.get().state == "done"


def test_an_owner_is_given_with_the_task() -> None:
    agent = client(Role.AGENT)
    add("ola", Role.AGENT)
    add("vera", Role.VIEWER)
    give = reverse("datamap:give_change", args=["M-1001"])
    assert agent.post(give, {"owner": "vera"}).status_code == 404
    assert agent.post(give, {"owner": "ola"}).status_code == 302
    assert (Case.objects.get().owner, CaseTask.objects.get(done_at=None).assignee) == ("ola", "ola")
    assert agent.post(give, {"owner": "", "version": "1"}).status_code == 409
    assert agent.get(reverse("datamap:change", args=["M-9"])).status_code == 404


def test_who_only_reads_is_offered_no_decision() -> None:
    page = client(Role.VIEWER).get(reverse("datamap:change", args=["M-1001"])).content.decode()
    assert "customer.phone" in page
    assert "<form" not in page.split("<main", 1)[1]
