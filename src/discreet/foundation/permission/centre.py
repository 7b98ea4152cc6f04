"""Public pages: opt out of sale and sharing, limit sensitive use, see what stands; the GPC signal honoured at once.

No account, no identity check, nothing asked beyond what is needed. Source: Cal. Civ. Code 1798.135; 11 CCR 7004,
7025(c), 7026(a), 7060(b); W3C Global Privacy Control.
"""

from datetime import datetime

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from discreet.foundation.centre import form_guard, limits
from discreet.foundation.centre.public import public_page
from discreet.foundation.centre.refusals import FormNotOurs
from discreet.foundation.permission import queries
from discreet.foundation.permission.actions import choosing, ending
from discreet.foundation.permission.counted import ALL_CHOICES, CLIENT_CHOICES, MAILBOX_CHOICES
from discreet.foundation.permission.devices import (
    Device,
    back_token,
    device_of,
    page_token,
    ref_of,
    remember,
    sends_signal,
)
from discreet.foundation.permission.people import MAX_LENGTH, Person, person_of_words
from discreet.foundation.permission.refusals import SignalStillSent
from discreet.foundation.permission.rules import Channel, Kind
from discreet.foundation.permission.said import Kept, Source
from discreet.foundation.permission.words import KINDS, public_lines
from discreet.vocabulary.actors import Actor, ActorKind
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.normalise import normalise_email

CUSTOMER = Actor(kind=ActorKind.CUSTOMER, name="customer")
#: What this site says it does with the signal, and since when. Source: W3C GPC, 5 (support resource).
GPC_SUPPORT = {"gpc": True, "lastUpdate": "2026-11-28"}
ACTS = {Kind.OPT_OUT.value: choosing.opt_out, Kind.LIMIT.value: choosing.limit_sensitive}


@require_safe
def gpc_support(request: HttpRequest) -> HttpResponse:
    """Say, where programs look for it, that the signal is honoured."""
    return JsonResponse(GPC_SUPPORT, headers={"Cache-Control": "public, max-age=86400"})


@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def choices(request: HttpRequest) -> HttpResponseBase:
    """Show what stands for this browser, honour its signal at once, and take an opt-out or a limit."""
    now, device = timezone.now(), device_of(request)
    if request.method == "POST":
        return _chosen(request, device, now)
    is_signalled = sends_signal(request)
    if is_signalled and not _has_opted_out(device, now):
        _count(request, now)
        choosing.opt_out(
            actor=CUSTOMER, now=now, person=Person(device=device.name), source=Source(channel=Channel.GPC)
        )
    response = _page(request, device, now)
    if is_signalled:
        remember(response, device)
    return response


@require_safe
@public_page
def choice(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show how one choice stands."""
    ref = ref_of(token)
    found = queries.choices_by_ref([ref]) if ref else []
    if not found:
        raise Http404
    now = timezone.now()
    context = {"lines": public_lines(found, now=now), "not_before": queries.not_before(found, at=now)}
    return render(request, "permission/choice.html", context)


@require_POST
@public_page
def take_back(request: HttpRequest) -> HttpResponseBase:
    """Take the first step of opting in again. Nobody is asked to: who wants it comes here by themselves."""
    now, device = timezone.now(), device_of(request)
    if request.POST.get(form_guard.TRAP_FIELD):
        raise FormNotOurs
    words, what = request.POST.get("contact", "").strip()[: MAX_LENGTH + 1], request.POST.get("what", "")
    kind = Kind.LIMIT if what == Kind.LIMIT else Kind.OPT_OUT
    _count(request, now)
    try:
        _refuse_signal(request, kind)
        given = person_of_words(words) if words else Person()
        person = Person(email=given.email, phone=given.phone, device=device.name)
        ref = ending.ask_opt_in(actor=CUSTOMER, now=now, person=person, kind=kind, is_browser=True)
    except Refused as refusal:
        return _page(request, device, now, refusal=refusal, back_words=words)
    return HttpResponseRedirect(reverse("choices:confirm_back", args=[back_token(ref)]))


@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def confirm_back(request: HttpRequest, token: str) -> HttpResponseBase:
    """Say what opting in means; take the second step with a second button. Source: 11 CCR 7028(a)."""
    ref, now = ref_of(token, is_back=True), timezone.now()
    if ref is None:
        raise Http404
    context: dict[str, object] = {"token": token, "kind": queries.kind_of_step(ref, at=now)}
    if request.method == "POST":
        _refuse_signal(request, Kind(str(context["kind"])))
        device = device_of(request)
        context["done"] = ending.confirm_opt_in(actor=CUSTOMER, now=now, ref=ref, browser=device.name)
    return render(request, "permission/back.html", context)


def _refuse_signal(request: HttpRequest, kind: Kind) -> None:
    """Take no opting in from a browser that says the opposite in the same breath."""
    if kind is Kind.OPT_OUT and sends_signal(request):
        raise SignalStillSent


def _chosen(request: HttpRequest, device: Device, now: datetime) -> HttpResponseBase:
    if request.POST.get(form_guard.TRAP_FIELD):
        raise FormNotOurs
    words, what = request.POST.get("contact", "").strip()[: MAX_LENGTH + 1], request.POST.get("what", "")
    _count(request, now)
    try:
        kept = _keep(request, device, now, words, what)
    except Refused as refusal:
        if refusal.status != 422:
            raise
        return _page(request, device, now, refusal=refusal, words=words)
    response = HttpResponseRedirect(reverse("choices:choice", args=[page_token(kept.ref)]))
    remember(response, device)
    return response


def _keep(request: HttpRequest, device: Device, now: datetime, words: str, what: str) -> Kept:
    person = person_of_words(words) if words else Person()
    if mailbox := normalise_email(person.email):
        limits.count(MAILBOX_CHOICES, value=mailbox, now=now)
    act = ACTS.get(what, choosing.opt_out)
    whole = Person(email=person.email, phone=person.phone, device=device.name)
    is_signal = sends_signal(request) and act is choosing.opt_out
    source = Source(channel=Channel.GPC if is_signal else Channel.CENTRE)
    return act(actor=CUSTOMER, now=now, person=whole, source=source)


def _count(request: HttpRequest, now: datetime) -> None:
    """Bound what one client, and everybody together, may write."""
    limits.count(CLIENT_CHOICES, value=limits.client_of(request), now=now)
    limits.count(ALL_CHOICES, value="", now=now)


def _has_opted_out(device: Device, now: datetime) -> bool:
    if device.is_new:
        return False
    facts = queries.facts_of_many(people=[Person(device=device.name)], at=now)[0]
    return any(fact.kind is Kind.OPT_OUT for fact in facts)


def _page(
    request: HttpRequest,
    device: Device,
    now: datetime,
    *,
    refusal: Refused | None = None,
    words: str = "",
    back_words: str | None = None,
) -> HttpResponse:
    found = queries.choices_of(person=Person(device=device.name), at=now)
    context = {
        "is_signalled": sends_signal(request),
        "lines": public_lines(found, now=now),
        "not_before": queries.not_before(found, at=now),
        "refusal": refusal if back_words is None else None,
        "words": words,
        "back_refusal": refusal if back_words is not None else None,
        "back_words": back_words or "",
        "may_end": [
            (kind.value, KINDS[kind])
            for kind in (Kind.OPT_OUT, Kind.LIMIT)
            if any(one.fact.kind is kind for one in found)
        ],
    }
    status = refusal.status if refusal else 200
    response = render(request, "permission/choices.html", context, status=status)
    response["Vary"] = "Sec-GPC, Cookie"
    return response
