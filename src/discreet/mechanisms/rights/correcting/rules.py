"""Who must be told of a correction, and what may be said of it afterwards. Pure. Two people agree to every one.

Source: GDPR Art. 5(1)(f), 16; PIPL Art. 46; Cal. Civ. Code 1798.106; 11 CCR 7023; failure promise 16: whoever
changes the address that an account is reached by could take it over.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from discreet.engines.subjects.corrections import CONTACTS
from discreet.mechanisms.rights.rules import Outcome


def notice_is_due(categories: Iterable[str]) -> bool:
    """Say whether the contact point held before must be told, before anything is written.

    Also where another contact point is corrected: who takes over an account begins with the one that is not read.
    """
    return bool(CONTACTS & set(categories))


@dataclass(frozen=True, slots=True)
class CorrectionVerdict:
    """Counts that decide what may be said of a correction."""

    found_again: int  # planned places without the new value, or the old value where it was not known
    refused_sources: int
    left: int  # places that keep the wrong value, each with its reason
    written: int


def correction_outcome(verdict: CorrectionVerdict) -> Outcome:
    """Return what may be said: `corrected` only when every place was read again and holds the new value."""
    if verdict.found_again or verdict.refused_sources:
        return Outcome.INCOMPLETE
    return Outcome.CORRECTED_EXCEPT if verdict.left else Outcome.CORRECTED
