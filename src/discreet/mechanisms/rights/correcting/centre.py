"""The public page on which somebody says what is wrong and what is right."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods

from discreet.foundation.cases.actions import add_public_token
from discreet.foundation.centre import form_guard, limits
from discreet.foundation.centre.handover import HandedOver, waiting
from discreet.foundation.centre.public import public_page
from discreet.foundation.centre.refusals import FormTooFast
from discreet.foundation.centre.visits import handover_token_of, remember_case
from discreet.mechanisms.rights.actions import correcting
from discreet.mechanisms.rights.correcting.forms import CorrectForm
from discreet.mechanisms.rights.correcting.wish import Wish
from discreet.mechanisms.rights.kinds import RIGHTS, Kind
from discreet.mechanisms.rights.opening import claims, signed_in
from discreet.mechanisms.rights.opening.another import (
    WhoAsksForm,
    asking_of,
    asks_as_signed_in,
    speak_of_another,
    who_asks_form,
)
from discreet.mechanisms.rights.views import refusal_text
from discreet.vocabulary.actors import Actor, ActorKind
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.normalise import normalise_email

CUSTOMER = Actor(kind=ActorKind.CUSTOMER, name="customer")


@require_http_methods(["GET", "POST"])
@public_page
def ask(request: HttpRequest, kind: Kind) -> HttpResponseBase:
    """Take a request to correct. What was typed stays when something of it is refused."""
    now = timezone.now()
    held = waiting(token=handover_token_of(request), now=now) if asks_as_signed_in(request) else None
    fields = signed_in.as_said(request.POST, held) if held and request.POST else request.POST
    form, another = CorrectForm(fields or None), None if held else who_asks_form(request, fields)
    if another is not None:
        speak_of_another(form)
    refusal: Refused | None = None
    if request.method == "POST" and form.is_valid() and (not another or another.is_valid()):
        try:
            form_id = form_guard.read(
                token=request.POST.get(form_guard.TOKEN_FIELD, ""),
                trap=request.POST.get(form_guard.TRAP_FIELD, ""),
                now=now,
            )
        except FormTooFast as too_fast:  # a browser that fills forms in
            token = form_guard.issue_again(now=now)
            return _form(request, kind, form, another, held, refusal=too_fast, token=token)
        limits.count_form(request, mailbox=normalise_email(form.cleaned_data["email"]), now=now)
        try:
            return _received(request, form, another, held, form_id, now)
        except Refused as refused:
            refusal = refused
    return _form(request, kind, form, another, held, refusal=refusal, token=form_guard.issue(now=now))


def _form(
    request: HttpRequest,
    kind: Kind,
    form: CorrectForm,
    another: WhoAsksForm | None,
    held: HandedOver | None,
    *,
    refusal: Refused | None,
    token: str,
) -> HttpResponse:
    context = {
        "form": form,
        "another": another,
        "held": held,
        "right": RIGHTS[kind],
        "refusal_text": refusal_text(refusal),
        "token": token,
    }
    return render(
        request, "rights/ask_correction.html", context, status=200 if request.method == "GET" else 422
    )


def _received(
    request: HttpRequest,
    form: CorrectForm,
    another: WhoAsksForm | None,
    held: HandedOver | None,
    form_id: str,
    now: datetime,
) -> HttpResponseRedirect:
    made: list[str] = []
    asking, visit = asking_of(another), handover_token_of(request) if held else ""

    def make() -> str:
        received = correcting.receive_correction(
            actor=CUSTOMER,
            now=now,
            claim=form.claim(),
            changes=form.changes(),
            note=form.cleaned_data["note"],
            residence=form.residence_code(),
            language=translation.get_language() or "en",
            channel="centre",
            asking=asking,
        )
        if held:
            signed_in.prove(actor=CUSTOMER, now=now, visit=visit, number=received.number)
        made.append(received.public_token)
        return received.number

    wish = Wish(changes=tuple(form.changes()), salt="", note=form.cleaned_data["note"]).to_bytes().decode()
    claim = claims.to_bytes(form.claim()).decode()
    who = (asking.requester, asking.who.decode(), visit)
    said = "\x1f".join((Kind.RECTIFICATION.value, form.residence_code(), *who, claim, wish))
    number = form_guard.once(form_id=form_guard.bound(form_id, said), now=now, make=make)
    token = made[0] if made else add_public_token(actor=CUSTOMER, now=now, number=number)
    response = HttpResponseRedirect(reverse("rights:status", args=[token]))
    remember_case(request, response, number=number, token=token)
    return response
