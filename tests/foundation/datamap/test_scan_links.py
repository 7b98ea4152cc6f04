"""Links of a real PostgreSQL database that only comments, other keys and texts of numbers tell; roles that follow."""

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest

from discreet.engines.subjects.graph import LinkRole, TableRef
from discreet.foundation.datamap import actions, scan_actions
from discreet.foundation.datamap.graph_build import ref_of
from discreet.foundation.datamap.models import DataField, DataLink, DataTable
from discreet.foundation.datamap.scanning import Driver, Step
from discreet.foundation.sources import pools
from discreet.foundation.sources.actions import connect_source
from discreet.vocabulary.actors import Actor, ActorKind

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ROOT = Actor(kind=ActorKind.SHELL, name="root")
SCHEMA = """
CREATE TABLE xa (id int PRIMARY KEY, nr text NOT NULL UNIQUE, full_name text, mail text);
COMMENT ON TABLE xa IS '会员信息表';
INSERT INTO xa SELECT n, 'HY' || lpad(n::text, 5, '0'), 'Anna Weber', 'anna' || n || '@example.org'
    FROM generate_series(1, 60) n;
CREATE TABLE visits (id int PRIMARY KEY, ref_id int, card text, seen_on date);
COMMENT ON COLUMN visits.ref_id IS '会员编号';
INSERT INTO visits SELECT n, n % 60 + 1, 'HY' || lpad((n % 60 + 1)::text, 5, '0'), '2026-01-01'
    FROM generate_series(1, 200) n;
CREATE TABLE findings (id int PRIMARY KEY, visit int, diagnosis text);
INSERT INTO findings SELECT n, n, 'J20.9' FROM generate_series(1, 200) n;
CREATE TABLE remarks (id int PRIMARY KEY, about_type text, about_id text, remark text);
INSERT INTO remarks SELECT n, '会员', (n % 60 + 1)::text, 'called' FROM generate_series(1, 60) n;
CREATE TABLE staff (employee_no text PRIMARY KEY, full_name text, mail text);
INSERT INTO staff SELECT 'D' || 100 + n, 'Maria Koch', 'maria' || n || '@example.org' FROM generate_series(1, 20) n;
CREATE TABLE calls (id int PRIMARY KEY, ref_id int, doctor_employee_no text);
COMMENT ON COLUMN calls.ref_id IS '会员编号';
INSERT INTO calls SELECT n, n % 60 + 1, 'D' || 100 + n % 20 + 1 FROM generate_series(1, 90) n;
CREATE TABLE visitors (visitor_id uuid PRIMARY KEY, full_name text, mail text);
INSERT INTO visitors SELECT gen_random_uuid(), 'Jonas Klein', 'jonas' || n || '@example.org'
    FROM generate_series(1, 30) n;
CREATE TABLE stays (id int PRIMARY KEY, visitor_id uuid);
INSERT INTO stays SELECT row_number() OVER (), visitor_id FROM visitors;
"""


@pytest.fixture
def clinic(postgresql_url: str) -> Iterator[None]:
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute(SCHEMA)
    connect_source(actor=ROOT, now=NOW, name="clinic", url=postgresql_url, is_read_only=True)
    scan()
    yield
    pools.dispose_all()


def scan() -> None:
    actions.propose_from_schema(actor=ROOT, now=NOW, source="clinic")
    begun = scan_actions.start_scan(actor=ROOT, now=NOW, source="clinic", by_worker=False)
    driver = Driver(scan_id=begun.scan_id, attempt=begun.attempt, actor=ROOT)
    while driver.step(NOW) is Step.MORE:
        pass


def _ref(name: str) -> TableRef:
    return ref_of(DataTable.objects.get(name=name))


def roles() -> dict[str, str]:
    rows = DataLink.objects.select_related("from_table", "to_table")
    return {
        f"{row.from_table.name}.{row.from_columns[0]} {row.to_table.name}.{row.to_columns[0]}": row.role
        for row in rows
    }


def test_links_are_found_by_comment_by_values_and_by_type_though_keys_are_written_as_texts(
    clinic: None,
) -> None:
    found = roles()
    for wanted in (
        "visits.ref_id xa.id",
        "visits.card xa.nr",
        "remarks.about_id xa.id",
        "stays.visitor_id visitors.visitor_id",
    ):
        assert found.get(wanted) == LinkRole.OWNER.value, found
    assert found["findings.visit visits.id"] == LinkRole.OWNER.value


def test_the_number_of_a_visitor_is_a_key_and_no_cookie(clinic: None) -> None:
    fields = DataField.objects.filter(name="visitor_id")
    assert {(field.table.name, field.category) for field in fields} == {
        ("visitors", "none"),
        ("stays", "none"),
    }


def test_the_number_of_staff_in_somebodys_rows_is_a_reference(clinic: None) -> None:
    assert roles()["calls.doctor_employee_no staff.employee_no"]
    assert DataField.objects.get(table__name="calls", name="doctor_employee_no").category == "none"


def test_what_a_person_says_of_one_link_changes_what_is_proposed_of_those_behind_it(clinic: None) -> None:
    for name in ("visits.ref_id xa.id", "visits.card xa.nr"):
        start = name.split()[0].split(".")
        link = DataLink.objects.get(from_table__name=start[0], from_columns=[start[1]])
        actions.remove_link(actor=ROOT, now=NOW, link_id=link.id)
    assert roles()["findings.visit visits.id"] == LinkRole.LOOKUP.value
    actions.add_link(
        actor=ROOT,
        now=NOW,
        from_table=_ref("visits"),
        from_columns=("ref_id",),
        to_table=_ref("xa"),
        to_columns=("id",),
        role=LinkRole.OWNER,
    )
    assert roles()["findings.visit visits.id"] == LinkRole.OWNER.value
