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
from discreet.foundation.sources.session import WriteSession
from discreet.mechanisms.rights.matching.witness import Standing
from discreet.mechanisms.rights.refusals import ValuesChanged, WroteOtherRows

_Moved = Mapping[tuple[TableRef, Key], Key]


def write_correction(*, writer: WriteSession, plan: CorrectionPlan, source: str) -> dict[str, Counter[str]]:
    """Carry out one source's writes, without COMMIT; return table → kind of write → rows. {} where it was done before.

    Raises:
        ValuesChanged: a field holds neither what was approved to be replaced nor what replaces it.
        WroteOtherRows: a statement touched more or fewer rows than were planned.
    """
    places = [place for place in plan.written if place.table.source == source]
    if check_places(writer=writer, places=places, moved=keys_after(plan)) is Standing.APPLIED:
        return {}
    writer.defer_checks()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for write in plan.writes[source]:
        done = writer.update(write.table, write.key_columns, write.keys, {write.column: write.value})
        if done != len(write.keys):
            raise WroteOtherRows(table=write.table.table, rows=done, expected=len(write.keys))
        if write.value is not None:
            counts[write.table.table]["update"] += done
    return counts


def check_places(*, writer: WriteSession, places: Sequence[Place], moved: _Moved) -> Standing:
    """Lock the rows and compare each field with what was approved.

    Raises:
        ValuesChanged
    """
    standings = [_standing(writer, place, moved) for place in places]
    if all(one is Standing.WHOLE for one in standings):
        return Standing.WHOLE
    if all(one is Standing.APPLIED for one in standings):
        return Standing.APPLIED
    changed = next(place for place, one in zip(places, standings, strict=True) if one is not Standing.WHOLE)
    raise ValuesChanged(table=changed.table.table, column=changed.column)


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
