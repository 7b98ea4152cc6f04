"""Reading cases by the rule of law that their clocks run under."""

from collections.abc import Mapping

from django.db.models import Count, QuerySet

from discreet.foundation.cases.models import CaseClock
from discreet.foundation.cases.queries import Deadline, deadline_of


def _running() -> QuerySet[CaseClock]:
    return CaseClock.objects.filter(met_at__isnull=True, paused_at__isnull=True, case__closed_at__isnull=True)


def running_by_rule() -> Mapping[str, int]:
    """Return how many open cases have a running clock under each rule; a rule without any is left out."""
    counted = _running().order_by().values_list("rule_id").annotate(Count("case_id"))
    return dict(counted)


def running_under(*, rule_id: str, at_most: int) -> tuple[Deadline, ...]:
    """Return the running clocks of open cases under one rule, the earliest due first."""
    clocks = _running().filter(rule_id=rule_id).select_related("case").order_by("due_at", "id")[:at_most]
    return tuple(map(deadline_of, clocks))
