"""What wraps every request: refusals become pages, the desk stays closed to undeclared views."""

from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from discreet.foundation.desk.refusals import refused_response
from discreet.foundation.organisation.queries import profile
from discreet.foundation.staff.models import StaffMember
from discreet.foundation.staff.permissions import UndeclaredView, declared_roles
from discreet.foundation.staff.second_factor import session_is_vouched
from discreet.vocabulary.errors import Refused

WITHOUT_TIMES = ("/static/", "/healthz", "/api/")  # machines read these; the API speaks UTC
FOR_STAFF = ("/desk/", "/api/", "/account/", "/preferences/", "/mailbox/")
GetResponse = Callable[[HttpRequest], HttpResponseBase]
ViewFunction = Callable[..., HttpResponseBase]


class RefusalMiddleware:
    """Answers a `Refused` of any view, and refuses views under /desk/ that declare no roles."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: ViewFunction, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if request.path.startswith("/desk/") and declared_roles(view) is None:
            return refused_response(request, UndeclaredView())
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return refused_response(request, exception) if isinstance(exception, Refused) else None


class NoStoreMiddleware:
    """Keeps pages, downloads and answers for staff out of every cache, the browser's too: they tell of people."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.path.startswith(FOR_STAFF) or request.user.is_authenticated:
            response["Cache-Control"] = "no-store"
        return response


class SetUpFirstMiddleware:
    """Sends staff to what comes first: a password of their own, then (outside the demo) a second factor.

    What the identity provider vouched for at this session's sign-in is one.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated and request.path.startswith(("/desk/", "/api/")):
            due = _due_first(request.user, is_vouched=session_is_vouched(request))
            if due:
                return HttpResponseRedirect(due)
        return self.get_response(request)


def _due_first(member: StaffMember, *, is_vouched: bool) -> str:
    if member.must_change_password:
        return reverse("account_change_password")
    if not (settings.DISCREET_DEMO or is_vouched or is_mfa_enabled(member)):
        return reverse("mfa_activate_totp")
    return ""


class CompanyTimeMiddleware:
    """Shows every page's times in the zone of the first law the company answers to."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(WITHOUT_TIMES):
            return self.get_response(request)
        with timezone.override(profile().zone):
            return self.get_response(request)


class SessionRotationMiddleware:
    """Gives the session a new key at each rise of rights: sign-in, second factor, re-authentication."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        before = _proofs(request)
        response = self.get_response(request)
        if _proofs(request) > before or _changed_account(request, response):
            request.session.cycle_key()
        return response


def _proofs(request: HttpRequest) -> int:
    """Return how many proofs of identity this session has seen."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES and not request.session.accessed:
        return 0
    return len(request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, ()))


def _changed_account(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Return whether a signed-in person just changed how their account is protected."""
    return (
        request.method == "POST"
        and response.status_code == 302
        and request.path.startswith("/account/")
        and request.user.is_authenticated
    )
