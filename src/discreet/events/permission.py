"""What foundation.permission says happened."""

from dataclasses import dataclass

from discreet.events.base import Event


@dataclass(frozen=True, slots=True)
class ChoicesCollected(Event):
    """A day is over: whoever received data by sale or sharing must be told of the choices of that day's list."""

    list_ref: str
    kind: str


@dataclass(frozen=True, slots=True)
class ObjectionDecided(Event):
    """The company decided on an objection. `mailed`: the number of the request whose person was told so; "" = nobody."""

    choice_ref: str
    is_upheld: bool
    mailed: str
