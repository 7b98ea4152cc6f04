"""One process drives a scan; others follow, take it up when it died, and say when nobody reads."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pymysql
import pytest
from click.testing import CliRunner
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from discreet.foundation.datamap import actions, driving, scan_actions, scan_cli, scan_queries
from discreet.foundation.datamap.driving import DriverLock, is_driven
from discreet.foundation.datamap.graph_build import ref_of
from discreet.foundation.datamap.models import DataField, DataTable, Scan, ScanTable
from discreet.foundation.datamap.refusals import NoScan
from discreet.foundation.datamap.scan_cli import drive_or_follow
from discreet.foundation.datamap.scan_cli import scan as scan_command
from discreet.foundation.datamap.scan_reading import vanished
from discreet.foundation.datamap.scanning import Driver, Step
from discreet.foundation.jobs.context import Fence, WorkflowContext
from discreet.foundation.jobs.models import Job, JobState
from discreet.foundation.jobs.registry import load_all, workflow_named
from discreet.foundation.ledger.models import LedgerEntry
from discreet.foundation.organisation.queries import profile
from discreet.foundation.sources import pools
from discreet.foundation.sources.actions import connect_source
from discreet.foundation.sources.dialects import base
from discreet.foundation.sources.models import Source
from discreet.foundation.sources.refusals import SourceDown, UnknownSource
from discreet.vocabulary.actors import Actor, ActorKind, Role
from tests.faults.proxy import FaultProxy, fault_proxy
from tests.foundation.staff.people import add

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ROOT = Actor(kind=ActorKind.SHELL, name="root", roles=frozenset(Role))
TABLES = 6
MARKER = b"t3"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr(scan_cli, "LOOK_S", 0.01)
    monkeypatch.setattr(scan_cli, "LONELY_S", 0.05)
    settings.DISCREET_DEMO = True


@pytest.fixture
def shop(tmp_path: Path) -> str:
    path = tmp_path / "shop.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        for n in range(TABLES):
            connection.execute(f"CREATE TABLE t{n} (id INTEGER PRIMARY KEY, email TEXT)")
        connection.commit()
    connect_source(actor=ROOT, now=NOW, name="shop", url=f"sqlite:///{path}", is_read_only=True)
    actions.ensure_proposed(actor=ROOT, now=NOW, source="shop")
    return "shop"


def begin(source: str = "shop", *, by_worker: bool = False) -> Driver:
    begun = scan_actions.start_scan(actor=ROOT, now=NOW, source=source, by_worker=by_worker)
    return Driver(scan_id=begun.scan_id, attempt=begun.attempt, actor=ROOT)


def drive(driver: Driver) -> Step:
    while (step := driver.step(NOW)) is Step.MORE:
        pass
    return step


def test_a_second_command_follows_the_scan_that_runs(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    driver, lock = begin(), DriverLock(shop)
    assert lock.take()

    def others_go_on(*_: object) -> None:
        if lock.is_held:
            drive(driver)
            lock.release()

    view = drive_or_follow(name=shop, actor=ROOT, tell=others_go_on)
    assert (view.state, view.attempt) == ("done", 1)
    told = capsys.readouterr().err
    assert "started by root" in told
    assert "2026-03-02 " in told


def test_a_scan_whose_driver_died_is_taken_up_by_who_followed_it(shop: str) -> None:
    driver, lock = begin(), DriverLock(shop)
    lock.take()
    driver.step(NOW)
    view = drive_or_follow(name=shop, actor=ROOT, tell=lambda *_: lock.release())
    assert (view.state, view.attempt) == ("done", 2)
    assert driver.step(NOW) is Step.OVER


def test_the_lock_of_a_killed_process_is_free_at_once(shop: str, settings: Settings) -> None:
    assert not is_driven("other")
    path = Path(settings.DISCREET_HOME) / "run" / "scan-other.lock"
    holds = f"import fcntl, sys; f = open({str(path)!r}, 'w'); fcntl.flock(f, fcntl.LOCK_EX); print(flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", holds], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert is_driven("other")
        process.kill()
        process.wait()
        assert not is_driven("other")


def test_the_shell_pauses_stops_and_says_why_a_scan_is_not_done(shop: str) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(scan_command, [shop, *arguments])
        return result.exit_code, result.stderr

    begin()
    assert run("--pause") == (0, "")
    assert Scan.objects.get().state == "paused"
    assert run("--pause", "--stop")[0] == 2
    assert run("--stop") == (0, "")
    assert Scan.objects.get().state == "stopped"
    assert run()[0] == 0
    plan = scan_actions.PlanOfScans(hours=_closed_hours())
    scan_actions.set_scan_plan(actor=ROOT, now=NOW, source=shop, plan=plan)
    code, told = run()
    assert code == 1
    assert "no scan at this hour" in told


def _closed_hours() -> tuple[int, int]:
    hour = timezone.now().astimezone(profile().zone).hour
    return (hour + 6) % 24, (hour + 7) % 24


@pytest.fixture(params=["postgresql", "mariadb"])
def through_proxy(request: pytest.FixtureRequest) -> Iterator[FaultProxy]:
    """A source of some tables whose connection fails as told."""
    name = request.param
    url = request.getfixturevalue(f"{name}_url")
    tables = [f"CREATE TABLE t{n} (id int PRIMARY KEY, email varchar(60))" for n in range(TABLES)]
    rows = [f"INSERT INTO t{n} VALUES (1, 'canary{n}@example.org')" for n in range(TABLES)]
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 0
    if name == "postgresql":
        with psycopg.connect(url, autocommit=True) as pg:
            for statement in (*tables, *rows):
                pg.execute(statement.encode())
    else:
        with pymysql.connect(
            host=host,
            port=port,
            user=parts.username,
            password=parts.password or "",
            database=parts.path[1:],
            autocommit=True,
        ) as my:
            for statement in (*tables, *rows):
                my.cursor().execute(statement)
    with fault_proxy(host, port) as proxy:
        here = url.replace(f":{port}/", f":{proxy.port}/") + "?sslmode=disable"
        connect_source(actor=ROOT, now=NOW, name="net", url=here, is_read_only=True)
        actions.ensure_proposed(actor=ROOT, now=NOW, source="net")
        yield proxy
        pools.dispose_all()


def names_done() -> list[str]:
    rows = ScanTable.objects.filter(is_done=True, refusal="").select_related("table").order_by("id")
    return [row.table.name for row in rows]


def test_a_source_lost_in_mid_scan_keeps_what_was_read_and_goes_on(through_proxy: FaultProxy) -> None:
    begin("net")
    through_proxy.set("down_on", MARKER)
    with pytest.raises(SourceDown):
        drive_or_follow(name="net", actor=ROOT, tell=lambda *_: None)
    assert names_done() == ["t0", "t1", "t2"]
    assert Scan.objects.get().state == "paused"
    through_proxy.set("passing")
    view = drive_or_follow(name="net", actor=ROOT, tell=lambda *_: None)
    assert (view.state, view.rows_read, view.refused) == ("done", TABLES, ())
    assert names_done() == [f"t{n}" for n in range(TABLES)]
    assert set(DataField.objects.filter(name="email").values_list("category", flat=True)) == {"email"}
    bodies = " ".join(LedgerEntry.objects.values_list("body", flat=True))
    assert "canary" not in bodies


@pytest.mark.parametrize("through_proxy", ["postgresql"], indirect=True)
def test_a_pause_keeps_what_the_driver_was_reading(
    through_proxy: FaultProxy, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A view that takes too long is cut off and named; what was read when somebody paused is written still."""
    monkeypatch.setattr(base, "STATEMENT_TIMEOUT_S", 1)
    with psycopg.connect(postgresql_url, autocommit=True) as pg:
        pg.execute("CREATE VIEW u_sleeps AS SELECT id, pg_sleep(1000)::text AS email FROM t0")
    pools.dispose_all()
    actions.propose_from_schema(actor=ROOT, now=NOW, source="net")
    driver = begin("net")
    assert driver.step(NOW) is Step.MORE
    view = scan_queries.scan(driver.scan_id)
    assert view is not None
    assert [(each.table, each.code) for each in view.refused] == [("u_sleeps", "source_timed_out")]
    findings = [vanished(ref_of(row.table)) for row in ScanTable.objects.filter(is_done=False)]
    scan_actions.pause_scan(actor=ROOT, now=NOW, source="net")
    paid = {"actor": ROOT, "now": NOW, "scan_id": driver.scan_id, "statements": 1}
    scan_actions.take_findings(attempt=1, findings=findings, **paid)
    assert driver.step(NOW) is Step.OVER
    begin("net")
    with pytest.raises(NoScan):
        scan_actions.take_findings(attempt=1, findings=[], **paid)


def test_a_table_that_cuts_the_connection_is_named_and_the_rest_goes_on(through_proxy: FaultProxy) -> None:
    begin("net")
    through_proxy.set("cut_on", MARKER)
    view = drive_or_follow(name="net", actor=ROOT, tell=lambda *_: None)
    assert [(each.table, each.code) for each in view.refused] == [("t3", "source_down")]
    assert view.state == "done"


def test_rows_are_counted_and_not_taken_for_what_a_spread_sample_brought(postgresql_url: str) -> None:
    """A sample of 1,000 from a few more rows meets some rows twice; of partitions it takes some of each."""
    with psycopg.connect(postgresql_url, autocommit=True) as pg:
        pg.execute("CREATE TABLE sparse (id int PRIMARY KEY, email text)")
        pg.execute("INSERT INTO sparse SELECT n, 'a' || n || '@example.org' FROM generate_series(1, 1300) n")
        pg.execute("DELETE FROM sparse WHERE id % 10 = 0")
        pg.execute("CREATE TABLE parts (id int, email text) PARTITION BY RANGE (id)")
        for n in range(70):
            pg.execute(f"CREATE TABLE p{n} PARTITION OF parts FOR VALUES FROM ({n}) TO ({n + 1})".encode())
        pg.execute(
            "INSERT INTO parts SELECT n % 70, 'a' || n || '@example.org' FROM generate_series(1, 500) n"
        )
        pg.execute("ANALYZE")
    connect_source(actor=ROOT, now=NOW, name="net", url=postgresql_url, is_read_only=True)
    assert drive_or_follow(name="net", actor=ROOT, tell=lambda *_: None).state == "done"
    pools.dispose_all()
    rows = dict(DataTable.objects.values_list("name", "estimated_rows"))
    assert rows == {"sparse": 1170, "parts": 500}


@pytest.mark.parametrize("through_proxy", ["postgresql"], indirect=True)
def test_a_source_lost_while_it_is_described_loses_no_table(through_proxy: FaultProxy) -> None:
    through_proxy.set("down_on", MARKER)
    with pytest.raises(SourceDown):
        actions.propose_from_schema(actor=ROOT, now=NOW, source="net")
    assert DataTable.objects.filter(source="net", is_gone=False).count() == TABLES


def test_a_table_whose_columns_are_hidden_is_named(mariadb_url: str) -> None:
    """MariaDB tells of the keys of columns that the account may not read."""
    parts = urlsplit(mariadb_url)
    name = f"r{parts.path[-12:]}"
    with pymysql.connect(
        host=parts.hostname,
        port=parts.port or 0,
        user=parts.username,
        password=parts.password or "",
        autocommit=True,
    ) as root:
        ask = root.cursor().execute
        ask(f"CREATE TABLE {parts.path[1:]}.hidden (id int PRIMARY KEY, email varchar(60))")
        ask(f"CREATE TABLE {parts.path[1:]}.partly (id int PRIMARY KEY, email varchar(60), salary int)")
        ask(f"CREATE USER {name} IDENTIFIED BY 'canary-reader'")
        ask(f"GRANT SHOW VIEW ON {parts.path[1:]}.* TO {name}")
        ask(f"GRANT SELECT (email) ON {parts.path[1:]}.partly TO {name}")
        try:
            url = f"mysql://{name}:canary-reader@{parts.hostname}:{parts.port}{parts.path}"
            connect_source(actor=ROOT, now=NOW, name="my", url=url, is_read_only=True)
            view = drive_or_follow(name="my", actor=ROOT, tell=lambda *_: None)
            assert view.state == "done"
            assert [(each.table, each.code) for each in view.refused] == [("hidden", "no_columns")]
            assert DataField.objects.get(table__name="partly").category == "email"
        finally:
            pools.dispose_all()
            ask(f"DROP USER {name}")


def test_what_stands_in_names_and_errors_does_not_reach_evidence_jobs_or_logs(
    postgresql_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    secrets = ("bob@example.org", "13800138000", "Anna Weber", "+49 30 7654321", "eve@example.org")
    with psycopg.connect(postgresql_url, autocommit=True) as pg:
        pg.execute("CREATE TABLE people (id int PRIMARY KEY, email text)")
        pg.execute("INSERT INTO people VALUES (1, 'canary@example.org')")
        pg.execute(
            "CREATE FUNCTION boom(state text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
            "'call Anna Weber +49 30 7654321' USING ERRCODE = state, TABLE = 'eve@example.org'; END $$"
        )
        for name, state in (
            ("bob@example.org", "22012"),
            ("13800138000", "57P01"),
            ("+49 30 7654321", "23505"),
        ):
            pg.execute(f"CREATE VIEW \"{name}\" AS SELECT id, boom('{state}') AS email FROM people".encode())
    connect_source(actor=ROOT, now=NOW, name="net", url=postgresql_url, is_read_only=True)
    view = drive_or_follow(name="net", actor=ROOT, tell=lambda *_: None)
    pools.dispose_all()
    assert {each.code for each in view.refused} == {"source_failed", "source_down", "constraint_refused"}
    kept = " ".join([*LedgerEntry.objects.values_list("body", flat=True), *map(str, Job.objects.values())])
    assert "source_down" in kept
    assert [each for each in (*secrets, "canary") if each in kept + caplog.text] == []


def test_a_refusal_that_does_not_pass_ends_the_scan_in_the_worker(shop: str) -> None:
    driver = begin(by_worker=True)
    Source.objects.filter(name=shop).delete()
    pools.dispose_all()
    load_all()
    context = WorkflowContext(
        key="scan",
        fence=Fence(key="scan", number=1),
        _run_step=lambda _, call: call(),
        _run_plain=lambda call: call(),
    )
    with pytest.raises(UnknownSource):
        workflow_named("datamap.scan")(context, scan_id=driver.scan_id, attempt=1)
    scan = Scan.objects.get()
    assert (scan.state, scan.failure) == ("failed", "unknown_source")


def page(scan_id: int) -> str:
    found = Client(raise_request_exception=False)
    found.force_login(add("anna", Role.ADMINISTRATOR), backend="django.contrib.auth.backends.ModelBackend")
    return found.get(reverse("datamap:scan", args=["shop", scan_id])).content.decode()


def test_the_page_says_when_nobody_reads(shop: str) -> None:
    driver = begin()
    lock = DriverLock(shop)
    lock.take()
    assert scan_queries.halt_of(scan_queries.scan(driver.scan_id)) is None  # type: ignore[arg-type]
    lock.release()
    shown = page(driver.scan_id)
    assert "has ended" in shown
    assert "Go on" in shown


def test_the_page_says_what_keeps_a_worker_from_reading(shop: str) -> None:
    driver = begin(by_worker=True)
    Job.objects.update(
        state=JobState.WAITING,
        attempts=3,
        failure_code=SourceDown.code,
        failure_message=SourceDown.message,
        failure_params={"source": shop},
    )
    shown = page(driver.scan_id)
    assert "does not answer" in shown
    assert "tried again by itself" in shown
    assert driving.is_driven(shop) is False
