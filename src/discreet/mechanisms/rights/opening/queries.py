"""What proof of identity a stored request needs, and what it has."""

from discreet.foundation.keys import api as keys
from discreet.foundation.organisation.queries import profile
from discreet.foundation.organisation.rules import applicable_laws
from discreet.foundation.rulepacks.law import Law
from discreet.mechanisms.rights.matching.roots import Candidates
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.opening.identity import (
    Given,
    How,
    Missing,
    Needed,
    matched_points,
    missing,
    needed,
)


def still_missing(request: RightsRequest) -> tuple[Missing, ...]:
    """Return what a request still waits for before its identity counts as proven."""
    return missing(needed=needed_of(request), given=given_of(request))


def needed_of(request: RightsRequest) -> Needed:
    """Return what proof a request needs, by right, requester and the laws that may apply."""
    laws = applicable_laws(profile(), request.residence or None)
    return needed(kind=request.kind, requester=request.requester, is_californian=Law.CCPA in laws)


def given_of(request: RightsRequest) -> Given:
    """Return what was shown so far. Values count only where exactly one person was found by them."""
    matched: set[str] = set()
    if request.roots_sealed is not None and request.candidate_count == 1:
        opened = keys.open_sealed(request.number, bytes(request.roots_sealed), "roots").decode()
        for person in Candidates.from_json(opened).people:
            matched.update(name for root in person.roots for name in root.matched_by)
    return Given(
        how=tuple(How(name) for name in request.proofs),
        matched=matched_points(matched),
        is_declared=request.declared_at is not None,
        is_authorised=request.authorised_at is not None,
    )


def is_request(number: str) -> bool:
    """Say whether a case is a customer's request."""
    return RightsRequest.objects.filter(number=number).exists()
