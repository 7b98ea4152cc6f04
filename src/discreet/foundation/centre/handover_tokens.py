"""What a site's signed hand-over must look like. Facts in, decision out: no clock, no database.

A compact JWS (RFC 7515) of JWT claims (RFC 7519). The algorithm is the one registered for the site: what the token
says of itself decides nothing. Source: RFC 8725 (JWT best current practices) 3.1, 3.2, 3.8, 3.9; OpenID Connect Core
5.1 (names of claims); GDPR recital 57, 64; 11 CCR 7061 (password-protected accounts).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from discreet.foundation.centre.handover_refusals import (
    HandoverNobody,
    HandoverTooOld,
    HandoverUnreadable,
    SiteKeyBad,
    SiteKeyPrivate,
)
from discreet.vocabulary.normalise import normalise_email, normalise_phone

LONGEST_TOKEN = 4096
LONGEST_LIFE = timedelta(minutes=5)
SKEW = timedelta(seconds=60)
VISIT_LIVES = timedelta(minutes=20)
LONGEST_VALUE = 320
LONGEST_KEY = 4096
_SITE_ID = re.compile(r"[a-z][a-z0-9-]{1,39}")
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_JTI = re.compile(r"[\x21-\x7e]{8,128}")
_KIND = re.compile(r"[a-z][a-z_-]{0,31}")
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class Algorithm(StrEnum):
    """How a site signs. One a site: there is no negotiating."""

    EDDSA = "EdDSA"
    ES256 = "ES256"
    HS256 = "HS256"


@dataclass(frozen=True, slots=True)
class Claims:
    """What a valid token says. A contact point stands here only where the site says that it is verified."""

    customer_number: str
    email: str
    phone: str
    kind: str
    language: str
    jti: str
    expires_at: datetime


def is_site_id(text: str) -> bool:
    return _SITE_ID.fullmatch(text) is not None


def is_return_address(text: str) -> bool:
    """Say whether people may be sent back there: https, or this very machine."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and host in _LOCAL)
    plain = len(text) <= 200 and text.isprintable() and " " not in text and "\\" not in text
    return is_safe and bool(host) and parts.username is None and parts.password is None and plain


def read_public_key(text: str, *, algorithm: Algorithm) -> str:
    """Return a site's public key as PEM, given as PEM or JWK.

    Raises:
        SiteKeyPrivate: it is a private key.
        SiteKeyBad: unreadable, or not of the algorithm.
    """
    text = text.strip()
    if len(text) > LONGEST_KEY:
        raise SiteKeyBad
    key = _from_jwk(text) if text.startswith("{") else _from_pem(text)
    fits = {
        Algorithm.EDDSA: isinstance(key, Ed25519PublicKey),
        Algorithm.ES256: isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1),
        Algorithm.HS256: False,
    }
    if not fits[algorithm] or not isinstance(key, Ed25519PublicKey | EllipticCurvePublicKey):
        raise SiteKeyBad
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _from_pem(text: str) -> object:
    if "PRIVATE" in text:
        raise SiteKeyPrivate
    try:
        return load_pem_public_key(text.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SiteKeyBad from None


def _from_jwk(text: str) -> object:
    try:
        jwk = json.loads(text)
    except ValueError:
        raise SiteKeyBad from None
    if isinstance(jwk, dict) and ("d" in jwk or "k" in jwk):
        raise SiteKeyPrivate
    try:
        return jwt.PyJWK(jwk).key
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError, KeyError):
        raise SiteKeyBad from None


def claimed_site(token: str) -> str:
    """Return the site that a token says it is of; it proves nothing.

    Raises:
        HandoverUnreadable: it is no compact JWS of ours.
    """
    if len(token) > LONGEST_TOKEN or not _COMPACT.fullmatch(token):
        raise HandoverUnreadable
    try:
        payload = jwt.decode_complete(token, options={"verify_signature": False})["payload"]
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise HandoverUnreadable from None
    site = payload.get("iss") if isinstance(payload, dict) else None
    if not isinstance(site, str) or not is_site_id(site):
        raise HandoverUnreadable
    return site


def verify(
    token: str, *, site_id: str, algorithm: Algorithm, key: str | bytes, audience: str, now: datetime
) -> Claims:
    """Return what a token says, if the site signed it for us just now.

    Raises:
        HandoverUnreadable: not signed by the site with its algorithm, for somebody else, or with claims missing.
        HandoverTooOld: over, made in the future, or made to last longer than five minutes.
        HandoverNobody: it names no customer.
    """
    try:
        if jwt.get_unverified_header(token).get("crit") is not None:
            raise HandoverUnreadable
        payload = jwt.decode(
            token,
            key,
            algorithms=[algorithm.value],
            audience=audience,
            issuer=site_id,
            # PyJWT would look at its own clock: the times are checked below, by the door's.
            options={
                "require": ["iss", "aud", "iat", "exp", "jti"],
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
                "verify_sub": False,
                "verify_jti": False,
                "strict_aud": True,
            },
        )
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        raise HandoverUnreadable from None
    expires_at = _checked_times(payload, now)
    jti = payload["jti"]
    if not isinstance(jti, str) or not _JTI.fullmatch(jti):
        raise HandoverUnreadable
    return _claims(payload, jti, expires_at)


def _checked_times(payload: Mapping[str, object], now: datetime) -> datetime:
    issued, expires = payload["iat"], payload["exp"]
    if type(issued) not in (int, float) or type(expires) not in (int, float):
        raise HandoverUnreadable
    try:
        issued_at = datetime.fromtimestamp(issued, tz=UTC)  # type: ignore[arg-type]
        expires_at = datetime.fromtimestamp(expires, tz=UTC)  # type: ignore[arg-type]
    except (ValueError, OverflowError, OSError):
        raise HandoverUnreadable from None
    if (
        issued_at > now + SKEW
        or expires_at + SKEW <= now
        or not (timedelta(0) < expires_at - issued_at <= LONGEST_LIFE)
    ):
        raise HandoverTooOld
    return expires_at


def _claims(payload: Mapping[str, object], jti: str, expires_at: datetime) -> Claims:
    number = _text(payload.get("sub"))
    email = _text(payload.get("email")) if payload.get("email_verified") is True else ""
    phone = _text(payload.get("phone_number")) if payload.get("phone_number_verified") is True else ""
    # What cannot be compared with the company's data is no identity: it would only have the request refused.
    email = email if normalise_email(email) else ""
    phone = phone if normalise_phone(phone, region=None) else ""
    if not (number or email or phone):
        raise HandoverNobody
    kind = _text(payload.get("kind"))
    return Claims(
        customer_number=number,
        email=email,
        phone=phone,
        kind=kind if _KIND.fullmatch(kind) else "",
        language=language_of(_text(payload.get("locale"))),
        jti=jti,
        expires_at=expires_at,
    )


def language_of(text: str) -> str:
    """Return which of our languages a tag such as zh-CN or en_GB means, "" for none."""
    tag = text[:20].lower().replace("_", "-").partition("-")[0]
    return {"zh": "zh-hans", "en": "en"}.get(tag, "")


def _text(value: object) -> str:
    if not isinstance(value, str):
        return ""
    value = value.strip()
    return value if len(value) <= LONGEST_VALUE and value.isprintable() else ""
