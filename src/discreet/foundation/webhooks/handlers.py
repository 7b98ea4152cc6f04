"""What happens inside becomes messages to outside."""

from datetime import datetime

from discreet.events.base import Event
from discreet.foundation.jobs.api import on
from discreet.foundation.webhooks.actions import queue
from discreet.foundation.webhooks.catalogue import KINDS, data_of, names_of
from discreet.foundation.webhooks.queries import is_wanted


def announce(event: Event, now: datetime) -> None:
    """Make the messages of an event, with the note that it was handled, or neither."""
    for name in names_of(event):
        if is_wanted(name):
            queue(now=now, event=name, data=data_of(event))


for _kind in KINDS:
    on(_kind.event)(announce)
