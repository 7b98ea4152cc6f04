"""Looking at the sources for a correction: where the wrong value stands and what would be written. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass

from discreet.engines.subjects.captures import SearchResult
from discreet.engines.subjects.corrected import look_again
from discreet.engines.subjects.correcting import make_correction
from discreet.engines.subjects.corrections import Catalogued, Choice, CorrectionPlan, Wishes
from discreet.engines.subjects.found import Reach
from discreet.engines.subjects.graph import Graph, TableRef
from discreet.engines.subjects.reach import Purpose, reach
from discreet.engines.subjects.storage import correction_from_json
from discreet.foundation.datamap.queries import built
from discreet.foundation.datamap.queries import copies as known_copies
from discreet.foundation.keys import api as keys
from discreet.foundation.sources.queries import describe
from discreet.mechanisms.rights import planning, queries
from discreet.mechanisms.rights.correcting import queries as correction_queries
from discreet.mechanisms.rights.correcting.wish import Wish
from discreet.vocabulary.normalise import phone_region


@dataclass(frozen=True, slots=True)
class PlannedCorrection:
    plan: CorrectionPlan
    reach: Reach
    statements: int


def plan_correction(batch_id: int) -> PlannedCorrection:
    """Make the correction plan of a batch of one request on live data, with what staff chose.

    Raises:
        NobodyFound, SeveralPeople: the request has not exactly one candidate.
    """
    (member,) = queries.members(batch_id)
    wish = correction_queries.wish_of(member.number)
    graph = built().graph
    with planning.readers_of(graph) as opened:
        readers, lanes = opened.readers, opened.lanes
        reached = reach(
            graph=graph,
            readers=readers,
            roots_by_person=[planning.chosen_roots(member.number)],
            limits=planning.LIMITS,
            purpose=Purpose.CORRECTION,
            lanes=lanes,
        )
        plan = make_correction(
            readers=readers,
            reach=reached,
            wishes=_wishes(wish, correction_queries.choices_of(batch_id), residence=member.residence),
            catalogued=_catalogued(graph, opened.fingerprints()),
            budget=planning.budget(),
            lanes=lanes,
        )
        statements = opened.statements
    return PlannedCorrection(plan=plan, reach=reached, statements=statements)


def _wishes(wish: Wish, choices: Mapping[str, Choice], *, residence: str) -> Wishes:
    phones = [one for one in wish.changes if one.category == "phone"]
    regions = [phone_region(text) for one in phones for text in (one.old, one.new)]
    region = next((one for one in regions if one), None) or residence[:2] or None
    return Wishes(
        changes=wish.changes,
        salt=bytes.fromhex(wish.salt),
        region=region,
        choices=choices,
        own_values=wish.own_values,
    )


def _catalogued(graph: Graph, fingerprints: Mapping[str, str]) -> Catalogued:
    uniques: dict[TableRef, tuple[tuple[str, ...], ...]] = {}
    copies: list[tuple[TableRef, str]] = []
    for source in sorted({ref.source for ref in graph.tables}):
        for table in describe(source).tables:
            several = [one.columns for one in table.indexes if one.is_unique and len(one.columns) > 1]
            names = {column.name for column in table.columns}
            if several and table.ref in graph.tables:
                uniques[table.ref] = tuple(one for one in several if names.issuperset(one))
        copies += [(one.table, one.column) for one in known_copies(source)]
    return Catalogued(uniques=uniques, copies=frozenset(copies), fingerprints=fingerprints)


def plan_of(batch_id: int) -> CorrectionPlan:
    """Return the plan as it was approved. It holds old and new values: keep it no longer than it is needed."""
    key_id, sealed = queries.sealed_plan(batch_id)
    return correction_from_json(keys.open_sealed(key_id, sealed, "plan").decode())


def searched_again(plan: CorrectionPlan) -> SearchResult:
    """Read every place afresh, and search the old values, at the primaries."""
    graph = built().graph
    with planning.readers_of(graph, for_verification=True) as opened:
        return look_again(
            graph=graph,
            readers=opened.readers,
            plan=plan,
            budget=planning.budget(),
            lanes=opened.lanes,
        )
