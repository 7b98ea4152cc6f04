"""Which paper shows that somebody may ask for another person. It proves nothing by itself: staff say that they may.

Source: 11 CCR 7063(a) (signed permission, or a power of attorney); PIPL Art. 31, 49; GDPR Art. 12(6).
"""

from collections.abc import Mapping
from types import MappingProxyType

from discreet.foundation.papers.rules import Purpose
from discreet.mechanisms.rights.kinds import Requester
from discreet.mechanisms.rights.opening.identity import needed

PAPERS: Mapping[Requester, Purpose] = MappingProxyType(
    {
        Requester.AGENT: Purpose.PERMISSION,
        Requester.GUARDIAN: Purpose.GUARDIAN,
        Requester.RELATIVE: Purpose.RELATIVE,
    }
)


def paper_of(*, kind: str, requester: str) -> Purpose | None:
    """Return which paper is asked of whoever asks; None where they ask for themselves, or no proof is due."""
    if not needed(kind=kind, requester=requester, is_californian=False).authority:
        return None
    return PAPERS[Requester(requester)]
