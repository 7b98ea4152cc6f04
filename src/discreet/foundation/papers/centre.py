"""The public door for papers: whoever holds the address of a request's status page sends what was asked for."""

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from discreet.foundation.cases.queries import CaseRow, get_by_token
from discreet.foundation.centre import limits
from discreet.foundation.centre.entries import status_url
from discreet.foundation.centre.public import public_page
from discreet.foundation.centre.rules import ALL_PAPERS, CLIENT_PAPERS, REQUEST_PAPERS
from discreet.foundation.desk.refusals import message_of
from discreet.foundation.papers import actions, uploads
from discreet.foundation.papers.queries import asked_for
from discreet.foundation.papers.refusals import WhichMissing
from discreet.foundation.papers.rules import must_say_which
from discreet.foundation.papers.scanning import scanner
from discreet.vocabulary.actors import Actor, ActorKind
from discreet.vocabulary.errors import Refused

CUSTOMER = Actor(kind=ActorKind.CUSTOMER, name="customer")


@uploads.takes_paper
@require_http_methods(["GET", "POST"])
@public_page
def send(request: HttpRequest, token: str) -> HttpResponseBase:
    """Take a paper for the request; what cannot be taken is said beside the form."""
    uploads.refuse_too_large(request)
    row, now = get_by_token(token).row, timezone.now()
    if request.method == "GET":
        return _back(row, token)
    limits.count(REQUEST_PAPERS, value=row.number, now=now)
    limits.count(CLIENT_PAPERS, value=limits.client_of(request), now=now)
    limits.count(ALL_PAPERS, value="", now=now)
    try:
        content, says, asked = uploads.uploaded(request), uploads.says(request), asked_for(row.number)
        if says is None and asked is not None and must_say_which(asked):
            raise WhichMissing
        actions.receive_paper(
            actor=CUSTOMER,
            now=now,
            number=row.number,
            content=content,
            has_scanner=scanner() is not None,
            says=says,
        )
    except Refused as refusal:
        context = {
            "token": token,
            "number": row.number,
            "refusal_text": message_of(refusal),
            "is_asked": asked_for(row.number) is not None,
            "back": status_url(case_kind=row.kind, token=token),
        }
        return render(request, "papers/send.html", context, status=refusal.status)
    return _back(row, token)


def _back(row: CaseRow, token: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(status_url(case_kind=row.kind, token=token) or "/privacy/")
