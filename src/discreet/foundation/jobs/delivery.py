"""Bring published events to their handlers: at least once, and one effect per handler.

A handler runs in the transaction that notes its delivery, so a crash undoes both or neither.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from discreet.foundation.jobs.models import Delivery, OutboxEvent
from discreet.foundation.jobs.outcomes import (
    LONGEST_GAP_S,
    gap_s,
    is_transient,
    log_error,
    logger,
    may_try_again,
)
from discreet.foundation.jobs.registry import Registered, listeners_of
from discreet.vocabulary.errors import Refused

_AT_ONCE = 200


class _TakenByAnother(Exception):
    pass


def _open_events(now: datetime) -> QuerySet[OutboxEvent]:
    off = now + timedelta(seconds=LONGEST_GAP_S * 2)
    due = Q(next_try_at=None) | Q(next_try_at__lte=now) | Q(next_try_at__gt=off)
    return OutboxEvent.objects.filter(due, is_delivered=False).order_by("id")


def deliver_once(*, now: datetime) -> int:
    """Deliver the events that are due; return how many are through with all their handlers."""
    rows = list(_open_events(now)[:_AT_ONCE])
    listeners = {name: listeners_of(name) for name in {row.name for row in rows}}
    unheard = [row.pk for row in rows if not listeners[row.name]]
    if unheard:
        OutboxEvent.objects.filter(pk__in=unheard).update(is_delivered=True)
    heard = [row for row in rows if listeners[row.name]]
    through = [row.pk for row in heard if _deliver(row, listeners[row.name], now)]
    if not through:
        return len(unheard)
    marked = OutboxEvent.objects.filter(pk__in=through, is_delivered=False).update(is_delivered=True)
    return len(unheard) + marked


def _deliver(row: OutboxEvent, listeners: Sequence[Registered], now: datetime) -> bool:
    """Give one event to each handler that has not had it; return whether all of them have."""
    had = set(Delivery.objects.filter(event_id=row.event_id).values_list("handler", flat=True))
    missing = [handler for handler in listeners if handler.name not in had]
    retry: Exception | None = None
    for handler in missing:
        try:
            _hand_over(row, handler, now)
        except _TakenByAnother:
            return False
        except Refused as refusal:
            _note_refusal(row, handler, refusal)
        except Exception as error:  # noqa: BLE001 - one handler's bug must not stop the others
            log_error(f"handler {handler.name}", error)
            retry = error
    if retry is None:
        return True
    _try_later(row, listeners, retry, now)
    return False


def _hand_over(row: OutboxEvent, handler: Registered, now: datetime) -> None:
    event = handler.event.from_json(row.body)
    with transaction.atomic():
        if connection.vendor == "postgresql":
            held = OutboxEvent.objects.select_for_update(skip_locked=True).filter(pk=row.pk).first()
            if held is None or held.is_delivered:
                raise _TakenByAnother
        _, is_first = Delivery.objects.get_or_create(event_id=row.event_id, handler=handler.name)
        if is_first:
            handler.function(event, now)


def _note_refusal(row: OutboxEvent, handler: Registered, refusal: Refused) -> None:
    """A refusal is final: it is recorded and the event counts as delivered."""
    logger.warning("handler %s refused event %s: %s", handler.name, row.event_id, refusal.code)
    Delivery.objects.get_or_create(
        event_id=row.event_id, handler=handler.name, defaults={"failure_code": refusal.code[:80]}
    )


def _try_later(row: OutboxEvent, listeners: Sequence[Registered], error: Exception, now: datetime) -> None:
    attempts = row.attempts + 1
    if may_try_again(attempts, transient=is_transient(error)):
        OutboxEvent.objects.filter(pk=row.pk).update(
            attempts=attempts, next_try_at=now + timedelta(seconds=gap_s(attempts - 1))
        )
        return
    with transaction.atomic():
        for handler in listeners:
            Delivery.objects.get_or_create(
                event_id=row.event_id,
                handler=handler.name,
                defaults={"failure_code": f"error.{type(error).__name__}"[:80]},
            )
        OutboxEvent.objects.filter(pk=row.pk).update(attempts=attempts, is_delivered=True)
