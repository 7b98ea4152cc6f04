"""What `reach` found: rows about persons, whose they are, how they were reached and who else uses them.

Kept by column and by table, not as one object a row: a batch is a hundred thousand rows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from discreet.engines.subjects.graph import Graph, Key, Link, Table, TableRef
from discreet.engines.subjects.reader import Row

Persons = int | frozenset[int]  # index into the batch; a set only where several persons share the row
ROOT_PATH = -1  # the path of a starting row; other paths are indexes into `Graph.links`


def as_set(persons: Persons) -> frozenset[int]:
    return frozenset((persons,)) if isinstance(persons, int) else persons


def join(one: Persons, other: Persons) -> Persons:
    """Return the union, staying an int while it is a single person."""
    if one == other:
        return one
    return as_set(one) | as_set(other)


@dataclass(frozen=True, slots=True)
class RowFound:
    """One row about somebody. `via` names every link that led to it, and ROOT_PATH."""

    key: Key
    persons: frozenset[int]
    via: tuple[int, ...]
    is_shared: bool
    others: int  # how many rows or persons outside the batch also use it; at least so many
    is_beyond_shared: bool  # only reached through a shared row: another's as likely as theirs
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class TableReach:
    """Rows of one table. `key_columns`: the primary key, or all columns where there is none.

    `address_columns`: by which statements address the rows; () = they cannot be singled out.
    """

    table: Table
    key_columns: tuple[str, ...]
    columns: tuple[str, ...]  # of the values in `rows`
    rows: Mapping[Key, Row]
    persons: Mapping[Key, Persons]
    paths: Mapping[Key, int]  # bit set: bit 0 = a starting row, bit n+1 = Graph.links[n]
    shared: Mapping[Key, int] = field(default_factory=dict)  # only shared rows: number of others
    beyond_shared: frozenset[Key] = frozenset()
    address_columns: tuple[str, ...] = ()
    copies: Mapping[Key, int] = field(default_factory=dict)  # rows without a key that stand there repeatedly

    @property
    def ref(self) -> TableRef:
        return self.table.ref

    def with_copies(self, keys: Sequence[Key]) -> Sequence[Key]:
        """Return `keys` with each as often as it stands in the table, so that row counts come out right."""
        if not self.copies:
            return keys
        return [key for key in keys for _ in range(self.copies.get(key, 1))]

    def addresses(self, keys: Sequence[Key]) -> tuple[Key, ...]:
        """Return the values of `address_columns` of these rows."""
        if self.address_columns in ((), self.key_columns):
            return tuple(keys)
        places = [self.key_columns.index(name) for name in self.address_columns]
        return tuple([tuple([key[place] for place in places]) for key in keys])

    def found(self, key: Key) -> RowFound:
        bits = self.paths[key]
        return RowFound(
            key=key,
            persons=as_set(self.persons[key]),
            via=tuple(n - 1 for n in range(bits.bit_length()) if bits >> n & 1),
            is_shared=key in self.shared,
            others=self.shared.get(key, 0),
            is_beyond_shared=key in self.beyond_shared,
            values=dict(zip(self.columns, self.rows[key], strict=True)),
        )

    def __iter__(self) -> Iterator[RowFound]:
        return (self.found(key) for key in self.rows)


@dataclass(frozen=True, slots=True)
class Reference:
    """A row that is not the persons' own and points at one of their rows by `link`, with `value` as stored."""

    link: Link
    from_key: Key
    value: Key
    to_key: Key
    persons: Persons


@dataclass(frozen=True, slots=True)
class Step:
    """One statement that was run, for the preview. `missing_index`: columns an index would help."""

    table: TableRef
    purpose: str  # "roots" | "owned" | "detail" | "mention" | "sharing" | "scan" | "identity"
    statement: str
    rows: int
    link: str = ""
    missing_index: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotCovered:
    """What was not looked at, and why. `reason` is a code that doors translate.

    `is_estimate`: `rows` is what the database's own statistics say of the table; nobody counted.
    """

    table: TableRef
    reason: str
    columns: tuple[str, ...] = ()
    rows: int = 0
    is_estimate: bool = False


@dataclass(frozen=True, slots=True)
class Reach:
    """Every row about the persons of a batch. `references` are rows of others."""

    graph: Graph
    person_count: int
    tables: Mapping[TableRef, TableReach]
    references: tuple[Reference, ...]
    steps: tuple[Step, ...]
    not_covered: tuple[NotCovered, ...] = ()

    def row_count(self) -> int:
        return sum(len(table.rows) for table in self.tables.values())
