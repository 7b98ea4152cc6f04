"""The public pages of the shell itself. Mechanisms bring their own under the same frame and base template."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from discreet.foundation.cases.queries import get_by_token
from discreet.foundation.cases.refusals import UnknownCase
from discreet.foundation.cases.rules import is_number
from discreet.foundation.centre import entries, limits, public
from discreet.foundation.centre.actions import ask_progress
from discreet.foundation.centre.public import public_page
from discreet.foundation.centre.rules import ALL_CHECKS, CLIENT_CHECKS
from discreet.foundation.centre.shell import THEME_COOKIE, THEMES
from discreet.foundation.centre.visits import visit_of
from discreet.vocabulary.actors import Actor, ActorKind

YEAR_S = 365 * 24 * 3600
CUSTOMER = Actor(kind=ActorKind.CUSTOMER, name="customer")


@require_GET
@public_page
def front(request: HttpRequest) -> HttpResponse:
    """Show what can be asked for, what happens then, and where to ask how it stands."""
    return render(request, "centre/front.html", {"entries": entries.offered()})


@require_POST
@public_page
def progress(request: HttpRequest) -> HttpResponseBase:
    """Lead this browser to its own request; otherwise send the link to the contact point held, if any."""
    now = timezone.now()
    limits.count(CLIENT_CHECKS, value=limits.client_of(request), now=now)
    limits.count(ALL_CHECKS, value="", now=now)
    number = request.POST.get("number", "").strip().upper()[:16]
    if not is_number(number):
        context = {"entries": entries.offered(), "number_problem": True, "number": number}
        return render(request, "centre/front.html", context, status=400)
    own = _own_status_url(request, number)
    if own is not None:
        return HttpResponseRedirect(own)
    ask_progress(actor=CUSTOMER, now=now, number=number)
    return render(request, "centre/progress.html", {"number": number})


@require_GET
@public_page
def language(request: HttpRequest, code: str) -> HttpResponseBase:
    """Keep the language the person chose and return where they were."""
    known = {known_code for known_code, _ in settings.LANGUAGES}
    return _keep(request, settings.LANGUAGE_COOKIE_NAME, code if code in known else "")


@require_GET
@public_page
def theme(request: HttpRequest, name: str) -> HttpResponseBase:
    """Keep the theme the person chose and return where they were."""
    return _keep(request, THEME_COOKIE, name if name in THEMES else "")


@public_page
def nothing_here(request: HttpRequest, path: str = "") -> HttpResponse:
    """Answer any other address under the centre's own."""
    return public.not_found(request)


def _own_status_url(request: HttpRequest, number: str) -> str | None:
    token = visit_of(request).token_of(number)
    if token is None:
        return None
    try:
        return entries.status_url(case_kind=get_by_token(token).row.kind, token=token)
    except UnknownCase:
        return None


def _keep(request: HttpRequest, cookie: str, value: str) -> HttpResponseBase:
    target = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    response = HttpResponseRedirect(target if is_ours else "/privacy/")
    if value:
        response.set_cookie(
            cookie,
            value,
            max_age=YEAR_S,
            httponly=True,
            samesite="Lax",
            secure=bool(settings.SESSION_COOKIE_SECURE),
        )
    return response
