"""Counts over very many requests, kept for a minute and told with the time they are of; small ones are never kept."""

import threading
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

#: A count over fewer requests than this is made anew each time it is asked for: it takes some milliseconds.
COUNTED_ANEW = 5_000
KEPT_FOR = timedelta(seconds=60)
_MOST = 64


class Counted(Protocol):
    """What was counted, when, and over how many requests."""

    @property
    def counted_at(self) -> datetime: ...

    @property
    def counted(self) -> int: ...


_Counted = TypeVar("_Counted", bound=Counted)


class KeptCounts(Generic[_Counted]):
    """Counts of this process by what they are of. While one thread counts again, others get the last count."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, _Counted] = {}
        self._counting = threading.Lock()

    def get(self, of: Hashable, *, now: datetime, count: Callable[[], _Counted]) -> _Counted:
        """Return the count that is kept, at most a minute old (two while it is being counted again), or a new one."""
        kept = self._kept.get(of)
        if kept is not None and now < kept.counted_at:  # a look back is of its own time
            return count()
        if kept is not None and now - kept.counted_at < KEPT_FOR:
            return kept
        is_usable = kept is not None and now - kept.counted_at < 2 * KEPT_FOR
        if not self._counting.acquire(blocking=not is_usable):
            assert kept is not None
            return kept
        try:
            again = self._kept.get(of)
            if again is not None and again is not kept and timedelta(0) <= now - again.counted_at < KEPT_FOR:
                return again
            return self._keep(of, count())
        finally:
            self._counting.release()

    def _keep(self, of: Hashable, found: _Counted) -> _Counted:
        if found.counted >= COUNTED_ANEW:
            if len(self._kept) >= _MOST:
                self._kept.clear()
            self._kept[of] = found
        else:
            self._kept.pop(of, None)
        return found
