"""What the pages of cases about new personal data show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext, ngettext

from discreet.foundation.cases import queries as cases
from discreet.foundation.cases.queries import CaseRow, CaseView
from discreet.foundation.datamap import changes, map_pages, page_queries
from discreet.foundation.datamap.map_pages import FieldRow
from discreet.foundation.datamap.models import MapChange
from discreet.foundation.desk import acts
from discreet.foundation.desk.clocks import is_legal, label_of
from discreet.foundation.desk.components import ClockView, Step, TimelineItem
from discreet.foundation.desk.people import actors_in_words
from discreet.foundation.desk.phrases import listed
from discreet.foundation.desk.times import Left, day, left
from discreet.foundation.ledger.queries import EntryView

MOST_SHOWN = 300
WORK = (
    "cases.add_task",
    "cases.set_clocks",
    "cases.finish_task",
    "cases.close",
    "cases.reopen",
    "cases.assign",
)


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A case in the list."""

    row: CaseRow
    source: str
    waiting: int
    fields: int
    owner: str
    left: Left | None


@dataclass(frozen=True, slots=True)
class ChangedField:
    """A field of a case. `value`: what a decision about it sends; empty once it is decided."""

    table: str
    url: str
    row: FieldRow
    confirmed_by: str
    value: str


@dataclass(frozen=True, slots=True)
class ChangePage:
    """`hidden` fields are not listed: the first are to be decided first."""

    case: CaseView
    source: str
    owner: str
    fields: tuple[ChangedField, ...]
    hidden: int
    count: int
    waiting: int
    clock: ClockView | None
    steps: tuple[Step, ...]
    timeline: tuple[TimelineItem, ...]

    @property
    def is_open(self) -> bool:
        return self.case.row.closed_at is None


def in_words(owner: str) -> str:
    label = f"staff:{owner}"
    return actors_in_words([label]).get(label, owner) if owner else ""


def change_lines(rows: Sequence[CaseRow], *, now: datetime) -> list[ChangeLine]:
    """Return cases with how much of each waits."""
    counted = changes.counts([row.number for row in rows])
    return [
        ChangeLine(
            row=row,
            source=counted[row.number].source,
            waiting=counted[row.number].waiting,
            fields=counted[row.number].fields,
            owner=in_words(row.owner),
            left=left(due_at=row.due_at, now=now, is_legal=False) if row.due_at else None,
        )
        for row in rows
        if row.number in counted
    ]


def change_page(change: MapChange, *, now: datetime) -> ChangePage:
    """Return the page of a case: what is new, what waits, whose it is, what happened."""
    view = cases.get(change.number)
    found = page_queries.fields_of_change(change.id)
    waiting = [one for one in found if changes.waits(one.field)]
    shown = [*waiting, *(one for one in found if not changes.waits(one.field))][:MOST_SHOWN]
    people = actors_in_words({one.field.confirmed_by for one in shown if one.field.confirmed_by})
    return ChangePage(
        case=view,
        source=change.source,
        owner=in_words(view.row.owner),
        fields=tuple(
            ChangedField(
                table=one.table,
                url=map_pages.table_url(one.source, one.table_id, one.field.id),
                row=map_pages.field_row(one.field, chosen=None),
                confirmed_by=people.get(one.field.confirmed_by, one.field.confirmed_by),
                value=f"{one.field.id}:{one.field.category.id}" if changes.waits(one.field) else "",
            )
            for one in shown
        ),
        hidden=len(found) - len(shown),
        count=len(found),
        waiting=len(waiting),
        clock=_clock(view),
        steps=_steps(view, waiting=len(waiting), count=len(found)),
        timeline=_timeline(change.number),
    )


def _clock(view: CaseView) -> ClockView | None:
    if not view.clocks:
        return None
    one = view.clocks[0]
    return ClockView(
        started_at=view.row.opened_at,
        due_at=one.due_at,
        law=gettext("Internal deadline"),
        label=label_of(one.rule_id),
        started_label=gettext("Found"),
        is_legal=is_legal(one.rule_id),
        ended_at=view.row.closed_at,
    )


def _steps(view: CaseView, *, waiting: int, count: int) -> tuple[Step, ...]:
    closed_at = view.row.closed_at
    decided = gettext("%(n)s of %(count)s") % {"n": count - waiting, "count": count}
    return (
        Step(gettext("Found"), "done", day(view.row.opened_at)),
        Step(gettext("Decided by a person"), "done" if closed_at else "now", decided),
        Step(gettext("Closed"), "done" if closed_at else "todo", day(closed_at) if closed_at else ""),
    )


def _timeline(number: str) -> tuple[TimelineItem, ...]:
    entries = cases.timeline(number)
    people = actors_in_words({entry.actor_label for entry in entries})
    return tuple(
        TimelineItem(
            at=entry.at,
            title=acts.title(entry),
            detail=_detail(entry, people.get(entry.actor_label, entry.actor_label)),
            entry=entry,
            is_work=entry.act in WORK,
        )
        for entry in reversed(entries)
    )


def _detail(entry: EntryView, actor: str) -> str:
    if entry.act != "datamap.close_change":
        return actor
    confirmed, rejected = int(str(entry.facts["confirmed"])), int(str(entry.facts["rejected"]))
    decided_by = entry.facts["decided_by"]
    labels = [str(label).replace(" at ", "@") for label in decided_by] if isinstance(decided_by, list) else []
    words = actors_in_words(labels)
    counts = [
        ngettext("%(n)s confirmed", "%(n)s confirmed", confirmed) % {"n": confirmed},
        ngettext("%(n)s not personal", "%(n)s not personal", rejected) % {"n": rejected},
    ]
    return f"{listed(counts)} · {listed([words.get(label, label) for label in labels]) or actor}"
