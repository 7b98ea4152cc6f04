"""What the rights mechanism tells others."""

from dataclasses import dataclass

from discreet.events.base import Event


@dataclass(frozen=True, slots=True)
class RequestReceived(Event):
    number: str


@dataclass(frozen=True, slots=True)
class IdentityVerified(Event):
    number: str


@dataclass(frozen=True, slots=True)
class ErasureAccepted(Event):
    batch_id: int


@dataclass(frozen=True, slots=True)
class ErasureVerified(Event):
    batch_id: int


@dataclass(frozen=True, slots=True)
class AccessDelivered(Event):
    number: str


@dataclass(frozen=True, slots=True)
class RequestExtended(Event):
    number: str


@dataclass(frozen=True, slots=True)
class RequestAppealed(Event):
    number: str


@dataclass(frozen=True, slots=True)
class RequestReopened(Event):
    number: str


@dataclass(frozen=True, slots=True)
class RequestEnded(Event):
    """Refused, withdrawn, or a duplicate: it ended without being carried out."""

    number: str


@dataclass(frozen=True, slots=True)
class CorrectionAccepted(Event):
    batch_id: int


@dataclass(frozen=True, slots=True)
class CorrectionVerified(Event):
    batch_id: int


@dataclass(frozen=True, slots=True)
class RequestsCompleted(Event):
    """Requests ended, of whatever kind and in whatever way. `outcomes`: one each, in the order of the numbers.

    An outcome of `rights.rules.Outcome`, or "withdrawn" or "duplicate". One that was incomplete or appealed is
    completed again.
    """

    numbers: tuple[str, ...]
    outcomes: tuple[str, ...]
