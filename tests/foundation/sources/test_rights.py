"""What the account for erasing may not do is known before anybody approves, and nothing is written to know it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from discreet.engines.subjects.graph import TableRef
from discreet.foundation.datamap.cli import connect
from discreet.foundation.sources import pools, queries, session
from discreet.foundation.sources.actions import connect_source, describe_source
from discreet.foundation.sources.catalogue import MissingRight, Right
from discreet.foundation.sources.rights import in_words
from tests.foundation.sources.conftest import NOW, OPERATOR, Company
from tests.servers import PASSWORD

pytestmark = pytest.mark.duty("sources")


class Account:
    """An account of a company's server without any right, and a way to give it some."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.is_mariadb = company.engine == "mysql"
        self.database = company.url.rpartition("/")[2]
        self.name = f"w_{self.database}"
        self.grantee = f"'{self.name}'@'%'" if self.is_mariadb else self.name
        self.url = company.url.replace("//discreet:", f"//{self.name}:")

    def make(self) -> None:
        how = "USER {} IDENTIFIED BY" if self.is_mariadb else "ROLE {} LOGIN PASSWORD"
        self.company.run(f"CREATE {how.format(self.grantee)} '{PASSWORD}'")
        self.grant("SELECT", "customer", "orders", "line")

    def grant(self, rights: str, *tables: str) -> None:
        for table in tables:
            self.company.run(f"GRANT {rights} ON {table} TO {self.grantee}")

    def drop(self) -> None:
        if not self.is_mariadb:
            self.company.run(f"DROP OWNED BY {self.name}")
        self.company.run(f"DROP {'USER' if self.is_mariadb else 'ROLE'} {self.grantee}")

    def connect(self) -> None:
        connect_source(actor=OPERATOR, now=NOW, name="shop", url=self.company.url, write_url=self.url)


@pytest.fixture(
    params=[
        pytest.param("postgresql", marks=pytest.mark.postgresql),
        pytest.param("mariadb", marks=pytest.mark.mariadb),
    ]
)
def account(request: pytest.FixtureRequest, db: None) -> Iterator[Account]:
    company: Company = request.getfixturevalue(f"{request.param}_company")
    company.fill()
    made = Account(company)
    made.make()
    yield made
    pools.dispose_all()
    made.drop()


def missing() -> set[tuple[str, str]]:
    return {(one.table.table, one.right.value) for one in queries.source("shop").missing_rights}


def test_each_right_that_is_missing_is_named_until_it_is_given(account: Account) -> None:
    account.grant("UPDATE, DELETE", "customer")
    account.grant("UPDATE (note)", "orders")
    account.grant("DELETE", "line")
    account.connect()
    assert missing() == {("orders", "UPDATE"), ("orders", "DELETE"), ("line", "UPDATE")}
    account.grant("UPDATE, DELETE", "orders")
    account.grant("UPDATE", "line")
    assert missing() != set(), "known since it was described, until it is described again"
    with session.write("shop") as writer:
        assert writer.missing_rights() == ()
    describe_source(actor=OPERATOR, now=NOW, name="shop")
    assert missing() == set()
    assert account.company.run("SELECT count(*) FROM line") == [(4,)]


def test_a_table_that_the_account_does_not_even_see_lacks_every_right(account: Account) -> None:
    account.grant("UPDATE, DELETE", "customer", "orders", "line")
    account.company.run("CREATE TABLE later (id integer PRIMARY KEY)")
    account.connect()
    assert missing() == {("later", "SELECT"), ("later", "UPDATE"), ("later", "DELETE")}


def test_rights_by_a_role_are_rights(account: Account) -> None:
    role = f"{account.name}_r"
    run = account.company.run
    run(f"CREATE ROLE {role}")
    try:
        for table in ("customer", "orders", "line"):
            run(f"GRANT UPDATE, DELETE ON {table} TO {role}")
        run(f"GRANT {role} TO {account.grantee}")
        if account.is_mariadb:
            run(f"SET DEFAULT ROLE {role} FOR {account.grantee}")
        account.connect()
        assert missing() == set()
    finally:
        pools.dispose_all()
        run(f"DROP {'ROLE' if account.is_mariadb else f'OWNED BY {role}; DROP ROLE'} {role}")


@pytest.mark.mariadb
@pytest.mark.parametrize("pattern", ["{}", "%"])
def test_rights_on_a_pattern_of_databases_are_rights(
    mariadb_company: Company, pattern: str, db: None
) -> None:
    mariadb_company.fill()
    account = Account(mariadb_company)
    account.make()
    named = pattern.format(account.database.replace("_", "\\_"))
    try:
        mariadb_company.run(f"GRANT UPDATE, DELETE ON `{named}`.* TO {account.grantee}")
        account.connect()
        assert missing() == set()
    finally:
        pools.dispose_all()
        account.drop()


def test_a_file_that_cannot_be_written_is_named(
    sqlite_company: Company, monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    sqlite_company.fill()
    file = sqlite_company.url.removeprefix("sqlite:///")
    sqlite_company.connect()
    assert queries.source("shop").missing_rights == ()
    for path, right in ((file, Right.FILE), (str(Path(file).parent), Right.FOLDER)):
        with monkeypatch.context() as patch:
            patch.setattr(os, "access", lambda asked, mode, path=path: str(asked) != path)
            describe_source(actor=OPERATOR, now=NOW, name="shop")
        assert {one.right for one in queries.source("shop").missing_rights} == {right}
        assert len(queries.source("shop").missing_rights) == 3


def test_connecting_warns_of_missing_rights_and_names_the_remedy(account: Account) -> None:
    account.grant("UPDATE, DELETE", "customer", "orders")
    told = CliRunner().invoke(connect, ["shop", account.company.url, "--write-url", account.url])
    assert told.exit_code == 0, told.output
    assert "the write account lacks UPDATE (line); DELETE (line). `discreet grants shop`" in told.output


def test_of_many_tables_the_first_are_named_and_the_rest_counted() -> None:
    rights = [MissingRight(TableRef("shop", f"t{n:02}", "crm"), Right.DELETE) for n in range(15)]
    assert in_words(rights).startswith("DELETE (crm.t00, crm.t01, ")
    assert in_words(rights).endswith("crm.t11 and 3 more)")
    assert in_words([]) == ""
