"""What an operator says about the company's identity provider (OpenID Connect). Off unless an issuer is named."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from discreet.vocabulary.actors import Role
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class ProviderMisconfigured(Refused):
    code = "provider_misconfigured"
    message = gettext_noop("The identity provider's settings do not fit: %(variable)s. See the guide.")
    status = 503


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """`role_of_group` is empty unless the provider's groups decide roles and bring accounts into being."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str = "SSO"
    verified_claim: str = "email_verified"
    mfa_acr: tuple[str, ...] = ()
    role_claim: str = ""
    role_of_group: Mapping[str, Role] = field(default_factory=dict)


def read_provider_settings(environ: Mapping[str, str]) -> ProviderSettings | None:
    """Return the provider that the environment names, or `None`.

    Raises:
        ProviderMisconfigured: an issuer is named, and something else is missing or cannot be.
    """
    issuer = environ.get("DISCREET_OIDC_ISSUER", "").strip()
    if not issuer:
        return None
    if not is_secure_address(issuer):
        raise ProviderMisconfigured(variable="DISCREET_OIDC_ISSUER")
    client_id = environ.get("DISCREET_OIDC_CLIENT_ID", "").strip()
    if not client_id:
        raise ProviderMisconfigured(variable="DISCREET_OIDC_CLIENT_ID")
    role_claim = environ.get("DISCREET_OIDC_ROLE_CLAIM", "").strip()
    role_of_group = _role_of_group(environ.get("DISCREET_OIDC_ROLES", ""))
    if bool(role_claim) != bool(role_of_group):
        raise ProviderMisconfigured(variable="DISCREET_OIDC_ROLE_CLAIM, DISCREET_OIDC_ROLES")
    return ProviderSettings(
        issuer=issuer,
        client_id=client_id,
        client_secret=_secret(environ),
        name=environ.get("DISCREET_OIDC_NAME", "").strip()[:40] or "SSO",
        verified_claim=environ.get("DISCREET_OIDC_VERIFIED_CLAIM", "").strip() or "email_verified",
        mfa_acr=_listed(environ.get("DISCREET_OIDC_MFA_ACR", "")),
        role_claim=role_claim,
        role_of_group=role_of_group,
    )


def is_secure_address(address: str) -> bool:
    """Return whether an address travels encrypted, or never leaves this machine."""
    parts = urlsplit(address)
    is_local = parts.scheme == "http" and parts.hostname in LOOPBACK
    return bool(parts.hostname) and (parts.scheme == "https" or is_local)


def _secret(environ: Mapping[str, str]) -> str:
    named = environ.get("DISCREET_OIDC_CLIENT_SECRET_FILE", "")
    if not named:
        secret = environ.get("DISCREET_OIDC_CLIENT_SECRET", "").strip()
    else:
        try:
            secret = Path(named).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ProviderMisconfigured(variable="DISCREET_OIDC_CLIENT_SECRET_FILE") from error
    if not secret:
        raise ProviderMisconfigured(variable="DISCREET_OIDC_CLIENT_SECRET")
    return secret


def _role_of_group(text: str) -> dict[str, Role]:
    known = {role.value: role for role in Role}
    found: dict[str, Role] = {}
    for pair in _listed(text):
        group, _, role = pair.rpartition("=")
        if not group.strip() or role.strip() not in known:
            raise ProviderMisconfigured(variable="DISCREET_OIDC_ROLES")
        found[group.strip()] = known[role.strip()]
    return found


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
