"""Showing a person's own words to staff: asked why, recorded, never kept."""

from datetime import datetime

from discreet.engines.subjects.identity import Identity
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import record
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.actions.receiving import load_request
from discreet.mechanisms.rights.refusals import NotYours, ReasonMissing
from discreet.vocabulary.actors import Actor, Role


@act("rights.reveal_person")
def _record_reveal(*, actor: Actor, now: datetime, number: str, reason: str) -> None:
    if not any(actor.may(role) for role in (Role.AGENT, Role.APPROVER)):
        raise NotYours
    if not reason.strip():
        raise ReasonMissing
    load_request(number)
    record(actor=actor, now=now, subject=f"request:{number}", facts={"reason_given": True})


def reveal_person(*, actor: Actor, now: datetime, number: str, reason: str) -> Identity:
    """Return what the person wrote of themselves; the evidence is committed first.

    Raises:
        NotYours, ReasonMissing, UnknownRequest
    """
    _record_reveal(actor=actor, now=now, number=number, reason=reason)
    return queries.claim_of(number)
