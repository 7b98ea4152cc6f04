"""Pages of places that no program reads: what is asked of a person, whom to look for, the answer with its file."""

import csv
import io

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from discreet.engines.subjects.identity import Identity
from discreet.foundation.desk.refusals import message_of
from discreet.foundation.papers import uploads
from discreet.foundation.staff.actors import actor_of
from discreet.foundation.staff.permissions import role_required
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.outside import manual as work
from discreet.mechanisms.rights.outside import manual_pages
from discreet.mechanisms.rights.outside.manual_pages import HEADS
from discreet.mechanisms.rights.outside.pages import as_text
from discreet.mechanisms.rights.outside.rules import ManualAnswer
from discreet.vocabulary.errors import Refused

SHOWN = 20


@require_GET
@role_required()
def manual(request: HttpRequest, number: str) -> HttpResponseBase:
    """Show what was asked of which place about a request, and what was answered."""
    return _page(request, number)


@require_POST
@role_required()
def show(request: HttpRequest, number: str, ask_id: int) -> HttpResponseBase:
    """Show the person asked whom to look for, once the ledger says so; many of them as a file."""
    people = work.people_asked(actor=actor_of(request), now=timezone.now(), number=number, ask_id=ask_id)
    if len(people) <= SHOWN:
        lines = [(one, *_cells(claim)) for one, claim in people]
        return _page(request, number, shown={"ask_id": ask_id, "lines": lines})
    return HttpResponse(
        _csv(people),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{number}-people.csv"'},
    )


@uploads.takes_paper
@require_POST
@role_required()
def answer(request: HttpRequest, number: str, ask_id: int) -> HttpResponseBase:
    """Take the answer of a place, with its file."""
    try:
        uploads.refuse_too_large(request)
        chosen = request.POST.get("answer", "")
        file = request.FILES.get(uploads.FIELD)
        work.answer(
            actor=actor_of(request),
            now=timezone.now(),
            number=number,
            ask_id=ask_id,
            answer=ManualAnswer(chosen) if chosen in set(ManualAnswer) else ManualAnswer.NONE,
            reason=request.POST.get("reason", ""),
            article=request.POST.get("article", ""),
            content=file.read() if file is not None else b"",
            kinds=request.POST.getlist("kinds"),
            is_for_all=request.POST.get("for_all") == "on",
        )
    except Refused as refusal:
        problem = {"ask_id": ask_id, "text": message_of(refusal), "reason": request.POST.get("reason", "")}
        return _page(request, number, problem=problem, status=refusal.status)
    messages.success(request, gettext("The answer is noted."))
    return HttpResponseRedirect(reverse("rights:manual", args=[number]))


def _page(
    request: HttpRequest,
    number: str,
    *,
    shown: dict[str, object] | None = None,
    problem: dict[str, object] | None = None,
    status: int = 200,
) -> HttpResponse:
    view = queries.request_view(number)
    language = translation.get_language() or "en"
    context = {
        "view": view,
        "lines": manual_pages.lines(view, language=language, actor=actor_of(request)),
        "heads": [gettext(head) for head in HEADS],
        "shown": shown,
        "problem": problem,
        "kinds": manual_pages.file_kinds(),
    }
    return render(request, "rights/manual.html", context, status=status)


def _cells(claim: Identity) -> tuple[str, ...]:
    return (claim.name or "", claim.email or "", claim.phone or "", claim.customer_number or "")


def _csv(people: list[tuple[str, Identity]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([gettext(head) for head in HEADS])
    for number, claim in people:
        writer.writerow([as_text(cell) for cell in (number, *_cells(claim))])
    return b"\xef\xbb\xbf" + text.getvalue().encode()
