"""A few requests in different states, made by the demo's staff through the acts that every door uses."""

from dataclasses import dataclass
from datetime import datetime

from discreet.engines.subjects.identity import Identity
from discreet.mechanisms.rights import preparing, queries
from discreet.mechanisms.rights.actions import deciding, proving, receiving
from discreet.mechanisms.rights.kinds import Kind
from discreet.mechanisms.rights.rules import State
from discreet.vocabulary.actors import Actor, ActorKind, Role

CHEN = Actor(kind=ActorKind.STAFF, name="chen", roles=frozenset({Role.AGENT}))
LENA = Actor(kind=ActorKind.STAFF, name="lena", roles=frozenset({Role.APPROVER}))


@dataclass(frozen=True, slots=True)
class Story:
    """How far a request goes: received, planned (waits for approval) or accepted (the worker does it)."""

    key: str
    kind: Kind
    email: str
    residence: str
    language: str
    until: State


STORIES = (
    Story("demo-erased", Kind.ERASURE, "wei.chen@example.org", "IE", "en", State.ACCEPTED),
    Story("demo-planned", Kind.ERASURE, "tom.reed@example.net", "US-CA", "en", State.PLANNED),
    Story("demo-delivered", Kind.ACCESS, "gang.lin@example.com", "CN", "zh-hans", State.ACCEPTED),
    Story("demo-received", Kind.ACCESS, "mei.lin@example.com", "CN", "zh-hans", State.RECEIVED),
)


def make_requests(*, now: datetime) -> None:
    """Receive each story's request and carry it as far as it goes. Doing it again changes nothing."""
    for story in STORIES:
        received = receiving.receive_request(
            actor=CHEN,
            now=now,
            kind=story.kind,
            claim=Identity(email=story.email),
            residence=story.residence,
            language=story.language,
            channel="desk",
            idempotency_key=story.key,
        )
        if story.until is not State.RECEIVED:
            _carry_on(story, number=received.number, now=now)


def _carry_on(story: Story, *, number: str, now: datetime) -> None:
    if queries.request_view(number).state == State.RECEIVED:
        proving.verify_identity(
            actor=CHEN, now=now, number=number, reason="Called back on the number in the customer's account."
        )
    batch_id = queries.batch_of(number)
    if queries.may_be_planned(batch_id):
        preparing.prepare_batch(batch_id, CHEN, now)
    if story.until is not State.ACCEPTED or queries.request_view(number).state not in (
        State.VERIFIED,
        State.PLANNED,
    ):
        return
    if story.kind is Kind.ACCESS:
        deciding.accept_access(actor=LENA, now=now, batch_id=batch_id)
    else:
        digest = queries.plan_view(batch_id).digest
        deciding.accept_erasure(actor=LENA, now=now, batch_id=batch_id, plan_digest=digest)
