"""What papers do when something happened elsewhere."""

from datetime import datetime

from discreet.events.cases import CaseExpired
from discreet.foundation.jobs.api import on
from discreet.foundation.papers.actions import forget_case


@on(CaseExpired)
def forget_papers(event: CaseExpired, now: datetime) -> None:
    """Destroy the papers of a case whose key is destroyed."""
    forget_case(number=event.case_number, now=now)
