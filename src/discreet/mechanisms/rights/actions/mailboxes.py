"""Codes for whoever reads the mailbox, without one mail more: others' forms lock nobody out.

Source: failure promises 13, 14, 16; docs/decisions/one-link-for-a-mailbox.md.
"""

from datetime import datetime

from discreet.foundation.cases.bulk import state_of_case
from discreet.foundation.centre import verification
from discreet.foundation.centre.refusals import NoCodeToShow
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import record
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.opening.identity import How, may_prove_by_code
from discreet.mechanisms.rights.rules import State
from discreet.vocabulary.actors import SYSTEM, Actor


@act("rights.note_mailbox")
def note_mailbox(*, now: datetime, number: str, digest: str) -> None:
    """Note to which mailbox a code of this request goes. `digest`: keyed, of one address; no evidence holds it."""
    RightsRequest.objects.filter(number=number).update(mailbox_digest=digest)
    record(actor=SYSTEM, now=now, subject=f"request:{number}", facts={"noted": True})


@act("rights.show_code")
def show_code(*, actor: Actor, now: datetime, number: str, mailbox: str) -> str:
    """Return a code for an open request to whoever reads the mailbox that its code goes to.

    It counts among the three codes of the request, and its tries among the five.

    Raises:
        NoCodeToShow: no such request, or of another mailbox, or proven, or all its codes are used: never which.
    """
    request = RightsRequest.objects.select_for_update().filter(number=number[:16]).first()
    if (
        request is None
        or not mailbox
        or request.mailbox_digest != mailbox
        or request.candidate_count != 1
        or not may_prove_by_code(request.requester)
        or How.CODE.value in request.proofs
        or state_of_case(request.number) != State.RECEIVED
    ):
        raise NoCodeToShow
    code = verification.show(case_number=request.number, actor=actor, now=now)
    record(actor=actor, now=now, subject=f"request:{request.number}", facts={"shown": True})
    return code
