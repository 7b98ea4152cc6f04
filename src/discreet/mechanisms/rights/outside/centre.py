"""The page of a recipient that was told: what to do, whom it concerns, and one button that confirms. No account.

A GET shows no person: mail scanners follow links. Source: GDPR Art. 19.
"""

import io

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from discreet.foundation.centre.public import public_page
from discreet.foundation.desk.csv_cells import csv_writer
from discreet.foundation.organisation.queries import profile
from discreet.mechanisms.rights.actions import notifying
from discreet.mechanisms.rights.outside import pages as notices

SHOWN = 20


@require_GET
@public_page
def told(request: HttpRequest, token: str) -> HttpResponseBase:
    """Say what is to be done, without the people."""
    return _page(request, token)


@require_POST
@public_page
def show(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show whom it concerns, once the ledger says so; many of them as a file."""
    people = notices.shown(actor=notifying.RECIPIENT, now=timezone.now(), token=token)
    if len(people) <= SHOWN and "file" not in request.POST:
        return _page(request, token, lines=notices.lines(people, translation.get_language() or "en"))
    return HttpResponse(
        _csv(people, translation.get_language() or "en"),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="people.csv"'},
    )


@require_POST
@public_page
def confirm(request: HttpRequest, token: str) -> HttpResponseBase:
    """Take the confirmation; the link works no more."""
    notifying.confirm_by_recipient(now=timezone.now(), token=token)
    return render(request, "rights/told_thanks.html", {"company": profile()})


@csrf_exempt
@require_POST
@public_page
def done(request: HttpRequest, token: str) -> HttpResponseBase:
    """Take the confirmation of a recipient's program; the token that its signed call carried is all it needs."""
    notifying.confirm_by_recipient(now=timezone.now(), token=token)
    return JsonResponse({"confirmed": True})


def _page(
    request: HttpRequest, token: str, *, lines: list[dict[str, object]] | None = None
) -> HttpResponseBase:
    language = translation.get_language() or "en"
    context = {
        "page": notices.public_view(token, now=timezone.now(), language=language),
        "token": token,
        "lines": lines,
        "company": profile(),
        "shown": SHOWN,
    }
    return render(request, "rights/told.html", context)


def _csv(people: list[notifying.Concerned], language: str) -> bytes:
    """Return the list; what a spreadsheet would take for a formula is written as text."""
    text = io.StringIO()
    writer = csv_writer(text)
    writer.writerow(notices.heads())
    for one in notices.lines(people, language):
        cells = [str(one["number"]), str(one["reference"]), str(one["value"]), str(one["changes"])]
        writer.writerow([notices.as_text(cell) for cell in cells])
    return b"\xef\xbb\xbf" + text.getvalue().encode()
