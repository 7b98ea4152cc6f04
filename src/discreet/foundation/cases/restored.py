"""What a database that came back from a backup has to do again: forget, and not give out a number twice."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import F

from discreet.events.cases import CaseExpired
from discreet.foundation.cases.models import Case, CaseNumber
from discreet.foundation.jobs.api import publish
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import record
from discreet.vocabulary.actors import Actor


@act("cases.expire_again")
def expire_again(*, actor: Actor, now: datetime, number: str, opened_at: str, on: str) -> bool:
    """Expire a case that had expired after the backup was made; False where it is another one or is expired.

    `opened_at` tells it from a case that was given the same number later.
    """
    case = Case.objects.select_for_update().filter(number=number, expired_at__isnull=True).first()
    is_same = case is not None and case.opened_at.isoformat() == opened_at
    record(actor=actor, now=now, subject="cases:restored", facts={"case": number, "again": is_same, "on": on})
    if case is None or not is_same:
        return False
    keys.destroy_case_key(number)
    case.subject, case.expired_at, case.due_at = b"", now, None
    case.closed_at = case.closed_at or now
    case.expires_at = case.expires_at or now
    case.version += 1
    case.save()
    case.tokens.all().delete()
    case.tasks.filter(done_at__isnull=True).delete()
    publish(CaseExpired(case_number=number))
    return True


def unexpired(numbers: Collection[str]) -> set[str]:
    """Return those of the numbers whose case is there and holds its key."""
    rows = Case.objects.filter(expired_at__isnull=True).values_list("number", flat=True)
    return set(numbers) & set(rows) if numbers else set()


@act("cases.skip_numbers")
def skip_numbers(*, actor: Actor, now: datetime, count: int) -> None:
    """Leave out as many numbers as entries were lost: letters and proofs under lost numbers may be out there."""
    CaseNumber.objects.update(last=F("last") + count)
    record(actor=actor, now=now, subject="cases:restored", facts={"skipped": count})
