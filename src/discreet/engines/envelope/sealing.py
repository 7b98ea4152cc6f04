"""Seal bytes under a key so that only that key, and only that place, opens them.

Form of a sealed value:

    version 0x01 (1) ‖ key commitment (16) ‖ nonce (12) ‖ ciphertext and tag

Source: NIST SP 800-38D (AES-GCM); key commitment after Albertini et al. 2022 ("How to Abuse and Fix
Authenticated Encryption Without Key Commitment"): GCM alone lets one ciphertext open under two keys.
Commitment and encryption key are both derived from the data key by HKDF-SHA256 (RFC 5869).
"""

import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
VERSION = 1
_COMMITMENT_BYTES = 16
_NONCE_BYTES = 12
_HEADER_BYTES = 1 + _COMMITMENT_BYTES + _NONCE_BYTES
OVERHEAD_BYTES = _HEADER_BYTES + 16


class Unsealable(ValueError):
    """The value was not sealed under this key for this place, or it was changed."""


def new_key() -> bytes:
    """Return a random data key."""
    return secrets.token_bytes(KEY_BYTES)


def derive(*, key: bytes, purpose: str, length: int = KEY_BYTES) -> bytes:
    """Return the subkey of `key` for `purpose`."""
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=b"discreet/v1/" + purpose.encode()).derive(
        key
    )


def _split(key: bytes) -> tuple[AESGCM, bytes]:
    if len(key) != KEY_BYTES:
        raise ValueError("a data key has 32 bytes")
    material = derive(key=key, purpose="seal", length=KEY_BYTES + _COMMITMENT_BYTES)
    return AESGCM(material[:KEY_BYTES]), material[KEY_BYTES:]


def seal(*, key: bytes, plaintext: bytes, aad: bytes) -> bytes:
    """Return `plaintext` sealed under `key`; it opens only with the same `aad`.

    Nonces are random: at most 2³² values a key.
    """
    cipher, commitment = _split(key)
    header = bytes([VERSION]) + commitment + secrets.token_bytes(_NONCE_BYTES)
    return header + cipher.encrypt(header[-_NONCE_BYTES:], plaintext, header + aad)


def open_sealed(*, key: bytes, sealed: bytes, aad: bytes) -> bytes:
    """Return what was sealed.

    Raises:
        Unsealable: another key, another place, or changed bytes.
    """
    cipher, commitment = _split(key)
    if len(sealed) < OVERHEAD_BYTES or sealed[0] != VERSION:
        raise Unsealable
    header = sealed[:_HEADER_BYTES]
    if not hmac.compare_digest(header[1:-_NONCE_BYTES], commitment):
        raise Unsealable
    try:
        return cipher.decrypt(header[-_NONCE_BYTES:], sealed[_HEADER_BYTES:], header + aad)
    except InvalidTag:
        raise Unsealable from None
