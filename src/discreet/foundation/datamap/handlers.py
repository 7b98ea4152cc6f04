"""What the tombstones note when something happened elsewhere."""

from datetime import datetime

from discreet.events.cases import CaseExpired
from discreet.foundation.cases.queries import get
from discreet.foundation.datamap import tombstones
from discreet.foundation.jobs.api import on
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import record
from discreet.vocabulary.actors import SYSTEM


@on(CaseExpired)
def note_expired_case(event: CaseExpired, now: datetime) -> None:
    """Note outside the database that the case is forgotten, so that a restored backup forgets it again."""
    _note(case_number=event.case_number, now=now)


@act("datamap.note_expired_case")
def _note(*, case_number: str, now: datetime) -> None:
    case = get(case_number)
    tombstones.write_ended_case(number=case_number, opened_at=case.row.opened_at, on=now.date())
    record(actor=SYSTEM, now=now, subject=case.ledger_subject, facts={"tombstone": True})
