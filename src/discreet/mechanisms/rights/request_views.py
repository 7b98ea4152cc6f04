"""What doors see of a request: frozen, without any value of the person."""

from dataclasses import dataclass
from datetime import datetime

from discreet.foundation.cases.queries import CaseView
from discreet.mechanisms.rights.opening.identity import Missing
from discreet.mechanisms.rights.rules import State


@dataclass(frozen=True, slots=True)
class SourceView:
    """What was committed in one source: table → action → rows."""

    name: str
    counts: dict[str, dict[str, int]]
    at: datetime


@dataclass(frozen=True, slots=True)
class RequestView:
    number: str
    kind: str
    channel: str
    state: State
    outcome: str
    answer: str
    residence: str
    received_at: datetime
    due_at: datetime | None
    verified_at: datetime | None
    verified_how: str
    verified_by: str
    completed_at: datetime | None
    answered_at: datetime | None
    candidates: int | None
    kept: tuple[dict[str, object], ...]
    sources: tuple[SourceView, ...]
    search: dict[str, object]
    plan: "PlanView"
    case: CaseView
    batch_size: int
    has_package: bool
    package_expires_at: datetime | None
    takes_two_people: bool
    course: "Course"


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan's summary as it was stored. `digest` "" = there is none.

    `both_by_shell_user`: the operating system's user through whom both decisions came; "" = they did not.
    """

    batch_id: int
    digest: str
    made_at: datetime | None
    prepared_by: str
    approved_by: str
    approved_at: datetime | None
    is_proposed: bool
    both_by_shell_user: str
    summary: dict[str, object]
    decisions: dict[str, str]


@dataclass(frozen=True, slots=True)
class Course:
    """Who asks, what is missing of the proof, and what happened beside the states."""

    requester: str
    scope: str
    proofs: tuple[str, ...]
    missing: tuple[Missing, ...]
    declared_at: datetime | None
    authorised_at: datetime | None
    acknowledged_at: datetime | None
    extended_at: datetime | None
    paused_at: datetime | None
    duplicate_of: str
    justification: str
    appealed_at: datetime | None
    reopened_at: datetime | None
    told: tuple[dict[str, object], ...]
    choice_ref: str = ""
    contact_seen: str = ""
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """What people wrote about a request, opened; "" = nothing, or destroyed. `reasons`: of an objection. `who`: name, contact, relation."""

    extension: str
    appeal: str
    appeal_answer: str
    reasons: str
    who: dict[str, str]
