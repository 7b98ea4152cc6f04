"""The events that leave, by the names that receivers know. A line here makes one; a message holds ids only."""

import dataclasses
from dataclasses import dataclass

from discreet.events.base import Event
from discreet.events.cases import CaseExpired
from discreet.events.datamap import MapChanged, ScanFinished, SourceMapped
from discreet.events.rights import (
    AccessDelivered,
    CorrectionAccepted,
    CorrectionVerified,
    ErasureAccepted,
    ErasureVerified,
    IdentityVerified,
    RequestAppealed,
    RequestEnded,
    RequestExtended,
    RequestReceived,
    RequestReopened,
    RequestsCompleted,
)
from discreet.vocabulary.text import gettext_noop

TEST = "webhook.test"
#: A signed call to one recipient. Its message names people, so it is sealed until it is sent.
CALL = "recipient.notice"


@dataclass(frozen=True, slots=True)
class Kind:
    """`label` says in English what happened, for `gettext`."""

    name: str
    events: tuple[type[Event], ...]
    label: str


KINDS = (
    Kind("request.received", (RequestReceived,), gettext_noop("A request arrived")),
    Kind("request.verified", (IdentityVerified,), gettext_noop("An identity was verified")),
    Kind("request.extended", (RequestExtended,), gettext_noop("A deadline was extended")),
    Kind(
        "request.decided",
        (ErasureAccepted, CorrectionAccepted),
        gettext_noop("An erasure or a correction was approved"),
    ),
    Kind("erasure.verified", (ErasureVerified,), gettext_noop("An erasure ended and was searched after")),
    Kind(
        "correction.verified", (CorrectionVerified,), gettext_noop("A correction was written and read again")
    ),
    Kind("access.delivered", (AccessDelivered,), gettext_noop("A copy was delivered")),
    Kind("request.ended", (RequestEnded,), gettext_noop("A request ended without being carried out")),
    Kind(
        "request.completed",
        (RequestsCompleted,),
        gettext_noop("A request ended: answered, refused, withdrawn or a duplicate"),
    ),
    Kind("request.appealed", (RequestAppealed,), gettext_noop("A decision was appealed")),
    Kind("request.reopened", (RequestReopened,), gettext_noop("A request was reopened")),
    Kind("case.expired", (CaseExpired,), gettext_noop("A case reached the end of its retention")),
    Kind("source.mapped", (SourceMapped,), gettext_noop("A source's map was confirmed")),
    Kind("map.changed", (MapChanged,), gettext_noop("A source's map changed")),
    Kind("scan.finished", (ScanFinished,), gettext_noop("A scan ended")),
    Kind(
        CALL, (), gettext_noop("The one recipient whose page names this webhook is told of people's requests")
    ),
)
NAMES = tuple(kind.name for kind in KINDS)
#: What receivers know a field of an event by; others keep their name.
_FIELDS = {"number": "request", "case_number": "case", "batch_id": "batch", "scan_id": "scan"}


def names_of(event: Event) -> tuple[str, ...]:
    """Return the names under which an event leaves."""
    return tuple(kind.name for kind in KINDS if type(event) in kind.events)


def messages_of(event: Event) -> list[dict[str, str | int]]:
    """Return what the messages of an event say: one, or one for each request that ended."""
    if isinstance(event, RequestsCompleted):
        ended = zip(event.numbers, event.outcomes, strict=True)
        return [{"request": number, "outcome": outcome} for number, outcome in ended]
    return [data_of(event)]


def data_of(event: Event) -> dict[str, str | int]:
    """Return what a message says of an event: its ids. A batch is called as the API calls it."""
    found: dict[str, str | int] = {}
    for field in dataclasses.fields(event):
        value = getattr(event, field.name)
        if isinstance(value, str | int):
            found[_FIELDS.get(field.name, field.name)] = f"B-{value}" if field.name == "batch_id" else value
    return found
