"""Whom to tell of what was done, and by which reference each recipient knows the person.

Works from what is sealed of the batch, before its end forgets it; reads no source.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from discreet.engines.subjects.corrections import CorrectionPlan
from discreet.engines.subjects.found import as_set
from discreet.engines.subjects.graph import EraseAction, Graph, TableRef
from discreet.engines.subjects.identity import Identity
from discreet.engines.subjects.plans import ErasurePlan, TablePlan
from discreet.foundation.datamap.queries import built
from discreet.foundation.datamap.sharing import RecipientFacts, Reference
from discreet.foundation.datamap.sharing_queries import RecipientView
from discreet.foundation.datamap.sharing_queries import recipients as recipients_in_force
from discreet.foundation.permission.actions.listing import settle_list
from discreet.foundation.permission.listed import people_on
from discreet.mechanisms.rights import approved, queries
from discreet.mechanisms.rights.actions import notifying
from discreet.mechanisms.rights.actions.notifying import Concerned, NewNotice
from discreet.mechanisms.rights.matching.roots import Candidates
from discreet.mechanisms.rights.outside import queries as recipient_queries
from discreet.mechanisms.rights.outside.rules import is_told


@dataclass(slots=True)
class Changed:
    """What was changed of one person. Both sets empty: all of it is concerned."""

    number: str
    tables: set[TableRef] = field(default_factory=set)
    categories: set[str] = field(default_factory=set)
    values: tuple[tuple[str, str], ...] = ()  # (category, new value) of a correction
    references: dict[Reference, str] = field(default_factory=dict)


def due_for(kind: str) -> list[RecipientView]:
    """Return the recipients in force that the law makes the company tell of requests of this kind."""
    return [one for one in recipients_in_force() if is_told(kind=kind, recipient=one.facts.kind)]


def hold_for_erasure(batch_id: int, run: int, now: datetime) -> None:
    """Write down whom to tell of an erasure, from the plan and what was captured: its end forgets both."""
    due = due_for(queries.kind_of_batch(batch_id))
    if due:
        changed = _erased(batch_id)
        hold_changes(batch_id, run, now, changed, due=due)


def hold_for_correction(batch_id: int, run: int, now: datetime, plan: CorrectionPlan) -> None:
    """Write down whom to tell of a correction, with the new values of what each received."""
    due = due_for(queries.kind_of_batch(batch_id))
    if not due or not plan.written:
        return
    (member,) = queries.members(batch_id)
    claim, roots = recipient_queries.references_given([member.number])[member.number]
    wanted = [plan.changes[index] for index in sorted({place.change for place in plan.written})]
    stored = {plan.changes[place.change].category: str(place.old) for place in plan.written if place.old}
    before = stored | {
        one.category: one.old for one in wanted if one.old
    }  # they know the person by the old value
    changed = Changed(
        number=member.number,
        tables={place.table for place in plan.written},
        categories={place.category for place in plan.written},
        values=tuple((one.category, one.new) for one in wanted),
        references=_references(claim=claim, roots=roots, captured=before),
    )
    hold_changes(batch_id, run, now, [changed], due=due)


def hold_for_choice(batch_id: int, now: datetime) -> None:
    """Write down whom to tell of choices that stand from now on: every recipient, whatever it received.

    The choices of a large batch come to stand some at a time: each call takes those that are new.
    """
    due = due_for(queries.kind_of_batch(batch_id))
    if not due:
        return
    numbers, run = recipient_queries.choices_untold(batch_id)
    if not numbers:
        return
    known = recipient_queries.references_given(numbers)
    changed = [
        Changed(number=number, references=_references(claim=claim, roots=roots, captured={}))
        for number, (claim, roots) in known.items()
    ]
    hold_changes(batch_id, run, now, changed, due=due)


def hold_for_list(batch_id: int, list_ref: str, now: datetime) -> None:
    """Write down whom to tell of a day's choices that came by no request. One person said twice stands once."""
    due = due_for(queries.kind_of_batch(batch_id))
    changed: dict[tuple[str, ...], Changed] = {}
    for choice, person in people_on(list_ref):
        given = {
            Reference.CUSTOMER_NUMBER: person.customer_number,
            Reference.EMAIL: person.email,
            Reference.PHONE: person.phone,
        }
        references = {reference: text for reference, text in given.items() if text}
        changed.setdefault(tuple(given.values()), Changed(number=choice, references=references))
    if due and changed:
        hold_changes(batch_id, 0, now, list(changed.values()), due=due)


def hold_changes(
    batch_id: int,
    run: int,
    now: datetime,
    changed: Sequence[Changed],
    *,
    due: Sequence[RecipientView] | None = None,
) -> None:
    """Write down whom to tell of these changes. A correction hands its new values in."""
    told = due_for(queries.kind_of_batch(batch_id)) if due is None else due
    notices = [
        NewNotice(facts=one.facts, version=one.version.number, people=_concerned(one.facts, changed))
        for one in told
    ]
    if notices:
        notifying.hold_notices(now=now, batch_id=batch_id, run=run, notices=notices)


def _concerned(facts: RecipientFacts, changed: Iterable[Changed]) -> tuple[Concerned, ...]:
    found = []
    for one in changed:
        is_all = not one.tables and not one.categories
        if not is_all and not facts.received(
            tables=frozenset(one.tables), categories=frozenset(one.categories)
        ):
            continue
        reference = next(
            (
                each
                for each in (facts.reference, Reference.CUSTOMER_NUMBER, Reference.EMAIL, Reference.PHONE)
                if each in one.references
            ),
            None,
        )
        if reference is not None:
            values = tuple(
                (category, value)
                for category, value in one.values
                if not facts.categories or category in facts.categories
            )
            found.append(
                Concerned(
                    number=one.number,
                    reference=reference.value,
                    value=one.references[reference],
                    changes=values,
                )
            )
    return tuple(found)


def _erased(batch_id: int) -> list[Changed]:
    """Return by person what the approved plan takes: tables, categories, and how others know the person."""
    plan, captured = approved.plan_of(batch_id), approved.captured_of(batch_id)
    members = queries.members(batch_id)
    numbers = [member.number for member in members]
    held: list[dict[str, str]] = [{} for _ in numbers]
    for value in captured.values:
        for person in as_set(value.persons):
            if person < len(held):
                held[person].setdefault(value.category, value.text)
    given = recipient_queries.references_given(numbers)
    changed = [
        Changed(
            number=number,
            references=_references(claim=given[number][0], roots=given[number][1], captured=held[person]),
        )
        for person, number in enumerate(numbers)
    ]
    _add_tables(changed, plan, built().graph)
    return [one for one in changed if one.tables]


def _add_tables(changed: Sequence[Changed], plan: ErasurePlan, graph: Graph) -> None:
    by_table: dict[int, tuple[TableRef, frozenset[str]]] = {}
    for place, table in enumerate(plan.tables):
        taken = _taken(table, graph)
        if taken:
            by_table[place] = (table.table, taken)
    people: dict[int, set[int]] = defaultdict(set)
    for place in by_table:
        for persons in plan.tables[place].persons:
            people[place].update(as_set(persons))
    for place, persons_of in people.items():
        ref, categories = by_table[place]
        for person in persons_of:
            if person < len(changed):
                changed[person].tables.add(ref)
                changed[person].categories.update(categories)


def _taken(table: TablePlan, graph: Graph) -> frozenset[str]:
    """Return the categories of what goes: of the whole row, or of the fields that are emptied."""
    known = graph.tables.get(table.table)
    if known is None or (table.action is EraseAction.KEEP and not table.fields):
        return frozenset()
    emptied = {one.column for one in table.fields}
    return frozenset(
        column.category
        for column in known.personal_columns
        if table.action is EraseAction.DELETE or column.name in emptied
    )


def _references(
    *, claim: Identity, roots: Candidates | None, captured: Mapping[str, str]
) -> dict[Reference, str]:
    """Return how others may know a person: what the sources hold before what the person wrote."""
    number = captured.get("customer_id", "")
    if not number and roots is not None and len(roots.people) == 1:
        keys_of = [root.key for root in roots.people[0].roots]
        number = "-".join(str(part) for part in keys_of[0]) if len(keys_of) == 1 else ""
    found = {
        Reference.CUSTOMER_NUMBER: number or claim.customer_number,
        Reference.EMAIL: captured.get("email") or claim.email,
        Reference.PHONE: captured.get("phone") or claim.phone,
    }
    return {reference: text for reference, text in found.items() if text}


def tell_held(batch_id: int, now: datetime) -> None:
    """Tell the recipients that were written down."""
    if recipient_queries.is_anybody_held(batch_id):
        notifying.tell_recipients(now=now, batch_id=batch_id)


def settle(batch_id: int, list_ref: str, now: datetime) -> None:
    """Forget who stood on a day's list: whom to tell of whom is written down."""
    settle_list(now=now, list_ref=list_ref, case_number=queries.batch_key(batch_id))
