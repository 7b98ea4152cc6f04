"""Retries, and the end of messages' lives."""

from datetime import datetime

from discreet.foundation.jobs.api import scheduled
from discreet.foundation.mail.actions import expire_once
from discreet.foundation.mail.delivery import deliver_due
from discreet.foundation.mail.witness import mail_checkpoint


@scheduled("mail.deliver_due", every_s=15)
def retry(now: datetime) -> int:
    """Send what has come due."""
    return deliver_due(now)


@scheduled("mail.expire", every_s=3600)
def expire(now: datetime) -> int:
    """Delete what has ended."""
    return expire_once(now)


@scheduled("mail.checkpoint", every_s=3600)
def checkpoint(now: datetime) -> int:
    """Send the newest signed checkpoint to the second place by mail, where one is named."""
    return mail_checkpoint(now)
