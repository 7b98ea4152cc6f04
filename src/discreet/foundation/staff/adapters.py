"""What allauth asks of us: nobody signs up, what happens at the door is evidence, mails are not sent."""

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from discreet.foundation.centre.limits import client_of
from discreet.foundation.staff import actions, second_factor
from discreet.foundation.staff.actors import actor_for
from discreet.foundation.staff.lockout import note_lock_out
from discreet.foundation.staff.models import StaffMember


class StaffAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts come from an administrator, the command line or mapped groups, never from a form."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        ours = {second_factor.ALLAUTH_STAGE: second_factor.STAGE}
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def post_login(self, request: HttpRequest, user: StaffMember, **kwargs: Any) -> HttpResponse:
        second_factor.keep(request, is_vouched=second_factor.is_vouched(kwargs.get("signal_kwargs")))
        by, factor = second_factor.proofs(request, get_authentication_records(request, user))
        actions.sign_in(member_id=user.pk, now=timezone.now(), by=by, second_factor=factor)
        return cast(HttpResponse, super().post_login(request, user, **kwargs))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            note_lock_out(named=_named(credentials), stage="password")
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        super().authentication_failed(request, **credentials)
        is_locked = bool(getattr(request, "axes_locked_out", False))
        reason = "locked_out" if is_locked else "credentials"
        actions.refuse_sign_in(named=_named(credentials), now=timezone.now(), by="password", reason=reason)

    def set_password(self, user: StaffMember, password: str) -> None:
        actions.change_password(actor=actor_for(member=user), now=timezone.now(), password=password)
        user.refresh_from_db()

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Lead on to the desk. The sessions have ended, so sign-in comes between, and must not lead back here."""
        return settings.LOGIN_REDIRECT_URL

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_of(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send nothing: outgoing mail goes through `foundation.mail` only."""


def _named(credentials: dict[str, Any]) -> str:
    return str(credentials.get("username") or credentials.get("email") or "")
