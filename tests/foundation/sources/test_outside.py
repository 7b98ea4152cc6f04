"""Foreign keys that lead into a source from where its account does not read."""

from discreet.engines.subjects.graph import TableRef
from discreet.foundation.sources import pools, queries
from discreet.foundation.sources.actions import connect_source, describe_source
from discreet.foundation.sources.catalogue import Catalogue, OutsideKey
from tests.foundation.sources.conftest import NOW, OPERATOR, Company
from tests.servers import PASSWORD


def test_a_key_from_a_schema_that_the_account_may_not_use_is_known(
    postgresql_company: Company, db: None
) -> None:
    postgresql_company.fill()
    role = f"r_{postgresql_company.url.rpartition('_')[2]}"
    postgresql_company.fill(
        (
            "CREATE SCHEMA private",
            "CREATE TABLE private.diary (id int PRIMARY KEY, of int REFERENCES customer ON DELETE CASCADE)",
            f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'",
            f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}",
        )
    )
    try:
        url = postgresql_company.url.replace("//discreet:", f"//{role}:")
        connect_source(actor=OPERATOR, now=NOW, name="shop", url=url, write_url=None)
        assert queries.describe("shop").outside == (
            OutsideKey("private", "diary", TableRef("shop", "customer")),
        )
    finally:
        pools.dispose_all()
        postgresql_company.run(f"DROP OWNED BY {role}")
        postgresql_company.run(f"DROP ROLE {role}")


def test_a_key_from_another_database_of_the_server_is_known(
    mariadb_company: Company, other_database: str, db: None
) -> None:
    mariadb_company.fill()
    before = _described(mariadb_company)
    assert (before.outside, before.sees_outside) == ((), True)
    ours = mariadb_company.url.rpartition("/")[2]
    mariadb_company.run(
        f"CREATE TABLE {other_database}.note (id int PRIMARY KEY, of int,"
        f" FOREIGN KEY (of) REFERENCES {ours}.customer (id) ON DELETE CASCADE)"
    )
    after = _described(mariadb_company)
    assert after.outside == (OutsideKey(other_database, "note", TableRef("shop", "customer")),)
    assert after.fingerprint != before.fingerprint


def _described(company: Company) -> Catalogue:
    company.connect()
    return describe_source(actor=OPERATOR, now=NOW, name="shop")
