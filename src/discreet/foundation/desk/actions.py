"""Acts that the desk itself starts."""

from datetime import datetime

from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import record
from discreet.foundation.ledger.verify import Verdict
from discreet.vocabulary.actors import Actor

VERIFICATION = "ledger:verification"


@act("desk.verify_ledger")
def record_verification(*, actor: Actor, now: datetime, verdict: Verdict, seconds: int) -> int:
    """Record what a verification of the whole ledger found."""
    return record(
        actor=actor,
        now=now,
        subject=VERIFICATION,
        facts={
            "entries": verdict.entries,
            "findings": len(verdict.findings),
            "fingerprint": verdict.fingerprint,
            "seconds": seconds,
        },
    )
