"""Clear destroyed keys out of the database's own files."""

from datetime import datetime

from django.db import connection

from discreet.foundation.jobs.api import scheduled
from discreet.foundation.keys.models import CaseKey, ScrubDue


@scheduled("keys.scrub", every_s=2)
def scrub(now: datetime) -> int:
    """Make deleted keys unreadable in the files too; return how many scrubs were due.

    SQLite zeroes deleted rows (`secure_delete`), but its write-ahead log still holds earlier pages until it
    is emptied. PostgreSQL keeps dead rows until VACUUM.
    """
    due = list(ScrubDue.objects.values_list("pk", flat=True))
    if not due:
        return 0
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            is_busy, _, _ = cursor.fetchone()
            if is_busy:
                return 0  # a reader still needs the log; the next call tries again
        else:
            cursor.execute(f"VACUUM {CaseKey._meta.db_table}")
    ScrubDue.objects.filter(pk__in=due).delete()
    return len(due)
