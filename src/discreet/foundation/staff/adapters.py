"""What allauth asks of us: nobody signs up, sign-ins are evidence, mails are not sent."""

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from discreet.foundation.centre.limits import client_of
from discreet.foundation.staff import actions
from discreet.foundation.staff.actors import actor_for
from discreet.foundation.staff.models import StaffMember


class StaffAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts come from an administrator or the command line, never from the web."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user: StaffMember, **kwargs: Any) -> HttpResponse:
        actions.sign_in(member_id=user.pk, now=timezone.now())
        return cast(HttpResponse, super().post_login(request, user, **kwargs))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        super().authentication_failed(request, **credentials)
        named = credentials.get("username") or credentials.get("email") or ""
        actions.refuse_sign_in(named=str(named), now=timezone.now())

    def set_password(self, user: StaffMember, password: str) -> None:
        actions.change_password(actor=actor_for(member=user), now=timezone.now(), password=password)
        user.refresh_from_db()

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_of(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send nothing: outgoing mail goes through `foundation.mail` only."""
