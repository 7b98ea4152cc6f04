"""A look-up by staff: which rows are about a person. Evidence is committed before anything is read.

Source: DESIGN.md, "A staff look-up"; failure promise 28.
"""

from datetime import datetime
from typing import Any

from discreet.engines.subjects.graph import Key, Table
from discreet.engines.subjects.identity import Identity
from discreet.engines.subjects.limits import Limits
from discreet.engines.subjects.locate import locate, roots_of
from discreet.engines.subjects.reach import Purpose, reach
from discreet.foundation.datamap.queries import graph as map_graph
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import record
from discreet.foundation.sources.queries import require_source
from discreet.mechanisms.rights import gaps
from discreet.mechanisms.rights.copying.values import plain
from discreet.mechanisms.rights.opening.given import checked
from discreet.mechanisms.rights.planning import readers_of
from discreet.mechanisms.rights.refusals import NotYours
from discreet.mechanisms.rights.summaries import table_name
from discreet.vocabulary.actors import Actor, Role


@act("rights.look_up")
def record_look_up(*, actor: Actor, now: datetime, source: str, by: list[str]) -> None:
    """Record that somebody looks a person up: by which kinds of identity, never by which values."""
    if not any(actor.may(role) for role in (Role.AGENT, Role.APPROVER, Role.ADMINISTRATOR)):
        raise NotYours
    record(actor=actor, now=now, subject=f"source:{source}", facts={"by": list(by)})


def _key(table: Table, key: Key) -> list[Any]:
    """Return a row's key as JSON values; a row without one would be told with all it holds."""
    return [plain(value) for value in key] if table.primary_key else []


def find_person(*, actor: Actor, now: datetime, source: str, claim: Identity) -> dict[str, Any]:
    """Return candidates with the tables and row counts about each, in one source.

    Raises:
        UnknownSource, NotYours, and as `given.checked`.
    """
    claim = checked(claim)
    require_source(source)
    given = [name for name in ("email", "phone", "name", "customer_number") if getattr(claim, name)]
    record_look_up(actor=actor, now=now, source=source, by=given)
    graph = map_graph([source])
    limits = Limits()
    people = []
    with readers_of(graph) as opened:
        readers, lanes = opened.readers, opened.lanes
        located = locate(graph=graph, readers=readers, identities=[claim], limits=limits, lanes=lanes)
        for index, candidate in enumerate(located.candidates[0]):
            found = reach(
                graph=graph,
                readers=readers,
                roots_by_person=[roots_of([candidate])],
                limits=limits,
                purpose=Purpose.ERASURE,
                lanes=lanes,
            )
            people.append(
                {
                    "candidate": index,
                    "matched_by": sorted(candidate.matched_by),
                    "notes": list(candidate.notes),
                    "roots": [
                        {"table": table_name(ref), "key": _key(graph.tables[ref], key)}
                        for ref in sorted(candidate.roots)
                        for key in sorted(candidate.roots[ref], key=repr)
                    ],
                    "tables": {
                        table_name(ref): {"rows": len(table.rows), "shared": len(table.shared)}
                        for ref, table in sorted(found.tables.items())
                    },
                }
            )
    return {
        "source": source,
        "people": people,
        "not_searched": gaps.of_look_up(located, graph=graph, source=source),
    }
