"""Several sources read at once: a thread for each source, which alone uses its session.

Discreet's own database is touched by the caller's thread alone: what a session has to know is looked up before a
thread begins, and what a thread wants to ask of it (the fence, before COMMIT) is asked by the caller.
"""

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Protocol, TypeVar

from discreet.engines.subjects import lanes as engine
from discreet.engines.subjects.lanes import IN_TURN
from discreet.engines.subjects.reader import Reader, Row, Select
from discreet.foundation.sources import pools, session
from discreet.foundation.sources.transactions import ReadSession

T = TypeVar("T")
MOST_THREADS = 8
MOST_IDLE = 16
PIECE_ROWS = 1_000  # handed from a source's thread to the caller at once


class SourceReader(Reader, Protocol):
    """What is read through, whether in the caller's thread or in one of its own."""

    @property
    def statements(self) -> int: ...
    def fingerprint(self) -> str:
        """Return the fingerprint of the source's structure as it is now."""
        ...


class WrongLane(AssertionError):
    """A bug: work in the lane of one source uses another one, and each could come to wait for the other."""


_here = threading.local()


def _mark() -> None:
    _here.is_lane = True


_lock = threading.Lock()
_idle: dict[int, list[ThreadPoolExecutor]] = {}  # by process: a fork has none of its parent's threads


class Threads:
    """At most eight threads, each for one source or several; with `close` they are free for others.

    The next work on the same sources has the same threads, as it has the same connections.
    """

    def __init__(self, sources: Sequence[str]) -> None:
        idle = _idle.setdefault(os.getpid(), [])
        with _lock:
            self._threads = [
                idle.pop()
                if idle
                else ThreadPoolExecutor(max_workers=1, thread_name_prefix="source", initializer=_mark)
                for _ in range(min(len(sources), MOST_THREADS))
            ]
        self._of = {source: self._threads[place % len(self._threads)] for place, source in enumerate(sources)}

    def submit(self, source: str, work: Callable[[], T]) -> Future[T]:
        """Have `work` done by the thread of `source`."""
        return self._of[source].submit(work)

    def close(self) -> None:
        """Give the threads back; nothing is under way any more."""
        idle = _idle.setdefault(os.getpid(), [])
        with _lock:
            kept = self._threads[: MOST_IDLE - len(idle)]
            idle.extend(reversed(kept))
        for thread in self._threads[len(kept) :]:
            thread.shutdown(wait=False)


class _LaneReader:
    """A reader for the caller and for its own lane: whoever asks, the session is used by the lane's thread alone."""

    def __init__(self, opened: ReadSession, lane: Callable[[Callable[[], object]], Future[object]]) -> None:
        self._session = opened
        self._lane = lane
        self._thread = threading.get_ident()
        self._ahead: dict[int, tuple[Select, Future[object]]] = {}

    @property
    def statements(self) -> int:
        return self._session.statements

    def statement(self, query: Select) -> str:
        return self._session.statement(query)

    def fingerprint(self) -> str:
        if self._is_own_lane():
            return self._session.fingerprint()
        return str(self._lane(self._session.fingerprint).result())

    def _is_own_lane(self) -> bool:
        if threading.get_ident() == self._thread:
            return True
        if getattr(_here, "is_lane", False):
            raise WrongLane
        return False

    def ahead(self, queries: Sequence[Select]) -> None:
        """In its own lane as the session itself; for the caller the lane begins with each of them at once."""
        if self._is_own_lane():
            self._session.ahead(queries)
            return
        for query in queries:
            self._ahead[id(query)] = (query, self._lane(partial(_Pieces, self._session, query)))

    def select(self, query: Select) -> Iterator[Row]:
        if self._is_own_lane():
            return iter(self._session.select(query))
        pools.assert_no_transaction()
        _, begun = self._ahead.pop(id(query), (query, None))
        first = (begun or self._lane(partial(_Pieces, self._session, query))).result()
        if not isinstance(first, _Pieces):
            raise TypeError(first)
        return self._rows(first)

    def drop(self) -> None:
        """Give up what was asked for ahead and has not begun."""
        for _, future in self._ahead.values():
            future.cancel()
        self._ahead.clear()

    def _rows(self, pieces: "_Pieces") -> Iterator[Row]:
        """Yield rows; while some are used, the next are fetched."""
        while rows := pieces.fetched:
            if len(rows) < PIECE_ROWS:
                yield from rows
                return
            following = self._lane(pieces.fetch)
            yield from rows
            following.result()


class _Pieces:
    """The rows of one query, some at a time; used by the session's thread."""

    def __init__(self, opened: ReadSession, query: Select) -> None:
        self._rows = iter(opened.select(query))
        self.fetched: list[Row] = []
        self.fetch()

    def fetch(self) -> None:
        self.fetched = list(islice(self._rows, PIECE_ROWS))


@dataclass(frozen=True, slots=True)
class Opened:
    """Sources that are read at once, and the lanes in which their work is done."""

    readers: Mapping[str, SourceReader]
    lanes: engine.Lanes

    @property
    def statements(self) -> int:
        return sum(reader.statements for reader in self.readers.values())

    def fingerprints(self) -> dict[str, str]:
        """Return each source's schema as it is now."""
        names = sorted(self.readers)
        units: list[engine.Unit[str]] = [(name, self.readers[name].fingerprint) for name in names]
        return dict(zip(names, engine.each(self.lanes, units), strict=True))


@contextmanager
def read_all(names: Sequence[str], *, for_verification: bool = False) -> Iterator[Opened]:
    """Yield sessions that read these sources side by side; a single one is read in the caller's thread.

    Raises:
        UnknownSource, ReplicaRefused, SourceRefusal: as `session.read`, of the first name that is refused.
    """
    pools.assert_no_transaction()
    prepared = [(name, session.reading(name, for_verification=for_verification)) for name in names]
    if len(prepared) < 2:
        with _together(prepared) as readers:
            yield Opened(readers, IN_TURN)
        return
    threads = Threads(names)
    try:
        with _in_lanes(threads, prepared) as lane_readers:
            yield Opened(lane_readers, threads)
    finally:
        threads.close()


_Prepared = Sequence[tuple[str, AbstractContextManager[ReadSession]]]


@contextmanager
def _together(prepared: _Prepared) -> Iterator[dict[str, ReadSession]]:
    if not prepared:
        yield {}
        return
    ((name, opening),) = prepared
    with opening as opened:
        yield {name: opened}


@contextmanager
def _in_lanes(threads: Threads, prepared: _Prepared) -> Iterator[dict[str, _LaneReader]]:
    entered: list[tuple[str, AbstractContextManager[ReadSession], _LaneReader]] = []

    def enter(name: str, opening: AbstractContextManager[ReadSession]) -> _LaneReader:
        reader = _LaneReader(opening.__enter__(), partial(threads.submit, name))
        entered.append((name, opening, reader))
        return reader

    units: list[engine.Unit[_LaneReader]] = [(name, partial(enter, name, one)) for name, one in prepared]
    try:
        readers = engine.each(threads, units)
        yield dict(zip((name for name, _ in prepared), readers, strict=True))
    finally:
        for _, _, reader in entered:
            reader.drop()
        left = [
            threads.submit(name, partial(opening.__exit__, None, None, None)) for name, opening, _ in entered
        ]
        wait(left)
        for future in left:
            future.result()
