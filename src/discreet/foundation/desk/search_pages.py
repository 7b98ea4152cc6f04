"""The search box's pages: everything but people, suggestions while typing, and finding a person."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from discreet.foundation.desk import search
from discreet.foundation.staff.actors import actor_of
from discreet.foundation.staff.permissions import role_required


@role_required()
@require_http_methods(["GET", "HEAD", "POST"])
def everything(request: HttpRequest) -> HttpResponse:
    """Show what the words lead to. Words about a person stay out of the address, and lead to finding one."""
    query = _query(request)
    is_person = search.names_person(query)
    if request.method == "POST" and not is_person:
        return HttpResponseRedirect(f"{reverse('desk:search')}?{urlencode({'q': query})}")
    actor = actor_of(request)
    context = {
        "query": query,
        "is_person": is_person,
        "people": search.find_people(actor=actor, text=query) if is_person else (),
        "groups": search.search(actor=actor, text=query),
    }
    return render(request, "desk/search.html", context)


@role_required()
@require_POST
def suggest(request: HttpRequest) -> HttpResponse:
    """Return the best few places while somebody types; the words stay out of every address."""
    query = _query(request)
    is_person = search.names_person(query)
    context = {
        "query": query.strip(),
        "is_person": is_person,
        "hits": () if is_person else search.suggest(actor=actor_of(request), text=query),
    }
    return render(request, "desk/parts/suggestions.html", context)


@role_required()
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest) -> HttpResponse:
    """Find the requests of a person. What was typed is taken from the body of a request only."""
    query = request.POST.get("q", "")[: search.MAX_QUERY]
    hits = search.find_people(actor=actor_of(request), text=query)
    return render(request, "desk/find.html", {"person": query, "hits": hits})


def _query(request: HttpRequest) -> str:
    sent = request.POST if request.method == "POST" else request.GET
    return sent.get("q", "")[: search.MAX_QUERY]
