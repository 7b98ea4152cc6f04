"""Too many failed sign-ins: what counts as one account and one place, and what the person sees.

What was typed is stored as a keyed hash only: people type passwords and customers' addresses there.
"""

from collections.abc import Mapping

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from discreet.foundation.desk.refusals import refused_response
from discreet.foundation.staff import actions
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
    return _hidden(_typed(request, credentials))


def locked_out(
    request: HttpRequest, original_response: object = None, credentials: Credentials = None
) -> HttpResponse:
    """Return the page of a locked account."""
    note_lock_out(named=_typed(request, credentials), stage="password")
    return refused_response(request, LockedOut())


def note_lock_out(*, named: str, stage: str) -> None:
    """Record a lock-out once, however often it is met while it lasts."""
    seconds = int(settings.AXES_COOLOFF_TIME.total_seconds())
    if cache.add(f"staff-lock-out:{stage}:{_hidden(named)}", True, timeout=seconds):
        actions.lock_out(named=named, now=timezone.now(), stage=stage)


def _typed(request: HttpRequest, credentials: Credentials) -> str:
    typed = (credentials or {}).get("username") or (credentials or {}).get("email") or ""
    return typed or request.POST.get("login", "")


def _hidden(typed: str) -> str:
    return salted_hmac("discreet.staff.lockout", typed.casefold(), algorithm="sha256").hexdigest()
