"""The order in which a walk takes its links, and what of it is done side by side.

One after the other a walk would go by `Walk.parts`: tables that lead to one another in a circle are a part, and a
part comes after all that lead to it. So it may begin as soon as those are through, whatever other sources still
do. Each step has its place in that order, by which a table takes in what leads to it, and steps, rows and the
failure that is told come out as if one had been done after the other.
"""

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from functools import partial

from discreet.engines.subjects.found import Persons
from discreet.engines.subjects.graph import Key, TableRef
from discreet.engines.subjects.inquiry import Inquiry
from discreet.engines.subjects.lanes import FirstFailure, Skipped
from discreet.engines.subjects.walk import Hop, Walk

_Place = tuple[int, int]  # the part that a step starts from, and its number there


@dataclass(frozen=True, slots=True)
class _Step:
    place: _Place
    hop: Hop
    batch: Mapping[Key, Persons]
    inquiry: Inquiry


@dataclass(slots=True)
class _Waiting:
    """A part, and what it waits for before it goes on."""

    number: int
    course: Iterator[Sequence[Future[None]]]
    left: set[Future[None]] = field(default_factory=set)


def take(walk: Walk) -> None:
    """Carry a walk on from its starting rows to its end.

    Raises:
        TooManyRows, and what readers raise: the failure that comes first in order, once nothing is under way.
    """
    _Course(walk).run()


class _Course:
    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.inbox: dict[int, list[_Step]] = defaultdict(list)
        self.steps: list[_Step] = []
        self.failures: list[tuple[_Place, Exception]] = []
        self.failure = FirstFailure()
        self.ended_early: set[int] = set()
        self.seen: dict[TableRef, _Place] = {ref: (-1, number) for number, ref in enumerate(walk.states)}
        self.after: dict[int, set[int]] = defaultdict(set)
        for ref, hops in walk.hops.items():
            self.after[walk.rank[ref]].update(walk.rank[hop.end] for hop in hops)
        self.before = [0] * len(walk.parts)
        for number, several in self.after.items():
            for later in several - {number}:
                self.before[later] += 1

    def run(self) -> None:
        ready = deque(number for number, before in enumerate(self.before) if not before)
        waiting: dict[Future[None], _Waiting] = {}
        while ready or waiting:
            while ready:
                number = ready.popleft()
                self._go_on(_Waiting(number, self._part(number)), ready, waiting)
            if waiting:
                finished, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for future in finished:
                    part = waiting.pop(future)
                    part.left.discard(future)
                    if not part.left:
                        self._go_on(part, ready, waiting)
        if self.failures:
            raise min(self.failures, key=lambda one: one[0])[1]
        self._put_in_order()

    def _go_on(self, part: _Waiting, ready: deque[int], waiting: dict[Future[None], _Waiting]) -> None:
        """Carry a part on to where it has to wait; one that failed ends, and what comes after it never begins."""
        for futures in part.course:
            part.left = {future for future in futures if not future.done()}
            if part.left:
                waiting.update(dict.fromkeys(part.left, part))
                return
        if part.number in self.ended_early:
            return
        for later in sorted(self.after[part.number] - {part.number}):
            self.before[later] -= 1
            if not self.before[later]:
                ready.append(later)

    def _part(self, number: int) -> Iterator[Sequence[Future[None]]]:
        """Take what leads to a part, then go about in it until nobody is left; yield what to wait for."""
        arriving = sorted(self.inbox.pop(number, ()), key=lambda step: step.place)
        futures = self._handed_over(arriving)
        yield futures
        if self._has_failed(number, arriving, futures):
            return
        emitted = 0
        tables = sorted(self.walk.parts[number])
        while ref := next((one for one in tables if self._is_pending(one)), None):
            state = self.walk.states[ref]
            batch, state.pending = state.pending, {}
            inner: list[_Step] = []
            for hop in self.walk.hops[ref]:
                step = _Step((number, emitted), hop, batch, self.walk.inquiry.apart())
                emitted += 1
                self._see(step)
                end = self.walk.rank[hop.end]
                (inner if end == number else self.inbox[end]).append(step)
            futures = self._handed_over(inner)
            yield futures
            if self._has_failed(number, inner, futures):
                return

    def _is_pending(self, ref: TableRef) -> bool:
        state = self.walk.states.get(ref)
        return state is not None and bool(state.pending)

    def _see(self, step: _Step) -> None:
        self.steps.append(step)
        self.walk.state(step.hop.end)
        known = self.seen.get(step.hop.end, step.place)
        self.seen[step.hop.end] = min(known, step.place)

    def _handed_over(self, steps: Sequence[_Step]) -> list[Future[None]]:
        return [
            self.walk.lanes.submit(
                step.hop.end.source,
                partial(self.failure.guarded, step.place, partial(self._take, step)),
            )
            for step in steps
        ]

    def _take(self, step: _Step) -> None:
        self.walk.follow(step.hop, step.batch, step.inquiry)

    def _has_failed(self, number: int, steps: Sequence[_Step], futures: Sequence[Future[None]]) -> bool:
        errors = [(step.place, future.exception()) for step, future in zip(steps, futures, strict=True)]
        failed = [(place, error) for place, error in errors if isinstance(error, Exception)]
        self.failures += [(place, error) for place, error in failed if not isinstance(error, Skipped)]
        if failed:
            self.ended_early.add(number)
        return bool(failed)

    def _put_in_order(self) -> None:
        for step in sorted(self.steps, key=lambda one: one.place):
            self.walk.inquiry.take(step.inquiry)
        states = self.walk.states
        self.walk.states = {ref: states[ref] for ref in sorted(states, key=self.seen.__getitem__)}
