"""What foundation.cases says happened."""

from dataclasses import dataclass

from discreet.events.base import Event


@dataclass(frozen=True, slots=True)
class CaseExpired(Event):
    """A closed case reached the end of its retention: its key is destroyed. Copies must go, too."""

    case_number: str
