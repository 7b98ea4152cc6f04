"""What is forgotten by itself."""

from datetime import datetime

from discreet.foundation.jobs.api import scheduled
from discreet.foundation.permission.forgetting import forget_once


@scheduled("permission.forget", every_s=3600)
def forget(now: datetime) -> int:
    """Delete choices that ended two years ago, browsers' that nobody sent again since, and old first steps."""
    return forget_once(now)
