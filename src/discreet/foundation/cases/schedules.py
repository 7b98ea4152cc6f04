"""The end of cases' retention."""

from datetime import datetime

from discreet.foundation.cases.actions import expire_once
from discreet.foundation.jobs.api import scheduled


@scheduled("cases.expire", every_s=3600)
def expire(now: datetime) -> int:
    """Destroy the keys of closed cases whose retention has ended."""
    return expire_once(now)
