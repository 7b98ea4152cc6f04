"""The REST API: every mechanism's router under one address, one way to refuse, one OpenAPI document."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from discreet.foundation.desk.phrases import sentences
from discreet.foundation.desk.refusals import message_of
from discreet.foundation.idempotency import door
from discreet.foundation.permission import api as permission
from discreet.foundation.staff.bearer import Token
from discreet.mechanisms.rights import api as rights
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop

NO_TOKEN = gettext_noop("Send a valid token: “Authorization: Bearer …”.")
NOT_UNDERSTOOD = gettext_noop("The request cannot be understood: %(where)s.")
#: What to do where the reader cannot guess it from the place alone.
HINTS = {
    "header.Idempotency-Key": gettext_noop(
        "Send a header “Idempotency-Key” of 1 to 200 visible ASCII characters without blanks, a new one for each "
        "request: sent again with the same key, it is answered as before."
    )
}
NOTHING_HERE = gettext_noop("There is nothing at this address.")


class Api(NinjaAPI):
    """Says of an answer that it was given before."""

    def create_response(self, request: HttpRequest, data: Any, **kwargs: Any) -> HttpResponse:
        return door.mark_repeated(request, super().create_response(request, data, **kwargs))


api = Api(
    title="Discreet",
    version="1",
    description="Customers' requests and choices, for programs. Tokens never approve: that takes people.",
    urls_namespace="api",
    docs_url=None,
    auth=Token(),
)
api.add_decorator(door.once)
api.add_router("", rights.router)
api.add_router("/permission", permission.router)


def _answer(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse:
    return api.create_response(request, {"code": code, "message": message}, status=status)


@api.exception_handler(Refused)
def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    return _answer(request, refusal.status, refusal.code, message_of(refusal))


@api.exception_handler(AuthenticationError)
def no_token(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    response = _answer(request, 401, "not_signed_in", gettext(NO_TOKEN))
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(ValidationError)
def not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Name where the request is wrong, never what it held."""
    places = {".".join(str(part) for part in one["loc"][:3])[:80] for one in error.errors}
    hints = [gettext(HINTS[place]) for place in sorted(places & HINTS.keys())]
    if rest := sorted(places - HINTS.keys())[:10]:
        hints.insert(0, gettext(NOT_UNDERSTOOD) % {"where": ", ".join(rest)})
    message = sentences(hints)
    return _answer(request, 422, "not_understood", message)


@api.exception_handler(HttpError)
def not_parsed(request: HttpRequest, error: HttpError) -> HttpResponse:
    message = gettext(NOT_UNDERSTOOD) % {"where": "body"}
    return _answer(request, error.status_code, "not_understood", message)


@api.exception_handler(Http404)
def not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return _answer(request, 404, "not_found", gettext(NOTHING_HERE))
