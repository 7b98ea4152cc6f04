"""What happens inside becomes messages to outside."""

from collections.abc import Callable
from datetime import datetime

from discreet.events.base import Event
from discreet.foundation.jobs.api import on
from discreet.foundation.webhooks.actions import queue
from discreet.foundation.webhooks.catalogue import KINDS, messages_of, names_of
from discreet.foundation.webhooks.queries import is_wanted


def announce(event: Event, now: datetime) -> None:
    """Make the messages of an event, with the note that it was handled, or neither."""
    for name in names_of(event):
        for data in messages_of(event):
            queue(now=now, event=name, data=data)


def _wanted(event: type[Event]) -> Callable[[], bool]:
    names = tuple(kind.name for kind in KINDS if event in kind.events)
    return lambda: any(is_wanted(name) for name in names)


for _event in {event for kind in KINDS for event in kind.events}:
    on(_event, only_if=_wanted(_event))(announce)
