"""One way to approve, for every door: by what carries the right out."""

from datetime import datetime

from discreet.mechanisms.rights import contacts, queries
from discreet.mechanisms.rights.actions import correcting, deciding
from discreet.mechanisms.rights.kinds import Way, way_of
from discreet.mechanisms.rights.refusals import PlanMissing
from discreet.mechanisms.rights.rules import ApprovalStep
from discreet.vocabulary.actors import Actor


def approve(*, actor: Actor, now: datetime, batch_id: int, plan_digest: str) -> ApprovalStep:
    """Approve the plan with this digest; return whether that was the first decision or the one that starts it.

    Raises:
        PlanMissing: nothing was looked at.
        As `deciding.accept_access`, `deciding.accept_erasure` and `correcting.accept_correction`.
    """
    if not plan_digest:
        raise PlanMissing(number=queries.requests_of(batch_id)[0])
    way = way_of(queries.kind_of_batch(batch_id))
    if way in (Way.COPY, Way.TELL):
        return deciding.accept_access(actor=actor, now=now, batch_id=batch_id, plan_digest=plan_digest)
    if way is Way.CORRECT:
        (number,) = queries.requests_of(batch_id)
        return correcting.accept_correction(
            actor=actor,
            now=now,
            batch_id=batch_id,
            plan_digest=plan_digest,
            contact=contacts.of_person(batch_id).get(number),
        )
    return deciding.accept_erasure(actor=actor, now=now, batch_id=batch_id, plan_digest=plan_digest)
