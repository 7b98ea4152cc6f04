"""What can be decided table by table, and what was: for the staff's page, the command line and the letter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from discreet.engines.subjects.graph import TableRef
from discreet.foundation.datamap.queries import built
from discreet.foundation.organisation.queries import profile
from discreet.foundation.organisation.rules import applicable_laws
from discreet.foundation.rulepacks.law import Law
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.deciding.items import ItemDecision
from discreet.mechanisms.rights.kinds import Way, way_of
from discreet.mechanisms.rights.request_views import RequestView
from discreet.mechanisms.rights.summaries import is_decidable, table_name

DECIDABLE = (Way.ERASE, Way.COPY)


@dataclass(frozen=True, slots=True)
class Item:
    """A table of the plan. `columns`: its personal fields. `decision` None: as the plan proposes."""

    table: TableRef
    rows: int
    columns: tuple[str, ...]
    decision: ItemDecision | None


def laws_of_batch(batch_id: int) -> tuple[Law, ...]:
    """Return the laws that the requests of a batch run under, each once."""
    company = profile()
    own = [applicable_laws(company, place or None) for place in queries.residences_of(batch_id)]
    return tuple(dict.fromkeys(law for laws in own for law in laws))


def decidable_columns(table: TableRef, kind: str) -> tuple[str, ...]:
    """Return the fields that a decision in part can name: of a copy all, of an erasure the personal ones."""
    known = built().graph.tables.get(table)
    if known is None:
        return ()
    columns = known.columns if way_of(kind) is Way.COPY else known.personal_columns
    return tuple(column.name for column in columns)


def items_of(view: RequestView) -> list[Item]:
    """Return the tables of a request's plan on which staff can decide, in the order of the plan."""
    if way_of(view.kind) not in DECIDABLE:
        return []
    decided = queries.item_decisions_of(view.plan.batch_id)
    rows: dict[tuple[str, str], int] = {}
    sources: Sequence[Any] = view.plan.summary.get("sources", [])  # type: ignore[assignment]
    for source in sources:
        for table in source["tables"]:
            if is_decidable(table):
                place = (source["name"], table["table"])
                rows[place] = rows.get(place, 0) + table["rows"]
    known = {(ref.source, table_name(ref)): table for ref, table in built().graph.tables.items()}
    return [
        Item(
            table=known[place].ref,
            rows=count,
            columns=decidable_columns(known[place].ref, view.kind),
            decision=decided.get(known[place].ref),
        )
        for place, count in rows.items()
        if place in known
    ]
