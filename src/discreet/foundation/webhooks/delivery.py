"""Send what waits for one receiver: claim (committed) → post → outcome (an act), one message after another.

One worker at a time sends for a receiver, so one that hangs holds up one thread and nobody else. A worker that
dies between posting and outcome leads to another try after its lease, with the same id.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from discreet.foundation.webhooks import actions
from discreet.foundation.webhooks.models import (
    DeliveryState,
    Subscription,
    SubscriptionState,
    WebhookDelivery,
)
from discreet.foundation.webhooks.queries import permitted_networks
from discreet.foundation.webhooks.rules import (
    FAILING_FOR,
    GAPS,
    REST,
    confirms,
    next_try_at,
    parse_target,
    read_retry_after,
)
from discreet.foundation.webhooks.sealed import body_of, valid_secrets
from discreet.foundation.webhooks.sending import Outcome, Wire, post
from discreet.foundation.webhooks.signing import signed_headers
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.ids import new_id

LEASE = timedelta(seconds=45)  # longer than one try may take
AT_A_TIME_S = 30.0
AT_MOST = 500
_ASKED_FOR = timedelta(seconds=60)
_FURTHEST = 2 * GAPS[-1]  # a time further off was set by a clock that has since jumped back
_TAKEN_BACK = "taken_back"
_GONE, _TOO_MANY, _UNAVAILABLE = 410, 429, 503


@dataclass(frozen=True, slots=True)
class _Claimed:
    delivery_id: str
    attempts: int
    body: bytes | None
    subscription: Subscription


def send_due(*, subscription_id: str, clock: Callable[[], datetime], wire: Wire | None = None) -> int:
    """Send the messages of a receiver that are due, until none is or it stops answering; return how many arrived."""
    worker, arrived, began = new_id(prefix="w"), 0, time.monotonic()
    try:
        for _ in range(AT_MOST):
            claimed = _claim(subscription_id, worker, clock())
            if claimed is None:
                break
            outcome = _post(claimed, clock(), wire or Wire())
            goes_on = _settle(claimed, outcome, clock())
            arrived += outcome.is_accepted
            if not goes_on or time.monotonic() - began > AT_A_TIME_S:
                break
    finally:
        Subscription.objects.filter(subscription_id=subscription_id, busy_by=worker).update(
            busy_by="", busy_until=None
        )
    return arrived


def ask_for_due(now: datetime) -> int:
    """Ask for sending wherever something is due and nobody sends; return for how many receivers."""
    due = WebhookDelivery.objects.filter(_is_due(now), subscription=OuterRef("pk"))
    found = Subscription.objects.filter(
        Exists(due),
        _is_over("busy_until", now, 2 * LEASE),
        _is_over("asked_at", now - _ASKED_FOR, 2 * _ASKED_FOR),
        _is_over("resting_until", now, _FURTHEST),
        state=SubscriptionState.ACTIVE,
    )
    ids = list(found.values_list("subscription_id", flat=True)[:100])
    if ids:
        actions.ask_to_send(now=now, subscription_ids=ids)
    return len(ids)


def _is_over(field: str, now: datetime, furthest: timedelta) -> Q:
    return Q(**{field: None}) | Q(**{f"{field}__lte": now}) | Q(**{f"{field}__gt": now + furthest})


def _is_due(now: datetime) -> Q:
    waits = Q(state=DeliveryState.WAITING, next_at__isnull=False)  # so that the index of what is due serves
    return waits & (Q(next_at__lte=now) | Q(next_at__gt=now + _FURTHEST))


def _claim(subscription_id: str, worker: str, now: datetime) -> _Claimed | None:
    """Lease the receiver and its next message to this worker; None where there is nothing to send now."""
    with transaction.atomic():
        mine = Q(busy_by=worker) | _is_over("busy_until", now, 2 * LEASE)
        subscription = (
            Subscription.objects.select_for_update()
            .filter(mine, _is_over("resting_until", now, _FURTHEST))
            .filter(subscription_id=subscription_id, state=SubscriptionState.ACTIVE)
            .first()
        )
        if subscription is None:
            return None
        Subscription.objects.filter(pk=subscription.pk).update(asked_at=None)
        due = WebhookDelivery.objects.filter(_is_due(now), subscription=subscription)
        delivery = due.order_by("next_at", "id").first()
        if delivery is None:
            return None
        WebhookDelivery.objects.filter(pk=delivery.pk).update(
            next_at=now + LEASE, attempts=F("attempts") + 1, tried_at=now
        )
        Subscription.objects.filter(pk=subscription.pk).update(busy_by=worker, busy_until=now + LEASE)
    return _Claimed(
        delivery_id=delivery.delivery_id,
        attempts=delivery.attempts + 1,
        body=body_of(delivery),
        subscription=subscription,
    )


def _post(claimed: _Claimed, now: datetime, wire: Wire) -> Outcome:
    subscription = claimed.subscription
    if claimed.body is None:
        return Outcome(reason=_TAKEN_BACK)
    try:
        target = parse_target(subscription.address)
    except Refused:  # taken by an earlier version whose rule was wider
        return Outcome(reason="address_refused")
    headers = signed_headers(
        valid_secrets(subscription, now=now),
        message_id=claimed.delivery_id,
        now=now,
        body=claimed.body,
    )
    permitted = permitted_networks()
    return post(target, headers=headers, body=claimed.body, permitted=permitted, wire=wire)


def _settle(claimed: _Claimed, outcome: Outcome, now: datetime) -> bool:
    """Keep what came of a try; return whether the next message may follow at once."""
    waiting = WebhookDelivery.objects.filter(delivery_id=claimed.delivery_id, state=DeliveryState.WAITING)
    if outcome.is_accepted:
        if waiting.exists():
            _end(claimed, DeliveryState.DELIVERED, outcome, now)
        return True
    waiting = waiting.filter(attempts=claimed.attempts)
    if not waiting.exists():  # removed, dropped, or taken over after the lease
        return False
    subscription_id = claimed.subscription.subscription_id
    if outcome.reason == _TAKEN_BACK:
        _end(claimed, DeliveryState.DROPPED, outcome, now)
        return True
    if outcome.status == _GONE:
        _end(claimed, DeliveryState.DROPPED, outcome, now)
        actions.stop(now=now, subscription_id=subscription_id, is_gone=True)
        return False
    asked = None
    if outcome.status in (_TOO_MANY, _UNAVAILABLE):
        asked = read_retry_after(outcome.retry_after, now=now)
    next_at = next_try_at(attempts=claimed.attempts, now=now, retry_after=asked)
    if next_at is None:
        _end(claimed, DeliveryState.GIVEN_UP, outcome, now)
    else:
        waiting.update(next_at=next_at, status=outcome.status, reason=outcome.reason)
    return _note_failing(claimed, outcome, asked, now)


def _note_failing(claimed: _Claimed, outcome: Outcome, asked: timedelta | None, now: datetime) -> bool:
    """Let a receiver rest that does not answer or asks for it; pause one that has failed for days."""
    subscription = Subscription.objects.filter(pk=claimed.subscription.pk)
    subscription.filter(failing_since=None).update(failing_since=now)
    since = subscription.values_list("failing_since", flat=True).first()
    if since is not None and now - since >= FAILING_FOR:
        actions.stop(now=now, subscription_id=claimed.subscription.subscription_id, is_gone=False)
        return False
    if outcome.is_answered and asked is None:
        return True
    gap = GAPS[min(claimed.attempts, len(GAPS)) - 1]
    subscription.update(resting_until=now + (asked if asked is not None else min(gap, REST)))
    return False


def _end(claimed: _Claimed, state: DeliveryState, outcome: Outcome, now: datetime) -> None:
    actions.note_delivery(
        now=now,
        delivery_id=claimed.delivery_id,
        state=state,
        status=outcome.status,
        reason=outcome.reason,
        is_confirmed=confirms(outcome.said, message_id=claimed.delivery_id),
    )
