"""Notifications on the desk: the list, reading, and how somebody wants to be mailed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from discreet.foundation.desk import actions, notifications
from discreet.foundation.desk.models import Digest
from discreet.foundation.staff.actors import actor_of
from discreet.foundation.staff.permissions import role_required
from discreet.vocabulary.text import gettext_noop

DIGESTS = (
    (Digest.NONE, gettext_noop("No mail")),
    (Digest.AT_ONCE, gettext_noop("At once")),
    (Digest.DAILY, gettext_noop("Once a day, in the morning")),
)


@role_required()
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Show what concerns this person, unread or all."""
    actor, now = actor_of(request), timezone.now()
    everything = notifications.items(actor, now=now)
    unread = [one for one in everything if not one.is_read]
    shows_all = request.GET.get("show") == "all"
    context = {
        "items": everything if shows_all else unread,
        "unread": len(unread),
        "total": len(everything),
        "shows_all": shows_all,
        "digests": [(value.value, gettext(label)) for value, label in DIGESTS],
        "digest": notifications.digest_of(actor).value,
        "mail": getattr(request.user, "email", ""),
        "now": now,
    }
    return render(request, "desk/notifications.html", context)


@role_required()
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark one notification as read, or all that there are."""
    actor, now = actor_of(request), timezone.now()
    facts = notifications.unread(actor, now=now)
    wanted = request.POST.get("key", "")
    keys = [fact.key for fact in facts if wanted in ("", fact.key)]
    if keys:
        actions.mark_read(actor=actor, now=now, keys=keys)
    if not wanted:
        messages.success(request, gettext("All are marked as read."))
    return HttpResponseRedirect(_back(request))


@role_required()
@require_POST
def choose_mail(request: HttpRequest) -> HttpResponse:
    """Keep how this person wants to be mailed, in the language of the page."""
    chosen = request.POST.get("digest", "")
    if chosen in Digest.values:
        actions.choose_digest(
            actor=actor_of(request),
            now=timezone.now(),
            digest=Digest(chosen),
            language=translation.get_language() or "en",
        )
        messages.success(request, gettext("Your choice is kept."))
    return HttpResponseRedirect(_back(request))


def _back(request: HttpRequest) -> str:
    return reverse("desk:notifications") + ("?show=all" if request.POST.get("show") == "all" else "")
