"""The desk's own pages: home, my work, search."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from discreet.foundation.desk import cases, search
from discreet.foundation.desk.home import verdict
from discreet.foundation.desk.ledger_view import panel
from discreet.foundation.staff.actors import actor_of
from discreet.foundation.staff.permissions import role_required

SHOWN_AT_HOME = 5


@role_required()
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the verdict, what needs a person, the deadlines and the ledger."""
    now = timezone.now()
    work = cases.my_work(actor=actor_of(request), now=now)
    context = {
        "now": now,
        "verdict": verdict(now=now),
        "work": work[:SHOWN_AT_HOME],
        "work_count": len(work),
        "panel": panel(now=now),
        "deadlines": cases.deadlines(now=now),
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


@role_required()
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Show what the words of the search box lead to. Words about a person stay out of the address."""
    sent = request.POST if request.method == "POST" else request.GET
    query = sent.get("q", "")[: search.MAX_QUERY]
    if request.method == "POST" and not search.names_person(query):
        return HttpResponseRedirect(f"{reverse('desk:find')}?{urlencode({'q': query})}")
    hits = search.find(actor=actor_of(request), query=query)
    return render(request, "desk/find.html", {"query": query, "hits": hits})
