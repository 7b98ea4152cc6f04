"""Identity in proportion: what proof a request needs, what was given, what is missing. Pure.

A code that came back from a contact point held counts for two points: that the address is the one held, and that
whoever asks controls it. Signing in on the company's own site counts for three. What the person wrote counts only
where it was found on their row. Staff who check in another way, and say how, may always take it as proven.
Source: GDPR Art. 12(6) (proof in proportion, never as a routine); EDPB Guidelines 01/2022, 58 to 79;
11 CCR 7060(b), 7061, 7062(b) to (d), 7063; PIPL Art. 31, 49.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from discreet.mechanisms.rights.kinds import Kind, Requester, Tier, Way, right_of

CODE_POINTS = 2
HANDOVER_POINTS = 3
_POINTS = {Tier.NONE: 0, Tier.LIGHT: 1, Tier.TWO_POINTS: 2, Tier.STRONG: 3}


class How(StrEnum):
    """By what an identity was proven."""

    CODE = "code"  # a code to a contact point held
    STAFF = "staff"  # checked by staff, with a reason
    HANDOVER = "handover"  # signed in on the company's own site


class Missing(StrEnum):
    """What a request still waits for before its identity counts as proven."""

    PROOF = "proof"  # a code, a sign-in, or a check by staff
    POINTS = "points"  # what was proven is not enough for this right
    DECLARATION = "declaration"  # signed, under penalty of perjury
    AUTHORITY = "authority"  # that the agent, guardian or relative may ask


@dataclass(frozen=True, slots=True)
class Given:
    """What was shown so far. `matched`: values that the person wrote and their row holds, beside the contact."""

    how: Sequence[How] = ()
    matched: int = 0
    is_declared: bool = False
    is_authorised: bool = False


@dataclass(frozen=True, slots=True)
class Needed:
    """`points`: how many data points must match. Only California's rules count them one by one."""

    points: int
    declaration: bool
    authority: bool


def needed(*, kind: str, requester: str, is_californian: bool) -> Needed:
    """Return what proof a request needs. `is_californian`: the law of California may apply to it."""
    right = right_of(kind)
    is_for_another = requester != Requester.SELF
    return Needed(
        points=_POINTS[right.tier] if is_californian else min(_POINTS[right.tier], CODE_POINTS),
        declaration=is_californian and right.way is Way.COPY and not is_for_another,
        authority=is_for_another and right.tier is not Tier.NONE,
    )


def points(given: Given) -> int:
    """Return how many data points are matched with certainty."""
    if How.HANDOVER in given.how:
        return HANDOVER_POINTS
    return (CODE_POINTS if How.CODE in given.how else 0) + given.matched


def missing(*, needed: Needed, given: Given) -> tuple[Missing, ...]:
    """Return what is still missing; nothing: the identity counts as proven.

    A check by staff stands for points and declaration: they answer for it, and said how. It does not stand for
    another's authority, which is a check of its own.
    """
    found: list[Missing] = []
    if needed.authority and not given.is_authorised:
        found.append(Missing.AUTHORITY)
    if How.STAFF in given.how:
        return tuple(found)
    if needed.points and not given.how:
        found.append(Missing.PROOF)
    elif points(given) < needed.points:
        found.append(Missing.POINTS)
    if needed.declaration and How.HANDOVER not in given.how and not given.is_declared:
        found.append(Missing.DECLARATION)
    return tuple(found)


def may_prove_by_code(requester: str) -> bool:
    """Say whether a code to the person's own contact says anything of who asks: not of the dead, nor of a child."""
    return requester in (Requester.SELF, Requester.AGENT)


def needs_second_person(*, kind: str, requester: str, sensitive_fields: int) -> bool:
    """Say whether two people decide: what is written over, what is sensitive, and what goes to somebody else.

    Source: failure promise 16 (sensitive access needs a second person).
    """
    right = right_of(kind)
    if right.needs_two_people:
        return True
    return right.way is Way.COPY and (sensitive_fields > 0 or requester != Requester.SELF)


def goes_to_person_only(requester: str) -> bool:
    """Say whether the answer goes to the person's own contact point, and to no other, also where another asks."""
    return requester in (Requester.SELF, Requester.AGENT)


def is_duplicate_of(*, kind: str, other_kind: str, is_verified: bool, other_is_verified: bool) -> bool:
    """Say whether one open request may end as a duplicate of another of the same person.

    Both must be proven: an unproven one would tell its sender of the other, or stand in its way.
    """
    return Kind(kind) is Kind(other_kind) and is_verified and other_is_verified


#: What counts as a data point beside the address that a code went to. A name is anybody's to know.
RELIABLE = frozenset({"phone", "customer_number", "customer_id"})


def matched_points(matched_by: Collection[str]) -> int:
    """Return how many reliable values that the person wrote their own row holds."""
    return len({"customer_number" if name == "customer_id" else name for name in RELIABLE & set(matched_by)})
