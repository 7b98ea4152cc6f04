"""Staff acts on the course of a request: authority, receipt, deadlines, duplicates, appeals. One act a button."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from discreet.foundation.desk.phrases import listed
from discreet.foundation.staff.actors import actor_of
from discreet.foundation.staff.permissions import role_required
from discreet.mechanisms.rights.actions import appealing, proving, timing
from discreet.mechanisms.rights.words import MISSING_FOR_STAFF
from discreet.vocabulary.actors import Role


@require_POST
@role_required(Role.AGENT, Role.ADMINISTRATOR)
def authorise(request: HttpRequest, number: str) -> HttpResponseBase:
    """Note that whoever asks may ask for this person."""
    left = proving.authorise(
        actor=actor_of(request),
        now=timezone.now(),
        number=number,
        reason=request.POST.get("authority_reason", ""),
    )
    said = gettext("Noted. The identity is proven, and the plan is being made.")
    if left:
        missing = listed([gettext(MISSING_FOR_STAFF[one]) for one in left])
        said = gettext("Noted. Still missing: %(missing)s") % {"missing": missing}
    messages.success(request, said)
    return _back(number)


@require_POST
@role_required(Role.AGENT, Role.ADMINISTRATOR)
def acknowledge(request: HttpRequest, number: str) -> HttpResponseBase:
    """Note that the person was told that the request has arrived."""
    return _done(request, number, timing.acknowledge, gettext("Receipt noted as confirmed."))


@require_POST
@role_required(Role.AGENT, Role.APPROVER, Role.ADMINISTRATOR)
def extend(request: HttpRequest, number: str) -> HttpResponseBase:
    """Take the longer time that the law gives."""
    is_mailed = timing.extend_deadline(
        actor=actor_of(request),
        now=timezone.now(),
        number=number,
        reason=request.POST.get("extension_reason", ""),
    )
    if is_mailed:
        messages.success(request, gettext("Extended. The person is told why and until when."))
    else:
        messages.warning(
            request, gettext("Extended. No mail could be sent: tell the person by letter why and until when.")
        )
    return _back(number)


@require_POST
@role_required(Role.AGENT, Role.ADMINISTRATOR)
def pause(request: HttpRequest, number: str) -> HttpResponseBase:
    """Stop the clocks of the laws that allow it."""
    act = partial(timing.pause_clocks, wait=request.POST.get("wait", ""))
    return _done(request, number, act, gettext("Stopped where the law allows it; the other clocks run on."))


@require_POST
@role_required(Role.AGENT, Role.ADMINISTRATOR)
def resume(request: HttpRequest, number: str) -> HttpResponseBase:
    """Let the clocks go on."""
    return _done(request, number, timing.resume_clocks, gettext("The clocks go on."))


@require_POST
@role_required(Role.AGENT, Role.ADMINISTRATOR)
def duplicate(request: HttpRequest, number: str) -> HttpResponseBase:
    """End the request as a duplicate of another of the same person."""
    act = partial(appealing.mark_duplicate, of=request.POST.get("of", "").strip().upper())
    return _done(request, number, act, gettext("Ended as a duplicate. The earlier request goes on."))


@require_POST
@role_required(Role.AGENT, Role.ADMINISTRATOR)
def appeal(request: HttpRequest, number: str) -> HttpResponseBase:
    """Note an appeal that came by phone, paper or mail."""
    act = partial(appealing.appeal, words=request.POST.get("words", ""))
    return _done(request, number, act, gettext("Appeal noted. Somebody who did not decide looks at it."))


@require_POST
@role_required(Role.AGENT, Role.ADMINISTRATOR)
def appeal_back(request: HttpRequest, number: str) -> HttpResponseBase:
    """Note that the person takes the appeal back."""
    return _done(request, number, appealing.take_back_appeal, gettext("Noted. The answer stands."))


@require_POST
@role_required(Role.APPROVER, Role.ADMINISTRATOR)
def dismiss(request: HttpRequest, number: str) -> HttpResponseBase:
    """Let the answer stand."""
    act = partial(appealing.dismiss_appeal, reason=request.POST.get("appeal_reason", ""))
    return _done(request, number, act, gettext("The answer stands. The person reads why."))


@require_POST
@role_required(Role.APPROVER, Role.ADMINISTRATOR)
def reopen(request: HttpRequest, number: str) -> HttpResponseBase:
    """Take the answer back and begin anew."""
    act = partial(appealing.reopen_request, reason=request.POST.get("appeal_reason", ""))
    return _done(request, number, act, gettext("Opened again. Plan and decisions are made anew."))


def _done(request: HttpRequest, number: str, act: Callable[..., object], said: str) -> HttpResponseRedirect:
    act(actor=actor_of(request), now=timezone.now(), number=number)
    messages.success(request, said)
    return _back(number)


def _back(number: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("rights:request", args=[number]))
