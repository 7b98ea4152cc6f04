"""Reading cases. Every list is bounded; nothing here opens a sealed blob but `subject_of`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, F, Q, QuerySet, Value, Window
from django.db.models.functions import Coalesce, Length, RowNumber

from discreet.foundation.cases.models import Case, CaseClock, CaseTask, CaseToken
from discreet.foundation.cases.refusals import BadPage, UnknownCase
from discreet.foundation.cases.rules import SUBJECT_AAD, Urgency, is_number, token_hash, urgency
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.queries import EntryView, entries_for
from discreet.vocabulary.actors import Actor

MAX_PAGE = 100_000
MAX_PAGE_SIZE = 200
MAX_WORK = 200
MAX_DEADLINES = 1000
AT_ONCE = 500
_BY_DEADLINE = (F("due_at").asc(nulls_last=True), "-id")


@dataclass(frozen=True, slots=True)
class ClockView:
    rule_id: str
    law: str
    article: str
    due_at: datetime
    warn_at: datetime
    is_unsure: bool
    paused_at: datetime | None
    met_at: datetime | None


@dataclass(frozen=True, slots=True)
class TaskView:
    key: str
    what: str
    params: tuple[tuple[str, str | int], ...]
    role: str
    assignee: str
    barred: str
    due_at: datetime | None
    url_name: str
    url_args: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in a list. `title` and `state` are codes and English templates: doors translate."""

    number: str
    kind: str
    title: str
    state: str
    opened_at: datetime
    due_at: datetime | None
    owner: str
    version: int
    language: str
    closed_at: datetime | None
    expires_at: datetime | None
    is_expired: bool


@dataclass(frozen=True, slots=True)
class CaseView:
    row: CaseRow
    clocks: tuple[ClockView, ...]
    tasks: tuple[TaskView, ...]

    @property
    def ledger_subject(self) -> str:
        return f"{self.row.kind}:{self.row.number}"


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Empty means any. `is_open` None means open and closed; `numbers` () means none at all."""

    kind: str = ""
    states: tuple[str, ...] = ()
    owner: str = ""
    is_open: bool | None = None
    due_before: datetime | None = None
    number_starts: str = ""
    numbers: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class CasePage:
    rows: tuple[CaseRow, ...]
    total: int
    page: int
    page_size: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.page_size))


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One task of one case, for "My work"."""

    number: str
    kind: str
    title: str
    task: TaskView
    urgency: Urgency
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Deadline:
    """One clock that runs out within a span, for the deadline strip and the calendar."""

    number: str
    kind: str
    title: str
    law: str
    article: str
    due_at: datetime
    is_unsure: bool
    rule_id: str


def get(number: str) -> CaseView:
    """Return the case with its clocks and open tasks.

    Raises:
        UnknownCase: there is none.
    """
    if not is_number(number):
        raise UnknownCase(number=number[:16])
    return _view(Case.objects.filter(number=number), number)


def is_for_person(token: str) -> bool:
    """Say whether a public token left for a contact point held, and so for whom the case is about."""
    return CaseToken.objects.filter(token_hash=token_hash(token), is_for_person=True).exists()


def get_by_token(token: str) -> CaseView:
    """Return the case behind a public token. Looked up by the token's hash, so timing tells nothing of it.

    Raises:
        UnknownCase: no such token.
    """
    return _view(Case.objects.filter(tokens__token_hash=token_hash(token)), "")


def ledger_subject(number: str) -> str:
    """Return what evidence of the case is recorded under, e.g. `request:R-1001`.

    Raises:
        UnknownCase: there is none.
    """
    found = Case.objects.filter(number=number) if is_number(number) else Case.objects.none()
    kind = found.values_list("kind", flat=True).first()
    if kind is None:
        raise UnknownCase(number=number[:16])
    return f"{kind}:{number}"


def list_cases(*, where: CaseFilter, page: int = 1, page_size: int = 50) -> CasePage:
    """Return one page, the next deadline first and cases without one last: among them, the newest first.

    Raises:
        BadPage: page or size out of bounds.
    """
    if not (1 <= page <= MAX_PAGE and 1 <= page_size <= MAX_PAGE_SIZE):
        raise BadPage()
    found = _filtered(where)
    # An ended case has no deadline any more, so its number alone is the same order, and has an index.
    ordered = found.order_by("-id") if where.is_open is False else found.order_by(*_BY_DEADLINE)
    start = (page - 1) * page_size
    return CasePage(
        rows=_page(ordered, start, start + page_size), total=found.count(), page=page, page_size=page_size
    )


def due_between(
    where: CaseFilter, *, since: datetime | None, until: datetime | None, at_most: int
) -> CasePage:
    """Return how many cases have their next deadline in a span, and the first of them.

    `since` included, `until` not; None = open. Without `until`, cases without a deadline stand at the end.
    """
    found = _filtered(where)
    if since is not None:
        due = Q(due_at__gte=since)
        found = found.filter(due if until is not None else due | Q(due_at__isnull=True))
    if until is not None:
        found = found.filter(due_at__lt=until)
    rows = _page(found.order_by(*_BY_DEADLINE), 0, at_most)
    return CasePage(rows=rows, total=found.count(), page=1, page_size=at_most)


def _page(ordered: QuerySet[Case], start: int, end: int) -> tuple[CaseRow, ...]:
    """Return some of the cases in their order. Those before are passed over in the index, without their rows."""
    ids = list(ordered.values_list("pk", flat=True)[start:end])
    found = Case.objects.defer("subject").in_bulk(ids)
    return tuple(_row(found[one]) for one in ids if one in found)


def by_number(*, prefix: str, digits: str, limit: int) -> tuple[CaseRow, ...]:
    """Return cases whose number is or begins with the digits, the exact ones first; any prefix where it is ""."""
    found = Case.objects.filter(number__contains=f"-{digits}"[:12])
    if prefix:
        found = found.filter(number__startswith=f"{prefix[:4]}-{digits}"[:16])
    return tuple(_row(case) for case in found.order_by(Length("number"), "number")[:limit])


def count_open(*, kind: str = "") -> int:
    """Return how many cases are open."""
    return _filtered(CaseFilter(kind=kind, is_open=True)).count()


def states_among(numbers: QuerySet[Any, str]) -> dict[str, int]:
    """Return how many of the cases stand in which state; `numbers` is a query for them, and becomes part of this one."""
    found = Case.objects.filter(number__in=numbers).order_by().values_list("state")
    return dict(found.annotate(count=Count("pk")))


def my_work(*, actor: Actor, now: datetime) -> tuple[WorkItem, ...]:
    """Return open tasks named for the actor or for a role they have, the next deadline first."""
    roles = [role.value for role in actor.roles]
    tasks = (
        CaseTask.objects.filter(done_at__isnull=True)
        .filter(Q(assignee=actor.name) | Q(assignee="", role__in=roles))
        .exclude(barred=actor.person)
        .select_related("case")
        .order_by(F("due_at").asc(nulls_last=True), "id")[:MAX_WORK]
    )
    return tuple(
        WorkItem(
            number=task.case.number,
            kind=task.case.kind,
            title=task.case.title,
            task=_task(task),
            urgency=urgency(due_at=task.due_at, now=now),
            is_mine=task.assignee == actor.name or task.case.owner == actor.name,
        )
        for task in tasks
    )


def deadlines(*, since: datetime, until: datetime, at_most: int = MAX_DEADLINES) -> tuple[Deadline, ...]:
    """Return running clocks with since ≤ due_at < until, and overdue ones if `since` lies before them."""
    clocks = _running(since, until).order_by("due_at", "id")
    return tuple(Deadline(*row) for row in clocks.values_list(*_DEADLINE)[: min(at_most, MAX_DEADLINES)])


def how_many_deadlines(*, since: datetime, until: datetime) -> int:
    """Return how many running clocks there are with since ≤ due_at < until, however many."""
    return _running(since, until).count()


def count_deadlines(*, since: datetime, until: datetime) -> dict[datetime, int]:
    """Return how many running clocks end at each moment with since ≤ moment < until, however many there are."""
    moments = _running(since, until).order_by("due_at").values_list("due_at")
    return dict(moments.annotate(count=Count("pk")))


def deadlines_of_each(*, since: datetime, until: datetime, at_most: int) -> tuple[Deadline, ...]:
    """Return running clocks as `deadlines`, at most so many that end at the same moment."""
    place = Window(RowNumber(), partition_by="due_at", order_by="id")
    found = _running(since, until).annotate(place=place).filter(place__lte=at_most).order_by("due_at", "id")
    return tuple(Deadline(*row) for row in found.values_list(*_DEADLINE)[:MAX_DEADLINES])


def _running(since: datetime, until: datetime) -> QuerySet[CaseClock]:
    return CaseClock.objects.filter(
        due_at__gte=since,
        due_at__lt=until,
        met_at__isnull=True,
        paused_at__isnull=True,
        case__closed_at__isnull=True,
    )


_DEADLINE = (
    "case__number",
    "case__kind",
    "case__title",
    "law",
    "article",
    "due_at",
    "is_unsure",
    "rule_id",
)


def deadline_of(clock: CaseClock) -> Deadline:
    """Return a clock with what is said of its case."""
    return Deadline(
        number=clock.case.number,
        kind=clock.case.kind,
        title=clock.case.title,
        law=clock.law,
        article=clock.article,
        due_at=clock.due_at,
        is_unsure=clock.is_unsure,
        rule_id=clock.rule_id,
    )


def clocks_of(numbers: Sequence[str]) -> dict[str, tuple[ClockView, ...]]:
    """Return the clocks of open cases by number, the earliest first; a case without any is left out."""
    found: dict[str, list[ClockView]] = {}
    for start in range(0, len(numbers), AT_ONCE):
        rows = CaseClock.objects.filter(
            case__number__in=numbers[start : start + AT_ONCE], case__closed_at__isnull=True
        )
        for clock in rows.select_related("case").order_by("due_at", "id"):
            found.setdefault(clock.case.number, []).append(_clock(clock))
    return {number: tuple(clocks) for number, clocks in found.items()}


def timeline(number: str) -> list[EntryView]:
    """Return the evidence of the case, as the ledger holds it."""
    return entries_for(get(number).ledger_subject)


def subject_of(number: str) -> bytes:
    """Open the sealed blob. Call only where a person's data is needed; the caller records why.

    Raises:
        UnknownCase: there is none.
        KeyDestroyed: the case has expired.
    """
    found = Case.objects.filter(number=number) if is_number(number) else Case.objects.none()
    sealed = found.values_list("subject", flat=True).first()
    if sealed is None:
        raise UnknownCase(number=number[:16])
    return keys.open_sealed(number, bytes(sealed), SUBJECT_AAD)


def subjects_of(numbers: Sequence[str]) -> dict[str, bytes]:
    """Open the sealed blobs of many cases, by number.

    Raises:
        UnknownCase: one of them does not exist.
        KeyDestroyed: one of them has expired.
    """
    sealed: dict[str, bytes] = {}
    for start in range(0, len(numbers), AT_ONCE):
        part = numbers[start : start + AT_ONCE]
        found = dict(Case.objects.filter(number__in=part).values_list("number", "subject"))
        for number in part:
            if number not in found:
                raise UnknownCase(number=number[:16])
            sealed[number] = bytes(found[number])
    return keys.open_many(sealed, SUBJECT_AAD)


def _filtered(where: CaseFilter) -> QuerySet[Case]:
    found = Case.objects.all()
    if where.number_starts:
        found = _starting(found, where.number_starts[:16].replace("\0", ""))
        # Written so that no index of kinds is taken: that of numbers leads to fewer.
        found = found.annotate(its_kind=Coalesce("kind", Value("")))
    if where.kind:
        found = found.filter(**{"its_kind" if where.number_starts else "kind": where.kind})
    if where.states:
        found = found.filter(state__in=where.states)
    if where.owner:
        found = found.filter(owner=where.owner)
    if where.is_open is not None:
        found = found.filter(closed_at__isnull=where.is_open)
    if where.due_before is not None:
        found = found.filter(due_at__lt=where.due_before)
    if where.numbers is not None:
        found = found.filter(number__in=where.numbers)
    return found


def _starting(found: QuerySet[Case], start: str) -> QuerySet[Case]:
    """Return those whose number begins so. SQLite compares whatever its case, and finds a range by its index."""
    if connection.vendor == "sqlite":
        found = found.filter(number__gte=start, number__lt=start + "\U0010ffff")
    return found.filter(number__startswith=start)


def _view(found: QuerySet[Case], number: str) -> CaseView:
    case = found.prefetch_related("clocks").first()
    if case is None:
        raise UnknownCase(number=number)
    tasks = case.tasks.filter(done_at__isnull=True).order_by(F("due_at").asc(nulls_last=True), "id")
    clocks = sorted(case.clocks.all(), key=lambda clock: clock.due_at)
    return CaseView(
        row=_row(case),
        clocks=tuple(_clock(clock) for clock in clocks),
        tasks=tuple(_task(task) for task in tasks),
    )


def _row(case: Case) -> CaseRow:
    return CaseRow(
        number=case.number,
        kind=case.kind,
        title=case.title,
        state=case.state,
        opened_at=case.opened_at,
        due_at=case.due_at,
        owner=case.owner,
        version=case.version,
        language=case.language,
        closed_at=case.closed_at,
        expires_at=case.expires_at,
        is_expired=case.expired_at is not None,
    )


def _clock(clock: CaseClock) -> ClockView:
    return ClockView(
        rule_id=clock.rule_id,
        law=clock.law,
        article=clock.article,
        due_at=clock.due_at,
        warn_at=clock.warn_at,
        is_unsure=clock.is_unsure,
        paused_at=clock.paused_at,
        met_at=clock.met_at,
    )


def _task(task: CaseTask) -> TaskView:
    return TaskView(
        key=task.key,
        what=task.what,
        params=tuple(task.params.items()),
        role=task.role,
        assignee=task.assignee,
        barred=task.barred,
        due_at=task.due_at,
        url_name=task.url_name,
        url_args=tuple(task.url_args),
    )


def has_open_task(number: str, key: str) -> bool:
    return CaseTask.objects.filter(case__number=number, key=key, done_at__isnull=True).exists()


def open_tasks(key: str) -> dict[str, tuple[str, dict[str, str | int]]]:
    """Return text and parameters of every open task of this key, by case number."""
    found = CaseTask.objects.filter(key=key, done_at__isnull=True)
    return {
        number: (what, params) for number, what, params in found.values_list("case__number", "what", "params")
    }
