"""Other systems hear of every request that ended, whatever its kind and however it ended: by number and outcome."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from discreet.events.rights import RequestsCompleted
from discreet.foundation.jobs.delivery import deliver_once
from discreet.foundation.jobs.models import OutboxEvent
from discreet.foundation.jobs.registry import load_all
from discreet.foundation.webhooks import actions as webhooks
from discreet.foundation.webhooks.models import WebhookDelivery
from discreet.mechanisms.rights import preparing, queries
from discreet.mechanisms.rights.actions import appealing, deciding
from discreet.vocabulary.actors import SYSTEM, Actor, ActorKind, Role
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights import driving
from tests.mechanisms.rights.company import AGENT, ANN, APPROVER, CLEO, CUSTOMER, NOW, SECOND_APPROVER

pytestmark = [pytest.mark.duty("M8.3"), pytest.mark.django_db]
ADMIN = Actor(kind=ActorKind.STAFF, name="lena", roles=frozenset({Role.ADMINISTRATOR}))


def ended() -> list[tuple[str, str]]:
    found = OutboxEvent.objects.filter(name=RequestsCompleted.event_name()).order_by("id")
    events = [RequestsCompleted.from_json(one.body) for one in found]
    return [pair for one in events for pair in zip(one.numbers, one.outcomes, strict=True)]


def withdrawn() -> str:
    number = driving.planned("erasure", ANN)
    deciding.cancel_request(actor=CUSTOMER, now=NOW, number=number)
    return number


def refused() -> str:
    number = driving.planned("access", ANN)
    deciding.refuse_request(actor=APPROVER, now=NOW, number=number, reason="Abusive", article="")
    return number


def dismissed() -> str:
    number, now = refused(), datetime.now(UTC)
    OutboxEvent.objects.all().delete()
    appealing.appeal(actor=CUSTOMER, now=NOW, number=number, words="I asked once")
    appealing.dismiss_appeal(actor=SECOND_APPROVER, now=now, number=number, reason="Forty times")
    return number


def repeated() -> str:
    first, second = driving.planned("erasure", ANN), driving.planned("erasure", ANN)
    appealing.mark_duplicate(actor=AGENT, now=NOW, number=second, of=first)
    return second


def told() -> str:
    return driving.planned("know", CLEO)


def delivered() -> str:
    number = driving.planned("access", ANN)
    if queries.request_view(number).completed_at is None:
        driving.hand_over(number)
        driving.work()
    return number


def applied() -> str:
    number = driving.verified("restriction", ANN)
    preparing.prepare_batch(queries.batch_of(number), SYSTEM, NOW)
    return number


@pytest.mark.parametrize(
    ("end", "outcome"),
    [
        (withdrawn, "withdrawn"),
        (refused, "refused"),
        (dismissed, "refused"),
        (repeated, "duplicate"),
        (told, "told"),
        (delivered, "delivered"),
        (applied, "applied"),
        (lambda: driving.opened("opt_out", ANN), "applied"),
        (lambda: driving.erased(ANN).number, "erased_except_kept"),
    ],
)
def test_a_request_that_ends_is_published_once_with_its_outcome(
    shop: Company, end: Callable[[], str], outcome: str
) -> None:
    number = end()
    assert ended() == [(number, outcome)]


def test_a_webhook_gets_one_message_for_each_request_and_nothing_of_the_person(shop: Company) -> None:
    load_all()
    webhooks.permit_network(actor=ADMIN, now=NOW, network="127.0.0.1/32", reason="Our own network")
    webhooks.subscribe(
        actor=ADMIN, now=NOW, name="CRM", address="http://127.0.0.1:8099/", events=["request.completed"]
    )
    number = driving.erased(ANN).number
    for _ in range(3):
        deliver_once(now=datetime.now(UTC))
    (message,) = WebhookDelivery.objects.all()
    assert json.loads(message.body)["data"] == {"request": number, "outcome": "erased_except_kept"}
