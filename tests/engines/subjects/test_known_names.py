"""How people of a table are called is read once for many copies, and anew after a while."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from discreet.engines.subjects.graph import Column, Graph, Table, TableRef
from discreet.engines.subjects.known_names import KnownNames
from discreet.engines.subjects.lanes import IN_TURN
from discreet.engines.subjects.reader import Row, Select
from discreet.vocabulary.normalise import normalise_name

PEOPLE = TableRef("shop", "customer")
NAME = Column(name="name", category="name")


class Shop:
    """A people table that counts how often it is read."""

    def __init__(self, *names: str) -> None:
        self.names, self.reads = list(names), 0

    def select(self, query: Select) -> Iterable[Row]:
        assert (query.columns, query.limit) == (("name",), 50_000)
        self.reads += 1
        return [(name,) for name in self.names]

    def ahead(self, queries: Sequence[Select]) -> None:
        raise AssertionError

    def statement(self, query: Select) -> str:
        raise AssertionError


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def graph() -> Graph:
    table = Table(ref=PEOPLE, columns=(NAME,), primary_key=("name",), is_people=True)
    return Graph(tables={PEOPLE: table}, links=())


def knows(known: KnownNames, shop: Shop, name: str) -> bool:
    found = known.of(graph(), {"shop": shop}, lambda _ref: [NAME], IN_TURN)
    return any(hash(normalise_name(name)) in names for names in found)


def test_names_are_read_once_in_a_while_and_then_anew() -> None:
    shop, clock = Shop("Anna Weber", "王小明"), Clock()
    known = KnownNames(kept_s=900, clock=clock)
    assert knows(known, shop, "anna weber")
    shop.names.append("Bob Braun")
    clock.now = 899
    assert knows(known, shop, "王小明")
    assert not knows(known, shop, "Bob Braun")
    assert shop.reads == 1
    clock.now = 900
    assert knows(known, shop, "Bob Braun")
    assert shop.reads == 2


def test_copies_at_once_read_a_table_once() -> None:
    shop, known = Shop("Anna Weber"), KnownNames()
    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(lambda _: knows(known, shop, "Anna Weber"), range(32)))
    assert shop.reads == 1


def test_a_table_that_no_reader_reaches_is_no_failure_and_is_not_remembered() -> None:
    known = KnownNames()
    assert known.of(graph(), {}, lambda _ref: [NAME], IN_TURN) == []
    assert knows(known, Shop("Anna Weber"), "Anna Weber")
