"""Several sources written at once: one transaction each, in a thread of its own, each committed for itself.

None waits for another one, and none is undone for another one: who must know first whether all can be written asks
with `try_each`, which writes nothing. Discreet's own database is touched by the caller's thread alone.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import AbstractContextManager
from functools import partial
from queue import SimpleQueue
from typing import TypeVar

from discreet.engines.subjects.lanes import done
from discreet.foundation.sources import pools, session
from discreet.foundation.sources.lanes import Threads
from discreet.foundation.sources.transactions import WriteSession

T = TypeVar("T")
Work = Callable[[WriteSession], T]
_Opening = AbstractContextManager[WriteSession]
_Message = (
    tuple[str, Future[T]] | Future[None]
)  # a source that is through, or a wish to know whether to commit


class Abandoned(Exception):
    """The caller has gone: nothing more is committed."""


def write_each(
    works: Mapping[str, Work[T]], *, before_commit: Callable[[], None]
) -> Iterator[tuple[str, Future[T]]]:
    """Do each source's work in a transaction of its own and commit it; yield what came of it as soon as it is known.

    `before_commit` is called by the caller's thread, before each COMMIT; where it raises, that source is rolled back.
    """
    yield from _each(works, before_commit)


def try_each(works: Mapping[str, Work[T]]) -> dict[str, Future[T]]:
    """Do each source's work in a transaction that is rolled back, and return what came of it."""
    return dict(_each(works, None))


def _each(
    works: Mapping[str, Work[T]], before_commit: Callable[[], None] | None
) -> Iterator[tuple[str, Future[T]]]:
    pools.assert_no_transaction()
    openings = {name: done(partial(session.writing, name)) for name in works}
    opened = {name: one.result() for name, one in openings.items() if one.exception() is None}
    for name in works.keys() - opened.keys():
        yield name, _failed(openings[name].exception())
    if len(opened) == 1:
        ((name, opening),) = opened.items()
        yield name, done(partial(_do, opening, works[name], before_commit))
    elif opened:
        yield from _side_by_side(opened, works, before_commit)


def _failed(error: BaseException | None) -> Future[T]:
    future: Future[T] = Future()
    future.set_exception(error)
    return future


def _do(opening: _Opening, work: Work[T], before_commit: Callable[[], None] | None) -> T:
    with opening as writer:
        result = work(writer)
        if before_commit is not None:
            writer.commit(before_commit=before_commit)
    return result


def _side_by_side(
    opened: Mapping[str, _Opening], works: Mapping[str, Work[T]], before_commit: Callable[[], None] | None
) -> Iterator[tuple[str, Future[T]]]:
    messages: SimpleQueue[_Message[T]] = SimpleQueue()

    def ask() -> None:
        wish: Future[None] = Future()
        messages.put(wish)
        wish.result()

    def run(name: str, opening: _Opening) -> None:
        asking = None if before_commit is None else ask
        messages.put((name, done(partial(_do, opening, works[name], asking))))

    threads = Threads(sorted(opened))
    left = set(opened)
    answer = before_commit
    try:
        for name, opening in opened.items():
            threads.submit(name, partial(run, name, opening))
        while left:
            message = messages.get()
            if isinstance(message, Future):
                _answer(message, answer)
                continue
            left.discard(message[0])
            yield message
    finally:
        while left:  # the caller has gone: what has begun ends without a COMMIT
            message = messages.get()
            if isinstance(message, Future):
                _answer(message, _abandon)
            else:
                left.discard(message[0])
        threads.close()


def _answer(wish: Future[None], before_commit: Callable[[], None] | None) -> None:
    try:
        if before_commit is not None:
            before_commit()
    except Exception as error:  # noqa: BLE001 - raised again in the thread that asked
        wish.set_exception(error)
    else:
        wish.set_result(None)


def _abandon() -> None:
    raise Abandoned
