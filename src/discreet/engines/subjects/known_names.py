"""How people are called: names of every people table, by which a text about somebody else is known."""

import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial

from discreet.engines.subjects.graph import Column, Graph, TableRef
from discreet.engines.subjects.lanes import Lanes, Unit, each
from discreet.engines.subjects.reader import Reader, Select
from discreet.vocabulary.normalise import normalise_name

Names = Collection[int]  # hashes of normalised names, of this process alone
MOST_NAMES = 50_000  # of a people table
KEPT_S = 900.0
_MOST_TABLES = 8

Columns = Callable[[TableRef], Sequence[Column]]
_Place = tuple[TableRef, tuple[str, ...]]


class KnownNames:
    """Names by table, read anew after a quarter of an hour: reading them takes longer than all else of a copy.

    A name that a table got since is not known until then. Those whom a person's rows point at are always read.
    """

    def __init__(self, *, kept_s: float = KEPT_S, clock: Callable[[], float] = time.monotonic) -> None:
        self._kept_s, self._clock = kept_s, clock
        self._lock = threading.Lock()
        self._reading: dict[_Place, threading.Lock] = {}
        self._known: dict[_Place, tuple[float, frozenset[int]]] = {}

    def of(
        self, graph: Graph, readers: Mapping[str, Reader], columns_of: Columns, lanes: Lanes
    ) -> list[Names]:
        """Return the names of the people of every table that a reader reaches. `columns_of`: where names stand."""
        units: list[Unit[Names]] = []
        for ref, table in graph.tables.items():
            reader = readers.get(ref.source)
            if reader is None or not table.is_people or table.is_view:
                continue
            if columns := columns_of(ref):
                units.append((ref.source, partial(self._of_table, reader, ref, columns)))
        return each(lanes, units)

    def _of_table(self, reader: Reader, ref: TableRef, columns: Sequence[Column]) -> Names:
        place = (ref, tuple(column.name for column in columns))
        with self._lock:
            reading = self._reading.setdefault(place, threading.Lock())
        with reading:  # many copies at once read a table once
            kept = self._known.get(place)
            if kept is not None and self._clock() - kept[0] < self._kept_s:
                return kept[1]
            found: set[int] = set()
            for values in reader.select(Select(ref, place[1], (), (), limit=MOST_NAMES)):
                learn_name(columns, values, found)
            with self._lock:
                self._keep(place, frozenset(found))
            return found

    def _keep(self, place: _Place, names: frozenset[int]) -> None:
        self._known.pop(place, None)
        while len(self._known) >= _MOST_TABLES:
            self._known.pop(next(iter(self._known)))
        self._known[place] = (self._clock(), names)


def learn_name(columns: Sequence[Column], values: Sequence[object], names: set[int]) -> None:
    """Note a row's names whole: a single word is a name only in Chinese; two fields are put together."""
    texts = [
        str(value)
        for column, value in zip(columns, values, strict=False)
        if column.category == "name" and value is not None and str(value).strip()
    ]
    wholes = [*texts, *(f"{one} {two}" for one in texts for two in texts if one != two)]
    for whole in wholes:
        name = normalise_name(whole)
        if name and (" " in name or (not name.isascii() and len(name) > 1)):
            names.add(hash(name))
