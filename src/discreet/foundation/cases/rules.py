"""When a case is late, which way it may move. Facts in, decision out.

Source: design language, "Colours mean": a legal clock turns red within 48 h, amber within 3 days.
"""

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

Transitions: TypeAlias = Mapping[str, Collection[str]]

SUBJECT_AAD = "case:subject"
NUMBER = re.compile(r"[A-Z]{1,4}-[0-9]{1,10}")
WARN_BEFORE = timedelta(days=3)
URGENT_BEFORE = timedelta(hours=48)


class Urgency(StrEnum):
    CALM = "calm"
    SOON = "soon"
    URGENT = "urgent"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """One deadline as a rule pack computed it. `due_at` and `warn_at` are aware; warn_at ≤ due_at."""

    rule_id: str
    law: str
    article: str
    due_at: datetime
    warn_at: datetime
    is_unsure: bool = False


def urgency(*, due_at: datetime | None, now: datetime) -> Urgency:
    """Return how near a deadline is."""
    if due_at is None or due_at - now > WARN_BEFORE:
        return Urgency.CALM
    if due_at < now:
        return Urgency.OVER
    return Urgency.URGENT if due_at - now <= URGENT_BEFORE else Urgency.SOON


def may_move(*, transitions: Transitions, from_state: str, to_state: str) -> bool:
    """Return whether the mechanism's state machine has this arrow."""
    return to_state in transitions.get(from_state, ())


def earliest_due(clocks: Collection[tuple[datetime, bool, bool]]) -> datetime | None:
    """Return the first deadline of `(due_at, is_paused, is_met)` rows that still runs."""
    return min((due for due, is_paused, is_met in clocks if not is_paused and not is_met), default=None)


def token_hash(token: str) -> str:
    """Return what is stored of a public token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def is_number(text: str) -> bool:
    """Return whether a text has the form of a case number, before it reaches a database."""
    return NUMBER.fullmatch(text) is not None
