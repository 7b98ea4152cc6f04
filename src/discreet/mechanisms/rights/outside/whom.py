"""Whom a place that no program reads must look for: as our sources hold them, beside what the request says.

Paper is filed under a name, a customer number or an address, and seldom under the e-mail address that somebody
writes from. For an erasure it is noted before the rows go, sealed with what the fresh search looks for.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from discreet.engines.subjects.captures import CapturedValue
from discreet.engines.subjects.corrections import CorrectionPlan
from discreet.engines.subjects.described import described
from discreet.engines.subjects.found import as_set
from discreet.engines.subjects.identity import Identity
from discreet.engines.subjects.reach import Purpose
from discreet.foundation.datamap.queries import built
from discreet.mechanisms.rights import approved, planning, queries
from discreet.mechanisms.rights.correcting import planning as correction_planning
from discreet.mechanisms.rights.kinds import Way, way_of
from discreet.mechanisms.rights.matching.roots import Candidates
from discreet.mechanisms.rights.refusals import PlanMissing


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be corrected: every old value that we know of, and the new one."""

    category: str
    old: tuple[str, ...]
    new: str


@dataclass(frozen=True, slots=True)
class Whom:
    """One person, by everything a place may have filed them under; several texts where rows differ."""

    number: str
    names: tuple[str, ...]
    customer_numbers: tuple[str, ...]
    addresses: tuple[str, ...]
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    wanted: tuple[Wanted, ...] = ()


def people(numbers: Sequence[str]) -> list[Whom]:
    """Return whom to look for, for open requests of one batch.

    Raises:
        SourceRefusal: the source that holds the person does not answer.
    """
    batch_id = queries.batch_of(numbers[0])
    held = _captured(batch_id) if way_of(queries.kind_of_batch(batch_id)) is Way.ERASE else _live(numbers)
    claims, roots = queries.claims_of_many(numbers), queries.roots_of_many(numbers)
    wanted = _wanted(batch_id)
    return [
        _whom(number, held.get(number, {}), claim, found, wanted)
        for number, claim, found in zip(numbers, claims, roots, strict=True)
    ]


def _captured(batch_id: int) -> dict[str, dict[str, list[str]]]:
    members = queries.members(batch_id) or queries.carried_out(batch_id)
    captured = approved.captured_of(batch_id)
    return _by_number((*captured.described, *captured.values), [one.number for one in members])


def _live(numbers: Sequence[str]) -> dict[str, dict[str, list[str]]]:
    held: dict[str, dict[str, list[str]]] = {}
    with planning.readers_of(built().graph) as opened:
        for number in numbers:
            reached = planning.reach_one(number, purpose=Purpose.COPY, opened=opened)
            held |= _by_number(described(reached, opened.readers), [number])
    return held


def _by_number(values: Iterable[CapturedValue], numbers: Sequence[str]) -> dict[str, dict[str, list[str]]]:
    held: dict[str, dict[str, list[str]]] = {number: defaultdict(list) for number in numbers}
    for value in values:
        for person in as_set(value.persons):
            if person < len(numbers):
                held[numbers[person]][value.category].append(value.text)
    return held


def _whom(
    number: str,
    held: Mapping[str, list[str]],
    claim: Identity,
    roots: Candidates | None,
    wanted: tuple[Wanted, ...],
) -> Whom:
    filed = held.get("customer_id") or _key_of(roots)
    return Whom(
        number=number,
        names=_together(held.get("name", []), claim.name),
        customer_numbers=_together(filed, claim.customer_number),
        addresses=_together(held.get("address", []), None),
        emails=_together(held.get("email", []), claim.email),
        phones=_together(held.get("phone", []), claim.phone),
        wanted=wanted,
    )


def _together(held: Sequence[str], said: str | None) -> tuple[str, ...]:
    """Return each text once, what our sources hold first; what differs by case or blanks alone is one."""
    texts = {" ".join(text.casefold().split()): text for text in reversed([*held, *([said] if said else [])])}
    return tuple(reversed(texts.values()))


def _key_of(roots: Candidates | None) -> list[str]:
    """Return the key of the only row that the person was found by: most companies call it the customer number."""
    if roots is None or len(roots.people) != 1 or len(roots.people[0].roots) != 1:
        return []
    return ["-".join(str(part) for part in roots.people[0].roots[0].key)]


def _wanted(batch_id: int) -> tuple[Wanted, ...]:
    plan = _correction(batch_id)
    if plan is None:
        return ()
    return tuple(
        Wanted(
            category=change.category,
            old=_together([str(one) for one in plan.meant[place]], change.old),
            new=change.new,
        )
        for place, change in enumerate(plan.changes)
    )


def _correction(batch_id: int) -> CorrectionPlan | None:
    """Return the approved correction; None for another right, and once its values are forgotten."""
    if way_of(queries.kind_of_batch(batch_id)) is not Way.CORRECT:
        return None
    try:
        return correction_planning.plan_of(batch_id)
    except PlanMissing:
        return None
