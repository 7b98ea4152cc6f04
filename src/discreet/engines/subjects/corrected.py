"""Whether a correction holds: every place read afresh, and the old values searched for once more.

Source: GDPR Art. 16; failure promise 1 (what is said was done was looked at afterwards).
"""

from collections.abc import Mapping
from functools import partial

from discreet.engines.subjects.captures import Budget, Finding, Searched, SearchResult
from discreet.engines.subjects.correction_order import keys_after
from discreet.engines.subjects.correction_traces import captured_of
from discreet.engines.subjects.corrections import CorrectionPlan, Place
from discreet.engines.subjects.found import NotCovered
from discreet.engines.subjects.graph import Graph, Key, TableRef
from discreet.engines.subjects.keys import loose_key
from discreet.engines.subjects.lanes import IN_TURN, Lanes, Unit, each
from discreet.engines.subjects.reader import Reader, Select
from discreet.engines.subjects.search import is_same_value
from discreet.engines.subjects.texts import search_texts
from discreet.engines.subjects.values import search_values


def look_again(
    *,
    graph: Graph,
    readers: Mapping[str, Reader],
    plan: CorrectionPlan,
    budget: Budget,
    lanes: Lanes = IN_TURN,
) -> SearchResult:
    """Read every place that was to be written, and search the old values where they were not known to stand."""
    moved = keys_after(plan)
    found: list[Finding] = []
    searched: list[Searched] = []
    not_searched: list[NotCovered] = []
    units: list[Unit[list[Finding]]] = []
    for place in plan.written:
        reader = readers.get(place.table.source)
        if reader is None or place.table not in graph.tables:
            reason = "source_not_reached" if reader is None else "table_not_mapped"
            not_searched.append(NotCovered(place.table, reason, (place.column,), len(place.keys)))
            continue
        units.append((place.table.source, partial(_unlike, reader, place, moved)))
        searched.append(Searched(place.table, "fields", (place.column,), len(place.keys)))
    found += [finding for several in each(lanes, units) for finding in several]
    values = captured_of(plan.changes, plan.meant)
    first = {(ref, loose_key(now)): key for (ref, key), now in moved.items()}
    known = {(ref, loose_key(key)) for ref, keys in plan.known.items() for key in keys}
    for search in (search_values, search_texts):
        result = search(graph=graph, readers=readers, values=values, budget=budget, lanes=lanes)
        searched += result.searched
        not_searched += result.not_searched
        for hit in result.hits:
            key = first.get((hit.table, loose_key(hit.key)), hit.key)
            if (hit.table, loose_key((hit.column, *key))) not in known:
                category = values[hit.value].category
                found.append(Finding(hit.table, "value", (hit.column,), hit.key, 0, category))
    return SearchResult(tuple(found), tuple(searched), tuple(dict.fromkeys(not_searched)))


def _unlike(reader: Reader, place: Place, moved: Mapping[tuple[TableRef, Key], Key]) -> list[Finding]:
    """Return the rows of a place that do not hold the new value, or are not there."""
    keys = [moved.get((place.table, key), key) for key in place.keys]
    query = Select(place.table, (*place.key_columns, place.column), place.key_columns, keys)
    width = len(place.key_columns)
    right = {loose_key(row[:width]) for row in reader.select(query) if is_same_value(row[width], place.new)}
    return [
        Finding(place.table, "field", (place.column,), key, 0, place.category)
        for key in keys
        if loose_key(key) not in right
    ]
