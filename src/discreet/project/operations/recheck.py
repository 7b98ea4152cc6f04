"""`discreet tombstones check`: who is back in a source, and a request for each of them."""

from collections import defaultdict
from datetime import datetime

from discreet.foundation.datamap.tombstones import RestoredRow, Scan, find_restored
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import record
from discreet.foundation.sources.queries import require_source
from discreet.mechanisms.rights.actions.forgetting import reopen_erasure
from discreet.vocabulary.actors import Actor


def check_source(*, actor: Actor, now: datetime, source: str, is_opened: bool) -> tuple[Scan, dict[str, str]]:
    """Look for people who are back; evidence of the look-up is committed first. Returns requests by scope.

    Raises:
        UnknownSource, SourceRefusal: see there.
    """
    require_source(source)
    _begin(actor=actor, now=now, source=source)
    scan = find_restored(source)
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
    facts = {"rows": scan.rows_read, "tombstones": scan.tombstones, "people_back": people, "opened": opened}
    record(actor=actor, now=now, subject=f"source:{source}", facts=facts)
