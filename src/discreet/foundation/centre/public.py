"""The frame of every public page: refusals become pages in the public shell, and headers are set.

@public_page
def ask_erasure(request: HttpRequest) -> HttpResponse: ...
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext

from discreet.foundation.cases.refusals import UnknownCase
from discreet.foundation.centre.refusals import BACK_IN_S, TooBusy, TooBusyToShow, TooManyRequests
from discreet.foundation.desk.refusals import RETRY_AFTER_S, message_of, status_of_failure
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop

P = ParamSpec("P")

HEADINGS = {
    HTTPStatus.BAD_REQUEST: gettext_noop("This could not be read"),
    HTTPStatus.FORBIDDEN: gettext_noop("This page was open too long"),
    HTTPStatus.NOT_FOUND: gettext_noop("There is nothing at this address"),
    HTTPStatus.GONE: gettext_noop("This is no longer here"),
    HTTPStatus.TOO_MANY_REQUESTS: gettext_noop("Too many attempts"),
    HTTPStatus.INTERNAL_SERVER_ERROR: gettext_noop("Something failed on our side"),
    HTTPStatus.SERVICE_UNAVAILABLE: gettext_noop("This does not work right now"),
}
OTHER_HEADING = gettext_noop("This was refused")
WHY = {
    HTTPStatus.BAD_REQUEST: gettext_noop("Go back, load the page again and send the form once more."),
    HTTPStatus.FORBIDDEN: gettext_noop("Go back, load the page again and send the form once more."),
    HTTPStatus.NOT_FOUND: gettext_noop(
        "The link is incomplete or has expired. Copy the whole address once more. If you no longer have it, "
        "look your request up by its number: we send the link to the e-mail address that we already hold."
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: gettext_noop("Nothing was changed. Try again in a few minutes."),
}
#: Asks for the page of a busy house, for a request of this method. No client can: what they send stands in META under `HTTP_`.
BUSY = "discreet.busy"
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def public_page(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Show refusals of the view in the public shell and set the headers of public pages."""

    @wraps(view)
    def run(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            if BUSY in request.META:
                raise (TooBusyToShow if request.META[BUSY] == "GET" else TooBusy)(seconds=BACK_IN_S)
            response = view(request, *args, **kwargs)
        except (Http404, UnknownCase):  # staff are told a case's number; here somebody has a wrong address
            response = plain(request, HTTPStatus.NOT_FOUND)
        except Refused as refusal:
            response = refused(request, refusal)
        except PermissionDenied:
            response = plain(request, HTTPStatus.FORBIDDEN)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return run


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """Return the page of a refusal; 429 and 503 say when to come back."""
    response = _page(request, status=refusal.status, why=message_of(refusal))
    if isinstance(refusal, TooManyRequests):
        response["Retry-After"] = str(int(refusal.params["minutes"]) * 60)
    if isinstance(refusal, TooBusy):
        response["Retry-After"] = str(BACK_IN_S)
    return response


def plain(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    """Return the page of a plain HTTP error."""
    return _page(request, status=status.value, why=gettext(WHY[status]))


def _page(request: HttpRequest, *, status: int, why: str) -> HttpResponse:
    heading = gettext(HEADINGS.get(HTTPStatus(status), OTHER_HEADING))
    context = {"heading": heading, "why": why, "is_lost": status == HTTPStatus.NOT_FOUND}
    return render(request, "centre/refused.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain(request, HTTPStatus.BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain(request, HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return plain(request, HTTPStatus.NOT_FOUND)


def failed(request: HttpRequest) -> HttpResponse:
    why, status = gettext(WHY[HTTPStatus.INTERNAL_SERVER_ERROR]), status_of_failure()
    response = _page(request, status=status, why=why)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = RETRY_AFTER_S
    return response


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return plain(request, HTTPStatus.FORBIDDEN)
