"""What the company's programs add while an erasure waits: sent back, or found, and never called erased."""

import re

import pytest

from discreet.foundation.ledger.models import LedgerEntry
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.erasing import workflows as erasure_workflow
from discreet.mechanisms.rights.rules import Outcome, State
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights.company import ANN, CLEO, ROWS, TABLES, map_company
from tests.mechanisms.rights.driving import approve, failures, planned, work

pytestmark = [pytest.mark.promise(1), pytest.mark.promise(2), pytest.mark.duty("M8.4")]
DECLARED = re.compile(r", FOREIGN KEY \(\w+\) REFERENCES \w+ \(\w+\)")
NEW_LOGIN = "INSERT INTO login VALUES (77, 3, '192.0.2.77', NULL)"
NEW_ORDER = "INSERT INTO orders VALUES (78, 1, '2026-02-02', 'Ann, 7 Secret Street', 9)"


@pytest.fixture
def shop(company: Company, db: None) -> Company:
    """Nothing but Discreet knows how the tables hang together: no constraint holds a row back."""
    company.fill(tuple(DECLARED.sub("", statement) for statement in (*TABLES, *ROWS)))
    company.connect("shop")
    map_company(is_kept=False)
    return company


def worked(shop: Company, monkeypatch: pytest.MonkeyPatch, *, who: str, before: str, adds: str) -> str:
    """Carry out an approved erasure, while a statement of the company runs once, right before a step."""
    number = planned("erasure", who)
    approve(number)
    step, left = getattr(erasure_workflow, before), [adds]

    def then(*args: object) -> object:
        if left:
            shop.run(left.pop())
        return step(*args)

    monkeypatch.setattr(erasure_workflow, before, then)
    work()
    assert failures() == []
    return number


def test_a_row_added_after_the_last_look_sends_the_plan_back(
    shop: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = worked(shop, monkeypatch, who=CLEO, before="write_sources", adds=NEW_LOGIN)
    assert queries.state_of_request(number) is State.PLANNED
    assert shop.run("SELECT count(*) FROM login WHERE customer_id = 3") == [(2,)], "nothing was written"
    approve(number)
    work()
    assert queries.request_view(number).outcome == Outcome.ERASED
    assert shop.run("SELECT count(*) FROM login WHERE customer_id = 3") == [(0,)]


def test_a_part_that_somebody_else_began_to_use_is_not_destroyed(
    shop: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twin One moves in with Cleo between the last look and the write."""
    number = worked(
        shop,
        monkeypatch,
        who=CLEO,
        before="write_sources",
        adds="UPDATE customer SET address_id = 2 WHERE id = 4",
    )
    assert queries.state_of_request(number) is State.PLANNED
    approve(number)
    work()
    assert shop.run("SELECT street FROM address WHERE id = 2") == [("Lone Road 2",)]


def test_a_row_added_after_the_write_is_found_by_the_search(
    shop: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = worked(shop, monkeypatch, who=ANN, before="search_again", adds=NEW_ORDER)
    view = queries.request_view(number)
    assert (view.outcome, view.search["found"]) == (Outcome.INCOMPLETE, 1)


def test_rows_that_were_gone_already_are_told_apart_from_those_erased(
    shop: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The company's programs, or a run of ours that was killed after its commit, were there before."""
    number = worked(
        shop, monkeypatch, who=CLEO, before="write_sources", adds="DELETE FROM login WHERE id = 23"
    )
    assert queries.request_view(number).outcome == Outcome.ERASED
    body = LedgerEntry.objects.get(act="rights.record_source_outcome").body
    assert '"found_gone":1' in body
