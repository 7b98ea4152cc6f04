"""Cases on the desk: the pages they open at, what waits for a person, and the deadlines.

A mechanism says in its `navigation.py` where its kind of case opens:

    cases.register(CasePage(kind="request", url_name="rights:request", icon="user-check"))
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext

from discreet.foundation.cases import queries
from discreet.foundation.desk.clocks import LABELS, answer_clock, is_legal, label_of, purpose_of
from discreet.foundation.desk.components import Deadline, WorkItem
from discreet.foundation.desk.discovery import discover
from discreet.foundation.desk.strip import DAYS, TICKS, StripDeadlines
from discreet.foundation.desk.times import last_day
from discreet.foundation.rulepacks.law import Purpose
from discreet.vocabulary.actors import Actor

LONG_OVERDUE = LONG_AHEAD = timedelta(days=3650)
OVERDUE_SHOWN = 12


@dataclass(frozen=True, slots=True)
class CasePage:
    """Where cases of a kind open. `url_name` takes the case's number as its only argument."""

    kind: str
    url_name: str
    icon: str


_pages: dict[str, CasePage] = {}


def register(page: CasePage) -> None:
    """Name the page of a kind of case."""
    _pages.setdefault(page.kind, page)


def kinds() -> tuple[str, ...]:
    """Return the kinds of case that have pages."""
    discover()
    return tuple(_pages)


def page_of(*, kind: str, number: str) -> str:
    """Return the address of a case, empty for a kind without pages."""
    discover()
    page = _pages.get(kind)
    return reverse(page.url_name, args=[number]) if page else ""


def icon_of(kind: str) -> str:
    """Return the icon of a kind of case."""
    discover()
    page = _pages.get(kind)
    return page.icon if page else "clipboard-list"


def my_work(*, actor: Actor, now: datetime) -> Sequence[WorkItem]:
    """Return what waits for this person, the next answer that is due first."""
    discover()
    found = queries.my_work(actor=actor, now=now)
    clocks = queries.clocks_of([item.number for item in found])
    items = [_work_item(item, answer_clock(clocks.get(item.number, ()))) for item in found]
    return sorted(items, key=lambda item: item.due_at.timestamp() if item.due_at else math.inf)


def _work_item(item: queries.WorkItem, clock: queries.ClockView | None) -> WorkItem:
    return WorkItem(
        act=gettext(item.task.what) % dict(item.task.params),
        what=f"{gettext(item.title)} {item.number}",
        url=reverse(item.task.url_name, args=item.task.url_args)
        if item.task.url_name
        else page_of(kind=item.kind, number=item.number),
        icon=icon_of(item.kind),
        due_at=clock.due_at if clock else item.task.due_at,
        due_label=label_of(clock.rule_id) if clock else gettext(LABELS[Purpose.ANSWER]),
        is_legal=clock is None or is_legal(clock.rule_id),
    )


def deadlines(*, now: datetime) -> StripDeadlines:
    """Return some of the overdue deadlines and of the strip's days, and how many there are; the next one after."""
    end, long_ago = now + timedelta(days=DAYS + 1), now - LONG_OVERDUE
    over = queries.how_many_deadlines(since=long_ago, until=now)
    ahead = queries.count_deadlines(since=now, until=end)
    found = queries.deadlines(since=long_ago, until=now, at_most=OVERDUE_SHOWN)
    found += queries.deadlines_of_each(since=now, until=end, at_most=TICKS)
    if not ahead:
        found += queries.deadlines(since=end, until=now + LONG_AHEAD, at_most=1)
    by_day: Counter[date] = Counter()
    for due_at, count in ahead.items():
        by_day[last_day(due_at)] += count
    return StripDeadlines(
        shown=[
            Deadline(
                label=one.number,
                due_at=one.due_at,
                url=page_of(kind=one.kind, number=one.number),
                title=f"{label_of(one.rule_id)}: {', '.join(filter(None, (gettext(one.title), one.article)))}",
                is_legal=is_legal(one.rule_id),
                icon="mail" if purpose_of(one.rule_id) is Purpose.ACKNOWLEDGEMENT else "",
            )
            for one in found
        ],
        overdue=over,
        by_day=by_day,
    )
