"""What mail does when something happened elsewhere."""

from datetime import datetime

from discreet.events.cases import CaseExpired
from discreet.foundation.jobs.api import on
from discreet.foundation.mail.actions import forget_case


@on(CaseExpired)
def forget_messages(event: CaseExpired, now: datetime) -> None:
    """Delete the messages of a case whose key is destroyed."""
    forget_case(now=now, case_number=event.case_number)
