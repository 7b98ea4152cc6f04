"""Reading webhooks. No secret is read here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from discreet.foundation.webhooks.models import (
    DeliveryState,
    PermittedNetwork,
    Subscription,
    SubscriptionState,
    WebhookDelivery,
)
from discreet.foundation.webhooks.refusals import UnknownDelivery, UnknownSubscription
from discreet.foundation.webhooks.rules import parse_network
from discreet.vocabulary.networks import Network

DAYS = 14
PAGE_SIZE = 50
MAX_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class SubscriptionView:
    """`delivered` and `failed` count what ended on each of the last days, today last, in local time."""

    subscription_id: str
    name: str
    address: str
    events: tuple[str, ...]
    state: str
    made_by: str
    made_at: datetime
    failing_since: datetime | None
    last_success_at: datetime | None
    old_secret_until: datetime | None
    waiting: int
    given_up: int
    last_reason: str
    delivered: tuple[int, ...]
    failed: tuple[int, ...]

    @property
    def health(self) -> str:
        """Which status this is: good, warn, bad or none."""
        if self.state != SubscriptionState.ACTIVE:
            return "bad" if self.state == SubscriptionState.DISABLED or self.failing_since else "none"
        if self.failing_since or self.given_up:
            return "warn"
        return "good" if self.last_success_at else "none"


@dataclass(frozen=True, slots=True)
class DeliveryView:
    delivery_id: str
    event: str
    state: str
    made_at: datetime
    attempts: int
    next_at: datetime | None
    tried_at: datetime | None
    status: int
    reason: str


@dataclass(frozen=True, slots=True)
class NetworkView:
    network_id: int
    network: str
    reason: str
    permitted_by: str
    permitted_at: datetime
    withdrawn_at: datetime | None


def is_wanted(event: str) -> bool:
    """Return whether any receiver that is not disabled wants an event."""
    found = Subscription.objects.exclude(state=SubscriptionState.DISABLED).values_list("events", flat=True)
    return any(event in events for events in found)


def subscriptions(*, now: datetime) -> list[SubscriptionView]:
    """Return every subscription with its health, by name."""
    return _views(list(Subscription.objects.order_by("name", "pk")), now)


def subscription(subscription_id: str, *, now: datetime) -> SubscriptionView:
    """Return one subscription.

    Raises:
        UnknownSubscription
    """
    rows = list(Subscription.objects.filter(subscription_id=subscription_id))
    if not rows:
        raise UnknownSubscription
    return _views(rows, now)[0]


def deliveries(subscription_id: str, *, page: int, state: str = "") -> Page[DeliveryView]:
    """Return a page of the messages to a receiver, the newest first."""
    rows = WebhookDelivery.objects.filter(subscription__subscription_id=subscription_id).order_by("-id")
    if state in DeliveryState.values:
        rows = rows.filter(state=state)
    paginator: Paginator[Any] = Paginator(rows, PAGE_SIZE)
    found = paginator.get_page(min(page, MAX_PAGE))
    return Page([_delivery(row) for row in found.object_list], found.number, paginator)


def delivery(delivery_id: str) -> DeliveryView:
    """Return one message.

    Raises:
        UnknownDelivery
    """
    row = WebhookDelivery.objects.filter(delivery_id=delivery_id).first()
    if row is None:
        raise UnknownDelivery
    return _delivery(row)


def subscription_of(delivery_id: str) -> str:
    """Return whose message this is.

    Raises:
        UnknownDelivery
    """
    found = WebhookDelivery.objects.filter(delivery_id=delivery_id)
    subscription_id = found.values_list("subscription__subscription_id", flat=True).first()
    if subscription_id is None:
        raise UnknownDelivery
    return subscription_id


def permitted_networks() -> list[Network]:
    """Return the private networks that messages may go into now."""
    found = PermittedNetwork.objects.filter(withdrawn_at=None).values_list("network", flat=True)
    return [parse_network(text) for text in found]


def networks() -> list[NetworkView]:
    """Return the permissions, those in force first."""
    return [
        NetworkView(
            network_id=row.pk,
            network=row.network,
            reason=row.reason,
            permitted_by=row.permitted_by,
            permitted_at=row.permitted_at,
            withdrawn_at=row.withdrawn_at,
        )
        for row in sorted(
            PermittedNetwork.objects.order_by("-pk"), key=lambda row: row.withdrawn_at is not None
        )
    ]


def _views(rows: Sequence[Subscription], now: datetime) -> list[SubscriptionView]:
    keys = [row.pk for row in rows]
    waiting, given_up = _counts(keys, DeliveryState.WAITING), _counts(keys, DeliveryState.GIVEN_UP)
    days = _by_day(keys, now)
    return [
        SubscriptionView(
            subscription_id=row.subscription_id,
            name=row.name,
            address=row.address,
            events=tuple(row.events),
            state=row.state,
            made_by=row.made_by,
            made_at=row.made_at,
            failing_since=row.failing_since,
            last_success_at=row.last_success_at,
            old_secret_until=row.old_secret_until,
            waiting=waiting.get(row.pk, 0),
            given_up=given_up.get(row.pk, 0),
            last_reason=_last_reason(row) if row.failing_since else "",
            delivered=tuple(day[0] for day in days[row.pk]),
            failed=tuple(day[1] for day in days[row.pk]),
        )
        for row in rows
    ]


def _last_reason(row: Subscription) -> str:
    tried = row.deliveries.exclude(reason="").order_by("-tried_at").values_list("reason", flat=True)
    return tried.first() or ""


def _counts(keys: Sequence[int], state: DeliveryState) -> dict[int, int]:
    found = WebhookDelivery.objects.filter(subscription_id__in=keys, state=state)
    return dict(found.values_list("subscription_id").annotate(Count("pk")))


def _by_day(keys: Sequence[int], now: datetime) -> dict[int, list[tuple[int, int]]]:
    """Return for each subscription (delivered, failed) of each day."""
    today = timezone.localtime(now).date()
    first = today - timedelta(days=DAYS - 1)
    rows = (
        WebhookDelivery.objects.filter(subscription_id__in=keys, ended_at__gt=now - timedelta(days=DAYS + 1))
        .annotate(day=TruncDate("ended_at"))
        .values_list("subscription_id", "day")
        .annotate(
            delivered=Count("pk", filter=Q(state=DeliveryState.DELIVERED)),
            failed=Count("pk", filter=Q(state__in=[DeliveryState.GIVEN_UP, DeliveryState.DROPPED])),
        )
    )
    found = {(key, day): (delivered, failed) for key, day, delivered, failed in rows}
    return {
        key: [found.get((key, first + timedelta(days=offset)), (0, 0)) for offset in range(DAYS)]
        for key in keys
    }


def _delivery(row: WebhookDelivery) -> DeliveryView:
    return DeliveryView(
        delivery_id=row.delivery_id,
        event=row.event,
        state=row.state,
        made_at=row.made_at,
        attempts=row.attempts,
        next_at=row.next_at,
        tried_at=row.tried_at,
        status=row.status,
        reason=row.reason,
    )
