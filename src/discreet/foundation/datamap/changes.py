"""Cases about personal data that a scan found new: opened by the scan, closed by the last decision.

A case is closed by the act that decides its last field, opened again when that is taken back.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from discreet.foundation.cases import actions as cases
from discreet.foundation.cases import queries as case_queries
from discreet.foundation.cases.actions import NewTask
from discreet.foundation.cases.rules import ClockFacts
from discreet.foundation.datamap import refusals
from discreet.foundation.datamap.differences import Difference
from discreet.foundation.datamap.models import DataField, MapChange, MapChangeField, Scan, ScanPlan
from discreet.foundation.datamap.views import FieldView
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, record
from discreet.vocabulary.actors import Actor, Role
from discreet.vocabulary.categories import NONE
from discreet.vocabulary.text import gettext_noop

KIND, PREFIX = "map_change", "M"
TITLE = gettext_noop("New personal data in a source")
TASK = gettext_noop("Confirm the new personal fields of %(source)s (%(count)s)")
TASK_KEY = "confirm"
TRANSITIONS = {"open": ("done",), "done": ("open",)}
CLOCK = "internal.map_change"
#: The company's own deadline, no law's: until then a new field counts as sensitive and is not searched.
CONFIRM_WITHIN = timedelta(days=14)

_WAITS = Q(field__confirmed_at__isnull=True, field__is_gone=False, field__table__is_gone=False) & ~Q(
    field__category=NONE
)


@dataclass(frozen=True, slots=True)
class Counted:
    """How many fields a case asks about, and how many of them wait."""

    source: str
    fields: int
    waiting: int


def waits(field: FieldView) -> bool:
    """Say whether a field that a case asks about waits for a person."""
    return not (field.is_confirmed or field.is_gone or field.category.id == NONE)


def counts(numbers: Sequence[str]) -> dict[str, Counted]:
    """Return how much waits in cases, by number."""
    rows = MapChange.objects.filter(number__in=numbers).annotate(n=Count("fields"))
    asked = MapChangeField.objects.filter(_WAITS, change__number__in=numbers)
    waiting = dict(asked.values_list("change_id").annotate(n=Count("id")))
    return {row.number: Counted(row.source, row.n, waiting.get(row.id, 0)) for row in rows}


def change_of(number: str) -> MapChange | None:
    """Return what a case is about."""
    return MapChange.objects.filter(number=number).first()


def new_in(table_id: int) -> frozenset[int]:
    """Return the fields of a table that wait in an open case."""
    asked = MapChangeField.objects.filter(_WAITS, field__table_id=table_id, change__is_open=True)
    return frozenset(asked.values_list("field_id", flat=True))


def open_numbers(source: str) -> list[str]:
    """Return the open cases of a source."""
    found = MapChange.objects.filter(source=source, is_open=True).order_by("id")
    return list(found.values_list("number", flat=True))


def take(*, actor: Actor, now: datetime, scan: Scan) -> None:
    """Ask a person about what a finished scan found new and personal. Called inside the act of the scan."""
    new = [each for each in map(Difference.from_json, scan.differences) if each.is_new_personal]
    fields = _fields(scan.source, new)
    if fields:
        change = MapChange.objects.filter(source=scan.source, is_open=True).order_by("-id").first()
        change = change or _open(actor=actor, now=now, source=scan.source)
        _ask(change, fields)
        _give_task(change, actor=actor, now=now)
    follow(actor=actor, now=now, source=scan.source)


def _fields(source: str, new: Iterable[Difference]) -> list[DataField]:
    wanted = {(each.table, each.field) for each in new}
    rows = DataField.objects.filter(
        table__source=source,
        table__is_gone=False,
        is_gone=False,
        confirmed_at__isnull=True,
        name__in={name for _, name in wanted},
    ).select_related("table")
    named = (
        (f"{row.table.schema}.{row.table.name}" if row.table.schema else row.table.name, row) for row in rows
    )
    return [row for table, row in named if (table, row.name) in wanted]


def _ask(change: MapChange, fields: Iterable[DataField]) -> None:
    MapChangeField.objects.bulk_create(
        [MapChangeField(change=change, field=field) for field in fields],
        update_conflicts=True,
        unique_fields=["field"],
        update_fields=["change"],
    )


def _open(*, actor: Actor, now: datetime, source: str) -> MapChange:
    plan = ScanPlan.objects.filter(source=source).first()
    case = cases.open_case(
        actor=actor,
        now=now,
        prefix=PREFIX,
        kind=KIND,
        title=TITLE,
        state="open",
        language="en",
        subject=b"",
        owner=plan.owner if plan is not None else "",
    )
    _start_clock(case.number, actor=actor, now=now)
    return MapChange.objects.create(number=case.number, source=source)


def _start_clock(number: str, *, actor: Actor, now: datetime) -> None:
    clock = ClockFacts(
        rule_id=CLOCK, law="", article="", due_at=now + CONFIRM_WITHIN, warn_at=now + CONFIRM_WITHIN / 2
    )
    cases.set_clocks(actor=actor, now=now, number=number, clocks=[clock])


def _give_task(change: MapChange, *, actor: Actor, now: datetime) -> None:
    owner = case_queries.get(change.number).row.owner
    count = change.fields.filter(_WAITS).count()
    task = NewTask(
        key=TASK_KEY,
        what=TASK,
        role=None if owner else Role.AGENT,
        assignee=owner,
        url_name="datamap:change",
        url_args=(change.number,),
        params=(("source", change.source), ("count", count)),
    )
    cases.add_task(actor=actor, now=now, number=change.number, task=task)


def follow(*, actor: Actor, now: datetime, source: str) -> None:
    """Close the cases of a source in which nothing waits any more; open those again in which something does.

    Called inside the act that changed the map.
    """
    asked = MapChangeField.objects.filter(_WAITS, change__source=source)
    waiting = dict(asked.values_list("change_id").annotate(n=Count("id")))
    changed = Q(is_open=True) & ~Q(id__in=waiting) | Q(is_open=False, id__in=waiting)
    for change in MapChange.objects.select_for_update().filter(changed, source=source).order_by("id"):
        if change.is_open:
            _close(actor=actor, now=now, change=change)
        else:
            _reopen(actor=actor, now=now, change=change)


@act("datamap.close_change")
def _close(*, actor: Actor, now: datetime, change: MapChange) -> None:
    """Close a case, and record what became of its fields and who said so."""
    if case_queries.has_open_task(change.number, TASK_KEY):
        cases.finish_task(actor=actor, now=now, number=change.number, key=TASK_KEY)
    cases.close(actor=actor, now=now, number=change.number, state="done", transitions=TRANSITIONS)
    change.is_open = False
    change.save()
    rows = DataField.objects.filter(asked_in__change=change)
    decided = rows.filter(confirmed_at__isnull=False)
    people = decided.order_by("confirmed_by").values_list("confirmed_by", flat=True).distinct()
    confirmed = decided.exclude(category=NONE).count()
    facts: dict[str, Json] = {
        "source": change.source,
        "confirmed": confirmed,
        "rejected": decided.count() - confirmed,
        "gone_or_not_personal": rows.count() - decided.count(),
        # Account names may be e-mail addresses, which evidence refuses.
        "decided_by": [label.replace("@", " at ") for label in people],
    }
    record(actor=actor, now=now, subject=f"{KIND}:{change.number}", facts=facts)


@act("datamap.reopen_change")
def _reopen(*, actor: Actor, now: datetime, change: MapChange) -> None:
    """Open a case again whose decisions were taken back; one whose time is over gives its fields to a new one."""
    if case_queries.get(change.number).row.is_expired:
        new = _open(actor=actor, now=now, source=change.source)
        change.fields.filter(_WAITS).update(change=new)
        change = new
    else:
        cases.reopen(actor=actor, now=now, number=change.number, state="open", transitions=TRANSITIONS)
        due_at = case_queries.get(change.number).row.due_at
        if due_at is None or due_at < now:
            _start_clock(change.number, actor=actor, now=now)
    change.is_open = True
    change.save()
    _give_task(change, actor=actor, now=now)
    waiting = change.fields.filter(_WAITS).count()
    record(actor=actor, now=now, subject=f"{KIND}:{change.number}", facts={"waiting": waiting})


@act("datamap.give_change")
def give(*, actor: Actor, now: datetime, number: str, owner: str, version: int | None = None) -> None:
    """Give an open case to a staff account (empty: to whoever may), and its task with it.

    Raises:
        NoChange: there is no such case.
        StaleCase: `version` is given and the case has another.
    """
    change = MapChange.objects.filter(number=number, is_open=True).first()
    if change is None:
        raise refusals.NoChange
    cases.assign(actor=actor, now=now, number=number, owner=owner, version=version)
    _give_task(change, actor=actor, now=now)
    record(actor=actor, now=now, subject=f"{KIND}:{number}", facts={"owned": bool(owner)})
