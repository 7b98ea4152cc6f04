"""A replica may lag: it is reported, and it neither verifies nor is written."""

import time
from urllib.parse import urlsplit

import psycopg
import pytest

from discreet.engines.subjects.graph import TableRef
from discreet.foundation.sources import queries, refusals, session
from discreet.foundation.sources.actions import connect_source
from tests.foundation.sources.conftest import NOW, OPERATOR, SHOP, Company
from tests.servers import Server

pytestmark = pytest.mark.postgresql
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
