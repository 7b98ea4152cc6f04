"""What is not covered, in one list: what a plan names before it is approved also stands in the outcome.

Only table and column names, codes and counts: no value of a person.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from discreet.engines.subjects.captures import Captured, SearchResult
from discreet.engines.subjects.corrections import CorrectionPlan
from discreet.engines.subjects.found import NotCovered, Reach
from discreet.engines.subjects.gaps import gaps_of_graph
from discreet.engines.subjects.graph import EraseAction, Graph, TableRef
from discreet.engines.subjects.locate import Located
from discreet.engines.subjects.plans import ErasurePlan, Operation, OperationKind
from discreet.engines.subjects.texts import FREE_TEXT
from discreet.foundation.datamap.queries import not_covered as map_gaps
from discreet.foundation.sources.catalogue import Catalogue, OldVersions, Remains
from discreet.foundation.sources.queries import describe
from discreet.mechanisms.rights.left_out import with_holds
from discreet.mechanisms.rights.outside.rules import AFTER_APPROVAL, UNANSWERED
from discreet.mechanisms.rights.summaries import gap

#: What becomes of older versions, as a plan says it before it is approved: an erasure deletes them, a correction does not.
OLDER_GO = "older_versions_go"
OLDER_ELSEWHERE = "older_versions_elsewhere"
OLDER_LEFT = {
    Remains.KEPT: "older_versions_kept",
    Remains.LOCKED: "older_versions_locked",
    Remains.NOT_ALLOWED: "older_versions_not_allowed",
    Remains.UNKNOWN: "older_versions_unknown",
}
_OF_ERASURE = {OldVersions.KEPT: OLDER_GO, OldVersions.UNKNOWN: OLDER_GO}
_OF_CORRECTION = {
    OldVersions.KEPT: OLDER_LEFT[Remains.KEPT],
    OldVersions.UNKNOWN: OLDER_LEFT[Remains.UNKNOWN],
}
Gaps = list[dict[str, Any]]


def of_plan(plan: ErasurePlan, reached: Reach, captured: Captured | None) -> Gaps:
    """Return what an erasure would not cover, known before anybody approves it."""
    gone: Counter[TableRef] = Counter()
    for table in plan.tables:
        if table.action is EraseAction.DELETE:
            gone[table.table] += table.rows
    not_read = None
    if captured is not None:
        not_read = {one.table for one in captured.unlinked if one.reason == FREE_TEXT}
    return _joined(
        _of_map(),
        map(gap, gaps_of_graph(graph=reached.graph, taken=gone, texts_not_read=not_read)),
        map(gap, captured.unlinked if captured is not None else ()),
        map(gap, _beyond_the_source(plan)),
        map(gap, plan.not_covered),
    )


def of_correction(plan: CorrectionPlan, reached: Reach) -> Gaps:
    """Return what a correction would not cover, known before anybody approves it."""
    written: dict[str, Counter[TableRef]] = {}
    for place in plan.written:
        written.setdefault(place.table.source, Counter())[place.table] += len(place.keys)
    return _joined(
        _of_map(),
        map(gap, gaps_of_graph(graph=reached.graph, taken={})),
        map(
            gap,
            (
                one
                for source in sorted(written)
                for one in _beyond_writes(source, written[source], _OF_CORRECTION)
            ),
        ),
        map(gap, plan.not_covered),
    )


MANUAL = (AFTER_APPROVAL, UNANSWERED)
_TOLD_ANEW = (*MANUAL, OLDER_GO)  # what becomes of these is known by then


def of_access(reached: Reach, *, asked: Sequence[dict[str, Any]] = ()) -> Gaps:
    """Return what a package does not cover. `asked`: manual sources that have not answered."""
    handed_over = {ref: len(table.rows) for ref, table in reached.tables.items()}
    return _joined(
        _of_map(),
        map(gap, gaps_of_graph(graph=reached.graph, taken=handed_over)),
        map(gap, reached.not_covered),
        asked,
    )


def of_look_up(located: Located, *, graph: Graph, source: str) -> Gaps:
    """Return what a look-up in one source does not cover."""
    return _joined(
        map(gap, located.not_searched), map(gap, gaps_of_graph(graph=graph, taken={})), _of_map(source)
    )


def of_search(
    result: SearchResult | None,
    *,
    approved: Mapping[str, object],
    asked: Sequence[dict[str, Any]] = (),
    older: Sequence[dict[str, Any]] = (),
) -> Gaps:
    """Return what the search after an erasure leaves open: its own gaps, the plan's and the map's by now.

    Of the manual sources those in `asked`, which have not answered by now; of older versions those in `older`.
    """
    before: Any = approved.get("not_covered") or []
    planned = [one for one in before if one.get("reason") not in _TOLD_ANEW] + list(asked)
    own = map(gap, result.not_searched if result is not None else ())
    return with_holds(_joined(own, older, planned, _of_map()))


def _of_map(source: str | None = None) -> Iterator[dict[str, Any]]:
    for one in map_gaps(None if source is None else [source]):
        yield {
            "source": one.source,
            "table": one.table,
            "columns": list(one.names),
            "reason": one.gap.value,
            "rows": 0,
            "rows_estimated": False,
        }


def _beyond_the_source(plan: ErasurePlan) -> Iterator[NotCovered]:
    """Name what the plan does not decide when it is carried out, as the catalogue knows it.

    Tables that the account may not write, triggers of the tables written to, and tables outside the source that
    refer to rows that are deleted.
    """
    for source in sorted(plan.operations):
        written: Counter[TableRef] = Counter()
        for operation in plan.operations[source]:
            written[operation.table] += len(operation.keys)
        yield from _beyond_writes(source, written, _OF_ERASURE)
        yield from _outside(describe(source), plan.operations[source])


def is_told_of_older(approved: Mapping[str, object], source: str) -> bool:
    """Return whether a plan said, when it was approved, that older versions in a source go too."""
    told: Any = approved.get("not_covered") or []
    return any(one.get("reason") == OLDER_GO and one.get("source") == source for one in told)


def _beyond_writes(
    source: str, written: Counter[TableRef], older: Mapping[OldVersions, str]
) -> Iterator[NotCovered]:
    catalogue = describe(source)
    refused = {one.table for one in catalogue.missing_rights}
    for ref in sorted(written):
        if ref in refused:
            yield NotCovered(ref, "write_right_missing", (), written[ref])
        known = catalogue.table(ref)
        if known is not None and known.triggers:
            yield NotCovered(ref, "trigger", (), written[ref])
    if written and (reason := older.get(catalogue.old_versions)):
        yield NotCovered(TableRef(source, ""), reason, (), written.total())
    if written and not catalogue.sees_triggers:
        yield NotCovered(TableRef(source, ""), "triggers_not_seen")


def _outside(catalogue: Catalogue, operations: Iterable[Operation]) -> Iterator[NotCovered]:
    emptied = {one.table for one in operations if one.kind is OperationKind.DELETE}
    for key in catalogue.outside:
        if key.to_table in emptied:
            yield NotCovered(TableRef(catalogue.source, key.table, key.schema), "refers_from_outside")
    if emptied and not catalogue.sees_outside:
        yield NotCovered(TableRef(catalogue.source, ""), "outside_not_seen")


def _joined(*lists: Iterable[dict[str, Any]]) -> Gaps:
    """Return each gap once, in order; of two that tell the same the first is kept."""
    found: dict[tuple[str, str, str, tuple[str, ...]], dict[str, Any]] = {}
    for gaps in lists:
        for one in gaps:
            found.setdefault((one["source"], one["table"], one["reason"], tuple(one["columns"])), one)
    return list(found.values())
