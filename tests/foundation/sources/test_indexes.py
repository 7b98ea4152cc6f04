"""An index over an expression is known for what it is, so that “no index” is said only where there is none."""

import warnings

import pytest

from discreet.engines.subjects.graph import TableRef
from discreet.engines.subjects.reader import Select
from discreet.foundation.sources import queries, session
from discreet.foundation.sources.dialects.sqlite_indexes import expressions
from tests.foundation.sources.conftest import Company

CUSTOMER = TableRef("shop", "customer")


def _column(name: str) -> tuple[bool, bool]:
    table = queries.describe("shop").by_ref[CUSTOMER]
    column = table.column(name)
    assert column is not None
    return column.is_indexed, column.is_fold_indexed


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_an_index_on_lower_case_is_reported_without_a_warning(
    kind: str, request: pytest.FixtureRequest, db: None
) -> None:
    company: Company = request.getfixturevalue(f"{kind}_company")
    company.fill(
        (
            'CREATE TABLE customer (id integer PRIMARY KEY, "E-Mail" varchar(200), name varchar(100),'
            " city varchar(80), phone varchar(40))",
            'CREATE INDEX "by (e-mail)" ON customer (lower("E-Mail"))',
            "CREATE INDEX by_city ON customer (phone, lower(city))",
            "CREATE INDEX by_name ON customer (lower(name)) WHERE id > 5",
        )
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        company.connect()
    assert _column("E-Mail") == (False, True)
    assert _column("phone") == (True, False)
    assert _column("city") == (False, False), "a second place in an index helps no look-up"
    assert _column("name") == (False, False), "a partial index knows some rows only"


def test_the_case_insensitive_search_goes_by_such_an_index(sqlite_company: Company, db: None) -> None:
    sqlite_company.fill()
    sqlite_company.fill(("CREATE INDEX i ON customer (LOWER ( [EMAIL] ) DESC)",))
    sqlite_company.connect()
    assert _column("email") == (False, True)
    query = Select(
        table=CUSTOMER, columns=("id",), key_columns=("email",), keys=[("bob@example.com",)], fold=True
    )
    with session.read("shop") as reader:
        assert next(iter(reader.select(query)))[:1] == (2,)
        sql = reader.statement(query)
    plan = sqlite_company.run("EXPLAIN QUERY PLAN " + sql.split(" IN (")[0] + " IN ('bob@example.com')")
    assert "USING INDEX i" in str(plan)


@pytest.mark.parametrize(
    ("sql", "parts"),
    [
        ("CREATE INDEX i ON t (lower(a))", ['lower("a")']),
        ('CREATE INDEX "i(" ON "t,(" (a, lower("b,)") ASC)', ["a", 'lower("b,)")']),
        ("CREATE INDEX i ON t (substr(a, 1, 2), b /* ( */)", ["substr ( a , 1 , 2 )", "b"]),
        ("CREATE INDEX i ON t (lower(a) COLLATE NOCASE) -- (", ["lower ( a ) COLLATE NOCASE"]),
        ("CREATE INDEX i ON t (replace(a, ',)', ''))", ["replace ( a , ',)' , '' )"]),
        ("CREATE INDEX i ON t (lower(", ["lower ("]),
    ],
)
def test_the_text_of_an_index_is_split_at_its_own_commas(sql: str, parts: list[str]) -> None:
    assert expressions(sql) == parts
