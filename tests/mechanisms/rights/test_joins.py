"""Rows that the company's own database joins to a person are the person's, however the keys are spelled."""

from collections.abc import Sequence

import pytest

from discreet.foundation.datamap.actions import apply_map
from discreet.mechanisms.rights.rules import Outcome
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights.company import NOW, OPERATOR
from tests.mechanisms.rights.driving import erased

pytestmark = [pytest.mark.duty("M8.4"), pytest.mark.promise(1)]

MAP = """
version: 1
sources:
  shop:
    tables:
      person:
        people: true
        columns: {code: none, email: email}
      visit:
        columns: {id: none, person_code: none, note: behaviour}
        links:
        - {columns: [person_code], to: person, to_columns: [code], role: owner}
"""
COLUMNS = "(code varchar(40) PRIMARY KEY, email varchar(90))"
VISIT = "(id integer PRIMARY KEY, person_code varchar(40), note varchar(90){more})"
PEOPLE = "INSERT INTO person VALUES ('ab-1', 'ann@example.com'), ('cd-2', 'bob@example.com')"
VISITS = (
    "INSERT INTO visit VALUES (1, 'ab-1', 'tea'), (2, 'AB-1', 'cup'), (3, 'cd-2', 'pot'), (4, 'Cd-2', 'tin')"
)
FOREIGN_KEY = ", FOREIGN KEY (person_code) REFERENCES person (code)"


def fill(company: Company, statements: Sequence[str], map_text: str = MAP) -> None:
    company.fill(tuple(statements))
    company.connect("shop")
    apply_map(actor=OPERATOR, now=NOW, text=map_text)


def left(company: Company, table: str = "visit") -> list[object]:
    return [row[0] for row in company.run(f"SELECT id FROM {table} ORDER BY id")]


def assert_ann_is_gone(company: Company, rest: list[object]) -> None:
    request = erased("ann@example.com")
    assert request.outcome == Outcome.ERASED
    assert left(company) == rest
    assert company.run("SELECT email FROM person") == [("bob@example.com",)]


@pytest.mark.mariadb
@pytest.mark.parametrize("constraint", ["", FOREIGN_KEY], ids=["undeclared", "declared"])
def test_keys_that_mariadb_takes_for_equal_lead_to_the_rows(
    mariadb_company: Company, constraint: str, db: None
) -> None:
    tables = [f"CREATE TABLE person {COLUMNS}", f"CREATE TABLE visit {VISIT.format(more=constraint)}"]
    fill(mariadb_company, [*(f"{each} COLLATE utf8mb4_general_ci" for each in tables), PEOPLE, VISITS])
    assert_ann_is_gone(mariadb_company, [3, 4])


@pytest.mark.mariadb
def test_keys_that_mariadb_tells_apart_stay_apart(mariadb_company: Company, db: None) -> None:
    """One end compares byte by byte, so the join does; the other spelling is nobody's and stays."""
    tables = [
        f"CREATE TABLE person {COLUMNS} COLLATE utf8mb4_bin",
        f"CREATE TABLE visit {VISIT.format(more='')} COLLATE utf8mb4_general_ci",
    ]
    fill(mariadb_company, [*tables, PEOPLE, VISITS])
    assert_ann_is_gone(mariadb_company, [2, 3, 4])


@pytest.mark.postgresql
@pytest.mark.parametrize("constraint", ["", FOREIGN_KEY], ids=["undeclared", "declared"])
def test_keys_that_postgresql_takes_for_equal_lead_to_the_rows(
    postgresql_company: Company, constraint: str, db: None
) -> None:
    folds = "CREATE COLLATION folds (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"
    person = "CREATE TABLE person (code varchar(40) COLLATE folds PRIMARY KEY, email varchar(90))"
    visit = VISIT.format(more=constraint).replace("varchar(40)", "varchar(40) COLLATE folds")
    fill(postgresql_company, [folds, person, f"CREATE TABLE visit {visit}", PEOPLE, VISITS])
    assert_ann_is_gone(postgresql_company, [3, 4])


@pytest.mark.parametrize("constraint", ["", FOREIGN_KEY], ids=["undeclared", "declared"])
@pytest.mark.parametrize("child", ["", " COLLATE NOCASE"], ids=["exact child", "loose child"])
def test_keys_that_sqlite_takes_for_equal_lead_to_the_rows(
    sqlite_company: Company, constraint: str, child: str, db: None
) -> None:
    person = COLUMNS.replace("varchar(40)", "varchar(40) COLLATE NOCASE")
    visit = VISIT.format(more=constraint).replace("varchar(40)", f"varchar(40){child}")
    fill(sqlite_company, [f"CREATE TABLE person {person}", f"CREATE TABLE visit {visit}", PEOPLE, VISITS])
    assert_ann_is_gone(sqlite_company, [3, 4])


@pytest.mark.parametrize("person_type", ["integer", "text"])
@pytest.mark.parametrize("visit_type", ["", "blob", "integer", "text"])
def test_numbers_and_texts_that_sqlite_joins_lead_to_the_rows(
    sqlite_company: Company, person_type: str, visit_type: str, db: None
) -> None:
    """What a column holds depends on its declared type; the database's own join says what belongs together."""
    fill(
        sqlite_company,
        [
            f"CREATE TABLE person (code {person_type} PRIMARY KEY, email text)",
            f"CREATE TABLE visit (id integer PRIMARY KEY, person_code {visit_type}, note text)",
            "INSERT INTO person VALUES (7, 'ann@example.com'), (8, 'bob@example.com')",
            "INSERT INTO visit VALUES (1, 7, 'tea'), (2, '7', 'cup'), (3, 8, 'pot'), (4, '8', 'tin')",
        ],
    )
    joined = "SELECT id FROM visit JOIN person ON code = person_code WHERE email = 'ann@example.com'"
    hers = [row[0] for row in sqlite_company.run(joined)]
    assert hers
    assert_ann_is_gone(sqlite_company, [number for number in (1, 2, 3, 4) if number not in hers])


SPELLED = ("1", "01", " 1", "1.0", "1e0", "+1", "\t1\n", "1 ")
NOT_ONE = ("2", "02", "1x", "0x1", "1 1", "", "one", "1.5", "\u00a01", "--1")


@pytest.mark.parametrize("child", ["text", "varchar(9) COLLATE NOCASE", "", "blob"])
@pytest.mark.parametrize("parent", ["integer PRIMARY KEY", "real UNIQUE", "decimal UNIQUE"])
@pytest.mark.parametrize(
    "constraint", ["", " REFERENCES person (code) ON DELETE SET NULL"], ids=["", "declared"]
)
def test_texts_that_sqlite_reads_as_a_number_lead_to_the_rows(
    sqlite_company: Company, parent: str, child: str, constraint: str, db: None
) -> None:
    """The database's own join says which rows are hers; no other goes, and none is left without its owner."""
    people = "(1, 'ann@example.com'), (2, 'bob@example.com')"
    visits = ", ".join(f"({number}, '{code}', 'tea')" for number, code in enumerate((*SPELLED, *NOT_ONE)))
    fill(
        sqlite_company,
        [
            f"CREATE TABLE person (code {parent}, email text)",
            f"CREATE TABLE visit (id integer PRIMARY KEY, person_code {child}{constraint}, note text)",
            f"INSERT INTO person VALUES {people}",
            f"INSERT INTO visit VALUES {visits}, (98, 1, 'tin'), (99, 1.0, 'tin')",
        ],
    )
    joined = "SELECT visit.id FROM visit JOIN person ON code = person_code WHERE email = 'ann@example.com'"
    hers = {row[0] for row in sqlite_company.run(joined)}
    assert hers >= {*range(len(SPELLED)), 98, 99}
    rest = [number for number in left(sqlite_company) if number not in hers]
    assert_ann_is_gone(sqlite_company, rest)


@pytest.mark.parametrize("code", ["01", " 1", "1.0"])
def test_a_number_that_sqlite_joins_to_a_text_leads_to_the_rows(
    sqlite_company: Company, code: str, db: None
) -> None:
    fill(
        sqlite_company,
        [
            "CREATE TABLE person (code text PRIMARY KEY, email text)",
            "CREATE TABLE visit (id integer PRIMARY KEY, person_code integer, note text)",
            f"INSERT INTO person VALUES ('{code}', 'ann@example.com'), ('2', 'bob@example.com')",
            "INSERT INTO visit VALUES (1, 1, 'tea'), (2, 2, 'cup'), (3, 11, 'pot')",
        ],
    )
    assert_ann_is_gone(sqlite_company, [2, 3])


HEIRS = (
    "CREATE TABLE person (code varchar(40) PRIMARY KEY, email varchar(90))",
    "CREATE TABLE member (since date, nickname varchar(40)) INHERITS (person)",
    "CREATE TABLE founder (share integer) INHERITS (member)",
    "CREATE TABLE visit (id integer PRIMARY KEY, person_code varchar(40), note varchar(90))",
    "CREATE TABLE visit_2025 () INHERITS (visit)",
    "INSERT INTO person VALUES ('cd-2', 'bob@example.com'), ('gh-4', 'dan@example.com')",
    "INSERT INTO member VALUES ('ab-1', 'ann@example.com', '2020-01-01', NULL)",
    "INSERT INTO founder VALUES ('ef-3', 'eve@example.com', '2020-01-01', NULL, 5)",
    "INSERT INTO visit VALUES (1, 'ab-1', 'tea'), (2, 'cd-2', 'cup'), (3, 'ef-3', 'pot')",
    "INSERT INTO visit_2025 VALUES (4, 'ab-1', 'tin'), (5, 'cd-2', 'mug'), (6, 'ef-3', 'jug')",
)
HEIRS_MAP = (
    MAP
    + """
      member:
        columns: {since: none, nickname: username}
      founder:
        columns: {share: none}
"""
)


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("email", "rest"), [("ann@example.com", [2, 3, 5, 6]), ("eve@example.com", [1, 2, 4, 5])]
)
def test_an_heirs_rows_are_found_and_erased_by_what_was_decided_for_the_parent(
    postgresql_company: Company, email: str, rest: list[object], db: None
) -> None:
    fill(postgresql_company, HEIRS, HEIRS_MAP)
    request = erased(email)
    assert request.outcome == Outcome.ERASED
    assert left(postgresql_company) == rest
    assert (email,) not in postgresql_company.run("SELECT email FROM person")


@pytest.mark.postgresql
def test_a_parents_row_takes_along_the_rows_that_heirs_hold_for_it(
    postgresql_company: Company, db: None
) -> None:
    fill(postgresql_company, HEIRS, HEIRS_MAP)
    request = erased("bob@example.com")
    assert request.outcome == Outcome.ERASED
    assert left(postgresql_company) == [1, 3, 4, 6]
