"""A world that misbehaves, or a run that leaves work undone, ends `incomplete`, never `erased`."""

from typing import Any

import pytest

from discreet.foundation.ledger.models import LedgerEntry
from discreet.foundation.sources.transactions import WriteSession
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.erasing import workflows as erasure_workflow
from discreet.mechanisms.rights.erasing import writes as erasure_writes
from discreet.mechanisms.rights.rules import Outcome, State
from tests.faults.misbehaving import ARCHIVE, ARCHIVE_MAP, COPIES, KEEPS, RESTORES, mapped, undone_update
from tests.foundation.sources.conftest import (
    Company,
    _fresh_pools,
    company,
    mariadb_company,
    postgresql_company,
    sqlite_company,
)
from tests.mechanisms.rights.company import ANN, CLEO
from tests.mechanisms.rights.driving import accepted, erased, failures, work

__all__ = ["_fresh_pools", "company", "mariadb_company", "postgresql_company", "sqlite_company"]


@pytest.fixture
def shop(sqlite_company: Company, db: None) -> Company:
    return mapped(sqlite_company)


def ends_incomplete(email: str) -> queries.RequestView:
    view = erased(email)
    assert failures() == []
    assert (view.state, view.outcome) == (State.DONE, Outcome.INCOMPLETE)
    return view


@pytest.mark.promise(1)
@pytest.mark.parametrize("triggers", [RESTORES, KEEPS], ids=["restores the row", "keeps the row"])
def test_a_trigger_that_undoes_the_deletion_ends_incomplete(
    company: Company, db: None, triggers: dict[str, tuple[str, ...]]
) -> None:
    if company.engine not in triggers:
        triggers = COPIES  # there a trigger cannot write the table that fired it: it copies
    extra = triggers[company.engine]
    mapped(company, extra=extra, more_map=ARCHIVE_MAP if ARCHIVE in extra else "")
    view = ends_incomplete(CLEO)
    assert view.search["found"]


@pytest.mark.promise(1)
def test_a_copy_under_another_key_ends_incomplete(company: Company, db: None) -> None:
    mapped(company, extra=COPIES[company.engine], more_map=ARCHIVE_MAP)
    ends_incomplete(CLEO)


@pytest.mark.promise(1)
def test_a_copy_of_an_address_that_changed_after_the_approval_ends_incomplete(
    company: Company, db: None
) -> None:
    """The rows are those approved, so the plan holds; the search looks for the values as they are now."""
    mapped(company, extra=COPIES[company.engine], more_map=ARCHIVE_MAP)
    company.run("UPDATE customer SET phone = '+41446681899' WHERE id = 3")
    number = accepted(CLEO)
    company.run("UPDATE customer SET email = 'moved@example.net' WHERE id = 3")
    work()
    assert failures() == []
    assert queries.request_view(number).outcome == Outcome.INCOMPLETE


def test_an_update_that_a_trigger_undoes_ends_incomplete(sqlite_company: Company, db: None) -> None:
    undone_update(sqlite_company)
    ends_incomplete(ANN)


def test_a_constraint_that_refuses_ends_incomplete(sqlite_company: Company, db: None) -> None:
    refuses = "CREATE TRIGGER no BEFORE DELETE ON customer BEGIN SELECT RAISE(ABORT, 'never'); END"
    mapped(sqlite_company, extra=(refuses,))
    ends_incomplete(CLEO)
    assert sqlite_company.run("SELECT email FROM customer WHERE id = 3") == [(CLEO,)]
    assert sqlite_company.run("SELECT count(*) FROM login WHERE customer_id = 3") == [(1,)]
    assert LedgerEntry.objects.filter(act="rights.record_source_refusal").count() == 1


def test_a_table_that_is_gone_before_the_search_ends_incomplete(
    shop: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = erasure_workflow.write_sources

    def write_then_lose(*args: Any) -> bool:
        done = write(*args)
        shop.run("DROP TABLE login")
        return done

    monkeypatch.setattr(erasure_workflow, "write_sources", write_then_lose)
    ends_incomplete(CLEO)


def test_what_signs_up_again_before_the_search_is_not_called_erased(
    shop: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = erasure_workflow.write_sources

    def write_then_return(*args: Any) -> bool:
        done = write(*args)
        shop.run(f"INSERT INTO customer VALUES (77, '{CLEO}', NULL, 'Cleo again', NULL, NULL)")
        return done

    monkeypatch.setattr(erasure_workflow, "write_sources", write_then_return)
    ends_incomplete(CLEO)


@pytest.mark.promise(1)
def test_a_run_that_deletes_only_the_root_row_fails_the_fresh_search(
    sqlite_company: Company, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    mapped(sqlite_company, links=False)
    run = erasure_writes.run_operation
    monkeypatch.setattr(
        erasure_writes,
        "run_operation",
        lambda writer, one: run(writer, one) if one.table.table == "customer" else 0,
    )
    ends_incomplete(CLEO)
    assert sqlite_company.run("SELECT count(*) FROM customer WHERE id = 3") == [(0,)]


def test_a_run_that_writes_nothing_ends_incomplete(shop: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasure_writes, "run_operation", lambda writer, one: len(one.keys))
    ends_incomplete(CLEO)


def test_a_run_that_commits_nothing_ends_incomplete(shop: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WriteSession, "commit", lambda self, before_commit: None)
    ends_incomplete(CLEO)
