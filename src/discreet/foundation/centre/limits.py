"""Rate limits, shared by all processes through the database; a key that is over is turned away from memory.

Failure promise 13: shed load with 429, counted by trusted client address, mailbox, request, and all together.
"""

import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeAlias

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from discreet.foundation import plain_sql
from discreet.foundation.centre.models import LimitWindow
from discreet.foundation.centre.refusals import (
    TooManyForMailbox,
    TooManyForRequest,
    TooManyInAll,
    TooManyRequests,
)
from discreet.foundation.centre.rules import (
    ALL_FORMS,
    CLIENT_FORMS,
    MAILBOX_FORMS,
    Counted,
    Limit,
    client_address,
    window_end,
    window_of,
)
from discreet.foundation.keys import api as keys

_MOST_REMEMBERED = 50_000
_REFUSALS = {
    Counted.CLIENT: TooManyRequests,
    Counted.MAILBOX: TooManyForMailbox,
    Counted.REQUEST: TooManyForRequest,
    Counted.ALL: TooManyInAll,
}
_TABLE = LimitWindow._meta.db_table
_COUNT = (
    f'INSERT INTO {_TABLE} AS known ("key", "window", "count", ends_at) VALUES {{}} '  # noqa: S608 - our own name
    'ON CONFLICT ("key", "window") DO UPDATE SET "count" = known."count" + excluded."count" RETURNING "key", "count"'
)
_over: dict[tuple[str, str], int] = {}  # (limit, value) → POSIX second at which it may come back
_lock = threading.Lock()

#: What one visitor's form is counted by: (limit, value), the narrow ones first.
Uses: TypeAlias = Sequence[tuple[Limit, str]]


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
    (refusal,) = count_each([[(limit, value)]], now=now)
    if refusal is not None:
        raise refusal


def uses_of_form(request: HttpRequest, *, mailbox: str | None = None) -> Uses:
    """Return what a public form is counted by, as the installation's settings say.

    A mailbox is counted by who names it: whoever floods a mailbox keeps its owner from nothing.
    """
    environment, client = settings.ENVIRONMENT, client_of(request)
    return (
        (replace(CLIENT_FORMS, count=environment.forms_per_address), client),
        *([(MAILBOX_FORMS, f"{mailbox}\0{client}")] if mailbox else []),  # nobody uses up another's tries
        (replace(ALL_FORMS, count=environment.forms_in_all), ""),
    )


def count_form(request: HttpRequest, *, mailbox: str | None = None, now: datetime) -> None:
    """Count a public form.

    Raises:
        TooManyRequests: over one of its limits.
    """
    (refusal,) = count_each([uses_of_form(request, mailbox=mailbox)], now=now)
    if refusal is not None:
        raise refusal


def count_each(uses: Sequence[Uses], *, now: datetime) -> list[TooManyRequests | None]:
    """Count what several visitors do at once, one statement for each place in `uses`; return who is over.

    Who is over a limit is counted by none of those that come after it in its own `uses`.
    """
    refusals = [next(filter(None, (_remembered(*use, now) for use in one)), None) for one in uses]
    if all(refusals):
        return refusals
    with transaction.atomic():
        for place in range(max(map(len, uses), default=0)):
            due = [at for at, one in enumerate(uses) if refusals[at] is None and place < len(one)]
            for at, refusal in zip(due, _count_some([uses[at][place] for at in due], now), strict=True):
                refusals[at] = refusal
    return refusals


def refuse_if_over(uses: Uses, *, now: datetime) -> None:
    """Refuse whom this process remembers to be over, without counting and without the database.

    Raises:
        TooManyRequests
    """
    for use in uses:
        refusal = _remembered(*use, now)
        if refusal is not None:
            raise refusal


def expire_once(now: datetime) -> int:
    """Delete windows that have ended; return how many."""
    return LimitWindow.objects.filter(ends_at__lt=now).delete()[0]


def forget_remembered() -> None:
    """Empty this process's memory of who is over (for tests that turn the clock back)."""
    _over.clear()


def _hashed(limit: Limit, value: str) -> str:
    return keys.hmac_company("rate-limit", f"{limit.name}\0{value}".encode(errors="replace")).hex()


def _count_some(uses: Uses, now: datetime) -> list[TooManyRequests | None]:
    """Count uses; of several of one value the last ones are over first."""
    hashed = [_hashed(limit, value) for limit, value in uses]
    counts = _add(zip(hashed, (limit for limit, _ in uses), strict=True), now)
    left = Counter(hashed)
    refusals: list[TooManyRequests | None] = []
    for key, (limit, value) in zip(hashed, uses, strict=True):
        left[key] -= 1
        is_over = counts[key] - left[key] > limit.count
        refusals.append(_turned_away(limit, value, now) if is_over else None)
    return refusals


def _add(uses: Iterable[tuple[str, Limit]], now: datetime) -> dict[str, int]:
    """Add one to the window of each use and return the counts by key."""
    added: dict[str, int] = defaultdict(int)
    windows: dict[str, tuple[int, str | datetime]] = {}
    for key, limit in uses:
        added[key] += 1
        window = window_of(limit, now=now)
        ends_at = datetime.fromtimestamp(window_end(limit, window=window), tz=UTC)
        windows[key] = (window, plain_sql.stored(ends_at))
    if not added:
        return {}
    # In one order everywhere: two processes that count the same keys must not wait for each other.
    rows = [(key, windows[key][0], added[key], windows[key][1]) for key in sorted(added)]
    statement = _COUNT.format(", ".join([f"({plain_sql.marks(4)})"] * len(rows)))
    return dict(plain_sql.rows(statement, *(value for row in rows for value in row)))


def _turned_away(limit: Limit, value: str, now: datetime) -> TooManyRequests:
    back_at = window_end(limit, window=window_of(limit, now=now))
    _remember(limit, value, back_at, now)
    return _refusal(limit, back_at, now)


def _remembered(limit: Limit, value: str, now: datetime) -> TooManyRequests | None:
    back_at = _over.get((limit.name, value))
    return _refusal(limit, back_at, now) if back_at is not None and now.timestamp() < back_at else None


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
