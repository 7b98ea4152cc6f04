"""Reading requests. What is sealed stays sealed here, but for `roots_of…` and `claim…_of…`."""

import hashlib
import hmac
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from discreet.engines.subjects.graph import TableRef
from discreet.engines.subjects.identity import Identity
from discreet.engines.subjects.plans import Decisions, SharedChoice
from discreet.foundation import plain_sql
from discreet.foundation.cases.bulk import languages_of, state_of_case
from discreet.foundation.cases.queries import ClockView, states_among, subject_of, subjects_of
from discreet.foundation.cases.queries import get as get_case
from discreet.foundation.datamap.queries import built
from discreet.foundation.keys import api as keys
from discreet.mechanisms.rights.deciding.decided import duty_of
from discreet.mechanisms.rights.deciding.items import ItemDecision, Verdict, item_from_json
from discreet.mechanisms.rights.kinds import Kind, Requester, Way, way_of
from discreet.mechanisms.rights.matching.roots import Candidates
from discreet.mechanisms.rights.models import Batch, RightsRequest, SourceOutcome
from discreet.mechanisms.rights.opening import claims
from discreet.mechanisms.rights.opening.asker import who_of
from discreet.mechanisms.rights.opening.identity import needs_second_person
from discreet.mechanisms.rights.opening.queries import still_missing
from discreet.mechanisms.rights.refusals import PlanMissing, UnknownRequest
from discreet.mechanisms.rights.request_views import Course, PlanView, RequestView, SourceView, Words
from discreet.mechanisms.rights.rules import Answer, Outcome, State, answered_at

_AT_ONCE = 500
_REQUESTS = RightsRequest._meta.db_table
_MEMBERS = (
    f"SELECT number, kind, position, candidate_count, residence FROM {_REQUESTS} "  # noqa: S608
    "WHERE batch_id = %s AND completed_at IS NULL ORDER BY position"
)
_CARRIED_OUT = (
    f"SELECT number, kind, position, candidate_count, residence FROM {_REQUESTS} "  # noqa: S608
    "WHERE batch_id = %s AND outcome IN ('erased', 'erased_except_kept', 'incomplete') ORDER BY position"
)
_FIRST = (
    f"SELECT number FROM {_REQUESTS} WHERE batch_id = %s "  # noqa: S608
    "ORDER BY CASE WHEN completed_at IS NULL THEN 0 ELSE 1 END, position, id LIMIT 1"
)
_NUMBERS = f"SELECT number FROM {_REQUESTS} WHERE batch_id = %s ORDER BY position, id"  # noqa: S608
_PROVEN_BY_CODE = f"SELECT number FROM {_REQUESTS} WHERE batch_id = %s AND verified_how = 'code'"  # noqa: S608
_IS_COMPLETED = f"SELECT 1 FROM {_REQUESTS} WHERE number = %s AND completed_at IS NOT NULL"  # noqa: S608
_ROOTS = f"SELECT number, roots_sealed FROM {_REQUESTS} WHERE number IN ({{}})"  # noqa: S608
_KEY_ID, _DIGEST, _PLAN, _CAPTURE, _WITNESS, _SUMMARY, _DECISIONS, _RUN = (
    f"SELECT {column} FROM {Batch._meta.db_table} WHERE id = %s"  # noqa: S608
    for column in (
        "key_id",
        "plan_digest",
        "plan_sealed",
        "capture_sealed",
        "witness_sealed",
        "plan_summary",
        "decisions",
        "run",
    )
)
_IS_WRITTEN = (
    f"SELECT 1 FROM {SourceOutcome._meta.db_table} "  # noqa: S608
    "WHERE batch_id = %s AND run = %s AND source = %s"
)


@dataclass(frozen=True, slots=True)
class Member:
    """One request of a batch, for the engine: its candidates are known or not."""

    number: str
    kind: str
    position: int
    candidates: int | None
    residence: str


def may_search_again(number: str) -> bool:
    """Say whether an erasure is incomplete and what it was searched by is still there, sealed."""
    found = RightsRequest.objects.filter(number=number, outcome=Outcome.INCOMPLETE.value)
    return found.filter(batch__capture_sealed__isnull=False).exists()


def request_view(number: str) -> RequestView:
    """Return everything a page or the command line shows of a request.

    Raises:
        UnknownRequest: there is none.
    """
    request = RightsRequest.objects.select_related("batch").filter(number=number[:16]).first()
    if request is None:
        raise UnknownRequest(number=number[:16])
    batch = request.batch
    case = get_case(number)
    outcomes = batch.outcomes.filter(run=batch.run).order_by("at", "id")
    return RequestView(
        number=request.number,
        kind=request.kind,
        channel=request.channel,
        state=State(case.row.state),
        outcome=request.outcome,
        answer=request.answer,
        residence=request.residence,
        received_at=request.received_at,
        due_at=request.due_at,
        verified_at=request.verified_at,
        verified_how=request.verified_how,
        verified_by=request.verified_by,
        completed_at=request.completed_at,
        answered_at=_answered_at(request),
        candidates=request.candidate_count,
        kept=tuple(request.kept),
        sources=tuple(SourceView(name=one.source, counts=one.counts, at=one.at) for one in outcomes),
        search=batch.search_summary,
        plan=plan_view(batch.pk),
        case=case,
        batch_size=batch.requests.count(),
        has_package=bool(request.package_token_hash),
        package_expires_at=request.package_expires_at,
        takes_two_people=takes_two_people(batch),
        course=_course(request),
    )


def _course(request: RightsRequest) -> Course:
    """Return who asks and what happened to the request beside its states."""
    return Course(
        requester=request.requester,
        scope=request.scope,
        proofs=tuple(request.proofs),
        missing=still_missing(request) if request.verified_at is None and not request.completed_at else (),
        declared_at=request.declared_at,
        authorised_at=request.authorised_at,
        acknowledged_at=request.acknowledged_at,
        extended_at=request.extended_at,
        paused_at=request.paused_at,
        duplicate_of=request.duplicate_of,
        justification=request.justification,
        appealed_at=request.appealed_at,
        reopened_at=request.reopened_at,
        told=tuple(request.told),
        choice_ref=request.choice_ref,
        contact_seen=request.contact_seen,
        is_held=request.contact_changed_at is not None and request.contact_settled_at is None,
    )


def are_all_by_themselves(batch_id: int) -> bool:
    """Say whether every request of a batch was made by the person whom it is about."""
    return not RightsRequest.objects.filter(batch_id=batch_id).exclude(requester="self").exists()


def takes_two_people(batch: Batch) -> bool:
    """Say whether two people decide what is done in answer to this batch."""
    requesters = batch.requests.order_by("requester").values_list("requester", flat=True).distinct()
    sensitive = int(batch.plan_summary.get("sensitive_fields", 0))
    return any(
        needs_second_person(kind=batch.kind, requester=who, sensitive_fields=sensitive) for who in requesters
    )


def words_sealed(number: str) -> Words:
    """Open what was written about a request: why it takes longer, an appeal, the answer to it."""
    request = RightsRequest.objects.filter(number=number[:16]).first()
    if request is None:
        raise UnknownRequest(number=number[:16])
    return Words(
        extension=_opened(request, request.extension_sealed, "extension"),
        appeal=_opened(request, request.appeal_sealed, "appeal"),
        appeal_answer=_opened(request, request.appeal_answer_sealed, "appeal-answer"),
        reasons=_opened(request, request.wish_sealed, "wish") if way_of(request.kind) is Way.STAND else "",
        who=who_of(_opened(request, request.requester_sealed, "requester").encode()),
    )


def _opened(request: RightsRequest, sealed: bytes | memoryview | None, label: str) -> str:
    return keys.open_sealed(request.number, bytes(sealed), label).decode() if sealed else ""


def _answered_at(request: RightsRequest) -> datetime | None:
    return answered_at(
        answer=request.answer, completed_at=request.completed_at, letter_sent_at=request.letter_sent_at
    )


def clock_met_at(clock: ClockView, view: RequestView) -> datetime | None:
    """Return when a clock was met: the case's end stops it, the law's only the answer that left."""
    ended = view.completed_at
    if ended is None or (clock.met_at is not None and clock.met_at < ended):
        return clock.met_at
    return view.answered_at


def plan_view(batch_id: int) -> PlanView:
    """Return the plan of a batch.

    Raises:
        UnknownRequest: there is no such batch.
    """
    large = ("plan_sealed", "capture_sealed", "witness_sealed", "search_summary")
    batch = Batch.objects.defer(*large).filter(pk=batch_id).first()
    if batch is None:
        raise UnknownRequest(number=f"B-{batch_id}")
    return PlanView(
        batch_id=batch.pk,
        digest=batch.plan_digest,
        made_at=batch.planned_at,
        prepared_by=batch.planned_by,
        approved_by=batch.approved_by,
        approved_at=batch.approved_at,
        is_proposed=batch.is_proposed,
        both_by_shell_user=batch.approved_shell if batch.approved_shell == batch.planned_shell else "",
        summary=batch.plan_summary,
        decisions=batch.decisions,
    )


def plan_summary(batch_id: int) -> dict[str, Any]:
    """Return what staff were shown of the batch's plan: tables, counts, gaps."""
    found = plain_sql.first(_SUMMARY, batch_id)
    return plain_sql.loaded(found[0]) if found else {}


def run_of(batch_id: int) -> int:
    """Return how often the batch's execution was started."""
    found = plain_sql.first(_RUN, batch_id)
    return int(found[0]) if found else 0


def batch_of(name: str) -> int:
    """Return the batch of a request number (R-1001) or of a batch name (B-7).

    Raises:
        UnknownRequest: there is none.
    """
    if name.startswith("B-") and name[2:].isdecimal() and len(name) < 16:
        found = Batch.objects.filter(pk=int(name[2:])).values_list("pk", flat=True).first()
    else:
        found = RightsRequest.objects.filter(number=name[:16]).values_list("batch_id", flat=True).first()
    if found is None:
        raise UnknownRequest(number=name[:16])
    return found


def members(batch_id: int) -> list[Member]:
    """Return the requests of a batch that have not ended, in the order of its plan."""
    return [Member(*row) for row in plain_sql.rows(_MEMBERS, batch_id)]


def carried_out(batch_id: int) -> list[Member]:
    """Return the requests of a batch whose erasure was carried out, in the order of its plan."""
    return [Member(*row) for row in plain_sql.rows(_CARRIED_OUT, batch_id)]


def residences_of(batch_id: int) -> list[str]:
    """Return where the people of a batch live, each place once; "" = unknown."""
    found = RightsRequest.objects.filter(batch_id=batch_id).order_by("residence")
    return list(found.values_list("residence", flat=True).distinct())


def decisions_of(batch_id: int) -> Decisions:
    """Return what staff decided for the batch's plan."""
    found = plain_sql.first(_DECISIONS, batch_id)
    stored: dict[str, str] = plain_sql.loaded(found[0]) if found else {}
    shared: dict[TableRef, SharedChoice] = {}
    for name, choice in stored.items():
        shared[_table_of(name)] = SharedChoice(choice)
    keeps = {
        table: duty_of(decision)
        for table, decision in item_decisions_of(batch_id).items()
        if decision.verdict is not Verdict.GRANT
    }
    return Decisions(shared=shared, keeps=keeps)


def item_decisions_of(batch_id: int) -> dict[TableRef, ItemDecision]:
    """Return what staff decided table by table."""
    found = Batch.objects.filter(pk=batch_id).values_list("item_decisions", flat=True).first() or {}
    return {_table_of(name): item_from_json(stored) for name, stored in found.items()}


def _table_of(name: str) -> TableRef:
    source, *schema, table = name.split("\x1f")
    return TableRef(source=source, table=table, schema=schema[0] if schema else "")


def roots_of(number: str) -> Candidates | None:
    """Open who matches the request; None while nobody looked."""
    return roots_of_many([number])[0]


def candidates_of(number: str) -> Candidates | None:
    """Return who matches the request; None while nobody looked.

    Raises:
        UnknownRequest
    """
    if not RightsRequest.objects.filter(number=number).exists():
        raise UnknownRequest(number=number[:16])
    return roots_of(number)


def roots_of_many(numbers: Sequence[str]) -> list[Candidates | None]:
    """Open who matches each of the requests, in their order; None where nobody looked."""
    sealed: dict[str, bytes] = {}
    for start in range(0, len(numbers), _AT_ONCE):
        part = numbers[start : start + _AT_ONCE]
        kept = plain_sql.rows(_ROOTS.format(plain_sql.marks(len(part))), *part)
        sealed.update((number, bytes(blob)) for number, blob in kept if blob is not None)
    opened = keys.open_many(sealed, "roots")
    return [Candidates.from_json(opened[number].decode()) if number in opened else None for number in numbers]


def claim_of(number: str) -> Identity:
    """Open what the person said of themselves."""
    return claims.from_bytes(subject_of(number))


def detail_of(number: str) -> Identity | None:
    """Open what the person said with another detail that nobody has compared yet; None where there is none."""
    sealed = RightsRequest.objects.values_list("detail_sealed", flat=True).get(number=number)
    return (
        claims.from_bytes(keys.open_sealed(number, bytes(sealed), "detail")) if sealed is not None else None
    )


def claims_of_many(numbers: Sequence[str]) -> list[Identity]:
    """Open what each of the persons said of themselves, in the order of the numbers."""
    opened = subjects_of(numbers)
    return [claims.from_bytes(opened[number]) for number in numbers]


def batch_key(batch_id: int) -> str:
    found = plain_sql.first(_KEY_ID, batch_id)
    if found is None:
        raise UnknownRequest(number=f"B-{batch_id}")
    return str(found[0])


def states_of_batch(batch_id: int) -> Counter[tuple[State, str]]:
    """Return how many requests of a batch stand where: (state, outcome) → count; what has an outcome is done."""
    own = RightsRequest.objects.filter(batch_id=batch_id).order_by()
    states = states_among(own.filter(outcome="").values_list("number", flat=True))
    found = Counter({(State(state), ""): count for state, count in states.items()})
    ended = own.exclude(outcome="").values_list("outcome").annotate(count=Count("pk"))
    return found + Counter({(State.DONE, outcome): count for outcome, count in ended})


def kind_of_batch(batch_id: int) -> Kind:
    return Kind(Batch.objects.values_list("kind", flat=True).get(pk=batch_id))


def state_of_batch(batch_id: int) -> State:
    """Return the state that the batch's requests share: of the first open one, else of the first."""
    first = plain_sql.first(_FIRST, batch_id)
    if first is None:
        raise UnknownRequest(number=f"B-{batch_id}")
    return State(state_of_case(first[0]))


def may_be_planned(batch_id: int) -> bool:
    """Say whether a plan may be made (again): identity proven, nothing approved yet."""
    return state_of_batch(batch_id) in (State.VERIFIED, State.PLANNED)


def sealed_plan(batch_id: int) -> tuple[str, bytes]:
    """Return (key id, sealed plan)."""
    return batch_key(batch_id), _sealed(_PLAN, batch_id)


def sealed_capture(batch_id: int) -> bytes:
    return _sealed(_CAPTURE, batch_id)


def sealed_witness(batch_id: int) -> bytes:
    return _sealed(_WITNESS, batch_id)


def _sealed(statement: str, batch_id: int) -> bytes:
    found = plain_sql.first(statement, batch_id)
    if found is None or found[0] is None:
        raise PlanMissing(number=f"B-{batch_id}")
    return bytes(found[0])


def plan_digest(batch_id: int) -> str:
    """Return the digest of the batch's plan, "" where there is none."""
    found = plain_sql.first(_DIGEST, batch_id)
    if found is None:
        raise UnknownRequest(number=f"B-{batch_id}")
    return str(found[0])


def is_anything_written(batch_id: int, run: int) -> bool:
    """Say whether this run has committed in any source."""
    return SourceOutcome.objects.filter(batch_id=batch_id, run=run).exists()


def is_written(batch_id: int, run: int, source: str) -> bool:
    """Say whether the outcome of one source is recorded for this run."""
    return plain_sql.first(_IS_WRITTEN, batch_id, run, source) is not None


def is_package_ready(number: str, token: str, *, now: datetime) -> bool:
    """Say whether this link would hand the package over now: right, neither used nor expired."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    found = RightsRequest.objects.filter(number=number[:16], package_expires_at__gt=now)
    stored = found.values_list("package_token_hash", flat=True).first()
    return bool(stored) and hmac.compare_digest(str(stored), digest)


def is_completed(number: str) -> bool:
    return plain_sql.first(_IS_COMPLETED, number) is not None


def language_of(number: str) -> str:
    return dict(languages_of([number]))[number]


def proven_by_code(batch_id: int) -> list[str]:
    """Return the numbers of requests whose identity a code proved: mail can reach these people."""
    return [row[0] for row in plain_sql.rows(_PROVEN_BY_CODE, batch_id)]


def proven_among(numbers: Sequence[str]) -> list[str]:
    """Return those of the requests whose identity nothing but a code proved."""
    found: list[str] = []
    for begin in range(0, len(numbers), _AT_ONCE):
        part = RightsRequest.objects.filter(number__in=numbers[begin : begin + _AT_ONCE], verified_how="code")
        found.extend(part.filter(verified_at__isnull=False).values_list("number", flat=True))
    return found


def asked_in_place(batch_id: int) -> list[str]:
    """Return the requests of a batch that a guardian or a relative makes in the person's place."""
    found = RightsRequest.objects.filter(batch_id=batch_id).exclude(
        requester__in=[Requester.SELF.value, Requester.AGENT.value]
    )
    return list(found.values_list("number", flat=True))


def refused_of(numbers: Sequence[str]) -> list[str]:
    """Return those of the requests that were refused: what is answered otherwise was compared with its rows before."""
    found = RightsRequest.objects.filter(number__in=numbers, outcome=Outcome.REFUSED.value)
    return list(found.filter(verified_how="code").values_list("number", flat=True))


def answers_due(batch_id: int, way: Answer, *, is_held: bool = False) -> list[str]:
    """Return the requests of a batch whose answer is still to go this way, or that of which it is held."""
    held = Q(contact_changed_at__isnull=False, contact_settled_at__isnull=True)
    due = RightsRequest.objects.filter(held if is_held else ~held, batch_id=batch_id, answer=way.value)
    return list(due.order_by("position").values_list("number", flat=True))


def requests_of(batch_id: int) -> list[str]:
    """Return every request number of a batch, in the order of arrival."""
    return [row[0] for row in plain_sql.rows(_NUMBERS, batch_id)]


def first_requests_of(batch_id: int, *, at_most: int) -> list[str]:
    """Return the first request numbers of a batch, in the order of arrival."""
    return [row[0] for row in plain_sql.rows(f"{_NUMBERS} LIMIT %s", batch_id, at_most)]


def state_of_request(number: str) -> State:
    return State(state_of_case(number))


def table_named(name: str) -> TableRef | None:
    """Return the table of the confirmed map that is written so in plans."""
    return next((ref for ref in built().graph.tables if str(ref) == name), None)
