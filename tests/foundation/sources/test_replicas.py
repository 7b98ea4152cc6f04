"""A replica may lag: it is reported, and it neither verifies nor is written."""

import shutil
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pymysql
import pytest

from discreet.engines.subjects.graph import TableRef
from discreet.foundation.sources import queries, refusals, session
from discreet.foundation.sources.actions import connect_source
from tests.foundation.sources.conftest import NOW, OPERATOR, SHOP, Company, company_on_mariadb
from tests.servers import Server, own_folder, own_server

CUSTOMER = TableRef("shop", "customer")


def _caught_up(url: str) -> None:
    """Wait until the standby has the shop."""
    deadline = time.monotonic() + 30
    while True:
        try:
            with psycopg.connect(url) as standby:
                standby.execute("SELECT FROM line LIMIT 1")
                return
        except psycopg.Error:
            assert time.monotonic() < deadline


@pytest.mark.postgresql
def test_a_replica_is_reported_reads_and_never_verifies(
    postgresql_company: Company, postgresql_standby: Server, db: None
) -> None:
    postgresql_company.fill(SHOP)
    replica = postgresql_standby.url("postgresql", urlsplit(postgresql_company.url).path.removeprefix("/"))
    _caught_up(replica)
    connect_source(actor=OPERATOR, now=NOW, name="shop", url=replica)
    assert queries.source("shop").is_replica
    with session.read("shop") as reader:
        assert reader.count(CUSTOMER) == 3
    with pytest.raises(refusals.ReplicaRefused), session.read("shop", for_verification=True):
        pass
    with pytest.raises(refusals.ReplicaRefused):
        connect_source(actor=OPERATOR, now=NOW, name="shop", url=replica, write_url=replica)

    connect_source(actor=OPERATOR, now=NOW, name="shop", url=replica, write_url=postgresql_company.url)
    with session.read("shop", for_verification=True) as reader:
        assert reader.count(CUSTOMER) == 3, "the primary behind the write address verifies"
    with session.read("shop", for_verification=True) as reader, pytest.raises(refusals.SourceRefusal):
        import sqlalchemy as sa

        reader._execute(sa.text("DELETE FROM line"))


def _start_following(primary: Server, replica: Server) -> None:
    """Let the second MariaDB server repeat what the first one has done from its beginning."""
    with _admin(replica) as link, link.cursor() as cursor:
        cursor.execute(
            "CHANGE MASTER TO MASTER_HOST = %s, MASTER_PORT = %s, MASTER_USER = %s, MASTER_PASSWORD = %s,"
            " MASTER_USE_GTID = slave_pos, MASTER_CONNECT_RETRY = 1",
            (primary.host, primary.port, primary.user, primary.password),
        )
        cursor.execute("START SLAVE")


def _admin(server: Server) -> "pymysql.Connection[pymysql.cursors.Cursor]":
    return pymysql.connect(
        host=server.host, port=server.port, user=server.user, password=server.password, autocommit=True
    )


def _repeats(replica: Server, database: str) -> None:
    """Wait until the replica has the shop."""
    deadline = time.monotonic() + 30
    with _admin(replica) as link, link.cursor() as cursor:
        while True:
            try:
                cursor.execute(f"SELECT count(*) FROM {database}.line")
                if cursor.fetchall() == ((4,),):
                    return
            except pymysql.MySQLError:
                assert time.monotonic() < deadline


@pytest.fixture
def replicating() -> Iterator[tuple[Server, Server]]:
    """Two MariaDB servers, of which the second follows the first."""
    folder = own_folder()
    try:
        with (
            own_server("mariadb", folder / "first", "--server-id=1", "--log-bin=first") as primary,
            own_server("mariadb", folder / "second", "--server-id=2") as replica,
        ):
            with _admin(primary) as link, link.cursor() as cursor:
                cursor.execute("RESET MASTER")  # the second server has the account already
                cursor.execute("CREATE DATABASE shop CHARACTER SET utf8mb4")
            _start_following(primary, replica)
            yield primary, replica
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.mariadb
def test_a_server_that_follows_another_mariadb_reads_and_never_verifies(
    replicating: tuple[Server, Server], db: None
) -> None:
    primary, replica = (server.url("mysql", "shop") for server in replicating)
    for company in company_on_mariadb(primary):
        company.fill(SHOP)
    _repeats(replicating[1], "shop")
    connect_source(actor=OPERATOR, now=NOW, name="shop", url=replica)
    assert queries.source("shop").is_replica, "it may be written, and still it lags behind another server"
    with session.read("shop") as reader:
        assert reader.count(CUSTOMER) == 3
    with pytest.raises(refusals.ReplicaRefused), session.read("shop", for_verification=True):
        pass
    with pytest.raises(refusals.ReplicaRefused):
        connect_source(actor=OPERATOR, now=NOW, name="shop", url=replica, write_url=replica)

    connect_source(actor=OPERATOR, now=NOW, name="shop", url=replica, write_url=primary)
    with session.read("shop", for_verification=True) as reader:
        assert reader.count(CUSTOMER) == 3, "the primary behind the write address verifies"
    connect_source(actor=OPERATOR, now=NOW, name="shop", url=primary)
    assert not queries.source("shop").is_replica


@pytest.mark.mariadb
def test_a_replica_whose_state_the_account_may_not_ask_for_is_not_taken_for_a_primary(
    replicating: tuple[Server, Server], db: None
) -> None:
    """The least-privilege account has no right to SHOW REPLICA STATUS."""
    primary, replica = replicating
    for company in company_on_mariadb(primary.url("mysql", "shop")):
        company.fill(SHOP)
    _repeats(replica, "shop")
    with _admin(replica) as link, link.cursor() as cursor:
        cursor.execute("CREATE USER reader@'%' IDENTIFIED BY 'canary-reader'")
        cursor.execute("GRANT SELECT ON shop.* TO reader@'%'")
    url = replica.url("mysql", "shop").replace(f"{replica.user}:{replica.password}@", "reader:canary-reader@")
    connect_source(actor=OPERATOR, now=NOW, name="shop", url=url)
    assert queries.source("shop").is_replica
    with pytest.raises(refusals.ReplicaRefused), session.read("shop", for_verification=True):
        pass
