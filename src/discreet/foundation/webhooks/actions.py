"""The only writer of webhooks. Evidence names events, states and codes: no address, no secret."""

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import datetime

from discreet.events.webhooks import CallEnded
from discreet.foundation.desk.notify import tell
from discreet.foundation.jobs.api import publish, start
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, record
from discreet.foundation.webhooks import refusals
from discreet.foundation.webhooks.catalogue import CALL, NAMES, TEST
from discreet.foundation.webhooks.models import (
    DeliveryState,
    PermittedNetwork,
    Subscription,
    SubscriptionState,
    WebhookDelivery,
)
from discreet.foundation.webhooks.queries import permitted_networks
from discreet.foundation.webhooks.rules import (
    KEPT_FOR,
    OLD_SECRET_FOR,
    parse_network,
    parse_target,
    refuse_unless_reachable,
)
from discreet.foundation.webhooks.sealed import seal, seal_body
from discreet.foundation.webhooks.signing import new_secret
from discreet.vocabulary.actors import SYSTEM, Actor, Role
from discreet.vocabulary.ids import new_id

EXPIRE_AT_ONCE = 500


@act("webhooks.subscribe")
def subscribe(
    *, actor: Actor, now: datetime, name: str, address: str, events: Collection[str]
) -> tuple[str, str]:
    """Tell a receiver of these events from now on. Return its id and its secret, which is shown this once.

    Raises:
        NotAdministrator, BadName, NoEvents, BadAddress and its kinds
    """
    _require_administrator(actor)
    name = name.strip()
    if not (name and len(name) <= 80 and name.isprintable()):
        raise refusals.BadName
    chosen = _known(events)
    refuse_unless_reachable(parse_target(address), permitted_networks())
    subscription_id, secret = new_id(prefix="wh"), new_secret()
    Subscription.objects.create(
        subscription_id=subscription_id,
        name=name,
        address=address,
        events=chosen,
        sealed_secret=seal(subscription_id, secret),
        state=SubscriptionState.ACTIVE,
        made_by=actor.name,
        made_at=now,
    )
    record(actor=actor, now=now, subject=_subject(subscription_id), facts={"events": chosen})
    return subscription_id, secret


@act("webhooks.choose_events")
def choose_events(*, actor: Actor, now: datetime, subscription_id: str, events: Collection[str]) -> None:
    """Tell a receiver of exactly these events from now on."""
    _require_administrator(actor)
    subscription = _locked(subscription_id)
    before, subscription.events = subscription.events, _known(events)
    subscription.save(update_fields=["events"])
    facts = {"events": subscription.events, "events_before": before}
    record(actor=actor, now=now, subject=_subject(subscription_id), facts=facts)


@act("webhooks.pause")
def pause(*, actor: Actor, now: datetime, subscription_id: str) -> None:
    """Send nothing more for now. What happens meanwhile waits, for 30 days."""
    _require_administrator(actor)
    subscription = _locked(subscription_id)
    if subscription.state != SubscriptionState.ACTIVE:
        raise refusals.NotActive
    subscription.state = SubscriptionState.PAUSED
    subscription.save(update_fields=["state"])
    record(actor=actor, now=now, subject=_subject(subscription_id), facts={"why": "person"})


@act("webhooks.resume")
def resume(*, actor: Actor, now: datetime, subscription_id: str) -> None:
    """Send again, what waits first."""
    _require_administrator(actor)
    subscription = _locked(subscription_id)
    subscription.state = SubscriptionState.ACTIVE
    subscription.failing_since = subscription.resting_until = None
    subscription.save(update_fields=["state", "failing_since", "resting_until"])
    waiting = subscription.deliveries.filter(state=DeliveryState.WAITING).update(next_at=now, attempts=0)
    if waiting:
        _ask_to_send(subscription, now)
    record(actor=actor, now=now, subject=_subject(subscription_id), facts={"waiting": waiting})


@act("webhooks.remove")
def remove(*, actor: Actor, now: datetime, subscription_id: str) -> None:
    """Forget a receiver, its secret, and every message to it."""
    _require_administrator(actor)
    subscription = _locked(subscription_id)
    messages = subscription.deliveries.count()
    for delivery in subscription.deliveries.filter(state=DeliveryState.WAITING, event=CALL):
        _end_call(delivery, "failed")
    subscription.delete()
    record(actor=actor, now=now, subject=_subject(subscription_id), facts={"messages": messages})


@act("webhooks.rotate_secret")
def rotate_secret(*, actor: Actor, now: datetime, subscription_id: str) -> str:
    """Return a new secret, shown this once. For a day messages are signed with the old one as well.

    Raises:
        RotatedToday: two secrets are valid already; a receiver that still uses the older one would be cut off.
    """
    _require_administrator(actor)
    subscription = _locked(subscription_id)
    until = subscription.old_secret_until
    if until is not None and now < until <= now + OLD_SECRET_FOR:
        raise refusals.RotatedToday
    secret = new_secret()
    subscription.sealed_old_secret = subscription.sealed_secret
    subscription.old_secret_until = now + OLD_SECRET_FOR
    subscription.sealed_secret = seal(subscription_id, secret)
    subscription.save(update_fields=["sealed_secret", "sealed_old_secret", "old_secret_until"])
    record(actor=actor, now=now, subject=_subject(subscription_id), facts={"old_valid_hours": 24})
    return secret


@act("webhooks.permit_network")
def permit_network(*, actor: Actor, now: datetime, network: str, reason: str) -> None:
    """Let messages go into a private network. Who permitted it, and why, is kept.

    Raises:
        NotAdministrator, NotANetwork, NotPermittable, BadReason, AlreadyPermitted
    """
    _require_administrator(actor)
    found, reason = parse_network(network), reason.strip()
    if not (10 <= len(reason) <= 500 and reason.isprintable()):
        raise refusals.BadReason
    if PermittedNetwork.objects.filter(network=str(found), withdrawn_at=None).exists():
        raise refusals.AlreadyPermitted
    row = PermittedNetwork.objects.create(
        network=str(found), reason=reason, permitted_by=actor.name, permitted_at=now
    )
    facts = {"network": str(found), "reason_sha256": hashlib.sha256(reason.encode()).hexdigest()}
    record(actor=actor, now=now, subject=f"webhook_network:{row.pk}", facts=facts)


@act("webhooks.withdraw_network")
def withdraw_network(*, actor: Actor, now: datetime, network_id: int) -> None:
    """Let no further message go into a private network. It is checked at each connection, so at once."""
    _require_administrator(actor)
    row = PermittedNetwork.objects.select_for_update().filter(pk=network_id, withdrawn_at=None).first()
    if row is None:
        raise refusals.UnknownNetwork
    row.withdrawn_at = now
    row.save(update_fields=["withdrawn_at"])
    record(actor=actor, now=now, subject=f"webhook_network:{row.pk}", facts={"network": row.network})


@act("webhooks.send_test")
def send_test(*, actor: Actor, now: datetime, subscription_id: str) -> str:
    """Queue a message that says nothing but that it is a test; return its id."""
    _require_administrator(actor)
    subscription = _locked(subscription_id)
    if subscription.state != SubscriptionState.ACTIVE:
        raise refusals.NotActive
    delivery_id = _queue(subscription, event=TEST, data={"webhook": subscription_id}, now=now)
    Subscription.objects.filter(pk=subscription.pk).update(resting_until=None)
    start("webhooks.send", key=delivery_id, args={"subscription_id": subscription_id})
    record(actor=actor, now=now, subject=_subject(subscription_id), facts={"message": delivery_id})
    return delivery_id


@act("webhooks.send_again")
def send_again(*, actor: Actor, now: datetime, delivery_id: str) -> None:
    """Send a message that arrived or was given up once more: the same id, so that a receiver can drop it.

    Raises:
        UnknownDelivery, StillWaiting, NotActive
    """
    _require_administrator(actor)
    subscription, delivery = _locked_delivery(delivery_id)
    if delivery.state == DeliveryState.WAITING:
        raise refusals.StillWaiting
    if subscription.state != SubscriptionState.ACTIVE:
        raise refusals.NotActive
    delivery.state, delivery.attempts, delivery.next_at = DeliveryState.WAITING, 0, now
    delivery.ended_at = None
    delivery.save(update_fields=["state", "attempts", "next_at", "ended_at"])
    Subscription.objects.filter(pk=subscription.pk).update(resting_until=None)
    _ask_to_send(subscription, now)
    record(
        actor=actor, now=now, subject=_subject(subscription.subscription_id), facts={"message": delivery_id}
    )


@act("webhooks.queue")
def queue(*, now: datetime, event: str, data: Mapping[str, str | int]) -> None:
    """Make one message for each receiver that wants the event, and ask for it to be sent."""
    wanting = [
        one
        for one in Subscription.objects.exclude(state=SubscriptionState.DISABLED).order_by("pk")
        if event in one.events
    ]
    for subscription in wanting:
        # Whoever sends what waits already comes to this message, too; else the schedule does.
        is_quiet = not subscription.deliveries.filter(state=DeliveryState.WAITING).exists()
        _queue(subscription, event=event, data=data, now=now)
        if is_quiet and subscription.state == SubscriptionState.ACTIVE:
            _ask_to_send(subscription, now)
    record(actor=SYSTEM, now=now, subject=f"webhook_event:{event}", facts={"messages": len(wanting)})


@act("webhooks.call")
def call(*, now: datetime, name: str, message_id: str, data: Mapping[str, Json], key_id: str) -> bool:
    """Queue a signed call to the one receiver of this name; return whether there is one that takes calls.

    The body is sealed under `key_id`: once that is destroyed nothing is sent any more. `CallEnded` tells what came
    of it. The same id again changes nothing.
    """
    named = Subscription.objects.filter(name=name, state=SubscriptionState.ACTIVE)
    found = [one for one in named if CALL in one.events]
    is_new = not WebhookDelivery.objects.filter(delivery_id=message_id).exists()
    if len(found) == 1 and is_new:
        body = _envelope(CALL, data, now).encode()
        WebhookDelivery.objects.create(
            delivery_id=message_id,
            subscription=found[0],
            event=CALL,
            key_id=key_id,
            body_sealed=seal_body(key_id, message_id, body),
            state=DeliveryState.WAITING,
            made_at=now,
            next_at=now,
        )
        _ask_to_send(found[0], now)
    facts: dict[str, Json] = {"message": message_id, "called": len(found) == 1}
    record(actor=SYSTEM, now=now, subject=f"webhook_event:{CALL}", facts=facts)
    return len(found) == 1


@act("webhooks.ask_to_send")
def ask_to_send(*, now: datetime, subscription_ids: Collection[str]) -> None:
    """Ask for what is due to be sent: tries whose time has come, and what a dead worker left."""
    for subscription in Subscription.objects.filter(subscription_id__in=subscription_ids):
        _ask_to_send(subscription, now)
    record(actor=SYSTEM, now=now, subject="webhook:due", facts={"webhooks": len(subscription_ids)})


@act("webhooks.note_delivery")
def note_delivery(
    *,
    now: datetime,
    delivery_id: str,
    state: DeliveryState,
    status: int,
    reason: str,
    is_confirmed: bool = False,
) -> None:
    """Record that a message arrived, or was given up; in that case tell who looks after it, once a day.

    `is_confirmed`: the answer to a call says that it is done.
    """
    subscription, delivery = _locked_delivery(delivery_id)
    delivery.state, delivery.next_at, delivery.ended_at = state, None, now
    delivery.status, delivery.reason = status, reason
    delivery.save(update_fields=["state", "next_at", "ended_at", "status", "reason"])
    if state == DeliveryState.DELIVERED:
        Subscription.objects.filter(pk=subscription.pk).update(
            failing_since=None, resting_until=None, last_success_at=now
        )
    elif state == DeliveryState.GIVEN_UP:
        key = f"webhook:{subscription.subscription_id}:{now:%Y%m%d}"
        _tell(subscription, kind="webhooks.given_up", now=now, key=key)
    if state == DeliveryState.DELIVERED:
        _end_call(delivery, "confirmed" if is_confirmed else "received")
    else:
        _end_call(delivery, "failed")
    facts: dict[str, Json] = {
        "message": delivery_id,
        "event": delivery.event,
        "state": state.value,
        "attempts": delivery.attempts,
        "reason": reason,
    }
    record(actor=SYSTEM, now=now, subject=_subject(subscription.subscription_id), facts=facts)


@act("webhooks.stop")
def stop(*, now: datetime, subscription_id: str, is_gone: bool) -> None:
    """Stop sending to a receiver that failed for days (what happens waits), or that said it `is_gone`."""
    subscription = _locked(subscription_id)
    if subscription.state != SubscriptionState.ACTIVE:  # a person was faster
        record(actor=SYSTEM, now=now, subject=_subject(subscription_id), facts={"why": "stopped_before"})
        return
    subscription.state = SubscriptionState.DISABLED if is_gone else SubscriptionState.PAUSED
    subscription.save(update_fields=["state"])
    dropped = 0
    if is_gone:
        waiting = subscription.deliveries.filter(state=DeliveryState.WAITING)
        for delivery in waiting.filter(event=CALL):
            _end_call(delivery, "failed")
        dropped = waiting.update(state=DeliveryState.DROPPED, next_at=None, ended_at=now)
    kind = "webhooks.gone" if is_gone else "webhooks.paused"
    _tell(subscription, kind=kind, now=now, key=f"{kind}:{subscription_id}:{now:%Y%m%d%H%M}")
    facts = {"why": "gone" if is_gone else "failing", "dropped": dropped}
    record(actor=SYSTEM, now=now, subject=_subject(subscription_id), facts=facts)


@act("webhooks.expire")
def _expire(*, now: datetime, delivery_ids: list[str]) -> None:
    rows = WebhookDelivery.objects.filter(delivery_id__in=delivery_ids)
    waiting = rows.filter(state=DeliveryState.WAITING).count()
    for delivery in rows.filter(state=DeliveryState.WAITING, event=CALL):
        _end_call(delivery, "failed")
    rows.delete()
    facts = {"messages": len(delivery_ids), "never_sent": waiting}
    record(actor=SYSTEM, now=now, subject="webhook:expired", facts=facts)


def expire_once(now: datetime) -> int:
    """Delete messages of more than 30 days ago, and secrets whose day is over; return how many messages."""
    before = now - KEPT_FOR
    old = WebhookDelivery.objects.filter(made_at__lt=before).order_by("id")
    delivery_ids = list(old.values_list("delivery_id", flat=True)[:EXPIRE_AT_ONCE])
    if delivery_ids:
        _expire(now=now, delivery_ids=delivery_ids)
    Subscription.objects.filter(old_secret_until__lte=now).update(
        sealed_old_secret=None, old_secret_until=None
    )
    return len(delivery_ids)


def _queue(subscription: Subscription, *, event: str, data: Mapping[str, str | int], now: datetime) -> str:
    delivery_id = new_id(prefix="msg")
    WebhookDelivery.objects.create(
        delivery_id=delivery_id,
        subscription=subscription,
        event=event,
        body=_envelope(event, data, now),
        state=DeliveryState.WAITING,
        made_at=now,
        next_at=now,
    )
    return delivery_id


def _envelope(event: str, data: Mapping[str, Json], now: datetime) -> str:
    body = {"type": event, "timestamp": now.isoformat().replace("+00:00", "Z"), "data": dict(data)}
    return json.dumps(body, ensure_ascii=True, separators=(",", ":"))


def _end_call(delivery: WebhookDelivery, outcome: str) -> None:
    """Tell who called what came of it."""
    if delivery.event == CALL:
        publish(CallEnded(message_id=delivery.delivery_id, outcome=outcome))


def _ask_to_send(subscription: Subscription, now: datetime) -> None:
    Subscription.objects.filter(pk=subscription.pk).update(asked_at=now)
    start(
        "webhooks.send",
        key=f"{subscription.subscription_id}:{new_id(prefix='s')}",
        args={"subscription_id": subscription.subscription_id},
    )


def _tell(subscription: Subscription, *, kind: str, now: datetime, key: str) -> None:
    tell(
        now=now,
        kind=kind,
        subject=_subject(subscription.subscription_id),
        roles=[Role.ADMINISTRATOR],
        staff=[subscription.made_by],
        params={"name": subscription.name},
        url_name="webhooks:subscription",
        url_args=(subscription.subscription_id,),
        key=key,
    )


def _known(events: Collection[str]) -> list[str]:
    if not events or not set(events) <= set(NAMES):
        raise refusals.NoEvents
    return [name for name in NAMES if name in events]


def _require_administrator(actor: Actor) -> None:
    if not actor.may(Role.ADMINISTRATOR):
        raise refusals.NotAdministrator


def _locked(subscription_id: str) -> Subscription:
    found = Subscription.objects.select_for_update().filter(subscription_id=subscription_id).first()
    if found is None:
        raise refusals.UnknownSubscription
    return found


def _locked_delivery(delivery_id: str) -> tuple[Subscription, WebhookDelivery]:
    """Lock a message, its receiver first, as everybody does: two locks taken crosswise would wait for good."""
    found = WebhookDelivery.objects.filter(delivery_id=delivery_id)
    subscription_id = found.values_list("subscription__subscription_id", flat=True).first()
    if subscription_id is None:
        raise refusals.UnknownDelivery
    subscription = _locked(subscription_id)
    delivery = subscription.deliveries.select_for_update().filter(delivery_id=delivery_id).first()
    if delivery is None:
        raise refusals.UnknownDelivery
    return subscription, delivery


def _subject(subscription_id: str) -> str:
    return f"webhook:{subscription_id}"
