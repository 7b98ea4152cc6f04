"""The list of a day: choices that came by no request, kept with whose they are until recipients are told of them.

Ten thousand opt-outs are one list, so one notice to each recipient. A choice that is known by a browser, an app or a
row alone is on no list: nobody outside knows anybody by these. Source: 11 CCR 7026(f)(2), (3), 7027(g).
"""

import json
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from itertools import count

from discreet.events.permission import ChoicesCollected
from discreet.foundation.jobs.api import publish
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import record
from discreet.foundation.organisation.queries import profile
from discreet.foundation.permission.listed import aad_of, key_of
from discreet.foundation.permission.models import Choice, ListedPerson, TellingList
from discreet.foundation.permission.people import Person, has_contact
from discreet.foundation.permission.rules import TOLD_OF, Kind
from discreet.foundation.permission.said import Kept
from discreet.vocabulary.actors import SYSTEM
from discreet.vocabulary.normalise import normalise_phone


def put_down(fresh: Sequence[tuple[Kept, Person]], *, now: datetime) -> None:
    """Put new choices of known people on the list of the day. Acts call this."""
    told = [(kept, person) for kept, person in fresh if kept.kind in TOLD_OF and has_contact(person)]
    if not told:
        return
    lists = {kind: _list_of(kind, now) for kind in {kept.kind for kept, _ in told}}
    choices = dict(Choice.objects.filter(ref__in=[kept.ref for kept, _ in told]).values_list("ref", "pk"))
    ListedPerson.objects.bulk_create(
        [
            ListedPerson(
                choice_id=choices[kept.ref],
                telling_list=lists[kept.kind],
                person_sealed=keys.seal(key_of(lists[kept.kind].ref), _written(person), aad_of(kept.ref)),
            )
            for kept, person in told
        ],
        batch_size=500,
    )


@act("permission.hand_over_list")
def hand_over_list(*, now: datetime, list_ref: str) -> None:
    """Say that the list of a day is whole. Repeating it changes nothing."""
    found = TellingList.objects.select_for_update().get(ref=list_ref)
    if found.handed_over_at is None:
        found.handed_over_at = now
        found.save(update_fields=["handed_over_at"])
        publish(ChoicesCollected(list_ref=list_ref, kind=found.kind))
    record(actor=SYSTEM, now=now, subject=f"choices:{list_ref}", facts={"people": found.people.count()})


@act("permission.settle_list")
def settle_list(*, now: datetime, list_ref: str, case_number: str) -> None:
    """Note which case carries the notices of a list, "" where nobody must be told, and forget who stands on it."""
    found = TellingList.objects.select_for_update().get(ref=list_ref)
    if found.settled_at is None:
        found.settled_at, found.case_number = now, case_number
        found.save(update_fields=["settled_at", "case_number"])
        found.people.update(person_sealed=None)
        keys.destroy_case_key(key_of(list_ref))
    record(actor=SYSTEM, now=now, subject=f"choices:{list_ref}", facts={"case": found.case_number})


def _list_of(kind: Kind, now: datetime) -> TellingList:
    """Return the list of the day, another one where that was handed over: a clock or a zone was set back."""
    zone = profile().zone
    day = now.astimezone(zone).date()
    ends_at = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
    for turn in count(1):
        ref = f"{kind.value}-{day.isoformat()}" + (f".{turn}" if turn > 1 else "")
        defaults = {"kind": kind.value, "ends_at": ends_at}
        found, is_new = TellingList.objects.get_or_create(ref=ref, defaults=defaults)
        if is_new:
            keys.create_case_key(key_of(ref))
        if found.handed_over_at is None:
            return found
    raise AssertionError("counting has no end")


def _written(person: Person) -> bytes:
    phone = normalise_phone(person.phone, region=person.region or profile().phone_region or None)
    return json.dumps(
        {
            "email": person.email.strip(),
            "phone": phone or person.phone.strip(),
            "customer_number": person.customer_number.strip(),
        }
    ).encode()
