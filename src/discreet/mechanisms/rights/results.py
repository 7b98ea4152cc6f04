"""What came of an erasure, person by person: facts of the plan and the fresh search to outcomes."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from discreet.engines.subjects.captures import Captured, SearchResult
from discreet.engines.subjects.found import as_set
from discreet.engines.subjects.graph import TableRef
from discreet.engines.subjects.plans import ErasurePlan, Reason
from discreet.foundation.ledger.api import Json
from discreet.mechanisms.rights import gaps, queries
from discreet.mechanisms.rights.actions.executing import PersonResult
from discreet.mechanisms.rights.deciding.citations import cited
from discreet.mechanisms.rights.rules import Outcome, Verdict, erasure_outcome
from discreet.mechanisms.rights.summaries import kept_by_person, table_name

NOT_CARRIED_OUT = frozenset({Reason.NOT_WRITABLE, Reason.NO_KEY, Reason.SHARED_ASK})


def person_results(
    *,
    members: Sequence[queries.Member],
    plan: ErasurePlan,
    search: SearchResult,
    captured: Captured,
    not_gone: Collection[TableRef] = (),
) -> list[PersonResult]:
    """Return one result for each of the batch's `members`, which stand in the order of its plan.

    `not_gone`: tables of which older versions stay.
    """
    found = _count(persons for finding in search.found for persons in [finding.persons])
    nobodys = sum(1 for finding in search.found if not as_set(finding.persons))  # whose it is cannot be told
    rows: list[Counter[str]] = [Counter() for _ in range(plan.person_count)]
    stuck: Counter[int] = Counter()
    kept = kept_by_person(plan)
    told = _Cited()
    for table in plan.tables:
        stays = table.reason in NOT_CARRIED_OUT or table.table in not_gone
        for persons in table.persons:
            for person in as_set(persons):
                rows[person][f"{table.table.source}.{table_name(table.table)}:{table.action}"] += 1
                stuck[person] += stays
    gone = rows_gone(plan)
    results = []
    for person, member in enumerate(members):
        if gone and (plan.person_count == 1 or not rows[person]):
            stuck[person] += gone
        verdict = Verdict(
            found_again=found[person] + nobodys,
            kept_rows=sum(int(one["rows"]) for one in kept[person]),
            not_carried_out=stuck[person],
        )
        counts: dict[str, Json] = dict(rows[person])
        results.append(
            PersonResult(
                number=member.number,
                outcome=erasure_outcome(verdict),
                kept=tuple(told.of(one, residence=member.residence) for one in kept[person]),
                facts={"rows": counts, "found_again": found[person] + nobodys},
            )
        )
    return results


def search_summary(
    result: SearchResult,
    *,
    approved: Mapping[str, object],
    asked: Sequence[dict[str, Any]] = (),
    older: Sequence[dict[str, Any]] = (),
) -> dict[str, Json]:
    """Return where was searched, where something was found, and what was not searched: names and counts alone."""
    where = Counter((one.table, one.kind, one.columns) for one in result.found)
    return {
        "found": len(result.found),
        "found_in": [
            {
                "source": table.source,
                "table": table_name(table),
                "kind": kind,
                "columns": list(columns),
                "rows": rows,
            }
            for (table, kind, columns), rows in sorted(where.items())
        ],
        "searched": [
            {
                "source": one.table.source,
                "table": table_name(one.table),
                "depth": one.depth,
                "columns": list(one.columns),
                "rows": one.rows,
                "rows_estimated": one.is_estimate,
            }
            for one in result.searched
        ],
        "not_searched": gaps.of_search(result, approved=approved, asked=asked, older=older),
    }


def rows_gone(plan: ErasurePlan) -> int:
    """Return how many starting rows could not be read again: what hangs on them was not looked for."""
    return sum(one.rows for one in plan.not_covered if one.reason == "starting_row_gone")


def unsearched_results(*, batch_id: int, plan: ErasurePlan, reason: str) -> list[PersonResult]:
    """Return an incomplete result for each request: what was not searched again cannot be called erased."""
    kept = kept_by_person(plan)
    told = _Cited()
    return [
        PersonResult(
            number=member.number,
            outcome=Outcome.INCOMPLETE,
            kept=tuple(told.of(one, residence=member.residence) for one in kept[person]),
            facts={"search_refused": reason},
        )
        for person, member in enumerate(queries.members(batch_id))
    ]


def _count(all_persons: Any) -> Counter[int]:
    counted: Counter[int] = Counter()
    for persons in all_persons:
        counted.update(as_set(persons))
    return counted


class _Cited:
    """Cites each article once for each place: a batch is thousands of people."""

    SAME = ("reason", "article", "reason_en", "reason_zh")

    def __init__(self) -> None:
        self.known: dict[tuple[str, ...], dict[str, Any]] = {}

    def of(self, kept: dict[str, Any], *, residence: str) -> dict[str, Any]:
        same = {name: kept[name] for name in self.SAME}
        key = (residence, *(str(value) for value in same.values()))
        if key not in self.known:
            self.known[key] = cited(same, residences=(residence,))
        return {**kept, **self.known[key]}
