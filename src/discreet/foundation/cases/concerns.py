"""What of the open cases concerns a person now: tasks they may do, clocks that have run half or more."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from discreet.foundation.cases.models import CaseClock, CaseTask
from discreet.vocabulary.actors import Actor, Role

MOST = 200
#: Who is told of the deadlines of a case that nobody owns.
DEADLINE_ROLES = (Role.AGENT, Role.APPROVER)
_CASE = ("case__number", "case__kind", "case__title")


@dataclass(frozen=True, slots=True)
class TaskConcern:
    """An open task. `what` is an English template with `params`."""

    task_id: int
    number: str
    kind: str
    title: str
    what: str
    params: tuple[tuple[str, str | int], ...]
    url_name: str
    url_args: tuple[str, ...]
    made_at: datetime


@dataclass(frozen=True, slots=True)
class ClockConcern:
    """A running clock of which 50, 80 or 100 `percent` have passed since `reached_at`."""

    clock_id: int
    number: str
    kind: str
    title: str
    rule_id: str
    article: str
    due_at: datetime
    percent: int
    reached_at: datetime


def tasks_of(actor: Actor) -> tuple[TaskConcern, ...]:
    """Return the open tasks named for the actor or a role they have, the newest first."""
    roles = [role.value for role in actor.roles]
    tasks = (
        CaseTask.objects.filter(done_at__isnull=True)
        .filter(Q(assignee=actor.name) | Q(assignee="", role__in=roles))
        .exclude(barred=actor.person)
        .order_by("-made_at", "-id")
    )
    # Every page of the desk counts these: rows, without a model around each.
    rows = tasks.values_list(*_CASE, "id", "what", "params", "url_name", "url_args", "made_at")[:MOST]
    return tuple(
        TaskConcern(
            number=number,
            kind=kind,
            title=title,
            task_id=task_id,
            what=what,
            params=tuple(params.items()),
            url_name=url_name,
            url_args=tuple(url_args),
            made_at=made_at,
        )
        for number, kind, title, task_id, what, params, url_name, url_args, made_at in rows
    )


def clocks_of(actor: Actor, *, now: datetime) -> tuple[ClockConcern, ...]:
    """Return the running clocks that concern the actor and have run half or more, the next to end first."""
    concerned = Q(case__owner=actor.name)
    if any(actor.may(role) for role in DEADLINE_ROLES):
        concerned |= Q(case__owner="")
    clocks = CaseClock.objects.filter(
        concerned,
        warn_at__lte=now,
        met_at__isnull=True,
        paused_at__isnull=True,
        case__closed_at__isnull=True,
    ).order_by("due_at", "id")
    found = []
    for number, kind, title, clock_id, rule_id, article, due_at, warn_at in clocks.values_list(
        *_CASE, "id", "rule_id", "article", "due_at", "warn_at"
    )[:MOST]:
        percent, reached_at = reached(warn_at=warn_at, due_at=due_at, now=now)
        found.append(
            ClockConcern(
                clock_id=clock_id,
                number=number,
                kind=kind,
                title=title,
                rule_id=rule_id,
                article=article,
                due_at=due_at,
                percent=percent,
                reached_at=reached_at,
            )
        )
    return tuple(found)


def reached(*, warn_at: datetime, due_at: datetime, now: datetime) -> tuple[int, datetime]:
    """Return which share of a clock has passed, of 50, 80 and 100 %, and since when.

    `warn_at` is when half of it has passed (`rulepacks.clocks.WARN_AT_PERCENT`).
    """
    at_eighty = due_at - (due_at - warn_at) * 2 / 5
    if now >= due_at:
        return 100, due_at
    return (80, at_eighty) if now >= at_eighty else (50, warn_at)
