"""A correction carried out: act (intent) → I/O → act (outcome), each step once for good.

Source: DESIGN.md, Erasure, whose way it follows; GDPR Art. 16; failure promises 1, 2, 6, 28.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from discreet.engines.subjects.captures import SearchResult
from discreet.engines.subjects.correction_order import waits_for_database
from discreet.engines.subjects.corrections import CorrectionPlan
from discreet.engines.subjects.storage import to_json
from discreet.foundation.datamap.queries import built
from discreet.foundation.jobs.api import Fence, WorkflowContext, workflow
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.api import Json
from discreet.foundation.sources.transactions import WriteSession
from discreet.foundation.sources.write_lanes import Work
from discreet.mechanisms.rights import contacts, gaps, queries
from discreet.mechanisms.rights.actions import correcting, deciding, executing
from discreet.mechanisms.rights.correcting import planning as correction_planning
from discreet.mechanisms.rights.correcting import queries as correction_queries
from discreet.mechanisms.rights.correcting import summary as correction_summary
from discreet.mechanisms.rights.correcting.planning import PlannedCorrection
from discreet.mechanisms.rights.correcting.rules import CorrectionVerdict, correction_outcome
from discreet.mechanisms.rights.correcting.writes import write_correction
from discreet.mechanisms.rights.outside import manual, recipients
from discreet.mechanisms.rights.outside import queries as recipient_queries
from discreet.mechanisms.rights.refusals import (
    NobodyFound,
    PlanChanged,
    SeveralPeople,
    ValuesChanged,
    WrongRequestState,
)
from discreet.mechanisms.rights.results import search_summary
from discreet.mechanisms.rights.rules import State
from discreet.mechanisms.rights.source_writes import Counts, refused_by_one, unwritten, write_all
from discreet.mechanisms.rights.summaries import table_name
from discreet.vocabulary.actors import SYSTEM, Actor
from discreet.vocabulary.errors import Refused


@workflow("rights.correct", tells_from_records=True)
def correct(ctx: WorkflowContext, batch_id: int, run: int) -> None:
    """Carry out an approved correction and read every place again."""
    sources = ctx.run(begin, batch_id, run)
    if sources is None:
        return
    if not ctx.run(write_sources, batch_id, run, sources, ctx.fence):
        return
    if not ctx.run(manual.waits, batch_id, run, ctx.now()):
        ctx.run(verify, batch_id, run)


def prepare_or_ask(
    batch_id: int, number: str, actor: Actor, now: datetime, find_again: Callable[[], None]
) -> str:
    """Plan what is wanted, or ask staff what that is. Returns the plan's digest, "" where none is due."""
    if not correction_queries.has_wish(number):
        correcting.ask_what(now=now, number=number)
        return ""
    try:
        return prepare_correction(batch_id, actor, now)
    except NobodyFound:  # keys were changed since somebody looked: look again, by what the person said
        find_again()
        return prepare_correction(batch_id, actor, now)


def prepare_correction(batch_id: int, actor: Actor, now: datetime) -> str:
    """Plan on live data and keep the plan, sealed. Who it is was found before. Returns the plan's digest."""
    planned = correction_planning.plan_correction(batch_id)
    if not planned.reach.tables:
        raise NobodyFound
    _save(batch_id, planned, actor, now)
    return planned.plan.digest


def _save(batch_id: int, planned: PlannedCorrection, actor: Actor, now: datetime) -> None:
    not_covered = [
        *gaps.of_correction(planned.plan, planned.reach),
        *manual.gaps_of_plan(batch_id),
    ]
    summary = correction_summary.of_plan(planned.plan, planned.reach, not_covered=not_covered)
    summary["statements"] = planned.statements
    plan = deciding.NewPlan(
        digest=planned.plan.digest,
        sealed=keys.seal(queries.batch_key(batch_id), to_json(planned.plan).encode(), "plan"),
        capture_sealed=b"",
        summary=summary,
        open_questions=(),
    )
    deciding.save_plan(actor=actor, now=now, batch_id=batch_id, plan=plan)
    contacts.keep(batch_id, planned.reach, now)


def begin(batch_id: int, run: int) -> list[str] | None:
    """Plan again on live data; only the approved digest goes on. Returns the sources to write, None = sent back."""
    now = datetime.now(UTC)
    state = queries.state_of_batch(batch_id)
    if queries.run_of(batch_id) != run:
        return None  # sent back and approved anew meanwhile: another run's work
    if state is State.EXECUTING:
        return _sources(correction_planning.plan_of(batch_id))
    if state is not State.ACCEPTED:
        return None
    try:
        planned = correction_planning.plan_correction(batch_id)
    except Refused as refusal:
        if getattr(refusal, "is_transient", False):
            raise
        executing.send_back(now=now, batch_id=batch_id, run=run, reason=refusal.code)
        return None
    if planned.plan.digest != queries.plan_digest(batch_id):
        executing.send_back(now=now, batch_id=batch_id, run=run, reason=PlanChanged.code)
        _plan_or_ask(batch_id, now)
        return None
    sources = _sources(planned.plan)
    try:
        executing.begin_execution(
            now=now, batch_id=batch_id, run=run, people=1, sources=sources, witness_sealed=b""
        )
    except PlanChanged as refusal:
        executing.send_back(now=now, batch_id=batch_id, run=run, reason=refusal.code)
        return None
    except WrongRequestState:
        return None
    return sources


def _sources(plan: CorrectionPlan) -> list[str]:
    """Return the sources in the order of writing: first those whose database may still refuse."""
    unsure = _unsure(plan)
    return sorted(plan.writes, key=lambda source: (source not in unsure, source))


def _unsure(plan: CorrectionPlan) -> set[str]:
    return {place.table.source for place in waits_for_database(built().graph, plan.places)}


def _plan_or_ask(batch_id: int, now: datetime) -> None:
    try:
        prepare_correction(batch_id, SYSTEM, now)
    except (NobodyFound, SeveralPeople):
        deciding.ask_who(now=now, batch_id=batch_id)


def write_sources(batch_id: int, run: int, sources: Sequence[str], fence: Fence) -> bool:
    """Write each source in one transaction, bound to the approved rows and values. Returns whether to read again.

    All are tried first, so that one that refuses leaves all unwritten. Those whose database may still refuse at its
    COMMIT go one after the other, before the rest, which are written side by side.
    """
    plan = correction_planning.plan_of(batch_id)
    left = unwritten(batch_id, run, sources)
    works: dict[str, Work[Counts]] = {
        source: partial(_write_correction, plan=plan, source=source) for source in left
    }
    tried = refused_by_one(batch_id, run, works)
    if not any(_is_begun(refusal) for refusal in tried.values()):
        for source, refusal in tried.items():
            return not_written(batch_id, run, source, refusal.code)
    unsure = _unsure(plan)
    alone = [[source] for source in left if source in unsure]
    for together in (*alone, [source for source in left if source not in unsure]):
        refused = write_all(batch_id, run, {source: works[source] for source in together}, fence)
        for source, refusal in refused.items():
            if not not_written(batch_id, run, source, refusal.code, _is_begun(refusal)):
                return False
    return True


def _is_begun(refusal: Refused) -> bool:
    return isinstance(refusal, ValuesChanged) and refusal.is_begun


def _write_correction(writer: WriteSession, *, plan: CorrectionPlan, source: str) -> Counts:
    return write_correction(writer=writer, plan=plan, source=source)


def not_written(batch_id: int, run: int, source: str, reason: str, is_begun: bool = False) -> bool:
    """Send the plan back if nothing was written yet; else go on to the reading. Returns whether to go on.

    `is_begun`: some of the source was written by a run that died there, and nobody could note it.
    """
    now = datetime.now(UTC)
    if is_begun or queries.is_anything_written(batch_id, run):
        executing.record_source_refusal(now=now, batch_id=batch_id, run=run, source=source, reason=reason)
        return True
    executing.send_back(now=now, batch_id=batch_id, run=run, reason=reason)
    _plan_or_ask(batch_id, now)
    return False


def verify(batch_id: int, run: int) -> str:
    """Read every place afresh, then say what came of it."""
    if queries.state_of_batch(batch_id) is not State.EXECUTING:
        return ""
    plan = correction_planning.plan_of(batch_id)
    written = {source for source in plan.writes if queries.is_written(batch_id, run, source)}
    refused = sorted(set(plan.writes) - written)
    try:
        result = correction_planning.searched_again(plan)
    except Refused as refusal:
        if getattr(refusal, "is_transient", False):
            raise
        return _finish(batch_id, run, plan, None, refused, refusal.code)
    return _finish(batch_id, run, plan, result, refused, "")


def _finish(
    batch_id: int,
    run: int,
    plan: CorrectionPlan,
    result: SearchResult | None,
    refused: Sequence[str],
    reason: str,
) -> str:
    (member,) = queries.members(batch_id)
    approved = queries.plan_summary(batch_id)
    asked = recipient_queries.manual_gaps_of_batch(batch_id)
    recipients.hold_for_correction(batch_id, run, datetime.now(UTC), plan)
    found = len(result.found) if result is not None else 1
    kept = manual.kept_of(recipient_queries.manual_asks(member.number))
    outcome = correction_outcome(
        CorrectionVerdict(
            found_again=found,
            refused_sources=len(refused),
            left=len(plan.left) + len(asked) + len(kept),
            written=sum(len(place.keys) for place in plan.written),
        )
    )
    search: dict[str, Json]
    if result is not None:
        search = search_summary(result, approved=approved, asked=asked)
    else:
        search = {"refused": reason, "not_searched": gaps.of_search(None, approved=approved, asked=asked)}
    facts: dict[str, Json] = {"corrected": _counted(plan, refused), "refused_sources": list(refused)}
    correcting.finish_correction(
        now=datetime.now(UTC),
        batch_id=batch_id,
        run=run,
        outcome=outcome,
        kept=[*correction_summary.left_of(plan, refused=refused), *kept],
        search=search,
        facts=facts,
        contact=contacts.held(batch_id).get(member.number),
    )
    return outcome.value


def _counted(plan: CorrectionPlan, refused: Sequence[str]) -> list[Json]:
    """Return what was written: fields and counts, no value."""
    counted: Counter[tuple[str, str, str]] = Counter()
    for place in plan.written:
        if place.table.source not in refused:
            name = table_name(place.table)
            counted[place.table.source, name, place.column] += len(place.keys)
    return [
        {"source": source, "table": table, "column": column, "rows": rows}
        for (source, table, column), rows in sorted(counted.items())
    ]
