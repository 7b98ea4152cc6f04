"""What proof of identity a stored request needs, and what it has."""

from dataclasses import replace

from discreet.engines.subjects.identity import Identity
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


def proven_claim(request: RightsRequest, claim: Identity) -> Identity:
    """Return what of a claim is proven: after a code alone, only that by which the person's own rows were found.

    A code says who reads a mailbox, and nothing of a number that was typed beside it. Staff and the company's own
    site answer for the whole; an opt-out or a limit needs no proof. Source: failure promise 16.
    """
    if request.verified_how != How.CODE:
        return claim
    found = set(request.found_by) or _matched(request)  # of before it was kept
    return replace(
        claim,
        email=claim.email if "email" in found else None,
        phone=claim.phone if "phone" in found else None,
        customer_number=claim.customer_number if found & {"customer_number", "customer_id"} else None,
    )


def given_of(request: RightsRequest) -> Given:
    """Return what was shown so far. Values count only where exactly one person was found by them."""
    matched = _matched(request)
    return Given(
        how=tuple(How(name) for name in request.proofs),
        matched=matched_points(matched),
        is_declared=request.declared_at is not None,
        is_authorised=request.authorised_at is not None,
    )


def is_request(number: str) -> bool:
    """Say whether a case is a customer's request."""
    return RightsRequest.objects.filter(number=number).exists()


def _matched(request: RightsRequest) -> set[str]:
    """Return the kinds of what the person wrote by which their rows were found; none unless it is one person's."""
    if request.roots_sealed is None or request.candidate_count != 1:
        return set()
    opened = keys.open_sealed(request.number, bytes(request.roots_sealed), "roots").decode()
    only = Candidates.from_json(opened).only
    return set(only.matched_by) if only is not None else set()
