"""Retries, and the end of messages' lives."""

from datetime import datetime

from discreet.foundation.jobs.api import scheduled
from discreet.foundation.webhooks.actions import expire_once
from discreet.foundation.webhooks.delivery import ask_for_due


@scheduled("webhooks.ask_for_due", every_s=5, takes_all=True)
def retry(now: datetime) -> int:
    """Ask for what has come due to be sent. Jobs send it: a slow receiver holds up no schedule."""
    return ask_for_due(now)


@scheduled("webhooks.expire", every_s=3600)
def expire(now: datetime) -> int:
    """Delete messages after 30 days, and old secrets after theirs."""
    return expire_once(now)
