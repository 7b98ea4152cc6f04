"""Pages of places that no program reads: what is asked of a person, whom to look for, the answer with its file."""

import io
from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from discreet.foundation.desk.csv_cells import csv_writer
from discreet.foundation.desk.refusals import message_of
from discreet.foundation.papers import uploads
from discreet.foundation.staff.actors import actor_of
from discreet.foundation.staff.permissions import role_required
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.actions import keeping_places, place_files
from discreet.mechanisms.rights.outside import manual as work
from discreet.mechanisms.rights.outside import manual_pages
from discreet.mechanisms.rights.outside.manual_pages import HEADS
from discreet.mechanisms.rights.outside.pages import as_text
from discreet.mechanisms.rights.outside.rules import ManualAnswer
from discreet.mechanisms.rights.outside.whom import Whom
from discreet.vocabulary.actors import Role
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
        language = translation.get_language() or "en"
        shown = [manual_pages.whom_lines(one, language=language) for one in people]
        return _page(request, number, shown={"ask_id": ask_id, "people": shown})
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


@require_POST
@role_required()
def file(request: HttpRequest, number: str, ask_id: int) -> HttpResponseBase:
    """Hand out the file of a place to whoever answers for it or decides on the copy; it is never shown in a page."""
    name, content = work.open_file(actor=actor_of(request), now=timezone.now(), number=number, ask_id=ask_id)
    return HttpResponse(
        content,
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
        },
    )


@require_POST
@role_required()
def take_back(request: HttpRequest, number: str, ask_id: int) -> HttpResponseBase:
    """Open the question again: the answer, or its file, is wrong."""
    return _done(request, number, partial(place_files.take_back, ask_id=ask_id), gettext("Answer anew."))


@require_POST
@role_required(Role.APPROVER)
def keep(request: HttpRequest, number: str, ask_id: int) -> HttpResponseBase:
    """Confirm that a place keeps what it holds, or send that back."""
    decide = (
        keeping_places.confirm_keep if request.POST.get("do") == "confirm" else keeping_places.reject_keep
    )
    chosen = partial(decide, ask_id=ask_id, is_for_all=request.POST.get("for_all") == "on")
    return _done(request, number, chosen, gettext("Noted."))


def _done(request: HttpRequest, number: str, act: Callable[..., None], words: str) -> HttpResponseBase:
    act(actor=actor_of(request), now=timezone.now(), number=number)
    messages.success(request, words)
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
        "shown": shown,
        "problem": problem,
        "kinds": manual_pages.file_kinds(),
    }
    return render(request, "rights/manual.html", context, status=status)


def _csv(people: list[Whom]) -> bytes:
    text = io.StringIO()
    writer = csv_writer(text)
    writer.writerow([gettext(head) for head in HEADS])
    for one in people:
        writer.writerow([as_text(cell) for cell in manual_pages.whom_cells(one)])
    return b"\xef\xbb\xbf" + text.getvalue().encode()
