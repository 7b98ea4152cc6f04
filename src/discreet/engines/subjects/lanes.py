"""Work on several sources at once: every source has a lane, and what is asked of one source is done in turn.

What comes out never depends on which source was faster: results stand in the order in which they were asked for.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from functools import partial
from typing import Protocol, TypeVar

T = TypeVar("T")
Unit = tuple[str, Callable[[], T]]  # a source and what to do with it; "" = with several: done by the caller
AT_HOME = ""


class Lanes(Protocol):
    """Does work source by source. Work of one source is done in the order in which it was handed over."""

    def submit(self, source: str, work: Callable[[], T]) -> Future[T]:
        """Have `work` done in the lane of `source`; it may use the reader of that source and of no other."""
        ...


class InTurn:
    """One thing after the other, by the caller: what there is to do with a single source."""

    def submit(self, source: str, work: Callable[[], T]) -> Future[T]:
        return done(work)


IN_TURN = InTurn()


def done(work: Callable[[], T]) -> Future[T]:
    """Return the result or the failure of work that is done at once."""
    future: Future[T] = Future()
    try:
        future.set_result(work())
    except Exception as error:  # noqa: BLE001 - handed to whoever asks for the result
        future.set_exception(error)
    return future


class Skipped(Exception):
    """Not done, because something that comes before it has failed."""


class FirstFailure:
    """The earliest place of a list at which something failed: what comes after it need not be done any more."""

    def __init__(self) -> None:
        self.place: tuple[int, ...] | None = None

    def guarded(self, place: tuple[int, ...], work: Callable[[], T]) -> T:
        """Do `work`, unless something before it failed.

        Raises:
            Skipped
        """
        if self.place is not None and self.place < place:
            raise Skipped
        try:
            return work()
        except Exception:
            if self.place is None or place < self.place:
                self.place = place
            raise


def each(lanes: Lanes, units: Sequence[Unit[T]]) -> list[T]:
    """Do all units, the sources side by side, and return their results in the order of `units`.

    The failure that is raised is the first one in that order, as if one had been done after the other.
    """
    failure = FirstFailure()
    futures: list[Future[T] | None] = []
    for number, (source, work) in enumerate(units):
        guarded = partial(failure.guarded, (number,), work)
        futures.append(None if source == AT_HOME else lanes.submit(source, guarded))
    finished = [
        done(partial(failure.guarded, (number,), units[number][1])) if future is None else future
        for number, future in enumerate(futures)
    ]
    wait(finished)
    return [future.result() for future in finished]
