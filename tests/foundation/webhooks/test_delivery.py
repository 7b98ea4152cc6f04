"""From an event to its receiver: signed, once or with the same id again, tried for three days, then told of."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from discreet.events.rights import ErasureVerified, RequestReceived
from discreet.foundation.desk.models import Notification
from discreet.foundation.jobs import delivery as events
from discreet.foundation.jobs.api import publish
from discreet.foundation.jobs.models import Delivery, Job, OutboxEvent
from discreet.foundation.jobs.registry import load_all
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import record
from discreet.foundation.ledger.queries import entries_for
from discreet.foundation.webhooks import actions
from discreet.foundation.webhooks.delivery import LEASE, ask_for_due, send_due
from discreet.foundation.webhooks.models import DeliveryState, Subscription, WebhookDelivery
from discreet.foundation.webhooks.rules import GAPS, MAX_ATTEMPTS, REST
from discreet.foundation.webhooks.sending import Wire
from discreet.vocabulary.actors import SYSTEM
from tests.foundation.webhooks.conftest import ADMIN, NOW, RECEIVED, Link
from tests.mechanisms.rights.driving import work

pytestmark = pytest.mark.django_db


@act("tests.receive")
def receive(number: str) -> None:
    """Publish what a mechanism publishes."""
    record(actor=SYSTEM, now=NOW, subject=f"request:{number}", facts={})
    publish(RequestReceived(number=number))


def test_what_an_act_published_arrives_signed_and_with_ids_only(link: Link) -> None:
    load_all()
    receive("R-1001")
    events.deliver_once(now=NOW)
    assert link.message.state == DeliveryState.WAITING
    assert link.send() == 1
    (message,) = link.receiver.messages
    assert (message.kind, message.data, message.signatures) == (RECEIVED, {"request": "R-1001"}, 1)
    assert link.receiver.faults == []
    assert link.message.state == DeliveryState.DELIVERED
    assert link.row.last_success_at == NOW


def test_an_event_and_its_messages_are_kept_together_or_not_at_all(link: Link) -> None:
    load_all()
    receive("R-1001")

    class Stopped(Exception):
        pass

    with pytest.raises(Stopped), transaction.atomic():
        events.deliver_once(now=NOW)
        raise Stopped
    assert not WebhookDelivery.objects.exists()
    events.deliver_once(now=NOW)
    events.deliver_once(now=NOW)
    assert WebhookDelivery.objects.count() == 1
    assert OutboxEvent.objects.filter(is_delivered=False).count() == 0


def test_an_event_that_nobody_wants_leaves_no_message_and_no_evidence(link: Link) -> None:
    load_all()

    @act("tests.finish")
    def finish() -> None:
        record(actor=SYSTEM, now=NOW, subject="batch:3", facts={})
        publish(ErasureVerified(batch_id=3))

    finish()
    events.deliver_once(now=NOW)
    assert not WebhookDelivery.objects.exists()
    assert entries_for("webhook_event:erasure.verified") == []
    assert not Delivery.objects.filter(handler__contains="webhooks").exists()
    assert OutboxEvent.objects.filter(is_delivered=False).count() == 0


def test_a_batch_is_named_as_the_api_names_it(link: Link) -> None:
    load_all()
    actions.choose_events(
        actor=ADMIN, now=NOW, subscription_id=link.subscription_id, events=["erasure.verified"]
    )

    @act("tests.finish")
    def finish() -> None:
        record(actor=SYSTEM, now=NOW, subject="batch:3", facts={})
        publish(ErasureVerified(batch_id=3))

    finish()
    events.deliver_once(now=NOW)
    assert json.loads(link.message.body)["data"] == {"batch": "B-3"}


def test_the_job_that_an_event_starts_sends_it(link: Link) -> None:
    link.receiver.clock = lambda: datetime.now(UTC)
    link.happen()
    work()
    assert [message.data for message in link.receiver.messages] == [{"request": "R-1"}]
    assert Job.objects.get().state == "done"


def test_a_burst_is_one_job_and_arrives_in_its_order(link: Link) -> None:
    for number in range(20):
        link.happen(f"R-{number}")
    assert Job.objects.count() == 1
    assert link.send() == 20
    assert [one.data["request"] for one in link.receiver.messages] == [f"R-{n}" for n in range(20)]


def test_a_message_is_tried_again_after_growing_gaps_with_the_same_id_and_then_given_up(link: Link) -> None:
    link.receiver.answer(*[500] * MAX_ATTEMPTS)
    link.happen()
    waits = []
    while link.message.state == DeliveryState.WAITING:
        before = link.clock()
        assert link.send() == 0
        if (next_at := link.message.next_at) is not None:
            waits.append(next_at - before)
            link.clock.now = next_at - timedelta(seconds=1)
            assert link.send() == 0
            link.clock.now = next_at
    assert waits == list(GAPS)
    assert sum(waits, timedelta()) > timedelta(days=3)
    assert len(link.receiver.messages) == MAX_ATTEMPTS
    assert {one.message_id for one in link.receiver.messages} == {link.message.delivery_id}
    assert link.receiver.faults == []
    assert (link.message.state, link.message.reason) == (DeliveryState.GIVEN_UP, "http_500")
    told = Notification.objects.filter(kind="webhooks.given_up").get()
    assert set(told.targets.values_list("role", "staff")) == {("administrator", ""), ("", "lena")}
    assert link.row.state == "paused"


@pytest.mark.promise(6)
def test_a_worker_killed_between_sending_and_recording_is_followed_with_the_same_id(link: Link) -> None:
    class Killed(BaseException):
        pass

    looks = iter([NOW, NOW])

    def clock() -> datetime:
        """Die at the third look: after the answer, before it is recorded."""
        for now in looks:
            return now
        raise Killed

    link.happen()
    with pytest.raises(Killed):
        send_due(subscription_id=link.subscription_id, clock=clock, wire=link.wire)
    assert (len(link.receiver.messages), link.message.state) == (1, DeliveryState.WAITING)
    # Python let go of the receiver; a process that is killed lets go of nothing.
    Subscription.objects.update(busy_by="w_dead", busy_until=NOW + LEASE)
    link.clock.pass_(seconds=LEASE.total_seconds() - 1)
    assert link.send() == 0
    assert ask_for_due(link.clock()) == 0
    link.clock.pass_(seconds=1)
    assert ask_for_due(link.clock()) == 1
    assert link.send() == 1
    first, second = link.receiver.messages
    assert first.message_id == second.message_id
    assert link.receiver.seen == [first.message_id]


def test_one_worker_at_a_time_sends_for_a_receiver(link: Link) -> None:
    link.happen("R-1")
    link.happen("R-2")
    inner: list[int] = []

    def clock() -> datetime:
        """Let another worker come by at each look, once a message is claimed."""
        if link.row.busy_by:
            inner.append(link.send())
        return NOW

    assert send_due(subscription_id=link.subscription_id, clock=clock, wire=link.wire) == 2
    assert inner
    assert set(inner) == {0}
    assert len(link.receiver.messages) == 2


def test_a_receiver_that_is_away_is_asked_again_once_not_once_for_each_message(link: Link) -> None:
    tries: list[str] = []

    def away(host: str, port: int) -> list[str]:
        tries.append(host)
        return []

    for number in range(10):
        link.happen(f"R-{number}")
    assert link.send(Wire(resolve=away)) == 0
    assert link.send(Wire(resolve=away)) == 0
    assert len(tries) == 1
    link.clock.now = NOW + REST
    assert link.send() == 10


@pytest.mark.parametrize(
    ("asked", "waits"),
    [
        ("120", timedelta(seconds=120)),
        ("0", GAPS[0]),
        ("999999999", timedelta(hours=12)),
        ("Mon, 02 Mar 2026 09:32:00 GMT", timedelta(seconds=120)),
        ("Mon, 02 Mar 2020 09:32:00 GMT", GAPS[0]),
        ("soon", GAPS[0]),
        ("-5", GAPS[0]),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_receiver_is_left_alone_as_long_as_it_asks_within_bounds(
    link: Link, status: int, asked: str, waits: timedelta
) -> None:
    link.receiver.answer(status, Retry_After=asked)
    link.happen()
    link.send()
    assert link.message.next_at == NOW + waits
    if waits > GAPS[0]:
        link.happen("R-2")
        assert link.send() == 0
        assert len(link.receiver.messages) == 1
        link.clock.now = NOW + waits
        assert link.send() == 2


def test_a_receiver_that_is_gone_is_disabled_and_told_nothing_more(link: Link) -> None:
    link.happen("R-1")
    link.happen("R-2")
    link.receiver.answer(410)
    link.send()
    assert link.row.state == "disabled"
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {DeliveryState.DROPPED}
    link.happen("R-3")
    assert WebhookDelivery.objects.count() == 2
    assert Notification.objects.get().kind == "webhooks.gone"


def test_a_receiver_that_failed_for_days_is_paused_and_what_happens_waits(link: Link) -> None:
    link.receiver.answer(500, 500)
    link.happen("R-1")
    link.send()
    link.clock.pass_(days=3)
    link.send()
    assert link.row.state == "paused"
    assert Notification.objects.get().kind == "webhooks.paused"
    link.happen("R-2")
    assert link.send() == 0
    actions.resume(actor=ADMIN, now=link.clock(), subscription_id=link.subscription_id)
    assert link.send() == 2
    assert link.row.failing_since is None


def test_one_message_that_is_never_taken_holds_up_no_other(link: Link) -> None:
    link.receiver.answer(422)
    link.happen("R-1")
    link.happen("R-2")
    assert link.send() == 1
    assert [one.data["request"] for one in link.receiver.messages] == ["R-1", "R-2"]
    assert link.row.failing_since is None


def test_for_a_day_both_secrets_are_valid(link: Link) -> None:
    old = link.receiver.secret
    new = actions.rotate_secret(actor=ADMIN, now=NOW, subscription_id=link.subscription_id)
    for number, secret in enumerate((old, new)):
        link.receiver.secret = secret
        link.happen(f"R-{number}")
        assert link.send() == 1
    assert [one.signatures for one in link.receiver.messages] == [2, 2]
    link.clock.pass_(days=1)
    link.happen("R-3")
    assert link.send() == 1
    assert link.receiver.messages[-1].signatures == 1
    link.receiver.secret = old
    link.happen("R-4")
    assert link.send() == 0
    assert link.receiver.faults == ["webhook-signature"]


def test_a_message_sent_again_has_the_same_id_and_a_new_signature(link: Link) -> None:
    link.happen()
    link.send()
    link.clock.pass_(days=2)
    actions.send_again(actor=ADMIN, now=link.clock(), delivery_id=link.message.delivery_id)
    assert link.send() == 1
    first, second = link.receiver.messages
    assert first.message_id == second.message_id
    assert link.receiver.seen == [first.message_id]
    assert link.receiver.faults == []


def test_what_a_worker_left_is_asked_for_once_a_minute(link: Link) -> None:
    link.happen()
    before = Job.objects.count()
    assert ask_for_due(link.clock.pass_(seconds=30)) == 0  # asked when it happened
    assert ask_for_due(link.clock.pass_(seconds=30)) == 1
    assert ask_for_due(link.clock.pass_(seconds=5)) == 0
    assert Job.objects.count() == before + 1


@pytest.mark.promise(4)
def test_a_time_set_by_a_clock_that_was_a_month_ahead_does_not_wait_that_month(link: Link) -> None:
    link.happen()
    ahead = NOW + timedelta(days=30)
    Subscription.objects.update(resting_until=ahead, busy_until=ahead, busy_by="w_dead", asked_at=ahead)
    WebhookDelivery.objects.update(next_at=ahead)
    assert ask_for_due(NOW) == 1
    assert link.send() == 1


def test_messages_and_old_secrets_end(link: Link) -> None:
    link.happen()
    link.send()
    actions.rotate_secret(actor=ADMIN, now=NOW, subscription_id=link.subscription_id)
    assert actions.expire_once(NOW + timedelta(days=2)) == 0
    assert link.row.sealed_old_secret is None
    assert actions.expire_once(NOW + timedelta(days=31)) == 1
    assert not WebhookDelivery.objects.exists()


def test_a_secret_has_256_bits_and_is_kept_sealed(link: Link) -> None:
    secret = link.receiver.secret
    assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32
    assert secret.encode() not in bytes(link.row.sealed_secret)
    entries = entries_for(f"webhook:{link.subscription_id}")
    assert entries != []
    assert secret not in str(entries)
    assert str(link.receiver.port) not in str(entries)
