"""Where free text holds a person's addresses and numbers: one scan a column, for all values of a batch."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from discreet.engines.subjects.captures import Budget, CapturedValue, Searched
from discreet.engines.subjects.found import NotCovered
from discreet.engines.subjects.graph import Column, Graph, Table, TableRef
from discreet.engines.subjects.keys import hashable
from discreet.engines.subjects.lanes import AT_HOME, IN_TURN, Lanes, Unit, each
from discreet.engines.subjects.mentions import Mentions
from discreet.engines.subjects.reader import Reader, Select
from discreet.engines.subjects.values import ValueHit, ValueSearch, joined

FREE_TEXT = "free_text"
_MOST_PATTERNS = 40  # more than this are cheaper compared here than by the server


def is_free_text(graph: Graph, table: TableRef, column: str) -> bool:
    return graph.tables[table].column(column).category == FREE_TEXT


def search_texts(
    *,
    graph: Graph,
    readers: Mapping[str, Reader],
    values: Sequence[CapturedValue],
    budget: Budget,
    lanes: Lanes = IN_TURN,
) -> ValueSearch:
    """Look through free text, small tables first, as far as the budget goes; what it does not reach is named."""
    mentions = Mentions(values)
    if not mentions.digits and not mentions.addresses:
        return ValueSearch([], [], [])
    units: list[Unit[ValueSearch]] = []
    left = budget.max_text_rows
    for table, column in _columns(graph):
        reader = readers.get(table.ref.source)
        if reader is None:
            gap = NotCovered(table.ref, "source_not_reached", (column.name,))
            units.append((AT_HOME, partial(_unread, gap)))
        elif table.estimated_rows > left or not left:
            units.append((AT_HOME, partial(_unread, _not_read(table, column))))
        else:
            units.append((table.ref.source, partial(_search, reader, table, column, mentions, left)))
            left -= table.estimated_rows
    return joined(each(lanes, units))


def _unread(gap: NotCovered) -> ValueSearch:
    return ValueSearch([], [], [gap])


def _columns(graph: Graph) -> Iterator[tuple[Table, Column]]:
    for table in sorted(graph.tables.values(), key=lambda one: (one.estimated_rows, one.ref)):
        if not table.is_view:
            yield from ((table, column) for column in table.columns if column.category == FREE_TEXT)


def _search(reader: Reader, table: Table, column: Column, mentions: Mentions, bound: int) -> ValueSearch:
    found = ValueSearch([], [], [])
    key_columns = table.primary_key or tuple(one.name for one in table.columns)
    is_narrowed = len(mentions.digits) + len(mentions.addresses) <= _MOST_PATTERNS
    query = Select(
        table.ref,
        (*key_columns, column.name),
        (),
        (),
        limit=bound + 1,
        digits=mentions.digits if is_narrowed else (),
        addresses=mentions.addresses if is_narrowed else (),
    )
    rows = 0
    for row in reader.select(query):
        rows += 1
        for value in mentions.within(_text(row[-1])):
            key = row[:-1] if table.primary_key else tuple(hashable(part) for part in row[:-1])
            found.hits.append(ValueHit(table.ref, column.name, key, value))
    if rows > bound:
        found.not_searched.append(_not_read(table, column))
    found.searched.append(Searched(table.ref, "text", (column.name,), table.estimated_rows))
    return found


def _text(stored: object) -> str:
    if isinstance(stored, (bytes, bytearray, memoryview)):
        return bytes(stored).decode("utf-8", "replace")
    return "" if stored is None else str(stored)


def _not_read(table: Table, column: Column) -> NotCovered:
    return NotCovered(table.ref, FREE_TEXT, (column.name,), table.estimated_rows, is_estimate=True)
