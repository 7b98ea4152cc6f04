"""Which browser this is, as far as its choices go: a first-party cookie with a random id, set only with a choice.

Signed, HttpOnly, SameSite=Lax. It serves nothing but the choice and is no trace of what the person does.
Source: 11 CCR 7025(c)(1) (the signal counts for the browser or device).
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from discreet.vocabulary.ids import new_id

COOKIE = "discreet_choices"
LIVES_S = 400 * 24 * 3600  # browsers keep no cookie longer
_SALT = "discreet.permission.device"
_PAGE_SALT = "discreet.permission.choice"
_BACK_SALT = "discreet.permission.back"


@dataclass(frozen=True, slots=True)
class Device:
    """`is_new`: the browser has no cookie yet."""

    name: str
    is_new: bool


def device_of(request: HttpRequest) -> Device:
    """Return the id of the browser, a new one where its cookie is missing, old or forged."""
    try:
        stored: Any = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=LIVES_S)
    except signing.BadSignature:
        stored = None
    if isinstance(stored, str):
        return Device(name=stored, is_new=False)
    return Device(name=new_id(prefix="d", length=26), is_new=True)


def sends_signal(request: HttpRequest) -> bool:
    """Say whether the browser sends the Global Privacy Control. Source: W3C GPC, 3.2: exactly “1”."""
    return request.headers.get("Sec-GPC", "").strip() == "1"


def remember(response: HttpResponseBase, device: Device) -> None:
    """Let the browser be known again by its choice, from now on for as long as browsers allow."""
    response.set_cookie(
        COOKIE,
        signing.dumps(device.name, salt=_SALT),
        max_age=LIVES_S,
        httponly=True,
        samesite="Lax",
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )


def page_token(ref: str) -> str:
    """Return what the address of a choice's own page ends with; nobody guesses it, and no cookie is needed."""
    return signing.dumps(ref, salt=_PAGE_SALT)


def back_token(ref: str) -> str:
    """Return what the address of the second step of opting in ends with."""
    return signing.dumps(ref, salt=_BACK_SALT)


def ref_of(token: str, *, is_back: bool = False) -> str | None:
    """Return the choice of an address, or the first step of opting in; None where it was not made here."""
    try:
        stored: Any = signing.loads(token, salt=_BACK_SALT if is_back else _PAGE_SALT)
    except signing.BadSignature:
        return None
    return stored if isinstance(stored, str) else None
