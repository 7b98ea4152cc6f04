"""Rate limits, shared by all processes through the database; a key that is over is turned away from memory.

Failure promise 13: shed load with 429, counted by trusted client address, mailbox, request, and all together.
"""

import threading
from datetime import UTC, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest

from discreet.foundation.centre.models import LimitWindow
from discreet.foundation.centre.refusals import (
    TooManyForMailbox,
    TooManyForRequest,
    TooManyInAll,
    TooManyRequests,
)
from discreet.foundation.centre.rules import Counted, Limit, client_address, window_end, window_of
from discreet.foundation.keys import api as keys

_MOST_REMEMBERED = 50_000
_REFUSALS = {
    Counted.CLIENT: TooManyRequests,
    Counted.MAILBOX: TooManyForMailbox,
    Counted.REQUEST: TooManyForRequest,
    Counted.ALL: TooManyInAll,
}
_over: dict[tuple[str, str], int] = {}  # (limit, value) → POSIX second at which it may come back
_lock = threading.Lock()


def client_of(request: HttpRequest) -> str:
    """Return the client's address to count by; X-Forwarded-For counts only from a trusted proxy."""
    return client_address(
        remote=str(request.META.get("REMOTE_ADDR", "")),
        forwarded_for=str(request.META.get("HTTP_X_FORWARDED_FOR", "")),
        trusted_proxies=settings.ENVIRONMENT.trusted_proxies,
    )


def count(limit: Limit, *, value: str, now: datetime) -> None:
    """Count one use of `value` (a client, a mailbox, a request) and refuse it when it is over the limit.

    Raises:
        TooManyRequests: over the limit; `params` say for how many minutes.
    """
    _refuse_remembered(limit, value, now)
    window = window_of(limit, now=now)
    if _add(_hashed(limit, value), limit, window) > limit.count:
        back_at = window_end(limit, window=window)
        _remember(limit, value, back_at, now)
        raise _refusal(limit, back_at, now)


def expire_once(now: datetime) -> int:
    """Delete windows that have ended; return how many."""
    return LimitWindow.objects.filter(ends_at__lt=now).delete()[0]


def forget_remembered() -> None:
    """Empty this process's memory of who is over (for tests that turn the clock back)."""
    _over.clear()


def _hashed(limit: Limit, value: str) -> str:
    return keys.hmac_company("rate-limit", f"{limit.name}\0{value}".encode(errors="replace")).hex()


def _add(key: str, limit: Limit, window: int) -> int:
    with transaction.atomic():
        found = LimitWindow.objects.filter(key=key, window=window)
        if not found.update(count=F("count") + 1):
            ends_at = datetime.fromtimestamp(window_end(limit, window=window), tz=UTC)
            LimitWindow.objects.bulk_create(
                [LimitWindow(key=key, window=window, count=0, ends_at=ends_at)], ignore_conflicts=True
            )
            found.update(count=F("count") + 1)
        return found.values_list("count", flat=True).get()


def _refuse_remembered(limit: Limit, value: str, now: datetime) -> None:
    back_at = _over.get((limit.name, value))
    if back_at is not None and now.timestamp() < back_at:
        raise _refusal(limit, back_at, now)


def _remember(limit: Limit, value: str, back_at: int, now: datetime) -> None:
    with _lock:
        if len(_over) >= _MOST_REMEMBERED:
            second = now.timestamp()
            for key in [key for key, until in _over.items() if until <= second]:
                del _over[key]
        if len(_over) < _MOST_REMEMBERED:
            _over[limit.name, value] = back_at


def _refusal(limit: Limit, back_at: int, now: datetime) -> TooManyRequests:
    return _REFUSALS[limit.counted](minutes=max(1, -(-int(back_at - now.timestamp()) // 60)))
