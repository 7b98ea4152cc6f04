"""Acts on many cases at once: set-based, with one entry of evidence for the set.

The caller records what concerns each person; here stands only that the cases moved.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db.models import F

from discreet.foundation import plain_sql
from discreet.foundation.cases import statements
from discreet.foundation.cases.actions import RETENTION_DAYS
from discreet.foundation.cases.models import Case, CaseClock, CaseToken
from discreet.foundation.cases.numbers import take_numbers
from discreet.foundation.cases.refusals import CaseClosed, UnknownCase, WrongState
from discreet.foundation.cases.rules import (
    SUBJECT_AAD,
    ClockFacts,
    Transitions,
    earliest_due,
    may_move,
    token_hash,
)
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, record
from discreet.vocabulary.actors import Actor
from discreet.vocabulary.ids import new_token

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class NewCase:
    """What differs between cases that are opened together. `subject` is sealed under the case's own key."""

    language: str
    subject: bytes


@act("cases.open_many")
def open_many(
    *,
    actor: Actor,
    now: datetime,
    subject: str,
    prefix: str,
    kind: str,
    title: str,
    state: str,
    opening: Sequence[NewCase],
) -> list[str]:
    """Open cases with the next numbers of `prefix`, each with its own key; return the numbers in order.

    `subject` is what the evidence is recorded under. They have no public address until one is added.
    """
    numbers = take_numbers(prefix, len(opening))
    keys.create_case_keys(numbers)
    for start in range(0, len(numbers), _AT_ONCE):
        part = dict(zip(numbers[start : start + _AT_ONCE], opening[start : start + _AT_ONCE], strict=True))
        sealed = keys.seal_many({number: new.subject for number, new in part.items()}, SUBJECT_AAD)
        Case.objects.bulk_create(
            [
                Case(
                    number=number,
                    kind=kind,
                    title=title,
                    state=state,
                    opened_at=now,
                    language=new.language,
                    subject=sealed[number],
                )
                for number, new in part.items()
            ]
        )
    facts: dict[str, Json] = {"kind": kind, "cases": len(numbers), "state": state}
    record(actor=actor, now=now, subject=subject, facts=facts)
    return numbers


@act("cases.set_clocks_many")
def set_clocks_many(
    *, actor: Actor, now: datetime, subject: str, numbers: Sequence[str], clocks: Sequence[ClockFacts]
) -> None:
    """Set the same legal deadlines on many cases: a known rule gets its new date, one not named is dropped.

    Raises:
        UnknownCase, CaseClosed: of the first case that cannot have clocks.
    """
    named = {clock.rule_id for clock in clocks}
    columns = [asdict(clock) for clock in clocks]
    for chunk in _chunks(numbers):
        _refuse_closed(chunk)
        open_clocks = CaseClock.objects.filter(case__number__in=chunk, met_at__isnull=True)
        open_clocks.exclude(rule_id__in=named).delete()
        CaseClock.objects.bulk_create(
            [
                CaseClock(case_id=case_id, **values)
                for case_id in Case.objects.filter(number__in=chunk).values_list("pk", flat=True)
                for values in columns
            ],
            update_conflicts=True,
            unique_fields=["case", "rule_id"],
            update_fields=["law", "article", "due_at", "warn_at", "is_unsure", "paused_at"],
        )
        _set_due(chunk)
    dates: list[Json] = [{"rule": clock.rule_id, "due_at": clock.due_at.isoformat()} for clock in clocks]
    record(actor=actor, now=now, subject=subject, facts={"cases": len(numbers), "clocks": dates})


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
        plain_sql.write(statements.MOVE.format(plain_sql.marks(len(chunk))), to, *chunk)
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
        marks, at = plain_sql.marks(len(chunk)), plain_sql.stored(now)
        plain_sql.write(statements.MEET_CLOCKS.format(marks), at, *chunk)
        plain_sql.write(statements.DROP_TASKS.format(marks), *chunk)
        plain_sql.write(statements.CLOSE.format(marks), state, at, plain_sql.stored(expires_at), *chunk)
    facts: dict[str, Json] = {"cases": len(numbers), "state": state, "expires_at": expires_at.isoformat()}
    record(actor=actor, now=now, subject=subject, facts=facts)


@act("cases.add_public_tokens")
def add_public_tokens(*, actor: Actor, now: datetime, subject: str, numbers: Sequence[str]) -> dict[str, str]:
    """Make one more unguessable address for each case, which goes to a contact point held; return them by number."""
    tokens = {number: new_token() for number in numbers}
    for chunk in _chunks(numbers):
        cases = dict(Case.objects.filter(number__in=chunk).values_list("number", "pk"))
        CaseToken.objects.bulk_create(
            CaseToken(case_id=pk, token_hash=token_hash(tokens[number]), made_at=now, is_for_person=True)
            for number, pk in cases.items()
        )
    record(actor=actor, now=now, subject=subject, facts={"cases": len(numbers)})
    return tokens


def languages_of(numbers: Sequence[str]) -> list[tuple[str, str]]:
    """Return (number, language) of the cases."""
    return [
        (pair[0], pair[1])
        for chunk in _chunks(numbers)
        for pair in plain_sql.rows(statements.LANGUAGES.format(plain_sql.marks(len(chunk))), *chunk)
    ]


def state_of_case(number: str) -> str:
    """Return the state of one case with one statement.

    Raises:
        UnknownCase: there is none.
    """
    found = plain_sql.first(statements.STATE, number)
    if found is None:
        raise UnknownCase(number=number[:16])
    return str(found[0])


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
    for number, state in _refuse_closed(numbers).items():
        if not may_move(transitions=transitions, from_state=state, to_state=to):
            raise WrongState(number=number, state=state)


def _refuse_closed(numbers: Sequence[str]) -> dict[str, str]:
    """Lock the cases and return their states by number."""
    locked = statements.STATES.format(plain_sql.marks(len(numbers))) + plain_sql.for_update()
    rows = {number: (state, is_closed) for number, state, is_closed in plain_sql.rows(locked, *numbers)}
    for number in numbers:
        if number not in rows:
            raise UnknownCase(number=number)
        if rows[number][1]:
            raise CaseClosed(number=number)
    return {number: rows[number][0] for number in numbers}


def _set_due(numbers: Sequence[str]) -> None:
    clocks: dict[int, list[tuple[datetime, bool, bool]]] = {
        case_id: [] for case_id in Case.objects.filter(number__in=numbers).values_list("pk", flat=True)
    }
    found = CaseClock.objects.filter(case_id__in=clocks)
    for case_id, due_at, paused_at, met_at in found.values_list("case_id", "due_at", "paused_at", "met_at"):
        clocks[case_id].append((due_at, paused_at is not None, met_at is not None))
    alike: dict[datetime | None, list[int]] = defaultdict(list)
    for case_id, rows in clocks.items():
        alike[earliest_due(rows)].append(case_id)
    for earliest, case_ids in alike.items():
        Case.objects.filter(pk__in=case_ids).update(due_at=earliest, version=F("version") + 1)


def _chunks(numbers: Sequence[str]) -> list[Sequence[str]]:
    return [numbers[start : start + _AT_ONCE] for start in range(0, len(numbers), _AT_ONCE)]
