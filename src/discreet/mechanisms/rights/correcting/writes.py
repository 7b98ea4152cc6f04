"""Writing a correction in one source: rows locked and compared, then the writes, in one transaction.

A field that no longer holds the value that was approved is a conflict: nothing is written.
Source: GDPR Art. 5(1)(d); failure promises 2, 16.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from discreet.engines.subjects.correction_order import keys_after
from discreet.engines.subjects.corrections import CorrectionPlan, Place
from discreet.engines.subjects.graph import Key, TableRef
from discreet.engines.subjects.keys import canonical, loose_key
from discreet.engines.subjects.reader import Select
from discreet.engines.subjects.search import is_same_value
from discreet.foundation.sources.transactions import WriteSession
from discreet.mechanisms.rights.matching.witness import Standing
from discreet.mechanisms.rights.refusals import ValuesChanged, WroteOtherRows

_Moved = Mapping[tuple[TableRef, Key], Key]


def write_correction(*, writer: WriteSession, plan: CorrectionPlan, source: str) -> dict[str, Counter[str]]:
    """Carry out one source's writes, without COMMIT; return table → kind of write → rows. {} where it was done before.

    In a folder or a bucket, which replaces file after file, a session that died did some tables: the rest is done.

    Raises:
        ValuesChanged: a field holds neither what was approved to be replaced nor what replaces it.
        WroteOtherRows: a statement touched more or fewer rows than were planned.
    """
    places = [place for place in plan.written if place.table.source == source]
    left = tables_left(writer=writer, places=places, moved=keys_after(plan))
    if not left:
        return {}
    writer.defer_checks()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for write in plan.writes[source]:
        if write.table not in left:
            continue
        done = writer.update(write.table, write.key_columns, write.keys, {write.column: write.value})
        if done != len(write.keys):
            raise WroteOtherRows(table=write.table.table, rows=done, expected=len(write.keys))
        if write.value is not None:
            counts[write.table.table]["update"] += done
    return counts


def tables_left(*, writer: WriteSession, places: Sequence[Place], moved: _Moved) -> set[TableRef]:
    """Lock the rows, compare each field with what was approved, and return the tables that are still to be written.

    Raises:
        ValuesChanged: with `is_begun` where another table holds what replaces it.
    """
    standings: dict[TableRef, set[Standing]] = defaultdict(set)
    changed: Place | None = None
    for place in places:
        standing = _standing(writer, place, moved)
        standings[place.table].add(standing)
        is_split = len(standings[place.table]) > 1  # a table is written as a whole, or not at all
        if changed is None and (standing is Standing.PARTLY_GONE or is_split):
            changed = place
    if changed is not None:
        is_begun = int({Standing.APPLIED} in standings.values())
        raise ValuesChanged(table=changed.table.table, column=changed.column, is_begun=is_begun)
    return {table for table, found in standings.items() if found == {Standing.WHOLE}}


def _standing(writer: WriteSession, place: Place, moved: _Moved) -> Standing:
    """Return WHOLE where every row holds the old value, APPLIED where every row holds the new one."""
    if _all_hold(writer, place, place.keys, canonical(place.old)):
        return Standing.WHOLE
    now = [moved.get((place.table, key), key) for key in place.keys]
    return Standing.APPLIED if _all_hold(writer, place, now, None) else Standing.PARTLY_GONE


def _all_hold(writer: WriteSession, place: Place, keys: Sequence[Key], old: str | None) -> bool:
    query = Select(place.table, (*place.key_columns, place.column), place.key_columns, keys)
    width = len(place.key_columns)
    held = {
        loose_key(row[:width])
        for row in writer.lock(query)
        if (is_same_value(row[width], place.new) if old is None else canonical(row[width]) == old)
    }
    return held == {loose_key(key) for key in keys}
