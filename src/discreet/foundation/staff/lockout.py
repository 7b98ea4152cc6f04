"""Too many failed sign-ins: what counts as one account and one place, and what the person sees.

What was typed is stored as a keyed hash only: people type passwords and customers' addresses there.
"""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from discreet.foundation.desk.refusals import refused_response
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop

Credentials = Mapping[str, str] | None


class LockedOut(Refused):
    code = "locked_out"
    message = gettext_noop(
        "Too many failed sign-ins. Wait 15 minutes, or ask an administrator for a new password."
    )
    status = 429


def name_key(request: HttpRequest, credentials: Credentials = None) -> str:
    """Return what failed sign-ins of one typed name are counted under."""
    typed = (credentials or {}).get("username") or (credentials or {}).get("email") or ""
    typed = typed or request.POST.get("login", "")
    return salted_hmac("discreet.staff.lockout", typed.casefold(), algorithm="sha256").hexdigest()


def locked_out(
    request: HttpRequest, original_response: object = None, credentials: Credentials = None
) -> HttpResponse:
    """Return the page of a locked account."""
    return refused_response(request, LockedOut())
