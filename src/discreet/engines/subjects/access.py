"""What an access package holds: the person's rows, and nothing that is only somebody else's.

Rows are read in chunks, so that a copy of any size needs little memory. Numbers and secrets that are never sent
out are described, other people replaced by stand-ins.
Source: GDPR Art. 15(4): the copy shall not adversely affect the rights and freedoms of others; 11 CCR 7024(d).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from discreet.engines.subjects.found import Reach, TableReach, as_set
from discreet.engines.subjects.graph import Key, TableRef
from discreet.engines.subjects.reader import Reader, Row, Select
from discreet.engines.subjects.redact import Redactor, Tally
from discreet.engines.subjects.walk import picker
from discreet.engines.subjects.whose import Others, own_bits

CHUNK_ROWS = 1_000


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
    for ref in sorted(reach.tables):
        found = reach.tables[ref]
        keys = [
            key
            for key, persons in found.persons.items()
            if (persons == person or person in as_set(persons)) and key not in found.beyond_shared
        ]
        if not keys:
            continue
        choice = (choices or {}).get(ref, NO_CHOICE)
        names = tuple(column.name for column in found.table.columns)
        if choice.is_withheld:
            yield AccessTable(ref, (), names, len(keys), iter(()))
            continue
        withheld = tuple(name for name in names if name in choice.withheld)
        columns = tuple(name for name in names if name not in choice.withheld)
        tally = Tally(keeps=examples)
        redactor = Redactor(reach=reach, table=found.table, others=others, lifted=choice.lifted, tally=tally)
        rows = _rows(found, keys, redactor, readers.get(ref.source), bits[ref])
        yield AccessTable(ref, columns, withheld, len(keys), _without(rows, names, columns), tally)


def _without(rows: Iterator[Row], names: tuple[str, ...], columns: tuple[str, ...]) -> Iterator[Row]:
    if columns == names:
        return rows
    if not columns:
        return iter(())
    pick = picker(names, columns)
    return (pick(row) for row in rows)


def _rows(
    found: TableReach, keys: list[Key], redactor: Redactor, reader: Reader | None, own: int
) -> Iterator[Row]:
    """Yield redacted rows; those of which the reach holds keys and links only are read again, in its snapshot."""
    names = redactor.columns
    key_of = picker(names, found.key_columns)
    for start in range(0, len(keys), CHUNK_ROWS):
        chunk = keys[start : start + CHUNK_ROWS]
        if found.columns == names or reader is None:
            for key in chunk:
                yield redactor.row(
                    found.rows[key], is_own=_is_own(found, key, own), is_joint=key in found.shared
                )
            continue
        for row in reader.select(Select(found.ref, names, found.key_columns, chunk)):
            key = key_of(row)
            yield redactor.row(row, is_own=_is_own(found, key, own), is_joint=key in found.shared)


def _is_own(found: TableReach, key: Key, own: int) -> bool:
    return bool(found.paths.get(key, 0) & own)
