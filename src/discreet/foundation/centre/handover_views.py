"""The public door for hand-overs: a site posts its signed-in customer's token, and the person goes on from here."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from discreet.foundation.centre import entries, limits
from discreet.foundation.centre.handover import end_handover, verify_handover, waiting
from discreet.foundation.centre.handover_tokens import LONGEST_TOKEN, language_of
from discreet.foundation.centre.public import public_page
from discreet.foundation.centre.rules import ALL_CHECKS, CLIENT_CHECKS
from discreet.foundation.centre.visits import (
    forget_handover,
    handover_token_of,
    keep_language,
    remember_handover,
)
from discreet.foundation.desk.refusals import message_of
from discreet.vocabulary.actors import Actor, ActorKind
from discreet.vocabulary.errors import Refused

CUSTOMER = Actor(kind=ActorKind.CUSTOMER, name="customer")


@csrf_exempt  # it comes from another site: the signature and its one use stand in for the form's token
@require_http_methods(["GET", "POST"])
@public_page
def hand_over(request: HttpRequest) -> HttpResponseBase:
    """Take a site's token from a form; show, by GET, who came signed in."""
    if request.method == "GET":
        held = waiting(token=handover_token_of(request), now=timezone.now())
        context = {"held": held, "entries": entries.offered()}
        return render(request, "centre/handover.html", context)
    now = timezone.now()
    limits.count(CLIENT_CHECKS, value=limits.client_of(request), now=now)
    limits.count(ALL_CHECKS, value="", now=now)
    language = language_of(request.POST.get("language", ""))
    if language:  # cookies of ours do not come with another site's form
        translation.activate(language)
        request.LANGUAGE_CODE = language
    token = request.POST.get("token", "")[: LONGEST_TOKEN + 1]
    try:
        held = verify_handover(actor=CUSTOMER, now=now, token=token)
    except Refused as refusal:
        return _refused(request, refusal)
    response = HttpResponseRedirect(_goes_to(held.kind))
    response.status_code = 303
    remember_handover(response, token=held.token)
    if language or held.language:
        keep_language(response, language or held.language)
    return response


@require_POST
@public_page
def not_me(request: HttpRequest) -> HttpResponseBase:
    """Forget who came signed in."""
    token = handover_token_of(request)
    if token:
        end_handover(actor=CUSTOMER, now=timezone.now(), token=token)
    response = HttpResponseRedirect("/privacy/")
    forget_handover(response)
    return response


def _goes_to(kind: str) -> str:
    """Return the form of the right that the site named, else the page that offers them."""
    for one in entries.offered():
        if one.entry.kind == kind:
            return one.url
    return "/privacy/handover/"


def _refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    context = {"why": message_of(refusal), "entries": entries.offered()}
    response = render(request, "centre/handover_refused.html", context, status=refusal.status)
    response["Content-Language"] = translation.get_language() or settings.LANGUAGE_CODE
    return response
