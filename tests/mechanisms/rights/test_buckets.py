"""A bucket of objects is erased in like a folder, and never said to be done where its older versions stay."""

import pytest

from discreet.foundation.datamap.actions import apply_map
from discreet.foundation.sources.actions import connect_source
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.rules import Outcome
from tests.fakes import s3
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights.company import NOW, OPERATOR
from tests.mechanisms.rights.driving import approve, planned, work

pytestmark = [pytest.mark.duty("M8.1"), pytest.mark.django_db]
ANN, BOB = "ann@example.com", "bob@example.com"
MAP = """
version: 1
sources:
  crm:
    tables:
      customers:
        people: true
        columns: {customer_id: customer_id, full_name: name, email: email}
      eu/orders:
        columns: {order_no: none, customer_id: none, 备注: free_text}
        links:
        - {columns: [customer_id], to: customers, to_columns: [customer_id], role: owner}
  shop:
    tables:
      customer:
        people: true
        columns: {id: none, email: email}
"""
CUSTOMERS = "customer_id,full_name,email\n0001,Ann Smith,Ann@Example.com\n0002,Bob Miller,bob@example.com\n"
ORDERS = "order_no,customer_id,备注\n9001,0001,请放门口\n9002,0002,电话联系\n9003,0001,\n"


@pytest.mark.parametrize(("keeps_versions", "outcome"), [(False, Outcome.ERASED), (True, Outcome.INCOMPLETE)])
def test_a_person_is_erased_in_a_database_and_in_a_bucket(
    sqlite_company: Company, keeps_versions: bool, outcome: Outcome
) -> None:
    sqlite_company.fill(
        (
            "CREATE TABLE customer (id integer PRIMARY KEY, email varchar(90))",
            f"INSERT INTO customer VALUES (1, '{ANN}'), (2, '{BOB}')",
        )
    )
    sqlite_company.connect("shop")
    with s3.running() as store:
        if keeps_versions:
            store.keep_versions()
        store.put("crm/customers.csv", CUSTOMERS.encode())
        store.put("crm/eu/orders.csv", ORDERS.encode("gb18030"))
        url = store.url(store.writer)
        connect_source(actor=OPERATOR, now=NOW, name="crm", url=url, write_url=url)
        apply_map(actor=OPERATOR, now=NOW, text=MAP)
        number = planned("erasure", ANN)
        plan = queries.request_view(number).plan
        assert plan is not None
        gaps = {one["reason"] for one in plan.summary["not_covered"]}
        assert ("older_versions_kept" in gaps) is keeps_versions
        approve(number)
        work()
        assert store.get("crm/customers.csv").decode() == CUSTOMERS.replace(
            "0001,Ann Smith,Ann@Example.com\n", ""
        )
        left = "order_no,customer_id,备注\n9002,0002,电话联系\n"
        assert store.get("crm/eu/orders.csv").decode("gb18030") == left
        assert len(store.versions("crm/customers.csv")) == (2 if keeps_versions else 1)
    assert sqlite_company.run("SELECT id FROM customer") == [(2,)]
    view = queries.request_view(number)
    assert view.outcome == outcome
    told = {one["reason"] for one in view.search["not_searched"]}
    assert ("older_versions_kept" in told) is keeps_versions
