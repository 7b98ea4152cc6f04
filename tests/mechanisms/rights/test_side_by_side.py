"""Several sources are read, written and searched side by side, and none waits for another one that is slow or down."""

import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from discreet.foundation.jobs.api import FenceLost
from discreet.foundation.jobs.models import Job
from discreet.foundation.ledger.models import LedgerEntry
from discreet.foundation.sources import pools
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.actions import executing
from discreet.mechanisms.rights.copying import preview
from discreet.mechanisms.rights.erasing import workflows as erasure_workflow
from discreet.mechanisms.rights.models import SourceOutcome
from discreet.mechanisms.rights.rules import Outcome, State
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights import company as ours
from tests.mechanisms.rights.company import CLEO
from tests.mechanisms.rights.driving import accepted, hand_over, planned, verified, work

pytestmark = [pytest.mark.django_db, pytest.mark.duty("M8.4")]
PATIENCE_S = 60
LOOK_UP = re.compile(r"SELECT.*\bcustomer\b", re.DOTALL)
WRITE = re.compile(r"(DELETE FROM|UPDATE).*\b(login|customer)\b", re.DOTALL)


def two_shops(folder: Path) -> dict[str, Company]:
    return {name: connected(name, on_sqlite(folder / f"{name}.sqlite")) for name in ("east", "west")}


def on_sqlite(path: Path) -> Company:
    opened = sqlite3.connect(path, isolation_level=None)
    return Company(
        engine="sqlite",
        url=f"sqlite:///{path}",
        run=lambda sql, args=(): opened.execute(sql, args).fetchall(),
    )


def connected(name: str, company: Company) -> Company:
    ours.fill(company)
    company.connect(name)
    ours.map_company(name)
    return company


@pytest.fixture
def shops(tmp_path: Path) -> dict[str, Company]:
    """Cleo in two databases."""
    return two_shops(tmp_path)


@contextmanager
def before_statements(act: Callable[[str, str], None]) -> Iterator[None]:
    """Call `act` with the source and the text, before each statement on any of them."""

    def listen(connection: sa.Connection, _cursor: object, text: str, *_: object) -> None:
        known = {id(engine): name for (_, name, _), (_, engine) in pools._engines.items()}
        act(known[id(connection.engine)], text)

    event.listen(sa.Engine, "before_cursor_execute", listen)
    try:
        yield
    finally:
        event.remove(sa.Engine, "before_cursor_execute", listen)


@contextmanager
def meeting(pattern: re.Pattern[str], *, of: int) -> Iterator[set[str]]:
    """Let the first such statement of each source wait until those of all sources are under way."""
    barrier, met, lock = threading.Barrier(of, timeout=PATIENCE_S), set[str](), threading.Lock()

    def wait(source: str, text: str) -> None:
        with lock:
            is_first = source not in met and pattern.search(text) is not None
            if is_first:
                met.add(source)
        if is_first:
            barrier.wait()

    with before_statements(wait):
        yield met


@pytest.mark.postgresql
@pytest.mark.mariadb
def test_finding_copying_writing_and_searching_go_side_by_side_on_three_kinds_of_server(
    tmp_path: Path, postgresql_company: Company, mariadb_company: Company
) -> None:
    """Each source's statement waits for those of the others: one after the other none would ever end."""
    on = {"lite": on_sqlite(tmp_path / "lite.sqlite"), "post": postgresql_company, "maria": mariadb_company}
    for name, company in on.items():
        connected(name, company)
    with meeting(LOOK_UP, of=3) as met:
        erasure = accepted(CLEO)
        assert len(met) == 3
    with meeting(WRITE, of=3) as met:
        work()
        assert len(met) == 3
    assert queries.request_view(erasure).outcome == Outcome.ERASED
    assert SourceOutcome.objects.count() == 3
    copy = planned("access", ours.ANN)
    with meeting(re.compile(r"SELECT.*\bstreet\b", re.DOTALL), of=3) as met:
        assert {one.source for one in preview.preview(copy)} == set(on)
        assert len(met) == 3
    with meeting(LOOK_UP, of=3):
        hand_over(copy)
        work()
    assert queries.request_view(copy).outcome == Outcome.DELIVERED


def test_the_fresh_search_reads_every_source_at_once(shops: dict[str, Company]) -> None:
    number = accepted(CLEO)
    batch_id = queries.batch_of(number)
    erasure_workflow.capture(batch_id, 1)
    erasure_workflow.write_sources(batch_id, 1, ["east", "west"], Held())  # type: ignore[arg-type]
    with meeting(LOOK_UP, of=2) as met:
        assert erasure_workflow.search_again(batch_id, 1) == Outcome.ERASED.value
    assert len(met) == 2


class Held:
    """A fence that is held, or lost."""

    def __init__(self, *, is_lost: bool = False) -> None:
        self.is_lost = is_lost
        self.asked_by: list[str] = []

    def check(self) -> None:
        self.asked_by.append(threading.current_thread().name)
        if self.is_lost:
            raise FenceLost


def approved_and_captured() -> int:
    batch_id = queries.batch_of(accepted(CLEO))
    assert erasure_workflow.capture(batch_id, 1) == ["east", "west"]
    return batch_id


def holds_cleo(company: Company) -> bool:
    return company.run("SELECT count(*) FROM customer WHERE id = 3") == [(1,)]


def test_a_source_that_is_through_is_recorded_while_another_is_still_writing(
    shops: dict[str, Company], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The slow one goes on only when the other one's outcome stands in the records."""
    batch_id, is_recorded = approved_and_captured(), threading.Event()
    record = executing.record_source_outcome

    def recorded(**given: Any) -> None:
        record(**given)
        is_recorded.set()

    monkeypatch.setattr(executing, "record_source_outcome", recorded)

    def hold(source: str, text: str) -> None:
        if source == "east" and text.startswith("DELETE"):
            assert is_recorded.wait(PATIENCE_S)

    with before_statements(hold):
        assert erasure_workflow.write_sources(batch_id, 1, ["east", "west"], Held())  # type: ignore[arg-type]
    outcomes = SourceOutcome.objects.order_by("id").values_list("source", flat=True)
    assert list(outcomes) == ["west", "east"]
    assert not holds_cleo(shops["east"]) and not holds_cleo(shops["west"])


def test_a_source_that_is_down_keeps_none_of_the_others_from_being_written(
    shops: dict[str, Company], tmp_path: Path
) -> None:
    number = accepted(CLEO)
    batch_id = queries.batch_of(number)
    erasure_workflow.capture(batch_id, 1)
    pools.dispose_all()
    (tmp_path / "east.sqlite").rename(tmp_path / "away")
    work()
    assert Job.objects.get(workflow="rights.erase").state == "waiting"
    assert [one.source for one in SourceOutcome.objects.all()] == ["west"]
    assert not holds_cleo(shops["west"])
    (tmp_path / "away").rename(tmp_path / "east.sqlite")
    Job.objects.filter(state="waiting").update(next_try_at=None)
    work()
    assert queries.request_view(number).outcome == Outcome.ERASED
    assert LedgerEntry.objects.filter(act="rights.record_source_outcome").count() == 2
    assert not holds_cleo(shops["east"])


@pytest.mark.promise(2)
def test_rows_that_changed_hands_in_one_source_leave_every_source_unwritten(
    shops: dict[str, Company],
) -> None:
    """Whichever is looked at first: the plan is sent back whole."""
    batch_id = approved_and_captured()
    shops["west"].run("UPDATE login SET customer_id = 2 WHERE customer_id = 3")
    assert not erasure_workflow.write_sources(batch_id, 1, ["east", "west"], Held())  # type: ignore[arg-type]
    assert holds_cleo(shops["east"]) and holds_cleo(shops["west"])
    assert SourceOutcome.objects.count() == 0
    assert queries.state_of_batch(batch_id) is State.PLANNED


def test_a_source_that_refuses_for_good_is_named_and_the_other_is_written(shops: dict[str, Company]) -> None:
    shops["east"].run(
        "CREATE TRIGGER never BEFORE DELETE ON customer BEGIN SELECT RAISE(ABORT, 'never'); END"
    )
    number = accepted(CLEO)
    work()
    assert queries.request_view(number).outcome == Outcome.INCOMPLETE
    assert LedgerEntry.objects.filter(act="rights.record_source_refusal").count() == 1
    assert [one.source for one in SourceOutcome.objects.all()] == ["west"]
    assert holds_cleo(shops["east"]) and not holds_cleo(shops["west"])


@pytest.mark.promise(6)
def test_a_worker_that_lost_its_fence_commits_in_no_source(shops: dict[str, Company]) -> None:
    """The fence is asked by the job's own thread: no other one has a connection to our database."""
    batch_id, fence = approved_and_captured(), Held(is_lost=True)
    with pytest.raises(FenceLost):
        erasure_workflow.write_sources(batch_id, 1, ["east", "west"], fence)  # type: ignore[arg-type]
    assert fence.asked_by == [threading.current_thread().name] * 2
    assert holds_cleo(shops["east"]) and holds_cleo(shops["west"])
    assert SourceOutcome.objects.count() == 0


def test_an_outcome_that_cannot_be_recorded_is_raised_when_the_other_one_stands(
    shops: dict[str, Company], monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_id, record = approved_and_captured(), executing.record_source_outcome

    def full_for_one(**given: Any) -> None:
        if given["source"] == "east":
            raise OSError("disk full")
        record(**given)

    monkeypatch.setattr(executing, "record_source_outcome", full_for_one)
    with pytest.raises(OSError, match="disk full"):
        erasure_workflow.write_sources(batch_id, 1, ["east", "west"], Held())  # type: ignore[arg-type]
    assert [one.source for one in SourceOutcome.objects.all()] == ["west"]
    monkeypatch.undo()
    assert erasure_workflow.write_sources(batch_id, 1, ["east", "west"], Held())  # type: ignore[arg-type]
    assert SourceOutcome.objects.count() == 2
    assert not holds_cleo(shops["east"])


def test_threads_are_few_and_used_again(shops: dict[str, Company]) -> None:
    planned(email=ours.ANN)
    before = threading.active_count()
    for email in (ours.BOB, CLEO):
        verified(email=email)
        work()
    assert threading.active_count() == before
