"""Reading the lists of a day: which are over, who stands on one, and how far telling is."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db.models import Count

from discreet.foundation.keys import api as keys
from discreet.foundation.permission.models import ChoiceKey, ListedPerson, TellingList
from discreet.foundation.permission.people import CONTACTS, Person
from discreet.foundation.permission.rules import DIRECT, TOLD_OF, Fact, Kind

#: A choice may be written before midnight and be committed after it.
SETTLES = timedelta(minutes=5)
RECENT_SHOWN = 14


class Telling(StrEnum):
    """How far whoever received data by sale or sharing is told of a choice."""

    NOT_DUE = "not_due"  # of this kind nobody is told
    BY_REQUEST = "by_request"  # its request tells
    NOBODY_KNOWS = "nobody_knows"  # it is known by a browser, an app or a row alone
    WAITS = "waits"  # for the end of the day
    NOBODY_RECEIVES = "nobody_receives"  # the data map named none then
    EARLIER = "earlier"  # it was made before lists of choices were kept
    TOLD = "told"  # the case shows how far each one is


@dataclass(frozen=True, slots=True)
class Told:
    state: Telling
    case_number: str = ""


@dataclass(frozen=True, slots=True)
class ListView:
    """The list of a day, for staff. `case_number`: "" where nobody had to be told, or the day is not over."""

    ref: str
    kind: Kind
    day: date
    people: int
    is_settled: bool
    case_number: str


def key_of(list_ref: str) -> str:
    """Return the key that seals who stands on a list."""
    return f"choices-{list_ref}"


def aad_of(choice_ref: str) -> str:
    return f"listed/{choice_ref}"


def lists_over(now: datetime) -> list[str]:
    """Return the lists whose day is over and which were not handed over."""
    over = TellingList.objects.filter(ends_at__lte=now - SETTLES, handed_over_at__isnull=True)
    return list(over.order_by("ends_at").values_list("ref", flat=True))


def people_on(list_ref: str) -> list[tuple[str, Person]]:
    """Return whose choices stand on a list, by the choice's reference; who took it back that day is left out.

    Nobody where the list is settled.
    """
    rows = ListedPerson.objects.filter(
        telling_list__ref=list_ref, person_sealed__isnull=False, choice__ended_at__isnull=True
    )
    found = list(rows.order_by("pk").values_list("choice__ref", "person_sealed"))
    if not found:
        return []
    opened = keys.opener(key_of(list_ref))
    return [(ref, _person(opened(bytes(sealed or b""), aad_of(ref)))) for ref, sealed in found]


def is_anybody_on(list_ref: str) -> bool:
    """Say whether a choice of the list stands of whose person recipients may be told."""
    rows = ListedPerson.objects.filter(telling_list__ref=list_ref, person_sealed__isnull=False)
    return rows.filter(choice__ended_at__isnull=True).exists()


def told_of(fact: Fact) -> Told:
    """Return how far recipients are told of a choice."""
    if fact.kind not in TOLD_OF:
        return Told(Telling.NOT_DUE)
    if fact.channel not in DIRECT:
        return Told(Telling.BY_REQUEST)
    found = (
        TellingList.objects.filter(people__choice__ref=fact.ref)
        .values_list("settled_at", "case_number")
        .first()
    )
    if found is None:
        known = ChoiceKey.objects.filter(choice__ref=fact.ref, kind__in=[kind.value for kind in CONTACTS])
        return Told(Telling.EARLIER if known.exists() else Telling.NOBODY_KNOWS)
    settled_at, case_number = found
    if settled_at is None:
        return Told(Telling.WAITS)
    return Told(Telling.TOLD, case_number) if case_number else Told(Telling.NOBODY_RECEIVES)


def recent_lists() -> Sequence[ListView]:
    """Return the lists of the last days, the newest first."""
    rows = TellingList.objects.annotate(count=Count("people")).order_by("-ends_at", "kind")
    return [
        ListView(
            ref=row.ref,
            kind=Kind(row.kind),
            day=date.fromisoformat(row.ref.partition("-")[2][:10]),
            people=row.count,
            is_settled=row.settled_at is not None,
            case_number=row.case_number,
        )
        for row in rows[:RECENT_SHOWN]
    ]


def _person(written: bytes) -> Person:
    words = json.loads(written)
    return Person(email=words["email"], phone=words["phone"], customer_number=words["customer_number"])
