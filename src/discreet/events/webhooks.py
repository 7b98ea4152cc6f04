"""What foundation.webhooks says happened."""

from dataclasses import dataclass

from discreet.events.base import Event


@dataclass(frozen=True, slots=True)
class CallEnded(Event):
    """A signed call to one recipient arrived (`received`), was answered as done (`confirmed`), or `failed` for good."""

    message_id: str
    outcome: str
