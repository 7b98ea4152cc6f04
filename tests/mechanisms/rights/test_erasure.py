"""Erasure on real databases: what goes, what stays and why, and what may be said afterwards."""

import pytest

from discreet.foundation.keys import api as keys
from discreet.foundation.keys.api import KeyDestroyed
from discreet.mechanisms.rights.models import Batch
from discreet.mechanisms.rights.rules import Outcome, State
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights.company import ANN, BOB, CLEO
from tests.mechanisms.rights.driving import erased, failures


def count(company: Company, sql: str) -> int:
    return int(str(company.run(sql)[0][0]))


@pytest.mark.promise(1)
def test_a_person_without_duties_is_erased_with_what_was_soft_deleted(any_free_shop: Company) -> None:
    view = erased(CLEO)
    assert failures() == []
    assert (view.state, view.outcome) == (State.DONE, Outcome.ERASED)
    assert count(any_free_shop, "SELECT count(*) FROM customer WHERE id = 3") == 0
    assert count(any_free_shop, "SELECT count(*) FROM login WHERE customer_id = 3") == 0
    assert count(any_free_shop, "SELECT count(*) FROM address WHERE id = 2") == 0
    assert view.kept == ()


def test_an_address_that_another_customer_uses_stays_with_the_link_removed(any_free_shop: Company) -> None:
    view = erased(ANN)
    assert failures() == []
    assert count(any_free_shop, "SELECT count(*) FROM customer WHERE id = 1") == 0
    assert any_free_shop.run("SELECT street FROM address WHERE id = 1") == [("Shared Lane 1",)]
    assert any_free_shop.run("SELECT address_id FROM customer WHERE id = 2") == [(1,)]
    assert [one["table"] for one in view.kept] == ["address"]
    assert view.outcome == Outcome.ERASED_EXCEPT_KEPT


@pytest.mark.duty("M8.4")
def test_erasure_keeps_what_tax_law_requires_and_says_why(any_shop: Company) -> None:
    view = erased(ANN)
    assert failures() == []
    assert view.outcome == Outcome.ERASED_EXCEPT_KEPT
    (order,) = [one for one in view.kept if one["table"] == "orders"]
    assert order["article"] == "Art. 958f OR; GDPR Art. 17(3)(b)"
    assert order["until"] == "2035-05-01"
    assert order["reason_zh"] == "账簿须保存十年。"
    assert any_shop.run("SELECT note, total FROM orders WHERE id = 10") == [(None, 5)]
    assert any_shop.run("SELECT email, phone, name FROM customer WHERE id = 1") in (
        [],
        [(None, None, None)],
    )
    assert count(any_shop, "SELECT count(*) FROM login WHERE customer_id = 1") == 0


def test_nobody_elses_row_changes(any_shop: Company) -> None:
    before = [
        any_shop.run(sql)
        for sql in (
            "SELECT * FROM customer WHERE id <> 1 ORDER BY id",
            "SELECT * FROM orders WHERE id <> 10 ORDER BY id",
            "SELECT * FROM login WHERE customer_id <> 1 ORDER BY id",
            "SELECT * FROM address ORDER BY id",
            "SELECT * FROM line WHERE order_id <> 10 ORDER BY order_id, place",
        )
    ]
    erased(ANN)
    after = [
        any_shop.run(sql)
        for sql in (
            "SELECT * FROM customer WHERE id <> 1 ORDER BY id",
            "SELECT * FROM orders WHERE id <> 10 ORDER BY id",
            "SELECT * FROM login WHERE customer_id <> 1 ORDER BY id",
            "SELECT * FROM address ORDER BY id",
            "SELECT * FROM line WHERE order_id <> 10 ORDER BY order_id, place",
        )
    ]
    assert after == before


def test_both_people_of_one_address_can_be_erased_one_after_the_other(free_shop: Company) -> None:
    erased(ANN)
    view = erased(BOB)
    assert failures() == []
    assert view.outcome == Outcome.ERASED
    assert count(free_shop, "SELECT count(*) FROM address WHERE id = 1") == 0


def test_after_closure_nothing_opens_plan_or_capture(shop: Company) -> None:
    erased(ANN)
    batch = Batch.objects.get()
    assert (batch.plan_sealed, batch.capture_sealed) == (None, None)
    with pytest.raises(KeyDestroyed):
        keys.seal(batch.key_id, b"x", "plan")
