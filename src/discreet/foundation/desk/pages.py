"""The desk's own pages: home, indicators, my work."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from discreet.foundation.desk import cases
from discreet.foundation.desk.home import verdict
from discreet.foundation.desk.ledger_view import panel
from discreet.foundation.desk.phrases import listed
from discreet.foundation.desk.times import month_before
from discreet.foundation.organisation.queries import profile
from discreet.foundation.staff.actors import actor_of
from discreet.foundation.staff.permissions import role_required

SHOWN_AT_HOME = 5


@role_required()
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the verdict, what needs a person, the deadlines and the ledger."""
    now = timezone.now()
    then = month_before(now) if request.GET.get("compare") == "month" else None
    work = cases.my_work(actor=actor_of(request), now=now)
    context = {
        "now": now,
        "verdict": verdict(now=now, then=then),
        "then": then,
        "work": work[:SHOWN_AT_HOME],
        "work_count": len(work),
        "panel": panel(now=now),
        "deadlines": cases.deadlines(now=now),
        "laws": listed(law.short_name for law in profile().laws),
    }
    return render(request, "desk/home.html", context)


@role_required()
@require_safe
def indicators(request: HttpRequest) -> HttpResponse:
    """Show every indicator with its target and the evidence its value rests on."""
    now = timezone.now()
    return render(request, "desk/indicators.html", {"verdict": verdict(now=now), "now": now})


@role_required()
@require_safe
def work(request: HttpRequest) -> HttpResponse:
    """Show everything that waits for this person."""
    now = timezone.now()
    items = cases.my_work(actor=actor_of(request), now=now)
    return render(request, "desk/work.html", {"work": items, "now": now})
