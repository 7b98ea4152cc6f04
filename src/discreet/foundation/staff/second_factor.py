"""The second factor: when it is asked, what counts as one, and evidence of the wrong ones."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, cast

from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext

from discreet.foundation.staff import actions
from discreet.foundation.staff.actors import actor_for
from discreet.foundation.staff.lockout import note_lock_out
from discreet.foundation.staff.models import StaffMember

ALLAUTH_STAGE = "allauth.mfa.stages.AuthenticateStage"
STAGE = "discreet.foundation.staff.second_factor.SecondFactorStage"
#: In a session: the identity provider said at this sign-in that two factors were used.
SESSION_KEY = "staff_provider_second_factor"
#: In the state of a sign-in that is under way.
STATE_KEY = "second_factor"

MAX_NAME = 60

_ALLAUTH_NAMES = {"webauthn": "passkey"}


class SecondFactorStage(AuthenticateStage):  # type: ignore[misc]  # allauth ships no types
    """Asks for the second factor, unless the identity provider vouched for one at this very sign-in."""

    def _should_handle(self, request: HttpRequest) -> bool:
        if is_vouched(self.login.signal_kwargs):
            return False
        return bool(super()._should_handle(request))


class StaffFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def generate_authenticator_name(self, user: StaffMember, type: Any) -> str:
        return gettext("Passkey %(n)s") % {
            "n": Authenticator.objects.filter(user=user, type=type).count() + 1
        }

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": gettext("Discreet")}


def is_vouched(signal_kwargs: Mapping[str, Any] | None) -> bool:
    """Return whether a sign-in under way came from the provider with two factors."""
    login = (signal_kwargs or {}).get("sociallogin")
    return login is not None and login.state.get(STATE_KEY) is True


def keep(request: HttpRequest, *, is_vouched: bool) -> None:
    """Remember for this session whether the provider vouched for a second factor."""
    request.session.pop(SESSION_KEY, None)
    if is_vouched:
        request.session[SESSION_KEY] = True


def session_is_vouched(request: HttpRequest) -> bool:
    return request.session.get(SESSION_KEY) is True


def proofs(request: HttpRequest, records: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """Return what a person signed in by, and the second factor they showed, as evidence names them."""
    methods = [record for record in records if not record.get("reauthenticated")]
    factors = [str(record.get("type")) for record in methods if record.get("method") == "mfa"]
    factor = _ALLAUTH_NAMES.get(factors[-1], factors[-1]) if factors else "none"
    if any(record.get("method") == "socialaccount" for record in methods):
        return "provider", "provider" if session_is_vouched(request) else factor
    if any(record.get("passwordless") for record in methods):
        return "passkey", "passkey"
    return "password", factor


def recorded(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let a view of allauth change a person's factors only together with evidence of it."""

    @wraps(view)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST" or not request.user.is_authenticated:
            return view(request, *args, **kwargs)
        member = request.user
        with transaction.atomic():
            before = _factors(member)
            response = view(request, *args, **kwargs)
            for factor, change in _changes(before, _factors(member)):
                actions.change_factor(
                    actor=actor_for(member=member), now=timezone.now(), factor=factor, change=change
                )
        return response

    return run


def _factors(member: StaffMember) -> dict[str, dict[int, str]]:
    """Return the person's factors: kind → row → what it holds."""
    found: dict[str, dict[int, str]] = {}
    for one in Authenticator.objects.filter(user=member):
        found.setdefault(_ALLAUTH_NAMES.get(one.type, one.type), {})[one.pk] = str(one.data)
    return found


def _changes(
    before: Mapping[str, Mapping[int, str]], after: Mapping[str, Mapping[int, str]]
) -> list[tuple[str, str]]:
    found = []
    for factor in sorted({*before, *after}):
        old, new = before.get(factor, {}), after.get(factor, {})
        if old == new:
            continue
        if len(new) == len(old):
            found.append((factor, "renewed"))
        else:
            found.append((factor, "added" if len(new) > len(old) else "removed"))
    return found


class CodeForm(AuthenticateForm):  # type: ignore[misc]
    def clean_code(self) -> str:
        return cast(str, _watched(self, super().clean_code, factor="code", is_confirming=False))


class ConfirmCodeForm(ReauthenticateForm):  # type: ignore[misc]
    def clean_code(self) -> str:
        return cast(str, _watched(self, super().clean_code, factor="code", is_confirming=True))


class PasskeyForm(AuthenticateWebAuthnForm):  # type: ignore[misc]
    def clean_credential(self) -> Any:
        return _watched(self, super().clean_credential, factor="passkey", is_confirming=False)


class ConfirmPasskeyForm(ReauthenticateWebAuthnForm):  # type: ignore[misc]
    def clean_credential(self) -> Any:
        return _watched(self, super().clean_credential, factor="passkey", is_confirming=True)


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """Adds a passkey; one that may sign in alone, unless the person says otherwise."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["maxlength"] = self.fields["name"].max_length = MAX_NAME
        self.fields["passwordless"].initial = True
        self.fields["passwordless"].help_text = ""

    def clean_name(self) -> str:
        return cast(str, super().clean_name())[:MAX_NAME]

    def clean(self) -> Any:
        return _parsed(super().clean)


class PasskeySignInForm(LoginWebAuthnForm):  # type: ignore[misc]
    """Signs in by a passkey alone. Whom a wrong one names is anybody's claim, so evidence names nobody."""

    def clean_credential(self) -> Any:
        try:
            return _parsed(super().clean_credential)
        except ValidationError:
            actions.refuse_sign_in(named="", now=timezone.now(), by="passkey", reason="credentials")
            raise


def _parsed(clean: Any) -> Any:
    """Run a check of what a browser sent; allauth lets some malformed answers through as errors of ours."""
    try:
        return clean()
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise get_adapter().validation_error("incorrect_code") from error


def _watched(form: Any, clean: Any, *, factor: str, is_confirming: bool) -> Any:
    """Run the check of a factor; what it refuses is evidence."""
    member: StaffMember = form.user
    try:
        return _parsed(clean)
    except ValidationError as error:
        if getattr(error, "code", "") == "too_many_login_attempts":
            note_lock_out(named=member.username, stage="second_factor")
        else:
            actions.refuse_second_factor(
                member_id=member.pk, now=timezone.now(), factor=factor, is_confirming=is_confirming
            )
        raise
