"""Opening cases of several people at once, each with the same evidence as a case that is opened alone.

For what comes in at the public door: many share one transaction, and nobody's file tells that others came too.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from discreet.foundation.cases.actions import OpenedCase
from discreet.foundation.cases.models import Case, CaseClock, CaseToken
from discreet.foundation.cases.numbers import take_numbers
from discreet.foundation.cases.rules import SUBJECT_AAD, ClockFacts, earliest_due, token_hash
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Evidence, record_many
from discreet.vocabulary.actors import Actor
from discreet.vocabulary.ids import new_token


@dataclass(frozen=True, slots=True)
class Opening:
    """`subject` is sealed under the case's own key; `met` are the rules whose clock what comes here has met."""

    title: str
    language: str
    subject: bytes
    clocks: tuple[ClockFacts, ...]
    met: frozenset[str] = frozenset()


@act("cases.open_case")
def open_each(
    *, actor: Actor, now: datetime, prefix: str, kind: str, state: str, opening: Sequence[Opening]
) -> list[OpenedCase]:
    """Open cases with the next numbers of `prefix`, with their clocks and a public address each, in order."""
    numbers, tokens = take_numbers(prefix, len(opening)), [new_token() for _ in opening]
    keys.create_case_keys(numbers)
    sealed = keys.seal_many(
        {number: one.subject for number, one in zip(numbers, opening, strict=True)}, SUBJECT_AAD
    )
    cases = Case.objects.bulk_create(
        Case(
            number=number,
            kind=kind,
            title=one.title,
            state=state,
            opened_at=now,
            language=one.language,
            subject=sealed[number],
            due_at=earliest_due([(clock.due_at, False, clock.rule_id in one.met) for clock in one.clocks]),
        )
        for number, one in zip(numbers, opening, strict=True)
    )
    CaseToken.objects.bulk_create(
        CaseToken(case=case, token_hash=token_hash(token), made_at=now)
        for case, token in zip(cases, tokens, strict=True)
    )
    evidence = [
        Evidence(subject=_name(case), facts={"kind": kind, "title": case.title, "state": state})
        for case in cases
    ]
    record_many(actor=actor, now=now, evidence=evidence)
    _set_clocks(actor=actor, now=now, cases=cases, opening=opening)
    _meet_clocks(actor=actor, now=now, cases=cases, opening=opening)
    return [
        OpenedCase(number=number, public_token=token, version=1)
        for number, token in zip(numbers, tokens, strict=True)
    ]


@act("cases.set_clocks")
def _set_clocks(*, actor: Actor, now: datetime, cases: Sequence[Case], opening: Sequence[Opening]) -> None:
    CaseClock.objects.bulk_create(
        CaseClock(case=case, met_at=now if clock.rule_id in one.met else None, **asdict(clock))
        for case, one in zip(cases, opening, strict=True)
        for clock in one.clocks
    )
    evidence = [
        Evidence(
            subject=_name(case),
            facts={
                "clocks": [
                    {"rule": clock.rule_id, "due_at": clock.due_at.isoformat()} for clock in one.clocks
                ]
            },
        )
        for case, one in zip(cases, opening, strict=True)
    ]
    record_many(actor=actor, now=now, evidence=evidence)


def _meet_clocks(*, actor: Actor, now: datetime, cases: Sequence[Case], opening: Sequence[Opening]) -> None:
    evidence = [
        Evidence(subject=_name(case), facts={"met": clock.rule_id})
        for case, one in zip(cases, opening, strict=True)
        for clock in one.clocks
        if clock.rule_id in one.met
    ]
    if evidence:
        _record_met(actor=actor, now=now, evidence=evidence)


@act("cases.meet_clock")
def _record_met(*, actor: Actor, now: datetime, evidence: Sequence[Evidence]) -> None:
    record_many(actor=actor, now=now, evidence=evidence)


def _name(case: Case) -> str:
    return f"{case.kind}:{case.number}"
