"""`discreet tombstones check`: who is back in a source, and a request for each of them; lines that are refused."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime

from discreet.foundation.datamap.tombstone_lines import FlawedLine
from discreet.foundation.datamap.tombstones import RestoredRow, Scan, find_restored
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, record
from discreet.foundation.sources.queries import require_source
from discreet.mechanisms.rights.actions.forgetting import reopen_erasure
from discreet.vocabulary.actors import Actor

_MOST_NAMED = 100


def check_source(*, actor: Actor, now: datetime, source: str, is_opened: bool) -> tuple[Scan, dict[str, str]]:
    """Look for people who are back; evidence of the look-up is committed first. Returns requests by scope.

    Raises:
        UnknownSource, SourceRefusal: see there.
    """
    require_source(source)
    _begin(actor=actor, now=now, source=source)
    scan = find_restored(source)
    if scan.refused:
        note_refused(actor=actor, now=now, refused=scan.refused)
    people: dict[str, list[RestoredRow]] = defaultdict(list)
    for row in scan.restored:
        people[row.scope].append(row)
    opened = {}
    for scope, rows in people.items() if is_opened else ():
        opened[scope], _ = reopen_erasure(actor=actor, now=now, source=source, scope=scope, rows=rows)
    _note(actor=actor, now=now, source=source, scan=scan, people=len(people), opened=len(opened))
    return scan, opened


@act("tombstones.begin_check")
def _begin(*, actor: Actor, now: datetime, source: str) -> None:
    record(actor=actor, now=now, subject=f"source:{source}", facts={"tombstones": "compared"})


@act("tombstones.check")
def _note(*, actor: Actor, now: datetime, source: str, scan: Scan, people: int, opened: int) -> None:
    facts = {
        "rows": scan.rows_read,
        "tombstones": scan.tombstones,
        "unsealed": scan.unsealed,
        "people_back": people,
        "opened": opened,
    }
    record(actor=actor, now=now, subject=f"source:{source}", facts=facts)


@act("tombstones.refuse")
def note_refused(*, actor: Actor, now: datetime, refused: Sequence[FlawedLine]) -> None:
    """Record which lines of the tombstones were not used, by their positions in the file."""
    counts: dict[str, Json] = dict(Counter(one.flaw.value for one in refused))
    first: list[Json] = [one.position for one in refused[:_MOST_NAMED]]
    record(actor=actor, now=now, subject="tombstones:refused", facts={**counts, "lines": first})
