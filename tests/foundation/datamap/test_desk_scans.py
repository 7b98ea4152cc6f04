"""The pages of scans: begin, see how far, let rest, stop, plan, and decide what differs."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import Settings

from discreet.foundation.cases.models import CaseTask
from discreet.foundation.datamap import actions, scan_actions, scan_queries
from discreet.foundation.datamap.models import DataField, Scan, ScanTable
from discreet.foundation.datamap.scan_actions import PlanOfScans
from discreet.foundation.datamap.scanning import Driver, Step
from discreet.foundation.jobs.context import Fence, WorkflowContext
from discreet.foundation.jobs.models import Job
from discreet.foundation.jobs.registry import load_all, workflow_named
from discreet.foundation.sources import pools
from discreet.foundation.sources.actions import connect_source
from discreet.vocabulary.actors import Actor, ActorKind, Role
from tests.foundation.staff.people import add

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SHELL = Actor(kind=ActorKind.SHELL, name="root", roles=frozenset(Role))


@pytest.fixture(autouse=True)
def shop(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """Connect a small shop and take its schema in; no second factor; begin in English."""
    settings.DISCREET_DEMO = True
    path = tmp_path / "shop.sqlite"
    change(path, "CREATE TABLE customer (id INTEGER PRIMARY KEY, email TEXT, flag TEXT);")
    connect_source(actor=SHELL, now=NOW, name="shop", url=f"sqlite:///{path}")
    actions.ensure_proposed(actor=SHELL, now=NOW, source="shop")
    with translation.override("en"):
        yield path


def change(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(sql)
        connection.commit()


def client(*roles: Role) -> Client:
    found = Client(raise_request_exception=False)
    found.force_login(add("anna", *roles), backend="django.contrib.auth.backends.ModelBackend")
    return found


def address(name: str, *more: int) -> str:
    return reverse(f"datamap:{name}", args=["shop", *more])


def drive() -> int:
    """Drive a scan to its end and return its id."""
    begun = scan_actions.start_scan(actor=SHELL, now=NOW, source="shop", by_worker=False)
    driver = Driver(scan_id=begun.scan_id, attempt=begun.attempt, actor=SHELL)
    while driver.step(NOW) is Step.MORE:
        pass
    return begun.scan_id


def test_a_scan_begins_on_the_page_and_a_worker_drives_it() -> None:
    agent = client(Role.AGENT)
    answer = agent.post(address("start_scan"))
    scan = Scan.objects.get()
    assert answer["Location"] == address("scan", scan.id)
    assert Job.objects.filter(workflow="datamap.scan").exists()
    page = agent.get(answer["Location"]).content.decode()
    assert 'role="progressbar"' in page
    assert "0 of 1" in page
    assert 'http-equiv="refresh"' in page


def test_connecting_a_source_leads_to_its_first_scan(postgresql_url: str) -> None:
    administrator = client(Role.ADMINISTRATOR)
    with psycopg.connect(postgresql_url, autocommit=True) as opened:
        opened.execute("CREATE TABLE person (id int PRIMARY KEY, email text)")
    try:
        answer = administrator.post("/desk/map/connect/", {"name": "pg", "url": postgresql_url})
        scan = Scan.objects.get(source="pg")
        assert answer["Location"] == reverse("datamap:scan", args=["pg", scan.id])
        assert scan.started_by == "staff:anna"
    finally:
        pools.dispose_all()


def test_a_worker_drives_a_scan_to_its_end() -> None:
    """What a step came to travels as JSON: the worker must know it again, and not leave after the first."""
    begun = scan_actions.start_scan(actor=SHELL, now=NOW, source="shop")
    context = WorkflowContext(
        key="scan",
        fence=Fence(key="scan", number=1),
        _run_step=lambda name, call: call(),
        _run_plain=lambda call: json.loads(json.dumps(call())),
    )
    load_all()
    workflow_named("datamap.scan")(context, scan_id=begun.scan_id, attempt=begun.attempt)
    assert Scan.objects.get().state == "done"


def test_a_scan_rests_goes_on_and_stops() -> None:
    agent = client(Role.AGENT)
    agent.post(address("start_scan"))
    scan = Scan.objects.get()
    assert "paused" in agent.post(address("pause_scan", scan.id), follow=True).content.decode()
    agent.post(address("start_scan"))
    scan.refresh_from_db()
    assert (scan.state, scan.attempt) == ("running", 2)
    page = agent.post(address("stop_scan", scan.id), follow=True).content.decode()
    assert "The scan ended early" in page
    assert Scan.objects.count() == 1


def test_htmx_gets_the_bar_and_then_the_whole_page() -> None:
    agent = client(Role.AGENT)
    agent.post(address("start_scan"))
    scan = Scan.objects.get()
    part = agent.get(address("scan", scan.id), headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert "HX-Refresh" not in part
    scan_actions.stop_scan(actor=SHELL, now=NOW, source="shop")
    ended = agent.get(address("scan", scan.id), headers={"HX-Request": "true"})
    assert ended["HX-Refresh"] == "true"


def test_tables_that_refused_are_named_with_the_reason_in_words() -> None:
    scan_id = drive()
    ScanTable.objects.update(refusal="permission_denied")
    reader = client(Role.VIEWER)
    page = reader.get(address("scan", scan_id)).content.decode()
    assert "1 table could not be read; the others go on" in page
    assert "customer</span>: the account may not read it" in page
    reader.cookies["discreet_language"] = "zh-hans"
    assert "账号无权读取" in reader.get(address("scan", scan_id)).content.decode()


def test_the_page_leads_to_what_is_new_and_confirms_it_together(shop: Path) -> None:
    drive()
    change(shop, "ALTER TABLE customer ADD phone TEXT; ALTER TABLE customer ADD level INTEGER;")
    actions.propose_from_schema(actor=SHELL, now=NOW, source="shop")
    scan_id = drive()
    agent = client(Role.AGENT)
    page = agent.get(address("scan", scan_id)).content.decode()
    assert page.index("customer.phone") < page.index("customer.level")
    assert "new and personal" in page
    (task,) = CaseTask.objects.filter(url_name="datamap:change")
    assert agent.get(reverse(task.url_name, args=task.url_args)).status_code == 200
    phone = DataField.objects.get(name="phone")
    agent.post(
        address("decide_differences", scan_id), {"field": f"{phone.id}:{phone.category}", "what": "confirm"}
    )
    phone.refresh_from_db()
    assert (phone.category, phone.confirmed_by) == ("phone", "staff:anna")
    assert not DataField.objects.exclude(name="phone").exclude(confirmed_at=None).exists()


def test_a_difference_that_changed_meanwhile_is_not_confirmed() -> None:
    scan_id = drive()
    email = DataField.objects.get(name="email")
    answer = client(Role.AGENT).post(
        address("decide_differences", scan_id), {"field": f"{email.id}:religion", "what": "confirm"}
    )
    assert answer.status_code == 409
    assert not DataField.objects.exclude(confirmed_at=None).exists()


def test_a_plan_is_set_on_the_page_with_an_owner() -> None:
    agent = client(Role.AGENT)
    sent = {
        "every_days": "7",
        "statements_per_minute": "60",
        "rows_per_s": "",
        "from_hour": "22",
        "to_hour": "5",
        "owner": "anna",
    }
    page = agent.post(address("plan"), sent, follow=True).content.decode()
    assert scan_queries.plan_of("shop") == PlanOfScans(7, 60, None, (22, 5), "anna")
    assert "every 7 days" in page
    assert "at most 60 statements a minute" in page


@pytest.mark.parametrize(
    "wrong",
    [{"every_days": "0"}, {"from_hour": "3"}, {"from_hour": "3", "to_hour": "3"}, {"owner": "nobody"}],
)
def test_a_plan_that_makes_no_sense_is_refused_with_the_reason(wrong: dict[str, str]) -> None:
    answer = client(Role.AGENT).post(address("plan"), wrong)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert scan_queries.plan_of("shop") == PlanOfScans()


def test_the_source_page_lists_its_scans_and_the_plan() -> None:
    scan_id = drive()
    page = client(Role.VIEWER).get(address("source")).content.decode()
    assert address("scan", scan_id) in page
    assert "root, at the command line" in page
    assert "only when asked" in page


def test_a_source_without_scans_says_so() -> None:
    assert "This source was never scanned" in client(Role.VIEWER).get(address("source")).content.decode()


@pytest.mark.parametrize("name", ["pause_scan", "stop_scan"])
def test_a_scan_that_ended_neither_rests_nor_stops(name: str) -> None:
    scan_id = drive()
    Scan.objects.update(ended_at=NOW + timedelta(hours=1))
    assert client(Role.AGENT).post(address(name, scan_id)).status_code == 404


def test_a_scan_of_another_source_is_not_found() -> None:
    scan_id = drive()
    assert client(Role.VIEWER).get(reverse("datamap:scan", args=["other", scan_id])).status_code == 404
