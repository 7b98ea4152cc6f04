"""Taking back what was decided on the map's pages: how things stood before is kept with the person's session."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.http import HttpRequest

from discreet.foundation.datamap import bulk_actions, refusals
from discreet.foundation.datamap.page_queries import FieldState, LinkState
from discreet.foundation.staff.actors import actor_of

_KEY = "datamap_undo"
MOST_FIELDS = 300  # of all decisions kept together


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Where the decision was made that was taken back."""

    source: str
    table_id: int
    field_id: int | None
    count: int


def remember(
    request: HttpRequest,
    *,
    source: str,
    table_id: int,
    decided_at: datetime,
    fields: Sequence[FieldState] = (),
    links: Sequence[LinkState] = (),
) -> None:
    """Keep how fields or links stood before a decision. What is more than a person oversees is not kept."""
    if (not fields and not links) or len(fields) > MOST_FIELDS:
        return
    kept = {
        "source": source,
        "table": table_id,
        "at": decided_at.isoformat(),
        "fields": [asdict(each) for each in fields],
        "links": [asdict(each) for each in links],
    }
    kept_all = [*request.session.get(_KEY, []), kept]
    while sum(len(each["fields"]) + len(each["links"]) for each in kept_all) > MOST_FIELDS:
        kept_all.pop(0)
    request.session[_KEY] = kept_all


def is_possible(request: HttpRequest) -> bool:
    """Say whether there is a decision to take back."""
    return bool(request.session.get(_KEY))


def take_back(request: HttpRequest, *, now: datetime) -> TakenBack:
    """Take back the last decision kept; whatever comes of it, it is kept no longer.

    Raises:
        NothingToUndo: none is kept.
        ChangedMeanwhile: somebody decided the same parts since.
    """
    kept = list(request.session.get(_KEY, []))
    if not kept:
        raise refusals.NothingToUndo
    last = kept.pop()
    request.session[_KEY] = kept
    actor, decided_at = actor_of(request), datetime.fromisoformat(last["at"])
    fields = [FieldState(**each) for each in last["fields"]]
    links = [LinkState(**each) for each in last["links"]]
    count = 0
    if fields:
        count += bulk_actions.undo_fields(
            actor=actor, now=now, source=last["source"], before=fields, decided_at=decided_at
        )
    if links:
        count += bulk_actions.undo_links(
            actor=actor, now=now, source=last["source"], before=links, decided_at=decided_at
        )
    return TakenBack(last["source"], last["table"], fields[0].id if fields else None, count)
