"""Mails about what is new, and the end of what was told."""

from datetime import datetime

from discreet.foundation.desk.actions import forget_old
from discreet.foundation.desk.digests import mail_digests
from discreet.foundation.jobs.api import scheduled


@scheduled("desk.mail_digests", every_s=60)
def mail(now: datetime) -> int:
    """Mail staff what is new to them, as they chose."""
    return mail_digests(now)


@scheduled("desk.forget", every_s=3600)
def forget(now: datetime) -> int:
    """Delete what was told 90 days ago, and old marks of reading."""
    return forget_old(now)
