"""Which papers are taken, who may look at them, and when they go. Facts in, decision out.

Source: GDPR Art. 5(1)(c), 12(6); EDPB Guidelines 01/2022, 73 to 79 (a copy of a document is asked for only where
nothing less will do, and deleted after the check); PIPL Art. 19, 49, 50; 11 CCR 7060(c), 7063(a).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

MIB = 1024 * 1024
MOST_BYTES = 10 * MIB
MOST_A_CASE = 5  # that lie here at a time
MOST_EVER_A_CASE = 20
MOST_BYTES_IN_ALL = 2048 * MIB
MOST_PAGES = 10
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 20_000
UNCHECKED_FOR = timedelta(days=30)
MOST_LOOKS = 2  # by two people
LONGEST_REASON = 200


class FileType(StrEnum):
    """What its bytes say a file is."""

    PDF = "pdf"
    JPEG = "jpg"
    PNG = "png"


class Purpose(StrEnum):
    """What a paper is asked to show."""

    IDENTITY = "identity"
    PERMISSION = "permission"  # an agent's, signed by the person
    GUARDIAN = "guardian"
    RELATIVE = "relative"  # of a person who died


class Seen(StrEnum):
    """What kind of document staff saw. Nothing that stands in it is noted."""

    IDENTITY_CARD = "identity_card"
    PASSPORT = "passport"
    DRIVING_LICENCE = "driving_licence"
    RESIDENCE_PERMIT = "residence_permit"
    SIGNED_PERMISSION = "signed_permission"
    GUARDIANSHIP = "guardianship"
    KINSHIP = "kinship"
    DEATH = "death"
    DEATH_AND_KINSHIP = (
        "death_and_kinship"  # one document that shows both, such as a certificate of inheritance
    )
    OTHER = "other"
    UNREADABLE = "unreadable"


class Lack(StrEnum):
    """What a paper that was not accepted lacks, as whoever sent it reads it. Nothing that stands in it is noted."""

    UNREADABLE = "unreadable"
    WRONG = "wrong"  # another document than the one asked for
    UNSIGNED = "unsigned"
    NAMES = "names"  # it does not name both the person and whoever asks
    PART = "part"
    EXPIRED = "expired"


#: Which kinds of document show what was asked for. No other is accepted for it, whatever it is.
SHOWS: Mapping[Purpose, tuple[Seen, ...]] = MappingProxyType(
    {
        Purpose.IDENTITY: (
            Seen.IDENTITY_CARD,
            Seen.PASSPORT,
            Seen.DRIVING_LICENCE,
            Seen.RESIDENCE_PERMIT,
            Seen.OTHER,
        ),
        Purpose.PERMISSION: (Seen.SIGNED_PERMISSION, Seen.OTHER),
        Purpose.GUARDIAN: (Seen.GUARDIANSHIP, Seen.KINSHIP, Seen.OTHER),
        Purpose.RELATIVE: (Seen.DEATH, Seen.KINSHIP, Seen.DEATH_AND_KINSHIP),
    }
)
#: What must be seen before a purpose counts as shown; for the others one accepted paper is enough.
#: Source: PIPL Art. 49 (that the person died, and how whoever asks was related).
BOTH: Mapping[Purpose, frozenset[Seen]] = MappingProxyType(
    {Purpose.RELATIVE: frozenset({Seen.KINSHIP, Seen.DEATH})}
)


def still_wanted(purpose: Purpose, accepted: Collection[Seen]) -> tuple[Seen, ...] | None:
    """Return which kinds of paper are still wanted beside the accepted ones; () = nothing more, None = any.

    A paper that does not show what was asked for counts for nothing, accepted or not.
    """
    shown = set(accepted) & set(SHOWS[purpose])
    if not shown:
        return None
    both = BOTH.get(purpose, frozenset())
    return tuple(sorted(both - shown)) if shown <= both else ()


def must_say_which(purpose: Purpose) -> bool:
    """Say whether one paper may show only a part, so that whoever sends it says which."""
    return purpose in BOTH


class Verdict(StrEnum):
    """What the virus scanner said."""

    NONE = ""
    CLEAN = "clean"
    INFECTED = "infected"


class Gone(StrEnum):
    """Why a paper was destroyed."""

    CHECKED = "checked"
    INFECTED = "infected"
    NEVER_CHECKED = "never_checked"
    CASE_ENDED = "case_ended"
    LOST = "lost"  # its file is missing, as after a restore


class Look(StrEnum):
    """What stands against looking at a paper."""

    ALLOWED = "allowed"
    GONE = "gone"
    IN_QUARANTINE = "in_quarantine"
    SEEN_BY_YOU = "seen_by_you"
    SEEN_BY_TWO = "seen_by_two"


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """`shown_to`: the `Actor.person` of everybody who looked."""

    is_gone: bool
    verdict: Verdict
    shown_to: tuple[str, ...]


def may_look(paper: PaperFacts, *, person: str, has_scanner: bool) -> Look:
    """Decide whether somebody may look: once each, two people at most, never unscanned where a scanner is set up."""
    if paper.is_gone:
        return Look.GONE
    if has_scanner and paper.verdict is not Verdict.CLEAN:
        return Look.IN_QUARANTINE
    if person in paper.shown_to:
        return Look.SEEN_BY_YOU
    return Look.SEEN_BY_TWO if len(paper.shown_to) >= MOST_LOOKS else Look.ALLOWED


def is_over(*, received_at: datetime, is_case_open: bool, now: datetime) -> bool:
    """Say whether an unchecked paper must go: 30 days old, or its case has ended."""
    return not is_case_open or received_at + UNCHECKED_FOR <= now
