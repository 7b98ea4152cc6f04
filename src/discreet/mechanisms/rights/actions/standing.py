"""Requests that are choices: what the person chose stands in `foundation/permission`, and the request ends applied.

An opt-out and a limit take no proof of identity and stand from receipt; the others once the identity is proven.
Source: GDPR Art. 7(3), 18, 21; PIPL Art. 15, 44; 11 CCR 7026, 7027, 7060(b).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from discreet.engines.subjects.identity import Identity
from discreet.events.rights import RequestsCompleted
from discreet.foundation.cases.bulk import close_many
from discreet.foundation.datamap.sharing_queries import recipients
from discreet.foundation.jobs.api import publish, start
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Evidence, record_many
from discreet.foundation.organisation.queries import profile
from discreet.foundation.organisation.rules import applicable_laws
from discreet.foundation.permission.actions import choosing
from discreet.foundation.permission.people import Person, RowKey
from discreet.foundation.permission.rules import MARKETING, Channel, article_of
from discreet.foundation.permission.rules import Kind as Choice
from discreet.foundation.permission.said import Said, Source
from discreet.foundation.rulepacks.law import Law
from discreet.mechanisms.rights.kinds import Kind, Scope, Tier, Way, right_of
from discreet.mechanisms.rights.matching.roots import Candidates, Root
from discreet.mechanisms.rights.models import Batch, RightsRequest
from discreet.mechanisms.rights.opening.queries import proven_claim
from discreet.mechanisms.rights.outside.rules import is_told
from discreet.mechanisms.rights.rules import AT_RECEIPT, TRANSITIONS, Answer, Outcome, State
from discreet.vocabulary.actors import Actor

_CHOICES: Mapping[Kind, Choice] = {
    Kind.RESTRICTION: Choice.RESTRICTION,
    Kind.OBJECTION: Choice.OBJECTION,
    Kind.CONSENT_WITHDRAWAL: Choice.CONSENT_WITHDRAWAL,
    Kind.OPT_OUT: Choice.OPT_OUT,
    Kind.LIMIT: Choice.LIMIT,
}
_FROM_RECEIPT = {**TRANSITIONS, State.RECEIVED: TRANSITIONS[State.RECEIVED] | AT_RECEIPT[State.RECEIVED]}


def is_applied_at_receipt(kind: str) -> bool:
    """Say whether a request of this kind stands from receipt: no law asks a proof of identity for it."""
    right = right_of(kind)
    return right.way is Way.STAND and right.tier is Tier.NONE


@act("rights.apply_at_receipt")
def apply_at_receipt(
    *, actor: Actor, now: datetime, batch_id: int, claims: Mapping[str, tuple[Identity, str]]
) -> None:
    """Let what people chose stand, and end their requests, within the act that receives them.

    `claims`: by number, what each said of themselves and where they live. No letter is due: the law asks none, and
    the status page says that it was done.
    """
    requests = list(RightsRequest.objects.filter(number__in=claims, completed_at__isnull=True))
    said = said_by((one, *claims[one.number]) for one in requests)
    channel = Channel.IMPORT if requests and requests[0].channel == "import" else Channel.REQUEST
    choosing.choose_some(actor=actor, now=now, said=said, source=Source(channel, f"B-{batch_id}"))
    answers = {one.number: Answer.PAGE if one.channel == "centre" else Answer.NONE for one in requests}
    end_applied(actor=actor, now=now, batch_id=batch_id, answers=answers, transitions=_FROM_RECEIPT)
    publish(RequestsCompleted(numbers=tuple(answers), outcomes=(Outcome.APPLIED.value,) * len(answers)))


def said_by(asked: Iterable[tuple[RightsRequest, Identity, str]]) -> list[Said]:
    """Return what requests say, as the facts of permission take it: each with its claim and residence."""
    laws: dict[tuple[str, str], Law | None] = {}
    said = []
    for request, claim, residence in asked:
        kind, place = Kind(request.kind), (request.kind, residence)
        if place not in laws:
            laws[place] = _law(kind, residence)
        said.append(
            Said(
                person=_person(request, claim),
                kind=_CHOICES[kind],
                law=laws[place],
                purpose=MARKETING if request.scope == Scope.MARKETING else "",
                only_profiling=kind is Kind.OBJECTION and request.scope == Scope.PROFILING,
                origin=request.number,
            )
        )
    return said


def end_applied(
    *,
    actor: Actor,
    now: datetime,
    batch_id: int,
    answers: Mapping[str, Answer],
    transitions: Mapping[str, frozenset[State]],
) -> None:
    """End requests whose choice stands; the running act calls this. The batch's key goes with its last one."""
    numbers = list(answers)
    for way in Answer:
        own = [number for number, answer in answers.items() if answer is way]
        RightsRequest.objects.filter(number__in=own).update(
            outcome=Outcome.APPLIED.value, completed_at=now, answer=way.value
        )
    subject = f"batch:{batch_id}"
    close_many(
        actor=actor, now=now, subject=subject, numbers=numbers, state=State.DONE, transitions=transitions
    )
    record_many(
        actor=actor,
        now=now,
        evidence=[
            Evidence(
                subject=f"request:{number}",
                facts={"outcome": Outcome.APPLIED.value, "answer": answers[number].value},
            )
            for number in numbers
        ],
    )
    batch = Batch.objects.get(pk=batch_id)
    if numbers:
        begin_telling(batch_id, kind=batch.kind, first=numbers[0])
    if not batch.to_receive and not batch.requests.filter(completed_at__isnull=True).exists():
        keys.destroy_case_key(batch.key_id)


def begin_telling(batch_id: int, *, kind: str, first: str) -> None:
    """Have recipients told of what stands now, where this kind concerns one; the running act calls this."""
    if any(is_told(kind=kind, recipient=one.facts.kind) for one in recipients()):
        start("rights.tell_of_choices", key=f"{batch_id}:{first}", args={"batch_id": batch_id})


def _law(kind: Kind, residence: str) -> Law | None:
    """Return the first of the person's laws that knows this choice."""
    laws = applicable_laws(profile(), residence or None)
    choice = _CHOICES[kind]
    return next((law for law in laws if article_of(kind=choice, law=law)[0] is law), None)


def _person(request: RightsRequest, claim: Identity) -> Person:
    """Return whatever names the person: what of their words is proven, and their rows where exactly one was found."""
    claim = proven_claim(request, claim)
    rows: list[RowKey] = []
    if request.roots_sealed is not None and request.candidate_count == 1:
        opened = keys.open_sealed(request.number, bytes(request.roots_sealed), "roots").decode()
        rows = [row_key(root) for person in Candidates.from_json(opened).people for root in person.roots]
    return Person(
        email=claim.email or "",
        phone=claim.phone or "",
        customer_number=claim.customer_number or "",
        region=claim.region or "",
        rows=tuple(rows),
    )


def row_key(root: Root) -> RowKey:
    """Return a row as permission knows it: a key of several columns is joined by bars."""
    table = f"{root.table.schema}.{root.table.table}" if root.table.schema else root.table.table
    return RowKey(source=root.table.source, table=table, key="|".join(str(part) for part in root.key))
