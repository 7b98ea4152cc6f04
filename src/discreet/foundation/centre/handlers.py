"""What the public side does when something happened elsewhere."""

from datetime import datetime

from discreet.events.cases import CaseExpired
from discreet.foundation.centre.verification import forget_case
from discreet.foundation.jobs.api import on


@on(CaseExpired)
def forget_verification(event: CaseExpired, now: datetime) -> None:
    """Delete codes and contact point of a case whose key is destroyed."""
    forget_case(case_number=event.case_number, now=now)
