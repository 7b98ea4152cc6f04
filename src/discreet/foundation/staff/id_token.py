"""Checking an ID token. Every refusal names its reason, none what the token said.

Source: OpenID Connect Core 1.0, 3.1.3.7 (all of it: a token that came over TLS is verified too); RFC 8725.
"""

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

import jwt

#: Signatures by a private key only. `none` proves nothing, and HMAC would make the client secret a signer.
ALGORITHMS = {
    "RS256": "RSA",
    "RS384": "RSA",
    "RS512": "RSA",
    "PS256": "RSA",
    "PS384": "RSA",
    "PS512": "RSA",
} | {
    "ES256": "EC",
    "ES384": "EC",
    "ES512": "EC",
    "EdDSA": "OKP",
}
CLOCK_SKEW_S = 60
MAX_LENGTH = 64 * 1024

Claims = Mapping[str, object]


class TokenFault(StrEnum):
    MALFORMED = "token_malformed"
    SIGNATURE = "token_signature"
    ISSUER = "token_issuer"
    AUDIENCE = "token_audience"
    EXPIRED = "token_expired"
    NONCE = "token_nonce"


class TokenRefused(Exception):
    def __init__(self, fault: TokenFault) -> None:
        self.fault = fault
        super().__init__(fault.value)


def verify_id_token(
    raw: object, *, keys: object, issuer: str, client_id: str, nonce: str, now: datetime
) -> Claims:
    """Return the claims of an ID token that `issuer` signed for this client and this sign-in.

    `keys`: the provider's JWK set, as decoded JSON.

    Raises:
        TokenRefused: what is wrong with it.
    """
    claims = _signed_claims(raw, keys)
    if claims.get("iss") != issuer:
        raise TokenRefused(TokenFault.ISSUER)
    _check_audience(claims, client_id)
    _check_times(claims, now)
    held = claims.get("nonce")
    if not nonce or not isinstance(held, str) or not hmac.compare_digest(held.encode(), nonce.encode()):
        raise TokenRefused(TokenFault.NONCE)
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise TokenRefused(TokenFault.MALFORMED)
    return claims


def _signed_claims(raw: object, keys: object) -> Claims:
    if not isinstance(raw, str) or len(raw) > MAX_LENGTH:
        raise TokenRefused(TokenFault.MALFORMED)
    try:
        header = jwt.get_unverified_header(raw)
    except jwt.PyJWTError as error:
        raise TokenRefused(TokenFault.MALFORMED) from error
    algorithm = header.get("alg")
    if algorithm not in ALGORITHMS:
        raise TokenRefused(TokenFault.SIGNATURE)
    key = _key_for(keys, kind=ALGORITHMS[algorithm], key_id=header.get("kid"))
    try:
        claims = jwt.decode(
            raw,
            key=jwt.PyJWK(key, algorithm=algorithm),
            algorithms=[algorithm],
            # Times are compared with the caller's clock, issuer and audience without the library's leniency.
            options={
                "verify_signature": True,
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
                "verify_aud": False,
                "verify_iss": False,
                "verify_sub": False,
                "verify_jti": False,
            },
        )
    except (jwt.PyJWTError, ValueError, TypeError, KeyError) as error:
        raise TokenRefused(TokenFault.SIGNATURE) from error
    return claims


def _key_for(keys: object, *, kind: str, key_id: object) -> dict[str, object]:
    """Return the one signing key that fits: the named one, or the only one where none is named."""
    listed = keys.get("keys") if isinstance(keys, Mapping) else None
    if not isinstance(listed, Sequence):
        raise TokenRefused(TokenFault.SIGNATURE)
    fitting = [
        dict(key)
        for key in listed
        if isinstance(key, Mapping)
        and key.get("kty") == kind
        and key.get("use", "sig") == "sig"
        and (key_id is None or key.get("kid") == key_id)
    ]
    if len(fitting) != 1:
        raise TokenRefused(TokenFault.SIGNATURE)
    return fitting[0]


def _check_audience(claims: Claims, client_id: str) -> None:
    audience = claims.get("aud")
    listed = [audience] if isinstance(audience, str) else audience
    if not isinstance(listed, list) or client_id not in listed:
        raise TokenRefused(TokenFault.AUDIENCE)
    party = claims.get("azp")
    if party != client_id and (party is not None or len(listed) > 1):
        raise TokenRefused(TokenFault.AUDIENCE)


def _check_times(claims: Claims, now: datetime) -> None:
    second = now.timestamp()
    expires, issued, starts = claims.get("exp"), claims.get("iat"), claims.get("nbf", 0)
    if not all(isinstance(at, int | float) and not isinstance(at, bool) for at in (expires, issued, starts)):
        raise TokenRefused(TokenFault.MALFORMED)
    assert (
        isinstance(expires, int | float)
        and isinstance(issued, int | float)
        and isinstance(starts, int | float)
    )
    if expires + CLOCK_SKEW_S <= second or max(issued, starts) - CLOCK_SKEW_S > second:
        raise TokenRefused(TokenFault.EXPIRED)
