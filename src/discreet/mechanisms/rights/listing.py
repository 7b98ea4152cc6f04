"""Which requests stand in a list, and what a list shows of them. What is sealed is not read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from discreet.foundation.cases.bulk import rows_of
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.figures.counting import literally
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.opening import digests as contact_digests
from discreet.mechanisms.rights.rules import State, answered_at

_COMPARED = 200


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request in a list."""

    number: str
    kind: str
    state: State
    outcome: str
    residence: str
    received_at: datetime
    due_at: datetime | None
    completed_at: datetime | None
    answered_at: datetime | None
    owner: str
    candidates: int | None


#: What is read of a request in a list.
_LISTED = (
    "number",
    "kind",
    "outcome",
    "answer",
    "residence",
    "received_at",
    "due_at",
    "completed_at",
    "letter_sent_at",
    "candidate_count",
)


def rows(numbers: Sequence[str]) -> list[RequestRow]:
    """Return the requests with these numbers, in this order."""
    found = {row.number: row for row in RightsRequest.objects.only(*_LISTED).filter(number__in=numbers)}
    cases = {case.number: case for case in rows_of(numbers)}
    return [
        RequestRow(
            number=number,
            kind=found[number].kind,
            state=State(cases[number].state),
            outcome=found[number].outcome,
            residence=found[number].residence,
            received_at=found[number].received_at,
            due_at=found[number].due_at,
            completed_at=found[number].completed_at,
            answered_at=answered_at(
                answer=found[number].answer,
                completed_at=found[number].completed_at,
                letter_sent_at=found[number].letter_sent_at,
            ),
            owner=cases[number].owner,
            candidates=found[number].candidate_count,
        )
        for number in numbers
        if number in found and number in cases
    ]


def numbers_incomplete() -> tuple[str, ...]:
    """Return the requests whose erasure ended incomplete and is so still."""
    found = RightsRequest.objects.filter(literally("outcome = 'incomplete'")).order_by("number")
    return tuple(found.values_list("number", flat=True))


def numbers_of_contact(words: str) -> list[str]:
    """Return the requests opened with this e-mail address or phone number, the newest first.

    Exact after normalising; digits alone may also be a request's own number. What has expired is not found
    by contact any more.
    """
    where = Q(number=f"R-{words}") if words.isdecimal() else Q(pk__in=[])
    for field, digests in contact_digests.searched_for(words).items():
        where |= Q(**{f"{field}__in": digests})
    found = RightsRequest.objects.filter(where)
    return list(found.order_by("-received_at", "-pk").values_list("number", flat=True)[:_COMPARED])


def open_of_the_same_person(number: str, *, since: datetime) -> list[str]:
    """Return other open requests received since then that start from a row of the same person."""
    own = queries.roots_of(number)
    if own is None or len(own.people) != 1:
        return []
    rows = {(root.table, root.key) for root in own.people[0].roots}
    open_ones = RightsRequest.objects.filter(
        completed_at__isnull=True, received_at__gte=since, roots_sealed__isnull=False, candidate_count=1
    )
    others = open_ones.exclude(number=number).order_by("-received_at", "-pk")
    numbers = list(others.values_list("number", flat=True)[:_COMPARED])
    found = zip(numbers, queries.roots_of_many(numbers), strict=True)
    return [
        other
        for other, roots in found
        if roots and any((root.table, root.key) in rows for person in roots.people for root in person.roots)
    ]
