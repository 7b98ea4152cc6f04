"""How many values of some columns exist in others, asked of the sources before a person states a link."""

from collections.abc import Sequence
from dataclasses import dataclass

from discreet.engines.classify.link_judging import SENTINELS
from discreet.engines.subjects.graph import Key, TableRef
from discreet.foundation.datamap import refusals, source_facts
from discreet.foundation.datamap.scan_reading import MAX_KEYS, MOST_UNINDEXED_ROWS, as_key
from discreet.foundation.sources import session
from discreet.foundation.sources.catalogue import TableInfo

MOST_ROWS = 1_000
MAX_CHARS = 200


@dataclass(frozen=True, slots=True)
class ValuesThere:
    """`found` of `asked` different values exist there; nothing asked: no values here. None: too large to ask."""

    asked: int
    found: int | None


def values_there(
    *, start: TableRef, columns: Sequence[str], end: TableRef, far_columns: Sequence[str]
) -> ValuesThere:
    """Compare a sample of `start` with all of `end`, exactly. Must not be called inside a transaction.

    Raises:
        ColumnMissing, LinkNotPossible: the columns do not fit.
        SourceRefusal: a source is away, or refuses a table.
    """
    if not columns or len(columns) != len(far_columns):
        raise refusals.LinkNotPossible
    _known(start, columns)
    far = _known(end, far_columns)
    with session.read(start.source) as here:
        rows = here.sample_spread(start, columns, limit=MOST_ROWS, max_chars=MAX_CHARS)
    keys = sorted({row for row in rows if _is_whole(row)}, key=str)
    some = keys[:: max(1, -(-len(keys) // MAX_KEYS))]
    if not some:
        return ValuesThere(0, 0)
    column = far.column(far_columns[0])
    is_quick = column is not None and (column.is_indexed or column.is_unique)
    if not is_quick and far.estimated_rows > MOST_UNINDEXED_ROWS:
        return ValuesThere(len(some), None)
    possible = [one for each in some if (one := as_key(each, column)) is not None]
    with session.read(end.source) as there:
        found = there.which_exist(end, far_columns, possible) if possible else set()
    return ValuesThere(len(some), len(found))


def _known(ref: TableRef, columns: Sequence[str]) -> TableInfo:
    table = source_facts.described(ref.source).table(ref)
    if table is None:
        raise refusals.NotInMap
    for name in columns:
        if table.column(name) is None:
            raise refusals.ColumnMissing(table=ref.table, name=name)
    return table


def _is_whole(key: Key) -> bool:
    return all(isinstance(part, (str, int)) and str(part) not in SENTINELS for part in key)
