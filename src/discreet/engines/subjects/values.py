"""Where identity values stand in the databases: one search a column, for all values of a batch.

Used before an erasure (who else holds these values?) and after it (are they gone?), so both look alike.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from discreet.engines.subjects.captures import Budget, CapturedValue, Searched
from discreet.engines.subjects.found import NotCovered
from discreet.engines.subjects.graph import Column, Graph, Key, Match, Table, TableRef
from discreet.engines.subjects.keys import hashable
from discreet.engines.subjects.lanes import AT_HOME, IN_TURN, Lanes, Unit, each
from discreet.engines.subjects.lookup import Bounds, Finder, Wanted, is_indexed, wanted
from discreet.engines.subjects.reader import Reader
from discreet.engines.subjects.walk import EXACT_CATEGORIES, VALUE_CATEGORIES


@dataclass(frozen=True, slots=True)
class ValueHit:
    """A row whose `column` holds the value number `value`."""

    table: TableRef
    column: str
    key: Key
    value: int


@dataclass(slots=True)
class ValueSearch:
    hits: list[ValueHit]
    searched: list[Searched]
    not_searched: list[NotCovered]


def search_values(
    *,
    graph: Graph,
    readers: Mapping[str, Reader],
    values: Sequence[CapturedValue],
    budget: Budget,
    lanes: Lanes = IN_TURN,
) -> ValueSearch:
    """Search every column of the values' categories, indexed ones first, then by table size.

    The scans of a batch share one budget of rows, given out in that order before anything is read; what it does
    not reach is named.
    """
    units: list[Unit[ValueSearch]] = []
    numbers: dict[str, list[int]] = defaultdict(list)
    for number, value in enumerate(values):
        numbers[value.category].append(number)
    left = budget.max_scan_rows
    for table, column in _columns(graph, set(numbers)):
        reader = readers.get(table.ref.source)
        if reader is None:
            units.append((AT_HOME, partial(_not_searched, table, column, "source_not_reached")))
            continue
        if not left and not is_indexed(table, column) and not column.fold_indexed:
            units.append((AT_HOME, partial(_not_searched, table, column, "scan_over_budget")))
            continue
        whose = numbers[column.category]
        finder = Finder(
            reader=reader,
            table=table,
            column=column,
            columns=table.primary_key or tuple(one.name for one in table.columns),
            values=[_wanted(values[number]) for number in whose],
            bounds=Bounds(left, min(left, budget.max_read_rows)),
        )
        if finder.scans:
            left = max(0, left - table.estimated_rows)
        units.append((table.ref.source, partial(_search, finder, table, column, whose)))
    return joined(each(lanes, units))


def joined(several: Iterable[ValueSearch]) -> ValueSearch:
    """Return searches as one, in their order."""
    found = ValueSearch([], [], [])
    for one in several:
        found.hits.extend(one.hits)
        found.searched.extend(one.searched)
        found.not_searched.extend(one.not_searched)
    return found


def _not_searched(table: Table, column: Column, reason: str) -> ValueSearch:
    return ValueSearch([], [], [NotCovered(table.ref, reason, (column.name,))])


def _search(finder: Finder, table: Table, column: Column, whose: Sequence[int]) -> ValueSearch:
    result = finder.find()
    hits: dict[ValueHit, None] = {}  # an index and a scan may both find a row
    for number, row in result.hits:
        key = row if table.primary_key else tuple(hashable(value) for value in row)
        hits[ValueHit(table.ref, column.name, key, whose[number])] = None
    searched = []
    if result.steps:
        rows = table.estimated_rows if result.depth == "scan" else len(whose)
        searched.append(Searched(table.ref, result.depth, (column.name,), rows))
    return ValueSearch(list(hits), searched, result.not_searched)


def _columns(graph: Graph, categories: set[str]) -> list[tuple[Table, Column]]:
    several = [
        (table, column)
        for table in graph.tables.values()
        for column in table.columns
        if column.category in categories
    ]
    return sorted(
        several,
        key=lambda pair: (
            not is_indexed(*pair),
            pair[0].estimated_rows if not is_indexed(*pair) else 0,
            pair[0].ref,
            pair[1].name,
        ),
    )


def _wanted(value: CapturedValue) -> Wanted:
    if value.category in VALUE_CATEGORIES:
        return wanted(Match(value.category), value.text)
    return wanted(Match.EXACT, value.text)


def searched_categories() -> tuple[str, ...]:
    """Return the categories whose values belong to one person, or to few: names and places do not."""
    return (*VALUE_CATEGORIES, *EXACT_CATEGORIES)
