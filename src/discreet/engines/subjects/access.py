"""What an access package holds: the person's rows, and nothing that is only somebody else's.

Rows are read in chunks, so that a copy of any size needs little memory. Numbers and secrets that are never sent
out are described, other people replaced by stand-ins.
Source: GDPR Art. 15(4): the copy shall not adversely affect the rights and freedoms of others; 11 CCR 7024(d).
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from discreet.engines.subjects.found import Reach, TableReach, as_set
from discreet.engines.subjects.graph import Key, TableRef
from discreet.engines.subjects.reader import Reader, Row, Select
from discreet.engines.subjects.redact import Redactor, Tally
from discreet.engines.subjects.walk import picker
from discreet.engines.subjects.whose import Others, own_bits

CHUNK_ROWS = 1_000
AHEAD_ROWS = 2_000  # of each source, begun before they are due


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person decided of a table: columns (or all) that are not handed over, and columns left as they are.

    A stand-in for another person can be lifted by `lifted`; what is never sent out cannot.
    """

    is_withheld: bool = False
    withheld: frozenset[str] = frozenset()
    lifted: frozenset[str] = frozenset()


NO_CHOICE = Choice()


@dataclass(frozen=True, slots=True)
class AccessTable:
    """`rows` is read once, in no particular order; `tally` is complete when it has been.

    `withheld`: columns that a person decided to hold back; all of them where the table is.
    """

    table: TableRef
    columns: tuple[str, ...]
    withheld: tuple[str, ...]
    count: int
    rows: Iterator[Row]
    tally: Tally = field(default_factory=Tally)


def rows_for_access(
    *,
    reach: Reach,
    person: int,
    readers: Mapping[str, Reader],
    others: Others,
    choices: Mapping[TableRef, Choice] | None = None,
    examples: int = 0,
) -> Iterator[AccessTable]:
    """Yield the tables of a reach for `Purpose.COPY` or `ACCESS`, with the rows of one person of it.

    Shared parts such as an address are theirs too and are included; rows that only a shared part leads to
    are not. `examples`: of each column, how many values to keep beside what replaced them.
    """
    bits = own_bits(reach)
    due = {ref: keys for ref in sorted(reach.tables) if (keys := _keys_of(reach.tables[ref], person))}
    chosen = {ref: (choices or {}).get(ref, NO_CHOICE) for ref in due}
    queries = {
        ref: _queries(reach.tables[ref], keys)
        for ref, keys in due.items()
        if not chosen[ref].is_withheld and ref.source in readers
    }
    reading = ReadAhead(readers, [query for several in queries.values() for query in several])
    for ref, keys in due.items():
        found, choice = reach.tables[ref], chosen[ref]
        names = tuple(column.name for column in found.table.columns)
        if choice.is_withheld:
            yield AccessTable(ref, (), names, len(keys), iter(()))
            continue
        withheld = tuple(name for name in names if name in choice.withheld)
        columns = tuple(name for name in names if name not in choice.withheld)
        tally = Tally(keeps=examples)
        redactor = Redactor(reach=reach, table=found.table, others=others, lifted=choice.lifted, tally=tally)
        if queries.get(ref):
            rows = _read(found, queries[ref], redactor, reading, bits[ref])
        else:
            rows = _held(found, keys, redactor, bits[ref])
        yield AccessTable(ref, columns, withheld, len(keys), _without(rows, names, columns), tally)


def _without(rows: Iterator[Row], names: tuple[str, ...], columns: tuple[str, ...]) -> Iterator[Row]:
    if columns == names:
        return rows
    if not columns:
        return iter(())
    pick = picker(names, columns)
    return (pick(row) for row in rows)


def _keys_of(found: TableReach, person: int) -> list[Key]:
    return [
        key
        for key, persons in found.persons.items()
        if (persons == person or person in as_set(persons)) and key not in found.beyond_shared
    ]


def _queries(found: TableReach, keys: list[Key]) -> list[Select]:
    """Return how rows are read of which the reach holds keys and links only, in chunks; nothing where it holds all."""
    names = tuple(column.name for column in found.table.columns)
    if found.columns == names:
        return []
    return [
        Select(found.ref, names, found.key_columns, keys[start : start + CHUNK_ROWS])
        for start in range(0, len(keys), CHUNK_ROWS)
    ]


def _held(found: TableReach, keys: list[Key], redactor: Redactor, own: int) -> Iterator[Row]:
    """Yield redacted rows that the reach holds."""
    for key in keys:
        yield redactor.row(found.rows[key], is_own=_is_own(found, key, own), is_joint=key in found.shared)


def _read(
    found: TableReach, queries: list[Select], redactor: Redactor, reading: "ReadAhead", own: int
) -> Iterator[Row]:
    """Yield redacted rows, read again in the snapshot of the reach."""
    key_of = picker(redactor.columns, found.key_columns)
    for query in queries:
        for row in reading.rows(query):
            key = key_of(row)
            yield redactor.row(row, is_own=_is_own(found, key, own), is_joint=key in found.shared)


class ReadAhead:
    """Reads in order, while every other source already begins with what comes next of it, as far as memory allows."""

    def __init__(self, readers: Mapping[str, Reader], queries: Sequence[Select]) -> None:
        self._readers = readers
        self._coming: dict[str, deque[Select]] = defaultdict(deque)
        self._begun: dict[str, deque[Select]] = defaultdict(deque)
        for query in queries:
            self._coming[query.table.source].append(query)
        for source in self._coming if len(self._coming) > 1 else ():
            self._begin(source)

    def rows(self, query: Select) -> Iterable[Row]:
        """Return the rows of the next query; those that were passed over are not waited for."""
        source = query.table.source
        for several in (self._begun[source], self._coming[source]):
            while any(one is query for one in several) and several[0] is not query:
                several.popleft()
        found = self._readers[source].select(query)
        for several in (self._begun[source], self._coming[source]):
            if several and several[0] is query:
                several.popleft()
        if len(self._coming) > 1:
            self._begin(source)
        return found

    def _begin(self, source: str) -> None:
        coming, begun = self._coming[source], self._begun[source]
        rows = sum(len(query.keys) for query in begun)
        while coming and rows + len(coming[0].keys) <= AHEAD_ROWS:
            begun.append(coming.popleft())
            rows += len(begun[-1].keys)
            self._readers[source].ahead([begun[-1]])


def _is_own(found: TableReach, key: Key, own: int) -> bool:
    return bool(found.paths.get(key, 0) & own)
