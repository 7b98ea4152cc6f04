"""What the worker calls for the ledger."""

from datetime import datetime

from discreet.foundation.jobs.api import scheduled
from discreet.foundation.ledger.sequencer import sequence_once

SEQUENCER = "ledger.sequence"


@scheduled(SEQUENCER, every_s=0.8, takes_all=True)
def sequence(now: datetime) -> int:
    return sequence_once(now)
