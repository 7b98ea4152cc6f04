"""An e-mail address is found however it was stored: in another case, or with blanks that an import left."""

import secrets
from collections.abc import Iterator

import psycopg
import pytest

from discreet.engines.subjects.identity import Identity
from discreet.engines.subjects.limits import Limits
from discreet.engines.subjects.locate import locate
from discreet.foundation.datamap.actions import apply_map
from discreet.foundation.datamap.queries import built
from discreet.foundation.sources import pools, session
from tests.foundation.sources.conftest import Company, company_on_postgresql
from tests.mechanisms.rights.company import NOW, OPERATOR
from tests.servers import Server

pytestmark = [pytest.mark.duty("M8.4"), pytest.mark.promise(1)]

MAP = """
version: 1
sources:
  shop:
    tables:
      person:
        people: true
        columns: {id: none, email: email}
"""
ROWS = (
    "INSERT INTO person VALUES (1, 'ann@example.com'), (2, 'Ann@Example.com'), (3, ' ann@example.com'),"
    " (4, 'ann@example.com '), (5, 'ANN@example.com\t'), (6, '\u00a0ann@example.com'),"
    " (7, '\u3000 Ann@example.com \n'), (8, 'joann@example.com'), (9, 'ann@example.com.au'), (10, 'ann @example.com')"
)
LOOSE = {
    "sqlite": "varchar(90) COLLATE NOCASE",
    "postgresql": "citext",
    "mysql": "varchar(90) COLLATE utf8mb4_general_ci",
}
EXACT = {
    "sqlite": "varchar(90)",
    "postgresql": "varchar(90)",
    "mysql": "varchar(90) COLLATE utf8mb4_bin",
}


def located(email: str) -> tuple[set[object], set[str]]:
    """Return the ids that are found by `email`, and how they were looked for."""
    with session.read("shop") as reader:
        result = locate(
            graph=built().graph,
            readers={"shop": reader},
            identities=[Identity(email=email)],
            limits=Limits(),
        )
    keys = {key[0] for candidate in result.candidates[0] for each in candidate.roots.values() for key in each}
    return keys, {step.purpose for step in result.steps}


def found(company: Company, column: str, index: str, *, rows: str = ROWS) -> tuple[set[object], set[str]]:
    if column == "citext":
        company.run("CREATE EXTENSION IF NOT EXISTS citext")
    company.fill((f"CREATE TABLE person (id integer PRIMARY KEY, email {column})", rows))
    if index:
        company.run(f"CREATE INDEX person_email ON person ({index})")
    company.connect("shop")
    apply_map(actor=OPERATOR, now=NOW, text=MAP)
    return located("ann@example.com")


@pytest.mark.parametrize("index", ["", "email"])
def test_an_address_is_found_in_any_case_and_within_blanks(company: Company, index: str, db: None) -> None:
    keys, _ = found(company, EXACT[company.engine], index)
    assert keys == {1, 2, 3, 4, 5, 6, 7}


def test_an_index_without_case_finds_other_spellings_without_a_scan(company: Company, db: None) -> None:
    keys, purposes = found(company, LOOSE[company.engine], "email")
    assert (keys, purposes) == ({1, 2, 3, 4, 5}, {"identity"})


@pytest.mark.parametrize("kind", [EXACT, LOOSE], ids=["exact", "loose"])
@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_an_index_on_the_lower_case_finds_other_spellings_without_a_scan(
    request: pytest.FixtureRequest, engine: str, kind: dict[str, str], db: None
) -> None:
    company: Company = request.getfixturevalue(f"{engine}_company")
    keys, purposes = found(company, kind[engine], "lower(email)")
    assert (keys, purposes) == ({1, 2, 3, 4, 5}, {"identity"})


@pytest.fixture
def narrow_company(postgresql_server: Server) -> Iterator[Company]:
    """A database that keeps texts in LATIN1."""
    database = f"narrow_{secrets.token_hex(6)}"
    with psycopg.connect(postgresql_server.url("postgresql", "postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {database} TEMPLATE template0 ENCODING LATIN1 LOCALE 'C'")
        yield from company_on_postgresql(postgresql_server.url("postgresql", database))
        pools.dispose_all()
        admin.execute(f"DROP DATABASE {database} WITH (FORCE)")


@pytest.mark.postgresql
@pytest.mark.parametrize("index", ["", "email"])
def test_a_server_of_a_narrow_encoding_is_searched_for_any_address(
    narrow_company: Company, index: str, db: None
) -> None:
    """What LATIN1 cannot say no row holds: nothing is found, and nothing fails."""
    rows = ROWS.replace("\u3000", "")
    keys, _ = found(narrow_company, "varchar(90)", index, rows=rows)
    assert keys == {1, 2, 3, 4, 5, 6, 7}
    assert located("\u5f20\u4e09@example.com")[0] == set()


def test_a_phone_number_in_full_width_digits_is_found(company: Company, db: None) -> None:
    """A Chinese keyboard writes them so."""
    company.fill(
        (
            "CREATE TABLE person (id integer PRIMARY KEY, phone varchar(60))",
            "INSERT INTO person VALUES (1, '＋８６　１３８－００１３－８０００'), (2, '13800138000'), (3, '１３８００１３８００１')",
        )
    )
    company.connect("shop")
    apply_map(actor=OPERATOR, now=NOW, text=MAP.replace("email: email", "phone: phone"))
    with session.read("shop") as reader:
        result = locate(
            graph=built().graph,
            readers={"shop": reader},
            identities=[Identity(phone="+8613800138000")],
            limits=Limits(),
        )
    keys = {key[0] for candidate in result.candidates[0] for each in candidate.roots.values() for key in each}
    assert keys == {1, 2}
