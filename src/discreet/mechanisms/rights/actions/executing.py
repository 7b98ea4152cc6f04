"""Intent and outcome of an execution. The I/O between them stands in `workflows.py`.

Source: DESIGN.md, Erasure; failure promise 1 ("erased" only when every source was read again and is clean).
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from discreet.events.rights import AccessDelivered, ErasureVerified, RequestsCompleted
from discreet.foundation import plain_sql
from discreet.foundation.cases import actions as cases
from discreet.foundation.cases.actions import NewTask
from discreet.foundation.cases.bulk import close_many, languages_of, move_many, state_of_case
from discreet.foundation.cases.queries import open_tasks
from discreet.foundation.jobs.api import publish, start
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Evidence, Json, catalogue_facts, record, record_many
from discreet.foundation.ledger.sequencer import refuse_contradiction
from discreet.foundation.mail.api import HeldContact, is_reachable, send
from discreet.mechanisms.rights.actions import answering, held_answers
from discreet.mechanisms.rights.actions.batches import load_batch, numbers_of, state_of, subject_of_batch
from discreet.mechanisms.rights.actions.bulk import update_each
from discreet.mechanisms.rights.actions.deciding import ask_for_decision
from discreet.mechanisms.rights.actions.informing import package_mail
from discreet.mechanisms.rights.actions.receiving import refuse_unless
from discreet.mechanisms.rights.kinds import Way, way_of
from discreet.mechanisms.rights.models import Batch, RightsRequest, SourceOutcome
from discreet.mechanisms.rights.refusals import (
    NoPackage,
    NothingToSearch,
    NotThisKind,
    PlanChanged,
    UnknownRequest,
    WrongRequestState,
)
from discreet.mechanisms.rights.rules import TRANSITIONS, Answer, Outcome, State
from discreet.vocabulary.actors import SYSTEM, Actor, Role
from discreet.vocabulary.ids import new_token
from discreet.vocabulary.text import gettext_noop

TASK_LEFT = "left"
LEFT_OF_ONE = gettext_noop("Mend what the erasure left, then have every source searched again")
LEFT_OF_SEVERAL = gettext_noop(
    "Mend what the erasures of %(count)s people left, then have every source searched again"
)
_BATCH = Batch._meta.db_table
_SET_WITNESS = f"UPDATE {_BATCH} SET witness_sealed = %s WHERE id = %s"  # noqa: S608
_SET_PLAN = f"UPDATE {_BATCH} SET plan_sealed = %s, capture_sealed = %s WHERE id = %s"  # noqa: S608
_FINISH = f"UPDATE {_BATCH} SET search_summary = %s, finished_at = %s, witness_sealed = NULL WHERE id = %s"  # noqa: S608
_FORGET = f"UPDATE {_BATCH} SET plan_sealed = NULL, capture_sealed = NULL WHERE id = %s"  # noqa: S608
_NOTE_WRITTEN = (
    f"INSERT INTO {SourceOutcome._meta.db_table} (batch_id, run, source, counts, at) "  # noqa: S608
    "VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class PersonResult:
    """What came of one person's erasure. `kept` holds table names, counts, articles and dates: no value."""

    number: str
    outcome: Outcome
    kept: tuple[dict[str, Json], ...]
    facts: dict[str, Json]
    person_refs: tuple[str, ...] = ()


@act("rights.begin_execution")
def begin_execution(
    *,
    now: datetime,
    batch_id: int,
    run: int,
    people: int,
    sources: Sequence[str],
    witness_sealed: bytes,
    renewed: tuple[bytes, bytes] | None = None,
) -> None:
    """Record the intent before anything is written; what was approved is sealed since the plan was made.

    `renewed`: plan and captured values, sealed anew where identity values changed and the plan did not.
    Repeating it after a crash changes nothing.

    Raises:
        WrongRequestState: it was cancelled, sent back or carried out meanwhile.
        PlanChanged: one of its `people` withdrew after the plan was made again.
        LedgerBehindWitness: the database is older than what the second place tells.
    """
    refuse_contradiction()  # nothing that cannot be undone stands on evidence that nobody will seal
    batch = load_batch(batch_id)
    numbers = numbers_of(batch)
    subject, state = subject_of_batch(batch, numbers), state_of(batch, numbers)
    if way_of(batch.kind) not in (Way.ERASE, Way.CORRECT):
        raise NotThisKind(number=numbers[0])
    if state is State.EXECUTING and batch.run == run:
        record(actor=SYSTEM, now=now, subject=subject, facts={"run": run, "resumed": True})
        return
    if state is not State.ACCEPTED or batch.run != run:
        raise WrongRequestState(number=numbers[0], state=state.value)
    if len(numbers) != people:
        raise PlanChanged
    plain_sql.write(_SET_WITNESS, witness_sealed, batch_id)
    if renewed is not None:
        plain_sql.write(_SET_PLAN, *renewed, batch_id)
    move_many(
        actor=SYSTEM,
        now=now,
        subject=subject,
        numbers=numbers,
        to=State.EXECUTING,
        transitions=TRANSITIONS,
    )
    facts: dict[str, Json] = {"run": run, "plan": batch.plan_digest, "sources": list(sources)}
    record(actor=SYSTEM, now=now, subject=subject, facts=facts)


@act("rights.send_back")
def send_back(*, now: datetime, batch_id: int, run: int, reason: str, lost: Sequence[str] = ()) -> None:
    """Undo the approval: what would be carried out is no longer what was approved. Nothing was written.

    `lost`: requests whose starting rows are no longer the person's; they are looked for anew.

    Raises:
        WrongRequestState: it was approved anew meanwhile, which this run does not undo.
    """
    batch = load_batch(batch_id)
    numbers = numbers_of(batch)
    state = state_of(batch, numbers)
    if batch.run != run:
        raise WrongRequestState(number=numbers[0], state=state.value)
    subject = subject_of_batch(batch, numbers)
    RightsRequest.objects.filter(number__in=lost).update(candidate_count=None, roots_sealed=None)
    batch.approved_by, batch.approved_at = "", None
    batch.approved_shell = ""
    batch.planned_by, batch.planned_shell, batch.is_proposed, batch.plan_digest = "", "", False, ""
    batch.save()
    move_many(
        actor=SYSTEM, now=now, subject=subject, numbers=numbers, to=State.PLANNED, transitions=TRANSITIONS
    )
    ask_for_decision(batch, actor=SYSTEM, now=now, numbers=numbers)
    record(actor=SYSTEM, now=now, subject=subject, facts={"run": run, "reason": reason})


@act("rights.record_source_refusal")
def record_source_refusal(*, now: datetime, batch_id: int, run: int, source: str, reason: str) -> None:
    """Record that nothing was written in one source, and why. The fresh search says what that leaves."""
    subject = subject_of_batch(load_batch(batch_id))
    facts: dict[str, Json] = {"run": run, "source": source, "reason": reason}
    record(actor=SYSTEM, now=now, subject=subject, facts=facts)


@act("rights.record_source_outcome")
def record_source_outcome(
    *, now: datetime, batch_id: int, run: int, source: str, counts: Mapping[str, Mapping[str, int]]
) -> None:
    """Record what was committed in one source; once per run."""
    batch = load_batch(batch_id)
    plain: dict[str, Json] = {table: dict(done) for table, done in counts.items()}
    plain_sql.write(_NOTE_WRITTEN, batch_id, run, source, json.dumps(plain), plain_sql.stored(now))
    written: list[Json] = [{"table": table, **done} for table, done in counts.items()]
    facts: dict[str, Json] = {"run": run, "source": source, "written": written}
    record(actor=SYSTEM, now=now, subject=subject_of_batch(batch), facts=catalogue_facts(facts))


@act("rights.finish_erasure")
def finish_erasure(
    *,
    now: datetime,
    batch_id: int,
    run: int,
    search: dict[str, Json],
    results: Sequence[PersonResult],
    contacts: Mapping[str, HeldContact],
) -> None:
    """Say what came of it, person by person, after the fresh search. The batch's key is destroyed.

    Where somebody's erasure is incomplete, plan and captured values stay sealed for `finish_search`, and an agent
    is asked to mend what is left. Repeating it changes nothing: a request has one outcome.
    """
    batch = load_batch(batch_id)
    numbers = numbers_of(batch)
    subject, state = subject_of_batch(batch, numbers), state_of(batch, numbers)
    if state is State.DONE and batch.run == run:
        record(actor=SYSTEM, now=now, subject=subject, facts={"run": run, "repeated": True})
        return
    if state is not State.EXECUTING or batch.run != run:
        raise WrongRequestState(number=numbers[0], state=state.value)
    answers = answering.ways_of(batch_id, reachable=contacts)
    update_each(
        ("outcome", "completed_at", "kept", "roots_sealed", "answer"),
        {
            result.number: (result.outcome.value, now, list(result.kept), None, answers[result.number].value)
            for result in results
        },
    )
    plain_sql.write(_FINISH, json.dumps(search), plain_sql.stored(now), batch_id)
    close_many(
        actor=SYSTEM,
        now=now,
        subject=subject,
        numbers=[result.number for result in results],
        state=State.DONE,
        transitions=TRANSITIONS,
    )
    results = [
        replace(result, facts={**result.facts, "answer": answers[result.number].value}) for result in results
    ]
    _record_results(batch, subject=subject, now=now, search=search, results=results)
    if all(result.outcome is not Outcome.INCOMPLETE for result in results):
        _forget(batch)
    publish(ErasureVerified(batch_id=batch.pk))
    publish(
        RequestsCompleted(
            numbers=tuple(result.number for result in results),
            outcomes=tuple(result.outcome.value for result in results),
        )
    )
    _answer(batch, now=now, numbers=[result.number for result in results], answers=answers)
    _ask_to_mend(now=now, left=[one.number for one in results if one.outcome is Outcome.INCOMPLETE])


def _ask_to_mend(*, now: datetime, left: Sequence[str]) -> None:
    """Put on an agent's desk what erasures left: one task for all of a batch."""
    if left:
        task = NewTask(
            key=TASK_LEFT,
            what=LEFT_OF_ONE if len(left) == 1 else LEFT_OF_SEVERAL,
            params=(("count", len(left)),),
            role=Role.AGENT,
            url_name="rights:request",
            url_args=(left[0],),
            is_after_end=True,
        )
        cases.add_task(actor=SYSTEM, now=now, number=left[0], task=task)


def _answer(
    batch: Batch,
    *,
    now: datetime,
    numbers: Sequence[str],
    answers: Mapping[str, Answer],
) -> None:
    """Have the answers mailed by a job, some at a time, which others go before. The rest are staff's."""
    letters = [number for number in numbers if answers[number] is Answer.LETTER_DUE]
    answering.ask_for_letters(actor=SYSTEM, now=now, numbers=letters)
    if any(answers[number] is Answer.MAIL_DUE for number in numbers):
        key = f"{batch.pk}/{now.timestamp():.6f}"  # each end of the batch has its own
        start("rights.mail_answers", key=key, args={"batch_id": batch.pk})


@act("rights.ask_search")
def ask_search(*, actor: Actor, now: datetime, number: str) -> None:
    """Have every source searched again for what an incomplete erasure left, once somebody has mended it.

    Raises:
        NotYours, UnknownRequest
        NothingToSearch: it is not incomplete, or what it was searched by is forgotten.
    """
    if not actor.may(Role.APPROVER):
        refuse_unless(actor, Role.AGENT)
    request = RightsRequest.objects.select_related("batch").filter(number=number[:16]).first()
    if request is None:
        raise UnknownRequest(number=number[:16])
    batch = request.batch
    if request.outcome != Outcome.INCOMPLETE or batch.capture_sealed is None or batch.finished_at is None:
        raise NothingToSearch(number=number)
    record(actor=actor, now=now, subject=f"request:{number}", facts={"batch": f"B-{batch.pk}"})
    key = f"{batch.pk}:{batch.finished_at.timestamp():.6f}"  # twice clicked, searched once
    start("rights.search_again", key=key, args={"batch_id": batch.pk})


@act("rights.finish_search")
def finish_search(
    *,
    now: datetime,
    batch_id: int,
    search: dict[str, Json],
    results: Sequence[PersonResult],
    contacts: Mapping[str, HeldContact],
) -> None:
    """Say what a later search of every source came to, for the people whose erasure was incomplete."""
    batch = load_batch(batch_id)
    still = set(batch.requests.filter(outcome=Outcome.INCOMPLETE.value).values_list("number", flat=True))
    news = {result.number: result for result in results if result.number in still}
    subject = subject_of_batch(batch)
    if not news:
        record(actor=SYSTEM, now=now, subject=subject, facts={"repeated": True})
        return
    update_each(
        ("outcome", "kept"), {one.number: (one.outcome.value, list(one.kept)) for one in news.values()}
    )
    plain_sql.write(_FINISH, json.dumps(search), plain_sql.stored(now), batch_id)
    _record_results(batch, subject=subject, now=now, search=search, results=list(news.values()))
    if not batch.requests.filter(outcome=Outcome.INCOMPLETE.value).exists():
        _forget(batch)
    publish(ErasureVerified(batch_id=batch.pk))
    ended = [number for number, result in news.items() if result.outcome is not Outcome.INCOMPLETE]
    outcomes = tuple(news[number].outcome.value for number in ended)
    publish(RequestsCompleted(numbers=tuple(ended), outcomes=outcomes))
    answers = answering.ways_of(batch_id, reachable=contacts)
    update_each(("answer",), {number: (answers[number].value,) for number in ended})
    for number in open_tasks(TASK_LEFT).keys() & set(news):
        cases.drop_task(actor=SYSTEM, now=now, number=number, key=TASK_LEFT)
    _ask_to_mend(now=now, left=[number for number in news if number not in ended])
    _answer(batch, now=now, numbers=ended, answers=answers)


def _forget(batch: Batch) -> None:
    plain_sql.write(_FORGET, batch.pk)
    destroy_batch_key(batch)


def _record_results(
    batch: Batch,
    *,
    subject: str,
    now: datetime,
    search: dict[str, Json],
    results: Sequence[PersonResult],
) -> None:
    """Record one entry a person. The search of several people stands once, in the entry of their batch."""
    evidence = []
    said: Json = search
    if len(results) > 1:
        said = {"batch": f"B-{batch.pk}", "sha256": hashlib.sha256(_canonical(search)).hexdigest()}
        outcomes: dict[str, Json] = dict(Counter(result.outcome.value for result in results))
        facts: dict[str, Json] = {"outcomes": outcomes, "plan": batch.plan_digest, "search": search}
        evidence.append(Evidence(subject=subject, facts=facts))
    for result in results:
        facts = {
            "outcome": result.outcome.value,
            "plan": batch.plan_digest,
            "kept": list(result.kept),
            "search": said,
            **result.facts,
        }
        evidence.append(
            Evidence(subject=f"request:{result.number}", facts=facts, person_refs=result.person_refs)
        )
    record_many(
        actor=SYSTEM, now=now, evidence=[replace(one, facts=catalogue_facts(one.facts)) for one in evidence]
    )


def _canonical(facts: dict[str, Json]) -> bytes:
    """Return the spelling that the entry itself has: sorted, without blanks, ASCII."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":")).encode("ascii")


@act("rights.finish_access")
def finish_access(
    *,
    now: datetime,
    batch_id: int,
    run: int,
    number: str,
    facts: dict[str, Json],
    contact: HeldContact | None,
    seen: str = "",
) -> None:
    """Record that the package is complete, and mail its one-time link to the contact point held.

    `seen`: that contact point changed; what is held instead, as a digest. The link goes to nobody then.

    With the last package the batch's key is destroyed; the packages are sealed under their cases' keys.
    """
    batch = load_batch(batch_id)
    request = RightsRequest.objects.select_for_update().get(number=number)
    if request.completed_at is not None:
        record(actor=SYSTEM, now=now, subject=f"request:{number}", facts={"run": run, "repeated": True})
        return
    state = State(state_of_case(number))  # of the very request: others of its batch may be further
    if way_of(batch.kind) is not Way.COPY:
        raise NotThisKind(number=number)
    if state is not State.ACCEPTED or request.batch_id != batch_id or batch.run != run:
        raise WrongRequestState(number=number, state=state.value)
    if seen:
        held_answers.mark_held(request, seen=seen, now=now)
    is_reached = contact is not None and not seen and is_reachable(contact)
    answer = Answer.MAIL if is_reached else Answer.LETTER_DUE  # the link stands in the mail alone
    token = new_token()
    request.answer = answer.value
    request.outcome, request.completed_at = Outcome.DELIVERED.value, now
    request.package_token_hash = hashlib.sha256(token.encode()).hexdigest()
    request.package_expires_at = now + answering.PACKAGE_LIVES
    request.save(
        update_fields=["answer", "outcome", "completed_at", "package_token_hash", "package_expires_at"]
    )
    if not batch.requests.filter(completed_at__isnull=True).exists():
        destroy_batch_key(batch)
    close_many(
        actor=SYSTEM,
        now=now,
        subject=f"request:{number}",
        numbers=[number],
        state=State.DONE,
        transitions=TRANSITIONS,
    )
    record(
        actor=SYSTEM,
        now=now,
        subject=f"request:{number}",
        facts=catalogue_facts({"outcome": Outcome.DELIVERED.value, "answer": answer.value, **facts}),
    )
    publish(AccessDelivered(number=number))
    publish(RequestsCompleted(numbers=(number,), outcomes=(Outcome.DELIVERED.value,)))
    if answer is Answer.LETTER_DUE:
        answering.ask_for_letters(actor=SYSTEM, now=now, numbers=[number])
    elif contact is not None:
        template, params = package_mail(request, token, now=now)
        send(
            actor=SYSTEM,
            now=now,
            to=contact,
            template_id=template,
            params=params,
            language=dict(languages_of([number]))[number],
        )


@act("rights.fetch_package")
def fetch_package(*, now: datetime, number: str, token: str) -> None:
    """Spend the one-time link.

    Raises:
        NoPackage: wrong, spent or expired.
    """
    request = RightsRequest.objects.select_for_update().filter(number=number).first()
    digest = hashlib.sha256(token.encode()).hexdigest()
    if (
        request is None
        or not request.package_token_hash
        or request.package_token_hash != digest
        or request.package_expires_at is None
        or request.package_expires_at <= now
    ):
        raise NoPackage(number=number)
    request.package_token_hash = ""
    request.save(update_fields=["package_token_hash"])
    record(actor=SYSTEM, now=now, subject=f"request:{number}", facts={"fetched": True})


def destroy_batch_key(batch: Batch) -> None:
    """Destroy what opens plan and capture of a batch that is over."""
    keys.destroy_case_key(batch.key_id)
