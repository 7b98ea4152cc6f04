"""Scans that begin or go on by the clock."""

from datetime import datetime, timedelta

from discreet.foundation.datamap import actions, scan_actions
from discreet.foundation.datamap.models import Scan, ScanPlan
from discreet.foundation.datamap.scanning import budget_of
from discreet.foundation.jobs.api import scheduled
from discreet.foundation.organisation.queries import profile
from discreet.foundation.sources import queries as sources
from discreet.vocabulary.actors import SYSTEM
from discreet.vocabulary.errors import Refused


@scheduled("datamap.scans", every_s=60, takes_all=True)
def scans(now: datetime) -> int:
    """Begin the scans that are due, and go on with those whose hours have come."""
    done = 0
    zone = profile().zone
    for scan in Scan.objects.filter(state="waiting"):
        if budget_of(scan.source).is_open(now.astimezone(zone)):
            scan_actions.start_scan(actor=SYSTEM, now=now, source=scan.source)
            done += 1
    names = set(sources.source_names())
    for plan in ScanPlan.objects.filter(every_days__isnull=False):
        if (
            plan.source in names
            and _is_due(plan, now)
            and budget_of(plan.source).is_open(now.astimezone(zone))
        ):
            done += _begin(plan.source, now)
    return done


def _is_due(plan: ScanPlan, now: datetime) -> bool:
    last = Scan.objects.filter(source=plan.source).order_by("-id").first()
    if last is None or last.ended_at is None:
        return last is None
    return last.ended_at + timedelta(days=plan.every_days or 0) <= now


def _begin(source: str, now: datetime) -> int:
    """Describe the source and begin; one that is away now is tried again with the next call."""
    try:
        actions.propose_from_schema(actor=SYSTEM, now=now, source=source)
        scan_actions.start_scan(actor=SYSTEM, now=now, source=source)
    except Refused:
        return 0
    return 1
