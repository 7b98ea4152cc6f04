"""Several sources at once: what comes out is what comes out of them one after the other, in the same order."""

import contextlib
import sqlite3
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from discreet.engines.subjects import course
from discreet.engines.subjects.captured import capture
from discreet.engines.subjects.captures import Budget
from discreet.engines.subjects.found import Reach
from discreet.engines.subjects.graph import Column, Graph, Link, LinkRole, Match, Table, TableRef
from discreet.engines.subjects.identity import Identity
from discreet.engines.subjects.lanes import IN_TURN, Lanes, Unit, each
from discreet.engines.subjects.limits import Limits
from discreet.engines.subjects.locate import locate
from discreet.engines.subjects.plan import make_plan
from discreet.engines.subjects.plans import Decisions
from discreet.engines.subjects.reach import Purpose, reach
from discreet.engines.subjects.search import fresh_search
from discreet.engines.subjects.walk import Walk
from discreet.vocabulary.errors import Refused
from tests.engines.subjects.sqlite_source import SqliteReader

T = TypeVar("T")
SOURCES = ("s0", "s1", "s2")
MAILS = ("ann@x.example", "ANN@x.example", "ben@x.example", "cleo@x.example", None)
TODAY = date(2026, 1, 1)


class Whimsical:
    """Lanes whose order across sources is drawn: a thread takes the next work from the source it likes best."""

    def __init__(self, liked: tuple[str, ...]) -> None:
        self._liked = liked
        self._work: dict[str, deque[tuple[Future[object], Callable[[], object]]]] = defaultdict(deque)
        self._has_work = threading.Condition()
        self._is_over = False
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def submit(self, source: str, work: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()
        with self._has_work:
            self._work[source].append((future, work))  # type: ignore[arg-type]
            self._has_work.notify()
        return future

    def _run(self) -> None:
        while True:
            with self._has_work:
                self._has_work.wait_for(lambda: self._is_over or any(self._work.values()))
                source = next((one for one in self._liked if self._work[one]), None)
                if source is None:
                    return
                future, work = self._work[source].popleft()
            try:
                future.set_result(work())
            except Exception as error:  # noqa: BLE001 - handed to whoever asks
                future.set_exception(error)

    def close(self) -> None:
        with self._has_work:
            self._is_over = True
            self._has_work.notify()
        self._thread.join()


@contextlib.contextmanager
def whimsical(*liked: str) -> Iterator[Lanes]:
    lanes = Whimsical(liked)
    try:
        yield lanes
    finally:
        lanes.close()


@dataclass(frozen=True)
class World:
    """Tables in three sources, linked within and across, and who is looked for."""

    graph: Graph
    scripts: dict[str, str]
    roots: tuple[dict[TableRef, set[tuple[object, ...]]], ...]
    limits: Limits
    liked: tuple[str, ...]

    def readers(self) -> dict[str, SqliteReader]:
        found = {}
        for source, script in self.scripts.items():
            connection = sqlite3.connect(":memory:", check_same_thread=False)
            connection.executescript(script)
            found[source] = SqliteReader(connection, chunk=3)
        return found


@st.composite
def worlds(draw: st.DrawFn) -> World:
    tables: dict[TableRef, Table] = {}
    scripts = dict.fromkeys(SOURCES, "")
    for number in range(draw(st.integers(3, 7))):
        source = draw(st.sampled_from(SOURCES))
        is_people = number < 3 or draw(st.booleans())
        ref = TableRef(source, f"t{number}")
        columns = (Column("id", "none", indexed=True), Column("mail", "email"), Column("r", "none"))
        key = ("id",) if draw(st.integers(0, 5)) else ()
        tables[ref] = Table(ref, key, columns, is_people=is_people, estimated_rows=4)
        scripts[source] += f"CREATE TABLE t{number}(id INTEGER PRIMARY KEY, mail TEXT, r INTEGER);"
        for row in range(draw(st.integers(1, 4))):
            mail, other = draw(st.sampled_from(MAILS)), draw(st.sampled_from((0, 1, 2, 3, None)))
            text = "NULL" if mail is None else f"'{mail}'"
            scripts[source] += (
                f"INSERT INTO t{number} VALUES ({row}, {text}, {'NULL' if other is None else other});"
            )
    refs = list(tables)
    people = [ref for ref in refs if tables[ref].is_people]
    links = []
    for _ in range(draw(st.integers(2, 10))):
        start, role = draw(st.sampled_from(refs)), draw(st.sampled_from(list(LinkRole)))
        if draw(st.booleans()):
            links.append(Link(start, ("r",), draw(st.sampled_from(refs)), ("id",), role))
        else:
            end = draw(st.sampled_from(people))
            role = draw(st.sampled_from((LinkRole.OWNER, LinkRole.MENTION)))
            links.append(Link(start, ("mail",), end, ("mail",), role, match=Match.EMAIL))
    keyed = [ref for ref in people if tables[ref].primary_key] or people
    roots = tuple(
        {ref: {(row,) if tables[ref].primary_key else (row, None, None)}}
        for ref, row in draw(
            st.lists(st.tuples(st.sampled_from(keyed), st.integers(0, 3)), min_size=1, max_size=2)
        )
    )
    limits = Limits(max_rows_per_step=draw(st.sampled_from((2, 200_000))), max_others_per_row=1)
    liked = tuple(draw(st.permutations(SOURCES)))
    return World(Graph(tables, tuple(dict.fromkeys(links))), scripts, roots, limits, liked)


def told(found: Reach) -> list[object]:
    """Return all that a reach says, with the order of everything that has one."""
    tables = [
        (
            ref,
            list(one.rows.items()),
            one.persons,
            one.paths,
            one.shared,
            one.beyond_shared,
            one.address_columns,
            one.copies,
        )
        for ref, one in found.tables.items()
    ]
    return [tables, found.references, found.steps, found.not_covered]


def reached(world: World, purpose: Purpose, lanes: Lanes) -> list[object]:
    try:
        found = reach(
            graph=world.graph,
            readers=world.readers(),
            roots_by_person=world.roots,
            limits=world.limits,
            purpose=purpose,
            lanes=lanes,
        )
    except Refused as refusal:
        return [refusal.code, refusal.params]
    return told(found)


def walk_one_after_the_other(walk: Walk) -> None:
    """Take the links as a walk would with one hand: always the first table in order that has persons left."""
    while waiting := [ref for ref, state in walk.states.items() if state.pending]:
        state = walk.states[min(waiting, key=lambda ref: (walk.rank[ref], ref))]
        batch, state.pending = state.pending, {}
        for hop in walk.hops[state.table.ref]:
            walk.state(hop.end)
            walk.follow(hop, batch, walk.inquiry)


SETTINGS = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


@SETTINGS
@given(worlds())
def test_a_walk_side_by_side_takes_the_same_steps_to_the_same_rows(world: World):
    """Rows, persons, paths, steps, gaps and the failure that is told: all as one after the other, and in order."""
    outcomes = []
    with whimsical(*world.liked) as lanes:
        for carry_on, own in (
            (walk_one_after_the_other, IN_TURN),
            (course.take, IN_TURN),
            (course.take, lanes),
        ):
            walk = Walk(graph=world.graph, readers=world.readers(), limits=world.limits, lanes=own)
            walk.start(world.roots)
            try:
                carry_on(walk)
            except Refused as refusal:
                outcomes.append([refusal.code, refusal.params])
                continue
            states = [
                (ref, list(one.rows.items()), one.persons, one.paths) for ref, one in walk.states.items()
            ]
            outcomes.append([states, walk.inquiry.steps, walk.inquiry.not_covered])
    assert outcomes[1] == outcomes[0]
    assert outcomes[2] == outcomes[0]


@SETTINGS
@given(worlds(), st.sampled_from(list(Purpose)))
def test_whoever_else_uses_a_row_is_found_alike_side_by_side(world: World, purpose: Purpose):
    """The whole reach, for every purpose it is made for."""
    with whimsical(*world.liked) as lanes:
        assert reached(world, purpose, lanes) == reached(world, purpose, IN_TURN)


@SETTINGS
@given(worlds(), st.integers(0, 30), st.integers(0, 30))
def test_candidates_captures_and_the_fresh_search_are_alike_side_by_side(world: World, scan: int, text: int):
    """With one budget over all sources: who gets of it does not depend on who is faster."""
    budget = Budget(max_scan_rows=scan, max_read_rows=scan, max_text_rows=text)
    outcomes = []
    for liked in ((), world.liked):
        with whimsical(*liked) as threads:
            lanes = threads if liked else IN_TURN
            readers = world.readers()
            located = locate(
                graph=world.graph,
                readers=readers,
                identities=[Identity(email="ann@x.example"), Identity(customer_number="2")],
                limits=world.limits,
                lanes=lanes,
            )
            try:
                found = reach(
                    graph=world.graph, readers=readers, roots_by_person=world.roots, limits=world.limits
                )
            except Refused as refusal:
                outcomes.append([located, refusal.code])
                continue
            plan = make_plan(reach=found, decisions=Decisions(), today=TODAY, new_token=lambda: "token")
            captured = capture(readers=readers, reach=found, plan=plan, budget=budget, lanes=lanes)
            again = fresh_search(
                graph=world.graph, readers=readers, captured=captured, budget=budget, lanes=lanes
            )
            outcomes.append([located, captured, again])
    assert outcomes[1] == outcomes[0]


def test_the_first_failure_in_order_is_told_and_what_comes_after_it_is_left():
    """The second source fails first; the first one's failure is what one after the other would tell."""
    reached_end = threading.Event()
    done: list[str] = []

    def fail(name: str, *, after: threading.Event | None = None) -> None:
        if after is not None:
            after.wait(10)
        done.append(name)
        raise ValueError(name)

    def late() -> None:
        reached_end.set()
        fail("second")

    units: list[Unit[None]] = [
        ("s0", lambda: fail("first", after=reached_end)),
        ("s1", late),
        ("s1", lambda: fail("third")),
    ]
    first, second = Whimsical(("s0",)), Whimsical(("s1",))

    class Both:
        def submit(self, source: str, work: Callable[[], T]) -> Future[T]:
            return (first if source == "s0" else second).submit(source, work)

    with pytest.raises(ValueError, match="first"):
        each(Both(), units)
    first.close()
    second.close()
    assert sorted(done) == ["first", "second"]
