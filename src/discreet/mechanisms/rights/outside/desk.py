"""Staff pages of the recipients of a request: who was told, who confirmed, and what staff note of it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from discreet.foundation.desk.refusals import message_of
from discreet.foundation.staff.actors import actor_of
from discreet.foundation.staff.permissions import role_required
from discreet.mechanisms.rights.actions import notifying
from discreet.mechanisms.rights.outside import pages as notices
from discreet.mechanisms.rights.outside.pages import HINDRANCES
from discreet.mechanisms.rights.outside.rules import Hindrance, article_of
from discreet.vocabulary.actors import Role
from discreet.vocabulary.errors import Refused

TELLERS = (Role.AGENT, Role.ADMINISTRATOR)


@require_GET
@role_required()
def recipients(request: HttpRequest, number: str) -> HttpResponseBase:
    """Show who received what was changed for a request, and how far each is told."""
    return _page(request, number)


@require_POST
@role_required(*TELLERS)
def show(request: HttpRequest, number: str, notice_id: int) -> HttpResponseBase:
    """Show whom a notice concerns, once the ledger says so."""
    actor, language = actor_of(request), translation.get_language() or "en"
    people = notices.shown_to_staff(actor=actor, now=timezone.now(), number=number, notice_id=notice_id)
    return _page(
        request, number, shown={"notice_id": notice_id, "lines": notices.lines(people[:200], language)}
    )


@require_POST
@role_required(*TELLERS)
def note(request: HttpRequest, number: str, notice_id: int) -> HttpResponseBase:
    """Note that a recipient was told, has confirmed, or cannot be told."""
    notifying.of_case(number, notice_id)
    what, words = request.POST.get("what", ""), request.POST.get("note", "")
    actor, now = actor_of(request), timezone.now()
    try:
        if what == "told":
            notifying.note_told(actor=actor, now=now, notice_id=notice_id)
        elif what == "confirmed":
            notifying.confirm_for_recipient(actor=actor, now=now, notice_id=notice_id, note=words)
        elif what in set(Hindrance):
            notifying.give_up(
                actor=actor, now=now, notice_id=notice_id, hindrance=Hindrance(what), note=words
            )
        else:
            return _page(request, number, status=422)
    except Refused as refusal:
        return _page(
            request,
            number,
            problem={"notice_id": notice_id, "text": message_of(refusal), "note": words},
            status=refusal.status,
        )
    messages.success(request, gettext("Noted."))
    return HttpResponseRedirect(reverse("rights:recipients", args=[number]))


def _page(
    request: HttpRequest,
    number: str,
    *,
    shown: dict[str, object] | None = None,
    problem: dict[str, object] | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = actor_of(request)
    view = notices.carrier(number)
    context = {
        "view": view,
        "lines": notices.notice_lines(number, language=translation.get_language() or "en", actor=actor),
        "article": article_of(view.kind),
        "may_tell": bool(actor.roles & set(TELLERS)),
        "hindrances": [(one.value, gettext(text)) for one, text in HINDRANCES.items()],
        "shown": shown,
        "problem": problem,
    }
    return render(request, "rights/recipients.html", context, status=status)
