"""Whether rows are still whose they were when the plan was made again: owner links and identity, row by row.

A plan names rows by key. Between the last look and the write a key can come to belong to somebody else (a row
moved to another owner, a number given out anew). The values that said whose each row is are hashed at the last
look, and compared under lock in the writing transaction. Source: hostile review; failure promises 2 and 16.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from discreet.engines.subjects.found import Reach
from discreet.engines.subjects.graph import Key, TableRef
from discreet.engines.subjects.keys import canonical
from discreet.engines.subjects.plans import ErasurePlan, Operation, OperationKind
from discreet.engines.subjects.reader import Row, Select
from discreet.engines.subjects.storage import from_json, to_json
from discreet.foundation.sources.transactions import WriteSession
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop


class RowsChanged(Refused):
    code = "rights.rows_changed"
    message = gettext_noop(
        "Rows of %(table)s no longer belong to this person as they did a moment ago. Nothing was written there."
    )


def witness(reached: Reach, plan: ErasurePlan) -> str:
    """Return, as JSON to be sealed, a hash of what said whose row it is, for every row the plan writes."""
    written: dict[TableRef, set[Key]] = {}
    for operations in plan.operations.values():
        for operation in operations:
            found = reached.tables.get(operation.table)
            if found is not None and found.table.primary_key == operation.key_columns:
                written.setdefault(operation.table, set()).update(operation.keys)
    tables = []
    for ref in sorted(written):
        found = reached.tables[ref]
        rows = [(key, _hash(found.rows[key])) for key in written[ref] if key in found.rows]
        head = (ref.source, ref.schema, ref.table)
        tables.append((head, found.key_columns, found.columns, rows))
    return to_json(tables)


class Standing(StrEnum):
    """How the rows that a plan writes stand now."""

    WHOLE = "whole"  # all of them are there
    PARTLY_GONE = "partly_gone"  # no harm: what is bound to their keys writes nothing
    APPLIED = "applied"  # an earlier run has committed all of it


def check_rows(
    *, writer: WriteSession, source: str, sealed: str, operations: tuple[Operation, ...]
) -> Standing:
    """Lock the rows, compare them, and say how they stand.

    Raises:
        RowsChanged: a row's owner or identity is another one now.
    """
    changed = ""
    is_whole = True
    several = [one for one in _witnessed(sealed) if one.query.table.source == source]
    writer.ahead([one.query for one in several], locks=True)
    for expected, places, query in several:
        width = len(query.key_columns)
        seen = set()
        for row in writer.lock(query):
            seen.add(tuple(row[:width]))
            digest = expected.get(tuple(row[:width]))
            if digest != _hash(tuple(row[place] for place in places)):
                changed = query.table.table
        is_whole = is_whole and len(seen) == len(expected)
    if not changed:
        return Standing.WHOLE if is_whole else Standing.PARTLY_GONE
    if _is_applied(writer, operations):
        return Standing.APPLIED
    raise RowsChanged(table=changed)


class _Witnessed(NamedTuple):
    """Rows of a table: the hash of each by its key, where what it is made of stands in a row, and how to read them."""

    expected: Mapping[Key, str]
    places: Sequence[int]
    query: Select


def _witnessed(sealed: str) -> Iterator[_Witnessed]:
    tables: Any = from_json(sealed)
    for head, key_columns, columns, rows in tables:
        ref = TableRef(source=head[0], schema=head[1], table=head[2])
        expected = {tuple(key): digest for key, digest in rows}
        wanted = tuple(dict.fromkeys((*key_columns, *columns)))
        query = Select(table=ref, columns=wanted, key_columns=tuple(key_columns), keys=list(expected))
        yield _Witnessed(expected, [wanted.index(name) for name in columns], query)


def _hash(row: Row) -> str:
    text = "\x1f".join(canonical(value) for value in row)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _is_applied(writer: WriteSession, operations: tuple[Operation, ...]) -> bool:
    """Say whether every operation's effect stands already: its rows are gone, or hold the new values."""
    final: dict[tuple[TableRef, Key], dict[str, object]] = {}
    gone: dict[TableRef, tuple[tuple[str, ...], set[Key]]] = {}
    for operation in operations:
        if operation.kind is OperationKind.DELETE:
            gone.setdefault(operation.table, (operation.key_columns, set()))[1].update(operation.keys)
    for ref, (key_columns, keys) in gone.items():
        if writer.select(Select(table=ref, columns=key_columns, key_columns=key_columns, keys=list(keys))):
            return False
    for operation in operations:
        if operation.kind is not OperationKind.UPDATE or operation.table in gone:
            continue
        for position, key in enumerate(operation.keys):
            own = {name: column[position] for name, column in operation.per_row.items()}
            final.setdefault((operation.table, key), {}).update({**operation.values, **own})
            if not _holds(writer, operation, key, final[(operation.table, key)]):
                return False
    return True


def _holds(writer: WriteSession, operation: Operation, key: Key, values: Mapping[str, object]) -> bool:
    columns = tuple(values)
    found = writer.select(
        Select(table=operation.table, columns=columns, key_columns=operation.key_columns, keys=[key])
    )
    return all(row == tuple(values[name] for name in columns) for row in found)
