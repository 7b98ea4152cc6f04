"""The mutation list of DESIGN.md: a product that misbehaves must never end in `erased`.

Each line of it that matters is broken by patching, and the check named beside it must notice.
"""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from discreet.engines.subjects import plan as plan_engine
from discreet.engines.subjects import search as search_engine
from discreet.engines.subjects.captures import Budget, Captured, SearchResult
from discreet.engines.subjects.graph import Graph
from discreet.engines.subjects.limits import EmptyIdentity
from discreet.engines.subjects.sharing import Detector, Sharing
from discreet.engines.subjects.values import ValueSearch
from discreet.foundation.desk import csv_cells
from discreet.foundation.jobs import claims
from discreet.foundation.jobs.context import Fence, FenceLost
from discreet.foundation.jobs.models import Job, Worker
from discreet.foundation.keys import api as keys
from discreet.foundation.keys.models import CaseKey
from discreet.foundation.ledger.models import LedgerEntry
from discreet.foundation.sources import session
from discreet.mechanisms.rights import planning, queries, results
from discreet.mechanisms.rights.actions import deciding, executing, receiving
from discreet.mechanisms.rights.copying import values as package_values
from discreet.mechanisms.rights.erasing import workflows as erasure_workflow
from discreet.mechanisms.rights.erasing import writes as erasure_writes
from discreet.mechanisms.rights.matching import finding
from discreet.mechanisms.rights.models import Batch, RightsRequest
from discreet.mechanisms.rights.opening import given
from discreet.mechanisms.rights.refusals import SamePersonApproves
from discreet.mechanisms.rights.rules import ApprovalStep, Outcome, State
from discreet.vocabulary.errors import Refused
from tests.faults.misbehaving import ARCHIVE_MAP, COPIES, RESTORES, mapped, undone_update
from tests.foundation.sources.conftest import Company, _fresh_pools, sqlite_company
from tests.mechanisms.rights import company as ours
from tests.mechanisms.rights.company import AGENT, ANN, APPROVER, CLEO, NOW, who
from tests.mechanisms.rights.driving import accepted, batch_of, erased, planned, work
from tests.mechanisms.rights.test_no_trace import traces

__all__ = ["_fresh_pools", "sqlite_company"]

# what is broken, and the check that must notice


def check_a_row_that_comes_back_is_found(company: Company) -> None:
    mapped(company, extra=RESTORES["sqlite"])
    assert erased(CLEO).outcome == Outcome.INCOMPLETE


def check_a_copy_is_found(company: Company) -> None:
    mapped(company, extra=COPIES["sqlite"], more_map=ARCHIVE_MAP)
    assert erased(CLEO).outcome == Outcome.INCOMPLETE


def check_an_undone_update_is_found(company: Company) -> None:
    undone_update(company)
    assert erased(ANN).outcome == Outcome.INCOMPLETE


def check_what_cannot_be_written_is_not_called_erased(company: Company) -> None:
    company.fill((*ours.TABLES, *ours.ROWS))
    company.connect("shop", writable=False)
    ours.map_company("shop")
    assert erased(CLEO).outcome == Outcome.INCOMPLETE


def check_more_rows_are_sent_back(company: Company) -> None:
    mapped(company)
    number = accepted(CLEO)
    company.run("INSERT INTO login VALUES (99, 3, '192.0.2.9', NULL)")
    work()
    assert queries.request_view(number).state is State.PLANNED


def work_with_a_new_row_before(company: Company, step: str) -> None:
    """Work, while the company's program adds a row of Cleo's right before a step."""
    taken = getattr(erasure_workflow, step)

    def after_a_new_row(*args: Any) -> Any:
        company.run("INSERT OR IGNORE INTO login VALUES (99, 3, '192.0.2.9', NULL)")
        return taken(*args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(erasure_workflow, step, after_a_new_row)
        work()


def check_a_row_added_before_the_write_comes_back(company: Company) -> None:
    mapped(company)
    number = accepted(CLEO)
    work_with_a_new_row_before(company, "write_sources")
    assert queries.request_view(number).state is State.PLANNED


def check_a_row_added_after_the_write_is_found(company: Company) -> None:
    mapped(company)
    number = accepted(CLEO)
    work_with_a_new_row_before(company, "search_again")
    assert queries.request_view(number).outcome == Outcome.INCOMPLETE


def check_a_text_that_names_the_person_is_found(company: Company) -> None:
    mapped(company)
    company.run(f"UPDATE orders SET note = 'for {CLEO}' WHERE id = 11")
    assert erased(CLEO).outcome == Outcome.INCOMPLETE


def check_one_person_cannot_erase(company: Company) -> None:
    mapped(company)
    number = planned(email=CLEO)
    batch_id, digest = batch_of(number), queries.plan_view(batch_of(number)).digest
    steps: list[object] = []
    for _ in range(2):
        try:
            steps.append(
                deciding.accept_erasure(actor=APPROVER, now=NOW, batch_id=batch_id, plan_digest=digest)
            )
        except Refused as refusal:
            steps.append(type(refusal))
    assert steps == [ApprovalStep.FIRST, SamePersonApproves]


def check_what_the_law_keeps_stays(company: Company) -> None:
    mapped(company)
    erased(ANN)
    assert company.run("SELECT total FROM orders WHERE id = 10") == [(5,)]


def check_the_neighbours_address_stays(company: Company) -> None:
    mapped(company, links=False)
    erased(ANN)
    assert company.run("SELECT street FROM address WHERE id = 1") == [("Shared Lane 1",)]


def check_the_outcome_is_recorded_after_the_search(company: Company) -> None:
    mapped(company)
    recorded: list[bool] = []
    search = erasure_workflow.fresh_search

    def spy(**given: Any) -> SearchResult:
        recorded.append(LedgerEntry.objects.filter(act="rights.finish_erasure").exists())
        return search(**given)

    erasure_workflow.fresh_search = spy
    try:
        erased(CLEO)
    finally:
        erasure_workflow.fresh_search = search
    assert recorded == [False]


def check_a_late_worker_writes_nothing(company: Company) -> None:
    mapped(company)
    number = accepted(CLEO)
    Worker.objects.create(pk="late", host="here", pid=1)
    (claim,) = [
        one
        for one in claims.claim_waiting(worker="late", limit=9, now=datetime.now(UTC))
        if one.workflow == "rights.erase"
    ]
    batch_id = batch_of(number)
    erasure_workflow.capture(batch_id, 1)
    claims.take_over(dead_worker="late", now=datetime.now(UTC))
    with contextlib.suppress(FenceLost):
        erasure_workflow.write_sources(batch_id, 1, ["shop"], Fence(key=claim.key, number=claim.fence))
    assert company.run("SELECT count(*) FROM customer WHERE id = 3") == [(1,)]
    assert Job.objects.get(key=claim.key).state == "waiting"


def check_evidence_stands_before_a_look_up_reads(company: Company) -> None:
    mapped(company)
    noted: list[bool] = []
    reading = session.reading

    def spy(*args: Any, **given: Any) -> Any:
        noted.append(LedgerEntry.objects.filter(act="rights.look_up").exists())
        return reading(*args, **given)

    session.reading = spy
    try:
        finding.find_person(actor=AGENT, now=NOW, source="shop", claim=who(CLEO))
    finally:
        session.reading = reading
    assert noted and all(noted)


def check_an_empty_identity_is_refused(company: Company) -> None:
    with contextlib.suppress(EmptyIdentity):
        receiving.receive_request(actor=AGENT, now=NOW, kind="erasure", claim=who(" "), channel="desk")
    assert RightsRequest.objects.count() == 0


def check_the_key_dies_with_the_request(company: Company) -> None:
    mapped(company)
    erased(CLEO)
    assert not CaseKey.objects.filter(pk=Batch.objects.get().key_id).exists()


def check_nothing_of_a_person_is_stored_in_the_clear(company: Company) -> None:
    mapped(company)
    planned(email=ANN)
    assert traces() == []


def check_no_cell_is_a_formula(company: Company) -> None:
    assert package_values.csv_cell("=HYPERLINK(1)").startswith("'")


def check_a_second_run_finds_its_work_done(company: Company) -> None:
    mapped(company)
    number = accepted(CLEO)
    work()
    before = queries.request_view(number)
    erasure_workflow.search_again(batch_of(number), 1)
    assert queries.request_view(number).completed_at == before.completed_at
    assert LedgerEntry.objects.filter(act="rights.finish_erasure", subject=f"request:{number}").count() == 1


NOTHING_FOUND = SearchResult(found=(), searched=(), not_searched=())


def certificate_first(batch_id: int, run: int) -> str:
    member = queries.members(batch_id)[0]
    plan = executing.PersonResult(number=member.number, outcome=Outcome.ERASED, kept=(), facts={})
    executing.finish_erasure(now=NOW, batch_id=batch_id, run=run, search={}, results=[plan], contacts={})
    nothing = Captured(values=(), gone=(), blanked=(), stays={}, others={})
    erasure_workflow.fresh_search(graph=Graph(tables={}), readers={}, captured=nothing, budget=Budget())
    return "erased"


def look_up_late(*, actor: object, now: datetime, source: str, claim: object) -> None:
    with session.read(source):
        pass
    finding.record_look_up(actor=actor, now=now, source=source, by=["email"])  # type: ignore[arg-type]


def lawless(**given: Any) -> Any:
    reach = given["reach"]
    tables = {ref: replace(table, keep=None) for ref, table in reach.graph.tables.items()}
    graph = replace(reach.graph, tables=tables)
    found = {ref: replace(one, table=tables[ref]) for ref, one in reach.tables.items()}
    return plan_engine.make_plan(**{**given, "reach": replace(reach, graph=graph, tables=found)})


Patch = tuple[object, str, object]
Check = Callable[[Company], None]
# What the plan should have seen is seen again by the write: a wall behind the one that is taken away here.
NO_SECOND_WALL = (erasure_writes, "refuse_newcomers", lambda *_: None)
MUTATIONS: dict[str, tuple[list[Patch], Check]] = {
    "search skipped": (
        [(erasure_workflow, "fresh_search", lambda **_: NOTHING_FOUND)],
        check_a_row_that_comes_back_is_found,
    ),
    "rows not searched by key, nor values": (
        [
            (search_engine._FreshSearch, "rows", lambda *_: search_engine._Part()),
            (search_engine._FreshSearch, "values", lambda *_: None),
        ],
        check_a_row_that_comes_back_is_found,
    ),
    "values not searched": (
        [(search_engine._FreshSearch, "values", lambda *_: None)],
        check_a_copy_is_found,
    ),
    "emptied fields not searched": (
        [(search_engine._FreshSearch, "fields", lambda *_: search_engine._Part())],
        check_an_undone_update_is_found,
    ),
    "outcome from what was planned": (
        [(results, "erasure_outcome", lambda _: Outcome.ERASED)],
        check_a_row_that_comes_back_is_found,
    ),
    "what cannot be written counts as done": (
        [
            (results, "NOT_CARRIED_OUT", frozenset()),
            (erasure_workflow, "fresh_search", lambda **_: NOTHING_FOUND),
        ],
        check_what_cannot_be_written_is_not_called_erased,
    ),
    "approval not bound to the plan": (
        [(plan_engine, "plan_digest", lambda **_: "0" * 64), NO_SECOND_WALL],
        check_more_rows_are_sent_back,
    ),
    "rows added meanwhile not refused": ([NO_SECOND_WALL], check_a_row_added_before_the_write_comes_back),
    "rows added meanwhile not searched": (
        [(search_engine._FreshSearch, "links", lambda *_: search_engine._Part())],
        check_a_row_added_after_the_write_is_found,
    ),
    "texts not searched": (
        [(search_engine, "search_texts", lambda **_: ValueSearch([], [], []))],
        check_a_text_that_names_the_person_is_found,
    ),
    "two eyes": (
        [(deciding, "erasure_approval", lambda **given: ApprovalStep.SECOND)],
        check_one_person_cannot_erase,
    ),
    "duties to keep ignored": (
        [(planning, "make_plan", lawless)],
        check_what_the_law_keeps_stays,
    ),
    "sharing not detected": (
        [(Detector, "detect", lambda self: Sharing()), NO_SECOND_WALL],
        check_the_neighbours_address_stays,
    ),
    "certificate before search": (
        [(erasure_workflow, "search_again", certificate_first)],
        check_the_outcome_is_recorded_after_the_search,
    ),
    "fence not checked": (
        [(Fence, "check", lambda self: None)],
        check_a_late_worker_writes_nothing,
    ),
    "evidence after the read": (
        [(finding, "find_person", look_up_late)],
        check_evidence_stands_before_a_look_up_reads,
    ),
    "empty identity accepted": (
        [(given, "check_identity", lambda **_: None)],
        check_an_empty_identity_is_refused,
    ),
    "key kept": (
        [(keys, "destroy_case_key", lambda *_: None)],
        check_the_key_dies_with_the_request,
    ),
    "stored in the clear": (
        [
            (keys, "seal", lambda case_id, plaintext, aad: plaintext),
            (keys, "open_sealed", lambda case_id, sealed, aad: sealed),
        ],
        check_nothing_of_a_person_is_stored_in_the_clear,
    ),
    "formulas not escaped": ([(csv_cells, "FORMULA_STARTS", ())], check_no_cell_is_a_formula),
}


@pytest.mark.parametrize(
    "check", sorted({check for _, check in MUTATIONS.values()}, key=lambda c: c.__name__)
)
def test_the_check_passes_on_the_product_as_it_is(sqlite_company: Company, db: None, check: Check) -> None:
    check(sqlite_company)


@pytest.mark.parametrize("name", MUTATIONS)
def test_the_mutation_turns_its_check_red(
    sqlite_company: Company, db: None, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    patches, check = MUTATIONS[name]
    for target, attribute, mutant in patches:
        monkeypatch.setattr(target, attribute, mutant)
    with pytest.raises(AssertionError):
        check(sqlite_company)


def test_a_step_that_runs_again_changes_nothing(sqlite_company: Company, db: None) -> None:
    check_a_second_run_finds_its_work_done(sqlite_company)
