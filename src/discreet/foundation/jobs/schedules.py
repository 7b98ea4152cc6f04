"""What the jobs do for themselves."""

from datetime import datetime

from discreet.foundation.jobs.api import scheduled
from discreet.foundation.jobs.retention import forget_once


@scheduled("jobs.forget", every_s=3600)
def forget(now: datetime) -> int:
    """Delete delivered events, finished jobs and the engine's steps of runs gone, once they are old enough."""
    return forget_once(now)
