"""Turns what was refused into a page or a JSON answer, in one place."""

import sys
from http import HTTPStatus

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext

from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop

RETRY_AFTER_S = "30"
HEADINGS = {
    400: gettext_noop("This could not be understood"),
    401: gettext_noop("Sign in first"),
    403: gettext_noop("You may not do this"),
    404: gettext_noop("There is nothing at this address"),
    405: gettext_noop("This cannot be done here"),
    409: gettext_noop("This was refused"),
    410: gettext_noop("This is no longer here"),
    422: gettext_noop("This could not be understood"),
    429: gettext_noop("Too many attempts"),
    500: gettext_noop("Something failed on our side"),
    503: gettext_noop("This does not work right now"),
}
REASONS = {
    400: gettext_noop("The request was malformed. Go back and try again."),
    403: gettext_noop("Your account has no access, or the form was open too long. Load the page again."),
    404: gettext_noop("The page was removed, or the address is wrong."),
    500: gettext_noop("Nothing was changed. The operator finds the cause in the server's log."),
}


def message_of(refusal: Refused) -> str:
    """Return what a refusal says, in the language of this request."""
    message = gettext(refusal.message)
    if not refusal.params:
        return message
    spoken = {name: gettext(str(refusal.params[name])) for name in refusal.templates}
    return message % {**refusal.params, **spoken}


def wants_json(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def refused_response(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """Return the answer to a refusal: its page, or `{"code", "message"}` for the API, as its own router answers."""
    return answer(request, status=refusal.status, code=refusal.code, why=message_of(refusal))


def answer(request: HttpRequest, *, status: int, code: str, why: str) -> HttpResponse:
    """Return the page or JSON that says what was refused, why, and where to go."""
    if wants_json(request):
        return JsonResponse({"code": code, "message": why}, status=status)
    is_desk = request.path.startswith("/desk/")
    heading = gettext(HEADINGS.get(status, gettext_noop("This was refused")))
    context = {
        "heading": heading,
        "why": why,
        "code": code,
        "back": "/desk/" if is_desk else "/",
        "back_label": gettext("Back to the home page"),
    }
    return render(request, "desk/refused.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _plain(request, HTTPStatus.BAD_REQUEST, "bad_request")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _plain(request, HTTPStatus.FORBIDDEN, "forbidden")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _plain(request, HTTPStatus.NOT_FOUND, "not_found")


def failed(request: HttpRequest) -> HttpResponse:
    """Answer a bug. The page asks nothing of the database, which may be what failed."""
    why, status = gettext(REASONS[500]), status_of_failure()
    headers = {"Retry-After": RETRY_AFTER_S} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    if wants_json(request):
        return JsonResponse({"code": "failed", "message": why}, status=status, headers=headers)
    context = {"heading": gettext(HEADINGS[status]), "why": why}
    return HttpResponse(render_to_string("desk/failed.html", context), status=status, headers=headers)


def status_of_failure() -> int:
    """Return 503 for a database that is full, locked or away, which passes; 500 for a bug."""
    is_away = isinstance(sys.exc_info()[1], OperationalError)
    return HTTPStatus.SERVICE_UNAVAILABLE if is_away else HTTPStatus.INTERNAL_SERVER_ERROR


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _plain(request, HTTPStatus.FORBIDDEN, "form_expired")


def _plain(request: HttpRequest, status: HTTPStatus, code: str) -> HttpResponse:
    return answer(request, status=status.value, code=code, why=gettext(REASONS[status.value]))
