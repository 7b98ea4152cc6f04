"""The end of keys."""

from datetime import datetime

from discreet.foundation.idempotency.once import forget_once
from discreet.foundation.jobs.api import scheduled


@scheduled("idempotency.forget", every_s=3600)
def forget(now: datetime) -> int:
    """Delete keys and answers of calls after seven days."""
    return forget_once(now)
