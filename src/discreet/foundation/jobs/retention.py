"""The end of what the jobs remember: delivered events, finished jobs, and the engine's steps of runs gone.

All of it is ids and counts. Nothing that waits or runs is touched, however old. What a finished job did once
its workflow's own records tell for good; its key is only kept as long as a late repetition may come.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from discreet.foundation.jobs.models import Delivery, Job, JobState, OutboxEvent

KEPT_DAYS = 30
FAILED_KEPT_DAYS = 180
_AT_ONCE = 500


def forget_once(now: datetime) -> int:
    """Delete up to one portion of each kind of row that is over; return how many."""
    return _forget_events(now) + _forget_jobs(now) + _forget_runs(now)


def _forget_events(now: datetime) -> int:
    before = now - timedelta(days=KEPT_DAYS)
    old = OutboxEvent.objects.filter(is_delivered=True, published_at__lt=before).order_by("id")
    ids = list(old.values_list("event_id", flat=True)[:_AT_ONCE])
    known = OutboxEvent.objects.filter(event_id=OuterRef("event_id"))
    # the event first: a delivery without its event is swept up here, an event without would be given again
    OutboxEvent.objects.filter(event_id__in=ids, is_delivered=True).delete()
    orphans = list(Delivery.objects.exclude(Exists(known)).values_list("pk", flat=True)[: _AT_ONCE * 4])
    Delivery.objects.filter(pk__in=orphans).delete()
    return len(ids)


def _forget_jobs(now: datetime) -> int:
    done = Q(state=JobState.DONE, finished_at__lt=now - timedelta(days=KEPT_DAYS))
    failed = Q(state=JobState.FAILED, finished_at__lt=now - timedelta(days=FAILED_KEPT_DAYS))
    ids = list(Job.objects.filter(done | failed).order_by("id").values_list("pk", flat=True)[:_AT_ONCE])
    # asked again in the statement that deletes: a failed job may have been set going meanwhile
    return Job.objects.filter(done | failed, pk__in=ids).delete()[0]


def _forget_runs(now: datetime) -> int:
    from discreet.foundation.jobs.engine import forget_runs  # DBOS is imported in workers only

    return forget_runs(before=now - timedelta(days=KEPT_DAYS), needed=_still_known)


def _still_known(run_ids: Sequence[str]) -> set[str]:
    return set(Job.objects.filter(run_id__in=run_ids).values_list("run_id", flat=True))
