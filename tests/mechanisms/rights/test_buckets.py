"""A bucket of objects is erased in like a folder, and never said to be done where its older versions stay."""

import pytest

from discreet.foundation.datamap.actions import apply_map
from discreet.foundation.sources import refusals
from discreet.foundation.sources.actions import connect_source
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.actions import executing
from discreet.mechanisms.rights.erasing import workflows as erasure_workflow
from discreet.mechanisms.rights.rules import Outcome
from tests.fakes import s3
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights.company import AGENT, NOW, OPERATOR
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


PLACES = ("crm/customers.csv", "crm/eu/orders.csv")
RIGHTS = [*s3.WRITE, *s3.OLDER]


@pytest.fixture
def shop(sqlite_company: Company) -> Company:
    sqlite_company.fill(
        (
            "CREATE TABLE customer (id integer PRIMARY KEY, email varchar(90))",
            f"INSERT INTO customer VALUES (1, '{ANN}'), (2, '{BOB}')",
        )
    )
    sqlite_company.connect("shop")
    return sqlite_company


def filled(store: s3.Store) -> None:
    store.put(PLACES[0], CUSTOMERS.encode())
    store.put(PLACES[1], ORDERS.encode("gb18030"))
    store.put("crm/stock.csv", b"sku\n1\n")


def connected(store: s3.Store) -> str:
    """Connect the bucket and return the number of an erasure of Ann that is planned."""
    url = store.url(store.writer)
    connect_source(actor=OPERATOR, now=NOW, name="crm", url=url, write_url=url)
    apply_map(actor=OPERATOR, now=NOW, text=MAP)
    return planned("erasure", ANN)


def carried_out(store: s3.Store, number: str) -> queries.RequestView:
    """Carry the erasure out, and see that what stands in the bucket now is what it should be."""
    approve(number)
    work()
    customers = CUSTOMERS.replace("0001,Ann Smith,Ann@Example.com\n", "")
    assert store.get(PLACES[0]).decode() == customers
    left = "order_no,customer_id,备注\n9002,0002,电话联系\n"
    assert store.get(PLACES[1]).decode("gb18030") == left
    return queries.request_view(number)


def told(view: queries.RequestView) -> set[str]:
    """Return the reasons of what stays open that are about older versions."""
    reasons = {str(one["reason"]) for one in view.search["not_searched"]}
    return {reason for reason in reasons if reason.startswith("older_versions")}


def test_a_person_is_erased_in_a_database_and_in_a_bucket(shop: Company) -> None:
    with s3.running() as store:
        filled(store)
        view = carried_out(store, connected(store))
    assert shop.run("SELECT id FROM customer") == [(2,)]
    assert (view.outcome, told(view)) == (Outcome.ERASED, set())


@pytest.mark.promise(1)
def test_older_versions_of_what_was_written_anew_go_too_and_no_others(shop: Company) -> None:
    with s3.running() as store:
        store.keep_versions()
        filled(store)
        store.put(PLACES[0], CUSTOMERS.encode())  # as an export that comes daily
        store.put("crm/stock.csv", b"sku\n2\n")
        store.client.delete_object(Bucket=s3.BUCKET, Key="crm/stock.csv")  # which leaves a mark
        store.put("crm/customers.csv.old", b"sku\n1\n")
        store.put("crm/customers.csv.old", b"sku\n2\n")
        store.may("writer", RIGHTS)
        number = connected(store)
        plan = queries.request_view(number).plan
        assert plan is not None
        assert "older_versions_go" in {one["reason"] for one in plan.summary["not_covered"]}
        view = carried_out(store, number)
        assert (view.outcome, told(view)) == (Outcome.ERASED, {"older_versions_elsewhere"})
        assert view.search["older_versions_deleted"] == 3
        for place in PLACES:
            (only,) = store.client.list_object_versions(Bucket=s3.BUCKET, Prefix=f"{place}")["Versions"][:1]
            assert only["IsLatest"] and only["Key"] == place
        assert len(store.versions("crm/stock.csv")) == 2
        assert len(store.versions("crm/customers.csv.old")) == 2
        assert len(store.versions(PLACES[0])) == 1 + 2, "its own, and those of the key that begins alike"


@pytest.mark.parametrize(
    ("lacks", "reason"),
    [
        ("s3:DeleteObjectVersion", "older_versions_not_allowed"),
        ("s3:ListBucketVersions", "older_versions_unknown"),
    ],
)
@pytest.mark.promise(1)
def test_without_the_right_to_delete_older_versions_it_is_incomplete_until_somebody_has(
    shop: Company, lacks: str, reason: str
) -> None:
    with s3.running() as store:
        store.keep_versions()
        filled(store)
        store.may("writer", [right for right in RIGHTS if right != lacks])
        number = connected(store)
        view = carried_out(store, number)
        assert (view.outcome, told(view)) == (Outcome.INCOMPLETE, {reason})
        assert len(store.versions(PLACES[0])) == 2
        for place in PLACES:
            store.delete_older(place)
        store.may("writer", RIGHTS)
        executing.ask_search(actor=AGENT, now=NOW, number=number)
        work()
        assert queries.request_view(number).outcome == Outcome.ERASED


@pytest.mark.promise(1)
def test_a_legal_hold_on_an_older_version_is_told_and_nothing_is_called_erased(shop: Company) -> None:
    with s3.running(locks=True) as store:
        filled(store)
        store.hold(PLACES[0])
        store.may("writer", [*RIGHTS, "s3:GetObjectVersion"])  # moto asks for it where a hold is looked at
        view = carried_out(store, connected(store))
        assert (view.outcome, told(view)) == (Outcome.INCOMPLETE, {"older_versions_locked"})
        assert len(store.versions(PLACES[0])) == 2 and len(store.versions(PLACES[1])) == 1


def test_without_a_search_older_versions_are_named_as_what_may_still_be_there(
    shop: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise refusals.DriverMissing(source="crm", extra="s3")

    with s3.running() as store:
        store.keep_versions()
        filled(store)
        store.may("writer", RIGHTS)
        number = connected(store)
        monkeypatch.setattr(erasure_workflow, "without_older", refuse)
        view = carried_out(store, number)
        assert (view.outcome, told(view)) == (Outcome.INCOMPLETE, {"older_versions_kept"})


def test_where_the_new_object_is_refused_no_older_version_is_deleted(shop: Company) -> None:
    with s3.running() as store:
        store.keep_versions()
        filled(store)
        filled(store)
        store.may("writer", [right for right in RIGHTS if right != "s3:PutObject"])
        number = connected(store)
        approve(number)
        work()
        assert queries.request_view(number).outcome == Outcome.INCOMPLETE
        assert [len(store.versions(place)) for place in PLACES] == [2, 2]
