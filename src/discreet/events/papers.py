"""What foundation.papers says happened."""

from dataclasses import dataclass

from discreet.events.base import Event


@dataclass(frozen=True, slots=True)
class PaperReceived(Event):
    """A paper came for a case. It may still wait to be scanned."""

    case_number: str
    paper_id: str


@dataclass(frozen=True, slots=True)
class PaperChecked(Event):
    """Staff said whether a paper shows what it was asked for; it is destroyed."""

    case_number: str
    paper_id: str
    is_accepted: bool
