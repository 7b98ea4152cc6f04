"""Rows without a key are addressed by all that they hold: whatever it is, they go, and no other row does."""

import pytest

from discreet.foundation.datamap.actions import apply_map
from discreet.mechanisms.rights.rules import Outcome, State
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights.company import NOW, OPERATOR
from tests.mechanisms.rights.driving import erased

pytestmark = [pytest.mark.duty("M8.4"), pytest.mark.promise(1)]

MAP = """
version: 1
sources:
  shop:
    tables:
      customer:
        people: true
        columns: {id: none, email: email}
      log:
        columns: {who: none, ts: none, d: none}
        links:
        - {columns: [who], to: customer, to_columns: [id], role: owner}
"""
PEOPLE = (
    "CREATE TABLE customer (id integer PRIMARY KEY, email varchar(90))",
    "INSERT INTO customer VALUES (1, 'ann@example.com'), (2, 'bob@example.com')",
)
FLOATS = ("0.1", "1.5", "3", "1e20", "0.0", "16777217", "1.1754944e-38", "123456.789", "-123456.78", "1e-7")
BEYOND = ("'NaN'", "'Infinity'", "'-Infinity'")


def erase_ann(company: Company, types: str, values: tuple[str, ...]) -> None:
    """Erase Ann where each of `values` stands in a row of hers and in one of Bob's."""
    company.fill((*PEOPLE, f"CREATE TABLE log (who integer REFERENCES customer (id), {types})"))
    for value in values:
        for who in (1, 2):
            company.run(f"INSERT INTO log VALUES ({who}, {value}, {value})")
    company.connect("shop")
    apply_map(actor=OPERATOR, now=NOW, text=MAP)
    request = erased("ann@example.com")
    assert (request.outcome, request.state) == (Outcome.ERASED, State.DONE)
    assert company.run("SELECT who, count(*) FROM log GROUP BY who") == [(2, len(values))]


@pytest.mark.parametrize(
    ("kind", "types"),
    [
        ("sqlite", "ts real, d"),
        ("sqlite", "ts numeric, d integer"),
        pytest.param("mariadb", "ts float, d double", marks=pytest.mark.mariadb),
        pytest.param("mariadb", "ts float(30, 3), d double(40, 2)", marks=pytest.mark.mariadb),
        pytest.param("postgresql", "ts real, d double precision", marks=pytest.mark.postgresql),
    ],
)
@pytest.mark.parametrize("values", [FLOATS, FLOATS[:1]], ids=["told apart by it", "a single row"])
def test_rows_that_hold_a_float_are_erased(
    kind: str, types: str, values: tuple[str, ...], request: pytest.FixtureRequest, db: None
) -> None:
    erase_ann(request.getfixturevalue(f"{kind}_company"), types, values)


@pytest.mark.postgresql
@pytest.mark.parametrize("types", ["ts real, d double precision", "ts numeric, d numeric"])
def test_rows_that_hold_what_is_no_number_are_erased(
    postgresql_company: Company, types: str, db: None
) -> None:
    erase_ann(postgresql_company, types, ("1.5", *BEYOND))


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_rows_that_hold_what_cannot_be_compared_with_are_erased(
    kind: str, request: pytest.FixtureRequest, db: None
) -> None:
    erase_ann(request.getfixturevalue(f"{kind}_company"), "ts real, d json", ("NULL",))
