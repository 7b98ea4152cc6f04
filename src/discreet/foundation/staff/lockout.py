"""What a person sees after too many failed sign-ins."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse

from discreet.foundation.desk.refusals import refused_response
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop


class LockedOut(Refused):
    code = "locked_out"
    message = gettext_noop(
        "Too many failed sign-ins. Wait 15 minutes, or ask an administrator for a new password."
    )
    status = 429


def locked_out(
    request: HttpRequest, original_response: object = None, credentials: Mapping[str, str] | None = None
) -> HttpResponse:
    """Return the page of a locked account."""
    return refused_response(request, LockedOut())
