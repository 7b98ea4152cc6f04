"""A scan reads a source table by table, proposes, and tells what is new."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from discreet.engines.subjects.graph import LinkRole
from discreet.foundation.cases.models import Case, CaseTask
from discreet.foundation.datamap import actions, queries, refusals, scan_actions, scan_queries
from discreet.foundation.datamap.models import DataField, DataLink, DataTable, Scan
from discreet.foundation.datamap.scan_actions import PlanOfScans
from discreet.foundation.datamap.scan_cli import scan as scan_command
from discreet.foundation.datamap.scanning import Driver, Step
from discreet.foundation.datamap.schedules import scans
from discreet.foundation.jobs.models import Job, OutboxEvent
from discreet.foundation.ledger.models import LedgerEntry
from discreet.foundation.organisation.queries import profile
from discreet.foundation.sources import pools
from discreet.foundation.sources import queries as source_queries
from discreet.foundation.sources.actions import connect_source
from discreet.foundation.sources.dialects import base
from discreet.foundation.sources.refusals import SourceRefusal
from discreet.vocabulary.actors import Actor, ActorKind

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ROOT = Actor(kind=ActorKind.SHELL, name="root")
FIRST = ("Anna", "Jonas", "Maria", "Felix", "Laura", "Peter", "Sofia", "Martin", "Clara", "David")
LAST = ("Weber", "Klein", "Schulz", "Wagner", "Becker", "Hoffmann", "Koch", "Richter", "Wolf", "Braun")


def run(path: Path, sql: str, rows: list[tuple[object, ...]] | None = None) -> None:
    with closing(sqlite3.connect(path)) as connection:
        if rows is None:
            connection.executescript(sql)
        else:
            connection.executemany(sql, rows)
        connection.commit()


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """People without any declared key: orders by number, notes by type and number, an author in texts."""
    path = tmp_path / "shop.sqlite"
    run(
        path,
        "CREATE TABLE clients (id INTEGER PRIMARY KEY, full_name TEXT, mail TEXT, c7 TEXT, level INTEGER);"
        "CREATE TABLE staff_members (id INTEGER PRIMARY KEY, login_name TEXT, full_name TEXT);"
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, client_id INTEGER, created_by INTEGER, order_no TEXT,"
        " total INTEGER, city TEXT);"
        "CREATE TABLE order_lines (order_id INTEGER, line INTEGER, sku TEXT, PRIMARY KEY (order_id, line));"
        "CREATE TABLE remarks (id INTEGER PRIMARY KEY, about_type TEXT, about_id INTEGER, remark TEXT);"
        "CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT, attributes TEXT);",
    )
    people = [
        (f"{first} {last}", f"{first}.{last}{n}@example.org".lower())
        for n, first in enumerate(FIRST)
        for last in LAST
    ]
    run(
        path,
        "INSERT INTO clients VALUES (?, ?, ?, ?, ?)",
        [
            (n + 1000, name, mail, f"+49 30 {n:03}-{n * 7 % 1000:04}", n % 4)
            for n, (name, mail) in enumerate(people)
        ],
    )
    run(
        path,
        "INSERT INTO staff_members VALUES (?, ?, ?)",
        [(n, f"user{n}", f"{FIRST[n]} {LAST[9 - n]}") for n in range(1, 9)],
    )
    run(
        path,
        "INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)",
        [
            (n, 1000 + n % 100, n % 8 + 1, f"1{5_000_000_000 + n}", n * 10, ("Berlin", "Köln")[n % 2])
            for n in range(1, 301)
        ],
    )
    run(path, "INSERT INTO order_lines VALUES (?, ?, ?)", [(n, 1, f"QS-{n:04}") for n in range(1, 301)])
    run(
        path,
        "INSERT INTO remarks VALUES (?, ?, ?, ?)",
        [
            (n, ("client", "order")[n % 2], (1000 + n, n)[n % 2], f"Called back on day {n}")
            for n in range(1, 61)
        ],
    )
    run(
        path,
        "INSERT INTO products VALUES (?, ?, ?)",
        [(n, f"Lamp {n}", json.dumps([{"key": "Colour", "value": "white"}])) for n in range(1, 30)],
    )
    return path


@pytest.fixture
def connected(shop: Path) -> Iterator[Path]:
    connect_source(actor=ROOT, now=NOW, name="shop", url=f"sqlite:///{shop}", is_read_only=True)
    actions.ensure_proposed(actor=ROOT, now=NOW, source="shop")
    yield shop


def begin(source: str = "shop", now: datetime = NOW) -> Driver:
    begun = scan_actions.start_scan(actor=ROOT, now=now, source=source, by_worker=False)
    return Driver(scan_id=begun.scan_id, attempt=begun.attempt, actor=ROOT)


def drive(driver: Driver, now: datetime = NOW) -> Step:
    while (step := driver.step(now)) is Step.MORE:
        pass
    return step


def scanned(source: str = "shop", now: datetime = NOW) -> Scan:
    actions.propose_from_schema(actor=ROOT, now=now, source=source)
    driver = begin(source, now)
    drive(driver, now)
    return Scan.objects.get(id=driver.scan_id)


def category(table: str, name: str) -> str:
    return DataField.objects.get(table__name=table, name=name).category


def links() -> dict[str, tuple[str, str, str]]:
    return {
        f"{row.from_table.name}.{row.from_columns[0]}>{row.to_table.name}": (
            row.kind,
            row.role,
            row.discriminator_value,
        )
        for row in DataLink.objects.select_related("from_table", "to_table")
    }


def test_a_scan_proposes_from_values_what_headers_do_not_say(connected: Path) -> None:
    scan = scanned()
    assert (scan.state, scan.tables_done, scan.rows_read) == ("done", 6, 797)
    assert (category("clients", "c7"), category("clients", "mail")) == ("phone", "email")
    assert (category("orders", "city"), category("products", "attributes")) == ("address", "none")
    assert (category("orders", "order_no"), category("products", "name")) == ("none", "none")
    people = {row.name: row.people_kind for row in DataTable.objects.filter(is_people=True)}
    assert people == {"clients": "customer", "staff_members": "staff"}
    assert not DataField.objects.exclude(confirmed_at=None).exists()


def test_links_that_nobody_declared_are_found_with_their_roles(connected: Path) -> None:
    scanned()
    assert links() == {
        "orders.client_id>clients": ("implicit", LinkRole.OWNER.value, ""),
        "orders.created_by>staff_members": ("implicit", LinkRole.MENTION.value, ""),
        "order_lines.order_id>orders": ("implicit", LinkRole.OWNER.value, ""),
        "remarks.about_id>clients": ("polymorphic", LinkRole.OWNER.value, "client"),
        "remarks.about_id>orders": ("polymorphic", LinkRole.OWNER.value, "order"),
    }


def test_copies_of_people_are_found_though_some_went_stale(connected: Path) -> None:
    run(
        connected,
        "ALTER TABLE orders ADD COLUMN bill_to_name TEXT;"
        "UPDATE orders SET bill_to_name = (SELECT full_name FROM clients WHERE id = client_id);"
        "UPDATE orders SET bill_to_name = 'Erika Lang' WHERE id % 4 = 0",
    )
    pools.dispose_all()
    scanned()
    (copy,) = queries.copies("shop")
    assert (copy.column, copy.far_column, copy.through) == ("bill_to_name", "full_name", ("client_id",))
    assert 70 <= copy.percent <= 80


def test_nothing_that_a_scan_found_is_used_before_a_person_confirmed_it(connected: Path) -> None:
    scanned()
    assert queries.graph().tables == {}
    assert queries.graph().links == ()
    actions.confirm_all(actor=ROOT, now=NOW, source="shop")
    assert len(queries.graph().links) == 5


def test_evidence_names_counts_and_no_values(connected: Path) -> None:
    scan = scanned()
    bodies = " ".join(LedgerEntry.objects.values_list("body", flat=True))
    assert f'"scan":{scan.id}' in bodies.replace(" ", "")
    assert "Weber" not in bodies
    assert "example.org" not in bodies
    assert "Weber" not in json.dumps(list(DataField.objects.values_list("reasons", "hidden")))
    assert OutboxEvent.objects.filter(name="datamap.ScanFinished").count() == 1


def test_a_scan_that_was_cut_off_goes_on_where_it_stopped(connected: Path) -> None:
    first = begin()
    first.step(NOW)
    done = Scan.objects.get().tables_done
    second = begin()  # another process: the first one is gone, or will notice
    assert Scan.objects.get().tables_done == done > 0
    assert first.step(NOW) is Step.OVER
    drive(second)
    assert Scan.objects.get().state == "done"


def test_a_source_that_is_away_loses_nothing_of_a_scan(connected: Path) -> None:
    driver = begin()
    hidden = connected.with_suffix(".away")
    pools.dispose_all()
    connected.rename(hidden)
    with pytest.raises(SourceRefusal):
        driver.step(NOW)
    hidden.rename(connected)
    pools.dispose_all()
    drive(driver)
    assert Scan.objects.get().state == "done"


def test_a_paused_scan_rests_until_somebody_goes_on(connected: Path) -> None:
    driver = begin()
    scan_actions.pause_scan(actor=ROOT, now=NOW, source="shop")
    assert driver.step(NOW) is Step.OVER
    again = begin()
    drive(again)
    assert Scan.objects.get().state == "done"
    with pytest.raises(refusals.NoScan):
        scan_actions.pause_scan(actor=ROOT, now=NOW, source="shop")


@pytest.mark.parametrize("later", range(0, 24, 3))
def test_a_scan_keeps_to_the_hours_of_its_plan_in_the_company_s_zone(connected: Path, later: int) -> None:
    """Inside the hours nothing waits for them; outside the scan rests and holds no worker."""
    local = NOW.astimezone(profile().zone).hour
    scan_actions.set_scan_plan(
        actor=ROOT, now=NOW, source="shop", plan=PlanOfScans(hours=(local, (local + 3) % 24))
    )
    driver = begin()
    assert driver.step(NOW) is Step.MORE
    now = NOW + timedelta(hours=later)
    assert driver.wait_s(now) == 0
    assert driver.step(now) is (Step.MORE if later < 3 else Step.WAITS)
    assert Scan.objects.get().state == ("running" if later < 3 else "waiting")


def test_a_plan_that_makes_no_sense_is_refused(connected: Path) -> None:
    for plan in (PlanOfScans(every_days=0), PlanOfScans(hours=(3, 3)), PlanOfScans(rows_per_s=-1)):
        with pytest.raises(refusals.BadScanPlan):
            scan_actions.set_scan_plan(actor=ROOT, now=NOW, source="shop", plan=plan)


def test_a_budget_of_rows_makes_a_scan_wait_between_tables(connected: Path) -> None:
    scan_actions.set_scan_plan(actor=ROOT, now=NOW, source="shop", plan=PlanOfScans(rows_per_s=10))
    driver = begin()
    driver.step(NOW)
    assert 10 <= driver.wait_s(NOW) < 100  # 100 rows at 10 a second, and what it took to find them
    assert Scan.objects.get().tables_done == 1


def test_a_planned_scan_begins_when_its_days_are_over(connected: Path) -> None:
    scanned()
    scan_actions.set_scan_plan(actor=ROOT, now=NOW, source="shop", plan=PlanOfScans(every_days=7))
    assert scans(NOW + timedelta(days=6)) == 0
    assert scans(NOW + timedelta(days=7)) == 1
    assert Scan.objects.filter(state="running").count() == 1
    assert Job.objects.filter(workflow="datamap.scan").count() == 1


def test_a_new_personal_column_becomes_work_with_an_owner(connected: Path) -> None:
    scanned()
    assert not Case.objects.exists()
    actions.confirm_all(actor=ROOT, now=NOW, source="shop")
    scan_actions.set_scan_plan(actor=ROOT, now=NOW, source="shop", plan=PlanOfScans(owner="chen"))
    run(connected, "ALTER TABLE orders ADD COLUMN gift_email TEXT; DROP TABLE products")
    pools.dispose_all()
    scan = scanned(now=NOW + timedelta(days=1))
    view = scan_queries.scan(scan.id)
    assert view is not None
    assert [(each.what.value, each.table, each.field, each.after) for each in view.differences] == [
        ("gone_table", "products", "", ""),
        ("new_field", "orders", "gift_email", "email"),
    ]
    case, task = Case.objects.get(), CaseTask.objects.get()
    assert (case.owner, task.assignee, task.params) == ("chen", "chen", {"source": "shop", "count": 1})


def test_a_value_that_disagrees_with_a_person_is_told_and_not_changed(connected: Path) -> None:
    scanned()
    actions.confirm_all(actor=ROOT, now=NOW, source="shop")
    row = DataField.objects.get(table__name="clients", name="mail")
    actions.correct_field(actor=ROOT, now=NOW, field_id=row.id, category="none")
    view = scan_queries.scan(scanned(now=NOW + timedelta(days=1)).id)
    assert view is not None
    assert [(each.what.value, each.field, each.before, each.after) for each in view.differences] == [
        ("disagrees", "mail", "none", "email")
    ]
    assert category("clients", "mail") == "none"


def test_a_rejected_link_is_not_proposed_again(connected: Path) -> None:
    scanned()
    link = DataLink.objects.get(from_table__name="orders", to_table__name="staff_members")
    actions.remove_link(actor=ROOT, now=NOW, link_id=link.id)
    scanned(now=NOW + timedelta(days=1))
    assert DataLink.objects.get(id=link.id).is_rejected
    actions.confirm_all(actor=ROOT, now=NOW, source="shop")
    assert queries.not_covered() == ()
    assert len(queries.graph().links) == 4


def command(*arguments: str) -> Result:
    return CliRunner().invoke(scan_command, [*arguments])


def test_the_command_prints_the_map_in_the_form_that_is_promised(connected: Path) -> None:
    found = json.loads(command("shop", "--json").stdout)
    assert set(found) == {"tables", "links", "people", "copies"}
    assert found["people"] == ["clients", "staff_members"]
    field = found["tables"]["clients"]["columns"]["mail"]
    assert (field["category"], field["dpv"]) == ("email", "pd:EmailAddress")
    assert 0.9 <= field["confidence"] <= 1
    assert "email" in field["evidence"] or "mail" in field["evidence"]
    owner = next(link for link in found["links"] if link["from"] == ["orders.client_id"])
    assert (owner["to"], owner["kind"]) == (["clients.id"], "implicit")


HOSTILE = (
    'CREATE TABLE "empty" (id INTEGER PRIMARY KEY, email TEXT);'
    'CREATE TABLE "one row" (id INTEGER PRIMARY KEY, "SELECT" TEXT, "DROP TABLE x; --" TEXT);'
    """INSERT INTO "one row" VALUES (1, 'a@example.org', '''; DELETE');"""
    f'CREATE TABLE "{"n" * 300}" ("{"c" * 300}" TEXT);'
    'CREATE TABLE nameless (id INTEGER PRIMARY KEY, "" TEXT);'
    "CREATE TABLE blobs (id INTEGER PRIMARY KEY, photo BLOB, big TEXT, hollow TEXT, mixed TEXT);"
    "INSERT INTO blobs VALUES (1, x'ff00ff', printf('%.*c', 1048576, 'x'), NULL, CAST(x'e4fc80' AS TEXT));"
    "INSERT INTO blobs VALUES (2, NULL, printf('%.*c', 1048576, 'y'), NULL, 'ä@example.org');"
    "CREATE VIEW v1 AS SELECT * FROM blobs; CREATE VIEW v2 AS SELECT * FROM v1; CREATE VIEW v3 AS SELECT * FROM v2;"
    "CREATE VIEW broken AS SELECT * FROM nowhere;"
)


def test_hostile_tables_are_scanned_or_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "hostile.sqlite"
    run(path, HOSTILE)
    connect_source(actor=ROOT, now=NOW, name="hostile", url=f"sqlite:///{path}", is_read_only=True)
    scan = scanned("hostile")
    assert scan.state == "done"
    assert category("one row", "SELECT") == "email"
    assert category("empty", "email") == "email"
    assert category("blobs", "hollow") == "none"
    assert DataField.objects.filter(table__name="v3").exists()
    assert set(source_queries.describe("hostile").unreadable) == {"broken", "nameless"}


def test_a_table_dropped_since_it_was_described_is_named_and_the_rest_goes_on(connected: Path) -> None:
    driver = begin()
    run(connected, "DROP TABLE remarks")
    pools.dispose_all()
    drive(driver)
    view = scan_queries.scan(driver.scan_id)
    assert view is not None
    assert [each.table for each in view.refused] == ["remarks"]
    assert view.state == "done"
    assert category("clients", "c7") == "phone"


def test_a_table_that_the_account_may_not_read_is_named_and_the_rest_goes_on(postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE open_people (id int PRIMARY KEY, email text)")
        connection.execute(
            "INSERT INTO open_people SELECT n, 'a' || n || '@example.org' FROM generate_series(1, 50) n"
        )
        connection.execute("CREATE TABLE closed_people (id int PRIMARY KEY, email text)")
        name = f"reader_{connection.info.dbname}"[:60]
        connection.execute(f"CREATE ROLE \"{name}\" LOGIN PASSWORD 'canary-reader'")
        connection.execute(f'GRANT SELECT ON open_people TO "{name}"')
        info = connection.info
        url = f"postgresql://{name}:canary-reader@{info.host}:{info.port}/{info.dbname}"
        try:
            connect_source(actor=ROOT, now=NOW, name="pg", url=url, is_read_only=True)
            scan = scanned("pg")
            view = scan_queries.scan(scan.id)
            assert view is not None
            assert {each.table: each.code for each in view.refused} == {"closed_people": "permission_denied"}
            assert category("open_people", "email") == "email"
        finally:
            pools.dispose_all()
            connection.execute(f'DROP OWNED BY "{name}"')
            connection.execute(f'DROP ROLE "{name}"')


def test_a_table_that_somebody_holds_locked_is_named_and_the_rest_goes_on(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "LOCK_TIMEOUT_S", 1)
    with psycopg.connect(postgresql_url) as holder:
        holder.execute("CREATE TABLE free_people (id int PRIMARY KEY, email text)")
        holder.execute(
            "INSERT INTO free_people SELECT n, 'a' || n || '@example.org' FROM generate_series(1, 9) n"
        )
        holder.execute("CREATE TABLE held_people (id int PRIMARY KEY, email text)")
        holder.commit()
        connect_source(actor=ROOT, now=NOW, name="pg", url=postgresql_url, is_read_only=True)
        actions.propose_from_schema(actor=ROOT, now=NOW, source="pg")
        driver = begin("pg")
        holder.execute("LOCK TABLE held_people")
        drive(driver)
        holder.rollback()
    view = scan_queries.scan(driver.scan_id)
    assert view is not None
    assert view.state == "done"
    assert {each.table: each.code for each in view.refused} == {"held_people": "source_conflict"}
    assert category("free_people", "email") == "email"
