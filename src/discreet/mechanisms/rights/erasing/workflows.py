"""An erasure carried out: act (intent) → I/O → act (outcome), each step once for good.

Source: DESIGN.md, Erasure; failure promises 1, 2, 6, 28.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from discreet.engines.subjects.captured import captured_values
from discreet.engines.subjects.captures import Captured, CapturedValue, SearchResult
from discreet.engines.subjects.found import as_set
from discreet.engines.subjects.graph import Graph
from discreet.engines.subjects.search import fresh_search
from discreet.engines.subjects.storage import to_json
from discreet.foundation.datamap import tombstones
from discreet.foundation.datamap.queries import built
from discreet.foundation.jobs.api import Fence, WorkflowContext, workflow
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.api import Json
from discreet.mechanisms.rights import approved, contacts, gaps, planning, queries
from discreet.mechanisms.rights.actions import executing
from discreet.mechanisms.rights.erasing.older import Older, older_not_looked_for, without_older
from discreet.mechanisms.rights.erasing.writes import SourceWork, look_at_rows, write_rows
from discreet.mechanisms.rights.holding import hold_changed
from discreet.mechanisms.rights.matching.witness import RowsChanged, witness
from discreet.mechanisms.rights.outside import manual, recipients
from discreet.mechanisms.rights.outside import queries as recipient_queries
from discreet.mechanisms.rights.preparing import plan_or_ask
from discreet.mechanisms.rights.refusals import NothingToSearch, PlanChanged, WrongRequestState
from discreet.mechanisms.rights.results import person_results, search_summary, unsearched_results
from discreet.mechanisms.rights.rules import State
from discreet.mechanisms.rights.source_writes import refused_by_one, unwritten, write_all
from discreet.vocabulary.errors import Refused


@workflow("rights.erase", tells_from_records=True)
def erase(ctx: WorkflowContext, batch_id: int, run: int) -> None:
    """Carry out an approved plan and search again."""
    with approved.kept_open():
        _erase(ctx, batch_id, run)


def _erase(ctx: WorkflowContext, batch_id: int, run: int) -> None:
    sources = ctx.run(capture, batch_id, run)
    if sources is None:
        return
    if not ctx.run(write_sources, batch_id, run, sources, ctx.fence):
        return
    if not ctx.run(manual.waits, batch_id, run, ctx.now()):
        conclude(ctx, batch_id, run)


def conclude(ctx: WorkflowContext, batch_id: int, run: int) -> None:
    """Search afresh and say what came of it; ask once more what nobody answered."""
    try:
        ctx.run(search_again, batch_id, run)
    except Refused as refusal:
        ctx.run(end_unsearched, batch_id, run, refusal.code)
    ctx.run(manual.ask_again, batch_id, ctx.now())


@workflow("rights.search_again", tells_from_records=True)
def look_again(ctx: WorkflowContext, batch_id: int) -> None:
    """Search afresh for what an incomplete erasure left, after somebody mended it."""
    ctx.run(search_what_was_left, batch_id, ctx.now())


def capture(batch_id: int, run: int) -> list[str] | None:
    """Plan again on live data; only the approved digest goes on. Returns the sources to write, None = sent back."""
    now = datetime.now(UTC)
    digest, state = queries.plan_digest(batch_id), queries.state_of_batch(batch_id)
    if queries.run_of(batch_id) != run:
        return None  # sent back and approved anew meanwhile: another run's work
    if state is State.EXECUTING:
        return sorted(approved.plan_of(batch_id).operations)
    if state is not State.ACCEPTED:
        return None
    try:
        planned = planning.plan_batch(batch_id, today=now.date(), is_captured=False)
    except Refused as refusal:
        if getattr(refusal, "is_transient", False):
            raise
        executing.send_back(now=now, batch_id=batch_id, run=run, reason=refusal.code)
        return None
    if planned.plan.digest != digest:
        executing.send_back(now=now, batch_id=batch_id, run=run, reason=PlanChanged.code)
        plan_or_ask(batch_id, now)
        return None
    lost, is_as_captured = _compare_identities(batch_id, planned)
    if lost:
        executing.send_back(now=now, batch_id=batch_id, run=run, reason="rights.identity_changed", lost=lost)
        plan_or_ask(batch_id, now)
        return None
    renewed = None
    if not is_as_captured:
        planned = planning.plan_batch(batch_id, today=now.date(), is_captured=True)
        if planned.plan.digest != digest:
            executing.send_back(now=now, batch_id=batch_id, run=run, reason=PlanChanged.code)
            return None
        renewed = _sealed(batch_id, planned)
    sources = sorted(planned.plan.operations)
    hold_changed(batch_id, queries.proven_by_code(batch_id), now)
    if renewed is not None:
        contacts.keep(batch_id, planned.reach, now)
    try:
        executing.begin_execution(
            now=now,
            batch_id=batch_id,
            run=run,
            people=planned.plan.person_count,
            sources=sources,
            witness_sealed=keys.seal(
                queries.batch_key(batch_id), witness(planned.reach, planned.plan).encode(), "witness"
            ),
            renewed=renewed,
        )
    except PlanChanged as refusal:
        executing.send_back(now=now, batch_id=batch_id, run=run, reason=refusal.code)
        return None
    except WrongRequestState:
        return None
    return sources


def _compare_identities(batch_id: int, planned: planning.Planned) -> tuple[list[str], bool]:
    """Return the requests whose rows hold none of their person's values any more, and whether all are the same.

    The digest binds rows, not values. Somebody who changed their e-mail address and kept their phone has the
    same plan and is searched for by both; a starting row without any known value may be another person's.
    """
    then = _by_person(approved.captured_of(batch_id).values)
    live = _by_person(captured_values(reach=planned.reach))
    lost = [
        member.number
        for person, member in enumerate(queries.members(batch_id))
        if then.get(person) and not then[person] & live.get(person, set())
    ]
    return lost, then == live


def _by_person(values: Sequence[CapturedValue]) -> dict[int, set[tuple[str, str]]]:
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for value in values:
        for person in as_set(value.persons):
            found[person].add((value.category, value.normalised or value.text))
    return dict(found)


def _sealed(batch_id: int, planned: planning.Planned) -> tuple[bytes, bytes]:
    """Return plan and captured values, sealed together: the values that rows get are random."""
    key_id = queries.batch_key(batch_id)
    return (
        keys.seal(key_id, to_json(planned.plan).encode(), "plan"),
        keys.seal(key_id, to_json(planned.captured).encode(), "capture"),
    )


def rows_changed(batch_id: int, run: int, source: str, reason: str) -> bool:
    """Send the plan back if nothing was written yet; else go on to the search. Returns whether to go on."""
    if queries.is_anything_written(batch_id, run):
        note_refusal(batch_id, run, source, reason)
        return True
    now = datetime.now(UTC)
    lost = [member.number for member in queries.members(batch_id)]
    executing.send_back(now=now, batch_id=batch_id, run=run, reason=reason, lost=lost)
    plan_or_ask(batch_id, now)
    return False


def note_refusal(batch_id: int, run: int, source: str, reason: str) -> None:
    """Record that one source refused the writes for good."""
    executing.record_source_refusal(
        now=datetime.now(UTC), batch_id=batch_id, run=run, source=source, reason=reason
    )


def write_sources(batch_id: int, run: int, sources: Sequence[str], fence: Fence) -> bool:
    """Write the sources side by side, each once and for itself. Returns whether to go on to the search.

    Nothing is written anywhere before every source was looked at: where rows changed hands in one of them, the plan
    is sent back whole. One that does not answer keeps none of the others waiting.
    """
    works = {source: _work(batch_id, source) for source in unwritten(batch_id, run, sources)}
    looks = {source: partial(look_at_rows, one) for source, one in works.items()}
    refused = refused_by_one(batch_id, run, looks)
    for source, refusal in refused.items():
        if isinstance(refusal, RowsChanged):
            return rows_changed(batch_id, run, source, refusal.code)
    writes = {source: partial(write_rows, one) for source, one in works.items()}
    for source, refusal in write_all(batch_id, run, writes, fence).items():
        if not isinstance(refusal, RowsChanged):
            # for good: it was rolled back, and the fresh search will find the rows
            note_refusal(batch_id, run, source, refusal.code)
        elif not rows_changed(batch_id, run, source, refusal.code):
            return False
    return True


def _work(batch_id: int, source: str) -> SourceWork:
    witnessed = queries.sealed_witness(batch_id)
    return SourceWork(
        source=source,
        operations=approved.plan_of(batch_id).operations[source],
        witnessed=keys.open_sealed(queries.batch_key(batch_id), witnessed, "witness").decode(),
        captured=approved.captured_of(batch_id),
        graph=built().graph,
        max_scan_rows=planning.budget().max_scan_rows,
    )


def search_again(batch_id: int, run: int) -> str:
    """Search every source afresh by the captured keys and values, then say what came of it."""
    if queries.state_of_batch(batch_id) is not State.EXECUTING:
        return ""
    plan, captured = approved.plan_of(batch_id), approved.captured_of(batch_id)
    graph, summary = built().graph, queries.plan_summary(batch_id)
    written = [source for source in plan.operations if queries.is_written(batch_id, run, source)]
    older = without_older(plan, approved=summary, written=written)
    result = _searched(captured, graph)
    members = queries.members(batch_id)
    recipients.hold_for_erasure(batch_id, run, datetime.now(UTC))
    found = person_results(members=members, plan=plan, search=result, captured=captured, not_gone=older.left)
    results = manual.with_answers(batch_id, found)
    scopes = [f"request:{result.number}" for result in results]
    tombstones.write(captured=captured, graph=graph, scopes=scopes, on=datetime.now(UTC).date())
    executing.finish_erasure(
        now=datetime.now(UTC),
        batch_id=batch_id,
        run=run,
        search=_summary(batch_id, result, older),
        results=results,
        contacts=contacts.held(batch_id),
    )
    return results[0].outcome.value


def _summary(batch_id: int, result: SearchResult, older: Older) -> dict[str, Json]:
    found = search_summary(
        result,
        approved=queries.plan_summary(batch_id),
        asked=recipient_queries.manual_gaps_of_batch(batch_id),
        older=older.gaps,
    )
    return {**found, "older_versions_deleted": older.deleted} if older.deleted else found


def _searched(captured: Captured, graph: Graph) -> SearchResult:
    with planning.readers_of(graph, for_verification=True) as opened:
        return fresh_search(
            graph=graph,
            readers=opened.readers,
            captured=captured,
            budget=planning.budget(),
            lanes=opened.lanes,
        )


def search_what_was_left(batch_id: int, now: datetime) -> None:
    """Search every source by what was captured before the erasure. Nothing is written in them."""
    plan, captured = approved.plan_of(batch_id), approved.captured_of(batch_id)
    members = queries.carried_out(batch_id)
    if len(members) != plan.person_count:
        raise NothingToSearch(number=f"B-{batch_id}")
    older = without_older(plan, approved=queries.plan_summary(batch_id), written=())
    result = _searched(captured, built().graph)
    found = person_results(members=members, plan=plan, search=result, captured=captured, not_gone=older.left)
    executing.finish_search(
        now=now,
        batch_id=batch_id,
        search=_summary(batch_id, result, older),
        results=manual.with_answers(batch_id, found),
        contacts=contacts.held(batch_id),
    )


def end_unsearched(batch_id: int, run: int, reason: str) -> str:
    """End what could not be searched again: without a search nothing is called erased."""
    if queries.state_of_batch(batch_id) is not State.EXECUTING:
        return ""
    plan = approved.plan_of(batch_id)
    recipients.hold_for_erasure(batch_id, run, datetime.now(UTC))
    asked = recipient_queries.manual_gaps_of_batch(batch_id)
    results = manual.with_answers(batch_id, unsearched_results(batch_id=batch_id, plan=plan, reason=reason))
    summary = queries.plan_summary(batch_id)
    executing.finish_erasure(
        now=datetime.now(UTC),
        batch_id=batch_id,
        run=run,
        search={
            "refused": reason,
            "not_searched": gaps.of_search(
                None, approved=summary, asked=asked, older=older_not_looked_for(plan)
            ),
        },
        results=results,
        contacts=contacts.held(batch_id),
    )
    return results[0].outcome.value
