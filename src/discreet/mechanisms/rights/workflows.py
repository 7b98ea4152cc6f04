"""What takes time or touches a source: act (intent) → I/O → act (outcome), each step once for good.

Source: DESIGN.md, Erasure; failure promises 1, 2, 6, 28.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from discreet.engines.subjects.captured import captured_values
from discreet.engines.subjects.captures import Captured, CapturedValue, SearchResult
from discreet.engines.subjects.found import as_set
from discreet.engines.subjects.graph import Graph, TableRef
from discreet.engines.subjects.newcomers import Newcomers, is_searchable, referring
from discreet.engines.subjects.plans import Operation, OperationKind
from discreet.engines.subjects.reach import Purpose
from discreet.engines.subjects.search import fresh_search
from discreet.engines.subjects.storage import to_json
from discreet.foundation.centre import verification
from discreet.foundation.datamap import tombstones
from discreet.foundation.datamap.queries import built
from discreet.foundation.jobs.api import Fence, WorkflowContext, workflow
from discreet.foundation.keys import api as keys
from discreet.foundation.mail.api import ContactKind, HeldContact, hold
from discreet.foundation.organisation.queries import profile
from discreet.foundation.sources import session
from discreet.mechanisms.rights import approved, contacts, gaps, planning, queries
from discreet.mechanisms.rights.actions import answering, applying, deciding, executing, proving, receiving
from discreet.mechanisms.rights.copying.delivery import SENT_BACK, deliver_package
from discreet.mechanisms.rights.copying.knowing import tell_categories
from discreet.mechanisms.rights.correcting.workflows import prepare_or_ask
from discreet.mechanisms.rights.correcting.workflows import verify as verify_correction
from discreet.mechanisms.rights.deciding.items import ItemDecision, Verdict
from discreet.mechanisms.rights.kinds import Requester, Way, way_of
from discreet.mechanisms.rights.matching.witness import RowsChanged, Standing, check_rows, witness
from discreet.mechanisms.rights.opening.identity import may_prove_by_code
from discreet.mechanisms.rights.outside import manual, recipients
from discreet.mechanisms.rights.outside import queries as recipient_queries
from discreet.mechanisms.rights.refusals import (
    NobodyFound,
    NothingToSearch,
    PlanChanged,
    SeveralPeople,
    WrongRequestState,
)
from discreet.mechanisms.rights.results import person_results, rows_gone, search_summary, unsearched_results
from discreet.mechanisms.rights.rules import Answer, State, access_goes_by_itself
from discreet.mechanisms.rights.source_writes import Counts, refused_by_one, unwritten, write_all
from discreet.mechanisms.rights.summaries import access_summary, joined_access, plan_summary
from discreet.vocabulary.actors import SYSTEM, Actor
from discreet.vocabulary.categories import CATEGORIES
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop

MAILS_AT_ONCE = 500
AGENT_CODE = "rights.agent_code"


class WroteTooMuch(Refused):
    code = "rights.wrote_too_much"
    message = gettext_noop(
        "A statement on %(table)s touched %(rows)s rows instead of %(expected)s; it was rolled back."
    )


@workflow("rights.locate")
def locate(ctx: WorkflowContext, number: str) -> None:
    """After a request from the privacy centre: find who it is and send a code to a contact point held."""
    if queries.state_of_request(number) is not State.RECEIVED:
        return
    ctx.step("look", locate_request, number, SYSTEM, ctx.now())
    ctx.run(send_code, number, ctx.now())


@workflow("rights.prepare")
def prepare(ctx: WorkflowContext, batch_id: int) -> None:
    """After the identity is proven: make the plan; an access request that needs no decision is delivered."""
    try:
        ctx.run(prepare_batch, batch_id, SYSTEM, ctx.now())
    except (NobodyFound, SeveralPeople):
        ctx.run(ask_who, batch_id)


def ask_who(batch_id: int) -> None:
    """Ask staff who it is."""
    deciding.ask_who(now=datetime.now(UTC), batch_id=batch_id)


@workflow("rights.deliver", tells_from_records=True)
def deliver(ctx: WorkflowContext, batch_id: int, run: int) -> None:
    """Answer accepted requests for a copy or to know; one that was answered is left."""
    if not ctx.run(manual.waits, batch_id, run, ctx.now()):
        _deliver(ctx, batch_id, run)


def _deliver(ctx: WorkflowContext, batch_id: int, run: int) -> None:
    is_copy = way_of(queries.kind_of_batch(batch_id)) is Way.COPY
    for number in queries.requests_of(batch_id):
        if not is_copy:
            ctx.run(tell_categories, batch_id, run, number, ctx.now())
        elif ctx.run(deliver_package, batch_id, run, number, ctx.now()) == SENT_BACK:
            ctx.run(_plan_or_ask, batch_id, ctx.now())
            return


@workflow("rights.erase", tells_from_records=True)
def erase(ctx: WorkflowContext, batch_id: int, run: int) -> None:
    """Carry out an approved plan and search again."""
    with approved.kept_open():
        _erase(ctx, batch_id, run)


@workflow("rights.mail_answers", can_wait=True, tells_from_records=True)
def mail_answers(ctx: WorkflowContext, batch_id: int) -> None:
    """Mail the answers of a batch, some at a time."""
    while ctx.run(mail_some, batch_id, ctx.now()):
        pass


def _erase(ctx: WorkflowContext, batch_id: int, run: int) -> None:
    sources = ctx.run(capture, batch_id, run)
    if sources is None:
        return
    if not ctx.run(write_sources, batch_id, run, sources, ctx.fence):
        return
    if not ctx.run(manual.waits, batch_id, run, ctx.now()):
        _conclude(ctx, batch_id, run)


def _conclude(ctx: WorkflowContext, batch_id: int, run: int) -> None:
    try:
        ctx.run(search_again, batch_id, run)
    except Refused as refusal:
        ctx.run(end_unsearched, batch_id, run, refusal.code)
    ctx.run(manual.ask_again, batch_id, ctx.now())


@workflow("rights.tell_of_choices", can_wait=True)
def tell_of_choices(ctx: WorkflowContext, batch_id: int) -> None:
    """Tell recipients of choices that stand."""
    ctx.run(recipients.hold_for_choice, batch_id, ctx.now())
    ctx.run(recipients.tell_held, batch_id, ctx.now())


@workflow("rights.tell_of_list", can_wait=True)
def tell_of_list(ctx: WorkflowContext, batch_id: int, list_ref: str) -> None:
    """Tell recipients of a day's choices that came by no request."""
    ctx.run(recipients.hold_for_list, batch_id, list_ref, ctx.now())
    ctx.run(recipients.tell_held, batch_id, ctx.now())
    ctx.run(recipients.settle, batch_id, list_ref, ctx.now())


@workflow("rights.go_on", tells_from_records=True)
def go_on(ctx: WorkflowContext, batch_id: int, run: int) -> None:
    """Go on with what was held back for manual sources: they have answered, or the answer is near."""
    way = way_of(queries.kind_of_batch(batch_id))
    if queries.run_of(batch_id) != run:
        return
    if way is Way.ERASE:
        with approved.kept_open():
            _conclude(ctx, batch_id, run)
    elif way is Way.CORRECT:
        ctx.run(verify_correction, batch_id, run)
    else:
        _deliver(ctx, batch_id, run)


def locate_request(number: str, actor: Actor, now: datetime) -> int:
    """Find the candidates of a request, keep them sealed, and return how many there are."""
    found = planning.look([queries.claim_of(number)])
    receiving.note_candidates(
        actor=actor,
        now=now,
        number=number,
        candidates=planning.candidates_of(found.candidates[0], today=now.date()),
    )
    return len(found.candidates[0])


def send_code(number: str, now: datetime) -> str:
    """Send the code to the first e-mail address held for the only candidate; to nobody otherwise.

    Where a guardian or a relative asks, a code to the person's own address would prove nothing of them.
    """
    found, view = queries.roots_of(number), queries.request_view(number)
    if not may_prove_by_code(view.course.requester):
        return ""
    reachable: list[HeldContact] = []
    if found is not None and found.only is not None:
        reachable = [
            hold(case_number=number, kind=ContactKind.EMAIL, address=address)
            for address in planning.addresses_held(number)
        ]
    template = AGENT_CODE if view.course.requester == Requester.AGENT else verification.TEMPLATE
    outcome = verification.start(
        case_number=number,
        contacts=reachable,
        actor=SYSTEM,
        now=now,
        language=view.case.row.language,
        template_id=template,
    )
    if outcome is verification.Start.MAILBOX_FULL:
        receiving.ask_to_verify(now=now, number=number)
    return outcome.value


@workflow("rights.match_again")
def match_again(ctx: WorkflowContext, number: str) -> None:
    """After another detail was given: see whether it is the same person's, and no other's."""
    if queries.state_of_request(number) is State.RECEIVED:
        ctx.run(match_detail, number, ctx.now())


def match_detail(number: str, now: datetime) -> bool:
    """Take the detail where it leads to the very person who was found before, and to nobody else; else forget it."""
    more, before = queries.detail_of(number), queries.roots_of(number)
    if more is None:
        return False
    found = planning.candidates_of(planning.look([more]).candidates[0], today=now.date())
    known = before.only if before is not None else None
    is_theirs = known is not None and found.only is not None and found.only.goes_on(known)
    proving.settle_again(actor=SYSTEM, now=now, number=number, found=found if is_theirs else None)
    return is_theirs


def prepare_batch(batch_id: int, actor: Actor, now: datetime) -> str:
    """Locate whom nobody looked for yet, then plan. Returns the plan's digest, "" where none is due."""
    members = queries.members(batch_id)
    if not members or queries.state_of_batch(batch_id) not in (State.VERIFIED, State.PLANNED):
        return ""
    if way_of(members[0].kind) is Way.STAND:
        while applying.apply_choices(actor=actor, now=now, batch_id=batch_id):
            pass
        return ""
    _find([one.number for one in members if one.candidates is None], batch_id, actor, now)
    manual.ask(batch_id, now)
    if way_of(members[0].kind) is Way.CORRECT:
        number = members[0].number
        return prepare_or_ask(batch_id, number, actor, now, lambda: _find([number], batch_id, actor, now))
    if way_of(members[0].kind) in (Way.COPY, Way.TELL):
        return _prepare_access(batch_id, actor, now)
    planned = planning.plan_batch(batch_id, today=now.date(), is_captured=True)
    if rows_gone(
        planned.plan
    ):  # keys were changed since somebody looked: look again, by what the person said
        _find([one.number for one in queries.members(batch_id)], batch_id, actor, now)
        planned = planning.plan_batch(batch_id, today=now.date(), is_captured=True)
        if not planned.plan.tables:
            raise NobodyFound
    batch_key = queries.batch_key(batch_id)
    not_covered = [
        *gaps.of_plan(planned.plan, planned.reach, planned.captured),
        *recipient_queries.manual_gaps_of_batch(batch_id),
    ]
    summary = plan_summary(planned.plan, planned.reach, not_covered=not_covered)
    summary["statements"] = planned.statements
    plan = deciding.NewPlan(
        digest=planned.plan.digest,
        sealed=keys.seal(batch_key, to_json(planned.plan).encode(), "plan"),
        capture_sealed=keys.seal(batch_key, to_json(planned.captured).encode(), "capture"),
        summary=summary,
        open_questions=tuple(str(ref) for ref in planned.plan.open_questions),
    )
    deciding.save_plan(actor=actor, now=now, batch_id=batch_id, plan=plan)
    contacts.keep(batch_id, planned.reach, now)
    return planned.plan.digest


def _find(numbers: Sequence[str], batch_id: int, actor: Actor, now: datetime) -> None:
    """Find who the requests are about and keep it sealed; whoever is not one person leaves the batch."""
    if numbers:
        located = planning.look(queries.claims_of_many(numbers))
        receiving.note_all(
            actor=actor,
            now=now,
            found=[
                (number, planning.candidates_of(candidates, today=now.date()))
                for number, candidates in zip(numbers, located.candidates, strict=True)
            ],
        )
    if len(queries.members(batch_id)) > 1:
        deciding.set_apart(actor=actor, now=now, batch_id=batch_id)


def _prepare_access(batch_id: int, actor: Actor, now: datetime) -> str:
    members = queries.members(batch_id)
    graph = built().graph
    sensitive, by_law = 0, 0
    summaries: list[dict[str, Any]] = []
    asked = recipient_queries.manual_gaps_of_batch(batch_id)
    for member in members:
        with planning.readers_of(graph) as opened:
            reached = planning.reach_one(member.number, purpose=Purpose.COPY, opened=opened)
        categories = [
            CATEGORIES[column.category]
            for table in reached.tables.values()
            for column in table.table.personal_columns
            if column.category in CATEGORIES
        ]
        sensitive += sum(category.is_sensitive for category in categories)
        by_law += sum(category.is_sensitive_by_law for category in categories)
        summaries.append(access_summary(reached, not_covered=gaps.of_access(reached, asked=asked)))
    summary = {**joined_access(summaries), "sensitive_fields": by_law}
    digest = _summary_digest(summary, decided=queries.item_decisions_of(batch_id))
    plan = deciding.NewPlan(digest=digest, sealed=b"", capture_sealed=b"", summary=summary, open_questions=())
    deciding.save_plan(actor=actor, now=now, batch_id=batch_id, plan=plan)
    if access_goes_by_itself(
        is_reviewed=profile().access_is_reviewed,
        candidates=1,
        sensitive_fields=sensitive if way_of(members[0].kind) is Way.COPY else 0,
        is_asked_by_person=queries.are_all_by_themselves(batch_id),
    ) and not queries.item_decisions_of(batch_id):
        deciding.accept_access(actor=SYSTEM, now=now, batch_id=batch_id)
    return digest


def _summary_digest(summary: dict[str, Any], *, decided: Mapping[TableRef, ItemDecision]) -> str:
    """Return what an approval of an answer binds to: which rows of which tables, and what is left out."""
    said = {
        str(table): one.to_json()
        for table, one in decided.items()
        if one.verdict is not Verdict.GRANT or one.lifted
    }
    text = json.dumps([summary["sources"], said] if said else summary["sources"], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


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
        _plan_or_ask(batch_id, now)
        return None
    lost, is_as_captured = _compare_identities(batch_id, planned)
    if lost:
        executing.send_back(now=now, batch_id=batch_id, run=run, reason="rights.identity_changed", lost=lost)
        _plan_or_ask(batch_id, now)
        return None
    renewed = None
    if not is_as_captured:
        planned = planning.plan_batch(batch_id, today=now.date(), is_captured=True)
        if planned.plan.digest != digest:
            executing.send_back(now=now, batch_id=batch_id, run=run, reason=PlanChanged.code)
            return None
        renewed = _sealed(batch_id, planned)
    sources = sorted(planned.plan.operations)
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
    _plan_or_ask(batch_id, now)
    return False


def _plan_or_ask(batch_id: int, now: datetime) -> None:
    """Make a new plan; where it is no longer clear who it is, ask staff."""
    try:
        prepare_batch(batch_id, SYSTEM, now)
    except (NobodyFound, SeveralPeople):
        deciding.ask_who(now=now, batch_id=batch_id)


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


@dataclass(frozen=True, slots=True)
class SourceWork:
    """What is written in one source, opened: it is done in a thread that knows nothing of our own database."""

    source: str
    operations: tuple[Operation, ...]
    witnessed: str
    captured: Captured
    graph: Graph
    max_scan_rows: int


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


def look_at_rows(work: SourceWork, writer: session.WriteSession) -> Standing:
    """Lock the rows and compare them with what was approved.

    Raises:
        RowsChanged: one is another's now, or one was added.
    """
    standing = check_rows(
        writer=writer, source=work.source, sealed=work.witnessed, operations=work.operations
    )
    if standing is Standing.WHOLE:
        refuse_newcomers(work, writer)
    return standing


def write_rows(work: SourceWork, writer: session.WriteSession) -> Counts:
    """Carry out one source's operations, bound to the planned keys, without COMMIT."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    standing = look_at_rows(work, writer)
    for operation in work.operations if standing is not Standing.APPLIED else ():
        done = run_operation(writer, operation)
        expected = len(operation.keys)
        if done > expected:
            raise WroteTooMuch(table=operation.table.table, rows=done, expected=expected)
        counts[operation.table.table][operation.kind.value] += done
        if done < expected and operation.kind is OperationKind.DELETE:
            counts[operation.table.table]["found_gone"] += expected - done
    return counts


def refuse_newcomers(work: SourceWork, writer: session.WriteSession) -> None:
    """Refuse where a row refers to what goes that was in no plan: the company's programs have added it.

    Raises:
        RowsChanged
    """
    newcomers, tables = Newcomers(work.captured), work.graph.tables
    looked_for = [  # what is not looked for here is named by the search
        (linked, referring(linked))
        for linked in work.captured.linked
        if linked.table.source == work.source
        and linked.table in tables
        and is_searchable(linked, tables[linked.table], max_scan_rows=work.max_scan_rows)
    ]
    writer.ahead([query for _, query in looked_for])
    for linked, query in looked_for:
        if newcomers.among(linked, writer, query):
            raise RowsChanged(table=linked.table.table)


def run_operation(writer: session.WriteSession, operation: Operation) -> int:
    """Run one set-based write and return how many rows it touched."""
    if operation.kind is OperationKind.DELETE:
        return writer.delete(operation.table, operation.key_columns, operation.keys)
    if not operation.per_row:
        return writer.update(operation.table, operation.key_columns, operation.keys, operation.values)
    touched = 0
    for position, key in enumerate(operation.keys):
        values = {
            **operation.values,
            **{name: column[position] for name, column in operation.per_row.items()},
        }
        touched += writer.update(operation.table, operation.key_columns, [key], values)
    return touched


def search_again(batch_id: int, run: int) -> str:
    """Search every source afresh by the captured keys and values, then say what came of it."""
    if queries.state_of_batch(batch_id) is not State.EXECUTING:
        return ""
    plan, captured = approved.plan_of(batch_id), approved.captured_of(batch_id)
    graph = built().graph
    result = _searched(captured, graph)
    members = queries.members(batch_id)
    recipients.hold_for_erasure(batch_id, run, datetime.now(UTC))
    found = person_results(members=members, plan=plan, search=result, captured=captured)
    results, asked = manual.with_answers(batch_id, found), recipient_queries.manual_gaps_of_batch(batch_id)
    scopes = [f"request:{result.number}" for result in results]
    tombstones.write(captured=captured, graph=graph, scopes=scopes, on=datetime.now(UTC).date())
    executing.finish_erasure(
        now=datetime.now(UTC),
        batch_id=batch_id,
        run=run,
        search=search_summary(result, approved=queries.plan_summary(batch_id), asked=asked),
        results=results,
        contacts=contacts.held(batch_id),
    )
    return results[0].outcome.value


def _searched(captured: Captured, graph: Graph) -> SearchResult:
    with planning.readers_of(graph, for_verification=True) as opened:
        return fresh_search(
            graph=graph,
            readers=opened.readers,
            captured=captured,
            budget=planning.budget(),
            lanes=opened.lanes,
        )


@workflow("rights.search_again", tells_from_records=True)
def look_again(ctx: WorkflowContext, batch_id: int) -> None:
    """Search afresh for what an incomplete erasure left, after somebody mended it."""
    ctx.run(search_what_was_left, batch_id, ctx.now())


def search_what_was_left(batch_id: int, now: datetime) -> None:
    """Search every source by what was captured before the erasure. Nothing is written in them."""
    plan, captured = approved.plan_of(batch_id), approved.captured_of(batch_id)
    members = queries.carried_out(batch_id)
    if len(members) != plan.person_count:
        raise NothingToSearch(number=f"B-{batch_id}")
    result = _searched(captured, built().graph)
    found = person_results(members=members, plan=plan, search=result, captured=captured)
    asked = recipient_queries.manual_gaps_of_batch(batch_id)
    executing.finish_search(
        now=now,
        batch_id=batch_id,
        search=search_summary(result, approved=queries.plan_summary(batch_id), asked=asked),
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
        search={"refused": reason, "not_searched": gaps.of_search(None, approved=summary, asked=asked)},
        results=results,
        contacts=contacts.held(batch_id),
    )
    return results[0].outcome.value


def mail_some(batch_id: int, now: datetime) -> int:
    """Queue the next answers of a batch, few enough that others can write in between; return how many."""
    numbers = queries.answers_due(batch_id, Answer.MAIL_DUE)[:MAILS_AT_ONCE]
    if numbers:
        held = verification.held_contacts(numbers)
        answering.mail_answers(now=now, batch_id=batch_id, contacts=held)
    return len(numbers)
