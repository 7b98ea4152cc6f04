"""Shapes of schemas that one meets: inheritance, composite keys, people in several sources, tables without keys."""

import sqlite3
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discreet.engines.subjects.captures import Captured, CapturedValue, RowKeys
from discreet.engines.subjects.fields import neutral_value, unique_value
from discreet.engines.subjects.found import Reach
from discreet.engines.subjects.graph import Column, Graph, Link, LinkRole, Match, Table, TableRef
from discreet.engines.subjects.limits import Limits
from discreet.engines.subjects.plan import make_plan
from discreet.engines.subjects.plans import Decisions, ErasurePlan
from discreet.engines.subjects.reach import reach
from discreet.engines.subjects.storage import captured_from_json, to_json
from tests.engines.subjects.sqlite_source import SqliteReader, carry_out_plan, connect

OWNER, MENTION = LinkRole.OWNER, LinkRole.MENTION


def table(source: str, name: str, key: str, columns: str, *, people: bool = False) -> Table:
    built = []
    for word in columns.split():
        column, _, category = word.partition(":")
        built.append(Column(column, category or "none"))
    return Table(TableRef(source, name), tuple(key.split()), tuple(built), is_people=people)


def join(start: str, end: str, role: LinkRole, match: Match = Match.EXACT, *, declared: bool = False) -> Link:
    (one, name, columns), (other, to_name, to_columns) = start.split("."), end.split(".")
    return Link(
        TableRef(one, name),
        tuple(columns.split(",")),
        TableRef(other, to_name),
        tuple(to_columns.split(",")),
        role,
        is_declared=declared,
        match=match,
    )


def world(tables: list[Table], links: list[Link]) -> Graph:
    return Graph({one.ref: one for one in tables}, tuple(links))


def run(graph: Graph, opened: dict[str, sqlite3.Connection], *roots: tuple[str, str, tuple]) -> Reach:
    return reach(
        graph=graph,
        readers={name: SqliteReader(one) for name, one in opened.items()},
        roots_by_person=[{TableRef(source, name): {key}} for source, name, key in roots],
        limits=Limits(),
    )


def plan(found: Reach) -> ErasurePlan:
    return make_plan(reach=found, decisions=Decisions(), today=date(2026, 1, 1))


def rows_of(found: Reach) -> set[tuple[str, tuple]]:
    return {(ref.table, key) for ref, one in found.tables.items() for key in one.rows}


def test_an_inherited_table_leads_to_its_parent_and_the_parents_other_children():
    """A customer is a party: child and parent share the primary key."""
    opened = {
        "s": connect(
            "CREATE TABLE party(id INTEGER PRIMARY KEY, mail TEXT);"
            "CREATE TABLE customer(id INTEGER PRIMARY KEY REFERENCES party(id), vip TEXT);"
            "CREATE TABLE visit(id INTEGER PRIMARY KEY, party_id INTEGER REFERENCES party(id));"
            "INSERT INTO party VALUES (1,'a@x.example'),(2,'b@x.example');"
            "INSERT INTO customer VALUES (1,'y'),(2,'n'); INSERT INTO visit VALUES (10,1),(11,2);"
        )
    }
    graph = world(
        [
            table("s", "party", "id", "id mail:email"),
            table("s", "customer", "id", "id vip:membership", people=True),
            table("s", "visit", "id", "id party_id"),
        ],
        [
            join("s.customer.id", "s.party.id", OWNER, declared=True),
            join("s.visit.party_id", "s.party.id", OWNER, declared=True),
        ],
    )
    found = run(graph, opened, ("s", "customer", (1,)))
    assert rows_of(found) == {("customer", (1,)), ("party", (1,)), ("visit", (10,))}
    assert not any(one.shared for one in found.tables.values())
    carry_out_plan(opened, plan(found))
    assert opened["s"].execute("SELECT id FROM party").fetchall() == [(2,)]


def test_composite_keys_are_compared_whole():
    """Account 1 of bank A is not account 1 of bank B."""
    opened = {
        "s": connect(
            "CREATE TABLE holder(bank TEXT, number INTEGER, name TEXT, PRIMARY KEY(bank, number));"
            "CREATE TABLE booking(id INTEGER PRIMARY KEY, bank TEXT, number INTEGER, text TEXT);"
            "INSERT INTO holder VALUES ('A',1,'Ann'),('B',1,'Ben'),('A',2,'Cat');"
            "INSERT INTO booking VALUES (1,'A',1,'x'),(2,'B',1,'y'),(3,'A',2,'z'),(4,'A',NULL,'w');"
        )
    }
    graph = world(
        [
            table("s", "holder", "bank number", "bank number name:name", people=True),
            table("s", "booking", "id", "id bank number text:free_text"),
        ],
        [join("s.booking.bank,number", "s.holder.bank,number", OWNER)],
    )
    found = run(graph, opened, ("s", "holder", ("A", 1)), ("s", "holder", ("B", 1)))
    assert found.tables[TableRef("s", "booking")].found((1,)).persons == {0}
    assert found.tables[TableRef("s", "booking")].found((2,)).persons == {1}
    assert len(found.tables[TableRef("s", "booking")].rows) == 2


def _two_sources() -> tuple[Graph, dict[str, sqlite3.Connection]]:
    opened = {
        "shop": connect(
            "CREATE TABLE customer(id INTEGER PRIMARY KEY, mail TEXT);"
            "INSERT INTO customer VALUES (1,'ann@x.example'),(2,'ben@x.example');"
        ),
        "crm": connect(
            "CREATE TABLE lead(id INTEGER PRIMARY KEY, mail TEXT);"
            "CREATE TABLE call(id INTEGER PRIMARY KEY, agent TEXT, caller_mail TEXT);"
            "INSERT INTO lead VALUES (5,'ANN@X.example'),(6,'Ben@x.example'),(7,'ben@X.example');"
            "INSERT INTO call VALUES (50,'bob','Ann@x.example'),(51,'bob',NULL),(52,'bob','');"
        ),
    }
    graph = world(
        [
            table("shop", "customer", "id", "id mail:email", people=True),
            table("crm", "lead", "id", "id mail:email", people=True),
            table("crm", "call", "id", "id agent caller_mail:email"),
        ],
        [
            join("crm.lead.mail", "shop.customer.mail", OWNER, Match.EMAIL),
            join("crm.call.caller_mail", "shop.customer.mail", MENTION, Match.EMAIL),
        ],
    )
    return graph, opened


def test_an_equal_email_address_joins_people_of_two_sources_both_ways():
    """Starting in the CRM finds the shop, and the other way round."""
    graph, opened = _two_sources()
    both = {("customer", (1,)), ("lead", (5,))}
    assert rows_of(run(graph, opened, ("shop", "customer", (1,)))) == both
    assert rows_of(run(graph, opened, ("crm", "lead", (5,)))) == both


def test_people_who_join_to_several_are_not_guessed_at():
    """Two leads hold Ben's address: starting at one takes the shop along only where it is unambiguous."""
    graph, opened = _two_sources()
    opened["shop"].execute("INSERT INTO customer VALUES (3,'BEN@x.example')")
    found = run(graph, opened, ("crm", "lead", (6,)))
    assert rows_of(found) == {("lead", (6,))}
    assert "several_people_match" in {one.reason for one in found.not_covered}


def test_a_row_that_another_person_owns_by_the_same_address_is_shared():
    """Two customers with one address: the lead is as much the other's."""
    graph, opened = _two_sources()
    opened["shop"].execute("INSERT INTO customer VALUES (3,'ANN@x.example')")
    found = run(graph, opened, ("shop", "customer", (1,)))
    assert found.tables[TableRef("crm", "lead")].shared == {(5,): 1}


def test_a_mention_by_value_in_another_source_is_emptied():
    """The call stays, the caller's address goes."""
    graph, opened = _two_sources()
    carry_out_plan(opened, plan(run(graph, opened, ("shop", "customer", (1,)))))
    assert opened["crm"].execute("SELECT * FROM call").fetchall() == [
        (50, "bob", None),
        (51, "bob", None),
        (52, "bob", ""),
    ]


def _log(rows: str) -> tuple[Graph, dict[str, sqlite3.Connection]]:
    opened = {
        "s": connect(
            "CREATE TABLE person(id INTEGER PRIMARY KEY, mail TEXT); INSERT INTO person VALUES (1,'a'),(2,'b');"
            f"CREATE TABLE log(person_id INTEGER, text TEXT, score REAL); INSERT INTO log VALUES {rows};"
        )
    }
    people = table("s", "person", "id", "id mail:email", people=True)
    return world(
        [people, table("s", "log", "", "person_id text score")],
        [join("s.log.person_id", "s.person.id", OWNER)],
    ), opened


def test_equal_rows_without_a_key_are_all_erased_and_all_counted():
    """A log repeats itself; the plan names each row."""
    graph, opened = _log("(1,'x',0.5),(1,'x',0.5),(1,'y',NULL),(2,'x',0.5)")
    made = plan(run(graph, opened, ("s", "person", (1,))))
    assert {one.table.table: one.rows for one in made.tables} == {"log": 3, "person": 1}
    carry_out_plan(opened, made)
    assert opened["s"].execute("SELECT * FROM log").fetchall() == [(2, "x", 0.5)]


def test_rows_without_a_key_that_cannot_be_told_apart_are_named_not_guessed():
    """Only a value that is missing tells them apart, and what is missing is not compared with."""
    graph, opened = _log("(1,'x',NULL),(1,'x',0.25)")
    made = plan(run(graph, opened, ("s", "person", (1,))))
    assert not made.is_complete
    carry_out_plan(opened, made)
    assert len(opened["s"].execute("SELECT * FROM log").fetchall()) == 2


def test_a_circle_of_owners_ends():
    """Two tables own each other's rows."""
    opened = {
        "s": connect(
            "CREATE TABLE person(id INTEGER PRIMARY KEY, mail TEXT); INSERT INTO person VALUES (1,'a'),(2,'b');"
            "CREATE TABLE a(id INTEGER PRIMARY KEY, p INTEGER, b INTEGER);"
            "CREATE TABLE b(id INTEGER PRIMARY KEY, a INTEGER);"
            "INSERT INTO a VALUES (1,1,3),(2,NULL,1),(3,NULL,2),(9,2,NULL);"
            "INSERT INTO b VALUES (1,1),(2,2),(3,3),(9,9);"
        )
    }
    graph = world(
        [
            table("s", "person", "id", "id mail:email", people=True),
            table("s", "a", "id", "id p b"),
            table("s", "b", "id", "id a"),
        ],
        [join("s.a.p", "s.person.id", OWNER), join("s.a.b", "s.b.id", OWNER), join("s.b.a", "s.a.id", OWNER)],
    )
    found = run(graph, opened, ("s", "person", (1,)))
    assert rows_of(found) == {("person", (1,)), *((name, (key,)) for name in "ab" for key in (1, 2, 3))}


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        (Column("c", "birth_date", type="DATE"), date),
        (Column("c", "birth_date", type="timestamp with time zone"), datetime),
        (Column("c", "age", numeric=True), int),
        (Column("c", "photo", binary=True), bytes),
        (Column("c", "name", max_length=3), str),
        (Column("c", "name"), str),
    ],
)
def test_a_neutral_value_fits_the_column(column: Column, kind: type):
    """A NOT NULL column takes it."""
    value = neutral_value(column)
    assert isinstance(value, kind)
    assert not isinstance(value, str) or len(value) <= (column.max_length or 99)


@pytest.mark.parametrize("max_length", [1, 8, 20, 64, None])
def test_a_unique_neutral_value_fits_the_column(max_length: int | None):
    """No longer than the column, and never a person's value."""
    value = unique_value(
        column=Column("c", "email", max_length=max_length), new_token=lambda: "0123456789abcdef"
    )
    assert len(str(value)) <= (max_length or 99)


keys = st.one_of(
    st.text(),
    st.integers(),
    st.binary(),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.uuids(),
    st.dates(),
    st.datetimes(),
    st.just(datetime(2026, 1, 1, tzinfo=UTC)),
    st.times(),
    st.timedeltas(),
    st.booleans(),
)


@given(st.lists(st.tuples(keys, keys)), st.text(), st.dictionaries(st.text(), st.tuples(st.text())))
def test_keys_of_every_kind_survive_storage(several: list[tuple], text: str, names: dict[str, tuple]):
    """Whatever a database uses as key, and whatever it calls its columns."""
    ref = TableRef("s", text)
    captured = Captured(
        values=(CapturedValue("email", text, None, frozenset({1, 2})),),
        gone=(RowKeys(ref, ("$map", "@RowKeys"), tuple(several), tuple(range(len(several)))),),
        blanked=(),
        stays={ref: {("$bytes",): tuple(names)}},
        others={ref: frozenset(key for key in several)},
    )
    stored = captured_from_json(to_json(captured))
    assert stored == captured
    assert [type(one) for key in stored.gone[0].keys for one in key] == [
        type(one) for key in several for one in key
    ]
