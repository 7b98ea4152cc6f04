"""Who comes at the same time is carried out in one go, so that many share one transaction and one wait for the disk.

    together = Together(carry_out=lambda items: receive(items), most=32)
    result = together.run(item)             # in every thread; returns once its own item is carried out

Whoever finds nobody at work carries out what has gathered; the others wait for their result. Alone nobody waits.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class _Waiting(Generic[Item, Result]):
    __slots__ = ("error", "is_done", "item", "results")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.is_done = False
        self.results: list[Result] = []
        self.error: BaseException | None = None


class Together(Generic[Item, Result]):
    """`carry_out` takes at most `most` items and returns a result for each, or raises and has done nothing."""

    def __init__(self, *, carry_out: Callable[[Sequence[Item]], Sequence[Result]], most: int) -> None:
        self._carry_out = carry_out
        self._most = most
        self._waiting: deque[_Waiting[Item, Result]] = deque()
        self._turn = threading.Lock()

    def run(self, item: Item) -> Result:
        """Return the item's own result, or raise what it raised."""
        own: _Waiting[Item, Result] = _Waiting(item)
        self._waiting.append(own)
        while not own.is_done:
            with self._turn:
                if not own.is_done:
                    self._take_turn()
        if own.error is not None:
            raise own.error
        return own.results[0]

    def _take_turn(self) -> None:
        some = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
        if len(some) > 1 and self._is_carried_out(some):
            return
        for one in some:  # one that fails must not fail the others
            try:
                one.results = list(self._carry_out([one.item]))
            except BaseException as error:  # noqa: BLE001 - raised again in the thread that it belongs to
                one.error = error
            one.is_done = True

    def _is_carried_out(self, some: Sequence[_Waiting[Item, Result]]) -> bool:
        try:
            results = self._carry_out([one.item for one in some])
        except Exception:  # noqa: BLE001 - tried again one by one, where each gets its own
            return False
        for one, result in zip(some, results, strict=True):
            one.results, one.is_done = [result], True
        return True
