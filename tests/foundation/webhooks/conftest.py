"""A receiver, a clock that the test moves, and a subscription that leads there."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from discreet.foundation.webhooks import actions
from discreet.foundation.webhooks.delivery import send_due
from discreet.foundation.webhooks.models import Subscription, WebhookDelivery
from discreet.foundation.webhooks.sending import Wire
from discreet.vocabulary.actors import Actor, ActorKind, Role
from tests.fakes.webhook_receiver import Receiver, serve

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ADMIN = Actor(kind=ActorKind.STAFF, name="lena", roles=frozenset({Role.ADMINISTRATOR}))
AGENT = Actor(kind=ActorKind.STAFF, name="chen.yu", roles=frozenset({Role.AGENT}))
RECEIVED = "request.received"
REASON = "The ticket system stands in our own network."


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def real(self) -> datetime:
        return datetime.now(UTC)

    def pass_(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now


@dataclass
class Link:
    """A subscription of a test, its receiver and its clock."""

    receiver: Receiver
    clock: Clock
    subscription_id: str = ""
    wire: Wire = field(default_factory=lambda: Wire(limit_s=5.0))

    def happen(self, number: str = "R-1", event: str = RECEIVED) -> None:
        actions.queue(now=self.clock(), event=event, data={"request": number})

    def send(self, wire: Wire | None = None) -> int:
        return send_due(subscription_id=self.subscription_id, clock=self.clock, wire=wire or self.wire)

    @property
    def row(self) -> Subscription:
        return Subscription.objects.get(subscription_id=self.subscription_id)

    @property
    def message(self) -> WebhookDelivery:
        return WebhookDelivery.objects.get(subscription__subscription_id=self.subscription_id)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    stop = serve(made)
    yield made
    stop()


@pytest.fixture
def link(db: None, receiver: Receiver) -> Link:
    clock = Clock()
    receiver.clock = clock
    actions.permit_network(actor=ADMIN, now=NOW, network="127.0.0.1/32", reason=REASON)
    made = Link(receiver=receiver, clock=clock)
    made.subscription_id, receiver.secret = actions.subscribe(
        actor=ADMIN, now=NOW, name="Tickets", address=receiver.address, events=[RECEIVED]
    )
    return made
