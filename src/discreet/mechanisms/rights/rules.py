"""Decisions about requests: pure functions of facts.

Source: GDPR Art. 12(3), 12(6), 17; PIPL Art. 47, 50; 11 CCR 7060. Four eyes on erasure: DESIGN.md, Defaults.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from discreet.mechanisms.rights.kinds import Requester
from discreet.vocabulary.countries import COUNTRIES


class State(StrEnum):
    RECEIVED = "received"
    VERIFIED = "verified"
    PLANNED = "planned"
    ACCEPTED = "accepted"
    EXECUTING = "executing"
    DONE = "done"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    DUPLICATE = "duplicate"  # the person asked the same before, and that request goes on
    APPEALED = "appealed"  # the person does not accept the answer: somebody else looks at it


class Outcome(StrEnum):
    NONE = ""
    ERASED = "erased"
    ERASED_EXCEPT_KEPT = "erased_except_kept"
    INCOMPLETE = "incomplete"
    DELIVERED = "delivered"
    TOLD = "told"  # which categories are held, and where
    CORRECTED = "corrected"
    CORRECTED_EXCEPT = "corrected_except"  # places that stay as they are are named, with the reason
    APPLIED = "applied"  # a choice that holds from now on: objection, restriction, opt-out
    REFUSED = "refused"


class Answer(StrEnum):
    """How the answer reaches the person."""

    NONE = ""
    MAIL = "mail"  # to an address that the company holds
    MAIL_DUE = "mail_due"  # it leaves in a moment, by a job of its own
    PAGE = "page"  # it stands at the address that the person was given
    LETTER_DUE = "letter_due"  # nothing was sent yet: staff must
    LETTER_SENT = "letter_sent"


class Goes(StrEnum):
    """Where staff send an answer that was held, because the contact point changed. Source: failure promise 14."""

    BEFORE = "before"  # the address that the code went to
    NOW = "now"  # the one that the company's record held when the answer was held
    BY_HAND = "by_hand"  # by letter, or handed over


def way_of_answer(*, is_reachable: bool, has_page: bool) -> Answer:
    """Return how an answer goes. Source: GDPR Art. 12(1), 12(3): it is given to the person, not only made."""
    if is_reachable:
        return Answer.MAIL_DUE
    return Answer.PAGE if has_page else Answer.LETTER_DUE


def has_page(*, channel: str, requester: str) -> bool:
    """Say whether the person themselves, or whoever stands for them, was given the page that holds the answer.

    An agent was given one, and it says nothing of the person: the answer is the person's own.
    """
    return channel == "centre" and requester != Requester.AGENT


def needs_link(*, channel: str, requester: str) -> bool:
    """Say whether a mail must hold the page's address: it is not read by whoever was given it at receipt.

    Whoever asks for another has it at an address they gave, and nothing else there leads back to the page.
    """
    return channel != "centre" or requester != Requester.SELF


def answered_at(
    *, answer: str, completed_at: datetime | None, letter_sent_at: datetime | None
) -> datetime | None:
    """Return when the answer left for the person; None while it has not. Only then is a legal clock met.

    Source: GDPR Art. 12(3) ("provide information ... to the data subject"); PIPL Art. 50; 11 CCR 7021(b).
    """
    return None if answer == Answer.LETTER_DUE else letter_sent_at or completed_at


_RESIDENCE = re.compile(r"([A-Za-z]{2}(-[A-Za-z0-9]{1,3})?)?")


def is_residence(text: str) -> bool:
    """Say whether a text is empty or an ISO 3166 code, with a subdivision or without: DE, US-CA."""
    return not text or (_RESIDENCE.fullmatch(text) is not None and text[:2].upper() in COUNTRIES)


TRANSITIONS: dict[str, frozenset[State]] = {
    State.RECEIVED: frozenset({State.VERIFIED, State.REFUSED, State.CANCELLED}),
    State.VERIFIED: frozenset({State.PLANNED, State.REFUSED, State.CANCELLED, State.DUPLICATE}),
    State.PLANNED: frozenset(
        {State.PLANNED, State.ACCEPTED, State.VERIFIED, State.REFUSED, State.CANCELLED, State.DUPLICATE}
    ),
    State.ACCEPTED: frozenset({State.EXECUTING, State.PLANNED, State.CANCELLED, State.DONE}),
    State.EXECUTING: frozenset({State.DONE, State.PLANNED}),
    State.DONE: frozenset({State.APPEALED}),
    State.REFUSED: frozenset({State.APPEALED}),
    State.CANCELLED: frozenset(),
    State.DUPLICATE: frozenset(),
    State.APPEALED: frozenset({State.RECEIVED, State.VERIFIED, State.DONE, State.REFUSED}),
}
#: A request whose choice stands and is decided on: nothing is planned or carried out. Source: GDPR Art. 21(1).
UNDECIDED: dict[str, frozenset[State]] = {
    State.VERIFIED: frozenset({State.PLANNED}),
    State.PLANNED: frozenset({State.DONE, State.REFUSED}),
}
#: Where what law asks no proof of identity for is applied at receipt. Source: 11 CCR 7060(b).
AT_RECEIPT: dict[str, frozenset[State]] = {State.RECEIVED: frozenset({State.DONE})}
#: A choice stands once its identity is proven: nobody plans or approves it. Everything else must be accepted first.
CHOICES: dict[str, frozenset[State]] = {
    **TRANSITIONS,
    State.VERIFIED: TRANSITIONS[State.VERIFIED] | {State.DONE},
}


APPEAL_DAYS = 90


def may_appeal(
    *, state: str, completed_at: datetime | None, appealed_at: datetime | None, now: datetime
) -> bool:
    """Say whether the person may still ask for another look: once, within 90 days of the answer."""
    if state not in (State.DONE, State.REFUSED) or completed_at is None or appealed_at is not None:
        return False
    return now - completed_at <= timedelta(days=APPEAL_DAYS)


def may_move(*, current: State, target: State) -> bool:
    """Say whether a request may go from one state to another."""
    return target in TRANSITIONS[current]


class ApprovalStep(StrEnum):
    FIRST = "first"  # recorded as the proposal; another person must approve
    SECOND = "second"  # approved: execution starts
    SAME_PERSON = "same_person"  # refused: proposer and approver are one person


def erasure_approval(
    *, approver: str, proposer: str, is_proposed: bool = True, may_approve: bool = True
) -> ApprovalStep:
    """Decide what an approval by `approver` means when `proposer` prepared the plan ("" = nobody).

    `is_proposed`: the proposer said so, and did not only make the plan. Who only made it binds nobody: their
    own approval, or that of a person who may not approve (`may_approve`), becomes the proposal.
    """
    if not proposer:
        return ApprovalStep.FIRST
    if approver.casefold() == proposer.casefold():
        return ApprovalStep.SAME_PERSON if is_proposed else ApprovalStep.FIRST
    return ApprovalStep.SECOND if is_proposed or may_approve else ApprovalStep.FIRST


def access_goes_by_itself(
    *, is_reviewed: bool, candidates: int, sensitive_fields: int, is_asked_by_person: bool
) -> bool:
    """Say whether an access request with proven identity is delivered without a staff decision.

    Only where the person asked and no other did, exactly one person was found, no sensitive field is in the
    package, and the company did not choose to review each one. Source: GDPR Art. 12(2), 12(6) (facilitate; identity in proportion).
    """
    return is_asked_by_person and not is_reviewed and candidates == 1 and sensitive_fields == 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Counts that decide an erasure's outcome. Source: DESIGN.md, Erasure."""

    found_again: int
    kept_rows: int
    not_carried_out: int


def erasure_outcome(verdict: Verdict) -> Outcome:
    """Return what may be said: `erased` only when the fresh search found nothing and nothing stayed."""
    if verdict.found_again or verdict.not_carried_out:
        return Outcome.INCOMPLETE
    return Outcome.ERASED_EXCEPT_KEPT if verdict.kept_rows else Outcome.ERASED
