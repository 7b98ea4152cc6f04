"""The end of papers that nobody checked, and what a crash or a silent scanner left."""

from datetime import datetime

from discreet.foundation.jobs.api import scheduled
from discreet.foundation.papers import scanning


@scheduled("papers.scan_waiting", every_s=60, takes_all=True)
def scan_waiting(now: datetime) -> int:
    """Scan what still lies unscanned."""
    return scanning.scan_waiting(now)


@scheduled("papers.sweep", every_s=600, takes_all=True)
def sweep(now: datetime) -> int:
    """Destroy papers that nobody checked in 30 days or whose case ended; remove files that a crash left."""
    return scanning.sweep(now)
