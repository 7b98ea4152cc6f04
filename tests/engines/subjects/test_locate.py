"""Locate: from what people say of themselves to candidates."""

import sqlite3
from dataclasses import replace
from itertools import permutations

import pytest

from discreet.engines.subjects.graph import Column, Graph, Table
from discreet.engines.subjects.identity import Identity
from discreet.engines.subjects.limits import EmptyIdentity, Limits, NameIsNotEnough
from discreet.engines.subjects.locate import SAME_EMAIL, Located, locate, roots_of
from tests.engines.subjects import shop
from tests.engines.subjects.shop import ref

pytestmark = pytest.mark.duty("M8.2")

CUSTOMER, CONTACT = ref("customer"), ref("contact", "desk")


def find(
    *identities: Identity,
    opened: dict[str, sqlite3.Connection] | None = None,
    graph: Graph | None = None,
    **limits: int,
) -> Located:
    return locate(
        graph=graph or shop.graph(),
        readers=shop.readers(opened or shop.connections()),
        identities=identities,
        limits=Limits(**limits),
    )


def test_an_email_address_finds_the_person_in_all_sources_as_one_candidate():
    """Another spelling in the help desk is the same person."""
    (candidate,) = find(Identity(email="ann@example.com")).candidates[0]
    assert candidate.roots == {CUSTOMER: {(1,)}, CONTACT: {(7,)}}
    assert candidate.matched_by == {"email"}


def test_an_email_address_is_found_in_another_case_by_a_scan_that_is_listed():
    """The column's index cannot answer; the search says so."""
    located = find(Identity(email="cat@example.com"))
    assert located.candidates[0][0].roots == {CUSTOMER: {(3,)}}
    assert CUSTOMER in {step.table for step in located.scans}


def test_without_scans_what_is_not_searched_is_named():
    """A budget of zero leaves the index, and a list."""
    located = find(Identity(email="cat@example.com"), max_scan_rows=0)
    assert located.candidates == ((),)
    assert {one.reason for one in located.not_searched} == {"scan_over_budget"}


@pytest.mark.parametrize(
    ("phone", "region", "customer"),
    [
        ("+41791234567", None, 1),
        ("0041 79 123 45 67", None, 1),
        ("079 123 45 67", "CH", 1),
        ("+41 79 222 33 44", None, 2),
        ("0792223344", "CH", 2),
    ],
)
def test_a_phone_number_is_found_however_it_is_stored(phone: str, region: str | None, customer: int):
    """Ann's is stored in E.164, Ben's with spaces and without country code."""
    (candidate,) = find(Identity(phone=phone, region=region)).candidates[0]
    assert candidate.roots[CUSTOMER] == {(customer,)}


def test_two_sources_that_write_one_number_with_and_without_country_code_are_one_candidate():
    """The number given tells which country the other spelling leaves out."""
    opened = shop.connections()
    opened["shop"].execute("UPDATE employee SET name = 'Ann Lee', email = '079 123 45 67' WHERE id = 2")
    opened["shop"].execute("UPDATE customer SET email = '' WHERE id = 1")
    tables = dict(shop.graph().tables)
    staff = tables[ref("employee")]
    number = replace(staff.column("email"), category="phone")
    columns = tuple(number if one.name == "email" else one for one in staff.columns)
    tables[ref("employee")] = replace(staff, is_people=True, columns=columns)
    located = find(Identity(phone="+41791234567"), opened=opened, graph=Graph(tables))
    (candidate,) = located.candidates[0]
    assert candidate.roots == {CUSTOMER: {(1,)}, ref("employee"): {(2,)}}


def test_two_people_with_one_phone_number_are_two_candidates():
    """A family shares a phone; a person chooses."""
    opened = shop.connections()
    opened["shop"].execute("UPDATE customer SET phone = '0041 79 123 45 67' WHERE id = 3")
    located = find(Identity(phone="+41791234567"), opened=opened)
    assert located.is_ambiguous(0)
    assert [one.roots[CUSTOMER] for one in located.candidates[0]] == [{(1,)}, {(3,)}]


def test_a_name_narrows_what_something_else_found():
    """Of two people with one number the named one is meant."""
    opened = shop.connections()
    opened["shop"].execute("UPDATE customer SET phone = '0041 79 123 45 67' WHERE id = 3")
    located = find(Identity(phone="+41791234567", name="cat  POE"), opened=opened)
    assert [one.roots[CUSTOMER] for one in located.candidates[0]] == [{(3,)}]


def test_a_name_does_not_narrow_away_a_row_without_a_name():
    """It may be theirs; a person chooses."""
    opened = shop.connections()
    opened["shop"].execute("INSERT INTO customer VALUES (9,'Ann@Example.com',NULL,NULL,NULL,NULL,0)")
    candidates = find(Identity(email="ann@example.com", name="Ann Lee"), opened=opened).candidates[0]
    assert roots_of(candidates)[CUSTOMER] == {(1,), (9,)}


def test_one_person_under_two_spellings_is_two_candidates_marked_so():
    """They are chosen together or separately, never silently."""
    opened = shop.connections()
    opened["shop"].execute("INSERT INTO customer VALUES (9,'Ann@Example.com','Ann Lee',NULL,NULL,NULL,0)")
    candidates = find(Identity(email="ann@example.com"), opened=opened).candidates[0]
    customers = [one for one in candidates if CUSTOMER in one.roots]
    assert len(customers) == 2
    assert all(SAME_EMAIL in one.notes for one in customers)
    assert roots_of(customers)[CUSTOMER] == {(1,), (9,)}


def test_a_customer_number_finds_by_key():
    """A number that is somebody else's in another table stays a candidate of its own."""
    located = find(Identity(customer_number="1"))
    assert {frozenset(one.roots) for one in located.candidates[0]} == {
        frozenset({CUSTOMER}),
        frozenset({ref("employee")}),
    }


@pytest.mark.parametrize("text", ["x", "1; DROP TABLE customer", "9" * 30, "%", "1.5"])
def test_a_customer_number_that_is_none_finds_nobody(text: str):
    """Values are bound and fit the column."""
    assert find(Identity(customer_number=text)).candidates == ((),)


@pytest.mark.parametrize("blank", [None, "", "  ", "\x00", "\u3000", "a" * 400])
def test_an_empty_identity_refuses(blank: str | None):
    """An empty value would match everybody who has none."""
    with pytest.raises(EmptyIdentity):
        find(Identity(email=blank, phone=blank, customer_number=blank))


def test_a_name_alone_refuses():
    """Names are shared by strangers."""
    with pytest.raises(NameIsNotEnough):
        find(Identity(name="Ann Lee"))


def test_one_empty_identity_refuses_the_batch():
    """A batch is checked before anything is read."""
    with pytest.raises(EmptyIdentity):
        find(Identity(email="ann@example.com"), Identity())


def test_empty_columns_are_never_matched():
    """A row without phone is not found by a phone."""
    opened = shop.connections()
    opened["shop"].execute("UPDATE customer SET phone = '' WHERE id = 3")
    assert find(Identity(phone="123456"), opened=opened).candidates == ((),)


@pytest.mark.parametrize(
    "email", ["%", "_nn@example.com", "ann@example.co_", "' OR 1=1 --", "a" * 300 + "@x.de"]
)
def test_a_hostile_value_finds_nobody(email: str):
    """No wildcard, no SQL."""
    assert find(Identity(email=email)).candidates == ((),)


@pytest.mark.duty("M8.5")
def test_a_batch_is_searched_with_the_statements_of_one():
    """One statement a column serves all identities."""
    one = find(Identity(email="ann@example.com"))
    many = find(
        *(Identity(email=f"c{number}@example.com") for number in range(200)),
        Identity(email="ben@example.com"),
    )
    assert len(many.steps) == len(one.steps)
    assert many.candidates[200][0].roots[CUSTOMER] == {(2,)}


A, B, P, OTHER = "ann@example.com", "eve@example.com", "+41791234567", "+41790000000"


def rows_of(
    *rows: tuple[str | None, str | None, str | None], asked: Identity | None = None
) -> set[frozenset[str]]:
    """Return as sets of tables who is found by Ann's number and address, where each row has a table of its own."""
    found: set[frozenset[frozenset[str]]] = set()
    for order in permutations(range(len(rows))):  # what a table is called decides nothing
        connection = sqlite3.connect(":memory:")
        names = {f"t{place}": row for place, row in zip(order, rows, strict=True)}
        tables = {}
        for name, row in sorted(names.items()):
            connection.execute(
                f"CREATE TABLE {name} (id integer PRIMARY KEY, email text, phone text, name text)"
            )
            connection.execute(f"INSERT INTO {name} VALUES (1, ?, ?, ?)", row)
            columns = (
                Column("id", "none", numeric=True),
                *(Column(one, one) for one in ("email", "phone", "name")),
            )
            tables[ref(name)] = Table(ref(name), ("id",), columns, is_people=True)
        located = find(asked or Identity(email=A, phone=P), opened={"shop": connection}, graph=Graph(tables))
        back = {f"t{place}": str(number) for number, place in enumerate(order)}
        found.add(
            frozenset(frozenset(back[one.table] for one in person.roots) for person in located.candidates[0])
        )
    (only,) = found
    return set(only)


@pytest.mark.promise(16)
@pytest.mark.parametrize(
    ("rows", "people"),
    [
        ([(A, P, "Ann"), (A, OTHER, "A. Lee")], ["01"]),  # one address, whatever else is written beside it
        ([(A, P, "Ann"), (B, P, "Ann")], ["0", "1"]),
        (
            [(A, P, "Ann"), (None, P, "Ann")],
            ["0", "1"],
        ),  # anybody can write a number beside their own address
        ([(B, P, None), (None, P, "Ann"), (A, P, "Ann")], ["0", "1", "2"]),
        ([(A, P, None), (None, P, None), (A, None, "Ann")], ["02", "1"]),
        ([("a,b@x.de", P, None), (A, P, None)], ["0", "1"]),
        ([(None, P, "Ann"), (None, P, "Ann"), (None, P, None)], ["012"]),  # nowhere for a code to go
        ([(None, P, "Ann"), (None, P, "Eve"), (None, P, None)], ["0", "1", "2"]),
    ],
)
def test_rows_of_different_tables_are_one_person_only_where_none_speaks_against_another(
    rows: list[tuple[str | None, str | None, str | None]], people: list[str]
):
    """Each row must fit all others, in whatever order the tables come."""
    assert rows_of(*rows) == {frozenset(one) for one in people}


@pytest.mark.promise(16)
def test_two_rows_of_one_table_that_fit_a_third_leave_it_to_a_person():
    """A number that a family shares says not whose the membership is."""
    opened = shop.connections()
    opened["shop"].execute("UPDATE customer SET phone = '+41791234567', name = NULL, email = id")
    opened["shop"].execute("UPDATE employee SET email = '+41791234567', name = NULL WHERE id = 2")
    tables = dict(shop.graph().tables)
    staff = tables[ref("employee")]
    number = replace(staff.column("email"), category="phone")
    columns = tuple(number if one.name == "email" else one for one in staff.columns)
    tables[ref("employee")] = replace(staff, is_people=True, columns=columns)
    located = find(Identity(phone="+41791234567"), opened=opened, graph=Graph(tables))
    assert [len(one.rows) for one in located.candidates[0]] == [1] * 5


@pytest.mark.promise(16)
def test_an_address_that_a_row_holds_of_somebody_else_joins_nothing():
    """Whoever was named as somebody's emergency contact is another person."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(
        "CREATE TABLE a (id integer PRIMARY KEY, email text, emergency_email text);"
        "CREATE TABLE b (id integer PRIMARY KEY, email text);"
        f"INSERT INTO a VALUES (1, '{B}', '{A}'); INSERT INTO b VALUES (1, '{A}')"
    )
    number = Column("id", "none", numeric=True)
    mail = Column("email", "email")
    tables = {
        ref("a"): Table(
            ref("a"), ("id",), (number, mail, replace(mail, name="emergency_email")), is_people=True
        ),
        ref("b"): Table(ref("b"), ("id",), (number, mail), is_people=True),
    }
    located = find(Identity(email=A), opened={"shop": connection}, graph=Graph(tables))
    assert [set(one.roots) for one in located.candidates[0]] == [{ref("a")}, {ref("b")}]
    assert [one.of_mailbox(A) is not None for one in located.candidates[0]] == [False, True]


@pytest.mark.promise(16)
@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("ann@strasse.de", "ann@straße.de"),
        ("ann@straße.de", "ann@strasse.de"),
        ("kim@example.com", "\u212aim@example.com"),
        ("sam@example.com", "ſam@example.com"),
    ],
)
def test_a_look_alike_of_an_address_finds_nobody(stored: str, typed: str):
    """Anybody can register another domain; no folding of letters makes it the same mailbox."""
    opened = shop.connections()
    opened["shop"].execute("UPDATE customer SET email = ? WHERE id = 1", (stored,))
    assert find(Identity(email=typed), opened=opened).candidates == ((),)
    assert find(Identity(email=stored.replace("a", "A")), opened=opened).candidates[0][0].roots == {
        CUSTOMER: {(1,)}
    }
