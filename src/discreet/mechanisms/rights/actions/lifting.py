"""Before a copy is accepted: staff look at it masked, and may lift letters that stand for others.

Source: GDPR Art. 15(4); issue "Customer rights in full" (redacted, with a preview).
"""

from collections.abc import Sequence
from datetime import datetime

from discreet.engines.subjects.graph import TableRef
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import catalogue_facts, record
from discreet.mechanisms.rights.actions.batches import (
    PREPARABLE,
    decision_key,
    load_batch,
    numbers_of,
    state_of,
    subject_of_batch,
)
from discreet.mechanisms.rights.actions.receiving import load_request, refuse_unless
from discreet.mechanisms.rights.deciding.items import ItemDecision, Verdict
from discreet.mechanisms.rights.deciding.lifting import Lift
from discreet.mechanisms.rights.refusals import NotYours, WhyMissing, WrongRequestState
from discreet.vocabulary.actors import Actor, Role


@act("rights.view_package")
def record_preview(*, actor: Actor, now: datetime, number: str) -> None:
    """Record that staff look at what a copy would hold, before anything is read.

    Raises:
        NotYours, UnknownRequest
    """
    if not any(actor.may(role) for role in (Role.AGENT, Role.APPROVER)):
        raise NotYours
    load_request(number)
    record(actor=actor, now=now, subject=f"request:{number}", facts={"masked": True})


@act("rights.lift_stand_ins")
def lift_stand_ins(
    *, actor: Actor, now: datetime, batch_id: int, table: TableRef, columns: Sequence[str], reason: str
) -> None:
    """Hand these columns over with what names others in them; no columns: none any more. Decided anew afterwards.

    What is never sent out stays described.

    Raises:
        NotYours, WrongRequestState
        WhyMissing: the reason is none of `Lift`.
    """
    if not actor.may(Role.APPROVER):
        refuse_unless(actor, Role.AGENT)
    if columns and reason not in set(Lift):
        raise WhyMissing
    batch = load_batch(batch_id)
    if state_of(batch) not in PREPARABLE:
        raise WrongRequestState(number=numbers_of(batch)[0], state=state_of(batch).value)
    granted = ItemDecision(verdict=Verdict.GRANT, by=actor.person).to_json()
    kept = batch.item_decisions.get(decision_key(table)) or granted
    kept = {**kept, "lifted": dict.fromkeys(columns, reason)}
    batch.item_decisions = {**batch.item_decisions, decision_key(table): kept}
    batch.plan_digest = batch.planned_by = batch.planned_shell = ""
    batch.is_proposed = False
    batch.save()
    facts = {"table": str(table), "columns": list(columns), "reason": reason if columns else ""}
    record(actor=actor, now=now, subject=subject_of_batch(batch), facts=catalogue_facts(facts))
