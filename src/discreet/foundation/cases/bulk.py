"""Acts on many cases at once: set-based, with one entry of evidence for the set.

The caller records what concerns each person; here stands only that the cases moved.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from discreet.foundation.cases.actions import RETENTION_DAYS
from discreet.foundation.cases.models import Case, CaseClock, CaseTask
from discreet.foundation.cases.refusals import CaseClosed, UnknownCase, WrongState
from discreet.foundation.cases.rules import Transitions, may_move
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, record
from discreet.vocabulary.actors import Actor

_AT_ONCE = 500


@act("cases.move_many")
def move_many(
    *, actor: Actor, now: datetime, subject: str, numbers: Sequence[str], to: str, transitions: Transitions
) -> None:
    """Move all cases to one state, or none. `subject` is what the evidence is recorded under.

    Raises:
        UnknownCase, CaseClosed, WrongState: of the first case that cannot move.
    """
    for chunk in _chunks(numbers):
        _refuse(chunk, to=to, transitions=transitions)
        Case.objects.filter(number__in=chunk).update(state=to, version=F("version") + 1)
    record(actor=actor, now=now, subject=subject, facts={"cases": len(numbers), "to": to})


@act("cases.close_many")
def close_many(
    *,
    actor: Actor,
    now: datetime,
    subject: str,
    numbers: Sequence[str],
    state: str,
    transitions: Transitions,
    retention_days: int = RETENTION_DAYS,
) -> None:
    """Close all cases in `state`, or none: clocks met, tasks dropped, expiry set."""
    expires_at = now + timedelta(days=retention_days)
    for chunk in _chunks(numbers):
        _refuse(chunk, to=state, transitions=transitions)
        CaseClock.objects.filter(case__number__in=chunk, met_at__isnull=True).update(met_at=now)
        CaseTask.objects.filter(case__number__in=chunk, done_at__isnull=True).delete()
        Case.objects.filter(number__in=chunk).update(
            state=state, closed_at=now, due_at=None, expires_at=expires_at, version=F("version") + 1
        )
    facts: dict[str, Json] = {"cases": len(numbers), "state": state, "expires_at": expires_at.isoformat()}
    record(actor=actor, now=now, subject=subject, facts=facts)


def languages_of(numbers: Sequence[str]) -> list[tuple[str, str]]:
    """Return (number, language) of the cases."""
    return [
        pair
        for chunk in _chunks(numbers)
        for pair in Case.objects.filter(number__in=chunk).values_list("number", "language")
    ]


def state_of_case(number: str) -> str:
    """Return the state of one case with one statement.

    Raises:
        UnknownCase: there is none.
    """
    state = Case.objects.filter(number=number).values_list("state", flat=True).first()
    if state is None:
        raise UnknownCase(number=number[:16])
    return state


@dataclass(frozen=True, slots=True)
class BriefCase:
    number: str
    state: str
    owner: str


def rows_of(numbers: Sequence[str]) -> list[BriefCase]:
    """Return state and owner of the cases, in no particular order."""
    return [
        BriefCase(number=number, state=state, owner=owner)
        for chunk in _chunks(numbers)
        for number, state, owner in Case.objects.filter(number__in=chunk).values_list(
            "number", "state", "owner"
        )
    ]


def _refuse(numbers: Sequence[str], *, to: str, transitions: Transitions) -> None:
    rows = {
        number: (state, closed_at)
        for number, state, closed_at in Case.objects.select_for_update()
        .filter(number__in=numbers)
        .values_list("number", "state", "closed_at")
    }
    for number in numbers:
        if number not in rows:
            raise UnknownCase(number=number)
        state, closed_at = rows[number]
        if closed_at is not None:
            raise CaseClosed(number=number)
        if not may_move(transitions=transitions, from_state=state, to_state=to):
            raise WrongState(number=number, state=state)


def _chunks(numbers: Sequence[str]) -> list[Sequence[str]]:
    return [numbers[start : start + _AT_ONCE] for start in range(0, len(numbers), _AT_ONCE)]
