"""Sign-in through the company's identity provider: the two addresses, and what allauth must do stricter.

allauth walks the code flow with state and PKCE. Here: a nonce, the whole check of the ID token, no say for the
query string over scope or purpose, an issuer that must be who it says, and nothing of the answer stored.
Source: OpenID Connect Core 1.0; OpenID Connect Discovery 1.0, 4.3; RFC 9700 (OAuth 2.0 security).
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthError, AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET
from requests import RequestException, Session

from discreet.foundation.centre.limits import client_of, count
from discreet.foundation.centre.rules import Limit
from discreet.foundation.staff import actions, refusals, second_factor
from discreet.foundation.staff.admission import PROVIDER, Vouched, admit_from_provider
from discreet.foundation.staff.id_token import Claims, TokenRefused, verify_id_token
from discreet.foundation.staff.models import StaffMember
from discreet.foundation.staff.provider_settings import ProviderSettings, is_secure_address
from discreet.foundation.staff.rules import proves_second_factor
from discreet.vocabulary.errors import Refused

CLIENT_ANSWERS = Limit(name="staff-provider-client", count=60, window_s=600)
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


def provider_settings() -> ProviderSettings | None:
    """Return the identity provider of this installation, or `None` when there is none."""
    return settings.DISCREET_IDENTITY_PROVIDER


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Send the person to the identity provider."""
    view = OAuth2LoginView.adapter_view(ProviderDoor(request, _configured_id()))
    return cast(HttpResponse, view(request))


@require_GET
def answer(request: HttpRequest) -> HttpResponse:
    """Take the identity provider's answer."""
    door = ProviderDoor(request, _configured_id())
    count(CLIENT_ANSWERS, value=client_of(request), now=timezone.now())
    return cast(HttpResponse, AnswerView.adapter_view(door)(request))


class StrictProvider(OpenIDConnectProvider):  # type: ignore[misc]  # allauth ships no types
    def get_oauth2_adapter(self, request: HttpRequest) -> "ProviderDoor":
        return ProviderDoor(request, PROVIDER)

    def get_login_url(self, request: HttpRequest, **kwargs: Any) -> str:
        return reverse("staff_provider")

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """Let the query string choose where to land in this site, and nothing else."""
        return {"process": AuthProcess.LOGIN, "next_url": get_next_redirect_url(request)}

    def redirect(
        self, request: HttpRequest, process: str, next_url: Any = None, **kwargs: Any
    ) -> HttpResponse:
        nonce = secrets.token_urlsafe(32)
        params = {"nonce": nonce, **self.get_auth_params()}
        return cast(
            HttpResponse,
            super().redirect(request, process, next_url=next_url, auth_params=params, nonce=nonce),
        )

    # The person is found by `pre_social_login`; nothing that the provider says is kept by allauth.
    def extract_uid(self, data: Vouched) -> str:
        return data.uid

    def extract_extra_data(self, data: Vouched) -> dict[str, Any]:
        return {}

    def extract_common_fields(self, data: Vouched) -> dict[str, Any]:
        return {}

    def extract_email_addresses(self, data: Vouched) -> list[Any]:
        return []


class ProviderDoor(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    _openid_config: dict[str, Any]
    nonce = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        """Return the provider's discovery document.

        Raises:
            ProviderUnreachable: it does not answer, or what answers is another issuer.
        """
        if not hasattr(self, "_openid_config"):
            issuer = _configured().issuer
            found = _fetched(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != issuer or not all(
                isinstance(found.get(name), str) and is_secure_address(found[name]) for name in ENDPOINTS
            ):
                raise refusals.ProviderUnreachable
            self._openid_config = found
        return self._openid_config

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """Return this site's address for the answer: the host of the session, the scheme people use."""
        scheme = urlsplit(settings.DISCREET_BASE_URL).scheme
        return f"{scheme}://{request.get_host()}{reverse('staff_provider_answer')}"

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> Any:
        provider = _configured()
        claims = self._verified_claims(kwargs["response"].get("id_token"), provider)
        person = _vouched(claims, self._claims_with_address(claims, access_token=token.token), provider)
        login = self.get_provider().sociallogin_from_response(request, person)
        login.vouched = person
        return login

    def _verified_claims(self, raw: object, provider: ProviderSettings) -> Claims:
        try:
            return verify_id_token(
                raw,
                keys=_fetched(self.openid_config["jwks_uri"]),
                issuer=provider.issuer,
                client_id=provider.client_id,
                nonce=self.nonce,
                now=timezone.now(),
            )
        except TokenRefused as refused:
            raise OAuth2Error(refused.fault.value) from refused

    def _claims_with_address(self, claims: Claims, *, access_token: str) -> Claims:
        """Return the claims that hold the address: the token's, else those of UserInfo about the same subject."""
        if "email" in claims or not isinstance(address := self.openid_config.get("userinfo_endpoint"), str):
            return claims
        if not is_secure_address(address):
            return claims
        found = _fetched(address, headers={"Authorization": f"Bearer {access_token}"})
        if found.get("sub") != claims["sub"]:
            raise OAuth2Error("userinfo_subject")
        return found


class AnswerView(OAuth2CallbackView):  # type: ignore[misc]
    def _get_state(self, request: HttpRequest, provider: StrictProvider) -> Any:
        """Take the state, which serves once, and the nonce in it."""
        state, response = super()._get_state(request, provider)
        self.adapter.nonce = (state or {}).get("nonce", "")
        return state, response


class StaffProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """Return the one provider of the environment; the database names none."""
        configured = provider_settings()
        if configured is None or client_id not in (None, configured.client_id):
            return []
        params = {"acr_values": " ".join(configured.mfa_acr)} if configured.mfa_acr else {}
        options = {"server_url": configured.issuer, "oauth_pkce_enabled": True, "auth_params": params}
        app = SocialApp(
            provider="openid_connect",
            provider_id=PROVIDER,
            name=configured.name,
            client_id=configured.client_id,
            secret=configured.client_secret,
            settings=options,
        )
        return [app]

    def get_provider(self, request: HttpRequest, provider: str, client_id: Any = None) -> StrictProvider:
        return StrictProvider(request, app=self.get_app(request, provider=provider, client_id=client_id))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def get_requests_session(self) -> Session:
        session = cast(Session, super().get_requests_session())
        session.max_redirects = 0  # a redirect would carry the client's secret to wherever it points
        return session

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Say whose account this is, or refuse."""
        person: Vouched = sociallogin.vouched
        now = timezone.now()
        try:
            member_id = admit_from_provider(now=now, person=person, role_of_group=_configured().role_of_group)
        except Refused as refusal:
            _record_refusal(refusal.code, named=person.email)
            raise
        sociallogin.user = StaffMember.objects.get(pk=member_id)
        sociallogin.token = None
        sociallogin.state[second_factor.STATE_KEY] = person.has_second_factor

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Any = None,
        extra_context: Any = None,
    ) -> None:
        """Record why a sign-in failed, and answer with one sentence for all causes."""
        cause = exception.__cause__ if isinstance(exception, OAuth2Error) else None
        if isinstance(cause, TokenRefused):
            reason = cause.fault.value
        elif exception is not None:
            reason = "exchange"
        elif error == AuthError.CANCELLED:
            reason = "cancelled"
        else:
            reason = "state" if "state_id" in (extra_context or {}) else "provider_error"
        _record_refusal(reason, named="")
        if reason == "cancelled":
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login")))
        raise refusals.ProviderAnswerRefused


def _record_refusal(reason: str, *, named: str) -> None:
    actions.refuse_sign_in(named=named, now=timezone.now(), by="provider", reason=reason)


def _configured() -> ProviderSettings:
    provider = provider_settings()
    if provider is None:
        raise Http404
    return provider


def _configured_id() -> str:
    _configured()
    return PROVIDER


def _fetched(address: str, *, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the JSON object at an address of the provider."""
    try:
        with get_adapter().get_requests_session() as session:
            response = session.get(address, headers=headers)
            response.raise_for_status()
            found = response.json()
    except RequestException as error:
        raise refusals.ProviderUnreachable from error
    if not isinstance(found, dict):
        raise refusals.ProviderUnreachable
    return found


def _vouched(claims: Claims, about: Claims, provider: ProviderSettings) -> Vouched:
    """Read what the provider vouches for. `claims` are the ID token's; `about` those with the address.

    Raises:
        AddressNotVerified: no address, or not said to be verified by the same source.
    """
    email = about.get("email")
    if (
        not isinstance(email, str)
        or not email
        or about.get(provider.verified_claim) not in (True, "true", "1")
    ):
        _record_refusal("address_not_verified", named=email if isinstance(email, str) else "")
        raise refusals.AddressNotVerified
    return Vouched(
        uid=hashlib.sha256(f"{provider.issuer}\n{claims['sub']}".encode()).hexdigest(),
        email=email,
        preferred_username=_text(about.get("preferred_username")),
        full_name=_text(about.get("name")),
        groups=frozenset(_texts(_at(claims, provider.role_claim) or _at(about, provider.role_claim))),
        has_second_factor=proves_second_factor(
            methods=list(_texts(claims.get("amr"))),
            context=_text(claims.get("acr")),
            accepted_contexts=provider.mfa_acr,
        ),
    )


def _at(claims: Claims, path: str) -> object:
    """Return the claim at a path such as `realm_access.roles`; a claim whose own name has dots comes first."""
    if not path or path in claims:
        return claims.get(path)
    found: object = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        return [value]
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
