"""The public side's own cookie, apart from the staff session: which requests this browser made just now.

Signed, HttpOnly, SameSite=Lax, gone after two hours. It holds no personal data.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

COOKIE = "discreet_centre"
HANDOVER_COOKIE = "discreet_handover"
LIVES_S = 2 * 3600
HANDOVER_LIVES_S = 20 * 60
YEAR_S = 365 * 24 * 3600
MOST_CASES = 5
_SALT = "discreet.centre.visit"
_HANDOVER_SALT = "discreet.centre.handover"


@dataclass(frozen=True, slots=True)
class Visit:
    """`cases`: (number, public token), the newest last."""

    cases: tuple[tuple[str, str], ...] = ()

    def token_of(self, number: str) -> str | None:
        return dict(self.cases).get(number)


def visit_of(request: HttpRequest) -> Visit:
    """Return what the cookie says; a forged, old or missing one says nothing."""
    try:
        stored: Any = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=LIVES_S)
        return Visit(cases=tuple((str(number), str(token)) for number, token in stored))
    except (signing.BadSignature, ValueError, TypeError):
        return Visit()


def remember_case(request: HttpRequest, response: HttpResponseBase, *, number: str, token: str) -> None:
    """Let this browser find the status page of a request it has just made."""
    others = [case for case in visit_of(request).cases if case[0] != number]
    cases = [*others, (number, token)][-MOST_CASES:]
    response.set_cookie(
        COOKIE,
        signing.dumps(cases, salt=_SALT),
        max_age=LIVES_S,
        httponly=True,
        samesite="Lax",
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )


def forget(response: HttpResponseBase) -> None:
    """Forget this browser's requests (a shared computer)."""
    response.delete_cookie(COOKIE, samesite="Lax")


def remember_handover(response: HttpResponseBase, *, token: str) -> None:
    """Let this browser ask as who a site vouched for. The cookie names the visit; who it is lies sealed with us."""
    response.set_cookie(
        HANDOVER_COOKIE,
        signing.dumps(token, salt=_HANDOVER_SALT),
        max_age=HANDOVER_LIVES_S,
        path="/privacy/",
        httponly=True,
        samesite="Lax",
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )


def handover_token_of(request: HttpRequest) -> str:
    """Return the visit's hand-over; "" for a forged, old or missing cookie."""
    try:
        stored = request.COOKIES.get(HANDOVER_COOKIE, "")
        return str(signing.loads(stored, salt=_HANDOVER_SALT, max_age=HANDOVER_LIVES_S))
    except (signing.BadSignature, ValueError, TypeError):
        return ""


def forget_handover(response: HttpResponseBase) -> None:
    """Forget who came signed in."""
    response.delete_cookie(HANDOVER_COOKIE, path="/privacy/", samesite="Lax")


def keep_language(response: HttpResponseBase, language: str) -> None:
    """Keep the language the person reads."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=YEAR_S,
        httponly=True,
        samesite="Lax",
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )
