"""What foundation.permission says happened."""

from dataclasses import dataclass

from discreet.events.base import Event


@dataclass(frozen=True, slots=True)
class ChoicesCollected(Event):
    """A day is over: whoever received data by sale or sharing must be told of the choices of that day's list."""

    list_ref: str
    kind: str
