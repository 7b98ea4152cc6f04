"""What the public side forgets by itself."""

from datetime import datetime

from discreet.foundation.centre import form_guard, handover, limits
from discreet.foundation.centre.verification import forget_old_codes
from discreet.foundation.jobs.api import scheduled


@scheduled("centre.forget", every_s=600)
def forget(now: datetime) -> int:
    """Delete windows, forms, codes and hand-overs that have ended."""
    ended = limits.expire_once(now) + form_guard.expire_once(now) + forget_old_codes(now)
    return ended + handover.expire_once(now)
