"""What concerns a person on the desk: tasks, legal clocks that run out, and what acts told them.

Tasks and clocks are read from the cases, so nothing can be forgotten to be told; only what was read is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext

from discreet.foundation.cases import concerns
from discreet.foundation.cases.concerns import ClockConcern, TaskConcern
from discreet.foundation.cases.rules import is_number
from discreet.foundation.desk.cases import page_of
from discreet.foundation.desk.clocks import label_of
from discreet.foundation.desk.models import (
    Digest,
    DigestChoice,
    Notification,
    NotificationRead,
    NotificationTarget,
)
from discreet.foundation.desk.notify import kind_of
from discreet.foundation.desk.times import due_day
from discreet.vocabulary.actors import Actor
from discreet.vocabulary.text import gettext_noop

SHOWN = timedelta(days=90)
MOST = 200
TONES = {50: "", 80: "warn", 100: "bad"}
CLOCK_TEXTS = {
    50: gettext_noop("Half of the time has passed: %(what)s %(day)s"),
    80: gettext_noop("80 %% of the time has passed: %(what)s %(day)s"),
    100: gettext_noop("Overdue: %(what)s %(day)s"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """What concerns somebody since a moment, by a key under which it is read or not."""

    key: str
    at: datetime
    source: TaskConcern | ClockConcern | Notification


@dataclass(frozen=True, slots=True)
class Item:
    """A notification in the reader's language. `tone` is "", "warn" or "bad"; `about` an id."""

    key: str
    text: str
    about: str
    detail: str
    url: str
    icon: str
    at: datetime
    tone: str
    is_read: bool


def facts_of(actor: Actor, *, now: datetime) -> list[Fact]:
    """Return what concerns the actor now, the newest first."""
    tasks = [
        Fact(key=f"task:{one.task_id}:{int(one.made_at.timestamp())}", at=one.made_at, source=one)
        for one in concerns.tasks_of(actor)
    ]
    clocks = [
        Fact(key=f"clock:{one.clock_id}:{one.percent}", at=one.reached_at, source=one)
        for one in concerns.clocks_of(actor, now=now)
    ]
    told = [Fact(key=f"told:{one.pk}", at=one.made_at, source=one) for one in _told(actor, now)]
    return sorted([*tasks, *clocks, *told], key=lambda fact: (fact.at, fact.key), reverse=True)


def read_keys(actor: Actor, facts: Sequence[Fact]) -> frozenset[str]:
    """Return which of them the actor has read."""
    keys = [fact.key for fact in facts]
    found = NotificationRead.objects.filter(staff=actor.name, key__in=keys)
    return frozenset(found.values_list("key", flat=True))


def unread(actor: Actor, *, now: datetime) -> list[Fact]:
    """Return what the actor has not read."""
    facts = facts_of(actor, now=now)
    known = read_keys(actor, facts)
    return [fact for fact in facts if fact.key not in known]


def items(actor: Actor, *, now: datetime) -> list[Item]:
    """Return what concerns the actor, in the reader's language."""
    facts = facts_of(actor, now=now)
    known = read_keys(actor, facts)
    return [item_of(fact, is_read=fact.key in known) for fact in facts]


def item_of(fact: Fact, *, is_read: bool) -> Item:
    """Return one fact in the reader's language."""
    source = fact.source
    if isinstance(source, TaskConcern):
        return _task_item(fact, source, is_read)
    if isinstance(source, ClockConcern):
        return _clock_item(fact, source, is_read)
    return _told_item(fact, source, is_read)


def _task_item(fact: Fact, task: TaskConcern, is_read: bool) -> Item:
    return Item(
        key=fact.key,
        text=gettext(task.what) % dict(task.params),
        about=task.number,
        detail=gettext(task.title),
        url=_address(task.url_name, task.url_args) or page_of(kind=task.kind, number=task.number),
        icon="clipboard-list",
        at=fact.at,
        tone="",
        is_read=is_read,
    )


def _clock_item(fact: Fact, clock: ClockConcern, is_read: bool) -> Item:
    words = {"what": label_of(clock.rule_id), "day": due_day(clock.due_at)}
    return Item(
        key=fact.key,
        text=gettext(CLOCK_TEXTS[clock.percent]) % words,
        about=clock.number,
        detail=" · ".join(filter(None, (gettext(clock.title), clock.article))),
        url=page_of(kind=clock.kind, number=clock.number),
        icon="alert-octagon" if clock.percent == 100 else "clock",
        at=fact.at,
        tone=TONES[clock.percent],
        is_read=is_read,
    )


def _told_item(fact: Fact, told: Notification, is_read: bool) -> Item:
    kind = kind_of(told.kind)
    return Item(
        key=fact.key,
        text=gettext(kind.text) % told.params if kind else told.kind,
        about=told.subject,
        detail="",
        url=_address(told.url_name, tuple(told.url_args)) or _page_of_subject(told.subject),
        icon=kind.icon if kind else "bell",
        at=fact.at,
        tone="",
        is_read=is_read,
    )


def digest_of(actor: Actor) -> Digest:
    """Return when the actor wants to be mailed."""
    chosen = DigestChoice.objects.filter(staff=actor.name).values_list("digest", flat=True).first()
    return Digest(chosen) if chosen else Digest.NONE


def _told(actor: Actor, now: datetime) -> Sequence[Notification]:
    mine = NotificationTarget.objects.filter(notification=OuterRef("pk")).filter(
        Q(staff=actor.name) | Q(role__in=[role.value for role in actor.roles])
    )
    found = Notification.objects.filter(Exists(mine), made_at__gt=now - SHOWN)
    return list(found.order_by("-made_at")[:MOST])


def _page_of_subject(subject: str) -> str:
    """Return the page of a case that is the subject, e.g. of `request:R-1001`; "" of anything else."""
    kind, _, number = subject.partition(":")
    return page_of(kind=kind, number=number) if is_number(number) else ""


def _address(url_name: str, url_args: tuple[str, ...]) -> str:
    """Return the address of a page, "" where there is none (any more)."""
    try:
        return reverse(url_name, args=url_args) if url_name else ""
    except NoReverseMatch:
        return ""
